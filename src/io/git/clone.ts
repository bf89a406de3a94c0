import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SimpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { withDraft } from '../draft-folder.ts';
import type { GitEnvironment } from './environment.ts';
import { type Ask, askGit, commonFailure, gitWords } from './git.ts';

/** Where the clone of a source is, whether or not it exists yet. `origin` is the normalised source. */
export const clonePath = (reposDir: string, origin: string): string =>
  join(reposDir, `${createHash('sha256').update(origin).digest('hex')}.git`);

/** The target's own HEAD; our clone's HEAD points here, so that `HEAD~3` means what it means in the target. */
export const TARGET_HEAD = 'refs/target/HEAD';

/** An empty bare repository in an existing folder, whose HEAD names `head`. */
export const initBare = async (path: string, environment: GitEnvironment, head: string): Promise<void> => {
  // No template: those of a machine may bring hooks. Git 3 changes the default object format.
  try {
    await askGit(path, environment, ['init', '--quiet', '--bare', '--template=', '--object-format=sha1']);
    await askGit(path, environment, ['symbolic-ref', 'HEAD', head]);
  } catch (error) {
    // Git often leaves out why it cannot write; nothing else goes wrong with an empty folder of ours.
    throw (
      commonFailure(error, undefined) ??
      new UserError(
        `no clone could be begun in ${visible(dirname(path))}: ${gitWords(error)}`,
        'nothing was recorded; see that the disk has room and the folder can be written, then do it again',
      )
    );
  }
};

/**
 * Fills a folder under another name and moves it to `path`, unless `path` is a repository already: it appears there
 * complete or not at all, so that a second program starting at the same moment finds none or a whole one.
 */
export const makeOnce = async (path: string, fill: (draft: string) => Promise<void>): Promise<void> => {
  const made = (): boolean => existsSync(join(path, 'HEAD'));
  if (made()) return;
  try {
    await withDraft(dirname(path), async (draft) => {
      await fill(draft);
      renameSync(draft, path);
    });
  } catch (error) {
    if (!made()) throw error;
  }
};

export const ensureBareRepository = (path: string, environment: GitEnvironment): Promise<void> =>
  makeOnce(path, (draft) => initBare(draft, environment, TARGET_HEAD));

const FETCH = [
  'fetch',
  // Said here because simple-git would put it behind the refspecs, where it would be one.
  '--progress',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  '--no-tags',
  '--force',
  // A shallow source is a source all the same; History says that it is shallow.
  '--update-shallow',
];

const BRANCHES_AND_TAGS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];

const isContention = (error: unknown): boolean =>
  /cannot lock ref|Unable to create .*\.lock/.test((error as Error).message);

/** Another program refreshing the same clone may hold a ref's lock; what it fetches is what we wanted. */
const patiently = async (fetch: () => Promise<unknown>, attempts = 3): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await fetch();
      return;
    } catch (error) {
      if (attempt === attempts || !isContention(error)) throw error;
    }
  }
};

/** In a clone of ours that was filled from a damaged source: what it has must not keep git from asking for all again. */
const LACKING = 'lacks-objects';

export const markLacking = (repository: string): void => writeFileSync(join(repository, LACKING), '');

/** What makes a clone whole that was not, where its source now is. */
const mending = async (ask: Ask, repository: string): Promise<string[]> => [
  ...((await ask(['rev-parse', '--is-shallow-repository'])).trim() === 'true' ? ['--unshallow'] : []),
  ...(existsSync(join(repository, LACKING)) ? ['--refetch'] : []),
];

/** Brings all branches, tags and the default branch of `url` into our clone. Rejects with git's error. */
export const refresh = async (ask: Ask, git: SimpleGit, repository: string, url: string): Promise<void> => {
  const more = await mending(ask, repository);
  const fetch = (refspecs: string[]) => () => git.raw([...FETCH, ...more, '--prune', '--', url, ...refspecs]);
  try {
    await patiently(fetch([`+HEAD:${TARGET_HEAD}`, ...BRANCHES_AND_TAGS]));
  } catch (error) {
    // HEAD may name a branch that has no commit yet; git then fetches nothing at all.
    if (!/couldn't find remote ref HEAD/i.test((error as Error).message)) throw error;
    await ask(['update-ref', '-d', TARGET_HEAD]);
    await patiently(fetch(BRANCHES_AND_TAGS));
  }
  rmSync(join(repository, LACKING), { force: true });
};

/** Fetches one commit or ref that no branch or tag reaches, and keeps it under `refs/pinned/`. */
export const fetchPinned = async (git: SimpleGit, url: string, wanted: string): Promise<string> => {
  const kept = `refs/pinned/${wanted.replace(/^refs\//, '')}`;
  await patiently(() => git.raw([...FETCH, '--', url, `+${wanted}:${kept}`]));
  return kept;
};
