import { plural } from '../text/plural.ts';
import type { EvidenceItem } from './evidence.ts';
import type { Check, Methodology, Severity } from './methodology.ts';
import { checksOf } from './methodology.ts';
import { type FactVote, factVote, indexFacts } from './scorecard-facts.ts';
import { type Evidence, findingsOf, findingsOfCheck, judgedItems } from './selectors.ts';
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
  /** Set when it gives no rating, yet none can be better than this. */
  most?: number;
  why: string;
  /** The same without its numbers, by which several checks are told together. */
  kind?: string;
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
  /** Who gave the rating; '' for a proposal. */
  author: string;
  proposal: { value: number | null; reason: string };
  votes: Vote[];
  facts: FactVote[];
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
  /**
   * Weighted mean of the rated dimensions, held down by the gravest finding; null when less of the weight is rated than
   * {@link MIN_RATED}: a mean of a few criteria says nothing of the rest.
   */
  total: number | null;
  /** Why the total is less than the mean; null when it is the mean. */
  heldDown: string | null;
  /** Percent of the weight that the total rests on. */
  ratedWeight: number;
};

export type ScorecardInput = {
  session: Session;
  methodology: Methodology;
  evidence: Evidence;
  /** By collector: why the evidence of its latest run cannot be shown. */
  missing: ReadonlyMap<string, string>;
  /** How the one who rated is named; by default as the session has it. */
  authorOf?(by: string, at: string): string;
};

/** A criterion one of whose checks fails is never good: good is "works, gaps are small". */
const FAILED: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 2, info: 2 };
const FAILED_SOMEHOW = 2;
const GRAVEST: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** No pass is better than this unless a good practice was seen, and everything about the criterion was looked at. */
const GOOD = 3;
const EXCELLENT = 4;
/** A mean hides what is worst: with a finding of this severity nothing as a whole is better than this. */
const TOTAL_AT_MOST: Partial<Record<Severity, number>> = { critical: 1, high: 2 };

/** Percent of the weight that must be rated for a total. */
export const MIN_RATED = 50;

const NOT_APPLICABLE = 'does not apply';

/** Why a collector's evidence could not be had; null when it looked. */
const unseen = ({ session, evidence, missing }: ScorecardInput, collector: string): string | null => {
  if (missing.has(collector)) return `what ${collector} found cannot be read`;
  const outcome = evidence.get(collector)?.run.outcome ?? session.runs.get(collector)?.outcome;
  if (outcome === undefined) return `${collector} was not run`;
  if (outcome === 'failed') return `${collector} failed`;
  if (outcome === 'unavailable') return `${collector} could not look`;
  return evidence.has(collector) ? null : `what ${collector} found is not at hand`;
};

type Judged = ScorecardInput & { judged: ReadonlySet<string> };

type SeenItem = Pick<EvidenceItem, 'id' | 'kind' | 'strength' | 'title'>;

/** What a pass is worth: it stands on what was seen and judged, and only the auditor can say what the rest is worth. */
const passVote = (input: Judged, items: readonly SeenItem[], check: Check): Omit<Vote, 'check'> => {
  const { session } = input;
  const no = (why: string, kind?: string): Omit<Vote, 'check'> => ({
    value: null,
    why: `passes, but ${why}`,
    ...(kind === undefined ? {} : { kind: `passes, but ${kind}` }),
  });
  const blind = check.collectors.map((c) => unseen(input, c)).filter((why) => why !== null);
  if (blind.length > 0) return no(blind.join(', '));
  const findings = findingsOfCheck(session, check.id);
  const accepted = items.filter(
    (i) => i.kind === 'lead' && session.triage.get(i.id)?.decision === 'accepted',
  );
  if (accepted.length > 0)
    return {
      value: FAILED_SOMEHOW,
      why: `passes, though ${plural(accepted.length, 'lead was', 'leads were')} accepted`,
    };
  const open = items.filter((i) => !input.judged.has(i.id));
  const gaps = open.filter((i) => i.kind === 'gap');
  if (gaps.length > 0)
    return no(
      `${plural(gaps.length, 'gap')} in its evidence nobody judged: ${gaps[0]?.title}`,
      'with gaps in its evidence nobody judged',
    );
  const leads = open.filter((i) => i.kind === 'lead');
  const grave = leads.filter((i) => i.strength !== 'weak');
  if (grave.length > 0)
    return no(`nobody judged ${plural(grave.length, 'lead')} of it`, 'with leads nobody judged');
  const looked = findings.length > 0 || items.length > open.length;
  if (!looked && (session.answers.get(check.id)?.note ?? '').trim() === '')
    return no('without a note or a look');
  if (leads.length > 0)
    return { value: GOOD, why: `passes, with ${plural(leads.length, 'lead')} nobody judged` };
  const strengths =
    items.filter((i) => i.kind === 'strength').length + findings.filter((f) => f.positive).length;
  return strengths > 0
    ? { value: EXCELLENT, why: `passes, ${plural(strengths, 'good practice')} seen` }
    : { value: GOOD, why: 'passes' };
};

