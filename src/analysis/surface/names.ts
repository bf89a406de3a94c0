import type { Expr, Module } from '../sources/ir.ts';
import { type At, type ClassAt, type FnAt, lastOf, type Program, type Top } from './program.ts';

/** What names of JavaScript and Python mean: through scopes, imports and re-exports to what they were given. */

const DEEPEST = 12;
/** A name that so many files give a value to is nobody's in particular. */
const MOST_NAMESAKES = 5;

const isScript = (m: Module): boolean => m.language === 'javascript';

/** What a module hands out under a name. */
const exported = (program: Program, module: Module, name: string, depth: number): Top | null => {
  if (depth > DEEPEST) return null;
  if (!isScript(module)) return topNamed(program, module, name, depth + 1);
  for (const e of module.exports) {
    if (e.name !== name) continue;
    if (e.from === null) return topNamed(program, module, e.local, depth + 1);
    const from = program.imports.resolve(module, e.from);
    if (from)
      return e.local === '*' ? { kind: 'module', module: from } : exported(program, from, e.local, depth + 1);
  }
  for (const e of module.exports) {
    const from = e.name === '*' && e.from !== null ? program.imports.resolve(module, e.from) : null;
    const found = from && exported(program, from, name, depth + 1);
    if (found) return found;
  }
  return null;
};

/** The file of an import that its path does not lead to, by the name it asks for: aliases of build configurations. */
const byName = (program: Program, from: Module, module: string, name: string): Top | null => {
  // A path that leads nowhere means a file that is not read (`./schema.json`), never another of the tree.
  if (isScript(from) && module.startsWith('.')) return null;
  const all = program.modules.filter(
    (m) => m !== from && m.language === from.language && program.tops.get(m)?.has(name),
  );
  const stem = module.replace(/^.*[/]/, '').replace(/\.[cm]?[jt]sx?$/, '');
  const found =
    // Every module may have a default: it says nothing of which is meant.
    all.length === 1 && name !== 'default'
      ? all[0]
      : all.find((m) => m.path.replace(/\.[a-z]+$/, '').endsWith(`/${stem}`));
  return found ? program.tops.get(found)!.get(name)! : null;
};

/** What a name of a module's top stands for, its own or imported. */
export const topNamed = (program: Program, module: Module, name: string, depth = 0): Top | null => {
  if (depth > DEEPEST || --program.work.left < 0) return null;
  const own = program.tops.get(module)?.get(name);
  if (own) return own;
  for (const i of module.imports) {
    if (i.local !== name && i.local !== '*') continue;
    const target = program.imports.resolve(module, i.module);
    if (i.local === '*') {
      const found = target && exported(program, target, name, depth + 1);
      if (found) return found;
    } else if (i.name === '*') return target && { kind: 'module', module: target };
    else {
      const found = target && exported(program, target, i.name, depth + 1);
      if (found) return found;
      // `from . import files`: a module of a package.
      const inner =
        module.language === 'python'
          ? program.imports.resolve(module, `${i.module}${/^\.+$/.test(i.module) ? '' : '.'}${i.name}`)
          : null;
      if (inner) return { kind: 'module', module: inner };
      return target ? null : byName(program, module, i.module, i.name);
    }
  }
  return null;
};

/** Of several values the one given last above a line. */
const lastAbove = (all: readonly At[], line: number): At =>
  all.findLast((a) => a.expr.at.line <= line) ?? all[0]!;

export type Meaning = Top | { kind: 'parameter'; at: At | null };

/** What a name means where it stands; null when nothing in the tree says so. */
export const meaningOf = (program: Program, name: string, at: At): Meaning | null => {
  const { site } = at;
  const row = site.bound?.get(name);
  if (row && row.expr !== at.expr) return { kind: 'value', at: row };
  for (let i = site.fns.length - 1; i >= 0; i--) {
    const fn = site.fns[i]!;
    const local = program.locals.get(fn)?.get(name);
    if (local) {
      const value = lastAbove(local, at.expr.at.line);
      if (value.expr !== at.expr)
        return {
          kind: 'value',
          at: { ...value, site: { ...value.site, given: site.given, bound: site.bound ?? null } },
        };
    }
    const param = fn.params.find((p) => p.name === name || p.parts.some((x) => x.name === name));
    if (param) {
      // Where one call is looked at, what it leaves out is the default.
      const otherwise = site.given && param.name === name ? param.defaultValue : null;
      const at = site.given?.get(name) ?? (otherwise && { expr: otherwise, site: { ...site, given: null } });
      return { kind: 'parameter', at: at ?? null };
    }
    const nested = program.fns.get(name)?.find((f) => f.site.fns.at(-2) === fn);
    if (nested) return { kind: 'function', f: nested };
  }
  return topNamed(program, site.module, name);
};

/** A class's field or a method's owner, in the class or in one it extends. */
export const fieldOf = (program: Program, c: ClassAt, name: string, depth = 0): At | null => {
  const field = c.cls.fields.find((f) => f.name === name && f.value);
  const site = { module: c.module, fns: [], cls: c.cls, given: null };
  if (field?.value) return { expr: field.value, site };
  if (depth > 4) return null;
  for (const base of c.cls.bases) {
    const known = classNamed(program, base, { expr: base, site });
    const found = known && fieldOf(program, known, name, depth + 1);
    if (found) return found;
  }
  return null;
};

