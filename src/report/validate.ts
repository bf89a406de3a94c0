import { compareDiagnostics, type Diagnostic } from './diagnostic.ts';
import { checkAssessment } from './rules/assessment.ts';
import { checkFindings } from './rules/findings.ts';
import {
  type AuditFolder,
  at,
  type FindRepository,
  objectOf,
  type Report,
  type RuleContext,
  readText,
  type TargetFile,
  type TextFile,
} from './rules/folder.ts';
import { checkAuditJson, checkRepositoryJson } from './rules/json-files.ts';
import { checkLayout, checkNames, checkRepository, repositoriesOf } from './rules/layout.ts';
import { checkLookedAt, type Unread } from './rules/looked-at.ts';
import { checkManifest } from './rules/manifest.ts';
import { checkMetadata } from './rules/metadata.ts';
import { checkAuditSafety, checkRepositorySafety } from './rules/safety.ts';
import { checkSecrets } from './rules/secrets.ts';
import { checkSnippets, citationsIn } from './rules/snippets.ts';
import { checkTarget } from './rules/target.ts';

export type { Diagnostic } from './diagnostic.ts';
export { renderDiagnostics } from './diagnostic.ts';

export type ValidateOptions = {
  /** A branch name beside a whole commit hash blocks too. */
  strict?: boolean;
  /** What the folder holds beside `files`, and nobody could look at. */
  unread?: readonly Unread[];
  /** Drafts of interrupted writings beside or above the folder, that name something in it. */
  interrupted?: readonly string[];
  /** Name of the folder, when a single audit folder is given. */
  folderName?: string;
  /** A file of the target at a commit: null when it is not there, undefined when nobody can look. */
  target?: TargetFile;
  /** What a clone of the target says of commits and tags; not asked for when left out. */
  repository?: FindRepository;
};

/** What an audit says of the target, and the files it quotes: what a clone must be asked for. */
export type Anchor = { audit: string; url: string; commit: string; paths: string[] };

const textsOf = (files: ReadonlyMap<string, Uint8Array>): Map<string, TextFile> =>
  new Map([...files].map(([path, bytes]) => [path, readText(path, bytes)]));

/** Name and path of each audit folder, as the rules find them; the path is '' where the audit itself was given. */
export const auditsOf = (
  files: ReadonlyMap<string, Uint8Array>,
  folderName: string | undefined,
): { id: string; path: string }[] =>
  repositoriesOf(textsOf(files), folderName).flatMap((r) => r.audits.map(({ id, path }) => ({ id, path })));

/** One for each audit whose manifest names an address and a whole commit. Never throws. */
export const anchorsOf = (files: ReadonlyMap<string, Uint8Array>, folderName: string | undefined): Anchor[] =>
  repositoriesOf(textsOf(files), folderName)
    .flatMap((r) => r.audits)
    .flatMap((audit) => {
      const manifest = objectOf(audit.own.get('audit-manifest.json'));
      const url = manifest && at(manifest.value, 'target.repo_url');
      const commit = manifest && at(manifest.value, 'target.commit_hash');
      if (typeof url !== 'string' || typeof commit !== 'string' || !/^[0-9a-f]{40}$/i.test(commit)) return [];
      const paths = [...new Set(citationsIn(audit).map((c) => c.citation.path))];
      return [{ audit: audit.id, url, commit, paths }];
    });

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
    ...(options.repository ? { repository: options.repository } : {}),
  };
  const found: Diagnostic[] = [];
  const report: Report = (d) => found.push({ ...d, line: d.line ?? null });
  const repositories = repositoriesOf(textsOf(files), options.folderName);
  const audits: AuditFolder[] = repositories.flatMap((r) => r.audits);
  if (audits.length === 0)
    report({
      rule: 'LAYOUT-NO-AUDIT',
      level: 'blocking',
      file: '.',
      message: 'no audit was found in this folder',
      fix: 'give a folder with audits/<host>/<owner>/<repository>/audits/<audit id>/, or one of those',
    });
  checkLookedAt(files, options, repositories, report);
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
    checkTarget(audit, context, report);
    checkSnippets(audit, context, report);
  }
  return found.sort(compareDiagnostics);
};
