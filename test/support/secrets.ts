import fc from 'fast-check';
import { fillSample } from '../../src/text/secret-pattern.ts';

/** A text that holds a credential, and the random parts of it, which nobody may read. */
export type FilledSample = { text: string; random: string[] };

export const fillRecorded = (sample: string, pick: (n: number) => number): FilledSample => {
  const random: string[] = [];
  const text = sample.replace(/\{[a-zA-Z]\d{1,3}\}/g, (part) => {
    const filled = fillSample(part, pick);
    random.push(filled);
    return filled;
  });
  return { text, random };
};

/** Generated credentials of the kind a sample is of. */
export const filledSample = (sample: string): fc.Arbitrary<FilledSample> =>
  fc.nat(0x7fffffff).map((seed) => fillRecorded(sample, randomly(seed)));

/** Numbers below n, each as likely as the other (mulberry32): what has little variety is no credential. */
export const randomly = (seed: number): ((n: number) => number) => {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
};

/** As many characters of a random part in a row say more than a mask does. */
const READABLE = 8;

/** What of the random parts can be read in a text: pieces of them, `length` characters long. */
export const leaked = (text: string, random: readonly string[], length = READABLE): string[] => {
  const found = new Set<string>();
  for (const part of random)
    for (let i = 0; i + length <= part.length; i++) {
      const piece = part.slice(i, i + length);
      if (new Set(piece).size > 3 && text.includes(piece)) found.add(piece);
    }
  return [...found];
};

/** Each line once, in order: screens and formats repeat most of what they say, and a search through all of it takes minutes. */
export const distinctLines = (text: string): string => [...new Set(text.split('\n'))].join('\n');
