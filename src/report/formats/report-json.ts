// Long, because it is one format: every part of it with its type, then the value.
import { z } from 'zod';
import { head } from '../../domain/auditor.ts';
import { carriedFrom } from '../../domain/carried.ts';
import { verdict } from '../../domain/events.ts';
import { collectorRun, evidenceItem, location, surface } from '../../domain/evidence.ts';
import { fateVerdict, finding } from '../../domain/finding.ts';
import { severity } from '../../domain/methodology.ts';
import { reply, stance } from '../../domain/review-record.ts';
import { jsonText } from '../../text/json-text.ts';
import { labelJson } from '../labels.ts';
import type { ReportModel } from '../report-model.ts';
import { assistanceJson, assistanceValue } from './assistance-json.ts';

/** The public, versioned format `mcp-audit/report@1`: the whole audit as one JSON value, for other programs. */
export const REPORT_SCHEMA = 'mcp-audit/report@1';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const proposal = z
  .strictObject({ value: z.string(), reason: z.string() })
  .describe('Derived from verdicts and findings; the reason says from which');
const look = z.strictObject({
  collector: z.string(),
  outcome: z.string(),
  looked: z.boolean().describe('False: nothing is known from it, least of all that all is well'),
  message: z.string(),
});
const count = z.number().int().nonnegative();
/** What the auditor said of an item of evidence. */
const decided = z.strictObject({
  id: z.string(),
  title: z.string(),
  where: z.string(),
  reason: z.string(),
  by: z.string(),
});
const triedLead = z.strictObject({
  item: z.string(),
  result: z.enum(['confirmed', 'not-reached', 'not-tried']),
  shown: z.string(),
  why: z.string(),
  observation: z.string(),
  at: z.string(),
  by: z.string(),
  sandbox: z.string(),
});

const person = z.strictObject({
  name: z.string(),
  github: z.string(),
  organization: z.string(),
  contact: z.string(),
});

export const reportJson = z.strictObject({
  schema: z.literal(REPORT_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  audit: z.strictObject({
    id: z.string(),
    date: day,
    start: instant,
    completion: instant,
    hours: z.number().nonnegative(),
    auditor: person,
    contributors: z
      .array(person.omit({ contact: true }))
      .optional()
      .describe('Whoever audited beside the one who signs; left out where nobody did'),
    methodology: z.strictObject({
      id: z.string(),
      title: z.string(),
      version: z.string(),
      sha256: z.string(),
    }),
  }),
  target: z.strictObject({
    name: z.string(),
    url: z.string(),
    commit: z.string(),
    version: z.string(),
    subdir: z.string(),
    committedAt: z.string(),
  }),
  summary: z.strictObject({
    critical: count,
    high: count,
    medium: count,
    low: count,
    info: count,
    total: count,
    positive: count,
  }),
  coverage: z.strictObject({
    total: count,
    pass: count,
    fail: count,
    notApplicable: count,
    unsure: count,
    notTested: count,
    complete: z.boolean(),
  }),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      phase: z.string(),
      section: z.string(),
      origin: z.string(),
      verdict: verdict.nullable().describe('Null: not tested, and nothing is said about it'),
      note: z.string(),
      by: z.string().describe("Who gave the verdict; '' where there is none"),
      noteBy: z.string().optional().describe('Who wrote the note, where that was somebody else'),
      evidence: z.strictObject({ lead: count, fact: count, strength: count, gap: count }),
      couldNotLook: z.array(z.string()),
      observed: z
        .array(z.string())
        .optional()
        .describe('What was seen of the running server that answers to it: observations, no evidence'),
      findings: z.array(z.string()),
    }),
  ),
  findings: z.array(
    finding.extend({
      fileId: z.string(),
      tag: z.string(),
      guidance: z
        .array(z.string())
        .optional()
        .describe(
          'How such a thing is mended in general, in the words of the check: nobody wrote it of this finding',
        ),
      identified: day,
      documented: day,
      foundBy: z.string().describe('Who recorded it first'),
      items: z.array(evidenceItem),
      tried: z
        .array(triedLead)
        .optional()
        .describe('What became of the items on the running server: observations, no evidence'),
    }),
  ),
  top10: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      verdict: verdict.nullable(),
      tested: count,
      checks: z.array(z.string()),
      failed: z.array(z.string()).describe('Failed checks whose findings are of this risk'),
      unsaid: z.array(z.string()).describe('Failed checks of which no finding is of this risk'),
    }),
  ),
  ratings: z.strictObject({
    overallRisk: proposal,
    status: proposal,
    confidence: proposal,
    deployment: z.record(z.string(), proposal),
    compliance: z.record(z.string(), proposal),
  }),
  scorecard: z.strictObject({
    total: z.number().nullable(),
    ratedWeight: z.number(),
    /** Why the total is less than the weighted mean; null when it is the mean. */
    heldDown: z.string().nullable(),
    dimensions: z.array(
      z.strictObject({
        id: z.string(),
        title: z.string(),
        weight: z.number(),
        value: z.number().nullable(),
        criteria: z.array(
          z.strictObject({
            id: z.string(),
            title: z.string(),
            value: z.number().nullable(),
            label: z.string(),
            reason: z.string(),
            /** Who rated: the auditor, or the program, whose ratings are proposals. */
            by: z.enum(['auditor', 'proposal']),
            /** Who gave the rating; '' for a proposal. */
            author: z.string(),
            proposal: z.strictObject({ value: z.number().nullable(), reason: z.string() }),
          }),
        ),
      }),
    ),
  }),
  dismissed: z.array(decided),
  /** Questions of the evidence with the auditor's answers; absent when none was answered. */
  answered: z.array(decided).optional(),
  server: z
    .record(
      z.string(),
      z.strictObject({
        value: z.string(),
        by: z.enum(['auditor', 'evidence', 'nobody']),
        reason: z.string(),
        items: z.array(z.string()),
        author: z.string(),
      }),
    )
    .describe(
      'What the server is: the word of the auditor, or proposed from evidence with its reason, or unknown',
    ),
  /** What became of the findings of an earlier audit; absent where this audit follows none up. */
  earlier: z
    .strictObject({
      from: carriedFrom.nullable(),
      findings: z.array(
        z.strictObject({
          tag: z.string(),
          was: z.string(),
          title: z.string(),
          severity,
          verdict: fateVerdict,
          note: z.string(),
          commit: z.string(),
          before: z.array(location),
          after: z.array(location),
          fixedBy: z.string().nullable(),
          verifiedOn: z.string().nullable(),
        }),
      ),
    })
    .optional(),
  /** Peer reviews; absent when none came back. */
  reviews: z
    .array(
      z.strictObject({
        id: z.string(),
        reviewer: z.strictObject({ name: z.string(), github: z.string(), organization: z.string() }),
        blind: z.boolean().describe('True: each verdict was given before the one it is about was seen'),
        of: head.describe('The point of the audit that was reviewed: number and sha256 of its last event'),
        finished: day,
        scope: z.strictObject({ checks: count, checksTotal: count, findings: count, findingsTotal: count }),
        evidence: z
          .strictObject({ same: count, differs: z.array(z.string()), notCompared: z.array(z.string()) })
          .describe('Evidence gathered again on the machine of the reviewer, by collector'),
        counts: z.strictObject({ agrees: count, objects: count, asks: count }),
        open: count.describe('Objections and questions without an answer of the author'),
        said: z.array(
          z.strictObject({ about: z.string(), stance, reason: z.string(), reply: reply.nullable() }),
        ),
      }),
    )
    .optional(),
  assistance: assistanceJson.optional(),
  openLeads: count,
  limitations: z.array(z.string()),
  collectors: z.array(look),
  runs: z.array(collectorRun),
  surface,
  _meta: z
    .strictObject({
      contains_prompt_injection_examples: z.literal(true),
      example_locations: z.array(z.string()),
    })
    .optional()
    .describe('Says where the target is quoted with text that was written to steer a model'),
});
export type ReportJson = z.infer<typeof reportJson>;

