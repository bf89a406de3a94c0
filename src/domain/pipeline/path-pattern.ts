/**
 * Paths by pattern, as `.gitignore` and editors write them: `*` and `?` within a name, `**` for any folders. Without a
 * star it is one file or all below a folder. Time is at most the product of both lengths.
 */

/** Whether `items` match `pattern` where `isMany` takes any number of items and `fits` says of one. */
const matches = <P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isMany: (p: P) => boolean,
  fits: (p: P, t: T) => boolean,
): boolean => {
  // reached[j]: the pattern so far can end before item j.
  let reached = items.map(() => false);
  reached = [true, ...reached];
  for (const p of pattern) {
    const next = reached.map(() => false);
    for (let j = 0; j <= items.length; j++)
      next[j] = isMany(p)
        ? reached[j]! || (j > 0 && next[j - 1]!)
        : j > 0 && reached[j - 1]! && fits(p, items[j - 1]!);
    reached = next;
  }
  return reached[items.length]!;
};

const nameFits = (pattern: string, name: string): boolean =>
  matches(
    [...pattern],
    [...name],
    (p) => p === '*',
    (p, c) => p === '?' || p === c,
  );

export const pathFits = (pattern: string, path: string): boolean => {
  const parts = pattern.split('/').filter((p) => p !== '' && p !== '.');
  return matches(
    // What is named without a star may be a folder.
    /[*?]/.test(pattern) ? parts : [...parts, '**'],
    path.split('/'),
    (p) => p === '**',
    nameFits,
  );
};
