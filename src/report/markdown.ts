import { visible, visibleLines } from '../text/visible.ts';

/**
 * Markdown that means what we meant. Two kinds of text come in: the target's, which is data and is escaped completely
 * ({@link inline}, {@link code}, {@link fence}), and the auditor's, who may format but not break the document
 * ({@link prose}, {@link words}).
 */

export const clip = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max - 1)}…` : text;

/** The same between words, where one ends in the second half. */
export const clipWords = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const at = cut.lastIndexOf(' ');
  return `${(at > max / 2 ? cut.slice(0, at) : cut).trimEnd()}…`;
};

const oneLine = (text: string, max: number): string =>
  visible(
    clipWords(text.trim(), max)
      .toWellFormed()
      .replace(/[\t\r\n]+/g, ' ')
      .replace(/ {2,}/g, ' '),
  ).trim();

/** The word all labels of the database share. Where no label is meant, its underscores are escaped: it reads the same. */
const LABEL_WORDS = /PROMPT_INJECTION_EXAMPLE/g;
const unlike = (word: string): string => word.replaceAll('_', '\\_');

/** Target text inside a line: nothing in it is Markdown, HTML or a table border. */
export const inline = (text: string, max = 300): string =>
  oneLine(text, max)
    .replaceAll('&', '&amp;')
    .replace(/[\\`*[\]|~$]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(^|[^A-Za-z0-9])_|_(?=[^A-Za-z0-9]|$)/g, (m) => m.replace('_', '\\_'))
    // What looks like a reference to one of our findings is none.
    .replace(/\b(CRITICAL|HIGH|MEDIUM|LOW|INFO)-(?=\d{3}\b)/g, '$1\\-')
    .replace(LABEL_WORDS, unlike)
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');

