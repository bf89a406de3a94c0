import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completion, manualPage, SHELLS } from '../../src/commands/completion.ts';
import { GROUPS } from '../../src/commands/groups.ts';
import { program } from '../../src/commands/main.ts';
import { testHost } from './test-host.ts';

const empty = mkdtempSync(join(tmpdir(), 'completion-'));
afterAll(() => rmSync(empty, { recursive: true, force: true }));

const cli = program(testHost('/nowhere').host, () => {});
const commands = cli.commands.map((c) => c.name());

describe('completions', () => {
  it.for(SHELLS)('of %s know every command', (shell) => {
    const text = completion(cli, shell);
    for (const name of commands) expect(text).toMatch(new RegExp(`(^|[ '])${name}([ ':]|$)`, 'm'));
  });

  it('complete commands, their own and options in bash', () => {
    const answers = (...words: string[]): string[] =>
      spawnSync(
        'bash',
        [
          '--norc',
          '-c',
          'eval "$1"; shift; COMP_WORDS=(mcp-audit "$@"); COMP_CWORD=$#; _mcp_audit; printf "%s\\n" "${COMPREPLY[@]}"',
          'bash',
          completion(cli, 'bash'),
          ...words,
        ],
        { encoding: 'utf8', cwd: empty },
      )
        .stdout.split('\n')
        .filter((w) => w !== '');
    expect(answers('coll')).toEqual(['collect']);
    expect(answers('checklist', 'li')).toEqual(['lint']);
    expect(answers('collect', '.', '--fail')).toEqual(['--fail-on']);
  });

  it('know no other shell', () => {
    expect(() => completion(cli, 'tcsh')).toThrow(/no completion for "tcsh"/);
  });
});

it('the manual page names every command and is plain to roff', () => {
  const page = manualPage(cli, '1.2.3', "Exit codes: 0\n.TH not a request\n'nor this");
  for (const c of cli.commands)
    if (c.commands.length === 0) expect(page).toContain(`.B ${c.name().replaceAll('-', '\\-')}`);
  expect(page).toContain("\n\\&.TH not a request\n\\&'nor this\n");
  expect(page).toMatch(/^[\n\x20-\x7e]*$/);
});

it('help tells every command once, under a heading of its own', () => {
  const named = GROUPS.flatMap(([, names]) => names);
  expect(commands.filter((name) => named.filter((n) => n === name).length !== 1)).toEqual([]);
  const help = cli.helpInformation();
  const headings = GROUPS.filter(([, names]) => names.some((n) => commands.includes(n))).map(
    ([title]) => title,
  );
  expect([...help.matchAll(/^(\S.*):$/gm)].map((m) => m[1])).toEqual(['Options', ...headings]);
  for (const name of commands) expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
});
