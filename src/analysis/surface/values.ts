import { folderOf } from '../files/paths.ts';
import type { Expr, Fn, Stmt } from '../sources/ir.ts';
import { functionNamed, valueNamed } from './names.ts';
import { type At, type ClassAt, type FnAt, lastOf, nearest, type Program, pathOf } from './program.ts';

/** What expressions say without being run: names followed to what they were given, helpers to what they hand back. */

export const DEEPEST = 8;
/** `a.b` where a is `c.d` where c is `e.f`. */
const DEEPEST_OBJECT = 3;

/** Calls that hand on what they are called on, or their only argument: `"x".into()`, `String::from(x)`, `ptr.To(x)`. */
const HANDS_ON_OWN =
  /^(?:into|to_string|to_owned|as_str|clone|strip|lstrip|rstrip|trim|trimStart|trimEnd|stripIndent|unwrap|unwrap_or_default|expect|build|Get|String|into_iter|collect|to_vec|as_ref|as_object)$/;
const HANDS_ON_ARGUMENT =
  /(?:^|\.)(?:String\.from|Cow\.Borrowed|Cow\.from|Cow\.Owned|Arc\.new|Box\.new|Some|To|Ptr|ptr|Pointer|TrimSpace|Dedent|toPtr|dedent|cleandoc|Optional\.of|List\.of|Value\.from|RawMessage|Of|boolPtr|BoolPtr|Bool)$/;

const returnsOf = (body: readonly Stmt[]): Expr[] =>
  body.flatMap((s): Expr[] => {
    switch (s.kind) {
      case 'return':
        return s.value ? [s.value] : [];
      case 'if':
        return [...returnsOf(s.then), ...returnsOf(s.otherwise)];
      case 'block':
      case 'loop':
        return returnsOf(s.body);
      case 'try':
        return [...returnsOf(s.body), ...s.handlers.flatMap((h) => returnsOf(h.body)), ...returnsOf(s.last)];
      case 'switch':
        return s.cases.flatMap((c) => returnsOf(c.body));
      default:
        return [];
    }
  });

/** What a function hands back: of several results the first, of several ways the first that says something. */
export const resultsOf = (fn: Fn): Expr[] =>
  returnsOf(fn.body)
    .map((e) => (e.kind === 'list' && e.items.length > 1 && e.items[0]!.kind !== 'call' ? e.items[0]! : e))
    .map((e) => (e.kind === 'list' && e.items.length === 2 ? e.items[0]! : e))
    .filter((e) => !(e.kind === 'literal' && e.value === null));

/** Languages whose names mean what scopes and imports say; in the others the nearest thing of a name is meant. */
export const isScoped = (at: At): boolean => /^(?:javascript|python)$/.test(at.site.module.language);

const ownName = (at: At): string =>
  at.site.fns.at(-1)?.receiver ?? (at.site.module.language === 'rust' ? 'self' : 'this');

/** Whether a file is of a Go package: its folder ends the package's path, or is the root of a repository. */
const isPackage = (path: string, module: string): boolean => {
  const folder = folderOf(path);
  const parts = module.replace(/\/v\d+$/, '').split('/');
  if (folder === '') return parts.length <= 3;
  return (
    `/${module}`.endsWith(`/${folder}`) ||
    `/${folder}`.endsWith(`/${parts.slice(3).join('/') || parts.at(-1)}`)
  );
};

/** The function of the program that a call or a name means. */
export const fnNamed = (program: Program, callee: Expr, at: At): FnAt | null => {
  if (isScoped(at)) return functionNamed(program, callee, at);
  const name = lastOf(callee);
  const all = name === '' ? [] : (program.fns.get(name) ?? []);
  if (all.length === 0) return null;
  if (callee.kind === 'member') {
    const on = lastOf(callee.object);
    const own = /^(?:this|self|Self)$/.test(on) || on === ownName(at);
    const cls = own ? at.site.cls?.name : on;
    const method = all.find((f) => f.site.cls?.name === cls);
    if (method) return method;
    // A type of somebody else's.
    if (!own && /^[A-Z]/.test(on) && at.site.module.language !== 'go') return null;
    const imported =
      callee.object.kind === 'name' && at.site.module.language === 'go'
        ? at.site.module.imports.find((i) => i.local === on)
        : undefined;
    if (imported) return all.find((f) => isPackage(f.site.module.path, imported.module)) ?? null;
    const plain = all.filter((f) => f.site.cls === null);
    return nearest(plain.length > 0 ? plain : all, at.site.module, own ? '' : on, (f) => f.site.module);
  }
  const plain = all.filter((f) => f.site.cls === null || f.site.cls === at.site.cls);
  return nearest(plain.length > 0 ? plain : all, at.site.module, '', (f) => f.site.module);
};

