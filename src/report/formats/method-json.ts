import { z } from 'zod';

/** What `mcp-audit method --json` writes: a session's methodology and program against those of today. */
export const METHOD_SCHEMA = 'mcp-audit/method@1';

const version = z.strictObject({ id: z.string(), version: z.string() });
const titled = z.strictObject({ check: z.string(), title: z.string() });

export const methodJson = z.strictObject({
  schema: z.literal(METHOD_SCHEMA),
  session: z.string(),
  program: z
    .strictObject({ was: z.string(), now: z.string() })
    .describe('Versions of the program that gathered the evidence last, and of this one'),
  was: version,
  now: version,
  changed: z.array(
    titled.extend({ parts: z.array(z.strictObject({ part: z.string(), was: z.string(), now: z.string() })) }),
  ),
  added: z.array(titled),
  removed: z.array(titled),
  moved: z.boolean(),
  again: z.array(z.string()).describe('Checks whose verdict was given on an earlier text'),
});
export type MethodJson = z.infer<typeof methodJson>;