/** The model in the public shape. */
export const reportValue = (m: ReportModel): ReportJson => {
  const { target, methodology, proposals: p, scorecard } = m;
  const value: ReportJson = {
    schema: REPORT_SCHEMA,
    tool: m.tool,
    audit: {
      id: m.auditId,
      date: m.date,
      ...m.dates,
      hours: m.hours,
      auditor: m.auditor,
      ...(m.auditors.length > 1
        ? { contributors: m.auditors.slice(1).map(({ contact: _contact, ...a }) => a) }
        : {}),
      methodology,
    },
    target: {
      name: target.name,
      url: target.repository.url,
      commit: target.commit,
      version: target.version,
      subdir: target.subdir,
      committedAt: target.committedAt,
    },
    summary: m.summary,
    coverage: m.coverage,
    checks: m.checks.map((c) => ({
      id: c.id,
      title: c.title,
      phase: c.phase,
      section: c.section,
      origin: c.origin,
      verdict: c.verdict,
      note: c.note,
      by: c.by,
      ...(c.noteBy !== c.by && c.note !== '' ? { noteBy: c.noteBy } : {}),
      evidence: c.evidence,
      couldNotLook: c.looks.filter((l) => !l.looked).map((l) => l.collector),
      ...(c.observed.length > 0 ? { observed: c.observed } : {}),
      findings: c.findings,
    })),
    findings: m.findings.map(({ tried, ...f }) => (tried.length > 0 ? { ...f, tried } : f)),
    top10: m.top10,
    ratings: {
      overallRisk: p.overallRisk,
      status: p.status,
      confidence: p.confidence,
      deployment: p.deployment,
      compliance: p.compliance,
    },
    scorecard: {
      total: scorecard.total,
      ratedWeight: scorecard.ratedWeight,
      heldDown: scorecard.heldDown,
      dimensions: scorecard.dimensions.map(({ criteria, ...d }) => ({
        ...d,
        criteria: criteria.map(({ question: _question, votes: _votes, facts: _facts, ...c }) => c),
      })),
    },
    dismissed: m.dismissed,
    ...(m.answered.length > 0 ? { answered: m.answered } : {}),
    ...(m.assistance ? { assistance: assistanceValue(m.assistance) } : {}),
    server: m.server,
    ...(m.earlier.findings.length > 0 ? { earlier: m.earlier } : {}),
    ...(m.reviews.length > 0 ? { reviews: m.reviews } : {}),
    openLeads: m.openLeads,
    limitations: m.limitations,
    collectors: m.looks,
    runs: m.evidence.collectors,
    surface: m.surface,
  };
  return labelJson(value) as ReportJson;
};

export const reportJsonFile = (m: ReportModel): string => jsonText(reportValue(m));
