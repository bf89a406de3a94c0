import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { writeFile } from '../io/folders.ts';
import { htmlFile } from '../report/formats/html.ts';
import { markdownFile } from '../report/formats/markdown-file.ts';
import { advisories } from '../report/formats/osv.ts';
import { reportJsonFile } from '../report/formats/report-json.ts';
import { sarifFile } from '../report/formats/sarif.ts';
import type { ReportModel } from '../report/report-model.ts';

/** The formats beside the submission: one file each, except advisories, which are one file a weakness below a folder. */
export const FORMATS = ['submission', 'json', 'sarif', 'markdown', 'html', 'osv'] as const;
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

const WRITERS: Record<Exclude<Format, 'submission' | 'osv'>, (m: ReportModel) => string> = {
  json: reportJsonFile,
  sarif: sarifFile,
  markdown: markdownFile,
  html: htmlFile,
};

/** Paths and texts of a report in one format; `session` is the session's id. */
export const writtenAs = (
  format: Exclude<Format, 'submission'>,
  m: ReportModel,
  session: string,
  to: string,
): Map<string, string> =>
  format === 'osv'
    ? new Map(advisories(m, stableId(session)).map((a) => [join(to, a.path), a.text]))
    : new Map([[to, WRITERS[format](m)]]);

export const writeAll = (files: ReadonlyMap<string, string>): void => {
  for (const [path, text] of files) writeFile(path, text);
};
