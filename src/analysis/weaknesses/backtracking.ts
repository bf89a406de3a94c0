/**
 * Whether a regular expression can take exponential time: a repeated group whose body can match one text in several
 * ways, followed by something that can fail. A heuristic that would rather miss than cry wolf: sets of characters are
 * compared on a sample of the alphabet, look-arounds and back references are passed over.
 */

type Node =
  | { kind: 'set'; chars: ReadonlySet<string> }
  | { kind: 'group'; options: Node[][] }
  | { kind: 'repeat'; of: Node; min: number; max: number }
  | { kind: 'anchor' };

const LONGEST_PATTERN = 2000;
const DEEPEST = 30;

const SAMPLE: readonly string[] = [
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
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  parse(): Node[][] {
    return this.options(0);
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
      const options = this.options(depth + 1);
      this.at++;
      return looks ? null : { kind: 'group', options };
    }
    if (c === '[') return { kind: 'set', chars: this.set() };
    if (c === '^' || c === '$') return { kind: 'anchor' };
    if (c === '.') return { kind: 'set', chars: CLASSES['.']! };
    if (c === '\\') {
      const e = this.text[this.at++] ?? '';
      if (e === 'b' || e === 'B' || e === 'A' || e === 'Z' || e === 'z') return { kind: 'anchor' };
      if (/[1-9]/.test(e)) return null;
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

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => {
  for (const c of a) if (b.has(c)) return true;
  return false;
};

const nullable = (n: Node): boolean =>
  n.kind === 'anchor' ||
  (n.kind === 'group' && n.options.some((o) => o.every(nullable))) ||
  (n.kind === 'repeat' && (n.min === 0 || nullable(n.of)));

const charsOf = (n: Node): Set<string> => {
  if (n.kind === 'set') return new Set(n.chars);
  if (n.kind === 'repeat') return charsOf(n.of);
  if (n.kind === 'group') return new Set(n.options.flat().flatMap((m) => [...charsOf(m)]));
  return new Set();
};

const firstOf = (nodes: readonly Node[]): Set<string> => {
  const chars = new Set<string>();
  for (const n of nodes) {
    if (n.kind === 'set') for (const c of n.chars) chars.add(c);
    else if (n.kind === 'repeat') for (const c of firstOf([n.of])) chars.add(c);
    else if (n.kind === 'group') for (const o of n.options) for (const c of firstOf(o)) chars.add(c);
    if (!nullable(n)) break;
  }
  return chars;
};

const unbounded = (n: Node): n is Extract<Node, { kind: 'repeat' }> => n.kind === 'repeat' && n.max > 20;

/** Can one pass through `body` and two passes match the same text? */
const ambiguous = (body: readonly Node[]): boolean => {
  for (const [i, n] of body.entries()) {
    if (n.kind === 'group' && body.length === 1) return n.options.some(ambiguous);
    if (!unbounded(n)) continue;
    const own = charsOf(n);
    const others = [...body.slice(0, i), ...body.slice(i + 1)];
    // All the rest must be able to vanish into what this loop matches, or there is a mark between two passes.
    if (others.every((o) => nullable(o) || ([...charsOf(o)].some((c) => own.has(c)) && o.kind !== 'set')))
      return true;
    if (others.every((o) => nullable(o) || (o.kind === 'set' && [...o.chars].every((c) => own.has(c)))))
      return true;
  }
  return false;
};

/** Every text of one alternative begins as one of another does, and both can be the whole pass. */
const alternativesOverlap = (options: readonly Node[][]): boolean =>
  options.some((a, i) =>
    options.some((b, j) => {
      if (i >= j || a.length !== 1 || b.length !== 1) return false;
      const [x, y] = [a[0]!, b[0]!];
      const single = (n: Node): boolean => n.kind === 'set' || (n.kind === 'repeat' && n.of.kind === 'set');
      return single(x) && single(y) && overlap(firstOf([x]), firstOf([y]));
    }),
  );

/** What follows can fail to match after the loop has taken its text. */
const canFail = (rest: readonly Node[]): boolean => rest.some((n) => n.kind === 'anchor' || !nullable(n));

const search = (nodes: readonly Node[], after: readonly Node[]): string | null => {
  for (const [i, n] of nodes.entries()) {
    const rest = [...nodes.slice(i + 1), ...after];
    const inner = n.kind === 'repeat' ? n.of : n;
    if (inner.kind !== 'group') continue;
    if (unbounded(n) && canFail(rest)) {
      if (inner.options.some(ambiguous)) return 'a repetition within a repetition';
      if (alternativesOverlap(inner.options)) return 'alternatives that match the same text, repeated';
    }
    for (const o of inner.options) {
      const found = search(o, rest);
      if (found) return found;
    }
  }
  return null;
};

/** Why the pattern may take exponential time, or null. Never throws; a pattern beyond the bounds is not judged. */
export const backtracks = (pattern: string): string | null => {
  if (pattern.length > LONGEST_PATTERN || !/[)\]]?[*+}]/.test(pattern)) return null;
  // Verbose patterns carry blanks and comments that are no part of them.
  if (/\(\?[a-z]*x|\n\s{0,40}#/.test(pattern)) return null;
  try {
    for (const option of new Parser(pattern).parse()) {
      const found = search(option, []);
      if (found) return found;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
};
