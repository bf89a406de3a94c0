import { TOOL_ORDERS, TOOL_TERMS } from '../../domain/attack-surface.ts';
import { CHECK_TERMS, type FilterTerms, filterProblem, termsWords } from '../../domain/filter.ts';
import { nextUnsaid } from '../../domain/review.ts';
import { nextOpen, whatNow } from '../../domain/selectors.ts';
import type { App } from '../app-state.ts';
import { layout, type PaneName, type Zoom } from '../layout.ts';
import {
  activeList,
  checkRows,
  LIST_OF,
  panesOf,
  readingKey,
  rowIds,
  selectedId,
  selectedRow,
} from '../model.ts';
import type { ListName, Place, Spot } from '../state.ts';
import { emptyList, move } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

const setList = (app: App, name: ListName, next: { selected: string | null; top: number }): void =>
  app.update({ lists: { ...app.ui.get().lists, [name]: next } });

/** Rows a page moves by: the height of a pane, less a little to keep the thread. */
const page = (app: App): number => Math.max(1, app.ui.get().rows - 6);

export const scrollBy = (app: App, by: number | 'first' | 'last'): void => {
  const view = app.view();
  const key = readingKey(view);
  const extent = app.measure(view);
  const last = extent ? Math.max(0, extent.lines - extent.height) : 0;
  const at = Math.min(view.ui.scroll[key] ?? 0, last);
  const to = by === 'first' ? 0 : by === 'last' ? last : Math.max(0, Math.min(last, at + by));
  app.update({ scroll: { ...view.ui.scroll, [key]: to } });
};

export const moveBy = (app: App, by: number | 'first' | 'last'): void => {
  const view = app.view();
  const list = activeList(view.ui);
  if (!list) return scrollBy(app, by);
  const next = move(view.ui.lists[list], rowIds(view, list), by);
  setList(app, list, next);
  // The evidence of another check starts at its top.
  if (list === 'checks' && next.selected !== view.ui.lists.checks.selected)
    app.update({ itemMark: null, lists: { ...app.ui.get().lists, items: { selected: null, top: 0 } } });
};

export const pageBy = (app: App, pages: number): void => moveBy(app, Math.round(pages * page(app)));

export const select = (app: App, list: ListName, id: string): void =>
  setList(app, list, { ...app.ui.get().lists[list], selected: id });

export const focusPane = (app: App, focus: PaneName): void => app.update({ focus, toast: null });

export const cycleFocus = (app: App, step: 1 | -1): void => {
  const ui = app.ui.get();
  const { focus } = ui;
  const panes = panesOf(ui);
  const at = panes.indexOf(focus);
  focusPane(app, panes[(at + step + panes.length) % panes.length] ?? 'list');
};

const ZOOMS: readonly Zoom[] = ['normal', 'half', 'full'];

/** The next size that shows a difference: where a pane has half of the window anyway, all of it comes next. */
export const zoomBy = (app: App, step: 1 | -1): void => {
  const ui = app.ui.get();
  const { columns, rows, focus, zoom } = ui;
  const area = (z: Zoom): number => {
    const rect = layout(columns, rows, focus, z, panesOf(ui))?.panes[focus];
    return rect ? rect.width * rect.height : 0;
  };
  const now = area(zoom);
  const next = (step === 1 ? ZOOMS : ZOOMS.toReversed()).find(
    (z) => (ZOOMS.indexOf(z) - ZOOMS.indexOf(zoom)) * step > 0 && (area(z) - now) * step > 0,
  );
  if (next) app.update({ zoom: next });
  else if (step === 1) app.toast('It has all the room there is: _ makes it smaller.', 'warn');
  else app.update({ zoom: 'normal' });
};

const MOST_SPOTS = 100;

const sameSpot = (a: Spot, b: Spot): boolean =>
  a.place === b.place &&
  (a.place === 'reader'
    ? a.reader?.path === b.reader?.path && a.reader?.line === b.reader?.line
    : Object.entries(a.lists).every(([name, list]) => b.lists[name as ListName].selected === list.selected));

