import { isRefusal } from '../../domain/decide.ts';
import type { Verdict } from '../../domain/events.ts';
import { filterChecks } from '../../domain/filter.ts';
import type { Check, Section } from '../../domain/methodology.ts';
import { lastAnswered, notApplicableReasons, noteOffers } from '../../domain/reasons.ts';
import { atVerdict, unreadLeads, unreadWords } from '../../domain/scrutiny.ts';
import { findingsOfCheck, judgedItems, verdictWord } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import type { App } from '../app-state.ts';
import { selectedCheck, selectedSection } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { newFindingFor, openFindingForm } from './findings.ts';

const current = (app: App): Check | null => {
  const check = selectedCheck(app.view());
  if (!check) app.toast('Choose a check first: this is a section.', 'warn');
  return check;
};

const recorded = (check: Check, verdict: Verdict | null): string =>
  `${check.id} ${verdictWord(verdict)} recorded · z takes it back`;

/** What was recorded, and what of the check nobody has read. */
const tellRecorded = (app: App, check: Check, verdict: Verdict): void => {
  const { index } = app.view();
  const unread = atVerdict(app.opened().store.snapshot().session, index, check.id);
  if (unread) app.toast(`${check.id} ${verdictWord(verdict)} recorded · ${unread} · z takes it back`, 'warn');
};

/** One reason for every check of the section that has no verdict; under a filter, of those it shows. */
const askWhySection = (app: App, section: Section): void => {
  const { snap, index, ui } = app.view();
  if (!snap) return;
  const query = ui.filters.checks ?? '';
  const shown = query ? filterChecks(section.checks, snap.session, index, query) : section.checks;
  const open = shown
    .filter((c) => (snap.session.answers.get(c.id)?.verdict ?? null) === null)
    .map((c) => c.id);
  if (open.length === 0)
    return app.toast(`Every check of ${section.id} has a verdict: change them one by one.`, 'warn');
  app.push({
    kind: 'field',
    title: `${section.id} ${section.title}, ${plural(open.length, 'check')} not applicable: why?`,
    help: `One reason for ${open.join(', ')}. Verdicts that are there stay. Enter records, Esc leaves it as it was.`,
    field: textField('', true),
    offers: notApplicableReasons(snap.session),
    submit: (note) => {
      const done = app.taken(
        { type: 'answer-open', checks: open, verdict: 'not-applicable', note },
        `${section.id}: ${plural(open.length, 'check')} not applicable recorded · z takes it back`,
      );
      const judged = judgedItems(app.opened().store.snapshot().session);
      const unread = new Set(open.flatMap((id) => unreadLeads(index, id, judged))).size;
      if (done && unread > 0)
        app.toast(
          `${section.id}: ${plural(open.length, 'check')} not applicable recorded · ${unreadWords(unread)} · z takes it back`,
          'warn',
        );
      return done;
    },
  });
};

/** x: on a check its own reason, on a section one for all that is open in it. */
export const notApplicable = (app: App): void => {
  const section = selectedSection(app.view());
  if (section) askWhySection(app, section);
  else answer(app, 'not-applicable');
};

/** Gives this check the verdict and the note that were given last. */
export const sameAsBefore = (app: App): void => {
  const check = current(app);
  if (!check) return;
  const last = lastAnswered(app.opened().store.snapshot().session, check.id);
  if (!last) return app.toast('No verdict was given yet that could be given again.', 'warn');
  // Why a check does not apply is about that check: the reason is offered again, and said only when it is confirmed.
  if (last.verdict === 'not-applicable') return askWhy(app, check, last.note);
  const said = `${check.id} ${verdictWord(last.verdict)} recorded as for ${last.check}`;
  if (
    app.dispatch(
      { type: 'answer', check: check.id, verdict: last.verdict, note: last.note },
      `${said} · z takes it back`,
    )
  )
    tellRecorded(app, check, last.verdict);
};

/** Asks for the reason that "not applicable" must have. */
const askWhy = (app: App, check: Check, begun = ''): void =>
  app.push({
    kind: 'field',
    title: `${check.id} not applicable: why?`,
    help: 'One sentence a reader of the report will believe. Enter records, Esc leaves it as it was.',
    field: textField(app.view().snap?.session.answers.get(check.id)?.note || begun, true),
    offers: notApplicableReasons(app.opened().store.snapshot().session),
    submit: (note) => {
      const taken = app.taken(
        { type: 'answer', check: check.id, verdict: 'not-applicable', note },
        recorded(check, 'not-applicable'),
      );
      if (taken) tellRecorded(app, check, 'not-applicable');
      return taken;
    },
  });

export const answer = (app: App, verdict: Verdict): void => {
  const check = current(app);
  if (!check) return;
  const session = app.opened().store.snapshot().session;
  if (verdict === 'not-applicable' && !session.answers.get(check.id)?.note) return askWhy(app, check);
  if (session.answers.get(check.id)?.verdict === verdict && !session.outdated.has(check.id)) {
    app.toast(`${check.id} already says ${verdictWord(verdict)}.`);
  } else if (!app.dispatch({ type: 'answer', check: check.id, verdict }, recorded(check, verdict))) return;
  else tellRecorded(app, check, verdict);
  if (verdict === 'fail' && findingsOfCheck(session, check.id).length === 0)
    openFindingForm(
      app,
      newFindingFor(app, check),
      'Fail is recorded. Say what is wrong, or Esc to do it later.',
    );
};

export const clearVerdict = (app: App): void => {
  const check = current(app);
  if (check)
    app.dispatch(
      { type: 'answer', check: check.id, verdict: null },
      `${check.id} verdict cleared · z takes it back`,
    );
};

