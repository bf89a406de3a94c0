import fs, { constants } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { errorCode } from './session/save-error.ts';

/**
 * Folders that somebody else may have filled: a clone of the audit database, or whatever lies where the auditor has us
 * write. Nothing in them is read, made or removed through a symbolic link, whichever part of the path it is and however
 * late it was put there.
 *
 * Where the system lets an open folder be named (`/proc/self/fd`), every step starts from the folder opened before, as
 * with `openat`: nothing can be put in its place. Elsewhere each folder is looked at before and again after.
 */
export type Place = {
  /** Ours, or the auditor's own: links in its path are followed. */
  anchor: string;
  /** Path from there, with `/`, in which no link is; '' for the anchor itself. */
  below: string;
};

const OPEN_FOLDERS = '/proc/self/fd';
const byHandle = process.platform === 'linux' && fs.existsSync(OPEN_FOLDERS);
const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);
/** Never waits for the other end of a FIFO. */
const FILE = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export type Kind = 'file' | 'folder' | 'link' | 'special';
const kindOf = (s: fs.Stats | fs.Dirent): Kind =>
  s.isSymbolicLink() ? 'link' : s.isDirectory() ? 'folder' : s.isFile() ? 'file' : 'special';

const WORDS: Record<Kind, string> = {
  file: 'a file where a folder should be',
  folder: 'a folder where a file should be',
  link: 'a symbolic link',
  special: 'no file but a device, pipe or socket',
};

export const placeName = ({ anchor, below }: Place, path = ''): string => join(anchor, below, path);

/** Nothing is followed, opened or written over: the auditor decides what becomes of it. */
export const refusePlace = (name: string, kind: Kind): UserError =>
  new UserError(
    `${visible(name)} is ${WORDS[kind]}, and nothing is read or written through it`,
    kind === 'link'
      ? 'if you made it, name the folder it leads to; if you did not, look at who put it there, and remove it'
      : 'look at who put it there, and move it away',
  );

export const ours = (folder: string): Place => ({ anchor: resolve(folder), below: '' });

const isBelow = (path: string, folder: string): boolean => {
  const from = relative(folder, path);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from));
};

/**
 * Where a path leads that the auditor typed. Where they work, their home, the folder for temporary files, and links at the
 * very top (`/tmp` and `/home` are links on some systems) are theirs or the system's; in what follows, a link may be
 * somebody else's.
 */
