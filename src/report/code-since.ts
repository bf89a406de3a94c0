import { type Citation, type Match, matchSnippet } from './rules/snippets.ts';

/** What became of code that an earlier audit quotes. `found` are 1-based lines of the newer file. */
export type Change =
  | { state: 'unchanged' }
  /** `path` where it is another file. */
  | { state: 'moved'; found: { start: number; end: number }; path?: string }
  | { state: 'changed' }
  /** Quoted freely: so many of its lines still stand in the file. */
  | { state: 'loose'; kept: number; of: number }
  | { state: 'gone' }
  /** The quotation does not stand in the audited commit, so nothing can be said about it. */
  | { state: 'not-quoted' }
  | { state: 'unknown' };

/** The lines a quotation means: where it says, or where it really stands in the audited file. */
const meant = (citation: Citation, old: string, match: Match): string[] | null => {
  if (match.kind === 'none' || match.kind === 'partial') return null;
  const [start, end] =
    match.kind === 'exact' ? [citation.startLine, citation.endLine] : [match.start, match.end];
  return old.split('\n').slice(start - 1, end);
};

/**
 * @param old text of the cited file at the audited commit, null when it is not there, undefined when nobody could look
 * @param now the same at the newer commit
 */
export const changeSince = (
  citation: Citation,
  old: string | null | undefined,
  now: string | null | undefined,
): Change => {
  if (old === undefined || now === undefined) return { state: 'unknown' };
  if (old === null) return { state: 'not-quoted' };
  if (now === null) return { state: 'gone' };
  const quoted = matchSnippet(citation, old);
  if (quoted.kind === 'none') return { state: 'not-quoted' };
  if (old === now) return { state: 'unchanged' };
  const snippet = meant(citation, old, quoted);
  if (snippet === null) {
    const loose = matchSnippet(citation, now);
    return loose.kind === 'partial'
      ? { state: 'loose', kept: loose.found, of: loose.of }
      : { state: 'changed' };
  }
  const match = matchSnippet({ ...citation, snippet }, now);
  if (match.kind === 'exact') return { state: 'unchanged' };
  return match.kind === 'moved'
    ? { state: 'moved', found: { start: match.start, end: match.end } }
    : { state: 'changed' };
};

/** The same for a file named without a quotation. */
export const fileChangeSince = (old: string | null | undefined, now: string | null | undefined): Change => {
  if (old === undefined || now === undefined) return { state: 'unknown' };
  if (old === null) return { state: 'not-quoted' };
  if (now === null) return { state: 'gone' };
  return { state: old === now ? 'unchanged' : 'changed' };
};

/** In words, for a line of a list. */
export const changeWords = (change: Change): string => {
  switch (change.state) {
    case 'unchanged':
      return 'unchanged';
    case 'moved':
      return `same code, now ${change.path === undefined ? '' : `in ${change.path} `}lines ${change.found.start}-${change.found.end}`;
    case 'changed':
      return 'changed since';
    case 'loose':
      return `changed since; ${change.kept} of the ${change.of} quoted lines still stand in the file`;
    case 'gone':
      return 'the file is gone';
    case 'not-quoted':
      return 'what is cited does not stand in the audited commit';
    case 'unknown':
      return 'could not look';
  }
};
