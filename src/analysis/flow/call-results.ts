import type { Expr } from '../sources/ir.ts';
import { setPlace, writeOuter } from './assign.ts';
import { type Frame, placeIn } from './frame.ts';
import { elements, member, methodsBeginning } from './members.ts';
import type { CarrierRow } from './models.ts';
import type { Given } from './summary.ts';
import {
  allTaints,
  NOTHING,
  openedUp,
  type Ref,
  step,
  type Taint,
  through,
  UNMODELLED,
  union,
  unionAll,
  unionGuards,
  unionTaints,
  type Value,
  valueWith,
  withField,
  withItems,
} from './value.ts';
import { fixedHead, withUnknown } from './walk-expressions.ts';

type Call = Extract<Expr, { kind: 'call' }>;
/** What calls of functions we do not see the code of do to values. */

export const functionsOf = (v: Value): Extract<Ref, { kind: 'function' }>[] =>
  v.refs.flatMap((r) => (r.kind === 'function' ? [r] : []));

/** `json.Unmarshal(data, &x)`: what was read goes into the variables named. */
export const fill = (f: Frame, expr: Call, object: Value, args: readonly Given[]): void => {
  let taints: readonly Taint[] = allTaints(object);
  for (const a of args) taints = unionTaints(taints, allTaints(a.value));
  if (taints.length === 0) return;
  for (const { value: target } of expr.args) {
    if (target.kind !== 'name') continue;
    let scope: Frame['scope'] | null = f.scope;
    while (scope && !scope.vars.has(target.name)) scope = scope.parent;
    // Declared without a value, it is not in any scope yet.
    const held = scope?.vars.get(target.name);
    if (held && allTaints(held).length > 0) continue;
    if (f.written && (scope ?? f.scope) === f.scope && !f.written.has(target.name))
      f.written.set(target.name, held);
    const passed = taints.map((t) => ({ ...t, trail: step(t.trail, placeIn(f, expr.at.line)) }));
    (scope ?? f.scope).vars.set(target.name, { ...(held ?? NOTHING), taints: passed });
  }
};

/** Methods of collections and texts that change what they are called on. */
export const mutate = (f: Frame, expr: Call, name: string, object: Value, args: readonly Given[]): void => {
  if (expr.callee.kind !== 'member') return;
  const holder = expr.callee.object;
  if (holder.kind === 'member') {
    // `this.handlers.set(name, handler)`: what its object holds from then on.
    if (!object.refs.some((r) => r.kind === 'object' || r.kind === 'class'))
      setPlace(f, holder, mutated(f, expr, name, object, object, args));
    return;
  }
  if (holder.kind !== 'name') return;
  for (let s: Frame['scope'] | null = f.scope; s; s = s.parent) {
    const held = s.vars.get(holder.name);
    if (!held) continue;
    if (held.refs.some((r) => r.kind === 'object' || r.kind === 'class')) return;
    const changed = mutated(f, expr, name, object, held, args);
    if (s !== f.scope) {
      writeOuter(f, s, holder.name, changed);
      return;
    }
    if (f.written && s === f.scope && !f.written.has(holder.name)) f.written.set(holder.name, held);
    s.vars.set(holder.name, changed);
    return;
  }
};

/** What a collection is once the call has changed it. */
const mutated = (
  f: Frame,
  expr: Call,
  name: string,
  object: Value,
  held: Value,
  args: readonly Given[],
): Value => {
  const at = placeIn(f, expr.at.line);
  const [first, second] = args;
  if (/^(?:set|put|setdefault|putIfAbsent|Set|Store|insert)$/.test(name) && first && second) {
    const key = first.value.literal;
    if (key === null) return withUnknown(object, through(second.value, at));
    if (key !== '' && !/^\d+$/.test(key)) return withField(object, key, through(second.value, at));
  }
  if (/^(?:update|putAll|assign|merge)$/.test(name) && args.some((a) => a.value.fields || a.name)) {
    let all = held;
    for (const a of args) {
      if (a.name !== undefined) all = withField(all, a.name, a.value);
      for (const [key, v] of a.value.fields ?? []) all = withField(all, key, through(v, at));
      all = { ...all, taints: unionTaints(all.taints, a.value.taints) };
    }
    return all;
  }
  const values = args
    .flatMap((a) =>
      a.spread || /^(?:extend|addAll)$/.test(name) ? (a.value.items ?? [elements(a.value)]) : [a.value],
    )
    .map((v) => through(v, at));
  return withItems({ ...held, items: held.items ?? [] }, values);
};

const REPLACES = /^(?:replace|replaceAll|replace_all|sub|ReplaceAllString|ReplaceAllLiteralString|gsub)$/;

/** What was found, with a stroke before it: `\\$&`, `\\\\$&`, `\\\g<0>`. */
const ESCAPED = /^\\{1,2}(?:\$&|\$0|\\g<0>|\\0)$/;

