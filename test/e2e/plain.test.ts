import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';

const walk = async (open: (args: string[]) => string[], env: Record<string, string> = {}) => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(open(['resume', session]), { env, columns: 80, rows: 24 });
  const say = async (line: string, expected: RegExp | string) => {
    t.write(`${line}\r`);
    await t.waitFor(`after "${line}"`, () => {
      const text = t.everything();
      const heard = typeof expected === 'string' ? text.includes(expected) : expected.test(text);
      return heard;
    });
  };
  return { desk, session, t, say };
};

test('--plain is linear text from the first check to the last word', async () => {
  const { desk, session, t, say } = await walk((args) => [...args, '--plain']);
  await t.waitFor('the first check', () => t.everything().includes('S1-001 >'));
  expect(t.alternate).toBe(false);
  expect(t.everything()).toMatch(/Check S1-001, custom\. Question S1-001/);
  await say('?', 'pass, fail, na, unsure');
  await say('p', 'Note (empty for none):');
  await say('reads well', 'Recorded: S1-001 pass — reads well');
  await say('n', /Check S1-002, custom/);
  await say('x', 'Why does it not apply?');
  await say('', /Not recorded: not applicable needs a reason/);
  await say('x', /apply\?.*apply\?/s);
  await say('It keeps no data.', 'Recorded: S1-002 not applicable — It keeps no data.');
  await say('z', /Recorded: took back: S1-002/);
  await say('Z', /Recorded: did again: S1-002/);
  await say('s', '2 of 3 checks answered, 0 findings.');
  await say('g S1-003', /Check S1-003, custom/);
  await say('f', /answered, 0 findings[\s\S]*Note \(empty for none\):$/);
  await say('', 'Recorded: S1-003 fail');
  await say('e', 'No items for this check');
  await say('nonsense', '"nonsense" is no command here');
  t.write('q\r');
  const ended = await t.exit();
  expect(ended.code).toBe(0);
  expect(ended.screen).not.toContain('Warning');
  expect(ended.screen).not.toContain('{commit}');
  expect(ended.screen).toMatch(new RegExp(`Saved\\. Come back with: .*cli\\.js resume ${session} --plain`));
  // biome-ignore lint/suspicious/noExplicitAny: a status
  expect(desk.status(session).checks.map((c: any) => [c.verdict, c.note])).toEqual([
    ['pass', 'reads well'],
    ['not-applicable', 'It keeps no data.'],
    ['fail', ''],
  ]);
});

test('a screen reader gets the plain form by itself, and no escape sequence but those of the line editor', async () => {
  const { t } = await walk((args) => args, { INK_SCREEN_READER: 'true' });
  await t.waitFor('the first check', () => t.everything().includes('S1-001 >'));
  expect(t.alternate).toBe(false);
  t.write('\u0004');
  expect((await t.exit()).code).toBe(0);
});

test('--plain begins an audit from a path, and Ctrl+C leaves it saved', async () => {
  const desk = makeDesk();
  const t = desk.open([desk.repository.path, '--methodology', desk.checklists(), '--plain']);
  await t.waitFor('the first check', () => t.everything().includes('S1-001 >'));
  t.write('u\r');
  await t.waitFor('the note', () => t.everything().includes('Note (empty for none):'));
  t.write('\r');
  await t.waitFor('recorded', () => t.everything().includes('Recorded: S1-001 unsure'));
  t.write('\u0003');
  const ended = await t.exit();
  expect(ended.code).toBe(0);
  const [session = ''] = desk.sessions();
  expect(desk.status(session).checks[0].verdict).toBe('unsure');
});