const voteOf = (input: Judged, items: readonly SeenItem[], check: Check): Vote => {
  const { session } = input;
  const vote = (v: Omit<Vote, 'check'>): Vote => ({ check: check.id, ...v });
  switch (session.answers.get(check.id)?.verdict ?? null) {
    case null:
      return vote({ value: null, why: 'no verdict' });
    case 'not-applicable':
      return vote({ value: null, why: NOT_APPLICABLE });
    case 'unsure':
      return vote({ value: null, why: 'the auditor is unsure' });
    case 'fail': {
      const recorded = findingsOfCheck(session, check.id).filter((f) => !f.positive);
      const gravest = GRAVEST.find((s) => recorded.some((f) => f.severity === s));
      return vote(
        gravest
          ? { value: FAILED[gravest], why: `fails, gravest finding ${gravest}` }
          : { value: null, most: FAILED_SOMEHOW, why: 'fails, and how grave is not said' },
      );
    }
    case 'pass':
      return vote(passVote(input, items, check));
  }
};

/** "no verdict (2.1.1, 2.1.2); passes (3.3.1)": the same words are said once. */
const grouped = (votes: readonly Vote[]): string => {
  const byWhy = new Map<string, string[]>();
  for (const v of votes) {
    const why = v.kind ?? v.why;
    byWhy.set(why, [...(byWhy.get(why) ?? []), v.check]);
  }
  return [...byWhy].map(([why, checks]) => `${why} (${checks.join(', ')})`).join('; ');
};

