// Long, because a finding is one value: its parts, what it lacks, and what a change means stand together.
import { z } from 'zod';
import { day } from './disclosure.ts';
import { location } from './evidence.ts';
import { findingId, followUp, isMended } from './follow-up.ts';
import { type Check, checkId, cweId, severity } from './methodology.ts';
import { same } from './same.ts';
import { aivss } from './scoring/aivss.ts';
import { disagreement, leadingScore } from './scoring/severity.ts';
import { openWords } from './template-words.ts';

export const rating = z.enum(['High', 'Medium', 'Low', 'None']);
/** '' where nobody said: that is another thing than None. */
export const givenRating = z.union([z.literal(''), rating]);
export type GivenRating = z.infer<typeof givenRating>;
export const RATED = ['confidentiality', 'integrity', 'availability', 'exploitability'] as const;

/** A rating in words, for whatever shows it. */
export const ratingWord = (r: GivenRating): string => (r === '' ? 'not said' : r);

export { type FateVerdict, type FollowUp, fateVerdict, findingId, followUp, isMended } from './follow-up.ts';

/** What it means for whoever runs the server there; '' where nothing was said. */
export const business = z.strictObject({
  development: z.string(),
  staging: z.string(),
  production: z.string(),
  enterprise: z.string(),
});
export const DEPLOYMENTS = ['development', 'staging', 'production', 'enterprise'] as const;

/** Days on which something happened after the finding was written; null as long as it has not. */
export const tracking = z.strictObject({
  reported: day.nullable(),
  acknowledged: day.nullable(),
  fixAvailable: day.nullable(),
  fixVerified: day.nullable(),
  closed: day.nullable(),
  // Came later: sessions of before say nothing of them.
  wontFix: day.nullable().default(null),
  disputed: day.nullable().default(null),
});
export type Tracking = z.infer<typeof tracking>;
export const TRACKING = [
  'reported',
  'acknowledged',
  'fixAvailable',
  'fixVerified',
  'closed',
  'wontFix',
  'disputed',
] as const;

const emptyScores = () => ({ cvss40: '', cvss31: '', aivss: null });
const emptyBusiness = () => ({ development: '', staging: '', production: '', enterprise: '' });
const nothingRated = () => ({
  confidentiality: '' as const,
  integrity: '' as const,
  availability: '' as const,
  exploitability: '' as const,
});
const noTemplate = () => ({ id: '', parts: [] as string[] });
const emptyTracking = (): Tracking => ({
  reported: null,
  acknowledged: null,
  fixAvailable: null,
  fixVerified: null,
  closed: null,
  wontFix: null,
  disputed: null,
});

/** Long texts are Markdown; lists hold one entry each. Empty means "still to write", and blocks the report. */
export const finding = z.strictObject({
  id: findingId,
  /** The checks it speaks to; the first is the one it was raised from. */
  checks: z.array(checkId).min(1),
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
    confidentiality: givenRating,
    integrity: givenRating,
    availability: givenRating,
    exploitability: givenRating,
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
  // What follows came later: sessions recorded before it are read as if nothing had been said.
  scores: z
    .strictObject({ cvss40: z.string(), cvss31: z.string(), aivss: aivss.nullable() })
    .default(emptyScores),
  /** Why the severity is not what the score says. */
  severityReason: z.string().default(''),
  /** How to mend it in code, in Markdown: one paragraph a language. */
  examples: z.string().default(''),
  business: business.default(emptyBusiness),
  tracking: tracking.default(emptyTracking),
  /** The auditor has read it again as a whole, since its last change. */
  reviewed: z.boolean().default(false),
  /**
   * The template it was begun from, '' for the check's own words, and the parts that still say what that says, by
   * {@link partTexts}'s names. `severity` among them: nobody gave it yet.
   */
  template: z.strictObject({ id: z.string(), parts: z.array(z.string()) }).default(noTemplate),
  /** Set on a finding of an earlier audit that this one looks at again. */
  followUp: followUp.nullable().default(null),
});
export type Finding = z.infer<typeof finding>;

/** A finding as a journal holds it: in old ones it belongs to one `check`. */
export const recordedFinding = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('check' in value)) return value;
  const { check, ...rest } = value;
  return { checks: [check], ...rest };
}, finding);

