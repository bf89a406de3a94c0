export type SecretPattern = {
  id: string;
  /** What it is, as a title says it: "GitHub token". */
  label: string;
  /** Fixed parts of which a match has at least one; compared as they stand, or in lower case when `pattern` has `i`. */
  hints: readonly string[];
  pattern: RegExp;
  /** The capture group that holds the secret; 0 for the whole match. */
  group: number;
  /**
   * Words around a value rather than a shape of its own: the value must also look random; without quotes around it, as it
   * may be the name of something, more so; a literal may have signs of code in it.
   */
  generic?: 'quoted' | 'bare' | 'literal';
  /** Says no to what has the shape and is none. */
  accepts?(value: string): boolean;
  /** A text that holds one, the secret's random parts as `{w20}`: see {@link fillSample}. */
  sample: string;
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const CAPITALS = LETTERS.toUpperCase();
const DIGITS = '0123456789';
/** What the random parts of samples are made of; `p` is the base64 of letters and digits. */
const ALPHABETS: Record<string, string> = {
  w: LETTERS + CAPITALS + DIGITS,
  b: `${LETTERS}${CAPITALS}${DIGITS}_-`,
  s: `${LETTERS}${CAPITALS}${DIGITS}+/`,
  l: LETTERS + DIGITS,
  W: CAPITALS + DIGITS,
  h: '0123456789abcdef',
  a: LETTERS,
  d: DIGITS,
  B: `${CAPITALS}234567`,
  Z: '023456789ACDEFGHJKLMNPQRSTUVWXYZ',
};

/**
 * A sample with its random parts filled in: `{w20}` becomes twenty letters and digits. `pick(n)` gives a number from 0
 * to n - 1. Samples are templates so that no scanner takes this program for a leak.
 */
export const fillSample = (sample: string, pick: (n: number) => number): string =>
  sample.replace(/\{([a-zA-Z])(\d{1,3})\}/g, (_, kind: string, length: string) => {
    const random = (alphabet: string): string =>
      Array.from({ length: Number(length) }, () => alphabet[pick(alphabet.length)]).join('');
    return kind === 'p' ? btoa(random(ALPHABETS.w!)) : random(ALPHABETS[kind] ?? '');
  });
