import type { OrderGrammar, WrittenFrame } from '../../domain/order-grammar.ts';
import type { PhraseFamily } from '../../domain/order-phrases.ts';
import { type Option, optionOf } from './phrases.ts';

/** The vocabulary of frames, made ready: what a word may mean, and in which language. */

export type Frame = {
  written: WrittenFrame;
  family: PhraseFamily;
  /** Numbers of meanings; a meaning is a set of words, written alike wherever it is used. */
  of: readonly number[];
  without: number;
  business: ReadonlySet<string>;
};

/** `languages` are those whose words it is one of, with what it means there. */
export type Entry = { option: Option; languages: ReadonlyMap<string, readonly number[]> };

export type FrameIndex = {
  frames: readonly Frame[];
  not: number;
  /** Options by their first word, by the first two letters of a beginning, and kinds of words. */
  first: ReadonlyMap<string, readonly Entry[]>;
  /** Options of several words, by the first two. */
  pairs: ReadonlyMap<string, readonly Entry[]>;
  begins: ReadonlyMap<string, readonly Entry[]>;
  kinds: ReadonlyMap<string, readonly Entry[]>;
  /** Small words that tell one language in Latin letters from another. */
  small: ReadonlyMap<string, readonly string[]>;
};

/** Written in letters of its own, it is taken for no other. */
export const OWN_LETTERS = /^(?:ru|uk|zh|ja|ko|ar|hi)$/;
export const ENGLISH = 'en';

/** A regular English verb with its forms but the third person, in which a tool speaks of itself. */
const formsOf = (written: string): string[] => {
  if (!written.endsWith('^')) return [written];
  const verb = written.slice(0, -1);
  if (verb.endsWith('e')) return [verb, `${verb}d`, `${verb.slice(0, -1)}ing`];
  if (/[^aeou]y$/.test(verb)) return [verb, `${verb.slice(0, -1)}ied`, `${verb}ing`];
  return [verb, `${verb}ed`, `${verb}ing`];
};

type Vocabulary = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Words that have a meaning, with their language. */
const wordsOfMeaning = (written: string, vocabulary: Vocabulary, language = ENGLISH): [string, string][] =>
  written
    .split('|')
    .flatMap((one): [string, string][] =>
      one === ''
        ? []
        : one.startsWith('$')
          ? Object.entries(vocabulary[one.slice(1)] ?? {}).flatMap(([l, w]) =>
              wordsOfMeaning(w, vocabulary, l),
            )
          : formsOf(one).map((w) => [w, language]),
    );

export const compileFrames = (
  { languages, vocabulary, frames }: OrderGrammar,
  families: readonly PhraseFamily[],
): FrameIndex => {
  const numbers = new Map<string, number>();
  const byOption = new Map<string, { option: Option; languages: Map<string, number[]> }>();
  const meaning = (written: string): number => {
    const known = numbers.get(written);
    if (known !== undefined) return known;
    const number = numbers.size;
    numbers.set(written, number);
    for (const [word, language] of wordsOfMeaning(written, vocabulary)) {
      const option = optionOf(word);
      if (option.length === 0) continue;
      const key = option.join('_');
      const held = byOption.get(key) ?? { option, languages: new Map<string, number[]>() };
      const of = held.languages.get(language) ?? [];
      if (!of.includes(number)) held.languages.set(language, [...of, number]);
      byOption.set(key, held);
    }
    return number;
  };
  const named = new Map(families.map((f) => [f.name, f]));
  const compiled = frames.map(
    (written): Frame => ({
      written,
      family: named.get(written.family)!,
      of: written.of.map(meaning),
      without: written.without === undefined ? -1 : meaning(written.without),
      business: new Set(wordsOfMeaning(written.business ?? '', vocabulary).map(([w]) => w)),
    }),
  );
  const not = meaning('$not');
  const first = new Map<string, Entry[]>();
  const pairs = new Map<string, Entry[]>();
  const begins = new Map<string, Entry[]>();
  const kinds = new Map<string, Entry[]>();
  const put = (map: Map<string, Entry[]>, key: string, e: Entry): void => {
    const held = map.get(key);
    if (held) held.push(e);
    else map.set(key, [e]);
  };
  for (const entry of byOption.values()) {
    const { option } = entry;
    const [word] = option;
    if (word!.startsWith('§')) put(kinds, word!, entry);
    else if (word!.endsWith('*') && word!.length > 2) put(begins, word!.slice(0, 2), entry);
    else if (option.length > 1) {
      if (/[*§]/.test(option[1]!)) put(first, word!, entry);
      else put(pairs, `${word} ${option[1]}`, entry);
      put(first, option.join('_'), entry);
    } else put(first, word!, entry);
  }
  const small = new Map<string, string[]>();
  for (const [language, words] of Object.entries(languages))
    for (const word of words.split('|')) small.set(word, [...(small.get(word) ?? []), language]);
  return { frames: compiled, not, first, pairs, begins, kinds, small };
};
