import { raisedAs } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncate, truncateMiddle } from '../../text/width.ts';
import { itemById, type View } from '../model.ts';
import { proposedLines, waitingAt } from '../proposals-model.ts';
import { type Reader, type Stop, selectedLines, topFor } from '../reader.ts';
import type { Theme, Tone } from '../theme.ts';
import { dropColumns, findMarks, type Mark, markLine, wordMarks, wordsIn, wrapCode } from '../view/code.ts';
import { type Line, lineText, muted, span } from '../view/line.ts';
import { scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { type ShownFile, shownFile } from '../view/shown-file.ts';

type Size = { width: number; height: number };

/** Cells before the code: cursor, mark, number, rule. */
export const MARGIN_CELLS = 11;
/** Rows the way of a value gets above the code, at most, by the room there is. */
const stopRows = (height: number): number => (height >= 30 ? 8 : height >= 16 ? 4 : height >= 11 ? 2 : 0);

const QUOTED = /`([^`\s]{1,80})`/g;
const ASSIGNED = /^\s*(?:(?:const|let|var|final|auto|my)\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::=|=(?!=))/u;

/**
 * The names that carry the value along the way, as far as the steps' own words say: what they quote, and what a step's
 * line assigns. The called name of a sink is marked apart.
 */
export const carried = (stops: readonly Stop[]): ReadonlyMap<string, Tone> => {
  const names = new Map<string, Tone>();
  for (const s of stops) {
    for (const m of s.words.matchAll(QUOTED)) if (m[1]) for (const w of wordsIn(m[1])) names.set(w, 'warn');
    if (s.role === 'step') {
      const assigned = ASSIGNED.exec(s.words)?.[1];
      if (assigned) names.set(assigned, 'warn');
    }
  }
  for (const s of stops)
    if (s.role === 'sink') {
      const called = wordsIn(s.words).at(-1);
      if (called && !names.has(called)) names.set(called, 'bad');
    }
  return names;
};

const roleGlyph = (s: Stop, theme: Theme): string =>
  s.role === 'place' ? theme.glyphs.lead : theme.glyphs[s.role];

const TONES: Record<Stop['role'], Tone> = {
  source: 'accent',
  step: 'muted',
  guard: 'ok',
  sink: 'bad',
  place: 'warn',
};

const stopLine = (s: Stop, chosen: boolean, theme: Theme, columns: number): Line => {
  const at = `${truncateMiddle(visible(shownPath(s.path)), Math.max(12, Math.floor(columns * 0.45)))}:${s.startLine}`;
  return [
    span(chosen ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
    span(`${roleGlyph(s, theme)} `, TONES[s.role]),
    span(at, chosen ? 'focus' : undefined, chosen),
    span(s.words === '' ? '' : `  ${visible(s.words)}`, chosen ? undefined : 'muted'),
  ];
};

/** The way as far as there is room, the chosen stop always in it. */
const way = (r: Reader, theme: Theme, size: Size): Line[] => {
  const rows = Math.min(r.stops.length, stopRows(size.height));
  if (rows === 0 || r.stops.length < 2) return [];
  const top = scrollTo(0, Math.max(0, r.stop), rows, r.stops.length);
  return r.stops.slice(top, top + rows).map((s, i) => stopLine(s, top + i === r.stop, theme, size.width));
};

const head = (v: View, r: Reader, theme: Theme, size: Size): Line[] => {
  const item = r.item === null ? null : itemById(v, r.item);
  const raised = item && v.snap ? raisedAs(v.snap.session, item.id) : [];
  const triage = item ? v.snap?.session.triage.get(item.id) : undefined;
  const judged = raised.length > 0 ? `raised as ${raised.join(', ')}` : (triage?.decision ?? '');
  const stops = way(r, theme, size);
  const title: Line[] = item
    ? [[span(visible(item.title), undefined, true), span(judged === '' ? '' : `  ${judged}`, 'ok')]]
    : [];
  return title.length + stops.length === 0
    ? []
    : [...title, ...stops, [span(theme.glyphs.box[4].repeat(Math.max(0, size.width)), 'border')]];
};

const numbered = (
  r: Reader,
  n: number,
  code: Line,
  names: ReadonlyMap<string, Tone>,
  here: readonly (readonly [Stop, number])[],
  proposed: boolean,
  theme: Theme,
  columns: number,
): Line[] => {
  const { first, last } = selectedLines(r);
  const selected = r.mark !== null && n >= first && n <= last;
  const text = lineText(code);
  const marks: Mark[] = [...(here.length > 0 ? wordMarks(text, names) : []), ...findMarks(text, r.find)];
  const stop = here[0];
  const mark = !stop ? ' ' : stop[0].role === 'step' ? String((stop[1] + 1) % 10) : roleGlyph(stop[0], theme);
  const [number, rule] = [String(n).padStart(6), theme.glyphs.box[5]];
  const tone: Tone = n === r.line || selected ? 'focus' : 'muted';
  const gutter: Line = [
    span(n === r.line ? theme.glyphs.cursor : selected ? theme.glyphs.bar : ' ', 'focus', true),
    span(mark, stop ? TONES[stop[0].role] : undefined, true),
    ...(proposed
      ? [span(number, tone), span(theme.glyphs.open, 'accent', true), span(`${rule} `, tone)]
      : [span(`${number} ${rule} `, tone)]),
  ];
  const marked = markLine(code, marks);
  const room = Math.max(1, columns - MARGIN_CELLS);
  if (!r.wrap) return [[...gutter, ...dropColumns(marked, r.left)]];
  return wrapCode(marked, room).map((row, i) =>
    i === 0
      ? [...gutter, ...row]
      : [span(`${' '.repeat(MARGIN_CELLS - 2)}${theme.glyphs.box[5]} `, 'muted'), ...row],
  );
};

/** The rows a line takes: one, or as many as its wrapped text needs. */
const rowsOf =
  (r: Reader, file: ShownFile, columns: number) =>
  (n: number): number =>
    r.wrap ? wrapCode(file.coloured[n - 1] ?? [], Math.max(1, columns - MARGIN_CELLS)).length : 1;

/** How long the file is, the rows it has, and the first line shown; null while it is being read. */
export const readerExtent = (
  v: View,
  r: Reader,
  theme: Theme,
  size: Size,
): { lines: number; height: number; top: number } | null => {
  const file = shownFile(v, r.path);
  if (!file || file.lines.length === 0) return null;
  const height = Math.max(1, size.height - head(v, r, theme, size).length);
  const lines = file.lines.length;
  const at = { ...r, line: Math.min(r.line, lines) };
  return { lines, height, top: topFor(at, lines, height, rowsOf(at, file, size.width)) };
};

/** The line of the file that a row of the pane shows; null above the code and below its end. */
export const lineAtRow = (v: View, theme: Theme, size: Size, row: number): number | null => {
  const { reader: r } = v.ui;
  const file = r && shownFile(v, r.path);
  const extent = r && readerExtent(v, r, theme, size);
  if (!r || !file || !extent) return null;
  const rows = rowsOf({ ...r, line: Math.min(r.line, extent.lines) }, file, size.width);
  let left = row - (size.height - extent.height);
  if (left < 0) return null;
  for (let n = extent.top; n <= extent.lines; n++) {
    left -= rows(n);
    if (left < 0) return n;
  }
  return null;
};

/** The place kept beside: the same file view, without what is selected, sought or said of a lead. */
export const besidePane = (v: View, r: Reader, theme: Theme, size: Size): Omit<PaneText, 'focused'> =>
  r.beside
    ? readerPane(v, { ...r, ...r.beside, item: null, mark: null, find: '', stop: -1, left: 0 }, theme, size)
    : { title: '', lines: [] };

/** The file at the pinned commit, at the place the auditor reads. */
export const readerPane = (v: View, r: Reader, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const file = shownFile(v, r.path);
  const top = head(v, r, theme, size);
  const stop = r.stops[r.stop];
  const pane = {
    title: truncateMiddle(visible(shownPath(r.path)), Math.max(16, Math.floor(size.width * 0.6))),
    right:
      stop && r.stops.length > 1
        ? `${stop.role === 'place' ? 'place' : stop.role} ${r.stop + 1} of ${r.stops.length}`
        : '',
  };
  if (file === null) return { ...pane, lines: [...top, muted('Reading the file at the pinned commit…')] };
  if (file.lines.length === 0)
    return {
      ...pane,
      lines: [
        ...top,
        muted('Nothing to show as text: the file is empty, binary, too large, or not in this clone.'),
      ],
    };
  const extent = readerExtent(v, r, theme, size);
  const { lines: count, height, top: from } = extent ?? { lines: 0, height: 0, top: 1 };
  const at = { ...r, line: Math.min(r.line, count) };
  const names = carried(r.stops);
  const byLine = new Map<number, [Stop, number][]>();
  for (const [i, s] of r.stops.entries())
    if (s.path === r.path)
      for (let n = s.startLine; n <= Math.min(s.endLine, s.startLine + 200); n++)
        byLine.set(n, [...(byLine.get(n) ?? []), [s, i]]);
  const proposedOn = proposedLines(v, r.path);
  const lines: Line[] = [];
  let n = from;
  for (; n <= count && lines.length < height; n++)
    lines.push(
      ...numbered(
        at,
        n,
        file.coloured[n - 1] ?? [],
        names,
        byLine.get(n) ?? [],
        proposedOn(n),
        theme,
        size.width,
      ),
    );
  const { first, last } = selectedLines(at);
  return {
    ...pane,
    lines: [...top, ...lines.slice(0, height)],
    bottom: [
      r.mark === null ? '' : `${plural(last - first + 1, 'line')} selected`,
      r.find === '' ? '' : `/${truncate(visible(r.find), 20)}`,
      r.left > 0 ? `column ${r.left + 1}` : '',
      ...waitingAt(v, r.path, at.line, at.line)
        .slice(0, 2)
        .map((p) => `${p.id} proposes here`),
      `line ${at.line} of ${count}`,
    ]
      .filter(Boolean)
      .join(' · '),
  };
};
