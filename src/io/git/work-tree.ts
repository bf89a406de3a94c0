import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitEnvironment } from './environment.ts';
import { askGit } from './git.ts';
import { listGit } from './stream.ts';

const TIME_MS = 5000;
const MAX_FILES = 100_000;
const SUBMODULE = Buffer.from('160000');
const NUL = Buffer.from([0]);

/**
 * How many tracked files of a work tree differ from `commit`; null when it could not be told within bounds.
 *
 * Git compares with our clone as its repository and an index of our own, so nothing of the folder's `.git` is read.
 * Attributes in the folder may name filters, but what a filter's name runs stands in configuration, and ours names
 * none. Submodules are left out of the index: to compare one, git would run `git status` inside it, under its
 * configuration.
 */
export const countChangedFiles = async (
  repository: string,
  environment: GitEnvironment,
  commit: string,
  workTree: string,
): Promise<number | null> => {
  const scratch = mkdtempSync(join(tmpdir(), 'mcp-audit-index-'));
  const stop = AbortSignal.timeout(TIME_MS);
  try {
    const ours = {
      ...environment,
      GIT_INDEX_FILE: join(scratch, 'index'),
      GIT_WORK_TREE: workTree,
    };
    const { records, complete } = await listGit(repository, ['ls-tree', '-r', '-z', '--full-tree', commit], {
      separator: 0,
      timeoutMs: TIME_MS,
      limit: MAX_FILES,
    });
    if (!complete) return null;
    const entries = records.filter((r) => !r.subarray(0, 6).equals(SUBMODULE)).flatMap((r) => [r, NUL]);
    // Where the auditor's files end their lines in CRLF, that is no difference.
    const ask = (args: string[], input?: Buffer): Promise<string> =>
      askGit(repository, ours, ['-c', 'core.autocrlf=input', ...args], {
        signal: stop,
        ...(input && { input }),
      });
    await ask(['update-index', '-z', '--index-info'], Buffer.concat(entries));
    // Ends with 1 when there is a difference, which is no failure.
    await ask(['update-index', '-q', '--refresh', '--ignore-submodules']).catch(
      (error: { code?: unknown }) => {
        if (error.code !== 1) throw error;
      },
    );
    const differing = await ask(['diff-files', '--name-only', '-z', '--ignore-submodules=all']);
    return differing.split('\0').filter(Boolean).length;
  } catch {
    return null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
