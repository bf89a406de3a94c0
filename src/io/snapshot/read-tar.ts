import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { visible } from '../../text/visible.ts';
import { type Admission, beyond, type RawEntry, refused, type SnapshotLimits } from './admit.ts';

const KINDS: Readonly<Record<string, RawEntry['kind']>> = {
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'symlink',
  Link: 'hardlink',
  CharacterDevice: 'special',
  BlockDevice: 'special',
  FIFO: 'special',
};

/**
 * Whether the name in a header of PAX or GNU goes on behind a NUL: the library cuts it there, other programs need not. GNU ends
 * its names with one.
 */
const hasNulInName = (meta: string): boolean => {
  const bytes = Buffer.from(meta);
  for (let at = 0; at < bytes.length; ) {
    const record = /^(\d{1,10}) ([^=]{1,100})=/.exec(bytes.toString('latin1', at, at + 120));
    if (!record) return at === 0 && /\0[^\0]/.test(meta);
    const end = at + Math.max(1, Number(record[1]));
    if (/^(?:link)?path$/.test(record[2] ?? '') && bytes.subarray(at, end).includes(0)) return true;
    at = end;
  }
  return false;
};

/** Blocks around the content of a file. */
const HEADERS_AND_PADDING = 4096;

/**
 * The entries of a tar file, packed by gzip or not, one after the other; no more of it is in memory than one file.
 * @param what its name for people
 */
export async function* readTar(
  path: string,
  what: string,
  gzipped: boolean,
  limits: SnapshotLimits,
  leaveOut: Admission['leaveOut'],
): AsyncGenerator<RawEntry> {
  const packed = statSync(path).size;
  const done: RawEntry[] = [];
  const refusals: string[] = [];
  let declared = 0;
  let ended = false;
  const problems: string[] = [];
  const parser = new Parser({
    // What is damaged ends it: a part would look like the whole.
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const kind = KINDS[entry.type] ?? 'file';
      declared += entry.size;
      const tooMuch =
        entry.size > limits.fileBytes
          ? `holds a file of ${entry.size} bytes, ${visible(entry.path.slice(0, 200))}`
          : beyond(declared, gzipped ? packed : 0, limits);
      if (tooMuch !== null) {
        refusals.push(tooMuch);
        return entry.resume();
      }
      // As much as it says, once: what comes out is never more.
      let content = Buffer.alloc(0);
      let filled = 0;
      const link = kind === 'symlink' || kind === 'hardlink' ? Buffer.from(entry.linkpath ?? '') : null;
      if (link) entry.resume();
      else {
        content = Buffer.allocUnsafeSlow(entry.size);
        entry.on('data', (chunk: Buffer) => {
          filled += chunk.copy(content, filled);
        });
      }
      entry.on('end', () =>
        done.push({
          name: Buffer.from(entry.path),
          kind,
          size: entry.size,
          read: () => Promise.resolve(link ?? content.subarray(0, filled)),
        }),
      );
    },
  });
  parser.on('ignoredEntry', (entry: ReadEntry) =>
    leaveOut(entry.path, 'an entry of a kind that is not read here'),
  );
  parser.on('meta', (meta: string) => {
    if (hasNulInName(meta)) refusals.push('holds a name with a NUL in it');
  });
  parser.on('eof', () => {
    ended = true;
  });
  parser.on('error', (error: Error) => void problems.push(error.message));
  const file = createReadStream(path);
  const bytes = gzipped ? pipeline(file, createGunzip(), () => {}) : file;
  let total = 0;
  const checked = (): void => {
    if (refusals[0] !== undefined) throw refused(what, refusals[0]);
    if (problems[0] !== undefined) throw refused(what, `is damaged (${problems[0].slice(0, 200)})`);
  };
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      total += chunk.length;
      const tooMuch = beyond(total, gzipped ? packed : 0, {
        ...limits,
        bytes: limits.bytes + limits.entries * HEADERS_AND_PADDING,
      });
      if (tooMuch !== null) throw refused(what, tooMuch);
      // The library would gather what lies behind the end; it is only counted here.
      if (ended) continue;
      parser.write(chunk);
      checked();
      yield* done.splice(0);
    }
    parser.end();
    checked();
    yield* done.splice(0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw refused(what, `is damaged (${(error as Error).message})`);
    throw error;
  } finally {
    file.destroy();
  }
}
