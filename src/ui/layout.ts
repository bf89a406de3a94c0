import type { Rect } from './view/line.ts';

/** `beside` is a second place of the target, to the left of the one that is read. */
export type PaneName = 'list' | 'detail' | 'evidence' | 'beside' | 'code';
/** How much room the focused pane takes: as designed, half of the window, all of it. */
export type Zoom = 'normal' | 'half' | 'full';

export type Layout = {
  columns: number;
  rows: number;
  header: Rect;
  /** Null when header and status share one line. */
  status: Rect | null;
  footer: Rect;
  panes: Partial<Record<PaneName, Rect>>;
  /** Recent history, where there is room to spare. */
  history: Rect | null;
};

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 15;
/** Longer lines of prose are hard to read. */
const PROSE = 88;
const HISTORY_ROWS = 8;

const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, n));

/** Widths of the panes shown, in order, adding up to `columns`. */
const widths = (
  columns: number,
  focus: PaneName,
  zoom: Zoom,
  wanted: readonly PaneName[],
): [PaneName, number][] => {
  if (zoom === 'full' || columns < 72 || wanted.length === 1) return [[focus, columns]];
  // What is asked to be larger never becomes smaller, whatever it had before.
  const half = (normal: number, of: PaneName): number => {
    if (zoom !== 'half') return normal;
    const middle = Math.floor(columns / 2);
    return of === focus ? Math.max(normal, middle) : Math.min(normal, middle);
  };
  if (wanted.includes('code')) {
    // Code needs the width; beside it stands what is read for, where there is room for both.
    if (wanted.includes('beside') && columns >= 100) {
      const left = Math.floor(columns / 2);
      return [
        ['beside', left],
        ['code', columns - left],
      ];
    }
    if (columns < 120) return [['code', columns]];
    const list = half(clamp(Math.floor(columns * 0.36), 42, 68), 'list');
    return [
      ['list', list],
      ['code', columns - list],
    ];
  }
  if (columns < 120 || wanted.length === 2) {
    const right: PaneName = focus === 'list' ? (wanted[1] ?? 'detail') : focus;
    // A table beside its text needs more room than the list of checks, whose rows repeat what the detail says.
    const share = wanted.length === 2 ? 0.5 : 0.38;
    const most = wanted.length === 2 ? 90 : columns < 120 ? 44 : 52;
    const list = half(clamp(Math.floor(columns * share), 28, most), 'list');
    return [
      ['list', list],
      [right, columns - list],
    ];
  }
  const list = clamp(Math.floor(columns * 0.27), 32, 52);
  const detail = Math.min(PROSE + 4, Math.floor((columns - list) * (columns >= 160 ? 0.45 : 0.5)));
  const normal: [PaneName, number][] = [
    ['list', list],
    ['detail', detail],
    ['evidence', columns - list - detail],
  ];
  const own = Math.floor(columns / 2);
  if (zoom !== 'half' || normal.some(([p, w]) => p === focus && w >= own)) return normal;
  const rest = columns - own;
  const others = wanted.filter((p) => p !== focus);
  const first = Math.floor(rest / 2);
  const size = (p: PaneName) => (p === focus ? own : p === others[0] ? first : rest - first);
  return wanted.map((p) => [p, size(p)]);
};

/**
 * Where everything goes. Null when the window is too small to work in. `wanted` are the panes this screen has, from left
 * to right; which are shown depends on the room.
 */
export const layout = (
  columns: number,
  rows: number,
  focus: PaneName = 'list',
  zoom: Zoom = 'normal',
  wanted: readonly PaneName[] = ['list', 'detail', 'evidence'],
): Layout | null => {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return null;
  const header = { x: 0, y: 0, width: columns, height: 1 };
  const footer = { x: 0, y: rows - 1, width: columns, height: 1 };
  const status = rows < 20 ? null : { x: 0, y: rows - 2, width: columns, height: 1 };
  const top = 1;
  const height = rows - 2 - (status ? 1 : 0);
  const panes: Layout['panes'] = {};

  const portrait = columns <= 84 && rows >= 46 && zoom !== 'full' && wanted.length > 1;
  if (portrait) {
    const upper = Math.floor(height * 0.4);
    const lower: PaneName = focus === 'list' ? (wanted[1] ?? 'detail') : focus;
    panes.list = { x: 0, y: top, width: columns, height: upper };
    panes[lower] = { x: 0, y: top + upper, width: columns, height: height - upper };
    return { columns, rows, header, status, footer, panes, history: null };
  }

  let x = 0;
  for (const [name, w] of widths(columns, focus, zoom, wanted)) {
    panes[name] = { x, y: top, width: w, height };
    x += w;
  }
  let history: Rect | null = null;
  if (rows >= 40 && panes.detail && panes.list) {
    const detail = panes.detail;
    history = { ...detail, y: detail.y + detail.height - HISTORY_ROWS, height: HISTORY_ROWS };
    panes.detail = { ...detail, height: detail.height - HISTORY_ROWS };
  }
  return { columns, rows, header, status, footer, panes, history };
};
