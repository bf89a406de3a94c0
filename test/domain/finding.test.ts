import { describe, expect, it } from 'vitest';
import { decide, isRefusal } from '../../src/domain/decide.ts';
import {
  draftFinding,
  type Finding,
  finding,
  giveSeverity,
  missingParts,
  onlyGuidance,
  recordedFinding,
  severityProposed,
  stageOf,
  withoutLeftovers,
} from '../../src/domain/finding.ts';
import { changedParts } from '../../src/domain/finding-history.ts';
import { findingInput, toInput, withInput } from '../../src/domain/finding-input.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { emptyAivss } from '../../src/domain/scoring/aivss.ts';
import { findingsOfCheck } from '../../src/domain/selectors.ts';
import { fieldsOf } from '../../src/ui/actions/finding-parts.ts';
import { audited, testMethodology } from './arbitraries.ts';

const check = checksOf(testMethodology)[0]!;
const whole = (over: Partial<Finding> = {}): Finding => ({
  ...giveSeverity(draftFinding('F-01', check), 'high'),
  cwe: 'CWE-78',
  summary: 's',
  description: 'd',
  evidence: ['0123456789abcdef'],
  impact: {
    confidentiality: 'High',
    integrity: 'High',
    availability: 'High',
    exploitability: 'High',
    scope: 'x',
  },
  reproduction: ['r'],
  risks: ['r'],
  validation: ['v'],
  business: { development: '', staging: '', production: 'p', enterprise: '' },
  ...over,
});

describe('a finding begun by hand', () => {
  const begun = draftFinding('F-01', check);
  const help = (f: Finding, id: string) => fieldsOf(f).find((p) => p.id === id)?.help ?? '';

  it('names no weakness before somebody says which', () => {
    expect(begun.cwe).toBeNull();
    expect(missingParts(begun)).toContain('cwe');
  });

  it("marks the check's words as the check's, until the auditor wrote others", () => {
    expect(onlyGuidance(begun)).toBe(true);
    expect(help(begun, 'recommendations.immediate')).toContain(
      `General guidance of check ${check.id}, published as that and not as yours`,
    );
    expect(help(begun, 'title')).toContain(`In the words of check ${check.id}`);
    const own = withoutLeftovers(begun, {
      ...begun,
      title: 'own',
      recommendations: { ...begun.recommendations, immediate: ['Use execFile.'] },
    });
    expect(onlyGuidance(own)).toBe(false);
    expect(help(own, 'recommendations.immediate')).not.toContain('General guidance');
    expect(help(own, 'title')).not.toContain('In the words of');
  });
});

describe('the stage of a finding', () => {
  it('is draft, then ready, then reviewed', () => {
    expect(stageOf(draftFinding('F-01', check))).toBe('draft');
    expect(stageOf(whole())).toBe('ready');
    expect(stageOf(whole({ reviewed: true }))).toBe('reviewed');
    // A review of something incomplete counts for nothing.
    expect(stageOf(whole({ reviewed: true, summary: '' }))).toBe('draft');
  });

  it('cannot be reviewed while something is to fill', () => {
    const { session } = audited([{ type: 'record-finding', finding: draftFinding('F-01', check) }]);
    const decision = decide(session, testMethodology, {
      type: 'review-finding',
      finding: 'F-01',
      reviewed: true,
    });
    expect(isRefusal(decision) && decision.refused).toContain('still to fill');
  });

  it('falls back when the text changes, and not when only a day of tracking does', () => {
    const commands = [
      { type: 'record-finding' as const, finding: whole() },
      { type: 'review-finding' as const, finding: 'F-01', reviewed: true },
    ];
    const reviewed = audited(commands).session.findings.get('F-01')!;
    expect(reviewed.reviewed).toBe(true);
    const tracked = { ...reviewed, tracking: { ...reviewed.tracking, reported: '2026-11-24' } };
    const after = (finding: Finding) =>
      audited([...commands, { type: 'record-finding', finding }]).session.findings.get('F-01')!;
    expect(after(tracked)).toMatchObject({ reviewed: true, tracking: { reported: '2026-11-24' } });
    expect(after({ ...reviewed, summary: 'another' }).reviewed).toBe(false);
  });
});

