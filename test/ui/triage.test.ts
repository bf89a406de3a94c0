import { expect, test } from 'vitest';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import { selectedItem } from '../../src/ui/model.ts';
import { auditApp, EVIDENCE } from './audit-fixture.ts';

const [SURFACE] = EVIDENCE;
const LEAD = SURFACE!.items[0]!;

/** Ten leads of one rule in two files, and one of another rule. */
const LEADS: EvidenceItem[] = [
  ...Array.from({ length: 10 }, (_, n) => ({
    ...LEAD,
    id: `a${n.toString(16)}`.padStart(16, '0'),
    title: `Lead ${n}`,
    flow: [],
    location: {
      ...LEAD.location!,
      path: n < 4 ? 'src/a.ts' : 'src/b.ts',
      startLine: 10 + n,
      endLine: 10 + n,
    },
  })),
  { ...LEAD, id: 'b0'.padStart(16, '0'), title: 'Another rule', rule: 'other', flow: [] },
];

const open = async (checks: readonly string[] = []) => {
  const app = auditApp({
    evidence: [{ ...SURFACE!, items: LEADS }, ...EVIDENCE.slice(1)],
    events: checks.map((check) => ({
      type: 'check.answered' as const,
      check,
      answer: { verdict: 'pass' as const, note: 'seen' },
    })),
  });
  await app.enter();
  return app;
};
type App = Awaited<ReturnType<typeof open>>;
const atLead = async (title = 'Lead 0') => {
  const app = await open();
  app.press('j', 'o');
  for (let n = 0; n < 20 && !selected(app)?.title.startsWith(title); n++) app.press('j');
  expect(selected(app)?.title).toBe(title);
  return app;
};
const selected = (app: App) => selectedItem(app.app.view());
const triage = (app: App) => app.store.snapshot().session.triage;
const answers = (app: App) => app.store.snapshot().session.answers;
const toast = (app: App) => app.app.ui.get().toast?.text ?? '';

test('x on a section gives one reason to every check of it that has no verdict, and one z takes all of it back', async () => {
  const app = await open(['2.1.1']);
  app.press('g', 'x');
  expect(app.text()).toContain('2 checks not applicable: why?');
  app.type('It keeps no data.').press('enter');
  expect(answers(app).get('2.1.1')).toMatchObject({ verdict: 'pass', note: 'seen' });
  for (const id of ['2.1.2', '2.1.3'])
    expect(answers(app).get(id)).toMatchObject({ verdict: 'not-applicable', note: 'It keeps no data.' });
  expect(toast(app)).toContain('2.1: 2 checks not applicable recorded · 11 leads unread');
  app.press('z');
  expect(answers(app).get('2.1.2')).toBeUndefined();
  expect(answers(app).get('2.1.1')).toMatchObject({ verdict: 'pass' });
  app.press('Z');
  expect(answers(app).get('2.1.3')?.verdict).toBe('not-applicable');
});

test('a section whose checks all have a verdict is left as it is, and one without a reason too', async () => {
  const all = await open(['2.1.1', '2.1.2', '2.1.3']);
  all.press('g', 'x');
  expect(toast(all)).toContain('Every check of 2.1 has a verdict');
  const app = await open();
  app.press('g', 'x', 'enter');
  expect(toast(app)).toContain('needs a reason');
  expect(answers(app).size).toBe(0);
});

test('Tab offers reasons, the auditor’s own first; what was typed comes back after the last', async () => {
  const app = await atLead();
  app.press('d').type('Fixed by the operator.').press('enter');
  app.press('d').type('My own').press('tab');
  expect(app.text()).toContain('Tab offers');
  app.press('enter');
  expect([...triage(app).values()].map((t) => t.reason)).toEqual([
    'Fixed by the operator.',
    'Fixed by the operator.',
  ]);
  app.press('d').type('My own').press('tab', 'tab', 'shift+tab', 'shift+tab', 'enter');
  expect([...triage(app).values()].at(-1)?.reason).toBe('My own');
});

