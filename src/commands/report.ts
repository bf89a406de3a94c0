import { createHash } from 'node:crypto';
import type { Cited } from '../domain/citations.ts';
import { isRefusal } from '../domain/decide.ts';
import { publicationRefusal } from '../domain/disclosure.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import { parseTop10 } from '../domain/load-methodology.ts';
import type { Top10Risk } from '../domain/methodology.ts';
import type { Snapshot, Store } from '../engine/store.ts';
import { finishInterrupted, interruptedAbove } from '../io/interrupted.ts';
import { readBundledCatalogue } from '../io/methodology-files.ts';
import { entriesIn, named, type Place, placeName, readTextIn } from '../io/open-folder.ts';
import { hashIn, sha256 } from '../io/put-in-place.ts';
import { readFolderIn } from '../io/read-folder.ts';
import type { Written } from '../io/session/written.ts';
import { changeFiles } from '../io/write-files.ts';
import { nextAuditId, parseAuditId } from '../report/ids.ts';
import { type Readiness, readiness } from '../report/readiness.ts';
import { buildReport, inSeconds, type ReportModel } from '../report/report-model.ts';
import { repositoryOf, spelled } from '../report/repository.ts';
import { securityAssessment } from '../report/security-assessment.ts';
import { changedSince, readSums, signatureFile, staleSignature } from '../report/signed-sums.ts';
import { compileSubmission, repositoryFolder } from '../report/submission.ts';
import { type Diagnostic, renderDiagnostics, validateSubmission } from '../report/validate.ts';
import { isWork } from '../report/work-log.ts';
import { visible } from '../text/visible.ts';
import { citedBy, type ReadText } from './cited.ts';
import { TOOL_NAME } from './host.ts';
import { changesIn } from './report-changes.ts';
import { VERSION } from './version.ts';

export type State = {
  snapshot: Snapshot;
  events: readonly SessionEvent[];
  top10: readonly Top10Risk[];
  /** Texts the auditor attached, by hash. */
  contents?: ReadonlyMap<string, string>;
};

const MAX_TEXT_BYTES = 5_000_000;

/** What of the attachments is text: the rest cannot be labelled, redacted or read in a review. */
const attachedTexts = async (store: Pick<Store, 'snapshot' | 'readBlob'>): Promise<Map<string, string>> => {
  const texts = new Map<string, string>();
  const { attachments, imports, observations, assistance } = store.snapshot().session;
  const transcripts = [...observations.values(), ...assistance.values()].map((o) => ({
    sha256: o.transcript,
    bytes: 0,
  }));
  for (const { sha256, bytes } of [...attachments.values(), ...imports.values(), ...transcripts]) {
    if (bytes > MAX_TEXT_BYTES) continue;
    const read = await store.readBlob(sha256);
    try {
      const text = read && new TextDecoder('utf-8', { fatal: true }).decode(read);
      if (text !== null && text.length <= MAX_TEXT_BYTES && !text.includes('\0')) texts.set(sha256, text);
    } catch {}
  }
  return texts;
};

/** Everything the writers need of an open session. */
export const stateOf = async (
  store: Pick<Store, 'snapshot' | 'events' | 'readBlob'>,
  top10: readonly Top10Risk[],
): Promise<State> => ({
  snapshot: store.snapshot(),
  events: store.events(),
  top10,
  contents: await attachedTexts(store),
});

export const readinessOf = (snapshot: Snapshot, cited?: Cited): Readiness[] =>
  readiness({ ...snapshot, cited });

/** Day of the last piece of work, which the submission folder is named after. */
const dateOf = (events: readonly SessionEvent[]): string => {
  const last = events.findLast(isWork);
  return (last?.at ?? events[0]?.at ?? '').slice(0, 10);
};

const namesIn = (place: Place, folder: string): string[] =>
  (entriesIn(place, folder) ?? []).map((e) => e.name);

const spelledIn = (place: Place, path: string): string => spelled(path, (folder) => namesIn(place, folder));

