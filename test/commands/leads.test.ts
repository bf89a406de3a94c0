import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect } from '../../src/commands/collect.ts';
import { type LeadsReport, leadsReport } from '../../src/domain/pipeline/leads-report.ts';
import { faults, type Json } from '../support/code-scanning.ts';
import type { FixtureCommit } from '../support/git-fixtures.ts';
import { FILES, PING, SAFE, source, tool } from '../support/weak-server.ts';
import { leadsLab } from './leads-lab.ts';

const { dir, host, said, server, run } = leadsLab();
let n = 0;
const repository = (...commits: FixtureCommit['files'][]): string => server(FILES, ...commits);
const shells = (r: LeadsReport) => r.leads.filter((l) => l.rule === 'shell-command');

describe('formats', () => {
  it('all tell the leads, and what was not looked at', async () => {
    const server = repository();
    const folder = join(dir, 'out');
    mkdirSync(folder);
    const of = (name: string) => readFileSync(join(folder, name), 'utf8');
    const outputs = [
      { format: 'sarif', to: join(folder, 'sarif') },
      { format: 'markdown', to: join(folder, 'markdown') },
      { format: 'codequality', to: join(folder, 'codequality') },
      { format: 'junit', to: join(folder, 'junit') },
      { format: 'json', to: join(folder, 'json') },
    ];
    const check = ['2.1.2', '1.3.2'];
    expect(await collect(host, { source: server, check, outputs, failOn: ['command-injection'] })).toBe(1);
    expect(said()).toMatch(/failed:\n {2}critical: .*src\/index\.ts:\d+.*\[code-flow\/shell-command\]/);
    const report = leadsReport.parse(JSON.parse(of('json')));
    const [shell] = shells(report);
    const gap = report.gaps.find((g) => g.rule === 'vulnerabilities-not-looked-up');
    expect(shell).toBeDefined();
    expect(gap).toBeDefined();

    const log = JSON.parse(of('sarif')) as Json;
    expect(faults(log)).toEqual([]);
    const [sarif] = log.runs as unknown as {
      results: { ruleId: string; partialFingerprints: Record<string, string>; level: string }[];
      invocations: { toolExecutionNotifications: { message: { text: string } }[] }[];
    }[];
    const result = sarif!.results.find((r) => r.ruleId === 'code-flow/shell-command');
    expect(result).toMatchObject({
      level: 'error',
      partialFingerprints: { primaryLocationLineHash: `${shell!.id}:1` },
    });
    const told = sarif!.invocations[0]!.toolExecutionNotifications.map((t) => t.message.text).join('\n');
    expect(told).toContain(gap!.title);

    const quality = JSON.parse(of('codequality')) as { check_name: string; severity: string }[];
    expect(quality).toContainEqual(
      expect.objectContaining({ check_name: 'code-flow/shell-command', severity: 'blocker' }),
    );
    expect(quality).toContainEqual(
      expect.objectContaining({ check_name: 'dependencies/vulnerabilities-not-looked-up', severity: 'info' }),
    );
    expect(new Set(quality.map((q) => JSON.stringify(q))).size).toBe(quality.length);

    expect(of('junit')).toMatch(/classname="code-flow\.shell-command"[^>]*><failure /);
    expect(of('junit')).toMatch(/classname="dependencies\.vulnerabilities-not-looked-up"[^>]*><skipped /);

    const markdown = of('markdown');
    expect(markdown).toContain('❌ Failed');
    expect(markdown.slice(markdown.indexOf('### Not looked at'))).toContain('Known vulnerabilities');
  });

  it('say the same bytes of the same commit', async () => {
    const server = repository();
    const text = async (): Promise<string> => {
      await run(server);
      return readFileSync(join(dir, 'report.json'), 'utf8');
    };
    expect(await text()).toBe(await text());
  });

  it('refuse what is not plain, before anything is gathered', async () => {
    const none = { source: join(dir, 'nowhere') };
    for (const [outputs, words] of [
      [[{ format: 'pdf', to: '' }], /does not know "pdf"/],
      [[{ format: '', to: 'x' }], /has no --format/],
      [
        [
          { format: 'json', to: '' },
          { format: 'junit', to: '' },
        ],
        /two formats would go to the standard output/,
      ],
    ] as const)
      await expect(collect(host, { ...none, outputs })).rejects.toThrow(words);
    await expect(collect(host, { ...none, failOn: ['strong+grave'] })).rejects.toThrow(
      /does not know "grave"/,
    );
  });
});

describe('a baseline', () => {
  const baseline = async (server: string): Promise<string> => {
    const file = join(dir, `baseline-${++n}.json`);
    const { code } = await run(server, { writeBaseline: file, failOn: ['lead'] });
    expect(code).toBe(0);
    return file;
  };

  it('knows what moved in its file and to another, and names what was added', async () => {
    const known = await baseline(repository());
    const moved = await run(
      repository({ 'src/index.ts': source(tool('up', SAFE), tool('ping', PING, '// a comment\n\n')) }),
      { baseline: known, failOn: ['new'] },
    );
    expect(shells(moved.report).map((l) => l.state)).toEqual(['known']);
    expect(moved).toMatchObject({ code: 0, report: { failed: [] } });

    const renamed = await run(repository({ 'src/index.ts': null, 'src/server.ts': FILES['src/index.ts']! }), {
      baseline: known,
      failOn: ['new'],
    });
    expect(renamed).toMatchObject({ code: 0, report: { failed: [] } });

    const added = await run(
      repository({
        'src/index.ts': source(tool('ping', PING), tool('trace', 'exec(`traceroute ${host}`);')),
      }),
      { baseline: known, failOn: ['new+high'] },
    );
    expect(added.code).toBe(1);
    expect(added.report.failed.join('\n')).toMatch(/shell.*src\/index\.ts|src\/index\.ts.*shell/);
    expect(added.said).toContain('failed:');
  });

  it('is needed for what is new, and has to be one', async () => {
    const server = repository();
    await expect(run(server, { failOn: ['new'] })).rejects.toThrow(/nothing to compare with/);
    const file = join(dir, 'not-a-baseline.json');
    writeFileSync(file, '{"schema":"mcp-audit/evidence@1"}');
    await expect(run(server, { baseline: file })).rejects.toThrow(/is no baseline/);
  });
});
