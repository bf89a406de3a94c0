import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { ENVIRONMENTS } from '../../src/report/proposals.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { securityAssessment } from '../../src/report/security-assessment.ts';
import { inputOf, shellFinding, smallMethodology, smallScript, started } from './scripted-session.ts';

const pass = (note: string): EventBody[] => [
  started(),
  ...smallScript().filter((e) => e.type === 'evidence.collected' || e.type === 'evidence.triaged'),
  ...checksOf(smallMethodology).map(
    (c): EventBody => ({ type: 'check.answered', check: c.id, answer: { verdict: 'pass', note } }),
  ),
];
const model = (bodies: EventBody[]) => buildReport(inputOf(bodies));
const business = {
  development: 'A page the developer opens runs commands.',
  staging: '',
  production: 'Anybody on the network runs commands.',
  enterprise: '',
};

describe('where it may run', () => {
  it('gives every row a reason of its own, in the words of the findings where they have any', () => {
    const m = model([
      ...pass('read'),
      { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ business }) },
    ]);
    const reasons = ENVIRONMENTS.map((e) => m.proposals.deployment[e].reason);
    expect(new Set(reasons).size).toBe(ENVIRONMENTS.length);
    expect(reasons[0]).toContain('HIGH-001: A page the developer opens runs commands');
    expect(reasons[1]).toBe('shared, with data that is not real');
    expect(reasons[2]).toContain('Anybody on the network runs commands');
  });

  it('says no sentence of the section four times', () => {
    const section = securityAssessment(model(pass('read')))
      .split('## Deployment Recommendations')[1]!
      .split('\n## ')[0]!;
    const sentences = section.split(/(?<=[.;])\s+/).filter((s) => s.trim().length > 40);
    const times = Math.max(...sentences.map((s) => sentences.filter((t) => t === s).length));
    expect(times).toBeLessThan(4);
  });
});

describe('passes without a word', () => {
  it('are no compliance: nothing is called good, addressed or tested by them', () => {
    const { compliance } = model(pass('')).proposals;
    for (const { value, reason } of Object.values(compliance)) {
      expect(value).toBe('not_assessed');
      expect(reason === 'no check about the supply chain was tested' || /no word of why/.test(reason)).toBe(
        true,
      );
    }
    const noted = model(pass('read')).proposals.compliance;
    expect(noted.baseline.value).toBe('good');
    for (const { reason } of Object.values(noted)) expect(reason).not.toContain('no word of why');
    const text = securityAssessment(model(pass('')));
    expect(text).toContain('passes have no word of why.');
  });

  it('do not hide what nobody could see', () => {
    const m = model(pass('read'));
    const gap = { ...m.evidence.items[0]!, id: 'f'.repeat(16), kind: 'gap' as const };
    expect(
      securityAssessment({ ...m, evidence: { ...m.evidence, items: [...m.evidence.items, gap] } }),
    ).toMatch(/Not looked at \| every check has a verdict;.* 1 gap in the evidence, named under Limitations/);
  });

  it('and an audit without findings print no table of zeros', () => {
    const text = securityAssessment(model(pass('read')));
    expect(text).not.toMatch(/\| Critical \| 0 \|/);
    expect(text.split('Nothing recorded').length - 1).toBe(1);
  });
});

describe('confidence', () => {
  it('is not high on passes nobody can follow, and names nothing that was not the case', () => {
    const stamped = model(pass('')).proposals.confidence;
    expect(stamped.value).not.toBe('high');
    expect(stamped.reason).toContain('passes without a note');
    // That everything is decided is no reason for a low confidence.
    expect(stamped.reason).not.toContain('decided');
    for (const { reason } of [stamped, model(pass('read')).proposals.confidence])
      expect(reason).not.toMatch(/\b0 of \d+/);
  });
});