/** Whether the audit in a folder was written from this session: the same commit, begun in the same second. */
const isOurs = (place: Place, folder: string, { session }: Snapshot): boolean => {
  const text = readTextIn(place, `${folder}/audit-manifest.json`);
  if (text === undefined) return false;
  try {
    const manifest = JSON.parse(text) as {
      target?: { commit_hash?: unknown };
      audit_metadata?: { start_date?: unknown };
    } | null;
    return (
      manifest?.target?.commit_hash === session.target?.commit &&
      manifest?.audit_metadata?.start_date === inSeconds(session.startedAt)
    );
  } catch {
    return false;
  }
};

/**
 * The number of this audit: the one this session already has in that folder, so that writing again replaces it, else the
 * next that is free there. Another audit's folder is never taken, whatever this session was called elsewhere.
 */
const auditIdIn = (at: { place: Place; written: Written } | null, { snapshot, events }: State): string => {
  const { session } = snapshot;
  const repository = repositoryOf(session.target?.url ?? '');
  const github = session.auditor.github || 'auditor';
  const date = dateOf(events);
  const home = repository ? `audits/${repository.host}/${repository.owner}/${repository.name}` : '';
  const audits = `${at && repository ? spelledIn(at.place, home) : home}/audits`;
  const existing = at && repository ? namesIn(at.place, audits) : [];
  const dated = (audits: readonly string[]) =>
    audits.filter((audit) => {
      const id = parseAuditId(audit);
      return id?.github === github && id.date === date;
    });
  const noted = dated(session.reports.map((r) => r.audit));
  // A writing that was killed is known by what it wrote, though the session could not note it any more.
  const here = dated(existing).findLast((audit) => {
    if (!at || !isOurs(at.place, `${audits}/${audit}`, snapshot)) return false;
    const manifest = `${audits}/${audit}/audit-manifest.json`;
    return noted.includes(audit) || at.written.has(manifest, hashIn(at.place, manifest) ?? '');
  });
  const free = noted.findLast((audit) => !existing.includes(audit));
  return here ?? free ?? nextAuditId(github, date, existing);
};

/** Names of the ten risks, from the packaged catalogue; none when it cannot be read. */
export const loadTop10 = async (): Promise<readonly Top10Risk[]> => {
  const catalogue = parseTop10((await readBundledCatalogue()).top10);
  return 'top10' in catalogue ? catalogue.top10 : [];
};

/** Reads every citation again. Throws {@link UserError} when something blocks the report. */
const refuseBlocked = async (snapshot: Snapshot, read: ReadText): Promise<Cited> => {
  const cited = await citedBy(snapshot, read);
  const blocked = readinessOf(snapshot, cited).filter((r) => r.level === 'blocks');
  if (blocked.length > 0)
    throw new UserError(
      `the report cannot be written yet: ${blocked.map((b) => b.text).join('; ')}`,
      [...new Set(blocked.map((b) => b.fix))].join('; '),
      1,
    );
  return cited;
};

/** What is made to be published waits until the maintainers have had their time. */
export const refuseEarly = (snapshot: Snapshot): void => {
  const early = publicationRefusal(snapshot.session);
  if (early) throw new UserError(`the report is not written: ${early.refused}`, early.hint, 1);
};

/**
 * The model for formats that lie in no database; `audit` is its id where it has one.
 * @throws UserError when something blocks the report
 */
export const reportModelOf = async (state: State, read: ReadText, audit?: string): Promise<ReportModel> => {
  await refuseBlocked(state.snapshot, read);
  return model(state, audit ?? auditIdIn(null, state));
};

const model = ({ snapshot, events, top10, contents }: State, auditId: string): ReportModel => {
  const { session, methodology, evidence, missing } = snapshot;
  return buildReport({
    session,
    events,
    methodology,
    evidence,
    missing,
    auditId,
    tool: { name: TOOL_NAME, version: VERSION },
    top10,
    ...(contents ? { contents } : {}),
  });
};

/** The assessment as it would be written now, for looking at. */
export const previewReport = (state: State): string =>
  securityAssessment(model(state, auditIdIn(null, state)));

export type WrittenReport = {
  /** Folder of this audit. */
  folder: string;
  audit: string;
  /** Over all files written, sorted by path: two writings of the same session agree. */
  sha256: string;
  /** Files in that folder that this session did not write, by their path in it: they stay. */
  kept: string[];
  diagnostics: Diagnostic[];
};

/**
 * Compiles the submission, writes it below `to`, and validates what was written. The folder of an audit that is new
 * appears whole.
 * @throws UserError when something blocks the report, the folder cannot be written, or what is there would be lost
 */
