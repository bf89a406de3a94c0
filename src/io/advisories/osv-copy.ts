import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import {
  type AdvisoryAnswer,
  type AdvisorySource,
  type OsvRecord,
  osvRecord,
  type PackageVersion,
} from '../../domain/advisory.ts';
import { candidates, keysOf, packageKey } from './candidates.ts';
import { zipEntries } from './zip-entries.ts';

/**
 * An offline copy of OSV: a zip of records (`all.zip`), a folder of such zips (`npm/all.zip`, `PyPI/all.zip` …), a folder
 * of JSON files, or a clone of github/advisory-database. It is read once into an index of small files by package, kept
 * under a key made of its files' names, sizes and times, so that the second audit with the same copy only reads what it
 * asks for.
 */
export const COPY_LIMITS = {
  /** The longest advisories have some 300 kB. */
  recordBytes: 4_000_000,
  contentBytes: 16_000_000_000,
  files: 3_000_000,
} as const;
type Limits = { [K in keyof typeof COPY_LIMITS]: number };

const VERSION = 1;
const SHARDS = 256;
const MOST_BUFFERED = 32_000_000;
const READ_AT_ONCE = 32;
const STAT_AT_ONCE = 256;

const meta = z.object({
  version: z.literal(VERSION),
  sha256: z.string(),
  asOf: z.string(),
  records: z.number(),
  ecosystems: z.array(z.string()),
  gaps: z.array(z.string()),
});
type Meta = z.infer<typeof meta>;

type Found = { path: string; name: string; size: number };
type Ask = { signal: AbortSignal; progress(message: string): void };

/** The JSON and zip files below a folder, without following links, in one order; and a hash that changes with them. */
const listFiles = async (root: string, { signal }: Ask): Promise<{ files: Found[]; fingerprint: string }> => {
  const files: Found[] = [];
  const hash = createHash('sha256');
  const note = (file: Found, mtimeMs: number): void => {
    files.push(file);
    hash.update(`${file.name}\0${file.size}\0${mtimeMs}\n`);
  };
  const at = await stat(root);
  if (at.isFile()) note({ path: root, name: 'all.zip', size: at.size }, at.mtimeMs);
  else {
    const pending = [root];
    for (let dir = pending.shift(); dir !== undefined; dir = pending.shift()) {
      signal.throwIfAborted();
      const entries = await readdir(dir, { withFileTypes: true });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries)
        if (entry.isDirectory() && entry.name !== '.git') pending.push(join(dir, entry.name));
      const some = entries.filter((e) => e.isFile() && /\.(?:json|zip)$/i.test(e.name));
      for (let from = 0; from < some.length; from += STAT_AT_ONCE) {
        const paths = some.slice(from, from + STAT_AT_ONCE).map((e) => join(dir, e.name));
        const stats = await Promise.all(paths.map((path) => stat(path)));
        stats.forEach(({ size, mtimeMs }, i) => {
          const path = paths[i]!;
          note({ path, name: relative(root, path).split(sep).join('/'), size }, mtimeMs);
        });
        if (files.length > COPY_LIMITS.files) throw new Error(`it has more than ${COPY_LIMITS.files} files`);
      }
    }
  }
  return { files, fingerprint: hash.digest('hex') };
};

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
    if (count % 1000 === 0) {
      ask.signal.throwIfAborted();
      ask.progress(`indexing advisories: ${count} of ${file.name}`);
      await sink.flush();
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
    if (at % 4096 === 0) ask.progress(`indexing advisories: ${at} of ${files.length} files`);
  }
};

const shardOf = (key: string): number => createHash('sha256').update(key).digest()[0]! % SHARDS;

/** Only what concerns one package: a record that names thousands must not be kept thousands of times whole. */
const partOf = (record: OsvRecord, key: string): OsvRecord => ({
  ...record,
  affected: (record.affected ?? []).filter(
    (a) => a.package && packageKey(a.package.ecosystem, a.package.name) === key,
  ),
});

