import { describe, expect, it } from 'vitest';
import type { EventBody, Verdict } from '../../src/domain/events.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { emptyProfile } from '../../src/domain/server-profile.ts';
import { auditManifest } from '../../src/report/audit-manifest.ts';
import { findingFile } from '../../src/report/finding-file.ts';
import { htmlFile } from '../../src/report/formats/html.ts';
import { repositoryMetadata } from '../../src/report/metadata.ts';
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

describe('decisions without a word of why', () => {
  it('are no reasoned ones, whatever was decided', () => {
    const m = buildReport(
      inputOf([
        started(),
        answer('1.3.1', 'pass', ''),
        answer('2.1.2', 'fail', ''),
        answer('2.1.4', 'not-applicable', ''),
      ]),
    );
    const words = '1 pass has, 1 failure has, 1 verdict of not applicable has no word of why';
    expect(m.proposals.overallRisk.reason).toContain('0 of 5 checks are decided with a reason');
    expect(m.proposals.overallRisk.reason).toContain(words);
    expect(securityAssessment(m)).toContain(`3 of 5 checks decided; ${words}`);
  });

  it('have one where a finding says it', () => {
    const m = buildReport(inputOf([started(), answer('2.1.2', 'fail', ''), recorded(shellFinding())]));
    expect(m.proposals.overallRisk.reason).toContain('1 of 5 checks is decided with a reason');
  });
});

describe('among the limitations', () => {
  it('stands the finding that hangs on a check without a verdict', () => {
    const [check] = shellFinding().checks;
    const said = (...more: EventBody[]) =>
      buildReport(inputOf([started(), recorded(shellFinding()), ...more])).limitations.join('\n');
    expect(said()).toContain(`Findings speak to some all the same: ${check} (HIGH-001).`);
    expect(said(answer(check!, 'fail'))).not.toContain('all the same');
  });

  it('stand the findings nobody read again as a whole', () => {
    const said = (reviewed: boolean) =>
      buildReport(inputOf([started(), recorded(shellFinding({ reviewed }))])).limitations.join('\n');
    expect(said(false)).toContain(
      '1 finding of 1 was not read again as a whole after its last change: HIGH-001.',
    );
    expect(said(true)).not.toContain('read again');
  });
});

describe('the manifest', () => {
  const manifest = (...script: EventBody[]) => {
    const json = auditManifest(buildReport(inputOf([started(), ...script])));
    return {
      type: (json.audit_metadata as { audit_type: string }).audit_type,
      manual: (json.tools_used as string[]).includes('manual_code_review'),
      scope: (json.target as { audit_scope: string[] }).audit_scope,
    };
  };

  it('names a manual review only where the session tells of one', () => {
    expect(manifest()).toMatchObject({ type: 'evidence_collection', manual: false });
    expect(manifest(answer('2.1.2', 'fail', ''))).toMatchObject({ type: 'checklist_review', manual: false });
    expect(manifest(recorded(shellFinding({ reviewed: false })))).toMatchObject({ manual: false });
    expect(manifest(recorded(shellFinding({ reviewed: true })))).toMatchObject({
      type: 'manual_security_review',
      manual: true,
    });
  });

  it('counts no section to the scope of which nothing applied', () => {
    const section = (v: Verdict) => manifest(answer('2.1.2', v)).scope;
    expect(section('fail')).toHaveLength(2);
    expect(section('not-applicable')).toEqual(['security']);
  });
});

describe('the classification of the server', () => {
  it.each([
    ['required', true],
    ['optional', false],
    ['none', false],
  ])('says that authentication is %s beside whether it is required', (authentication, required) => {
    const m = buildReport(
      inputOf([
        started(),
        { type: 'server.described', value: { ...emptyProfile(), authentication } } as EventBody,
      ]),
    );
    expect(repositoryMetadata(m).mcp_classification).toMatchObject({
      authentication,
      authentication_required: required,
    });
  });
});

describe('how a finding is mended', () => {
  const advice = 'Document every outbound host.';
  const of = (parts: string[]) => {
    const { recommendations } = shellFinding();
    const value = shellFinding({
      recommendations: { ...recommendations, immediate: [advice] },
      template: { id: '', parts },
    });
    const m = buildReport(inputOf([started(), recorded(value)]));
    const asked = readiness(inputOf([started(), recorded(value)])).map((r) => r.text);
    return { file: findingFile(m.findings[0]!, m), assessment: securityAssessment(m), asked };
  };
  const warning = /how to mend F-01 is only the general guidance of /;
  const actions = (file: string) => file.split('### Immediate Actions')[1]!.split('\n### ')[0]!;

  it('is not said where only the check says it in general: that is told apart, as what it is', () => {
    const { file, assessment, asked } = of(['recommendations.immediate']);
    expect(asked).toContainEqual(expect.stringMatching(warning));
    expect(actions(file)).toContain('Nothing was recorded here.');
    expect(actions(file)).not.toContain(advice);
    expect(file).toMatch(
      /General guidance of the methodology [\s\S]* nobody wrote of this finding:\s+- Document every/,
    );
    expect(assessment).not.toContain(advice);
  });

  it('is an action where the auditor wrote it', () => {
    const { file, assessment, asked } = of([]);
    expect(asked).not.toContainEqual(expect.stringMatching(warning));
    expect(actions(file)).toContain(advice);
    expect(file).not.toContain('General guidance');
    expect(assessment).toContain(advice);
  });
});
