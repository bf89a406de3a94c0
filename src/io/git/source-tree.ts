import type { SourceTree, TreeEntry } from '../../collectors/collector.ts';
import { UserError } from '../../domain/errors.ts';
import { byName } from '../../text/shown-path.ts';
import type { ObjectReader } from './objects.ts';
import { decodePath, distinctPaths } from './paths.ts';
import { listGit } from './stream.ts';
import { type Listing, walkTree } from './walk-tree.ts';

/** Source larger than this is generated or data; parsers would take longer than an auditor. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** A tree of some kilobytes can unfold to billions of entries. */
export const MAX_ENTRIES = 500_000;

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};

/** `mode type oid size TAB path`. */
const parseEntry = (record: Buffer): Omit<TreeEntry, 'path'> & { raw: Buffer } => {
  const tab = record.indexOf(9);
  const [mode = '', type, oid = '', size] = record.subarray(0, tab).toString('latin1').split(/ +/);
  return {
    raw: record.subarray(tab + 1),
    kind: type === 'commit' ? 'submodule' : (KINDS[mode] ?? 'file'),
    size: Number(size) || 0,
    oid,
  };
};

const tooMany = (): UserError =>
  new UserError(
    `the commit holds more than ${MAX_ENTRIES} files, or listing them took over two minutes; nothing of it was looked at`,
    'look at its tree by hand: it may be made to exhaust its reader',
  );

/** Git's own listing, which ends at the first folder it cannot read; then folder by folder. */
const listRecords = async (repository: string, commit: string, objects: ObjectReader): Promise<Listing> => {
  let listed: Awaited<ReturnType<typeof listGit>>;
  try {
    listed = await listGit(repository, ['ls-tree', '-r', '-z', '-l', '--full-tree', commit], {
      separator: 0,
      timeoutMs: 120_000,
      limit: MAX_ENTRIES,
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const walked = await walkTree(repository, commit, objects, MAX_ENTRIES);
    if (!walked) throw tooMany();
    return walked;
  }
  if (!listed.complete) throw tooMany();
  return { records: listed.records, missingFolders: [] };
};

const listEntries = async (
  repository: string,
  commit: string,
  objects: ObjectReader,
): Promise<{ entries: TreeEntry[]; missingFolders: string[] }> => {
  const { records, missingFolders } = await listRecords(repository, commit, objects);
  const found = records.map(parseEntry);
  // Byte order of UTF-8 is code point order. Git lists well-formed trees so already; hand-made ones need not be.
  found.sort((a, b) => Buffer.compare(a.raw, b.raw));
  const distinct = distinctPaths();
  const entries = found.map(({ raw, ...entry }) => ({ path: distinct(decodePath(raw)), ...entry }));
  return { entries, missingFolders };
};

const NUL_WITHIN = 8000; // where git, too, looks for the byte that makes a file binary

/**
 * The pinned commit's files, read from git's object database: no checkout, so no filter, attribute or symlink of the
 * target plays a part. Paths are data: they are looked up in the listing, never opened.
 */
export const readSourceTree = async (
  repository: string,
  commit: string,
  subdir: string,
  objects: ObjectReader,
): Promise<SourceTree> => {
  const { entries: allEntries, missingFolders } = await listEntries(repository, commit, objects);
  const entries = subdir === '' ? allEntries : allEntries.filter((e) => e.path.startsWith(`${subdir}/`));
  const byPath = byName(allEntries);

  const bytes = async (path: string): Promise<Buffer> => {
    const entry = byPath.get(path);
    if (!entry) throw new RangeError(`not in the tree of ${commit}: ${path}`);
    if (entry.kind === 'submodule')
      throw new RangeError(`a submodule, whose files are not in this repository: ${path}`);
    return (await objects.read(entry.oid)).bytes;
  };

  return {
    entries,
    allEntries,
    maxTextBytes: MAX_TEXT_BYTES,
    missingFolders,
    bytes,
    async text(path) {
      const entry = byPath.get(path);
      if (!entry || entry.kind === 'symlink' || entry.kind === 'submodule' || entry.size > MAX_TEXT_BYTES)
        return null;
      const content = await bytes(path);
      if (content.subarray(0, NUL_WITHIN).includes(0)) return null;
      // A byte order mark is no part of the text: parsers of JSON stumble over it.
      return content.toString('utf8').replace(/^\u{FEFF}/u, '');
    },
  };
};
