import { z } from 'zod';
import { auditor, head } from '../../domain/auditor.ts';
import { evidenceComparison, stance } from '../../domain/review-record.ts';
import { verdict } from '../../domain/verdict.ts';

/** What `mcp-audit review --json` writes: a review as it stands. */
export const PEER_REVIEW_SCHEMA = 'mcp-audit/peer-review@1';

const given = verdict.nullable();

export const peerReview = z.strictObject({
  schema: z.literal(PEER_REVIEW_SCHEMA),
  session: z.string(),
  reviewer: auditor,
  of: z.strictObject({
    session: z.string(),
    head: head.describe(
      'The point of the author’s history that is reviewed: number and sha256 of its last event',
    ),
    auditor,
  }),
  blind: z.boolean(),
  evidence: evidenceComparison.describe('The author’s evidence against what was gathered again here'),
  subjects: z.array(
    z.strictObject({
      about: z.string().describe('Id of a check or a finding of the author’s'),
      title: z.string(),
      hidden: z.boolean().describe('True: kept from the reviewer until they gave a verdict of their own'),
      verdict: given.describe('The author’s; null for a finding, or while hidden'),
      own: given.describe('The reviewer’s; null where they gave none'),
      stance: stance.nullable().describe('Null: nothing was said of it'),
      reason: z.string(),
    }),
  ),
  counts: z.strictObject({
    agrees: z.number(),
    objects: z.number(),
    asks: z.number(),
    unsaid: z.number(),
  }),
});
export type PeerReview = z.infer<typeof peerReview>;
