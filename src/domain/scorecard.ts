import { speaksTo } from './finding.ts';
import type { Check, Methodology, Severity } from './methodology.ts';
import { checksOf } from './methodology.ts';
import type { Evidence } from './selectors.ts';
import type { Session } from './session.ts';

/**
 * The selection scorecard. The program proposes a rating for a criterion from verdicts and from what was seen, and says
 * why; the auditor accepts it or gives another one with a word of why. What nobody looked at is not rated: it counts
 * neither as nothing nor as excellent, and the total says how much of the weight it rests on.
 */

export type Vote = {
  check: string;
  /** 0 (critical) .. 4 (excellent); null when the check says nothing about the criterion, for the reason in `why`. */
  value: number | null;
  why: string;
};

export type CriterionRating = {
  id: string;
  title: string;
  question: string;
  /** What counts: the auditor's rating, else the proposal; null: not rated. */
  value: number | null;
  /** The level's words, or "not rated". */
  label: string;
  reason: string;
  by: 'auditor' | 'proposal';
  proposal: { value: number | null; reason: string };
  votes: Vote[];
};

export type DimensionRating = {
  id: string;
  title: string;
  weight: number;
  /** Mean of its rated criteria; null when none is. */
  value: number | null;
  criteria: CriterionRating[];
};

export type ScorecardRating = {
  dimensions: DimensionRating[];
  /** Weighted mean of the rated dimensions; null when nothing is rated. */
  total: number | null;
  /** Percent of the weight that the total rests on. */
  ratedWeight: number;
};

export type ScorecardInput = {
  session: Session;
  methodology: Methodology;
  evidence: Evidence;
  /** By collector: why the evidence of its latest run cannot be shown. */
  missing: ReadonlyMap<string, string>;
};

const FAILED: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 3 };
const GRAVEST: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** No pass is better than this unless a good practice was seen, and everything about the criterion was looked at. */
const GOOD = 3;
const EXCELLENT = 4;

const counted = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;

/** Why a collector's evidence could not be had; null when it looked. */
const unseen = ({ session, evidence, missing }: ScorecardInput, collector: string): string | null => {
  if (missing.has(collector)) return `what ${collector} found cannot be read`;
  const outcome = evidence.get(collector)?.run.outcome ?? session.runs.get(collector)?.outcome;
  if (outcome === undefined) return `${collector} was not run`;
  if (outcome === 'failed') return `${collector} failed`;
  if (outcome === 'unavailable') return `${collector} could not look`;
  return evidence.has(collector) ? null : `what ${collector} found is not at hand`;
};

const voteOf = (input: ScorecardInput, items: readonly SeenItem[], check: Check): Vote => {
  const { session } = input;
  const vote = (value: number | null, why: string): Vote => ({ check: check.id, value, why });
  const verdict = session.answers.get(check.id)?.verdict ?? null;
  const findings = [...session.findings.values()].filter((f) => speaksTo(f, check.id));
  if (verdict === null) return vote(null, 'no verdict');
  if (verdict === 'not-applicable') return vote(null, 'does not apply');
  if (verdict === 'unsure') return vote(null, 'the auditor is unsure');
  if (verdict === 'fail') {
    const recorded = findings.filter((f) => !f.positive).map((f) => f.severity);
    const gravest = GRAVEST.find((s) => recorded.includes(s));
    return vote(
      FAILED[gravest ?? check.finding.severity],
      gravest
        ? `fails, gravest finding ${gravest}`
        : `fails, without a finding: ${check.finding.severity} by its kind`,
    );
  }
  // A pass stands on what was seen. Where evidence could not be had, only the auditor can say what it is worth.
  const blind = check.collectors.map((c) => unseen(input, c)).filter((why) => why !== null);
  if (blind.length > 0) return vote(null, `passes, but ${blind.join(', ')}`);
  const open = items.filter((i) => !i.triaged);
  const gap = open.filter((i) => i.kind === 'gap');
  if (gap.length > 0)
    return vote(
      null,
      `passes, but ${counted(gap.length, 'gap')} in its evidence nobody judged: ${gap[0]?.title}`,
    );
  const leads = open.filter((i) => i.kind === 'lead').length;
  if (leads > 0) return vote(GOOD, `passes, with ${counted(leads, 'lead')} nobody judged`);
  const strengths =
    items.filter((i) => i.kind === 'strength').length + findings.filter((f) => f.positive).length;
  return strengths > 0
    ? vote(EXCELLENT, `passes, ${counted(strengths, 'good practice')} seen`)
    : vote(GOOD, 'passes');
};

