import type { Condition, Guard, Place, Ref, Source, Taint, Tested, Trail, Value } from './value-types.ts';

export type * from './value-types.ts';

/** Building and joining what the engine knows of values; everything in it is bounded. */

const MOST_TAINTS = 24;
/** A table of handlers holds as many as a server has tools. */
const MOST_REFS = 48;
const MOST_FIELDS = 64;
const MOST_ITEMS = 48;
const LONGEST_PATH = 4;
const LONGEST_TRAIL = 14;
const LONGEST_TEXT = 240;
const DEEPEST_MERGE = 4;

export const NOTHING: Value = {
  taints: [],
  refs: [],
  fields: null,
  items: null,
  literal: null,
  words: '',
  tests: [],
};

export const valueWith = (part: Partial<Value>): Value => ({ ...NOTHING, ...part });
export const external = (path: string): Value => valueWith({ refs: [{ kind: 'external', path }] });

export const keyOfSource = (s: Source): string =>
  (s.kind === 'origin' ? `o${s.origin.id}` : `p${s.frame}.${s.index}`) + s.path.map((p) => `/${p}`).join('');

export const taintOf = (source: Source, guards: readonly Guard[] = []): Taint => ({
  source,
  key: keyOfSource(source),
  trail: null,
  guards,
  passed: [],
  prefix: '',
  joined: false,
  part: false,
});

const LONGEST_PREFIX = 60;

const samePassed = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => x === b[i]));

/** Whether two taints differ in their way and guards only. */
const alike = (a: Taint, b: Taint): boolean =>
  a.key === b.key &&
  a.joined === b.joined &&
  a.resolved === b.resolved &&
  a.plain === b.plain &&
  a.opened === b.opened &&
  a.looked === b.looked &&
  a.kept === b.kept &&
  a.part === b.part &&
  (!a.joined || a.prefix.slice(0, LONGEST_PREFIX) === b.prefix.slice(0, LONGEST_PREFIX)) &&
  samePassed(a.passed, b.passed);

/** Both, each taint once; of two that differ in guards only, the less guarded. */
export const unionTaints = (a: readonly Taint[], b: readonly Taint[]): readonly Taint[] => {
  if (a.length === 0) return b;
  if (b.length === 0 || a === b) return a;
  // Lists are short: comparing is cheaper than a table of keys, and most of what is joined is joined again.
  let all: Taint[] | null = null;
  for (const t of b) {
    const held = all ?? a;
    const at = held.findIndex((x) => x === t || alike(x, t));
    if (at >= 0) {
      if (t.guards.length >= held[at]!.guards.length) continue;
      all ??= [...a];
      all[at] = t;
    } else if (held.length < MOST_TAINTS) {
      all ??= [...a];
      all.push(t);
    }
  }
  return all ?? a;
};

const sameRef = (a: Ref, b: Ref): boolean =>
  a.kind === b.kind &&
  (a.kind === 'function'
    ? a.fn === (b as typeof a).fn && a.scope === (b as typeof a).scope && a.given === (b as typeof a).given
    : a.kind === 'module'
      ? a.module === (b as typeof a).module
      : a.kind === 'external'
        ? a.path === (b as typeof a).path
        : a.cls === (b as typeof a).cls);

export const unionRefs = (a: readonly Ref[], b: readonly Ref[]): readonly Ref[] => {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  const all = [...a];
  for (const r of b) if (all.length < MOST_REFS && !all.some((x) => sameRef(x, r))) all.push(r);
  return all;
};

const unionTests = (a: readonly Tested[], b: readonly Tested[]): readonly Tested[] =>
  a.length === 0 ? b : b.length === 0 || a === b ? a : [...a, ...b].slice(0, 40);

const unionFields = (a: Value['fields'], b: Value['fields'], depth: number): Value['fields'] => {
  if (!a || !b || a === b) return a ?? b;
  const all = new Map(a);
  for (const [key, value] of b) {
    const held = all.get(key);
    if (held) all.set(key, union(held, value, depth + 1));
    else if (all.size < MOST_FIELDS) all.set(key, value);
  }
  return all;
};

