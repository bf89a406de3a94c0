import { expect, test } from 'vitest';
import { madeMethodology } from '../support/checklists.ts';
import { makeDesk } from './desk.ts';

const KEYS = ['p', 'u', 'p', 'u', 'u'] as const;
const VERDICTS = { p: 'pass', u: 'unsure' } as const;
const KILLS = 30;

test('nothing shown as recorded is lost, whenever the program is killed', async () => {
  const desk = makeDesk();
  const session = desk.session({ methodology: madeMethodology(3, 12) });
  const expected = new Map<string, string>();

  for (let n = 0; n < KILLS; n += 1) {
    const t = desk.open(['resume', session]);
    await t.ready();
    // The next check without a verdict.
    await t.press(']');
    const key = KEYS[n % KEYS.length] ?? 'p';
    await t.press(key);
    const said = /(S\d-\d+) (pass|unsure) recorded/.exec(t.screen());
    expect(said, t.screen()).not.toBeNull();
    const [, check = '', verdict = ''] = said ?? [];
    expect(verdict).toBe(VERDICTS[key]);
    expect(expected.has(check)).toBe(false);
    expected.set(check, verdict);
    t.kill('SIGKILL');
    const ended = await t.exit();
    expect(ended.signal).toBe(9);

    const recorded = desk
      .events(session)
      .filter((e) => e.type === 'check.answered')
      .map((e) => [e.check, e.answer.verdict]);
    expect(recorded).toEqual([...expected]);
  }

  const status = desk.status(session);
  expect(status.progress.answered).toBe(KILLS);
  for (const [check, verdict] of expected) expect(status.state.answers[check].verdict).toBe(verdict);
});
