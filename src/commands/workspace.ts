import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { collectors as allCollectors, collectorsWith } from '../collectors/index.ts';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { Auditor, SessionTarget } from '../domain/events.ts';
import { parseMethodology } from '../domain/load-methodology.ts';
import { type Local, localOf } from '../domain/local.ts';
import { collectorsOf, type Methodology } from '../domain/methodology.ts';
import { replay } from '../domain/session.ts';
import type { Source } from '../engine/ports.ts';
import { createStore, type Store } from '../engine/store.ts';
import { findClone } from '../io/git/find-clone.ts';
import { type OpenedTarget, type OpenTargetOptions, openTarget } from '../io/git/open-target.ts';
import { ownerAndRepo } from '../io/git/remote-url.ts';
import { fetchedFrom } from '../io/git/source.ts';
import { bundledChecklists, readMethodologyFolder } from '../io/methodology-files.ts';
import { sessionDir } from '../io/paths.ts';
import { type RuleFiles, readOwn } from '../io/rule-files.ts';
import { createSampleRepository } from '../io/sample.ts';
import { openingOf, type SessionContent } from '../io/session/import-session.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { keepLocal, readLocal } from '../io/session/local-file.ts';
import { type OpenSession, resumeSession, startSession } from '../io/session/open-session.ts';
import { readReviewed } from '../io/session/reviewed.ts';
import { isSessionId } from '../io/session/session-id.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { advisorySources, chosenCopy } from './advisories.ts';
import { knownTtps } from './checklist.ts';
import { earlierNotice } from './earlier-audits.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { methodNotice } from './method-notice.ts';
import { openNamed } from './open-named.ts';
import { jobsBesideScreen, openSource } from './open-source.ts';
import { sendingsOf, sendingText } from './sendings.ts';
import { VERSION } from './version.ts';

/** The only place where an audit's parts are put together, for the interface and for the headless twins alike. */

export type StartOptions = {
  source: string;
  ref?: string | undefined;
  subdir?: string | undefined;
  /** Folder of a custom methodology, or one that was read; the bundled one when empty. */
  methodology?: string | Methodology | undefined;
  /** Folder of the auditor's own rules, read after the bundled ones. */
  rules?: string | undefined;
  /** Folder of the auditor's own models, read likewise. */
  models?: string | undefined;
  /** Address the report names when the repository has no remote. */
  url?: string | undefined;
  /** Folder or zip with an offline copy of OSV. */
  osv?: string | undefined;
  /** Let collectors ask the OSV service. */
  allowNetwork?: boolean | undefined;
  /** Whether a person agreed that this target is fetched. */
  fetch?: OpenTargetOptions['fetch'];
  /** A clone of the repository that a package claims, which it is held against. */
  repository?: string | undefined;
  progress?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** The target, when it was pinned before. */
  opened?: OpenedTarget | undefined;
  /** Another data folder for the session alone, and the hex digits its id ends with. */
  into?: { dataDir: string; suffix: string } | undefined;
};

export type Workspace = { id: string; dir: string; store: Store; notices: readonly string[] };

/** The second methodology in the box, by name: a look of about an hour. */
export const MINIMUM_BAR = 'minimum-bar';

/** A methodology from its folder, or by its name. Throws {@link UserError} that names the first problems. */
export const loadMethodology = async (folder = ''): Promise<Methodology> => {
  const dir = folder === MINIMUM_BAR ? join(bundledChecklists(), MINIMUM_BAR) : folder || bundledChecklists();
  const parsed = parseMethodology(await readMethodologyFolder(dir), {
    collectors: allCollectors.map((c) => c.id),
    ttps: await knownTtps(),
  });
  if ('methodology' in parsed) return parsed.methodology;
  const [first] = parsed.problems;
  throw new UserError(
    `the methodology in ${dir} has ${plural(parsed.problems.length, 'problem')}, so no audit can follow it: ${first?.file}${first?.line ? `:${first.line}` : ''} ${first?.path} expected ${first?.expected}, found ${first?.found}`,
    `mcp-audit checklist lint ${folder || dir} lists them all`,
  );
};

/** Who decides, in every event. */
const signature = (auditor: Auditor): string => auditor.github || auditor.name || 'auditor';

/**
 * Opens the target again without asking its source: from our clone of it, or another that lacks nothing. The source itself is
 * asked only when it is a folder that the auditor named on this machine, or the network is allowed for this session.
 */
