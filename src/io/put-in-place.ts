import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { entriesIn, inParent, type Place, placeName, readIn } from './open-folder.ts';
import { syncDir } from './session/durable.ts';
import { errorCode } from './session/save-error.ts';

/**
 * What one writing does to a place, rename by rename, as a value: the same steps put drafts in place, take them back, and
 * finish what was killed between. Paths are below the place; drafts are in a folder of their own there.
 */
export type Step =
  /** A folder that was missing appears with all of its files. */
  | { kind: 'tree'; folder: string; draft: string; files: Record<string, string> }
  /** A file is made, replaced or, where `now` is null, removed. `was` and `now` are the sha256 of what it holds. */
  | { kind: 'file'; path: string; was: string | null; now: string | null; n: number };

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** sha256 of the file that is there; null when none is. Throws UserError for what is no plain file. */
export const hashIn = (place: Place, path: string): string | null => {
  const bytes = readIn(place, path);
  return bytes && sha256(bytes);
};

export const changed = (place: Place, path: string): UserError =>
  new UserError(
    `${visible(placeName(place, path))} is not what it was a moment ago, and was left as it is`,
    'another program writes there; see what it did, and try again',
  );

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

const inTheWay = (place: Place, path: string, error: unknown): unknown =>
  ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(errorCode(error)) ? changed(place, path) : error;

/** @throws UserError when what is there is not what was looked at; what the system says otherwise */
export const putStep = (place: Place, drafts: string, step: Step): void => {
  const path = step.kind === 'tree' ? step.folder : step.path;
  if (step.kind === 'file' && hashIn(place, path) !== step.was) throw changed(place, path);
  try {
    if (step.kind === 'tree') move(place, `${drafts}/${step.draft}`, path);
    else if (step.now === null) move(place, path, `${drafts}/gone-${step.n}`);
    else move(place, `${drafts}/new-${step.n}`, path, step.was === null ? linkOrRename : fs.renameSync);
  } catch (error) {
    throw inTheWay(place, path, error);
  }
};

/** Whether a step is done, though something failed on the way. What is no plain file there is none of ours. */
export const isPut = (place: Place, drafts: string, step: Step): boolean => {
  try {
    return step.kind === 'tree'
      ? entriesIn(place, `${drafts}/${step.draft}`) === null && entriesIn(place, step.folder) !== null
      : step.now !== step.was && hashIn(place, step.path) === step.now;
  } catch {
    return false;
  }
};

export const takeBack = (place: Place, drafts: string, step: Step): void => {
  if (step.kind === 'tree') move(place, step.folder, `${drafts}/${step.draft}`);
  else if (step.was === null) move(place, step.path, `${drafts}/back-${step.n}`);
  else move(place, `${drafts}/old-${step.n}`, step.path);
};