const bothWords = (a: string, b: string): string =>
  a === b || b === '' ? a : a === '' ? b : `${a} ${b}`.slice(0, LONGEST_TEXT);

/** What is one or the other. */
export const union = (a: Value, b: Value, depth = 0): Value => {
  if (a === b || b === NOTHING) return a;
  if (a === NOTHING) return b;
  if (depth > DEEPEST_MERGE) return a;
  return {
    taints: unionTaints(a.taints, b.taints),
    refs: unionRefs(a.refs, b.refs),
    fields: unionFields(a.fields, b.fields, depth),
    items:
      a.items && b.items
        ? a.items.length >= b.items.length
          ? mergeItems(a.items, b.items, depth)
          : mergeItems(b.items, a.items, depth)
        : (a.items ?? b.items),
    literal: a.literal === b.literal ? a.literal : null,
    words: bothWords(a.words, b.words),
    tests: unionTests(a.tests, b.tests),
  };
};

const mergeItems = (long: readonly Value[], short: readonly Value[], depth: number): Value[] =>
  long.map((v, i) => (short[i] ? union(v, short[i], depth + 1) : v));

export const unionAll = (values: Iterable<Value>): Value => {
  let all = NOTHING;
  for (const v of values) all = union(all, v);
  return all;
};

/** Every taint in it, at whatever depth. */
export const allTaints = (v: Value, depth = 0): readonly Taint[] => {
  let all = v.taints;
  if (depth > DEEPEST_MERGE) return all;
  for (const item of v.items ?? []) all = unionTaints(all, allTaints(item, depth + 1));
  if (v.fields) for (const field of v.fields.values()) all = unionTaints(all, allTaints(field, depth + 1));
  return all;
};

/** Parts of a value that are still the value: a test on them is a test on it. */
const VIEWS = new Set([
  'hostname',
  'host',
  'protocol',
  'origin',
  'href',
  'pathname',
  'scheme',
  'netloc',
  'Host',
  'Scheme',
  'Path',
  'Hostname',
]);

const steppedInto = (t: Taint, property: string): Taint => {
  const isAddress =
    t.passed.some((p) => /ur[li](parse|split)?$|\.parse$/i.test(p)) ||
    /ur[li]$/i.test(t.source.path.at(-1) ?? '');
  if (isAddress && VIEWS.has(property)) return { ...t, passed: [...t.passed, `.${property}`] };
  if (t.joined || t.source.path.length >= LONGEST_PATH || t.passed.length > 0) return t;
  const { opened, ...rest } = t;
  const source = { ...t.source, path: [...t.source.path, ...(opened ? [OPENED] : []), property] };
  return { ...rest, source, key: keyOfSource(source) };
};

/** Marks, among what a value went through, a call that no model speaks of. */
export const UNMODELLED = '~';

/** Stands in a path where something was made of the value, and its members are no longer those of what went in. */
export const OPENED = '()';

export const openedUp = ({ plain: _, ...t }: Taint): Taint => ({ ...t, opened: true });

/** What a caller's value is once it was opened up: no longer its fields, all it held. */
export const openedValue = (v: Value): Value => valueWith({ taints: allTaints(v).map(openedUp) });

/** A text has no members: what is looked up by it (`registry.get(name).path`) is not the text. */
const hasMember = (t: Taint, property: string): boolean =>
  (!t.plain || t.joined || t.passed.length > 0 || /^\d+$/.test(property)) && !(t.looked && !t.joined);

export const taintsOfProperty = (taints: readonly Taint[], property: string): readonly Taint[] =>
  taints.filter((t) => hasMember(t, property)).map((t) => steppedInto(t, property));

export const withField = (v: Value, property: string, value: Value): Value => {
  if ((v.fields?.size ?? 0) >= MOST_FIELDS && !v.fields?.has(property)) return v;
  return { ...v, fields: new Map(v.fields ?? []).set(property, value), literal: null };
};

/** The field of a key that is not known: any of them may be meant. */
export const ANY = '*';

