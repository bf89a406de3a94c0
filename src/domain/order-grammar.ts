import given from '../../checklists/catalogue/order-grammar.json' with { type: 'json' };
import type { ItemStrength } from './order-phrases.ts';

/** Meanings that stand together in texts which misuse a model (`checklists/catalogue/order-grammar.json`), as they are written there. */

export type WrittenFrame = {
  /** One of the families of phrases. */
  family: string;
  /** Where it is not that of the family. */
  strength?: ItemStrength;
  /** How many words the meanings may span, whatever their order. */
  within: number;
  of: readonly string[];
  /** They may stand in two sentences. */
  across?: boolean;
  /** Says nothing where the text forbids it. */
  affirmed?: boolean;
  /** Words beside which it says nothing. */
  without?: string;
  /** Words of a tool that is there for just this. */
  business?: string;
  /** Counts in other languages than English, whose order of words the phrases know. */
  foreign?: true;
  /** Counts in the texts of parameters alone. */
  where?: 'param';
  example: string;
};

export type OrderGrammar = {
  /** Small words by which one language in Latin letters is told from another. */
  languages: Readonly<Record<string, string>>;
  /** By meaning and language. */
  vocabulary: Readonly<Record<string, Readonly<Record<string, string>>>>;
  frames: readonly WrittenFrame[];
};

export const orderGrammar = given as unknown as OrderGrammar;
