import { folderOf } from '../files/paths.ts';
import type { Class, Expr, Fn, Module, Stmt, Target } from '../sources/ir.ts';
import { type ImportResolver, importResolver } from '../sources/resolve-imports.ts';

/** Where an expression stands: what its names may mean. */
export type Site = {
  module: Module;
  /** The functions around it, innermost last. */
  fns: readonly Fn[];
  cls: Class | null;
  /** What the parameters of the innermost function stand for, where one call of it is looked at. */
  given: ReadonlyMap<string, At> | null;
  /** The loops around it, innermost last, and what their names stand for where one round of them is looked at. */
  loops?: readonly Loop[];
  bound?: ReadonlyMap<string, At> | null;
};

/** `key` is the name Go gives to the key of a map beside its value. */
export type Loop = { target: Target; list: Expr; site: Site; key: string | null };

export type At = { expr: Expr; site: Site };
export type FnAt = { fn: Fn; site: Site };
export type ClassAt = { cls: Class; module: Module };
export type Call = Extract<Expr, { kind: 'call' }>;
export type Row = Extract<Expr, { kind: 'record' }>;

/** What a name at the top of a module stands for. */
export type Top =
  | { kind: 'value'; at: At }
  | { kind: 'function'; f: FnAt }
  | { kind: 'class'; c: ClassAt }
  | { kind: 'module'; module: Module };

/** All modules of one language, by the names they give to things. */
export type Program = {
  modules: readonly Module[];
  calls: readonly { expr: Call; site: Site }[];
  /** Object literals of JavaScript, with the key they have in the object around them ('' for none). */
  rows: readonly { expr: Row; key: string; site: Site }[];
  /** What the modules themselves name. */
  tops: ReadonlyMap<Module, ReadonlyMap<string, Top>>;
  imports: ImportResolver;
  /** Names that are used somewhere, and those of them that are used as a whole, not for one member. */
  mentions: ReadonlySet<string>;
  wholes: ReadonlySet<string>;
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

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const held = map.get(key);
  if (held) held.push(value);
  else map.set(key, [value]);
};

/** The names a target gives something to, and what. */
const given = (target: Target, value: Expr, language: Module['language']): { name: string; expr: Expr }[] => {
  if (target.kind === 'name') return [{ name: target.name, expr: value }];
  if (target.kind !== 'parts') return [];
  // Of several results of a function the first is what counts.
  if (language !== 'javascript' && language !== 'python') {
    const [first] = target.parts;
    return first?.path === '0' && first.target.kind === 'name'
      ? [{ name: first.target.name, expr: value }]
      : [];
  }
  return target.parts.flatMap(({ path, target: part }) => {
    const item = value.kind === 'list' ? value.items[Number(path)] : undefined;
    if (!item && (path === '' || path === '...' || /^\d+$/.test(path))) return [];
    return given(part, item ?? { at: value.at, kind: 'member', object: value, property: path }, language);
  });
};

/** `rows.forEach((row) => …)`: what it goes over. */
const goesOver = (call: Call, fn: Expr): Expr | null =>
  fn.kind === 'function' &&
  call.callee.kind === 'member' &&
  /^(?:forEach|map|flatMap|for_each|each)$/.test(call.callee.property) &&
  fn.fn.params.length > 0
    ? call.callee.object
    : null;

const inLoop = (site: Site, list: Expr, fn: Fn): Site => {
  const first = fn.params[0]!;
  const target: Target =
    first.parts.length > 0
      ? {
          kind: 'parts',
          parts: first.parts.map((p) => ({ path: p.path, target: { kind: 'name', name: p.name } })),
        }
      : { kind: 'name', name: first.name };
  return { ...site, loops: [...(site.loops ?? []), { target, list, site, key: null }] };
};

const loopSite = (site: Site, target: Target, list: Expr, body: readonly Stmt[]): Site => {
  const [first] = body;
  const key =
    site.module.language === 'go' &&
    first?.kind === 'assign' &&
    first.target.kind === 'name' &&
    first.value.kind === 'other' &&
    first.value.at.line === first.at.line &&
    first.value.parts.length === 1
      ? first.target.name
      : null;
  return { ...site, loops: [...(site.loops ?? []), { target, list, site, key }] };
};

