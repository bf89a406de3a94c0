import { shownPath } from '../text/shown-path.ts';
import { isPlain } from '../text/visible.ts';

/** Commands that show again, in any clone, what an item points at. */

export const shellQuote = (word: string): string =>
  /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Also false for what holds a credential, and for the escapes that stand for bytes which are no UTF-8: git does not know a path by those. */
const isTypable = (path: string): boolean =>
  isPlain(path) && shownPath(path) === path && !/\\x[0-9A-F]{2}|[‹›]/.test(path);

/** Shows lines at the pinned commit in any clone. What cannot be typed as a path is named by its object id. */
export const showLines = (commit: string, path: string, oid: string, from: number, to: number): string => {
  const show = isTypable(path) ? `git show ${shellQuote(`${commit}:${path}`)}` : `git cat-file blob ${oid}`;
  return `${show} | sed -n ${from},${to}p`;
};
