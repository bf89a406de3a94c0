import { charsOf, firstOf, type Node, parseWholePattern, SAMPLE } from '../../text/patterns.ts';
import type { Guard, Taint } from './value.ts';

/**
 * Which characters a value can still hold once a regular expression has judged it. Where none of them means anything to what
 * the value reaches, the test is no opinion but a proof: `^[a-z0-9_]+$` leaves a shell nothing to work with.
 */
export type Alphabet = { chars: ReadonlySet<string>; first: ReadonlySet<string> };

/** The guard keeps no more of a pattern than this; one that long may have been cut. */
const LONGEST = 160;

/** The pattern itself, out of a literal with its delimiters; null where ^ and $ may mean each line. */
const bodyOf = (detail: string): string | null => {
  if (detail.length >= LONGEST) return null;
  const literal = /^\/(.+)\/([a-z]*)$/s.exec(detail);
  if (!literal) return /^\(\?[a-z]*m/.test(detail) ? null : detail;
  return literal[2]!.includes('m') ? null : literal[1]!;
};

const isSet = (n: Node): boolean => n.kind === 'set' || (n.kind === 'repeat' && isSet(n.of));

/** What is left where the pattern finds what is forbidden: `[^a-z]`, one character of which is enough. */
const leftBy = (options: readonly Node[][]): Alphabet | null => {
  const found = new Set<string>();
  for (const [first, ...rest] of options)
    if (first && rest.length === 0 && isSet(first)) for (const c of charsOf(first)) found.add(c);
  if (found.size === 0) return null;
  const chars = new Set(SAMPLE.filter((c) => !found.has(c)));
  return { chars, first: chars };
};

const groupIn = (nodes: readonly Node[], wanted: number): Node | null => {
  for (const n of nodes) {
    const inner = n.kind === 'repeat' ? n.of : n;
    if (inner.kind !== 'group') continue;
    if (inner.captures === wanted) return inner;
    for (const o of inner.options) {
      const found = groupIn(o, wanted);
      if (found) return found;
    }
  }
  return null;
};

const isAnchor = (n: Node | undefined, at: 'start' | 'end'): boolean => n?.kind === 'anchor' && n.at === at;

const alphabetOf = (options: readonly (readonly Node[])[]): Alphabet => ({
  chars: new Set(options.flatMap((o) => o.flatMap((n) => [...charsOf(n)]))),
  first: new Set(options.flatMap((o) => [...firstOf(o)])),
});

/** Null where the pattern says nothing of the whole of what is used. */
export const alphabetLeft = (g: Guard, t: Taint): Alphabet | null => {
  if (g.kind !== 'pattern' || g.conditional || g.part !== undefined || g.denies === undefined) return null;
  const body = bodyOf(g.detail);
  const options = body === null ? null : parseWholePattern(body);
  if (!options) return null;
  if (g.denies) return leftBy(options);
  // `match[1]` is what the group matched, wherever in the text it stood.
  const last = t.source.path.at(-1) ?? '';
  if (/^\d$/.test(last)) {
    const group = last === '0' ? null : options.map((o) => groupIn(o, Number(last))).find((n) => n !== null);
    if (last === '0') return alphabetOf(options);
    return group ? alphabetOf([[group]]) : null;
  }
  return options.every((o) => isAnchor(o[0], 'start') && isAnchor(o.at(-1), 'end'))
    ? alphabetOf(options.map((o) => o.slice(1)))
    : null;
};

const within = (a: ReadonlySet<string>, allowed: RegExp): boolean => [...a].every((c) => allowed.test(c));

/** By rule: what none of the characters left may be. */
const HARMLESS: Record<string, (a: Alphabet) => boolean> = {
  'sql-injection': (a) => within(a.chars, /[\w.$:-]/),
  'query-injection': (a) => within(a.chars, /[\w.$-]/),
  'shell-command': (a) => within(a.chars, /[\w./:@=,+%-]/),
  'remote-shell': (a) => within(a.chars, /[\w./:@=,+%-]/),
  'shell-text': (a) => within(a.chars, /[\w./:@=,+%-]/),
  'program-option': (a) => !a.first.has('-'),
  'file-path': (a) => isOneName(a),
  'named-file-of-program': (a) => isOneName(a),
  'request-path': (a) => isOneName(a) && within(a.chars, /[\w.~:@,+ -]/),
  'evaluated-code': (a) => within(a.chars, /\d/),
  'pattern-text': (a) => within(a.chars, /[\w -]/),
};

/** One name in a folder: neither a separator nor two dots alone. */
const isOneName = (a: Alphabet): boolean =>
  !a.chars.has('/') && !a.chars.has('\\') && !(a.chars.has('.') && a.first.has('.'));

/** By rule: what is left is all it takes. */
const ENOUGH: Record<string, (a: Alphabet) => boolean> = {
  'shell-command': (a) => a.chars.has(';') || a.chars.has('$'),
  'file-path': (a) => a.chars.has('/') && a.chars.has('.'),
};

/** Whether what a pattern leaves of a value does all the harm it could do without it. */
export const isEnoughThere = (rule: { id: string; class: string }, a: Alphabet): boolean =>
  (ENOUGH[rule.id] ?? ENOUGH[rule.class])?.(a) ?? false;

/** Whether what a pattern leaves of a value can do no harm there. */
export const isHarmlessThere = (rule: { id: string; class: string }, a: Alphabet): boolean =>
  (HARMLESS[rule.id] ?? HARMLESS[rule.class])?.(a) ?? false;
