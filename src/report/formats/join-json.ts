import { z } from 'zod';
import { auditor, head } from '../../domain/auditor.ts';

/** What `mcp-audit join --json` writes: what two auditors' parts of one session come to together. */
export const JOIN_SCHEMA = 'mcp-audit/join@1';

const key = z.string().describe('Id of a check, evidence item, criterion, finding, attachment …');

export const joinJson = z.strictObject({
  schema: z.literal(JOIN_SCHEMA),
  session: z.string(),
  auditor: auditor.describe('Whose part it is'),
  fork: head.describe('The last event both histories have'),
  joined: z.boolean().describe('False: conflicts wait for a person, and nothing was recorded'),
  taken: z.array(z.strictObject({ key, said: z.string(), by: z.string() })),
  agreed: z.array(key).describe('Decided on both sides, and alike'),
  conflicts: z.array(
    z.strictObject({
      key,
      why: z.string(),
      base: z.string().describe('What stood where the histories part'),
      ours: z.string(),
      theirs: z.string(),
      decided: z.enum(['ours', 'theirs']).nullable(),
    }),
  ),
  refused: z.array(z.strictObject({ key, why: z.string() })),
});
export type JoinJson = z.infer<typeof joinJson>;
