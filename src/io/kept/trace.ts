import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import type { CollectContext, History, SourceTree, TreeEntry } from '../../collectors/collector.ts';

/**
 * What a collector looks at, written down while it looks: names of files, sizes, contents, the history, words about the target.
 * Where all of that is the same at another commit, it says the same there, since it sees nothing else.
 */

type Target = CollectContext['target'];
type Reading = CollectContext['reading'];

type Trace = {
  names: boolean;
  history: boolean;
  files: Set<string>;
  sizes: Set<string>;
  target: Set<keyof Target>;
};

/** What was looked at, with what was there: plain data. */
export type Inputs = {
  /** Hash of all paths and kinds; null when none was asked for. */
  names: string | null;
  history: boolean;
  /** Path and object; '' where there is no such file. */
  files: [string, string][];
  sizes: [string, number][];
  target: [string, unknown][];
};

const active = new AsyncLocalStorage<readonly Trace[]>();

const note = (add: (trace: Trace) => void): void => {
  for (const trace of active.getStore() ?? []) add(trace);
};

const newTrace = (): Trace => ({
  names: false,
  history: false,
  files: new Set(),
  sizes: new Set(),
  target: new Set(),
});

/** An entry whose size and object are noted when they are asked for. */
const tracedEntry = (entry: TreeEntry): TreeEntry => ({
  path: entry.path,
  kind: entry.kind,
  get size() {
    note((t) => t.sizes.add(entry.path));
    return entry.size;
  },
  get oid() {
    note((t) => t.files.add(entry.path));
    return entry.oid;
  },
});

const tracedTree = (tree: SourceTree): SourceTree => {
  const seen = new Map(tree.allEntries.map((e) => [e, tracedEntry(e)]));
  const own = (entries: readonly TreeEntry[]): TreeEntry[] =>
    entries.map((e) => seen.get(e) ?? tracedEntry(e));
  const [all, below] = [own(tree.allEntries), own(tree.entries)];
  const named = (entries: TreeEntry[]): TreeEntry[] => {
    note((t) => {
      t.names = true;
    });
    return entries;
  };
  const read = (path: string): void => note((t) => t.files.add(path));
  return {
    ...tree,
    get entries() {
      return named(below);
    },
    get allEntries() {
      return named(all);
    },
    text: (path) => {
      read(path);
      return tree.text(path);
    },
    bytes: (path) => {
      read(path);
      return tree.bytes(path);
    },
  };
};

const tracedHistory = (history: History): History => {
  const asked = (): void =>
    note((t) => {
      t.history = true;
    });
  const noting =
    <A extends unknown[], R>(f: (...args: A) => R) =>
    (...args: A): R => {
      asked();
      return f(...args);
    };
  return {
    commits: noting(history.commits),
    tags: noting(history.tags),
    tagsElsewhere: noting(history.tagsElsewhere),
    blobs: noting(history.blobs),
    readBlobs: noting(history.readBlobs),
    introducedBy: noting(history.introducedBy),
    lastChange: noting(history.lastChange),
    changedPaths: noting(history.changedPaths),
  };
};

const merge =
  (from: Trace) =>
  (into: Trace): void => {
    into.names ||= from.names;
    into.history ||= from.history;
    for (const p of from.files) into.files.add(p);
    for (const p of from.sizes) into.sizes.add(p);
    for (const k of from.target) into.target.add(k);
  };

/** What is worked out once for several was looked at by each of them. */
const tracedReading = (reading: Reading): Reading => {
  const shared = new Map<string, Trace>();
  return {
    ...reading,
    once: async (name, make) => {
      const value = await reading.once(name, () => {
        const trace = newTrace();
        shared.set(name, trace);
        return active.run([...(active.getStore() ?? []), trace], make);
      });
      const trace = shared.get(name);
      if (trace) note(merge(trace));
      return value;
    },
  };
};

const tracedTarget = (target: Target): Target =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      (Object.keys(target) as (keyof Target)[]).map((key) => [
        key,
        {
          enumerable: true,
          get: () => {
            note((t) => t.target.add(key));
            return target[key];
          },
        },
      ]),
    ),
  ) as Target;

type Ports = Pick<CollectContext, 'tree' | 'history' | 'reading'>;

/** The ports of a commit, made once for all collectors that share them. */
const ports = new WeakMap<Reading, Ports>();
const tracedPorts = ({ tree, history, reading }: Ports): Ports => {
  const made = ports.get(reading) ?? {
    tree: tracedTree(tree),
    history: tracedHistory(history),
    reading: tracedReading(reading),
  };
  ports.set(reading, made);
  return made;
};

const namesOf = (tree: SourceTree): string =>
  hash(
    'sha256',
    JSON.stringify([
      tree.allEntries.map((e) => [e.path, e.kind]),
      // Below which folder is a part of what was asked.
      tree.entries.length,
      tree.entries[0]?.path ?? '',
    ]),
    'hex',
  );

const lookups = new WeakMap<SourceTree, Map<string, TreeEntry>>();
const entryAt = (tree: SourceTree, path: string): TreeEntry | undefined => {
  const index = lookups.get(tree) ?? new Map(tree.allEntries.map((e) => [e.path, e]));
  lookups.set(tree, index);
  return index.get(path);
};

/** Runs `collect` on ports that write down what is looked at. */
export const tracing = async <T>(
  context: CollectContext,
  collect: (context: CollectContext) => Promise<T>,
): Promise<{ value: T; inputs: Inputs }> => {
  const trace = newTrace();
  const { tree, target } = context;
  const traced = { ...context, ...tracedPorts(context), target: tracedTarget(target) };
  const value = await active.run([trace], () => collect(traced));
  return {
    value,
    inputs: {
      names: trace.names ? namesOf(tree) : null,
      history: trace.history,
      files: [...trace.files].sort().map((p) => [p, entryAt(tree, p)?.oid ?? '']),
      sizes: [...trace.sizes].sort().map((p) => [p, entryAt(tree, p)?.size ?? -1]),
      target: [...trace.target].sort().map((k) => [k, target[k]]),
    },
  };
};

/** Whether all that was looked at is the same here. A history is another one at every other commit. */
export const areSame = (
  inputs: Inputs,
  { tree, target }: Pick<CollectContext, 'tree' | 'target'>,
  sameCommit: boolean,
): boolean =>
  (sameCommit || !inputs.history) &&
  (inputs.names === null || inputs.names === namesOf(tree)) &&
  inputs.files.every(([path, oid]) => (entryAt(tree, path)?.oid ?? '') === oid) &&
  inputs.sizes.every(([path, size]) => (entryAt(tree, path)?.size ?? -1) === size) &&
  inputs.target.every(
    ([key, value]) => JSON.stringify(target[key as keyof Target]) === JSON.stringify(value),
  );
