import { count, every, numbered, plural } from '../../text/plural.ts';
/** Counts and lists as an auditor reads them in a title or a detail line. */

/** "12 of 40 (30 %)"; a share that is neither none nor all never rounds to 0 % or 100 %. */
export const share = (part: number, whole: number): string => {
  if (whole === 0) return '0 of 0';
  const exact = (100 * part) / whole;
  const rounded = part > 0 && part < whole ? Math.min(99, Math.max(1, Math.round(exact))) : Math.round(exact);
  return `${count(part)} of ${count(whole)} (${rounded} %)`;
};

export { count, every, numbered, plural };

/** The first `most` entries, and how many more there are. */
export const listed = (entries: readonly string[], most = 12, separator = ', '): string =>
  entries.length <= most
    ? entries.join(separator)
    : `${entries.slice(0, most).join(separator)}${separator}and ${count(entries.length - most)} more`;

/** Code point order: the same on every machine. */
export const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** "1.4 MB", with decimal units as file managers show them. */
export const bytes = (n: number): string =>
  n < 1000 ? `${n} B` : n < 1e6 ? `${(n / 1e3).toFixed(0)} kB` : `${(n / 1e6).toFixed(1)} MB`;

/** How often each key occurs, most frequent first, ties in code point order. */
export const tally = (keys: Iterable<string>): [key: string, times: number][] => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || byCodePoint(a, b));
};
