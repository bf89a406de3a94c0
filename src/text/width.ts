import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const ASCII = /^[\x20-\x7e]*$/;

/** Frames measure the same few thousand texts again at every key. */
const measured = new Map<string, number>();
const MOST_MEASURED = 5000;
/** A long text is measured once, where it is wrapped, and is not worth its memory. */
const LONG = 500;

/** Columns the text takes in a terminal. */
export const width = (text: string): number => {
  if (ASCII.test(text)) return text.length;
  if (text.length > LONG) return stringWidth(text);
  const known = measured.get(text);
  if (known !== undefined) return known;
  if (measured.size >= MOST_MEASURED) measured.clear();
  const columns = stringWidth(text);
  measured.set(text, columns);
  return columns;
};

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a person calls characters: an emoji with its joiners is one. */
export const graphemes = (text: string): string[] => [...segmenter.segment(text)].map((s) => s.segment);

/** At most `columns` wide; cut text ends in `…` (or `mark`). One line only. */
export const truncate = (text: string, columns: number, mark = '…'): string => {
  if (columns <= 0) return '';
  if (width(text) <= columns) return text;
  if (ASCII.test(text))
    return columns <= width(mark) ? mark.slice(0, columns) : text.slice(0, columns - width(mark)) + mark;
  let out = '';
  let used = 0;
  for (const g of graphemes(text)) {
    const w = width(g);
    if (used + w > columns - width(mark)) break;
    out += g;
    used += w;
  }
  // Marks that combine across graphemes can be wider together than apart.
  const kept = graphemes(out);
  while (kept.length > 0 && width(kept.join('') + mark) > columns) kept.pop();
  return kept.join('') + mark;
};

/** At most `columns` wide, cut in the middle: of a path, both the beginning and the file's name stay. One line only. */
export const truncateMiddle = (text: string, columns: number, mark = '…'): string => {
  if (width(text) <= columns) return text;
  if (columns <= width(mark) + 1) return truncate(text, columns, mark);
  const all = graphemes(text);
  let head = '';
  let tail = '';
  // The end says more: it has the file's name.
  const most = Math.floor((columns - width(mark)) * 0.35);
  for (const g of all) {
    if (width(head + g) > most) break;
    head += g;
  }
  for (const g of all.toReversed()) {
    if (width(head + mark + g + tail) > columns) break;
    tail = g + tail;
  }
  return head + mark + tail;
};

/** A line that is still too wide, in pieces that are not: the wrapper counts some combining marks differently. */
const broken = (line: string, columns: number): string[] => {
  if (width(line) <= columns) return [line];
  const pieces = [''];
  for (const g of graphemes(line)) {
    const longer = `${pieces.at(-1)}${g}`;
    if (width(longer) <= columns) pieces[pieces.length - 1] = longer;
    else pieces.push(width(g) <= columns ? g : '?');
  }
  return pieces.filter((piece) => piece !== '');
};

/** Exactly `columns` wide: cut or padded with spaces on the right. */
export const fit = (text: string, columns: number): string => {
  const cut = truncate(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - width(cut)));
};

/** The text as lines of at most `columns`: long words are broken, the indent of a line is kept, its wrapped rest has none. */
export const wrap = (text: string, columns: number): string[] =>
  columns <= 0
    ? []
    : text.split('\n').flatMap((line) =>
        wrapAnsi(line, columns, { hard: true, trim: false, wordWrap: true })
          .split('\n')
          .map((l, i) => (i === 0 ? l.trimEnd() : l.trim()))
          .flatMap((l) => broken(l, columns)),
      );

/** Wraps with a hanging indent: the first line after `first`, the rest after as many spaces. */
export const wrapHanging = (first: string, text: string, columns: number): string[] => {
  const indent = width(first);
  const lines = text.split('\n').flatMap((l) => wrap(l, Math.max(8, columns - indent)));
  return lines.map((line, i) => (i === 0 ? first : ' '.repeat(indent)) + line.trimStart());
};
