import { wrap, wrapHanging } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { type Key, typed } from '../keys.ts';
import { indexOf, move } from '../view/list.ts';
import { fieldText, pressField, textField } from '../view/text-field.ts';
import { pressChoose } from './choose.ts';
import { entriesOf } from './entries.ts';
import type { FormField, Overlay } from './overlay.ts';
import { pressPick } from './pick.ts';
import { pressScore } from './score.ts';

type Of<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

const STEPS: Record<Key, number | 'first' | 'last'> = {
  up: -1,
  down: 1,
  pageup: -10,
  pagedown: 10,
  home: 'first',
  end: 'last',
};

const pressEntries = (app: App, o: Of<'help'> | Of<'palette'>, key: Key): void => {
  const entries = entriesOf(app.view(), o);
  const ids = entries.map((e) => e.id);
  const step = STEPS[key];
  if (step !== undefined) return app.swap({ ...o, list: move(o.list, ids, step) });
  if (key === 'esc') return app.pop();
  if (key === 'enter') {
    const entry = entries[indexOf(o.list, ids)];
    if (!entry) return;
    if (entry.reason) return app.toast(`Not now: ${entry.reason}`, 'warn');
    app.pop();
    return entry.run(app);
  }
  const list = { selected: null, top: 0 };
  if (o.kind === 'palette') {
    const query = pressField(o.query, key);
    if (query) app.swap({ ...o, query, list });
  } else if (key === '?' && o.query === '') app.pop();
  else if (key === 'backspace') app.swap({ ...o, query: o.query.slice(0, -1), list });
  else if (typed(key) !== null) app.swap({ ...o, query: o.query + typed(key), list });
};

/** The next of the sentences on offer, and after the last one what was typed. */
const takeOffer = (app: App, o: Of<'field'>, by: 1 | -1): void => {
  const offers = o.offers ?? [];
  const typedText = o.offered?.typed ?? fieldText(o.field);
  const count = offers.length + 1;
  const at = ((o.offered?.at ?? offers.length) + by + count) % count;
  const text = offers[at] ?? typedText;
  app.swap({ ...o, field: textField(text, o.field.multiline), offered: { at, typed: typedText } });
  o.change?.(text);
};

const pressTextOverlay = (app: App, o: Of<'field'>, key: Key): void => {
  const text = fieldText(o.field);
  if (key === 'enter' || key === 'esc') {
    app.pop();
    const taken = key === 'enter' ? o.submit(text) : (o.cancel?.(text) ?? true);
    if (!taken) app.push(o);
    return;
  }
  if ((key === 'tab' || key === 'shift+tab') && o.offers?.length)
    return takeOffer(app, o, key === 'tab' ? 1 : -1);
  const field = pressField(o.field, key);
  if (!field) return;
  app.swap({ ...o, field });
  if (fieldText(field) !== text) o.change?.(fieldText(field));
};

const values = (fields: readonly FormField[]): Record<string, string> =>
  Object.fromEntries(fields.map((f) => [f.id, f.value]));

/** The form with one field's value changed; with `keeps` it is saved at once, and what is wrong is shown. */
const setField = (app: App, o: Of<'form'>, id: string, value: string): Of<'form'> => {
  const fields = o.fields.map((f) => (f.id === id ? { ...f, value } : f));
  app.swap({ ...o, fields, editing: null, problem: '' });
  const problem = o.change?.(id, value) ?? '';
  const top = app.ui.get().overlays.at(-1);
  const now = top?.kind === 'form' ? top : o;
  // What was refused is not shown as if it were recorded; a field being written keeps its text.
  const refused = { ...now, fields: o.fields, problem };
  if (problem) app.swap(refused);
  return problem ? refused : now;
};

