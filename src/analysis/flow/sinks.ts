import type { Expr } from '../sources/ir.ts';
import { addHit, type Frame, guardedHere, placeIn } from './frame.ts';
import { type SinkRule, sinksOf } from './knowledge.ts';
import { programIn, slotOf } from './positions.ts';
import type { Condition } from './rules.ts';
import type { Given } from './summary.ts';
import {
  allTaints,
  NOTHING,
  step,
  type Taint,
  union,
  unionAll,
  unionTaints,
  type Value,
  valueWith,
} from './value.ts';

/** Where calls of functions from outside are held against the rules. */

/** A property of an object, or of every object of a list; of what came in whole, whatever it says there. */
const propertyOf = (v: Value, key: string): Value => {
  const own = v.fields?.get(key);
  if (own) return own;
  return v.items ? unionAll(v.items.map((item) => propertyOf(item, key))) : v.fields ? NOTHING : v;
};

/** The value at a position of a call: `0`, a keyword, `rest:1`, `all`, `object`, `property:url` of an options object. */
export const argumentAt = (args: readonly Given[], object: Value, position: number | string): Value => {
  const positional = args.filter((a) => a.name === undefined);
  if (typeof position === 'string' && position.startsWith('property:')) {
    const [first, ...inner] = position.slice('property:'.length).split('.');
    let found = args.map((a) => a.value.fields?.get(first!)).find((v) => v !== undefined);
    for (const key of inner) found = found && propertyOf(found, key);
    return found ?? NOTHING;
  }
  if (position === 'object') return object;
  if (position === 'all') return valueWith({ items: args.map((a) => a.value) });
  const rest = typeof position === 'string' ? /^rest:(\d+)$/.exec(position)?.[1] : undefined;
  if (rest !== undefined)
    return valueWith({
      items: positional
        .slice(Number(rest))
        .flatMap((a) => (a.spread ? [...(a.value.items ?? []), { ...a.value, items: null }] : [a.value])),
    });
  if (typeof position === 'string') return args.find((a) => a.name === position)?.value ?? NOTHING;
  const spread = positional.findIndex((a) => a.spread);
  if (spread >= 0 && spread <= position) {
    const { value } = positional[spread]!;
    return value.items?.[position - spread] ?? value;
  }
  return positional[position]?.value ?? NOTHING;
};

/** What a value is known to be: a constant, or one of several. */
const constantsOf = (v: Value): string[] =>
  v.literal !== null ? [v.literal] : v.taints.length === 0 && v.words !== '' ? v.words.split(' ') : ['\0'];

export const holds = (c: Condition, args: readonly Given[], object: Value, expr?: Expr): boolean => {
  // What a name stands for may be unknown: how it is spelled says enough (`CallToolRequestSchema`).
  if (c.property === undefined && c.matches !== undefined && typeof c.argument === 'number') {
    const written = expr?.kind === 'call' ? expr.args[c.argument]?.value : undefined;
    const spelled =
      written?.kind === 'name' ? written.name : written?.kind === 'member' ? written.property : null;
    if (spelled !== null && /^[A-Z]/.test(spelled) && new RegExp(c.matches).test(spelled)) return true;
  }
  const whole = argumentAt(args, object, c.argument);
  const value =
    c.property === undefined
      ? whole
      : c.property === 'item'
        ? unionAll(whole.items ?? [])
        : (whole.fields?.get(c.property) ?? NOTHING);
  const texts =
    c.property === 'item'
      ? (whole.items ?? []).flatMap(constantsOf)
      : [value.literal ?? (value.words || '\0')];
  const known = (re: string): boolean => texts.some((t) => new RegExp(re, 'i').test(t));
  if (c.matches !== undefined && (value === NOTHING || !known(c.matches))) return false;
  return c.not === undefined || value === NOTHING || !known(c.not);
};

/** An option begins with a dash: text before it, or a `--` before it, keeps a value from being one. */
const optionTaints = (v: Value): readonly Taint[] => {
  const open = (t: Taint): boolean =>
    !t.joined || t.prefix === '' || t.passed.some((p) => /(^|\.)(split|Fields|Split|splitn)$/.test(p));
  if (!v.items) return allTaints(v).filter(open);
  let all: readonly Taint[] = v.taints;
  for (const item of v.items) {
    if (item.literal === '--') break;
    all = unionTaints(all, allTaints(item).filter(open));
  }
  return all;
};

const NAMES_FILE =
  /^--?(?:f|i|T|K|file|filename|from-file|from-env-file|kustomize|values|config|kubeconfig|input|input-file|template-file|env-file|cacert|key|cert)$/;
