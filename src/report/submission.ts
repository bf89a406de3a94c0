import { jsonText } from '../text/json-text.ts';
import { artifacts } from './artifacts.ts';
import { auditManifest } from './audit-manifest.ts';
import { findingFile } from './finding-file.ts';
import { repositoryMetadata } from './metadata.ts';
import { rawNotes } from './raw-notes.ts';
import type { ReportModel } from './report-model.ts';
import { securityAssessment } from './security-assessment.ts';

export type SubmissionOptions = {
  /** Text of the database's present `metadata.json` for this repository, if it has one. */
  existingMetadata?: string;
  /** Where the database keeps the repository, when it spells it in another way than {@link repositoryFolder}. */
  folder?: string;
  /** Ids of the audits the database already has for this repository. */
  existingAudits?: readonly string[];
};

/** Where the database keeps the audits of the target's repository: `audits/<host>/<owner>/<name>`. */
export const repositoryFolder = (m: ReportModel): string => {
  const { host, owner, name } = m.target.repository;
  return `audits/${host}/${owner}/${name}`;
};

/**
 * Every file of the submission by its path in the database, sorted; texts end with a newline. The same model compiles to the
 * same bytes.
 * @throws UserError when `existingMetadata` cannot be updated because it is not a JSON object.
 */
export const compileSubmission = (m: ReportModel, options: SubmissionOptions = {}): Map<string, string> => {
  const { existingMetadata, existingAudits } = options;
  const root = options.folder ?? repositoryFolder(m);
  const audit = `${root}/audits/${m.auditId}`;
  const earlier = (existingAudits ?? []).filter((id) => id !== m.auditId).sort();
  const supporting = artifacts(m);
  const files: [string, string][] = [
    [`${root}/metadata.json`, jsonText(repositoryMetadata(m, existingMetadata, existingAudits))],
    [`${audit}/audit-manifest.json`, jsonText(auditManifest(m, earlier, [...supporting.keys()]))],
    [`${audit}/security-assessment.md`, securityAssessment(m)],
    [`${audit}/raw-notes.md`, rawNotes(m)],
    ...m.findings.map((f): [string, string] => [`${audit}/findings/${f.fileId}.md`, findingFile(f, m)]),
    ...[...supporting].map(([path, text]): [string, string] => [`${audit}/artifacts/${path}`, text]),
  ];
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
};