const build = async (files: readonly Found[], dir: string, limits: Limits, ask: Ask): Promise<Meta> => {
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
      records++;
      if (record.modified && record.modified > asOf) asOf = record.modified;
      for (const a of record.affected ?? [])
        if (a.package) ecosystems.add(a.package.ecosystem.split(':')[0]!);
      if (record.withdrawn) {
        withdrawn++;
        return;
      }
      for (const key of keysOf(record)) {
        const line = `${key}\t${JSON.stringify(partOf(record, key))}\n`;
        const shard = shardOf(key);
        const known = lines.get(shard);
        if (known) known.push(line);
        else lines.set(shard, [line]);
        buffered += line.length;
      }
    },
  };
  const json = files.filter((f) => /\.json$/i.test(f.name));
  for (let at = 0; at < json.length; at += 8192) {
    await readJsonFiles(json.slice(at, at + 8192), sink, limits, ask);
    await sink.flush();
  }
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

/** The index of these files, made when it is not there yet. Two processes may make it at once: the later one stays. */
const indexed = async (
  path: string,
  cacheDir: string,
  limits: Limits,
  ask: Ask,
): Promise<{ dir: string; meta: Meta }> => {
  const { files, fingerprint } = await listFiles(path, ask);
  if (files.length === 0) throw new Error('it holds no .json or .zip file');
  const dir = join(cacheDir, fingerprint);
  try {
    return { dir, meta: meta.parse(JSON.parse(await readFile(join(dir, 'meta.json'), 'utf8'))) };
  } catch {
    // Not made yet, or made by another version.
  }
  const aside = `${dir}.part-${process.pid}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  try {
    const made = await build(files, aside, limits, ask);
    if (made.records === 0) throw new Error('none of its files is an advisory in the OSV format');
    await writeFile(join(aside, 'meta.json'), JSON.stringify(made));
    await rm(dir, { recursive: true, force: true });
    await rename(aside, dir);
    return { dir, meta: made };
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
};

const readShards = async (dir: string, packages: readonly PackageVersion[], signal: AbortSignal) => {
  const wanted = new Set(packages.map((p) => packageKey(p.ecosystem, p.name)));
  const found = new Map<string, OsvRecord[]>();
  for (const shard of new Set([...wanted].map(shardOf))) {
    signal.throwIfAborted();
    const text = await readFile(join(dir, `${shard}.jsonl`), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const tab = line.indexOf('\t');
      const key = line.slice(0, tab);
      if (tab === -1 || !wanted.has(key)) continue;
      const parsed = osvRecord.safeParse(JSON.parse(line.slice(tab + 1)));
      if (parsed.success) found.set(key, [...(found.get(key) ?? []), parsed.data]);
    }
  }
  return found;
};

export const osvCopy = (path: string, cacheDir: string, limits: Limits = COPY_LIMITS): AdvisorySource => ({
  // Where it lies is the auditor's business; evidence is known by what it was made from, so that its hash is what is said.
  title: 'an offline copy of OSV',
  async lookUp(packages, ask): Promise<AdvisoryAnswer> {
    try {
      const { dir, meta: known } = await indexed(path, cacheDir, limits, ask);
      const records = await readShards(dir, packages, ask.signal);
      return {
        ok: true,
        asOf: known.asOf,
        sha256: known.sha256,
        records: known.records,
        ecosystems: known.ecosystems,
        found: candidates(packages, (key) => records.get(key) ?? []),
        matched: false,
        gaps: known.gaps,
      };
    } catch (error) {
      ask.signal.throwIfAborted();
      const why = (error instanceof Error ? error.message : String(error))
        .replaceAll(path, 'the copy')
        .slice(0, 300);
      return {
        ok: false,
        reason: `What was named for this session cannot be read as a copy of OSV: ${why}. It must be a folder or zip of OSV records, such as https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip or a clone of github.com/github/advisory-database.`,
      };
    }
  },
});
