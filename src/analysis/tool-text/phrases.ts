import type { PhraseFamily } from '../../domain/order-phrases.ts';
import type { Word } from './words.ts';

/** Phrases as rows of words with gaps, matched on words: no expression, and linear in the text for a given set of phrases. */

/** One of several: a word, several in a row, a beginning; `§kind` a kind of word. */
export type Option = readonly string[];
type Element = {
  gap: number;
  beyond: boolean;
  options: readonly Option[];
  /** Options by their first word, by the first two letters of a beginning, and kinds of words. */
  first: ReadonlyMap<string, readonly Option[]>;
  begins: ReadonlyMap<string, readonly Option[]>;
  kinds: readonly Option[];
};
/** `unless` are words that must not follow: "before any other tool of this server". */
export type Phrase = { family: PhraseFamily; elements: readonly Element[]; unless: readonly Option[] };

export type PhraseIndex = {
  first: ReadonlyMap<string, readonly Phrase[]>;
  /** By the first two letters, for first words that are only a beginning. */
  begins: ReadonlyMap<string, readonly Phrase[]>;
  kinds: ReadonlyMap<string, readonly Phrase[]>;
  not: ReadonlySet<string>;
};

const SPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

/** `do_not` is two words, `不要` too. */
export const optionOf = (written: string): Option =>
  written.startsWith('§')
    ? [written]
    : written
        .toLowerCase()
        .split('_')
        .flatMap((part) => (SPACED.test(part) ? [...part] : [part]))
        .filter((part) => part !== '');

const elementOf = (gap: number, beyond: boolean, options: readonly Option[]): Element => {
  const first = new Map<string, Option[]>();
  const begins = new Map<string, Option[]>();
  const put = (map: Map<string, Option[]>, key: string, o: Option): void => {
    map.set(key, [...(map.get(key) ?? []), o]);
  };
  for (const o of options) {
    if (o[0]!.startsWith('§')) continue;
    if (o[0]!.endsWith('*')) put(begins, o[0]!.slice(0, 2), o);
    else put(first, o[0]!, o);
    if (o.length > 1) put(first, o.join('_'), o);
  }
  return { gap, beyond, options, first, begins, kinds: options.filter((o) => o[0]!.startsWith('§')) };
};

export const compilePhrases = (
  words: Readonly<Record<string, string>>,
  families: readonly PhraseFamily[],
): PhraseIndex => {
  const options = (written: string): Option[] =>
    written
      .split('|')
      .flatMap((one) =>
        one.startsWith('$') ? options(words[one.slice(1)] ?? '') : one === '' ? [] : [optionOf(one)],
      )
      .filter((o) => o.length > 0);
  const first = new Map<string, Phrase[]>();
  const begins = new Map<string, Phrase[]>();
  const kinds = new Map<string, Phrase[]>();
  const add = (map: Map<string, Phrase[]>, key: string, phrase: Phrase): void => {
    const held = map.get(key) ?? [];
    map.set(key, held);
    if (held.at(-1) !== phrase) held.push(phrase);
  };
  for (const family of families)
    for (const written of family.phrases) {
      const elements: Element[] = [];
      let gap = 0;
      let beyond = false;
      let unless: Option[] = [];
      for (const part of written.split(' ')) {
        const between = /^(~~?)(\d+)$/.exec(part);
        if (between) {
          gap = Number(between[2]);
          beyond = between[1] === '~~';
        } else if (part.startsWith('!')) unless = options(part.slice(1));
        else {
          elements.push(elementOf(gap, beyond, options(part)));
          gap = 0;
          beyond = false;
        }
      }
      const phrase: Phrase = { family, elements, unless };
      for (const [word] of elements[0]?.options ?? [])
        if (word!.startsWith('§')) add(kinds, word!, phrase);
        else if (word!.endsWith('*')) add(begins, word!.slice(0, 2), phrase);
        else add(first, word!, phrase);
      for (const option of elements[0]?.options ?? [])
        if (option.length > 1) add(first, option.join('_'), phrase);
    }
  return {
    first,
    begins,
    kinds,
    not: new Set(options('$not').flatMap((o) => (o.length === 1 ? [o[0]!] : [o.at(-1)!]))),
  };
};

const isWord = (word: Word | undefined, wanted: string, own: ReadonlySet<string>): boolean => {
  if (!word) return false;
  if (wanted.startsWith('§'))
    return wanted === '§other' ? word.is === '§tool' && !own.has(word.word) : word.is === wanted;
  return wanted.endsWith('*') ? word.word.startsWith(wanted.slice(0, -1)) : word.word === wanted;
};

