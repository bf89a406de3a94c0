import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';
import { CLI } from './terminal.ts';

/** What terminals send for a pointer at a cell, counted from 1. */
const sgr = (button: number, x: number, y: number, end = 'M'): string => `\u001b[<${button};${x};${y}${end}`;

test('a click chooses, the wheel moves, and none of it goes on once the program has ended', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(['resume', session], { columns: 100, rows: 30 });
  await t.ready();
  const modes: string[] = [];
  t.emulator.parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => {
    modes.push(params.join());
    return false;
  });
  t.write(sgr(0, 6, 5));
  await t.waitFor('the third check', () => /❯ . S1-002/.test(t.screen()));
  t.write(sgr(65, 6, 5));
  await t.waitFor('the last check', () => /❯ . S1-003/.test(t.screen()));
  t.write('q');
  const left = await t.exit();
  expect(left).toMatchObject({ code: 0, alternate: false, cursorVisible: true });
  expect(modes).toContain('1000');
  // Not a byte of a report reached the record.
  expect(desk.events(session).map((e) => e.type)).not.toContain('check.answered');
});

test('Ctrl+Z leaves for the shell, fg comes back to the same place, and nothing was recorded by it', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const shell = desk.open([], {
    command: ['bash', '--norc', '--noprofile', '-i'],
    env: { PS1: 'shell> ', HISTFILE: '/dev/null' },
    columns: 100,
    rows: 30,
  });
  await shell.expectScreen('shell>');
  shell.write(`${process.execPath} ${CLI} resume ${session}\r`);
  await shell.waitFor('the session', () => /S1-001[\s\S]*=0@/.test(shell.screen()) && shell.alternate);
  shell.write('j');
  await shell.waitFor('the second check', () => /❯ . S1-002/.test(shell.screen()));
  shell.write('\u001a');
  await shell.waitFor(
    'the shell',
    () => !shell.alternate && /Stopped[\s\S]*shell>\s*$/.test(shell.everything()),
  );
  shell.write('echo still $((40+2))\r');
  await shell.expectScreen('still 42');
  shell.write('fg\r');
  await shell.waitFor('the program again', () => shell.alternate && /❯ . S1-002/.test(shell.screen()));
  shell.write('k');
  await shell.waitFor('the first check', () => /❯ . S1-001/.test(shell.screen()));
  shell.write('q');
  await shell.waitFor('the end', () => !shell.alternate && shell.everything().includes('come back with'));
  expect(desk.events(session).map((e) => e.type)).not.toContain('check.answered');
});

test('keys typed before the first frame are not lost', async () => {
  const desk = makeDesk();
  const t = desk.open([], {});
  t.send('n');
  await t.expectScreen('New audit');
  await t.ready();
});

test('a target on the command line that cannot be opened ends the program with the reason, the terminal as it was', async () => {
  const desk = makeDesk();
  const t = desk.open(['@acme/notes-server']);
  await t.expectScreen('Type yes to ask for it:');
  t.send('no\r');
  const ended = await t.exit();
  expect(ended).toMatchObject({ code: 2, alternate: false, cursorVisible: true });
  expect(ended.screen).toContain('npm pack --ignore-scripts @acme/notes-server');
});
