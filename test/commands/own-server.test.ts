import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collect } from '../../src/commands/collect.ts';
import { configLint } from '../../src/commands/config-lint.ts';
import { start } from '../../src/commands/headless.ts';
import { resumeAudit } from '../../src/commands/workspace.ts';
import type { LeadsReport } from '../../src/domain/pipeline/leads-report.ts';
import { listSessions } from '../../src/io/session/list-sessions.ts';
import { type FixtureFile, makeRepository } from '../support/git-fixtures.ts';
import { FILES, PING, source, tool } from '../support/weak-server.ts';
import { leadsLab } from './leads-lab.ts';

/** The clock of the test host stands at 2026-11-23. */
const COMMENT =
  '// mcp-audit: allow code-flow/shell-command until 2026-12-31: the host is checked by the proxy before us\n';
const allowed = (comment: string): string => source(tool('ping', `${comment.trim()}\n    ${PING}`));
const CONFIG = (suppress: string): string => `failOn: [high]\nsuppress:\n${suppress}`;
const ENTRY = (over = ''): string =>
  `  - rule: code-flow/shell-command\n    path: src/**\n    reason: The host is checked by the proxy before us.\n    expires: ${over || '2026-12-31'}\n`;

const { dir, host, said, server, run } = leadsLab({ own: true });
const repository = (files: Record<string, FixtureFile>): string => server({ ...FILES, ...files });
const shell = (r: LeadsReport) => r.leads.find((l) => l.rule === 'shell-command')!;

describe('suppressions', () => {
  it('by a comment and by an entry account for a lead, which stays in sight', async () => {
    const byLine = await run(repository({ 'src/index.ts': allowed(COMMENT) }), { failOn: ['high'] });
    expect(byLine.code).toBe(0);
    expect(shell(byLine.report)).toMatchObject({
      suppressed: true,
      suppressions: [{ by: 'line', at: 'src/index.ts:11', expires: '2026-12-31' }],
    });
    const byFile = await run(repository({ 'mcp-audit.yml': CONFIG(ENTRY()) }));
    expect(byFile.code).toBe(0);
    expect(shell(byFile.report)).toMatchObject({
      suppressed: true,
      suppressions: [{ by: 'file', at: 'mcp-audit.yml:3' }],
    });
    expect(byFile.report.counts).toMatchObject({ suppressed: 1, failing: 0 });
  });

  it('past their day fail, and cover nothing', async () => {
    for (const files of [
      {
        'src/index.ts': allowed(COMMENT.replace('2026-12-31', '2026-11-22')),
        'mcp-audit.yml': 'failOn: [high]\n',
      },
      { 'mcp-audit.yml': CONFIG(ENTRY('2026-11-22')) },
    ]) {
      const { code, report } = await run(repository(files));
      expect(code).toBe(1);
      expect(shell(report).suppressed).toBe(false);
      expect(report.failed.join('\n')).toMatch(/a suppression has expired, .*held until 2026-11-22/);
      expect(report.failed.join('\n')).toMatch(/^critical: .*shell/m);
    }
  });

  it('that cover nothing are told, and those not understood fail', async () => {
    const unused = await run(repository({ 'mcp-audit.yml': CONFIG(ENTRY().replace('src/**', 'lib/**')) }));
    expect(unused.code).toBe(1);
    expect(unused.report.suppressions.unused).toMatchObject([{ at: 'mcp-audit.yml:3' }]);
    expect(unused.said).toContain('unused suppression, mcp-audit.yml:3');
    const vague = await run(
      repository({ 'src/index.ts': allowed('// mcp-audit: allow code-flow/shell-command: fine') }),
      {
        failOn: ['new'],
        baseline: await known(),
      },
    );
    expect(vague.code).toBe(1);
    expect(vague.report.failed.join('\n')).toMatch(
      /not understood, src\/index\.ts:11: it does not say until which day/,
    );
  });
});

const known = async (): Promise<string> => {
  const file = join(dir, 'known.json');
  await run(repository({}), { writeBaseline: file });
  return file;
};

