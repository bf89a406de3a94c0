import type { Class, Expr, Fn, Module, Stmt, Target } from '../../sources/ir.ts';

/** Where an expression stands: what its names may mean. */
export type Site = {
  module: Module;
  /** The functions around it, innermost last. */
  fns: readonly Fn[];
  cls: Class | null;
  /** What the parameters of the innermost function stand for, where one call of it is looked at. */
  given: ReadonlyMap<string, At> | null;
};

export type At = { expr: Expr; site: Site };
export type FnAt = { fn: Fn; site: Site };
export type ClassAt = { cls: Class; module: Module };

/** All modules of one language, by the names they give to things. */
export type Program = {
  modules: readonly Module[];
  calls: readonly { expr: Extract<Expr, { kind: 'call' }>; site: Site }[];
  /** Functions and methods with a name. */
  fns: ReadonlyMap<string, readonly FnAt[]>;
  /** Every class once a module; Go and Rust write methods apart from fields. */
  classes: ReadonlyMap<string, readonly ClassAt[]>;
  /** What is assigned at the top of a module or is a field with a value. */
  constants: ReadonlyMap<string, readonly (At & { owner: Class | null })[]>;
  /** What is assigned to the names inside a function. */
  locals: ReadonlyMap<Fn, ReadonlyMap<string, readonly At[]>>;
  /** How many steps may still be followed: what a tree makes us do is bounded. Counted, so that the same is found each time. */
  work: { left: number };
};

const MOST_WORK = 3_000_000;

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const held = map.get(key);
  if (held) held.push(value);
  else map.set(key, [value]);
};

/** Names a target gives a value to; parts of a value are not followed. */
const nameOf = (target: Target): string | null =>
  target.kind === 'name'
    ? target.name
    : target.kind === 'parts' && target.parts[0]?.path === '0' && target.parts[0].target.kind === 'name'
      ? target.parts[0].target.name
      : null;

export const readProgram = (modules: readonly Module[]): Program => {
  const calls: { expr: Extract<Expr, { kind: 'call' }>; site: Site }[] = [];
  const fns = new Map<string, FnAt[]>();
  const classes = new Map<string, ClassAt[]>();
  const constants = new Map<string, (At & { owner: Class | null })[]>();
  const locals = new Map<Fn, Map<string, At[]>>();

  const inFn = (fn: Fn, site: Site): void => {
    const own: Site = { ...site, fns: [...site.fns, fn] };
    if (fn.name !== '') push(fns, fn.name, { fn, site: own });
    for (const p of fn.params) if (p.defaultValue) inExpr(p.defaultValue, own);
    inStatements(fn.body, own);
  };
  const inClass = (cls: Class, site: Site): void => {
    push(classes, cls.name, { cls, module: site.module });
    const own: Site = { ...site, cls };
    for (const f of cls.fields)
      if (f.value) {
        push(constants, f.name, { expr: f.value, site: own, owner: cls });
        inExpr(f.value, own);
      }
    for (const m of cls.methods) inFn(m, own);
  };
  const inExpr = (e: Expr, site: Site): void => {
    switch (e.kind) {
      case 'member':
        return inExpr(e.object, site);
      case 'index':
        inExpr(e.object, site);
        return inExpr(e.index, site);
      case 'call':
        calls.push({ expr: e, site });
        inExpr(e.callee, site);
        for (const a of e.args) inExpr(a.value, site);
        return;
      case 'text':
      case 'other':
        for (const p of e.parts) inExpr(p, site);
        return;
      case 'list':
        for (const i of e.items) inExpr(i, site);
        return;
      case 'record':
        for (const x of e.entries) inExpr(x.value, site);
        return;
      case 'choice':
        for (const x of e.of) inExpr(x, site);
        if (e.test) inExpr(e.test, site);
        return;
      case 'test':
        for (const x of e.operands) inExpr(x, site);
        return;
      case 'function':
        return inFn(e.fn, site);
    }
  };
  const inStatements = (body: readonly Stmt[], site: Site): void => {
    const fn = site.fns.at(-1);
    for (const s of body)
      switch (s.kind) {
        case 'assign': {
          const name = nameOf(s.target);
          if (name !== null && !s.adds) {
            if (!fn) push(constants, name, { expr: s.value, site, owner: null });
            else {
              const held = locals.get(fn) ?? new Map<string, At[]>();
              locals.set(fn, held);
              push(held, name, { expr: s.value, site });
            }
          }
          inExpr(s.value, site);
          break;
        }
        case 'expr':
          inExpr(s.value, site);
          break;
        case 'return':
        case 'throw':
          if (s.value) inExpr(s.value, site);
          break;
        case 'if':
          inExpr(s.test, site);
          inStatements(s.then, site);
          inStatements(s.otherwise, site);
          break;
        case 'loop':
          if (s.over) inExpr(s.over, site);
          if (s.test) inExpr(s.test, site);
          inStatements(s.body, site);
          break;
        case 'try':
          inStatements(s.body, site);
          for (const h of s.handlers) inStatements(h.body, site);
          inStatements(s.last, site);
          break;
        case 'switch':
          inExpr(s.on, site);
          for (const c of s.cases) {
            for (const t of c.tests) inExpr(t, site);
            inStatements(c.body, site);
          }
          break;
        case 'function':
          inFn(s.fn, site);
          break;
        case 'class':
          inClass(s.cls, site);
          break;
        case 'block':
          inStatements(s.body, site);
          break;
      }
  };
  for (const module of modules) inStatements(module.body, { module, fns: [], cls: null, given: null });
  return { modules, calls, fns, classes, constants, locals, work: { left: MOST_WORK } };
};

/** `a.b.c` as far as it is written so; what a member is called on otherwise is `?`. */
export const pathOf = (e: Expr): string =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? `${pathOf(e.object)}.${e.property}` : '?';

export const lastOf = (e: Expr): string =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? e.property : '';

/**
 * The one of several things of a name that is meant: in the same file, in the folder (Go) or file the name is called on, or
 * the only one there is.
 */
export const nearest = <T>(
  all: readonly T[],
  from: Module,
  on: string,
  moduleOf: (t: T) => Module,
): T | null => {
  if (all.length <= 1) return all[0] ?? null;
  const same = all.filter((t) => moduleOf(t) === from);
  if (same.length > 0 && on === '') return same[0]!;
  if (on !== '') {
    const local = from.imports.find((i) => i.local === on)?.module ?? on;
    const last = local.split(/::|[./]/).at(-1)!;
    const there = all.filter((t) => {
      const path = moduleOf(t).path.replace(/\.[a-z]+$/, '');
      return path.endsWith(`/${last}`) || folderOf(path) === last || folderOf(path).endsWith(`/${last}`);
    });
    if (there.length > 0) return there[0]!;
  }
  const beside = all.filter((t) => folderOf(moduleOf(t).path) === folderOf(from.path));
  if (beside.length > 0) return beside[0]!;
  if (same.length > 0) return same[0]!;
  const imported = from.imports.flatMap((i) => [i.local, i.module.split(/::|[./]/).at(-1)!]);
  const there = all.filter((t) =>
    imported.some((i) => i !== '' && i !== '*' && moduleOf(t).path.includes(`/${i}`)),
  );
  return there.length === 1 ? there[0]! : null;
};
