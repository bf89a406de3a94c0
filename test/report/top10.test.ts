import { describe, expect, it } from 'vitest';
import type { EventBody, Verdict } from '../../src/domain/events.ts';
import { type CheckReport, riskWords, top10Rows } from '../../src/report/coverage.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { inputOf, started } from './scripted-session.ts';

const answer = (check: string, verdict: Verdict): EventBody => ({
  type: 'check.answered',
  check,
  answer: { verdict, note: 'because' },
});
const model = (bodies: EventBody[]) => buildReport(inputOf(bodies));

describe('the ten risks', () => {
  it('lets a risk pass only when all its checks are decided, and fail when one of them failed', () => {
    const rows = model([started(), answer('1.3.1', 'pass'), answer('2.4.1', 'fail')]).top10;
    expect(rows.find((r) => r.id === 'MCP-06')).toMatchObject({
      verdict: null,
      tested: 1,
      checks: ['1.3.1', '1.3.2'],
      name: 'Supply Chain Attacks',
    });
    expect(rows.find((r) => r.id === 'MCP-03')).toMatchObject({ verdict: 'fail', failed: ['2.4.1'] });
    const risk = (...script: Parameters<typeof model>[0]) =>
      model([started(), ...script]).top10.find((r) => r.id === 'MCP-06')!;
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'pass')).verdict).toBe('pass');
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'not-applicable')).verdict).toBe('pass');
    expect(risk(answer('1.3.1', 'pass'), answer('1.3.2', 'unsure')).verdict).toBe('unsure');
    expect(risk(answer('1.3.1', 'fail')).verdict).toBe('fail');
    expect(riskWords(risk(answer('1.3.1', 'pass')))).toBe('not fully assessed');
    expect(riskWords(risk())).toBe('not assessed');
  });

  it('fails no risk by a check that asks of all ten, but passes none while it is open', () => {
    const all = Array.from({ length: 10 }, (_, i) => `MCP-${String(i + 1).padStart(2, '0')}`);
    const check = (id: string, verdict: Verdict | null, top10: string[]): CheckReport =>
      ({ id, verdict, top10 }) as CheckReport;
    const rows = (about: Verdict | null, own: Verdict) =>
      top10Rows([check('4.2.1', about, all), check('1.3.1', own, ['MCP-06'])], new Map());
    expect(
      rows('fail', 'pass')
        .map((r) => r.verdict)
        .filter((v) => v === 'fail'),
    ).toEqual([]);
    expect(
      rows('fail', 'fail')
        .filter((r) => r.verdict === 'fail')
        .map((r) => r.id),
    ).toEqual(['MCP-06']);
    expect(rows('fail', 'fail').flatMap((r) => r.failed)).toEqual(['1.3.1']);
    expect(rows(null, 'pass').find((r) => r.id === 'MCP-06')).toMatchObject({ verdict: null, tested: 1 });
  });
});
