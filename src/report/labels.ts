import { findInjections, type Suspicion } from './injection.ts';

/**
 * The database's labels for adversarial text: which lines are labelled, and how our writers label. Labels are textual, so
 * they count inside fences too, except the quotation form, which is Markdown.
 */
const BEGIN_HTML = '<!-- BEGIN_PROMPT_INJECTION_EXAMPLE -->';
const END_HTML = '<!-- END_PROMPT_INJECTION_EXAMPLE -->';
const BEGIN_CODE = '# === PROMPT_INJECTION_EXAMPLE_START ===';
const END_CODE = '# === PROMPT_INJECTION_EXAMPLE_END ===';
const ENDS = new Map([
  [BEGIN_HTML, END_HTML],
  [BEGIN_CODE, END_CODE],
]);
const MARKERS = new Set([BEGIN_HTML, END_HTML, BEGIN_CODE, END_CODE]);
const ANY_MARKER =
  /<!--\s*(?:BEGIN|END)_PROMPT_INJECTION_EXAMPLE\s*-->|#\s*===\s*PROMPT_INJECTION_EXAMPLE_(?:START|END)\s*===/;
const QUOTED = /^\s{0,3}>\s*\[!CAUTION\]\s*PROMPT_INJECTION_EXAMPLE\s*$/;

const FENCE = /^\s{0,12}(`{3,}(?!`)|~{3,}(?!~))(.*)$/;

/** For each line whether it belongs to a code fence, its two fence lines included. */
export const fencedLines = (lines: readonly string[]): boolean[] => {
  let open = '';
  return lines.map((line) => {
    const [, run = '', rest = ''] = FENCE.exec(line) ?? [];
    if (open === '') {
      if (run !== '' && !(run[0] === '`' && rest.includes('`'))) open = run;
      return open !== '';
    }
    if (run[0] === open[0] && run.length >= open.length && rest.trim() === '') open = '';
    return true;
  });
};

export type LabelProblem = { line: number; message: string; fix: string };
export type Labels = { labelled: boolean[]; count: number; problems: LabelProblem[] };

/** Which lines stand inside a label (markers included), and markers that label nothing. */
export const readLabels = (lines: readonly string[]): Labels => {
  const labelled = lines.map(() => false);
  const problems: LabelProblem[] = [];
  const fenced = fencedLines(lines);
  let count = 0;
  // One word about each is enough, and one search to the end of the file.
  const unclosed = new Set<string>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.trim();
    const end = ENDS.get(line);
    if (end !== undefined) {
      if (unclosed.has(line)) continue;
      const close = lines.findIndex((l, n) => n > i && l.trim() === end);
      if (close < 0) {
        problems.push({
          line: i + 1,
          message: 'this label is never closed, so it labels nothing',
          fix: `add a line ${end} after the example`,
        });
        unclosed.add(line);
      } else {
        labelled.fill(true, i, close + 1);
        count++;
        i = close;
      }
    } else if (QUOTED.test(lines[i]!) && !fenced[i]) {
      count++;
      for (labelled[i] = true; i + 1 < lines.length && /^\s{0,3}>/.test(lines[i + 1]!); i++)
        labelled[i + 1] = true;
    } else if (line === END_HTML || line === END_CODE) {
      problems.push({
        line: i + 1,
        message: 'this label ends, but none has begun',
        fix: 'remove the line, or add the opening marker before the example',
      });
    } else if (ANY_MARKER.test(line) && !/^`.*`$/.test(line)) {
      problems.push({
        line: i + 1,
        message: 'a label marker shares its line with other text, so it labels nothing',
        fix: 'put the marker alone on its line',
      });
    }
  }
  return { labelled, count, problems };
};

/** Stands for labelled text where the rest is searched: no pattern reaches across it. */
const SEPARATOR = '¶';

/** What is left to judge once labels are taken out. */
export const unlabelledInjections = (
  lines: readonly string[],
  labels: Labels = readLabels(lines),
): Suspicion[] => findInjections(lines.map((l, i) => (labels.labelled[i] ? SEPARATOR : l)).join('\n'));

