/**
 * Code as its words and marks, without white space: what a formatter moves about compares equal. Quotes, and commas and
 * semicolons that only end something, are a matter of taste in some languages: there they compare equal too.
 */
export type Code = {
  words: readonly string[];
  /** 1-based line of each word. */
  lines: readonly number[];
  /** Whether a word may be a name somebody chose: no mark, and not inside of a string. */
  names: readonly boolean[];
  /** All words, each between two line feeds: a run of words is found in it by its text. */
  text: string;
  /** Where each word begins in `text`. */
  starts: readonly number[];
};

const WORD = /[\p{L}\p{N}_$]+|\S/gu;
/** Languages in which 'a' and "a" are the same, and a comma before a closing bracket says nothing. */
const BY_TASTE = /\.(?:[cm]?[jt]sx?|vue|svelte|pyi?)$/;
/** `.ts` of a path; '' where it has no ending. */
export const endingOf = (path: string): string => /\.[^./]{1,12}$/.exec(path)?.[0] ?? '';

const QUOTES = new Set(['"', "'", '`']);
const isWord = (word: string): boolean => /^[\p{L}\p{N}_$]/u.test(word);

const codeOf = (words: string[], lines: number[], names: boolean[]): Code => {
  const starts: number[] = [];
  let at = 1;
  for (const word of words) {
    starts.push(at);
    at += word.length + 1;
  }
  return { words, lines, names, text: `\n${words.join('\n')}\n`, starts };
};

/** Reads a text; `path` says by its ending what is taste there. */
export const readCode = (source: string, path: string): Code => {
  const taste = BY_TASTE.test(path);
  const script = taste && !/\.pyi?$/.test(path);
  const words: string[] = [];
  const lines: number[] = [];
  const names: boolean[] = [];
  let quote = '';
  /** Inside of a string, where a value is put in: there names are names again. */
  let hole = false;
  for (const [i, line] of source.split('\n').entries()) {
    if (quote !== '`') {
      quote = '';
      hole = false;
    }
    for (const [word] of line.matchAll(WORD)) {
      const inside = quote !== '' && !hole;
      if (quote !== '' && (word === '{' || word === '}')) hole = word === '{';
      if (QUOTES.has(word) && !hole) quote = inside ? (quote === word ? '' : quote) : word;
      // In strings too: a quotation may begin inside of one, and must read as its file does.
      if (script && word === ';') continue;
      if (taste && words.at(-1) === ',' && (word === ')' || word === ']' || word === '}')) {
        words.pop();
        lines.pop();
        names.pop();
      }
      words.push(taste && word === "'" ? '"' : word);
      lines.push(i + 1);
      names.push(!inside && isWord(word) && !/^\d/.test(word));
    }
  }
  return codeOf(words, lines, names);
};

/** The words of some lines of a text. What ends them is a matter of what follows, which is not quoted. */
export const quotedCode = (snippet: string, path: string): Code => {
  const { words, lines, names } = readCode(snippet, path);
  const end = BY_TASTE.test(path) && words.at(-1) === ',' ? -1 : undefined;
  return codeOf(words.slice(0, end), lines.slice(0, end), names.slice(0, end));
};

/** How much a piece of code tells: letters and digits in it. A bracket stands everywhere. */
export const weightOf = (code: Pick<Code, 'words'>): number =>
  code.words.reduce((sum, w) => sum + (isWord(w) ? w.length : 0), 0);

/** The words of a place of a text, each as it is there: whether it is a name shows only in its file. */
export const codeAt = (code: Code, { startLine, endLine }: Range, like: Code): Code => {
  for (let i = code.lines.indexOf(startLine); i >= 0 && code.lines[i] === startLine; i++) {
    const words = code.words.slice(i, i + like.words.length);
    if (code.lines[i + words.length - 1] === endLine && words.every((w, k) => w === like.words[k]))
      return codeOf(words, code.lines.slice(i, i + words.length), code.names.slice(i, i + words.length));
  }
  return like;
};

export type Range = { startLine: number; endLine: number };

/** Lines such as a closing bracket come thousands of times: more places than this tell nothing. */
const MAX_PLACES = 200;

const wordAt = (starts: readonly number[], offset: number): number => {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Every place where a quotation stands in a text, in order. */
export const placesOf = (quoted: Code, text: Code): Range[] => {
  const found: Range[] = [];
  if (quoted.words.length === 0) return found;
  for (
    let at = text.text.indexOf(quoted.text);
    at !== -1 && found.length < MAX_PLACES;
    at = text.text.indexOf(quoted.text, at + 1)
  ) {
    const first = wordAt(text.starts, at + 1);
    found.push({
      startLine: text.lines[first]!,
      endLine: text.lines[first + quoted.words.length - 1]!,
    });
  }
  return found;
};

/** Code in which every name somebody chose reads alike. */
const shapeOf = (code: Code): Code =>
  codeOf(
    code.words.map((w, i) => (code.names[i] ? 'x' : w)),
    [...code.lines],
    [...code.names],
  );

/**
 * Where a quotation stands with other names: the same names for the same ones throughout, and no two become one. `mayBecome`
 * says whether one name may be the other's new one.
 */
export const renamedPlaces = (
  quoted: Code,
  text: Code,
  mayBecome: (was: string, now: string) => boolean,
): Range[] => {
  const shape = shapeOf(text);
  return placesOf(shapeOf(quoted), shape).filter((range) => {
    const starts = text.lines.findIndex((l) => l >= range.startLine);
    for (let first = starts; first < text.words.length && text.lines[first] === range.startLine; first++) {
      const names = new Map<string, string>();
      const taken = new Map<string, string>();
      const fits = quoted.words.every((was, i) => {
        const now = text.words[first + i];
        if (now === undefined) return false;
        if (!quoted.names[i]) return now === was;
        if ((names.get(was) ?? now) !== now || (taken.get(now) ?? was) !== was) return false;
        names.set(was, now);
        taken.set(now, was);
        return now === was || mayBecome(was, now);
      });
      if (fits) return true;
    }
    return false;
  });
};

/** The lines of a text as their words, by line: '' where nothing is. */
export const lineTexts = (code: Code): string[] => {
  const texts: string[] = [];
  for (const [i, word] of code.words.entries()) {
    const n = code.lines[i]! - 1;
    texts[n] = texts[n] === undefined ? word : `${texts[n]} ${word}`;
  }
  return Array.from(texts, (t) => t ?? '');
};
