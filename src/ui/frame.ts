import { layout, MIN_COLUMNS, MIN_ROWS, type PaneName } from './layout.ts';
import { panesOf, selectedCheck, type View } from './model.ts';
import { drawOverlay, fieldHeight } from './overlays/draw.ts';
import { checkList, detailLines, detailPane, reading } from './screens/audit.ts';
import { fieldFooter, footer, header, idleMark, status } from './screens/bars.ts';
import { evidencePane } from './screens/evidence-pane.ts';
import { findingLines, findingList } from './screens/findings.ts';
import { homePane, openingPane } from './screens/home.ts';
import { liveList } from './screens/live.ts';
import { liveLines } from './screens/live-detail.ts';
import { proposalLines, proposalList } from './screens/proposals.ts';
import { besidePane, readerExtent, readerPane } from './screens/reader.ts';
import { readinessList, reportLines } from './screens/report.ts';
import { runLines, runList } from './screens/runs.ts';
import { criterionLines, criterionList } from './screens/scorecard.ts';
import { historyList, historyStrip, sessionLines } from './screens/session.ts';
import { toolLines, toolList } from './screens/surface.ts';
import type { Theme } from './theme.ts';
import {
  type Block,
  blank,
  compose,
  fitLine,
  type Line,
  lineWidth,
  muted,
  type Rect,
  span,
  spread,
} from './view/line.ts';
import { inner, type PaneText, pane } from './view/pane.ts';

type Size = { width: number; height: number };

export type Frame = {
  lines: Line[];
  /** Cell of the text cursor, where a field is being written. */
  cursor: { x: number; y: number } | null;
};

const readable = (v: View, lines: readonly Line[], size: Size, title: string): Omit<PaneText, 'focused'> => ({
  title,
  ...reading(v, lines, size),
});

/** What a pane of the present screen shows. */
const content = (v: View, name: PaneName, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  switch (v.ui.place) {
    case 'home':
      return homePane(v, theme, size);
    case 'opening':
      return openingPane(v, theme);
    case 'audit': {
      if (name === 'list') return checkList(v, theme, size);
      if (name === 'detail') return detailPane(v, theme, size);
      const check = selectedCheck(v);
      return check
        ? evidencePane(v, check, theme, size)
        : { title: 'Evidence', lines: [muted('Choose a check on the left.')] };
    }
    case 'reader': {
      const { reader } = v.ui;
      if (!reader) return { title: 'Reader', lines: [] };
      if (name === 'code') return readerPane(v, reader, theme, size);
      if (name === 'beside') return besidePane(v, reader, theme, size);
      const check = selectedCheck(v);
      return check && reader.item !== null
        ? evidencePane(v, check, theme, size, false)
        : { title: 'Read from', lines: [muted(`Esc goes back to ${reader.from.place}.`)] };
    }
    case 'findings':
      return name === 'list'
        ? findingList(v, theme, size)
        : readable(v, findingLines(v, theme, size.width), size, 'Finding');
    case 'evidence':
      return name === 'list'
        ? runList(v, theme, size)
        : readable(v, runLines(v, theme, size.width), size, 'Collector');
    case 'report':
      return name === 'list'
        ? readinessList(v, theme, size)
        : readable(v, reportLines(v, theme, size.width), size, 'What it says');
    case 'session':
      return name === 'list'
        ? historyList(v, theme, size)
        : readable(v, sessionLines(v, theme, size.width), size, 'This session');
    case 'surface':
      return name === 'list'
        ? toolList(v, theme, size)
        : readable(v, toolLines(v, theme, size.width), size, 'Tool');
    case 'live':
      return name === 'list'
        ? liveList(v, theme, size)
        : readable(v, liveLines(v, theme, size.width), size, 'Seen running');
    case 'proposals':
      return name === 'list'
        ? proposalList(v, theme, size)
        : readable(v, proposalLines(v, theme, size.width), size, 'Proposal');
    case 'scorecard':
      return name === 'list'
        ? criterionList(v, theme, size)
        : readable(v, criterionLines(v, theme, size.width), size, 'Criterion');
  }
};

/** Length and height of the text being read, for scrolling that stops at the end. */
export const readingExtent = (
  v: View,
  theme: Theme,
): { lines: number; height: number; top?: number } | null => {
  const { columns, rows, focus, zoom, place, reader } = v.ui;
  const panes = layout(columns, rows, focus, zoom, panesOf(v.ui))?.panes;
  if (place === 'reader')
    return reader && panes?.code ? readerExtent(v, reader, theme, inner(panes.code)) : null;
  const rect = panes?.detail;
  if (!rect) return null;
  const size = inner(rect);
  const lines = {
    home: () => 0,
    opening: () => 0,
    reader: () => 0,
    audit: () => detailLines(v, theme, size.width).length,
    findings: () => findingLines(v, theme, size.width).length,
    evidence: () => runLines(v, theme, size.width).length,
    report: () => reportLines(v, theme, size.width).length,
    session: () => sessionLines(v, theme, size.width).length,
    surface: () => toolLines(v, theme, size.width).length,
    live: () => liveLines(v, theme, size.width).length,
    proposals: () => proposalLines(v, theme, size.width).length,
    scorecard: () => criterionLines(v, theme, size.width).length,
  }[v.ui.place]();
  return { lines, height: size.height };
};