/** Of these the programs named read a file, and most others a text. */
const NAMES_FILE_FOR: readonly (readonly [RegExp, RegExp])[] = [
  [/^--?(?:d|data|data-binary|form|F)$/, /^(?:curl|http|httpie|xh)$/],
  [/^--(?:body|policy-document|user-data|cli-input-json|zip-file)$/, /^(?:aws|s3api|awslocal)$/],
];
const SETS_FILE =
  /--?(?:from-file|from-env-file|filename|file|values|config|kubeconfig|input-file|template-file|env-file)=@?$/;

const readsFor = (option: string, programs: readonly string[]): boolean =>
  NAMES_FILE_FOR.some(([is, by]) => is.test(option) && programs.some((p) => by.test(p)));

/** What an option makes the name of a file. Of a list that is a parameter only its callers can tell. */
const fileOptionTaints = (v: Value): readonly Taint[] => {
  if (!v.items) return v.taints.filter((t) => t.source.kind === 'param' && !t.joined);
  let all: readonly Taint[] = [];
  const { items } = v;
  const programs = items.flatMap((x) => (x.literal === null ? [] : [x.literal]));
  items.forEach((item, i) => {
    const before = constantsOf(items[i - 1] ?? NOTHING);
    const own = allTaints(item);
    all = unionTaints(
      all,
      before.some((text) => NAMES_FILE.test(text) || readsFor(text, programs))
        ? own.filter((t) => !t.joined || t.prefix === '')
        : own.filter((t) => t.joined && SETS_FILE.test(t.prefix)),
    );
  });
  return all;
};

