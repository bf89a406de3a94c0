import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steeringIn } from '../../src/assist/answer.ts';
import { LIMITS } from '../../src/assist/desk.ts';
import { PROMPTS } from '../../src/assist/prompts.ts';
import { TOOLS } from '../../src/assist/server.ts';
import { main } from '../../src/commands/main.ts';
import { resumeAudit } from '../../src/commands/workspace.ts';
import { lockSession } from '../../src/io/session/lock.ts';
import { type Assist, makeAssist } from './desk.ts';

const RUN = {
  path: 'src/run.ts',
  start_line: 2,
  end_line: 3,
  quote: 'export const run = (name: string) => {\n\texec(`cat ${name}`);',
};
const place = (a: Assist, over: object = {}) => ({
  commit: a.commit,
  check: 'S1-001',
  reason: 'A name reaches a shell here.',
  citations: [RUN],
  ...over,
});
const files = (a: Assist): Record<string, string> =>
  Object.fromEntries(
    readdirSync(a.dir, { recursive: true, encoding: 'utf8' })
      .filter((n) => !n.startsWith('assist'))
      .flatMap((n) => {
        try {
          return [[n, readFileSync(join(a.dir, n), 'latin1')]];
        } catch {
          return [];
        }
      }),
  );
const proposals = (a: Assist) => resumeAudit(a.host, a.id, true).store.snapshot().session.proposals;

