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
  committedAt?: string;
};

const startedOn = (committedAt: string): object => {
  const start = startEvent() as Extract<SessionEvent, { type: 'session.started' }>;
  return { ...start, target: { ...start.target, committedAt } };
};

/** A card of the bundled methodology on which every collector looked, unless told otherwise. */
const card = ({
  verdicts = {},
  items = [],
  outcomes = {},
  notRun = [],
  missing = [],
  events = [],
  committedAt,
}: Told) => {
  const all = [
    committedAt === undefined ? startEvent() : startedOn(committedAt),
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
    expect([rating.total, rating.ratedWeight, totalWords(rating)]).toEqual([
      null,
      0,
      'not rated: 0 % of the weight is rated, and below 50 % there is no total',
    ]);
    expect(criterion('input-validation')).toMatchObject({ value: null, label: 'not rated', by: 'proposal' });
    expect(criterion('input-validation').reason).toContain('Not counted: no verdict (2.1.1, 2.1.2');
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
    expect(partial.reason).toContain(`Not counted: no verdict (${check})`);
    const lead = item(check, 'lead', 'f'.repeat(16));
    const withLead = card({ verdicts, items: [...strengths, lead] });
    expect(withLead.criterion('logging-monitoring').reason).toContain('with leads nobody judged');
    const weak = card({ verdicts, items: [...strengths, { ...lead, strength: 'weak' }] });
    expect(weak.criterion('logging-monitoring')).toMatchObject({ value: 3 });
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
    // What fails is not good, however small the weakness.
    expect(card({ verdicts, events: [finding('low')] }).criterion('access-control')).toMatchObject({
      value: 2,
    });
    expect(card({ verdicts }).criterion('access-control')).toMatchObject({
      value: 2,
      reason: expect.stringContaining('fails, and how grave is not said (2.2.3)'),
    });
  });

  it('is not rated on less than half of what speaks to it, but for what nothing can make worse', () => {
    const finding = (severity: 'critical' | 'high') => ({
      type: 'finding.recorded',
      finding: 'F-01',
      value: { ...draftFinding('F-01', findCheck(bundled, '2.2.3')!), title: 't', severity },
    });
    const verdicts = { '2.2.3': 'fail' as const };
    const high = card({ verdicts, events: [finding('high')] }).criterion('access-control');
    expect(high).toMatchObject({ value: null });
    expect(high.reason).toContain('Known: fails, gravest finding high (2.2.3)');
    expect(card({ verdicts, events: [finding('critical')] }).criterion('access-control').value).toBe(0);
    expect(card({ verdicts: { '3.3.3': 'fail' } }).criterion('issue-resolution')).toMatchObject({
      value: null,
      reason: expect.stringContaining('no better than 2: fails, and how grave is not said (3.3.3)'),
    });
  });

  it('is not rated by one number alone, however bad: with what people judged beside it, it is', () => {
    const committedAt = '2024-06-01T00:00:00Z';
    const alone = card({ committedAt }).criterion('longevity-indicators');
    expect(alone.value).toBeNull();
    expect(alone.reason).toMatch(/Known: days from the last commit seen to the day of the audit: \d+/);
    const verdicts = passing('longevity-indicators');
    expect(card({ committedAt, verdicts }).criterion('longevity-indicators').value).toBe(0);
  });

  it('takes a pass without a note or a look for no answer, and an accepted lead for more than the pass', () => {
    const events = Object.keys(passing('logging-monitoring')).map((check) => ({
      type: 'check.answered',
      check,
      answer: { verdict: 'pass', note: '' },
    }));
    expect(card({ events }).criterion('logging-monitoring')).toMatchObject({
      value: null,
      reason: expect.stringContaining('passes, but without a note or a look'),
    });
    const lead = item('3.3.1', 'lead', 'f'.repeat(16));
    const accepted = {
      type: 'evidence.triaged',
      changes: [{ item: lead.id, triage: { decision: 'accepted', reason: '' } }],
    };
    const told = { verdicts: passing('logging-monitoring'), items: [lead], events: [accepted] };
    expect(card(told).criterion('logging-monitoring')).toMatchObject({
      value: 2,
      reason: expect.stringContaining('1 lead was accepted'),
    });
  });

  it('counts age from the day of the audit, and says of facts what they hold down', () => {
    const verdicts = passing('maintenance-activity');
    const { criterion } = card({ verdicts, committedAt: '2025-06-01T00:00:00Z' });
    expect(criterion('maintenance-activity')).toMatchObject({ value: 0 });
    const fresh = card({ verdicts, committedAt: '2026-11-20T00:00:00Z' }).criterion('maintenance-activity');
    expect(fresh.value).toBe(3);
    const silent = {
      ...item('3.3.1', 'fact', 'e'.repeat(16)),
      collector: 'operations',
      rule: 'handlers-without-log',
      measures: { silentPercent: 100 },
    };
    const logging = card({ verdicts: passing('logging-monitoring'), items: [silent] }).criterion(
      'logging-monitoring',
    );
    expect(logging).toMatchObject({
      value: 1,
      reason: expect.stringContaining('100 % of the tool handlers hold no log call'),
    });
    const dismissed = {
      type: 'evidence.triaged',
      changes: [{ item: silent.id, triage: { decision: 'dismissed', reason: 'the framework logs' } }],
    };
    expect(
      card({ verdicts: passing('logging-monitoring'), items: [silent], events: [dismissed] }).criterion(
        'logging-monitoring',
      ).value,
    ).toBe(3);
  });

  it('has no better total than its gravest finding allows, and says so', () => {
    const finding = {
      type: 'finding.recorded',
      finding: 'F-01',
      value: { ...draftFinding('F-01', findCheck(bundled, '2.4.1')!), title: 't', severity: 'critical' },
    };
    const verdicts = Object.fromEntries(checksOf(bundled).map((c) => [c.id, 'pass' as const]));
    const { rating } = card({ verdicts, events: [finding] });
    expect(rating.total).toBe(1);
    expect(totalWords(rating)).toContain('held down from 3.0 by F-01 (critical)');
  });

  it('takes a lead for what is so only when somebody said that it is: accepted, or cited by a weakness', () => {
    const lead = {
      ...item('2.2.3', 'lead', 'e'.repeat(16)),
      collector: 'code-weaknesses',
      rule: 'authentication-optional',
    };
    const facts = (events: object[]) =>
      card({ items: [lead], events: events as never }).criterion('access-control').facts;
    const triaged = (decision: string) => [
      { type: 'evidence.triaged', changes: [{ item: lead.id, triage: { decision, reason: 'read' } }] },
    ];
    const cited = (positive: boolean) => [
      {
        type: 'finding.recorded',
        finding: 'F-01',
        value: {
          ...draftFinding('F-01', findCheck(bundled, '2.2.3')!),
          positive,
          severity: 'info',
          evidence: [lead.id],
        },
      },
    ];
    expect(facts([])).toEqual([]);
    expect(facts(triaged('dismissed'))).toEqual([]);
    expect(facts(cited(true))).toEqual([]);
    for (const events of [triaged('accepted'), cited(false)])
      expect(facts(events)).toMatchObject([{ most: 2, items: [lead.id] }]);
  });

  it('proposes nothing from evidence that could not be gathered, whatever the reason', () => {
    const verdicts = passing('logging-monitoring');
    const needed = checksOf(bundled).find((c) => c.id in verdicts && c.collectors.length > 0)!;
    const only = { [needed.id]: 'pass' as const };
    const na = 'not-applicable' as const;
    const rest = Object.fromEntries(Object.keys(verdicts).map((c) => [c, na]));
    const collector = needed.collectors[0]!;
    for (const [blind, words] of [
      [{ outcomes: { [collector]: 'failed' } }, `${collector} failed`],
      [{ outcomes: { [collector]: 'unavailable' } }, `${collector} could not look`],
      [{ notRun: [collector] }, `${collector} was not run`],
      [{ missing: [collector] }, `what ${collector} found cannot be read`],
      [{ items: [item(needed.id, 'gap', 'a'.repeat(16))] }, 'with gaps in its evidence nobody judged'],
    ] as [Told, string][]) {
      const rated = card({ verdicts: { ...rest, ...only }, ...blind }).criterion('logging-monitoring');
      expect(rated.value, words).toBeNull();
      expect(rated.reason).toContain(words);
    }
    // A gap somebody judged, or a collector with nothing to look at, is no such case.
    const judged = {
      type: 'evidence.triaged',
      changes: [{ item: 'a'.repeat(16), triage: { decision: 'dismissed', reason: 'looked by hand' } }],
    };
    expect(
      card({
        verdicts: { ...rest, ...only },
        items: [item(needed.id, 'gap', 'a'.repeat(16))],
        events: [judged],
      }).criterion('logging-monitoring').value,
    ).toBe(3);
    expect(
      card({ verdicts: { ...rest, ...only }, outcomes: { [collector]: 'not-applicable' } }).criterion(
        'logging-monitoring',
      ).value,
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
    const few = [
      rate('input-validation', 2),
      rate('access-control', 4),
      rate('license-compliance', 1),
      rate('documentation', null),
    ];
    const rest = [
      rate('logging-monitoring', 3),
      rate('dependency-security', 3),
      rate('maintenance-activity', 2),
      rate('code-quality', 2),
    ];
    const { rating, criterion } = card({ events: [...few, ...rest] });
    expect(criterion('input-validation')).toMatchObject({
      value: 2,
      by: 'auditor',
      reason: 'I looked',
      proposal: { value: null },
    });
    expect(criterion('documentation')).toMatchObject({ value: null, by: 'auditor', label: 'not rated' });
    // Security 35 % at the mean of 2, 4, 3 and 3, health 25 % at 2, governance 15 % at 1: four, two and one of four each.
    expect(rating.total).toBeCloseTo((3 * 35 + 2 * 25 + 1 * 15) / 75);
    expect(rating.ratedWeight).toBeCloseTo(35 + 25 / 2 + 15 / 4);
    expect(totalWords(rating)).toBe('2.3 of 4, resting on 51 % of the weight');
    const { rating: little } = card({ events: few });
    expect(little.total).toBeNull();
    expect(totalWords(little)).toContain('21 % of the weight is rated, and below 50 % there is no total');
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
