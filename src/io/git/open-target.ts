import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SimpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import type { SessionTarget } from '../../domain/events.ts';
import { isPlain, visible } from '../../text/visible.ts';
import { clonePath, ensureBareRepository, fetchPinned, refresh, TARGET_HEAD } from './clone.ts';
import { type GitEnvironment, localEnvironment, networkEnvironment } from './environment.ts';
import { commonFailure, gitIn, gitWords } from './git.ts';
import { nearNames } from './near-names.ts';
import { parseCommit } from './raw-objects.ts';
import { ownerAndRepo, webUrl, withoutCredentials } from './remote-url.ts';
import { type AskedSource, findLocalRepository, type LocalRepository, parseSource } from './source.ts';
import { countChangedFiles } from './work-tree.ts';

export type OpenTargetOptions = {
  /** A path or git URL, optionally with `#ref`. */
  source: string;
  /** Branch, tag or commit; the target's HEAD by default. */
  ref?: string | undefined;
  /** Folder to audit, relative to the one `source` names. */
  subdir?: string | undefined;
  /** Where our bare clones are kept. */
  reposDir: string;
  signal?: AbortSignal | undefined;
  progress?: ((message: string) => void) | undefined;
};

export type OpenedTarget = { target: SessionTarget; repository: string; notices: string[] };

/** Where objects come from: what git is told to fetch, and what is known about it. */
type Origin = {
  /** Handed to git; may hold credentials. */
  url: string;
  /** Names the clone; the same for every way to type the same source. */
  key: string;
  /** To be kept out of messages. */
  secret: string;
  environment: GitEnvironment;
  local: LocalRepository | null;
};

const originOf = (asked: AskedSource, reposDir: string): Origin => {
  if (asked.kind === 'network') {
    const { url, secret } = withoutCredentials(asked.url);
    const key = url.replace(/\/+$/, '').replace(/\.git$/, '');
    return { url: asked.url, key, secret, environment: networkEnvironment(), local: null };
  }
  const local = findLocalRepository(asked.path);
  // As a URL, so that git always goes through upload-pack: given a plain path it would open the repository itself.
  const url = pathToFileURL(local.top).href;
  return { url, key: url, secret: '', environment: localEnvironment(reposDir), local };
};

/** Git's first releases whose upload-pack never fetches lazily, by minor version of 2.x (CVE-2024-32004). */
const NO_LAZY_FETCH: Readonly<Record<number, number>> = { 39: 4, 40: 2, 41: 1, 42: 2, 43: 4, 44: 1, 45: 1 };

const refuseTrapsOfOldGit = async (git: SimpleGit, local: LocalRepository): Promise<void> => {
  const { major, minor, patch } = await git.version();
  const safe =
    major > 2 || (major === 2 && (minor > 45 || Number(patch) >= (NO_LAZY_FETCH[minor] ?? Infinity)));
  if (!safe && /promisor|partialclone|include/i.test(local.config))
    throw new UserError(
      `git ${major}.${minor}.${patch} could be made to run a command by this repository's configuration, so it was not opened`,
      'update git to 2.39.4 or newer, or audit a fresh clone or the remote URL',
    );
};

const fetchFailure = (error: unknown, origin: Origin): UserError => {
  const words = gitWords(error, origin.secret);
  if (/mismatched algorithms|object-format/.test(words))
    return new UserError(
      'the target is a SHA-256 repository; the audit database names commits by SHA-1, so it cannot be audited',
      'audit a SHA-1 repository of the same project',
    );
  if (origin.local && /promisor|partialclone/i.test(origin.local.config))
    return new UserError(
      `the folder is a partial clone that leaves objects out, so the commit cannot be read whole: ${words}`,
      'audit its remote URL, or run in it: git fetch --refetch --no-filter',
    );
  return origin.local
    ? new UserError(
        `git could not read the repository, so nothing was looked at: ${words}`,
        'git fsck in that folder says what is wrong; a fresh clone may help',
      )
    : new UserError(
        `the target could not be fetched, so nothing was looked at: ${words}`,
        'check the address and the network; for a private repository set up a git credential helper or an ssh agent',
      );
};

const FULL_COMMIT = /^[0-9a-f]{40}$/;

