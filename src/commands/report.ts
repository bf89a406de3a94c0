import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Cited, citedPaths, itemsById, readCited } from '../domain/citations.ts';
import { publicationRefusal } from '../domain/disclosure.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import { parseTop10 } from '../domain/load-methodology.ts';
import type { Top10Risk } from '../domain/methodology.ts';
import type { Snapshot } from '../engine/store.ts';
import { namesIn, readFolder, readTextIfThere, writeFiles } from '../io/folders.ts';
import { readBundledCatalogue } from '../io/methodology-files.ts';
import { nextAuditId, parseAuditId } from '../report/ids.ts';
import { type Readiness, readiness } from '../report/readiness.ts';
import { buildReport, type ReportModel } from '../report/report-model.ts';
import { repositoryOf } from '../report/repository.ts';
import { securityAssessment } from '../report/security-assessment.ts';
import { compileSubmission, repositoryFolder } from '../report/submission.ts';
import { type Diagnostic, renderDiagnostics, validateSubmission } from '../report/validate.ts';
import { TOOL_NAME } from './host.ts';
import { VERSION } from './version.ts';

export type State = { snapshot: Snapshot; events: readonly SessionEvent[]; top10: readonly Top10Risk[] };

/** A file at the pinned commit, for reading every citation again; rejects when the target cannot be opened. */
export type ReadText = (path: string) => Promise<string | null>;

/** Everything findings cite, read again at the pinned commit. */
export const citedBy = (snapshot: Snapshot, read: ReadText): Promise<Cited> =>
  readCited(citedPaths(snapshot.session.findings.values(), itemsById(snapshot.evidence)), read);

export const readinessOf = (snapshot: Snapshot, cited?: Cited): Readiness[] =>
  readiness({ ...snapshot, cited });

/** Day of the last piece of work, which the submission folder is named after. */
const dateOf = (events: readonly SessionEvent[]): string => {
  const last = events.findLast(
    (e) => !['session.opened', 'session.closed', 'report.written'].includes(e.type),
  );
  return (last?.at ?? events[0]?.at ?? '').slice(0, 10);
};

/**
 * The number of this audit: the one this session already has in that folder, so that writing again replaces it, else the
 * next that is free there.
 */
const auditIdIn = (folder: string, { snapshot, events }: State): string => {
  const { session } = snapshot;
  const repository = repositoryOf(session.target?.url ?? '');
  const existing = repository
    ? namesIn(join(folder, 'audits', repository.host, repository.owner, repository.name, 'audits'))
    : [];
  const github = session.auditor.github || 'auditor';
  const date = dateOf(events);
  const mine = session.reports.findLast((r) => {
    const id = parseAuditId(r.audit);
    return id?.github === github && id.date === date;
  });
  return mine ? mine.audit : nextAuditId(github, date, existing);
};

/** Names of the ten risks, from the packaged catalogue; none when it cannot be read. */
export const loadTop10 = async (): Promise<readonly Top10Risk[]> => {
  const catalogue = parseTop10((await readBundledCatalogue()).top10);
  return 'top10' in catalogue ? catalogue.top10 : [];
};

const model = ({ snapshot, events, top10 }: State, auditId: string): ReportModel => {
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
  });
};

/** The assessment as it would be written now, for looking at. */
export const previewReport = (state: State): string => securityAssessment(model(state, auditIdIn('', state)));

export type WrittenReport = {
  /** Folder of this audit. */
  folder: string;
  audit: string;
  /** Over all files written, sorted by path: two writings of the same session agree. */
  sha256: string;
  diagnostics: Diagnostic[];
};

/**
 * Compiles the submission, writes it below `to`, and validates what was written.
 * @throws UserError when something blocks the report, or the folder cannot be written
 */
export const writeReport = async (state: State, to: string, read: ReadText): Promise<WrittenReport> => {
  const cited = await citedBy(state.snapshot, read);
  const blocked = readinessOf(state.snapshot, cited).filter((r) => r.level === 'blocks');
  if (blocked.length > 0)
    throw new UserError(
      `the report cannot be written yet: ${blocked.map((b) => b.text).join('; ')}`,
      [...new Set(blocked.map((b) => b.fix))].join('; '),
      1,
    );
  const early = publicationRefusal(state.snapshot.session);
  if (early) throw new UserError(`the report is not written: ${early.refused}`, early.hint, 1);
  const root = resolve(to);
  const audit = auditIdIn(root, state);
  const report = model(state, audit);
  const base = repositoryFolder(report);
  const existingMetadata = readTextIfThere(join(root, base, 'metadata.json'));
  const existingAudits = namesIn(join(root, base, 'audits')).filter((id) => id !== audit);
  const files = compileSubmission(report, {
    ...(existingMetadata !== undefined ? { existingMetadata } : {}),
    existingAudits,
  });
  const folder = `${base}/audits/${audit}`;
  writeFiles(root, files, folder);
  const hash = createHash('sha256');
  for (const [path, text] of files) hash.update(`${path}\0${text.length}\0${text}`);
  const diagnostics = validateSubmission(
    new Map([...readFolder(join(root, base))].map(([path, bytes]) => [`${base}/${path}`, bytes])),
    {
      target: (commit, path) =>
        commit === state.snapshot.session.target?.commit ? cited.texts.get(path) : undefined,
    },
  );
  return { folder: join(root, folder), audit, sha256: hash.digest('hex'), diagnostics };
};

export const describeWritten = (w: WrittenReport): string => renderDiagnostics(w.diagnostics);

export const isClean = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.every((d) => d.level === 'info');
