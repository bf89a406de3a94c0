import { z } from 'zod';

export const verdict = z.enum(['pass', 'fail', 'not-applicable', 'unsure']);
export type Verdict = z.infer<typeof verdict>;

/** `answered` is for questions: the reason is the answer. */
export const triageDecision = z.enum(['accepted', 'dismissed', 'answered']);

const VERDICT_WORDS: Record<Verdict, string> = {
  pass: 'pass',
  fail: 'fail',
  'not-applicable': 'not applicable',
  unsure: 'unsure',
};

export const verdictWord = (v: Verdict | null): string => (v === null ? 'not tested' : VERDICT_WORDS[v]);
