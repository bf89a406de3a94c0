import type { ToolOrder } from '../domain/attack-surface.ts';
import type { PaneName, Zoom } from './layout.ts';
import type { Overlay } from './overlays/overlay.ts';
import type { Start } from './ports.ts';
import type { Reader } from './reader.ts';
import { emptyList, type ListState } from './view/list.ts';

export type ScreenName =
  | 'audit'
  | 'findings'
  | 'evidence'
  | 'report'
  | 'session'
  | 'surface'
  | 'scorecard'
  | 'live'
  | 'proposals';
export const SCREENS: readonly ScreenName[] = [
  'audit',
  'findings',
  'evidence',
  'report',
  'session',
  'surface',
  'scorecard',
  'live',
  'proposals',
];
/** `home` and `opening` come before a session is open; `reader` is come to from what points at code. */
export type Place = 'home' | 'opening' | 'reader' | ScreenName;

export type ListName =
  | 'home'
  | 'checks'
  | 'items'
  | 'findings'
  | 'runs'
  | 'report'
  | 'history'
  | 'surface'
  | 'scorecard'
  | 'live'
  | 'proposals';

export type Toast = { text: string; tone: 'ok' | 'warn' | 'bad' };

/** A place to come back to: what was shown, and what was chosen there. */
export type Spot = Pick<Ui, 'place' | 'focus' | 'lists' | 'reader'>;

/** Everything the interface remembers that is not part of the audit. */
export type Ui = {
  columns: number;
  rows: number;
  place: Place;
  focus: PaneName;
  zoom: Zoom;
  lists: Record<ListName, ListState>;
  /** Lines scrolled past in the reading pane, by what is shown there. */
  scroll: Record<string, number>;
  /** Where the auditor was before each jump, the last at the end. */
  trail: readonly Spot[];
  /** What is being read; kept when left, null before the first file is opened. */
  reader: Reader | null;
  collapsed: ReadonlySet<string>;
  filters: Partial<Record<ListName, string>>;
  /** Other end of the selected lines of evidence. */
  itemMark: string | null;
  toolOrder: ToolOrder;
  /** The top one sees the keys. */
  overlays: readonly Overlay[];
  toast: Toast | null;
  /** Step of the tour that is under way; null where none is. */
  tour: number | null;
  /** How the auditor says the server is started. */
  start: Start;
  /** What is being done with the running server; leads when they are tried. */
  live: { words: string; done: number; total: number } | null;
  /** Words under the spinner while a session is being opened. */
  opening: string;
  spinner: number;
  /** Keys handled and work under way: the driver of the end-to-end tests waits on them. */
  handled: number;
  busy: number;
};

export const initialUi = (columns: number, rows: number): Ui => ({
  columns,
  rows,
  place: 'home',
  focus: 'list',
  zoom: 'normal',
  lists: {
    home: emptyList(),
    checks: emptyList(),
    items: emptyList(),
    findings: emptyList(),
    runs: emptyList(),
    report: emptyList(),
    history: emptyList(),
    surface: emptyList(),
    scorecard: emptyList(),
    live: emptyList(),
    proposals: emptyList(),
  },
  scroll: {},
  trail: [],
  reader: null,
  collapsed: new Set(),
  filters: {},
  itemMark: null,
  toolOrder: 'worst',
  overlays: [],
  toast: null,
  tour: null,
  start: { cmd: '', cwd: '', env: '' },
  live: null,
  opening: '',
  spinner: 0,
  handled: 0,
  busy: 0,
});

/** The smallest store React can subscribe to; handlers always read the latest state, never a closure's. */
export type Cell<T> = { get(): T; set(next: T): void; subscribe(listener: () => void): () => void };

export const cell = <T>(initial: T): Cell<T> => {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const l of [...listeners]) l();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
