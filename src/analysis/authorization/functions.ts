import type { Class, Expr, Fn, Module } from '../sources/ir.ts';
import { expressionsInside, functionsOf, statementsIn } from '../sources/walk.ts';
import { lastNameOf } from '../weaknesses/code/names.ts';

/** Which function a call may lead to, by names: as a person follows a program without running it. */
export type FnRef = { fn: Fn; cls: Class | null; module: Module };

export type Functions = {
  all: readonly FnRef[];
  /** Functions and methods a name or member may mean where it is used; none where it could be any of many. */
  named(callee: Expr, from: FnRef): readonly FnRef[];
  /** The function itself and what it calls, as far as it can be followed; nearest first, each once. */
  reached(from: FnRef): readonly FnRef[];
  /** Constants of the whole program by name, where one name means one value. */
  constant(name: string): Expr | null;
};

const MOST_CANDIDATES = 3;
const DEEPEST = 4;
const MOST_REACHED = 60;

/** Names every kind of object has: only the name of the object tells which is meant. */
const GENERIC =
  /^(?:get|set|put|add|save|find|load|store|delete|remove|pop|create|update|handle|run|call|then|map|filter|forEach|find_by|close|open|send|read|write|list|init|start|stop|parse|build|String|toString|format|json|encode|decode|execute|query|has|push|log|info|error|warn|debug|append|keys|values|next|use|on|emit|register|verify|validate|check|process|New)$/i;

const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[_\-$]/g, '')
    .replace(/^i(?=[a-z]{6,})/, '');

/** What is called on what: `this.codeStore.get()` has the name `codestore`. */
const receiverOf = (callee: Expr): string =>
  callee.kind === 'member' ? plainName(lastNameOf(callee.object)) : '';

const isOf = (ref: FnRef, receiver: string): boolean => {
  if (!ref.cls || receiver.length < 4) return false;
  const cls = plainName(ref.cls.name);
  return cls.includes(receiver) || (cls.length >= 4 && receiver.includes(cls));
};

const isImported = (m: Module, name: string): boolean =>
  m.imports.some((i) => i.local === name || i.module.split(/[/.]/).at(-1) === name);

/** Whether a file is of the package or module that an import calls by this name. */
const isIn = (path: string, name: string, from: Module): boolean => {
  const module = from.imports.find((i) => i.local === name)?.module ?? name;
  const last =
    module
      .replace(/\.[jt]sx?$/, '')
      .split(/[/.]/)
      .filter((p) => p !== '')
      .at(-1) ?? name;
  const parts = path.split('/');
  return parts.at(-2) === last || (parts.at(-1) ?? '').replace(/\.\w+$/, '') === last;
};

