import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../src/domain/observation.ts';
import { createTranscript } from '../../src/live/client/transcript.ts';
import { probePrepared } from '../../src/live/probe/probe.ts';
import { type Context, reportOf } from '../../src/live/probe/report.ts';
import { boxWith, sandbox, why } from './sandbox-here.ts';

const server = { from: join(import.meta.dirname, '../fixtures/live/server.mjs'), at: '/pkg/server.mjs' };

const CONTEXT: Context = {
  tool: { name: 'test', version: '0' },
  target: null,
  package: '',
  command: [],
  cwd: '',
  env: [],
  from: '',
  notes: [],
  sandbox: { means: 'bubblewrap', version: '', network: 'none', limits: '' },
  prepared: [],
  url: '',
};

const NOTES = [{ path: '/data/root/example.md', text: 'a note' }];

const probed = async (faults: string[], url = ''): Promise<{ report: ProbeReport; lines: string }> => {
  const transcript = createTranscript();
  const launch = { argv: ['node', '/pkg/server.mjs', ...faults], cwd: '/work', env: {}, url, files: [] };
  const seen = await probePrepared(() => boxWith([server]), launch, transcript);
  const lines = transcript
    .lines()
    .map((l) => `${l.way} ${l.text}`)
    .join('\n');
  return { report: reportOf(seen, CONTEXT, { surface: null, lock: null }), lines };
};

const answers = (r: ProbeReport): Record<string, string> =>
  Object.fromEntries(r.requirements.map((q) => [q.id, q.result]));

