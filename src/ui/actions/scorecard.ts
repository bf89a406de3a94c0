import type { App } from '../app-state.ts';
import { selectedCriterion } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { goToCheck } from './navigate.ts';

const NOT_RATED = 'not-rated';

/** Level first, then a word of why: a rating nobody can follow is worth nothing. */
export const rate = (app: App): void => {
  const view = app.view();
  const criterion = selectedCriterion(view);
  const levels = view.snap?.methodology.scorecard.levels ?? [];
  if (!criterion) return;
  app.push({
    kind: 'choose',
    title: `${criterion.title}: ${criterion.question}`,
    items: [
      ...[...levels]
        .sort((a, b) => b.value - a.value)
        .map((l) => ({
          label: `${l.value}  ${l.label}`,
          value: String(l.value),
        })),
      { label: '–  Not rated: it cannot be told', value: NOT_RATED },
    ],
    list: emptyList(),
    choose: (chosen) => {
      const value = chosen === NOT_RATED ? null : Number(chosen);
      app.push({
        kind: 'field',
        title: `${criterion.title}: ${value ?? 'not rated'}, because`,
        help: 'A word of why. It stands in the report. Enter records, Esc leaves it.',
        field: textField(criterion.by === 'auditor' ? criterion.reason : ''),
        submit: (reason) =>
          app.taken(
            { type: 'rate', criterion: criterion.id, rating: { value, reason } },
            `${criterion.title} rated · z takes it back`,
          ),
      });
    },
  });
};

export const acceptProposal = (app: App): void => {
  const criterion = selectedCriterion(app.view());
  if (!criterion || criterion.proposal.value === null) return;
  app.dispatch(
    { type: 'rate', criterion: criterion.id, rating: criterion.proposal },
    `${criterion.title}: the proposal is yours now · z takes it back`,
  );
};

export const unrate = (app: App): void => {
  const criterion = selectedCriterion(app.view());
  if (criterion)
    app.dispatch(
      { type: 'rate', criterion: criterion.id, rating: null },
      `${criterion.title}: the proposal stands again · z takes it back`,
    );
};

/** The check that holds the rating down, else the first one that says nothing. */
export const goToVote = (app: App): void => {
  const votes = selectedCriterion(app.view())?.votes ?? [];
  const lowest = votes.filter((v) => v.value !== null).sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
  const vote = lowest ?? votes[0];
  if (vote) goToCheck(app, vote.check);
};