/** Whether a finding says how this check fails, or what is done well there. */
export const speaksTo = (f: Finding, check: string): boolean => f.checks.includes(check);

/** The severity as the auditor's own, be it another one or the proposed one. */
export const giveSeverity = (f: Finding, severity: Finding['severity']): Finding => ({
  ...f,
  severity,
  template: { ...f.template, parts: f.template.parts.filter((p) => p !== 'severity') },
});

/** Whether the severity is only proposed: the auditor neither gave one nor scored the finding. */
export const severityProposed = (f: Finding): boolean =>
  !f.positive && f.template.parts.includes('severity') && leadingScore(f.scores) === null;

/** Whether how it is mended is still only the check's general guidance: nobody wrote it of this finding. */
export const onlyGuidance = (f: Finding): boolean =>
  !f.positive &&
  f.template.id === '' &&
  f.template.parts.includes('recommendations.immediate') &&
  f.recommendations.immediate.length > 0;

/**
 * A finding begun from a check: everything the auditor must say in own words starts empty, the weakness too, since that which
 * a check most often means is no one's word on this one. Its words that stand are noted as the check's.
 */
export const draftFinding = (id: string, check: Check): Finding => ({
  id,
  checks: [check.id],
  title: check.finding.title,
  severity: check.finding.severity,
  positive: false,
  category: check.finding.category,
  cwe: null,
  locations: [],
  evidence: [],
  summary: '',
  description: '',
  impact: { ...nothingRated(), scope: '' },
  components: [],
  reproduction: [],
  risks: [],
  recommendations: { immediate: [...check.finding.remediation], shortTerm: [], longTerm: [] },
  validation: [],
  references: [],
  notes: '',
  scores: emptyScores(),
  severityReason: '',
  examples: '',
  business: emptyBusiness(),
  tracking: emptyTracking(),
  reviewed: false,
  followUp: null,
  template: { id: '', parts: ['title', 'severity', 'category', 'recommendations.immediate'] },
});

const impactText = ({
  confidentiality,
  integrity,
  availability,
  exploitability,
}: Finding['impact']): string => [confidentiality, integrity, availability, exploitability].join(' / ');

/** Every text of a finding by the name of its part, as the editor names them. */
export const partTexts = (f: Finding): [string, string][] => [
  ['title', f.title],
  ['category', f.category],
  ['summary', f.summary],
  ['description', f.description],
  ['impact', impactText(f.impact)],
  ['impact.scope', f.impact.scope],
  ['components', f.components.join('\n')],
  ['reproduction', f.reproduction.join('\n')],
  ['risks', f.risks.join('\n')],
  ...DEPLOYMENTS.map((d): [string, string] => [`business.${d}`, f.business[d]]),
  ...Object.entries(f.recommendations).map(([key, list]): [string, string] => [
    `recommendations.${key}`,
    list.join('\n'),
  ]),
  ['examples', f.examples],
  ['validation', f.validation.join('\n')],
  ['references', f.references.join('\n')],
  ['notes', f.notes],
];

/**
 * What is still to write before this finding can be published, as the field names an auditor sees: what is empty, and where
 * a template left a word open.
 */
export const missingParts = (f: Finding): string[] => {
  const empty = emptyParts(f);
  return [...empty, ...openParts(f).flatMap(({ part }) => (empty.includes(part) ? [] : [part]))];
};

/** Parts in which a template left a word open, and the first such word of each. */
export const openParts = (f: Finding): { part: string; word: string }[] =>
  partTexts(f).flatMap(([part, text]) => {
    const [word] = openWords(text);
    return word ? [{ part, word }] : [];
  });

/** Parts that must say something and do not. */
export const emptyParts = (f: Finding): string[] => {
  const missing: string[] = [];
  const need = (name: string, filled: boolean) => {
    if (!filled) missing.push(name);
  };
  need('title', f.title.trim() !== '');
  need('severity', !severityProposed(f));
  need('category', f.category.trim() !== '');
  need('summary', f.summary.trim() !== '');
  need('description', f.description.trim() !== '');
  // What is mended may stand nowhere any more.
  need('locations or evidence', f.locations.length + f.evidence.length > 0 || isMended(f));
  if (f.positive) return missing;
  need('cwe', f.cwe !== null);
  need('impact.scope', f.impact.scope.trim() !== '');
  need('reproduction', f.reproduction.length > 0);
  need('risks', f.risks.length > 0);
  need('recommendations.immediate', f.recommendations.immediate.length > 0);
  need('validation', f.validation.length > 0);
  need(
    'severityReason',
    f.severityReason.trim() !== '' ||
      (disagreement(f.severity, f.scores) === null && impactContradiction(f) === null),
  );
  if (f.severity !== 'info')
    need(
      'business.production',
      DEPLOYMENTS.some((d) => f.business[d].trim() !== ''),
    );
  return missing;
};

