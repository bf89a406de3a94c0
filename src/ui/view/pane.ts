import { truncate, width } from '../../text/width.ts';
import type { Theme } from '../theme.ts';
import { type Block, blank, fitLine, type Line, type Rect, type Span, span } from './line.ts';

export type PaneText = {
  title: string;
  /** At the right end of the upper edge: filter, counts. */
  right?: string;
  /** In the lower edge: "4 of 39". */
  bottom?: string;
  lines: readonly Line[];
  focused: boolean;
};

/** What a list says that a filter left nothing of. */
export const nothingMatches = (query: string): string => `Nothing matches '${query}'. Esc clears the filter.`;

/** Columns and rows inside the frame: one space of air left and right. */
export const inner = (rect: Rect): { width: number; height: number } => ({
  width: Math.max(0, rect.width - 4),
  height: Math.max(0, rect.height - 2),
});

/** A framed pane. Focus is said by weight and by the arrow before the title, colour only repeats it. */
export const pane = (rect: Rect, text: PaneText, theme: Theme): Block => {
  const [tl, tr, bl, br, h, v] = theme.glyphs.box;
  const tone = text.focused ? 'focus' : 'border';
  const edge = (left: string, right: string, label: Span[], end: string): Line => {
    const used = label.reduce((n, s) => n + width(s.text), 0);
    const tail = end === '' ? '' : ` ${end} `;
    const fill = rect.width - 2 - used - width(tail) - (tail ? 1 : 0);
    if (fill < 0) return [span(left, tone), ...fitLine(label, rect.width - 2), span(right, tone)];
    return [
      span(left, tone),
      ...label,
      span(h.repeat(fill), tone),
      ...(tail ? [span(tail, 'muted'), span(h, tone)] : []),
      span(right, tone),
    ];
  };
  const { width: w, height } = inner(rect);
  const room = rect.width - 6 - (text.right ? width(text.right) + 3 : 0);
  const title = text.title
    ? [span(` ${truncate(text.title, Math.max(4, room))} `, text.focused ? 'focus' : undefined, text.focused)]
    : [];
  const body = Array.from(
    { length: height },
    (_, i): Line => [span(`${v} `, tone), ...fitLine(text.lines[i] ?? blank, w), span(` ${v}`, tone)],
  );
  return {
    rect,
    lines: [edge(tl, tr, title, text.right ?? ''), ...body, edge(bl, br, [], text.bottom ?? '')],
  };
};
