import { describe, expect, it } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import { decide, isRefusal } from '../../src/domain/decide.ts';
import type { SessionEvent, Verdict } from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem, Outcome } from '../../src/domain/evidence.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { checksOf, findCheck } from '../../src/domain/methodology.ts';
import { scorecardOf, totalWords } from '../../src/domain/scorecard.ts';
import { replay } from '../../src/domain/session.ts';
import { startEvent } from './arbitraries.ts';

const bundled = await loadMethodology();

const item = (check: string, kind: EvidenceItem['kind'], id: string): EvidenceItem => ({
  id,
  kind,
  strength: 'moderate',
  collector: 'x',
  rule: 'r',
  checks: [check],
  cwe: [],
  class: 'hygiene',
  title: `${kind} of ${check}`,
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
});

type Told = {
  verdicts?: Record<string, Verdict>;
  items?: EvidenceItem[];
  /** How collectors ended that did not look as asked. */
  outcomes?: Record<string, Outcome>;
  notRun?: string[];
  missing?: string[];
  events?: object[];
};

/** A card of the bundled methodology on which every collector looked, unless told otherwise. */
const card = ({ verdicts = {}, items = [], outcomes = {}, notRun = [], missing = [], events = [] }: Told) => {
  const all = [
    startEvent(),
    ...Object.entries(verdicts).map(([check, verdict]) => ({
      type: 'check.answered',
      check,
      answer: { verdict, note: 'why' },
    })),
    ...events,
  ].map(
    (e, i) =>
      ({ v: 1, at: '2026-11-23T10:00:00.000Z', by: 'jane', ...e, seq: i + 1 }) as unknown as SessionEvent,
  );
  const collectors = new Set(checksOf(bundled).flatMap((c) => c.collectors));
  const evidence = new Map(
    [...collectors]
      .filter((c) => !notRun.includes(c))
      .map((id, i): [string, CollectorResult] => [
        id,
        {
          run: { id, outcome: outcomes[id] ?? 'collected', durationMs: 0, searched: '', message: '' },
          items: i === 0 ? items : [],
          surface: null,
          artifacts: [],
        },
      ]),
  );
  const rating = scorecardOf({
    session: replay(all),
    methodology: bundled,
    evidence,
    missing: new Map(missing.map((m) => [m, 'damaged'])),
  });
  const criterion = (id: string) => rating.dimensions.flatMap((d) => d.criteria).find((c) => c.id === id)!;
  return { rating, criterion };
};

const passing = (criterion: string): Record<string, Verdict> =>
  Object.fromEntries(
    checksOf(bundled)
      .filter((c) => c.scorecard.includes(criterion))
      .map((c) => [c.id, 'pass' as const]),
  );