type SeenItem = { kind: string; title: string; triaged: boolean };

const proposalOf = (votes: readonly Vote[]): CriterionRating['proposal'] => {
  const rated = votes.flatMap((v) => (v.value === null ? [] : [{ ...v, value: v.value }]));
  const silent = votes.filter((v) => v.value === null && v.why !== 'does not apply');
  const words = (list: readonly Vote[]) => list.map((v) => `${v.check} ${v.why}`).join('; ');
  if (votes.length === 0) return { value: null, reason: 'no check of this methodology speaks to it' };
  if (rated.length === 0) return { value: null, reason: `nothing to rate it by: ${words(votes)}` };
  const lowest = Math.min(...rated.map((v) => v.value));
  // Excellent is said of the whole: what was not looked at could be anything.
  const value = silent.length > 0 ? Math.min(lowest, GOOD) : lowest;
  const deciding = rated.filter((v) => v.value === lowest);
  return {
    value,
    reason: [
      `lowest of ${rated.length} of ${votes.length}: ${words(deciding)}`,
      ...(silent.length > 0 ? [`not counted: ${words(silent)}`] : []),
    ].join('. '),
  };
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/** Every criterion with its proposal, its rating, and what it rests on. */
export const scorecardOf = (input: ScorecardInput): ScorecardRating => {
  const { session, methodology, evidence } = input;
  const { levels, dimensions } = methodology.scorecard;
  const checks = checksOf(methodology);
  const seen = new Map<string, SeenItem[]>();
  for (const result of evidence.values())
    for (const i of result.items)
      for (const check of i.checks) {
        const list = seen.get(check) ?? [];
        list.push({ kind: i.kind, title: i.title, triaged: session.triage.has(i.id) });
        seen.set(check, list);
      }
  const rated = dimensions.map((d): DimensionRating => {
    const criteria = d.criteria.map((c): CriterionRating => {
      const votes = checks
        .filter((check) => check.scorecard.includes(c.id))
        .map((check) => voteOf(input, seen.get(check.id) ?? [], check));
      const proposal = proposalOf(votes);
      const given = session.ratings.get(c.id);
      const { value, reason } = given ?? proposal;
      return {
        id: c.id,
        title: c.title,
        question: c.question,
        value,
        label: levels.find((l) => l.value === value)?.label ?? 'not rated',
        reason,
        by: given ? 'auditor' : 'proposal',
        proposal,
        votes,
      };
    });
    return {
      id: d.id,
      title: d.title,
      weight: d.weight,
      value: mean(criteria.flatMap((c) => c.value ?? [])),
      criteria,
    };
  });
  const valued = rated.flatMap((d) => (d.value === null ? [] : [{ weight: d.weight, value: d.value }]));
  const weight = valued.reduce((sum, d) => sum + d.weight, 0);
  return {
    dimensions: rated,
    total: weight === 0 ? null : valued.reduce((sum, d) => sum + d.value * d.weight, 0) / weight,
    ratedWeight: rated.reduce(
      (sum, d) => sum + (d.weight * d.criteria.filter((c) => c.value !== null).length) / d.criteria.length,
      0,
    ),
  };
};

/** "2.7 of 4, resting on 62 % of the weight", as every surface says it. */
export const totalWords = (s: ScorecardRating): string =>
  s.total === null
    ? 'not rated'
    : `${s.total.toFixed(1)} of 4, resting on ${Math.round(s.ratedWeight)} % of the weight`;