/** The commit a name stands for in our clone, or null. The name may be anything: it is never taken for an option. */
const resolveCommit = async (git: SimpleGit, ref: string): Promise<string | null> => {
  if (ref.includes('\0')) return null;
  try {
    const answer = await git.raw(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
    return FULL_COMMIT.test(answer.trim()) ? answer.trim() : null;
  } catch {
    return null;
  }
};

const MAX_NAMES = 20_000;

const refNames = async (git: SimpleGit): Promise<string[]> =>
  (
    await git.raw([
      'for-each-ref',
      `--count=${MAX_NAMES}`,
      '--format=%(refname:lstrip=2)',
      'refs/heads',
      'refs/tags',
    ])
  )
    .split('\n')
    .filter(Boolean);

const unknownRef = async (git: SimpleGit, ref: string): Promise<UserError> => {
  const names = await refNames(git);
  if (ref === '' || ref === 'HEAD')
    return names.length === 0
      ? new UserError(
          'the repository has no commit yet, and an audit is of a commit',
          'in that folder: git add -A && git commit -m "State under audit"',
        )
      : new UserError(
          'the repository’s HEAD leads to no commit, so it does not say what to audit',
          `name a branch or tag with --ref: ${names.slice(0, 5).map(visible).join(', ')}`,
        );
  const near = nearNames(ref, names);
  return new UserError(
    `${visible(ref)} is no branch, tag or commit of the target, so there is nothing to pin the audit to`,
    near.length > 0
      ? `did you mean ${near.map(visible).join(', ')}?`
      : 'name a branch, a tag or a full commit hash of 40 digits',
  );
};

/** The same short name for a branch and a tag is an old trick: what was meant must be said. */
const ambiguity = async (git: SimpleGit, ref: string): Promise<string[]> => {
  const [branch, tag] = [
    await resolveCommit(git, `refs/heads/${ref}`),
    await resolveCommit(git, `refs/tags/${ref}`),
  ];
  if (branch && tag && branch !== tag)
    return [`${visible(ref)} is both a tag and a branch, at different commits; the tag is audited`];
  if ((branch || tag) && /^[0-9a-f]{4,40}$/.test(ref))
    return [
      `${ref} looks like a commit but is the name of a ${tag ? 'tag' : 'branch'} of the target; that is what is audited`,
    ];
  return [];
};

/** Folder names joined, without `.` and empty parts; `..` would leave the commit. */
const joinSubdir = (...parts: string[]): string => {
  const names = parts.flatMap((part) => part.split('/')).filter((name) => name !== '' && name !== '.');
  if (names.includes('..') || names.some((name) => name.includes('\0')))
    throw new UserError(
      `the folder ${visible(parts.join('/'))} leads out of the repository`,
      'name a folder inside the repository with --subdir',
    );
  return names.join('/');
};

const requireFolder = async (git: SimpleGit, commit: string, subdir: string): Promise<void> => {
  if (subdir === '') return;
  const entry = await git.raw(['ls-tree', '-z', '--full-tree', commit, '--', subdir]);
  if (entry.startsWith('040000 tree')) return;
  throw new UserError(
    entry === ''
      ? `there is no folder ${visible(subdir)} in the commit, so there is nothing to audit there`
      : `${visible(subdir)} is not a folder of the commit, and an audit covers a folder`,
    'name another folder with --subdir, or leave it out for the whole repository',
  );
};

const repositoryName = (url: string, origin: Origin): string => {
  const fromUrl = ownerAndRepo(url);
  const folder = basename(origin.local?.top ?? origin.key).replace(/\.git$/, '');
  return visible(fromUrl || folder || 'repository').slice(0, 200);
};

/** Reads what the folder's own configuration calls its origin. The text goes to git on stdin: no file is named. */
const originUrl = async (
  repository: string,
  environment: GitEnvironment,
  config: string,
): Promise<string> => {
  if (config === '') return '';
  try {
    const git = gitIn(repository, environment, { input: Buffer.from(config) });
    return (
      await git.raw(['config', '--file', '-', '--no-includes', '-z', '--get', 'remote.origin.url'])
    ).replace(/\0$/, '');
  } catch {
    return '';
  }
};

/** Runs `ask`; turns failures that are nobody's bug into errors that say what to do. */
const explained = async <T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    throw commonFailure(error, signal) ?? error;
  }
};

/** Brings the clone up to date. A full commit that is already there can be audited without its source. */
const refreshOrKeep = async (
  git: SimpleGit,
  origin: Origin,
  ref: string,
  signal?: AbortSignal,
): Promise<string[]> => {
  try {
    await refresh(git, origin.url);
    return [];
  } catch (error) {
    const common = commonFailure(error, signal);
    if (common) throw common;
    const failure = fetchFailure(error, origin);
    if (!FULL_COMMIT.test(ref) || !(await resolveCommit(git, ref))) throw failure;
    return [`the source could not be asked for news; the commit is here from before. ${failure.message}`];
  }
};

