import type { Expr } from '../sources/ir.ts';
import { ofAnswer } from './answers.ts';
import { callOf } from './calls.ts';
import { addGuards, type Frame, noteTests, placeIn } from './frame.ts';
import { testsOfOperator } from './guards.ts';
import { tableEntry } from './handlers.ts';
import { elements, functionRef, member, methodsBeginning, named } from './members.ts';
import { ambient } from './origins.ts';
import { checkText } from './sinks.ts';
import { applyRef } from './summary.ts';
import {
  allTaints,
  external,
  NOTHING,
  openedUp,
  textOf,
  through,
  union,
  unionAll,
  type Value,
  valueWith,
  withAny,
  withField,
} from './value.ts';

/** Thrown past the bound on work: the function it happens in is given up, and said to be. */
export class TooMuch extends Error {}

const MOST_STEPS = 40_000_000;

export const lookUp = (f: Frame, name: string): Value | null => {
  for (let s: Frame['scope'] | null = f.scope; s; s = s.parent) {
    const found = s.vars.get(name);
    if (found) return found;
  }
  return named(f.engine.program, f.module, name);
};

const SEPARATOR =
  /(^|[./])(sep|Separator|PathSeparator|separator|separatorChar|(?:Alt)?DirectorySeparatorChar|MAIN_SEPARATOR(?:_STR)?)$/;

/** `string(filepath.Separator)`. */
const isSeparator = (e: Expr): boolean =>
  e.kind === 'call' &&
  e.args.length === 1 &&
  e.args[0]!.value.kind === 'member' &&
  SEPARATOR.test(e.args[0]!.value.property);

const sumWords = (parts: readonly Value[]): boolean =>
  parts.some((p) => p.refs.some((r) => r.kind === 'external' && SEPARATOR.test(r.path)));

/** A name nothing in the program gives a meaning: what the language brings with it, or an object we know nothing of. */
const unknown = (f: Frame, name: string): Value =>
  /^[A-Z]/.test(name) || f.engine.knows.roots.has(name) || GLOBALS.has(name)
    ? external(name)
    : external(`?.${name}`);

const GLOBALS = new Set([
  'process',
  'console',
  'globalThis',
  'window',
  'module',
  'exports',
  'os',
  'sys',
  'std',
  'tokio',
]);

