import { expect, test } from 'vitest';
import { runPlain } from '../../src/ui/plain.ts';
import type { FakeParts } from '../support/fake-app.ts';
import { auditApp } from './audit-fixture.ts';

/** Answers the questions with these lines, then ends the input; returns everything said. */
const talk = async (lines: readonly string[], parts: FakeParts = {}) => {
  const app = auditApp(parts);
  await app.store.load();
  const said: string[] = [];
  const rest = [...lines];
  const written: string[] = [];
  const left = await runPlain({
    store: app.store,
    print: (text) => said.push(text),
    ask: async (prompt) => {
      const line = rest.shift() ?? null;
      said.push(prompt);
      return line;
    },
    write: async (folder) => {
      written.push(folder);
      return 'written';
    },
  });
  return { text: said.join('\n'), left, app, written, unread: rest };
};

test('begins where the audit was left, and ends there at the end of input', async () => {
  const { text, left } = await talk([]);
  expect(text).toMatch(/Audit of acme\/notes-server at 3f2a91c0/);
  expect(left).toBe('2.1.2');
});

test('a verdict, its note, undo and redo', async () => {
  const { text, app } = await talk(['g 2.1.1', 'f', 'because', 'z', 'Z', 'q']);
  expect(text).toContain('Recorded: 2.1.1 fail — because');
  expect(text).toContain('Recorded: took back: 2.1.1 pass');
  expect(text).toContain('Recorded: did again: 2.1.1 fail');
  expect(app.store.snapshot().session.answers.get('2.1.1')).toMatchObject({
    verdict: 'fail',
    note: 'because',
  });
});

test('not applicable without a reason is refused in words', async () => {
  const { text, app } = await talk(['g 2.4.2', 'x', '', 'q']);
  expect(text).toMatch(/Not recorded: not applicable needs a reason/);
  expect(app.store.snapshot().session.answers.has('2.4.2')).toBe(false);
});

test('what could not look is never silent', async () => {
  const { text } = await talk(['g 2.1.1', 'g 2.4.2', 'q']);
  expect(text).toMatch(/Collector identity could not look: no network/);
  expect(text).toMatch(/Collector dependencies failed and did not look: package-lock\.json is not JSON/);
});

test('evidence is listed, read, accepted and dismissed by number', async () => {
  const { text, app } = await talk(['g 2.1.2', 'e', 'e 1', 'a 1', 'd 3', 'only a fact', 'e 99', 'a', 'q']);
  expect(text).toContain('1. lead, raised as F-01: Parameter name reaches a shell, src/index.ts line 4');
  expect(text).toContain('sink: src/index.ts line 4: exec(...)');
  expect(text).toContain('Grouped with it, each to be looked at: src/index.ts:6');
  expect(text).toContain('Shown again by: git show');
  expect(text).toContain('There is no item 99');
  expect([...app.store.snapshot().session.triage.values()].map((t) => t.decision).toSorted()).toEqual([
    'accepted',
    'dismissed',
    'dismissed',
  ]);
});

test('unknown words and checks are answered, not obeyed', async () => {
  const { text } = await talk(['\u001b[31mred', 'g 9.9.9', 'rm -rf', '?', 'q']);
  expect(text).not.toContain('\u001b');
  expect(text).toContain('There is no check 9.9.9.');
  expect(text).toContain('"rm" is no command here.');
});

test('the commands to run by hand name the audited commit', async () => {
  const { text } = await talk(['q']);
  expect(text).not.toMatch(/\{commit\}|\{url\}|\{subdir\}/);
});

test('the report goes to the folder named', async () => {
  expect((await talk(['w', ' out ', 'q'])).written).toEqual(['out']);
  expect((await talk(['w', '', 'q'])).written).toEqual([]);
});

test('a full disk is said, and nothing is taken as recorded', async () => {
  const app = auditApp();
  app.disk.full = true;
  const said: string[] = [];
  const lines = ['p', 'note', 'q'];
  await runPlain({
    store: app.store,
    print: (t) => said.push(t),
    ask: async () => lines.shift() ?? null,
    write: async () => '',
  });
  expect(said.join('\n')).toMatch(/Not recorded: not saved: the disk is full/);
  expect(said.join('\n')).not.toMatch(/^Recorded/m);
});