/** `https://` and a host not finished yet; an unknown text in front is taken for a base address. */
const NAMES_HOST = /^(?:(?:[a-z][a-z0-9+.-]*|\0)?:?\/\/[^/?#]*)?$/i;

/** A host that is fixed, or a base address, and then a path: no query and no fragment yet. */
const IN_PATH = /^(?:(?:[a-z][a-z0-9+.-]*:\/\/|\0)[^?#/]*\/[^?#]*|\/[^?#]*|\0)$/i;
const NAMES_SCHEME = /^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i;

export const fits = (rule: SinkRule, t: Taint): boolean => {
  switch (rule.sink.shape) {
    case 'joined':
      return t.joined;
    case 'host':
      return !t.joined || (NAMES_HOST.test(t.prefix) && t.prefix !== '\0');
    case 'url-path':
      return t.joined && IN_PATH.test(t.prefix) && !NAMES_SCHEME.test(t.prefix);
    case 'direct':
      return !t.joined && t.passed.length === 0;
    case 'head':
      return !t.joined || t.prefix === '';
    default:
      return true;
  }
};

/** What a list begins with is the program; a list nobody looked into may begin with anything. */
const headTaints = (v: Value): readonly Taint[] => {
  const [first] = v.items ?? [];
  return first === undefined ? v.taints : allTaints(first);
};

export const taintsFor = (rule: SinkRule, v: Value): readonly Taint[] => {
  switch (rule.sink.shape) {
    case 'option':
      return optionTaints(v);
    case 'file-option':
      return fileOptionTaints(v);
    case 'head':
      return headTaints(v);
    default:
      return allTaints(v);
  }
};

const ofList = (rule: SinkRule, value: Value): { list: true } | Record<string, never> =>
  /^(?:file-option|option|head)$/.test(rule.sink.shape) && !value.items ? { list: true } : {};

/** The arguments of a new object, and properties of its options, whose names a rule looks for. */
const spelled = (expr: Expr, args: readonly Given[], hint: RegExp): { value: Value; name: string } => {
  let value = NOTHING;
  let name = '';
  const add = (called: string, v: Value): void => {
    if (!hint.test(called) || allTaints(v).length === 0) return;
    value = union(value, v);
    name = called;
  };
  const written = expr.kind === 'call' ? expr.args : [];
  args.forEach((a, i) => {
    const e = written[i]?.value;
    add(a.name ?? (e?.kind === 'name' ? e.name : e?.kind === 'member' ? e.property : ''), a.value);
    for (const [key, field] of a.value.fields ?? []) if (e?.kind === 'record') add(key, field);
  });
  return { value, name };
};

/** What a call gives to each position a sink names. */
const givenTo = (rule: SinkRule, args: readonly Given[], object: Value): Value[] =>
  rule.arguments.map((position) => {
    const given = argumentAt(args, object, position);
    // Where the items of a list say that it is a sink, what else it may be is none.
    const byItems =
      given.items && rule.sink.when.some((c) => c.property === 'item' && c.argument === position);
    return byItems ? { ...given, taints: [] } : given;
  });

/**
 * `service.execCommand(sessionId, command)`: of an object nobody knows, what is given where the command would stand is by its
 * own name none.
 */
const namesOnly = (rule: SinkRule, path: string, expr: Expr): boolean => {
  if (rule.exact.has(path) || expr.kind !== 'call' || expr.args.length < 2) return false;
  const [position] = rule.arguments;
  const written = typeof position === 'number' ? expr.args[position]?.value : undefined;
  const name = written?.kind === 'name' ? written.name : written?.kind === 'member' ? written.property : '';
  return /^id$|[a-z](?:Id|_id|ID|Uuid|_uuid)$/.test(name);
};

/** What a model says of this very function goes before what is said of all that are called so. */
const isBetterKnown = (rule: SinkRule, path: string, all: readonly SinkRule[]): boolean =>
  all.length > 1 &&
  !rule.exact.has(path) &&
  all.some((other) => other !== rule && other.rule.id === rule.rule.id && other.exact.has(path));

/** Notes what reaches the sinks a call is; true when it is one. */
export const checkSinks = (
  f: Frame,
  paths: readonly string[],
  args: readonly Given[],
  object: Value,
  expr: Expr,
): boolean => {
  let isSink = false;
  const { language } = f.module.module;
  for (const path of paths) {
    // An object of a package, made with what came in.
    const made = expr.kind === 'call' && expr.isNew && object === NOTHING && !path.startsWith('?');
    const found = sinksOf(f.engine.knows, path, language);
    for (const rule of made ? [...found, ...sinksOf(f.engine.knows, 'new *', language)] : found) {
      if (rule.except?.test(path) || isBetterKnown(rule, path, found)) continue;
      if (!rule.sink.when.every((c) => holds(c, args, object))) continue;
      const isMade = rule.exact.has('new *');
      const named = isMade && rule.hint ? spelled(expr, args, rule.hint) : null;
      // Each position for itself: what text one of them is says nothing of a value beside it.
      const values = named ? [named.value] : namesOnly(rule, path, expr) ? [] : givenTo(rule, args, object);
      // A callee with a common name is one when the text says so.
      if (!isMade && values.some((v) => v !== NOTHING && (!rule.hint || rule.hint.test(v.words))))
        isSink = true;
      const at = placeIn(f, expr.at.line);
      for (const value of values) {
        const program =
          rule.rule.grammar === 'arguments'
            ? programIn(rule, (p) => argumentAt(args, object, p), value, object)
            : '';
        for (const t of taintsFor(rule, value)) {
          // Whether a parameter's own text fits is for the callers to say.
          if (t.joined && !fits(rule, t)) continue;
          addHit(f, {
            rule,
            at,
            endLine: expr.at.endLine,
            callee: path,
            inside: f.info?.fn.name ?? '',
            taint: guardedHere(f, { ...t, trail: step(t.trail, at) }),
            words: named ? named.name : value.words,
            program,
            slot: slotOf(rule, value, t, program),
            ...ofList(rule, value),
            tool: '',
            under: [],
          });
        }
      }
    }
  }
  return isSink;
};

/** What is said to a model or a person may speak of statements and commands. */
const PROSE =
  /^\s*(?:#|(?:use|try|to (?:run|use|install|see))\s|you (?:are|must|will)|your (?:task|job)|generate|given|please|based on|the (?:following|user)|here (?:is|are)|write an?|act as|as an?|i (?:need|want)|anal[yi][sz]e|review|summari[sz]e|convert|translate|help)\b[^?]{12}/i;

/** What a text that is put together becomes by its words alone, whatever is done with it later. */
export const checkText = (f: Frame, value: Value, line: number, endLine: number): void => {
  if (value.taints.length === 0 || f.said || PROSE.test(value.words)) return;
  for (const rule of sinksOf(f.engine.knows, 'text', f.module.module.language)) {
    if (rule.hint && !rule.hint.test(value.words)) continue;
    const at = placeIn(f, line);
    for (const t of value.taints)
      if (t.joined && fits(rule, t))
        addHit(f, {
          rule,
          at,
          endLine,
          callee: 'text',
          inside: f.info?.fn.name ?? '',
          taint: guardedHere(f, { ...t, trail: step(t.trail, at) }),
          words: value.words,
          program: '',
          slot: null,
          tool: '',
          under: [],
        });
  }
};
