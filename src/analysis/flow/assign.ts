import type { Expr, Target } from '../sources/ir.ts';
import { enterHandler } from './doors.ts';
import { type Frame, placeIn } from './frame.ts';
import { keptFrom, writeField } from './kept.ts';
import { basesIn, elements, member, methodOf } from './members.ts';
import { applyRef } from './summary.ts';
import { allTaints, NOTHING, type Scope, union, type Value, valueWith, withField } from './value.ts';
import { answering, valueAt, withUnknown } from './walk-expressions.ts';

/** Where values go: variables, fields, parts of a pattern. */

export const remember = (f: Frame, name: string): void => {
  if (f.written && !f.written.has(name)) f.written.set(name, f.scope.vars.get(name));
};

const MOST_WRITES = 24;

/**
 * Writes a variable of an outer function. What of the value only callers of this one know waits for them; the rest stands
 * there at once, beside what it held.
 */
export const writeOuter = (f: Frame, scope: Scope, name: string, value: Value): void => {
  const held = scope.vars.get(name) ?? NOTHING;
  if (scope !== f.scope || f.info === null) {
    // What a module keeps from a call is there in the next round as well, whose first lines fill its variables anew.
    scope.kept ??= new Map();
    scope.kept.set(name, union(scope.kept.get(name) ?? NOTHING, { ...keptFrom(value), refs: value.refs }));
  }
  if (scope === f.scope) {
    remember(f, name);
    scope.vars.set(name, union(held, value));
    return;
  }
  const known = { ...value, taints: value.taints.filter((t) => t.source.kind === 'origin') };
  scope.vars.set(name, union(held, known));
  if (f.writes.length < MOST_WRITES) f.writes.push({ scope, name, value });
};

/**
 * Writes a variable where it lives; one of an outer function may still hold what it held. `outer`: nothing declares it here, so
 * that one of the module is meant, where there is one.
 */
export const setName = (f: Frame, name: string, value: Value, outer = false): void => {
  if (!f.scope.vars.has(name))
    for (let s = f.scope.parent; s && (s.parent || outer); s = s.parent) {
      const held = s.vars.get(name);
      if (held) {
        writeOuter(f, s, name, value);
        return;
      }
    }
  remember(f, name);
  const kept = f.info === null ? f.scope.kept?.get(name) : undefined;
  f.scope.vars.set(name, kept ? union(value, kept) : value);
};

/** What is kept of a value in a field of an object that outlives the call: what it is, not where it came from. */
export const lasting = (v: Value, depth = 0): Value =>
  valueWith({
    refs: v.refs,
    fields:
      v.fields && depth < DEEPEST_LASTING
        ? new Map(
            [...v.fields]
              .slice(0, MOST_LASTING)
              .filter(([, x]) => isSomething(x))
              .map(([k, x]): [string, Value] => [k, lasting(x, depth + 1)]),
          )
        : null,
    items:
      v.items && depth < DEEPEST_LASTING
        ? v.items
            .slice(0, MOST_LASTING)
            .filter(isSomething)
            .map((x) => lasting(x, depth + 1))
        : null,
    literal: v.literal,
    words: depth === 0 ? v.words : '',
  });
/** What is left of a value whose origin alone was known would hide what its holder is known to hold. */
const isSomething = (v: Value): boolean =>
  v.refs.some((r) => r.kind !== 'external' || v.taints.length === 0) ||
  v.literal !== null ||
  (v.fields?.size ?? 0) > 0 ||
  (v.items?.length ?? 0) > 0;
const DEEPEST_LASTING = 2;
const MOST_LASTING = 48;

/** The scope around this one that holds a variable. */
const holding = (f: Frame, name: string): Scope | null => {
  for (let s: Scope | null = f.scope; s; s = s.parent) if (s.vars.has(name)) return s;
  return null;
};

const QUERY = /^(?:RawQuery|RawFragment|search|searchParams|hash|Query|Fragment)$/;
const IN_PATH = /^(?:Path|RawPath|pathname)$/;

/** A part of an address that stands behind its host: `u.RawQuery = q.Encode()`. */
const inAddress = (object: Value, property: string): boolean =>
  (QUERY.test(property) || IN_PATH.test(property)) &&
  object.refs.some(
    (r) => r.kind === 'external' && /\bur[li]\b|ur[li](?:parse|split)?\b|UriBuilder/i.test(r.path),
  );