/** Where an option that begins at `at` ends, or -1. */
export const endOf = (
  words: readonly Word[],
  at: number,
  option: Option,
  own: ReadonlySet<string>,
): number => {
  // `api_key` is one word, and two.
  if (option.length > 1 && words[at]?.word === option.join('_')) return at + 1;
  for (let i = 0; i < option.length; i++) if (!isWord(words[at + i], option[i]!, own)) return -1;
  return at + option.length;
};

/** Where matches of an element that begin at `at` end. */
const endsAt = (
  words: readonly Word[],
  at: number,
  element: Element,
  own: ReadonlySet<string>,
  into: Set<number>,
): void => {
  const { word, is } = words[at]!;
  const options = [
    element.first.get(word),
    element.begins.get(word.slice(0, 2)),
    is ? element.kinds : undefined,
  ];
  for (const some of options)
    for (const o of some ?? []) {
      const end = endOf(words, at, o, own);
      if (end >= 0) into.add(end);
    }
};

/**
 * The end of the shortest match that begins at `at`, or -1. All ways are followed side by side, each place once, so that no text
 * makes it slow.
 */
const matchAt = (words: readonly Word[], at: number, phrase: Phrase, own: ReadonlySet<string>): number => {
  let ends = new Set<number>([at]);
  for (const [i, element] of phrase.elements.entries()) {
    const next = new Set<number>();
    const last = Math.max(...ends);
    let left = -1;
    for (let p = Math.min(...ends); p < words.length && (left >= 0 || p <= last); p++) {
      if (ends.has(p)) left = i === 0 ? 0 : Math.max(left, element.gap);
      if (left < 0) continue;
      if (words[p]!.word === '.') {
        if (!element.beyond) left = -1;
        continue;
      }
      endsAt(words, p, element, own, next);
      // What follows "unless" is another matter.
      left = words[p]!.word === 'unless' ? -1 : left - 1;
    }
    if (next.size === 0) return -1;
    ends = next;
  }
  return Math.min(...ends);
};

const follows = (
  words: readonly Word[],
  at: number,
  unless: readonly Option[],
  own: ReadonlySet<string>,
): boolean => unless.some((o) => [0, 1, 2, 3].some((n) => endOf(words, at + n, o, own) >= 0));

/** Whether the sentence speaks about such words instead of saying them: "detects requests to ignore earlier rules". */
const MENTIONS =
  /^(?:detect(?:s|ed|ing|ion)?|scan(?:s|ned|ning)?|flag(?:s|ged)?|requests|attempts?|phrases|patterns|such|examples?|e\.g|refus(?:e|es|ed)|reject(?:s|ed)?|blocks?|prevents?|against|injections?|whether|like)$/;

export const isMentioned = (words: readonly Word[], at: number): boolean => {
  for (let i = at - 1; i >= Math.max(0, at - 10) && words[i]!.word !== '.'; i--)
    if (MENTIONS.test(words[i]!.word)) return true;
  return false;
};

export type PhraseMatch = { family: PhraseFamily; first: Word; last: Word; mentioned: boolean };

/** Of a longer text, which is no description, this many words at its beginning and at its end are read. */
const MOST_WORDS = 3000;
export const readOf = (words: readonly Word[]): readonly Word[] =>
  words.length > 2 * MOST_WORDS ? [...words.slice(0, MOST_WORDS), ...words.slice(-MOST_WORDS)] : words;
const NEGATED_WITHIN = 4;

const negated = (words: readonly Word[], at: number, not: ReadonlySet<string>): boolean => {
  for (let i = at - 1; i >= Math.max(0, at - NEGATED_WITHIN) && words[i]!.word !== '.'; i--)
    if (not.has(words[i]!.word)) return true;
  return false;
};

/** The first match of each family. `own` are names of tools the text may speak of freely, in lower case. */
export const phrasesIn = (
  given: readonly Word[],
  index: PhraseIndex,
  own: ReadonlySet<string> = new Set(),
): PhraseMatch[] => {
  const words = readOf(given);
  const found = new Map<PhraseFamily, PhraseMatch>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word.word === '.') continue;
    const candidates = [
      ...(index.first.get(word.word) ?? []),
      ...(index.begins.get(word.word.slice(0, 2)) ?? []),
      ...(word.is ? (index.kinds.get(word.is) ?? []) : []),
      ...(word.is === '§tool' ? (index.kinds.get('§other') ?? []) : []),
    ];
    for (const phrase of candidates) {
      if (found.has(phrase.family)) continue;
      const to = matchAt(words, at, phrase, own);
      if (
        to < 0 ||
        follows(words, to, phrase.unless, own) ||
        (phrase.family.affirmed && negated(words, at, index.not))
      )
        continue;
      found.set(phrase.family, {
        family: phrase.family,
        first: word,
        last: words[Math.max(at, to - 1)]!,
        mentioned: isMentioned(words, at),
      });
    }
  }
  return [...found.values()];
};
