import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { UserError } from '../../domain/errors.ts';

export const ARCHIVE_LIMITS = {
  archiveBytes: 512 * 1024 * 1024,
  contentBytes: 1024 * 1024 * 1024,
  entries: 20_000,
  /** Unpacked for one packed, once more than `ratioFrom` came out. */
  ratio: 200,
  ratioFrom: 32 * 1024 * 1024,
} as const;
export type ArchiveLimits = { [K in keyof typeof ARCHIVE_LIMITS]: number };

const CHUNK = 64 * 1024;
const END_RECORD = 22;

export const refuseArchive = (why: string): UserError =>
  new UserError(
    `this file is not a session that can be imported: ${why}`,
    'ask for a new export of the session; nothing was imported',
  );

/** The number of entries that the end record names. Our files have no comment, so that it is at a fixed place. */
const countedEntries = (archive: Buffer): number => {
  const at = archive.length - END_RECORD;
  if (at < 0 || archive.readUInt32LE(at) !== 0x06054b50)
    throw refuseArchive('it does not end as a complete zip file');
  return archive.readUInt16LE(at + 10);
};

const CENTRAL = 0x02014b50;

/** The names in the directory at the end, by which other programs unpack. */
const directoryNames = (archive: Buffer, counted: number): string[] => {
  const names: string[] = [];
  let at = archive.readUInt32LE(archive.length - END_RECORD + 16);
  for (let n = 0; n < counted; n++) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== CENTRAL)
      throw refuseArchive('its directory is damaged');
    const end = at + 46 + archive.readUInt16LE(at + 28);
    names.push(archive.toString('utf8', at + 46, end));
    at = end + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return names;
};

const shown = (name: string): string => JSON.stringify(name.slice(0, 100));

/**
 * All entries of a zip file, in memory: nothing of it reaches the disk here, and nothing but names and bytes is taken
 * from it (no links, modes or folders). It is read as a stream, so that sizes are bounded by what comes out, not by
 * what the file claims. Throws {@link UserError}.
 */
export const readArchive = (
  archive: Buffer,
  allowed: (name: string) => boolean,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Map<string, Buffer> => {
  if (archive.length > limits.archiveBytes) throw refuseArchive('it is too large');
  const counted = countedEntries(archive);
  const entries = new Map<string, Buffer>();
  const begun = new Set<string>();
  let total = 0;
  let declared = 0;
  const tooMuch = (bytes: number): void => {
    if (bytes > limits.contentBytes) throw refuseArchive('its contents are too large');
    if (bytes > limits.ratioFrom && bytes / archive.length > limits.ratio)
      throw refuseArchive(`it unpacks to more than ${limits.ratio} times its size, as bombs do`);
  };
  const unzip = new Unzip((file) => {
    if (!allowed(file.name))
      throw refuseArchive(`it holds ${shown(file.name)}, which does not belong into a session`);
    if (begun.has(file.name)) throw refuseArchive(`it holds ${shown(file.name)} twice`);
    begun.add(file.name);
    if (begun.size > limits.entries) throw refuseArchive('it holds too many files');
    declared += file.originalSize ?? 0;
    tooMuch(declared);
    const chunks: Uint8Array[] = [];
    file.ondata = (error, chunk, final) => {
      if (error) throw error;
      total += chunk.length;
      tooMuch(total);
      chunks.push(chunk);
      if (final) entries.set(file.name, Buffer.concat(chunks));
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  try {
    for (let at = 0; at < archive.length; at += CHUNK)
      unzip.push(archive.subarray(at, at + CHUNK), at + CHUNK >= archive.length);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refuseArchive(`it cannot be unpacked (${error instanceof Error ? error.message : String(error)})`);
  }
  if (entries.size !== begun.size || entries.size !== counted) throw refuseArchive('it is not complete');
  const other = directoryNames(archive, counted).find((name) => !begun.has(name));
  if (other !== undefined)
    throw refuseArchive(`its directory names ${shown(other)}, which is another name where its content is`);
  return entries;
};
