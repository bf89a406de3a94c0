import { z } from 'zod';
import { day } from './disclosure.ts';
import { auditor, rating, triageDecision, verdict } from './events.ts';
import { findingInput } from './finding-input.ts';
import { remark, reply } from './review-record.ts';

/** `mcp-audit answer --from FILE`: a whole audit, or a part of one, as YAML. Every key is optional. */
export const answersFile = z.strictObject({
  auditor: auditor.partial().optional(),
  /** Where the audited commit can be had by everybody: https://host/owner/name. */
  address: z.string().optional(),
  /** What the server is; parts left out are proposed from the evidence. */
  server: z
    .strictObject({
      purpose: z.string().optional(),
      type: z.string().optional(),
      data_sensitivity: z.string().optional(),
      authentication: z.string().optional(),
      network: z.string().optional(),
      judgement: z.string().optional(),
    })
    .optional(),
  checks: z
    .record(
      z.string(),
      z.strictObject({
        verdict: verdict.nullable().optional(),
        note: z.string().optional(),
      }),
    )
    .optional(),
  findings: z.array(findingInput).optional(),
  disclosure: z
    .strictObject({
      told: day.nullable().optional(),
      channel: z.string().optional(),
      /** Why the report may be public before the maintainers had their time. */
      acknowledge: z.string().optional(),
    })
    .optional(),
  /** By criterion; null: the proposal stands again. */
  scorecard: z.record(z.string(), rating.nullable()).optional(),
  /** In a re-audit: carried verdicts, ratings and `server` that hold for this commit too. */
  confirm: z.array(z.string()).optional(),
  /** In a review, by check or finding of the author's: what is said of it; null takes it back. */
  remarks: z.record(z.string(), remark.nullable()).optional(),
  /** In the author's session: answers to what reviews object to or ask. */
  replies: z
    .array(
      z.strictObject({
        to: z.string(),
        /** The review, by its id or the beginning of it; needed where several speak of the same. */
        review: z.string().optional(),
        decision: reply.shape.decision,
        reason: z.string(),
      }),
    )
    .optional(),
  triage: z
    .array(
      z.strictObject({
        /** An item id, or `collector/rule`, or `collector/rule@path`. */
        items: z.string(),
        /** `answered` is for questions, and for nothing else: the reason is the answer. */
        decision: triageDecision,
        reason: z.string().default(''),
      }),
    )
    .optional(),
});
export type AnswersFile = z.infer<typeof answersFile>;
