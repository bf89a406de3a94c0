import type { z } from 'zod';
import given from '../../checklists/catalogue/model-orders.json' with { type: 'json' };
import type { itemStrength } from './evidence.ts';

export type ItemStrength = z.infer<typeof itemStrength>;

/** Families of phrases that reach beyond a text's own purpose (`checklists/catalogue/model-orders.json`), as they are written there. */
export type PhraseFamily = {
  name: string;
  strength: ItemStrength;
  /** What such a phrase does, in words for the auditor. */
  say: string;
  /** Says nothing where the text forbids it: "never include API keys". */
  affirmed?: boolean;
  phrases: readonly string[];
};

export const orderPhrases = given as {
  words: Readonly<Record<string, string>>;
  families: readonly PhraseFamily[];
};