export const functionsIn = (modules: readonly Module[]): Functions => {
  const all: FnRef[] = modules.flatMap((module) => functionsOf(module).map((f) => ({ ...f, module })));
  const byName = new Map<string, FnRef[]>();
  for (const ref of all) {
    if (ref.fn.name === '') continue;
    const held = byName.get(ref.fn.name);
    if (held) held.push(ref);
    else byName.set(ref.fn.name, [ref]);
  }
  // `const handler = async (req) => {…}`: the function goes by the name it was given.
  for (const module of modules)
    for (const s of statementsIn(module.body))
      if (s.kind === 'assign' && s.target.kind === 'name') {
        const value = functionIn(s.value);
        if (!value) continue;
        const ref = all.find((r) => r.fn === value.fn);
        if (!ref) continue;
        const held = byName.get(s.target.name) ?? [];
        byName.set(s.target.name, [...held, ref]);
      }
  const constants = new Map<string, Expr | null>();
  const same = (a: Expr | null | undefined, b: Expr): boolean =>
    a?.kind === 'literal' && b.kind === 'literal' && a.value === b.value;
  const keep = (name: string, value: Expr): void => {
    if (!constants.has(name)) constants.set(name, value);
    else if (!same(constants.get(name), value)) constants.set(name, null);
  };
  const isFixed = (e: Expr): boolean => e.kind === 'literal' || e.kind === 'text' || e.kind === 'list';
  for (const ref of all)
    for (const s of statementsIn(ref.fn.body)) {
      if (s.kind === 'assign' && s.target.kind === 'name' && isFixed(s.value)) keep(s.target.name, s.value);
      // What a loop goes over stands for each of its items.
      if (s.kind === 'loop' && s.over) {
        const over = s.over.kind === 'call' ? (s.over.args[0]?.value ?? s.over) : s.over;
        const names =
          s.target?.kind === 'name'
            ? [s.target.name]
            : s.target?.kind === 'parts'
              ? s.target.parts.flatMap((p) => (p.target.kind === 'name' ? [p.target.name] : []))
              : [];
        const last = names.at(-1);
        if (last && (over.kind === 'name' || over.kind === 'list')) keep(last, over);
      }
      if (s.kind === 'class')
        for (const field of s.cls.fields) {
          const value = field.value?.kind === 'call' ? field.value.args[0]?.value : field.value;
          if (value && isFixed(value)) keep(field.name, value);
        }
    }

  const named: Functions['named'] = (callee, from) => {
    const name = lastNameOf(callee);
    const found = (byName.get(name) ?? []).filter((r) => r.module.language === from.module.language);
    if (found.length === 0) return [];
    const receiver = receiverOf(callee);
    const own = callee.kind === 'member' && /^(?:this|self|cls|\$this)$/.test(lastNameOf(callee.object));
    if (own && from.cls) {
      const inClass = found.filter((r) => r.cls?.name === from.cls?.name);
      if (inClass.length > 0) return inClass.slice(0, MOST_CANDIDATES);
    }
    // `register.NewHandler()`, `handlers.login()`: a package or a module by its name.
    if (
      callee.kind === 'member' &&
      callee.object.kind === 'name' &&
      isImported(from.module, callee.object.name)
    ) {
      const there = found.filter((r) =>
        isIn(r.module.path, (callee.object as { name: string }).name, from.module),
      );
      if (there.length > 0) return there.slice(0, MOST_CANDIDATES);
    }
    const byReceiver = found.filter((r) => isOf(r, receiver));
    if (byReceiver.length > 0) return byReceiver.slice(0, MOST_CANDIDATES + 1);
    if (callee.kind === 'member' && GENERIC.test(name)) return [];
    if (callee.kind === 'name') {
      const here = found.filter((r) => r.module === from.module && !r.cls);
      if (here.length > 0) return here.slice(0, MOST_CANDIDATES);
    }
    return found.length <= MOST_CANDIDATES ? found : [];
  };
  const held = new Map<Fn, readonly FnRef[]>();
  const reached: Functions['reached'] = (from) => {
    const known = held.get(from.fn);
    if (known) return known;
    const seen = new Set<Fn>([from.fn]);
    const found: FnRef[] = [from];
    let edge: FnRef[] = [from];
    for (let depth = 0; depth < DEEPEST && edge.length > 0; depth++) {
      const next: FnRef[] = [];
      for (const ref of edge)
        for (const expr of expressionsInside(ref.fn.body)) {
          if (expr.kind !== 'call') continue;
          for (const to of named(expr.callee, ref)) {
            if (seen.has(to.fn) || found.length >= MOST_REACHED) continue;
            seen.add(to.fn);
            found.push(to);
            next.push(to);
          }
        }
      edge = next;
    }
    held.set(from.fn, found);
    return found;
  };
  return { all, named, reached, constant: (name) => constants.get(name) ?? null };
};

/**
 * What may be meant behind wrappers, the innermost first: `asyncHandler(async (req) => …)`, `cors(limit(NewHandler(db)))`. The
 * names of the wrappers come last: one of them may make the function.
 */
export const behind = (e: Expr, depth = 0): readonly Expr[] => {
  if (depth > 6) return [];
  switch (e.kind) {
    case 'function':
    case 'name':
    case 'member':
      return [e];
    case 'call':
      // What makes a handler is asked before what it is made of.
      return /^(?:new|create|make|build)\w*/i.test(lastNameOf(e.callee))
        ? [e.callee, ...e.args.flatMap((a) => behind(a.value, depth + 1))]
        : [...[...e.args].reverse().flatMap((a) => behind(a.value, depth + 1)), e.callee];
    case 'choice':
      return e.of.flatMap((o) => behind(o, depth + 1));
    case 'other':
      return e.parts.flatMap((o) => behind(o, depth + 1));
    default:
      return [];
  }
};

/** The one function an expression is, behind what passes it through; null where it is none. */
export const functionIn = (e: Expr): Extract<Expr, { kind: 'function' }> | null => {
  const found = behind(e).find((x) => x.kind === 'function');
  return found?.kind === 'function' ? found : null;
};
