import type { Expr, Target } from '../sources/ir.ts';
import { enterHandler } from './doors.ts';
import type { Frame } from './frame.ts';
import { elements, member } from './members.ts';
import { NOTHING, type Scope, union, type Value, valueWith, withField } from './value.ts';
import { valueAt } from './walk-expressions.ts';

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
  if (scope === f.scope) {
    remember(f, name);
    scope.vars.set(name, union(held, value));
    return;
  }
  const known = value.taints.filter((t) => t.source.kind === 'origin');
  scope.vars.set(name, union(held, { ...value, taints: known }));
  if (f.writes.length < MOST_WRITES) f.writes.push({ scope, name, value });
};

/** Writes a variable where it lives; one of an outer function may still hold what it held. */
export const setName = (f: Frame, name: string, value: Value): void => {
  if (!f.scope.vars.has(name))
    for (let s = f.scope.parent; s?.parent; s = s.parent) {
      const held = s.vars.get(name);
      if (held) {
        writeOuter(f, s, name, value);
        return;
      }
    }
  remember(f, name);
  f.scope.vars.set(name, value);
};

/** What is kept of a value in a field of an object that outlives the call: what it is, not where it came from. */
export const lasting = (v: Value): Value =>
  valueWith({
    refs: v.refs,
    fields: v.fields && lastingFields(v.fields),
    literal: v.literal,
    words: v.words,
  });
const lastingFields = (fields: ReadonlyMap<string, Value>): Map<string, Value> =>
  new Map([...fields].slice(0, 32).map(([k, v]) => [k, valueWith({ refs: v.refs, literal: v.literal })]));

const setPlace = (f: Frame, expr: Expr, value: Value): void => {
  if (expr.kind !== 'member' && expr.kind !== 'index') {
    valueAt(f, expr);
    return;
  }
  const object = valueAt(f, expr.object);
  const property = expr.kind === 'member' ? expr.property : (valueAt(f, expr.index).literal ?? '');
  for (const ref of object.refs) {
    if (ref.kind !== 'object' && ref.kind !== 'class') continue;
    const held = ref.cls.fields.get(property);
    ref.cls.fields.set(property, held ? union(held, lasting(value)) : lasting(value));
    if (object.taints.some((t) => t.source.kind === 'param' && t.source.index === -1))
      f.stores.set(property, union(f.stores.get(property) ?? NOTHING, value));
  }
  placed(f, expr, object, value);
  // The variable holds an object with one more field now.
  if (expr.object.kind === 'name' && f.scope.vars.has(expr.object.name)) {
    const whole =
      property === ''
        ? { ...object, taints: union(object, valueWith({ taints: value.taints })).taints }
        : withField(object, property, value);
    remember(f, expr.object.name);
    f.scope.vars.set(expr.object.name, whole);
  }
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

export const assignTo = (f: Frame, target: Target, value: Value): void => {
  if (target.kind === 'name') setName(f, target.name, value);
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
            : /^\d+$/.test(path) && !value.fields?.has(path) && !value.items
              ? elements(value)
              : member(f.engine.program, value, path),
      );
  }
};

/** What a pattern's other parts left: the items behind them. */
const restOf = (value: Value, parts: readonly { path: string }[]): Value => {
  const taken = parts.filter((p) => /^\d+$/.test(p.path)).length;
  return value.items && taken > 0 ? { ...value, items: value.items.slice(taken) } : value;
};
