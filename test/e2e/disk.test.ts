import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill, tinyDisk } from '../support/tiny-disk.ts';
import { makeDesk } from './desk.ts';
import { CLI } from './terminal.ts';

test('a full disk refuses the decision in red, loses nothing, and goes on when there is space again', async (context) => {
  const disk = tinyDisk();
  if (disk === null) return context.skip();
  const desk = makeDesk({ home: disk });
  const session = desk.session();
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.press('g', 'j', 'p');
  await t.expectScreen(/1\/3 checked/);

  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, '');
  fill(ballast);
  // The journal's last page may still have room for some lines.
  let accepted = 1;
  await t.press('g', 'j');
  for (let i = 0; i < 200 && !/NOT SAVED/.test(t.row(0)); i += 1) {
    await t.press(i % 2 === 0 ? 'u' : 'p');
    if (!/NOT SAVED/.test(t.row(0))) accepted += 1;
  }
  expect(t.row(0)).toContain('NOT SAVED');
  const at = t.row(0).indexOf('NOT SAVED');
  expect(t.emulator.buffer.active.getLine(0)?.getCell(at)?.getFgColor()).toBe(1);
  await t.expectScreen('the disk is full');
  expect(desk.events(session).filter((e) => e.type === 'check.answered')).toHaveLength(accepted);

  // A note that cannot be saved is not thrown away: it stays where it was written, or is there again.
  const words = 'a sentence that took a while to find';
  await t.press('m');
  await t.type(words);
  await t.press('enter');
  await t.expectScreen(/NOT SAVED/);
  if (!t.screen().includes(words)) await t.press('m');
  await t.expectScreen(words);

  rmSync(ballast);
  await t.press('enter');
  await t.expectScreen('note recorded');
  t.expectNot('NOT SAVED');
  t.send('q');
  expect((await t.exit()).code).toBe(0);
  const notes = desk.status(session).checks.map((c: { note: string }) => c.note);
  expect(notes).toContain(words);
});

test('a command whose decision a full disk refuses ends with an error, and one whose end was not recorded says so', (context) => {
  const disk = tinyDisk();
  if (disk === null) return context.skip();
  const desk = makeDesk({ home: disk });
  const session = desk.session();
  desk.answer(session, { checks: { 'S1-001': { verdict: 'pass' } } });
  const file = join(desk.root, 'log.txt');
  writeFileSync(file, 'what was seen\n'.repeat(1000));
  const answers = join(desk.root, 'a.json');
  writeFileSync(
    answers,
    JSON.stringify({ checks: { 'S1-002': { verdict: 'fail', note: 'x'.repeat(5000) } } }),
  );
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, '');
  for (const args of [
    ['attach', file],
    ['answer', '--from', answers],
    ['undo'],
    ['export', '--to', join(disk, 'e.zip')],
  ]) {
    fill(ballast);
    const full = statSync(ballast).size;
    const before = readFileSync(desk.journal(session), 'utf8');
    const codes = new Set<number | null>();
    // With no room at all, and with a little more each time.
    for (let free = 0; free <= 5 * 4096; free += 4096) {
      truncateSync(ballast, full - free);
      const run = desk.cli(args);
      codes.add(run.code);
      expect([0, 2], `${args[0]} ${free}: ${run.stderr}`).toContain(run.code);
      expect(run.stderr, args[0]).not.toMatch(/defect|\n\s+at /);
      if (run.code === 2) expect(run.stdout + run.stderr, args[0]).toMatch(/the disk is full/);
      const now = readFileSync(desk.journal(session), 'utf8');
      expect(now.startsWith(before)).toBe(true);
      if (run.code === 0 && args[0] !== 'export' && !now.includes('session.closed', before.length))
        expect(run.stderr).toContain('not recorded: how long the session was open');
      if (run.code === 0) break;
      fill(ballast);
    }
    expect(codes, args[0]).toContain(2);
    truncateSync(ballast, 0);
  }
});

test('what is printed to a full disk is said to be cut off', (context) => {
  if (!existsSync('/dev/full')) return context.skip();
  const desk = makeDesk();
  desk.session();
  for (const args of [['status'], ['status', '--json'], ['sessions'], ['sessions', '--json']]) {
    const run = spawnSync(process.execPath, [CLI, ...args], {
      env: desk.env(),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect(run.status, run.stderr).toBe(2);
    expect(run.stderr).toContain('could not be written whole');
    expect(run.stderr).not.toMatch(/\n\s+at /);
  }
});

const damaged = () => {
  const desk = makeDesk();
  const session = desk.session();
  desk.answer(session, { checks: { 'S1-001': { verdict: 'pass' }, 'S1-002': { verdict: 'unsure' } } });
  return { desk, session, journal: desk.journal(session) };
};

test('a torn last line is set aside and said, and the audit goes on', async () => {
  const { desk, session, journal } = damaged();
  appendFileSync(journal, '{"v":1,"seq":99,"type":"check.ans');
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.expectScreen('The last line of the journal was cut off in the middle (33 bytes).');
  await t.expectScreen(/2\/3 checked/);
  await t.press('G', 'p');
  await t.expectScreen(/3\/3 checked/);
  t.send('q');
  await t.exit();
  expect(desk.status(session).progress.answered).toBe(3);
});

test('an edited line refuses to open, names the line, and can still be looked at', async () => {
  const { desk, session, journal } = damaged();
  const lines = readFileSync(journal, 'utf8').split('\n');
  const at = lines.findIndex((l) => l.includes('"S1-001"'));
  lines[at] = (lines[at] ?? '').replace('"pass"', '"fail"');
  writeFileSync(journal, lines.join('\n'));

  const t = desk.open(['resume', session]);
  const refused = await t.exit();
  expect(refused.code).toBe(2);
  expect(refused.screen).toContain(`ine ${at + 1}`);
  expect(refused.screen).toContain('--read-only');

  const looking = desk.open(['resume', session, '--read-only']);
  await looking.ready();
  await looking.expectScreen('read-only');
  await looking.expectScreen(/0\/3 checked/);
  await looking.press('5');
  expect(looking.screen()).not.toContain('S1-002 unsure');
  looking.send('ctrl+c');
  expect((await looking.exit()).code).toBe(0);
  expect(readFileSync(journal, 'utf8')).toBe(lines.join('\n'));
});

test('Home says which session cannot be opened and why, and opens the others', async () => {
  const { desk, session, journal } = damaged();
  const good = desk.session();
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"pass"', '"fail"'));
  mkdirSync(join(desk.data, 'sessions', '2020-01-01-empty-0000'));
  const t = desk.open();
  await t.ready();
  await t.expectScreen(/acme\/notes-server .* 0\/3 /);
  await t.expectScreen(/cannot be opened/);
  expect(good).not.toBe(session);
});