/** Typographic characters of our own texts, one cell each, and what stands for them where only ASCII can be shown. */
const ASCII_FOR: Record<string, string> = {
  '…': '~',
  '·': '-',
  '→': '>',
  '‹': '<',
  '›': '>',
  '–': '-',
  '—': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '×': 'x',
  '≤': '<',
  '↑': '^',
  '↓': 'v',
  '←': '<',
};
const TYPOGRAPHIC = new RegExp(`[${Object.keys(ASCII_FOR).join('')}]`, 'g');
const inAscii = (line: Line): Line =>
  line.map((s) => ({ ...s, text: s.text.replace(TYPOGRAPHIC, (c) => ASCII_FOR[c] ?? '?') }));

const tooSmall = (columns: number, rows: number): Frame => {
  const text = `needs ${MIN_COLUMNS}x${MIN_ROWS}, is ${columns}x${rows}`;
  const middle = Math.floor(rows / 2);
  return {
    lines: Array.from({ length: rows }, (_, y) =>
      fitLine(
        y === middle
          ? [span(' '.repeat(Math.max(0, Math.floor((columns - text.length) / 2)))), span(text)]
          : blank,
        columns,
      ),
    ),
    cursor: null,
  };
};

/** The whole window as lines: exactly `rows` of exactly `columns`. */
export const frame = (v: View, theme: Theme, options: { showIdle: boolean }): Frame => {
  const { columns, rows, focus, zoom, overlays } = v.ui;
  const full = layout(columns, rows, focus, zoom, panesOf(v.ui));
  if (!full) return tooSmall(columns, rows);
  const top = overlays.at(-1);
  const docked = top?.kind === 'field';
  const dock = Math.min(fieldHeight(top), Math.floor(rows / 2));
  const l = dock > 0 ? layout(columns, Math.max(MIN_ROWS, rows - dock), focus, zoom, panesOf(v.ui)) : full;
  if (!l) return tooSmall(columns, rows);

  const blocks: Block[] = [];
  let cursor: Frame['cursor'] = null;
  const area: Rect = { x: 0, y: 1, width: columns, height: rows - 2 - (full.status ? 1 : 0) };
  const keys = docked
    ? fieldFooter(
        `${top.offers?.length ? 'Tab offers · ' : ''}Enter records · Esc leaves · Ctrl+A/E start/end · Ctrl+W word · Ctrl+U line`,
        columns - 24,
      )
    : null;

  let overlayKeys: Line | null = null;
  if (top && !docked) {
    const drawn = drawOverlay(v, top, theme, inner(area));
    overlayKeys = fieldFooter(drawn.keys ?? drawn.bottom ?? '', columns - 24);
    blocks.push(pane(area, { ...drawn, focused: true }, theme));
    if (drawn.cursor) cursor = { x: area.x + 2 + drawn.cursor.column, y: area.y + 1 + drawn.cursor.row };
  } else {
    // With a field docked below, the panes give up their rows to it; status and footer stay where they were.
    const bottom = area.y + area.height - dock;
    for (const name of ['list', 'detail', 'evidence', 'beside', 'code'] as const) {
      const rect = l.panes[name];
      if (!rect) continue;
      const fitted = { ...rect, height: Math.max(0, Math.min(rect.y + rect.height, bottom) - rect.y) };
      if (fitted.height < 3) continue;
      blocks.push(
        pane(
          fitted,
          { ...content(v, name, theme, inner(fitted)), focused: name === focus && !docked },
          theme,
        ),
      );
    }
    if (l.history && !docked)
      blocks.push(
        pane(
          l.history,
          { title: 'History', lines: historyStrip(v, inner(l.history).height), focused: false },
          theme,
        ),
      );
    if (docked) {
      const rect = { x: 0, y: bottom, width: columns, height: dock };
      const drawn = drawOverlay(v, top, theme, inner(rect));
      blocks.push(pane(rect, { ...drawn, focused: true }, theme));
      if (drawn.cursor) cursor = { x: 2 + drawn.cursor.column, y: bottom + 1 + drawn.cursor.row };
    }
  }
  const merged = !full.status && v.ui.toast !== null;
  blocks.push({ rect: full.header, lines: [merged ? status(v, theme, columns) : header(v, columns)] });
  if (full.status) blocks.push({ rect: full.status, lines: [status(v, theme, columns)] });
  const mark = options.showIdle ? [span(` ${idleMark(v)}`, 'muted')] : [];
  blocks.push({
    rect: full.footer,
    lines: [
      spread(
        keys ?? overlayKeys ?? footer(v, theme, columns - lineWidth(mark) - (mark.length > 0 ? 1 : 0)),
        mark,
        columns,
      ),
    ],
  });
  const lines = compose(columns, rows, blocks);
  // A field too tall for its pane is cut, and the cursor may stand in what was cut.
  const inside = cursor !== null && cursor.x < columns && cursor.y < rows - 1;
  return { lines: theme.ascii ? lines.map(inAscii) : lines, cursor: inside ? cursor : null };
};
