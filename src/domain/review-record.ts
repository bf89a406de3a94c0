import { z } from 'zod';
import { auditor, head, sha256 } from './auditor.ts';
import { verdict } from './verdict.ts';

/** What a second auditor's session, and what the first one's, record of a review. The rules are in review.ts. */

const words = z.string().trim().min(1).max(20_000);

export const stance = z.enum(['agrees', 'objects', 'asks']);
export type Stance = z.infer<typeof stance>;

/** Of a verdict, or of a finding. */
export const remark = z.strictObject({ stance, reason: words });
export type Remark = z.infer<typeof remark>;

/** What a session is a review of: somebody's history up to a point, kept as the file it came in. */
export const reviewOf = z.strictObject({
  session: z.string(),
  head,
  /** The author's verdict on a check is shown once the reviewer has given theirs. */
  blind: z.boolean(),
  archive: sha256,
});
export type ReviewOf = z.infer<typeof reviewOf>;

/** Id of a check or of a finding. */
export const subject = z.string().min(1).max(100);

const evidenceDifference = z.strictObject({ collector: z.string(), said: z.string() });
export const evidenceComparison = z.strictObject({
  /** Collectors whose evidence has the same hash on both machines, what they took to gather it left aside. */
  same: z.array(z.string()),
  differs: z.array(evidenceDifference),
  /** Not compared, and why. */
  notCompared: z.array(evidenceDifference),
});
export type EvidenceComparison = z.infer<typeof evidenceComparison>;

const reviewedSubject = z.strictObject({
  about: subject,
  stance,
  reason: z.string(),
  /** The reviewer's own verdict on the check; null where they gave none. */
  own: verdict.nullable(),
});
export type ReviewedSubject = z.infer<typeof reviewedSubject>;

/** A review as it came back. */
export const reviewRecord = z.strictObject({
  reviewer: auditor,
  blind: z.boolean(),
  /** The point of this history that was reviewed. */
  of: head,
  /** How far the reviewer's own history goes, and its bytes. */
  head,
  journal: sha256,
  finishedAt: z.string(),
  evidence: evidenceComparison,
  subjects: z.array(reviewedSubject),
});
export type ReviewRecord = z.infer<typeof reviewRecord>;

/** The author's answer to an objection or a question: what was changed for it, or why it stands as it is. */
export const reply = z.strictObject({ decision: z.enum(['changed', 'stands']), reason: words });
export type Reply = z.infer<typeof reply>;
