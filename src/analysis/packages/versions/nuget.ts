import semver from 'semver';

/** NuGet: semantic versions with a fourth number, missing numbers as zero, and labels without regard to case. */
const FORM = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9a-z.-]+))?(?:\+.*)?$/i;

const parse = (version: string) => {
  const match = FORM.exec(version.trim().slice(0, 200));
  if (!match) return null;
  const [, major = '0', minor = '0', patch = '0', revision = '0', label = ''] = match;
  return { numbers: [major, minor, patch, revision].map(BigInt), label: label.toLowerCase() };
};

export const compareNuget = (a: string, b: string): number | null => {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y) return null;
  for (let i = 0; i < 4; i++)
    if (x.numbers[i] !== y.numbers[i]) return x.numbers[i]! < y.numbers[i]! ? -1 : 1;
  // Labels are ordered as in semantic versions: borrow that rule for equal numbers.
  const [p, q] = [x.label, y.label].map((l) =>
    semver.parse(`0.0.0${l === '' ? '' : `-${l}`}`, { loose: true }),
  );
  return p && q ? semver.compare(p, q) : x.label < y.label ? -1 : x.label > y.label ? 1 : 0;
};