const pressForm = (app: App, o: Of<'form'>, key: Key): void => {
  const ids = o.fields.map((f) => f.id);
  const at = indexOf(o.list, ids);
  const field = o.fields[at];
  if (!field) return app.pop();
  const go = (form: Of<'form'>, step: number, edit: boolean): void => {
    const list = move(form.list, ids, step);
    const target = form.fields[indexOf(list, ids)];
    app.swap({
      ...form,
      list,
      editing:
        edit && target && !target.options && !target.open
          ? textField(target.value, target.multiline ?? false)
          : null,
    });
  };

  if (o.editing) {
    const value = fieldText(o.editing);
    if (key === 'esc') return app.swap({ ...o, editing: null });
    if (key === 'enter') {
      const saved = setField(app, o, field.id, value);
      if (saved.problem) return app.swap({ ...saved, editing: o.editing });
      if (o.enter === 'submits' || (o.enter === 'next' && at === ids.length - 1))
        return o.submit(values(saved.fields));
      return go(saved, 1, o.enter === 'next');
    }
    const next = pressField(o.editing, key);
    if (next) return app.swap({ ...o, editing: next });
    const step = key === 'tab' || key === 'down' ? 1 : key === 'shift+tab' || key === 'up' ? -1 : 0;
    if (step === 0) return;
    const saved = setField(app, o, field.id, value);
    return saved.problem ? app.swap({ ...saved, editing: o.editing }) : go(saved, step, true);
  }

  const cycle = (by: 1 | -1): void => {
    const options = field.options ?? [];
    const value = options[(options.indexOf(field.value) + by + options.length) % options.length];
    if (value !== undefined) setField(app, o, field.id, value);
  };
  switch (key) {
    case 'esc':
    case 'q':
      return app.pop();
    case 'left':
    case 'h':
      return field.options ? cycle(-1) : undefined;
    case 'right':
    case 'l':
    case 'space':
      return field.options ? cycle(1) : undefined;
    case 'a':
      return field.add?.();
    case 'enter':
      if (field.open) return field.open();
      return field.options
        ? cycle(1)
        : app.swap({ ...o, editing: textField(field.value, field.multiline ?? false) });
    case 'e':
      return o.enter === 'keeps' ? o.submit(values(o.fields)) : undefined;
    case 'ctrl+w':
      return o.enter === 'keeps' ? undefined : o.submit(values(o.fields));
    case 'tab':
    case 'j':
      return go(o, 1, false);
    case 'shift+tab':
    case 'k':
      return go(o, -1, false);
    default: {
      const step = STEPS[key];
      if (step !== undefined) app.swap({ ...o, list: move(o.list, ids, step) });
    }
  }
};

/** What is agreed to is read as a whole, also where the window is small. */
const scrollConfirm = (app: App, o: Of<'confirm'>, key: Key): void => {
  const by = { j: 1, down: 1, k: -1, up: -1, pagedown: 10, space: 10, pageup: -10 }[key as string];
  const { rows, columns } = app.ui.get();
  if (by === undefined) return;
  const most = Math.max(0, wrap(o.detail, Math.max(1, columns - 4)).length - Math.max(1, rows - 14));
  app.swap({ ...o, top: Math.max(0, Math.min(most, (o.top ?? 0) + by)) });
};

/** Gives a key to the top overlay. */
export const pressOverlay = (app: App, o: Overlay, key: Key): void => {
  switch (o.kind) {
    case 'help':
    case 'palette':
      return pressEntries(app, o, key);
    case 'field':
      return pressTextOverlay(app, o, key);
    case 'form':
      return pressForm(app, o, key);
    case 'choose':
      return pressChoose(app, o, key);
    case 'pick':
      return pressPick(app, o, key);
    case 'score':
      return pressScore(app, o, key);
    case 'confirm':
      if (key === 'y' || key === 'enter' || key === 'ctrl+c') {
        app.pop();
        return o.yes();
      }
      if (key === 'n' || key === 'esc' || key === 'q') return app.pop();
      return scrollConfirm(app, o, key);
    case 'message': {
      const page = Math.max(1, app.ui.get().rows - 6);
      const by = { up: -1, down: 1, pageup: -page, pagedown: page }[key];
      if (by === undefined) return app.pop();
      const lines = wrapHanging('', o.text, app.ui.get().columns - 4).length + 1;
      const most = Math.max(0, lines - page + 1);
      return app.swap({ ...o, top: Math.max(0, Math.min(most, (o.top ?? 0) + by)) });
    }
  }
};
