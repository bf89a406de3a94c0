/**
 * A credential that the author of a text cut in two: literals that code joins (`'ghp_' + '…'`, `"sk-…" "…"`), a backslash at the
 * end of a line, one that Markdown sets before `_`, signs that nobody sees. Formatters do it to long lines, and people do it
 * to get a token past a scanner.
 */

const Q = '\\\\{0,3}["\'`]';
/** Without a sign between them: two spans of code in a sentence are two. */
const BESIDE = '\\\\{0,3}["\']';
/** What tokens are made of: on both sides of a joint, so that joined sentences are none. */
const T = '[\\w+/=.~%:@-]';
const JOINT = new RegExp(
  `(?<=${T})(?:${Q}\\s{0,80}(?:[+&~]|\\.{1,2}|\\.concat\\()\\s{0,80}[fFbBrRuU]{0,2}${Q}|${BESIDE}\\s{0,80}[fFbBrRuU]{0,2}${BESIDE}|\\\\\\r?\\n[ \\t]{0,80}|\\\\{1,2}(?=[_-])|[\\u00ad\\u200b-\\u200d\\u2060\\ufeff]{1,4})(?=${T})`,
  'g',
);
const TOKEN_END = new RegExp(`${T}{0,4000}`, 'y');
const ONLY_TOKEN = new RegExp(`^${T}*$`);
/** Shorter than any credential that is joined. */
const SHORTEST = 16;
/** What stands before it may say what it is. */
const BEFORE = 120;
const LONGEST = 4000;
const TOKEN_SIGN = new RegExp(T);
const BEHIND = 40;

/** A part of the text; those of one word have the same number. */
type Piece = { at: number; end: number; word: number };

/** The words of a text that are joined, without their joints, each on a line with what stands around it. */
export type Joined = {
  text: string;
  /** Where the character stands in the whole text. */
  place(i: number): number;
  /** Whether it is one word from the one to the other, and a joint lies between. */
  crosses(start: number, end: number): boolean;
};

const joinedOf = (whole: string, pieces: readonly Piece[]): Joined => {
  const parts: string[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const [n, { at, end, word }] of pieces.entries()) {
    starts.push(length);
    parts.push(whole.slice(at, end) + (pieces[n + 1]?.word === word ? '' : '\n'));
    length += parts[n]!.length;
  }
  const pieceOf = (i: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= i) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    text: parts.join(''),
    place: (i) => {
      const n = pieceOf(i);
      return pieces[n]!.at + i - starts[n]!;
    },
    crosses: (start, end) => {
      const [first, last] = [pieceOf(start), pieceOf(end - 1)];
      return first !== last && pieces[first]!.word === pieces[last]!.word;
    },
  };
};

/** Where the word begins that ends at `end`. */
const wordStart = (text: string, end: number, least: number): number => {
  let at = end;
  while (at > Math.max(least, end - LONGEST) && TOKEN_SIGN.test(text[at - 1]!)) at -= 1;
  return at;
};

const lineEnd = (text: string, from: number): number => {
  const behind = text.slice(from, from + BEHIND);
  const end = behind.indexOf('\n');
  return from + (end === -1 ? behind.length : end);
};

const lineStart = (text: string, end: number): number => {
  const from = Math.max(0, end - BEFORE);
  return from + text.slice(from, end).lastIndexOf('\n') + 1;
};

/** The joined words of a text; null when there are none. */
export const joinedWords = (text: string): Joined | null => {
  const pieces: Piece[] = [];
  let word: Piece[] = [];
  let length = 0;
  let done = 0;
  const close = (from: number): void => {
    if (word.length === 0) return;
    TOKEN_END.lastIndex = from;
    length += TOKEN_END.exec(text)?.[0].length ?? 0;
    const end = Math.max(lineEnd(text, from), TOKEN_END.lastIndex);
    word.push({ at: from, end, word: word[0]!.word });
    if (length >= SHORTEST) for (const piece of word) pieces.push(piece);
    word = [];
    done = from;
  };
  let last = 0;
  JOINT.lastIndex = 0;
  for (let joint = JOINT.exec(text); joint; joint = JOINT.exec(text)) {
    const between = joint.index - last;
    if (word.length === 0 || between > LONGEST || !ONLY_TOKEN.test(text.slice(last, joint.index))) {
      close(last);
      const start = wordStart(text, joint.index, done);
      const at = Math.max(done, lineStart(text, start));
      word.push({ at, end: joint.index, word: at });
      length = joint.index - start;
    } else {
      word.push({ at: last, end: joint.index, word: word[0]!.word });
      length += between;
    }
    last = joint.index + joint[0].length;
  }
  close(last);
  return pieces.length === 0 ? null : joinedOf(text, pieces);
};
