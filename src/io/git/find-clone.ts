import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readingEnvironment } from './environment.ts';
import { askGit } from './git.ts';

/**
 * One of our clones that holds the commit, or null. Which one does not matter: a commit's hash is its content. This
 * is how a session is opened again without asking its source, and so without the network.
 */
export const findClone = async (reposDir: string, commit: string): Promise<string | null> => {
  if (!existsSync(reposDir)) return null;
  for (const name of readdirSync(reposDir)
    .filter((n) => n.endsWith('.git'))
    .sort()) {
    const repository = join(reposDir, name);
    try {
      await askGit(repository, readingEnvironment(), ['cat-file', '-e', `${commit}^{commit}`]);
      return repository;
    } catch {}
  }
  return null;
};
