import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Files that somebody names, or that others wrote. A pipe would never answer, a device never end, and what a kernel makes up
 * as it is read (below /proc) is not what anyone can show again: only ordinary files are read, and only so much of them.
 */
const kindOf = (stats: Stats): string => {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device';
  return '';
};

const refuseUnlessFile = (stats: Stats): void => {
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats) || 'something else'}, not an ordinary file`);
};

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MiB`;

/** A pipe whose writer is slow, and which another program has set not to wait, says so instead of waiting. */
const readPatiently = (fd: number, buffer: Buffer, at: number): number => {
  for (;;) {
    try {
      return readSync(fd, buffer, at, buffer.length - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
};

const CHUNK = 1024 * 1024;

const readToEnd = (fd: number, expected: number, mostBytes: number): Buffer => {
  let buffer = Buffer.allocUnsafe(Math.min(Math.max(expected, 0), mostBytes) + 1);
  let length = 0;
  for (;;) {
    const read = readPatiently(fd, buffer, length);
    if (read === 0) return buffer.subarray(0, length);
    length += read;
    if (length > mostBytes) throw new Error(`it is larger than the ${megabytes(mostBytes)} that are read`);
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(
        Math.min(buffer.length + Math.max(buffer.length, CHUNK), mostBytes + 1),
      );
      buffer.copy(larger);
      buffer = larger;
    }
  }
};

/** Opens an ordinary file; never waits for anybody. Throws an Error that says what else it is. */
export const openInputFile = (path: string): { fd: number; size: number } => {
  // Before opening, too: to open a device may do something.
  refuseUnlessFile(statSync(path));
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  try {
    const stats = fstatSync(fd);
    refuseUnlessFile(stats);
    if (stats.size === 0 && readSync(fd, Buffer.alloc(1)) > 0)
      throw new Error('it is not an ordinary file: the system makes up what is in it as it is read');
    return { fd, size: stats.size };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

/** All of an ordinary file. Throws an Error with the reason, as `node:fs` does, for anything else or more than `mostBytes`. */
export const readInputFile = (path: string, mostBytes: number): Buffer => {
  const { fd, size } = openInputFile(path);
  try {
    if (size > mostBytes) throw new Error(`it is larger than the ${megabytes(mostBytes)} that are read`);
    return readToEnd(fd, size, mostBytes);
  } finally {
    closeSync(fd);
  }
};

/** Standard input to its end: a file, a pipe, or a terminal somebody types at. Throws as {@link readInputFile}. */
export const readStandardInput = (mostBytes: number): Buffer => {
  const stats = fstatSync(0);
  if (!stats.isFIFO() && !stats.isSocket() && !isatty(0)) refuseUnlessFile(stats);
  return readToEnd(0, stats.isFile() ? stats.size : 0, mostBytes);
};
