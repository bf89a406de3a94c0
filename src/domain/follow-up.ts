import { z } from 'zod';
import { location } from './evidence.ts';

export const findingId = z.string().regex(/^F-\d{2,4}$/);

/** What the auditor says became of a finding at a later commit. `regressed`: it was mended once, and is there again. */
export const fateVerdict = z.enum(['still-there', 'fixed', 'regressed']);
export type FateVerdict = z.infer<typeof fateVerdict>;

/** A finding of an earlier audit, and what became of it; the verdict is null until the auditor has looked. */
export const followUp = z.strictObject({
  /** The earlier session, and the finding's id there. */
  session: z.string(),
  finding: findingId,
  /** The commit at which `was` stands. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  was: z.array(location),
  /** Who recorded it first. */
  by: z.string(),
  verdict: fateVerdict.nullable(),
  note: z.string(),
  /** The commit that took the cited lines away, as far as the history tells. */
  fixedBy: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .nullable(),
});
export type FollowUp = z.infer<typeof followUp>;

/** Whether the auditor saw that a finding of an earlier audit is mended at this commit. */
export const isMended = (f: { followUp: FollowUp | null }): boolean => f.followUp?.verdict === 'fixed';
