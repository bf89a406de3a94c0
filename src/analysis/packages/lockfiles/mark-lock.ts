import { folderOf } from '../../files/paths.ts';
import { type Lockfile, type Manifest, type Root, registryName } from '../dependency.ts';
import { markReached } from './lock.ts';

/** Who asks for what a lockfile pins, and what of it the audited folder reaches. */

const under = (folder: string, root: string): boolean =>
  root === '' || folder === root || folder.startsWith(`${root}/`);

const forDevelopment = (scope: string): boolean => scope === 'development' || scope === 'build';

/** Cargo's lockfile says who asks for a package, but not what for: the member's manifest does. */
const scoped = (lock: Lockfile, roots: readonly Root[], manifests: readonly Manifest[]): Root[] => {
  if (lock.ownersAre === 'folders') return [...roots];
  const owners = new Map(manifests.map((m) => [m.name, m]));
  return roots.map((r) => {
    const asked = owners.get(r.owner)?.dependencies.filter((d) => d.name === r.name) ?? [];
    return asked.length > 0 && asked.every((d) => forDevelopment(d.scope)) ? { ...r, development: true } : r;
  });
};

/**
 * The members of a workspace that belong to the audited folder: those in it; where it has no manifest of its own, the one it
 * is a part of. None when the lockfile was made for others.
 */
const ownersIn = (lock: Lockfile, manifests: readonly Manifest[], subdir: string): Set<string> => {
  if (lock.ownersAre === 'names') return new Set(manifests.map((m) => m.name));
  const base = folderOf(lock.path);
  const folder = (owner: string): string => [base, owner].filter((s) => s !== '').join('/');
  const owners = [...new Set((lock.roots ?? []).map((r) => r.owner))];
  const inside = owners.filter((o) => under(folder(o), subdir));
  if (inside.length > 0) return new Set(inside);
  if (manifests.length > 0) return new Set();
  return new Set(
    owners
      .filter((o) => under(subdir, folder(o)))
      .sort((a, b) => b.length - a.length)
      .slice(0, 1),
  );
};

/** What some members ask for themselves, and what the members they need ask for to run. */
const rootsOf = (lock: Lockfile, roots: readonly Root[], owners: ReadonlySet<string>): Root[] => {
  const reached = new Map([...owners].map((o) => [o, false]));
  // Each member is entered at most twice: once for development alone, once more where it turns out to be needed to run.
  const pending = [...owners];
  for (let from = pending.pop(); from !== undefined; from = pending.pop())
    for (const link of lock.links) {
      if (link.from !== from || (link.development && !owners.has(from))) continue;
      const development = link.development || reached.get(from)!;
      const known = reached.get(link.to);
      if (known === false || known === development) continue;
      reached.set(link.to, development);
      pending.push(link.to);
    }
  return roots.flatMap((r) =>
    owners.has(r.owner)
      ? [r]
      : reached.has(r.owner) && !r.development
        ? [{ ...r, development: reached.get(r.owner)! }]
        : [],
  );
};

/** Roots as the manifests tell them, for formats that do not. */
const rootsByName = (lock: Lockfile, manifests: readonly Manifest[]): Root[] => {
  const byName = new Map<string, number[]>();
  lock.packages.forEach((p, i) => {
    const name = registryName(lock.ecosystem, p.name);
    const known = byName.get(name);
    if (known) known.push(i);
    else byName.set(name, [i]);
  });
  return manifests.flatMap((m) =>
    m.dependencies.flatMap((d): Root[] => {
      const asked = d.as ?? d;
      const located = lock.locate?.(asked.name, asked.specifier);
      const indexes =
        located === undefined ? (byName.get(registryName(lock.ecosystem, d.name)) ?? []) : [located];
      return indexes.map((index) => ({ index, development: forDevelopment(d.scope), owner: '' }));
    }),
  );
};

const keepOnly = (lock: Lockfile, reached: ReadonlySet<number>): void => {
  const moved = new Map<number, number>();
  const kept = lock.packages.filter((_, i) => reached.has(i) && moved.set(i, moved.size));
  for (const p of kept) p.needs = p.needs.flatMap((n) => moved.get(n) ?? []);
  lock.packages = kept;
};

/**
 * Tells direct from transitive and shipped from development, by the lockfile's own word or that of the manifests. Of a
 * lockfile above the audited folder (a workspace's) only what the folder reaches stays; `subdir` is '' for a whole tree.
 */
export const markLock = (lock: Lockfile, manifests: readonly Manifest[], subdir = ''): void => {
  const above = subdir !== '' && !under(folderOf(lock.path), subdir);
  if (lock.roots === null && manifests.length === 0) return;
  const all = lock.roots ? scoped(lock, lock.roots, manifests) : rootsByName(lock, manifests);
  const told = lock.packages.map((p) => p.development);
  const roots = above && lock.roots ? rootsOf(lock, all, ownersIn(lock, manifests, subdir)) : all;
  const reached = markReached(lock.packages, roots);
  if (above) {
    const whole = lock.packages.length;
    keepOnly(lock, reached);
    lock.remark =
      `${lock.remark} It stands above the audited folder and pins ${whole} packages in all; counted is what the folder reaches.`.trim();
    return;
  }
  // What the lockfile itself said about development stands.
  told.forEach((development, i) => {
    if (development !== null) lock.packages[i]!.development = development;
  });
};
