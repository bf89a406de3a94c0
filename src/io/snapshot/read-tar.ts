import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { type Admission, type RawEntry, refused, type SnapshotLimits } from './admit.ts';

const KINDS: Readonly<Record<string, RawEntry['kind']>> = {
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'symlink',
  Link: 'hardlink',
  CharacterDevice: 'special',
  BlockDevice: 'special',
  FIFO: 'special',
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
  const done: RawEntry[] = [];
  const problems: string[] = [];
  const parser = new Parser({
    // What is damaged ends it: a part would look like the whole.
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const kind = KINDS[entry.type] ?? 'file';
      const chunks: Buffer[] = [];
      const link = kind === 'symlink' || kind === 'hardlink' ? Buffer.from(entry.linkpath ?? '') : null;
      if (link || entry.size > limits.fileBytes) entry.resume();
      else entry.on('data', (chunk: Buffer) => void chunks.push(Buffer.from(chunk)));
      entry.on('end', () =>
        done.push({
          name: Buffer.from(entry.path),
          kind,
          size: entry.size,
          read: () => Promise.resolve(link ?? Buffer.concat(chunks)),
        }),
      );
    },
  });
  parser.on('ignoredEntry', (entry: ReadEntry) =>
    leaveOut(entry.path, 'an entry of a kind that is not read here'),
  );
  parser.on('error', (error: Error) => void problems.push(error.message));
  const file = createReadStream(path);
  const bytes = gzipped ? pipeline(file, createGunzip(), () => {}) : file;
  let total = 0;
  const checked = (): void => {
    if (problems[0] !== undefined) throw refused(what, `is damaged (${problems[0].slice(0, 200)})`);
  };
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limits.bytes + limits.entries * HEADERS_AND_PADDING)
        throw refused(what, `unpacks to more than ${limits.bytes} bytes`);
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
