import { describe, expect, it } from 'vitest';
import { buildReport, type FindingReport, type ReportModel } from '../../src/report/report-model.ts';
import { triedOnServer } from '../../src/report/tried.ts';
import { inputOf, shellFinding, shellItem, smallScript } from './scripted-session.ts';

const model: ReportModel = buildReport(inputOf(smallScript()));
const UNSEEN = 'No observation of the running server goes with these steps.';
const said = (over: Partial<FindingReport>): string =>
  JSON.stringify(triedOnServer({ ...model.findings[0]!, ...shellFinding(), tried: [], ...over }, model));

describe('steps that no observation goes with', () => {
  it('say so whether they came of a lead or are the auditor’s own', () => {
    expect(said({ items: [shellItem], reproduction: ['Call it.'] })).toContain(UNSEEN);
    expect(said({ items: [], reproduction: ['Call it.'] })).toContain(UNSEEN);
    expect(said({ items: [{ ...shellItem, kind: 'fact' }], reproduction: ['Call it.'] })).toContain(UNSEEN);
  });

  it('and steps that nobody recorded say nothing of the kind', () => {
    expect(said({ items: [shellItem], reproduction: [] })).toBe('[]');
  });
});
