import { type Language, matchesIn, type Source } from '../sources/source.ts';
import type { Match, Package } from './rule.ts';

export type Looking = {
  /** Which layer the patterns read: `code` shows literals, `bare` does not. */
  layer?: 'code' | 'bare';
  /** Patterns with the g flag. */
  on: Partial<Record<Language, RegExp>>;
  /** Whether a hit counts, and what is to be said of it. */
  accept?(source: Source, match: RegExpExecArray, pack: Package): boolean | Partial<Match>;
};

/** Most rules: a pattern for each language, and a second look at what stands around the hit. */
export const matching =
  ({ layer = 'code', on, accept }: Looking) =>
  (pack: Package): Match[] =>
    pack.sources.flatMap((source) => {
      const pattern = on[source.language];
      if (!pattern) return [];
      return matchesIn(source, layer, pattern).flatMap((match): Match[] => {
        if (inPattern(source, match.index)) return [];
        const verdict = accept ? accept(source, match, pack) : true;
        if (verdict === false) return [];
        const more = verdict === true ? {} : verdict;
        return [{ source, start: match.index, end: match.index + match[0].length, ...more }];
      });
    });

/** The literals that lie in a range, which are few where the range is. */
export const literalsIn = (source: Source, start: number, end: number): Source['literals'][number][] => {
  let low = 0;
  let high = source.literals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (source.literals[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  const found: Source['literals'][number][] = [];
  for (let i = low; i < source.literals.length && source.literals[i]!.end <= end; i++)
    found.push(source.literals[i]!);
  return found;
};

/** Whether an offset lies in a regular expression: code that looks for something names it there, and does none of it. */
export const inPattern = ({ patterns }: Source, offset: number): boolean =>
  patterns.some((p) => p.start < offset && offset < p.end);

/** Whether an offset lies in a literal, where a pattern over `code` may have hit prose. */
export const inLiteral = (source: Source, offset: number): boolean => {
  let low = 0;
  let high = source.literals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const l = source.literals[middle]!;
    if (offset <= l.start) high = middle - 1;
    else if (offset >= l.end) low = middle + 1;
    else return true;
  }
  return false;
};
