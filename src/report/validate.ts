import { compareDiagnostics, type Diagnostic } from './diagnostic.ts';
import { checkAssessment } from './rules/assessment.ts';
import { checkFindings } from './rules/findings.ts';
import {
  type AuditFolder,
  type Report,
  type RuleContext,
  readText,
  type TargetFile,
} from './rules/folder.ts';
import { checkAuditJson, checkRepositoryJson } from './rules/json-files.ts';
import { checkLayout, checkNames, checkRepository, repositoriesOf } from './rules/layout.ts';
import { checkManifest } from './rules/manifest.ts';
import { checkMetadata } from './rules/metadata.ts';
import { checkAuditSafety, checkRepositorySafety } from './rules/safety.ts';
import { checkSecrets } from './rules/secrets.ts';
import { checkSnippets } from './rules/snippets.ts';

export type { Diagnostic } from './diagnostic.ts';
export { renderDiagnostics } from './diagnostic.ts';

export type ValidateOptions = {
  /** A branch name beside a whole commit hash blocks too. */
  strict?: boolean;
  /** Name of the folder, when a single audit folder is given. */
  folderName?: string;
  /** A file of the target at a commit: null when it is not there, undefined when nobody can look. */
  target?: TargetFile;
};

/**
 * Judges a submission by the audit database's rules. `files` hold the bytes of each file by its path, with `/`, relative to
 * the folder given, which is a whole database (or anything with `audits/<host>/…` in it), one repository's folder, or one
 * audit's folder. In the last case metadata.json lies outside: pass it as `../../metadata.json`; without it a warning says
 * that nobody looked. Never throws; sorted, gravest first; empty means that nothing was found wrong.
 */
export const validateSubmission = (
  files: ReadonlyMap<string, Uint8Array>,
  options: ValidateOptions = {},
): Diagnostic[] => {
  const context: RuleContext = {
    strict: options.strict ?? false,
    ...(options.target ? { target: options.target } : {}),
  };
  const found: Diagnostic[] = [];
  const report: Report = (d) => found.push({ ...d, line: d.line ?? null });
  const texts = new Map([...files].map(([path, bytes]) => [path, readText(path, bytes)]));
  const repositories = repositoriesOf(texts, options.folderName);
  const audits: AuditFolder[] = repositories.flatMap((r) => r.audits);
  if (audits.length === 0)
    report({
      rule: 'LAYOUT-NO-AUDIT',
      level: 'blocking',
      file: '.',
      message: 'no audit was found in this folder',
      fix: 'give a folder with audits/<host>/<owner>/<repository>/audits/<audit id>/, or one of those',
    });
  for (const repository of repositories) {
    checkRepository(repository, report);
    checkRepositoryJson(repository, report);
    checkMetadata(repository, report);
    checkRepositorySafety(repository, report);
  }
  for (const audit of audits) {
    checkLayout(audit, report);
    checkNames(audit, report);
    checkAuditJson(audit, report);
    checkManifest(audit, context, report);
    checkAssessment(audit, report);
    checkFindings(audit, report);
    checkAuditSafety(audit, report);
    checkSecrets(audit, report);
    checkSnippets(audit, context, report);
  }
  return found.sort(compareDiagnostics);
};
