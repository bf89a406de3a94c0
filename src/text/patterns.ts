/**
 * Regular expressions as trees: a reader for what the dialects share. Look-arounds and flags are passed over, sets of
 * characters are taken on a sample of the alphabet. Throws RangeError for what is nested too deeply.
 */

export type Node =
  | { kind: 'set'; chars: ReadonlySet<string> }
  /** `captures`: its number, from 1. */
  | { kind: 'group'; options: Node[][]; captures?: number }
  | { kind: 'repeat'; of: Node; min: number; max: number }
  | { kind: 'anchor'; at: 'start' | 'end' | 'word' };

const DEEPEST = 30;

/** Sets are compared on these characters; the last stands for all letters that are not ASCII. */
export const SAMPLE: readonly string[] = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
  '\n',
  '\t',
  '\r',
  'é',
];
const only = (test: RegExp): ReadonlySet<string> => new Set(SAMPLE.filter((c) => test.test(c)));
const CLASSES: Record<string, ReadonlySet<string>> = {
  w: only(/\w/),
  W: only(/\W/),
  d: only(/\d/),
  D: only(/\D/),
  s: only(/\s/),
  S: only(/\S/),
  '.': only(/./),
};
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

class Parser {
  private at = 0;
  private captured = 0;
  /** What each group may have matched, as one set: kept small, so that references to references stay small. */
  private readonly groups = new Map<number, Node>();
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  parse(): Node[][] {
    return this.options(0);
  }

  /** Whether all of the text was read: a bracket too many ends it early. */
  get isDone(): boolean {
    return this.at >= this.text.length;
  }

  private options(depth: number): Node[][] {
    if (depth > DEEPEST) throw new RangeError('nested too deeply');
    const options: Node[][] = [[]];
    while (this.at < this.text.length && this.text[this.at] !== ')') {
      if (this.text[this.at] === '|') {
        this.at++;
        options.push([]);
        continue;
      }
      const node = this.quantified(this.atom(depth));
      if (node) options.at(-1)!.push(node);
    }
    return options;
  }

  private atom(depth: number): Node | null {
    const c = this.text[this.at++]!;
    if (c === '(') {
      const opening = /^\?(?:[:>]|P?<[A-Za-z_]\w*>|[a-z]*:)/.exec(this.text.slice(this.at, this.at + 80));
      const looks = /^\?<?[=!]/.exec(this.text.slice(this.at, this.at + 4));
      this.at += opening?.[0].length ?? looks?.[0].length ?? 0;
      if (!opening && !looks && this.text[this.at] === '?') {
        // Flags such as (?i), or something this does not know.
        const end = this.text.indexOf(')', this.at);
        this.at = end < 0 ? this.text.length : end + 1;
        return null;
      }
      const captures = (!opening && !looks) || /<[A-Za-z_]/.test(opening?.[0] ?? '') ? ++this.captured : 0;
      const options = this.options(depth + 1);
      this.at++;
      if (looks) return null;
      if (captures === 0) return { kind: 'group', options };
      const group: Node = { kind: 'group', options, captures };
      const once: Node = { kind: 'set', chars: charsOf(group) };
      this.groups.set(captures, nullable(group) ? { kind: 'repeat', of: once, min: 0, max: 1 } : once);
      return group;
    }
    if (c === '[') return { kind: 'set', chars: this.set() };
    if (c === '^' || c === '$') return { kind: 'anchor', at: c === '^' ? 'start' : 'end' };
    if (c === '.') return { kind: 'set', chars: CLASSES['.']! };
    if (c === '\\') {
      const e = this.text[this.at++] ?? '';
      if (/^[bBAZz]$/.test(e))
        return { kind: 'anchor', at: e === 'A' ? 'start' : /z/i.test(e) ? 'end' : 'word' };
      // What a group has matched, once more.
      if (/[1-9]/.test(e)) {
        return this.groups.get(Number(e)) ?? null;
      }
      return { kind: 'set', chars: this.escaped(e) };
    }
    return { kind: 'set', chars: new Set([c]) };
  }

