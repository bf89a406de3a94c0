import type { ItemStrength, PhraseFamily } from '../../domain/order-phrases.ts';
import { ENGLISH, type Entry, type FrameIndex, OWN_LETTERS } from './frame-index.ts';
import { endOf, isMentioned, readOf } from './phrases.ts';
import type { Word } from './words.ts';

/**
 * Frames: meanings that stand together within some words, in any order, which is how one sentence is said in many ways and
 * languages. All words of the vocabulary are found in one pass; a frame then only looks at where its meanings stand.
 */

/** Where a meaning stands: from this word on, up to that one, in this sentence. */
type Place = { at: number; end: number; sentence: number; foreign: boolean };

const partsOf = (word: Word): string[] => (word.is === '§tool' ? word.word.split('_') : []);

/** For each sentence the languages in Latin letters beside English that it may be written in: "secret" and "client" are French, too. */
const languagesOf = (words: readonly Word[], small: FrameIndex['small']): ReadonlySet<string>[] => {
  const counts: Map<string, number>[] = [new Map()];
  const whole = new Map<string, number>();
  const more = (of: Map<string, number>, language: string): void => {
    of.set(language, (of.get(language) ?? 0) + 1);
  };
  for (const { word } of words) {
    if (word === '.') counts.push(new Map());
    else
      for (const language of small.get(word) ?? []) {
        more(counts.at(-1)!, language);
        more(whole, language);
      }
  }
  const most = (of: Map<string, number>, least: number): string[] =>
    [...of].filter(([l, n]) => n >= least && n >= (of.get(ENGLISH) ?? 0) && l !== ENGLISH).map(([l]) => l);
  const always = most(whole, 3);
  return counts.map((of) => new Set([...most(of, 1), ...((of.get(ENGLISH) ?? 0) > 0 ? [] : always)]));
};

const placesOf = (
  words: readonly Word[],
  index: FrameIndex,
  own: ReadonlySet<string>,
): Map<number, Place[]> => {
  const places = new Map<number, Place[]>();
  const languages = languagesOf(words, index.small);
  const add = (entry: Entry, at: number, end: number, sentence: number): void => {
    const meant = new Map<number, boolean>();
    for (const [language, meanings] of entry.languages)
      if (language === ENGLISH || OWN_LETTERS.test(language) || languages[sentence]!.has(language))
        for (const m of meanings) meant.set(m, meant.get(m) === true || language !== ENGLISH);
    for (const [m, foreign] of meant) {
      const held = places.get(m);
      const place = { at, end, sentence, foreign };
      if (!held) places.set(m, [place]);
      else if (held.at(-1)!.at !== at || held.at(-1)!.end < end) held.push(place);
    }
  };
  let sentence = 0;
  for (let at = 0; at < words.length; at++) {
    const { word, is } = words[at]!;
    if (word === '.') {
      sentence++;
      continue;
    }
    const entries = [
      index.first.get(word),
      at + 1 < words.length ? index.pairs.get(`${word} ${words[at + 1]!.word}`) : undefined,
      index.begins.get(word.slice(0, 2)),
      is ? index.kinds.get(is) : undefined,
      is === '§tool' ? index.kinds.get('§other') : undefined,
    ];
    for (const some of entries)
      for (const entry of some ?? []) {
        const end = endOf(words, at, entry.option, own);
        if (end >= 0) add(entry, at, end, sentence);
      }
    for (const part of partsOf(words[at]!))
      for (const entry of index.first.get(part) ?? [])
        if (entry.option.length === 1) add(entry, at, at + 1, sentence);
  }
  return places;
};

type Span = { from: number; to: number };

