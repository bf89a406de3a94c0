import type { Expr } from '../sources/ir.ts';
import {
  allTaints,
  type Guard,
  type GuardKind,
  guarded,
  NOTHING,
  type Place,
  type Taint,
  type Tested,
  type Value,
} from './value.ts';

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
  ['exec', 'pattern'],
  ['match', 'pattern'],
  ['matches', 'pattern'],
  ['fullmatch', 'pattern'],
  ['search', 'pattern'],
  ['is_match', 'pattern'],
  ['MatchString', 'pattern'],
  ['start_with?', 'prefix'],
  ['end_with?', 'suffix'],
  ['include?', 'contains'],
  ['key?', 'contains'],
  ['match?', 'pattern'],
  ['str_starts_with', 'prefix'],
  ['str_ends_with', 'suffix'],
  ['str_contains', 'contains'],
  ['in_array', 'contains'],
  ['preg_match', 'pattern'],
  ['StartsWith', 'prefix'],
  ['EndsWith', 'suffix'],
  ['IndexOf', 'contains'],
  ['ContainsKey', 'contains'],
  ['IsMatch', 'pattern'],
  ['Match', 'pattern'],
  ['Equals', 'equals'],
  ['equals', 'equals'],
  ['equalsIgnoreCase', 'equals'],
  ['is_relative_to', 'relative'],
  ['relative_to', 'relative'],
  ['strip_prefix', 'relative'],
]);

/** What is told of a value, done with many at once, or changes what holds it: never a check of it. */
const NO_CHECK =
  /^_*(?:log|print|trace|debug|info|warn|error|notif|report|emit|track|record|metric|count|observe|append|push|insert|display|render|format|schedule|span|mark|announce|progress|tap|touch|audit|publish|sleep|delay|defer|subscribe|(?:slice_?of_?)?ptrs?$|pointer|of$|from$|some$|just$|new|dispatch|stringify|encode|decode|serialize|to[A-Z_])/i;

/** A call nobody looked into, as far as it may be a check by its name. */
export const unreadCall = (name: string, args: readonly Value[], at: Place): Tested[] =>
  name.length < 3 || NO_CHECK.test(name) || PARTS.test(name)
    ? []
    : args.flatMap((a) => allTaints(a).map((t) => testOf(t, named('passed', name, at), null)));

/** `store.getConnection(name)`, `registry.find_server(id)`; `getPath(x)` makes something of what it is given. */
const LOOKS_UP = /^(?:get|find|lookup|look_up|select|require)(?:[A-Z_]|$)/;
const GIVES_TEXT =
  /(?:path|file|files|name|url|uri|text|string|content|contents|body|info|value|data|json|config|options)$/i;

/** What a call nobody looked into gives back: whatever it made of what it was given, it may have judged it. */
export const beyond = (name: string, result: Value, unread: readonly Tested[]): Value =>
  unread.length === 0 || result.taints.length === 0
    ? result
    : {
        ...result,
        taints: result.taints.map((t) => {
          const own = unread.find((x) => x.key === t.key);
          if (!own) return t;
          const there = guarded(t, [{ ...own.guard, part: RESULT }]);
          return LOOKS_UP.test(name) && !GIVES_TEXT.test(name) ? { ...there, looked: true as const } : there;
        }),
      };

/** The part of a call that is told from the value it was given: what it gives back. */
export const RESULT = 'result';

/** A function that says by its name that it judges what it is given. */
export const CHECKING =
  /^_*(is|has|can|are|check|valid|assert|ensure|verif|allow|permit|guard|enforce|require|reject|forbid|deny|authori[sz]e|confirm)|(?:^|_)(?:is|are)_(?:with)?in(?:side)?_|(?:Is|_is_|Are|_are_)_?(?:allowed|valid|safe|within|inside|under|contained|permitted)/i;

/** What of a value was looked at, where that says nothing of the rest. */
const PARTS =
  /(?:^|\.)(extname|suffix|suffixes|splitext|Ext|getExtension|extension|protocol|scheme|Scheme|getScheme|getProtocol|hostname|host|netloc|Host|Hostname|getHost|host_str|port|length|size|count|len|stem|guess_type|typeof|type)(?:\(\))?$/;