describe('what is missing', () => {
  const scored = (severity: Finding['severity'], severityReason = '') =>
    missingParts(
      whole({
        severity,
        severityReason,
        scores: {
          cvss40: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
          cvss31: '',
          aivss: null,
        },
      }),
    );
  it('is a reason, when the severity is not the one of the score', () => {
    expect(scored('critical')).toEqual([]);
    expect(scored('medium')).toEqual(['severityReason']);
    expect(scored('medium', 'It needs an account in practice.')).toEqual([]);
  });
  it('is what it means in some deployment, but not for what only informs', () => {
    const business = { development: '', staging: '', production: '', enterprise: '' };
    expect(missingParts(whole({ business }))).toEqual(['business.production']);
    expect(missingParts(whole({ business: { ...business, enterprise: 'e' } }))).toEqual([]);
    const impact = {
      ...whole().impact,
      confidentiality: 'Low',
      integrity: 'None',
      availability: 'Low',
    } as const;
    expect(missingParts(whole({ business, severity: 'info', impact }))).toEqual([]);
  });

  it('is a word on why, where impact and severity contradict each other', () => {
    const harmless = {
      confidentiality: 'Low',
      integrity: 'None',
      availability: 'None',
      exploitability: 'High',
      scope: 'x',
    } as const;
    expect(missingParts(whole({ severity: 'low' }))).toEqual(['severityReason']);
    expect(missingParts(whole({ severity: 'critical', impact: harmless }))).toEqual(['severityReason']);
    expect(missingParts(whole({ severity: 'low', severityReason: 'only in tests' }))).toEqual([]);
    expect(missingParts(whole({ severity: 'medium', impact: harmless }))).toEqual([]);
  });

  it('takes an impact nobody rated for not said: it contradicts no severity', () => {
    const { scope } = whole().impact;
    const unsaid = {
      confidentiality: '',
      integrity: '',
      availability: '',
      exploitability: '',
      scope,
    } as const;
    expect(missingParts(whole({ severity: 'critical', impact: unsaid }))).toEqual([]);
    expect(draftFinding('F-01', checksOf(testMethodology)[0]!).impact).toMatchObject({
      confidentiality: '',
      exploitability: '',
    });
  });
});

it('refuses a vector that is not complete, instead of scoring it 0', () => {
  const finding = whole({ scores: { cvss40: 'CVSS:4.0/AV:N', cvss31: '', aivss: null } });
  const decision = decide(audited([]).session, testMethodology, { type: 'record-finding', finding });
  expect(isRefusal(decision) && decision.refused).toContain('not complete');
  expect(findingInput.safeParse({ cvss40: 'CVSS:4.0/AV:N' }).error?.issues[0]?.message).toContain(
    'still to choose',
  );
});

it('is written as a person edits it and read back the same', () => {
  const f = whole({
    scores: {
      cvss40: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
      cvss31: '',
      aivss: { ...emptyAivss(), factors: { ...emptyAivss().factors, tools: 0.5 }, threat: 'attacked' },
    },
    examples: '**TypeScript**: x',
    tracking: { ...draftFinding('F-01', check).tracking, reported: '2026-11-20' },
    severityReason: 'because',
  });
  const read = findingInput.parse(JSON.parse(JSON.stringify(toInput(f))));
  expect(
    withInput(draftFinding('F-01', check), read, { locations: f.locations, evidence: f.evidence }),
  ).toEqual(f);
});

