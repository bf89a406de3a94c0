import { expect, test } from 'vitest';
import { madeMethodology } from '../support/checklists.ts';
import { makeDesk } from './desk.ts';
import { CLI, openTerminal, type Terminal } from './terminal.ts';

const cells = (t: Terminal) => {
  const out: { chars: string; coloured: boolean; bold: boolean }[] = [];
  for (let y = 0; y < t.rows; y += 1)
    for (let x = 0; x < t.columns; x += 1) {
      const cell = t.emulator.buffer.active.getLine(y)?.getCell(x);
      if (cell)
        out.push({
          chars: cell.getChars(),
          coloured: !cell.isFgDefault() || !cell.isBgDefault(),
          bold: cell.isBold() !== 0,
        });
    }
  return out;
};

const session = (env: Record<string, string | undefined> = {}) => {
  const desk = makeDesk();
  const id = desk.session();
  return { desk, id, t: desk.open(['resume', id], { env }) };
};

const walk = async (t: Terminal, look: () => void) => {
  await t.ready();
  for (const key of [']', 'p', 'tab', 'tab', '2', '3', '4', '5', '1', '?', 'esc', ':', 'esc', 'm', 'esc']) {
    await t.press(key);
    look();
  }
};

test('colours are there, and NO_COLOR takes every one away but leaves weight', async () => {
  const plain = session();
  await plain.t.ready();
  expect(cells(plain.t).some((c) => c.coloured)).toBe(true);

  const { t } = session({ NO_COLOR: '1' });
  await walk(t, () => expect(cells(t).filter((c) => c.coloured)).toEqual([]));
  expect(cells(t).some((c) => c.bold)).toBe(true);
});

test('with LANG=C every cell is ASCII', async () => {
  const { t } = session({ LANG: 'C' });
  await walk(t, () => expect(t.screen()).toMatch(/^[\x20-\x7e\n]*$/));
});

test('TERM=dumb gets the plain form, since nothing can be drawn there', async () => {
  const { t } = session({ TERM: 'dumb' });
  await t.waitFor('the first check', () => t.everything().includes('S1-001 >'));
  t.write('pass\r');
  await t.waitFor('the note', () => t.everything().includes('Note (empty for none):'));
  t.write('\r');
  await t.waitFor('recorded', () => t.everything().includes('Recorded: S1-001 pass'));
  expect(t.alternate).toBe(false);
});

test('without a terminal on both ends one line names what to use instead', () => {
  const { desk, id, t } = session();
  t.kill('SIGKILL');
  for (const args of [[], ['resume', id], [desk.repository.path]]) {
    const refused = desk.cli(args);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toBe('');
    expect(refused.stderr).toMatch(/needs a terminal/);
    expect(refused.stderr).toMatch(/mcp-audit (start|answer|status)|start, .*answer/);
    expect(refused.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  }
});

test.each([
  ['standard output', `| cat`],
  ['standard input', `</dev/null`],
])('%s that is no terminal is refused in a terminal too', async (_name, redirect) => {
  const desk = makeDesk();
  const t = openTerminal({
    command: ['/bin/sh', '-c', `"${process.execPath}" "${CLI}" ${redirect}; echo "ended with $?"`],
    cwd: desk.root,
    env: desk.env(),
  });
  const ended = await t.exit();
  await t.dispose();
  expect(ended.screen).toContain('the workbench needs a terminal');
  expect(ended.alternate).toBe(false);
  if (redirect.startsWith('<')) expect(ended.screen).toContain('ended with 2');
});

test.each(['SIGTERM', 'SIGHUP', 'SIGINT'])('%s gives the terminal back as it was', async (signal) => {
  const { desk, id, t } = session();
  await t.ready();
  await t.press('g', 'j', 'p');
  expect(t.alternate).toBe(true);
  t.kill(signal);
  const ended = await t.exit();
  expect(ended).toMatchObject({ alternate: false, cursorVisible: true });
  expect(desk.status(id).progress.answered).toBe(1);
});

test('Ctrl+C leaves at once when nothing runs, with everything saved', async () => {
  const { desk, id, t } = session();
  await t.ready();
  await t.press('g', 'j', 'p');
  t.send('ctrl+c');
  const ended = await t.exit();
  expect(ended).toMatchObject({ code: 0, alternate: false, cursorVisible: true });
  expect(ended.screen).toContain(`come back with: `);
  expect(desk.status(id).progress.answered).toBe(1);
});

test('Ctrl+L heals a screen that something else wrote on', async () => {
  const { t } = session();
  await t.ready();
  await t.press('g', 'j');
  const before = t.lines().slice(0, -1);
  await new Promise<void>((done) => t.emulator.write('\u001b[5;5HGARBAGE\u001b[9;1H\u001b[2KGARBAGE', done));
  expect(t.screen()).toContain('GARBAGE');
  await t.press('ctrl+l');
  expect(t.lines().slice(0, -1)).toEqual(before);
});

test('pasted text goes into a field, and is no keys elsewhere', async () => {
  const { desk, id, t } = session();
  await t.ready();
  await t.press('g', 'j');
  await t.paste('pfxuq');
  await t.expectScreen('Pasted text goes into a field');
  expect(desk.events(id).filter((e) => e.type === 'check.answered')).toEqual([]);
  await t.press('m');
  await t.paste('one\ntwo \u001b[31mred\u001b[0m three');
  await t.press('enter');
  await t.expectScreen('note recorded');
  const [note] = desk.events(id).filter((e) => e.type === 'check.answered');
  expect(note.answer.note).toContain('one\ntwo');
  expect(note.answer.note).not.toContain('\u001b');
});

test('keys glued together in one write all count', async () => {
  const desk = makeDesk();
  const id = desk.session({ methodology: madeMethodology(2, 20) });
  const t = desk.open(['resume', id]);
  await t.ready();
  await t.press('g');
  await t.type('jjjjjpjpjpkku');
  expect(
    desk
      .events(id)
      .filter((e) => e.type === 'check.answered')
      .map((e) => [e.check, e.answer.verdict]),
  ).toEqual([
    ['S1-005', 'pass'],
    ['S1-006', 'pass'],
    ['S1-007', 'pass'],
    ['S1-005', 'unsure'],
  ]);
});

test('an unfinished note outlives a lost terminal', async () => {
  const { desk, id, t } = session();
  await t.ready();
  await t.press('g', 'j', 'm');
  await t.type('half a sentence');
  // The draft is written once the typing pauses.
  const deadline = Date.now() + 20_000;
  while (!desk.events(id).some((e) => e.type === 'draft.kept')) {
    if (Date.now() > deadline) throw new Error(`no draft was kept:\n${t.screen()}`);
    await new Promise((next) => setImmediate(next));
  }
  t.kill('SIGKILL');
  await t.exit();
  const again = desk.open(['resume', id]);
  await again.ready();
  await again.expectScreen(/Draft +half a sentence/);
  await again.press('m');
  await again.type(', and its other half');
  await again.press('enter');
  await again.expectScreen('note recorded');
  expect(desk.status(id).checks[0].note).toBe('half a sentence, and its other half');
});
