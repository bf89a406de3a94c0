import type { EvidenceItem } from '../domain/evidence.ts';
import { placeWords } from '../domain/evidence.ts';
import type { Finding } from '../domain/finding.ts';
import type { PaneName } from './layout.ts';
import type { Place } from './state.ts';

/** A place the reader was sent to see: a step of a flow, another place of the same cause, a citation. */
export type Stop = {
  path: string;
  startLine: number;
  endLine: number;
  role: 'source' | 'step' | 'guard' | 'sink' | 'place';
  /** What it is to the item, in a few words. */
  words: string;
};

/** Where in which file the auditor reads. Lines are 1-based. */
export type Reading = { path: string; line: number; top: number };

export type Reader = Reading & {
  /** What Esc goes back to. */
  from: { place: Place; focus: PaneName };
  /** The evidence item that is read for, if one is. */
  item: string | null;
  stops: readonly Stop[];
  /** Index into `stops`; -1 where the auditor went elsewhere. */
  stop: number;
  /** Other end of the selected lines. */
  mark: number | null;
  /** The place that is kept in view to the left; null where none is. */
  beside: Reading | null;
  /** Cells scrolled to the right, while lines are not wrapped. */
  left: number;
  wrap: boolean;
  find: string;
  /** Places gone away from, for going back and forward again. */
  back: readonly Reading[];
  ahead: readonly Reading[];
};

/** The flow in its order, then the other places; the item's own lines where there is no flow. */
export const stopsOf = (item: EvidenceItem): Stop[] => {
  const flow = item.flow.map(
    (s): Stop => ({ path: s.path, startLine: s.line, endLine: s.line, role: s.role, words: s.text }),
  );
  const known = new Set(flow.map((s) => `${s.path}:${s.startLine}`));
  const own = item.location;
  const others = [
    ...(own ? [{ path: own.path, startLine: own.startLine, endLine: own.endLine }] : []),
    ...item.places,
  ];
  return [
    ...flow,
    ...others
      .filter((p, i) => !known.has(`${p.path}:${p.startLine}`) && others.indexOf(p) === i)
      .map(
        (p, i): Stop => ({
          ...p,
          role: 'place',
          words: flow.length === 0 && i === 0 ? '' : 'the same cause',
        }),
      ),
  ];
};

/** The stop to begin with: where it takes effect, which is what the item points at. */
export const firstStop = (item: EvidenceItem, stops: readonly Stop[]): number => {
  const own = item.location;
  const at = own ? stops.findIndex((s) => s.path === own.path && s.startLine === own.startLine) : -1;
  return at === -1 ? 0 : at;
};

export const stopsOfFinding = (finding: Finding): Stop[] =>
  finding.locations.map((l) => ({
    path: l.path,
    startLine: l.startLine,
    endLine: l.endLine,
    role: 'place',
    words: `cited in ${finding.id}`,
  }));

/** First and last of the selected lines; the cursor's own where none are. */
export const selectedLines = (r: Reader): { first: number; last: number } => ({
  first: Math.min(r.line, r.mark ?? r.line),
  last: Math.max(r.line, r.mark ?? r.line),
});

export const citation = (r: Reader): string => {
  const { first, last } = selectedLines(r);
  return placeWords({ path: r.path, startLine: first, endLine: last });
};

/** Elsewhere, with the way back; what was undone of going back is forgotten, as in every browser. */
export const jump = (r: Reader, to: { path: string; line: number }): Reader =>
  to.path === r.path && to.line === r.line
    ? r
    : {
        ...r,
        path: to.path,
        line: to.line,
        top: 0,
        left: 0,
        mark: null,
        back: [...r.back, { path: r.path, line: r.line, top: r.top }],
        ahead: [],
      };

export const goBack = (r: Reader): Reader | null => {
  const to = r.back.at(-1);
  return to
    ? {
        ...r,
        ...to,
        mark: null,
        back: r.back.slice(0, -1),
        ahead: [{ path: r.path, line: r.line, top: r.top }, ...r.ahead],
      }
    : null;
};

export const goForward = (r: Reader): Reader | null => {
  const to = r.ahead[0];
  return to
    ? {
        ...r,
        ...to,
        mark: null,
        back: [...r.back, { path: r.path, line: r.line, top: r.top }],
        ahead: r.ahead.slice(1),
      }
    : null;
};

/** One stop on or back, going round. */
export const toStop = (r: Reader, by: 1 | -1): Reader => {
  const count = r.stops.length;
  if (count === 0) return r;
  const stop = r.stop === -1 ? 0 : (r.stop + by + count) % count;
  const to = r.stops[stop];
  return to ? { ...jump(r, { path: to.path, line: to.startLine }), stop } : r;
};

const MARGIN = 3;

/** First line to show so that the cursor is in view with some lines around it; `rowsOf` counts the rows a line takes. */
export const topFor = (
  r: Reader,
  lines: number,
  height: number,
  rowsOf: (line: number) => number = () => 1,
): number => {
  const margin = Math.min(MARGIN, Math.floor((height - 1) / 2));
  // Come from elsewhere, the line stands in the upper third: what follows matters more than what went before.
  let top = r.top > 0 ? r.top : r.line - Math.floor(height / 3);
  if (r.line - margin < top) top = r.line - margin;
  const below = Math.min(lines, r.line + margin);
  const fits = (from: number): boolean => {
    let rows = 0;
    for (let n = from; n <= below; n++) {
      rows += rowsOf(n);
      if (rows > height) return n > r.line && from >= r.line;
    }
    return true;
  };
  top = Math.max(1, top, below - height + 1);
  while (top < r.line && !fits(top)) top += 1;
  // The end of the file stands at the end of the pane.
  let rows = 0;
  let last = lines;
  for (; last >= 1 && rows + rowsOf(last) <= height; last--) rows += rowsOf(last);
  return Math.max(1, Math.min(top, last + 1, r.line));
};
