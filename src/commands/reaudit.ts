import { existsSync } from 'node:fs';
import type { CarriedFrom } from '../domain/carried.ts';
import { isRefusal, nextFindingId } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { Location } from '../domain/evidence.ts';
import { collectorsOf, findCheck } from '../domain/methodology.ts';
import { carriedWords, carryOver, type Side, saysSomething } from '../domain/since/carry-over.ts';
import type { FindingFate } from '../domain/since/finding-fate.ts';
import { locate } from '../engine/locate.ts';
import type { Snapshot } from '../engine/store.ts';
import { findClone } from '../io/git/find-clone.ts';
import { openTarget } from '../io/git/open-target.ts';
import { type Reaudit, reauditJson } from '../report/formats/reaudit-json.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Cited, compareAudits } from './compare-audits.ts';
import type { Host } from './host.ts';
import { failures, tellChanges } from './tell-changes.ts';
import { closeSession, exitCode, openedSession } from './with-session.ts';
import { chooseSession, startAudit, type Workspace } from './workspace.ts';

export type ReauditOptions = {
  ref?: string | undefined;
  source?: string | undefined;
  methodology?: string | undefined;
  rules?: string | undefined;
  models?: string | undefined;
  summary?: boolean | undefined;
  md?: boolean | undefined;
  to?: string | undefined;
  json?: boolean | undefined;
  failOn?: string | undefined;
};

export const sideOf = ({ session, evidence, missing }: Snapshot): Side => ({ session, evidence, missing });

/** Where the server is, as the earlier session was told, without the commit that was asked for then. */
const sourceOf = (earlier: Side, given: string | undefined): string => {
  const { source = '', url = '' } = earlier.session.target ?? {};
  const known = given || source.replace(/#[^#]*$/, '') || url;
  if (known === '')
    throw new UserError(
      `nobody said on this machine where ${earlier.session.target?.name ?? 'the server'} is, so no later commit of it can be had`,
      'name it: --source <folder or git URL>',
    );
  return known;
};

/** A folder inside of the repository says itself which part is audited. */
const subdirFor = (source: string, subdir: string): string =>
  subdir !== '' && existsSync(source) && source.replaceAll('\\', '/').endsWith(`/${subdir}`) ? '' : subdir;

const placesNow = (fate: FindingFate): string[] =>
  fate.places.flatMap((p) =>
    (p.fate === 'still-there' || p.fate === 'moved') && p.after
      ? [`${p.after.path}:${p.after.startLine}-${p.after.endLine}`]
      : [],
  );

/**
 * A finding of the earlier audit as one to be looked at again: it cites the same code where that stands now, else the old places,
 * which block the report until somebody has said what became of them.
 *
 * @param later items of the earlier evidence by id, as they are called now
 */
const carryFinding = async (
  { store }: Workspace,
  from: CarriedFrom,
  by: string,
  { finding: f, was, commit }: Cited,
  fate: FindingFate,
  later: ReadonlyMap<string, string>,
): Promise<string | { refused: string; hint: string }> => {
  const { session, methodology } = store.snapshot();
  const checks = f.checks.filter((c) => findCheck(methodology, c));
  if (checks.length === 0)
    return {
      refused: `it belongs to ${f.checks.join(', ')}, which ${methodology.id} has not`,
      hint: 'record it anew',
    };
  const stands = placesNow(fate);
  const all = fate.places.length > 0 && stands.length === fate.places.length && was === f.locations;
  const anew = all ? await locate(stands, (path) => store.readText(path)) : null;
  const locations: readonly Location[] = anew && !isRefusal(anew) ? anew : f.locations;
  const id = nextFindingId(session);
  const recorded = store.dispatch({
    type: 'record-finding',
    finding: {
      ...f,
      id,
      checks,
      reviewed: false,
      locations: [...locations],
      evidence: f.evidence.flatMap((item) => later.get(item) ?? []),
      followUp: {
        session: from.session,
        finding: f.id,
        commit,
        was: [...was],
        by: f.followUp?.by || by,
        verdict: null,
        note: '',
        fixedBy: fate.fixedBy,
      },
    },
  });
  return isRefusal(recorded) ? recorded : id;
};

/** Who recorded a finding first, by the record of its own session. */
const firstBy = (events: ReturnType<Workspace['store']['events']>, finding: string): string =>
  events.find((e) => e.type === 'finding.recorded' && e.finding === finding)?.by ?? '';

export type Earlier = { side: Side; events: ReturnType<Workspace['store']['events']> };

/** The audit as it stands, to be carried or compared with. */
export const earlierAudit = (host: Host, id: string): Promise<Earlier> =>
  openedSession(
    host,
    id,
    async (w) => ({ side: sideOf(w.store.snapshot()), events: w.store.events() }),
    true,
  );

/** Lays what the earlier audit said beside a session whose evidence is gathered. Gives the summary. */
export const carryInto = async (
  host: Host,
  w: Workspace,
  { side: was, events }: Earlier,
): Promise<Reaudit> => {
  const { methodology, session } = w.store.snapshot();
  const repository = await findClone(host.reposDir, session.target!.commit, session.target!.source);
  if (!repository)
    throw new UserError(
      'the clone of the server is not on this machine, so the two commits cannot be compared',
      'name where it is: mcp-audit gather --source <folder or git URL>',
    );
  const now = sideOf(w.store.snapshot());
  const comparison = await compareAudits(repository, methodology, was, now);
  const value = carryOver(was, now, comparison.checks, comparison.pairs);
  const later = new Map(
    comparison.pairs.flatMap((p) => (p.was && p.now ? [[p.was.id, p.now.id] as const] : [])),
  );
  const findings: Reaudit['findings'] = [];
  for (const { cited, fate } of comparison.findings) {
    const { finding } = cited;
    const id = await carryFinding(w, value.from, firstBy(events, finding.id), cited, fate, later);
    if (typeof id !== 'string') {
      host.stderr(`${visible(`${finding.id} was not carried: ${id.refused} (${id.hint})`)}\n`);
      continue;
    }
    findings.push({ id, was: finding.id, title: finding.title, severity: finding.severity, ...fate });
  }
  const report: Reaudit = { ...comparison.report, findings };
  const carried = w.store.carry(value, Buffer.from(JSON.stringify(report)));
  if (isRefusal(carried)) throw new UserError(carried.refused, carried.hint);
  for (const [name, b] of was.session.bookmarks) {
    const item = b.item === null ? null : (later.get(b.item) ?? null);
    if (b.item !== null && item === null) continue;
    w.store.dispatch({
      type: 'keep-bookmark',
      bookmark: item === null ? name : `item:${item}`,
      value: { ...b, item, words: b.words },
    });
  }
  return report;
};

/** The summary that a re-audit began with. @throws UserError when the session is none, or it cannot be read */
export const readSummary = async ({ store }: Pick<Workspace, 'store'>): Promise<Reaudit> => {
  const { carried, id } = store.snapshot().session;
  if (!carried)
    throw new UserError(
      `${id} carries nothing of an earlier audit`,
      'mcp-audit reaudit <earlier session> begins one that does',
    );
  const bytes = await store.readBlob(carried.summary);
  const parsed = bytes && reauditJson.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed?.success)
    throw new UserError(
      'what changed since the earlier audit cannot be read from the session any more',
      'what was carried stands all the same; mcp-audit reaudit begins another one',
    );
  return parsed.data;
};