const VERDICT_CHOICES: readonly { value: Verdict; word: string; about: (c: Check) => string }[] = [
  { value: 'pass', word: 'pass', about: (c) => c.passesWhen },
  { value: 'fail', word: 'fail', about: (c) => c.failsWhen },
  {
    value: 'not-applicable',
    word: 'not applicable',
    about: () => 'the server has nothing this could be about',
  },
  { value: 'unsure', word: 'unsure', about: () => 'looked, and could not tell' },
];

export const pickVerdict = (app: App): void => {
  const check = current(app);
  if (!check) return;
  app.push({
    kind: 'choose',
    title: `${check.id} ${check.title}`,
    items: VERDICT_CHOICES.map(({ value, word, about }) => ({
      value,
      label: `${word.padEnd(16)}${about(check)}`,
    })),
    list: emptyList(),
    choose: (value) => answer(app, value as Verdict),
  });
};

/** How long after the last key an unfinished note is kept in the journal, ms. */
const DRAFT_PAUSE = 1000;

/** The note inline. What is typed is kept at every pause, so that a lost terminal loses no sentence. */
export const writeNote = (app: App): void => {
  const check = current(app);
  if (check) noteField(app, check);
};

/** The note with a place named at its end; with '' it is the note as it stands. */
export const noteWith = (app: App, check: Check, place: string): void => {
  const { session } = app.opened().store.snapshot();
  const before = session.drafts.get(check.id) ?? session.answers.get(check.id)?.note ?? '';
  noteField(app, check, place === '' ? before : `${before}${before === '' ? '' : '\n'}${place}: `);
};

const noteField = (app: App, check: Check, begun?: string): void => {
  const { session } = app.opened().store.snapshot();
  let stop = () => {};
  let warned = false;
  /** Whether the draft is safe: kept now, or kept already. */
  const keep = (text: string | null): boolean => {
    stop();
    const result = app.opened().store.dispatch({ type: 'keep-draft', check: check.id, text });
    return !isRefusal(result) || result.refused === 'nothing changed';
  };
  app.push({
    kind: 'field',
    title: `Note on ${check.id}`,
    help: session.drafts.has(check.id)
      ? 'This is the note you began. Enter records, Ctrl+J new line, Esc leaves.'
      : 'Why you judge so, for whoever reads the report. Enter records, Ctrl+J new line, Esc leaves.',
    field: textField(
      begun ?? session.drafts.get(check.id) ?? session.answers.get(check.id)?.note ?? '',
      true,
    ),
    offers: noteOffers(session),
    change: (text) => {
      stop();
      stop = app.ports.after(DRAFT_PAUSE, () => keep(text));
    },
    cancel: (text) => {
      stop();
      if (text === (session.answers.get(check.id)?.note ?? '')) return keep(null);
      if (keep(text)) app.toast('Your unfinished note is kept as a draft: m goes on with it.', 'warn');
      else if (!warned) {
        warned = true;
        app.toast('It cannot be saved now. Make room and press Enter, or Esc again to give it up.', 'bad');
        return false;
      }
      return true;
    },
    submit: (note) => {
      stop();
      if (
        !app.taken({ type: 'answer', check: check.id, note }, `${check.id} note recorded · z takes it back`)
      )
        return false;
      if (app.opened().store.snapshot().session.drafts.has(check.id)) keep(null);
      return true;
    },
  });
};

const header = (check: Check): string =>
  [
    `${check.id} ${check.title}`,
    '',
    `Why: ${check.why}`,
    `Passes when: ${check.passesWhen}`,
    `Fails when: ${check.failsWhen}`,
    '',
    'Lines that begin with "# " like these are left out. Save and close to record; leave unchanged to record nothing.',
  ]
    .join('\n')
    .split('\n')
    .map((l) => `# ${l}`.trimEnd())
    .join('\n');

/** What is left of an edited note once the commented header is gone. Headings of the auditor's own (`## `) stay. */
export const stripHeader = (text: string): string =>
  text
    .split('\n')
    .filter((l) => !/^#( |$)/.test(l))
    .join('\n')
    .trim();

export const editNote = (app: App): void => {
  const check = current(app);
  if (!check) return;
  const { session } = app.opened().store.snapshot();
  const before = session.drafts.get(check.id) ?? session.answers.get(check.id)?.note ?? '';
  app.work(async () => {
    const edited = await app.ports.edit(`${before}\n\n${header(check)}\n`, `note-${check.id}.md`);
    if (edited.kind === 'failed') return app.toast(edited.message, 'bad');
    const note = edited.kind === 'changed' ? stripHeader(edited.text) : before;
    if (note === before) return app.toast('The note is unchanged: nothing recorded.', 'warn');
    // What was written in the editor is not lost when it cannot be recorded: it goes on in the field.
    if (!app.taken({ type: 'answer', check: check.id, note }, `${check.id} note recorded · z takes it back`))
      noteField(app, check, note);
  });
};

export const recollect = (app: App): void => {
  const check = current(app);
  if (!check) return;
  if (check.collectors.length === 0)
    return app.toast(`${check.id} is manual: run the commands shown under Look.`, 'warn');
  collect(app, check.collectors);
};

export const collect = (app: App, ids: readonly string[]): void => {
  app.toast(`Gathering: ${ids.join(', ')}`);
  app
    .opened()
    .store.collect(ids)
    .catch((error: unknown) => app.toast(error instanceof Error ? error.message : String(error), 'bad'));
};

export const copyCheck = (app: App): void => {
  const check = current(app);
  const target = app.opened().store.snapshot().session.target;
  if (!check || !target) return;
  app.ports.copy(`${target.name}@${target.commit.slice(0, 12)} check ${check.id} ${check.title}`);
  app.toast('Reference copied.');
};
