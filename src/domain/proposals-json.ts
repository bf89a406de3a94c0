import { z } from 'zod';
import { location } from './evidence.ts';
import { claim, client, proposalDecision, proposalId } from './proposal.ts';

export const PROPOSALS_SCHEMA = 'mcp-audit/proposals@1';

/** What `mcp-audit proposals --json` writes. */
export const proposalsJson = z.strictObject({
  schema: z.literal(PROPOSALS_SCHEMA),
  session: z.string(),
  proposals: z.array(
    z.strictObject({
      id: proposalId,
      state: z.enum(['open', 'accepted', 'rejected', 'asked']),
      claim,
      /** Read again at the pinned commit when it was proposed. */
      citations: z.array(location),
      voices: z.array(
        z.strictObject({
          /** As it calls itself. */
          client,
          verified: z.literal(false),
          at: z.string(),
          connection: z.string(),
          reason: z.string(),
          tries: z.string().nullable(),
        }),
      ),
      decided: z
        .strictObject({
          ...proposalDecision.shape,
          at: z.string(),
          by: z.string(),
          edited: z.boolean(),
          finding: z.string(),
        })
        .nullable(),
    }),
  ),
});
export type ProposalsJson = z.infer<typeof proposalsJson>;
