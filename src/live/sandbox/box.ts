import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../io/scan/find-executable.ts';
import type { EventStream } from '../attendant/event-stream.ts';
import type { HttpAnswer, HttpAsk } from '../attendant/http-request.ts';
import { bubblewrapArgs, HOME, IN_MEMORY, PATH_INSIDE, type Shape, TOOLS } from './bubblewrap.ts';
import { topFolders, writeAccounts } from './detect.ts';
import type { Limits } from './limits.ts';
import { handOver, reachable, startsAs } from './reach.ts';
import { bytesBelow, residentBytes } from './usage.ts';

/** A running sandbox: nothing in it but our attendant until something is started. */

export type Ended = { pid: number; code: number | null; signal: string | null; problem: string };
export type SeenFile = { path: string; kind: string; size: number; modified: number; sha256?: string };
export type Heard = { method: string; url: string; headers: Record<string, string>; body: string };

export type Box = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Asks the attendant. Rejects when it is gone, or says that it could not. */
  ask<T>(op: string, more?: object): Promise<T>;
  /** Starts a program; it takes the standard streams. `quiet` without standard input, `trace` under strace where that works. */
  start(
    argv: readonly string[],
    o?: { cwd?: string; env?: Record<string, string>; quiet?: boolean; trace?: boolean },
  ): Promise<number>;
  /** When what was started last has ended, or the whole sandbox. */
  ended(): Promise<Ended>;
  /** Requests from within. */
  web: {
    ask(ask: HttpAsk): Promise<HttpAnswer>;
    stream(ask: {
      url: string;
      headers: Readonly<Record<string, string>>;
      waitMs: number;
    }): Promise<EventStream>;
  };
  /** Why it was stopped by us: a limit; '' as long as it was not. */
  stopped(): string;
  /** Ends everything in it. Settles when it is gone. */
  close(): Promise<void>;
};

const WATCH_MS = 200;

/** Beside the built program one file; where sources are run as they are (tests), the folder. */
const attendantFile = (): string => {
  const built = fileURLToPath(new URL('./attendant.js', import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL('../attendant/main.ts', import.meta.url));
};

export const environmentInside = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: PATH_INSIDE,
  HOME,
  USER: 'user',
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
  ...more,
});

const watchdog = (
  child: ChildProcess,
  limits: Limits,
  folders: readonly string[],
  stop: (why: string) => void,
): { output(bytes: number): void; end(): void } => {
  const began = performance.now();
  let said = 0;
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    if (performance.now() - began > limits.seconds * 1000) stop(`it took longer than ${limits.seconds} s`);
    else if (child.pid !== undefined && residentBytes(child.pid) > limits.memoryBytes)
      stop(`it used more than ${limits.memoryBytes.toLocaleString('en')} bytes of memory`);
    else if (turn % 10 === 0 && folders.some((f) => bytesBelow(f, limits.diskBytes) > limits.diskBytes))
      stop(`it wrote more than ${limits.diskBytes.toLocaleString('en')} bytes`);
  }, WATCH_MS);
  return {
    output: (bytes) => {
      said += bytes;
      if (said > limits.outputBytes)
        stop(`it put out more than ${limits.outputBytes.toLocaleString('en')} bytes`);
    },
    end: () => clearInterval(timer),
  };
};

/** What the attendant needs inside: our own Node, and its program. */
const ownMounts = (folder: string): { mounts: Shape['mounts']; command: string[] } => {
  const program = attendantFile();
  const at = `${TOOLS}/attendant`;
  const whole = program.endsWith('.js');
  return {
    mounts: [
      { from: reachable(realpathSync(process.execPath), folder), at: `${TOOLS}/bin/node` },
      {
        from: reachable(whole ? program : dirname(program), folder),
        at: whole ? `${at}/${basename(program)}` : at,
      },
    ],
    command: [`${TOOLS}/bin/node`, '--max-old-space-size=256', `${at}/${basename(program)}`],
  };
};

/**
 * Starts a sandbox with nothing but our attendant in it.
 *
 * @param bwrap path of bubblewrap, which was seen to work here
 * @param folder an empty folder of ours on the disk; whoever asks removes it afterwards
 */
