import type { SourceTree, TreeEntry } from '../collectors/collector.ts';

/**
 * Where a path that another tool wrote lies in the pinned commit. Tools write paths relative to where they ran, or
 * absolute on a machine we never see, with the separators of that machine. Nothing here touches a disk.
 */

export type Mapped = { path: string } | { why: string };

/** Forward slashes, no `.`, `..` taken back where that is possible. Leading `..` that remain lead out of the tree. */
export const normalise = (path: string): string => {
  const slashed = path.replace(/^\\\\\?\\/, '').replaceAll('\\', '/');
  const absolute = slashed.startsWith('/');
  const out: string[] = [];
  for (const part of slashed.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (part !== '..' || !absolute) out.push(part);
  }
  return `${absolute ? '/' : ''}${out.join('/')}`;
};

export const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:/.test(path);

/** Names that only a project's own folder has: scanners of dependencies name these alone, and absolute. */
const MANIFEST =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.(mod|sum)|Cargo\.(toml|lock)|requirements[^/]*\.txt|pyproject\.toml|(uv|poetry|pdm|Pipfile|Gemfile|composer)\.lock|pom\.xml|build\.gradle(\.kts)?|gradle\.lockfile|packages\.lock\.json)$/i;

const shown = (path: string): string => JSON.stringify(path.slice(0, 200));

/**
 * @param roots absolute folders the tool says it ran on
 * @param paths everything the tool points at: what several of them share tells where the tree was
 */
export const createMapper = (
  tree: Pick<SourceTree, 'allEntries'>,
  subdir: string,
  roots: readonly string[],
  paths: readonly string[],
): ((path: string) => Mapped) => {
  const entries = new Map<string, TreeEntry>(tree.allEntries.map((e) => [e.path, e]));
  const below = (path: string): string | null => {
    if (subdir !== '' && entries.has(`${subdir}/${path}`)) return `${subdir}/${path}`;
    return entries.has(path) ? path : null;
  };
  /** The longest end of an absolute path that is a file of the tree, with at least `least` parts. */
  const ending = (path: string, least: number): { path: string; root: string } | null => {
    const parts = path.split('/');
    for (let i = 1; parts.length - i >= least; i += 1) {
      const found = below(parts.slice(i).join('/'));
      if (found) return { path: found, root: parts.slice(0, i).join('/') };
    }
    return null;
  };
  // One file name says little (every machine has a /etc/passwd); folder and name together tell where the tree was.
  const known = new Set(roots.map((r) => normalise(r).replace(/\/$/, '')).filter((r) => r !== ''));
  for (const raw of paths) {
    const path = normalise(raw);
    if (!isAbsolute(path)) continue;
    const found = ending(path, 2);
    if (found && found.root !== '') known.add(found.root);
  }
  const longestFirst = [...known].sort((a, b) => b.length - a.length);

  return (raw) => {
    if (raw.includes('\0')) return { why: `it points at ${shown(raw)}, which no file can be called` };
    if (entries.has(raw)) {
      const found = below(raw);
      if (found) return { path: found };
    }
    const path = normalise(raw);
    if (path === '' || path === '/') return { why: 'it points at no file' };
    if (path === '..' || path.startsWith('../'))
      return { why: `it points at ${shown(raw)}, which is outside of the tree` };
    if (isAbsolute(path)) {
      for (const root of longestFirst)
        if (path.startsWith(`${root}/`)) {
          const found = below(path.slice(root.length + 1));
          if (found) return { path: found };
        }
      const found = ending(path, MANIFEST.test(path) ? 1 : 2);
      if (found) return { path: found.path };
      return { why: `it points at ${shown(raw)}, which is not a file of the pinned commit` };
    }
    const found = below(path);
    if (found) return { path: found };
    return { why: `it points at ${shown(raw)}, and that file is not in the pinned commit` };
  };
};
