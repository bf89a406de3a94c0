/**
 * What a program asked of the kernel, from the lines of strace (`-f -y -xx`): programs run, files opened or changed, addresses
 * and names asked for. Pure but for what it remembers of calls that have not come back.
 */
export type Touch = {
  n: number;
  kind: 'run' | 'read' | 'change' | 'ask';
  /** A command, a path, an address or a name. */
  what: string;
  /** What was done to it: `opened`, `wrote`, `removed`. */
  how: string;
  ok: boolean;
};

export const SYSCALLS =
  'execve,execveat,open,openat,openat2,creat,unlink,unlinkat,rmdir,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,truncate,chmod,fchmodat,connect,sendto,sendmmsg';

const MAX_TOUCHES = 20_000;
/** Reading is told only where something lies that is worth it: what a program is made of, it reads at every start. */
const WORTH = /^\/(?:data|home|work|tmp|root|var)(?:\/|$)|^\/etc\/(?:shadow|sudoers|ssh)/;
/** Devices, and what is said of processes. */
const NOT_WORTH = /^\/(?:dev|proc|sys)\//;

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll('\\x', ''), 'hex');
const textOf = (hex: string): string => bytesOf(hex).toString('utf8');

const STRING = /"((?:\\x[0-9a-f]{2})*)"/g;
const stringsIn = (text: string): string[] => [...text.matchAll(STRING)].map((m) => m[1] ?? '');
/** The folder of a descriptor, the program's own included. */
const FOLDER = /^(?:AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>/;

/** The name that a DNS question asks for; '' where the bytes are no question. */
const questionIn = (bytes: Buffer): string => {
  if (bytes.length < 17 || bytes.readUInt16BE(4) !== 1) return '';
  const labels: string[] = [];
  for (let at = 12; at < bytes.length; ) {
    const length = bytes[at]!;
    if (length === 0) return labels.join('.');
    if (length > 63 || at + length >= bytes.length) return '';
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return '';
};

const joined = (folder: string, path: string): string =>
  new URL(`file://${path.startsWith('/') ? '' : `${encodeURI(folder)}/`}${encodeURI(path)}`).pathname;

const absolute = (args: string, path: string): string => {
  const folder = FOLDER.exec(args)?.[1];
  try {
    return decodeURI(joined(folder === undefined ? '' : textOf(folder), path));
  } catch {
    return path;
  }
};

const CHANGES: Readonly<Record<string, string>> = {
  creat: 'wrote',
  truncate: 'wrote',
  unlink: 'removed',
  unlinkat: 'removed',
  rmdir: 'removed',
  mkdir: 'made',
  mkdirat: 'made',
  rename: 'renamed',
  renameat: 'renamed',
  renameat2: 'renamed',
  link: 'made',
  linkat: 'made',
  symlink: 'made',
  symlinkat: 'made',
  chmod: 'changed',
  fchmodat: 'changed',
};

/** One call that came back. */
export const touchIn = (name: string, args: string, result: string): Omit<Touch, 'n'> | null => {
  const ok = !result.startsWith('-');
  const strings = stringsIn(args);
  if (name === 'execve' || name === 'execveat') {
    const [program = '', ...argv] = strings.map(textOf);
    const command = [program, ...argv.slice(1)].join(' ').slice(0, 500);
    return ok ? { kind: 'run', what: command, how: 'ran', ok } : null;
  }
  if (name === 'connect' || name === 'sendto' || name === 'sendmmsg') {
    if (name !== 'connect') {
      const asked = strings.map((s) => questionIn(bytesOf(s))).find((q) => q !== '');
      return asked ? { kind: 'ask', what: asked, how: 'asked for the address of', ok } : null;
    }
    const port = /port=htons\((\d+)\)/.exec(args)?.[1];
    if (!/AF_INET6?/.test(args) || port === undefined || port === '53' || port === '0') return null;
    const address = textOf(
      /inet_(?:addr|pton)\((?:AF_INET6, )?"((?:\\x[0-9a-f]{2})*)"/.exec(args)?.[1] ?? '',
    );
    return address ? { kind: 'ask', what: `${address}:${port}`, how: 'connected to', ok } : null;
  }
  const [first] = strings;
  if (first === undefined) return null;
  const path = absolute(args, textOf(first));
  if (NOT_WORTH.test(path)) return null;
  const how = CHANGES[name];
  if (how) return ok ? { kind: 'change', what: path, how, ok } : null;
  // What was opened in the end stands behind the descriptor.
  const opened = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(result)?.[1];
  const what = opened === undefined ? path : textOf(opened);
  if (NOT_WORTH.test(what)) return null;
  if (/O_(?:WRONLY|RDWR|CREAT|TRUNC)/.test(args))
    return ok ? { kind: 'change', what, how: 'wrote', ok } : null;
  if (/O_(?:PATH|DIRECTORY)/.test(args) || !WORTH.test(what)) return null;
  return { kind: 'read', what, how: ok ? 'opened' : 'looked for', ok };
};

export type Tracer = {
  /** One line of strace's output. */
  line(text: string): void;
  /** What was touched after the first n. */
  since(n: number): Touch[];
  count(): number;
  /** Settles when the next signal of the program itself was told of: what it asked before has been told then. */
  signalled(): Promise<void>;
};

/** @param ended called with the code or signal of the program that was started, when it ends */
export const createTracer = (
  ended: (pid: number, code: number | null, signal: string | null) => void,
): Tracer => {
  const touches: Touch[] = [];
  const open = new Map<string, { name: string; args: string }>();
  let main = '';
  let waiting: (() => void)[] = [];
  /** Of the program itself: what started it is ours. */
  let starts = 0;
  const came = (pid: string, name: string, args: string, result: string): void => {
    const touch = touchIn(name, args, result);
    if (!touch || touches.length >= MAX_TOUCHES) return;
    if (pid === main && touch.kind === 'run' && starts++ < 2) return;
    touches.push({ n: touches.length + 1, ...touch });
  };
  return {
    line: (text) => {
      const [, pid = '', rest = ''] = /^(\d+)\s+(\S.*)$/s.exec(text) ?? [];
      if (pid === '') return;
      main ||= pid;
      // Any thread of the program may be the one that gets it.
      if (rest.startsWith('--- SIGCONT')) {
        for (const f of waiting.splice(0)) f();
        waiting = [];
        return;
      }
      const exit = /^\+\+\+ (?:exited with (\d+)|killed by (SIG\w+))/.exec(rest);
      if (exit) {
        if (pid === main) ended(Number(pid), exit[1] === undefined ? null : Number(exit[1]), exit[2] ?? null);
        return;
      }
      const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(rest);
      if (resumed) {
        const before = open.get(pid);
        open.delete(pid);
        if (before === undefined || before.name !== resumed[1]) return;
        const end = resumed[2]!.lastIndexOf(') = ');
        if (end >= 0)
          came(pid, before.name, before.args + resumed[2]!.slice(0, end), resumed[2]!.slice(end + 4));
        return;
      }
      const call = /^(\w+)\((.*)$/s.exec(rest);
      if (!call) return;
      const [, name = '', tail = ''] = call;
      if (tail.endsWith('<unfinished ...>')) {
        open.set(pid, { name, args: tail.slice(0, -'<unfinished ...>'.length) });
        return;
      }
      const end = tail.lastIndexOf(') = ');
      if (end >= 0) came(pid, name, tail.slice(0, end), tail.slice(end + 4).trim());
    },
    since: (n) => touches.slice(n),
    count: () => touches.length,
    signalled: () => new Promise((resolve) => void waiting.push(resolve)),
  };
};