/** The lowest of what can be counted, when that is at least half of what speaks to the criterion. */
const proposalOf = (
  given: readonly Vote[],
  facts: readonly FactVote[],
  factsDecide: boolean,
): CriterionRating['proposal'] => {
  const votes = factsDecide && facts.some((f) => f.value !== null) ? [] : given;
  const asked = votes.filter((v) => v.why !== NOT_APPLICABLE);
  const rated = asked.filter((v) => v.value !== null);
  const silent = asked.filter((v) => v.value === null);
  const rating = facts.filter((f) => f.value !== null);
  if (votes.length === 0 && facts.length === 0)
    return { value: null, reason: 'no check of this methodology speaks to it' };
  const bounding = silent.filter((v) => v.most !== undefined);
  const bounds = [
    ...(bounding.length > 0
      ? [{ most: Math.min(...bounding.map((v) => v.most!)), why: grouped(bounding) }]
      : []),
    ...facts.flatMap((f) => (f.most === null ? [] : [{ most: f.most, why: f.why }])),
  ];
  const lowest = Math.min(...rated.map((v) => v.value!), ...rating.map((f) => f.value!));
  const bound = Math.min(...bounds.map((b) => b.most), silent.length > 0 ? GOOD : EXCELLENT);
  const value = Math.min(lowest, bound);
  const counted = rated.length + rating.length;
  const because = [
    ...rating.filter((f) => f.value === value).map((f) => f.why),
    ...(rated.some((v) => v.value === value) ? [grouped(rated.filter((v) => v.value === value))] : []),
    ...bounds.filter((b) => b.most === value || counted === 0).map((b) => b.why),
  ];
  const unsaid = silent.filter((v) => v.most === undefined);
  const left = unsaid.length > 0 ? `Not counted: ${grouped(unsaid)}` : '';
  // What somebody found cannot get worse by what else there is; one number alone says nothing of a whole criterion.
  const found = value === 0 && rated.some((v) => v.value === 0);
  if (counted > 0 && (found || 2 * counted >= asked.length + rating.length))
    return {
      value,
      reason: [because.join('; ') || `at most ${GOOD} while something is not counted`, left]
        .filter(Boolean)
        .join('. '),
    };
  const known = [
    ...rating.map((f) => f.why),
    ...(rated.length > 0 ? [grouped(rated)] : []),
    ...bounds.map((b) => `no better than ${b.most}: ${b.why}`),
  ];
  const told = [...(known.length > 0 ? [`Known: ${known.join('; ')}`] : []), ...(left ? [left] : [])];
  return { value: null, reason: told.length > 0 ? told.join('. ') : 'nothing to rate it by' };
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

const holdDown = (session: Session, average: number | null): { total: number; why: string } | null => {
  if (average === null) return null;
  const gravest = findingsOf(session).find((f) => !f.positive);
  const most = gravest && TOTAL_AT_MOST[gravest.severity];
  return gravest && most !== undefined && most < average
    ? { total: most, why: `held down from ${average.toFixed(1)} by ${gravest.id} (${gravest.severity})` }
    : null;
};

/** Every criterion with its proposal, its rating, and what it rests on. */
export const scorecardOf = (input: ScorecardInput): ScorecardRating => {
  const { session, methodology, evidence, authorOf = (by: string) => by } = input;
  const { levels, dimensions } = methodology.scorecard;
  const checks = checksOf(methodology);
  const seen = new Map<string, SeenItem[]>();
  for (const result of evidence.values())
    for (const i of result.items)
      for (const check of i.checks) {
        const list = seen.get(check) ?? [];
        list.push(i);
        seen.set(check, list);
      }
  const asked = { ...input, judged: judgedItems(session) };
  const index = indexFacts(
    session,
    [...evidence.values()].flatMap((r) => r.items),
  );
  const rated = dimensions.map((d): DimensionRating => {
    const criteria = d.criteria.map((c): CriterionRating => {
      const votes = checks
        .filter((check) => check.scorecard.includes(c.id))
        .map((check) => voteOf(asked, seen.get(check.id) ?? [], check));
      const facts = c.facts.flatMap((rule) => factVote(rule, session, index) ?? []);
      const proposal = proposalOf(votes, facts, c.factsDecide);
      const given = session.ratings.get(c.id);
      const rater = given ? session.ratedBy.get(c.id) : undefined;
      const { value, reason } = given ?? proposal;
      return {
        id: c.id,
        title: c.title,
        question: c.question,
        value,
        label: levels.find((l) => l.value === value)?.label ?? 'not rated',
        reason,
        by: given ? 'auditor' : 'proposal',
        author: rater ? authorOf(rater.by, rater.at) : '',
        proposal,
        votes,
        facts,
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
  const ratedWeight = rated.reduce(
    (sum, d) => sum + (d.weight * d.criteria.filter((c) => c.value !== null).length) / d.criteria.length,
    0,
  );
  const average =
    weight === 0 || ratedWeight < MIN_RATED
      ? null
      : valued.reduce((sum, d) => sum + d.value * d.weight, 0) / weight;
  const held = holdDown(session, average);
  return {
    dimensions: rated,
    total: held?.total ?? average,
    heldDown: held?.why ?? null,
    ratedWeight,
  };
};

/** "2.7 of 4, resting on 62 % of the weight", as every surface says it. */
export const totalWords = (s: ScorecardRating): string =>
  s.total === null
    ? `not rated: ${Math.round(s.ratedWeight)} % of the weight is rated, and below ${MIN_RATED} % there is no total`
    : `${s.total.toFixed(1)} of 4, resting on ${Math.round(s.ratedWeight)} % of the weight${s.heldDown ? `; ${s.heldDown}` : ''}`;
