import { type Frame, guardedHere, type Summary } from './frame.ts';
import { member } from './members.ts';
import {
  allTaints,
  NOTHING,
  OPENED,
  openedValue,
  type Place,
  type Source,
  step,
  type Taint,
  type Tested,
  type Trail,
  union,
  unionGuards,
  unionTaints,
  type Value,
} from './value.ts';

/** What a function was found to do, said in terms of those who call it. */

const DEEPEST_VALUE = 3;

const appended = (first: Trail | null, second: Trail | null): Trail | null => {
  if (!second) return first;
  return step(appended(first, second.before), second.at);
};

/** Puts what a caller passes in the place of a function's own parameters. */
export const substitution = (
  f: Frame,
  s: Summary,
  bound: readonly Value[],
  self: Value | null,
  at: Place,
) => {
  const resolved = new Map<string, Value>();
  const resolve = (source: Source, key: string): Value | null => {
    if (source.kind !== 'param' || source.frame !== s.frame) return null;
    const held = resolved.get(key);
    if (held) return held;
    let value = (source.index < 0 ? self : bound[source.index]) ?? NOTHING;
    for (const property of source.path)
      value = property === OPENED ? openedValue(value) : member(f.engine.program, value, property);
    resolved.set(key, value);
    return value;
  };
  const composed = (inner: Taint, outer: Taint): Taint => {
    const here = guardedHere(f, outer);
    return {
      ...here,
      trail: appended(step(here.trail, at), inner.trail),
      guards: unionGuards(here.guards, inner.guards),
      passed:
        inner.passed.length === 0 ? here.passed : [...new Set([...here.passed, ...inner.passed])].slice(-12),
      prefix: inner.joined ? (inner.prefix + (here.joined ? here.prefix : '')).slice(-240) : here.prefix,
      joined: inner.joined || here.joined,
      part: inner.part || here.part,
      ...(inner.opened && { opened: true as const }),
      ...(inner.plain && { plain: true as const }),
      ...(inner.looked && { looked: true as const }),
      ...(inner.kept && { kept: true as const }),
      ...(inner.resolved && { resolved: true as const }),
    };
  };
  const taints = (list: readonly Taint[]): readonly Taint[] => {
    let all: readonly Taint[] = [];
    for (const t of list) {
      const r = resolve(t.source, t.key);
      all = unionTaints(all, r === null ? [t] : allTaints(r).map((o) => composed(t, o)));
    }
    return all;
  };
  const value = (v: Value, depth = 0): Value => {
    if (v === NOTHING || depth > DEEPEST_VALUE) return NOTHING;
    // What was handed on as it is stays what it is: an object is not what one of its fields holds.
    const plain = (t: Taint): Value | null =>
      !t.joined && t.passed.length === 0 ? resolve(t.source, t.key) : null;
    let all: Value = {
      ...v,
      taints: taints(v.taints.filter((t) => plain(t) === null)),
      fields: v.fields ? new Map([...v.fields].map(([k, x]) => [k, value(x, depth + 1)])) : null,
      items: v.items?.map((x) => value(x, depth + 1)) ?? null,
      tests: [],
    };
    for (const t of v.taints) {
      const r = plain(t);
      if (r) all = union(all, { ...r, taints: r.taints.map((o) => composed(t, o)), tests: [] });
    }
    return all;
  };
  const tests = (list: readonly Tested[]): Tested[] =>
    list.flatMap((t) => {
      const r = resolve(t.source, t.key);
      return r === null ? [t] : allTaints(r).map((o) => ({ ...t, source: o.source, key: o.key }));
    });
  return { resolve, composed, taints, value, tests };
};
