import type { Expr, Fn, Stmt } from '../../sources/ir.ts';
import {
  type At,
  type ClassAt,
  type FnAt,
  folderOf,
  lastOf,
  nearest,
  type Program,
  pathOf,
} from './program.ts';

/** What expressions say without being run: names followed to what they were given, helpers to what they hand back. */

const DEEPEST = 8;
/** `a.b` where a is `c.d` where c is `e.f`. */
const DEEPEST_OBJECT = 3;

/** Calls that hand on what they are called on, or their only argument: `"x".into()`, `String::from(x)`, `ptr.To(x)`. */
const HANDS_ON_OWN =
  /^(?:into|to_string|to_owned|as_str|clone|strip|trim|stripIndent|unwrap|unwrap_or_default|expect|build|Get|String|into_iter|collect|to_vec|as_ref)$/;
const HANDS_ON_ARGUMENT =
  /(?:^|\.)(?:String\.from|Cow\.Borrowed|Cow\.from|Cow\.Owned|Arc\.new|Box\.new|Some|To|Ptr|ptr|Pointer|TrimSpace|Dedent|toPtr|Optional\.of|List\.of|Value\.from|RawMessage|Of|boolPtr|BoolPtr|Bool)$/;

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
    target.fn.params[0]?.name === 'self' && call.callee.kind === 'member'
      ? target.fn.params.slice(1)
      : target.fn.params;
  const given = new Map<string, At>();
  params.forEach((p, i) => {
    const arg = call.args.find((a) => a.name === p.name) ?? call.args[i];
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
      for (const fn of site.fns.toReversed()) {
        const local = program.locals.get(fn)?.get(expr.name);
        if (local?.[0]) return { ...local[0], site: { ...local[0].site, given: site.given } };
        if (fn.params.some((p) => p.name === expr.name)) return site.given?.get(expr.name) ?? null;
      }
      return constantNamed(program, expr.name, '', at);
    }
    case 'member': {
      const on = lastOf(expr.object);
      if (/^(?:this|self|Self)$/.test(on) || on === ownName(at)) {
        const field = site.cls && constantNamed(program, expr.property, site.cls.name, at);
        if (field) return field;
      }
      const constant = constantNamed(program, expr.property, on, at);
      if (constant && expr.object.kind === 'name' && !isLocal(program, expr.object.name, at)) return constant;
      const object = settled(program, { expr: expr.object, site }, depth + 1);
      const inside = partNamed(object.expr, expr.property);
      return inside ? { expr: inside, site: object.site } : null;
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
      if (expr.args.length === 1 && HANDS_ON_ARGUMENT.test(path)) return { expr: expr.args[0]!.value, site };
      const target = fnNamed(program, expr.callee, at);
      const result = target && resultsOf(target.fn)[0];
      return target && result ? { expr: result, site: called(target, expr, at).site } : null;
    }
    default:
      return null;
  }
};

const isLocal = (program: Program, name: string, at: At): boolean =>
  at.site.fns.some(
    (fn) => (program.locals.get(fn)?.has(name) ?? false) || fn.params.some((p) => p.name === name),
  );

/** A named argument of `T{a: x}`, an entry of a record. */
export const partNamed = (expr: Expr, name: string): Expr | null =>
  expr.kind === 'call' && expr.isNew
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

export type Text = {
  text: string;
  /** What computes it, or a part of it; null when all of it is known. */
  from: string | null;
  followed: boolean;
  at: At;
};

const computed = (e: Expr): string =>
  e.kind === 'call'
    ? `${pathOf(e.callee)}()`
    : e.kind === 'name' || e.kind === 'member'
      ? pathOf(e)
      : 'computed';

