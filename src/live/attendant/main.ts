/**
 * The program that runs inside a sandbox, beside the server, and the only thing that speaks with us out of it: over one
 * inherited descriptor it is told what to start, and asked about files, ports and HTTP from within. It needs nothing but
 * Node. When it ends, the sandbox ends. What it says was said inside the sandbox: a server that means to can interfere.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type EventStream, openEventStream } from './event-stream.ts';
import { type HttpAsk, httpRequest } from './http-request.ts';
import { heard, listen, own } from './listener.ts';
import { createTracer, SYSCALLS, type Tracer } from './trace.ts';

const CONTROL = 3;
const O_CLOEXEC = 0o2000000;
const MAX_READ = 1024 * 1024;
const MAX_ENTRIES = 20_000;

/** What of ours was left open by whoever started us must not reach the server. */
const closeInherited = (): void => {
  let names: string[] = [];
  try {
    names = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const fd of names.map(Number).filter((n) => n > CONTROL)) {
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      if ((Number.parseInt(flags, 8) & O_CLOEXEC) === 0) closeSync(fd);
    } catch {
      // It is closed already.
    }
  }
};

closeInherited();
const control = new Socket({ fd: CONTROL, readable: true, writable: true });
const tell = (message: unknown): void => void control.write(`${JSON.stringify(message)}\n`);

type Told = { id: number; op: string } & Record<string, unknown>;

let child: ChildProcess | null = null;

/** Under strace: its process, and the one of the server below it. */
let tracer: Tracer | null = null;
let traced = 0;

const STRACE = '/usr/bin/strace';
const STRACE_ARGS = ['-f', '-q', '-y', '-xx', '-s', '512', '--seccomp-bpf', '-e', `trace=${SYSCALLS}`];
/** Tried in this very sandbox: a kernel may forbid it. */
let works: boolean | null = null;
const canTrace = (): boolean => {
  works ??=
    spawnSync(STRACE, [...STRACE_ARGS, '-o', '/dev/null', '/bin/true'], { timeout: 3000 }).status === 0;
  return works;
};

/** The server takes our own standard streams: not a byte of it passes through here. */
const start = (o: Told): object => {
  const trace = o.trace === true && canTrace();
  // What strace says goes to a descriptor that the server does not get, by way of a pipe: a socket cannot be opened by its path.
  const argv = trace
    ? [
        STRACE,
        ...STRACE_ARGS,
        '-o',
        '|exec cat >&3',
        '/bin/sh',
        '-c',
        'exec 3>&-; exec "$@"',
        'sh',
        ...(o.argv as string[]),
      ]
    : (o.argv as string[]);
  const [program = '', ...args] = argv;
  const began = spawn(program, args, {
    cwd: o.cwd as string,
    env: o.env as Record<string, string>,
    stdio: [o.quiet ? 'ignore' : 'inherit', 'inherit', 'inherit', ...(trace ? (['pipe'] as const) : [])],
  });
  child = began;
  tracer = null;
  traced = 0;
  let over = false;
  const gone = (code: number | null, signal: string | null, problem: string): void => {
    if (over) return;
    over = true;
    if (child === began) child = null;
    tell({ event: 'ended', pid: began.pid ?? 0, code, signal, problem });
  };
  if (trace) {
    // It may live on for what the server left behind: the end that counts is the server's.
    const own = createTracer((_pid, code, signal) => gone(code, signal, ''));
    tracer = own;
    let rest = '';
    (began.stdio[3] as Readable).on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1');
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        traced ||= Number.parseInt(line, 10) || 0;
        own.line(line);
      }
    });
  }
  began.on('error', (error: NodeJS.ErrnoException) => {
    if (began.pid === undefined) gone(null, null, error.code ?? error.message);
  });
  began.on('exit', (code, signal) => {
    // What strace still has to say comes first.
    if (trace) setTimeout(() => gone(code, signal, ''), 50);
    else gone(code, signal, '');
  });
  return { pid: began.pid ?? 0, traced: trace };
};

/** Ends or wakes the server itself: strace, killed, would let go of it. */
const signal = (name: NodeJS.Signals): boolean => {
  if (child === null || traced === 0) return child?.kill(name) ?? false;
  try {
    return process.kill(traced, name);
  } catch {
    return false;
  }
};

/** strace says a thing a moment later than the server has done it: a harmless signal comes out behind all of it. */
const MARK_MS = 300;
const touched = async (since: number): Promise<object> => {
  if (tracer === null) return { touched: [], count: 0, traced: false };
  const marked = tracer.signalled();
  if (signal('SIGCONT')) await Promise.race([marked, new Promise((resolve) => setTimeout(resolve, MARK_MS))]);
  return { touched: tracer.since(since), count: tracer.count(), traced: true };
};

