import { nextUnread as nextOf, unreadQueue } from '../../domain/scrutiny.ts';
import { plural } from '../../text/plural.ts';
import type { App } from '../app-state.ts';
import { itemById, selectedCheck, selectedItem } from '../model.ts';
import { goToCheck, remember, select } from './navigate.ts';
import { nextMatch, openItem } from './reader.ts';

/** The leads nobody judged and the questions nobody answered, gone through one after the other over all checks. */

/** Shows a lead where the auditor is: in the list of evidence, or in the reader. */
export const goToLead = (app: App, check: string, item: string): void => {
  const reading = app.ui.get().place === 'reader';
  const from = app.ui.get().reader?.from;
  // One jump, however many steps it takes.
  remember(app);
  const { trail } = app.ui.get();
  goToCheck(app, check);
  app.update({ focus: 'evidence', trail });
  select(app, 'items', item);
  const lead = itemById(app.view(), item);
  if (!reading || !lead) return;
  // Who reads on stays in the reader, and comes out where they went in.
  openItem(app, lead);
  const { reader } = app.ui.get();
  app.update({ trail });
  if (reader && from) app.update({ reader: { ...reader, from: { place: 'audit', focus: 'evidence' } } });
};

const step = (app: App, by: 1 | -1, within: string | null): boolean => {
  const view = app.view();
  if (!view.snap) return false;
  // Who stands in the list of checks has not gone to an item yet, though one is selected.
  const atItem = view.ui.place === 'reader' || view.ui.focus === 'evidence';
  const here = {
    check: selectedCheck(view)?.id ?? null,
    item: atItem ? (selectedItem(view)?.id ?? null) : null,
  };
  const next = nextOf(view.snap.methodology, view.snap.session, view.index, here, by);
  if (!next || (within !== null && next.check !== within)) return false;
  goToLead(app, next.check, next.item);
  return true;
};

/** n and N: the next place the search found; without a search, the next unjudged lead or question of any check. */
export const nextUnread = (app: App, by: 1 | -1): void => {
  if (app.ui.get().place === 'reader' && nextMatch(app, by)) return;
  const moved = step(app, by, null);
  const { snap, index } = app.view();
  const left = snap ? unreadQueue(snap.methodology, snap.session, index).length : 0;
  const check = selectedCheck(app.view());
  if (moved) app.toast(`${check?.id ?? ''} ${check?.title ?? ''} · ${left} unread in all`);
  else if (left > 0)
    app.toast(
      `Only ${plural(left, 'lead')} kept for later ${left === 1 ? 'is' : 'are'} left: ' lists what is kept.`,
    );
  else app.toast('Every lead has been judged, every question answered.');
};

/** After a judgement: on to the next lead or question of the same check, or stays where it is and keeps what was said of it. */
export const moveOn = (app: App): void => {
  const { toast } = app.ui.get();
  const check = selectedCheck(app.view());
  if (check && step(app, 1, check.id)) app.update({ toast });
};
