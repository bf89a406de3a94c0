/** What a finding template leaves open until the evidence, or the auditor, says it: `{{parameter}}` and its like. */
export const TEMPLATE_WORDS = [
  'tool',
  'callers',
  'parameter',
  'sink',
  'guard',
  'source',
  'place',
  'server',
] as const;
export type TemplateWord = (typeof TEMPLATE_WORDS)[number];

/** Only these names: `{{ x }}` is also what template languages of targets write, and findings quote those. */
const OPEN = new RegExp(`\\{\\{(${TEMPLATE_WORDS.join('|')})\\}\\}`, 'g');

export const openWords = (text: string): TemplateWord[] =>
  [...text.matchAll(OPEN)].map((m) => m[1] as TemplateWord);

/** Puts in what is known; what is not stays open, and is asked for before anything is published. */
export const withWords = (text: string, words: Partial<Record<TemplateWord, string>>): string =>
  text.replace(OPEN, (open, word: TemplateWord) => words[word] ?? open);