export const classNamed = (program: Program, e: Expr, at: At): ClassAt | null => {
  const named = topOf(program, e, at);
  return named?.kind === 'class' ? named.c : null;
};

/** What a name or `module.name` stands for. */
export const topOf = (program: Program, e: Expr, at: At): Meaning | null => {
  if (e.kind === 'name') return meaningOf(program, e.name, at);
  if (e.kind !== 'member') return null;
  const on = topOf(program, e.object, at);
  return on?.kind === 'module' ? topNamed(program, on.module, e.property) : null;
};

/** The class around, for `this`, `self` and `cls`. */
const ownClass = (e: Expr, at: At): ClassAt | null =>
  e.kind === 'name' && /^(?:this|self|cls)$/.test(e.name) && at.site.cls
    ? { cls: at.site.cls, module: at.site.module }
    : null;

/**
 * One name of Python that is not imported: the only thing of that name in the tree, or the same text in a few places.
 * Anything else would be a guess.
 */
const namesake = (program: Program, name: string, owner: string, at: At): At | null => {
  const all = (program.constants.get(name) ?? []).filter(
    (c) =>
      c.site.module.language === 'python' &&
      c.site.module !== at.site.module &&
      (owner === '' ? c.owner === null : c.owner?.name === owner),
  );
  const [first] = all;
  if (!first || all.length > MOST_NAMESAKES) return null;
  const same = all.every(
    ({ expr: e }) => first.expr.kind === 'literal' && e.kind === 'literal' && e.value === first.expr.value,
  );
  return all.length === 1 || same ? first : null;
};

/** The value a name or member was given; null when it is a parameter, comes from outside, or is computed. */
export const valueNamed = (program: Program, at: At): At | null => {
  const { expr, site } = at;
  if (expr.kind === 'name') {
    const found = meaningOf(program, expr.name, at);
    if (found?.kind === 'value') return found.at;
    if (found?.kind === 'parameter') return found.at;
    return found || site.module.language !== 'python' ? null : namesake(program, expr.name, '', at);
  }
  if (expr.kind !== 'member') return null;
  const own = ownClass(expr.object, at);
  if (own) {
    const field = fieldOf(program, own, expr.property);
    if (field) return field;
  }
  const on = topOf(program, expr.object, at);
  if (on?.kind === 'module') {
    const top = topNamed(program, on.module, expr.property);
    return top?.kind === 'value' ? top.at : null;
  }
  if (on?.kind === 'class') return fieldOf(program, on.c, expr.property);
  return on || site.module.language !== 'python'
    ? null
    : namesake(program, expr.property, lastOf(expr.object), at);
};

/** The function a name or member means: one in sight, imported, or a method of the class around. */
export const functionNamed = (program: Program, callee: Expr, at: At): FnAt | null => {
  if (callee.kind === 'name') {
    const found = meaningOf(program, callee.name, at);
    if (found?.kind === 'function') return found.f;
    if (found?.kind === 'parameter' && found.at && found.at.expr !== callee)
      return functionNamed(program, found.at.expr, found.at);
    if (found?.kind === 'value' && found.at.expr.kind === 'function')
      return {
        fn: found.at.expr.fn,
        site: { ...found.at.site, fns: [...found.at.site.fns, found.at.expr.fn] },
      };
    if (found?.kind === 'value' && at.site.bound?.get(callee.name)?.expr === found.at.expr)
      return functionNamed(program, found.at.expr, found.at);
    return found ? null : onlyOne(program, callee.name, at);
  }
  if (callee.kind !== 'member') return null;
  const own = ownClass(callee.object, at);
  const on = own ? ({ kind: 'class', c: own } as const) : topOf(program, callee.object, at);
  if (on?.kind === 'module') {
    const top = topNamed(program, on.module, callee.property);
    return top?.kind === 'function'
      ? top.f
      : top?.kind === 'value' && top.at.expr.kind === 'function'
        ? { fn: top.at.expr.fn, site: { ...top.at.site, fns: [top.at.expr.fn] } }
        : null;
  }
  const methods = (program.fns.get(callee.property) ?? []).filter((f) => f.site.cls !== null);
  if (on?.kind === 'class') {
    const method = methods.find((f) => f.site.cls === on.c.cls);
    if (method) return method;
  }
  return onlyOne(program, callee.property, at);
};

/** In the same file the last of a name, in the others the only one. */
const onlyOne = (program: Program, name: string, at: At): FnAt | null => {
  const all = (program.fns.get(name) ?? []).filter(
    (f) => f.site.module.language === at.site.module.language && f.fn !== at.site.fns.at(-1),
  );
  const own = all.findLast((f) => f.site.module === at.site.module);
  if (own) return own;
  return at.site.module.language === 'python' && all.length === 1 ? all[0]! : null;
};
