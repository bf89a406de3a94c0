import { carriedCheckOf } from '../../domain/carried.ts';
import { type FateVerdict, fateVerdict } from '../../domain/finding.ts';
import { matchesWords, verdictWord } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { selectedCheck, selectedFinding, selectedSession, type View } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { open } from './home.ts';
import { goTo, goToCheck, select } from './navigate.ts';

/** The second audit of a server: what was carried, what changed since, and what became of each finding. */

export const noCarried = (v: View): string | null =>
  v.snap?.session.carried
    ? null
    : 'this audit carries nothing of an earlier one: mcp-audit reaudit begins one that does';

export const notCarried = (v: View): string | null => {
  const check = selectedCheck(v);
  if (!check || !v.snap?.session.carried) return noCarried(v) ?? 'choose a check';
  return carriedCheckOf(v.snap.session, check.id)?.verdict
    ? null
    : 'nothing of this check waits to be confirmed';
};

export const noFollowUp = (v: View): string | null =>
  selectedFinding(v)?.followUp ? null : 'this finding was found in this audit, not in an earlier one';

/** One key: the carried verdict, with what was decided on its evidence, as this audit's own. */
export const confirmCarried = (app: App): void => {
  const { snap } = app.view();
  const check = selectedCheck(app.view());
  const carried = check && snap ? carriedCheckOf(snap.session, check.id) : null;
  if (!check || !carried) return;
  app.dispatch(
    { type: 'confirm-carried', what: check.id },
    `${check.id} ${verdictWord(carried.verdict)} confirmed for this commit · z takes it back`,
  );
};

const giveFate = (app: App, finding: string, verdict: FateVerdict): void => {
  const give = (note: string): void =>
    app.work(async () => {
      const { store } = app.opened();
      const refused = await app.ports.laterAudit.giveFate(store, finding, verdict, note);
      if (refused) app.toast(`${refused.refused}: ${refused.hint}`, 'warn');
      else app.toast(`${finding} ${verdict} recorded · z takes it back`);
    });
  if (verdict === 'still-there') return give('');
  app.push({
    kind: 'field',
    title: `${finding} ${verdict}: what shows it?`,
    help: 'In your words; it stands in the report. Enter records, Esc leaves it as it was.',
    field: textField('', true),
    problem: (text) => (text.trim() === '' ? 'say what shows it' : null),
    submit: (note) => {
      if (note.trim() === '') return false;
      give(note);
      return true;
    },
  });
};

const FATE_WORDS: Record<FateVerdict, string> = {
  'still-there': 'still there: the weakness is as it was',
  fixed: 'fixed: cited where that is seen, told of in the report',
  regressed: 'regressed: it was mended once, and is there again',
};

/** What became of the selected finding: both excerpts to read, then the auditor's word. */
export const judgeFate = (app: App): void => {
  const finding = selectedFinding(app.view());
  if (!finding?.followUp) return;
  app.work(async () => {
    const { fates } = await app.ports.laterAudit.summary(app.opened().store);
    const fate = fates.find((f) => f.id === finding.id);
    app.push({
      kind: 'choose',
      title: visible(
        `${finding.id}: ${fate ? `${fate.fate}, ${fate.why}` : 'what became of it was not read'}`,
      ),
      items: [
        { label: 'Read the code before and now', value: 'read' },
        ...fateVerdict.options.map((v) => ({ label: FATE_WORDS[v], value: v })),
      ],
      list: emptyList(),
      choose: (value) => {
        if (value !== 'read') return giveFate(app, finding.id, fateVerdict.parse(value));
        app.work(
          async () => void (await app.ports.view(`${finding.id}.diff`, visibleLines(fate?.text ?? ''), 1)),
        );
        judgeFate(app);
      },
    });
  });
};

/** What changed since the earlier audit: the findings with what became of them, then checks that have to be looked at. */
export const showSummary = (app: App): void =>
  app.work(async () => {
    const { text, fates, checks } = await app.ports.laterAudit.summary(app.opened().store);
    const all = [
      { id: 'summary', label: 'All that changed, as a report', note: '' },
      ...fates.map((f) => ({
        id: f.id,
        label: visible(`${f.id} ${f.fate}: ${f.title}`),
        note: visible(f.why),
      })),
      ...checks.map((c) => ({ id: c.id, label: visible(`${c.id} ${c.title}`), note: visible(c.differs) })),
    ];
    app.push({
      kind: 'pick',
      title: `Since the earlier audit: ${plural(fates.length, 'finding')}, ${plural(checks.length, 'check')} to look at again`,
      query: textField(''),
      list: emptyList(),
      rows: (query) => (query === '' ? all : all.filter((r) => matchesWords(query, r.label, r.note))),
      empty: 'nothing of that kind',
      several: false,
      chosen: [],
      choose: ([id = '']) => {
        if (id === 'summary')
          return app.work(async () => void (await app.ports.view('changes.md', visibleLines(text), 1)));
        if (checks.some((c) => c.id === id)) return goToCheck(app, id);
        goTo(app, 'findings');
        select(app, 'findings', id);
      },
    });
  });

/** On Home: a new audit of a later commit of the selected session's server. */
export const reauditSelected = (app: App): void => {
  const view = app.view();
  const session = selectedSession(view);
  if (!session) return;
  app.push({
    kind: 'field',
    title: `Audit a later commit of ${visible(session.name)}`,
    help: 'Commit, tag or branch; empty for the newest. What was said is carried, and counts as nothing until it was looked at again.',
    field: textField(''),
    submit: (ref) => {
      open(
        app,
        `Auditing ${session.name} again`,
        (progress) => app.ports.laterAudit.begin(session.id, ref.trim(), progress),
        (error) => {
          throw error;
        },
      );
      return true;
    },
  });
};
