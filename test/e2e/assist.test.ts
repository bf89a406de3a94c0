import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { type Desk, makeDesk } from './desk.ts';
import { CLI } from './terminal.ts';

const CODE = 'export const run = (name: string) =>\n  exec(`cat notes/${name}`);';
const CITED = { path: 'src/index.ts', start_line: 2, end_line: 3, quote: CODE };

const connect = async (desk: Desk, session: string, mode: 'auto' | 'legacy', name: string) => {
  const client = new Client(
    { name, version: '1.0' },
    mode === 'auto' ? { versionNegotiation: { mode } } : {},
  );
  const env = Object.fromEntries(
    Object.entries(desk.env()).filter((e): e is [string, string] => e[1] !== undefined),
  );
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, 'assist', session],
      env,
      stderr: 'pipe',
    }),
  );
  onTestFinished(() => client.close());
  const call = async (tool: string, args: Record<string, unknown> = {}) => {
    const r = await client.callTool({ name: tool, arguments: args });
    return {
      error: r.isError === true,
      text: (r.content as { text: string }[]).map((c) => c.text).join('\n'),
    };
  };
  return { client, call };
};

test('an assistant walks the audit beside the open workbench; what it proposes is proved, decided and reported', async () => {
  const desk = makeDesk();
  const session = desk.session();
  desk.answer(session, {
    auditor: { name: 'Jane', github: 'jane', organization: 'x', contact: 'j@example.org' },
  });
  const t = desk.open(['resume', session], { columns: 140, rows: 40 });
  await t.ready();

  const { client, call } = await connect(desk, session, 'auto', 'Some assistant');
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
  const { text } = await call('audit_status');
  const commit = /commit: ([0-9a-f]{40})/.exec(text)![1]!;
  expect((await call('get_check', { check: 'S1-001' })).text).toContain('Question S1-001');
  expect((await call('read_file', { path: 'src/index.ts' })).text).toContain('2| export const run');
  const verdict = { commit, check: 'S1-001', verdict: 'fail', reason: 'A note name reaches a shell.' };
  const wrong = await call('propose_verdict', { ...verdict, citations: [{ ...CITED, quote: 'exec(name)' }] });
  expect(wrong).toMatchObject({
    error: true,
    text: expect.stringContaining('3|   exec(`cat notes/${name}`);'),
  });
  const right = await call('propose_verdict', { ...verdict, citations: [CITED] });
  expect(right.error).toBe(false);
  const id = /P-[0-9a-f]{8}/.exec(right.text)![0];
  const finding = {
    title: 'A note name reaches a shell',
    checks: ['S1-001'],
    severity: 'medium',
    cwe: 'CWE-78',
    summary: 'exec runs a shell on text that holds the name.',
    description: 'The template is handed to exec as it is.',
  };
  const proposed = await call('propose_finding', { commit, citations: [CITED], finding });
  const second = /P-[0-9a-f]{8}/.exec(proposed.text)![0];
  const place = { commit, check: 'S1-002', reason: 'Praise without end.', citations: [CITED] };
  const third = /P-[0-9a-f]{8}/.exec((await call('propose_place', place)).text)![0];

  // Another one, of the older shape, says the same: it joins.
  const older = await connect(desk, session, 'legacy', 'An older one');
  expect(
    (await older.call('propose_verdict', { ...verdict, reason: 'So say I.', citations: [CITED] })).text,
  ).toContain(`Joined ${id}`);

  await t.expectScreen('3 proposed');
  await t.press('9');
  await t.expectScreen(/S1-001: fail/);
  await t.expectScreen('Some assistant 1.0');
  await t.expectScreen('unverified');
  await t.expectScreen('2 assistants connected');
  await t.expectScreen('exact at the commit');
  await t.press('g', 'a');
  await t.expectScreen('Yours now');
  await t.press('a');
  await t.expectScreen('Yours now: F-01');
  await t.press('d');
  t.send('Says nothing that is wrong there.');
  await t.press('enter');
  await t.expectScreen('rejected');
  // The assistant hears of it while the workbench stays open.
  expect((await call('list_proposals', { state: 'rejected' })).text).toContain(
    'Says nothing that is wrong there.',
  );
  await client.close();
  await older.client.close();
  await t.press('1');
  t.send('q');
  await t.exit();

  const decided = desk.events(session).filter((e) => e.origin || e.type === 'proposal.decided');
  expect(decided.map((e) => [e.type, e.origin?.id ?? e.proposal])).toEqual([
    ['check.answered', id],
    ['finding.recorded', second],
    ['proposal.decided', third],
  ]);
  expect(desk.status(session).findings).toHaveLength(1);
  // What the assistant did not say is the person's to write.
  desk.answer(session, {
    findings: [
      {
        id: 'F-01',
        impact: { scope: 'Whoever runs the server.' },
        reproduction: ['Call it.'],
        risks: ['A shell.'],
        validation: ['Call it again.'],
        business: { production: 'Not fit.' },
      },
    ],
  });
  const written = desk.cli(['report', '--session', session, '--to', join(desk.root, 'out')]);
  expect(written.stderr).toBe('');
  const notes = readdirSync(join(desk.root, 'out'), { recursive: true, encoding: 'utf8' }).find((n) =>
    n.endsWith('raw-notes.md'),
  )!;
  const said = readFileSync(join(desk.root, 'out', notes), 'utf8');
  expect(said).toContain('## Assistance');
  expect(said).toContain('Some assistant 1.0');
  expect(said).toMatch(/3 proposals.*1 rejected/);
});

