import { z } from 'zod';
import { severity } from '../../domain/methodology.ts';
import { excerpt, fate } from './reaudit-json.ts';

/** The public, versioned format `mcp-audit/verify-fixes@1`: what became of the code that published audits cite. */
export const VERIFY_FIXES_SCHEMA = 'mcp-audit/verify-fixes@1';

const cited = z.strictObject({
  fate,
  how: z.string(),
  before: excerpt,
  after: excerpt.nullable(),
  fixedBy: z.string().nullable(),
});

const finding = z.strictObject({
  id: z.string(),
  title: z.string(),
  severity,
  fate: fate.describe('What the code says; whether anything is mended, a person says'),
  why: z.string(),
  before: excerpt.nullable(),
  after: excerpt.nullable(),
  fixedBy: z.string().nullable(),
  places: z.array(cited),
});

export const verifyFixesJson = z.strictObject({
  schema: z.literal(VERIFY_FIXES_SCHEMA),
  audits: z.array(
    z.strictObject({
      repository: z.string(),
      audit: z.string(),
      date: z.string(),
      commit: z.string(),
      /** Commit it was compared with; empty where no clone was at hand. */
      comparedWith: z.string(),
      /** Why it was not compared; empty where it was. */
      problem: z.string(),
      outOfDate: z.boolean().describe('Code that it cites is not as it was'),
      findings: z.array(finding),
    }),
  ),
  notices: z.array(z.string()),
});
export type VerifyFixes = z.infer<typeof verifyFixesJson>;
