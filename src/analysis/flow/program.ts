import { folderOf } from '../files/paths.ts';
import type { Class, Fn, Import, Module, Stmt } from '../sources/ir.ts';
import { importResolver } from '../sources/resolve-imports.ts';
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

/** Languages whose classes are found by a loader or a compiler anywhere in the tree. */
export const ONE_SPACE: ReadonlySet<Module['language']> = new Set(['csharp', 'php', 'ruby', 'kotlin']);

export const programOf = (
  list: readonly Module[],
  canonical: (path: string, language: Module['language']) => string = (path) => path,
): Program => {
  const modules = new Map<string, ModuleInfo>();
  const shared = new Map<string, Scope>();
  for (const module of list) {
    // Files of a Go package see each other's names, and so do classes of a Java package. Names of the others' namespaces are
    // independent of folders: what a file means is seldom told but by the name.
    const everywhere = ONE_SPACE.has(module.language);
    const together = everywhere || module.language === 'go' || module.language === 'java';
    const key = everywhere ? module.language : `${module.language}:${folderOf(module.path)}`;
    const scope: Scope = (together ? shared.get(key) : undefined) ?? { vars: new Map(), parent: null };
    if (together) shared.set(key, scope);
    modules.set(module.path, { module, scope: together ? { vars: new Map(), parent: scope } : scope });
  }
  const { folders, resolve } = importResolver(list);
  const infoFor = (m: Module | null | undefined): ModuleInfo | null => (m ? modules.get(m.path)! : null);
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
    resolve: (from, name) => infoFor(resolve(from, name)),
    siblings: (m) =>
      folders
        .get(folderOf(m.path))
        ?.flatMap((x) => (x.language === m.language ? modules.get(x.path)! : [])) ?? [],
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
