import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { UserError } from '../../domain/errors.ts';

export const ARCHIVE_LIMITS = {
  archiveBytes: 512 * 1024 * 1024,
  contentBytes: 1024 * 1024 * 1024,
  entries: 20_000,
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
  const unzip = new Unzip((file) => {
    if (!allowed(file.name))
      throw refuseArchive(`it holds ${shown(file.name)}, which does not belong into a session`);
    if (begun.has(file.name)) throw refuseArchive(`it holds ${shown(file.name)} twice`);
    begun.add(file.name);
    if (begun.size > limits.entries) throw refuseArchive('it holds too many files');
    const chunks: Uint8Array[] = [];
    file.ondata = (error, chunk, final) => {
      if (error) throw error;
      total += chunk.length;
      if (total > limits.contentBytes) throw refuseArchive('its contents are too large');
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
  return entries;
};
