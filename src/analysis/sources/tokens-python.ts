import { lineFinder } from '../files/lines.ts';
import { partners } from './tokens-javascript.ts';

/** Python as a flat list of tokens that knows where logical lines begin. Linear; broken code yields tokens too. */
export type PyToken = {
  type: 'name' | 'punctuation' | 'string' | 'number';
  /** Strings are decoded. */
  text: string;
  start: number;
  end: number;
  line: number;
  endLine: number;
  /** Indentation when the token begins a logical line, else -1. */
  indent: number;
  /** For strings: no part of it is computed (an f-string with braces is). */
  complete: boolean;
};

export type PyTokens = { list: PyToken[]; partner: Int32Array; text: string };

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING_START = /(?:[rRbBuUfFtT]{0,2})("""|'''|"|')/y;
const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?)j?/y;
const PUNCTUATION = /->|:=|\*\*|\/\/|==|!=|<=|>=|\.\.\.|[\s\S]/y;
const ESCAPED =
  /\\(?:N\{[^}]{1,80}\}|U([\da-fA-F]{8})|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-7]{1,3})|(\r\n|[\s\S]))/g;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07' };

const decode = (raw: string): string =>
  raw.replace(
    ESCAPED,
    (all, eight?: string, four?: string, two?: string, octal?: string, single?: string) => {
      const hex = eight ?? four ?? two;
      if (hex !== undefined || octal !== undefined) {
        const code = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(octal as string, 8);
        return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
      }
      if (single === undefined) return '\ufffd';
      if (single === '\n' || single === '\r\n') return '';
      return ESCAPES[single] ?? (/["'\\]/.test(single) ? single : all);
    },
  );

/** End (exclusive) of the string body that begins at `at`. One line only, unless the quote is triple. */
const endOfString = (text: string, at: number, quote: string): { end: number; closed: boolean } => {
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '\n' && quote.length === 1) return { end: i, closed: false };
    else if (c === quote[0] && text.startsWith(quote, i)) return { end: i, closed: true };
  }
  return { end: text.length, closed: false };
};

export const tokenizePython = (text: string): PyTokens => {
  const list: PyToken[] = [];
  const lineOf = lineFinder(text);
  let lineStart = true;
  let indent = 0;
  let depth = 0;
  const push = (
    type: PyToken['type'],
    start: number,
    end: number,
    value: string,
    complete = true,
  ): number => {
    const line = lineOf(start);
    list.push({
      type,
      text: value,
      start,
      end,
      line,
      endLine: end - start > 1 ? lineOf(end - 1) : line,
      indent: lineStart ? indent : -1,
      complete,
    });
    lineStart = false;
    return end;
  };
  let i = 0;
  while (i < text.length) {
    const c = text[i] as string;
    if (c === '\n') {
      i++;
      if (depth === 0) {
        lineStart = true;
        indent = 0;
      }
    } else if (c === ' ' || c === '\t' || c === '\r' || c === '\f') {
      if (lineStart) indent += c === '\t' ? 8 : 1;
      i++;
    } else if (c === '\\' && /^\r?\n/.test(text.slice(i + 1, i + 3))) {
      i += text[i + 1] === '\r' ? 3 : 2;
    } else if (c === '#') {
      const end = text.indexOf('\n', i);
      i = end < 0 ? text.length : end;
    } else {
      STRING_START.lastIndex = i;
      const opening = /[rRbBuUfFtT"']/.test(c) ? STRING_START.exec(text) : null;
      NAME.lastIndex = i;
      const name = opening ? null : NAME.exec(text);
      NUMBER.lastIndex = i;
      if (opening) {
        const quote = opening[1] as string;
        const prefix = opening[0].slice(0, -quote.length).toLowerCase();
        const body = i + opening[0].length;
        const { end, closed } = endOfString(text, body, quote);
        const raw = text.slice(body, end);
        const computed = /[ft]/.test(prefix) && /\{(?!\{)/.test(raw.replaceAll('{{', ''));
        i = push(
          'string',
          i,
          closed ? end + quote.length : end,
          prefix.includes('r') ? raw : decode(raw),
          !computed,
        );
      } else if (name) i = push('name', i, i + name[0].length, name[0]);
      else if (c >= '0' && c <= '9') {
        const number = NUMBER.exec(text)?.[0] ?? c;
        i = push('number', i, i + number.length, number);
      } else {
        PUNCTUATION.lastIndex = i;
        const found = PUNCTUATION.exec(text)?.[0] ?? c;
        if ('([{'.includes(found)) depth++;
        else if (')]}'.includes(found)) depth = Math.max(0, depth - 1);
        i = push('punctuation', i, i + found.length, found);
      }
    }
  }
  return { list, partner: partners(list), text };
};
