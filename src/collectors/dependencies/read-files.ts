import { folderOf, joined } from '../../analysis/files/paths.ts';
import { bytes, count, listed, plural } from '../../analysis/files/words.ts';
import type { Shortfall } from '../../analysis/packages/completeness.ts';
import type { Lockfile, Manifest } from '../../analysis/packages/dependency.ts';
import { lockfileKind, readLockfile } from '../../analysis/packages/lockfiles/index.ts';
import { inlineScripts } from '../../analysis/packages/manifests/inline-script.ts';
import { requirements } from '../../analysis/packages/manifests/line-manifests.ts';
import { manifestReader } from '../../analysis/packages/manifests/read-manifest.ts';
import { unreadManifest } from '../../analysis/packages/manifests/unread-manifests.ts';
import { type CollectContext, gap, type ItemDraft, type TreeEntry } from '../collector.ts';
import { CHAIN, KNOWN, WHAT } from './describe.ts';

const MOST_MANIFESTS = 1000;

const MOST_LOCKFILES = 300;

/** The manifests among `entries`, and what their `-r` and `-c` lines name; what could not be read becomes a gap. */
export const readManifests = async (
  { tree, signal }: CollectContext,
  entries: readonly TreeEntry[],
  files: readonly TreeEntry[],
  items: ItemDraft[],
): Promise<Manifest[]> => {
  const manifests: Manifest[] = [];
  const there = new Set(files.map((e) => e.path));
  const pending = entries.slice(0, MOST_MANIFESTS).map((e) => e.path);
  const seen = new Set(pending);
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    signal.throwIfAborted();
    const source = await tree.text(path);
    const read = source === null ? null : (manifestReader(path) ?? requirements)(path, source);
    if (read?.ok) {
      // What -r and -c name may be called anything; each file is read once, whoever names it.
      for (const included of read.manifest.includes ?? []) {
        const target = joined(folderOf(path), included.path);
        if (target === null || seen.has(target) || !there.has(target) || seen.size >= MOST_MANIFESTS)
          continue;
        seen.add(target);
        pending.push(target);
      }
      for (const manifest of [read.manifest, ...(read.also ?? [])])
        if (manifest.dependencies.length + manifest.scripts.length > 0 || manifest.name || manifest.catalogue)
          manifests.push(manifest);
    } else
      items.push(
        gap('unreadable-manifest', WHAT, `${path} could not be read`, {
          class: 'supply-chain',
          detail: read ? read.reason : 'Binary, or too large.',
        }),
      );
  }
  for await (const { entry, read } of inlineScripts(tree, files, signal))
    if (read.ok) manifests.push(read.manifest);
    else
      items.push(
        gap('unreadable-manifest', WHAT, `What ${entry.path} says it needs could not be read`, {
          class: 'supply-chain',
          detail: read.reason,
        }),
      );
  if (entries.length > MOST_MANIFESTS)
    items.push(
      gap(
        'too-many-manifests',
        WHAT,
        `${count(entries.length - MOST_MANIFESTS)} of ${count(entries.length)} manifests not read`,
        { class: 'supply-chain' },
      ),
    );
  return manifests;
};

/** What says what is needed in a form that nothing here reads is one gap; and what the inventory lacks by it. */
export const tellUnread = async (
  { tree }: CollectContext,
  entries: readonly TreeEntry[],
  items: ItemDraft[],
): Promise<Shortfall[]> => {
  const unread: string[] = [];
  const shortfalls: Shortfall[] = [];
  for (const { path } of entries) {
    const found = unreadManifest(path, await tree.text(path));
    if (!found) continue;
    unread.push(`${path}: ${found.what}`);
    if (found.ecosystem) shortfalls.push({ ecosystem: found.ecosystem, path, why: 'it was not read' });
  }
  if (unread.length > 0)
    items.push(
      gap(
        'unread-manifest',
        WHAT,
        `${plural(unread.length, 'file')} that ${unread.length === 1 ? 'says' : 'say'} what is needed not read`,
        {
          class: 'supply-chain',
          detail: `${listed(unread, 20, '\n')}\nWhat they name is in no count, table or bill of materials here.`,
        },
      ),
    );
  return shortfalls;
};

