import { expect, test } from 'vitest';
import { runPlain } from '../../src/ui/plain/plain.ts';
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
    planByHand: app.app.ports.planByHand,
    runByHand: app.app.ports.runByHand,
    templates: app.app.ports.templates,
    locate: app.app.ports.locate,
    auditor: app.app.ports.auditor,
    readiness: async () => parts.readiness ?? [],
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
  // A grave finding asks first why it may be public.
  expect((await talk(['w', 'mended upstream', ' out ', 'q'])).written).toEqual(['out']);
  expect((await talk(['w', '', 'q'])).written).toEqual([]);
  expect((await talk(['write', 'mended upstream', '', 'q'])).written).toEqual([]);
  const { text, written } = await talk(['w', 'q'], {
    readiness: [{ level: 'blocks', text: 'F-01 business impact is empty', fix: 'write it' }],
  });
  expect(written).toEqual([]);
  expect(text).toContain('blocks: F-01 business impact is empty. write it');
});

test('a full disk is said, and nothing is taken as recorded', async () => {
  const app = auditApp();
  app.disk.full = true;
  const said: string[] = [];
  const lines = ['p', 'note', 'q'];
  await runPlain({
    ...app.app.ports,
    readiness: async () => [],
    store: app.store,
    print: (t) => said.push(t),
    ask: async () => lines.shift() ?? null,
    write: async () => '',
  });
  expect(said.join('\n')).toMatch(/Not recorded: not saved: the disk is full/);
  expect(said.join('\n')).not.toMatch(/^Recorded/m);
});

test('words and ids are understood as they are written on paper', async () => {
  const { app } = await talk([
    '2.4.1',
    'PASS',
    'read',
    '2.4.2',
    'n/a',
    'no texts',
    '2.1.3',
    'unsure',
    '',
    'q',
  ]);
  const { answers } = app.store.snapshot().session;
  expect(answers.get('2.4.1')).toMatchObject({ verdict: 'pass', note: 'read' });
  expect(answers.get('2.4.2')).toMatchObject({ verdict: 'not-applicable', note: 'no texts' });
  expect(answers.get('2.1.3')?.verdict).toBe('unsure');
});

test('a section is answered with one reason, and only as not applicable', async () => {
  const { text, app } = await talk(['na 2.4', 'It has no texts.', 'pass 2.1', 'na 9.9', 'q']);
  expect(app.store.snapshot().session.answers.get('2.4.2')).toMatchObject({
    verdict: 'not-applicable',
    note: 'It has no texts.',
  });
  expect(text).toContain('A whole section can only be not applicable');
  expect(text).toContain('There is no section 9.9.');
});

test('a finding is begun, filled, scored, edited and reviewed by question and answer', async () => {
  const { text, app } = await talk([
    '2.1.3',
    'finding',
    'Paths leave their folder',
    // severity, summary, description, where, CWE by words and then the first of them, scope
    '2',
    'A path leaves the folder.',
    '.',
    'It is joined, not resolved.',
    '.',
    'src/index.ts:3-4',
    '.',
    'path traversal',
    '1',
    'The host.',
    '.',
    // reproduction, risks, fix now, validation, harm in production
    'Call it with ../x.',
    '.',
    'A caller reads keys.',
    '.',
    'Resolve and compare.',
    '.',
    'The call is refused.',
    '.',
    'Keys leak.',
    '.',
    'score F-02',
    '1',
    ...['N', 'L', 'N', 'N', 'N', 'H', 'N', 'N', 'N', 'N', 'N'],
    'edit F-02',
    '1',
    'Paths leave the notes folder',
    '',
    'review F-02',
    'q',
  ]);
  const f = app.store.snapshot().session.findings.get('F-02');
  expect(f, text).toMatchObject({
    title: 'Paths leave the notes folder',
    severity: 'high',
    cwe: expect.stringMatching(/^CWE-\d+$/),
    locations: [{ path: 'src/index.ts', startLine: 3, endLine: 4 }],
    reviewed: true,
  });
  expect(f?.scores.cvss40).toMatch(/^CVSS:4\.0\/AV:N/);
});

test('what is left empty in a finding stays as it is, and what no place in a file is, is not taken', async () => {
  const { text, app } = await talk([
    '2.1.3',
    'finding',
    'T',
    '',
    '',
    '',
    'src/none.ts:1-2',
    '.',
    ...Array(20).fill(''),
    'q',
  ]);
  expect(text).toMatch(/Not taken: .*src\/none\.ts/);
  expect(text).toContain('F-02, draft. Still to fill: severity');
  expect(app.store.snapshot().session.findings.get('F-02')?.locations).toEqual([]);
});

test('an end of input in the middle of a finding loses nothing that was recorded', async () => {
  const { app, left } = await talk(['2.1.3', 'finding', 'T', '2', 'It is wrong.', '.', 'half a']);
  expect(left).toBe('2.1.3');
  expect(app.store.snapshot().session.findings.get('F-02')).toMatchObject({
    severity: 'high',
    summary: 'It is wrong.',
    description: '',
  });
});

test('leads are gone through over all checks, dismissed alike, and read in their file', async () => {
  const { text, app } = await talk([
    'lead',
    'code 1',
    'code src/index.ts 1 2',
    'alike 1',
    'rate',
    '1',
    '3',
    'tried it',
    'q',
  ]);
  expect(text).toMatch(/Every lead has been judged|Item \d+: lead/);
  expect(text).toMatch(/\n4: +exec\(/);
  expect(text).toContain('all are judged');
  expect([...app.store.snapshot().session.ratings.values()]).toEqual([{ value: 3, reason: 'tried it' }]);
});

test('who signs and what the server is are asked part by part, and a wrong word is asked again', async () => {
  const { text, app } = await talk([
    'sign',
    'Jane Roe',
    'jane-roe',
    '',
    'jane@example.org',
    'server',
    'Keeps notes.',
    'file_access_server',
    'huge',
    'low',
    '3',
    '1',
    'Use it with care.',
    '.',
    'told',
    '2026-11-01',
    'GHSA-1',
    'ready',
    'q',
  ]);
  const { session } = app.store.snapshot();
  expect(text).toContain('"huge" is none of them.');
  expect(session.auditor).toMatchObject({ name: 'Jane Roe', organization: 'Independent' });
  expect(session.server).toMatchObject({
    dataSensitivity: 'low',
    authentication: 'none',
    network: 'local_only',
  });
  expect(session.disclosure).toMatchObject({ toldOn: '2026-11-01', channel: 'GHSA-1' });
});
