import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { reauditJson } from '../../src/report/formats/reaudit-json.ts';
import { git, makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const TOOL = (
  call: string,
  more = '',
) => `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { exec, execFile } from 'node:child_process';
import { z } from 'zod';

const server = new McpServer({ name: 's', version: '1' });
server.tool('list', 'Lists a folder', { path: z.string() }, async ({ path }) => {
  ${call}
  return { content: [] };
});
${more}`;
const WEAK = TOOL('exec(`ls ${path}`);');
const HELPER = `export const pad = (text: string): string => {
  const wide = text.padEnd(40, ' ');
  return wide.toUpperCase();
};
`;
const MORE = "server.tool('ping', 'Says pong', {}, async () => ({ content: [] }));\n";

const FINDING = (where: string, title: string) => ({
  check: '2.1.2',
  title,
  severity: 'high',
  category: 'Input Validation',
  cwe: 'CWE-78',
  where: [where],
  summary: 'A path becomes a command.',
  description: 'It reaches a shell.',
  impact: {
    confidentiality: 'High',
    integrity: 'High',
    availability: 'High',
    exploitability: 'High',
    scope: 'The host.',
  },
  reproduction: ['Call list.'],
  risks: ['The host is lost.'],
  recommendations: { immediate: ['Use execFile.'] },
  validation: ['Call it again.'],
  business: { production: 'The host is lost.' },
});

const AUDITOR = { name: 'Jane', github: 'jane', organization: 'Independent', contact: 'jane@example.org' };
/** Given a verdict at first; the evidence of some of them is the same later. */
const PASSED = ['1.3.1', '2.2.4', '2.4.1', '3.1.1'];

describe('an audit of a later commit', () => {
  const data = mkdtempSync(join(tmpdir(), 'reaudit-'));
  const repo = join(data, 'target');
  const { host, said } = testHost(data);
  const run = async (...args: string[]) => ({ code: await main(args, host), text: said() });
  const file = (name: string, value: unknown): string => {
    const path = join(data, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const sessions = async (): Promise<{ id: string; target: { commit: string } }[]> =>
    JSON.parse((await run('sessions', '--json')).text);
  let commits: string[];
  /** The clock stands still: no session is the newest, each is named. */
  let first = '';
  let second = '';
  const inSecond = (...args: string[]) => run(...args, '--session', second);

  beforeAll(async () => {
    ({ commits } = makeRepository(
      repo,
      [
        {
          files: {
            'src/server.ts': WEAK,
            'src/pad.ts': HELPER,
            'package.json': '{"name":"s","version":"1.0.0"}',
          },
        },
        {
          files: {
            'src/server.ts': TOOL("execFile('ls', ['--', path]);", MORE),
            'src/pad.ts': null,
            'lib/text.ts': `// moved\n${HELPER}`,
          },
          message: 'Mend it',
          author: 'New Hand <n@example.org>',
        },
        { files: { 'src/server.ts': TOOL('exec(`ls ${path}`);', MORE) }, message: 'Bring it back' },
      ],
      { remote: 'https://github.com/acme/list.git' },
    ));
    await run('start', repo, '--ref', commits[0]!);
    first = (await sessions())[0]!.id;
    const answered = await run(
      'answer',
      '--from',
      file('first.yml', {
        auditor: AUDITOR,
        server: { purpose: 'Lists folders.' },
        checks: {
          '2.1.2': { verdict: 'fail', note: 'a shell' },
          ...Object.fromEntries(PASSED.map((id) => [id, { verdict: 'pass', note: 'read' }])),
        },
        scorecard: { 'access-control': { value: 1, reason: 'nothing asks' } },
        findings: [
          FINDING('src/server.ts:7-7', 'Command injection'),
          FINDING('src/pad.ts:2-3', 'Wide texts'),
        ],
      }),
    );
    expect([answered.code, answered.text]).toEqual([0, expect.stringContaining('recorded')]);
  }, 60_000);

  it('carries what was said without counting it, tells the fates, and takes verdicts on them', async () => {
    const began = await run('reaudit', first, '--ref', commits[1]!, '--json', '--fail-on', 'regressed');
    expect(began.code).toBe(0);
    const report = reauditJson.parse(JSON.parse(began.text));
    second = report.after.session;
    expect(report.findings.map((f) => [f.title, f.fate, f.fixedBy])).toEqual([
      ['Command injection', 'fixed', commits[1]],
      ['Wide texts', 'moved', null],
    ]);
    expect(report.findings[0]!.after).toMatchObject({ path: 'src/server.ts', startLine: 7, endLine: 7 });
    expect(report.tools.added).toEqual(['ping']);
    expect(report.maintainers.added).toEqual(['New Hand']);
    expect(report.code).toMatchObject({ commits: 1, moved: 1 });

    const status = JSON.parse((await inSecond('status', '--json')).text);
    expect(status.progress.answered).toBe(0);
    const check = (id: string) => status.checks.find((c: { id: string }) => c.id === id);
    expect(check('2.1.2')).toMatchObject({
      verdict: null,
      carried: { verdict: 'fail', standing: 'changed' },
    });
    expect(status.findings[1].locations[0]).toMatchObject({ path: 'lib/text.ts', startLine: 3 });
    const blocked = (s: { readiness: { level: string; text: string }[] }) =>
      s.readiness.filter((r) => r.level === 'blocks').map((r) => r.text);
    expect(blocked(status)).toEqual(
      expect.arrayContaining(['F-01 is carried from an earlier audit, and nobody said what became of it']),
    );

    const { id: same } = status.checks.find(
      (c: { carried: { standing: string } | null }) => c.carried?.standing === 'same',
    );
    // What differs is looked at; what is the same is confirmed, and taken back as one.
    const confirm = file('confirm.yml', {
      auditor: AUDITOR,
      confirm: ['2.1.2', same, 'access-control', 'server'],
    });
    const confirmed = await inSecond('answer', '--from', confirm);
    expect(confirmed.text).toContain('4 recorded, 0 already so, 1 refused');
    expect(confirmed.text).toContain('2.1.2 cannot be confirmed as it was');
    expect((await inSecond('answer', '--from', confirm)).text).toContain(
      '0 recorded, 4 already so, 1 refused',
    );

    expect((await inSecond('fate', 'F-01', 'fixed')).text).toContain('fixed needs a note');
    expect((await inSecond('fate', 'F-01', 'fixed', '--note', 'No shell any more.')).code).toBe(0);
    expect((await inSecond('fate', 'F-02', 'still-there')).code).toBe(0);
    const after = JSON.parse((await inSecond('status', '--json')).text);
    expect(blocked(after)).toEqual([]);
    expect(after.progress.answered).toBe(1);
    expect(after.disclosure.state).toBe('untold');
    expect(after.findings[0].tracking.fixVerified).toBe('2026-11-23');
  }, 60_000);

  it('tells of what is due with the maintainers by the latest audit of a server alone', async () => {
    const due = await run('disclosures');
    expect([due.code, due.text]).toEqual([1, expect.stringContaining('have not been told')]);
    expect(due.text).toContain('fixVerified 2026-11-23');
    expect(due.text.match(/acme\/list/g)).toHaveLength(1);
  });

  it('publishes the fix with both citations, and does not count what is mended', async () => {
    await inSecond('disclose', '--acknowledge', 'It is mended.');
    const to = join(data, 'database');
    const written = await inSecond('report', '--to', to, '--json');
    const { folder, diagnostics } = JSON.parse(written.text);
    expect(diagnostics.filter((d: { level: string }) => d.level === 'blocking')).toEqual([]);
    const assessment = readFileSync(join(folder, 'security-assessment.md'), 'utf8');
    expect(assessment).toContain('## Earlier Findings');
    expect(assessment).toContain('exec(`ls ${path}`)');
    expect(assessment).toContain("execFile('ls', ['--', path])");
    const manifest = JSON.parse(readFileSync(join(folder, 'audit-manifest.json'), 'utf8'));
    expect(manifest.findings_summary).toMatchObject({ high: 1, total_issues: 1 });
    expect(manifest.follow_up).toMatchObject({
      commit_hash: commits[0],
      findings: [
        { finding: 'F-01', fate: 'fixed' },
        { finding: 'F-02', fate: 'still-there' },
      ],
    });
  }, 60_000);

  it('says regressed where the code of before stands again, and fails on it where asked', async () => {
    const third = await run('reaudit', second, '--ref', commits[2]!, '--fail-on', 'new-high,regressed');
    expect([third.code, third.text]).toEqual([1, expect.stringMatching(/F-01 high {6}regressed/)]);
    expect((await run('reaudit', second, '--summary', '--md')).text).toContain('## Findings');
    // The same commit again is nothing new.
    git(repo, ['checkout', '-q', commits[2]!]);
    const last = (await sessions()).find((s) => s.target.commit === commits[2])!.id;
    expect((await run('reaudit', last)).text).toContain('there is nothing new to look at');
  }, 60_000);
});
