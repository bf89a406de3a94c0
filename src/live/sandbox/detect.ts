import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  askVersion,
  type Environment,
  findExecutable,
  scrubbedEnvironment,
} from '../../io/scan/find-executable.ts';
import { bubblewrapArgs, type TopFolder } from './bubblewrap.ts';
import { SERVER_LIMITS } from './limits.ts';
import { handOver, startsAs } from './reach.ts';

/** A means of running something apart from this machine, and whether it works here: found out by trying it. */
export type Means = {
  id: 'bubblewrap' | 'docker' | 'podman';
  /** '' when it is not on PATH. */
  path: string;
  version: string;
  works: boolean;
  /** Why it does not; '' when it does. */
  problem: string;
  /** Servers are started with it. */
  used: boolean;
};

export type Machine = {
  means: readonly Means[];
  /** Path of `strace`, which shows what a server asks of the kernel; '' when it is not here. */
  strace: string;
};

export const topFolders = (): TopFolder[] =>
  ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => {
    try {
      return [{ path, link: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null }];
    } catch {
      return [];
    }
  });

/** A name that reads as one of another machine, and leads to the sandbox itself. */
export const PUBLIC_NAME = 'public.example';

/** The one account there is inside. @returns the folder that holds its files */
export const writeAccounts = (folder: string): string => {
  const accounts = join(folder, 'accounts');
  mkdirSync(accounts, { mode: 0o755 });
  writeFileSync(join(accounts, 'passwd'), 'user:x:1000:1000::/home/user:/bin/sh\n');
  writeFileSync(join(accounts, 'group'), 'user:x:1000:\n');
  writeFileSync(join(accounts, 'hosts'), `127.0.0.1 localhost ${PUBLIC_NAME}\n::1 localhost\n`);
  return accounts;
};

type Tried = { code: number | null; words: string };

const attempt = (path: string, args: readonly string[], env: Record<string, string>, asNobody: boolean) =>
  new Promise<Tried>((resolve) => {
    let words = '';
    const child = spawn(path, args, {
      env,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 15_000,
      killSignal: 'SIGKILL',
      ...(asNobody ? startsAs() : {}),
    });
    const hear = (chunk: Buffer): void => {
      words = (words + chunk.toString('utf8')).slice(0, 2000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => resolve({ code: null, words: error.message }));
    child.on('close', (code) => resolve({ code, words: words.trim() }));
  });

const firstLine = (t: Tried): string => t.words.split('\n')[0]?.slice(0, 200) || `ended with ${t.code}`;

const tryBubblewrap = async (env: Environment): Promise<Means> => {
  const means: Means = { id: 'bubblewrap', path: '', version: '', works: false, problem: '', used: true };
  if (process.platform !== 'linux') return { ...means, problem: 'it is a program for Linux' };
  means.path = findExecutable('bwrap', env) ?? '';
  if (!means.path) return { ...means, problem: 'it is not on PATH (package "bubblewrap")' };
  if (!findExecutable('prlimit', { PATH: '/usr/local/bin:/usr/bin:/bin' }))
    return { ...means, problem: 'prlimit is missing, which sets the limits (package "util-linux")' };
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-try-'));
  try {
    const clean = scrubbedEnvironment(env, '/');
    means.version = (await askVersion(means.path, clean)).version;
    const accounts = writeAccounts(folder);
    handOver(folder);
    const shape = { mounts: [], network: false, limits: SERVER_LIMITS };
    const args = bubblewrapArgs(shape, topFolders(), accounts);
    const tried = await attempt(means.path, [...args, 'true'], clean, true);
    return tried.code === 0
      ? { ...means, works: true }
      : { ...means, problem: `it does not work here: ${firstLine(tried)}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const tryContainers = async (id: 'docker' | 'podman', env: Environment): Promise<Means> => {
  const path = findExecutable(id, env) ?? '';
  const means: Means = { id, path, version: '', works: false, problem: '', used: false };
  if (!path) return { ...means, problem: 'it is not on PATH' };
  const clean = scrubbedEnvironment(env, '/');
  means.version = (await askVersion(path, clean)).version;
  const tried = await attempt(path, ['info'], clean, false);
  return tried.code === 0
    ? { ...means, works: true, problem: 'this version starts no server with it' }
    : {
        ...means,
        problem: `it does not answer: ${
          tried.words
            .split('\n')
            .findLast((l) => l.trim())
            ?.slice(0, 200) ?? ''
        }`,
      };
};

/** Which sandboxes work on this machine. Each is tried with a program of the system's, never with the target. */
export const findSandboxes = async (env: Environment): Promise<Machine> => ({
  means: await Promise.all([tryBubblewrap(env), tryContainers('docker', env), tryContainers('podman', env)]),
  strace: findExecutable('strace', { PATH: '/usr/local/bin:/usr/bin:/bin' }) ?? '',
});

/** Only what is used to start servers. */
export const findSandbox = tryBubblewrap;
