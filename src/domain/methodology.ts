import { z } from 'zod';

/**
 * The methodology is data: phases hold sections, sections hold checks. It is read from `checklists/` (or from the
 * folder an auditor names), frozen into the session that uses it, and never changed by the program.
 */

/** Ids are stable, because sessions store them: `<phase>.<section>.<n>` in ours, any word in a custom one. */
export const checkId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);
export const cweId = z.string().regex(/^CWE-[1-9]\d{0,4}$/);
export const top10Id = z.string().regex(/^MCP-(0[1-9]|10)$/);
/** `category/page` of the community's attack catalogue. */
export const ttpSlug = z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/);

export const severity = z.enum(['critical', 'high', 'medium', 'low', 'info']);
export type Severity = z.infer<typeof severity>;

const sentence = z.string().trim().min(1);

/** Prefills a finding raised from a check; the auditor edits every word of it. */
export const findingTemplate = z.strictObject({
  title: sentence,
  severity,
  category: sentence,
  cwe: cweId.optional(),
  remediation: z.array(sentence).min(1),
});

export const check = z
  .strictObject({
    id: checkId,
    origin: z.enum(['guide', 'extension', 'custom']),
    /** One question the auditor answers. */
    title: sentence.max(120),
    why: sentence,
    /** Concrete steps a human takes. */
    look: z.array(sentence).min(1),
    passesWhen: sentence,
    failsWhen: sentence,
    /** Collector ids whose evidence belongs here. */
    collectors: z.array(z.string()),
    /** Exact commands to run by hand; a check without collectors must have some. */
    manual: z.array(z.strictObject({ run: sentence, purpose: sentence })).default([]),
    references: z.strictObject({
      cwe: z.array(cweId).default([]),
      ttps: z.array(ttpSlug).default([]),
      top10: z.array(top10Id).default([]),
    }),
    /** Ids of the scorecard criteria this verdict speaks to. */
    scorecard: z.array(z.string()).default([]),
    finding: findingTemplate,
  })
  .refine((c) => c.collectors.length > 0 || c.manual.length > 0, {
    path: ['manual'],
    error: 'a check names its collectors, or says which commands to run by hand',
  });
export type Check = z.infer<typeof check>;

export const section = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/),
  title: sentence,
  origin: z.enum(['guide', 'extension', 'custom']),
  checks: z.array(check).min(1),
});
export type Section = z.infer<typeof section>;

export const phase = z.strictObject({
  id: z.string(),
  title: sentence,
  sections: z.array(z.string()).min(1),
});

/** `methodology.yml`: the table of contents. */
export const methodologyIndex = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: sentence,
  version: z.string().regex(/^\d+\.\d+(\.\d+)?$/),
  phases: z.array(phase).min(1),
});

export const criterion = z.strictObject({ id: z.string().regex(/^[a-z0-9-]+$/), title: sentence, question: sentence });
export const dimension = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: sentence,
  /** Percent of the total; the weights of all dimensions add up to 100. */
  weight: z.number().positive(),
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

/** All checks in the order an auditor walks them. */
export const checksOf = (m: Methodology): Check[] =>
  m.phases.flatMap((p) => p.sections.flatMap((s) => s.checks));

export const findCheck = (m: Methodology, id: string): Check | undefined => checksOf(m).find((c) => c.id === id);

/** The collectors a methodology asks for, each once, in order of first mention. */
export const collectorsOf = (m: Methodology): string[] => [...new Set(checksOf(m).flatMap((c) => c.collectors))];
