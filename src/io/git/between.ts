import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { localEnvironment } from './environment.ts';
import { askGit } from './git.ts';
import { openTarget } from './open-target.ts';
import { resolveCommit } from './refs.ts';

/** Two commits of a clone of ours: which one a change began at, and what it touched. */

/** A name as people give it beside an audited commit: `HEAD` is that commit. */
const asAsked = (ref: string, commit: string): string => ref.replace(/^(?:HEAD|@)(?=$|[~^])/, commit);

type Clone = { reposDir: string; repository: string; source: string };

/**
 * The commit a name stands for, as somebody says it beside the audited one.
 *
 * @throws UserError when there is no such commit
 */
export const commitNamed = async (
  { reposDir, repository, source }: Clone,
  commit: string,
  ref: string,
): Promise<string> => {
  const ask = (args: readonly string[]) => askGit(repository, localEnvironment(reposDir), args);
  const asked = asAsked(ref.trim(), commit);
  const found =
    (await resolveCommit(ask, asked)) ??
    // A branch of another remote, or a commit no branch reaches, is brought first.
    (await openTarget({ source, ref: asked, reposDir })
      .catch(() => openTarget({ source, ref: `refs/remotes/${asked}`, reposDir }))
      .then(({ target }) => target.commit)
      .catch((): null => null));
  if (found) return found;
  throw new UserError(
    `${visible(ref.slice(0, 200))} is no commit of this repository, so there is nothing to compare with`,
    'name a branch, a tag or a commit; in a shallow clone fetch it first: git fetch origin <branch>',
  );
};

/** Where the histories of two commits part; `from` itself where they never met, or the clone is too shallow to say. */
export const partedAt = async (
  { reposDir, repository }: Omit<Clone, 'source'>,
  from: string,
  to: string,
): Promise<string> => {
  const said = await askGit(repository, localEnvironment(reposDir), ['merge-base', from, to]).catch(() => '');
  return said.trim() || from;
};

/** Paths that are not the same in both commits, as git names them. */
export const changedBetween = async (
  { reposDir, repository }: Omit<Clone, 'source'>,
  from: string,
  to: string,
): Promise<string[]> => {
  const said = await askGit(repository, localEnvironment(reposDir), [
    'diff-tree',
    '-r',
    '-z',
    '--no-renames',
    '--name-only',
    from,
    to,
    '--',
  ]);
  return said.split('\0').filter((p) => p !== '');
};
