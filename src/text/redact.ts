import { joinedWords } from './joined.ts';
import { changes, findPrivateKeys } from './private-keys.ts';
import { secretContexts } from './secret-contexts.ts';
import { secretShapes, telling } from './secret-shapes.ts';

/**
 * Finding and masking credentials in text. Pure, and safe on hostile input: every repetition is bounded, and a pattern
 * runs only on text that contains one of its fixed parts. What is known of each kind stands in `secret-shapes.ts` and
 * `secret-contexts.ts`, as data.
 *
 * Mask a text whole, then cut it: half a token is a token that no pattern knows, and the lines of a private key say nothing
 * by themselves.
 */

export type SecretMatch = {
  id: string;
  label: string;
  start: number;
  end: number;
  value: string;
  /** The complete match with what stands around the secret, for judging whether it is a placeholder. */
  context: string;
  /** Known by its form or by what stands around it alone, without a look at whether it seems random. */
  specific: boolean;
  /** How many of its first characters all credentials of its kind have. */
  fixed: number;
};

/** The more specific first: where two overlap, the earlier one stays. */
export const secretPatterns = [...secretShapes, ...secretContexts];
const OTHERS = secretPatterns.filter((p) => !telling.patterns.has(p));

/** Bits per character; random hexadecimal is near 4, random base64 near 6, words are below 3.5. */
export const entropy = (value: string): number => {
  const counts = new Map<string, number>();
  for (const c of value) counts.set(c, (counts.get(c) ?? 0) + 1);
  const length = [...value].length;
  let bits = 0;
  for (const n of counts.values()) bits -= (n / length) * Math.log2(n / length);
  return bits;
};

