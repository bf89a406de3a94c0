import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fastImportStream, type ImportedFile } from '../../src/io/git/fast-import.ts';

/** What a fixture's path holds after the commit; null deletes it. A submodule is the hash of its commit. */
export type FixtureFile =
  | string
  | Uint8Array
  | null
  | { executable: string }
  | { symlink: string }
  | { submodule: string };

export type FixtureCommit = {
  files: Record<string, FixtureFile>;
  message?: string;
  /** `Name <address>`, also the committer. */
  author?: string;
  /** ISO 8601 with offset or `Z`. By default one day after the commit before, from 2024-01-01T12:00:00Z. */
  date?: string;
  /** Lightweight tags on this commit. */
  tags?: string[];
  /** Annotated tags on this commit. */
  annotatedTags?: string[];
};

export type FixtureOptions = {
  branch?: string;
  /** URL of `origin`; it is written down, never contacted. */
  remote?: string;
  /** No work tree. By default the last commit is checked out. */
  bare?: boolean;
};

/** Nothing of the machine's git configuration may change a fixture's hashes. */
const environment = {
  PATH: process.env.PATH ?? '',
  LANG: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Fixture',
  GIT_AUTHOR_EMAIL: 'fixture@example.org',
  GIT_AUTHOR_DATE: '1704110400 +0000',
  GIT_COMMITTER_NAME: 'Fixture',
  GIT_COMMITTER_EMAIL: 'fixture@example.org',
  GIT_COMMITTER_DATE: '1704110400 +0000',
};

/** Runs the real git in a fixture, trimmed standard output back; throws with git's words when it fails. */
export const git = (dir: string, args: string[], input: string | Uint8Array = ''): string => {
  const run = spawnSync('git', args, { cwd: dir, env: environment, input, maxBuffer: 1 << 28 });
  if (run.status !== 0)
    throw new Error(`git ${args.join(' ')}: ${run.error?.message ?? run.stderr.toString()}`);
  return run.stdout.toString().trimEnd();
};

const DAY = 24 * 60 * 60 * 1000;
const FIRST_DAY = Date.parse('2024-01-01T12:00:00Z');

const imported = (file: FixtureFile): ImportedFile => {
  if (file === null) return null;
  if (typeof file === 'string' || file instanceof Uint8Array) return { mode: '100644', content: file };
  if ('executable' in file) return { mode: '100755', content: file.executable };
  if ('symlink' in file) return { mode: '120000', content: file.symlink };
  return { mode: '160000', commit: file.submodule };
};

/**
 * A real repository at `dir` (made when missing) with these commits in a line; same arguments, same hashes. `commit`
 * is the last one's hash, `commits` all of them, oldest first.
 */
export const makeRepository = (
  dir: string,
  commits: FixtureCommit[],
  options: FixtureOptions = {},
): { path: string; commit: string; commits: string[] } => {
  const branch = options.branch ?? 'main';
  mkdirSync(dir, { recursive: true });
  git(dir, [
    'init',
    '--quiet',
    '--template=',
    `--initial-branch=${branch}`,
    ...(options.bare ? ['--bare'] : []),
  ]);
  if (options.remote !== undefined) git(dir, ['config', 'remote.origin.url', options.remote]);

  if (commits.length === 0) return { path: dir, commit: '', commits: [] };
  const stream = fastImportStream(
    branch,
    commits.map(({ files, message, author, date, ...tags }, index) => ({
      message: message ?? `Commit ${index + 1}`,
      author: author ?? 'Fixture <fixture@example.org>',
      date: date ?? new Date(FIRST_DAY + index * DAY).toISOString(),
      files: Object.entries(files).map(([path, file]) => [path, imported(file)] as const),
      ...tags,
    })),
  );
  git(dir, ['fast-import', '--quiet', '--date-format=raw'], stream);
  if (!options.bare) git(dir, ['reset', '--quiet', '--hard']);
  const hashes = git(dir, ['rev-list', '--reverse', '--first-parent', branch]).split('\n');
  return { path: dir, commit: hashes.at(-1) ?? '', commits: hashes };
};