describe('an assistant', () => {
  it('reads the audit and the target, every word of which is marked as data and has no credential in it', async () => {
    const a = await makeAssist();
    const { call } = await a.connect();
    expect((await call('audit_status')).text).toContain(`Audited commit: ${a.commit}`);
    expect((await call('get_check', { check: 'S1-002' })).text).toContain('Question S1-002 of the fixture');
    expect((await call('list_evidence', { kind: 'lead' })).text).toContain(a.items[0]!.id);
    const code = await call('read_file', { path: 'src/run.ts', start_line: 2 });
    expect(code.text).toContain('2| export const run');
    expect(code.text).toContain(a.items[0]!.id);
    const [, mark] = /\[(DATA-[0-9a-f]{12})\] DATA of the audited repository/.exec(code.text)!;
    expect(code.text).toContain(`[${mark}] END of data`);
    const key = await call('read_file', { path: 'src/key.ts' });
    expect(key.text).toContain('export const token');
    expect(key.text).not.toContain('aZ3kQ9xLmN7vB2cT5yW8');
    expect((await call('search', { text: 'aZ3kQ9xLmN7v' })).text).toContain('No line holds it');
    expect((await call('find_name', { name: 'run' })).text).toContain('src/run.ts:2: definition');
    expect((await call('line_history', { path: 'src/run.ts', line: 1 })).text).toContain('Fixture');
  });

  it('is warned of text that is written to steer it, and only of that', async () => {
    const a = await makeAssist();
    const { call } = await a.connect();
    const steer = await call('read_file', { path: 'src/steer.md' });
    expect(steer.text).toContain('WARNING by mcp-audit');
    expect(steer.content.at(-1)?._meta).toMatchObject({ 'mcp-audit/from': 'target' });
    expect((await call('read_file', { path: 'src/run.ts' })).text).not.toContain('WARNING');
    expect(steer.text).toContain('line 3 ');
    expect(steeringIn('a\u200bb\u200bc')).toMatchObject({ sure: true });
    // What honest text says too is noted, and no more.
    expect(steeringIn('7| CREATE, DROP (only if the assistant should alter the schema)')).toMatchObject({
      says: [expect.stringContaining('line 7 ')],
      sure: false,
    });
  });

  it('gets no file of this machine, whatever it is called', async () => {
    const a = await makeAssist({ 'src/run.ts': 'x\n' });
    const { call } = await a.connect();
    for (const path of [
      '../../etc/passwd',
      '/etc/passwd',
      '.git/config',
      'src',
      'src/run.ts/..',
      'C:\\x',
      'a\0b',
    ]) {
      expect([path, (await call('read_file', { path })).error]).toEqual([path, true]);
      expect([path, (await call('line_history', { path, line: 1 })).error]).toEqual([path, true]);
    }
  });

  it('proposes with exact citations only, and is shown the true lines of a wrong one', async () => {
    const a = await makeAssist();
    const before = files(a);
    const { call } = await a.connect();
    const wrong = await call(
      'propose_place',
      place(a, { citations: [{ ...RUN, quote: 'exec(name)\nelse' }] }),
    );
    expect(wrong.error).toBe(true);
    expect(wrong.text).toContain('not what stands at src/run.ts:2-3');
    expect(wrong.text).toContain('3|   exec(`cat ${name}`);');
    const moved = await call(
      'propose_place',
      place(a, { citations: [{ ...RUN, start_line: 1, end_line: 2 }] }),
    );
    expect(moved.text).toContain('It stands at lines 2-3');
    const bare = RUN.quote.replace('\t', '');
    expect((await call('propose_place', place(a, { citations: [{ ...RUN, quote: bare }] }))).text).toContain(
      'Only the blanks at the beginning of lines differ',
    );
    expect((await call('search', { text: 'cat ${name}' })).text).toContain(
      'src/run.ts:3|   exec(`cat ${name}`);',
    );
    expect(await call('propose_place', place(a, { citations: [{ ...RUN, end_line: 99 }] }))).toMatchObject({
      error: true,
    });
    expect(await call('propose_place', place(a, { citations: [{ ...RUN, path: '../x' }] }))).toMatchObject({
      error: true,
    });
    expect((await call('propose_place', place(a, { commit: '0'.repeat(40) }))).text).toContain(
      'this audit is of commit',
    );
    const right = await call('propose_place', place(a));
    expect(right).toMatchObject({ error: false });
    expect(right.text).toMatch(/Proposed as P-[0-9a-f]{8}/);
    // As it was shown, a tab as two blanks, is as good.
    expect(
      (
        await call(
          'propose_place',
          place(a, { check: 'S1-002', citations: [{ ...RUN, quote: RUN.quote.replace('\t', '  ') }] }),
        )
      ).error,
    ).toBe(false);
    // Beside its own log nothing of the session is another.
    expect(files(a)).toEqual(before);
  });

  it('refuses whatever is not quoted as it stands', async () => {
    const a = await makeAssist();
    const { call, later } = await a.connect();
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 40 }), fc.nat(60), async (typed, at) => {
        const quote = RUN.quote.slice(0, at) + typed + RUN.quote.slice(at + 1);
        const shown = (t: string) =>
          t
            .replaceAll('\t', '  ')
            .split('\n')
            .map((l) => l.trimEnd());
        if (JSON.stringify(shown(quote)) === JSON.stringify(shown(RUN.quote))) return;
        later(60_000);
        expect(await call('propose_place', place(a, { citations: [{ ...RUN, quote }] }))).toMatchObject({
          error: true,
        });
      }),
      { numRuns: 40 },
    );
  });

  it('proposes what the record would take, says the same once, and hears what the person said', async () => {
    const a = await makeAssist();
    const one = await a.connect();
    const [lead] = a.items;
    const verdict = (over: object = {}) => ({ ...place(a), verdict: 'fail', ...over });
    expect((await one.call('propose_verdict', verdict({ check: 'no-such' }))).text).toContain(
      'no check no-such',
    );
    const dismissal = {
      commit: a.commit,
      citations: [RUN],
      items: [lead!.id],
      decision: 'answered',
      reason: 'x',
    };
    expect((await one.call('propose_triage', dismissal)).text).toContain('cannot be answered');
    const { text } = await one.call('propose_verdict', verdict());
    const id = /P-[0-9a-f]{8}/.exec(text)![0];
    expect((await one.call('propose_verdict', verdict({ reason: 'Again.' }))).text).toContain('already');
    const two = await a.connect('auditor', 'Another');
    expect((await two.call('propose_verdict', verdict({ reason: 'I say so too.' }))).text).toContain(
      `Joined ${id}`,
    );

    expect(await main(['proposals', 'list', '--json'], a.host)).toBe(0);
    const list = JSON.parse(a.said());
    expect(list.proposals).toHaveLength(1);
    expect(list.proposals[0]).toMatchObject({
      id,
      state: 'open',
      voices: expect.arrayContaining([
        expect.objectContaining({ client: { name: 'Some assistant', version: '1' }, verified: false }),
        expect.objectContaining({ reason: 'I say so too.' }),
      ]),
    });
    expect(await main(['proposals', 'reject', id, '--reason', 'Only tests call it.'], a.host)).toBe(0);
    a.said();
    const again = await one.call('propose_verdict', verdict());
    expect(again).toMatchObject({ error: true });
    expect(again.text).toContain('Only tests call it.');
    expect((await one.call('list_proposals', { state: 'rejected' })).text).toContain('Only tests call it.');
  });

  it('answers what is asked back, and what is accepted is the person’s, with its origin', async () => {
    const a = await makeAssist();
    const { call, end } = await a.connect();
    const given = { ...place(a), verdict: 'unsure' };
    const id = /P-[0-9a-f]{8}/.exec((await call('propose_verdict', given)).text)![0];
    expect(await main(['proposals', 'reject', id, '--ask', '--reason', 'Which caller?'], a.host)).toBe(0);
    expect((await call('list_proposals', { state: 'asked' })).text).toContain('Which caller?');
    expect((await call('propose_verdict', { ...given, reason: 'run() alone.' })).text).toContain(
      `Joined ${id}`,
    );
    await end();
    expect(await main(['proposals', 'accept', id, '--reason', 'Read it: run() alone.'], a.host)).toBe(0);
    const { session } = resumeAudit(a.host, a.id, true).store.snapshot();
    expect(session.answers.get('S1-001')).toMatchObject({ verdict: 'unsure', note: 'Read it: run() alone.' });
    expect(session.proposals.get(id)!.decided).toMatchObject({ decision: 'accepted', edited: true });
    expect([...session.assistance.values()]).toMatchObject([
      { clients: [{ name: 'Some assistant' }], calls: 3, proposed: 2, ended: true },
    ]);
    a.said();
    expect(await main(['undo'], a.host)).toBe(0);
    expect(proposals(a).get(id)!.decided).toMatchObject({ decision: 'asked' });
  });

  it('works while somebody has the session open, and nothing is decided meanwhile', async () => {
    const a = await makeAssist();
    const lock = lockSession(a.dir, { since: new Date() });
    const { call } = await a.connect();
    expect((await call('propose_place', place(a))).error).toBe(false);
    expect(await main(['proposals', 'list'], a.host)).toBe(0);
    expect(a.said()).toContain('1 proposal, 1 open');
    expect(await main(['proposals', 'accept', 'P-00000000'], a.host)).toBe(2);
    lock.release();
    expect(proposals(a).size).toBe(0);
  });

  it('is slowed down, and told so, when it asks or proposes without end', async () => {
    const a = await makeAssist();
    const { call, later } = await a.connect();
    const answers = [];
    for (let i = 0; i < LIMITS.proposals.burst + 5; i += 1)
      answers.push(
        await call(
          'propose_place',
          place(a, { check: 'S1-003', citations: [{ ...RUN, start_line: 3, quote: 'no' }] }),
        ),
      );
    expect(answers.filter((r) => r.text.startsWith('Too many proposals'))).toHaveLength(5);
    later(60_000);
    expect((await call('propose_place', place(a))).error).toBe(false);
    const all = [];
    for (let i = 0; i < LIMITS.calls.burst + 50; i += 1) all.push(await call('observations'));
    expect(all.some((r) => r.text.startsWith('Too fast'))).toBe(true);
  });

  it('that is a second one knows claims and places, and nothing that argues for them', async () => {
    const a = await makeAssist();
    const first = await a.connect();
    const finding = {
      title: 'A name reaches a shell',
      checks: ['S1-001'],
      severity: 'high',
      cwe: 'CWE-78',
      summary: 'SUMMARY-WORDS',
      description: 'DESCRIPTION-WORDS',
    };
    const made = await first.call('propose_finding', { commit: a.commit, citations: [RUN], finding });
    const id = /P-[0-9a-f]{8}/.exec(made.text)![0];
    const refutation = {
      commit: a.commit,
      citations: [RUN],
      of: id,
      result: 'holds',
      reason: 'Followed it.',
    };
    expect((await first.call('propose_refutation', refutation)).text).toContain('your own proposal');

    const second = await a.connect('refuter', 'Second');
    const { tools } = await second.client.listTools();
    expect(tools.map((t) => t.name).sort()).toEqual(
      [
        'find_name',
        'line_history',
        'list_claims',
        'list_files',
        'propose_refutation',
        'read_file',
        'search',
      ].sort(),
    );
    const claims = await second.call('list_claims');
    expect(claims.text).toContain('A name reaches a shell');
    expect(claims.text).toContain('src/run.ts:2-3');
    expect(claims.text).not.toMatch(/SUMMARY-WORDS|DESCRIPTION-WORDS|high/);
    expect((await second.call('read_file', { path: 'src/run.ts' })).text).not.toContain(a.items[0]!.id);
    expect((await second.call('propose_refutation', refutation)).error).toBe(false);
  });
});

