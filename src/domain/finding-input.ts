import { z } from 'zod';
import type { Refusal } from './decide.ts';
import { type Location, placeWords } from './evidence.ts';
import { business, type Finding, givenRating, giveSeverity, tracking, withoutLeftovers } from './finding.ts';
import { checkId, severity } from './methodology.ts';
import { AIVSS_SPEC, aivss, emptyAivss } from './scoring/aivss.ts';
import { vectorProblem } from './scoring/cvss.ts';

/**
 * A finding as a person writes it: in the editor, or in an answers file. Locations are `path:first-last`; what stands
 * there is read at the pinned commit, never typed.
 */
const text = z.string().transform((t) => t.trim());
const entries = z.array(z.string().transform((t) => t.trim())).transform((l) => l.filter(Boolean));

export const reference = z.string().regex(/^.+:\d+(-\d+)?$/, 'path:line or path:first-last');

const cwe = z.union([
  z.literal('').transform(() => null),
  z.null(),
  z
    .string()
    .regex(/^(CWE-)?[1-9]\d{0,4}$/i, 'CWE- and a number')
    .transform((t) => `CWE-${t.replace(/^cwe-/i, '')}`),
]);

const vector = (version: '3.1' | '4.0') =>
  z
    .string()
    .trim()
    .superRefine((v, context) => {
      const problem = v === '' ? null : vectorProblem(v, version);
      if (problem) context.addIssue({ code: 'custom', message: `not a CVSS ${version} vector: ${problem}` });
    });

/** Factors left out are unknown, and make a range. */
const aivssInput = z.strictObject({
  spec: z.literal(AIVSS_SPEC).optional(),
  threat: aivss.shape.threat.optional(),
  mitigation: aivss.shape.mitigation.optional(),
  factors: aivss.shape.factors.partial().optional(),
});

export const findingInput = z.strictObject({
  id: z.string().optional(),
  /** The check it was raised from, where it speaks to that one alone. */
  check: checkId.optional(),
  /** All checks it speaks to, the one it was raised from first. */
  checks: z.array(checkId).min(1).optional(),
  /** A finding template to begin from, filled from the first piece of evidence; only for a finding that is new. */
  template: z.string().optional(),
  title: text.optional(),
  /** '' leaves it as it is: a proposed one stays proposed. */
  severity: z.union([z.literal('').transform(() => undefined), severity]).optional(),
  positive: z.boolean().optional(),
  category: text.optional(),
  cwe: cwe.optional(),
  where: z.array(reference).optional(),
  /** Item ids, or `collector/rule` or `collector/rule@path` for the items they name. */
  evidence: entries.optional(),
  summary: text.optional(),
  description: text.optional(),
  impact: z
    .strictObject({
      confidentiality: givenRating.optional(),
      integrity: givenRating.optional(),
      availability: givenRating.optional(),
      exploitability: givenRating.optional(),
      scope: text.optional(),
    })
    .optional(),
  components: entries.optional(),
  reproduction: entries.optional(),
  risks: entries.optional(),
  recommendations: z
    .strictObject({
      immediate: entries.optional(),
      shortTerm: entries.optional(),
      longTerm: entries.optional(),
    })
    .optional(),
  validation: entries.optional(),
  references: entries.optional(),
  notes: text.optional(),
  cvss40: vector('4.0').optional(),
  cvss31: vector('3.1').optional(),
  aivss: aivssInput.nullable().optional(),
  severityReason: text.optional(),
  examples: text.optional(),
  business: business.partial().optional(),
  tracking: tracking.partial().optional(),
  reviewed: z.boolean().optional(),
});
export type FindingInput = z.infer<typeof findingInput>;

/** First thing zod objects to, as a refusal a person can act on. */
export const firstProblem = (error: z.ZodError, what: string): Refusal => {
  const issue = error.issues[0];
  const path = issue?.path.join('.') || 'the whole';
  return { refused: `${what}: ${path}: ${issue?.message ?? 'not understood'}`, hint: 'Correct that part.' };
};

/** Lays what was written over the finding as it is. `locations` and `evidence` are what `where` and `evidence` meant. */
export const withInput = (
  base: Finding,
  input: FindingInput,
  found: { locations: Location[] | null; evidence: string[] | null },
): Finding => {
  const {
    id: _id,
    check,
    checks = check ? [check] : base.checks,
    template: _template,
    where: _where,
    evidence: _evidence,
    impact = {},
    recommendations = {},
    business: deployments = {},
    tracking: days = {},
    cvss40 = base.scores.cvss40,
    cvss31 = base.scores.cvss31,
    aivss: rated,
    ...rest
  } = input;
  const given = <T extends object>(o: T) =>
    Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
  const merged = {
    ...base,
    ...given(rest),
    checks: [...new Set(checks)],
    impact: { ...base.impact, ...given(impact) },
    recommendations: { ...base.recommendations, ...given(recommendations) },
    business: { ...base.business, ...given(deployments) },
    tracking: { ...base.tracking, ...given(days) },
    scores: {
      cvss40,
      cvss31,
      aivss:
        rated === undefined
          ? base.scores.aivss
          : rated && {
              ...emptyAivss(),
              ...base.scores.aivss,
              ...given({ threat: rated.threat, mitigation: rated.mitigation }),
              factors: { ...(base.scores.aivss ?? emptyAivss()).factors, ...given(rated.factors ?? {}) },
            },
    },
    locations: found.locations ?? base.locations,
    evidence: found.evidence ?? base.evidence,
  } as Finding;
  const said = input.severity === undefined ? merged : giveSeverity(merged, input.severity);
  return withoutLeftovers(base, said.positive ? { ...said, severity: 'info', cwe: null } : said);
};

/** The finding in the form {@link findingInput} reads. */
export const toInput = (f: Finding) => ({
  title: f.title,
  severity: !f.positive && f.template.parts.includes('severity') ? '' : f.severity,
  positive: f.positive,
  category: f.category,
  cwe: f.cwe ?? '',
  checks: f.checks,
  where: f.locations.map(placeWords),
  evidence: f.evidence,
  summary: f.summary,
  description: f.description,
  impact: f.impact,
  components: f.components,
  reproduction: f.reproduction,
  risks: f.risks,
  recommendations: f.recommendations,
  validation: f.validation,
  references: f.references,
  notes: f.notes,
  cvss40: f.scores.cvss40,
  cvss31: f.scores.cvss31,
  aivss: f.scores.aivss,
  severityReason: f.severityReason,
  examples: f.examples,
  business: f.business,
  tracking: f.tracking,
  reviewed: f.reviewed,
});