/** The site inside a function that is called with these arguments. */
export const called = (target: FnAt, call: Extract<Expr, { kind: 'call' }>, from: At): FnAt => {
  const params =
    /^(?:self|cls)$/.test(target.fn.params[0]?.name ?? '') && call.callee.kind === 'member'
      ? target.fn.params.slice(1)
      : target.fn.params;
  const given = new Map<string, At>();
  params.forEach((p, i) => {
    const positional = call.args[i]?.name === undefined ? call.args[i] : undefined;
    const arg = call.args.find((a) => a.name === p.name) ?? positional;
    if (arg && p.name !== '') given.set(p.name, { expr: arg.value, site: from.site });
  });
  return { fn: target.fn, site: { ...target.site, given } };
};

const constantNamed = (program: Program, name: string, on: string, at: At): At | null => {
  const all = program.constants.get(name) ?? [];
  if (on !== '') {
    const member = all.filter((c) => c.owner?.name === on);
    if (member.length > 0) return nearest(member, at.site.module, '', (c) => c.site.module);
  }
  const plain = all.filter((c) => c.owner === null || c.owner === at.site.cls);
  const found = nearest(plain, at.site.module, on, (c) => c.site.module);
  if (found || plain.length === 0) return found;
  const [first, ...rest] = plain.map((c) => c.expr);
  const same =
    first?.kind === 'literal' && rest.every((e) => e.kind === 'literal' && e.value === first.value);
  return same ? plain[0]! : null;
};

/** One step towards what a name, member or call stands for; null when there is none. */
export const step = (program: Program, at: At, depth = 0): At | null => {
  if (depth > DEEPEST_OBJECT || --program.work.left < 0) return null;
  const { expr, site } = at;
  switch (expr.kind) {
    case 'name': {
      if (isScoped(at)) return valueNamed(program, at);
      const row = site.bound?.get(expr.name);
      if (row && row.expr !== expr) return row;
      for (const fn of site.fns.toReversed()) {
        const local = program.locals.get(fn)?.get(expr.name);
        if (local?.[0]) return { ...local[0], site: { ...local[0].site, given: site.given } };
        if (fn.params.some((p) => p.name === expr.name)) return site.given?.get(expr.name) ?? null;
      }
      return constantNamed(program, expr.name, '', at);
    }
    case 'member': {
      if (isScoped(at)) return memberOf(program, at, depth);
      const on = lastOf(expr.object);
      if (/^(?:this|self|Self)$/.test(on) || on === ownName(at)) {
        const field = site.cls && constantNamed(program, expr.property, site.cls.name, at);
        if (field) return field;
      }
      const constant = constantNamed(program, expr.property, on, at);
      if (constant && expr.object.kind === 'name' && !isLocal(program, expr.object.name, at)) return constant;
      const object = settled(program, { expr: expr.object, site }, depth + 1);
      return partIn(program, object, expr.property, depth);
    }
    case 'index': {
      // `texts[name]`
      const key = settled(program, { expr: expr.index, site }, depth + 1).expr;
      if (key.kind !== 'literal' || key.value === null) return null;
      const object = settled(program, { expr: expr.object, site }, depth + 1);
      if (object.expr.kind === 'list') {
        const item = object.expr.items[Number(key.value)];
        return item && /^\d+$/.test(key.value) ? { expr: item, site: object.site } : null;
      }
      return key.isString ? partIn(program, object, key.value, depth) : null;
    }
    case 'choice':
      return expr.of[0] ? { expr: expr.of[0], site } : null;
    case 'call': {
      if (expr.isNew) return null;
      const path = pathOf(expr.callee);
      if (
        expr.callee.kind === 'member' &&
        expr.args.length <= 1 &&
        HANDS_ON_OWN.test(expr.callee.property) &&
        !path.endsWith('?.build')
      )
        return { expr: expr.callee.object, site };
      if (expr.args.length === 1 && (HANDS_ON_ARGUMENT.test(path) || makesOf(program, at)))
        return { expr: expr.args[0]!.value, site };
      // `row.name()`, `row.getName()`
      if (expr.callee.kind === 'member' && expr.args.length === 0 && site.bound) {
        const row = settled(program, { expr: expr.callee.object, site }, depth + 1);
        const name = expr.callee.property.replace(/^get(?=[A-Z])/, '');
        const part = partIn(program, row, name[0]!.toLowerCase() + name.slice(1), depth);
        if (part) return part;
      }
      const target = fnNamed(program, expr.callee, at);
      const result = target && resultsOf(target.fn)[0];
      return target && result ? { expr: result, site: called(target, expr, at).site } : null;
    }
    default:
      return null;
  }
};