export const withAny = (v: Value, value: Value): Value =>
  withField(v, ANY, union(v.fields?.get(ANY) ?? NOTHING, value));

export const withItems = (v: Value, added: readonly Value[]): Value => ({
  ...v,
  items: [...(v.items ?? []), ...added].slice(0, MOST_ITEMS),
  literal: null,
});

/** Notes a place the value, and what it directly holds, went through. */
export const through = (v: Value, at: Place, depth = 0): Value => {
  const taints = v.taints.length === 0 ? v.taints : v.taints.map((t) => ({ ...t, trail: step(t.trail, at) }));
  const items = depth === 0 && v.items ? v.items.map((x) => through(x, at, 1)) : v.items;
  return taints === v.taints && items === v.items ? v : { ...v, taints, items };
};

export const step = (trail: Trail | null, at: Place): Trail | null => {
  if (trail && trail.at.line === at.line && trail.at.path === at.path) return trail;
  if (trail && trail.length >= LONGEST_TRAIL) return trail;
  return { at, before: trail, length: (trail?.length ?? 0) + 1 };
};

export const placesOf = (trail: Trail | null): Place[] => {
  const places: Place[] = [];
  for (let t = trail; t; t = t.before) places.push(t.at);
  return places.reverse();
};

/** A text of these parts, in this order. */
export const textOf = (parts: readonly Value[], at: Place): Value => {
  let prefix = '';
  let words = '';
  let taints: readonly Taint[] = [];
  const many = parts.length > 1;
  for (const part of parts) {
    const own = allTaints(part);
    const before = prefix;
    if (own.length > 0) {
      const placed = own.map((t) => ({
        ...t,
        trail: step(t.trail, at),
        joined: t.joined || many,
        prefix: many ? (before + t.prefix).slice(-LONGEST_TEXT) : t.prefix,
      }));
      taints = unionTaints(taints, placed);
    }
    prefix = (prefix + (part.literal ?? '\0')).slice(-LONGEST_TEXT);
    words = words.length < LONGEST_TEXT ? words + (part.literal ?? (part.words || '?')) : words;
  }
  const literal = parts.every((p) => p.literal !== null) ? parts.map((p) => p.literal).join('') : null;
  return valueWith({
    taints,
    words: words.slice(0, LONGEST_TEXT * 2),
    literal: literal !== null && literal.length <= 2000 ? literal : null,
    tests: [],
  });
};

/** Calls nobody looked into, of which so many are kept beside what was seen to be a test. */
const MOST_UNREAD = 3;

export const guarded = (t: Taint, guards: readonly Guard[]): Taint =>
  guards.length === 0 ? t : { ...t, guards: unionGuards(t.guards, guards) };

export const unionGuards = (a: readonly Guard[], b: readonly Guard[]): readonly Guard[] => {
  if (b.length === 0) return a;
  const all = [...a];
  let unread = a.filter((g) => g.kind === 'passed').length;
  for (const g of b)
    if (
      all.length < 12 &&
      (g.kind !== 'passed' || unread < MOST_UNREAD) &&
      !all.some(
        (x) =>
          x.kind === g.kind && x.at.line === g.at.line && x.at.path === g.at.path && x.detail === g.detail,
      )
    ) {
      all.push(g);
      if (g.kind === 'passed') unread++;
    }
  return all;
};

const MOST_CONDITIONS = 6;

/** Both, outer first, each once. */
export const joinedConditions = (
  outer: readonly Condition[],
  inner: readonly Condition[],
): readonly Condition[] =>
  outer.length === 0
    ? inner
    : inner.length === 0
      ? outer
      : [...outer, ...inner.filter((c) => !outer.some((o) => sameCondition(o, c)))].slice(-MOST_CONDITIONS);

const sameCondition = (a: Condition, b: Condition): boolean =>
  a.line === b.line && a.path === b.path && a.holds === b.holds;

/** What holds on each of two ways. */
export const commonConditions = (a: readonly Condition[], b: readonly Condition[]): readonly Condition[] =>
  a.filter((x) => b.some((y) => sameCondition(x, y)));
