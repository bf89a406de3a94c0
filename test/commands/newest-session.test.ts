import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { main, program } from '../../src/commands/main.ts';
import { chooseSession } from '../../src/commands/workspace.ts';
import { journalPath } from '../../src/io/session/journal-file.ts';
import { listSessions } from '../../src/io/session/list-sessions.ts';
import { lockSession } from '../../src/io/session/lock.ts';
import { allFiles, answer, begin, resume, temporaryDir } from '../io/session/fixtures.ts';
import { testHost } from './test-host.ts';

/** Two sessions; the second was worked on last. */
const two = () => {
  const data = temporaryDir();
  const old = begin(data, 'aaaa', 'acme/old');
  old.journal.close();
  const newest = begin(data, 'bbbb', 'acme/new');
  for (const seq of [2, 3]) answer(newest.journal, seq, `on the new one ${seq}`);
  newest.journal.close();
  return { data, old, newest, ...testHost(data) };
};
type Two = ReturnType<typeof two>;

const rewrite = ({ newest }: Two, change: (text: string) => string): void => {
  const file = journalPath(newest.dir);
  fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
};

/** What can have happened to a session, so that it does not open. */
const HARM: Record<string, (t: Two) => void> = {
  'a changed first line': (t) => rewrite(t, (text) => text.replace('acme', 'acmf')),
  'a changed line in the middle': (t) => rewrite(t, (text) => text.replace('new one 2', 'new one 7')),
  'a line removed': (t) => rewrite(t, (text) => text.split('\n').toSpliced(1, 1).join('\n')),
  'a line of a later version of the program': (t) =>
    rewrite(t, (text) => `${text}{"v":2,"seq":4,"type":"what.comes"}\n{"v":2}\n`),
  'nothing but zeros': (t) => rewrite(t, (text) => `${'\0'.repeat(text.length)}\n\n`),
  'an empty journal': (t) => rewrite(t, () => ''),
  'no journal': ({ newest }) => fs.rmSync(journalPath(newest.dir)),
  'a folder in place of its journal': ({ newest }) => {
    fs.rmSync(journalPath(newest.dir));
    fs.mkdirSync(journalPath(newest.dir));
  },
  'no methodology': ({ newest }) => fs.rmSync(path.join(newest.dir, 'blobs'), { recursive: true }),
};

/** Every command that takes a session, with arguments that would change it or read it. */
const COMMANDS: Record<string, string[]> = {
  gather: [],
  answer: ['--from', 'answers.yml'],
  undo: [],
  redo: [],
  'delete-finding': ['F-01'],
  'review-finding': ['F-01'],
  raise: ['inputs/rule'],
  prove: [],
  sign: [],
  fate: ['F-01', 'fixed', '--note', 'seen'],
  method: ['--move'],
  carry: ['2026-11-23-old'],
  disclose: ['--told', '2026-11-01'],
  attach: ['answers.yml'],
  status: [],
  report: ['--to', 'out'],
  submit: ['--db', 'out'],
  export: ['--to', 'session.zip'],
  import: ['results.sarif'],
  scorecard: ['c', '--rate', '2', '--because', 'so'],
  scan: ['bandit', '--yes'],
  probe: ['--yes'],
  confirm: ['inputs/rule', '--yes'],
  'by-hand': ['1.1.1', '--yes'],
  'crosswalk coverage': ['safe-mcp'],
  replay: ['o-1', '--yes'],
  'proposals list': [],
  'proposals accept': ['P-00000000'],
  'proposals reject': ['P-00000000', '--reason', 'so'],
};

const arguments_ = (command: string, folder: string): string[] => {
  const file = (name: string) => path.join(folder, name);
  fs.writeFileSync(file('answers.yml'), 'checks: {"1.1.1": {verdict: pass, note: judged on the new one}}\n');
  fs.writeFileSync(file('results.sarif'), '{"version":"2.1.0","runs":[]}');
  return [
    ...command.split(' '),
    ...(COMMANDS[command] ?? []).map((a) => (/\.(yml|sarif|zip)$|^out$/.test(a) ? file(a) : a)),
  ];
};

describe('a command that names no session', () => {
  it('is one of these', () => {
    const all = program(testHost(temporaryDir()).host, () => {}).commands.flatMap((c) => [
      { name: c.name(), options: c.options },
      ...c.commands.map((below) => ({ name: `${c.name()} ${below.name()}`, options: below.options })),
    ]);
    const taking = all.filter((c) => c.options.some((o) => o.long === '--session'));
    expect(taking.map((c) => c.name).sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it.each(Object.keys(HARM))('is told when the newest has %s, and does nothing', async (harm) => {
    const t = two();
    HARM[harm]!(t);
    const before = allFiles(t.data);
    for (const command of Object.keys(COMMANDS)) {
      const folder = temporaryDir();
      expect([command, await main(arguments_(command, folder), t.host)]).toEqual([command, 2]);
      expect(t.said()).toContain(`the newest session, ${t.newest.id}, cannot be opened`);
      expect(fs.readdirSync(folder).sort()).toEqual(['answers.yml', 'results.sarif']);
    }
    expect(allFiles(t.data)).toEqual(before);
    // Who says which gets that one.
    expect(await main(['undo', '--session', t.old.id], t.host)).toBe(1);
    expect(t.said()).toContain('nothing to undo');
  });

  it('does not turn to another while the newest is open elsewhere', async () => {
    const t = two();
    const lock = lockSession(t.newest.dir, { since: new Date() });
    const before = allFiles(t.data);
    for (const command of Object.keys(COMMANDS).filter(
      (c) => !['prove', 'status', 'export', 'report', 'proposals list', 'crosswalk coverage'].includes(c),
    )) {
      const code = await main(arguments_(command, temporaryDir()), t.host);
      expect([command, code, t.said()]).toEqual([
        command,
        2,
        expect.stringContaining('is open in another mcp-audit'),
      ]);
    }
    expect(allFiles(t.data)).toEqual(before);
    lock.release();
  });

  it('takes the one worked on last, whatever days another one names', () => {
    const t = two();
    expect(chooseSession(t.host, undefined)).toBe(t.newest.id);
    const again = resume(t.data, t.old.id);
    for (const seq of [2, 3, 4]) answer(again.journal, seq, 'later');
    again.journal.close();
    expect(chooseSession(t.host, undefined)).toBe(t.old.id);
    // A journal that was written elsewhere, with a clock that was wrong or made up.
    fs.utimesSync(journalPath(t.old.dir), new Date('2000-01-01'), new Date('2000-01-01'));
    expect(chooseSession(t.host, undefined)).toBe(t.newest.id);
    expect(listSessions(t.data).map((s) => s.id)).toEqual([t.newest.id, t.old.id]);
  });

  it('says that there is none where there is none; an empty name is none', () => {
    expect(() => chooseSession(testHost(temporaryDir()).host, undefined)).toThrow('there is no session on');
    const data = temporaryDir();
    begin(data).journal.close();
    expect(() => chooseSession(testHost(data).host, '')).toThrow('there is no session ""');
  });
});
