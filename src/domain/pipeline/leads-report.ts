import { z } from 'zod';
import { collectorRun, evidenceItem, type outcome, targetRef } from '../evidence.ts';
import { severity } from '../methodology.ts';
import { toolsReport } from './tools-lock.ts';

/**
 * What `mcp-audit collect --format` says of a commit: its leads, nobody having judged them, and what could not be looked at.
 * The same commit, program, options and day give the same bytes.
 */
export const LEADS_SCHEMA = 'mcp-audit/leads@1';

export const mark = z.string().regex(/^[0-9a-f]{16}$/);

/** `new`: it was not there; `more`: it was, with less to it (`news` says what came); `known`: as it was; `unknown`: nothing to compare with. */
const leadState = z.enum(['new', 'more', 'known', 'unknown']);
export type LeadState = z.infer<typeof leadState>;

/** Why a lead does not count: who decided, where that stands, and until when. */
const suppressed = z.strictObject({
  /** `line`: a comment at the place; `file`: an entry of the configuration. */
  by: z.enum(['line', 'file']),
  /** The file and line that say so. */
  at: z.string(),
  reason: z.string(),
  expires: z.string(),
});
export type Suppressed = z.infer<typeof suppressed>;

const leadEntry = z.strictObject({
  ...evidenceItem.shape,
  kind: z.literal('lead'),
  /** What a finding raised from it begins with: a guess by kind and certainty, until somebody judges. */
  severity,
  /** One a place, the location's first: hashes of rule and code, without path and line. They survive a move. */
  marks: z.array(mark).min(1),
  state: leadState,
  /** What is new about it, in words. */
  news: z.array(z.string()),
  /** Every suppression that covers one of its places. It does not count only when all places are covered. */
  suppressions: z.array(suppressed),
  suppressed: z.boolean(),
  /** Conditions of `failOn` that it meets. */
  fails: z.array(z.string()),
});
export type LeadEntry = z.infer<typeof leadEntry>;

const said = z.strictObject({ at: z.string(), words: z.string() });

export const leadsReport = z.strictObject({
  schema: z.literal(LEADS_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string(), rules: z.string() }),
  target: targetRef,
  /** Whether the target's own configuration counted, and as of which commit. */
  own: z.strictObject({ configuration: z.string(), asOf: z.string() }).nullable(),
  /** What leads were compared with; null when there was nothing. */
  base: z.strictObject({ kind: z.enum(['baseline', 'commit']), name: z.string() }).nullable(),
  /** Only what changed since that commit is in `leads`; null when all is. */
  changedSince: z.strictObject({ ref: z.string(), commit: z.string(), left: z.number() }).nullable(),
  failOn: z.array(z.string()),
  /** How each collector ended. Without a duration: that is no property of the commit. */
  collectors: z.array(collectorRun.omit({ durationMs: true })),
  /** Places and matters that were not looked at. A report without leads is no clean bill while there are any. */
  gaps: z.array(evidenceItem),
  leads: z.array(leadEntry),
  suppressions: z.strictObject({
    /** Past their day: what they covered counts again, and the run fails. */
    expired: z.array(said),
    /** Not understood: they cover nothing, and the run fails. */
    refused: z.array(said),
    /** Nothing was there for them to cover. */
    unused: z.array(said),
  }),
  /** Definitions against tools.lock.json; null when none is compared. */
  tools: toolsReport.nullable(),
  counts: z.strictObject({
    leads: z.number(),
    new: z.number().nullable(),
    suppressed: z.number(),
    failing: z.number(),
    gaps: z.number(),
    /** Places with something to find out, which are no leads. */
    questions: z.number(),
    blind: z.number(),
  }),
  /** Why the run failed, in words; empty when it passed. */
  failed: z.array(z.string()),
});
export type LeadsReport = z.infer<typeof leadsReport>;

const BLIND: ReadonlySet<z.infer<typeof outcome>> = new Set(['unavailable', 'failed']);
/** Collectors that could not look. */
export const blindOf = (r: Pick<LeadsReport, 'collectors'>): LeadsReport['collectors'] =>
  r.collectors.filter((c) => BLIND.has(c.outcome));
