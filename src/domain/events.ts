import { z } from 'zod';
import { assistanceRecord } from './assistance.ts';
import { type Auditor, auditor, head, sha256 } from './auditor.ts';
import { carried } from './carried.ts';
import { disclosure } from './disclosure.ts';
import { outcome, targetRef } from './evidence.ts';
import { findingId, recordedFinding } from './finding.ts';
import { checkId, scorecardId } from './methodology.ts';
import { observationRecord } from './observation.ts';
import { proposalDecision, proposalId, voice } from './proposal.ts';
import { remark, reply, reviewOf, reviewRecord, subject } from './review-record.ts';
import { serverProfile } from './server-profile.ts';
import { headSignature } from './signature.ts';
import { triageDecision, verdict } from './verdict.ts';

export { triageDecision, type Verdict, verdict } from './verdict.ts';

/**
 * The vocabulary of the journal. Every event says the whole new value of the one thing it changes (`null` = gone), so
 * that undo is simply another event of the same type with the value of before.
 */
export const EVENT_VERSION = 1;

const evidenceCounts = z.strictObject({
  lead: z.number(),
  fact: z.number(),
  strength: z.number(),
  gap: z.number(),
  /** Sessions of before 2026-12 had none. */
  question: z.number().optional(),
});

export { type Auditor, auditor, sha256 };

/** The auditor's answer to a check; `note` is the reason, in their words. */
export const answer = z.strictObject({ verdict: verdict.nullable(), note: z.string() });
export type Answer = z.infer<typeof answer>;

export const triage = z.strictObject({ decision: triageDecision, reason: z.string() });
export type Triage = z.infer<typeof triage>;

export const attachment = z.strictObject({
  sha256,
  bytes: z.number().int().nonnegative(),
  mediaType: z.string(),
  check: checkId.nullable(),
});
export type Attachment = z.infer<typeof attachment>;

/** A place to come back to: a check, an item of evidence, or lines of a file. For the auditor alone, in no report. */
export const bookmark = z.strictObject({
  check: checkId.nullable(),
  item: z.string().nullable(),
  place: z
    .strictObject({
      path: z.string(),
      startLine: z.number().int().positive(),
      endLine: z.number().int().positive(),
    })
    .nullable(),
  /** What it is, as the list of them says it. */
  words: z.string(),
});
export type Bookmark = z.infer<typeof bookmark>;

/** The auditor's own rating of a scorecard criterion; null says that it cannot be rated. */
export const rating = z.strictObject({
  value: z.number().int().min(0).max(4).nullable(),
  reason: z.string().trim().min(1),
});
export type Rating = z.infer<typeof rating>;

/** A file of another tool's results that was taken in, and what became of it. */
export const importRecord = z.strictObject({
  /** The file's name, and its bytes as they came: kept like an attachment. */
  name: z.string(),
  sha256,
  bytes: z.number().int().nonnegative(),
  mediaType: z.string(),
  format: z.string(),
  tools: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  /** The command that made it, when it was run from here; null for a file from elsewhere. */
  command: z.array(z.string()).nullable(),
  outcome,
  counts: evidenceCounts,
  /** The evidence made of it. */
  blob: sha256,
});
export type ImportRecord = z.infer<typeof importRecord>;

/** Target as the session keeps it. */
export const sessionTarget = z.strictObject({
  ...targetRef.shape,
  /** What was typed. The record holds '', since it stays on this machine (see Local). */
  source: z.string(),
  /** Short name for people: `owner/repo`, or the folder's name. */
  name: z.string(),
  /** ISO 8601 date of the pinned commit, the "now" of all evidence. */
  committedAt: z.string(),
  /** Tags that point at the pinned commit. */
  tags: z.array(z.string()),
});
export type SessionTarget = z.infer<typeof sessionTarget>;

