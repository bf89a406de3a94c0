import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  type AdvisoryAnswer,
  type AdvisorySource,
  type OsvRecord,
  osvRecord,
  type PackageVersion,
} from '../../domain/advisory.ts';
import { candidates, packageKey } from './candidates.ts';
import {
  type Ask,
  build,
  COPY_LIMITS,
  type Found,
  type Limits,
  type Meta,
  meta,
  shardOf,
} from './osv-index.ts';

/**
 * An offline copy of OSV: a zip of records (`all.zip`), a folder of such zips (`npm/all.zip`, `PyPI/all.zip` …), a folder
 * of JSON files, or a clone of github/advisory-database. It is read once into an index of small files by package, kept
 * under a key made of its files' names, sizes and times, so that the second audit with the same copy only reads what it
 * asks for.
 */

const STAT_AT_ONCE = 256;

/** The JSON and zip files below a folder, without following links, in one order; and a hash that changes with them. */
const listFiles = async (root: string, { signal }: Ask): Promise<{ files: Found[]; fingerprint: string }> => {
  const files: Found[] = [];
  const hash = createHash('sha256');
  const note = (file: Found, mtimeMs: number): void => {
    files.push(file);
    hash.update(`${file.name}\0${file.size}\0${mtimeMs}\n`);
  };
  const at = await stat(root);
  if (!at.isFile() && !at.isDirectory()) throw new Error('it is neither a folder nor an ordinary file');
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

/** '' where there is none. What cannot be read throws: it must not look as if nothing was known. */
const readShard = async (file: string, limits: Limits): Promise<string> => {
  try {
    if ((await stat(file)).size <= limits.shardBytes) return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  throw new Error(`more than ${limits.shardBytes} bytes of it are about the same few packages`);
};

const readShards = async (
  dir: string,
  packages: readonly PackageVersion[],
  limits: Limits,
  signal: AbortSignal,
) => {
  const wanted = new Set(packages.map((p) => packageKey(p.ecosystem, p.name)));
  const found = new Map<string, OsvRecord[]>();
  for (const shard of new Set([...wanted].map(shardOf))) {
    signal.throwIfAborted();
    const text = await readShard(join(dir, `${shard}.jsonl`), limits);
    for (const line of text.split('\n')) {
      const tab = line.indexOf('\t');
      const key = line.slice(0, tab);
      if (tab === -1 || !wanted.has(key)) continue;
      const parsed = osvRecord.safeParse(JSON.parse(line.slice(tab + 1)));
      if (!parsed.success) continue;
      const known = found.get(key);
      if (known) known.push(parsed.data);
      else found.set(key, [parsed.data]);
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
      const records = await readShards(dir, packages, limits, ask.signal);
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