export const writeReport = async (
  state: State,
  to: string,
  read: ReadText,
  written: Written,
): Promise<WrittenReport> => {
  const cited = await refuseBlocked(state.snapshot, read);
  refuseEarly(state.snapshot);
  const place = named(to);
  finishInterrupted(place, written);
  const audit = auditIdIn({ place, written }, state);
  const report = model(state, audit);
  const base = spelledIn(place, repositoryFolder(report));
  const metadata = `${base}/metadata.json`;
  const existingMetadata = readTextIn(place, metadata);
  const existingAudits = namesIn(place, `${base}/audits`).filter((id) => id !== audit);
  const files = compileSubmission(report, {
    folder: base,
    ...(existingMetadata !== undefined ? { existingMetadata } : {}),
    existingAudits,
  });
  const folder = `${base}/audits/${audit}`;
  const { changes, kept } = changesIn(
    place,
    folder,
    new Map([...files].filter(([path]) => path !== metadata)),
    written,
  );
  // Others' file too: what it held was taken into the new one.
  const summary = files.get(metadata);
  const was = existingMetadata === undefined ? null : sha256(existingMetadata);
  if (summary !== undefined && was !== sha256(summary)) changes.push({ path: metadata, text: summary, was });
  changeFiles(place, changes, {
    drafts: written,
    ready: () => written.add([...files].map(([name, text]) => ({ name, text }))),
  });
  const hash = createHash('sha256');
  for (const [path, text] of files) hash.update(`${path}\0${text.length}\0${text}`);
  const there = readFolderIn(place, base);
  const found = validateSubmission(
    new Map([...there.files].map(([path, bytes]) => [`${base}/${path}`, bytes])),
    {
      unread: there.unread.map((u) => ({ ...u, path: `${base}/${u.path}` })),
      interrupted: interruptedAbove(placeName(place, folder)),
      target: (commit, path) =>
        commit === state.snapshot.session.target?.commit ? cited.texts.get(path) : undefined,
    },
  );
  // Earlier audits of the same server are looked at for what they have in common with this one; their faults are their own.
  const diagnostics = found.filter(
    (d) => !d.file.startsWith(`${base}/audits/`) || `${d.file}/`.startsWith(`${folder}/`),
  );
  diagnostics.push(...staleSignatures(folder, base, there.files));
  return { folder: placeName(place, folder), audit, sha256: hash.digest('hex'), kept, diagnostics };
};

/** Signatures that were put there before it was written anew, and are of what was there. */
const staleSignatures = (
  folder: string,
  base: string,
  files: ReadonlyMap<string, Uint8Array>,
): Diagnostic[] => {
  const audit = `${folder.slice(base.length + 1)}/`;
  const own = new Map(
    [...files].flatMap(([p, b]) => (p.startsWith(audit) ? [[p.slice(audit.length), b] as const] : [])),
  );
  const hashes = new Map([...own].map(([p, b]) => [p, sha256(b)]));
  return [...own].flatMap(([path, bytes]) => {
    const of = signatureFile(path);
    if (of?.folder !== '' || !of.isList) return [];
    const sums = readSums(Buffer.from(bytes).toString('utf8'));
    const changed = sums ? changedSince(sums.hashes, hashes) : [];
    return changed.length > 0 ? [staleSignature(`${folder}/${path}`, of.who, changed)] : [];
  });
};

/**
 * Notes in the session that the report was written; gives what to say when that cannot be saved. The report is there all
 * the same, and writing it again knows it.
 */
export const noteWritten = (
  store: Pick<Store, 'dispatch'>,
  { audit, sha256 }: Pick<WrittenReport, 'audit' | 'sha256'>,
): string => {
  const noted = store.dispatch({ type: 'report-written', audit, sha256 });
  return isRefusal(noted)
    ? `${audit} is written, and the session could not note it: ${noted.refused} (${noted.hint})`
    : '';
};

export const describeWritten = (w: WrittenReport): string =>
  [
    ...w.kept.map((path) => `kept, not written by this session: ${visible(path)}`),
    renderDiagnostics(w.diagnostics),
  ].join('\n');

export const isClean = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.every((d) => d.level === 'info');
