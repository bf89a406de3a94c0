import type { SinkPosition } from '../../domain/evidence.ts';
import type { SinkRule } from './knowledge.ts';
import type { Grammar } from './rule-words.ts';
import type { Taint, Value } from './value.ts';

/**
 * Where a value lands in what a sink takes, read from the text in front of it. Null where that does not tell: nothing is said
 * then. U+0000 in a text stands for what is not known.
 */

/** As much of the text before a value as the engine keeps: what may be cut cannot be read from its beginning. */
const KEPT = 240;

const QUOTES = ["'", '"', '`'] as const;
type Quote = (typeof QUOTES)[number];

/** The quote that is still open at the end of a text, and where it stands; null when none is. */
const openQuote = (text: string): { quote: Quote; at: number } | null => {
  let open: { quote: Quote; at: number } | null = null;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\') i++;
    else if (open) {
      if (c === open.quote) open = null;
    } else if ((QUOTES as readonly string[]).includes(c)) open = { quote: c as Quote, at: i };
  }
  return open;
};

/** Keywords after which a name, a value or a clause follows; the last of a text decides. */
const BEFORE_NAME =
  /\b(?:from|join|into|update|table|tables|view|index|schema|database|describe|desc|use|exists|by|column|columns|truncate|collate|only|select|distinct|drop|alter|rename|to)$/i;
