import { createHash, randomBytes } from 'node:crypto';
import fs, { constants } from 'node:fs';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { entriesIn, inFolder, inParent, namedFile, type Place, placeName, readIn } from './open-folder.ts';
import { syncDir, writeAll } from './session/durable.ts';
import { errorCode, saveError } from './session/save-error.ts';
import type { Written } from './session/written.ts';

/**
 * The one way files are written outside of a session's own folder. All bytes are drafted and synced first, in a folder with
 * a random name beside where they go, so that a full disk changes nothing; then each is put in place by one rename. What
 * fails there is taken back. What is there by then and is not what was looked at before is left alone.
 */
export type Change = {
  /** Below the place, with `/`. */
  path: string;
  /** Null: the file is removed. */
  text: string | Uint8Array | null;
  /** sha256 of what is there and may go; null when nothing is. */
  was: string | null;
};

/** Drafts of a writing that was interrupted stay behind under this name. */
export const DRAFTS = /^\.mcp-audit-[0-9a-f]{24}$/;
const draftName = (): string => `.mcp-audit-${randomBytes(12).toString('hex')}`;

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** sha256 of the file that is there, for {@link Change}. Throws UserError for what is no plain file. */
export const hashIn = (place: Place, path: string): string | null => {
  const bytes = readIn(place, path);
  return bytes && sha256(bytes);
};

const writeDraft = (file: string, bytes: Uint8Array, mode: number): void => {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const fd = fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    writeAll(fd, bytes, 0);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
};

/** Systems without hard links: no other program may be writing the same name in the same moment. */
const linkOrRename = (from: string, to: string): void => {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
    if (fs.lstatSync(to, { throwIfNoEntry: false }))
      throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' });
    fs.renameSync(from, to);
  }
};

const changed = (place: Place, path: string): UserError =>
  new UserError(
    `${visible(placeName(place, path))} is not what it was a moment ago, and was left as it is`,
    'another program writes there; see what it did, and try again',
  );

/** The folder highest up on the way to `path` that is not there yet; null when the file's own folder is. */
const firstMissing = (place: Place, path: string): string | null => {
  const parts = path.split('/');
  for (let n = 1; n < parts.length; n += 1) {
    const folder = parts.slice(0, n).join('/');
    if (inFolder(place, folder, () => true) === null) return folder;
  }
  return null;
};

const refuseTwin = (place: Place, path: string): void => {
  const cut = path.lastIndexOf('/');
  const key = (name: string) => name.normalize('NFC').toLowerCase();
  const name = path.slice(cut + 1);
  const twin = (entriesIn(place, path.slice(0, Math.max(cut, 0))) ?? []).find(
    (e) => e.name !== name && key(e.name) === key(name),
  );
  if (twin)
    throw new UserError(
      `${visible(placeName(place, path))} was not written: ${visible(twin.name)} is there, and some systems cannot hold both`,
      'rename or move away the one that is there',
    );
};

type Step = { put(): void; back(): void };

/**
 * Makes all changes or none. Folders that are missing appear with all of their files at once.
 *
 * @param drafts remembers the names of drafts, so that those of a writing that was killed are cleared away by the next
 * @param ready called when all bytes are on the disk and nothing is in place yet; what it throws stops everything
 * @throws UserError: a link or other file in the way, something that changed meanwhile, or what the disk says
 */
export const changeFiles = (
  place: Place,
  changes: readonly Change[],
  {
    mode = 0o666,
    ready = () => {},
    drafts: remembered,
  }: { mode?: number; ready?: () => void; drafts?: Written } = {},
): void => {
  if (changes.length === 0) return ready();
  const drafts = draftName();
  try {
    if (remembered) {
      clearDrafts(place, remembered);
      remembered.add([{ name: DRAFT, text: drafts }]);
    }
    inFolder(place, '', (at) => draftAndPut(place, changes, drafts, at, mode, ready), { make: true });
  } catch (error) {
    throw error instanceof UserError ? error : saveError(inWords(error, place), visible(placeName(place)));
  }
};

const DRAFT = 'draft';

const clearDrafts = (place: Place, remembered: Written): void => {
  for (const { name } of entriesIn(place, '') ?? [])
    if (DRAFTS.test(name) && remembered.has(DRAFT, sha256(name)))
      inFolder(place, '', (at) => fs.rmSync(at(name), { recursive: true, force: true }));
};

/** The system names our handle of a folder; people know it by its name. */
const inWords = (error: unknown, place: Place): unknown => {
  if (error instanceof Error)
    error.message = error.message.replace(/\/proc\/self\/fd\/\d+/g, visible(placeName(place)));
  return error;
};

const draftAndPut = (
  place: Place,
  changes: readonly Change[],
  drafts: string,
  at: (name: string) => string,
  mode: number,
  ready: () => void,
): void => {
  fs.mkdirSync(at(drafts), { mode: 0o700 });
  const done: Step[] = [];
  try {
    inFolder(place, drafts, (draft) => {
      const steps = plan(place, changes, draft, `${drafts}/`, mode);
      syncDir(draft('.'));
      ready();
      for (const step of steps) {
        step.put();
        done.push(step);
      }
    });
    syncDir(at('.'));
  } catch (error) {
    for (const step of done.reverse())
      try {
        step.back();
      } catch {
        // What cannot be put back is the new file, whole.
      }
    throw error;
  } finally {
    fs.rmSync(at(drafts), { recursive: true, force: true });
  }
};

