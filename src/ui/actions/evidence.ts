import type { EvidenceItem } from '../../domain/evidence.ts';
import { dismissalReasons } from '../../domain/reasons.ts';
import { plural } from '../../text/plural.ts';
import { visible } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { selectedCheck, selectedItem, selectedItems } from '../model.ts';
import { otherPlaces, stepKey } from '../view/item-places.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { raiseFrom } from './findings.ts';
import { moveOn } from './queue.ts';

const current = (app: App) => {
  const item = selectedItem(app.view());
  if (!item) app.toast('This line is a collector, not an item: r runs it again.', 'warn');
  return item;
};

/** A question is answered in words; the answer that is there is what the field begins with. */
const answer = (app: App, item: EvidenceItem): void => {
  const known = app.opened().store.snapshot().session.triage.get(item.id);
  app.push({
    kind: 'field',
    title: `Answer: ${visible(item.title)}`,
    help: 'What you found out there. It stands in the report, with the question. Enter records, Esc leaves it.',
    field: textField(known?.decision === 'answered' ? known.reason : ''),
    submit: (words) => {
      const taken = app.taken(
        { type: 'triage', items: [item.id], triage: { decision: 'answered', reason: words.trim() } },
        'Answered · z takes it back',
      );
      if (taken) judged(app);
      return taken;
    },
  });
};

/** What `a` says of items: that they matter, or, of a question, what the answer is. Each question has an answer of its own. */
export const accept = (app: App): void => {
  const item = current(app);
  if (!item) return;
  const chosen = selectedItems(app.view());
  if (chosen.some((i) => i.kind === 'question')) {
    if (chosen.length === 1) answer(app, item);
    else app.toast('There is a question among these: questions are answered one by one.', 'warn');
    return;
  }
  const items = selectedItems(app.view()).map((i) => i.id);
  if (
    app.dispatch(
      { type: 'triage', items, triage: { decision: 'accepted', reason: '' } },
      `${items.length === 1 ? 'Accepted' : `${plural(items.length, 'item')} accepted`} · z takes it back`,
    )
  )
    judged(app);
};

/** After a judgement nothing is selected any more, and the next lead is shown. */
const judged = (app: App): void => {
  app.update({ itemMark: null });
  moveOn(app);
};

/** Dismisses items once the auditor has said why. */
export const askReason = (app: App, title: string, items: readonly string[]): void =>
  app.push({
    kind: 'field',
    title,
    help: 'Why this is not a problem here. It stands in the report. Enter records, Esc leaves it.',
    field: textField(''),
    offers: dismissalReasons(app.opened().store.snapshot().session),
    submit: (reason) => {
      const taken = app.taken(
        { type: 'triage', items: [...items], triage: { decision: 'dismissed', reason: reason.trim() } },
        `${items.length === 1 ? 'Dismissed' : `${plural(items.length, 'item')} dismissed`} · z takes it back`,
      );
      if (taken) judged(app);
      return taken;
    },
  });

export const dismiss = (app: App): void => {
  const item = current(app);
  if (!item) return;
  const { triage } = app.opened().store.snapshot().session;
  const isDismissed = (id: string): boolean => triage.get(id)?.decision === 'dismissed';
  const items = selectedItems(app.view()).map((i) => i.id);
  if (items.every(isDismissed)) {
    app.dispatch({ type: 'triage', items, triage: null }, 'No longer dismissed · z takes it back');
    return;
  }
  const open = items.filter((id) => !isDismissed(id));
  const title =
    open.length === 1 ? `Dismiss: ${visible(item.title)}` : `Dismiss ${plural(open.length, 'item')}`;
  askReason(app, title, open);
};

export const raiseFinding = (app: App): void => {
  const item = current(app);
  const check = selectedCheck(app.view());
  if (item && check) raiseFrom(app, check, item);
};

export const copyItem = (app: App): void => {
  const item = current(app);
  if (!item) return;
  app.ports.copy(item.reproduce);
  app.toast('Command copied.');
};

/** A file as it stands at the pinned commit, read-only, in the auditor's editor. */
const openAt = (app: App, path: string, line: number): void =>
  app.work(async () => {
    const text = await app.opened().store.readText(path);
    if (text === null) return app.toast('That file cannot be shown as text.', 'warn');
    const shown = await app.ports.view(path, text, line);
    if (shown.kind === 'failed') app.toast(shown.message, 'bad');
  });

/** The place of the item that is shown: its own lines, or the one `<` and `>` went to. */
export const openInEditor = (app: App): void => {
  const item = current(app);
  if (!item) return;
  const shown = otherPlaces(item)[(app.ui.get().scroll[stepKey(item)] ?? 0) - 1] ?? item.location;
  if (!shown) return app.toast('This item has no place in a file.', 'warn');
  openAt(app, shown.path, shown.startLine);
};

/** Goes along the places of an item; the code below it follows. */
export const stepBy = (app: App, by: 1 | -1): void => {
  const item = current(app);
  if (!item) return;
  const count = otherPlaces(item).length + 1;
  const { scroll } = app.ui.get();
  const key = stepKey(item);
  app.update({ scroll: { ...scroll, [key]: ((scroll[key] ?? 0) + by + count) % count } });
};

export const openOther = (app: App): void => {
  const item = current(app);
  if (!item) return;
  const places = otherPlaces(item);
  if (places.length === 0) return app.toast('This item points at one place only: o opens it.', 'warn');
  app.push({
    kind: 'choose',
    title: 'Which place?',
    items: places.map((p, n) => ({
      value: String(n),
      label: p.words,
    })),
    list: emptyList(),
    choose: (value) => {
      const place = places[Number(value)];
      if (place) openAt(app, place.path, place.startLine);
    },
  });
};
