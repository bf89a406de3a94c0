import { focusPane, goTo, moveBy, scrollBy, select } from './actions/navigate.ts';
import * as reader from './actions/reader.ts';
import type { App } from './app-state.ts';
import { press } from './controller.ts';
import { layout, type PaneName } from './layout.ts';
import { activeList, panesOf, rowIds, type View } from './model.ts';
import type { Pointer } from './mouse.ts';
import { evidenceListHeight } from './screens/evidence-pane.ts';
import { lineAtRow } from './screens/reader.ts';
import { type ListName, SCREENS } from './state.ts';
import type { Rect } from './view/line.ts';
import { indexOf, scrollTo } from './view/list.ts';
import { inner } from './view/pane.ts';

/** Lines a turn of the wheel moves by. */
const WHEEL_LINES = 3;

const within = (r: Rect, p: Pointer): boolean =>
  p.x >= r.x && p.x < r.x + r.width && p.y >= r.y && p.y < r.y + r.height;

const paneAt = (v: View, p: Pointer): { name: PaneName; rect: Rect } | null => {
  const { columns, rows, focus, zoom } = v.ui;
  const panes = layout(columns, rows, focus, zoom, panesOf(v.ui))?.panes ?? {};
  for (const [name, rect] of Object.entries(panes) as [PaneName, Rect][])
    if (within(rect, p)) return { name, rect };
  return null;
};

/** The row of a list that is shown at a row of its pane. */
const rowAt = (v: View, list: ListName, rect: Rect, y: number): string | null => {
  const ids = rowIds(v, list);
  const size = inner(rect);
  // The list of tools has a heading; that of evidence shares its pane with what the chosen item says.
  const heading = list === 'surface' ? 1 : 0;
  const height = list === 'items' ? evidenceListHeight(ids.length, size.height) : size.height - heading;
  const top = scrollTo(v.ui.lists[list].top, indexOf(v.ui.lists[list], ids), height, ids.length);
  const n = y - rect.y - 1 - heading;
  return n >= 0 && n < height ? (ids[top + n] ?? null) : null;
};

const clickTab = (app: App, x: number): void => {
  const { place } = app.ui.get();
  if (place === 'home' || place === 'opening') return;
  // As the header writes them: the present one with its name, the others with it where there is room.
  const header = app.headerText();
  for (const [i, screen] of SCREENS.entries()) {
    const named = header.indexOf(` ${i + 1} ${screen}`);
    const from = named !== -1 ? named : header.search(new RegExp(` ${i + 1}(?= |$)`));
    const width = named !== -1 ? screen.length + 3 : 2;
    if (from !== -1 && x >= from && x < from + width) return goTo(app, screen);
  }
};

const click = (app: App, p: Pointer): void => {
  if (p.y === 0) return clickTab(app, p.x);
  const pane = paneAt(app.view(), p);
  if (!pane || (app.ui.get().place === 'reader' && pane.name !== 'code')) return;
  if (pane.name !== app.ui.get().focus) focusPane(app, pane.name);
  const view = app.view();
  if (pane.name === 'code') {
    const line = lineAtRow(view, app.theme, inner(pane.rect), p.y - pane.rect.y - 1);
    if (line !== null) reader.goTo(app, line);
    return;
  }
  const list = activeList(view.ui);
  const row = list && rowAt(view, list, pane.rect, p.y);
  if (!list || row === null) return;
  // A click on what is chosen already opens it.
  if (view.ui.lists[list].selected === row) return press(app, 'enter');
  select(app, list, row);
  if (list === 'checks')
    app.update({ itemMark: null, lists: { ...app.ui.get().lists, items: { selected: null, top: 0 } } });
};

const drag = (app: App, p: Pointer): void => {
  const view = app.view();
  const pane = paneAt(view, p);
  if (view.ui.place !== 'reader' || pane?.name !== 'code') return;
  const line = lineAtRow(view, app.theme, inner(pane.rect), p.y - pane.rect.y - 1);
  if (line !== null) reader.selectTo(app, line);
};

const turn = (app: App, p: Pointer): void => {
  const pane = paneAt(app.view(), p);
  const by = p.by * WHEEL_LINES;
  if (!pane) return;
  if (app.ui.get().place === 'reader') return pane.name === 'code' ? reader.moveBy(app, by) : undefined;
  // What is under the pointer moves, and the keys go on there.
  if (pane.name !== app.ui.get().focus) focusPane(app, pane.name);
  if (activeList(app.ui.get())) moveBy(app, by);
  else scrollBy(app, by);
};

/** A press selects and a second one opens, the wheel moves, a drag in the reader selects lines. */
export const point = (app: App, p: Pointer): void => {
  act(app, p);
  app.update({ handled: app.ui.get().handled + 1 });
};

const act = (app: App, p: Pointer): void => {
  const top = app.ui.get().overlays.at(-1);
  if (top) {
    // Over what lies on top the wheel is the arrow keys; clicks are for what is below, and do nothing.
    if (p.kind === 'wheel') press(app, p.by < 0 ? 'up' : 'down');
    return;
  }
  if (p.kind === 'press') click(app, p);
  else if (p.kind === 'drag') drag(app, p);
  else if (p.kind === 'wheel') turn(app, p);
};