export const eventBody = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('session.started'),
    id: z.string(),
    target: sessionTarget,
    methodology: z.strictObject({ id: z.string(), version: z.string(), sha256 }),
    tool: z.strictObject({ name: z.string(), version: z.string() }),
    auditor,
    /** The auditor's own rules, kept as a blob; absent when there are none. */
    rules: z.strictObject({ files: z.number().int().positive(), sha256 }).optional(),
    /** Set when it is a review of somebody's session. */
    review: reviewOf.optional(),
  }),
  z.strictObject({ type: z.literal('session.opened'), toolVersion: z.string() }),
  z.strictObject({ type: z.literal('session.closed'), check: checkId.nullable() }),
  z.strictObject({ type: z.literal('auditor.named'), auditor }),
  /** The public address of a target whose clone had none. */
  z.strictObject({
    type: z.literal('target.addressed'),
    url: z.string().regex(/^https:\/\/[^\s/]+\/[^\s]+$/),
  }),
  /** What the auditor says the server is. */
  z.strictObject({ type: z.literal('server.described'), value: serverProfile }),
  z.strictObject({ type: z.literal('network.allowed'), allowed: z.boolean() }),
  /** Name of the folder or zip with an offline copy of OSV in which dependencies are looked up, without its path. */
  z.strictObject({ type: z.literal('advisories.chosen'), osv: z.string().min(1).max(4096).nullable() }),
  z.strictObject({ type: z.literal('check.answered'), check: checkId, answer: answer.nullable() }),
  /** One answer for several checks, such as a section that does not apply: taken back as one. */
  z.strictObject({
    type: z.literal('checks.answered'),
    changes: z.array(z.strictObject({ check: checkId, answer: answer.nullable() })).min(1),
  }),
  z.strictObject({
    type: z.literal('bookmark.kept'),
    bookmark: z.string().min(1),
    value: bookmark.nullable(),
  }),
  /** An unfinished note, kept against loss; not an answer, not undoable. */
  z.strictObject({ type: z.literal('draft.kept'), check: checkId, text: z.string().nullable() }),
  z.strictObject({
    type: z.literal('evidence.collected'),
    collector: z.string(),
    outcome,
    counts: evidenceCounts,
    blob: sha256,
  }),
  z.strictObject({
    type: z.literal('evidence.triaged'),
    changes: z.array(z.strictObject({ item: z.string(), triage: triage.nullable() })).min(1),
  }),
  z.strictObject({
    type: z.literal('finding.recorded'),
    finding: findingId,
    value: recordedFinding.nullable(),
  }),
  /** When and how the maintainers were told of grave findings, and why the report may be public before time. */
  z.strictObject({ type: z.literal('disclosure.recorded'), value: disclosure }),
  z.strictObject({ type: z.literal('attachment.added'), name: z.string(), value: attachment.nullable() }),
  /** null: the proposal stands again. */
  z.strictObject({ type: z.literal('criterion.rated'), criterion: scorecardId, value: rating.nullable() }),
  z.strictObject({
    type: z.literal('results.imported'),
    import: z.string().regex(/^[a-z0-9-]+@[0-9a-f]{12}$/),
    value: importRecord.nullable(),
  }),
  /** What was seen of the running server; no function of the commit, and told apart from what was gathered. */
  z.strictObject({
    type: z.literal('observation.recorded'),
    observation: z.string().regex(/^(?:probe|confirm)@[0-9a-f]{12}$/),
    value: observationRecord.nullable(),
  }),
  /** What an assistant proposes; a second one of the same joins it. Nothing is decided by it. */
  z.strictObject({ type: z.literal('proposal.made'), proposal: proposalId, voice }),
  /** What the person said to a proposal, where that is not itself a decision about the audit (see `proposal` of the envelope). */
  z.strictObject({
    type: z.literal('proposal.decided'),
    proposal: proposalId,
    value: proposalDecision.nullable(),
  }),
  /** What was said with an assistant over one connection, up to now. */
  z.strictObject({
    type: z.literal('assistance.recorded'),
    connection: z.string().regex(/^[0-9a-z-]{1,60}$/),
    value: assistanceRecord,
  }),
  /** In a review: what the reviewer says of the author's verdict or finding. */
  z.strictObject({ type: z.literal('remark.recorded'), about: subject, value: remark.nullable() }),
  /** In the author's session: a review that came back, and the author's answers to it. */
  z.strictObject({ type: z.literal('review.received'), review: z.string().min(1), value: reviewRecord }),
  z.strictObject({
    type: z.literal('remark.answered'),
    review: z.string().min(1),
    about: subject,
    value: reply.nullable(),
  }),
  /**
   * Another auditor's part of this audit, from the point where the two histories part: what was taken of it follows as events
   * by who decided it. Their own history is kept.
   */
  z.strictObject({ type: z.literal('part.joined'), auditor, fork: head, head, journal: sha256 }),
  /** The session goes on with another version of its methodology; `changed` are checks that ask for something else than before. */
  z.strictObject({
    type: z.literal('methodology.moved'),
    methodology: z.strictObject({ id: z.string(), version: z.string(), sha256 }),
    tool: z.strictObject({ name: z.string(), version: z.string() }),
    changed: z.array(checkId),
    removed: z.array(checkId),
  }),
  /** Over a point of this history, with a key of the auditor's own. */
  z.strictObject({ type: z.literal('head.signed'), ...headSignature.shape }),
  /** What an audit of an earlier commit said; waits to be looked at again. */
  z.strictObject({ type: z.literal('audit.carried'), value: carried }),
  /** A carried verdict, and what was decided on its evidence, as this audit's own: one decision, taken back as one. */
  z.strictObject({
    type: z.literal('carried.confirmed'),
    check: checkId,
    answer: answer.nullable(),
    triage: z.array(z.strictObject({ item: z.string(), triage: triage.nullable() })),
  }),
  z.strictObject({ type: z.literal('report.written'), audit: z.string(), sha256 }),
]);
export type EventBody = z.infer<typeof eventBody>;

/** Where a decision of the person's came from: a proposal they accepted, whether or not they changed its words. */
export const fromProposal = z.strictObject({ id: proposalId, edited: z.boolean() });
export type FromProposal = z.infer<typeof fromProposal>;

/** `undoes` and `redoes` say which earlier event this one takes back, or does again. */
const envelope = {
  v: z.literal(EVENT_VERSION),
  seq: z.number().int().positive(),
  /** ISO 8601 UTC. */
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  by: z.string(),
  undoes: z.number().int().positive().optional(),
  redoes: z.number().int().positive().optional(),
  origin: fromProposal.optional(),
};
const withEnvelope = eventBody.options.map((o) => z.strictObject({ ...envelope, ...o.shape }));
export const sessionEvent = z.discriminatedUnion(
  'type',
  withEnvelope as unknown as [(typeof withEnvelope)[0], ...typeof withEnvelope],
) as unknown as z.ZodType<SessionEvent>;

export type SessionEvent = EventBody & {
  v: typeof EVENT_VERSION;
  seq: number;
  at: string;
  by: string;
  undoes?: number | undefined;
  redoes?: number | undefined;
  origin?: FromProposal | undefined;
};

/** Told by assistants, and taken in: nobody decided anything by it. */
export const byAssistant = (e: Pick<SessionEvent, 'type'>): boolean =>
  e.type === 'proposal.made' || e.type === 'assistance.recorded';