const partOf = (t: Taint): string | undefined => {
  for (let i = t.passed.length - 1; i >= 0; i--) {
    const found = PARTS.exec(t.passed[i]!);
    if (found) return found[1];
  }
  return undefined;
};

const testOf = (taint: Taint, guard: Guard, holds: boolean | null = true): Tested => {
  const part = partOf(taint);
  const own = taint.resolved ? { ...guard, resolved: true as const } : guard;
  return {
    source: taint.source,
    key: taint.key,
    guard: part === undefined ? own : { ...own, part },
    holds,
  };
};

const sourceText = (v: Value): string =>
  (v.literal ?? (v.words || (v.items?.[0]?.literal ?? ''))).slice(0, 160);

/** All that a client sent: that it has a member of some name says nothing of what stands there. */
const isWhole = (t: Taint): boolean =>
  t.source.path.length === 0 && t.passed.length === 0 && !t.joined && t.source.kind === 'origin';

/** Whether what a path is compared with ends at a boundary: `root + sep`, `` `${root}/` ``. */
const endsAtBoundary = (v: Value): boolean =>
  v.literal !== null
    ? /[\\/]$/.test(v.literal)
    : /[\\/]$|\?sep\?(?: |$)/.test(v.words) || v.taints.some((t) => t.passed.includes('+sep'));

const isRelative = (t: Taint): boolean =>
  t.passed.some((p) =>
    /(^|\.)(relative|relpath|Rel|relativize|strip_prefix|commonpath|[gG]etRelativePath)$/.test(p),
  );

const named = (kind: GuardKind, detail: string, at: Place): Guard => ({ kind, detail, at });

/** Of these the pattern has to be the whole text, whatever its own ends say. */
const WHOLE = /^(?:fullmatch|matches)$/;
const patternText = (name: string, v: Value): string => {
  const text = sourceText(v);
  return WHOLE.test(name) && text !== '' && !/^\/.+\/[a-z]*$/s.test(text) ? `^(?:${text})$` : text;
};

/**
 * Tests made by a call of this name: on its object, and on its arguments. `byParts`: the object is a path that is compared
 * part by part, not letter by letter.
 */
export const testsOfCall = (
  name: string,
  object: Value,
  args: readonly Value[],
  at: Place,
  byParts = false,
): Tested[] => {
  // `exec` of a pattern; databases and shells have one, too.
  const kind = name === 'exec' && !object.literal?.startsWith('/') ? undefined : METHODS.get(name);
  const [first] = args;
  if (!kind || (kind === 'pattern' && args.length === 0)) {
    // Asks what it looks like, not whether it may be used.
    if (
      /^(is_?abs(olute)?|is_?(file|dir|directory|array|string|empty|null|undefined|na_?n|object|function|error|async|url|instance|null_?or_?(?:empty|white_?space)|blank|defined|set|some|none|ok|err|exist|not_?exist|aborted|cancell?ed|closed|running|ready|present|nil|timeout|code)|is|as|isinstance|issubclass|exists|has_?(?:next|text|value|key|errors?)|can_?convert)$/i.test(
        name,
      )
    )
      return [];
    if (!CHECKING.test(name) && name !== 'IsLocal') return [];
    return args.flatMap((a) => a.taints.map((t) => testOf(t, named('check', name, at))));
  }
  // Go and Python's `re` have the tested value among the arguments.
  // `slices.Contains(known, value)`.
  if (name === 'Contains' && first && first.taints.length === 0 && object.taints.length === 0)
    return (args[1]?.taints ?? []).map((t) => testOf(t, named('member', sourceText(first), at)));
  const subject =
    object.taints.length > 0
      ? object
      : kind === 'prefix' ||
          kind === 'suffix' ||
          name === 'ContainsAny' ||
          (name === 'Contains' && args.length > 1)
        ? (first ?? object)
        : object;
  const other = subject === object ? first : args[1];
  const tests: Tested[] = [];
  for (const t of subject.taints) {
    if (kind === 'prefix') {
      const detail = byParts || (other && endsAtBoundary(other)) ? 'separator' : 'bare';
      tests.push(
        testOf(
          t,
          isRelative(t)
            ? named('relative', sourceText(other ?? object), at)
            : named(
                'prefix',
                byParts
                  ? detail
                  : (other?.literal ?? (detail === 'bare' ? (other?.items?.[0]?.literal ?? detail) : detail)),
                at,
              ),
        ),
      );
    } else if (!(kind === 'contains' && isWhole(t)))
      tests.push(
        testOf(
          t,
          named(kind, other ? (kind === 'pattern' ? patternText(name, other) : sourceText(other)) : '', at),
        ),
      );
  }
  if (subject === object && first)
    for (const arg of args)
      for (const t of arg.taints)
        if (kind === 'contains') tests.push(testOf(t, named('member', sourceText(object), at)));
        else if (kind === 'pattern')
          tests.push(
            testOf(t, named('pattern', patternText(name, object.literal !== null ? object : first), at)),
          );
        else if (kind === 'equals') tests.push(testOf(t, named('equals', sourceText(object), at)));
        else if (kind === 'relative') tests.push(testOf(t, named('relative', '', at)));
  return tests;
};