/** Writes the drafts, keeps what will be replaced, and gives the steps that put everything in place. */
const plan = (
  place: Place,
  changes: readonly Change[],
  draft: (name: string) => string,
  drafts: string,
  mode: number,
): Step[] => {
  const trees = new Map<string, Change[]>();
  const steps: Step[] = [];
  for (const [n, change] of changes.entries()) {
    const missing = firstMissing(place, change.path);
    if (missing !== null) {
      if (change.was !== null) throw changed(place, change.path);
      if (change.text !== null) trees.set(missing, [...(trees.get(missing) ?? []), change]);
      continue;
    }
    if (change.text !== null) {
      refuseTwin(place, change.path);
      writeDraft(draft(`new-${n}`), Buffer.from(change.text), mode);
    }
    if (change.was !== null) keep(place, change, draft(`old-${n}`));
    steps.push(fileStep(place, change, n, `${drafts}`));
  }
  const whole = [...trees].map(([folder, files], n): Step => {
    fs.mkdirSync(draft(`tree-${n}`));
    const inside: Place = { ...place, below: [place.below, `${drafts}tree-${n}`].filter(Boolean).join('/') };
    for (const file of files)
      inParent(
        inside,
        file.path.slice(folder.length + 1),
        (here) => writeDraft(here, Buffer.from(file.text ?? ''), mode),
        { make: true },
      );
    return treeStep(place, folder, `${drafts}tree-${n}`);
  });
  return [...whole, ...steps];
};

const keep = (place: Place, { path, was }: Change, kept: string): void => {
  const bytes = readIn(place, path);
  if (!bytes || sha256(bytes) !== was) throw changed(place, path);
  inParent(place, path, (here) => {
    try {
      fs.linkSync(here, kept);
    } catch {
      writeDraft(kept, bytes, fs.lstatSync(here).mode & 0o777);
    }
  });
};

/** Both ends are named from folders opened for the purpose, so that no link can come between. */
const move = (
  place: Place,
  from: string,
  to: string,
  how: (from: string, to: string) => void = fs.renameSync,
): void => {
  inParent(place, from, (source) =>
    inParent(place, to, (goal, at) => {
      how(source, goal);
      syncDir(at('.'));
    }),
  );
};

const treeStep = (place: Place, folder: string, draft: string): Step => ({
  put: () => {
    try {
      move(place, draft, folder);
    } catch (error) {
      throw ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))
        ? changed(place, folder)
        : error;
    }
  },
  back: () => move(place, folder, draft),
});

const fileStep = (place: Place, { path, text, was }: Change, n: number, drafts: string): Step => ({
  put: () => {
    if (hashIn(place, path) !== was) throw changed(place, path);
    if (text === null) return move(place, path, `${drafts}gone-${n}`);
    try {
      move(place, `${drafts}new-${n}`, path, was === null ? linkOrRename : fs.renameSync);
    } catch (error) {
      throw ['EEXIST', 'EISDIR', 'ENOTDIR'].includes(errorCode(error)) ? changed(place, path) : error;
    }
  },
  back: () =>
    was === null ? move(place, path, `${drafts}back-${n}`) : move(place, `${drafts}old-${n}`, path),
});

export type FilesOptions = {
  /** Permissions of a new file, before the umask. */
  mode?: number;
  /**
   * Whether a file that is there may be replaced, by the sha256 of what it holds. Left out: none is.
   */
  replaces?: (sha256: string) => boolean;
  /** See {@link changeFiles}. */
  ready?: () => void;
  drafts?: Written;
};

/**
 * One file where the auditor named it, with the folders above it.
 * @throws UserError when something is there that may not be replaced
 */
export const writeFile = (file: string, text: string | Uint8Array, options: FilesOptions = {}): void => {
  const { folder, name } = namedFile(file);
  putFile(folder, name, text, options);
};

/** {@link writeFile} in a place. */
export const putFile = (
  place: Place,
  path: string,
  text: string | Uint8Array,
  options?: FilesOptions,
): void => putFiles(place, new Map([[path, text]]), options);

/** All of them, or none: see {@link changeFiles}. */
export const putFiles = (
  place: Place,
  files: ReadonlyMap<string, string | Uint8Array>,
  { replaces = () => false, ...options }: FilesOptions = {},
): void => {
  const changes = [...files].map(([path, text]) => ({ path, text, was: hashIn(place, path) }));
  const other = changes.find(({ was, text }) => was !== null && was !== sha256(text) && !replaces(was));
  if (other)
    throw new UserError(
      `${visible(placeName(place, other.path))} is there already, not as it was written from this session, and was left as it is`,
      'name another file, or move that one away',
    );
  changeFiles(
    place,
    changes.filter(({ was, text }) => was !== sha256(text)),
    options,
  );
};
