import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

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

const DAY = 24 * 60 * 60;

/** Git's raw date, keeping the offset that was written. */
const rawDate = (iso: string): string => {
  const offset = /([+-]\d\d):?(\d\d)$/.exec(iso);
  return `${Date.parse(iso) / 1000} ${offset ? `${offset[1]}${offset[2]}` : '+0000'}`;
};

const data = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
};

/** fast-import reads a path in C quotes: the only form that holds every byte. */
const quoted = (path: string): string =>
  `"${[...Buffer.from(path)].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join('')}"`;

const fileCommand = (path: string, file: FixtureFile): Buffer => {
  const inline = (mode: string, content: string | Uint8Array) =>
    Buffer.concat([Buffer.from(`M ${mode} inline ${quoted(path)}\n`), data(content)]);
  if (file === null) return Buffer.from(`D ${quoted(path)}\n`);
  if (typeof file === 'string' || file instanceof Uint8Array) return inline('100644', file);
  if ('executable' in file) return inline('100755', file.executable);
  if ('symlink' in file) return inline('120000', file.symlink);
  return Buffer.from(`M 160000 ${file.submodule} ${quoted(path)}\n`);
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

  const first = Date.parse('2024-01-01T12:00:00Z') / 1000;
  const stream: Buffer[] = [];
  commits.forEach((commit, index) => {
    const who = `${commit.author ?? 'Fixture <fixture@example.org>'} ${commit.date ? rawDate(commit.date) : `${first + index * DAY} +0000`}`;
    stream.push(
      Buffer.from(`commit refs/heads/${branch}\nmark :${index + 1}\nauthor ${who}\ncommitter ${who}\n`),
      data(commit.message ?? `Commit ${index + 1}`),
      ...Object.entries(commit.files).map(([path, file]) => fileCommand(path, file)),
    );
    for (const tag of commit.tags ?? [])
      stream.push(Buffer.from(`reset refs/tags/${tag}\nfrom :${index + 1}\n\n`));
    for (const tag of commit.annotatedTags ?? [])
      stream.push(Buffer.from(`tag ${tag}\nfrom :${index + 1}\ntagger ${who}\n`), data(tag));
  });
  if (commits.length === 0) return { path: dir, commit: '', commits: [] };
  git(dir, ['fast-import', '--quiet', '--date-format=raw'], Buffer.concat(stream));
  if (!options.bare) git(dir, ['reset', '--quiet', '--hard']);
  const hashes = git(dir, ['rev-list', '--reverse', '--first-parent', branch]).split('\n');
  return { path: dir, commit: hashes.at(-1) ?? '', commits: hashes };
};
