import type { Finding } from '../domain/finding.ts';
import type { Methodology, Severity } from '../domain/methodology.ts';
import type { CheckReport } from './coverage.ts';
import { SEVERITIES } from './ids.ts';

export type CriterionProposal = {
  id: string;
  title: string;
  /** 0 (critical) .. 4 (excellent); null: not rated. */
  value: number | null;
  label: string;
  reason: string;
};
export type DimensionProposal = {
  id: string;
  title: string;
  weight: number;
  value: number | null;
  criteria: CriterionProposal[];
};
export type ScorecardProposal = {
  dimensions: DimensionProposal[];
  /** Weighted mean of the rated dimensions; null when nothing is rated. */
  total: number | null;
  /** Percent of the weight that the total rests on. */
  ratedWeight: number;
};

const FAILED: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 3 };

const ratingOf = (check: CheckReport, findings: readonly Finding[]): number | null => {
  if (check.verdict === 'pass') return 4;
  if (check.verdict === 'unsure') return 2;
  if (check.verdict !== 'fail') return null;
  const recorded = findings.filter((f) => f.check === check.id && !f.positive).map((f) => f.severity);
  return FAILED[SEVERITIES.find((s) => recorded.includes(s)) ?? check.severity];
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/** A criterion is as good as the worst tested check that speaks to it; untested ones are counted, never guessed. */
export const scorecardOf = (
  methodology: Methodology,
  checks: readonly CheckReport[],
  findings: readonly Finding[],
): ScorecardProposal => {
  const { levels, dimensions } = methodology.scorecard;
  const rated = dimensions.map((d): DimensionProposal => {
    const criteria = d.criteria.map((c): CriterionProposal => {
      const about = checks.filter((check) => check.scorecard.includes(c.id));
      const ratings = about.flatMap((check) => {
        const value = ratingOf(check, findings);
        return value === null ? [] : [{ check: check.id, value }];
      });
      const value = ratings.length === 0 ? null : Math.min(...ratings.map((r) => r.value));
      const lowest = ratings.filter((r) => r.value === value).map((r) => r.check);
      return {
        id: c.id,
        title: c.title,
        value,
        label: levels.find((l) => l.value === value)?.label ?? 'not rated',
        reason:
          value === null
            ? about.length === 0
              ? 'no check of this methodology speaks to it'
              : `no rated verdict among its checks: ${about.map((check) => check.id).join(', ')}`
            : `rated checks: ${ratings.length} of ${about.length}; lowest: ${lowest.join(', ')}`,
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
  const counted = rated.filter((d) => d.value !== null);
  const weight = counted.reduce((sum, d) => sum + d.weight, 0);
  return {
    dimensions: rated,
    total: weight === 0 ? null : counted.reduce((sum, d) => sum + d.value! * d.weight, 0) / weight,
    ratedWeight: rated.reduce(
      (sum, d) => sum + (d.weight * d.criteria.filter((c) => c.value !== null).length) / d.criteria.length,
      0,
    ),
  };
};
