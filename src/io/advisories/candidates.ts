import type { OsvRecord, PackageVersion } from '../../domain/advisory.ts';

/**
 * What an index is asked by: ecosystem and name, blurred as far as any registry blurs names. Which advisories truly name
 * a package is decided where they are matched.
 */
export const packageKey = (ecosystem: string, name: string): string =>
  `${(ecosystem.split(':')[0] ?? '').toLowerCase()} ${name.toLowerCase().replace(/[-_.]+/g, '-')}`;

export const keysOf = (record: OsvRecord): string[] => [
  ...new Set(
    (record.affected ?? []).flatMap((a) =>
      a.package ? [packageKey(a.package.ecosystem, a.package.name)] : [],
    ),
  ),
];

export const recordsByPackage = (records: readonly OsvRecord[]): Map<string, OsvRecord[]> => {
  const index = new Map<string, OsvRecord[]>();
  for (const record of records)
    for (const key of keysOf(record)) {
      const known = index.get(key);
      if (known) known.push(record);
      else index.set(key, [record]);
    }
  return index;
};

export const candidates = (
  packages: readonly PackageVersion[],
  of: (key: string) => readonly OsvRecord[],
): Map<number, readonly OsvRecord[]> => {
  const found = new Map<number, readonly OsvRecord[]>();
  packages.forEach((p, i) => {
    const records = of(packageKey(p.ecosystem, p.name));
    if (records.length > 0) found.set(i, records);
  });
  return found;
};
