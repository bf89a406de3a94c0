import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** What an archive is by its first bytes, whatever it is called; null for what is none. `other` is packed in a way not read here. */
export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz' | 'other';

const STARTS: readonly (readonly [hex: string, ArchiveFormat])[] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['1f8b', 'tar.gz'],
  ['425a68', 'other'],
  ['fd377a585a00', 'other'],
  ['28b52ffd', 'other'],
  ['377abcaf271c', 'other'],
  ['526172211a07', 'other'],
];

export const archiveFormat = (path: string): ArchiveFormat | null => {
  if (!statSync(path).isFile()) return null;
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(512);
    const length = readSync(fd, head, 0, head.length, 0);
    const hex = head.toString('hex', 0, 16);
    const known = STARTS.find(([start]) => hex.startsWith(start));
    if (known) return known[1];
    return length === 512 && head.toString('latin1', 257, 262) === 'ustar' ? 'tar' : null;
  } finally {
    closeSync(fd);
  }
};
