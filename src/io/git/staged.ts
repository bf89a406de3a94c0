import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';

const run = promisify(execFile);

/**
 * What is staged in somebody's own repository, as a commit that no branch reaches: the same tree on the same commit has the same
 * hash. Git runs in that folder, with its configuration; no hook of it does. Never for a target that is not the user's own.
 */
export const stagedCommit = async (folder: string): Promise<string> => {
  const git = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> =>
    (
      await run('git', ['-C', folder, ...args], { env: { ...process.env, ...env }, windowsHide: true })
    ).stdout.trim();
  try {
    const tree = await git(['write-tree']);
    const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(() => '');
    const date = head === '' ? '2000-01-01T00:00:00Z' : await git(['show', '-s', '--format=%cI', head]);
    const who = { NAME: 'staged', EMAIL: 'staged@localhost', DATE: date };
    const env = Object.fromEntries(
      Object.entries(who).flatMap(([k, v]) => [
        [`GIT_AUTHOR_${k}`, v],
        [`GIT_COMMITTER_${k}`, v],
      ]),
    );
    return await git(
      ['commit-tree', '--no-gpg-sign', tree, ...(head === '' ? [] : ['-p', head]), '-m', 'What is staged'],
      env,
    );
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new UserError(
      `what is staged in ${visible(folder)} could not be made a commit, so nothing was collected: ${visible(words.trim().slice(0, 300))}`,
      'resolve conflicts first; git status shows them',
    );
  }
};
