import { expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { auditApp, SESSIONS } from './audit-fixture.ts';

const carried = (standing: 'same' | 'changed', check: string, differs = '') => ({
  check,
  verdict: 'pass' as const,
  note: 'read the licence',
  by: 'ann',
  at: '2026-01-02T10:00:00.000Z',
  standing,
  differs,
  triage: [{ item: 'f'.repeat(16), decision: 'dismissed' as const, reason: 'a constant', by: 'ann', at: '' }],
  runs: {},
});
const CARRIED: EventBody = {
  type: 'audit.carried',
  value: {
    from: { session: '2026-01-02-notes-0000', commit: 'c'.repeat(40), audit: '' },
    checks: [carried('same', '2.1.1'), carried('changed', '2.1.2', '1 new (shell-command)')],
    ratings: [],
    server: null,
    summary: 'a'.repeat(64),
  },
};

test('a carried verdict counts as none until K confirms it, and z takes it back with its decisions', async () => {
  const app = auditApp({ events: [CARRIED] });
  await app.enter();
  const { answers, triage } = app.store.snapshot().session;
  expect([answers.size, triage.size]).toEqual([0, 0]);
  app.press('g', 'j');
  expect(app.text()).toContain('PASS by ann, 2026-01-02');
  expect(app.text()).toContain('K confirms it');
  app.press('K');
  const now = () => app.store.snapshot().session;
  expect(now().answers.get('2.1.1')).toMatchObject({ verdict: 'pass', note: 'read the licence', by: 'jane' });
  expect(now().triage.get('f'.repeat(16))).toMatchObject({ decision: 'dismissed' });
  app.press('z');
  expect([now().answers.size, now().triage.size]).toEqual([0, 0]);
});

test('what changed is told, and is not confirmed by a key', async () => {
  const app = auditApp({ events: [CARRIED] });
  await app.enter();
  app.press('g', 'j', 'j');
  expect(app.text()).toContain('not the same: 1 new');
  app.press('K');
  expect(app.store.snapshot().session.answers.size).toBe(0);
  expect(app.app.ui.get().toast?.text).toContain('cannot be confirmed as it was');
  app.press('W');
  await new Promise((resolve) => setImmediate(resolve));
  expect(app.app.ui.get().overlays.at(-1)?.kind).toBe('pick');
});

test('Home begins the audit of a later commit of the selected server', async () => {
  const app = auditApp({});
  app.app.setSessions(SESSIONS);
  app.press('R').type('v2').press('enter');
  await new Promise((resolve) => setImmediate(resolve));
  expect(app.calls.find((c) => c.name === 'reaudit')?.args).toEqual([expect.any(String), 'v2']);
});
