/**
 * What expressions with `$` do in quadratic time on hostile text: a search begins anew at every character of a long run that
 * does not reach the end.
 */

/** The text without any of `characters` at its end. */
export const withoutEnd = (text: string, characters: string): string => {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
};

/** The text before the first of `characters`; all of it when there is none. */
export const before = (text: string, characters: string): string => {
  let end = 0;
  while (end < text.length && !characters.includes(text[end]!)) end++;
  return text.slice(0, end);
};
