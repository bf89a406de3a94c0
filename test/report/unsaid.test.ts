import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { findingFile } from '../../src/report/finding-file.ts';
import { readiness } from '../../src/report/readiness.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { securityAssessment } from '../../src/report/security-assessment.ts';
import { inputOf, shellFinding, started } from './scripted-session.ts';

/** What nobody said is published as that, and never as the mildest or the gravest that could have been said. */
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
