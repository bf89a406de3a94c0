import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { GitEnvironment } from './environment.ts';
import type { Ask } from './git.ts';
import { openObjects } from './objects.ts';
import { parseCommit } from './raw-objects.ts';
import { listGit } from './stream.ts';

/**
 * Takes over the objects of a folder from which git will not fetch because some are missing: mirrors leave out large files, disks
 * lose some. Nothing in the folder is run and none of its configuration read: its packs go through `git index-pack`, as a fetch's
 * would, and its loose objects are copied when their bytes are what their names say.
 */

/** Larger loose objects do not occur in sources; inflating one costs its size in memory. */
const MOST_LOOSE_BYTES = 64 * 1024 * 1024;

/** Those of the largest repositories. */
const MOST_OBJECTS = 5_000_000;

const namesIn = (folder: string, pattern: RegExp): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort();
  } catch {
    return [];
  }
};

/** A regular file, opened without waiting for anybody and without following a link; null for anything else. */
const openFile = (path: string): number | null => {
  try {
    if (!lstatSync(path).isFile()) return null;
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
};

/** Whether git took all of the pack. */
const feedPack = (
  path: string,
  command: readonly string[],
  { repository, environment, signal }: Pick<TakeOptions, 'repository' | 'environment' | 'signal'>,
): Promise<boolean> =>
  new Promise((done, fail) => {
    const fd = openFile(path);
    if (fd === null) {
      done(false);
      return;
    }
    const child = spawn('git', command, {
      cwd: repository,
      env: { GIT_DIR: repository, ...environment },
      stdio: [fd, 'ignore', 'ignore'],
      windowsHide: true,
      signal,
    });
    closeSync(fd);
    child.on('error', (error) => (signal?.aborted ? fail(error) : done(false)));
    child.on('close', (code) => done(code === 0));
  });

/** A pack as it is; of a damaged one the objects that git can still make out, each as a file. */
const takePack = async (path: string, options: Parameters<typeof feedPack>[2]): Promise<void> => {
  if (await feedPack(path, ['index-pack', '--stdin', '--fix-thin'], options)) return;
  await feedPack(path, ['unpack-objects', '-r', '-q'], options);
};

const takeLoose = (from: string, to: string, name: string, folder: string): boolean => {
  const path = join(from, folder, name);
  if (existsSync(join(to, folder, name))) return true;
  const fd = openFile(path);
  if (fd === null) return false;
  try {
    const packed = readFileSync(fd);
    const bytes = inflateSync(packed, { maxOutputLength: MOST_LOOSE_BYTES });
    if (hash('sha1', bytes, 'hex') !== folder + name) return false;
    mkdirSync(join(to, folder), { recursive: true });
    const draft = join(to, folder, `tmp_${name}.${process.pid}`);
    writeFileSync(draft, packed, { mode: 0o444 });
    renameSync(draft, join(to, folder, name));
    return true;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
};

/**
 * Commits whose parents are missing become the first of what is there, as in a shallow clone: git then reads the history that
 * there is, and says that it is not all.
 */
const endHistoryAtGaps = async (repository: string): Promise<void> => {
  const { records } = await listGit(
    repository,
    ['cat-file', '--buffer', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)'],
    { separator: 10, timeoutMs: 120_000, limit: MOST_OBJECTS },
  );
  const there = records.map((r) => r.toString('latin1')).filter((r) => r.endsWith(' commit'));
  const commits = new Set(there.map((r) => r.slice(0, 40)));
  const objects = openObjects(repository);
  try {
    const first: string[] = [];
    for await (const { oid, object } of objects.tryAll(commits))
      if (!object || parseCommit(oid, object.bytes).parents.some((p) => !commits.has(p))) first.push(oid);
    if (first.length > 0) writeFileSync(join(repository, 'shallow'), first.map((oid) => `${oid}\n`).join(''));
  } finally {
    await objects.close();
  }
};

/** Branches, tags and HEAD as upload-pack tells them, which needs none of the objects behind them. */
const takeRefs = async (ask: Ask, url: string, head: string): Promise<Taken> => {
  const told = (await ask(['ls-remote', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*']))
    .split('\n')
    .flatMap((line) => {
      const m = /^([0-9a-f]{40})\t(HEAD|refs\/(?:heads|tags)\/[^\s^]+)$/.exec(line);
      return m ? [{ oid: m[1]!, ref: m[2] === 'HEAD' ? head : m[2]! }] : [];
    });
  // One line an answer: whatever a tag points at must be there as well.
  const known = (
    await ask(['cat-file', '--batch-check'], Buffer.from(told.map((t) => `${t.oid}^{}\n`).join('')))
  ).split('\n');
  const isThere = (i: number): boolean => / (?:commit|tree|blob) \d+$/.test(known[i] ?? '');
  const updates = told.filter((_, i) => isThere(i)).map((t) => `update ${t.ref} ${t.oid}\n`);
  await ask(['update-ref', '--stdin'], Buffer.from(updates.join('')));
  const lost = told.filter((_, i) => !isThere(i)).map((t) => (t.ref === head ? 'HEAD' : t.ref));
  return { refs: updates.length, lost: lost.map((ref) => ref.replace(/^refs\/(?:heads|tags)\//, '')) };
};

export type TakeOptions = {
  /** The folder's `objects`. */
  from: string;
  /** The folder's address, for its refs. */
  url: string;
  /** Our bare clone, its environment and the ref that stands for the folder's HEAD. */
  repository: string;
  environment: GitEnvironment;
  head: string;
  ask: Ask;
  signal?: AbortSignal | undefined;
  progress?: ((message: string) => void) | undefined;
};

/** Branches and tags, HEAD among them: how many lead to something afterwards, and the names of those that do not. */
export type Taken = { refs: number; lost: string[] };

/** Rejects when the refs cannot be asked for; what could not be taken over is missing. */
export const takeObjects = async (o: TakeOptions): Promise<Taken> => {
  const packs = namesIn(join(o.from, 'pack'), /^pack-[0-9a-f]{40}\.pack$/);
  for (const [n, pack] of packs.entries()) {
    o.progress?.(`copying pack ${n + 1} of ${packs.length}`);
    await takePack(join(o.from, 'pack', pack), o);
  }
  const to = join(o.repository, 'objects');
  for (const folder of namesIn(o.from, /^[0-9a-f]{2}$/))
    for (const name of namesIn(join(o.from, folder), /^[0-9a-f]{38}$/)) {
      o.signal?.throwIfAborted();
      takeLoose(o.from, to, name, folder);
    }
  const taken = await takeRefs(o.ask, o.url, o.head);
  await endHistoryAtGaps(o.repository);
  return taken;
};