const BEFORE_VALUE = /(?:[=<>]|\b(?:like|ilike|limit|offset|between|top|interval|then|else|values?))$/i;
const BEFORE_CLAUSE = /\b(?:where|and|or|having|on|not)$/i;
const BEFORE_STATEMENT =
  /(?:\b(?:explain|analyze|verbose|from|exists|as)\s*\(|;|\bexplain|\banalyze|\bplan\s+for)$/i;
const LIST_WORD =
  /\b(values|in|select|into|by|set|from|where|limit|table_info|index_list|index_info|foreign_key_list)\b/gi;

/** `a, b` and `(`: what is listed, the word before the list says. */
const inList = (text: string): SinkPosition | null => {
  const word = [...text.matchAll(LIST_WORD)].at(-1)?.[1]?.toLowerCase();
  if (word === undefined) return null;
  if (word === 'values' || word === 'in' || word === 'limit') return 'value';
  return word === 'set' || word === 'where' ? null : 'name';
};

const ofSql = (before: string): SinkPosition | null => {
  const text = before.trimEnd();
  if (text === '') return 'statement';
  if (before.length >= KEPT) return null;
  const quote = openQuote(before);
  if (quote) {
    const ahead = before.slice(0, quote.at).trimEnd();
    // Some dialects put names between double quotes, some texts: what stands before decides.
    if (quote.quote === "'" || BEFORE_VALUE.test(ahead)) return 'quoted-value';
    const named = BEFORE_NAME.test(ahead) || ahead.endsWith('.') || quote.quote === '`';
    return named || inList(ahead) === 'name' ? 'quoted-name' : null;
  }
  if (BEFORE_STATEMENT.test(text)) return 'statement';
  if (BEFORE_VALUE.test(text)) return 'value';
  if (BEFORE_CLAUSE.test(text)) return 'clause';
  if (BEFORE_NAME.test(text) || text.endsWith('.')) return 'name';
  if (/[(,]$/.test(text)) return inList(text);
  // Behind a whole name or value something else follows: a condition, an order, a limit.
  return before !== text && /\b(?:from|where|by|join)\b/i.test(text) ? 'clause' : null;
};

const ofQuery = (before: string): SinkPosition | null => {
  if (before.trim() === '') return 'statement';
  if (before.length >= KEPT) return null;
  const quote = openQuote(before);
  return quote && quote.quote !== '`' ? 'quoted-value' : null;
};

const ofShell = (before: string): SinkPosition | null => {
  if (before.trim() === '') return 'command-line';
  if (before.length >= KEPT) return null;
  return openQuote(before) ? 'quoted-command-text' : 'command-text';
};

/** A scheme and the beginning of a host, or an unknown scheme before `://`. */
const IN_HOST = /^(?:[a-z][a-z0-9+.-]*|\0)?:?\/\/[^/?#]*$/i;
const IN_ADDRESS_PATH = /^(?:(?:[a-z][a-z0-9+.-]*:\/\/|\0)[^?#/]*\/[^?#]*|\/[^?#]*|\0)$/i;

const ofAddress = (before: string): SinkPosition | null =>
  before === ''
    ? 'whole-address'
    : IN_HOST.test(before)
      ? 'host'
      : IN_ADDRESS_PATH.test(before)
        ? 'address-path'
        : null;

const ofPath = (t: Taint): SinkPosition =>
  !t.part && (!t.joined || t.prefix === '') ? 'whole-path' : 'path-part';

/** Programs that start what they are given: `--` keeps nothing from them. */
const STARTS_OTHERS =
  /^(?:.*[\\/])?(?:(?:ba|z|da|k|fi|tc|c)?sh|cmd|powershell|pwsh|wsl|sudo|doas|su|env|xargs|nohup|timeout|nice|time|busybox|ssh|docker|podman|kubectl|oc|npx|bunx|pnpm|npm|yarn|uvx|uv|pipx|python[\d.]*|node|deno|bun|perl|ruby|php|lua|osascript|find|screen|tmux|chroot|nsenter|adb|watch|parallel|make|awk|gawk|sed|vim?|emacs|git-shell)(?:\.exe)?$/i;

/** What the sink's program is known to be, '' where it is not. */
export const programIn = (
  rule: SinkRule,
  at: (position: number | string) => Value,
  given: Value,
  object: Value,
): string => {
  const positions = rule.arguments.flatMap((p) => {
    if (typeof p === 'string' && p.startsWith('property:')) return [0];
    const n = typeof p === 'number' ? p : Number(/^rest:(\d+)$/.exec(p)?.[1] ?? 0);
    return n > 0 ? [n - 1] : [];
  });
  const constant = (v: Value | undefined): string => (v && v.taints.length === 0 ? (v.literal ?? '') : '');
  for (const p of positions) {
    const v = at(p);
    const found = constant(v) || constant(v.items?.[0]);
    if (found !== '') return found;
  }
  return constant(given.items?.[0]) || constant(object);
};

/** Where among the items of an argument list a tainted one stands. `keys`: of the taints looked for. */
export const slotIn = (list: Value, t: Taint, program: string): SinkPosition => {
  if (program === '' || STARTS_OTHERS.test(program)) return 'argument';
  if (!list.items) return list.taints.some((x) => x.key === t.key) && !t.joined ? 'argument-list' : 'operand';
  const i = list.items.findIndex((item) => item.taints.some((x) => x.key === t.key));
  if (i < 0) return 'argument';
  const before = list.items[i - 1]?.literal ?? '';
  return /^-{1,2}[\w-]+$/.test(before) ? 'option-value' : 'operand';
};

/** What each grammar can say; a row of a model may say any of them. */
export const POSITIONS_OF: Record<Grammar, readonly SinkPosition[]> = {
  sql: ['statement', 'value', 'quoted-value', 'name', 'quoted-name', 'clause'],
  query: ['statement', 'quoted-value', 'filter'],
  shell: ['command-line', 'command-text', 'quoted-command-text'],
  arguments: ['operand', 'option-value', 'argument', 'argument-list'],
  program: ['program'],
  address: ['whole-address', 'host', 'address-path'],
  path: ['whole-path', 'path-part'],
  code: ['code', 'code-part'],
};

/** What a rule's grammar cannot read: a field of an object that is given where an address may stand, too. */
export const UNTOLD = 'untold';
export type Slot = SinkPosition | typeof UNTOLD;

/** What the place of a value in an argument tells, where its text does not: in a list, in an object. */
export const slotOf = (rule: SinkRule, value: Value, t: Taint, program: string): Slot | null => {
  if (rule.rule.grammar === 'arguments') return slotIn(value, t, program);
  const inside = value.fields !== null && !value.taints.some((x) => x.key === t.key);
  return inside ? UNTOLD : null;
};

/** The position of a value at a sink, as its rule's grammar reads it; `slot` is what was seen of an argument list. */
export const positionAt = (rule: SinkRule, t: Taint, slot: Slot | null): SinkPosition | null => {
  if (rule.sink.position) return rule.sink.position;
  const before = t.joined ? t.prefix : '';
  const { grammar } = rule.rule;
  if (!grammar || slot === UNTOLD) return null;
  // What a call put in front of it is not known.
  if (t.part && before === '' && /^(?:sql|query|shell|address|code)$/.test(grammar)) return null;
  const read: Record<Grammar, () => SinkPosition | null> = {
    sql: () => ofSql(before),
    query: () => ofQuery(before),
    shell: () => ofShell(before),
    arguments: () => slot,
    program: () => 'program',
    address: () => ofAddress(before),
    path: () => ofPath(t),
    code: () => (t.joined ? 'code-part' : 'code'),
  };
  return read[grammar]();
};
