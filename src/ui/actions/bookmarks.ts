import type { Bookmark } from '../../domain/events.ts';
import { leadBookmark } from '../../domain/scrutiny.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncate } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { itemById, selectedCheck, selectedItem } from '../model.ts';
import { citation, selectedLines } from '../reader.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { goToCheck, select } from './navigate.ts';
import { goToLead, moveOn } from './queue.ts';
import { openItem, openReader, set } from './reader.ts';

/** Places to come back to, kept with the session. */

/** The place the auditor stands at, and its name among the bookmarks. */
const here = (app: App): { id: string; value: Bookmark } | null => {
  const view = app.view();
  const check = selectedCheck(view);
  const { reader, place, focus } = view.ui;
  if (place === 'reader' && reader && (reader.mark !== null || reader.item === null)) {
    const { first, last } = selectedLines(reader);
    const at = { path: reader.path, startLine: first, endLine: last };
    const words = shownPath(citation(reader));
    return { id: citation(reader), value: { check: check?.id ?? null, item: null, place: at, words } };
  }
  const item = place === 'reader' || focus === 'evidence' ? selectedItem(view) : null;
  if (item && check)
    return {
      id: leadBookmark(item.id),
      value: { check: check.id, item: item.id, place: null, words: `${check.id} ${item.title}` },
    };
  return check
    ? {
        id: `check:${check.id}`,
        value: {
          check: check.id,
          item: null,
          place: null,
          words: `${check.id} ${check.name ?? check.title}`,
        },
      }
    : null;
};

/** Keeps the place to come back to, or lets it go; from a lead on to the next one, since that is left for later. */
export const toggle = (app: App): void => {
  const at = here(app);
  if (!at) return app.toast('Choose a check, a line of evidence or lines of a file first.', 'warn');
  const known = app.opened().store.snapshot().session.bookmarks.has(at.id);
  const done = app.dispatch(
    { type: 'keep-bookmark', bookmark: at.id, value: known ? null : at.value },
    known ? 'No longer kept for later.' : "Kept for later: ' lists what is kept.",
  );
  const { reader } = app.ui.get();
  if (done && reader?.mark != null) set(app, { ...reader, mark: null });
  if (done && !known && at.value.item !== null) moveOn(app);
};

const goTo = (app: App, b: Bookmark): void => {
  if (b.place) return openReader(app, { path: b.place.path, line: b.place.startLine });
  if (b.check === null) return;
  if (b.item === null) return goToCheck(app, b.check);
  const item = itemById(app.view(), b.item);
  if (!item) {
    goToCheck(app, b.check);
    return app.toast('That evidence is no longer said: its collector was run again.', 'warn');
  }
  goToLead(app, b.check, b.item);
  select(app, 'items', b.item);
  if (item.location) openItem(app, item);
};

export const show = (app: App): void => {
  const bookmarks = [...app.opened().store.snapshot().session.bookmarks].toReversed();
  if (bookmarks.length === 0)
    return app.toast('Nothing is kept for later: B keeps a check, a lead or lines of a file.', 'warn');
  app.push({
    kind: 'pick',
    title: 'Kept for later',
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      bookmarks
        .filter(([, b]) => b.words.toLowerCase().includes(query.toLowerCase()))
        .map(([id, b]) => ({
          id,
          label: truncate(visible(b.words), Math.max(20, app.ui.get().columns - 24)),
          note: b.place ? 'lines' : b.item ? 'evidence' : 'check',
        })),
    empty: 'Nothing kept matches.',
    several: false,
    chosen: [],
    choose: ([id]) => {
      const found = bookmarks.find(([key]) => key === id);
      if (found) goTo(app, found[1]);
    },
  });
};