/** The value of an expression; what it calls happens on the way. */
export const valueAt = (f: Frame, expr: Expr): Value => {
  if (++f.engine.steps > MOST_STEPS) throw new TooMuch();
  const p = f.engine.program;
  switch (expr.kind) {
    case 'literal':
      return valueWith({
        literal: expr.value ?? '',
        words: expr.isString ? (expr.value ?? '').slice(0, 480) : '',
      });
    case 'name':
      return lookUp(f, expr.name) ?? unknown(f, expr.name);
    case 'member': {
      if (expr.object.kind === 'name' && expr.object.name === 'exports') {
        const own = lookUp(f, `exports.${expr.property}`);
        if (own) return own;
      }
      const object = valueAt(f, expr.object);
      const found = readProperty(f, member(p, object, expr.property), object, expr);
      const known = ambient(f, found, expr);
      if (known) return known;
      // Numbers and counts say nothing an attacker could use.
      if (expr.property === 'length' || expr.property === 'size') return NOTHING;
      return answering(object, expr.property, found);
    }
    case 'index': {
      const object = valueAt(f, expr.object);
      const index = valueAt(f, expr.index);
      const key = index.literal;
      const found =
        key !== null && key !== '' && (object.fields?.has(key) || expr.index.kind === 'literal')
          ? member(p, object, key)
          : key === null
            ? union(elements(object), methodsBeginning(object, fixedHead(index)))
            : elements(object);
      const value = ambient(f, found, expr) ?? found;
      // `if !known[name]`: what is looked up in a table of constants was one of its keys.
      if (object.taints.length > 0 || index.taints.length === 0 || !object.fields) return value;
      const tests = testsOfOperator(
        'in',
        [expr.index, expr.object],
        [index, object],
        placeIn(f, expr.at.line),
      );
      noteTests(f, tests);
      return { ...value, tests };
    }
    case 'text': {
      const parts = expr.parts.map((x) => valueAt(f, x));
      const text = textOf(parts, placeIn(f, expr.at.line));
      checkText(f, text, expr.at.line, expr.at.endLine);
      return sumWords(parts) || expr.parts.some(isSeparator) ? { ...text, words: `${text.words}sep?` } : text;
    }
    case 'list':
      return through(
        valueWith({ items: expr.items.slice(0, 200).flatMap((x) => itemsAt(f, x)) }),
        placeIn(f, expr.at.line),
      );
    case 'record': {
      let record = valueWith({ fields: new Map() });
      for (const { key, value } of expr.entries) {
        const v = valueAt(f, value);
        if (key === '...') record = spreadInto(record, v);
        else if (key === '') record = withUnknown(record, v);
        else record = withField(record, key, v);
      }
      tableEntry(f, record, expr);
      return record;
    }
    case 'function': {
      const info = p.infoOf(expr.fn, f.module, f.info?.cls ?? null);
      f.idle.set(info, f.scope);
      return valueWith({ refs: [{ kind: 'function', fn: info, scope: f.scope, self: lookUp(f, 'this') }] });
    }
    case 'choice': {
      const tests = expr.test ? testsIn(f, expr.test) : [];
      const assumed = expr.test && !allHold(expr.test) ? [] : tests;
      const values = expr.all
        ? inTurn(f, expr.of, true)
        : expr.of.map((x, i) => (i > 1 ? valueAt(f, x) : given(f, i === 0 ? assumed : tests, i === 0, x)));
      const all = unionAll(values);
      if (tests.length === 0) return all;
      // What is taken only when a test held carries it; what is mended otherwise is taken in any case.
      const tested = tests.filter((t) => {
        return values.filter((v) => allTaints(v).some((x) => x.key === t.key)).length < 2;
      });
      const keys = new Set(tested.map((t) => JSON.stringify(t.source.path)));
      return {
        ...all,
        taints: all.taints.map((t) =>
          keys.has(JSON.stringify(t.source.path))
            ? { ...t, guards: [...t.guards, ...tested.map((x) => x.guard)].slice(0, 12) }
            : t,
        ),
      };
    }
    case 'test': {
      const values = /^(?:&&|and|\|\||or)$/.test(expr.operator)
        ? inTurn(f, expr.operands, /^(?:&&|and)$/.test(expr.operator))
        : expr.operands.map((x, i) => valueAt(f, i === 1 ? whole(expr.operator, x) : x));
      const tests = testsOfOperator(expr.operator, expr.operands, values, placeIn(f, expr.at.line));
      noteTests(f, tests);
      return valueWith({ tests });
    }
    case 'call':
      return callOf(f, expr);
    case 'other': {
      const parts = expr.parts.map((x) => valueAt(f, x));
      const all = unionAll(parts);
      const lists = parts.filter((x) => x.items);
      // `Path(root) / name` is a path again.
      const kept = all.refs.filter(
        (r) =>
          r.kind === 'external' && f.engine.knows.typeOf(r.path, f.module.module.language)?.row.operators,
      );
      const made = all.taints.map((t) => (t.plain ? openedUp(t) : t));
      const taints = parts.length > 1 ? made.map((t) => ({ ...t, part: true })) : made;
      return valueWith({
        taints,
        // `root + os.sep`, where neither is known to be a text.
        words: parts.length > 1 && (sumWords(parts) || expr.parts.some(isSeparator)) ? '?sep?' : '',
        refs: kept,
        // `[a] + [b]`, `{**a} | b`: both, one behind the other.
        items: lists.length > 0 ? lists.flatMap((x) => x.items ?? []).slice(0, 48) : null,
        fields: all.fields,
      });
    }
  }
};

