import { visible } from '../../text/visible.ts';
import { fit, truncate, width } from '../../text/width.ts';
import type { Tone } from '../theme.ts';

/**
 * Screens are pure functions to lines; a line is a row of styled spans. The frame is built from lines of exactly the
 * window's size, so it cannot grow taller than the window, and rows can be painted where they stand.
 */
export type Span = {
  text: string;
  tone?: Tone | undefined;
  bold?: boolean | undefined;
  inverse?: boolean | undefined;
};
export type Line = readonly Span[];

// Every text on a screen passes here, so nothing of the target can act on the terminal or hide from its reader.
export const span = (text: string, tone?: Tone, bold?: boolean): Span => ({
  text: visible(text),
  tone,
  bold,
});
export const plain = (text: string): Line => [span(text)];
export const muted = (text: string): Line => [span(text, 'muted')];
export const blank: Line = [];

export const lineWidth = (line: Line): number => line.reduce((sum, s) => sum + width(s.text), 0);
export const lineText = (line: Line): string => line.map((s) => s.text).join('');

/** Exactly `columns` wide: cut with an ellipsis, or padded. */
export const fitLine = (line: Line, columns: number): Line => {
  const out: Span[] = [];
  let left = columns;
  for (const [i, s] of line.entries()) {
    const w = width(s.text);
    if (w <= left && (w < left || i === line.length - 1)) {
      out.push(s);
      left -= w;
      continue;
    }
    const rest = line.slice(i + 1).some((r) => r.text !== '');
    const text = w > left ? truncate(s.text, left) : rest ? truncate(`${s.text} `, left) : s.text;
    out.push({ ...s, text });
    left -= width(text);
    break;
  }
  if (left > 0) out.push({ text: ' '.repeat(left) });
  return out;
};

/** Left and right parts on one line of `columns`; the left one gives way. */
export const spread = (left: Line, right: Line, columns: number): Line => {
  if (right.length === 0) return fitLine(left, columns);
  const room = columns - lineWidth(right);
  if (room <= 1) return fitLine(left, columns);
  return [...fitLine(left, room - 1), { text: ' ' }, ...right];
};

export type Rect = { x: number; y: number; width: number; height: number };
export type Block = { rect: Rect; lines: readonly Line[] };

/** Puts blocks side by side into a frame of exactly `rows` lines of `columns`. Blocks must not overlap. */
export const compose = (columns: number, rows: number, blocks: readonly Block[]): Line[] =>
  Array.from({ length: rows }, (_, y) => {
    const here = blocks
      .filter((b) => b.rect.height > 0 && y >= b.rect.y && y < b.rect.y + b.rect.height)
      .sort((a, b) => a.rect.x - b.rect.x);
    const out: Span[] = [];
    let x = 0;
    for (const { rect, lines } of here) {
      if (rect.x > x) out.push({ text: ' '.repeat(rect.x - x) });
      out.push(...fitLine(lines[y - rect.y] ?? blank, rect.width));
      x = rect.x + rect.width;
    }
    return x < columns ? [...out, { text: ' '.repeat(columns - x) }] : out;
  });

/** Pads or cuts plain text into a cell of a table. */
export const cell = (text: string, columns: number, tone?: Tone, bold?: boolean): Span =>
  span(fit(text, columns), tone, bold);