export const openBox = async (o: {
  bwrap: string;
  env: Environment;
  folder: string;
  shape: Shape;
  signal?: AbortSignal | undefined;
}): Promise<Box> => {
  const accounts = existsSync(join(o.folder, 'accounts'))
    ? join(o.folder, 'accounts')
    : writeAccounts(o.folder);
  const own = ownMounts(o.folder);
  const mounts = [
    ...own.mounts,
    ...o.shape.mounts.map((m) => ({
      ...m,
      from: m.write || m.from === IN_MEMORY ? m.from : reachable(m.from, o.folder),
    })),
  ];
  handOver(accounts);
  // Whoever it is started as has to get to its files, and sees no others here.
  if (process.getuid?.() === 0) chmodSync(o.folder, 0o711);
  const args = bubblewrapArgs({ ...o.shape, mounts }, topFolders(), accounts);
  const child = spawn(o.bwrap, [...args, ...own.command], {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...startsAs(),
  });
  const control = child.stdio[3] as Readable & Writable;
  let stopped = '';
  let gone = false;
  let words = '';
  const waiting = new Map<number, { resolve(v: unknown): void; reject(e: Error): void }>();
  let last: Ended | null = null;
  let onEnded: ((e: Ended) => void)[] = [];
  const stop = (why: string): void => {
    stopped ||= why;
    child.kill('SIGKILL');
  };
  const written = o.shape.mounts.flatMap((m) => (m.write ? [m.from] : []));
  const dog = watchdog(child, o.shape.limits, written, stop);
  child.stdout?.on('data', (c: Buffer) => dog.output(c.length));
  child.stderr?.on('data', (c: Buffer) => {
    dog.output(c.length);
    if (words.length < 2000) words += c.toString('utf8');
  });
  // A server that closes its input is no error of ours.
  child.stdin?.on('error', () => {});
  control.on('error', () => {});
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const onAbort = (): void => stop('it was called off');
  o.signal?.addEventListener('abort', onAbort, { once: true });

  const settleEnded = (e: Ended): void => {
    last = e;
    for (const f of onEnded.splice(0)) f(e);
    onEnded = [];
  };
  let ready: () => void = () => {};
  let failed: (e: Error) => void = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    ready = resolve;
    failed = reject;
  });
  const closed = new Promise<void>((resolve) => {
    const end = (why: string): void => {
      if (gone) return;
      gone = true;
      dog.end();
      process.removeListener('exit', kill);
      o.signal?.removeEventListener('abort', onAbort);
      const error = new Error(stopped || why);
      failed(error);
      for (const w of waiting.values()) w.reject(error);
      waiting.clear();
      if (!last) settleEnded({ pid: 0, code: null, signal: null, problem: stopped || why });
      resolve();
    };
    child.on('error', (error) => end(`the sandbox could not be started: ${error.message}`));
    child.on('close', (code) =>
      end(
        `the sandbox ended (${code ?? 'killed'})${words ? `: ${words.trim().split('\n')[0]?.slice(0, 300)}` : ''}`,
      ),
    );
  });
  let rest = '';
  control.on('data', (chunk: Buffer) => {
    rest += chunk.toString('utf8');
    for (let n = rest.indexOf('\n'); n >= 0; n = rest.indexOf('\n')) {
      const line = rest.slice(0, n);
      rest = rest.slice(n + 1);
      let said: Record<string, unknown>;
      try {
        said = JSON.parse(line) as Record<string, unknown>;
      } catch {
        continue;
      }
      if (said.event === 'ready') ready();
      else if (said.event === 'ended') settleEnded(said as unknown as Ended);
      else {
        const w = waiting.get(said.id as number);
        waiting.delete(said.id as number);
        if (typeof said.problem === 'string') w?.reject(new Error(said.problem));
        else w?.resolve(said);
      }
    }
  });

  let id = 0;
  const ask = <T>(op: string, more: object = {}): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (gone) return reject(new Error(stopped || 'the sandbox has ended'));
      id += 1;
      waiting.set(id, { resolve: resolve as (v: unknown) => void, reject });
      control.write(`${JSON.stringify({ ...more, id, op })}\n`);
    });
  const box: Box = {
    stdin: child.stdin!,
    stdout: child.stdout!,
    stderr: child.stderr!,
    ask,
    start: async (argv, { cwd = '/work', env = {}, quiet = false, trace = false } = {}) => {
      last = null;
      const { pid } = await ask<{ pid: number }>('start', {
        argv,
        cwd,
        env: environmentInside(env),
        quiet,
        trace,
      });
      return pid;
    },
    ended: () => (last ? Promise.resolve(last) : new Promise((resolve) => void onEnded.push(resolve))),
    web: {
      ask: (request) => ask<HttpAnswer>('http', { ask: request }),
      stream: async (request) => {
        const { stream, ...head } = await ask<{ stream: number } & Omit<EventStream, 'until' | 'close'>>(
          'stream',
          {
            ask: request,
          },
        );
        return {
          ...head,
          until: async (text, waitMs) =>
            (await ask<{ event: string }>('stream-until', { stream, text, waitMs })).event,
          close: () => void ask('stream-close', { stream }).catch(() => {}),
        };
      },
    },
    stopped: () => stopped,
    close: async () => {
      kill();
      await closed;
    },
  };
  await opened;
  return box;
};
