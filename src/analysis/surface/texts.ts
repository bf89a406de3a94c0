import type { Expr } from '../sources/ir.ts';
import { type At, lastOf, type Program, pathOf, type Site } from './program.ts';
import { called, DEEPEST, fnNamed, isScoped, resultsOf, settled, step } from './values.ts';

/** The texts and plain values that expressions stand for, as far as they can be read without being run. */

export type Text = {
  text: string;
  /** What computes it, or a part of it; null when all of it is known. */
  from: string | null;
  followed: boolean;
  at: At;
};

const computed = (e: Expr): string =>
  e.kind === 'call'
    ? `${pathOf(e.callee)}(${e.args[0]?.value.kind === 'literal' ? JSON.stringify(e.args[0].value.value).slice(0, 200) : ''})`
    : e.kind === 'name' || e.kind === 'member'
      ? pathOf(e)
      : 'computed';

/** Lists that are joined to one text: `strings.Join(list, "x")`, `[…].join('x')`, `"x".join([…])`. */
const joinedList = (
  program: Program,
  { expr: e, site }: At,
): { items: readonly Expr[]; between: string; site: Site } | null => {
  const says = (x: Expr | undefined, otherwise: string): string =>
    x?.kind === 'literal' && x.isString ? (x.value ?? '') : otherwise;
  // Python: the reader makes one text of the separator and the list.
  const list = e.kind === 'text' && e.parts.length === 2 ? e.parts[1] : undefined;
  if (e.kind === 'text' && list?.kind === 'list')
    return { items: list.items, between: says(e.parts[0], ''), site };
  if (e.kind !== 'call' || !/^[Jj]oin$/.test(lastOf(e.callee))) return null;
  const [first, second] = e.args;
  if (site.module.language === 'javascript' && e.callee.kind === 'member') {
    const whole = settled(program, { expr: e.callee.object, site });
    return whole.expr.kind === 'list'
      ? { items: whole.expr.items, between: says(first?.value, ','), site: whole.site }
      : null;
  }
  return first?.value.kind === 'list'
    ? { items: first.value.items, between: says(second?.value, ''), site }
    : null;
};

const placeholder = (e: Expr, at: At): string => {
  const inside = e.kind === 'name' || e.kind === 'member' ? pathOf(e) : '…';
  return at.site.module.language === 'javascript' ? `\${${inside}}` : `{${inside}}`;
};

export const textOf = (program: Program, at: At, depth = 0): Text => {
  const { expr } = at;
  if (expr.kind === 'literal')
    return { text: expr.value ?? '', from: expr.isString ? null : 'computed', followed: false, at };
  if (depth > DEEPEST) return { text: '', from: computed(expr), followed: false, at };
  const joined = joinedList(program, at);
  if (expr.kind === 'text' || joined) {
    const list = joined?.items ?? (expr.kind === 'text' ? expr.parts : []);
    const parts = list.map((p) => {
      const part = textOf(program, { expr: p, site: joined?.site ?? at.site }, depth + 1);
      // What stands there instead is shown as the language writes it.
      return part.text === '' && part.from !== null && isScoped(at)
        ? { ...part, text: placeholder(p, at), unknown: true }
        : { ...part, unknown: part.text === '' };
    });
    return {
      text: parts.map((p) => p.text).join(joined?.between ?? ''),
      from: parts.some((p) => p.from !== null)
        ? parts.every((p) => p.unknown)
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
    if (longest !== undefined && /\w \w/.test(longest))
      return { text: longest, from: computed(expr), followed: false, at };
  }
  return { text: '', from: computed(expr), followed: false, at };
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
  if (expr.kind === 'record' && expr.entries.every((e) => e.key !== '' && e.key !== '...'))
    return Object.fromEntries(
      expr.entries.map((e) => [e.key, plainOf(program, { expr: e.value, site: at.site })]),
    );
  if (expr.kind === 'text') {
    const text = textOf(program, { expr, site: at.site });
    return text.from === null ? text.text : undefined;
  }
  return undefined;
};
