import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { gitWords } from './git.ts';

/**
 * The auditor's own clone of the audit database. Unlike a target it is trusted: git runs in it with their configuration,
 * so that a commit carries their name and signature.
 */
const run = promisify(execFile);

const ask = async (
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> => {
  const { GIT_DIR: _1, GIT_WORK_TREE: _2, GIT_INDEX_FILE: _3, ...inherited } = process.env;
  const { stdout } = await run('git', args, {
    cwd: folder,
    env: { ...inherited, ...env },
    maxBuffer: 32 * 1024 * 1024,
    timeout: 120_000,
  });
  return stdout.trimEnd();
};

const quietly = (folder: string, args: readonly string[]): Promise<string | null> =>
  ask(folder, args).catch(() => null);

export type DatabaseClone = {
  /** Top of the work tree. */
  folder: string;
  /** What new work starts from: the branch the remote calls its own, else what is checked out. */
  base: string;
  /** Name and address of the remotes. */
  remotes: Map<string, string>;
};

/** @throws UserError when the folder is no clone with a commit. */
export const openDatabaseClone = async (folder: string): Promise<DatabaseClone> => {
  const top = await quietly(folder, ['rev-parse', '--show-toplevel']);
  if (!top)
    throw new UserError(
      `${folder} is not a git work tree, so no branch can be made in it`,
      'name a clone of the audit database (git clone https://github.com/ModelContextProtocol-Security/audit-db), or write the files alone: mcp-audit report --to DIR',
    );
  const head = await quietly(top, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']);
  const base =
    (head && (await quietly(top, ['rev-parse', '--verify', '--quiet', head])) ? head : '') || 'HEAD';
  if (!(await quietly(top, ['rev-parse', '--verify', '--quiet', `${base}^{commit}`])))
    throw new UserError(
      `${folder} has no commit yet, so there is nothing to add to`,
      'name a clone of the audit database',
    );
  const listed = (await quietly(top, ['config', '--get-regexp', '^remote\\..*\\.url$'])) ?? '';
  const remotes = new Map(
    listed
      .split('\n')
      .map((l) => /^remote\.(.+)\.url (.+)$/.exec(l))
      .flatMap((m): [string, string][] => (m ? [[m[1]!, m[2]!]] : [])),
  );
  return { folder: top, base, remotes };
};

export type Author = { name: string; email: string };

/** The clone's own name is used where it has one. */
const identity = async (folder: string, author: Author): Promise<Record<string, string>> => {
  const name = await quietly(folder, ['config', 'user.name']);
  const email = await quietly(folder, ['config', 'user.email']);
  return {
    ...(name ? {} : { GIT_AUTHOR_NAME: author.name, GIT_COMMITTER_NAME: author.name }),
    ...(email ? {} : { GIT_AUTHOR_EMAIL: author.email, GIT_COMMITTER_EMAIL: author.email }),
  };
};

export type Committed = {
  branch: string;
  commit: string /** False: the branch held exactly this already. */;
  changed: boolean;
};

/**
 * Makes or continues a branch in a work tree of its own, so that what the auditor has checked out is not touched, lets
 * `write` put files there, and commits those below `paths`.
 *
 * @param write gets the folder to write to; gives the paths to commit and the message
 * @throws UserError with git's words
 */
export const commitOnBranch = async (
  clone: DatabaseClone,
  branch: string,
  author: Author,
  write: (folder: string) => Promise<{ paths: readonly string[]; message: string }>,
): Promise<Committed> => {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-audit-submit-')));
  const work = join(scratch, 'db');
  const there = await quietly(clone.folder, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]);
  let made = false;
  let done = false;
  try {
    await ask(
      clone.folder,
      there
        ? ['worktree', 'add', '--quiet', work, branch]
        : ['worktree', 'add', '--quiet', '--no-track', '-b', branch, work, clone.base],
    );
    made = !there;
    const { paths, message } = await write(work);
    await ask(work, ['add', '--force', '--', ...paths]);
    const changed = (await quietly(work, ['diff', '--cached', '--quiet'])) === null;
    if (changed) await ask(work, ['commit', '--quiet', '-m', message], await identity(work, author));
    const commit = await ask(work, ['rev-parse', 'HEAD']);
    done = true;
    return { branch, commit, changed };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the branch ${visible(branch)} could not be made: ${gitWords(error)}`,
      'nothing of the session is lost; put that right in the clone and submit again',
    );
  } finally {
    await quietly(clone.folder, ['worktree', 'remove', '--force', work]);
    rmSync(scratch, { recursive: true, force: true });
    // A branch that was made for nothing would be in the way of the next try.
    if (made && !done) await quietly(clone.folder, ['branch', '-D', branch]);
  }
};

/** Runs a program the auditor agreed to, its output on their terminal. @throws UserError when it fails. */
export const runAgreed = async (folder: string, command: readonly string[]): Promise<string> => {
  const [program = '', ...args] = command;
  try {
    const { stdout } = await run(program, args, {
      cwd: folder,
      timeout: 300_000,
      maxBuffer: 8 * 1024 * 1024,
    });
    return stdout.trimEnd();
  } catch (error) {
    throw new UserError(
      `${program} ${args[0] ?? ''} failed: ${gitWords(error)}`,
      'the branch and its commit are there; run the printed commands yourself',
    );
  }
};

/** Whether a program answers on this machine. */
export const isInstalled = async (program: string): Promise<boolean> => {
  try {
    await run(program, ['--version'], { timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
};