/** Functions, objects, and records of them: what a table of handlers has. */
const holdsCode = (v: Value, depth = 0): boolean =>
  v.refs.some((r) => r.kind !== 'external') ||
  (depth < 2 && v.fields !== null && [...v.fields.values()].some((x) => holdsCode(x, depth + 1)));

const PICKS =
  /^(?:find|findLast|at|pop|shift|first|last|next|getFirst|getLast|remove|poll|peek|get|Get|Load)$/;

/** A pattern of every character outside of a list: what it replaces leaves the list alone. */
const keepsOnly = (pattern: string | null): boolean =>
  pattern !== null &&
  /^(?:\/\(?\[\^[^\]]+\][+*]?\)?\/[a-fh-z]*g[a-z]*|\(?\[\^[^\]]+\][+*]?\)?)$/.test(pattern);

const STAYS_TEXT =
  /^(?:[lr]?strip|trim\w*|Trim\w*|lower|upper|toLowerCase|toUpperCase|ToLower|ToUpper|replace\w*|Replace\w*|str|String|toString|to_string|to_owned|clone|as_str|unwrap\w*|slice|substring|substr)$/;

/** What these give is what the system has found behind all links. Node's and Go's own `resolve`, `Abs` and `Clean` only reckon. */
const FOLLOWS_LINKS =
  /^(?:realpath|realpathSync|canonicalize|EvalSymlinks|toRealPath|getCanonicalPath|getCanonicalFile)$/;

/**
 * `plugins.get(name)`: what a table holds under a key is what was put into it, not the key. Of functions of a package
 * (`lodash.get`, `Paths.get`) nothing of that kind is known.
 */
const isLookUp = (name: string, object: Value, key: Value | undefined): boolean =>
  /^(?:get|Get|get_mut|getOrDefault|getItem|get_item|pop|remove|take|Load|LoadOrStore)$/.test(name) &&
  key !== undefined &&
  key.taints.length > 0 &&
  object.refs.every((r) => r.kind === 'object' || (r.kind === 'external' && /[?()]/.test(r.path)));
const JOINS = /^(?:join|joinpath|concat|append|format|resolve|push|extend|add)$/i;

/** Whether a call makes what holds a value and more: arguments beside others, items of a list. */
const putsTogether = (name: string, object: Value, args: readonly Given[]): ((t: Taint) => boolean) => {
  const own = JOINS.test(name) && (args.length > 0 || object.items !== null);
  const beside =
    args.length > 1 || (object !== NOTHING && (object.literal !== null || object.taints.length > 0));
  const given = args.flatMap((a) => allTaints(a.value));
  return (t) => own || (beside && given.some((x) => x.key === t.key));
};