describe('the scorecard', () => {
  it('has the sixteen criteria and the weights of the published one', () => {
    const { dimensions } = bundled.scorecard;
    expect(dimensions.map((d) => [d.title, d.weight, d.criteria.length])).toEqual([
      ['Repository Health', 25, 4],
      ['Security Implementation', 35, 4],
      ['Operational Security', 25, 4],
      ['Community & Governance', 15, 4],
    ]);
    const ids = dimensions.flatMap((d) => d.criteria.map((c) => c.id));
    for (const id of ids)
      expect(
        checksOf(bundled).some((c) => c.scorecard.includes(id)),
        id,
      ).toBe(true);
  });

  it('without a verdict rates nothing, and says what is missing', () => {
    const { rating, criterion } = card({});
    expect([rating.total, rating.ratedWeight, totalWords(rating)]).toEqual([null, 0, 'not rated']);
    expect(criterion('input-validation')).toMatchObject({ value: null, label: 'not rated', by: 'proposal' });
    expect(criterion('input-validation').reason).toContain('nothing to rate it by: 2.1.1 no verdict');
  });

  it('proposes good for a pass, excellent only where a good practice was seen and all was looked at', () => {
    const verdicts = passing('logging-monitoring');
    const check = Object.keys(verdicts)[0]!;
    expect(card({ verdicts }).criterion('logging-monitoring').value).toBe(3);
    const strengths = Object.keys(verdicts).map((c, i) => item(c, 'strength', String(i).padStart(16, '0')));
    expect(card({ verdicts, items: strengths }).criterion('logging-monitoring').value).toBe(4);
    const { [check]: _left, ...others } = verdicts;
    const partial = card({ verdicts: others, items: strengths }).criterion('logging-monitoring');
    expect(partial.value).toBe(3);
    expect(partial.reason).toContain(`not counted: ${check} no verdict`);
    const withLead = card({ verdicts, items: [...strengths, item(check, 'lead', 'f'.repeat(16))] });
    expect(withLead.criterion('logging-monitoring').reason).toContain('passes, with 1 lead nobody judged');
  });

  it('is held down by the gravest finding of a failed check', () => {
    const template = findCheck(bundled, '2.2.3')!;
    const finding = (severity: 'critical' | 'low') => ({
      type: 'finding.recorded',
      finding: 'F-01',
      value: { ...draftFinding('F-01', template), title: 't', severity },
    });
    const verdicts = { ...passing('access-control'), '2.2.3': 'fail' as const };
    expect(card({ verdicts, events: [finding('critical')] }).criterion('access-control')).toMatchObject({
      value: 0,
    });
    expect(card({ verdicts, events: [finding('low')] }).criterion('access-control')).toMatchObject({
      value: 3,
    });
    expect(card({ verdicts }).criterion('access-control').reason).toContain('2.2.3 fails, without a finding');
  });

  it('proposes nothing from evidence that could not be gathered, whatever the reason', () => {
    const verdicts = passing('logging-monitoring');
    const needed = checksOf(bundled).find((c) => c.id in verdicts && c.collectors.length > 0)!;
    const only = { [needed.id]: 'pass' as const };
    const collector = needed.collectors[0]!;
    for (const [blind, words] of [
      [{ outcomes: { [collector]: 'failed' } }, `${collector} failed`],
      [{ outcomes: { [collector]: 'unavailable' } }, `${collector} could not look`],
      [{ notRun: [collector] }, `${collector} was not run`],
      [{ missing: [collector] }, `what ${collector} found cannot be read`],
      [
        { items: [item(needed.id, 'gap', 'a'.repeat(16))] },
        `1 gap in its evidence nobody judged: gap of ${needed.id}`,
      ],
    ] as [Told, string][]) {
      const rated = card({ verdicts: only, ...blind }).criterion('logging-monitoring');
      expect(rated.value, words).toBeNull();
      expect(rated.reason).toContain(words);
    }
    // A gap somebody judged, or a collector with nothing to look at, is no such case.
    const judged = {
      type: 'evidence.triaged',
      changes: [{ item: 'a'.repeat(16), triage: { decision: 'dismissed', reason: 'looked by hand' } }],
    };
    expect(
      card({ verdicts: only, items: [item(needed.id, 'gap', 'a'.repeat(16))], events: [judged] }).criterion(
        'logging-monitoring',
      ).value,
    ).toBe(3);
    expect(
      card({ verdicts: only, outcomes: { [collector]: 'not-applicable' } }).criterion('logging-monitoring')
        .value,
    ).toBe(3);
  });

  it('counts neither unsure nor not applicable', () => {
    const all = passing('deployment-patterns');
    const verdicts = Object.fromEntries(
      Object.keys(all).map((c, i) => [c, i % 2 ? 'unsure' : 'not-applicable']),
    ) as Record<string, Verdict>;
    expect(card({ verdicts }).criterion('deployment-patterns').value).toBeNull();
  });

  it("takes the auditor's rating, keeps the proposal beside it, and never counts what is not rated", () => {
    const rate = (criterion: string, value: number | null) => ({
      type: 'criterion.rated',
      criterion,
      value: { value, reason: 'I looked' },
    });
    const { rating, criterion } = card({
      events: [
        rate('input-validation', 2),
        rate('access-control', 4),
        rate('license-compliance', 1),
        rate('documentation', null),
      ],
    });
    expect(criterion('input-validation')).toMatchObject({
      value: 2,
      by: 'auditor',
      reason: 'I looked',
      proposal: { value: null },
    });
    expect(criterion('documentation')).toMatchObject({ value: null, by: 'auditor', label: 'not rated' });
    // Security 35 % at the mean of 2 and 4, governance 15 % at 1; two and one of four criteria each.
    expect(rating.total).toBeCloseTo((3 * 35 + 1 * 15) / 50);
    expect(rating.ratedWeight).toBeCloseTo(35 / 2 + 15 / 4);
    expect(totalWords(rating)).toBe('2.4 of 4, resting on 21 % of the weight');
  });

  it('is rated only with a reason, a known criterion, and a rating there is; undo brings back what was', () => {
    const session = replay([startEvent()]);
    const rate = (criterion: string, value: number | null, reason: string) =>
      decide(session, bundled, { type: 'rate', criterion, rating: { value, reason } });
    expect(rate('access-control', 2, ' ')).toMatchObject({
      refused: 'a rating of access-control needs a reason',
    });
    expect(rate('nonsense', 2, 'why')).toMatchObject({
      refused: expect.stringContaining('no criterion nonsense'),
    });
    for (const value of [5, -1, 2.5, Number.NaN])
      expect(isRefusal(rate('access-control', value, 'why'))).toBe(true);
    expect(rate('access-control', null, 'why')).toMatchObject({
      event: { value: { value: null, reason: 'why' } },
    });
    const rated = card({
      events: [{ type: 'criterion.rated', criterion: 'access-control', value: { value: 1, reason: 'r' } }],
    });
    expect(rated.criterion('access-control').value).toBe(1);
  });
});
