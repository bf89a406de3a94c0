import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotPath } from '../snapshot/import-snapshot.ts';
import { readingEnvironment } from './environment.ts';
import { askGit } from './git.ts';
import { ownClone } from './origin.ts';

const ask = (repository: string, args: readonly string[]): Promise<string> =>
  askGit(repository, readingEnvironment(), args);

const holds = (repository: string, commit: string): Promise<boolean> =>
  ask(repository, ['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  );

/** Whether the commit is there with its files and all that came before it. Git goes through every object for that. */
const isWhole = async (repository: string, commit: string): Promise<boolean> => {
  try {
    if ((await ask(repository, ['rev-parse', '--is-shallow-repository'])).trim() !== 'false') return false;
    await ask(repository, ['rev-list', '--objects', '--quiet', commit]);
    return true;
  } catch {
    return false;
  }
};

/**
 * The clone of ours to read a commit from, or null: the one of the source it was opened from, as it is. Any other that
 * holds the commit will do only when it lacks nothing: a commit's hash is its content, but a shallow or damaged clone has
 * not all of it, and what somebody else's clone lacks must not be missing from this audit. This is how a session is opened
 * again without asking its source, and so without the network.
 *
 * @param source path or URL the target was opened from; '' when that is not known
 */
export const findClone = async (reposDir: string, commit: string, source: string): Promise<string | null> => {
  if (!existsSync(reposDir)) return null;
  const own = ownClone(reposDir, source);
  for (const path of [own, snapshotPath(reposDir, commit, source)])
    if (path && existsSync(path) && (await holds(path, commit))) return path;
  for (const name of readdirSync(reposDir)
    .filter((n) => n.endsWith('.git'))
    .sort()) {
    const repository = join(reposDir, name);
    if (repository !== own && (await holds(repository, commit)) && (await isWhole(repository, commit)))
      return repository;
  }
  return null;
};
