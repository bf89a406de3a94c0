import fuzzysort from 'fuzzysort';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { redactSecrets } from '../../text/redact.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncateMiddle } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { selectedFinding, selectedItem, selectedTool } from '../model.ts';
import {
  firstStop,
  goForward,
  jump,
  type Reader,
  goBack as readBack,
  type Stop,
  stopsOf,
  stopsOfFinding,
  toStop,
} from '../reader.ts';
import { findMarks } from '../view/code.ts';
import { emptyList } from '../view/list.ts';
import { shownFile } from '../view/shown-file.ts';
import { textField } from '../view/text-field.ts';
import { goBack, remember } from './navigate.ts';

/** The open file, for actions that have one; null says so to the auditor. */
export const reading = (app: App): Reader | null => app.ui.get().reader;

export const set = (app: App, reader: Reader): void => app.update({ reader });

/** Opens a file at the first of some stops; Esc goes back to where the auditor was. */
export const openReader = (
  app: App,
  at: { path: string; line: number },
  about: { item?: string; stops?: readonly Stop[]; stop?: number } = {},
): void => {
  remember(app);
  const ui = app.ui.get();
  const from = ui.place === 'reader' && ui.reader ? ui.reader.from : { place: ui.place, focus: ui.focus };
  app.update({
    place: 'reader',
    focus: 'code',
    zoom: 'normal',
    reader: {
      ...at,
      // What is cited from here is kept by the name that may be read.
      path: shownPath(at.path),
      top: 0,
      from,
      item: about.item ?? null,
      stops: about.stops ?? [],
      stop: about.stop ?? -1,
      mark: null,
      // What is kept beside stays there, whatever is read next.
      beside: ui.reader?.beside ?? null,
      left: 0,
      wrap: ui.reader?.wrap ?? false,
      find: '',
      back: [],
      ahead: [],
    },
  });
};

/** The code an evidence item points at; says so where it points at none. */
export const openItem = (app: App, item: EvidenceItem): void => {
  const stops = stopsOf(item);
  const stop = firstStop(item, stops);
  const at = stops[stop];
  if (!at) return app.toast('This item has no place in a file.', 'warn');
  openReader(app, { path: at.path, line: at.startLine }, { item: item.id, stops, stop });
};

export const openSelectedItem = (app: App): void => {
  const item = selectedItem(app.view());
  if (item) openItem(app, item);
};

/** The code a finding cites. */
export const openSelectedFinding = (app: App): void => {
  const finding = selectedFinding(app.view());
  const stops = finding ? stopsOfFinding(finding) : [];
  const at = stops[0];
  if (!at) return app.toast('This finding cites no place yet.', 'warn');
  openReader(app, { path: at.path, line: at.startLine }, { stops, stop: 0 });
};

/** The handler of the selected tool. */
export const openSelectedTool = (app: App): void => {
  const view = app.view();
  const tool = selectedTool(view);
  if (!tool) return;
  const { handler, path, line } = tool.tool;
  openReader(app, handler ? { path: handler.path, line: handler.startLine } : { path, line });
};

const MOST_FILES = 200;

/** Any file of the target, by a few letters of its name. */
export const pickFile = (app: App): void =>
  app.work(async () => {
    const paths = await app.opened().store.paths();
    app.push({
      kind: 'pick',
      title: 'Read a file of the target',
      query: textField(''),
      list: emptyList(),
      rows: (query) =>
        (query === '' ? paths : fuzzysort.go(query, paths, { limit: MOST_FILES }).map((r) => r.target)).map(
          (path) => ({
            id: path,
            label: truncateMiddle(visible(shownPath(path)), app.ui.get().columns - 10),
          }),
        ),
      empty: 'No file of the audited commit matches.',
      several: false,
      chosen: [],
      choose: ([path]) => {
        if (path) openReader(app, { path, line: 1 });
      },
    });
  });

/** The first line shown now, so that the cursor moves and not the text. */
const topOf = (app: App): number => app.measure(app.view())?.top ?? 0;

const lineCount = (app: App, r: Reader): number => shownFile(app.view(), r.path)?.lines.length ?? 1;

export const moveBy = (app: App, by: number | 'first' | 'last'): void => {
  const r = reading(app);
  if (!r) return;
  const count = Math.max(1, lineCount(app, r));
  const at = Math.min(r.line, count);
  const line = by === 'first' ? 1 : by === 'last' ? count : Math.max(1, Math.min(count, at + by));
  set(app, { ...r, line, top: topOf(app) });
};

/** To a line that was pointed at; nothing is selected any more. */
export const goTo = (app: App, line: number): void => {
  const r = reading(app);
  if (r) set(app, { ...r, line, mark: null, top: topOf(app) });
};

/** Selects from where the pointer was pressed to the line it is at. */
export const selectTo = (app: App, line: number): void => {
  const r = reading(app);
  if (r) set(app, { ...r, mark: r.mark ?? r.line, line, top: topOf(app) });
};

/** Rows the code has, for moving by pages. */
export const pageBy = (app: App, pages: number): void =>
  moveBy(app, Math.round(pages * Math.max(1, app.ui.get().rows - 10)));

const SIDEWAYS = 8;
export const sidewaysBy = (app: App, by: 1 | -1): void => {
  const r = reading(app);
  if (!r) return;
  if (r.wrap) return app.toast('Long lines are wrapped: w shows them on one line.', 'warn');
  set(app, { ...r, left: Math.max(0, r.left + by * SIDEWAYS) });
};

