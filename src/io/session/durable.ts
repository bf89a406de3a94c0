import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from './save-error.ts';

/** Owner only: sessions hold what is not yet published. */
export const FILE_MODE = 0o600;
export const DIR_MODE = 0o700;

type Write = Pick<typeof fs, 'writeSync'>;

/** Writes all of `bytes` at `position`; a short write is continued, not taken for success. */
export const writeAll = (
  fd: number,
  bytes: Uint8Array,
  position: number,
  { writeSync }: Write = fs,
): void => {
  let written = 0;
  while (written < bytes.byteLength)
    written += writeSync(fd, bytes, written, bytes.byteLength - written, position + written);
};

/** A new or renamed file is only there after a crash when its folder has reached the disk too. */
export const syncDir = (dir: string): void => {
  // Windows neither can nor needs to.
  if (process.platform === 'win32') return;
  const fd = fs.openSync(dir, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
};

/** Writes a new file that is on the disk when this returns. Throws `EEXIST` when it is already there. */
export const writeNewFile = (file: string, bytes: Uint8Array): void => {
  const fd = fs.openSync(file, 'wx', FILE_MODE);
  try {
    writeAll(fd, bytes, 0);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
};

/** Puts a complete file in place at once: whoever reads it finds all of it or none. False when there is one already. */
export const placeWhole = (file: string, bytes: Uint8Array): boolean => {
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeNewFile(temporary, bytes);
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // A file system without hard links.
    if (['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(errorCode(error))) {
      try {
        writeNewFile(file, bytes);
        return true;
      } catch (second) {
        if (errorCode(second) === 'EEXIST') return false;
        throw second;
      }
    }
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
};

/**
 * Creates missing folders, and makes sure that they are still there after a crash. One by one: `mkdir` with
 * `recursive` never returns where a folder exists and nothing can be made in it, as in /proc.
 */
export const makeDir = (dir: string): void => {
  const parent = path.dirname(dir);
  if (parent !== dir && !fs.existsSync(parent)) makeDir(parent);
  try {
    fs.mkdirSync(dir, { mode: DIR_MODE });
  } catch (error) {
    if (fs.statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return;
    throw error;
  }
  syncDir(parent);
};