describe.skipIf(!sandbox.works)(`a probe${why}`, () => {
  it('answers every requirement of an honest server on standard streams', async () => {
    const { report, lines } = await probed([]);
    expect(report).toMatchObject({
      era: 'legacy',
      transport: 'stdio',
      problem: '',
      server: { name: 'fixture', protocolVersion: '2025-11-25' },
    });
    expect(report.tools.map((t) => t.name)).toEqual(['read']);
    expect(report.requirements.filter((q) => q.result === 'violated')).toEqual([]);
    expect(answers(report)).toMatchObject({
      T1: 'held',
      T2: 'held',
      T4: 'held',
      T6: 'held',
      T21: 'held',
      L2: 'held',
      L19: 'held',
      T8: 'not-tried',
    });
    expect(report.requirements.every((q) => q.why !== '')).toBe(true);
    expect(report.differences).toMatchObject([{ against: 'capabilities', change: 'added', name: 'think' }]);
    expect(lines).toContain('> {"jsonrpc":"2.0","id":"mcp-audit-1","method":"server/discover"');
  });

  it('catches a description that changes after calls, at the second start, and for a client’s name', async () => {
    const runs = await Promise.all(['after-calls', 'second-start', 'client-name'].map((f) => probed([f])));
    const caught = runs.map(({ report }) =>
      report.differences
        .filter((d) => d.against !== 'capabilities')
        .map((d) => [d.against, d.name, d.field, d.before]),
    );
    expect(caught[0]).toEqual([['after-calls', 'read', 'description', 'Reads a file.']]);
    expect(caught[1]).toEqual([['second-start', 'read', 'description', 'Reads a file.']]);
    expect(caught[2]).toEqual([['client-name', 'read', 'description', 'Reads a file.']]);
    expect(runs.map(({ report }) => answers(report).L2)).toEqual(['violated', 'violated', 'violated']);
    expect(runs[0]!.report.differences[0]?.means).toMatch(/rug pull/);
  });

  it('sees what does not belong on standard output and error, bad names, and who stays', async () => {
    const { report, lines } = await probed(['banner', 'token', 'bad-name', 'stays']);
    expect(answers(report)).toMatchObject({
      T2: 'violated',
      T4: 'violated',
      T6: 'violated',
      L4: 'violated',
      L5: 'violated',
    });
    expect(report.requirements.find((q) => q.id === 'T2')?.why).toContain('server is ready');
    expect(JSON.stringify(report) + lines).not.toContain('ghp_0123456789');
  });

  it('says why a server could not be asked', async () => {
    const transcript = createTranscript();
    const launch = { argv: ['node', '-e', 'process.exit(7)'], cwd: '/work', env: {}, url: '', files: [] };
    const seen = await probePrepared(() => boxWith([]), launch, transcript);
    const report = reportOf(seen, CONTEXT, { surface: null, lock: null });
    expect(report.era).toBe('none');
    expect(report.problem).toMatch(/ended before it answered \(exit code 7\)/);
    expect(report.requirements.every((q) => q.result === 'not-tried' && q.why.includes('exit code 7'))).toBe(
      true,
    );
  });

  it('asks a server of the transport of 2024-11-05, and sees who gets through to its stream', async () => {
    const weak = { from: join(import.meta.dirname, '../fixtures/live/weak.mjs'), at: '/pkg/weak.mjs' };
    const [open, strict] = await Promise.all(
      [[], ['strict']].map(async (more) => {
        const argv = ['node', '/pkg/weak.mjs', 'sse', ...more];
        const launch = { argv, cwd: '/work', env: {}, url: 'http://127.0.0.1:8931/sse', files: [] };
        const seen = await probePrepared(() => boxWith([weak]), launch, createTranscript());
        return reportOf(seen, CONTEXT, { surface: null, lock: null });
      }),
    );
    expect(open).toMatchObject({ era: 'legacy', transport: 'sse', problem: '' });
    expect(open!.tools.map((t) => t.name)).toContain('read_safe');
    expect(answers(open!)).toMatchObject({
      T8: 'violated',
      T9: 'violated',
      T10: 'violated',
      T11: 'violated',
      T12: 'not-tried',
      T21: 'held',
      T27: 'held',
      T28: 'held',
      T33: 'held',
    });
    expect(answers(strict!).T8).toBe('held');
  });

  it.skipIf(!existsSync('/usr/bin/strace'))(
    'sees what harmless calls touch: a reader that writes, a hidden connection, a place of secrets',
    async () => {
      const weak = { from: join(import.meta.dirname, '../fixtures/live/weak.mjs'), at: '/pkg/weak.mjs' };
      const launch = { argv: ['node', '/pkg/weak.mjs', 'odd'], cwd: '/work', env: {}, url: '', files: NOTES };
      const seen = await probePrepared(() => boxWith([weak]), launch, createTranscript());
      const report = reportOf(seen, CONTEXT, { surface: null, lock: null });
      expect(report.traced).toBe(true);
      const of = (tool: string) => report.behaviour.find((b) => b.tool === tool);
      expect(of('peek')?.against).toEqual([
        'it says that it only reads (readOnlyHint), and it wrote /data/root/peeked.txt',
      ]);
      expect(of('greet')).toMatchObject({
        asked: ['collect.evil.example'],
        against: [expect.stringMatching(/^a hidden connection: it asked for collect\.evil\.example/)],
      });
      expect(of('show')?.against).toEqual([expect.stringMatching(/place of secrets: looked for .*id_rsa/)]);
      expect(of('count')).toMatchObject({ ran: [expect.stringContaining('wc -c -- ')], against: [] });
      expect(of('echo')).toEqual({ tool: 'echo', ran: [], read: [], changed: [], asked: [], against: [] });
      expect(answers(report)).toMatchObject({ T6: 'held', L2: 'held' });
    },
  );

  it('tells a guarded server over HTTP from an open one', async () => {
    const url = 'http://127.0.0.1:4711/mcp';
    const [open, strict, closed] = await Promise.all([
      probed(['http'], url),
      probed(['http', 'strict'], url),
      probed(['http', 'token-wanted'], url),
    ]);
    expect(open.report).toMatchObject({ era: 'legacy', transport: 'http', problem: '' });
    expect(answers(open.report)).toMatchObject({
      T8: 'violated',
      T9: 'violated',
      T10: 'violated',
      T11: 'violated',
      T14: 'held',
      T19: 'violated',
      T27: 'violated',
      T28: 'violated',
      T29: 'violated',
      T2: 'not-tried',
    });
    expect(answers(strict.report)).toMatchObject({
      T8: 'held',
      T9: 'held',
      T10: 'held',
      T11: 'violated',
      T19: 'held',
      T27: 'held',
      T28: 'held',
      T29: 'held',
    });
    expect(answers(closed.report)).toMatchObject({
      T8: 'not-tried',
      T11: 'held',
      A1: 'violated',
      A3: 'held',
    });
  });
});
