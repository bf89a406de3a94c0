import { z } from 'zod';

/**
 * The methodology is data: phases hold sections, sections hold checks. It is read from `checklists/` (or from the
 * folder an auditor names), frozen into the session that uses it, and never changed by the program.
 *
 * Descriptions given here become hover help in editors, through the JSON Schemas beside the checklists.
 */

/** Ids are stable, because sessions store them: `<phase>.<section>.<n>` in ours, any word in a custom one. */
export const checkId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'an id of letters, digits, dots, dashes, at most 40 long');
export const cweId = z.string().regex(/^CWE-[1-9]\d{0,4}$/, 'a weakness such as CWE-78');
export const top10Id = z.string().regex(/^MCP-(0[1-9]|10)$/, 'a risk from MCP-01 to MCP-10');
/** `category/page` of the community's attack catalogue. */
export const ttpSlug = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'a slug such as category/page');
/** Names a scorecard's dimension or criterion. */
export const scorecardId = z.string().regex(/^[a-z0-9-]+$/, 'an id of small letters, digits and dashes');

export const severity = z.enum(['critical', 'high', 'medium', 'low', 'info']);
export type Severity = z.infer<typeof severity>;

const origin = z
  .enum(['guide', 'extension', 'custom'])
  .describe('guide: the public audit guide; extension: declared addition to it; custom: your own');

const sentence = z.string().trim().min(1);

/** Prefills a finding raised from a check; the auditor edits every word of it. */
export const findingTemplate = z.strictObject({
  title: sentence.describe('What is wrong, as the heading of a finding'),
  severity: severity.describe('Where the auditor starts from; the score decides'),
  category: sentence.describe('Free word that groups findings in the report'),
  cwe: cweId.optional().describe('The weakness most often meant; left out where none fits'),
  remediation: z.array(sentence).min(1).describe('What the maintainer does, most urgent first'),
});

export const check = z
  .strictObject({
    id: checkId,
    origin,
    name: sentence
      .max(16)
      .optional()
      .describe('A noun or two for lists, where the question has no room; without it the question is cut'),
    title: sentence
      .max(120)
      .describe('One question the auditor answers; the first 40 characters must carry it'),
    why: sentence.describe('What goes wrong when nobody asks: two or three sentences'),
    look: z.array(sentence).min(1).describe('Concrete steps a human takes, in order'),
    passesWhen: sentence,
    failsWhen: sentence,
    collectors: z.array(z.string()).describe('Ids of collectors whose evidence belongs here; may be empty'),
    manual: z
      .array(
        z.strictObject({
          run: sentence.describe(
            'Shell command for a clone at the pinned commit; {commit}, {url}, {subdir} are filled in',
          ),
          purpose: sentence.describe('What its output tells'),
        }),
      )
      .default([])
      .describe('Commands to run by hand; a check without collectors must have some'),
    references: z.strictObject({
      cwe: z.array(cweId).default([]),
      ttps: z.array(ttpSlug).default([]).describe('category/page of the attack catalogue'),
      top10: z.array(top10Id).default([]),
    }),
    scorecard: z
      .array(scorecardId)
      .default([])
      .describe('Ids of the scorecard criteria this verdict speaks to'),
    finding: findingTemplate,
  })
  .refine((c) => c.collectors.length > 0 || c.manual.length > 0, {
    path: ['manual'],
    error: 'a check names its collectors, or says which commands to run by hand',
  });
export type Check = z.infer<typeof check>;

export const section = z.strictObject({
  id: checkId,
  title: sentence,
  origin,
  checks: z.array(check).min(1),
});
export type Section = z.infer<typeof section>;

export const phase = z.strictObject({
  id: z.string(),
  title: sentence,
  sections: z.array(z.string()).min(1).describe('Section ids, in the order an auditor walks them'),
});

