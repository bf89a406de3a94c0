import { z } from 'zod';
import { type Head, head } from './auditor.ts';

/** A signature over a point of a session's history, made with a key of the auditor's own. */
export const headSignature = z.strictObject({
  head,
  kind: z.enum(['ssh', 'gpg']),
  signature: z.string().min(1).max(20_000),
});
export type HeadSignature = z.infer<typeof headSignature>;

/** The text that is signed: it says all that came before, since each line of the journal holds the hash of the one before. */
export const headStatement = (session: string, commit: string, { events, hash }: Head): string =>
  `mcp-audit/head@1\nsession ${session}\ncommit ${commit}\nevents ${events}\nhash ${hash}\n`;
