import fs from 'node:fs';
import path from 'node:path';
import { sha256 } from '../put-in-place.ts';
import { FILE_MODE, syncDir, writeAll } from './durable.ts';
import { saveError } from './save-error.ts';

/**
 * What a session wrote outside of its own folder, so that writing again replaces and removes only what nobody changed
 * since. A line for each text: the sha256 of its name and what it said. Being wrongly left out costs a question; so it is
 * written before the text is put in place.
 */
export type Written = {
  /** Whether this session once wrote just this under that name. */
  has(name: string, sha256: string): boolean;
  /** On the disk when it returns. Throws SaveError. */
  add(texts: readonly { name: string; text: string | Uint8Array }[]): void;
};

const writtenPath = (dir: string): string => path.join(dir, 'written');

const lineOf = (name: string, hash: string): string => sha256(`${name}\0${hash}`);

/** `dir` is the session folder. A file that is missing or damaged knows less, and nothing else. */
export const openWritten = (dir: string): Written => {
  const file = writtenPath(dir);
  const read = (): string => {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const known = new Set(read().split('\n'));
  return {
    has: (name, hash) => known.has(lineOf(name, hash)),
    add: (texts) => {
      const lines = [...new Set(texts.map((t) => lineOf(t.name, sha256(t.text))))].filter(
        (l) => !known.has(l),
      );
      if (lines.length === 0) return;
      try {
        const fd = fs.openSync(file, 'a', FILE_MODE);
        try {
          // Whatever a full disk left of the last line stands alone.
          writeAll(fd, Buffer.from(`\n${lines.join('\n')}\n`), fs.fstatSync(fd).size);
          fs.fsyncSync(fd);
        } finally {
          fs.closeSync(fd);
        }
        syncDir(dir);
      } catch (error) {
        throw saveError(error, file);
      }
      for (const l of lines) known.add(l);
    },
  };
};
