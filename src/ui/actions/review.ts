import { nameOf } from '../../domain/auditor.ts';
import { isFindingId, isHidden, type SaidOf, saidOf, shownFindings } from '../../domain/review.ts';
import type { Reply, Stance } from '../../domain/review-record.ts';
import { findingsOfCheck, verdictOf, verdictWord } from '../../domain/selectors.ts';
import type { App } from '../app-state.ts';
import { selectedCheck, selectedFinding, type View } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

/** Peer review by one key: in a review what is said of the author's word, in the author's session the answer to that. */

const STANCES: readonly { value: Stance; words: string }[] = [
  { value: 'agrees', words: 'I agree' },
  { value: 'objects', words: 'I object' },
  { value: 'asks', words: 'I ask' },
];

/** Several are chosen from, a single one is taken. */
const choose = (
  app: App,
  title: string,
  items: { label: string; value: string }[],
  then: (value: string) => void,
) => {
  const [only, ...others] = items;
  if (only && others.length === 0) return then(only.value);
  app.push({
    kind: 'choose',
    list: emptyList(),
    title,
    items,
    choose: then,
  });
};

/** Reasons that were given before, the latest first: agreeing forty times is agreed forty times. */
const reasons = (app: App, stance: Stance): string[] => {
  const { session } = app.opened().store.snapshot();
  const said = [...session.remarks.values()].filter((r) => r.stance === stance && !r.reason.includes('\n'));
  return [
    ...new Set([
      ...said.reverse().map((r) => r.reason),
      ...(stance === 'agrees' ? ['Read the code and the evidence; I judge the same.'] : []),
    ]),
  ].slice(0, 12);
};

const say = (app: App, about: string): void => {
  const { reviewed, session } = app.opened().store.snapshot();
  if (!reviewed) return;
  const was = session.remarks.get(about);
  app.push({
    kind: 'choose',
    list: emptyList(),
    title: `${about}: what do you say of ${nameOf(reviewed.session.auditor)}'s ${isFindingId(about) ? 'finding' : 'verdict'}?`,
    items: [
      ...STANCES.map(({ value, words }) => ({ value, label: words })),
      ...(session.remarks.has(about) ? [{ value: 'nothing', label: 'Take back what I said' }] : []),
    ],
    choose: (stance) => {
      const of = reviewed.session;
      if (stance === 'nothing')
        return void app.dispatch({ type: 'remark', about, remark: null, of }, `${about}: taken back`);
      app.push({
        kind: 'field',
        title: `${about}: ${stance === 'asks' ? 'what do you ask?' : 'why?'}`,
        help: 'The author answers it, and it stands in the report. Enter records, Esc leaves it.',
        field: textField(was?.stance === stance ? was.reason : '', true),
        offers: reasons(app, stance as Stance),
        submit: (reason) =>
          app.taken(
            { type: 'remark', about, remark: { stance: stance as Stance, reason }, of },
            `${about}: ${stance} recorded · z takes it back · ] goes on`,
          ),
      });
    },
  });
};

const answer = (app: App, { review, record, subject }: SaidOf): void =>
  app.push({
    kind: 'choose',
    list: emptyList(),
    title: `${subject.about}: ${nameOf(record.reviewer)} ${subject.stance}. Your answer?`,
    items: [
      { value: 'stands', label: 'It stands as it is' },
      { value: 'changed', label: 'I changed it' },
    ],
    choose: (decision) =>
      app.push({
        kind: 'field',
        title: `${subject.about}: ${decision === 'stands' ? 'why does it stand?' : 'what did you change?'}`,
        help: `${subject.reason}`,
        field: textField('', true),
        submit: (reason) =>
          app.taken(
            {
              type: 'reply',
              review,
              about: subject.about,
              reply: { decision: decision as Reply['decision'], reason },
            },
            `${subject.about}: answer recorded · z takes it back`,
          ),
      }),
  });

const waiting = (view: View): SaidOf[] => {
  const { snap, ui } = view;
  if (!snap) return [];
  const finding = ui.place === 'findings' ? selectedFinding(view) : null;
  const check = ui.place === 'findings' ? null : selectedCheck(view);
  const subjects = finding
    ? [finding.id]
    : check
      ? [check.id, ...findingsOfCheck(snap.session, check.id).map((f) => f.id)]
      : [];
  return subjects.flatMap((s) => saidOf(snap.session, s)).filter((s) => s.subject.stance !== 'agrees');
};

export const reviewDisabled = (view: View): string | null => {
  const { snap } = view;
  if (!snap) return 'no session is open';
  if (!snap.reviewed) return waiting(view).length > 0 ? null : 'no review objects to this or asks about it';
  const check = selectedCheck(view);
  if (!check) return 'a section is selected: choose a check';
  if (isHidden(snap.session, snap.reviewed.session, check.id))
    return "the author's verdict is hidden until you give yours (p, f, x, u)";
  return null;
};

export const review = (app: App): void => {
  const view = app.view();
  const { snap } = view;
  if (!snap) return;
  if (!snap.reviewed) {
    const all = waiting(view);
    choose(
      app,
      'Which one do you answer?',
      all.map((s, n) => ({
        value: String(n),
        label: `${s.subject.about} ${nameOf(s.record.reviewer)} ${s.subject.stance}: ${s.subject.reason}`,
      })),
      (n) => {
        const said = all[Number(n)];
        if (said) answer(app, said);
      },
    );
    return;
  }
  const check = selectedCheck(view);
  if (!check) return;
  const author = snap.reviewed.session;
  choose(
    app,
    `${check.id}: of what do you speak?`,
    [
      { value: check.id, label: `The verdict: ${verdictWord(verdictOf(author, check.id))}` },
      ...shownFindings(snap.session, author, check.id).map((f) => ({
        value: f.id,
        label: `${f.id} ${f.title}`,
      })),
    ],
    (about) => say(app, about),
  );
};