/** Keeps where the auditor is, before they are taken elsewhere. */
export const remember = (app: App): void => {
  const { place, focus, lists, reader, trail } = app.ui.get();
  if (place === 'home' || place === 'opening') return;
  app.update({ trail: [...trail, { place, focus, lists, reader }].slice(-MOST_SPOTS) });
};

/** Back to where the last jump began. Returns false where none was made. */
export const goBack = (app: App): boolean => {
  const ui = app.ui.get();
  // Esc may have led there already.
  const at = ui.trail.findLastIndex((spot) => !sameSpot(spot, ui));
  const to = ui.trail[at];
  if (!to) return false;
  app.update({ ...to, trail: ui.trail.slice(0, at), zoom: 'normal', itemMark: null, toast: null });
  return true;
};

export const back = (app: App): void => {
  if (!goBack(app)) app.toast('You have not gone anywhere from here yet.', 'warn');
};

const show = (app: App, place: Place): void =>
  app.update({ place, focus: 'list', zoom: 'normal', toast: null });

export const goTo = (app: App, place: Place): void => {
  if (app.ui.get().place !== place) remember(app);
  show(app, place);
};

/** Shows a check, wherever the auditor was; opens its section and drops a filter that hides it. */
export const goToCheck = (app: App, check: string): void => {
  const view = app.view();
  if (view.ui.place !== 'audit' || selectedId(view, 'checks') !== check) remember(app);
  const section = view.snap?.methodology.phases
    .flatMap((p) => p.sections)
    .find((s) => s.checks.some((c) => c.id === check));
  const collapsed = new Set(view.ui.collapsed);
  if (section) collapsed.delete(section.id);
  const hidden = !checkRows({ ...view, ui: { ...view.ui, collapsed } }).some((r) => r.id === check);
  app.update({
    place: 'audit',
    focus: 'list',
    collapsed,
    itemMark: null,
    filters: hidden ? { ...view.ui.filters, checks: '' } : view.ui.filters,
    lists: {
      ...view.ui.lists,
      checks: { ...view.ui.lists.checks, selected: check },
      items: { selected: null, top: 0 },
    },
  });
};

export const goToOpen = (app: App, step: 1 | -1): void => {
  const view = app.view();
  if (!view.snap) return;
  const { methodology, session, reviewed } = view.snap;
  const from = selectedId(view, 'checks');
  // In a blind review the reviewer's own verdict comes first, as in an audit; in an open one nobody needs to give one.
  const open = reviewed && !session.review?.blind;
  const next = open
    ? nextUnsaid(methodology, session, reviewed.session, from, step)
    : nextOpen(methodology, session, from, step);
  if (next) goToCheck(app, next);
  else if (open)
    app.toast("Something is said of each of the author's verdicts. 5 shows the session, E exports it.");
  else app.toast('Every check has a verdict. 4 shows the report.');
};

export const goWhatNow = (app: App): void => {
  const { snap, index } = app.view();
  if (!snap) return;
  const step = whatNow(snap.methodology, snap.session, index);
  if (step.check) goToCheck(app, step.check);
  else if (step.screen) goTo(app, step.screen);
  else if (step.finding) {
    goTo(app, 'findings');
    select(app, 'findings', step.finding);
  }
  app.toast(step.text);
};

/** The next order of the list of tools, going round; the selected tool stays selected. */
export const sortTools = (app: App): void => {
  const { toolOrder } = app.ui.get();
  const id = selectedId(app.view(), 'surface');
  app.update({ toolOrder: TOOL_ORDERS[(TOOL_ORDERS.indexOf(toolOrder) + 1) % TOOL_ORDERS.length]! });
  if (id) select(app, 'surface', id);
};

