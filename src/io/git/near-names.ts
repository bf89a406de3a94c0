/** Edits from one text to the other; both are short names here. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
};

/** Up to five of `names` that someone who typed `asked` may have meant, best first. */
export const nearNames = (asked: string, names: readonly string[]): string[] => {
  const wanted = asked.slice(0, 100).toLowerCase();
  return [...new Set(names)]
    .filter((name) => name.length <= 100)
    .map((name) => {
      const lower = name.toLowerCase();
      const part =
        wanted.length > 1 && (lower.includes(wanted) || (lower.length > 1 && wanted.includes(lower)));
      return { name, far: part ? 0.5 : distance(wanted, lower) };
    })
    .filter(({ far }) => far <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, 5)
    .map(({ name }) => name);
};
