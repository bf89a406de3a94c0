import { lineFinder } from '../files/lines.ts';
import { extensionOf } from '../files/paths.ts';
import { scanBraceLanguage } from './scan-brace-language.ts';
import { tokenizeJavaScript } from './tokens-javascript.ts';
import { tokenizePython } from './tokens-python.ts';

export type Language = 'script' | 'python' | 'go' | 'rust' | 'java';

/** A string literal of the source; `text` is decoded as far as its language's reader decodes. */
export type Literal = { start: number; end: number; text: string; complete: boolean };

/**
 * One source file in three layers of the same length, so that an offset means the same place in each: the text as it
 * is, `code` without comments, and `bare` without comments and without what stands in quotes (computed parts of
 * templates and f-strings are code, and stay).
 */
export type Source = {
  path: string;
  language: Language;
  text: string;
  code: string;
  bare: string;
  literals: readonly Literal[];
  /** Regular expression literals (JavaScript only). */
  patterns: readonly Literal[];
  lineOf(offset: number): number;
};

const LANGUAGES: Record<string, Language> = {
  ts: 'script',
  tsx: 'script',
  mts: 'script',
  cts: 'script',
  js: 'script',
  jsx: 'script',
  mjs: 'script',
  cjs: 'script',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'java',
};

export const weaknessLanguage = (path: string): Language | null => LANGUAGES[extensionOf(path)] ?? null;

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** A literal with only its quotes and its computed parts left. */
const hollow = (raw: string, opening: '${' | '{' | null): string => {
  if (raw.length < 2) return raw;
  const quote = (s: string): string => (/["'`]/.test(s) ? s : ' ');
  let inside = blank(raw.slice(1, -1));
  if (opening) {
    let kept = '';
    for (let i = 1; i < raw.length - 1; ) {
      if (opening === '{' && raw.startsWith('{{', i)) {
        kept += '  ';
        i += 2;
      } else if (raw.startsWith(opening, i)) {
        let depth = 0;
        let end = i + opening.length - 1;
        for (; end < raw.length - 1; end++)
          if (raw[end] === '{') depth++;
          else if (raw[end] === '}' && --depth === 0) break;
        end = Math.min(end + 1, raw.length - 1);
        // Quotes within a computed part hold text again.
        kept += raw
          .slice(i, end)
          .replace(/"[^"\n]{0,300}"|'[^'\n]{0,300}'/g, (q) => q[0] + blank(q.slice(1, -1)) + q[0]);
        i = end;
      } else {
        kept += raw[i] === '\n' || raw[i] === '\r' ? raw[i] : ' ';
        i++;
      }
    }
    inside = kept;
  }
  return quote(raw[0]!) + inside + quote(raw.at(-1)!);
};

type Span = { type: string; text: string; start: number; end: number; complete: boolean };

const tokensOf = (text: string, language: Language): readonly Span[] => {
  if (language === 'script') return tokenizeJavaScript(text).list;
  if (language === 'python') return tokenizePython(text).list;
  return scanBraceLanguage(text, language);
};

/** Rust keeps its tests in the file they test, at its end. */
const withoutTests = (text: string): string => {
  const at = text.search(/^#\[cfg\(test\)\]\s{0,20}\n(?:pub )?mod\s/m);
  return at < 0 ? text : text.slice(0, at) + blank(text.slice(at));
};

/** Linear in the text; broken code gives layers too. */
export const readSource = (path: string, given: string, language: Language): Source => {
  const text = language === 'rust' ? withoutTests(given) : given;
  const code: string[] = [];
  const bare: string[] = [];
  const literals: Literal[] = [];
  const patterns: Literal[] = [];
  const opening = language === 'script' ? '${' : language === 'python' ? '{' : null;
  let at = 0;
  for (const t of tokensOf(text, language)) {
    const between = blank(text.slice(at, t.start));
    const raw = text.slice(t.start, t.end);
    code.push(between, raw);
    if (t.type === 'string') {
      literals.push({ start: t.start, end: t.end, text: t.text, complete: t.complete });
      bare.push(between, hollow(raw, t.complete ? null : opening));
    } else if (t.type === 'regex') {
      patterns.push({ start: t.start, end: t.end, text: t.text, complete: true });
      bare.push(between, `/${blank(raw.slice(1, -1))}/`);
    } else bare.push(between, raw);
    at = t.end;
  }
  const rest = blank(text.slice(at));
  const lineOf = lineFinder(text);
  return {
    path,
    language,
    text,
    code: code.join('') + rest,
    bare: bare.join('') + rest,
    literals,
    patterns,
    lineOf,
  };
};

const PARTNER: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const LONGEST = 60_000;

/** Offset of the bracket that closes the one at `open`, or -1 when there is none within bounds. */
export const closing = (source: Source, open: number): number => {
  const begin = source.bare[open] ?? '';
  const end = PARTNER[begin];
  if (!end) return -1;
  const limit = Math.min(source.bare.length, open + LONGEST);
  let depth = 0;
  for (let i = open; i < limit; i++) {
    const c = source.bare[i];
    if (c === begin) depth++;
    else if (c === end && --depth === 0) return i;
  }
  return -1;
};

export type Range = { start: number; end: number };

/** What stands between the bracket at `open` and its partner; empty when it is never closed. */
export const inside = (source: Source, open: number): Range => {
  const end = closing(source, open);
  return end < 0 ? { start: open + 1, end: open + 1 } : { start: open + 1, end };
};

/** The statement's rest of a line and the lines that continue it, as an offset range; at most `lines` lines. */
export const linesFrom = (source: Source, offset: number, lines: number): Range => {
  let end = offset;
  for (let n = 0; n < lines; n++) {
    const next = source.text.indexOf('\n', end);
    if (next < 0) return { start: offset, end: source.text.length };
    end = next + 1;
  }
  return { start: offset, end };
};

/** `before` and `after` whole lines around an offset. */
export const linesAround = (source: Source, offset: number, before: number, after: number): Range => {
  let start = offset;
  for (let n = 0; n <= before && start > 0; n++) start = source.text.lastIndexOf('\n', start - 1);
  return { start: Math.max(0, start), end: linesFrom(source, offset, after + 1).end };
};

const slice =
  (layer: 'code' | 'bare') =>
  (source: Source, range: Range): string =>
    source[layer].slice(range.start, range.end);
export const codeIn = slice('code');
export const bareIn = slice('bare');

/** Every match of a pattern (with the g flag) in one layer, at most `most`. */
export const matchesIn = (
  source: Source,
  layer: 'code' | 'bare',
  pattern: RegExp,
  most = 500,
): RegExpExecArray[] => {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let m = pattern.exec(source[layer]); m && found.length < most; m = pattern.exec(source[layer])) {
    found.push(m);
    if (m[0] === '') pattern.lastIndex++;
  }
  pattern.lastIndex = 0;
  return found;
};