/** From a tool to the check and the evidence item that say the worst of it. */
export const goToLead = (app: App): void => {
  const view = app.view();
  const id = selectedId(view, 'surface');
  const worst = view.tools().find((t) => t.id === id)?.leads[0];
  const check = worst?.checks[0];
  if (!worst || !check) return app.toast('No lead begins in this tool.', 'warn');
  goToCheck(app, check);
  app.update({ focus: 'evidence' });
  select(app, 'items', worst.id);
};

/** Right or Enter: opens a section, or moves on to the next pane. */
export const openRow = (app: App): void => {
  const view = app.view();
  const { focus, place } = view.ui;
  if (place === 'audit' && focus === 'list') {
    const row = selectedRow(view);
    if (row?.kind === 'section') return toggleSection(app, row.section.id, row.open);
  }
  const panes = panesOf(view.ui);
  const next = panes[panes.indexOf(focus) + 1];
  if (next) focusPane(app, next);
};

const toggleSection = (app: App, section: string, collapse: boolean): void => {
  const collapsed = new Set(app.ui.get().collapsed);
  if (collapse) collapsed.add(section);
  else collapsed.delete(section);
  app.update({ collapsed });
};

/** Left: the pane before; in the list, closes the section. */
export const closeRow = (app: App): void => {
  const view = app.view();
  const panes = panesOf(view.ui);
  const before = panes[panes.indexOf(view.ui.focus) - 1];
  if (before) return focusPane(app, before);
  if (view.ui.place !== 'audit' || view.ui.filters.checks) return;
  const id = selectedId(view, 'checks');
  const section = view.snap?.methodology.phases
    .flatMap((p) => p.sections)
    .find((s) => `section:${s.id}` === id || s.checks.some((c) => c.id === id));
  if (!section) return;
  toggleSection(app, section.id, true);
  select(app, 'checks', `section:${section.id}`);
};

const TERMS: Partial<Record<ListName, FilterTerms>> = { checks: CHECK_TERMS, surface: TOOL_TERMS };

/** Filters the list the auditor is in, live, and stays in it. Enter keeps it, Esc clears it. */
export const filter = (app: App): void => {
  const view = app.view();
  const list = activeList(view.ui) ?? LIST_OF[view.ui.place] ?? 'checks';
  if (list !== 'items') app.update({ focus: 'list' });
  const terms = TERMS[list];
  const set = (text: string) => app.update({ filters: { ...app.ui.get().filters, [list]: text } });
  app.push({
    kind: 'field',
    title: 'Filter',
    help: terms ? `words · ${termsWords(terms)}` : 'words; case counts once you type a capital',
    field: textField(view.ui.filters[list] ?? ''),
    ...(terms ? { problem: (text: string) => filterProblem(text, terms, true) } : {}),
    change: set,
    submit: (text) => {
      const problem = terms ? filterProblem(text, terms, false) : null;
      if (problem) app.toast(problem, 'warn');
      else set(text);
      return problem === null;
    },
    cancel: () => {
      set('');
      return true;
    },
  });
};

/** Esc and q: closes what is nearest. Returns false when there is nothing left to close. */
export const close = (app: App): boolean => {
  const view = app.view();
  const list = activeList(view.ui);
  if (view.ui.place === 'opening') return false;
  if (view.ui.zoom !== 'normal') app.update({ zoom: 'normal' });
  else if (list === 'items' && view.ui.itemMark !== null) app.update({ itemMark: null });
  else if (list && view.ui.filters[list]) app.update({ filters: { ...view.ui.filters, [list]: '' } });
  else if (view.ui.focus !== 'list')
    focusPane(app, panesOf(view.ui)[panesOf(view.ui).indexOf(view.ui.focus) - 1] ?? 'list');
  else if (view.ui.place !== 'audit' && view.ui.place !== 'home') show(app, 'audit');
  else return false;
  return true;
};

export const openHelp = (app: App): void => app.push({ kind: 'help', query: '', list: emptyList() });

export const openPalette = (app: App): void =>
  app.push({ kind: 'palette', query: textField(''), list: emptyList() });