export const textOf = (program: Program, at: At, depth = 0): Text => {
  const { expr } = at;
  if (expr.kind === 'literal')
    return { text: expr.value ?? '', from: expr.isString ? null : 'computed', followed: false, at };
  if (depth > DEEPEST) return { text: '', from: computed(expr), followed: false, at };
  if (
    expr.kind === 'text' ||
    (expr.kind === 'call' &&
      /(?:^|\.)[Jj]oin$/.test(pathOf(expr.callee)) &&
      expr.args[0]?.value.kind === 'list')
  ) {
    const list =
      expr.kind === 'call' ? (expr.args[0]!.value as Extract<Expr, { kind: 'list' }>).items : expr.parts;
    const parts = list.map((p) => textOf(program, { expr: p, site: at.site }, depth + 1));
    const [separator] = expr.kind === 'call' ? expr.args.slice(1) : [];
    const between = separator?.value.kind === 'literal' ? (separator.value.value ?? '') : '';
    return {
      text: parts.map((p) => p.text).join(between),
      from: parts.some((p) => p.from !== null)
        ? parts.every((p) => p.text === '')
          ? computed(list[0] ?? expr)
          : 'partly computed'
        : null,
      followed: parts.some((p) => p.followed),
      at,
    };
  }
  // A helper that hands back an override where there is one: the first of its results that says something.
  const target = expr.kind === 'call' && !expr.isNew ? fnNamed(program, expr.callee, at) : null;
  if (target && expr.kind === 'call')
    for (const result of resultsOf(target.fn).slice(0, 4)) {
      const site = called(target, expr, at).site;
      const found = textOf(program, { expr: result, site }, depth + 1);
      if (found.from === null && found.text !== '') return { ...found, followed: true };
    }
  const next = step(program, at);
  if (next) {
    const through =
      expr.kind === 'name' ||
      expr.kind === 'member' ||
      (expr.kind === 'call' && fnNamed(program, expr.callee, at) !== null);
    const found = textOf(program, next, depth + 1);
    const passed = expr.kind === 'name' && at.site.given?.has(expr.name);
    if (found.text !== '' || found.from === null)
      return { ...found, followed: found.followed || (through && !passed) };
  }
  // `translate("KEY", "what it says")`: the longest text it is given.
  if (expr.kind === 'call' && expr.args.length >= 1) {
    const texts = expr.args.flatMap((a) =>
      a.value.kind === 'literal' && a.value.isString ? [a.value.value ?? ''] : [],
    );
    const longest = texts.sort((a, b) => b.length - a.length)[0];
    if (longest !== undefined && / /.test(longest))
      return { text: longest, from: computed(expr), followed: false, at };
  }
  return { text: '', from: computed(expr), followed: false, at };
};

/** A type of the program: where methods are written apart from fields, the one with the fields. */
export const typeNamed = (program: Program, name: string, at: At): ClassAt | null => {
  const parts = name.split(/::|\./);
  const all = program.classes.get(parts.at(-1) ?? '') ?? [];
  const full = all.filter((c) => c.cls.fields.length > 0 || c.cls.bases.length > 0);
  const on = parts.length > 1 ? parts.at(-2)! : '';
  return nearest(full.length > 0 ? full : all, at.site.module, on, (c) => c.module);
};

/** A plain value, for annotations and limits; undefined when it is computed. */
export const plainOf = (program: Program, at: At): unknown => {
  const { expr } = settled(program, at);
  if (expr.kind === 'literal') {
    if (expr.isString || expr.value === null) return expr.value;
    if (/^true$|^false$/i.test(expr.value)) return /^true$/i.test(expr.value);
    if (/\bTRUE$|\bFALSE$/.test(expr.value)) return /TRUE$/.test(expr.value);
    const n = Number(expr.value.replaceAll('_', ''));
    return Number.isNaN(n) ? expr.value : n;
  }
  if (expr.kind === 'member' && /^(?:TRUE|FALSE)$/.test(expr.property)) return expr.property === 'TRUE';
  if (expr.kind === 'list') return expr.items.map((i) => plainOf(program, { expr: i, site: at.site }));
  if (expr.kind === 'text') {
    const text = textOf(program, { expr, site: at.site });
    return text.from === null ? text.text : undefined;
  }
  return undefined;
};