describe('a server that is not yours', () => {
  const hostile = {
    'mcp-audit.yml': `failOn: []\nchecks: ["1.1.1"]\nbaseline: base.json\nsuppress:\n${ENTRY()}`,
    'base.json': '{}',
    'src/index.ts': allowed(COMMENT),
  };

  it('has no say in what collect shows of it', async () => {
    const { code, report } = await run(repository(hostile), { own: undefined, failOn: ['high'] });
    expect(code).toBe(1);
    expect(shell(report)).toMatchObject({ suppressed: false, suppressions: [] });
    expect(report).toMatchObject({ own: null, suppressions: { expired: [], refused: [], unused: [] } });
  });

  it('has none in a session either: its evidence is that of the same code without a word', async () => {
    const evidenceOf = async (files: Record<string, FixtureFile>) => {
      const before = new Set(listSessions(host.dataDir).map((s) => s.id));
      await start(host, { source: repository(files), collect: false });
      const id = listSessions(host.dataDir).find((s) => !before.has(s.id))!.id;
      const w = resumeAudit(host, id);
      try {
        await w.store.load();
        await w.store.collect(['code-flow']);
        const { items } = w.store.snapshot().evidence.get('code-flow')!;
        return items.map((i) => [i.id, i.kind, i.strength, i.rule, i.checks]);
      } finally {
        await w.store.close(null);
      }
    };
    const plain = await evidenceOf({ 'src/index.ts': allowed('//') });
    expect(plain.some(([, kind, , rule]) => kind === 'lead' && rule === 'shell-command')).toBe(true);
    expect(await evidenceOf(hostile)).toEqual(plain);
  });

  it('is not taken for one’s own when it is an address', async () => {
    await expect(collect(host, { source: 'https://example.org/a/b.git', own: true })).rejects.toThrow(
      /--own is for a folder on this machine/,
    );
  });
});

describe('the policy of another commit', () => {
  it('keeps a change from excusing itself', async () => {
    const { path, commits } = makeRepository(join(dir, 'pull'), [
      { files: { ...FILES, 'mcp-audit.yml': 'failOn: [high]\n' } },
      { files: { 'src/index.ts': allowed(COMMENT), 'mcp-audit.yml': CONFIG(ENTRY()) } },
      { files: { 'src/index.ts': `${allowed(COMMENT)}\n// the same comment, somewhere below\n` } },
    ]);
    const excused = await run(path, { ref: commits[1]! });
    expect(excused).toMatchObject({ code: 0, report: { own: { asOf: commits[1] } } });
    const held = await run(path, { ref: commits[1]!, policyFrom: 'HEAD~1' });
    expect(held).toMatchObject({ code: 1, report: { own: { asOf: commits[0] } } });
    expect(held.report.suppressions.unused).toMatchObject([
      { at: 'src/index.ts:11', words: expect.stringContaining('does not count yet') },
    ]);
    expect(await run(path, { ref: commits[2]!, policyFrom: commits[1]! })).toMatchObject({ code: 0 });
  });

  it('counts a comment for the code it was written for, and for no other', async () => {
    const other = allowed(COMMENT).replace('ping -c 1', 'traceroute -m 3');
    expect(other).not.toBe(allowed(COMMENT));
    const { path } = makeRepository(join(dir, 'replaced'), [
      { files: { ...FILES, 'src/index.ts': allowed(COMMENT), 'mcp-audit.yml': 'failOn: [high]\n' } },
      { files: { 'src/index.ts': other } },
    ]);
    expect(await run(path)).toMatchObject({ code: 0 });
    const held = await run(path, { policyFrom: 'HEAD~1' });
    expect(held.code).toBe(1);
    expect(shell(held.report)).toMatchObject({ suppressed: false, suppressions: [] });
    expect(held.report.suppressions.unused).toMatchObject([
      { at: 'src/index.ts:11', words: expect.stringContaining('says it of other code') },
    ]);
  });
});

describe('config lint', () => {
  const lint = async (text: string): Promise<{ code: number; said: string }> => {
    const folder = mkdtempSync(join(dir, 'config-'));
    writeFileSync(join(folder, 'mcp-audit.yml'), text);
    said();
    return { code: await configLint(host, folder, { json: false }), said: said() };
  };

  it('says by line what is wrong', async () => {
    expect(await lint(CONFIG(ENTRY()))).toMatchObject({ code: 0 });
    for (const [text, words] of [
      [CONFIG(ENTRY('2026-11-22')), /:3 .*suppress\[0\]\.expires {2}expected 2026-11-23 or later/],
      [CONFIG(ENTRY().replace('code-flow', 'code-flaw')), /a collector before the \//],
      [
        CONFIG('  - rule: code-flow/x\n    reason: short\n    expires: 2026-12-31\n'),
        /suppress\[0\]\.reason/,
      ],
      [CONFIG(ENTRY('2026-02-30')), /suppress\[0\]\.expires/],
      ['failOn: [grave]\n', /failOn .*does not know "grave"/],
      ['checks: ["9.9.9"]\n', /checks\[0\]/],
      ['baseline: gone.json\n', /baseline {2}expected a file that can be read/],
      ['baseline: ../../etc/passwd\n', /below the repository/],
      ['supress: []\n', /a key the schema knows, found "supress"/],
    ] as const)
      expect(await lint(text)).toMatchObject({ code: 1, said: expect.stringMatching(words) });
  });

  it('is needed to be right before anything counts', async () => {
    await expect(run(repository({ 'mcp-audit.yml': 'supress: []\n' }))).rejects.toThrow(
      /mcp-audit\.yml:1 .*supress/,
    );
  });
});