/** The first span that holds each meaning at words of its own, or null. The lists are in the order of the text. */
const spanOf = (lists: readonly (readonly Place[])[], within: number, across: boolean): Span | null => {
  const rarest = lists.reduce((a, b) => (b.length < a.length ? b : a));
  const from = lists.map(() => 0);
  for (const anchor of rarest) {
    const near = lists.map((list, i) => {
      while (from[i]! < list.length && list[from[i]!]!.at < anchor.at - within) from[i]!++;
      const some: Place[] = [];
      for (let j = from[i]!; j < list.length && list[j]!.at <= anchor.at + within; j++)
        if (Math.abs(list[j]!.sentence - anchor.sentence) <= (across ? 1 : 0)) some.push(list[j]!);
      return list === rarest ? [anchor] : some;
    });
    if (near.some((n) => n.length === 0)) continue;
    const scarce = near.toSorted((a, b) => a.length - b.length);
    // Each place near by may begin the span.
    for (const start of near.flat()) {
      const taken: Place[] = [];
      for (const list of scarce) {
        const p = list.find(
          (q) =>
            q.at >= start.at &&
            q.end - start.at <= within &&
            taken.every((t) => q.end <= t.at || q.at >= t.end),
        );
        if (!p) break;
        taken.push(p);
      }
      if (taken.length === near.length)
        return { from: Math.min(...taken.map((t) => t.at)), to: Math.max(...taken.map((t) => t.end)) - 1 };
    }
  }
  return null;
};

const sentenceStart = (words: readonly Word[], at: number): number => {
  let i = at;
  while (i > 0 && words[i - 1]!.word !== '.') i--;
  return i;
};

const sentenceEnd = (words: readonly Word[], at: number): number => {
  let i = at;
  while (i < words.length - 1 && words[i + 1]!.word !== '.') i++;
  return i;
};

const RANK: Record<ItemStrength, number> = { strong: 0, moderate: 1, weak: 2 };
const NEGATED_WITHIN = 4;
/** Further words of a guard are about something else. */
const GUARDED_WITHIN = 14;
/** By these first words a text says what its tool is for. */
const PURPOSE_WITHIN = 14;

export type FrameMatch = {
  family: PhraseFamily;
  /** Weak where it is spoken about, or what the tool is there for. */
  strength: ItemStrength;
  first: Word;
  last: Word;
};

export type Around = {
  /** Names of tools the text may speak of freely, in lower case. */
  own: ReadonlySet<string>;
  /** Words by which the tool says elsewhere what it is for. */
  about: ReadonlySet<string>;
  /** Whether the text is one of a parameter. */
  param: boolean;
  /** Whether it says itself what its tool is for. */
  describes: boolean;
};

/** The first match of each family, the weightier first. */
export const framesIn = (given: readonly Word[], index: FrameIndex, around: Around): FrameMatch[] => {
  const words = readOf(given);
  const places = placesOf(words, index, around.own);
  const found = new Map<PhraseFamily, FrameMatch>();
  const nots = places.get(index.not) ?? [];
  const purpose =
    around.describes && words.length > 0 ? Math.min(PURPOSE_WITHIN, sentenceEnd(words, 0) + 1) : 0;
  for (const { written, family, of, without, business } of index.frames) {
    if (!of.every((m) => places.has(m))) continue;
    const weight = written.strength ?? family.strength;
    const held = found.get(family)?.strength;
    if ((written.where === 'param' && !around.param) || (held && RANK[held] <= RANK[weight])) continue;
    const lists = of.map((m) => {
      const list = places.get(m)!;
      return written.foreign ? list.filter((p) => p.foreign) : list;
    });
    if (lists.some((l) => l.length === 0)) continue;
    const span = spanOf(lists, written.within, written.across === true);
    if (!span) continue;
    const { from, to } = span;
    const [begins, ends] = [sentenceStart(words, from), sentenceEnd(words, to)];
    if (written.affirmed && nots.some((n) => n.at >= Math.max(begins, from - NEGATED_WITHIN) && n.at <= to))
      continue;
    if (
      (places.get(without) ?? []).some(
        (p) => p.at >= Math.max(begins, from - GUARDED_WITHIN) && p.at <= Math.min(ends, to + GUARDED_WITHIN),
      )
    )
      continue;
    const said = from < purpose ? [] : words.slice(0, purpose).map((w) => w.word);
    const weaker =
      isMentioned(words, from) || [...business].some((w) => around.about.has(w) || said.includes(w));
    if (weaker && held) continue;
    found.set(family, {
      family,
      strength: weaker ? 'weak' : weight,
      first: words[from]!,
      last: words[to]!,
    });
  }
  return [...found.values()];
};
