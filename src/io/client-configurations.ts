import fs from 'node:fs';
import { UserError } from '../domain/errors.ts';
import { inFolder, inParent, type Kind, listAt, type Place, readAt } from './open-folder.ts';
import { errorCode } from './session/save-error.ts';

/**
 * Finding and reading files by the patterns of their paths, without following a link or starting anything: in one folder at the
 * places that are named, or anywhere below it.
 */

export type FoundPath = { path: string; kind: Kind };
export type Searched = {
  found: FoundPath[];
  /** What could not be looked into, in words. */
  notLooked: string[];
};

const MOST_ENTRIES = 200_000;
const MOST_DEPTH = 24;
/** Nobody's client reads its configuration there, and they are large. */
const PASSED_OVER = new Set(['node_modules', '.git', '.hg', '.svn', '.venv', 'site-packages', '__pycache__']);

const nameFits = (pattern: string): ((name: string) => boolean) => {
  const [before = '', after] = pattern.split('*');
  return after === undefined
    ? (name) => name === pattern
    : (name) =>
        name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
};

const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** What is in a folder; null when it is not there; words when it cannot be looked into. */
const look = (place: Place, folder: string): FoundPath[] | string | null => {
  try {
    const entries = inFolder(place, folder, listAt);
    return entries?.map(({ name, kind }) => ({ path: joined(folder, name), kind })) ?? null;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return `${folder || 'the folder'} cannot be read (${code || 'no reason given'})`;
  }
};

/** The paths of `patterns` that are there: `*` within a name, `**` any folders. */
export const findByPatterns = (place: Place, patterns: readonly string[]): Searched => {
  const found = new Map<string, FoundPath>();
  const notLooked = new Set<string>();
  const seen = new Map<string, ReturnType<typeof look>>();
  let entries = 0;
  const inside = (folder: string): FoundPath[] => {
    if (!seen.has(folder)) seen.set(folder, look(place, folder));
    const there = seen.get(folder) ?? [];
    if (typeof there === 'string') {
      notLooked.add(there);
      return [];
    }
    return there;
  };
  const walk = (folder: string, parts: readonly string[], depth: number): void => {
    const [part, ...rest] = parts;
    if (part === undefined || depth > MOST_DEPTH) return;
    if (part === '**') {
      walk(folder, rest, depth);
      for (const e of inside(folder)) {
        if (++entries > MOST_ENTRIES) return;
        if (e.kind === 'folder') walk(e.path, parts, depth + 1);
      }
      return;
    }
    const fits = nameFits(part);
    for (const e of inside(folder)) {
      if (!fits(e.path.slice(folder === '' ? 0 : folder.length + 1))) continue;
      if (rest.length === 0) found.set(e.path, e);
      else if (e.kind === 'folder') walk(e.path, rest, depth + 1);
      else if (e.kind === 'link') notLooked.add(`${e.path} is a symbolic link and was not followed`);
    }
  };
  for (const pattern of patterns) walk('', pattern.split('/'), 0);
  if (entries > MOST_ENTRIES) notLooked.add(`more than ${MOST_ENTRIES} entries: not all was looked at`);
  return { found: [...found.values()], notLooked: [...notLooked] };
};

/** Every path below a folder, but what no client reads. `wanted` says which links are worth a word. */
export const findEverywhere = (place: Place, wanted: (path: string) => boolean): Searched => {
  const found: FoundPath[] = [];
  const notLooked: string[] = [];
  let entries = 0;
  const walk = (folder: string, depth: number): void => {
    const there = look(place, folder);
    if (typeof there === 'string') notLooked.push(there);
    if (there === null || typeof there === 'string') return;
    for (const e of there) {
      if (++entries > MOST_ENTRIES) return;
      const name = e.path.slice(folder === '' ? 0 : folder.length + 1);
      if (e.kind === 'folder') {
        if (PASSED_OVER.has(name)) continue;
        if (depth >= MOST_DEPTH) notLooked.push(`${e.path} lies more than ${MOST_DEPTH} folders deep`);
        else walk(e.path, depth + 1);
      } else if (wanted(e.path)) found.push(e);
      else if (e.kind === 'link') notLooked.push(`${e.path} is a symbolic link and was not followed`);
    }
  };
  walk('', 0);
  if (entries > MOST_ENTRIES) notLooked.push(`more than ${MOST_ENTRIES} entries: not all was looked at`);
  return { found, notLooked };
};

const MOST_BYTES = 20 * 1024 * 1024;

export type ReadFile = { text: string; mode: number; folderMode: number } | { why: string };

/** The text of a file with its permissions and those of its folder; else why it could not be read. */
export const readConfigurationFile = (place: Place, path: string): ReadFile => {
  try {
    const read = inParent(place, path, (here, at) => {
      const bytes = readAt(here, path, (size) => {
        if (size > MOST_BYTES) throw new UserError(`it is larger than ${MOST_BYTES / 1024 / 1024} MiB`, '');
      });
      if (!bytes) return null;
      return { bytes, mode: fs.lstatSync(here).mode, folderMode: fs.lstatSync(at('.')).mode };
    });
    if (!read) return { why: 'it was gone when it was read' };
    const { bytes, mode, folderMode } = read;
    // Windows writes UTF-16, too.
    const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    const text = new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
    return { text, mode, folderMode };
  } catch (error) {
    if (error instanceof UserError) return { why: error.message };
    if (error instanceof TypeError) return { why: 'it is no text in UTF-8' };
    return { why: `the system does not let it be read (${errorCode(error) || 'no reason given'})` };
  }
};

/** Whether others of this machine may write to a file of it. Null where that cannot be told. */
export const writableByOthers = (path: string): boolean | null => {
  if (process.platform === 'win32') return null;
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? (found.mode & 0o022) !== 0 : null;
};
