import { z } from 'zod';

/** What `mcp-audit verify-signature --json` writes. */
export const SIGNATURES_SCHEMA = 'mcp-audit/signatures@1';

export const signaturesJson = z.strictObject({
  schema: z.literal(SIGNATURES_SCHEMA),
  kind: z.enum(['submission', 'session']),
  id: z.string(),
  signatures: z.array(
    z.strictObject({
      role: z
        .enum(['signature', 'counter-signature'])
        .describe('A counter-signature is a reviewer’s, over their review of this session'),
      claimed: z.string().describe('Who it says it is by: nobody has verified that'),
      by: z.string().describe('Whose key it is, as this machine knows; empty when it does not'),
      key: z.string().describe('Fingerprint of the key'),
      over: z.string().describe('What was signed'),
      hash: z.string().describe('Its sha256: of the list of files, or of the last event signed'),
      holds: z.boolean().nullable().describe('Null: nobody could tell'),
      said: z.string(),
      changed: z
        .array(z.string())
        .describe('What is not as it was signed, is not covered by it, or came since'),
    }),
  ),
});
export type SignaturesJson = z.infer<typeof signaturesJson>;
export type SignatureTold = SignaturesJson['signatures'][number];