const longestRun = (text: string, char: '`' | '~'): number => {
  let longest = 0;
  for (let i = 0, run = 0; i < text.length; i++) {
    run = text[i] === char ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
};

/** A code span for a path, a name, a command: literal, on one line. A dash when there is nothing to show. */
export const code = (text: string, max = 300): string => {
  const shown = oneLine(text, max).replace(LABEL_WORDS, (word) => word.replaceAll('_', '-'));
  if (shown === '') return '–';
  const ticks = '`'.repeat(longestRun(shown, '`') + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
};

/** Tables split cells before they look at code spans. */
const cellOf = (markdown: string): string =>
  markdown.replace(/(?<!\\)\\*\|/g, (m) => (m.length % 2 === 0 ? m : `\\${m}`));

/** `rows` hold Markdown made by the functions of this file. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const line = (cells: readonly string[]) => `| ${cells.map(cellOf).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
};

/** A line with it inside a quotation could end the quotation's label. */
const LABEL_WORD = /PROMPT_INJECTION_EXAMPLE/;

const MAX_FENCE_LINES = 400;

/**
 * Code as it stands, fenced by more backticks than it holds in a row. What a reader could not see is written out; lines
 * that look like a label of the database become the gap `// ...`, as does what follows line 400.
 */
export const fence = (source: string, info = ''): string[] => {
  const lines = source
    .toWellFormed()
    .split('\t')
    .map(visibleLines)
    .join('\t')
    .replace(/\n$/, '')
    .split('\n')
    .map((l) => (LABEL_WORD.test(l) ? '// ...' : clip(l, 2_000)));
  const shown = lines.length > MAX_FENCE_LINES ? [...lines.slice(0, MAX_FENCE_LINES), '// ...'] : lines;
  const ticks = '`'.repeat(Math.max(3, longestRun(shown.join('\n'), '`') + 1));
  return [`${ticks}${info.replace(/[^A-Za-z0-9+-]/g, '')}`, ...shown, ticks];
};

const BY_EXTENSION: Record<string, string> = {
  ts: 'typescript',
  tsx: 'tsx',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'jsx',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'kotlin',
  cs: 'csharp',
  rb: 'ruby',
  php: 'php',
  sh: 'bash',
  json: 'json',
  yml: 'yaml',
  yaml: 'yaml',
  toml: 'toml',
  md: 'markdown',
  sql: 'sql',
};

export const languageOf = (path: string): string =>
  BY_EXTENSION[/\.([A-Za-z]{1,5})$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? '';

/** One line of the auditor's Markdown: code spans stay, HTML does not; pairs of backticks that do not close are escaped. */
const formatted = (line: string): string => {
  let out = '';
  let i = 0;
  while (i < line.length) {
    const char = line[i]!;
    if (char === '\\' && /[!-/:-@[-`{-~]/.test(line[i + 1] ?? '')) {
      out += line.slice(i, i + 2);
      i += 2;
    } else if (char === '`') {
      let length = 1;
      while (line[i + length] === '`') length++;
      const run = '`'.repeat(length);
      const rest = line.slice(i + length, i + length + 2_000);
      // Nobody opens a code span with that many; escaping them is safe, and looking for their end is not cheap.
      const end =
        length > 20
          ? undefined
          : [...`${rest}${line[i + length + 2_000] === '`' ? '`' : ''}`.matchAll(/`+/g)].find(
              (m) => m[0].length === length,
            )?.index;
      if (end === undefined) {
        out += '\\`'.repeat(run.length);
        i += run.length;
      } else {
        out += `${run}${rest.slice(0, end)}${run}`;
        i += run.length + end + run.length;
      }
    } else {
      out += char === '<' ? '&lt;' : char === '!' && line[i + 1] === '[' ? '!\\[' : char;
      if (char === '!' && line[i + 1] === '[') i++;
      i++;
    }
  }
  return out.replace(LABEL_WORDS, unlike);
};

/** The auditor's words on one line. */
export const words = (text: string, max = 2_000): string =>
  formatted(oneLine(text, max)).replace(/^([#+=>-]|\d{1,9}[.)](?=\s|$))/, '\\$1');

const MAX_PROSE = 100_000;

/**
 * The auditor's Markdown, unable to change the document around it: headings go below ours, HTML is shown, not obeyed,
 * fences are closed, and labels are left out because we label ourselves. Empty text gives no lines.
 */
export const prose = (text: string): string[] => {
  const out: string[] = [];
  const lines = visibleLines(clip(text.trim(), MAX_PROSE).toWellFormed()).split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const open = /^\s{0,40}(?:(`{3,})(?!`)([^`]*)|(~{3,})(?!~)(.*))$/.exec(line);
    if (open) {
      const marker = open[1] ?? open[3] ?? '';
      const info = open[2] ?? open[4] ?? '';
      const close = lines.findIndex(
        (l, n) =>
          n > i && l.trim().length >= marker.length && l.trim() === marker[0]!.repeat(l.trim().length),
      );
      const end = close < 0 ? lines.length : close;
      out.push(...fence(lines.slice(i + 1, end).join('\n'), info.trim()));
      i = end;
    } else if (
      !/^\s*(<!-- (BEGIN|END)_PROMPT_INJECTION_EXAMPLE -->|# === PROMPT_INJECTION_EXAMPLE_(START|END) ===)\s*$/.test(
        line,
      )
    ) {
      const heading = /^\s{0,3}(#{1,6})(\s.*|)$/.exec(line);
      if (heading) out.push(`${'#'.repeat(Math.min(6, heading[1]!.length + 3))}${formatted(heading[2]!)}`);
      else
        out.push(
          formatted(line)
            .replace(/^(\s{0,3})([=-]+\s*)$/, '$1\\$2')
            .trimEnd(),
        );
    }
  }
  while (out.at(-1) === '') out.pop();
  return out.length === 1 && out[0] === '' ? [] : out;
};

/** A list item of the auditor's Markdown; further lines are indented below the first. */
export const item = (marker: string, text: string): string[] => {
  const [first = '', ...rest] = prose(text);
  const indent = ' '.repeat(/^(?:- |\d+\. )/.exec(marker)?.[0].length ?? 2);
  if (/^\s*`{3,}/.test(first)) return [`${marker}See:`, ...[first, ...rest].map((l) => `${indent}${l}`)];
  return [`${marker}${first.trimStart()}`, ...rest.map((l) => (l === '' ? '' : `${indent}${l}`))];
};

/** A link where the address is https and plain; else the address as code. */
export const link = (label: string, url: string): string =>
  /^https:\/\/[A-Za-z0-9._~:/?#@!$&'*+,;=%-]{1,1000}$/.test(url) ? `[${inline(label)}](${url})` : code(url);

/** A document from its parts: one empty line between blocks, one at the end. */
export const document = (blocks: readonly (readonly string[])[]): string =>
  `${blocks
    .filter((b) => b.length > 0)
    .map((b) => b.join('\n'))
    .join('\n\n')}\n`;
