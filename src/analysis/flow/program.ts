import type { Class, Fn, Import, Module, Stmt } from '../sources/ir.ts';
import { type ClassInfo, type FnInfo, type ModuleInfo, NOTHING, type Scope } from './value.ts';

/** All modules of one tree, linked by their imports. */
export type Program = {
  modules: ReadonlyMap<string, ModuleInfo>;
  /** The file an import means, or null for a package from outside. */
  resolve(from: Module, module: string): ModuleInfo | null;
  /** For a Go or Java package: the modules that share a folder. */
  siblings(of: Module): readonly ModuleInfo[];
  infoOf(fn: Fn, module: ModuleInfo, cls: ClassInfo | null): FnInfo;
  classOf(cls: Class, module: ModuleInfo): ClassInfo;
  /** Methods of this name in all classes of one language. */
  methodsNamed(name: string, language: string): readonly FnInfo[];
  /** Classes met so far that name a base like this as theirs. */
  extending(base: string, language: string): readonly ClassInfo[];
  /** The path models use for a thing of the language being walked: calls lead into no other. */
  canonical(path: string): string;
  language: Module['language'];
};

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

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

const resolver = (modules: ReadonlyMap<string, ModuleInfo>) => {
  const folders = new Map<string, ModuleInfo[]>();
  /** Files by their last names, for imports that name a package by its place in some root of the tree. */
  const byTail = new Map<string, string[]>();
  for (const [path, info] of modules) {
    const folder = folderOf(path);
    folders.set(folder, [...(folders.get(folder) ?? []), info]);
    const parts = path.replace(/(\/__init__)?\.[a-z]+$/, '').split('/');
    const key = parts.at(-1)!;
    byTail.set(key, [...(byTail.get(key) ?? []), path]);
  }
  const first = (paths: readonly string[]): ModuleInfo | null => {
    for (const p of paths) {
      const found = modules.get(p);
      if (found) return found;
    }
    return null;
  };
  /** The one file that ends like this path; the nearest to `from` of several. */
  const byEnd = (from: string, tail: string): ModuleInfo | null => {
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
  const script = (from: Module, name: string): ModuleInfo | null => {
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
  const python = (from: Module, name: string): ModuleInfo | null => {
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
  const go = (name: string): ModuleInfo | null => {
    const parts = name.split('/');
    for (let i = 0; i < parts.length; i++) {
      const found = folders.get(parts.slice(i).join('/'));
      const here = found?.find((m) => m.module.language === 'go');
      if (here && (parts.length - i > 1 || parts.length > 2)) return here;
    }
    return null;
  };
  const dotted = (from: Module, name: string): ModuleInfo | null =>
    byEnd(
      from.path,
      name
        .replace(/^crate(::|\.)/, '')
        .replaceAll('::', '/')
        .replaceAll('.', '/'),
    );
  const find = (from: Module, name: string): ModuleInfo | null => {
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
  const known = new Map<Module, Map<string, ModuleInfo | null>>();
  return {
    folders,
    resolve(from: Module, name: string): ModuleInfo | null {
      const names = known.get(from) ?? new Map<string, ModuleInfo | null>();
      const held = names.get(name);
      if (held !== undefined) return held;
      const found = find(from, name);
      known.set(from, names.set(name, found));
      return found;
    },
  };
};

export const programOf = (
  list: readonly Module[],
  canonical: (path: string, language: Module['language']) => string = (path) => path,
): Program => {
  const modules = new Map<string, ModuleInfo>();
  const shared = new Map<string, Scope>();
  for (const module of list) {
    // Files of a Go package see each other's names, and so do classes of a Java package.
    const together = module.language === 'go' || module.language === 'java';
    const key = `${module.language}:${folderOf(module.path)}`;
    const scope: Scope = (together ? shared.get(key) : undefined) ?? { vars: new Map(), parent: null };
    if (together) shared.set(key, scope);
    modules.set(module.path, { module, scope: together ? { vars: new Map(), parent: scope } : scope });
  }
  const { folders, resolve } = resolver(modules);
  const fns = new Map<Fn, FnInfo>();
  const classes = new Map<Class, ClassInfo>();
  const infoOf: Program['infoOf'] = (fn, module, cls) => {
    const held = fns.get(fn);
    if (held) return held;
    const info: FnInfo = { id: fns.size + 1, fn, module, cls, given: fn.params.map(() => NOTHING) };
    fns.set(fn, info);
    return info;
  };
  const methods = new Map<string, FnInfo[]>();
  /** Classes of one name in one module or package are one class. */
  const named = new Map<string, ClassInfo>();
  const derived = new Map<string, ClassInfo[]>();
  const classOf: Program['classOf'] = (cls, module) => {
    const held = classes.get(cls);
    if (held) return held;
    const apart = module.module.language === 'go' || module.module.language === 'rust';
    const where = module.module.language === 'go' ? folderOf(module.module.path) : module.module.path;
    const key = `${where}#${cls.name}`;
    const first = apart ? named.get(key) : undefined;
    const info: ClassInfo = first ?? { cls, module, methods: new Map(), fields: new Map() };
    if (apart) named.set(key, info);
    classes.set(cls, info);
    for (const base of cls.bases) {
      const name = base.kind === 'name' ? base.name : base.kind === 'member' ? base.property : '';
      const key = `${module.module.language}:${name}`;
      const held = derived.get(key);
      if (held) held.push(info);
      else derived.set(key, [info]);
    }
    for (const m of cls.methods) {
      const method = infoOf(m, module, info);
      info.methods.set(m.name, method);
      const key = `${module.module.language}:${m.name}`;
      methods.set(key, [...(methods.get(key) ?? []), method]);
    }
    return info;
  };
  const program: Program = {
    modules,
    language: list[0]?.language ?? 'javascript',
    canonical: (path) => canonical(path, program.language),
    extending: (base, language) => derived.get(`${language}:${base}`) ?? [],
    resolve,
    siblings: (m) => folders.get(folderOf(m.path))?.filter((x) => x.module.language === m.language) ?? [],
    infoOf,
    classOf,
    methodsNamed: (name, language) => methods.get(`${language}:${name}`) ?? [],
  };
  return program;
};

/** Every import of a module, those inside functions too (they are listed with the module). */
export const importsOf = (module: Module): readonly Import[] => module.imports;

/** Statements and those inside them, functions and classes left out. */
export function* statementsIn(stmts: readonly Stmt[]): Generator<Stmt> {
  for (const s of stmts) {
    yield s;
    switch (s.kind) {
      case 'if':
        yield* statementsIn(s.then);
        yield* statementsIn(s.otherwise);
        break;
      case 'loop':
      case 'block':
        yield* statementsIn(s.body);
        break;
      case 'try':
        yield* statementsIn(s.body);
        for (const h of s.handlers) yield* statementsIn(h.body);
        yield* statementsIn(s.last);
        break;
      case 'switch':
        for (const c of s.cases) yield* statementsIn(c.body);
        break;
    }
  }
}
