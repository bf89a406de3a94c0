import { folderOf } from '../../files/paths.ts';
import {
  type Ecosystem,
  type LockedPackage,
  type Lockfile,
  type Manifest,
  MOST_PACKAGES,
  type Root,
} from '../dependency.ts';

/** What every lockfile reader is made of. */

/** `also`: packages of a second registry in the same file. */
export type ReadLock =
  | { ok: true; lock: Lockfile; also?: readonly Lockfile[] }
  | { ok: false; reason: string };
export type LockReader = (path: string, source: string) => ReadLock;

/** The TOML parser takes some 0.6 s for a megabyte and cannot be interrupted; the largest uv.lock seen has 1.5 MB. */
export const MOST_TOML_BYTES = 6_000_000;

export const unread = (error: unknown, otherwise: string): ReadLock => ({
  ok: false,
  reason: error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 160) : otherwise,
});

/** Throws in words on what is no JSON, or no names with values. */
export const jsonMap = (source: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(source);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('It holds no names with values.');
  return value as Record<string, unknown>;
};

export const emptyLock = (
  path: string,
  format: string,
  ecosystem: Ecosystem,
  more: Partial<Pick<Lockfile, 'hashes' | 'tellsScripts' | 'remark'>> = {},
): Lockfile => ({
  path,
  format,
  ecosystem,
  packages: [],
  beyond: 0,
  hashes: true,
  tellsScripts: false,
  requested: null,
  roots: null,
  links: [],
  ownersAre: 'folders',
  remark: '',
  ...more,
});

/** Adds a package and returns its index, or -1 past the limit. */
export const add = (
  lock: Lockfile,
  name: string,
  version: string,
  line: number,
  more: Partial<LockedPackage> = {},
): number => {
  if (lock.packages.length >= MOST_PACKAGES) {
    lock.beyond++;
    return -1;
  }
  lock.packages.push({
    name: name.slice(0, 250),
    version: version.slice(0, 250),
    line,
    hash: lock.hashes ? '' : null,
    elsewhere: '',
    installScript: false,
    licence: '',
    needs: [],
    direct: null,
    development: null,
    ...more,
  });
  return lock.packages.length - 1;
};

/** Marks what is reached from `roots`; cycles end by themselves. A package reached both ways is not for development. */
export const markReached = (
  packages: readonly LockedPackage[],
  roots: readonly Pick<Root, 'index' | 'development'>[],
): ReadonlySet<number> => {
  const reached = new Set<number>();
  for (const p of packages) p.direct = false;
  for (const { index } of roots) if (packages[index]) packages[index].direct = true;
  const walk = (start: readonly number[], development: boolean): void => {
    const seen = new Set<number>();
    const pending = [...start];
    for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
      const p = packages[i];
      if (!p || seen.has(i)) continue;
      seen.add(i);
      reached.add(i);
      p.development = development;
      for (const need of p.needs) if (!seen.has(need)) pending.push(need);
    }
  };
  walk(
    roots.filter((r) => r.development).map((r) => r.index),
    true,
  );
  walk(
    roots.filter((r) => !r.development).map((r) => r.index),
    false,
  );
  return reached;
};

const under = (folder: string, root: string): boolean =>
  root === '' || folder === root || folder.startsWith(`${root}/`);

/** The nearest lockfile of its ecosystem in a manifest's folder or above: workspaces share the one of their root. */
export const lockOf = (manifest: Manifest, locks: readonly Lockfile[]): Lockfile | undefined => {
  const folder = folderOf(manifest.path);
  return locks
    .filter((l) => l.ecosystem === manifest.ecosystem && under(folder, folderOf(l.path)))
    .sort((a, b) => folderOf(b.path).length - folderOf(a.path).length)[0];
};

/** Whether a lockfile is one of those next to a manifest: a folder may have several, of which only one is kept up. */
export const servedBy = (manifest: Manifest, lock: Lockfile, locks: readonly Lockfile[]): boolean => {
  const nearest = lockOf(manifest, locks);
  return (
    nearest !== undefined &&
    nearest.ecosystem === lock.ecosystem &&
    folderOf(nearest.path) === folderOf(lock.path)
  );
};

/** Where a package's entry stands, when entries are asked for in the order of the file. */
export const inOrder = (source: string, lineOf: (offset: number) => number): ((needle: string) => number) => {
  let at = 0;
  return (needle) => {
    const found = source.indexOf(needle, at);
    if (found === -1) return lineOf(at);
    at = found + 1;
    return lineOf(found);
  };
};