/** Why the impact does not go with the severity, as a person would object; null where it does. */
export const impactContradiction = (f: Finding): string | null => {
  const { confidentiality, integrity, availability } = f.impact;
  const harm = [confidentiality, integrity, availability];
  if (f.positive || f.impact.scope.trim() === '') return null;
  if ((f.severity === 'low' || f.severity === 'info') && harm.includes('High'))
    return `it is ${f.severity}, yet its impact is High`;
  if ((f.severity === 'critical' || f.severity === 'high') && harm.every((h) => h === 'Low' || h === 'None'))
    return `it is ${f.severity}, yet nothing of its impact is above Low`;
  return null;
};

/** Where a finding stands on its way to being signed. Only `reviewed` is said by the auditor; the rest follows from the text. */
export type Stage = 'draft' | 'ready' | 'reviewed';

export const stageOf = (f: Finding): Stage =>
  missingParts(f).length > 0 ? 'draft' : f.reviewed ? 'reviewed' : 'ready';

/** A review is of a text: it ends when anything but the days of tracking, or what became of it, changes. */
export const afterChange = (was: Finding | undefined, now: Finding): Finding => {
  const settled = was ? withoutLeftovers(was, now) : now;
  if (!settled.reviewed || !was?.reviewed) return settled;
  const text = ({ tracking: _t, reviewed: _r, followUp: _f, locations, ...rest }: Finding) => ({
    ...rest,
    // Where it is seen that it is mended, the verdict says.
    ...(_f ? {} : { locations }),
  });
  return same(text(was), text(settled)) ? settled : { ...settled, reviewed: false };
};

const isCweLink = (reference: string): boolean =>
  /^https:\/\/cwe\.mitre\.org\/data\/definitions\/\d+\.html$/.test(reference.trim());

/** What a template says of its own case alone; of another case it would be false. */
const OF_ITS_CASE: Record<string, (f: Finding) => Finding> = {
  examples: (f) => ({ ...f, examples: '' }),
  impact: (f) => ({
    ...f,
    impact: { ...f.impact, ...nothingRated() },
  }),
  'impact.scope': (f) => ({ ...f, impact: { ...f.impact, scope: '' } }),
  risks: (f) => ({ ...f, risks: [] }),
  'business.production': (f) => ({ ...f, business: { ...f.business, production: '' } }),
  'recommendations.immediate': (f) => ({ ...f, recommendations: { ...f.recommendations, immediate: [] } }),
  'recommendations.shortTerm': (f) => ({ ...f, recommendations: { ...f.recommendations, shortTerm: [] } }),
  'recommendations.longTerm': (f) => ({ ...f, recommendations: { ...f.recommendations, longTerm: [] } }),
  reproduction: (f) => ({ ...f, reproduction: [] }),
  validation: (f) => ({ ...f, validation: [] }),
};

/**
 * What the auditor changed is theirs and no longer the template's. Where they say that it is another weakness (another CWE, or
 * none but a good practice), what still stands there of the template's case goes, and is asked for again.
 */
export const withoutLeftovers = (was: Finding, now: Finding): Finding => {
  const before = new Map(partTexts(was));
  const after = new Map(partTexts(now));
  const parts = now.template.parts.filter((p) => before.get(p) === after.get(p));
  const kept = { ...now, template: { ...now.template, parts } };
  const another = was.cwe !== now.cwe || (now.positive && !was.positive);
  if (!another || now.template.id === '') return kept;
  const emptied = parts.reduce((f, part) => OF_ITS_CASE[part]?.(f) ?? f, kept);
  return {
    ...emptied,
    references: emptied.references.filter((r) => !isCweLink(r)),
    template: { ...now.template, parts: parts.filter((p) => !OF_ITS_CASE[p]) },
  };
};