describe('the assist server', () => {
  it('has lists of one page, and knows no cursor that is made up', async () => {
    const { client } = await (await makeAssist()).connect();
    expect((await client.listTools()).tools.length).toBeGreaterThan(20);
    await expect(client.listTools({ cursor: 'x' })).rejects.toThrow('no such cursor');
    await expect(client.listPrompts({ cursor: 'x' })).rejects.toThrow('no such cursor');
  });

  it('offers no tool that writes anything but a proposal', () => {
    expect(TOOLS.filter((t) => t.proposes).map((t) => t.name)).toEqual(
      TOOLS.map((t) => t.name).filter((n) => n.startsWith('propose_')),
    );
  });

  it('says in docs/assist.md what its prompts say', () => {
    const docs = readFileSync(new URL('../../docs/assist.md', import.meta.url), 'utf8');
    for (const p of PROMPTS) {
      const args = Object.fromEntries(Object.keys(p.args).map((k) => [k, `{${k}}`]));
      for (const line of p.text(args).split('\n')) expect(docs).toContain(line.trim());
    }
  });

  it('prints a line for each client that starts it with this very session', async () => {
    const a = await makeAssist({ a: 'x\n' });
    expect(await main(['assist', a.id, '--print-config', '--json'], a.host)).toBe(0);
    const { clients } = JSON.parse(a.said()) as { clients: { text: string }[] };
    expect(clients.length).toBeGreaterThan(3);
    for (const c of clients) expect(c.text).toContain(a.id);
    expect(await main(['assist', 'no-such', '--print-config'], a.host)).toBe(2);
  });
});
