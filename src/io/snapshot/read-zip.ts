import { statSync } from 'node:fs';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { UserError } from '../../domain/errors.ts';
import { decodePath } from '../git/paths.ts';
import { beyond, type RawEntry, refused, type SnapshotLimits } from './admit.ts';

/** Kinds of entries as Unix writes them, in the upper half of the external attributes. */
const TYPE = 0o170000;
const KINDS = new Map<number, RawEntry['kind']>([
  [0o120000, 'symlink'],
  [0o040000, 'folder'],
  [0o020000, 'special'],
  [0o060000, 'special'],
  [0o010000, 'special'],
  [0o140000, 'special'],
]);

const kindOf = (entry: Entry, name: Buffer): RawEntry['kind'] =>
  KINDS.get((entry.externalFileAttributes >>> 16) & TYPE) ?? (name.at(-1) === 0x2f ? 'folder' : 'file');

const said = (name: Buffer): string => JSON.stringify(decodePath(name).slice(0, 200));

const damaged = (what: string, error: unknown): unknown =>
  error instanceof UserError || !(error instanceof Error)
    ? error
    : refused(what, `is damaged (${error.message.slice(0, 200)})`);

const contentOf = async (what: string, zip: ZipFile, entry: Entry): Promise<Buffer> => {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    throw damaged(what, error);
  }
};

/**
 * The entries of a zip file, by its directory at the end, as most programs read it. Names are bytes, sizes are held to.
 * @param what its name for people
 */
export async function* readZip(path: string, what: string, limits: SnapshotLimits): AsyncGenerator<RawEntry> {
  // Names are judged by `admit`, which knows what becomes of them: the library would pass some and change others.
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false }).catch(
    (error: Error) => {
      throw refused(what, `is no complete zip file (${error.message})`);
    },
  );
  try {
    if (zip.entryCount > limits.entries) throw refused(what, `holds more than ${limits.entries} entries`);
    // What it says of itself is judged before any of it is unpacked.
    const packed = statSync(path).size;
    const entries: Entry[] = [];
    let declared = 0;
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      declared += entry.uncompressedSize;
      const tooMuch = beyond(declared, packed, limits);
      if (tooMuch !== null) throw refused(what, tooMuch);
    }
    for (const entry of entries) {
      const name = entry.fileNameRaw;
      const kind = kindOf(entry, name);
      if (kind === 'file' && entry.isEncrypted())
        throw refused(what, 'holds files that are encrypted, at which nobody can look');
      if (kind === 'file' && ![0, 8].includes(entry.compressionMethod))
        throw refused(
          what,
          `holds files packed by method ${entry.compressionMethod}, which is not read here`,
        );
      const local = await zip.readLocalFileHeaderPromise(entry);
      if (!local.fileName.equals(name))
        throw refused(
          what,
          `names a file ${said(name)} in its directory and ${said(local.fileName)} before its content: which of them counts depends on who unpacks it`,
        );
      yield {
        name,
        kind,
        size: entry.uncompressedSize,
        read: () => (kind === 'folder' ? Promise.resolve(Buffer.alloc(0)) : contentOf(what, zip, entry)),
      };
    }
  } catch (error) {
    throw damaged(what, error);
  } finally {
    zip.close();
  }
}