describe('one finding', () => {
  it('serves several checks, the one it was raised from first', () => {
    const f = { ...whole(), checks: checksOf(testMethodology).map((c) => c.id) };
    const { session } = audited([{ type: 'record-finding', finding: f }]);
    for (const c of checksOf(testMethodology)) expect(findingsOfCheck(session, c.id)).toEqual([f]);
  });

  it('of an old journal belongs to its one check', () => {
    const { checks: _, template: __, ...rest } = whole();
    expect(recordedFinding.parse({ ...rest, check: '1.1.2' })).toMatchObject({
      checks: ['1.1.2'],
      template: { id: '', parts: [] },
    });
  });

  it('as a person writes it may name one check or several', () => {
    const base = whole();
    const found = { locations: null, evidence: null };
    expect(withInput(base, findingInput.parse({ check: '1.2.1' }), found).checks).toEqual(['1.2.1']);
    const several = findingInput.parse({ checks: ['1.2.1', '1.1.1', '1.2.1'] });
    expect(withInput(base, several, found).checks).toEqual(['1.2.1', '1.1.1']);
    expect(withInput(base, findingInput.parse({ title: 't' }), found).checks).toEqual(base.checks);
  });
});

describe('a severity', () => {
  const begun = draftFinding('F-01', check);
  const read = (base: Finding, input: unknown) =>
    withInput(base, findingInput.parse(input), { locations: null, evidence: null });

  it('is only proposed until the auditor gives it, be it the same one, or scores the finding', () => {
    expect(severityProposed(begun)).toBe(true);
    expect(missingParts(begun)).toContain('severity');
    expect(severityProposed(giveSeverity(begun, begun.severity))).toBe(false);
    expect(severityProposed(read(begun, { severity: begun.severity }))).toBe(false);
    const cvss40 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    expect(severityProposed(read(begun, { cvss40 }))).toBe(false);
  });

  it('stays proposed when the finding is saved with other words', () => {
    expect(severityProposed(read(begun, { ...toInput(begun), title: 'mine' }))).toBe(true);
    expect(severityProposed(read(begun, { title: 'mine' }))).toBe(true);
    expect(toInput(giveSeverity(begun, 'low')).severity).toBe('low');
  });

  it('kept as proposed is told in the history of the finding', () => {
    expect(changedParts(begun, giveSeverity(begun, begun.severity))).toEqual(['severity']);
    expect(changedParts(begun, giveSeverity(begun, 'info'))).toEqual(['severity']);
  });

  it('of an old session is the auditor’s', () => {
    const { template: _, ...old } = begun;
    expect(severityProposed(finding.parse(old))).toBe(false);
  });
});

describe('what a template said of its own case', () => {
  const link = 'https://cwe.mitre.org/data/definitions/78.html';
  const begun = whole({
    examples: 'use execFile',
    references: [link, 'https://example.org/guide'],
    template: {
      id: 'shell-command',
      parts: ['examples', 'impact', 'impact.scope', 'business.production', 'risks'],
    },
  });

  it('goes when the auditor says that it is another weakness; their own words stay', () => {
    const now = withoutLeftovers(begun, { ...begun, cwe: 'CWE-88', risks: ['mine'] });
    expect(now).toMatchObject({ examples: '', risks: ['mine'], references: ['https://example.org/guide'] });
    expect(now.business.production).toBe('');
    expect(now.impact).toMatchObject({ confidentiality: '', scope: '' });
    expect(missingParts(now)).toContain('impact.scope');
    expect(finding.parse(now)).toEqual(now);
  });

  it('goes too when a weakness becomes a good practice', () => {
    const now = withoutLeftovers(begun, { ...begun, positive: true, cwe: null, severity: 'info' });
    expect(now).toMatchObject({ examples: '', risks: [], references: ['https://example.org/guide'] });
  });

  it('stays when something else changes, and what was changed is no longer called the template’s', () => {
    const now = withoutLeftovers(begun, { ...begun, title: 'another', examples: 'mine' });
    expect(now).toMatchObject({ examples: 'mine', risks: begun.risks, references: begun.references });
    expect(now.template.parts).toEqual(['impact', 'impact.scope', 'business.production', 'risks']);
  });
});
