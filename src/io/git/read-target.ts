import { UserError } from '../../domain/errors.ts';
import { readingEnvironment } from './environment.ts';
import { askGit } from './git.ts';
import { openRepository } from './open-repository.ts';
import { resolveCommit } from './refs.ts';

/** What one of our clones says of a commit and some of its files; null when it does not hold the commit. */
export type TargetReading = { files: Map<string, string | null>; tags: Map<string, string> };

/** Every tag with the commit it names. */
const tagsOf = async (repository: string): Promise<Map<string, string>> => {
  const format = '%(refname:lstrip=2)%00%(objectname)%00%(*objectname)';
  const text = await askGit(repository, readingEnvironment(), [
    'for-each-ref',
    '--count=20000',
    `--format=${format}`,
    'refs/tags',
  ]);
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((l) => l.split('\0'))
      .map(([name = '', object = '', peeled = '']) => [name, peeled || object]),
  );
};

/**
 * @param repository our own bare clone
 * @param commit 40 hex digits
 * @param paths looked up in the commit's tree; null where there is no such text file
 */
export const readTarget = async (
  repository: string,
  commit: string,
  paths: readonly string[],
): Promise<TargetReading | null> => {
  const ask = (args: readonly string[]) => askGit(repository, readingEnvironment(), args);
  const found = await resolveCommit(ask, commit);
  if (!found) return null;
  const tags = await tagsOf(repository);
  const files = new Map<string, string | null>();
  if (paths.length === 0) return { files, tags };
  const opened = await openRepository(repository, found, '');
  try {
    for (const path of paths) files.set(path, await opened.tree.text(path));
  } catch (error) {
    throw new UserError(
      `the target could not be read at ${found.slice(0, 12)}: ${error instanceof Error ? error.message : error}`,
      'give a complete clone of it',
    );
  } finally {
    await opened.close();
  }
  return { files, tags };
};

/** The commit a name stands for in one of our clones, or null. */
export const commitOf = (repository: string, ref: string): Promise<string | null> =>
  resolveCommit((args) => askGit(repository, readingEnvironment(), args), ref);