/** `methodology.yml`: the table of contents. */
export const methodologyIndex = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'an id of small letters, digits and dashes'),
  title: sentence,
  version: z.string().regex(/^\d+\.\d+(\.\d+)?$/, "a quoted version such as '1.0'"),
  phases: z.array(phase).min(1),
});

/** From this number on the criterion is worth `value`, until the next step. */
const factSteps = z
  .array(z.strictObject({ from: z.number(), value: z.number().int().min(0).max(4) }))
  .min(1)
  .describe('Rising by `from`; a number below the first step says nothing');

/**
 * What a fact says about a criterion, whatever the verdicts are. `rates` counts as a rating of its own, `most` only bounds
 * the others from above.
 */
export const factRule = z
  .strictObject({
    fact: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'collector/rule, or target/last-commit')
      .describe(
        'Evidence by collector and rule, or target/last-commit (days, counted to the day of the audit)',
      ),
    measure: z
      .string()
      .regex(/^[a-z][A-Za-z]*$/)
      .optional()
      .describe('A measure of the item; without one the item counts as 1'),
    rates: factSteps.optional(),
    most: factSteps.optional(),
    unless: z
      .string()
      .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)
      .optional()
      .describe('A fact that takes the force from this one, where it is there and none of its measures is 0'),
    says: sentence.describe('Why, for people; {n} stands for the number'),
  })
  .refine((r) => (r.rates === undefined) !== (r.most === undefined), {
    error: 'either `rates` or `most`',
  });
export type FactRule = z.infer<typeof factRule>;

export const criterion = z.strictObject({
  id: scorecardId,
  title: sentence,
  question: sentence,
  facts: z.array(factRule).default([]).describe('What facts say about it, beside the verdicts'),
  factsDecide: z
    .boolean()
    .default(false)
    .describe('Where a fact rates it, verdicts do not: its checks ask of other things as well'),
});
export const dimension = z.strictObject({
  id: scorecardId,
  title: sentence,
  /** Percent of the total; the weights of all dimensions add up to 100. */
  weight: z.number().positive().max(100),
  criteria: z.array(criterion).min(1),
});
export const scorecard = z.strictObject({
  levels: z.array(z.strictObject({ value: z.number().int().min(0).max(4), label: sentence })).length(5),
  dimensions: z.array(dimension).min(1),
});
export type Scorecard = z.infer<typeof scorecard>;

/** The whole methodology as a session stores it. */
export const methodology = z.strictObject({
  id: z.string(),
  title: z.string(),
  version: z.string(),
  phases: z.array(z.strictObject({ id: z.string(), title: z.string(), sections: z.array(section) })),
  scorecard,
});
export type Methodology = z.infer<typeof methodology>;

/** `catalogue/ttps.yml`: the community's attack techniques, so that a slug can be checked and shown by name. */
export const ttpCatalogue = z.strictObject({
  source: sentence,
  ttps: z.array(z.strictObject({ id: ttpSlug, name: sentence, severity, top10: z.array(top10Id) })).min(1),
});
export type Ttp = z.infer<typeof ttpCatalogue>['ttps'][number];

/** `catalogue/top10.yml`: the ten risks, each with the weaknesses by which it is there. */
export const top10Catalogue = z.strictObject({
  source: sentence,
  top10: z.array(z.strictObject({ id: top10Id, name: sentence, cwe: z.array(cweId).min(1) })).length(10),
});
export type Top10Risk = z.infer<typeof top10Catalogue>['top10'][number];

/** All checks in the order an auditor walks them. */
export const checksOf = (m: Methodology): Check[] =>
  m.phases.flatMap((p) => p.sections.flatMap((s) => s.checks));

export const findCheck = (m: Methodology, id: string): Check | undefined =>
  checksOf(m).find((c) => c.id === id);

/** The collectors a methodology asks for, each once, in order of first mention. */
export const collectorsOf = (m: Methodology): string[] => [
  ...new Set(checksOf(m).flatMap((c) => c.collectors)),
];
