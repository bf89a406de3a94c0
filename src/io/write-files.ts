import { randomBytes } from 'node:crypto';
import fs, { constants } from 'node:fs';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import {
  finishInterrupted,
  PLAN,
  planText,
  rememberDrafts,
  rememberPlan,
  removeDrafts,
} from './interrupted.ts';
import { entriesIn, inFolder, inParent, namedFile, type Place, placeName, readIn } from './open-folder.ts';
import { changed, hashIn, isPut, putStep, type Step, sha256, takeBack } from './put-in-place.ts';
import { syncDir, writeAll } from './session/durable.ts';
import { saveError } from './session/save-error.ts';
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

const draftName = (): string => `.mcp-audit-${randomBytes(12).toString('hex')}`;

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

/**
 * Makes all changes or none. Folders that are missing appear with all of their files at once. What is killed between two
 * renames is finished by {@link finishInterrupted}, which callers call before they look at what is there.
 *
 * @param drafts remembers what was begun, so that a writing that was killed is finished by the next
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
    if (remembered) rememberDrafts(remembered, drafts);
    const begin = (plan: string): void => {
      ready();
      if (remembered) rememberPlan(remembered, drafts, plan);
    };
    inFolder(place, '', (at) => draftAndPut(place, changes, drafts, at, mode, begin), { make: true });
  } catch (error) {
    throw error instanceof UserError ? error : saveError(inWords(error, place), visible(placeName(place)));
  }
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
  begin: (plan: string) => void,
): void => {
  fs.mkdirSync(at(drafts), { mode: 0o700 });
  let begun: Step[] = [];
  let half = false;
  try {
    inFolder(place, drafts, (draft) => {
      const steps = plan(place, changes, draft, drafts, mode);
      const text = planText(steps);
      writeDraft(draft(PLAN), Buffer.from(text), 0o600);
      syncDir(draft('.'));
      syncDir(at('.'));
      begin(text);
      for (const step of steps) {
        begun = [step, ...begun];
        putStep(place, drafts, step);
      }
    });
  } catch (error) {
    for (const step of begun)
      try {
        if (isPut(place, drafts, step)) takeBack(place, drafts, step);
      } catch {
        // It is the new file, whole; with the drafts the next writing finishes the others.
        half = true;
      }
    throw error;
  } finally {
    if (!half) removeDrafts(place, drafts);
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
    const now = change.text === null ? null : sha256(change.text);
    steps.push({ kind: 'file', path: change.path, was: change.was, now, n });
  }
  const whole = [...trees].map(([folder, files], n): Step => {
    fs.mkdirSync(draft(`tree-${n}`));
    const inside: Place = { ...place, below: [place.below, `${drafts}/tree-${n}`].filter(Boolean).join('/') };
    const hashes: Record<string, string> = {};
    for (const { path, text } of files) {
      const below = path.slice(folder.length + 1);
      inParent(inside, below, (here) => writeDraft(here, Buffer.from(text ?? ''), mode), { make: true });
      hashes[below] = sha256(text ?? '');
    }
    return { kind: 'tree', folder, draft: `tree-${n}`, files: hashes };
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
  if (options.drafts) finishInterrupted(place, options.drafts);
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
