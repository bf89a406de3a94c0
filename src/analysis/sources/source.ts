import { lineFinder } from '../files/lines.ts';
import { extensionOf } from '../files/paths.ts';
import type { Literal, Marks, Module } from './ir.ts';
import { scanMarks } from './scan-marks.ts';

export type { Literal } from './ir.ts';

export type Language = 'script' | 'python' | 'go' | 'rust' | 'java' | 'csharp' | 'php' | 'ruby' | 'kotlin';

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
  cs: 'csharp',
  csx: 'csharp',
  php: 'php',
  phtml: 'php',
  rb: 'ruby',
};

export const weaknessLanguage = (path: string): Language | null => LANGUAGES[extensionOf(path)] ?? null;

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** A literal with only its quotes and its computed parts left. */
const hollow = (raw: string, opening: string | null): string => {
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

const NOTHING: Marks = { comments: [], literals: [], patterns: [] };

/** Kotlin, which is not parsed, and scripts whose parser gave them up are scanned for quotes. */
const marksOf = (text: string, language: Language, module: Module | null): Marks =>
  module?.marks ??
  (language === 'script'
    ? scanMarks(text, ['"', "'", '`'])
    : language === 'java'
      ? scanMarks(text, ['"""', '"'])
      : NOTHING);

/**
 * Where a file's own tests begin, at its end: the test module of Rust, and what a Python file does when it is run by itself,
 * where that starts no server.
 */
export const endOfServer = (text: string, language: Language | null): number => {
  const at =
    language === 'rust'
      ? text.search(/^#\[cfg\(test\)\]\s{0,20}\n(?:pub )?mod\s/m)
      : language === 'python'
        ? selfTest(text)
        : -1;
  return at < 0 ? text.length : at;
};

const MAIN = /^if[ \t]+__name__[ \t]*==[ \t]*["']__main__["'][ \t]*:[ \t]*(?:#[^\n]*)?$/m;
/** A call that may start what the file is: only blocks without any are tests or demonstrations. */
const STARTS =
  /\b(?:main|cli|app|run|start|serve|server|mcp|uvicorn|fire|typer|click|asyncio|anyio|trio)\w*(?:\.\w{1,40}){0,3}\s{0,3}\(|sys\.exit\(/i;
const TRIES = /^[ \t]+(?:asyncio|anyio)\.run\([ \t]*_?(?:test|demo|example|try)\w*\(/im;

const selfTest = (text: string): number => {
  const found = MAIN.exec(text);
  if (!found) return -1;
  const block = text.slice(found.index + found[0].length);
  // What stands at the left edge again is no longer in the block.
  if (/^[^\s#]/m.test(block)) return -1;
  return STARTS.test(block) && !TRIES.test(block) ? -1 : found.index;
};

/** What begins a computed part inside a text. */
const OPENINGS: Partial<Record<Language, string>> = {
  script: '${',
  python: '{',
  csharp: '{',
  php: '{',
  ruby: '#{',
  kotlin: '${',
};

/** `module` is what its reader made of it, or null where there is none. Linear in the text. */
export const readSource = (
  path: string,
  given: string,
  language: Language,
  module: Module | null,
): Source => {
  const served = endOfServer(given, language);
  const text = given.slice(0, served) + blank(given.slice(served));
  const opening = OPENINGS[language] ?? null;
  const marks = marksOf(given, language, module);
  const before = <T extends { start: number }>(list: readonly T[]): T[] =>
    list.filter((m) => m.start < served);
  const literals = before(marks.literals);
  const patterns = before(marks.patterns);
  const all = [
    ...before(marks.comments).map((m) => ({ ...m, as: 'comment' as const, complete: true })),
    ...literals.map((m) => ({ ...m, as: 'literal' as const })),
    ...patterns.map((m) => ({ ...m, as: 'pattern' as const })),
  ].sort((a, b) => a.start - b.start);
  const code: string[] = [];
  const bare: string[] = [];
  let at = 0;
  for (const m of all) {
    if (m.start < at) continue;
    const between = text.slice(at, m.start);
    const raw = text.slice(m.start, m.end);
    code.push(between, m.as === 'comment' ? blank(raw) : raw);
    bare.push(
      between,
      m.as === 'comment'
        ? blank(raw)
        : m.as === 'pattern'
          ? `/${blank(raw.slice(1, -1))}/`
          : hollow(raw, m.complete ? null : opening),
    );
    at = m.end;
  }
  const rest = text.slice(at);
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
