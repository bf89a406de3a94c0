import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import type { CollectorResult, EvidenceItem, Outcome } from '../../src/domain/evidence.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { checksOf, findCheck, type Methodology, type Severity } from '../../src/domain/methodology.ts';
import { type CriterionRating, scorecardOf } from '../../src/domain/scorecard.ts';
import { replay } from '../../src/domain/session.ts';
import { startEvent } from './arbitraries.ts';

/**
 * Three public servers, each rated by hand from its history and code before any proposal for it was seen. What is kept of
 * them are the kinds and numbers of facts that were gathered; `verdicts` are those of the same reading.
 */
type Rated = {
  server: string;
  committedAt: string;
  auditedOn: string;
  byHand: Record<string, number>;
  verdicts: { fail: Record<string, Severity>; pass: string[]; notApplicable: string[] };
  collectors: Record<string, Outcome>;
  facts: [
    rule: string,
    kind: EvidenceItem['kind'],
    strength: EvidenceItem['strength'],
    checks: string,
    measures?: Record<string, number>,
  ][];
};

const methodology = await loadMethodology();
const checks = checksOf(methodology).map((c) => c.id);
const read = (name: string): Rated =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'scorecards', `${name}.json`), 'utf8'));
const SERVERS = ['snowflake', 'notion', 'grafana'];

const itemsOf = (r: Rated): EvidenceItem[] =>
  r.facts.map(([fact, kind, strength, on, measures], i) => ({
    id: i.toString(16).padStart(16, '0'),
    kind,
    strength,
    collector: fact.split('/')[0]!,
    rule: fact.split('/')[1]!,
    checks: on.split(' '),
    cwe: [],
    class: 'hygiene',
    title: fact,
    detail: '',
    location: null,
    flow: [],
    places: [],
    reproduce: '',
    ...(measures ? { measures } : {}),
  }));

type Events = { type: string; [field: string]: unknown }[];

/** The methodology as far as it asks for these collectors: what came later never looked at the servers kept here. */
const asOf = (collectors: readonly string[]): Methodology => ({
  ...methodology,
  phases: methodology.phases.map((p) => ({
    ...p,
    sections: p.sections.map((s) => ({
      ...s,
      checks: s.checks.map((c) => ({
        ...c,
        collectors: c.collectors.filter((id) => collectors.includes(id)),
      })),
    })),
  })),
});

const rate = (r: Rated, told: Events, auditedOn = r.auditedOn): Map<string, CriterionRating> => {
  const start = startEvent() as Extract<SessionEvent, { type: 'session.started' }>;
  const at = `${auditedOn}T09:00:00.000Z`;
  const events = [
    { ...start, at, target: { ...start.target, committedAt: r.committedAt } },
    ...told.map((e, i) => ({ v: 1, at, by: 'jane', ...e, seq: i + 2 })),
  ] as SessionEvent[];
  const items = itemsOf(r);
  const evidence = new Map(
    Object.entries(r.collectors).map(([id, outcome]): [string, CollectorResult] => [
      id,
      {
        run: { id, outcome, durationMs: 0, searched: '', message: '' },
        items: items.filter((i) => i.collector === id),
        surface: null,
        artifacts: [],
      },
    ]),
  );
  const card = scorecardOf({
    session: replay(events),
    methodology: asOf(Object.keys(r.collectors)),
    evidence,
    missing: new Map(),
  });
  return new Map(card.dimensions.flatMap((d) => d.criteria).map((c) => [c.id, c]));
};

const answered = (check: string, verdict: string, note = ''): Events[number] => ({
  type: 'check.answered',
  check,
  answer: { verdict, note },
});

/** Verdicts with notes; leads and gaps of passed checks dismissed, those of failed ones cited by the finding. */
const audited = (r: Rated): Events => {
  const { fail, pass, notApplicable } = r.verdicts;
  const judged = itemsOf(r).filter((i) => i.kind === 'lead' || i.kind === 'gap');
  const failed = Object.keys(fail);
  const dismissed = judged.filter((i) => !i.checks.some((c) => failed.includes(c)));
  return [
    ...pass.map((c) => answered(c, 'pass', 'read')),
    ...notApplicable.map((c) => answered(c, 'not-applicable', 'read')),
    ...failed.map((c) => answered(c, 'fail', 'read')),
    {
      type: 'evidence.triaged',
      changes: dismissed.map((i) => ({ item: i.id, triage: { decision: 'dismissed', reason: 'read' } })),
    },
    ...failed.map((c, n) => {
      const finding = `F-${String(n + 1).padStart(2, '0')}`;
      return {
        type: 'finding.recorded',
        finding,
        value: {
          ...draftFinding(finding, findCheck(methodology, c)!),
          title: c,
          severity: fail[c],
          evidence: judged.filter((i) => i.checks.includes(c)).map((i) => i.id),
        },
      };
    }),
  ];
};

const SCENES: [name: string, told: (r: Rated) => Events, leastRated: number][] = [
  ['nothing is decided', () => [], 1],
  ['everything passes without a note or a look', () => checks.map((c) => answered(c, 'pass')), 1],
  ['it was audited', audited, 12],
];

describe.each(SERVERS)('the proposals for %s', (name) => {
  const rated = read(name);

  it.each(SCENES)('agree with the ratings by hand within a point, or are none, when %s', (_, told, least) => {
    const card = rate(rated, told(rated));
    const off = [...card.values()]
      .filter((c) => c.proposal.value !== null && Math.abs(c.proposal.value - rated.byHand[c.id]!) > 1)
      .map((c) => `${c.id} ${c.proposal.value}, by hand ${rated.byHand[c.id]}: ${c.proposal.reason}`);
    expect(off).toEqual([]);
    expect(Object.keys(rated.byHand).sort()).toEqual([...card.keys()].sort());
    expect([...card.values()].filter((c) => c.proposal.value !== null).length).toBeGreaterThanOrEqual(least);
  });

  it('are never better for a later day of the audit', () => {
    const told = audited(rated);
    const days = ['2026-11-29', '2027-03-01', '2027-12-01', '2029-01-01'];
    const cards = days.map((day) => rate(rated, told, day));
    for (const [i, later] of cards.slice(1).entries())
      for (const [id, c] of later)
        expect(c.proposal.value ?? 0, id).toBeLessThanOrEqual(cards[i]!.get(id)!.proposal.value ?? 4);
  });
});

describe('a proposal', () => {
  it('does not rest on a stamp: passes nobody looked at rate nothing that facts do not', () => {
    for (const name of SERVERS) {
      const r = read(name);
      const bare = rate(r, []);
      const stamped = rate(r, SCENES[1]![1](r));
      for (const [id, c] of stamped)
        expect(c.proposal.value, `${name} ${id}`).toBe(bare.get(id)!.proposal.value);
    }
  });
});
