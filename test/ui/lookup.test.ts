import { expect, test } from 'vitest';
import { auditApp, SESSIONS } from './audit-fixture.ts';

const ROWS = [
  { id: 'a/security-assessment.md', label: 'jane-2026-01-01-001', note: 'commit 3f2a', text: '# Report' },
  { id: 'a/findings/high-001.md', label: '  high-001  Shell', note: 'unchanged', text: 'shell\u001b[31m' },
];
const earlier = { title: '1 earlier audit of github.com/acme/notes-server, newest first', rows: ROWS };
const top = (app: ReturnType<typeof auditApp>) => app.app.ui.get().overlays.at(-1);
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('Home asks for a server and the database, and shows what is there', async () => {
  const app = auditApp({ earlier, database: '/data/audit-db' });
  app.app.setSessions(SESSIONS);
  app.press('L');
  expect(top(app)?.kind).toBe('form');
  app.press('enter', 'enter');
  await settled();
  expect(app.calls.filter((c) => c.name === 'lookUp').map((c) => c.args)).toEqual([
    ['acme/notes-server', '/data/audit-db'],
  ]);
  expect(app.text()).toContain('high-001  Shell');
  app.press('down', 'enter');
  await settled();
  // A finding is opened as text, with nothing hidden in it, and the list is there again.
  expect(app.calls.at(-1)).toEqual({
    name: 'view',
    args: ['a/findings/high-001.md', 'shell‹U+001B›[31m', 1],
  });
  expect(top(app)?.kind).toBe('pick');
});

test('without a database nothing is looked up', async () => {
  const app = auditApp({ earlier });
  app.press('L', 'enter', 'enter');
  await settled();
  expect(app.calls.filter((c) => c.name === 'lookUp')).toEqual([]);
  expect(top(app)?.kind).toBe('form');
});

test('the Session screen looks up its own server at once, and says when there is nothing', async () => {
  const app = await auditApp({ database: '/data/audit-db' }).enter();
  app.press('5', 'L');
  await settled();
  expect(app.calls.filter((c) => c.name === 'lookUp')).toHaveLength(1);
  expect(app.text()).toContain('holds no audit of');
});