const reopen = async (
  host: Host,
  target: SessionTarget,
  ownRules: RuleFiles,
  { source, networkAllowed }: Local,
): Promise<Source> => {
  let repository = await findClone(host.reposDir, target.commit, source);
  if (!repository) {
    const folder = existsSync(source) || existsSync(source.replace(/#[^#]*$/, '')) ? source : null;
    const from = folder ?? (networkAllowed ? fetchedFrom(source, target.url) : null);
    if (from === null)
      throw new UserError(
        `the clone of ${target.name} is not on this machine, so its files cannot be read; what was gathered before is all here`,
        'say where it is: mcp-audit gather --source <folder or git URL>; or allow the network for this session (N on the Session screen)',
      );
    const opened = await openTarget({ source: from, ref: target.commit, reposDir: host.reposDir });
    repository = opened.repository;
  }
  return openSource(
    { repository, commit: target.commit, subdir: target.subdir, ownRules },
    { besideScreen: process.stdout.isTTY === true },
  );
};

const workspace = (host: Host, open: OpenSession, notices: readonly string[]): Workspace => {
  const wanted = new Set(collectorsOf(open.methodology));
  const first = open.events[0];
  const target = first?.type === 'session.started' ? first.target : null;
  const auditor = first?.type === 'session.started' ? first.auditor : null;
  if (!target || !auditor)
    throw new UserError(`session ${open.id} does not say what it audits`, 'import an earlier export of it');
  const store: Store = createStore({
    journal: open.journal,
    blobs: open.blobs,
    local: open.local,
    methodology: open.methodology,
    events: open.events,
    opening: open.opening,
    clock: host.clock,
    by: signature(auditor),
    advisories: (session) => advisorySources(host, session),
    collectors: collectorsWith(open.ownRules).filter((c) => wanted.has(c.id)),
    concurrency: jobsBesideScreen(),
    openSource: () => reopen(host, target, open.ownRules, localOf(store.snapshot().session)),
    readOnly: open.readOnly,
    reviewed: first?.type === 'session.started' && first.review ? readReviewed(open.dir, first.review) : null,
    notices: [...open.notices, ...notices],
  });
  return { id: open.id, dir: open.dir, store, notices: [...open.notices, ...notices] };
};

/** Allows the network for a session, and says who then sends what to whom. @throws UserError when that cannot be recorded */
export const allowNetwork = (host: Host, { store }: Workspace): void => {
  const allowed = store.dispatch({ type: 'allow-network', allowed: true });
  if (isRefusal(allowed)) {
    if (allowed.refused === 'nothing changed') return;
    throw new UserError(allowed.refused, allowed.hint);
  }
  const { methodology, session } = store.snapshot();
  host.stderr('The network is allowed for this session, on this machine. What may leave it:\n');
  for (const s of sendingsOf(methodology, session)) host.stderr(`  ${visible(sendingText(s))}\n`);
};

/** Records what dependencies may be looked up in; what is not named stays as it is. */
export const allowLookups = (host: Host, w: Workspace, osv: string | null, network: boolean): void => {
  if (osv !== null) w.store.dispatch({ type: 'choose-advisories', osv });
  if (network) allowNetwork(host, w);
};

/** Brings the audited commit to this machine from where the auditor says it is. @throws UserError when it is not there */
export const bringTarget = async (
  host: Host,
  dir: string,
  commit: string,
  source: string,
): Promise<readonly string[]> => {
  const { target, notices } = await openTarget({
    source,
    ref: commit,
    reposDir: host.reposDir,
    progress: host.progress,
  });
  keepLocal(dir, { ...readLocal(dir), source: target.source });
  return notices;
};

/** Pins the target and begins a session on it. */
export const startAudit = async (host: Host, options: StartOptions): Promise<Workspace> => {
  const { methodology: asked } = options;
  const methodology = typeof asked === 'object' ? asked : await loadMethodology(asked);
  const ownRules = await readOwn(options);
  const osv = options.osv ? chosenCopy(options.osv) : null;
  const { target, notices } = options.opened ?? (await openNamed(host, options.source, options));
  const auditor = host.settings().auditor.get();
  const open = startSession({
    dataDir: options.into?.dataDir ?? host.dataDir,
    // The address names it better than the folder it was cloned to.
    target: options.url
      ? { ...target, url: options.url, name: ownerAndRepo(options.url) || target.name }
      : target,
    methodology,
    ownRules,
    tool: { name: TOOL_NAME, version: VERSION },
    auditor,
    by: signature(auditor),
    clock: host.clock,
    random: () => options.into?.suffix ?? randomBytes(2).toString('hex'),
  });
  const url = options.url ?? target.url;
  const started = workspace(host, open, [...notices, ...earlierNotice(host.settings().database.get(), url)]);
  allowLookups(host, started, osv, options.allowNetwork ?? false);
  return started;
};

export const startSample = async (host: Host, progress?: (text: string) => void): Promise<Workspace> => {
  const source = await createSampleRepository(host.reposDir);
  return startAudit(host, { source, progress });
};

/**
 * Begins a review of an exported session, with the methodology and rules it was made with. The commit is taken from where the
 * reviewer says it is, else from a clone that is here; without either the session begins, and evidence says that nobody looked.
 */
export const startReview = async (
  host: Host,
  archive: Buffer,
  content: SessionContent,
  options: { blind: boolean; source?: string | undefined },
): Promise<Workspace> => {
  const started = content.events[0];
  if (started?.type !== 'session.started') throw new Error('a session begins with its start');
  const opened = options.source
    ? await openTarget({
        source: options.source,
        ref: content.commit,
        reposDir: host.reposDir,
        progress: host.progress,
      })
    : null;
  const auditor = host.settings().auditor.get();
  const { methodology, ownRules } = openingOf(content);
  const { id, lastHash, events } = content;
  const open = startSession({
    dataDir: host.dataDir,
    // What was named along the way counts: the address of a target that had none.
    target: { ...(replay(events).target ?? started.target), source: opened?.target.source ?? '' },
    methodology,
    ownRules,
    tool: { name: TOOL_NAME, version: VERSION },
    auditor,
    by: signature(auditor),
    review: { session: id, head: { events: events.length, hash: lastHash }, blind: options.blind, archive },
    clock: host.clock,
    random: () => randomBytes(2).toString('hex'),
  });
  return workspace(host, open, [...content.notices, ...(opened?.notices ?? [])]);
};

export const resumeAudit = (host: Host, id: string, readOnly = false): Workspace => {
  const auditor = host.settings().auditor.get();
  const open = resumeSession({
    dataDir: host.dataDir,
    id,
    toolVersion: VERSION,
    by: signature(auditor),
    clock: host.clock,
    readOnly,
  });
  return workspace(host, open, methodNotice(open.methodology));
};

/**
 * The session meant: by its id or the beginning of it, else the newest. If that one cannot be opened, no other is taken in
 * its place: what is decided would be recorded with another server. Throws {@link UserError}.
 */
export const chooseSession = (host: Host, id: string | undefined): string => {
  // A whole id needs no look at the others: reading their journals would only delay this one.
  if (id !== undefined && isSessionId(id) && existsSync(sessionDir(host.dataDir, id))) return id;
  const sessions = listSessions(host.dataDir);
  if (id === undefined) {
    const [newest] = sessions;
    if (!newest)
      throw new UserError('there is no session on this machine', 'mcp-audit start <path or URL> begins one');
    if (!newest.problem) return newest.id;
    const next = sessions.find((s) => !s.problem);
    throw new UserError(
      `the newest session, ${newest.id}, cannot be opened, so nothing was done: ${newest.problem}`,
      `say which session with --session${next ? `, for instance ${next.id}` : ''}; mcp-audit sessions lists them, and mcp-audit status --session ${newest.id} shows what can be read of this one`,
    );
  }
  // An empty name is a variable that was never set, and the beginning of every session.
  const matching = id === '' ? [] : sessions.filter((s) => s.id.startsWith(id));
  const exact = matching.find((s) => s.id === id) ?? (matching.length === 1 ? matching[0] : undefined);
  if (exact) return exact.id;
  throw new UserError(
    matching.length > 1
      ? `"${id}" is the beginning of ${matching.length} sessions`
      : `there is no session "${id}"`,
    matching.length > 1
      ? `say which: ${matching
          .slice(0, 5)
          .map((s) => s.id)
          .join(', ')}`
      : 'mcp-audit sessions lists them',
  );
};

export const collectorCards = (m: Methodology): { id: string; title: string; about: string }[] => {
  const wanted = new Set(collectorsOf(m));
  return allCollectors.filter((c) => wanted.has(c.id)).map(({ id, title, about }) => ({ id, title, about }));
};