export const readProgram = (modules: readonly Module[]): Program => {
  const calls: { expr: Call; site: Site }[] = [];
  const rows: { expr: Row; key: string; site: Site }[] = [];
  const mentions = new Set<string>();
  const wholes = new Set<string>();
  const tops = new Map<Module, Map<string, Top>>(modules.map((m) => [m, new Map()]));
  const fns = new Map<string, FnAt[]>();
  const classes = new Map<string, ClassAt[]>();
  const constants = new Map<string, (At & { owner: Class | null })[]>();
  const locals = new Map<Fn, Map<string, At[]>>();

  const inFn = (fn: Fn, site: Site): void => {
    const own: Site = { ...site, fns: [...site.fns, fn] };
    if (fn.name !== '') push(fns, fn.name, { fn, site: own });
    if (site.module.language === 'javascript') for (const d of fn.decorators) inExpr(d, site);
    for (const p of fn.params) if (p.defaultValue) inExpr(p.defaultValue, own);
    inStatements(fn.body, own);
  };
  const inClass = (cls: Class, site: Site): void => {
    push(classes, cls.name, { cls, module: site.module });
    if (site.fns.length === 0)
      tops.get(site.module)?.set(cls.name, { kind: 'class', c: { cls, module: site.module } });
    const own: Site = { ...site, cls };
    for (const f of cls.fields)
      if (f.value) {
        push(constants, f.name, { expr: f.value, site: own, owner: cls });
        inExpr(f.value, own);
      }
    for (const m of cls.methods) inFn(m, own);
  };
  const inExpr = (e: Expr, site: Site, key = ''): void => {
    switch (e.kind) {
      case 'name':
        mentions.add(e.name);
        wholes.add(e.name);
        return;
      case 'member':
        mentions.add(e.property);
        if (e.object.kind === 'name') mentions.add(e.object.name);
        else inExpr(e.object, site);
        return;
      case 'index':
        inExpr(e.object, site);
        return inExpr(e.index, site);
      case 'call':
        calls.push({ expr: e, site });
        inExpr(e.callee, site);
        // `list: tool({ … })`: the object still has that key.
        for (const a of e.args) {
          const rows = goesOver(e, a.value);
          if (rows && a.value.kind === 'function') inFn(a.value.fn, inLoop(site, rows, a.value.fn));
          else inExpr(a.value, site, /[Tt]ool$/.test(lastOf(e.callee)) ? key : '');
        }
        return;
      case 'text':
      case 'other':
        for (const p of e.parts) inExpr(p, site);
        return;
      case 'list':
        for (const i of e.items) inExpr(i, site);
        return;
      case 'record':
        if (/^(?:javascript|php|ruby)$/.test(site.module.language)) rows.push({ expr: e, key, site });
        for (const x of e.entries) inExpr(x.value, site, x.key);
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
          if (!s.adds)
            for (const { name, expr } of given(s.target, s.value, site.module.language)) {
              if (!fn) {
                push(constants, name, { expr, site, owner: null });
                const own = tops.get(site.module)!;
                // A name of JavaScript is declared once, and may be changed on some way; one of Python is what it was given last.
                if (site.module.language !== 'javascript' || !own.has(name))
                  own.set(name, { kind: 'value', at: { expr, site } });
              } else {
                const held = locals.get(fn) ?? new Map<string, At[]>();
                locals.set(fn, held);
                push(held, name, { expr, site });
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
          inStatements(s.body, s.target && s.over ? loopSite(site, s.target, s.over, s.body) : site);
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
          if (!fn)
            tops.get(site.module)?.set(s.fn.name, {
              kind: 'function',
              f: { fn: s.fn, site: { ...site, fns: [s.fn] } },
            });
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
  const imports = importResolver(modules);
  return {
    modules,
    calls,
    rows,
    tops,
    imports,
    mentions,
    wholes,
    fns,
    classes,
    constants,
    locals,
    work: { left: MOST_WORK },
  };
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