const pin = async (git: SimpleGit, origin: Origin, ref: string): Promise<string> => {
  const known = await resolveCommit(git, ref || TARGET_HEAD);
  if (known) return known;
  if (FULL_COMMIT.test(ref) || /^refs\/(?!target\/|pinned\/)/.test(ref)) {
    const kept = await fetchPinned(git, origin.url, ref).catch(() => null);
    const commit = kept && (await resolveCommit(git, kept));
    if (commit) return commit;
  }
  throw await unknownRef(git, ref);
};

/**
 * Pins the target to a commit and brings its objects into our own bare clone, from which everything else is read.
 * The hostile repository itself is opened by git's upload-pack only, which runs nothing its configuration names.
 *
 * @throws UserError for all that can go wrong outside of this program
 */
export const openTarget = ({
  source,
  ref,
  subdir,
  reposDir,
  signal,
  progress,
}: OpenTargetOptions): Promise<OpenedTarget> =>
  explained(signal, async () => {
    const asked = parseSource(source);
    if (ref && asked.ref && ref !== asked.ref)
      throw new UserError(
        `two refs were named, ${visible(asked.ref)} and ${visible(ref)}, and an audit is of one commit`,
        'name it once: behind # or with --ref',
      );
    const wanted = (ref || asked.ref).trim();
    const clones = resolve(reposDir);
    mkdirSync(clones, { recursive: true, mode: 0o700 });
    const origin = originOf(asked, clones);
    const repository = clonePath(clones, origin.key);
    signal?.throwIfAborted();
    const quiet = localEnvironment(clones);
    await ensureBareRepository(repository, quiet);
    const git = gitIn(repository, quiet, { signal });
    if (origin.local) await refuseTrapsOfOldGit(git, origin.local);

    const fetching = gitIn(repository, origin.environment, { signal, progress, stallMs: 120_000 });
    const notices = [
      ...(origin.local?.notices ?? []),
      ...(await refreshOrKeep(fetching, origin, wanted, signal)),
    ];
    const commit = await pin(fetching, origin, wanted);
    if (wanted !== '') notices.push(...(await ambiguity(git, wanted)));
    const folder = joinSubdir(origin.local?.subdir ?? '', asked.subdir, subdir ?? '');
    await requireFolder(git, commit, folder);

    const remote = origin.local
      ? await originUrl(repository, quiet, origin.local.config)
      : asked.kind === 'network'
        ? asked.url
        : '';
    if (!isPlain(remote))
      notices.push(
        `the remote's address holds characters that are not shown, and is left out: ${visible(remote).slice(0, 200)}`,
      );
    const url = webUrl(remote);
    if (origin.secret !== '')
      notices.push(
        'the credentials in the address were used to fetch and are not kept; a credential helper would keep them safe',
      );
    if ((await git.raw(['rev-parse', '--is-shallow-repository'])).trim() === 'true')
      notices.push(
        'the clone is shallow: what happened before its first commit is not there, and checks of history see a part',
      );
    if (origin.local && !origin.local.bare && commit === (await resolveCommit(git, TARGET_HEAD))) {
      progress?.('comparing the folder with the commit');
      const changed = await countChangedFiles(repository, quiet, commit, origin.local.top);
      if (changed === null)
        notices.push(
          'whether the folder differs from the commit could not be told in time; only the commit is audited',
        );
      else if (changed > 0)
        notices.push(
          changed === 1
            ? '1 tracked file differs from the commit; its changes are not part of the audit'
            : `${changed} tracked files differ from the commit; they are not part of the audit`,
        );
    }
    signal?.throwIfAborted();

    const raw = Buffer.from(await git.raw(['cat-file', 'commit', commit]));
    const tags = await git.raw([
      'for-each-ref',
      `--points-at=${commit}`,
      `--count=${MAX_NAMES}`,
      '--format=%(refname:lstrip=2)',
      'refs/tags',
    ]);
    const target: SessionTarget = {
      url,
      commit,
      ref: wanted,
      subdir: folder,
      source: withoutCredentials(source).url,
      name: repositoryName(url, origin),
      committedAt: parseCommit(commit, raw).committedAt,
      tags: tags.split('\n').filter(Boolean),
    };
    return { target, repository, notices };
  });