export const unknownResult = (
  f: Frame,
  expr: Call,
  name: string,
  path: string,
  object: Value,
  args: readonly Given[],
  returned: Value,
  rows: readonly CarrierRow[],
): Value => {
  const at = placeIn(f, expr.at.line);
  const first = args[0]?.value;
  const result = rows[0]?.result;
  // `getattr(thing, "name")`.
  if (result === 'member' && first && args[1])
    return union(
      args[1].value.literal
        ? member(f.engine.program, first, args[1].value.literal)
        : union(elements(first), methodsBeginning(first, fixedHead(args[1].value))),
      args[2]?.value ?? NOTHING,
    );
  // `dataclasses.replace(config, headers=h)`, `config._replace(headers=h)`: what is named is set, and nothing else.
  if (rows.some((r) => r.result === 'changed')) {
    const positional = first && args[0]?.name === undefined ? first : null;
    return args.slice(positional ? 1 : 0).reduce<Value>(
      (all, a) => {
        if (a.name === undefined) return union(all, a.value);
        const named: Iterable<[string, Value]> =
          a.name === 'update' && a.value.fields ? a.value.fields : [[a.name, a.value]];
        return [...named].reduce((one, [key, v]) => withField(one, key, v), all);
      },
      { ...(positional ?? object), tests: [] },
    );
  }
  if (
    rows.some((r) => r.result === 'held') &&
    first?.literal &&
    (object.taints.length > 0 || object.fields)
  ) {
    const field = member(f.engine.program, object, first.literal);
    // The second argument is what is taken where there is none.
    const usual = args[1]?.value;
    return usual ? union({ ...field, literal: null }, usual) : field;
  }
  if (expr.callee.kind === 'member' && isLookUp(name, object, first))
    return { ...union(elements(object), args[1]?.value ?? NOTHING), tests: [] };
  // `Kind.valueOf(name)` of an enumeration of one's own.
  if (name === 'valueOf' && object.refs.some((r) => r.kind === 'class')) return NOTHING;
  if (name === 'dict' && args.length > 0 && args.every((a) => a.name !== undefined))
    return args.reduce((all, a) => withField(all, a.name!, a.value), valueWith({ fields: new Map() }));
  // One of those it holds, which is not known: `handlers.get(name)`, `tools.find((t) => t.name === name)`.
  if (
    (object.fields || object.items) &&
    (PICKS.test(name) || rows.some((r) => r.result === 'held')) &&
    [...(object.fields?.values() ?? []), ...(object.items ?? [])].some(holdsCode)
  )
    return { ...union(elements(object), args[1]?.value ?? NOTHING), literal: null, tests: [] };
  if (/^(concat|from|assign|flat|slice|filter|sort|reverse|list|tuple|copy|freeze|values)$/.test(name)) {
    const all = [object, ...args.map((a) => a.value)];
    const items = all.flatMap((v) => v.items ?? (v.literal !== null && v !== NOTHING ? [v] : []));
    const whole = unionAll(all.filter((v) => functionsOf(v).length === 0));
    const base =
      name === 'concat' ? { ...whole, taints: whole.taints.map((t) => ({ ...t, part: true })) } : whole;
    return { ...base, items: items.length > 0 ? items.slice(0, 48) : base.items, tests: [] };
  }
  let taints: readonly Taint[] = unionTaints(allTaints(object), returned.taints);
  for (const a of args)
    if (functionsOf(a.value).length === 0) taints = unionTaints(taints, allTaints(a.value));
  if (/^(map|flatMap|then|all|allSettled|race|resolve|catch|finally|reduce)$/.test(name)) {
    const passed = unionAll(args.filter((a) => functionsOf(a.value).length === 0).map((a) => a.value));
    return {
      ...union(returned === NOTHING ? { ...object, tests: [] } : returned, { ...passed, tests: [] }),
      literal: null,
    };
  }
  const quiet = result === 'same' || result === 'held' || result === 'first';
  const loud = !quiet || f.engine.knows.cleans(path, f.module.module.language);
  const foreign = rows.length === 0 && taints.length > 0 ? unmodelled(f, path) : null;
  const label = path.startsWith('?') ? name : foreign !== null ? `${UNMODELLED}${path}` : path;
  // A setting that configures some object has not become that object.
  if (loud)
    taints = taints.filter((t) => t.source.kind !== 'origin' || t.source.origin.kind !== 'environment');
  const resolves =
    FOLLOWS_LINKS.test(name) ||
    /^pathlib\.Path\(\)\.resolve$/.test(path) ||
    // Nothing else in Python has a `resolve` without arguments.
    (name === 'resolve' && args.length === 0 && f.module.module.language === 'python');
  const opens = !STAYS_TEXT.test(name);
  const puts = putsTogether(name, object, args);
  taints = taints.map((t) => ({
    ...(opens ? openedUp(t) : t),
    ...(resolves && { resolved: true as const }),
    part: t.part || puts(t),
    trail: step(t.trail, at),
    passed: loud || name === 'split' ? [...t.passed.filter((x) => x !== label), label].slice(-12) : t.passed,
  }));
  const kept = REPLACES.test(name)
    ? [object, ...args.map((a) => a.value)].find((v) => keepsOnly(v.literal))
    : null;
  if (kept)
    taints = taints.map((t) => ({
      ...t,
      guards: unionGuards(t.guards, [
        { kind: 'pattern', detail: kept.literal!.slice(0, 160), at, denies: true },
      ]),
    }));
  if (REPLACES.test(name) && args.some((a) => ESCAPED.test(a.value.literal ?? '')))
    taints = taints.map((t) => ({
      ...t,
      passed: [...t.passed.filter((x) => x !== 'RegExp.escape'), 'RegExp.escape'].slice(-12),
    }));
  // `os.path.join(root, "")` ends where a name does.
  const closesPath = name === 'join' && args.length > 1 && args.at(-1)?.value.literal === '';
  const words = closesPath ? '?sep?' : quiet ? unionAll([object, ...args.map((a) => a.value)]).words : '';
  return valueWith({ taints, words });
};

/** The library a call leads into, where it is imported here and no model speaks of it; counted once a call. */
const unmodelled = (f: Frame, path: string): string | null => {
  const { module } = f.module;
  if (path.startsWith('?') || path.startsWith('.') || f.engine.knows.isModelled(path, module.language))
    return null;
  const from = module.imports.find((i) => {
    const name = i.module.replace(/^node:/, '').replaceAll('::', '.');
    return !name.startsWith('.') && path.startsWith(name) && /^$|^[./(]/.test(path.slice(name.length));
  });
  if (!from) return null;
  f.engine.unmodelled.set(path, (f.engine.unmodelled.get(path) ?? 0) + 1);
  return path;
};

/** A function with some of its arguments given: what is left comes after them. */
export const bound = (fn: Value, given: readonly Given[]): Value => ({
  ...fn,
  refs: fn.refs.map((r) =>
    r.kind === 'function' ? { ...r, given: [...(r.given ?? []), ...given].slice(0, 12) } : r,
  ),
  tests: [],
});
