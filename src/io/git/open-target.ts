import { mkdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { SimpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import type { SessionTarget } from '../../domain/events.ts';
import { redactSecrets } from '../../text/redact.ts';
import { isPlain, visible } from '../../text/visible.ts';
import type { Registries } from '../registries/ask.ts';
import { openFiles, withoutHistory } from '../snapshot/open-files.ts';
import { isPublished, openPackage } from '../snapshot/open-package.ts';
import { clonePath, ensureBareRepository, markLacking, refresh, TARGET_HEAD } from './clone.ts';
import { type GitEnvironment, localEnvironment } from './environment.ts';
import { type Ask, askGit, commonFailure, fetchingGit, gitWords } from './git.ts';
import { type Origin, originOf } from './origin.ts';
import { parseCommit } from './raw-objects.ts';
import { ambiguity, FULL_COMMIT, pinCommit, resolveCommit, tagsAt } from './refs.ts';
import { ownerAndRepo, webUrl, withoutCredentials } from './remote-url.ts';
import { canonicalSource, type LocalRepository, parseSource } from './source.ts';
import { joinSubdir, requireFolder } from './subdir.ts';
import { takeObjects } from './take-objects.ts';
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
  /** Set when registries may be asked: the auditor allowed it. A git URL is asked because it was named. */
  fetch?: { registries: Registries; now(): Date } | undefined;
};

export type OpenedTarget = { target: SessionTarget; repository: string; notices: string[] };

/** Git's first releases whose upload-pack never fetches lazily, by minor version of 2.x (CVE-2024-32004). */
const NO_LAZY_FETCH: Readonly<Record<number, number>> = { 39: 4, 40: 2, 41: 1, 42: 2, 43: 4, 44: 1, 45: 1 };

const refuseTrapsOfOldGit = async (git: SimpleGit, local: LocalRepository): Promise<void> => {
  if (!/promisor|partialclone|include/i.test(local.config)) return;
  const { major, minor, patch } = await git.version();
  const safe =
    major > 2 || (major === 2 && (minor > 45 || Number(patch) >= (NO_LAZY_FETCH[minor] ?? Infinity)));
  if (!safe)
    throw new UserError(
      `git ${major}.${minor}.${patch} could be made to run a command by this repository's configuration, so it was not opened`,
      'update git to 2.39.4 or newer, or audit a fresh clone or the remote URL',
    );
};

const fetchFailure = (error: unknown, origin: Origin): UserError => {
  const words = gitWords(error);
  if (/mismatched algorithms|object-format/.test(words))
    return new UserError(
      'the target is a SHA-256 repository; the audit database names commits by SHA-1, so it cannot be audited',
      'audit a SHA-1 repository of the same project',
    );
  if (/couldn't write '|write error|unable to (?:write|create)/i.test(words))
    return new UserError(
      `our clone of the target could not be written, so nothing was recorded: ${words}`,
      'see that the disk has room and the folder can be written, then do it again',
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

const repositoryName = (url: string, origin: Origin): string => {
  const fromUrl = ownerAndRepo(url);
  const folder = basename(origin.local?.top ?? origin.key).replace(/\.git$/, '');
  return visible(fromUrl || folder || 'repository').slice(0, 200);
};

/** Reads what the folder's own configuration calls its origin. The text goes to git on stdin: no file is named. */
const originUrl = async (ask: Ask, config: string): Promise<string> => {
  if (config === '') return '';
  const args = ['config', '--file', '-', '--no-includes', '-z', '--get', 'remote.origin.url'];
  // Fails when there is no such key, or when git cannot read the text: the fetch has said so already.
  return (await ask(args, Buffer.from(config)).catch(() => '')).replace(/\0$/, '');
};

/** Runs `ask`; turns failures that are nobody's bug into errors that say what to do. */
const explained = async <T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    throw commonFailure(error, signal) ?? error;
  }
};

const named = (names: readonly string[]): string =>
  `${names.slice(0, 5).map(visible).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;

/**
 * What is there of a folder that git would not hand over is audited, and what is missing is said: mirrors leave out large
 * files, disks lose some, partial clones never had them. Null when nothing of it can be read.
 */
const takeWhatIsThere = async (
  error: unknown,
  origin: Origin,
  {
    repository,
    environment,
    signal,
    progress,
  }: Pick<OpenTargetOptions, 'signal' | 'progress'> & {
    repository: string;
    environment: GitEnvironment;
  },
): Promise<string[] | null> => {
  const { local } = origin;
  if (!local || /mismatched algorithms|object-format/.test(gitWords(error))) return null;
  markLacking(repository);
  const { refs, lost } = await takeObjects({
    from: local.objects,
    url: origin.url,
    repository,
    environment: origin.environment,
    head: TARGET_HEAD,
    ask: (args, input) => askGit(repository, environment, args, { signal, ...(input && { input }) }),
    signal,
    progress,
  });
  if (refs === 0) return null;
  const partial = /promisor|partialclone/i.test(local.config);
  return [
    `the folder lacks objects that its history names, so git would not hand it over; what is there was copied. Files that are missing cannot be looked at: ${partial ? 'it is a partial clone, whose remote has them; audit the remote URL, or run in it: git fetch --refetch --no-filter' : 'git fsck in that folder names them'}`,
    ...(lost.length > 0
      ? [`these branches and tags lead to commits that are missing from the folder: ${named(lost)}`]
      : []),
  ];
};

/** Brings the clone up to date. A full commit that is already there can be audited without its source. */
const refreshOrKeep = async (
  ask: Ask,
  fetching: SimpleGit,
  origin: Origin,
  ref: string,
  into: Parameters<typeof takeWhatIsThere>[2],
): Promise<string[]> => {
  const { signal } = into;
  try {
    await refresh(ask, fetching, into.repository, origin.url);
    return [];
  } catch (error) {
    const common = commonFailure(error, signal);
    if (common) throw common;
    const taken = await takeWhatIsThere(error, origin, into).catch(() => null);
    if (taken) return taken;
    const failure = fetchFailure(error, origin);
    if (!FULL_COMMIT.test(ref) || !(await resolveCommit(ask, ref))) throw failure;
    return [`the source could not be asked for news; the commit is here from before. ${failure.message}`];
  }
};

/** The remote's web address, and what is to be said about it. */
const describeRemote = (remote: string, hadCredentials: boolean): { url: string; notices: string[] } => {
  const notices: string[] = [];
  if (!isPlain(remote))
    notices.push(
      `the remote's address holds characters that are not shown, and is left out: ${visible(withoutCredentials(remote).slice(0, 200))}`,
    );
  if (hadCredentials)
    notices.push(
      'the credentials in the address were used to fetch and are not kept; a credential helper would keep them safe',
    );
  return { url: webUrl(remote), notices };
};