export const named = (path: string): Place => {
  const full = resolve(path);
  const { root } = parse(full);
  const top = join(root, full.slice(root.length).split(sep)[0] ?? '');
  const isLink = fs.lstatSync(top, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  const known = [root, ...(isLink ? [top] : []), process.cwd(), homedir(), tmpdir()];
  const [anchor = root] = known
    .map((folder) => resolve(folder))
    .filter((folder) => isBelow(full, folder))
    .sort((a, b) => b.length - a.length);
  return { anchor, below: relative(anchor, full).split(sep).join('/') };
};

/** The folder a path lies in, and its own name. */
export const namedFile = (path: string): { folder: Place; name: string } => ({
  folder: named(resolve(path, '..')),
  name: basename(resolve(path)),
});

const partsOf = (path: string): string[] => {
  const parts = path === '' ? [] : path.split('/');
  if (parts.some((p) => p === '' || p === '.' || p === '..' || p.includes('\0') || p.includes(sep)))
    throw new UserError(
      `${visible(path)} leads out of the folder it belongs to, and was not followed`,
      'rename it: a path has no "." or ".." in it',
    );
  return parts;
};

type Step = { fd: number; path: string };

const at =
  ({ fd, path }: Step) =>
  (name: string): string =>
    `${byHandle ? `${OPEN_FOLDERS}/${fd}` : path}/${name}`;

const openStep = (from: Step, name: string, make: boolean): Step | null => {
  const here = at(from)(name);
  const path = join(from.path, name);
  for (;;) {
    const found = fs.lstatSync(here, { throwIfNoEntry: false });
    if (!found) {
      if (!make) return null;
      try {
        fs.mkdirSync(here);
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      continue;
    }
    const kind = kindOf(found);
    if (kind !== 'folder') throw refusePlace(path, kind);
    let fd: number;
    try {
      fd = fs.openSync(here, FOLDER | (constants.O_NOFOLLOW ?? 0));
    } catch (error) {
      // Put there since: what it is now is said.
      if (['ELOOP', 'ENOTDIR', 'EMLINK'].includes(errorCode(error))) throw refusePlace(path, 'link');
      throw error;
    }
    return { fd, path };
  }
};

const same = ({ fd, path }: Step): boolean => {
  const opened = fs.fstatSync(fd);
  const now = fs.lstatSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.dev === opened.dev && now.ino === opened.ino;
};

/**
 * Calls `use` with what names the entries of `folder` in `place`; null when that folder is not there and `make` is not
 * set.
 *
 * @throws UserError when a part of the path is a link, or no folder; what the system says otherwise
 */
export const inFolder = <T>(
  place: Place,
  folder: string,
  use: (at: (name: string) => string) => T,
  { make = false } = {},
): T | null => {
  const steps: Step[] = [];
  try {
    let step: Step | null = { fd: fs.openSync(place.anchor, FOLDER), path: place.anchor };
    steps.push(step);
    for (const part of [...partsOf(place.below), ...partsOf(folder)]) {
      step = openStep(step, part, make);
      if (!step) return null;
      steps.push(step);
    }
    const unchanged = () => byHandle || steps.slice(1).every(same);
    const swapped = () => new Error(`${placeName(place, folder)} was replaced while it was used`);
    if (!unchanged()) throw swapped();
    const result = use(at(step));
    if (!unchanged()) throw swapped();
    return result;
  } finally {
    for (const { fd } of steps) fs.closeSync(fd);
  }
};

export type Entry = { name: string; kind: Kind };

/** What is in an open folder, sorted by name. Nothing is opened. */
export const listAt = (at: (name: string) => string): Entry[] =>
  fs
    .readdirSync(at('.'), { withFileTypes: true })
    .map((e) => ({ name: e.name, kind: kindOf(e) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** What is in a folder; null when it is not there. */
export const entriesIn = (place: Place, folder: string): Entry[] | null => inFolder(place, folder, listAt);

const split = (path: string): { folder: string; name: string } => {
  const cut = path.lastIndexOf('/');
  return { folder: path.slice(0, Math.max(cut, 0)), name: path.slice(cut + 1) };
};

/** {@link inFolder} for the folder a path lies in, with what names the path itself. */
export const inParent = <T>(
  place: Place,
  path: string,
  use: (here: string, at: (name: string) => string) => T,
  options?: { make?: boolean },
): T | null => {
  const { folder, name } = split(path);
  partsOf(path);
  return inFolder(place, folder, (at) => use(at(name), at), options);
};

/**
 * The bytes of an entry of an open folder; null when it is not there.
 * @param shown its name for people
 * @param sized told the size before anything is read; what it throws stops the reading
 * @throws UserError when it is no file
 */
export const readAt = (here: string, shown: string, sized?: (bytes: number) => void): Buffer | null => {
  const found = fs.lstatSync(here, { throwIfNoEntry: false });
  if (!found) return null;
  if (!found.isFile()) throw refusePlace(shown, kindOf(found));
  let fd: number;
  try {
    fd = fs.openSync(here, FILE);
  } catch (error) {
    if (['ELOOP', 'EMLINK'].includes(errorCode(error))) throw refusePlace(shown, 'link');
    throw error;
  }
  try {
    const opened = fs.fstatSync(fd);
    if (!opened.isFile()) throw refusePlace(shown, kindOf(opened));
    sized?.(opened.size);
    return fs.readFileSync(fd);
  } finally {
    fs.closeSync(fd);
  }
};

/**
 * The bytes of a file; null when it is not there.
 * @throws UserError when it or a part of its path is a link, or it is no file
 */
export const readIn = (place: Place, path: string): Buffer | null =>
  inParent(place, path, (here) => readAt(here, placeName(place, path)));

/** {@link readIn} as text. */
export const readTextIn = (place: Place, path: string): string | undefined =>
  readIn(place, path)?.toString('utf8');
