import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type DisclosureState, disclosureOf } from '../domain/disclosure.ts';
import { UserError } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import { named, namedFile } from '../io/open-folder.ts';
import type { Written } from '../io/session/written.ts';
import { putFiles } from '../io/write-files.ts';
import { htmlFile } from '../report/formats/html.ts';
import { markdownFile } from '../report/formats/markdown-file.ts';
import { advisories } from '../report/formats/osv.ts';
import { privateReport } from '../report/formats/private-report.ts';
import { reportJsonFile } from '../report/formats/report-json.ts';
import { sarifFile } from '../report/formats/sarif.ts';
import type { ReportModel } from '../report/report-model.ts';
import { sourcesText } from '../report/sources.ts';

/** The formats beside the submission: one file each, except advisories, which are one file a weakness below a folder. */
export const FORMATS = [
  'submission',
  'json',
  'sarif',
  'markdown',
  'html',
  'osv',
  'private',
  'sources',
] as const;
export type Format = (typeof FORMATS)[number];

export const parseFormat = (text: string): Format => {
  const found = FORMATS.find((f) => f === text);
  if (!found) throw new UserError(`"${text}" is no format of the report`, `one of: ${FORMATS.join(', ')}`);
  return found;
};

/** Always the same digits for a finding of a session, so that an advisory keeps its id when it is written again. */
const stableId =
  (session: string) =>
  (finding: string): string =>
    createHash('sha256').update(`${session}\0${finding}`).digest('hex').slice(0, 8).toUpperCase();

const WRITERS: Record<
  Exclude<Format, 'submission' | 'osv'>,
  (m: ReportModel, disclosure: DisclosureState) => string
> = {
  json: reportJsonFile,
  sarif: sarifFile,
  markdown: markdownFile,
  html: htmlFile,
  private: privateReport,
  sources: sourcesText,
};

/** Texts of a report in one format: one under the name '', or advisories by their paths below a folder. */
export const writtenAs = (
  format: Exclude<Format, 'submission'>,
  m: ReportModel,
  session: Session,
): Map<string, string> =>
  format === 'osv'
    ? new Map(advisories(m, stableId(session.id)).map((a) => [a.path, a.text]))
    : new Map([['', WRITERS[format](m, disclosureOf(session))]]);

/**
 * Writes all of them or none, and gives their names. A file that is there is replaced when this session wrote it and nobody
 * changed it since. Throws UserError.
 */
export const writeAll = (texts: ReadonlyMap<string, string>, to: string, written: Written): string[] => {
  const options = {
    drafts: written,
    replaces: (sha256: string) => written.has('', sha256),
    ready: () => written.add([...texts.values()].map((text) => ({ name: '', text }))),
  };
  const single = texts.get('');
  if (single === undefined) putFiles(named(to), texts, options);
  else {
    const { folder, name } = namedFile(to);
    putFiles(folder, new Map([[name, single]]), options);
  }
  return [...texts.keys()].map((path) => join(to, path));
};