/** First and last line index of the block around a line: runs of non-empty lines, where a fence counts as one. */
const blockAround = (
  lines: readonly string[],
  fenced: readonly boolean[],
  index: number,
): [number, number] => {
  const joins = (i: number) =>
    fenced[i] || (lines[i] !== undefined && lines[i]!.trim() !== '' && !MARKERS.has(lines[i]!.trim()));
  let first = index;
  let last = index;
  while (joins(first - 1)) first--;
  while (joins(last + 1)) last++;
  return [first, last];
};

/** Puts every suspicious block of a Markdown document between the database's markers. */
export const labelMarkdown = (markdown: string): string => {
  let lines = markdown.split('\n');
  // A new suspicion can only appear where an earlier one overlapped it: few rounds are enough, and the bound is for safety.
  for (let round = 0; round < 20; round++) {
    const found = unlabelledInjections(lines);
    if (found.length === 0) break;
    const fenced = fencedLines(lines);
    const out: string[] = [];
    let done = 0;
    for (const s of found) {
      if (s.endLine <= done) continue;
      const first = Math.max(done, blockAround(lines, fenced, s.line - 1)[0]);
      const last = blockAround(lines, fenced, s.endLine - 1)[1];
      out.push(...lines.slice(done, first), BEGIN_HTML, '', ...lines.slice(first, last + 1), '', END_HTML);
      done = last + 1;
    }
    lines = [...out, ...lines.slice(done)];
  }
  return lines.join('\n');
};

/** The same for files that are not Markdown: all from line `from` (0-based) on goes between the code markers. */
export const labelCode = (text: string, from = 0): string => {
  const lines = text.split('\n').map((l) => (l.includes('PROMPT_INJECTION_EXAMPLE') ? '// ...' : l));
  const found = findInjections(lines.join('\n'));
  if (found.length === 0) return lines.join('\n');
  const start = found[0]!.line - 1 < from ? 0 : from;
  while (lines.at(-1) === '') lines.pop();
  return `${[...lines.slice(0, start), BEGIN_CODE, ...lines.slice(start), END_CODE].join('\n')}\n`;
};

export type JsonSuspicion = Suspicion & { at: string };

/**
 * Suspicious strings and keys of a JSON value, `at` being the dotted path of the field (of its parent for a key, and never
 * through a suspicious key, so that the path itself needs no label). `limit` bounds the depth.
 */
export const jsonInjections = (value: unknown, limit = 200): JsonSuspicion[] => {
  const found: JsonSuspicion[] = [];
  // The same few field names come thousands of times.
  const keys = new Map<string, Suspicion[]>();
  const ofKey = (key: string): Suspicion[] => {
    const known = keys.get(key) ?? findInjections(key);
    keys.set(key, known);
    return known;
  };
  const walk = (node: unknown, at: string, depth: number, sealed: boolean): void => {
    if (typeof node === 'string') {
      for (const s of findInjections(node)) found.push({ ...s, at });
    } else if (typeof node === 'object' && node !== null && depth < limit) {
      for (const [key, child] of Object.entries(node)) {
        const bad = Array.isArray(node) ? [] : ofKey(key);
        for (const s of bad) found.push({ ...s, at });
        const closed = sealed || bad.length > 0;
        walk(child, closed ? at : at === '' ? key : `${at}.${key}`, depth + 1, closed);
      }
    }
  };
  walk(value, '', 0, false);
  return found;
};

export type JsonObject = Record<string, unknown>;

/** Adds the database's `_meta` label where the object holds suspicious text; else returns it as it is. */
export const labelJson = (object: JsonObject): JsonObject => {
  const found = jsonInjections(object);
  if (found.length === 0) return object;
  const meta = typeof object._meta === 'object' && object._meta !== null ? (object._meta as JsonObject) : {};
  return {
    ...object,
    _meta: {
      ...meta,
      contains_prompt_injection_examples: true,
      example_locations: [...new Set(found.map((f) => f.at))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    },
  };
};
