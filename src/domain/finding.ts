import { z } from 'zod';
import { location } from './evidence.ts';
import { type Check, checkId, cweId, severity } from './methodology.ts';

export const rating = z.enum(['High', 'Medium', 'Low', 'None']);

export const findingId = z.string().regex(/^F-\d{2,4}$/);

/** Long texts are Markdown; lists hold one entry each. Empty means "still to write", and blocks the report. */
export const finding = z.strictObject({
  id: findingId,
  /** The check it was raised from. */
  check: checkId,
  title: z.string(),
  severity,
  /** A good practice worth telling others; always of severity info. */
  positive: z.boolean(),
  category: z.string(),
  cwe: cweId.nullable(),
  locations: z.array(location),
  /** Ids of evidence items it rests on. */
  evidence: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  impact: z.strictObject({
    confidentiality: rating,
    integrity: rating,
    availability: rating,
    exploitability: rating,
    scope: z.string(),
  }),
  components: z.array(z.string()),
  reproduction: z.array(z.string()),
  risks: z.array(z.string()),
  recommendations: z.strictObject({
    immediate: z.array(z.string()),
    shortTerm: z.array(z.string()),
    longTerm: z.array(z.string()),
  }),
  validation: z.array(z.string()),
  references: z.array(z.string()),
  notes: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** A finding begun from a check's template: everything the auditor must say in own words starts empty. */
export const draftFinding = (id: string, check: Check): Finding => ({
  id,
  check: check.id,
  title: check.finding.title,
  severity: check.finding.severity,
  positive: false,
  category: check.finding.category,
  cwe: check.finding.cwe ?? null,
  locations: [],
  evidence: [],
  summary: '',
  description: '',
  impact: {
    confidentiality: 'None',
    integrity: 'None',
    availability: 'None',
    exploitability: 'None',
    scope: '',
  },
  components: [],
  reproduction: [],
  risks: [],
  recommendations: { immediate: [...check.finding.remediation], shortTerm: [], longTerm: [] },
  validation: [],
  references: [],
  notes: '',
});

/** What is still to write before this finding can be published, as the field names an auditor sees. */
export const missingParts = (f: Finding): string[] => {
  const missing: string[] = [];
  const need = (name: string, filled: boolean) => {
    if (!filled) missing.push(name);
  };
  need('title', f.title.trim() !== '');
  need('category', f.category.trim() !== '');
  need('summary', f.summary.trim() !== '');
  need('description', f.description.trim() !== '');
  need('locations or evidence', f.locations.length + f.evidence.length > 0);
  if (f.positive) return missing;
  need('cwe', f.cwe !== null);
  need('impact.scope', f.impact.scope.trim() !== '');
  need('reproduction', f.reproduction.length > 0);
  need('risks', f.risks.length > 0);
  need('recommendations.immediate', f.recommendations.immediate.length > 0);
  need('validation', f.validation.length > 0);
  return missing;
};