/** `Object.freeze({…})`, `Schema.parse({…})`, `defineTool({…})`: the object itself. */
const makesOf = (program: Program, { expr, site }: At): boolean =>
  site.module.language === 'javascript' &&
  expr.kind === 'call' &&
  expr.args[0]?.value.kind === 'record' &&
  /^(?:freeze|parse|(?:define|create|make)\w*)$|[Tt]ool$/.test(lastOf(expr.callee)) &&
  --program.work.left > 0;

/** `a.b` of JavaScript and Python: a field, what a module hands out, a part of an object written somewhere. */
const memberOf = (program: Program, at: At, depth: number): At | null => {
  if (at.expr.kind !== 'member') return null;
  const { object, property } = at.expr;
  const named = valueNamed(program, at);
  if (named) return named;
  const whole = settled(program, { expr: object, site: at.site }, depth + 1);
  // A member of an enumeration.
  if (property === 'value' && (whole.expr.kind === 'literal' || whole.expr.kind === 'text')) return whole;
  return partIn(program, whole, property, depth);
};

/** An entry of an object, its own or one it takes over from another. */
export const partIn = (program: Program, whole: At, name: string, depth = 0): At | null => {
  const own = partNamed(whole.expr, name);
  if (own) return { expr: own, site: whole.site };
  if (whole.expr.kind === 'call') return byPosition(program, whole, name);
  if (whole.expr.kind !== 'record' || depth > DEEPEST_OBJECT) return null;
  for (const e of whole.expr.entries.toReversed()) {
    if (e.key !== '...') continue;
    const found = partIn(
      program,
      settled(program, { expr: e.value, site: whole.site }, depth + 1),
      name,
      depth + 1,
    );
    if (found) return found;
  }
  return null;
};

/** `Row{"a", "b"}`, `new Row("a", "b")`, `Row("a", "b")`: by the order in which the type names its fields. */
const byPosition = (program: Program, whole: At, name: string): At | null => {
  if (whole.expr.kind !== 'call' || !(whole.expr.isNew || /^[A-Z]/.test(lastOf(whole.expr.callee))))
    return null;
  if (whole.expr.args.length === 0 || whole.expr.args.some((a) => a.spread)) return null;
  const type = typeNamed(program, lastOf(whole.expr.callee), whole);
  if (!type) return null;
  const made = type.cls.methods.find((m) => /^(?:constructor|__init__|<init>)$/.test(m.name));
  const names = made
    ? made.params.map((p) => p.name).filter((n) => n !== 'self')
    : type.cls.fields.map((f) => f.name);
  const arg = whole.expr.args[names.indexOf(name)];
  return arg && arg.name === undefined ? { expr: arg.value, site: whole.site } : null;
};

const isLocal = (program: Program, name: string, at: At): boolean =>
  at.site.fns.some(
    (fn) => (program.locals.get(fn)?.has(name) ?? false) || fn.params.some((p) => p.name === name),
  );

/** A named argument of `T{a: x}`, an entry of a record. */
export const partNamed = (expr: Expr, name: string): Expr | null =>
  expr.kind === 'call' && (expr.isNew || /^[A-Z]/.test(lastOf(expr.callee)))
    ? (expr.args.find((a) => a.name === name)?.value ?? null)
    : expr.kind === 'record'
      ? (expr.entries.find((e) => e.key === name)?.value ?? null)
      : null;

/** As far as names and helpers can be followed. */
export const settled = (program: Program, at: At, depth = 0): At => {
  let now = at;
  for (let i = 0; i < DEEPEST; i++) {
    const next = step(program, now, depth);
    if (!next) break;
    now = next;
  }
  return now;
};

/** A type of the program: where methods are written apart from fields, the one with the fields. */
export const typeNamed = (program: Program, name: string, at: At): ClassAt | null => {
  const parts = name.split(/::|\./);
  const all = program.classes.get(parts.at(-1) ?? '') ?? [];
  const full = all.filter((c) => c.cls.fields.length > 0 || c.cls.bases.length > 0);
  const on = parts.length > 1 ? parts.at(-2)! : '';
  return nearest(full.length > 0 ? full : all, at.site.module, on, (c) => c.module);
};
