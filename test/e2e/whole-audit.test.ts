import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { madeCheck, madeMethodology } from '../support/checklists.ts';
import { lasting, makeDesk } from './desk.ts';
import { fill, walkTo } from './forms.ts';
import type { Terminal } from './terminal.ts';

const selectedCheck = (t: Terminal): string => /❯ \S (S\d-\d+)/.exec(t.screen())?.[1] ?? '';

test('an audit from Home to a validated submission, with a night in between', async () => {
  const desk = makeDesk();
  const methodology = madeMethodology(1, 7);
  methodology.phases[0]?.sections[0]?.checks.splice(0, 1, madeCheck('S1-001', ['identity']));
  const checklists = desk.checklists(methodology);
  const editor = desk.script(
    'editor',
    'printf "Written in the editor.\\n" > "$1.new" && cat "$1" >> "$1.new" && mv "$1.new" "$1"',
  );
  const t = desk.open([], { env: { EDITOR: editor } });

  await t.ready();
  await t.expectScreen('No audits yet on this machine.');
  await t.press('n');
  await t.type(desk.repository.path);
  await t.press('tab', 'tab');
  await t.type(checklists);
  await t.press('enter');
  await t.expectScreen(/0\/7 checked/);
  await t.expectScreen(desk.repository.commit.slice(0, 7));

  // The four verdicts.
  await t.press('g', 'j');
  expect(selectedCheck(t)).toBe('S1-001');
  await t.press('p');
  await t.expectScreen('S1-001 pass recorded · z takes it back');
  await t.press(']', 'u');
  await t.expectScreen('S1-002 unsure recorded');
  await t.press(']', 'x');
  await t.expectScreen('S1-003 not applicable: why?');
  await t.type('Nothing is stored, so nothing can be encrypted.');
  await t.press('enter');
  await t.expectScreen('S1-003 not applicable recorded');
  await t.press(']', 'f');
  await t.expectScreen('Fail is recorded.');

  // A finding from the check, filled in the form.
  await fill(t, 'summary', 'The tool joins a name into a shell command.');
  await t.expectScreen(/F-01 · draft, \d to fill · Weakness behind S1-004/);
  await fill(t, 'where', 'src/index.ts:2-3');
  await fill(t, 'description', 'The name parameter reaches exec.');
  await fill(t, 'scope', 'The whole host.');
  await fill(t, 'reproduction', 'Call run with "; id".');
  await fill(t, 'risks', 'Anyone who can call the tool runs commands.');
  await fill(t, 'harm, production', 'The host is lost.');
  await fill(t, 'validation', 'The same call is refused.');
  // No check says which weakness was found: the CWE is chosen from the catalogue.
  await walkTo(t, 'CWE');
  await t.press('enter');
  await t.type('CWE-78 ');
  await t.press('enter');
  // The severity is a proposal until it is kept, or changed.
  await walkTo(t, 'severity');
  await t.expectScreen('Proposed, not given: Enter keeps it');
  t.expectNot(/F-01 · ready · /);
  await t.press('enter');
  await t.expectScreen(/F-01 · ready · /);
  await t.press('esc');
  await t.expectScreen(/4\/7 checked {2}1 finding /);

  // A note here, with a line break; then one in the editor.
  await t.press('m');
  await t.type('First line.');
  await t.press('newline');
  await t.type('Second line, äöü 漢字.');
  await t.press('enter');
  await t.expectScreen('S1-004 note recorded');
  await t.expectScreen('Second line, äöü 漢字.');
  await t.press('g', ']');
  expect(selectedCheck(t)).toBe('S1-005');
  await t.press('e');
  await t.expectScreen('S1-005 note recorded');
  await t.expectScreen('Written in the editor.');
  t.expectNot('Lines that begin with');
  await t.press('p', ']', 'p', ']', 'p');
  await t.expectScreen(/7\/7 checked/);

  // A finding from a piece of evidence.
  await t.press('g', 'j');
  expect(selectedCheck(t)).toBe('S1-001');
  await t.press('o');
  await t.expectScreen(/Evidence of S1-001/);
  await t.press('f');
  await t.expectScreen('Begun from this evidence.');
  await fill(t, 'summary', 'Seen by a collector.');
  await t.expectScreen(/F-02 /);
  await t.press('esc', 'esc', 'esc');

  // Undo and redo walk the same road back and forth.
  await t.expectScreen(/7\/7 checked {2}2 findings/);
  await t.press('z');
  await t.expectScreen(/7\/7 checked {2}1 finding /);
  await t.press('z');
  await t.expectScreen(/6\/7 checked/);
  await t.press('Z', 'Z');
  await t.expectScreen(/7\/7 checked {2}2 findings/);
  await t.press('2', 'G', 'D');
  await t.expectScreen(/Delete F-02/);
  await t.press('y');
  await t.expectScreen(/7\/7 checked {2}1 finding /);

  // Home for the night.
  await t.press('1', 'g', 'j', 'j');
  expect(selectedCheck(t)).toBe('S1-002');
  const before = desk.sessions()[0] ?? '';
  t.send('q');
  const left = await t.exit();
  expect(left).toMatchObject({ code: 0, alternate: false, cursorVisible: true });
  expect(left.screen).toMatch(/7 of 7 checks answered, 1 findings?/);
  const command = /come back with: (.*)/.exec(left.screen)?.[1]?.trim() ?? '';
  expect(command).toContain(before);
  const evening = desk.status(before);

  // The next morning, by that very command.
  const next = desk.open([], { command: ['sh', '-c', command] });
  await next.ready();
  expect(selectedCheck(next)).toBe('S1-002');
  expect(lasting(desk.status(before))).toEqual(lasting(evening));
  await next.press('4', 'A');
  await next.expectScreen('Who signs this audit');
  for (const value of ['Jane Doe', 'jane-doe', 'Independent', 'jane@example.org']) {
    await next.type(value);
    await next.press('enter');
  }
  await next.expectScreen('Signed as you said');
  // What no evidence tells is asked for, and one key leads to where it is said.
  await next.expectScreen('nobody said what the server asks');
  await next.press('S');
  await next.expectScreen('What the server is');
  for (const value of [
    'Runs commands by name.',
    'command_execution_server',
    'low',
    'none',
    'local_only',
    'Do not use it.',
  ]) {
    await next.type(value);
    await next.press('enter');
  }
  await next.expectScreen('Recorded · z takes it back.');
  next.expectNot('nobody said what the server asks');
  // Nothing blocks; passes without a note are among what there is to look at.
  await next.expectScreen(/\d+ to look at/);
  await next.press('w');
  await next.expectScreen('Write the submission to');
  await next.press('enter');
  await next.expectScreen('Written, and it validates');
  await next.press('space');
  next.send('ctrl+c');
  expect(await next.exit()).toMatchObject({ code: 0, alternate: false, cursorVisible: true });

  const folder = join(desk.root, 'audit-submission');
  const verdict = desk.cli(['validate', folder, '--json']);
  expect(verdict.code, verdict.stdout + verdict.stderr).toBe(0);
  const status = desk.status(before);
  expect(status.state.reports).toHaveLength(1);
  const assessment = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((f) =>
    f.endsWith(join(status.state.reports[0].audit, 'security-assessment.md')),
  );
  expect(readFileSync(join(folder, assessment ?? ''), 'utf8')).toContain('The tool joins a name');
}, 120_000);
