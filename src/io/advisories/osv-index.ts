import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type OsvRecord, osvRecord } from '../../domain/advisory.ts';
import { packageKey } from './candidates.ts';
import { zipEntries } from './zip-entries.ts';

/** The index of a copy of OSV: small files by package, so that an audit reads only what it asks for. */

export const COPY_LIMITS = {
  /** The longest advisories have some 300 kB. */
  recordBytes: 4_000_000,
  contentBytes: 16_000_000_000,
  files: 3_000_000,
  /** What a record may take in the index, where it stands once for each package it names. */
  indexedBytes: 32_000_000,
  /** What is held in memory of the advisories of some packages; a string can have 500 MB. */
  shardBytes: 400_000_000,
} as const;
export type Limits = { [K in keyof typeof COPY_LIMITS]: number };

export const VERSION = 1;
const SHARDS = 256;
const MOST_BUFFERED = 32_000_000;
const READ_AT_ONCE = 32;

export const meta = z.object({
  version: z.literal(VERSION),
  sha256: z.string(),
  asOf: z.string(),
  records: z.number(),
  ecosystems: z.array(z.string()),
  gaps: z.array(z.string()),
});
export type Meta = z.infer<typeof meta>;

export type Found = { path: string; name: string; size: number };
export type Ask = { signal: AbortSignal; progress(message: string): void };

type Sink = {
  put(name: string, bytes: Uint8Array): void;
  tooLarge(name: string): void;
  /** Writes what has gathered, when it is much. */
  flush(): Promise<void>;
};

const readZip = async (file: Found, sink: Sink, limits: Limits, ask: Ask): Promise<void> => {
  let [total, count] = [0, 0];
  for await (const { name, bytes } of zipEntries(file.path, (n) => /\.json$/i.test(n), limits.recordBytes)) {
    if (++count > limits.files) throw new Error(`${file.name} holds more than ${limits.files} files`);
    if (bytes === null) {
      sink.tooLarge(name);
      continue;
    }
    total += bytes.length;
    if (total > limits.contentBytes)
      throw new Error(`${file.name} unpacks to more than ${limits.contentBytes} bytes`);
    sink.put(name, bytes);
    await sink.flush();
    if (count % 1000 === 0) {
      ask.signal.throwIfAborted();
      ask.progress(`indexing advisories: ${count} of ${file.name}`);
    }
  }
};

const readJsonFiles = async (
  files: readonly Found[],
  sink: Sink,
  limits: Limits,
  ask: Ask,
): Promise<void> => {
  for (let at = 0; at < files.length; at += READ_AT_ONCE) {
    ask.signal.throwIfAborted();
    const some = files.slice(at, at + READ_AT_ONCE);
    const texts = await Promise.all(
      some.map((f) => (f.size > limits.recordBytes ? Promise.resolve(null) : readFile(f.path))),
    );
    texts.forEach((bytes, i) => {
      if (bytes) sink.put(some[i]!.name, bytes);
      else sink.tooLarge(some[i]!.name);
    });
    await sink.flush();
    if (at % 4096 === 0) ask.progress(`indexing advisories: ${at} of ${files.length} files`);
  }
};

export const shardOf = (key: string): number => createHash('sha256').update(key).digest()[0]! % SHARDS;

/**
 * By package, only what concerns it: a record that names thousands must not be kept thousands of times whole, and is gone
 * through once.
 */
const partsOf = (record: OsvRecord): Map<string, OsvRecord> => {
  const parts = new Map<string, OsvRecord>();
  for (const a of record.affected ?? []) {
    if (!a.package) continue;
    const key = packageKey(a.package.ecosystem, a.package.name);
    const known = parts.get(key);
    if (known) known.affected?.push(a);
    else parts.set(key, { ...record, affected: [a] });
  }
  return parts;
};

/** Writes the index of these files into `dir`. */
export const build = async (
  files: readonly Found[],
  dir: string,
  limits: Limits,
  ask: Ask,
): Promise<Meta> => {
  const hash = createHash('sha256');
  const ecosystems = new Set<string>();
  const unread: string[] = [];
  let [records, withdrawn, asOf, buffered] = [0, 0, '', 0];
  let lines = new Map<number, string[]>();
  const flush = async (): Promise<void> => {
    const full = lines;
    lines = new Map();
    buffered = 0;
    for (const [shard, some] of full) await appendFile(join(dir, `${shard}.jsonl`), some.join(''));
  };
  const sink: Sink = {
    tooLarge: (name) => void unread.push(name),
    flush: async () => {
      if (buffered > MOST_BUFFERED) await flush();
    },
    put(name, bytes) {
      hash.update(name).update('\0').update(bytes);
      let record: OsvRecord;
      try {
        const parsed = osvRecord.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
        if (!parsed.success) throw parsed.error;
        record = parsed.data;
      } catch {
        unread.push(name);
        return;
      }
      const parts = record.withdrawn ? new Map<string, OsvRecord>() : partsOf(record);
      if (JSON.stringify({ ...record, affected: [] }).length * parts.size > limits.indexedBytes) {
        unread.push(name);
        return;
      }
      records++;
      if (record.modified && record.modified > asOf) asOf = record.modified;
      for (const a of record.affected ?? [])
        if (a.package) ecosystems.add(a.package.ecosystem.split(':')[0]!);
      if (record.withdrawn) {
        withdrawn++;
        return;
      }
      for (const [key, part] of parts) {
        const line = `${key}\t${JSON.stringify(part)}\n`;
        const shard = shardOf(key);
        const known = lines.get(shard);
        if (known) known.push(line);
        else lines.set(shard, [line]);
        buffered += line.length;
      }
    },
  };
  const json = files.filter((f) => /\.json$/i.test(f.name));
  await readJsonFiles(json, sink, limits, ask);
  for (const file of files.filter((f) => /\.zip$/i.test(f.name))) {
    ask.progress(`indexing advisories: ${file.name}`);
    const before = records;
    await readZip(file, sink, limits, ask);
    if (records === before) unread.push(file.name);
    await flush();
  }
  await flush();
  return {
    version: VERSION,
    sha256: hash.digest('hex'),
    asOf,
    records: records - withdrawn,
    ecosystems: [...ecosystems].sort(),
    gaps:
      unread.length > 0
        ? [
            `${unread.length} of ${records + unread.length} files are no advisories that can be read (${unread.slice(0, 3).join(', ')})`,
          ]
        : [],
  };
};
