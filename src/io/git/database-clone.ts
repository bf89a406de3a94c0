import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { ours, readTextIn } from '../open-folder.ts';
import { gitWords } from './git.ts';

/**
 * A clone of the audit database, which somebody else may have packed: its configuration may name programs, its `.git` may
 * lead to another repository. Git runs in it with the auditor's own configuration, so that a commit carries their name;
 * what would make git run a program is switched off, above every configuration file.
 */
const run = promisify(execFile);

const OFF: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.alternateRefsCommand': '',
  'core.pager': 'cat',
  'protocol.ext.allow': 'never',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/** Git's own variables that would make it look elsewhere; everything else of the auditor's stays. */
const LEADING =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|NAMESPACE|PREFIX|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|EXTERNAL_DIFF|CONFIG|CONFIG_COUNT|CONFIG_PARAMETERS|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)$/;

/** Environment of every program that runs in the clone. */
const environment = (over: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEADING.test(name))),
  GIT_CONFIG_COUNT: String(Object.keys(OFF).length),
  ...Object.fromEntries(
    Object.entries(OFF).flatMap(([key, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ),
  GIT_LITERAL_PATHSPECS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  ...over,
});

/** A clone that leaves out objects would fetch what is asked for. */
const NO_NETWORK = { GIT_ALLOW_PROTOCOL: 'none' };

/** One question to git in the clone; the answer without the line feeds at its end. Rejects with what `execFile` says. */
export const ask = async (
  folder: string,
  args: readonly string[],
  { input, env }: { input?: string | Uint8Array; env?: Record<string, string> } = {},
): Promise<string> => {
  const asking = run('git', args, {
    cwd: folder,
    env: environment({ ...NO_NETWORK, ...env }),
    maxBuffer: 256 * 1024 * 1024,
    timeout: 120_000,
  });
  asking.child.stdin?.on('error', () => {}).end(input);
  return (await asking).stdout.trimEnd();
};

export const quietly = (folder: string, args: readonly string[]): Promise<string | null> =>
  ask(folder, args).catch(() => null);

/** The bytes of a blob. */
export const blobIn = async (folder: string, blob: string): Promise<Buffer> => {
  const { stdout } = await run('git', ['cat-file', 'blob', blob], {
    cwd: folder,
    env: environment(NO_NETWORK),
    encoding: 'buffer',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 120_000,
  });
  return stdout;
};

export type DatabaseClone = {
  /** Top of the work tree. */
  folder: string;
  /** What new work starts from: the branch the remote calls its own, else what is checked out. */
  base: string;
  /** Name and address of the remotes. */
  remotes: Map<string, string>;
};

/** A `.git` that is a pointer belongs to the folder when what it points to says so too. */
const belongs = (top: string, gitDir: string): boolean => {
  const dotGit = join(top, '.git');
  const found = fs.lstatSync(dotGit, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink()) return false;
  if (found.isDirectory()) return fs.realpathSync(dotGit) === fs.realpathSync(gitDir);
  try {
    const back = resolve(gitDir, (readTextIn(ours(gitDir), 'gitdir') ?? '').trim());
    return fs.realpathSync(back) === fs.realpathSync(dotGit);
  } catch {
    return false;
  }
};

/** @throws UserError when the folder is no clone with a commit, or its `.git` leads to somebody else's. */
export const openDatabaseClone = async (folder: string): Promise<DatabaseClone> => {
  const top = await quietly(folder, ['rev-parse', '--show-toplevel']);
  if (!top)
    throw new UserError(
      `${visible(folder)} is not a git work tree, so no branch can be made in it`,
      'name a clone of the audit database (git clone https://github.com/ModelContextProtocol-Security/audit-db), or write the files alone: mcp-audit report --to DIR',
    );
  const gitDir = (await quietly(folder, ['rev-parse', '--absolute-git-dir'])) ?? '';
  const here = fs.realpathSync(folder);
  if (!(here === resolve(top) || here.startsWith(join(resolve(top), '/'))) || !belongs(top, gitDir))
    throw new UserError(
      `the .git of ${visible(folder)} leads to ${visible(gitDir)} with the work tree ${visible(top)}, another repository, and no branch is made there`,
      'name the work tree of the clone itself',
    );
  const head = await quietly(top, ['symbolic-ref', '--short', 'refs/remotes/origin/HEAD']);
  const base =
    (head && (await quietly(top, ['rev-parse', '--verify', '--quiet', head])) ? head : '') || 'HEAD';
  if (!(await quietly(top, ['rev-parse', '--verify', '--quiet', `${base}^{commit}`])))
    throw new UserError(
      `${visible(folder)} has no commit yet, so there is nothing to add to`,
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

/** Settings that name a program git would start for signing, or for talking to a server. */
const PROGRAMS = {
  signing: '^gpg\\.(.*\\.)?(program|defaultkeycommand)$',
  sending:
    '^(core\\.(sshcommand|gitproxy|askpass)|ssh\\.variant|credential\\.(.*\\.)?helper|remote\\..*\\.(receivepack|uploadpack|vcs|proxy|pushurl)|url\\..*\\.(pushinsteadof|insteadof))$',
};

/**
 * Names of settings in the clone's own configuration (not the auditor's) that would have a program started.
 * @throws what git says when the configuration cannot be read
 */
export const programsNamed = async (folder: string, when: keyof typeof PROGRAMS): Promise<string[]> => {
  const listed = await ask(folder, [
    'config',
    '-z',
    '--show-scope',
    '--name-only',
    '--get-regexp',
    PROGRAMS[when],
  ]).catch((error: { code?: unknown }) => {
    // 1: there is none.
    if (error.code === 1) return '';
    throw error;
  });
  const parts = listed.split('\0');
  return parts.flatMap((scope, i) =>
    i % 2 === 0 && (scope === 'local' || scope === 'worktree') ? [parts[i + 1] ?? ''] : [],
  );
};

/**
 * Runs a program the auditor agreed to, in the clone. @throws UserError when it fails, or when the clone would have another
 * program started with it.
 */
export const runAgreed = async (folder: string, command: readonly string[]): Promise<string> => {
  const [program = '', ...args] = command;
  const hint = 'the branch and its commit are there; run the printed commands yourself';
  const started = await programsNamed(folder, 'sending');
  if (started.length > 0)
    throw new UserError(
      `nothing was sent: the configuration of ${visible(folder)} itself says how to talk to servers (${started.map((s) => visible(s)).join(', ')}), which may start a program`,
      `look at it (git config --local --list); ${hint}`,
    );
  try {
    const { stdout } = await run(program, args, {
      cwd: folder,
      env: environment(),
      timeout: 300_000,
      maxBuffer: 8 * 1024 * 1024,
    });
    return stdout.trimEnd();
  } catch (error) {
    throw new UserError(`${program} ${args[0] ?? ''} failed: ${gitWords(error)}`, hint);
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
