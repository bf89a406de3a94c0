import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';

test('a second window on the same session is told who has it, until the first is gone', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const first = desk.open(['resume', session]);
  await first.ready();
  await first.press('g', 'j', 'p');

  const twin = desk.cli(['answer', '--session', session, '--from', '-'], { input: 'checks: {}' });
  expect(twin.code).toBe(2);
  expect(twin.stderr).toContain(`session ${session} is open in another mcp-audit (pid ${first.pid}`);
  expect(twin.stderr).toContain('--read-only');

  const second = desk.open(['resume', session]);
  const refused = await second.exit();
  expect(refused.code).toBe(2);
  expect(refused.screen).toContain(`is open in another mcp-audit (pid ${first.pid}, since`);
  expect(refused).toMatchObject({ alternate: false, cursorVisible: true });

  // Looking is allowed, and changes nothing.
  const looking = desk.open(['resume', session, '--read-only']);
  await looking.ready();
  await looking.expectScreen('read-only');
  await looking.press('g', 'j', 'f');
  await looking.expectScreen(/read-only/);
  looking.send('q');
  await looking.exit();
  expect(desk.events(session).filter((e) => e.type === 'check.answered')).toHaveLength(1);

  first.kill('SIGKILL');
  await first.exit();
  expect(existsSync(join(desk.data, 'sessions', session, 'lock'))).toBe(true);
  const third = desk.open(['resume', session]);
  await third.ready();
  await third.expectScreen(/1\/3 checked/);
  await third.press('g', 'j', 'j', 'p');
  await third.expectScreen(/2\/3 checked/);
});

test('of several windows that take over a dead one at once, exactly one wins', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const dead = desk.open(['resume', session]);
  await dead.ready();
  dead.kill('SIGKILL');
  await dead.exit();

  const rivals = [1, 2, 3].map(() => desk.open(['resume', session]));
  const outcomes = await Promise.all(
    rivals.map((t) =>
      t.waitFor('open or refused', () =>
        /is open in another mcp-audit/.test(t.everything())
          ? 'refused'
          : t.row(0).startsWith(' 1 audit') && 'open',
      ),
    ),
  );
  expect(outcomes.toSorted()).toEqual(['open', 'refused', 'refused']);
});
