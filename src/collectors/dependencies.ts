import type { Ecosystem, Lockfile, Manifest } from '../analysis/dependency.ts';
import { lockfileReader } from '../analysis/lockfiles.ts';
import { manifestReader } from '../analysis/manifests/read-manifest.ts';
import { below, depthOf, folderOf, isExamplePath, isTestPath, isVendoredPath } from '../analysis/paths.ts';
import { byCodePoint, bytes, count, plural } from '../analysis/words.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  type TreeEntry,
} from './collector.ts';
import {
  CHAIN,
  describeLockfile,
  describeManifest,
  kindsOf,
  scripts,
  UPDATES,
  WHAT,
} from './dependencies/describe.ts';
import { updateBots } from './dependencies/updates.ts';

const KNOWN = ['1.3.2'];

const MOST_MANIFESTS = 300;

const MOST_LOCKFILES = 60;

export const dependencies: Collector = {
  id: 'dependencies',
  title: 'Dependencies',
  about:
    'What every manifest asks for and how firmly, what lockfiles pin, what runs on install, and what keeps it current.',
  async collect(context) {
    const { tree, target } = context;
    // A workspace's lockfile stands above the audited folder.
    const above = tree.allEntries.filter(
      (e) =>
        target.subdir !== '' &&
        lockfileReader(e.path) &&
        `${target.subdir}/`.startsWith(folderOf(e.path) === '' ? '' : `${folderOf(e.path)}/`) &&
        !e.path.startsWith(`${target.subdir}/`),
    );
    const files = [...above, ...tree.entries].filter(
      (e) => (e.kind === 'file' || e.kind === 'executable') && !isVendoredPath(below(e.path, target.subdir)),
    );
    const secondary = (path: string): boolean =>
      isTestPath(below(path, target.subdir)) || isExamplePath(below(path, target.subdir));
    const ordered = (entries: readonly TreeEntry[]): TreeEntry[] =>
      [...entries].sort(
        (a, b) =>
          Number(secondary(a.path)) - Number(secondary(b.path)) ||
          depthOf(a.path) - depthOf(b.path) ||
          byCodePoint(a.path, b.path),
      );
    const items: ItemDraft[] = [];
    const manifests = siblingsAsWorkspace(
      await readManifests(context, ordered(files.filter((e) => manifestReader(e.path))), items),
    );
    const locks = await readLockfiles(context, ordered(files.filter((e) => lockfileReader(e.path))), items);
    if (manifests.length + locks.found.length === 0 && items.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(files.length, 'file')} by name`,
        message:
          'There is no manifest or lockfile of npm, PyPI, Go, Cargo, Maven, Gradle, NuGet, RubyGems or Composer.',
      };

    const main = manifests.filter((m) => !secondary(m.path));
    const rest = manifests.filter((m) => secondary(m.path));
    for (const manifest of main) items.push(...describeManifest(manifest));
    if (rest.length > 0)
      items.push(
        fact('secondary-manifests', WHAT, `${plural(rest.length, 'manifest')} of tests and examples`, {
          class: 'supply-chain',
          detail: rest
            .slice(0, 20)
            .map((m) => `${m.path}: ${kindsOf(m.dependencies)}`)
            .join('\n'),
          at: { path: rest[0]!.path, startLine: 1 },
        }),
      );
    for (const lock of locks.found) items.push(...describeLockfile(lock, secondary(lock.path)));
    items.push(...withoutLock(main, files), ...scripts(manifests, secondary));
    items.push(...(await updateBots(context, main)));
    items.push(
      gap(
        'vulnerabilities-not-looked-up',
        KNOWN,
        'Known vulnerabilities of the dependencies were not looked up',
        {
          class: 'supply-chain',
          detail: `This collector reads the repository only and asks no advisory database. ${locks.found.length > 0 ? `Check the ${plural(locks.found.length, 'lockfile')} with osv-scanner, or npm audit, pip-audit, govulncheck, cargo audit.` : 'There is no lockfile, so that even a scanner could only guess the versions.'}`,
        },
      ),
    );
    const direct = main.reduce((n, m) => n + m.dependencies.length, 0);
    return gathered(
      `${plural(manifests.length, 'manifest')}, ${plural(locks.found.length, 'lockfile')}, ${plural(direct, 'direct dependency', 'direct dependencies')}`,
      items,
    );
  },
};

const readManifests = async (
  { tree, signal }: CollectContext,
  entries: readonly TreeEntry[],
  items: ItemDraft[],
): Promise<Manifest[]> => {
  const manifests: Manifest[] = [];
  for (const { path } of entries.slice(0, MOST_MANIFESTS)) {
    signal.throwIfAborted();
    const source = await tree.text(path);
    const read = source === null ? null : manifestReader(path)!(path, source);
    if (read?.ok) {
      if (read.manifest.dependencies.length + read.manifest.scripts.length > 0 || read.manifest.name)
        manifests.push(read.manifest);
    } else
      items.push(
        gap('unreadable-manifest', WHAT, `${path} could not be read`, {
          class: 'supply-chain',
          detail: read ? read.reason : 'Binary, or too large.',
        }),
      );
  }
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

const readLockfiles = async (
  { tree, signal }: CollectContext,
  entries: readonly TreeEntry[],
  items: ItemDraft[],
): Promise<{ found: Lockfile[] }> => {
  const found: Lockfile[] = [];
  for (const entry of entries.slice(0, MOST_LOCKFILES)) {
    signal.throwIfAborted();
    const reader = lockfileReader(entry.path)!;
    const source = 'read' in reader ? await tree.text(entry.path) : null;
    const read = 'read' in reader && source !== null ? reader.read(entry.path, source) : null;
    if (read?.ok) found.push(read.lock);
    else
      items.push(
        gap(
          'unread-lockfile',
          [...WHAT, ...KNOWN, ...CHAIN],
          `${entry.path} (${bytes(entry.size)}) was not read`,
          {
            class: 'supply-chain',
            detail:
              'unreadable' in reader
                ? `It is ${reader.unreadable}.`
                : read && !read.ok
                  ? read.reason
                  : entry.size > tree.maxTextBytes
                    ? `Larger than ${bytes(tree.maxTextBytes)}.`
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
        WHAT,
        `${count(entries.length - MOST_LOCKFILES)} of ${count(entries.length)} lockfiles not read`,
        { class: 'supply-chain' },
      ),
    );
  return { found };
};

/** npm links a package of the same tree whatever its version is called. */
const siblingsAsWorkspace = (manifests: readonly Manifest[]): Manifest[] => {
  const own = new Set(manifests.filter((m) => m.ecosystem === 'npm').map((m) => m.name));
  return manifests.map((m) =>
    m.ecosystem === 'npm'
      ? {
          ...m,
          dependencies: m.dependencies.map((d) =>
            own.has(d.name) && (d.kind === 'any' || d.kind === 'range')
              ? { ...d, kind: 'workspace' as const }
              : d,
          ),
        }
      : m,
  );
};

const NEEDS_LOCK = new Set<Ecosystem>(['npm', 'PyPI', 'Go', 'crates.io', 'RubyGems', 'Packagist']);

/** A lockfile counts for a manifest in its folder or in any folder above (workspaces). */
const withoutLock = (manifests: readonly Manifest[], files: readonly TreeEntry[]): ItemDraft[] => {
  const locks = files.flatMap((e) => {
    const reader = lockfileReader(e.path);
    return reader ? [{ folder: folderOf(e.path), ecosystem: reader.ecosystem }] : [];
  });
  const bare = manifests.filter((m) => {
    if (
      !NEEDS_LOCK.has(m.ecosystem) ||
      m.dependencies.filter((d) => d.scope !== 'peer' && d.kind !== 'workspace').length === 0
    )
      return false;
    const folder = folderOf(m.path);
    return !locks.some(
      (l) =>
        l.ecosystem === m.ecosystem &&
        (l.folder === '' || l.folder === folder || folder.startsWith(`${l.folder}/`)),
    );
  });
  const exact = (m: Manifest): boolean => m.dependencies.every((d) => d.kind === 'exact');
  return bare
    .filter((m) => !exact(m))
    .slice(0, 20)
    .map((m) =>
      lead('no-lockfile', [...WHAT, ...UPDATES, ...CHAIN], `${m.path} has no lockfile`, {
        class: 'supply-chain',
        cwe: ['CWE-1357'],
        strength: 'moderate',
        detail: `Every installation of its ${plural(m.dependencies.length, 'dependency', 'dependencies')} may give other versions.`,
        at: { path: m.path, startLine: 1 },
      }),
    );
};
