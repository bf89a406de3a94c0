import { alphabetLeft, isEnoughThere, isHarmlessThere } from './alphabets.ts';
import { RESULT } from './guards.ts';
import type { Rule } from './rules.ts';
import type { Guard, OriginKind, Taint } from './value.ts';
import { OPENED, UNMODELLED } from './value.ts';

/** What a rule makes of the guards a value met on its way. */

export type Strength = 'strong' | 'moderate' | 'weak';

export const RANK: Record<Strength, number> = { strong: 0, moderate: 1, weak: 2 };
const weaker = (a: Strength, b: Strength): Strength => (RANK[a] >= RANK[b] ? a : b);

/** How much an origin is worth at most: whoever writes it decides. */
const MOST: Record<OriginKind, Strength> = {
  tool: 'strong',
  http: 'strong',
  resource: 'strong',
  prompt: 'strong',
  message: 'strong',
  stdin: 'moderate',
  remote: 'moderate',
  file: 'weak',
  environment: 'weak',
  argument: 'weak',
  caller: 'weak',
};

/** What another thread or process of the program itself sends has been through the program before. */
export const OWN_PROCESS = 'own process';

const mostOf = (t: Taint): Strength => {
  if (t.source.kind !== 'origin') return MOST.caller;
  const { kind, name } = t.source.origin;
  return kind === 'message' && name === OWN_PROCESS ? MOST.stdin : MOST[kind];
};

const compiled = (patterns: Map<string, RegExp>, text: string): RegExp => {
  const held = patterns.get(text);
  if (held) return held;
  const made = new RegExp(text, 'i');
  patterns.set(text, made);
  return made;
};

/** Of a guard that a setting turns on. */
const conditionalOn = ({ path, line, isSetting }: NonNullable<Guard['conditional']>): string =>
  isSetting
    ? `it holds only where a setting turns it on (${path}:${line})`
    : `it is asked only where another test holds (${path}:${line})`;

/** A test that says nothing where it stands: what passes is anything but one value. */
const NO_GUARD = '';

/** What is wrong with a test that what passes is false of; null when that is what such a test is for. */
const forbids = (g: Guard, meant: boolean): string | null => {
  if (g.kind === 'contains' || g.kind === 'prefix') {
    if (g.denies === undefined) return null;
    return g.denies === (meant || g.kind === 'contains') ? null : NO_GUARD;
  }
  if (!g.denies) return null;
  switch (g.kind) {
    case 'equals':
    case 'suffix':
      return NO_GUARD;
    case 'member':
      return 'a list of what is forbidden is seldom complete';
    case 'pattern':
      // `[^a-z]` finds whatever is not allowed.
      return g.detail.includes('[^') || /\\[WDS]/.test(g.detail)
        ? null
        : 'a pattern of what is forbidden is seldom complete';
    case 'check':
      return /block|forbid|den(?:y|ied)|danger|bad|unsafe|malicious|private|internal|reserved|loopback|metadata|travers|escape|invalid|outside|illegal/i.test(
        g.detail,
      )
        ? null
        : NO_GUARD;
    default:
      return null;
  }
};

export type Judged = {
  strength: Strength;
  guards: readonly { guard: Guard; hole: string | null }[];
  sanitizers: string[];
  /** Tests that were seen and are none against this: of another part, of another kind, or calls nobody looked into. */
  others: readonly Guard[];
  /** A guard was seen to leave nothing that could do harm, or nobody knows any more what it is: there is nothing to prove. */
  closed: boolean;
};

/** What a schema library checks itself, and leaves nothing over for texts that others read. */
const EXACT = /uuid|guid|datetime|\bip|ipv\d|cuid|ulid|nanoid|\bdate|number/;

/** Part of a path that begins with something else. */
const isBelow = (t: Taint): boolean => t.part || (t.joined && t.prefix !== '');

/** A test that leaves nothing to prove, as against one whose name or pattern has to be believed. */
const isProof = (rule: Rule, g: Guard, t: Taint): boolean => {
  if (g.conditional) return false;
  switch (g.kind) {
    // One of what the program names itself.
    case 'equals':
    case 'member':
      return g.denies === false;
    case 'schema':
      return EXACT.test(g.detail);
    case 'prefix':
    case 'relative':
      if (rule.id === 'program-option') return g.kind === 'prefix' && g.detail === '-' && g.denies === true;
      // What was tested had its links followed; what is used is the same, or the path it was made of, below the same folder.
      return g.resolved === true && (t.resolved === true || isBelow(t)) && rule.class === 'path-traversal';
    case 'pattern': {
      const left = alphabetLeft(g, t);
      return left !== null && isHarmlessThere(rule, left);
    }
    default:
      return false;
  }
};

