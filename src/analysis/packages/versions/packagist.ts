/**
 * Composer: four numbers, then a stability with a number of its own; `dev` before `alpha`, `beta`, `RC`, none, and patch
 * (composer/semver, `VersionParser::normalize` and PHP's `version_compare`). Branches (`dev-main`) have no order.
 */
const FORM =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)([.-]?\d+(?:[.-]\d+)*)?)?([.-]?dev)?)?(?:\+.*)?$/i;

const STABILITIES = ['alpha', 'beta', 'rc', 'stable', 'patch'];
const SHORT: Record<string, string> = { a: 'alpha', b: 'beta', pl: 'patch', p: 'patch' };

const parse = (version: string): bigint[] | null => {
  const match = FORM.exec(version.trim().slice(0, 200));
  if (!match) return null;
  const word = (match[5] ?? 'stable').toLowerCase();
  const stability = STABILITIES.indexOf(SHORT[word] ?? word);
  const numbers = match.slice(1, 5).map((n) => BigInt(n ?? 0));
  const label = (match[6] ?? '').split(/[.-]/).filter((n) => n !== '');
  // A development version comes before what it will become; without a stability, before all of them.
  const rank = match[7] && !match[5] ? -1n : BigInt(stability);
  return [...numbers, rank, ...[0, 1, 2].map((i) => BigInt(label[i] ?? 0)), match[7] ? 0n : 1n];
};

export const comparePackagist = (a: string, b: string): number | null => {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y) return null;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! < y[i]! ? -1 : 1;
  return 0;
};
