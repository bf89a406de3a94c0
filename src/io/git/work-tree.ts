import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitEnvironment } from './environment.ts';
import { gitIn } from './git.ts';
import { gitRecords } from './stream.ts';

const TIME_MS = 5000;

/**
 * How many tracked files of a work tree differ from `commit`; null when it could not be told in time.
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
    const entries: Buffer[] = [];
    for await (const record of gitRecords(repository, ['ls-tree', '-r', '-z', '--full-tree', commit], {
      separator: 0,
      timeoutMs: TIME_MS,
    }))
      if (!record.subarray(0, 6).equals(Buffer.from('160000'))) entries.push(record, Buffer.from([0]));
    const options = { signal: stop, stallMs: TIME_MS };
    await gitIn(repository, ours, { ...options, input: Buffer.concat(entries) }).raw([
      'update-index',
      '-z',
      '--index-info',
    ]);
    const git = gitIn(repository, ours, options);
    // Where the auditor's files end their lines in CRLF, that is no difference.
    const crlf = ['-c', 'core.autocrlf=input'];
    await git.raw([...crlf, 'update-index', '-q', '--refresh', '--ignore-submodules']);
    const differing = await git.raw([...crlf, 'diff-files', '--name-only', '-z', '--ignore-submodules=all']);
    return differing.split('\0').filter(Boolean).length;
  } catch {
    return null;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