  private escaped(e: string): ReadonlySet<string> {
    if (CLASSES[e] && e !== '.') return CLASSES[e]!;
    const hex = /^(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(this.text.slice(this.at - 1, this.at + 5));
    if (hex) {
      this.at += hex[0].length - 1;
      return new Set([String.fromCharCode(Number.parseInt(hex[1] ?? hex[2] ?? '0', 16))]);
    }
    const property = /^[pP]\{[^}]{0,40}\}/.exec(this.text.slice(this.at - 1, this.at + 44));
    if (property) {
      this.at += property[0].length - 1;
      return CLASSES.w!;
    }
    return new Set([ESCAPES[e] ?? e]);
  }

  private set(): ReadonlySet<string> {
    const negated = this.text[this.at] === '^';
    if (negated) this.at++;
    const chars = new Set<string>();
    let first = true;
    while (this.at < this.text.length && (first || this.text[this.at] !== ']')) {
      first = false;
      const one = this.member();
      if (one.size === 1 && this.text[this.at] === '-' && (this.text[this.at + 1] ?? ']') !== ']') {
        this.at++;
        const [from] = one;
        const [to] = this.member();
        for (const c of SAMPLE) if (c >= (from ?? '') && c <= (to ?? '')) chars.add(c);
      } else for (const c of one) chars.add(c);
    }
    this.at++;
    return negated ? new Set(SAMPLE.filter((c) => !chars.has(c))) : chars;
  }

  private member(): ReadonlySet<string> {
    const c = this.text[this.at++] ?? '';
    return c === '\\' ? this.escaped(this.text[this.at++] ?? '') : new Set([c]);
  }

  private quantified(node: Node | null): Node | null {
    const found = /^(?:[*+?]|\{(\d{0,6})(,?)(\d{0,6})\})([?+]?)/.exec(this.text.slice(this.at, this.at + 20));
    if (!found || (found[0].startsWith('{') && found[1] === '')) return node;
    this.at += found[0].length;
    if (!node) return null;
    const sign = found[0][0];
    const min = sign === '{' ? Number(found[1]) : sign === '+' ? 1 : 0;
    const max =
      sign === '?'
        ? 1
        : sign !== '{'
          ? Infinity
          : found[2] === ''
            ? min
            : found[3]
              ? Number(found[3])
              : Infinity;
    return { kind: 'repeat', of: node, min, max };
  }
}

/** As much of it as could be read. */
export const parsePattern = (text: string): Node[][] => new Parser(text).parse();

/** Null where some of it was not understood. */
export const parseWholePattern = (text: string): Node[][] | null => {
  const parser = new Parser(text);
  try {
    const nodes = parser.parse();
    return parser.isDone ? nodes : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

export const nullable = (n: Node): boolean =>
  n.kind === 'anchor' ||
  (n.kind === 'group' && n.options.some((o) => o.every(nullable))) ||
  (n.kind === 'repeat' && (n.min === 0 || nullable(n.of)));

/** Every character that may stand anywhere in what it matches. */
export const charsOf = (n: Node): Set<string> => {
  if (n.kind === 'set') return new Set(n.chars);
  if (n.kind === 'repeat') return charsOf(n.of);
  if (n.kind === 'group') return new Set(n.options.flat().flatMap((m) => [...charsOf(m)]));
  return new Set();
};

/** Every character that what they match may begin with. */
export const firstOf = (nodes: readonly Node[]): Set<string> => {
  const chars = new Set<string>();
  for (const n of nodes) {
    if (n.kind === 'set') for (const c of n.chars) chars.add(c);
    else if (n.kind === 'repeat') for (const c of firstOf([n.of])) chars.add(c);
    else if (n.kind === 'group') for (const o of n.options) for (const c of firstOf(o)) chars.add(c);
    if (!nullable(n)) break;
  }
  return chars;
};
