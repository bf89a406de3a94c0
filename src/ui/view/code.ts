import { graphemes, width } from '../../text/width.ts';
import type { Tone } from '../theme.ts';
import type { Line, Span } from './line.ts';

/** What the reader does with a line of code; all of it keeps the colours. */

/** The line without its first `columns` cells. A wide character that is cut in two becomes a space. */
export const dropColumns = (line: Line, columns: number): Line => {
  if (columns <= 0) return line;
  const out: Span[] = [];
  let left = columns;
  for (const s of line) {
    const w = width(s.text);
    if (left >= w) {
      left -= w;
      continue;
    }
    if (left === 0) {
      out.push(s);
      continue;
    }
    let text = '';
    for (const g of graphemes(s.text)) {
      if (left <= 0) text += g;
      else {
        left -= width(g);
        if (left < 0) text += ' ';
      }
    }
    left = 0;
    out.push({ ...s, text });
  }
  return out;
};

/** The line as rows of at most `columns` cells, broken wherever the room ends, as terminals do with code. */
export const wrapCode = (line: Line, columns: number): Line[] => {
  if (columns <= 0) return [line];
  const rows: Span[][] = [[]];
  let used = 0;
  for (const s of line) {
    let text = '';
    for (const g of graphemes(s.text)) {
      const w = width(g);
      if (used + w > columns && used > 0) {
        if (text !== '') rows.at(-1)?.push({ ...s, text });
        rows.push([]);
        text = '';
        used = 0;
      }
      text += g;
      used += w;
    }
    if (text !== '') rows.at(-1)?.push({ ...s, text });
  }
  return rows;
};

export type Mark = { from: number; to: number; tone: Tone; inverse?: boolean };

/** Marks stretches of the line's text, in UTF-16 units from its start; later marks lie over earlier ones. */
export const markLine = (line: Line, marks: readonly Mark[]): Line => {
  if (marks.length === 0) return line;
  const out: Span[] = [];
  let at = 0;
  for (const s of line) {
    const end = at + s.text.length;
    const cuts = new Set([at, end]);
    for (const m of marks) for (const c of [m.from, m.to]) if (c > at && c < end) cuts.add(c);
    const sorted = [...cuts].sort((a, b) => a - b);
    for (const [i, from] of sorted.entries()) {
      const to = sorted[i + 1];
      if (to === undefined) break;
      const mark = marks.findLast((m) => m.from <= from && to <= m.to);
      const text = s.text.slice(from - at, to - at);
      out.push(mark ? { text, tone: mark.tone, bold: true, inverse: mark.inverse } : { ...s, text });
    }
    at = end;
  }
  return out;
};

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** The names in a line of code, each once, in order: what could be looked up from there. */
export const wordsIn = (text: string): string[] => [...new Set(text.match(WORD) ?? [])];

/** Where words stand in a line as words of their own. */
export const wordMarks = (text: string, words: ReadonlyMap<string, Tone>): Mark[] =>
  words.size === 0
    ? []
    : [...text.matchAll(WORD)].flatMap((m) => {
        const tone = words.get(m[0]);
        return tone ? [{ from: m.index, to: m.index + m[0].length, tone }] : [];
      });

/** Where a text is found in a line; without regard to case unless it has a capital. */
export const findMarks = (text: string, query: string): Mark[] => {
  if (query === '') return [];
  const exact = query !== query.toLowerCase();
  const hay = exact ? text : text.toLowerCase();
  // Lower case can be longer than what it was made of; such a line is searched as it stands.
  const where = hay.length === text.length ? hay : text;
  const marks: Mark[] = [];
  for (let at = where.indexOf(query); at !== -1; at = where.indexOf(query, at + query.length))
    marks.push({ from: at, to: at + query.length, tone: 'accent', inverse: true });
  return marks;
};
