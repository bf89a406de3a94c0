import { describe, expect, it } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import type { EventBody, Verdict } from '../../src/domain/events.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { parseTop10 } from '../../src/domain/load-methodology.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { readBundledCatalogue } from '../../src/io/methodology-files.ts';
import { assessedTop10 } from '../../src/report/assessment-tables.ts';
import { renderBlocks } from '../../src/report/blocks.ts';
import { type CheckReport, riskWords, top10Rows } from '../../src/report/coverage.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { inputOf, shellFinding, started } from './scripted-session.ts';

const answer = (check: string, verdict: Verdict): EventBody => ({
  type: 'check.answered',
  check,
  answer: { verdict, note: 'because' },
});
const finding = (check: string, cwe: string, over: Partial<Finding> = {}): EventBody => ({
  type: 'finding.recorded',
  finding: 'F-01',
  value: shellFinding({ checks: [check], cwe, ...over }),
});
const model = (bodies: EventBody[]) => buildReport(inputOf(bodies));
const risk = (...script: EventBody[]) => model([started(), ...script]).top10.find((r) => r.id === 'MCP-06')!;

describe('the ten risks', () => {
  it('lets a risk pass only when all its checks are decided and none of them failed', () => {
    expect(risk(answer('1.3.1', 'pass'))).toMatchObject({
      verdict: null,
      tested: 1,
      checks: ['1.3.1', '1.3.2'],
      name: 'Supply Chain Attacks',
    });
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'pass')).verdict).toBe('pass');
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'not-applicable')).verdict).toBe('pass');
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'unsure')).verdict).toBe('unsure');
    expect(riskWords(risk(answer('1.3.1', 'pass')))).toBe('not fully assessed');
    expect(riskWords(risk())).toBe('not assessed');
  });

  it('fails a risk only through a finding of its weaknesses: a check may have failed for another reason', () => {
    expect(risk(answer('1.3.1', 'fail'), finding('1.3.1', 'CWE-1357'))).toMatchObject({
      verdict: 'fail',
      failed: ['1.3.1'],
      unsaid: [],
    });
    const otherwise = [
      [],
      [finding('1.3.1', 'CWE-78')],
      [finding('2.1.2', 'CWE-1357')],
      [finding('1.3.1', 'CWE-1357', { positive: true, severity: 'info' })],
    ];
    for (const script of otherwise) {
      const row = risk(answer('1.3.1', 'fail'), answer('1.3.2', 'pass'), ...script);
      expect(row).toMatchObject({ verdict: null, failed: [], unsaid: ['1.3.1'] });
      expect(riskWords(row)).toBe('not said');
    }
    const m = model([started(), answer('1.3.1', 'fail'), answer('1.3.2', 'pass')]);
    expect(renderBlocks(assessedTop10(m))).toMatch(
      /Not said: a check of it failed[\s\S]*MCP-06[^\n]*\| not said \| 2 of 2 \| – \| 1\.3\.1 \|/,
    );
    expect(m.proposals.compliance.top10).toMatchObject({ value: 'not_assessed' });
    expect(m.proposals.compliance.top10.reason).toContain('no finding says whether through MCP-06');
    expect(m.proposals.compliance.supplyChain).toMatchObject({ value: 'needs_attention' });
  });

  it('fails by a check that asks of all ten only those its findings are of, and passes none while it is open', () => {
    const all = Array.from({ length: 10 }, (_, i) => `MCP-${String(i + 1).padStart(2, '0')}`);
    const check = (id: string, verdict: Verdict | null, top10: string[]): CheckReport =>
      ({ id, verdict, top10 }) as CheckReport;
    const risks = all.map((id, i) => ({ id, name: id, cwe: [`CWE-${i + 1}`] }));
    const rows = (about: Verdict | null, own: Verdict, findings: Finding[] = []) =>
      top10Rows([check('4.2.1', about, all), check('1.3.1', own, ['MCP-06'])], risks, findings);
    const failed = (r: ReturnType<typeof rows>) => r.filter((x) => x.verdict === 'fail').map((x) => x.id);
    expect(failed(rows('fail', 'pass'))).toEqual([]);
    expect(failed(rows('fail', 'pass', [shellFinding({ checks: ['4.2.1'], cwe: 'CWE-3' })]))).toEqual([
      'MCP-03',
    ]);
    expect(rows('fail', 'pass').find((r) => r.id === 'MCP-06')).toMatchObject({ verdict: 'pass' });
    expect(rows(null, 'pass').find((r) => r.id === 'MCP-06')).toMatchObject({ verdict: null, tested: 1 });
  });

  it('names for each risk weaknesses that some check which asks about it can fail by', async () => {
    const read = parseTop10((await readBundledCatalogue()).top10);
    const risks = 'top10' in read ? read.top10 : [];
    expect(risks).toHaveLength(10);
    const checks = checksOf(await loadMethodology());
    for (const r of risks) {
      const own = new Set(
        checks.filter((c) => c.references.top10.includes(r.id)).flatMap((c) => c.references.cwe),
      );
      expect(r.cwe.filter((id) => own.has(id)).length, r.id).toBeGreaterThan(1);
    }
  });
});
