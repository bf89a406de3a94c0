/**
 * RubyGems (`Gem::Version`): parts of digits and of letters; a letter makes a pre-release, which comes before its number;
 * trailing zeros mean nothing, also before the first letter.
 */
const FORM = /^\s*\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*$/;

type Part = bigint | string;

const withoutZeros = (parts: Part[]): Part[] => {
  const end = parts.findLastIndex((p) => p !== 0n);
  return parts.slice(0, end + 1);
};

const parse = (version: string): Part[] | null => {
  if (version.length > 200 || !FORM.test(version)) return null;
  const parts = (
    version
      .trim()
      .replaceAll('-', '.pre.')
      .match(/\d+|[a-z]+/gi) ?? []
  ).map((p): Part => (/^\d/.test(p) ? BigInt(p) : p));
  const letter = parts.findIndex((p) => typeof p === 'string');
  const numbers = letter === -1 ? parts : parts.slice(0, letter);
  const rest = letter === -1 ? [] : parts.slice(letter);
  return [...withoutZeros(numbers), ...withoutZeros(rest)];
};

export const compareRubyGems = (a: string, b: string): number | null => {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y) return null;
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i] ?? 0n, y[i] ?? 0n];
    if (p === q) continue;
    if (typeof p !== typeof q) return typeof p === 'string' ? -1 : 1;
    return p < q ? -1 : 1;
  }
  return 0;
};
