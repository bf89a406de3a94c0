import type { App } from './app-state.ts';
import type { View } from './model.ts';

/** A first audit in six steps, on the sample server: each is over when it was done, in whatever way. */
type Step = { say: string; done: (v: View) => boolean };

export const TOUR: readonly Step[] = [
  {
    say: 'n goes to the next lead that nobody has judged',
    done: (v) => v.ui.place === 'reader' || v.ui.focus === 'evidence',
  },
  { say: 'Enter reads the code it points at', done: (v) => v.ui.place === 'reader' },
  {
    say: '> walks the way of the value; a name that carries it is marked in its line',
    done: (v) => (v.ui.reader?.back.length ?? 0) > 0,
  },
  {
    say: 'a accepts the lead, d dismisses it with a reason (Tab offers some), f makes a finding of it',
    done: (v) => (v.snap?.session.triage.size ?? 0) + (v.snap?.session.findings.size ?? 0) > 0,
  },
  {
    say: 'Esc leaves the code; p, f, x or u gives the check its verdict, z takes anything back',
    done: (v) => (v.snap?.session.answers.size ?? 0) > 0,
  },
  {
    say: '4 shows what the report still lacks; ? and Ctrl+P lead to everything else',
    done: (v) => v.ui.place === 'report',
  },
];

/** What the tour says now; null where none is under way. */
export const tourWords = (v: View): string | null => {
  const { tour } = v.ui;
  const step = tour === null ? undefined : TOUR[tour];
  return step === undefined || tour === null
    ? null
    : `Tour ${tour + 1} of ${TOUR.length}: ${step.say} · \\ ends it`;
};

/** On to the next step once this one was done; over after the last. */
export const advanceTour = (app: App): void => {
  for (;;) {
    const { tour } = app.ui.get();
    const step = tour === null ? undefined : TOUR[tour];
    if (tour === null || step === undefined || !step.done(app.view())) return;
    const next = tour + 1;
    app.update({ tour: next < TOUR.length ? next : null });
    if (next === TOUR.length) app.toast('That was the tour: the rest is in ? and on the keys below.');
  }
};

export const beginTour = (app: App): void => app.update({ tour: 0 });
export const endTour = (app: App): void => app.update({ tour: null });