export type Begun = { w: Workspace; report: Reaudit; blind: { collector: string; message: string }[] };

/** Begins a session on a later commit, gathers, and lays what the earlier one said beside it. The caller closes it. */
export const beginReaudit = async (
  host: Host,
  id: string | undefined,
  o: Pick<ReauditOptions, 'ref' | 'source' | 'methodology' | 'rules' | 'models'>,
  progress: ((text: string) => void) | undefined,
): Promise<Begun> => {
  const chosen = chooseSession(host, id);
  const earlier = await earlierAudit(host, chosen);
  const { target } = earlier.side.session;
  if (!saysSomething(earlier.side.session))
    throw new UserError(
      `${chosen} has no verdict, rating, decision or finding, so there is nothing to look at again`,
      'begin an audit of the later commit: mcp-audit start',
    );
  const source = sourceOf(earlier.side, o.source);
  const subdir = subdirFor(source, target?.subdir ?? '');
  const ref = o.ref || undefined;
  const now = await openTarget({ source, ref, subdir, reposDir: host.reposDir, progress });
  if (now.target.commit === target?.commit)
    throw new UserError(
      `that is the commit ${chosen} audits, so there is nothing new to look at`,
      'name a later one with --ref, or fetch into the folder first',
    );
  const { methodology, rules, models } = o;
  const url = target?.url || undefined;
  const w = await startAudit(host, { source, ref, subdir, methodology, rules, models, url, progress });
  try {
    const ids = collectorsOf(w.store.snapshot().methodology);
    progress?.(`gathering the evidence of ${plural(ids.length, 'collector')}`);
    const said = await w.store.collect(ids);
    const blind = ids.flatMap((collector) => {
      const run = said.get(collector);
      if (run && run.outcome !== 'failed' && run.outcome !== 'unavailable') return [];
      return [{ collector, message: run?.message ?? 'stopped' }];
    });
    progress?.('comparing the two commits');
    return { w, report: await carryInto(host, w, earlier), blind };
  } catch (error) {
    await closeSession(host, w);
    throw error;
  }
};

/**
 * A new session on a later commit, beside which stands what the earlier one said. Exit 1: something of --fail-on is so, or a
 * collector could not look.
 */
export const reaudit = async (host: Host, id: string | undefined, o: ReauditOptions): Promise<number> => {
  const words = failures(o.failOn);
  if (o.summary)
    return openedSession(host, id, async (w) => tellChanges(host, w, await readSummary(w), o, words), true);
  const { w, report, blind } = await beginReaudit(host, id, o, o.json ? undefined : host.progress);
  try {
    for (const n of w.notices) host.stderr(`${visible(n)}\n`);
    for (const { collector, message } of blind)
      host.stderr(`${visible(`${collector} could not look: ${message}`)}\n`);
    const { carried } = w.store.snapshot().session;
    if (!o.json && !o.md && carried)
      host.stderr(`carried ${carriedWords(carried)}, not yet looked at again\n`);
    const code = tellChanges(host, w, report, o, words);
    return exitCode(w, blind.length > 0 ? 1 : code);
  } finally {
    await closeSession(host, w);
  }
};
