import { open } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

/**
 * The entries of a large zip file by its central directory, one at a time: OSV's archives hold some 200,000 small files,
 * for which a streaming reader needs minutes. Sizes are bounded by what comes out, not by what the file claims; nothing is
 * written anywhere, and names are only names.
 */
export type ZipEntry = { name: string; bytes: Buffer | null };

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_COMMENT = 65_535;
const MOST_DIRECTORY = 400_000_000;

const broken = (what: string): Error => new Error(`it is no complete zip file (${what})`);

const number64 = (buffer: Buffer, at: number): number => Number(buffer.readBigUInt64LE(at));

/** Sizes and places past 4 GB stand in an extra field, in this order, each only when it is needed. */
const wide = (extra: Buffer, ...given: number[]): number[] => {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    return given.map((n) => {
      if (n !== 0xffffffff || next + 8 > extra.length) return n;
      next += 8;
      return number64(extra, next - 8);
    });
  }
  return given;
};

/**
 * Entries that `wanted` names, in the order of the directory. `bytes` is null for one that unpacks to more than
 * `mostBytes`. Throws for what is no zip file.
 */
export async function* zipEntries(
  path: string,
  wanted: (name: string) => boolean,
  mostBytes: number,
): AsyncGenerator<ZipEntry> {
  const file = await open(path);
  const read = async (at: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const { size } = await file.stat();
    const tailAt = Math.max(0, size - MOST_COMMENT - 22);
    const tail = await read(tailAt, size - tailAt);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
    if (end < 0) throw broken('its end is missing');
    let [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (end >= 20 && tail.readUInt32LE(end - 20) === LOCATOR64) {
      const end64 = await read(number64(tail, end - 20 + 8), 56);
      if (end64.length < 56 || end64.readUInt32LE(0) !== END64) throw broken('its end is damaged');
      [length, start] = [number64(end64, 40), number64(end64, 48)];
    }
    if (length > MOST_DIRECTORY || start + length > size) throw broken('its directory is missing');
    const directory = await read(start, length);
    for (let at = 0; at + 46 <= directory.length; ) {
      if (directory.readUInt32LE(at) !== CENTRAL) throw broken('its directory is damaged');
      const method = directory.readUInt16LE(at + 10);
      const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
      const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
      const name = directory.toString('utf8', at + 46, nameEnd);
      const [, packed = 0, offset = 0] = wide(
        directory.subarray(nameEnd, extraEnd),
        directory.readUInt32LE(at + 24),
        directory.readUInt32LE(at + 20),
        directory.readUInt32LE(at + 42),
      );
      at = extraEnd + directory.readUInt16LE(at + 32);
      if (!wanted(name)) continue;
      if (packed > mostBytes) {
        yield { name, bytes: null };
        continue;
      }
      // The local header repeats the name, and may have another extra field: mostly one read is enough.
      const guess = await read(offset, 30 + name.length * 3 + 64 + packed);
      if (guess.length < 30 || guess.readUInt32LE(0) !== LOCAL)
        throw broken(`${name.slice(0, 80)} is missing`);
      const dataAt = 30 + guess.readUInt16LE(26) + guess.readUInt16LE(28);
      const data =
        guess.length >= dataAt + packed
          ? guess.subarray(dataAt, dataAt + packed)
          : await read(offset + dataAt, packed);
      yield { name, bytes: unpacked(method, data, mostBytes) };
    }
  } finally {
    await file.close();
  }
}

const unpacked = (method: number, data: Buffer, mostBytes: number): Buffer | null => {
  if (method === 0) return data;
  if (method !== 8) return null;
  try {
    return inflateRawSync(data, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw broken('an entry is damaged');
  }
};
