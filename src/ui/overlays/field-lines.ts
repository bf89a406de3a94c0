import { fit } from '../../text/width.ts';
import { type Line, plain } from '../view/line.ts';
import { scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { fieldRows, type TextField } from '../view/text-field.ts';

type Size = { width: number; height: number };
export type Drawn = Omit<PaneText, 'focused'> & {
  /** Keys that hold while it is open, for the footer; what stands in the lower edge when left out. */
  keys?: string;
  /** Where the text cursor stands inside the pane, for input methods. */
  cursor?: { row: number; column: number };
};

/** A field's rows around its cursor; the cell under the cursor is inverse. */
export const fieldLines = (
  f: TextField,
  size: Size,
): { lines: Line[]; cursor: { row: number; column: number } } => {
  const { rows, row, column } = fieldRows(f, Math.max(1, size.width - 1));
  const top = scrollTo(Math.max(0, row - size.height + 1), row, size.height, rows.length);
  const lines = rows.slice(top, top + size.height).map((text, i): Line => {
    if (top + i !== row) return plain(text);
    const before = fit(text, column);
    const rest = text.slice(before.trimEnd() === text ? text.length : indexAt(text, column));
    const [under = ' '] = [...new Intl.Segmenter('en').segment(rest)].map((s) => s.segment);
    return [
      { text: text.slice(0, indexAt(text, column)) },
      { text: under, inverse: true },
      { text: rest.slice(under.length) },
    ];
  });
  return { lines, cursor: { row: row - top, column } };
};

/** Index into `text` of the character at a cell. */
const indexAt = (text: string, column: number): number => {
  let used = 0;
  for (const { segment, index } of new Intl.Segmenter('en').segment(text)) {
    if (used >= column) return index;
    used += fit(segment, 1) === segment ? 1 : 2;
  }
  return text.length;
};