export const toggleWrap = (app: App): void => {
  const r = reading(app);
  if (r) set(app, { ...r, wrap: !r.wrap, left: 0 });
};

export const stopBy = (app: App, by: 1 | -1): void => {
  const r = reading(app);
  if (r) set(app, toStop(r, by));
};

export const back = (app: App): void => {
  const r = reading(app);
  const to = r && readBack(r);
  if (to) set(app, to);
  else if (!goBack(app)) app.toast('This is where you began: Esc closes the file.', 'warn');
};

export const forward = (app: App): void => {
  const r = reading(app);
  const to = r && goForward(r);
  if (to) set(app, to);
  else app.toast('There is nothing to go forward to.', 'warn');
};

/** Esc: lets go of the selection, then of the search, then of the file. */
export const close = (app: App): void => {
  const r = reading(app);
  if (r?.mark != null) set(app, { ...r, mark: null });
  else if (r && r.find !== '') set(app, { ...r, find: '' });
  else if (r) app.update({ place: r.from.place, focus: r.from.focus, zoom: 'normal', toast: null });
};

/** Keeps the place in view to the left, or lets it go: two places are read side by side. */
export const toggleBeside = (app: App): void => {
  const r = reading(app);
  if (!r) return;
  if (r.beside) return set(app, { ...r, beside: null });
  set(app, { ...r, beside: { path: r.path, line: r.line, top: 0 } });
  app.toast(
    app.ui.get().columns < 100
      ? 'Kept beside: a window of 100 columns shows both, s goes from one to the other.'
      : 'Kept to the left: go anywhere, s goes from one to the other, | lets it go.',
  );
};

/** Reads what was beside, and keeps what was read. */
export const swapBeside = (app: App): void => {
  const r = reading(app);
  if (!r?.beside) return app.toast('Nothing is kept beside: | keeps this place there.', 'warn');
  set(app, { ...jump(r, r.beside), top: r.beside.top, beside: { path: r.path, line: r.line, top: r.top } });
};

export const toggleSelection = (app: App): void => {
  const r = reading(app);
  if (r) set(app, { ...r, mark: r.mark === null ? r.line : null });
};

/** The nearest line in a direction that holds the text, going round; the line itself counts at first. */
const found = (app: App, r: Reader, query: string, step: 1 | -1, fromHere: boolean): number | null => {
  const lines = shownFile(app.view(), r.path)?.lines ?? [];
  for (let i = fromHere ? 0 : 1; i <= lines.length; i++) {
    const at = (((r.line - 1 + i * step) % lines.length) + lines.length) % lines.length;
    if (findMarks(lines[at] ?? '', query).length > 0) return at + 1;
  }
  return null;
};

export const search = (app: App): void => {
  const begun = reading(app);
  if (!begun) return;
  const show = (query: string): void => {
    const line = query === '' ? null : found(app, begun, query, 1, true);
    set(app, { ...begun, find: query, ...(line === null ? {} : { line }) });
  };
  app.push({
    kind: 'field',
    title: 'Search in this file',
    help: 'Case counts once you type a capital. Enter keeps it: n and N go on.',
    field: textField(begun.find),
    change: show,
    submit: (query) => {
      show(query);
      if (query !== '' && found(app, begun, query, 1, true) === null)
        app.toast(`'${visible(query)}' is not in this file.`, 'warn');
      return true;
    },
    cancel: () => {
      set(app, begun);
      return true;
    },
  });
};

/** Whether it moved: without a search, the key means the next lead. */
export const nextMatch = (app: App, step: 1 | -1): boolean => {
  const r = reading(app);
  if (!r || r.find === '') return false;
  const line = found(app, r, r.find, step, false);
  if (line !== null) set(app, { ...r, line, top: topOf(app) });
  return true;
};

export const goToLine = (app: App): void =>
  app.push({
    kind: 'field',
    title: 'Go to line',
    help: 'A number.',
    field: textField(''),
    submit: (text) => {
      const r = reading(app);
      const line = Number(text.trim());
      if (!r || !Number.isInteger(line) || line < 1) {
        app.toast('That is no line number.', 'warn');
        return false;
      }
      set(app, jump(r, { path: r.path, line: Math.min(line, Math.max(1, lineCount(app, r))) }));
      return true;
    },
  });

/** Who changed the line last, when, and what they said of it. */
export const showLastChange = (app: App): void =>
  app.work(async () => {
    const r = reading(app);
    if (!r) return;
    const change = await app.opened().store.lastChange(r.path, r.line);
    const at = `${shownPath(r.path)}:${r.line}`;
    if (!change)
      return app.toast(
        `git could not say who changed ${visible(at)} last: the history may not be here.`,
        'warn',
      );
    const signed = change.signature === 'none' ? 'not signed' : `${change.signature} signature, not verified`;
    app.push({
      kind: 'message',
      title: `Last change of ${at}`,
      text: [
        `${change.hash}`,
        `${change.author.name} <${change.author.email}>, ${change.authoredAt}, ${signed}`,
        '',
        redactSecrets(change.message.trim()),
        '',
        `again: git blame -L${r.line},${r.line} ${app.opened().store.snapshot().session.target?.commit ?? ''} -- ${shownPath(r.path)}`,
      ].join('\n'),
    });
  });

export const openInEditor = (app: App): void =>
  app.work(async () => {
    const r = reading(app);
    if (!r) return;
    const text = await app.opened().store.readText(r.path);
    if (text === null) return app.toast('That file cannot be shown as text.', 'warn');
    const shown = await app.ports.view(r.path, text, r.line);
    if (shown.kind === 'failed') app.toast(shown.message, 'bad');
  });