/** What a hostile program writes to the server, and what comes back until it ends. */
const abuse = (desk: Desk, session: string, lines: readonly string[], endIt: 'close' | 'kill') =>
  new Promise<{ code: number | null; out: string }>((resolve) => {
    const child = spawn(process.execPath, [CLI, 'assist', session], { env: desk.env() as NodeJS.ProcessEnv });
    let out = '';
    child.stdout.on('data', (d) => {
      out += d;
      if (endIt === 'kill' && out.includes('"id":99')) child.kill('SIGKILL');
    });
    child.stdin.on('error', () => {});
    child.on('exit', (code) => resolve({ code, out }));
    for (const l of lines) child.stdin.write(`${l}\n`);
    if (endIt === 'close') child.stdin.end();
  });

test('an assistant that floods, lies, sends megabytes or goes half-way decides nothing and slows nobody', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const commit = desk.status(session).state.target.commit as string;
  const t = desk.open(['resume', session], { columns: 120, rows: 30 });
  await t.ready();
  const before = desk.events(session).length;
  const ask = (id: number, method: string, params: unknown) =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const hello = [
    ask(0, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: '\u001b[2J\u001b[31mOwned\u202e', version: 'x'.repeat(5_000) },
    }),
    '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  ];
  const propose = (id: number, over: object = {}) =>
    ask(id, 'tools/call', {
      name: 'propose_place',
      arguments: {
        commit,
        check: 'S1-001',
        reason: `\u001b]0;owned\u0007 look ${id}`,
        citations: [CITED],
        ...over,
      },
    });
  const hostile = [
    ...hello,
    'not json at all',
    '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/call"}',
    propose(1, { commit: 'f'.repeat(40) }),
    propose(2, { citations: [{ ...CITED, quote: 'const safe = true;' }] }),
    propose(3, { citations: [{ ...CITED, path: '../../../../etc/passwd' }] }),
    propose(4, { citations: Array.from({ length: 500 }, () => CITED) }),
    propose(5, { check: 'S9-999' }),
    ask(6, 'tools/call', { name: 'decide', arguments: { proposal: 'all' } }),
    ...Array.from({ length: 400 }, (_, i) =>
      ask(1000 + i, 'tools/call', { name: 'search', arguments: { text: 'exec' } }),
    ),
    ...Array.from({ length: 200 }, (_, i) => propose(2000 + i, { check: `S1-00${(i % 3) + 1}` })),
  ];
  const flood = await abuse(desk, session, [...hostile, propose(99)], 'kill');
  expect(flood.out).toContain('Too many');
  // Keys are answered meanwhile.
  await t.press('j', 'j', 'k');
  const large = await abuse(
    desk,
    session,
    [...hello, propose(7), `{"jsonrpc":"2.0","id":8,"method":"x","params":"${'A'.repeat(10_000_000)}"}`],
    'close',
  );
  expect(large.code).toBe(0);
  await abuse(desk, session, [...hello, propose(9).slice(0, 80)], 'close');

  await t.press('9');
  await t.expectScreen('S1-001');
  await t.expectScreen('‹U+001B›');
  await t.press('g');
  t.send('q');
  t.send('q');
  await t.exit();
  const made = desk.events(session).slice(before);
  expect(
    made.filter(
      (e) => !['proposal.made', 'assistance.recorded', 'session.opened', 'session.closed'].includes(e.type),
    ),
  ).toEqual([]);
  const proposals = new Set(made.filter((e) => e.type === 'proposal.made').map((e) => e.proposal));
  expect(proposals.size).toBeGreaterThan(0);
  expect(proposals.size).toBeLessThanOrEqual(3);
  for (const e of made.filter((one) => one.type === 'proposal.made'))
    expect(e.voice.citations.map((c: { snippet: string }) => c.snippet)).toEqual([CODE]);
  expect(desk.status(session).state.answers).toEqual({});
  expect(existsSync(join(desk.root, 'out'))).toBe(false);
});
