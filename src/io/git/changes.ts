import type { PathChange } from '../../domain/since/fate.ts';
import type { ObjectReader } from './objects.ts';
import { decodePath } from './paths.ts';
import { listGit } from './stream.ts';

/** More files than this in one diff are not paired by likeness: git would compare each with each. */
const MOST_PAIRED = 2_000;
const MAX_CHANGES = 100_000;
const MAX_STEPS = 20_000;
const DIFF_MS = 60_000;

const SAFE = ['--no-ext-diff', '--no-textconv'] as const;
const COMMIT = /^[0-9a-f]{40}$/;

const check = (...commits: readonly string[]): void => {
  const wrong = commits.find((c) => !COMMIT.test(c));
  if (wrong !== undefined) throw new RangeError(`not a commit: ${wrong.slice(0, 60)}`);
};

/** The id of a text in a record; git writes zeros where there is none. */
const textId = (oid: string): string | null => (/^0+$/.test(oid) ? null : oid);

/** What a commit changed against its first parent, without guessing what moved. */
const STEP = ['--diff-merges=first-parent', '--raw', '-r', '-z', '--no-abbrev', '--no-renames'] as const;

/** One file in which a commit differs from the one before it, by the ids of its texts; null where there is none. */
type RawChange = {
  was: string | null;
  now: string | null;
  before: string | null;
  after: string | null;
};

/** Records of `--raw -z`: what differs, then one path, or two where a file has another name. */
const parseRaw = (records: readonly Buffer[]): RawChange[] => {
  const changes: RawChange[] = [];
  for (let i = 0; i < records.length; i++) {
    const head = records[i]!.toString('latin1').replace(/^\n+/, '');
    const match = /^:\d{6} \d{6} ([0-9a-f]{40}) ([0-9a-f]{40}) ([A-Z])\d*$/.exec(head);
    if (!match) continue;
    const [, before = '', after = '', letter] = match;
    const first = decodePath(records[++i] ?? Buffer.alloc(0));
    const second = letter === 'R' || letter === 'C' ? decodePath(records[++i] ?? Buffer.alloc(0)) : first;
    changes.push({
      was: letter === 'A' ? null : first,
      now: letter === 'D' ? null : second,
      before: textId(before),
      after: textId(after),
    });
  }
  return changes;
};

/** Every path in which two commits differ; a file that moved is one, as far as git sees that it is the same. */
export const changesBetween = async (
  repository: string,
  from: string,
  to: string,
): Promise<{ changes: PathChange[]; complete: boolean }> => {
  check(from, to);
  const { records, complete } = await listGit(
    repository,
    ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '-M', `-l${MOST_PAIRED}`, ...SAFE, from, to],
    { separator: 0, timeoutMs: DIFF_MS, limit: MAX_CHANGES },
  );
  return { changes: parseRaw(records).map(({ was, now }) => ({ was, now })), complete };
};

/** The commits of `from..to` that changed a path, oldest first, each against its first parent. */
const stepsOf = async (
  repository: string,
  from: string,
  to: string,
  path: string,
): Promise<{ commit: string; before: string | null; after: string | null }[]> => {
  const { records } = await listGit(
    repository,
    ['log', '--reverse', '--topo-order', '--format=%x00%H', ...STEP, ...SAFE, `${from}..${to}`, '--', path],
    { separator: 0, timeoutMs: DIFF_MS, limit: MAX_STEPS },
  );
  const steps: { commit: string; before: string | null; after: string | null }[] = [];
  let commit = '';
  for (const record of records) {
    const text = record.toString('latin1').trim();
    const hash = /^[0-9a-f]{40}(?=\s|$)/.exec(text)?.[0];
    if (hash) commit = hash;
    const raw = /:\d{6} \d{6} ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]\d*$/.exec(text);
    if (raw) steps.push({ commit, before: textId(raw[1]!), after: textId(raw[2]!) });
  }
  return steps;
};

/** What one commit changed against its first parent, without guessing what moved. */
const changedBy = async (repository: string, commit: string): Promise<RawChange[]> => {
  const { records } = await listGit(repository, ['log', '-1', '--format=', ...STEP, ...SAFE, commit, '--'], {
    separator: 0,
    timeoutMs: DIFF_MS,
    limit: MAX_CHANGES,
  });
  return parseRaw(records);
};

/** Lines that move from file to file more often than this are followed no further. */
const MAX_MOVES = 12;
/** Files of one commit that are looked through for lines that went elsewhere. */
const MAX_LOOKED_THROUGH = 400;

/**
 * The commit of `from..to` after which lines stand nowhere any more; lines that went to another file in the same commit are
 * followed there. Null when no commit of that history took them away, or it cannot be read.
 *
 * @param count how often the lines stand in a text of that path
 */
export const removedBy = async (
  repository: string,
  objects: Pick<ObjectReader, 'tryAll'>,
  from: string,
  to: string,
  start: string,
  count: (text: string, path: string) => number,
): Promise<string | null> => {
  check(from, to);
  const counts = new Map<string, number>();
  const countIn = async (oid: string | null, path: string): Promise<number> => {
    if (oid === null) return 0;
    const known = counts.get(oid);
    if (known !== undefined) return known;
    let n = 0;
    for await (const { object } of objects.tryAll([oid]))
      n = object?.type === 'blob' ? count(object.bytes.toString('utf8'), path) : 0;
    counts.set(oid, n);
    return n;
  };
  let path = start;
  let begin = from;
  for (let moves = 0; moves < MAX_MOVES; moves++) {
    let lost: string | null = null;
    for (const step of await stepsOf(repository, begin, to, path)) {
      const [was, now] = [await countIn(step.before, path), await countIn(step.after, path)];
      if (now < was) lost = step.commit;
      else if (now > was) lost = null;
      if (lost !== null) break;
    }
    if (lost === null) return null;
    let went: string | null = null;
    for (const c of (await changedBy(repository, lost)).slice(0, MAX_LOOKED_THROUGH)) {
      if (c.now === null || c.now === path) continue;
      if ((await countIn(c.after, c.now)) > (await countIn(c.before, c.now))) {
        went = c.now;
        break;
      }
    }
    if (went === null) return lost;
    path = went;
    begin = lost;
  }
  return null;
};

const MAX_AUTHORS = 100_000;

/** Names of the authors of what `to` has and `from` has not, who wrote nothing that `from` has; and how many commits that is. */
export const authorsSince = async (
  repository: string,
  from: string,
  to: string,
): Promise<{ commits: number; added: string[]; complete: boolean }> => {
  check(from, to);
  const names = (range: string) =>
    listGit(repository, ['log', '-z', '--format=%an', range, '--'], {
      separator: 0,
      timeoutMs: DIFF_MS,
      limit: MAX_AUTHORS,
    });
  const since = await names(`${from}..${to}`);
  const before = await names(from);
  const known = new Set(before.records.map((r) => r.toString('utf8').trim()));
  const added = new Set(
    since.records.map((r) => r.toString('utf8').trim()).filter((n) => n !== '' && !known.has(n)),
  );
  return {
    commits: since.records.length,
    added: [...added].sort(),
    complete: since.complete && before.complete,
  };
};