/** What is put there is no whole address, whatever it holds. */
const behindHost = (value: Value, property: string): Value =>
  valueWith({
    taints: allTaints(value).map((t) => ({
      ...t,
      joined: true,
      prefix: `\0/${QUERY.test(property) ? '?' : ''}${t.prefix}`.slice(-240),
    })),
  });

const DEEPEST_PLACE = 3;

/** Writes a property; what holds the object holds one with one more field then: `this.handlers[name] = handler`. */
export const setPlace = (f: Frame, expr: Expr, value: Value, depth = 0): void => {
  if (expr.kind !== 'member' && expr.kind !== 'index') {
    valueAt(f, expr);
    return;
  }
  const object = valueAt(f, expr.object);
  const property = expr.kind === 'member' ? expr.property : (valueAt(f, expr.index).literal ?? '');
  for (const ref of object.refs) {
    if (ref.kind !== 'object' && ref.kind !== 'class') continue;
    const setter = methodOf(ref.cls, `${property}=`, basesIn(f.engine.program));
    if (setter) {
      const own = { kind: 'function' as const, fn: setter, scope: setter.module.scope, self: object };
      applyRef(f, own, [{ value }], placeIn(f, expr.at.line));
    }
    const held = ref.cls.fields.get(property);
    ref.cls.fields.set(property, held ? union(held, lasting(value)) : lasting(value));
    if (object.taints.some((t) => t.source.kind === 'param' && t.source.index === -1))
      f.stores.set(property, union(f.stores.get(property) ?? NOTHING, value));
    else if (ref.kind === 'class') writeField(f, ref.cls, property, value);
  }
  placed(f, expr, object, value);
  const put = inAddress(object, property) ? behindHost(value, property) : value;
  const added = (to: Value): Value => (property === '' ? withUnknown(to, put) : withField(to, property, put));
  if (expr.object.kind === 'name') {
    const { name } = expr.object;
    const scope = holding(f, name);
    if (scope === f.scope) {
      remember(f, name);
      f.scope.vars.set(name, added(object));
    } else if (scope && !object.refs.some((r) => r.kind === 'class'))
      writeOuter(f, scope, name, added(NOTHING));
  }
  // A collection is its holder's own; what is set of another object that one has says nothing of the holder.
  else if (
    expr.object.kind === 'member' &&
    (expr.kind === 'index' || value.refs.some((r) => r.kind === 'function')) &&
    depth < DEEPEST_PLACE
  )
    setPlace(f, expr.object, added(object), depth + 1);
};

/** `worker.onmessage = handler`: a place that models know as a door. */
const placed = (f: Frame, expr: Expr, object: Value, value: Value): void => {
  if (expr.kind !== 'member') return;
  const handlers = value.refs.flatMap((r) => (r.kind === 'function' ? [r] : []));
  if (handlers.length === 0) return;
  const known = object.refs.flatMap((r) => (r.kind === 'external' ? [`${r.path}.${expr.property}`] : []));
  for (const path of known.length > 0 ? known : [`?.${expr.property}`])
    for (const door of f.engine.knows.places(path, f.module.module.language))
      for (const ref of handlers) enterHandler(f, door, expr.property, ref, null);
};

export const assignTo = (f: Frame, target: Target, value: Value, outer = false): void => {
  if (target.kind === 'name') setName(f, target.name, value, outer);
  else if (target.kind === 'place') setPlace(f, target.expr, value);
  else {
    const { parts } = target;
    for (const { path, target: inner } of parts)
      assignTo(
        f,
        inner,
        path === '...'
          ? restOf(value, parts)
          : path === ''
            ? elements(value)
            : answering(
                value,
                path,
                /^\d+$/.test(path) && !value.fields?.has(path) && !value.items
                  ? elements(value)
                  : member(f.engine.program, value, path),
              ),
      );
  }
};

/** What a pattern's other parts left: the items behind them. */
const restOf = (value: Value, parts: readonly { path: string }[]): Value => {
  const taken = parts.filter((p) => /^\d+$/.test(p.path)).length;
  return value.items && taken > 0 ? { ...value, items: value.items.slice(taken) } : value;
};
