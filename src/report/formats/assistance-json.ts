import { z } from 'zod';
import type { AssistanceReport } from '../assistance.ts';

const count = z.number().int().nonnegative();

/** How assistants were used, in the public shape of a report. */
export const assistanceJson = z
  .strictObject({
    proposed: count,
    accepted: count,
    edited: count,
    rejected: count,
    open: count,
    clients: z.array(z.string()),
    proposals: z.array(
      z.strictObject({
        id: z.string(),
        kind: z.string(),
        client: z.string(),
        where: z.string(),
        state: z.enum(['open', 'accepted', 'rejected', 'asked']),
        words: z.string(),
        by: z.string(),
        edited: z.boolean(),
        finding: z.string(),
      }),
    ),
  })
  .describe(
    'What assistants proposed, by the names they give themselves, and what the auditor made of it; absent where none was used',
  );

export const assistanceValue = (a: AssistanceReport): z.infer<typeof assistanceJson> => ({
  ...a.counts,
  clients: [...new Set(a.connections.flatMap((c) => c.clients))],
  proposals: a.proposals,
});
