import { expect, test } from 'vitest';
import { madeMethodology } from '../support/checklists.ts';
import type { FixtureCommit } from '../support/git-fixtures.ts';
import { makeDesk } from './desk.ts';

/** A history long enough that collectors are seen at work. */
const LONG: FixtureCommit[] = Array.from({ length: 3000 }, (_, i) => ({
  files: { [`src/file-${i % 40}.ts`]: `export const n = ${i};\nconst token = 'value-${i}';\n` },
  author: `Person ${i % 30} <person${i % 30}@example.org>`,
}));

const slow = () => {
  const desk = makeDesk({ commits: LONG });
  const session = desk.session({
    methodology: madeMethodology(2, 5, ['identity', 'signatures', 'git-history', 'governance']),
  });
  return { desk, session };
};

test('while collectors run, keys work and verdicts are recorded; then Ctrl+C asks once', async () => {
  const { desk, session } = slow();
  const t = desk.open(['resume', session]);
  await t.expectScreen(/collectors/);
  await t.pressBusy('g', 'j', 'p', 'j', 'u');
  await t.expectScreen(/2\/10 checked/);
  // Whether it asks depends on whether they still run: either way the terminal comes back whole and nothing is lost.
  t.send('ctrl+c');
  const asked = await t.waitFor('asked, or gone', () =>
    !t.alternate ? 'gone' : /Collectors are still running\. Leave anyway\?/.test(t.screen()) && 'asked',
  );
  if (asked === 'asked') t.send('ctrl+c');
  const ended = await t.exit();
  expect(ended).toMatchObject({ code: 0, alternate: false, cursorVisible: true });
  expect(ended.screen).toContain('2 of 10 checks answered');
  expect(desk.status(session).progress.answered).toBe(2);

  // What was not finished is gathered the next time, by itself.
  const again = desk.open(['resume', session]);
  await again.ready();
  const { collectors } =
    desk.cli(['status', '--session', session, '--json']).code === 0
      ? desk.status(session)
      : { collectors: [] };
  for (const c of collectors) expect(c.outcome, c.id).not.toBe('not-run');
  again.send('q');
  await again.exit();
});

test('SIGTERM while collectors run gives the terminal back and records no half result', async () => {
  const { desk, session } = slow();
  const t = desk.open(['resume', session]);
  await t.expectScreen(/collectors/);
  t.kill('SIGTERM');
  expect(await t.exit()).toMatchObject({ alternate: false, cursorVisible: true });
  const recorded = desk.events(session).filter((e) => e.type === 'evidence.collected');
  for (const e of recorded) expect(e.outcome).not.toBe('failed');
});

test('kill -9 while collectors run: the session opens again and they finish', async () => {
  const { desk, session } = slow();
  const t = desk.open(['resume', session]);
  await t.expectScreen(/collectors/);
  await t.pressBusy('g', 'j', 'p');
  t.kill('SIGKILL');
  await t.exit();
  const again = desk.open(['resume', session]);
  await again.ready();
  await again.expectScreen(/1\/10 checked/);
  await again.press('3');
  again.expectNot('has not looked yet');
  await again.expectScreen(/4 of 4 ran/);
});

test('a collector can be run again, and results do not move the cursor', async () => {
  const { desk, session } = slow();
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.press('g', 'j', 'j', 'j');
  const selected = /❯ \S (S\d-\d+)/.exec(t.screen())?.[1];
  expect(selected).toBe('S1-003');
  await t.press('r');
  expect(/❯ \S (S\d-\d+)/.exec(t.screen())?.[1]).toBe(selected);
  expect(desk.events(session).filter((e) => e.type === 'evidence.collected').length).toBeGreaterThanOrEqual(
    4,
  );
});