const PLACEHOLDER =
  /example|change[-_ ]?me|replace|placeholder|your[-_ ]?|x{4,}|\*{3,}|\.{3}|…|<[^>]{0,80}>|\$\{|\$\(|\{\{|\bfake|dummy|sample|redacted|insert|todo|foo|bar\b|mock|test|0{6,}|1234|abcd|deadbeef|none|null|undefined|secret[-_ ]?(?:here|key|value)?$|^pass(?:word)?\d{0,3}$|^(?:postgres|root|admin|user|guest|secret|token|mypassword|mysecret)$/i;
const LOCAL_HOST =
  /@(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|host\.docker\.internal|(?:[a-z0-9.-]{1,100}\.)?example\.(?:com|org|net)|[a-z_-]{1,30})(?=[:/?#\s]|$)/i;

/**
 * Why a value is hardly a working credential, or null when nothing speaks for that. `context` is what stands around
 * it (host of a URL, rest of the line).
 */
export const placeholderReason = (value: string, context = ''): string | null => {
  if (PLACEHOLDER.test(value)) return 'reads like a placeholder';
  if (LOCAL_HOST.test(context)) return 'belongs to a local or example host';
  if (/^[A-Za-z_.$[\]()%-]+$/.test(value) && value.length < 24 && entropy(value) < 3.7)
    return 'is made of words, not of random characters';
  if (entropy(value) < 2.5) return 'has little entropy';
  return null;
};

/** A random value of 32 hexadecimal digits may have 2.9; a short one has little whatever it is. */
const enoughEntropy = (value: string): boolean => entropy(value) >= (value.length >= 16 ? 2.5 : 3);

/** Words, references and paths also follow `token =`; only values that mix kinds of characters may be credentials. */
export const looksRandom = (value: string): boolean =>
  /\d/.test(value) &&
  /[A-Za-z]/.test(value) &&
  enoughEntropy(value) &&
  !/^(?:https?:|\.{0,2}\/|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$|\$|%|process\.|os\.|env\.)/.test(value) &&
  !/[(){}<>]|\$\{/.test(value);

/** Where letters of one word begin, or digits: `Uint8Array` has three, random characters have one for every two. */
const PIECES = /(?<![A-Za-z])[a-z]|(?<![A-Z])[A-Z]|(?<!\d)\d/g;
/** As long as a name with a number in it may be and still change as often as random characters do. */
const LONGEST_NAME = 20;

const isName = (value: string): boolean => {
  if (value.length >= LONGEST_NAME || !/^\w+$/.test(value)) return false;
  const each = value.length / (value.match(PIECES)?.length ?? 1);
  return each >= (value.length < 12 ? 2 : 3);
};

/** Names with a number in them look random, too: without quotes, kinds of characters must change more often. */
const looksRandomBare = (value: string): boolean =>
  looksRandom(value) &&
  !/^0x[0-9a-f]{40}$/i.test(value) &&
  (/^(?:0x)?[0-9a-f]{16,}$/i.test(value) ||
    (changes(value) >= (/^[A-Za-z\d]{24,}$/.test(value) ? 0.15 : 0.3) && !isName(value)) ||
    // A sign that neither a name nor a path nor a version has.
    /[A-Za-z0-9][!@#$%^&*?~]/.test(value));

/** A literal may hold brackets, but no reference, call or sign of a template. */
const looksRandomLiteral = (value: string): boolean =>
  looksRandom(value) ||
  (/[(){}<>]/.test(value) &&
    !/[$#{]\{|<[^<>]*>|^[({<[]|%\(/.test(value) &&
    !(/^[\w.$]+\(/.test(value) && value.endsWith(')')) &&
    looksRandom(value.replace(/[(){}<>]/g, '')) &&
    changes(value) >= 0.2);

const ACCEPTS = { quoted: looksRandom, bare: looksRandomBare, literal: looksRandomLiteral };

/** How long a token may be is our bound: what goes on behind it in the same characters is the rest of it. */
const MORE = /[A-Za-z0-9_+/=-]*/y;
const MORE_OF_SHAPE = /[A-Za-z0-9_-]*/y;
const ONE_RUN = /^[A-Za-z0-9_+/=-]+$/;

const endOfRun = (text: string, end: number, whole: boolean): number => {
  const more = whole ? MORE_OF_SHAPE : MORE;
  more.lastIndex = end;
  return end + (more.exec(text)?.[0].length ?? 0);
};

/** Of what any pattern finds. */
const SHORTEST = 10;
/** What was masked before is no credential, whatever stands around it. */
const MASKED = '…[';

/**
 * Both by position and without overlap; of two that overlap the one in `first` stays, unless random characters of a longer one
 * made it up: what one token begins before the other, in one run of characters, is masked with it.
 */
const merged = (
  text: string,
  first: readonly SecretMatch[],
  second: readonly SecretMatch[],
): SecretMatch[] => {
  if (first.length === 0) return [...second];
  const out: SecretMatch[] = [];
  let i = 0;
  for (const match of second) {
    while (i < first.length && first[i]!.end <= match.start) out.push(first[i++]!);
    const kept = first[i];
    if (kept === undefined || kept.start >= match.end) out.push(match);
    else if (
      match.start < kept.start &&
      (match.specific || ONE_RUN.test(text.slice(match.start, kept.start)))
    ) {
      const end = Math.max(kept.end, match.end);
      const whole = { ...match, end, value: text.slice(match.start, end) };
      // Further ones of `first` may lie in it.
      while (i < first.length && first[i]!.start < end) i++;
      out.push(whole);
    }
  }
  return [...out, ...first.slice(i)];
};

/** Of the texts that a pattern asks for first, the longest the value begins with. */
const fixedPart = (value: string, hints: readonly string[]): number =>
  Math.max(0, ...hints.filter((hint) => value.startsWith(hint)).map((hint) => hint.length));

/** Every match of every pattern, by position; where two overlap, the more specific (earlier listed) one stays. */
const findWhole = (text: string): SecretMatch[] => {
  let found = findPrivateKeys(text).map(({ start, end }): SecretMatch => {
    const value = text.slice(start, end);
    return {
      id: 'private-key',
      label: 'private key',
      start,
      end,
      value,
      context: value,
      specific: true,
      fixed: 0,
    };
  });
  if (text.length < SHORTEST) return found;
  const lower = text.toLowerCase();
  const worthTrying = telling.probe.test(text) ? secretPatterns : OTHERS;
  for (const { id, label, hints, pattern, group, generic, accepts } of worthTrying) {
    const hay = pattern.flags.includes('i') ? lower : text;
    if (!hints.some((hint) => hay.includes(hint))) continue;
    const matches: SecretMatch[] = [];
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const found = match[group] ?? '';
      if (found.includes(MASKED)) continue;
      if ((generic && !ACCEPTS[generic](found)) || accepts?.(found) === false) continue;
      const start = match.index + (group === 0 ? 0 : match[0].lastIndexOf(found));
      const end = endOfRun(text, start + found.length, group === 0);
      const value = text.slice(start, end);
      pattern.lastIndex = Math.max(pattern.lastIndex, end);
      matches.push({
        id,
        label,
        start,
        end,
        value,
        context: match[0].length < end - match.index ? text.slice(match.index, end) : match[0],
        specific: generic === undefined,
        fixed: generic === undefined ? fixedPart(value, hints) : 0,
      });
    }
    if (matches.length > 0) found = merged(text, found, matches);
  }
  return found;
};

/** Those that lie over a joint of the text. */
const findJoined = (text: string): SecretMatch[] => {
  const joined = joinedWords(text);
  if (!joined) return [];
  return findWhole(joined.text)
    .filter(({ start, end }) => joined.crosses(start, end))
    .map((match) => {
      const start = joined.place(match.start);
      const end = joined.place(match.end - 1) + 1;
      return { ...match, start, end, value: text.slice(start, end) };
    });
};

/**
 * Every credential, by position and without overlap: those that stand in one piece, and those that are joined of several,
 * which take the place of their pieces.
 */
export const findSecrets = (text: string): SecretMatch[] => {
  const found = findWhole(text);
  const out: SecretMatch[] = [];
  let i = 0;
  for (const joined of findJoined(text)) {
    while (i < found.length && found[i]!.end <= joined.start) out.push(found[i++]!);
    if ((out.at(-1)?.end ?? 0) > joined.start) continue;
    let next = i;
    while (next < found.length && found[next]!.end <= joined.end && found[next]!.start >= joined.start)
      next++;
    if (next < found.length && found[next]!.start < joined.end) continue;
    out.push(joined);
    i = next;
  }
  return [...out, ...found.slice(i)];
};

/** At most the first four characters, never more than a quarter, and the length: enough to find it, useless to steal. */
export const mask = (secret: string): string => {
  const shown = /^[\x21-\x7e]{0,4}/.exec(secret)?.[0].slice(0, Math.floor(secret.length / 4)) ?? '';
  return `${shown}…[${secret.length} characters]`;
};

/**
 * Masked, and as many lines as before: the other lines of a file must keep their numbers. No line is an ellipsis alone, which
 * in a citation stands for lines left out.
 */
const maskLines = (secret: string): string =>
  mask(secret) + '\n[masked]'.repeat(secret.split('\n').length - 1);

/** The text with everything that looks like a credential masked. Other text is unchanged, and so is the number of lines. */
export const redactSecrets = (text: string): string => {
  let out = '';
  let from = 0;
  for (const { start, end, value } of findSecrets(text)) {
    out += text.slice(from, start) + maskLines(value);
    from = end;
  }
  return out + text.slice(from);
};
