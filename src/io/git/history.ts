import type { Commit, HistoricBlob, History, Tag } from '../../collectors/collector.ts';
import { UserError } from '../../domain/errors.ts';
import { SNAPSHOT, type SnapshotNote, snapshotNote } from '../../domain/snapshot.ts';
import { NOTE_REF } from '../snapshot/import-snapshot.ts';
import type { ObjectReader } from './objects.ts';
import { decodePath } from './paths.ts';
import { parseCommit, parseTag } from './raw-objects.ts';
import { gitRecords, listGit } from './stream.ts';

export const MAX_COMMITS = 50_000;
export const MAX_BLOBS = 400_000;
export const MAX_TAGS = 20_000;
const MAX_CHANGED_PATHS = 100_000;
const MAX_INTRODUCTIONS = 2_000_000;
const WALK_MS = 60_000;
const BLAME_MS = 20_000;

/** Diffs that run nothing and guess nothing: no renames, a merge compared with its first parent. */
const DIFF = ['--raw', '-r', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv'] as const;

/** For a listing whose type cannot say that it is cut: all of it, or an error. */
const listAll = async (
  what: string,
  ...[repository, args, options]: Parameters<typeof listGit>
): Promise<Buffer[]> => {
  const { records, complete } = await listGit(repository, args, options);
  if (complete) return records;
  throw new UserError(
    `there are more than ${options.limit} ${what}, or listing them took too long; they were not looked at`,
    'look at them by hand in a clone of the target',
  );
};

const readCommits = async (repository: string, commit: string, objects: ObjectReader) => {
  const { records, complete } = await listGit(
    repository,
    ['rev-list', `--max-count=${MAX_COMMITS + 1}`, commit],
    {
      separator: 10,
      timeoutMs: WALK_MS,
      limit: MAX_COMMITS,
    },
  );
  const shallow = await listGit(repository, ['rev-parse', '--is-shallow-repository'], {
    separator: 10,
    limit: 1,
  });
  const commits: Commit[] = [];
  const hashes = records.map((r) => r.toString('latin1'));
  for await (const { oid, bytes } of objects.readAll(hashes)) commits.push(parseCommit(oid, bytes));
  return { commits, complete, shallow: shallow.records[0]?.toString() === 'true' };
};

/** Tags may point at tags; more links than this is a game. */
const MAX_TAG_LINKS = 10;

const readTag = async (name: string, oid: string, objects: ObjectReader): Promise<Tag | null> => {
  let object = await objects.read(oid);
  const outer = object.type === 'tag' ? parseTag(object.bytes) : null;
  for (let link = 0; object.type === 'tag' && link < MAX_TAG_LINKS; link++)
    object = await objects.read(parseTag(object.bytes).object);
  if (object.type !== 'commit') return null;
  const { committedAt } = parseCommit(object.oid, object.bytes);
  return {
    name,
    commit: object.oid,
    kind: outer ? 'annotated' : 'lightweight',
    signature: outer?.signature ?? 'none',
    taggedAt: outer?.taggedAt || committedAt,
  };
};

const readTags = async (
  repository: string,
  which: '--merged' | '--no-merged',
  commit: string,
  objects: ObjectReader,
): Promise<Tag[]> => {
  const records = await listAll(
    'tags',
    repository,
    ['for-each-ref', `${which}=${commit}`, '--format=%(objectname) %(refname:lstrip=2)', 'refs/tags'],
    { separator: 10, timeoutMs: WALK_MS, limit: MAX_TAGS },
  );
  const tags: Tag[] = [];
  for (const record of records) {
    const tag = await readTag(
      decodePath(record.subarray(41)),
      record.subarray(0, 40).toString('latin1'),
      objects,
    );
    if (tag) tags.push(tag);
  }
  return tags;
};

/**
 * `oid type size path`; git itself ends a path that holds a newline at that newline here. Folders and commits are asked for
 * as well: of those that are filtered out, git does not say that they are missing.
 */
const readBlobs = async (
  repository: string,
  commit: string,
): Promise<Awaited<ReturnType<History['blobs']>>> => {
  const records = gitRecords(
    repository,
    ['cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)'],
    {
      separator: 10,
      timeoutMs: WALK_MS,
      // What is not there is named behind all else, each as `?` and its id.
      from: ['rev-list', '--objects', '--missing=print', commit],
    },
  );
  const blobs: HistoricBlob[] = [];
  let missing = 0;
  for (;;) {
    const next = await records.next();
    if (next.done) return { blobs, complete: next.value, missing };
    const head = next.value.subarray(0, 70).toString('latin1');
    const match = /^([0-9a-f]{40}) blob (\d+) /.exec(head);
    if (match?.[1] && blobs.length === MAX_BLOBS) {
      await records.return(false);
      return { blobs, complete: false, missing };
    }
    if (match?.[1])
      blobs.push({
        oid: match[1],
        path: decodePath(next.value.subarray(match[0].length)),
        size: Number(match[2]),
      });
    else if (/ missing$/.test(next.value.toString('latin1'))) missing++;
  }
};

async function* untilItFails<T>(records: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/**
 * Which commit first held each blob: one walk from the oldest commit answers for all of them, where a
 * `--find-object` walk for each would be as long again. A walk that runs into its bounds has seen the oldest part,
 * so what it says holds; what it does not say stays unknown.
 */
const readIntroductions = async (
  repository: string,
  commit: string,
): Promise<ReadonlyMap<string, string>> => {
  const introduced = new Map<string, string>();
  let current = '';
  let path = false;
  const records = gitRecords(
    repository,
    ['log', '--reverse', '--topo-order', '--format=%H', '--diff-merges=first-parent', ...DIFF, commit, '--'],
    { separator: 0, timeoutMs: WALK_MS },
  );
  // A damaged history ends the walk where the damage is: as with its bounds, what it said before that holds.
  for await (const record of untilItFails(records)) {
    if (path) {
      path = false;
      continue;
    }
    // With -z a commit's line and its first change share a record or not, by git's version: both are taken.
    const text = record.toString('latin1').replace(/^\n+/, '');
    const hash = /^[0-9a-f]{40}(?=\n|$)/.exec(text)?.[0];
    if (hash) current = hash;
    const change = /:\d{6} \d{6} [0-9a-f]{40} ([0-9a-f]{40}) [A-Z]\d*$/.exec(text);
    if (!change?.[1]) continue;
    path = true;
    const removed = /^0+$/.test(change[1]);
    if (!removed && !introduced.has(change[1])) introduced.set(change[1], current);
    if (introduced.size >= MAX_INTRODUCTIONS) break;
  }
  return introduced;
};

/** What is known of files that came without a history. The commit itself says that it is one of ours, the note what it is of. */
const readSnapshot = async (
  repository: string,
  commit: string,
  objects: ObjectReader,
): Promise<{ note: SnapshotNote | null } | null> => {
  const { parents, author, message } = parseCommit(commit, (await objects.read(commit)).bytes);
  if (parents.length > 0 || author.email !== SNAPSHOT.email || message !== SNAPSHOT.message) return null;
  const { records } = await listGit(repository, ['for-each-ref', '--format=%(objectname)', NOTE_REF], {
    separator: 10,
    limit: 1,
  });
  const oid = records[0]?.toString('latin1');
  if (!oid) return { note: null };
  for await (const { object } of objects.tryAll([oid])) {
    const read = snapshotNote.safeParse(jsonOf(object?.bytes.toString('utf8') ?? ''));
    return { note: read.success ? read.data : null };
  }
  return { note: null };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Asked at most once; a failure is not remembered. */
const once = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = null;
      throw error;
    });
    return answer;
  };
};