const seen = (path: string): object => {
  try {
    const s = lstatSync(path);
    const kind = s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isSymbolicLink() ? 'link' : 'other';
    return { path, kind, size: s.size, modified: Math.round(s.mtimeMs) };
  } catch {
    return { path, kind: 'none', size: 0, modified: 0 };
  }
};

/** Every file below some folders, with the hash of those that are small. */
const listing = (roots: readonly string[]): object[] => {
  const found: object[] = [];
  const walk = (path: string): void => {
    if (found.length >= MAX_ENTRIES) return;
    let names: string[] = [];
    try {
      names = readdirSync(path).sort();
    } catch {
      return;
    }
    for (const name of names) {
      const full = join(path, name);
      const entry = seen(full) as { kind: string; size: number };
      let sha256 = '';
      if (entry.kind === 'file' && entry.size <= MAX_READ)
        try {
          sha256 = createHash('sha256').update(readFileSync(full)).digest('hex');
        } catch {
          sha256 = 'unreadable';
        }
      if (entry.kind === 'link')
        try {
          sha256 = `-> ${readlinkSync(full)}`;
        } catch {
          // Gone between two looks.
        }
      found.push({ ...entry, sha256 });
      if (entry.kind === 'folder') walk(full);
    }
  };
  for (const root of roots) walk(root);
  return found;
};

const streams: EventStream[] = [];
const openStream = async (ask: Parameters<typeof openEventStream>[0]): Promise<object> => {
  const stream = await openEventStream(ask);
  const { status, headers, error, ms } = stream;
  return { stream: streams.push(stream) - 1, status, headers, error, ms };
};

const write = (
  files: readonly { path: string; text?: string; base64?: string; link?: string; folder?: boolean }[],
): object => {
  for (const f of files) {
    mkdirSync(f.folder ? f.path : dirname(f.path), { recursive: true });
    if (f.link !== undefined) symlinkSync(f.link, f.path);
    else if (!f.folder)
      writeFileSync(f.path, f.base64 === undefined ? (f.text ?? '') : Buffer.from(f.base64, 'base64'), {
        mode: 0o755,
      });
  }
  return {};
};

const processes = (): object[] =>
  readdirSync('/proc')
    .filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command ? [{ pid: Number(pid), command: command.slice(0, 500) }] : [];
      } catch {
        return [];
      }
    });

/** Listening TCP sockets in this network namespace, from the kernel's own tables. */
const ports = (): object[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8')
        .split('\n')
        .slice(1)
        .flatMap((line) => {
          const [, local = '', , state] = line.trim().split(/\s+/);
          const [address = '', port = ''] = local.split(':');
          const number = Number.parseInt(port, 16);
          return state === '0A' && !own.has(number) ? [{ address, port: number }] : [];
        });
    } catch {
      return [];
    }
  });

const answerTo = (o: Told): object | Promise<object> => {
  switch (o.op) {
    case 'start':
      return start(o);
    case 'signal':
      return { sent: signal(o.signal as NodeJS.Signals) };
    case 'touched':
      return touched(o.since as number);
    case 'stat':
      return { files: (o.paths as string[]).map(seen) };
    case 'read':
      return { text: readFileSync(o.path as string, 'utf8').slice(0, (o.max as number) || MAX_READ) };
    case 'write':
      return write(o.files as Parameters<typeof write>[0]);
    case 'listing':
      return { files: listing(o.roots as string[]) };
    case 'listen':
      return listen(o.answer as string);
    case 'heard':
      return { requests: heard };
    case 'processes':
      return { processes: processes() };
    case 'ports':
      return { ports: ports() };
    case 'http':
      return httpRequest(o.ask as HttpAsk);
    case 'stream':
      return openStream(o.ask as Parameters<typeof openEventStream>[0]);
    case 'stream-until':
      return (
        streams[o.stream as number]
          ?.until(o.text as string, o.waitMs as number)
          .then((event) => ({ event })) ?? { event: '' }
      );
    case 'stream-close':
      streams[o.stream as number]?.close();
      return {};
    default:
      return { problem: `unknown: ${o.op}` };
  }
};

let rest = '';
control.on('data', (chunk: Buffer) => {
  rest += chunk.toString('utf8');
  for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
    const line = rest.slice(0, end);
    rest = rest.slice(end + 1);
    const o = JSON.parse(line) as Told;
    void (async () => answerTo(o))().then(
      (value) => tell({ id: o.id, ...value }),
      (error: unknown) => tell({ id: o.id, problem: error instanceof Error ? error.message : String(error) }),
    );
  }
});
// Whoever holds the other end is gone: nothing here may go on without them.
control.on('close', () => process.exit(0));
control.on('error', () => process.exit(0));
// Without a listener that Node would end us by, a broken pipe of the server's is the server's.
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'] as const) process.on(name, () => {});
tell({ event: 'ready' });
