import { folderOf } from '../files/paths.ts';
import type { Ecosystem, Lockfile, Manifest } from './dependency.ts';
import { lockOf } from './lockfiles/lock.ts';

/** What an inventory lacks: a file that leads to packages of which not all, or not all versions, are known. */
export type Shortfall = { ecosystem: Ecosystem; path: string; why: string };

const asks = (m: Manifest): boolean =>
  m.dependencies.some((d) => d.kind !== 'workspace' && d.kind !== 'path' && d.scope !== 'peer');

/** What a package manager would still have to resolve, in words. */
const unresolved = (m: Manifest): string => {
  const open = m.dependencies.filter(
    (d) => d.kind !== 'exact' && d.kind !== 'workspace' && d.kind !== 'path',
  );
  return open.length === 0
    ? 'what its packages need in turn is resolved at build time only'
    : 'which versions are taken, and what they need in turn, is resolved at build time only';
};

/**
 * Why the list of packages is not whole, file by file; empty when lockfiles pin all that manifests ask for. A lockfile only
 * counts as resolved where its format holds the whole tree.
 */
export const shortfallsOf = (manifests: readonly Manifest[], locks: readonly Lockfile[]): Shortfall[] => [
  ...locks.flatMap((l): Shortfall[] =>
    l.beyond > 0
      ? [{ ecosystem: l.ecosystem, path: l.path, why: `${l.beyond} of its packages were not read` }]
      : l.format === 'go.mod' && /older than 1\.17/.test(l.remark)
        ? [
            {
              ecosystem: 'Go',
              path: l.path,
              why: 'a go.mod of before Go 1.17 names only part of what is built',
            },
          ]
        : [],
  ),
  ...manifests.flatMap((m): Shortfall[] => {
    if (m.ecosystem === 'Go' || !asks(m) || m.resolved) return [];
    const flat = /\.(?:txt|in)$/.test(m.path);
    const lock = lockOf(m, locks);
    const pinned =
      m.ecosystem === 'NuGet'
        ? lock !== undefined && folderOf(lock.path) === folderOf(m.path)
        : lock !== undefined && !flat && !m.path.endsWith('.py');
    return pinned ? [] : [{ ecosystem: m.ecosystem, path: m.path, why: unresolved(m) }];
  }),
];
