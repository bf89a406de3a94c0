import { createReading } from '../../src/analysis/sources/reading.ts';
import type {
  CollectContext,
  Collector,
  Commit,
  Gathered,
  History,
  ItemDraft,
  SourceTree,
  Tag,
  TreeEntry,
} from '../../src/collectors/collector.ts';

/** An in-memory repository with the two ports' exact manners: what is not text is null, what is not there throws. */

export type FakeFile = string | Buffer | { symlink: string } | { submodule: string } | { size: number };

export type FakeOptions = {
  files?: Record<string, FakeFile>;
  commits?: (Partial<Commit> & { paths?: string[] })[];
  tags?: Tag[];
  tagsElsewhere?: Tag[];
  /** Older versions of files, by object id. */
  blobs?: { oid: string; path: string; content: string | Buffer; introducedBy?: string }[];
  /** Why the files of commits cannot be listed. */
  unlisted?: string;
  url?: string;
  subdir?: string;
  shallow?: boolean;
  complete?: boolean;
  committedAt?: string;
};

const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const HASH = (n: number): string => n.toString(16).padStart(40, '0');

/** Newest first, as the port lists them; each commit is the parent of the one before unless it says otherwise. */
const fakeCommits = (
  given: FakeOptions['commits'] = [],
): { commits: Commit[]; paths: Map<string, string[]> } => {
  const paths = new Map<string, string[]>();
  const commits = given.map((c, i): Commit => {
    const hash = c.hash ?? HASH(given.length - i);
    const person = { name: 'Ada Writer', email: 'ada@example.org' };
    const at = c.authoredAt ?? '2025-06-01T12:00:00Z';
    paths.set(hash, c.paths ?? []);
    return {
      hash,
      parents: i < given.length - 1 ? [given[i + 1]?.hash ?? HASH(given.length - i - 1)] : [],
      author: person,
      committer: c.author ?? person,
      authoredAt: at,
      committedAt: at,
      signature: 'none',
      message: 'Change something',
      ...c,
    };
  });
  return { commits, paths };
};

export const fakeContext = (options: FakeOptions = {}): CollectContext => {
  const files = new Map(Object.entries(options.files ?? {}));
  const entries = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, file], i): TreeEntry => {
      const oid = HASH(10_000 + i);
      if (typeof file === 'string') return { path, kind: 'file', size: Buffer.byteLength(file), oid };
      if (Buffer.isBuffer(file)) return { path, kind: 'file', size: file.length, oid };
      if ('symlink' in file) return { path, kind: 'symlink', size: file.symlink.length, oid };
      if ('submodule' in file) return { path, kind: 'submodule', size: 0, oid: file.submodule };
      return { path, kind: 'file', size: file.size, oid };
    });
  const bytesOf = (path: string): Buffer => {
    const file = files.get(path);
    if (file === undefined) throw new Error(`no such path: ${path}`);
    if (typeof file === 'string') return Buffer.from(file);
    if (Buffer.isBuffer(file)) return file;
    if ('symlink' in file) return Buffer.from(file.symlink);
    return Buffer.alloc(0);
  };
  const subdir = options.subdir ?? '';
  const tree: SourceTree = {
    entries: subdir ? entries.filter((e) => e.path.startsWith(`${subdir}/`)) : entries,
    allEntries: entries,
    bytes: async (path) => bytesOf(path),
    text: async (path) => {
      const entry = entries.find((e) => e.path === path);
      if (!entry || entry.kind === 'symlink' || entry.kind === 'submodule' || entry.size > MAX_TEXT_BYTES)
        return null;
      const bytes = bytesOf(path);
      if (bytes.subarray(0, 8000).includes(0)) return null;
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        return null;
      }
    },
    maxTextBytes: MAX_TEXT_BYTES,
  };
  const { commits, paths } = fakeCommits(options.commits);
  const blobs = options.blobs ?? [];
  const history: History = {
    commits: async () => ({ commits, complete: options.complete ?? true, shallow: options.shallow ?? false }),
    tags: async () => options.tags ?? [],
    tagsElsewhere: async () => options.tagsElsewhere ?? [],
    blobs: async () => ({
      blobs: [
        ...entries.filter((e) => e.kind === 'file').map((e) => ({ oid: e.oid, path: e.path, size: e.size })),
        ...blobs.map((b) => ({ oid: b.oid, path: b.path, size: Buffer.byteLength(b.content) })),
      ],
      complete: true,
      missing: 0,
    }),
    async *readBlobs(oids) {
      for (const oid of oids) {
        const blob = blobs.find((b) => b.oid === oid);
        if (!blob) throw new Error(`unexpected blob ${oid}`);
        yield { oid, bytes: Buffer.from(blob.content) };
      }
    },
    introducedBy: async (oid) => blobs.find((b) => b.oid === oid)?.introducedBy ?? null,
    lastChange: async () => null,
    changedPaths: async (commit) => {
      if (options.unlisted) throw new Error(options.unlisted);
      return paths.get(commit) ?? [];
    },
  };
  return {
    target: {
      url: options.url ?? 'https://github.com/acme/thing',
      commit: commits[0]?.hash ?? HASH(1),
      ref: '',
      subdir,
      name: 'acme/thing',
      committedAt: options.committedAt ?? commits[0]?.committedAt ?? '2025-06-01T12:00:00Z',
      tags: [],
    },
    tree,
    history,
    reading: createReading(tree),
    signal: new AbortController().signal,
    progress: () => {},
  };
};

export const itemsOf = (gathered: Gathered): ItemDraft[] => ('items' in gathered ? gathered.items : []);

/** Runs a collector over an in-memory repository; the items come with their rules for short assertions. */
export const run = async (
  collector: Collector,
  options: FakeOptions,
): Promise<{ gathered: Gathered; items: ItemDraft[]; rules: string[]; item(rule: string): ItemDraft }> => {
  const gathered = await collector.collect(fakeContext(options));
  const items = itemsOf(gathered);
  return {
    gathered,
    items,
    rules: items.map((i) => i.rule),
    item(rule) {
      const found = items.find((i) => i.rule === rule);
      if (!found) throw new Error(`no item ${rule} among: ${items.map((i) => i.rule).join(', ')}`);
      return found;
    },
  };
};
