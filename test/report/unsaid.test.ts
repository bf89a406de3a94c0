import { describe, expect, it } from 'vitest';
import type { EventBody, Verdict } from '../../src/domain/events.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { auditManifest } from '../../src/report/audit-manifest.ts';
import { findingFile } from '../../src/report/finding-file.ts';
import { htmlFile } from '../../src/report/formats/html.ts';
import { readiness } from '../../src/report/readiness.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { securityAssessment } from '../../src/report/security-assessment.ts';
import { inputOf, shellFinding, smallMethodology, started } from './scripted-session.ts';

/** What nobody said is published as that, and never as the mildest or the gravest that could have been said. */
const answer = (check: string, verdict: Verdict | null, note = 'because'): EventBody => ({
  type: 'check.answered',
  check,
  answer: { verdict, note },
});
const recorded = (value: ReturnType<typeof shellFinding>): EventBody => ({
  type: 'finding.recorded',
  finding: value.id,
  value,
});

describe('the impact of a finding', () => {
  const { scope } = shellFinding().impact;
  const unrated = shellFinding({
    impact: { confidentiality: '', integrity: 'None', availability: '', exploitability: '', scope },
  });
  const input = inputOf([started(), recorded(unrated)]);

  it('that was left blank is not said, and another thing than none', () => {
    const m = buildReport(input);
    const text = findingFile(m.findings[0]!, m);
    expect(text).toContain('- **Confidentiality**: not said');
    expect(text).toContain('- **Integrity**: None');
    expect(securityAssessment(m)).toContain('not said / None / not said');
  });

  it('is asked for before it is published', () => {
    expect(readiness(input).map((r) => r.text)).toContain(
      'the impact of F-01 is not said: confidentiality, availability, exploitability',
    );
    expect(readiness(inputOf([started(), recorded(shellFinding())])).map((r) => r.text)).not.toContainEqual(
      expect.stringContaining('is not said'),
    );
  });
});

describe('how far the audit got', () => {
  const statusOf = (...script: EventBody[]) => {
    const m = buildReport(inputOf([started(), ...script]));
    return {
      header: /^\*\*Status\*\*: (.*)$/m.exec(securityAssessment(m))?.[1],
      manifest: (auditManifest(m).audit_metadata as { status: string }).status,
    };
  };
  const all = checksOf(smallMethodology).map((c) => c.id);

  it('is said by what was decided, and nothing is complete while a check is open', () => {
    expect(statusOf(answer('1.3.1', 'fail'))).toEqual({
      header: 'Partial: 1 of 5 checks decided (see Limitations)',
      manifest: 'partial',
    });
    expect(statusOf()).toMatchObject({ manifest: 'partial' });
    expect(statusOf(...all.map((id) => answer(id, id === '1.3.1' ? 'unsure' : 'pass')))).toEqual({
      header: 'Partial: 4 of 5 checks decided (see Limitations)',
      manifest: 'partial',
    });
    expect(statusOf(...all.map((id) => answer(id, 'pass')))).toEqual({
      header: 'Completed: 5 of 5 checks decided',
      manifest: 'completed',
    });
  });

  it('is said with the passes nobody gave a reason for', () => {
    expect(statusOf(...all.map((id) => answer(id, 'pass', ''))).header).toBe(
      'Completed: 5 of 5 checks decided; 5 passes have no word of why',
    );
  });
});

describe('a check that failed without a finding', () => {
  const m = buildReport(inputOf([started(), answer('2.1.2', 'fail', 'theoretical; low')]));
  const text = [securityAssessment(m), htmlFile(m)];

  it('is a weakness: nowhere is it said that none was recorded', () => {
    for (const t of text) {
      expect(t).not.toContain('no weakness was recorded');
      expect(t).toContain('All the same 1 check failed, and no finding says how: 2.1.2.');
    }
  });

  it('alone lets nothing be rated', () => {
    expect(m.proposals.overallRisk.value).toBe('not_determined');
    expect(m.proposals.compliance.baseline.value).toBe('not_assessed');
    expect(m.scorecard.total).toBeNull();
  });
});

describe('where too little is decided', () => {
  it('the risk is not determined for that reason, and not because nothing was recorded', () => {
    const checks = checksOf(smallMethodology).map((c) => c.id);
    const stamped = buildReport(inputOf([started(), ...checks.map((id) => answer(id, 'pass', ''))]));
    expect(stamped.proposals.overallRisk).toEqual({
      value: 'not_determined',
      reason:
        '0 of 5 checks are decided with a reason, and below 80 % no overall risk is stated; 5 passes have no word of why',
    });
    const failed = buildReport(inputOf([started(), answer('2.1.2', 'fail')]));
    expect(failed.proposals.overallRisk.reason).toContain('failed, and how grave is not said: 2.1.2');
  });
});

describe('a run of the server', () => {
  it('is told where one was recorded, and its absence where none was', () => {
    expect(securityAssessment(buildReport(inputOf([started()])))).toContain(
      'No run of the server was recorded.',
    );
  });
});

describe('tasks that several findings ask for', () => {
  it('are told once, with all of them', () => {
    const recommendations = { immediate: ['Pin what moves here.'], shortTerm: [], longTerm: [] };
    const text = securityAssessment(
      buildReport(
        inputOf([
          started(),
          recorded(shellFinding({ recommendations })),
          recorded(shellFinding({ id: 'F-03', title: 'Another', severity: 'medium', recommendations })),
        ]),
      ),
    );
    expect(text.match(/Pin what moves here\./g)).toHaveLength(1);
    expect(text).toContain('- [ ] HIGH-001, MEDIUM-001: Pin what moves here.');
  });
});
