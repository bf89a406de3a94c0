import { lineFinder } from '../files/lines.ts';

/**
 * JavaScript and TypeScript as a flat list of tokens: enough to find definitions without being misled by comments,
 * strings, templates or regular expressions. Linear in the text; broken code yields tokens, never an exception.
 */
export type Token = {
  type: 'name' | 'punctuation' | 'string' | 'number' | 'regex';
  /** Strings are decoded; a template's computed parts stay as `${…}`. */
  text: string;
  start: number;
  end: number;
  line: number;
  endLine: number;
  /** For strings: nothing in it is computed. */
  complete: boolean;
};

export type Tokens = {
  list: Token[];
  /** For every bracket token the index of its partner, -1 when it has none; -1 for other tokens. */
  partner: Int32Array;
};

const NAME_START = /[A-Za-z_$\u0080-\uffff]/;
const NAME = /[\w$\u0080-\uffff]+/y;
const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?)n?/y;
const PUNCTUATION = /=>|\?\.(?!\d)|\.\.\.|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\+\+|--|[-+*/%&|^]=|[\s\S]/y;
/** After these words a slash begins a regular expression. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'throw',
  'new',
  'else',
  'do',
  'await',
  'yield',
]);
const DEEPEST_TEMPLATE = 20;

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', '0': '\0' };
const ESCAPED = /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[\s\S]))/g;

/** What the escapes of a string literal stand for. */
export const decodeEscapes = (raw: string): string =>
  raw.replace(ESCAPED, (_all, braced?: string, four?: string, two?: string, single?: string) => {
    const hex = braced ?? four ?? two;
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    }
    return single === '\n' || single === '\r\n' ? '' : (ESCAPES[single ?? ''] ?? single ?? '');
  });

/** End (exclusive) of a quoted string that begins at `at`; a string without its end stops at the line's. */
const endOfQuoted = (text: string, at: number): number => {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === quote) return i + 1;
    else if (c === '\n') return i;
  }
  return text.length;
};

/** End (exclusive) of a template that begins at `at`, and whether it has computed parts. */
const endOfTemplate = (text: string, at: number, depth = 0): { end: number; complete: boolean } => {
  let complete = true;
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '`') return { end: i + 1, complete };
    else if (c === '$' && text[i + 1] === '{') {
      complete = false;
      if (depth >= DEEPEST_TEMPLATE) return { end: text.length, complete };
      let open = 1;
      for (i += 2; i < text.length && open > 0; i++) {
        const e = text[i];
        if (e === '{') open++;
        else if (e === '}') open--;
        else if (e === '"' || e === "'") i = endOfQuoted(text, i) - 1;
        else if (e === '`') i = endOfTemplate(text, i, depth + 1).end - 1;
      }
      i--;
    }
  }
  return { end: text.length, complete };
};

const endOfRegex = (text: string, at: number): number => {
  let inClass = false;
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '\n') return -1;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) {
      i++;
      while (/[a-z]/.test(text[i] ?? '')) i++;
      return i;
    }
  }
  return -1;
};

export const tokenizeJavaScript = (text: string): Tokens => {
  const list: Token[] = [];
  const lineOf = lineFinder(text);
  const push = (type: Token['type'], start: number, end: number, value: string, complete = true): number => {
    const line = lineOf(start);
    list.push({
      type,
      text: value,
      start,
      end,
      line,
      endLine: end - start > 1 ? lineOf(end - 1) : line,
      complete,
    });
    return end;
  };
  let i = text.startsWith('#!') ? text.indexOf('\n') : 0;
  if (i < 0) i = text.length;
  while (i < text.length) {
    const c = text[i] as string;
    if (c === ' ' || c === '\n' || c === '\t' || c === '\r') {
      i++;
      continue;
    }
    if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      i = end < 0 ? text.length : end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? text.length : end + 2;
    } else if (c === '"' || c === "'") {
      const end = endOfQuoted(text, i);
      i = push(
        'string',
        i,
        end,
        decodeEscapes(text.slice(i + 1, text[end - 1] === c && end > i + 1 ? end - 1 : end)),
      );
    } else if (c === '`') {
      const { end, complete } = endOfTemplate(text, i);
      i = push(
        'string',
        i,
        end,
        decodeEscapes(text.slice(i + 1, text[end - 1] === '`' ? end - 1 : end)),
        complete,
      );
    } else if (c >= '0' && c <= '9') {
      NUMBER.lastIndex = i;
      const found = NUMBER.exec(text)?.[0] ?? c;
      i = push('number', i, i + found.length, found);
    } else if (NAME_START.test(c)) {
      NAME.lastIndex = i;
      const found = NAME.exec(text)?.[0] ?? c;
      i = push('name', i, i + found.length, found);
    } else {
      if (c === '/') {
        const before = list.at(-1);
        const value =
          before !== undefined &&
          (before.type === 'number' ||
            before.type === 'string' ||
            (before.type === 'name' ? !BEFORE_REGEX.has(before.text) : /[)\]}]/.test(before.text)));
        const end = value ? -1 : endOfRegex(text, i);
        if (end > 0) {
          i = push('regex', i, end, text.slice(i, end));
          continue;
        }
      }
      PUNCTUATION.lastIndex = i;
      const found = PUNCTUATION.exec(text)?.[0] ?? c;
      i = push('punctuation', i, i + found.length, found);
    }
  }
  return { list, partner: partners(list) };
};

/** Pairs brackets; one that fits nothing is left alone instead of upsetting the rest. */
export const partners = (list: readonly { type: string; text: string }[]): Int32Array => {
  const partner = new Int32Array(list.length).fill(-1);
  const open: number[] = [];
  const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  list.forEach((token, i) => {
    if (token.type !== 'punctuation') return;
    if (token.text === '(' || token.text === '[' || token.text === '{') open.push(i);
    else if (closes[token.text]) {
      const wanted = closes[token.text];
      // A few unclosed brackets are skipped over; far beyond that the text is no code.
      for (let back = open.length - 1; back >= 0 && back > open.length - 10; back--)
        if (list[open[back] as number]?.text === wanted) {
          partner[open[back] as number] = i;
          partner[i] = open[back] as number;
          open.length = back;
          break;
        }
    }
  });
  return partner;
};