/** A library's own function, as against one of the program that is only called so. */
const isLibrarys = (path: string): boolean =>
  /^[\w@-][^.]*\.\w/.test(path)
    ? !/^(?:super|crate|self|this|cls|@)\b/.test(path)
    : /^encodeURIComponent$/.test(path);

/** Further down than this, a member is mostly one of an object the program keeps under what came in, not sent by anybody. */
const DEEPEST = 2;
const isOwn = (step: string): boolean =>
  step !== OPENED && !/^(?:params|arguments|Params|Arguments|body|query|headers|args|input|\d+)$/.test(step);

/** Written as a text with others and read again: which part of it comes out is not known. */
const opened = (t: Taint): boolean =>
  (t.opened === true || t.source.path.includes(OPENED)) && t.passed.some((p) => !/(?:^|\.)[gG]et$/.test(p));

/** What the rule makes of the guards on the way. A guard weakens a flow; one with a hole does so by half. */
export const judge = (rule: Rule, t: Taint, patterns: Map<string, RegExp>): Judged => {
  const guards: { guard: Guard; hole: string | null }[] = [];
  const others: Guard[] = [];
  let closed = false;
  for (const g of t.guards) {
    const spec = rule.guards.find(
      (s) =>
        s.kind === g.kind &&
        compiled(patterns, s.part ?? '^$').test(g.part ?? '') &&
        (s.matches === undefined || compiled(patterns, s.matches).test(g.detail)) &&
        (s.input === undefined || compiled(patterns, s.input).test(t.source.path.at(-1) ?? '')),
    );
    if (!spec || spec.ignore) {
      if (g.kind !== 'schema') others.push(g);
      continue;
    }
    const hole =
      spec.hole ?? forbids(g, spec.denies ?? false) ?? (g.conditional ? conditionalOn(g.conditional) : null);
    if (hole === NO_GUARD) {
      others.push(g);
      continue;
    }
    // A pattern that leaves letters and digits has no hole, whatever is to be said of patterns.
    const left = hole === null ? alphabetLeft(g, t) : null;
    if (left && isEnoughThere(rule, left)) {
      guards.push({ guard: g, hole: 'what it lets through is enough' });
      continue;
    }
    const proved = (hole === null || g.kind === 'pattern') && isProof(rule, g, t);
    closed ||= proved;
    guards.push({ guard: g, hole: proved ? null : hole });
  }
  const sanitizers = t.passed.filter((p) =>
    rule.sanitizers.some((s) =>
      s.startsWith('/')
        ? compiled(patterns, s.slice(1, -1)).test(p)
        : p === s || p.endsWith(`.${s}`) || (/^[A-Z]\w*\./.test(p) && s.endsWith(`.${p}`)),
    ),
  );
  const kind = t.source.kind === 'origin' ? t.source.origin.kind : 'caller';
  const certain = weaker(rule.strength, mostOf(t));
  // What a library made of it, that no model speaks of, may be anything.
  const doubtful =
    t.passed.some((p) => p.startsWith(UNMODELLED)) ||
    others.some((g) => g.kind === 'passed' && g.part === RESULT) ||
    (kind === 'tool' && t.source.path.filter(isOwn).length > DEEPEST);
  // A record that was stored as one text: which of its parts came back at the next request, nobody knows.
  const stored = t.kept === true && opened(t);
  const base = stored ? 'weak' : doubtful ? weaker(certain, 'moderate') : certain;
  // A function's good name counts only as long as nothing was seen to be wrong inside it.
  const holes = guards.some((g) => g.hole !== null);
  // A text that only reads like a command, and goes through what is to make it harmless: a hint of a hint.
  const isText = rule.sinks.length > 0 && rule.sinks.every((s) => s.calls.includes('text'));
  const byLibrary = sanitizers.some(isLibrarys);
  const holds = guards.some((g) => g.hole === null) || byLibrary || (sanitizers.length > 0 && !holes);
  return {
    strength: holds ? 'weak' : guards.length > 0 ? weaker(base, 'moderate') : base,
    guards,
    others,
    sanitizers,
    closed: closed || stored || byLibrary || (isText && holds),
  };
};
