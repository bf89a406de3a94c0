import { hash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BlobPort, BlobRead } from '../../engine/ports.ts';
import { readInputFile } from '../input-file.ts';
import { makeDir, syncDir, writeNewFile } from './durable.ts';
import { errorCode, saveError } from './save-error.ts';

/** Of a methodology, which is all that is read in one go. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Path inside the session folder. */
export const blobPath = (sha256: string): string => path.join('blobs', sha256.slice(0, 2), sha256);

const verified = (bytes: Buffer, sha256: string): BlobRead =>
  hash('sha256', bytes, 'hex') === sha256 ? { bytes } : { problem: 'damaged' };

const unread = (error: unknown): BlobRead => ({
  problem: errorCode(error) === 'ENOENT' ? 'missing' : 'unreadable',
});

/** For the one blob a session cannot be shown without: its methodology. */
export const readBlobSync = (dir: string, sha256: string): BlobRead => {
  try {
    return verified(readInputFile(path.join(dir, blobPath(sha256)), MAX_BYTES), sha256);
  } catch (error) {
    return unread(error);
  }
};

/** Contents by their sha256, in `<dir>/blobs/`; `dir` is the session folder. */
export const openBlobStore = (dir: string): BlobPort => ({
  put: (bytes) => {
    const sha256 = hash('sha256', bytes, 'hex');
    const file = path.join(dir, blobPath(sha256));
    // A damaged copy is written anew.
    if ('bytes' in readBlobSync(dir, sha256)) return sha256;
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      makeDir(path.dirname(file));
      writeNewFile(temporary, bytes);
      fs.renameSync(temporary, file);
      syncDir(path.dirname(file));
      return sha256;
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw saveError(error, file);
    }
  },
  read: async (sha256) => {
    const file = path.join(dir, blobPath(sha256));
    try {
      // Anything else might never answer.
      if (!(await fs.promises.stat(file)).isFile()) return { problem: 'unreadable' };
      return verified(await fs.promises.readFile(file), sha256);
    } catch (error) {
      return unread(error);
    }
  },
});
