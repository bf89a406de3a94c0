import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';

export type Ran = {
  /** null when it was killed. */
  code: number | null;
  /** The end of what it said on standard error. */
  words: string;
  /** Why it was stopped by us; '' when it ended by itself. */
  stopped: string;
};

const MAX_WORDS = 8000;
const WATCH_MS = 500;

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

/**
 * Runs one program to its end, bounded in time and in what it writes, with nothing of ours open but what is given. It and
 * whatever it started are killed when it takes too long, writes too much, or this program ends.
 * @param stdout file that takes its standard output; null throws that away
 */
export const runScanner = (o: {
  path: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  stdout: string | null;
  /** The file whose growth is watched. */
  results: string;
  timeoutMs: number;
  maxBytes: number;
  signal?: AbortSignal | undefined;
}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const out = o.stdout === null ? 'ignore' : openSync(o.stdout, 'wx', 0o600);
    const posix = process.platform !== 'win32';
    let words = '';
    let stopped = '';
    const child = spawn(o.path, o.args, {
      cwd: o.cwd,
      env: o.env,
      stdio: ['ignore', out, 'pipe'],
      // A group of its own, so that its children end with it.
      detached: posix,
      windowsHide: true,
    });
    if (typeof out === 'number') closeSync(out);
    const kill = (): void => {
      try {
        if (posix && child.pid) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    const stop = (why: string): void => {
      stopped ||= why;
      kill();
    };
    const began = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - began > o.timeoutMs) stop(`it took longer than ${o.timeoutMs / 60_000} minutes`);
      else if (sizeOf(o.results) > o.maxBytes)
        stop(`it wrote more than ${o.maxBytes.toLocaleString('en')} bytes`);
    }, WATCH_MS);
    const onAbort = (): void => stop('it was called off');
    o.signal?.addEventListener('abort', onAbort, { once: true });
    process.once('exit', kill);
    const settle = (): void => {
      clearInterval(watch);
      process.removeListener('exit', kill);
      o.signal?.removeEventListener('abort', onAbort);
    };
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk.toString('utf8')}`.slice(-MAX_WORDS);
    });
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code) => {
      settle();
      kill();
      resolve({ code, words, stopped });
    });
    if (o.signal?.aborted) onAbort();
  });
