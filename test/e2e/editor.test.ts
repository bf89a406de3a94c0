import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';

/** That the session was opened is told together with the first thing that is recorded, and not without one. */
const OPENED = { type: 'session.opened' };

const open = async (editor: (desk: ReturnType<typeof makeDesk>) => string) => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(['resume', session], { env: { EDITOR: editor(desk) } });
  await t.ready();
  await t.press('g', 'j');
  const before = desk.events(session).length;
  return { desk, session, t, recorded: () => desk.events(session).slice(before) };
};

test('an editor gets the terminal, the check as a comment, and gives the note back', async () => {
  const { desk, t, recorded } = await open((d) =>
    d.script(
      'editor',
      `tty >${d.root}/tty; stat -c %a "$1" >${d.root}/mode; cp "$1" ${d.root}/given; printf 'My note\\n## Heading of my own\\n' > "$1"`,
    ),
  );
  await t.press('e');
  await t.expectScreen('S1-001 note recorded');
  expect(readFileSync(join(desk.root, 'tty'), 'utf8')).toMatch(/^\/dev\/pts\//);
  expect(readFileSync(join(desk.root, 'mode'), 'utf8').trim()).toBe('600');
  expect(readFileSync(join(desk.root, 'given'), 'utf8')).toContain('# S1-001 Question S1-001 of the fixture');
  expect(recorded()).toMatchObject([
    OPENED,
    { type: 'check.answered', check: 'S1-001', answer: { note: 'My note\n## Heading of my own' } },
  ]);
  expect(t.alternate).toBe(true);
});

test('a terminal resized while the editor has it is drawn at its new size', async () => {
  const { desk, t } = await open((d) => d.script('editor', `echo open; read go; printf changed > "$1"`));
  t.send('e');
  await t.waitFor('the editor on the normal screen', () => !t.alternate && /open/.test(t.screen()));
  t.write('go\r');
  await t.resize(80, 24);
  await t.expectScreen('S1-001 note recorded');
  expect(t.row(0)).toMatch(/^ 1 audit/);
  expect(t.scrolledLines).toBe(0);
  expect(desk.sessions()).toHaveLength(1);
});

test('an editor that changes nothing records nothing', async () => {
  const { t, recorded } = await open(() => 'true');
  await t.press('e');
  await t.expectScreen('The note is unchanged: nothing recorded.');
  expect(recorded()).toEqual([]);
});

test('an editor that fails records nothing and keeps what was written', async () => {
  const { t, recorded } = await open((d) => d.script('editor', `printf 'half a thought' > "$1"; exit 3`));
  await t.press('e');
  await t.expectScreen(/ended with 3: nothing recorded\. What you wrote is in/);
  const kept = /What you wrote is in (\S+?\.md)/.exec(t.screen())?.[1];
  if (kept) expect(readFileSync(kept, 'utf8')).toBe('half a thought');
  expect(recorded()).toEqual([]);
});

test('an editor that is not there says so', async () => {
  const { t, recorded } = await open(() => '/nowhere/editor');
  await t.press('e');
  await t.expectScreen(/\/nowhere\/editor could not be started/);
  expect(recorded()).toEqual([]);
});

test('a finding that cannot be understood goes back to the editor with the reason on top', async () => {
  const { desk, t, recorded } = await open((d) =>
    d.script(
      'editor',
      `n=$(cat ${d.root}/count 2>/dev/null || echo 0); n=$((n+1)); echo $n > ${d.root}/count; cp "$1" ${d.root}/given-$n
if [ $n = 1 ]; then sed -i 's/^severity:.*/severity: terrible/' "$1"; else sed -i 's/^severity:.*/severity: low/' "$1"; fi`,
    ),
  );
  await t.press('2', 'n', 'e');
  await t.expectScreen('F-01 recorded');
  expect(readFileSync(join(desk.root, 'given-2'), 'utf8')).toMatch(/^# NOT RECORDED: .*severity/);
  expect(recorded()).toMatchObject([
    OPENED,
    { type: 'finding.recorded', finding: 'F-01', value: { severity: 'low' } },
  ]);
});
