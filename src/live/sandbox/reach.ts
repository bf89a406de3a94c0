import {
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Root's processes escape the limit on processes, so root starts a sandbox as nobody. Nobody cannot enter root's own folders,
 * where its tools may lie: those are mirrored by hard links into a folder it can.
 */
export const NOBODY = 65534;

export const startsAs = (): { uid: number; gid: number } | Record<never, never> =>
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Gives a folder of ours, with what is in it, to who the sandbox is started as. */
export const handOver = (path: string): void => {
  if (process.getuid?.() !== 0) return;
  const walk = (at: string): void => {
    const entry = lstatSync(at);
    if (entry.isSymbolicLink()) return;
    chownSync(at, NOBODY, NOBODY);
    if (entry.isDirectory()) for (const name of readdirSync(at)) walk(join(at, name));
  };
  walk(path);
};

const open = (path: string): boolean => {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid } = statSync(folder);
    if (uid !== NOBODY && (mode & 0o001) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
};

const mirror = (from: string, to: string): void => {
  const entry = lstatSync(from);
  if (entry.isSymbolicLink()) return symlinkSync(readlinkSync(from), to);
  if (entry.isDirectory()) {
    mkdirSync(to, { recursive: true, mode: 0o755 });
    for (const name of readdirSync(from)) mirror(join(from, name), join(to, name));
    return;
  }
  if (!entry.isFile()) return;
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
};

/** `from` as whoever starts the sandbox can reach it. @param folder a folder of ours, for what must be mirrored */
export const reachable = (from: string, folder: string): string => {
  const real = realpathSync(from);
  if (process.getuid?.() !== 0 || open(statSync(real).isDirectory() ? real : dirname(real))) return real;
  const to = join(folder, 'mirror', Buffer.from(real).toString('hex').slice(-60));
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  try {
    lstatSync(to);
  } catch {
    mirror(real, to);
  }
  return to;
};
