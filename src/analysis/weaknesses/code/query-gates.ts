import type { Expr, Fn, Module } from '../../sources/ir.ts';
import {
  childrenOf,
  expressionsIn,
  expressionsOf,
  functionsOf,
  statementsIn,
  within,
} from '../../sources/walk.ts';
import { backtracks } from '../backtracking.ts';
import { lastNameOf } from './names.ts';
import { statementsFor } from './statement-kinds.ts';

/**
 * Lists of words and patterns by which code tells a query that writes from one that reads, taken as data, so that
 * statements can be tried on them: an open list ("begins with one of these") or a closed one ("holds none of these").
 */
export type Gate = {
  line: number;
  endLine: number;
  allows: boolean;
  tests: readonly RegExp[];
  /** The functions that ask it: what passes one of a function has still to pass its others. */
  askedIn: ReadonlySet<Fn>;
};

const WRITES =
  /(?<![a-z])(?:insert|update|delete|drop|alter|create|truncate|merge|grant|revoke|detach|remove|exec(?:ute)?|replace)(?![a-z])/i;
const READS = /^(?:select|with|show|explain|describe|desc|match|return|values|table|pragma|call)\b/i;
const LONGEST = 1500;

/** The text of a pattern or word: a string, or a pattern literal with its slashes. */
const textOf = (e: Expr): { text: string; pattern: boolean } | null => {
  const item =
    e.kind === 'call' && /^(?:compile|RegExp|Regex|MustCompile)$/.test(lastNameOf(e.callee))
      ? e.args[0]?.value
      : e;
  if (item?.kind !== 'literal' || item.value === null || item.value.length > LONGEST) return null;
  if (!item.isString) {
    const [, body] = /^\/(.*)\/[a-z]*$/s.exec(item.value) ?? [];
    return body === undefined ? null : { text: body, pattern: true };
  }
  return {
    text: item.value.replace(/^\(\?[a-z]+\)/, ''),
    pattern: item !== e || /\\[bsw]|^\^|\(\?:/.test(item.value),
  };
};

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const compiled = (pattern: string): RegExp | null => {
  if (backtracks(pattern)) return null;
  try {
    return new RegExp(pattern, 'is');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

const BEGINS = /^(?:starts_?with|has_?prefix)$/i;

type Asked = {
  /** The functions that hold a list or literal, and those that name one. */
  holding: ReadonlyMap<Expr, readonly Fn[]>;
  naming: ReadonlyMap<string, ReadonlySet<Fn>>;
  /** Functions that look at the beginning of a text. */
  beginning: ReadonlySet<Fn>;
  /** Lists that one word is compared with as a whole, by name: `first_word in LIST`, `LIST.includes(verb)`. */
  comparedWhole: ReadonlySet<string>;
};

/** One walk over everything, since a file may hold as many lists as functions. */
const askedIn = (fns: readonly Fn[]): Asked => {
  const holding = new Map<Expr, Fn[]>();
  const naming = new Map<string, Set<Fn>>();
  const beginning = new Set<Fn>();
  const comparedWhole = new Set<string>();
  const note = (name: string, fn: Fn): void => {
    const held = naming.get(name);
    if (held) held.add(fn);
    else naming.set(name, new Set([fn]));
  };
  for (const fn of fns)
    for (const top of expressionsIn(fn.body))
      for (const e of insideFunctions(top)) {
        if (e.kind === 'list' || e.kind === 'literal') holding.set(e, [...(holding.get(e) ?? []), fn]);
        else if (e.kind === 'name') note(e.name, fn);
        else if (e.kind === 'member') note(e.property, fn);
        else if (e.kind === 'test' && e.operator === 'in' && e.operands[1])
          comparedWhole.add(lastNameOf(e.operands[1]));
        else if (e.kind === 'call') {
          const last = lastNameOf(e.callee);
          if (BEGINS.test(last)) beginning.add(fn);
          if (/^(?:includes|has|contains|contains_key|Contains)$/.test(last) && e.callee.kind === 'member')
            comparedWhole.add(lastNameOf(e.callee.object));
        }
      }
  return { holding, naming, beginning, comparedWhole };
};

function* insideFunctions(e: Expr, depth = 0): Generator<Expr> {
  yield e;
  if (e.kind === 'function' && depth < 6)
    for (const inner of expressionsIn(e.fn.body)) yield* insideFunctions(inner, depth + 1);
}

const gateOf = (list: Expr, items: readonly Expr[], name: string, asked: Asked): Gate | null => {
  const texts = items.flatMap((i) => textOf(i) ?? []);
  if (texts.length === 0 || texts.length < items.length) return null;
  const closed = texts.flatMap((t) => t.text.match(new RegExp(WRITES.source, 'gi')) ?? []);
  const kinds = new Set(closed.map((w) => w.toLowerCase()));
  const open = texts.every((t) => !t.pattern && READS.test(t.text.trim()));
  if (!open && kinds.size < 3) return null;
  const whole = texts.length === 1 ? texts[0]! : null;
  // One text alone is a list only as a pattern.
  if (whole && !open && !(whole.pattern && whole.text.includes('|'))) return null;
  const by = new Set([
    ...(asked.holding.get(list) ?? []),
    ...(name === '' ? [] : (asked.naming.get(name) ?? [])),
  ]);
  const beginning =
    open || (name !== '' && asked.comparedWhole.has(name)) || [...by].some((fn) => asked.beginning.has(fn));
  const tests = texts.map((t) =>
    t.pattern
      ? compiled(t.text)
      : compiled(`${beginning ? '^\\s*' : ''}${escaped(t.text.trim())}${beginning ? '\\b' : ''}`),
  );
  if (tests.some((t) => t === null)) return null;
  return {
    line: list.at.line,
    endLine: list.at.endLine,
    allows: open,
    tests: tests as RegExp[],
    askedIn: by,
  };
};

const nameOf = (s: ReturnType<typeof statementsIn> extends Generator<infer S> ? S : never): string =>
  s.kind === 'assign'
    ? s.target.kind === 'name'
      ? s.target.name
      : s.target.kind === 'place'
        ? lastNameOf(s.target.expr)
        : ''
    : '';

/** Every list of this kind in a file. A beginning that code asks for itself (`startsWith("select")`) counts too. */
export const gatesOf = (module: Module): Gate[] => {
  const fns = functionsOf(module).map((f) => f.fn);
  const asked = askedIn(fns);
  const found: Gate[] = [];
  const seen = new Set<Expr>();
  const take = (e: Expr, name: string): void => {
    for (const part of within(e)) {
      if (seen.has(part)) continue;
      seen.add(part);
      if (part.kind === 'list' && part.items.length > 0) {
        const gate = gateOf(part, part.items, name, asked);
        if (gate) found.push(gate);
        for (const i of part.items) seen.add(i);
      } else if (part.kind === 'literal') {
        const gate = gateOf(part, [part], name, asked);
        if (gate && !gate.allows) found.push(gate);
      }
    }
  };
  for (const body of [module.body, ...fns.map((f) => f.body)])
    for (const s of statementsIn(body)) {
      for (const e of expressionsOf(s)) take(e, nameOf(s));
      if (s.kind === 'class') for (const f of s.cls.fields) if (f.value) take(f.value, f.name);
    }
  for (const fn of fns) {
    const begins = [...expressionsIn(fn.body)]
      .flatMap((e) => (e.kind === 'call' && BEGINS.test(lastNameOf(e.callee)) ? [e] : []))
      .flatMap((e) => {
        const words = [...e.args.map((a) => a.value), ...e.args.flatMap((a) => childrenOf(a.value))].flatMap(
          (a) => textOf(a) ?? [],
        );
        return words.length > 0 && words.every((w) => READS.test(w.text.trim())) ? [{ at: e.at, words }] : [];
      });
    const tests = begins
      .flatMap((b) => b.words)
      .flatMap((w) => compiled(`^\\s*${escaped(w.text.trim())}`) ?? []);
    if (begins.length > 0)
      found.push({
        line: begins[0]!.at.line,
        endLine: begins.at(-1)!.at.endLine,
        allows: true,
        tests,
        askedIn: new Set([fn]),
      });
  }
  return found;
};

const passes = (gate: Gate, statement: string): boolean =>
  gate.tests.some((t) => t.test(statement)) === gate.allows;

/** Which statements that write or reach out get past the gates at these lines and the others of the same functions, by name. */
export const passing = (gates: readonly Gate[], from: number, to: number, about: string): string[] => {
  const here = gates.filter((g) => g.line <= to && g.endLine >= from);
  const all = gates.filter(
    (g) => here.includes(g) || here.some((h) => [...h.askedIn].some((f) => g.askedIn.has(f))),
  );
  return here.length === 0
    ? []
    : statementsFor(about)
        .filter((s) => all.every((g) => passes(g, s.text)))
        .map((s) => s.name);
};