/** What the value is a member of, where that was followed as one. */
const owner = (t: Taint): Taint =>
  t.source.path.at(-1) === 'parents'
    ? { ...t, source: { ...t.source, path: t.source.path.slice(0, -1) } }
    : t;

/** What is known to come from whoever runs the program, or is the object's own, is what a value may be held against. */
const isSent = (t: Taint): boolean =>
  t.source.kind === 'param'
    ? t.source.index >= 0
    : !/^(?:environment|argument|file)$/.test(t.source.origin.kind);

/** Tests made by a comparison or a membership operator. */
export const testsOfOperator = (
  operator: string,
  operands: readonly Expr[],
  values: readonly Value[],
  at: Place,
): Tested[] => {
  const [a, b] = values;
  const turns = /^(?:!|not)$/.test(operator);
  const inner = values.flatMap((v) =>
    turns ? v.tests.map((t) => ({ ...t, holds: t.holds === null ? null : !t.holds })) : [...v.tests],
  );
  if (!a || !b) return inner;
  const isIn = /^(not )?in$/.test(operator);
  const holds = !/^(?:not|!|ne$|is not)/.test(operator);
  if (isIn) {
    // `root in path.parents`: whether it lies below.
    const [, of] = operands;
    if (of?.kind === 'member' && of.property === 'parents')
      return [...inner, ...b.taints.map((t) => testOf(owner(t), named('relative', '', at), holds))];
    const member = a.taints.map((t) => testOf(t, named('member', sourceText(b), at), holds));
    const contains =
      a.taints.length === 0
        ? b.taints
            .filter((t) => !isWhole(t))
            .map((t) => testOf(t, named('contains', sourceText(a), at), holds))
        : [];
    return [...inner, ...member, ...contains];
  }
  if (!/^([!=]==?|is|is not|eq|ne)$/.test(operator)) return inner;
  const compare = (tainted: Value, other: Value, expr: Expr | undefined): Tested[] => {
    // Compared with nothing, or by its type: no limit on what it says.
    if (tainted.taints.length === 0 || other.literal === '') return [];
    if (other === NOTHING) return [];
    if (expr?.kind === 'literal' && (expr.value === null || /^(true|false|-?\d+)$/.test(expr.value)))
      return [];
    // One character of a text that is scanned, not the text.
    const scanned = other.literal !== null && /^\W{0,2}$|^.$/.test(other.literal);
    const sent = other.literal === null && other.taints.some(isSent);
    return tainted.taints
      .filter((t) => isRelative(t) || (!scanned && !sent))
      .map((t) =>
        testOf(
          t,
          isRelative(t) ? named('relative', sourceText(other), at) : named('equals', sourceText(other), at),
          holds,
        ),
      );
  };
  return [...inner, ...compare(a, b, operands[1]), ...compare(b, a, operands[0])];
};