/** Whether a test that came out true says that each of its parts did: not where one of several is enough. */
export const allHold = (test: Expr): boolean =>
  (test.kind !== 'choice' || test.all === true) &&
  !(test.kind === 'test' && /^(?:\|\||or)$/.test(test.operator));

/** An expression where tests before it came out so. */
const given = (f: Frame, tests: Value['tests'], outcome: boolean, expr: Expr): Value => {
  if (tests.length === 0) return valueAt(f, expr);
  const { guards } = f;
  f.guards = new Map(guards);
  addGuards(f, tests, outcome);
  const value = valueAt(f, expr);
  f.guards = guards;
  return value;
};

/** Operands of which each is worked out only where those before it hold, or do not. */
const inTurn = (f: Frame, operands: readonly Expr[], holding: boolean): Value[] => {
  const { guards } = f;
  const values: Value[] = [];
  for (const x of operands) {
    const before = values.at(-1)?.tests ?? [];
    if (before.length > 0) {
      if (f.guards === guards) f.guards = new Map(guards);
      addGuards(f, before, holding);
    }
    values.push(valueAt(f, x));
  }
  f.guards = guards;
  return values;
};

/** `verdict.ok`, `_, err :=`: what an answer's part says was decided with the answer. */
export const answering = (answer: Value, part: string, found: Value): Value => {
  if (answer.tests.length === 0 || found.tests.length > 0) return found;
  const says = ofAnswer(part);
  if (says === null) return found;
  const tests = answer.tests.filter((t) => !t.whole);
  return tests.length === 0
    ? found
    : { ...found, tests: says === 'yes' ? tests : tests.map((t) => ({ ...t, holds: null })) };
};

/** `root in path.parents` asks for the path itself. */
const whole = (operator: string, e: Expr): Expr =>
  /^(?:not )?in$/.test(operator) && e.kind === 'member' && e.property === 'parents' ? e.object : e;

/** What a text that is put together begins with, as far as that is fixed. */
export const fixedHead = (v: Value): string => /^[\w$]+(?=\?)/.exec(v.words)?.[0] ?? '';

/** A record with one more value under a key that is not known. */
export const withUnknown = (record: Value, v: Value): Value => {
  const tainted = { ...record, taints: union(record, valueWith({ taints: v.taints })).taints };
  return v.refs.length > 0 || v.fields || v.items ? withAny(tainted, { ...v, taints: [] }) : tainted;
};

const spreadInto = (record: Value, v: Value): Value => {
  let all = record;
  for (const [key, value] of v.fields ?? []) all = withField(all, key, value);
  return { ...all, taints: union(all, valueWith({ taints: v.taints })).taints, refs: union(all, v).refs };
};

/** A property that is worked out when it is read: `@property`, `get name()`. */
const readProperty = (f: Frame, found: Value, object: Value, expr: Expr): Value => {
  let all = found;
  for (const ref of found.refs)
    if (
      ref.kind === 'function' &&
      ref.fn.cls !== null &&
      ref.fn.fn.decorators.some((d) => d.kind === 'name' && /^(?:cached_)?property$/.test(d.name))
    )
      all = {
        ...union(
          { ...all, refs: all.refs.filter((r) => r !== ref) },
          applyRef(f, ref, [], placeIn(f, expr.at.line), object),
        ),
        tests: [],
      };
  return all;
};

/** What one entry of a list adds to it: `...x` all it has, nothing where it is empty. */
const itemsAt = (f: Frame, expr: Expr): readonly Value[] => {
  const part =
    expr.kind === 'index' && expr.index.kind === 'literal' && expr.index.value === null ? expr.object : null;
  if (!part) return [valueAt(f, expr)];
  const value = valueAt(f, part);
  return (
    value.items ?? (value.taints.length === 0 && !value.fields ? [] : [valueWith({ taints: value.taints })])
  );
};

/** Tests an expression makes when it decides something. */
export const testsIn = (f: Frame, expr: Expr): Value['tests'] => valueAt(f, expr).tests;

export const assume = (f: Frame, tests: Value['tests']): void => addGuards(f, tests);

export { functionRef };