/** What of the source is not in the audit: history that a shallow clone lacks, changes that are not committed. */
const describeLimits = async (
  ask: Ask,
  repository: string,
  environment: GitEnvironment,
  commit: string,
  local: LocalRepository | null,
): Promise<string[]> => {
  const notices: string[] = [];
  if ((await ask(['rev-parse', '--is-shallow-repository'])).trim() === 'true')
    notices.push(
      'the clone is shallow: what happened before its first commit is not there, and checks of history see a part',
    );
  if (!local || local.bare || commit !== (await resolveCommit(ask, TARGET_HEAD))) return notices;
  const changed = await countChangedFiles(repository, environment, commit, local.top);
  if (changed === null)
    notices.push('whether the folder differs from the commit could not be told; only the commit is audited');
  else if (changed === 1)
    notices.push('1 tracked file differs from the commit; its changes are not part of the audit');
  else if (changed > 1)
    notices.push(`${changed} tracked files differ from the commit; they are not part of the audit`);
  return notices;
};

/**
 * Pins the target to a commit and brings its objects into our own bare clone, from which everything else is read.
 * The hostile repository itself is opened by git's upload-pack only, which runs nothing its configuration names.
 *
 * Files without a history become a commit of our own.
 *
 * @throws UserError for all that can go wrong outside of this program
 */
export const openTarget = (options: OpenTargetOptions): Promise<OpenedTarget> =>
  explained(options.signal, async () => {
    const { source, signal, progress } = options;
    if (isPublished(source)) return openPackage(options, (options.ref ?? '').trim());
    const asked = parseSource(source);
    if (options.ref && asked.ref && options.ref !== asked.ref)
      throw new UserError(
        `two refs were named, ${visible(asked.ref)} and ${visible(options.ref)}, and an audit is of one commit`,
        'name it once: behind # or with --ref',
      );
    const ref = (options.ref || asked.ref).trim();
    const files = asked.kind === 'local' ? withoutHistory(asked.path) : null;
    if (files && asked.kind === 'local') return openFiles(files, asked.path, ref, options);
    const reposDir = resolve(options.reposDir);
    mkdirSync(reposDir, { recursive: true, mode: 0o700 });
    const origin = originOf(asked, reposDir);
    const subdir = joinSubdir(origin.local?.subdir ?? '', asked.subdir, options.subdir ?? '');

    const repository = clonePath(reposDir, origin.key);
    const environment = localEnvironment(reposDir);
    await ensureBareRepository(repository, environment);
    const ask: Ask = (args, input) =>
      askGit(repository, environment, args, { signal, ...(input && { input }) });
    const fetching = fetchingGit(repository, origin.environment, { signal, progress });
    if (origin.local) await refuseTrapsOfOldGit(fetching, origin.local);

    const into = { repository, environment, signal, progress };
    const news = await refreshOrKeep(ask, fetching, origin, ref, into);
    const commit = await pinCommit(ask, fetching, origin.url, ref);
    await requireFolder(ask, commit, subdir);
    progress?.('looking at the commit');
    const remote = describeRemote(
      origin.local ? await originUrl(ask, origin.local.config) : origin.url,
      origin.hadCredentials,
    );
    const [names, limits, tags, raw] = await Promise.all([
      ref === '' ? [] : ambiguity(ask, ref),
      describeLimits(ask, repository, environment, commit, origin.local),
      tagsAt(ask, commit),
      ask(['cat-file', 'commit', commit]),
    ]);
    signal?.throwIfAborted();
    // The commit is what is pinned: what else led to it is only told, and a credential in it goes no further.
    const target: SessionTarget = {
      url: redactSecrets(remote.url),
      commit,
      ref: redactSecrets(ref),
      subdir,
      source: redactSecrets(canonicalSource(source)),
      name: redactSecrets(repositoryName(remote.url, origin)),
      committedAt: parseCommit(commit, Buffer.from(raw)).committedAt,
      tags: tags.map(redactSecrets),
    };
    const notices = [...(origin.local?.notices ?? []), ...news, ...names, ...remote.notices, ...limits];
    return { target, repository, notices };
  });
