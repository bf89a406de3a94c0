import type { Expr } from '../sources/ir.ts';
import type { Guard, GuardKind, Place, Taint, Tested, Value } from './value.ts';

/** Which tests say something about a value: recognised here, judged by the rules. */

const METHODS: ReadonlyMap<string, GuardKind> = new Map([
  ['startsWith', 'prefix'],
  ['startswith', 'prefix'],
  ['HasPrefix', 'prefix'],
  ['starts_with', 'prefix'],
  ['endsWith', 'suffix'],
  ['endswith', 'suffix'],
  ['HasSuffix', 'suffix'],
  ['ends_with', 'suffix'],
  ['includes', 'contains'],
  ['contains', 'contains'],
  ['Contains', 'contains'],
  ['ContainsAny', 'contains'],
  ['indexOf', 'contains'],
  ['has', 'contains'],
  ['containsKey', 'contains'],
  ['contains_key', 'contains'],
  ['hasOwnProperty', 'contains'],
  ['hasOwn', 'contains'],
  ['test', 'pattern'],
  ['match', 'pattern'],
  ['matches', 'pattern'],
  ['fullmatch', 'pattern'],
  ['search', 'pattern'],
  ['is_match', 'pattern'],
  ['MatchString', 'pattern'],
  ['equals', 'equals'],
  ['equalsIgnoreCase', 'equals'],
  ['is_relative_to', 'relative'],
  ['relative_to', 'relative'],
]);

/** A function that says by its name that it judges what it is given. */
export const CHECKING =
  /^_*(is|has|can|are|check|valid|assert|ensure|verif|allow|permit|guard|enforce|require|reject|forbid|deny|authori[sz]e|confirm)/i;

const testOf = (taint: Taint, guard: Guard): Tested => ({ source: taint.source, guard });

const sourceText = (v: Value): string => (v.literal ?? v.words).slice(0, 160);

/** Whether what a path is compared with ends at a boundary: `root + sep`, `` `${root}/` ``. */
const endsAtBoundary = (v: Value): boolean =>
  v.literal !== null
    ? /[\\/]$/.test(v.literal)
    : /(?:[\\/]|\?sep\?)$/.test(v.words) || v.taints.some((t) => t.passed.includes('+sep'));

const isRelative = (t: Taint): boolean =>
  t.passed.some((p) => /(^|\.)(relative|relpath|Rel|relativize|strip_prefix)$/.test(p));

const named = (kind: GuardKind, detail: string, at: Place): Guard => ({ kind, detail, at });

/** Tests made by a call of this name: on its object, and on its arguments. */
export const testsOfCall = (name: string, object: Value, args: readonly Value[], at: Place): Tested[] => {
  const kind = METHODS.get(name);
  const [first] = args;
  if (!kind || (kind === 'pattern' && args.length === 0)) {
    // Asks what it looks like, not whether it may be used.
    if (
      /^(is_?abs(olute)?|is_?(file|dir|directory|array|string|empty|null|undefined|na_?n|object|function|error|async|url)|exists)$/i.test(
        name,
      )
    )
      return [];
    if (!CHECKING.test(name) && name !== 'IsLocal') return [];
    return args.flatMap((a) => a.taints.map((t) => testOf(t, named('check', name, at))));
  }
  // Go and Python's `re` have the tested value among the arguments.
  const subject =
    object.taints.length > 0
      ? object
      : kind === 'prefix' || kind === 'suffix' || name === 'ContainsAny' || name === 'Contains'
        ? (first ?? object)
        : object;
  const other = subject === object ? first : args[1];
  const tests: Tested[] = [];
  for (const t of subject.taints) {
    if (kind === 'prefix') {
      const detail = other && endsAtBoundary(other) ? 'separator' : 'bare';
      tests.push(
        testOf(
          t,
          isRelative(t)
            ? named('relative', sourceText(other ?? object), at)
            : named('prefix', other?.literal ?? detail, at),
        ),
      );
    } else tests.push(testOf(t, named(kind, other ? sourceText(other) : '', at)));
  }
  if (subject === object && first)
    for (const arg of args)
      for (const t of arg.taints)
        if (kind === 'contains') tests.push(testOf(t, named('member', sourceText(object), at)));
        else if (kind === 'pattern')
          tests.push(testOf(t, named('pattern', sourceText(object.literal !== null ? object : first), at)));
        else if (kind === 'equals') tests.push(testOf(t, named('equals', sourceText(object), at)));
        else if (kind === 'relative') tests.push(testOf(t, named('relative', '', at)));
  return tests;
};

/** Tests made by a comparison or a membership operator. */
export const testsOfOperator = (
  operator: string,
  operands: readonly Expr[],
  values: readonly Value[],
  at: Place,
): Tested[] => {
  const inner = values.flatMap((v) => [...v.tests]);
  const [a, b] = values;
  if (!a || !b) return inner;
  const isIn = /^(not )?in$/.test(operator);
  if (isIn) {
    const member = a.taints.map((t) => testOf(t, named('member', sourceText(b), at)));
    const contains =
      a.taints.length === 0 ? b.taints.map((t) => testOf(t, named('contains', sourceText(a), at))) : [];
    return [...inner, ...member, ...contains];
  }
  if (!/^([!=]==?|is|is not|eq|ne)$/.test(operator)) return inner;
  const compare = (tainted: Value, other: Value, expr: Expr | undefined): Tested[] => {
    // Compared with nothing, or by its type: no limit on what it says.
    if (tainted.taints.length === 0 || other.literal === '') return [];
    if (expr?.kind === 'literal' && (expr.value === null || /^(true|false|-?\d+)$/.test(expr.value)))
      return [];
    // One character of a text that is scanned, not the text.
    if (other.literal !== null && /^\W{0,2}$|^.$/.test(other.literal)) return [];
    if (other.literal === null && other.taints.length > 0) return [];
    return tainted.taints.map((t) =>
      testOf(
        t,
        isRelative(t) ? named('relative', sourceText(other), at) : named('equals', sourceText(other), at),
      ),
    );
  };
  return [...inner, ...compare(a, b, operands[1]), ...compare(b, a, operands[0])];
};
