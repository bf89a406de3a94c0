import { type Document, isScalar, Lexer, visit } from 'yaml';

/**
 * A file of a megabyte that people or tools write has some 200,000 of what the lexer tells apart (one in five characters). Each
 * costs the parser up to 2 kB, whether it is a value or one more error: a megabyte of quotes would take more than a gigabyte.
 */
const MOST_PARTS = 250_000;
/** No text has more parts than this, since most parts are at least a character long and marks of no length come one a character. */
const PARTS_A_CHARACTER = 2;

/** Why a YAML text has more in it than is read, in words that follow the file's name; null when it may be parsed. */
export const tooManyParts = (text: string): string | null => {
  if (text.length * PARTS_A_CHARACTER <= MOST_PARTS) return null;
  let parts = 0;
  for (const _ of new Lexer().lex(text))
    if (++parts > MOST_PARTS) return `more than ${MOST_PARTS} values and marks`;
  return null;
};

/** YAML's own duplicate check compares every key with every other; this one is linear. */
export const duplicateKeys = (doc: Document): { key: string; offset: number }[] => {
  const duplicates: { key: string; offset: number }[] = [];
  visit(doc, {
    Map: (_key, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) duplicates.push({ key: name, offset: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return duplicates;
};
