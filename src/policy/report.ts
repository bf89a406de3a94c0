import { z } from 'zod';
import { decision, waiver } from './policy.ts';

/** What `mcp-audit policy check --json` writes. */
export const POLICY_SCHEMA = 'mcp-audit/policy@1';

const because = z.strictObject({
  rule: z.string(),
  decision,
  reason: z.string(),
  /** What lets it pass, or did until it expired. */
  waiver: waiver.optional(),
});

const named = z.strictObject({
  server: z.string(),
  rule: z.string(),
  owner: z.string(),
  expires: z.string(),
});

export const policyReport = z.strictObject({
  schema: z.literal(POLICY_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  policy: z.strictObject({ name: z.string(), sha256: z.string() }),
  /** The day by which ages and waivers were judged. */
  day: z.string(),
  failOn: z.enum(['denied', 'needs-a-person']),
  subjects: z.array(
    z.strictObject({
      kind: z.enum(['session', 'submission', 'discovered']),
      name: z.string(),
      /** The session, the submission, or the configuration and line. */
      at: z.string(),
      ids: z.array(z.string()),
      decision,
      because: z.array(because).min(1),
    }),
  ),
  /** What was named and could not be looked at, in words. While there is any, nothing is said of it. */
  notLooked: z.array(z.string()),
  waivers: z.strictObject({
    /** Past their day, whether or not they cover one of these. */
    expired: z.array(named),
    /** They cover none of these. */
    unused: z.array(named),
  }),
  counts: z.strictObject({
    allowed: z.number().int().nonnegative(),
    needsAPerson: z.number().int().nonnegative(),
    denied: z.number().int().nonnegative(),
  }),
  failed: z.boolean(),
});
export type PolicyReport = z.infer<typeof policyReport>;