/** The commits behind the pinned one. Every listing is bounded in number and time, and says when it was cut. */
export const readHistory = (repository: string, commit: string, objects: ObjectReader): History => {
  const introductions = once(() => readIntroductions(repository, commit));
  return {
    snapshot: once(() => readSnapshot(repository, commit, objects)),
    commits: once(() => readCommits(repository, commit, objects)),
    tags: once(() => readTags(repository, '--merged', commit, objects)),
    tagsElsewhere: once(() => readTags(repository, '--no-merged', commit, objects)),
    blobs: once(() => readBlobs(repository, commit)),
    async *readBlobs(oids) {
      for await (const { oid, object } of objects.tryAll(oids)) yield { oid, bytes: object?.bytes ?? null };
    },
    introducedBy: async (oid) => (await introductions()).get(oid) ?? null,
    async lastChange(path, line) {
      if (!Number.isInteger(line) || line < 1) throw new RangeError(`not a line: ${line}`);
      const records = gitRecords(
        repository,
        ['blame', '--porcelain', '--no-textconv', `-L${line},${line}`, commit, '--', path],
        { separator: 10, timeoutMs: BLAME_MS },
      );
      // Leaving at the first record: only its hash is asked for, and the commit's own object says the rest.
      for await (const record of untilItFails(records)) {
        const hash = /^[0-9a-f]{40}(?= )/.exec(record.toString('latin1'))?.[0];
        if (!hash) return null;
        for await (const { oid, object } of objects.tryAll([hash]))
          return object?.type === 'commit' ? parseCommit(oid, object.bytes) : null;
      }
      return null;
    },
    async changedPaths(hash) {
      if (!/^[0-9a-f]{40}$/.test(hash)) throw new RangeError(`not a commit: ${hash.slice(0, 60)}`);
      const records = await listAll(
        'changed files',
        repository,
        ['log', '-1', '--format=', '--name-only', '--diff-merges=first-parent', ...DIFF.slice(1), hash, '--'],
        { separator: 0, timeoutMs: 10_000, limit: MAX_CHANGED_PATHS },
      );
      return records.filter((r) => r.length > 0).map(decodePath);
    },
  };
};