/** Lockfiles are read whole, since half of one is not a list; the largest ones seen in the wild have some 5 MB. */
const MOST_LOCKFILE_BYTES = 24_000_000;
/** All lockfiles together: a tree of many large ones costs time and memory for ever less. */
const MOST_LOCKFILES_BYTES = 96_000_000;

const textOf = async ({ tree }: CollectContext, entry: TreeEntry): Promise<string | null> => {
  if (entry.size <= tree.maxTextBytes) return tree.text(entry.path);
  if (entry.size > MOST_LOCKFILE_BYTES) return null;
  const bytes = await tree.bytes(entry.path).catch(() => null);
  return bytes === null || bytes.subarray(0, 8000).includes(0) ? null : bytes.toString('utf8');
};

export const readLockfiles = async (
  context: CollectContext,
  entries: readonly TreeEntry[],
  items: ItemDraft[],
): Promise<Lockfile[]> => {
  const found: Lockfile[] = [];
  let budget = MOST_LOCKFILES_BYTES;
  for (const entry of entries.slice(0, MOST_LOCKFILES)) {
    context.signal.throwIfAborted();
    // A reader runs to its end: between two of them the interface gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
    const kind = lockfileKind(entry.path)!;
    if (entry.size <= MOST_LOCKFILE_BYTES) budget -= entry.size;
    const source = 'read' in kind && budget >= 0 ? await textOf(context, entry) : null;
    const read = 'read' in kind && source !== null ? readLockfile(kind, entry.path, source) : null;
    if (read?.ok) {
      found.push(read.lock, ...(read.also ?? []));
      continue;
    }
    items.push(
      gap(
        'unread-lockfile',
        [...WHAT, ...KNOWN, ...CHAIN],
        `${entry.path} (${bytes(entry.size)}) was not read`,
        {
          class: 'supply-chain',
          detail:
            'unreadable' in kind
              ? `It is ${kind.unreadable}.`
              : read && !read.ok
                ? read.reason
                : entry.size > MOST_LOCKFILE_BYTES
                  ? `Larger than ${bytes(MOST_LOCKFILE_BYTES)}.`
                  : budget < 0
                    ? `The lockfiles before it had ${bytes(MOST_LOCKFILES_BYTES)} together.`
                    : 'Not text.',
          at: { path: entry.path, startLine: 1 },
        },
      ),
    );
  }
  if (entries.length > MOST_LOCKFILES)
    items.push(
      gap(
        'too-many-lockfiles',
        [...WHAT, ...KNOWN],
        `${count(entries.length - MOST_LOCKFILES)} of ${count(entries.length)} lockfiles not read`,
        {
          class: 'supply-chain',
          detail: listed(
            entries.slice(MOST_LOCKFILES).map((e) => e.path),
            20,
            '\n',
          ),
        },
      ),
    );
  return withGoSums(found);
};

/** go.sum holds the hashes of what go.mod names; alone it is kept as it is. */
const withGoSums = (locks: readonly Lockfile[]): Lockfile[] => {
  const sums = locks.filter((l) => l.format === 'go.sum');
  return locks.flatMap((lock) => {
    if (lock.format === 'go.sum')
      return locks.some((m) => m.format === 'go.mod' && folderOf(m.path) === folderOf(lock.path))
        ? []
        : [lock];
    const sum = lock.format === 'go.mod' && sums.find((s) => folderOf(s.path) === folderOf(lock.path));
    if (!sum) return [lock];
    const hashes = new Map(sum.packages.map((p) => [`${p.name} ${p.version}`, p.hash]));
    return [
      {
        ...lock,
        hashes: true,
        packages: lock.packages.map((p) => ({ ...p, hash: hashes.get(`${p.name} ${p.version}`) ?? '' })),
        remark:
          `${lock.remark} ${sum.path} keeps hashes of ${plural(sum.packages.length, 'module')}${sum.packages.length > lock.packages.length ? ', more than are used' : ''}.`.trim(),
      },
    ];
  });
};
