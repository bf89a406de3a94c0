import { hash } from 'node:crypto';
import { createReading } from '../../src/analysis/sources/reading.ts';
import type {
  Collector,
  Gathered,
  ItemDraft,
  SourceTree,
  TreeEntry,
} from '../../src/collectors/collector.ts';
import type { Source } from '../../src/engine/ports.ts';

/** A tree in memory. Text with NUL is binary; `symlink` and `submodule` as in a real one. */
export const fakeTree = (
  files: Record<string, string | Uint8Array | { symlink: string } | { submodule: true }>,
): SourceTree => {
  const contents = new Map<string, Buffer>();
  const allEntries = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, file]): TreeEntry => {
      const special = typeof file === 'object' && !(file instanceof Uint8Array);
      const bytes = Buffer.from(special ? ('symlink' in file ? file.symlink : '') : file);
      contents.set(path, bytes);
      const kind = !special ? 'file' : 'symlink' in file ? 'symlink' : 'submodule';
      return { path, kind, size: kind === 'submodule' ? 0 : bytes.length, oid: hash('sha1', bytes, 'hex') };
    });
  const maxTextBytes = 1024 * 1024;
  const bytes = async (path: string): Promise<Buffer> => {
    const found = contents.get(path);
    if (!found) throw new RangeError(`not in the tree: ${path}`);
    return found;
  };
  return {
    entries: allEntries,
    allEntries,
    maxTextBytes,
    bytes,
    text: async (path) => {
      const entry = allEntries.find((e) => e.path === path);
      if (entry?.kind !== 'file' || entry.size > maxTextBytes) return null;
      const found = await bytes(path);
      return found.includes(0) ? null : found.toString('utf8');
    },
  };
};

const unused = (): never => {
  throw new Error('no history here');
};

export const fakeSource = (tree: SourceTree = fakeTree({}), close = () => {}): Source => ({
  tree,
  history: {
    commits: unused,
    tags: unused,
    tagsElsewhere: unused,
    blobs: unused,
    readBlobs: unused,
    introducedBy: unused,
    changedPaths: unused,
    lastChange: async () => null,
  },
  reading: createReading(tree),
  close,
});

export const draft = (more: Partial<ItemDraft> = {}): ItemDraft => ({
  kind: 'lead',
  rule: 'exec-of-parameter',
  class: 'command-injection',
  title: 'A parameter reaches a shell',
  ...more,
});

export const collectorOf = (id: string, collect: Collector['collect'], timeoutMs?: number): Collector => ({
  id,
  title: id,
  about: 'For tests.',
  ...(timeoutMs !== undefined && { timeoutMs }),
  collect,
});

export const found = (...items: ItemDraft[]): Gathered => ({
  outcome: 'collected',
  searched: '1 file',
  items,
});

/** A promise and the way to end it from outside. */
export const deferred = <T = void>() => Promise.withResolvers<T>();