test('D dismisses by rule, by file, by tool or class: what is judged already is left alone', async () => {
  const app = await atLead();
  app.press('a', 'D');
  expect(app.text()).toMatch(/the same rule, tool-surface\/exec-of-parameter.*9 leads/);
  expect(app.text()).toMatch(/src\/a\.ts +3 leads/);
  app.type('src/').press('enter').type('Generated.').press('enter');
  expect([...triage(app)].map(([id, t]) => [LEADS.find((l) => l.id === id)?.title, t.decision])).toEqual([
    ['Lead 0', 'accepted'],
    ['Lead 1', 'dismissed'],
    ['Lead 2', 'dismissed'],
    ['Lead 3', 'dismissed'],
  ]);
  expect(toast(app)).toContain('3 items dismissed');
});

test('V selects lines, and a or d judges them together', async () => {
  const app = await atLead('Lead 2');
  app.press('V', 'j', 'j');
  expect(app.text()).toContain('3 selected');
  app.press('d').type('The same as above.').press('enter');
  expect(triage(app).size).toBe(3);
  expect(app.app.ui.get().itemMark).toBeNull();
  app.press('z');
  expect(triage(app).size).toBe(0);
  app.press('V', 'esc');
  expect(app.app.ui.get()).toMatchObject({ itemMark: null, focus: 'evidence' });
});

test('z goes to what it took back, and names it', async () => {
  const app = await atLead();
  app.press('a', '1', 'G', 'p');
  expect(app.app.ui.get().lists.checks.selected).not.toBe('2.1.2');
  app.press('5', 'z');
  expect(app.app.ui.get()).toMatchObject({ place: 'audit', lists: { checks: { selected: '2.4.2' } } });
  expect(toast(app)).toBe('took back: 2.4.2 answer cleared');
  app.press('5', 'z');
  expect(selected(app)?.title).toBe('Lead 0');
  expect(toast(app)).toBe('took back: "Lead 0" triage cleared');
  app.press('2', 'n', 'enter').type('x').press('enter', 'esc', '1', 'z');
  expect(app.app.ui.get().place).toBe('findings');
  expect(toast(app)).toContain('took back: F-01 deleted');
});

test('a lead kept for later is not next any more, and its list leads back to it, in the reader', async () => {
  const app = await atLead();
  app.press('B');
  expect(selected(app)?.title).not.toBe('Lead 0');
  for (const l of LEADS.slice(1))
    app.store.dispatch({ type: 'triage', items: [l.id], triage: { decision: 'accepted', reason: '' } });
  app.press('n');
  expect(toast(app)).toContain('Only 1 lead kept for later is left');
  app.press('1', 'G', "'", 'enter');
  expect(selected(app)?.title).toBe('Lead 0');
  expect(app.app.ui.get().place).toBe('reader');
  app.press('B');
  expect(app.store.snapshot().session.bookmarks.size).toBe(0);
});

test('a check is kept for later, and so are lines of a file', async () => {
  const app = await open();
  app.press('B');
  expect(app.text()).toMatch(/2\.1\.1 .*later/);
  app.app.update({ place: 'audit' });
  app.press('j', 'o', 'enter', 'V', 'j', 'B');
  const kept = [...app.store.snapshot().session.bookmarks.values()];
  expect(kept.map((b) => [b.check, b.place?.path ?? null])).toEqual([
    ['2.1.1', null],
    [expect.any(String), expect.stringMatching(/^src\//)],
  ]);
  app.press('esc', 'esc', "'");
  expect(app.text()).toContain('Kept for later');
});

test('& gives the verdict and the note that were given last; a reason for not applicable is offered, and said only when confirmed', async () => {
  const app = await open();
  app.press('G', 'p', 'm').type('Read it.').press('enter', 'k', '&');
  expect(answers(app).get('2.4.1')).toMatchObject({ verdict: 'pass', note: 'Read it.' });
  expect(toast(app)).toContain('2.4.1 pass recorded as for 2.4.2');
  const other = await open();
  other.press('G', 'x').type('It has no tools.').press('enter', 'k', '&');
  expect(answers(other).get('2.4.1')).toBeUndefined();
  expect(other.text()).toContain('It has no tools.');
  other.press('enter');
  expect(answers(other).get('2.4.1')).toMatchObject({ verdict: 'not-applicable', note: 'It has no tools.' });
});
