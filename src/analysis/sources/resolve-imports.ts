import { folderOf } from '../files/paths.ts';
import type { Module } from './ir.ts';

/** Which file of the tree an import means. */

/** `a/b` and `../c` as `a/c`; null above the root. */
const joined = (folder: string, relative: string): string | null => {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
};

const JS_ENDINGS = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '/index.ts',
  '/index.tsx',
  '/index.js',
  '/index.mjs',
];

/** Paths a JavaScript import may mean, most likely first. `.js` is how TypeScript writes `.ts`. */
const scriptPaths = (base: string): string[] => {
  const bare = base.replace(/\.[cm]?jsx?$/, '');
  const endings = bare === base ? JS_ENDINGS : ['.ts', '.tsx', '.mts', '.cts'];
  return [...endings.map((e) => bare + e), base];
};

/** What an import is looked up by. */
type Named = Pick<Module, 'path' | 'language'>;

export type ImportResolver<M extends Named = Module> = {
  /** The file an import means, or null for a package from outside. */
  resolve(from: M, module: string): M | null;
  /** The modules that share a folder. */
  folders: ReadonlyMap<string, readonly M[]>;
};

export const importResolver = <M extends Named>(list: readonly M[]): ImportResolver<M> => {
  const modules = new Map(list.map((m) => [m.path, m]));
  const folders = new Map<string, M[]>();
  /** Files by their last names, for imports that name a package by its place in some root of the tree. */
  const byTail = new Map<string, string[]>();
  for (const [path, module] of modules) {
    const folder = folderOf(path);
    folders.set(folder, [...(folders.get(folder) ?? []), module]);
    const parts = path.replace(/(\/__init__)?\.[a-z]+$/, '').split('/');
    const key = parts.at(-1)!;
    byTail.set(key, [...(byTail.get(key) ?? []), path]);
  }
  const first = (paths: readonly string[]): M | null => {
    for (const p of paths) {
      const found = modules.get(p);
      if (found) return found;
    }
    return null;
  };
  /** The one file that ends like this path; the nearest to `from` of several. */
  const byEnd = (from: string, tail: string): M | null => {
    const last = tail.slice(tail.lastIndexOf('/') + 1);
    const candidates = (byTail.get(last) ?? []).filter((p) => {
      const bare = p.replace(/(\/__init__)?\.[a-z]+$/, '');
      return bare === tail || bare.endsWith(`/${tail}`);
    });
    const shared = (p: string): number => {
      let n = 0;
      while (n < p.length && p[n] === from[n]) n++;
      return n;
    };
    candidates.sort((a, b) => shared(b) - shared(a) || (a < b ? -1 : 1));
    return candidates[0] ? (modules.get(candidates[0]) ?? null) : null;
  };
  const script = (from: M, name: string): M | null => {
    if (name.startsWith('.')) {
      const base = joined(folderOf(from.path), name);
      return base === null ? null : first(scriptPaths(base));
    }
    // Aliases of a build configuration: `@/x`, `~/x`, `#x`, `src/x` mean a folder of this tree.
    const alias = /^(?:@\/|~\/|#\/?|(?=src\/))(.+)$/.exec(name)?.[1];
    if (alias === undefined) return null;
    const tail = alias.replace(/\.[cm]?[jt]sx?$/, '');
    return byEnd(from.path, tail) ?? byEnd(from.path, `${tail}/index`);
  };
  const python = (from: M, name: string): M | null => {
    const dots = /^\.*/.exec(name)![0].length;
    const rest = name.slice(dots).replaceAll('.', '/');
    if (dots === 0) {
      const beside = joined(folderOf(from.path), rest);
      return (
        first([`${beside}.py`, `${beside}/__init__.py`, `${rest}.py`, `${rest}/__init__.py`]) ??
        (rest.includes('/') ? byEnd(from.path, rest) : null)
      );
    }
    const base = joined(folderOf(from.path), '../'.repeat(dots - 1) + rest);
    return base === null ? null : first([`${base}.py`, `${base}/__init__.py`]);
  };
  /** A package of Go is a folder: any of its files stands for it, their scopes are one. */
  const go = (name: string): M | null => {
    const parts = name.split('/');
    for (let i = 0; i < parts.length; i++) {
      const found = folders.get(parts.slice(i).join('/'));
      const here = found?.find((m) => m.language === 'go');
      if (here && (parts.length - i > 1 || parts.length > 2)) return here;
    }
    return null;
  };
  /** A binary of Rust names the library beside it by the package's name: `acme::shared::log` is `src/shared/log.rs`. */
  const ownCrate = (from: M, name: string): M | null => {
    const root = /^(.*\/)?(?=src\/)/.exec(from.path)?.[0];
    const [crate, ...rest] = name.split('::');
    if (from.language !== 'rust' || root === undefined || rest.length === 0) return null;
    if (/^(?:std|core|alloc|crate|self|super)$/.test(crate!) || !modules.has(`${root}src/lib.rs`))
      return null;
    const path = `${root}src/${rest.join('/')}`;
    return first([`${path}.rs`, `${path}/mod.rs`]);
  };
  const dotted = (from: M, name: string): M | null =>
    ownCrate(from, name) ??
    byEnd(
      from.path,
      name
        .replace(/^crate(::|\.)/, '')
        .replaceAll('::', '/')
        .replaceAll('.', '/'),
    );
  const find = (from: M, name: string): M | null => {
    switch (from.language) {
      case 'javascript':
        return script(from, name);
      case 'python':
        return python(from, name);
      case 'go':
        return go(name);
      default:
        return dotted(from, name);
    }
  };
  // Every use of an imported name asks again.
  const known = new Map<M, Map<string, M | null>>();
  return {
    folders,
    resolve(from: M, name: string): M | null {
      const names = known.get(from) ?? new Map<string, M | null>();
      const held = names.get(name);
      if (held !== undefined) return held;
      const found = find(from, name);
      known.set(from, names.set(name, found));
      return found;
    },
  };
};
