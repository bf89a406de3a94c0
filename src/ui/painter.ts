import type { Frame } from './frame.ts';
import { COLOUR_CODES, type Theme } from './theme.ts';
import type { Line, Span } from './view/line.ts';

/**
 * Paints frames. A frame is already lines of exactly the window's size, so there is nothing to lay out: rows that are not
 * what stands there are written at their place, in one synchronized update. (Ink measures and splits every cell of the
 * window anew for each frame, which is most of what a key costs in a full one.)
 */
export type Painter = {
  paint(frame: Frame, theme: Theme): void;
  /** What stands on the screen is no longer known: the next frame is painted whole. */
  forget(): void;
  /** Paints nothing while another program has the terminal. */
  hold(held: boolean): void;
};

const CSI = '\u001B[';
/** https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036: terminals that don't know it pass over it. */
const BEGIN = `${CSI}?2026h`;
const END = `${CSI}?2026l`;
/** Where a terminal counts a character wider than we do, the row is cut and does not run into the next. */
const NO_WRAP = `${CSI}?7l`;
const WRAP = `${CSI}?7h`;
const HIDE_CURSOR = `${CSI}?25l`;
const SHOW_CURSOR = `${CSI}?25h`;

const at = (x: number, y: number): string => `${CSI}${y + 1};${x + 1}H`;

const codesOf = (s: Span, theme: Theme): string => {
  const colour = s.tone ? theme.colour(s.tone) : undefined;
  return [s.bold ? 1 : null, s.inverse ? 7 : null, colour ? COLOUR_CODES[colour] : null]
    .filter((code) => code !== null)
    .join(';');
};

/** A row with its styles as a terminal takes them. Every one begins and ends in the terminal's own. */
export const styled = (line: Line, theme: Theme): string => {
  let out = '';
  let last = '';
  for (const s of line) {
    if (s.text === '') continue;
    const codes = codesOf(s, theme);
    if (codes !== last) out += `${last === '' ? '' : `${CSI}0m`}${codes === '' ? '' : `${CSI}${codes}m`}`;
    out += s.text;
    last = codes;
  }
  return last === '' ? out : `${out}${CSI}0m`;
};

/** @param write takes what the terminal is sent, whole */
export const createPainter = (write: (text: string) => void): Painter => {
  let shown: readonly string[] | null = null;
  let shownCursor = '';
  let held = false;
  let last: Parameters<Painter['paint']> | null = null;

  const paint: Painter['paint'] = (frame, theme) => {
    last = [frame, theme];
    if (held) return;
    const rows = frame.lines.map((line) => styled(line, theme));
    const before = shown?.length === rows.length ? shown : null;
    const changed = rows.flatMap((row, y) => (before?.[y] === row ? [] : [`${at(0, y)}${row}`]));
    // Hidden it waits where a line break, whoever writes one, does not scroll the screen.
    const cursor = frame.cursor ? `${at(frame.cursor.x, frame.cursor.y)}${SHOW_CURSOR}` : at(0, 0);
    if (changed.length === 0 && cursor === shownCursor) return;
    const clear = before ? '' : `${CSI}0m${CSI}2J`;
    write(`${BEGIN}${HIDE_CURSOR}${NO_WRAP}${clear}${changed.join('')}${WRAP}${cursor}${END}`);
    shown = rows;
    shownCursor = cursor;
  };

  return {
    paint,
    forget: () => {
      shown = null;
    },
    hold: (on) => {
      held = on;
      shown = null;
      if (!on && last) paint(...last);
    },
  };
};
