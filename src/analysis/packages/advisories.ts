import type { OsvAffected, OsvEvent, OsvRecord, PackageVersion } from '../../domain/advisory.ts';
import { byCodePoint } from '../files/words.ts';
import { type Ecosystem, registryName } from './dependency.ts';
import { type Compare, compareSemver, compareVersions } from './versions/compare.ts';

/** Whether advisories hold for a version, and which of them say the same. */

/** `Maven:https://…` and `Debian:12` are ecosystems with a suffix; ours have none. */
const sameEcosystem = (osv: string, ours: string): boolean => osv.split(':')[0] === ours;

const names = (a: OsvAffected, p: PackageVersion): boolean =>
  a.package !== undefined &&
  sameEcosystem(a.package.ecosystem, p.ecosystem) &&
  registryName(p.ecosystem as Ecosystem, a.package.name) === registryName(p.ecosystem as Ecosystem, p.name);

type Point = { at: string; kind: 'introduced' | 'fixed' | 'last_affected' };

const pointsOf = (events: readonly OsvEvent[]): Point[] =>
  events.flatMap((e): Point[] => [
    ...(e.introduced === undefined ? [] : [{ at: e.introduced, kind: 'introduced' as const }]),
    ...(e.fixed === undefined ? [] : [{ at: e.fixed, kind: 'fixed' as const }]),
    ...(e.last_affected === undefined ? [] : [{ at: e.last_affected, kind: 'last_affected' as const }]),
  ]);

/** "0" stands for the beginning of all versions. At one version the introduction comes first. */
const ordered = (points: readonly Point[], compare: Compare): Point[] =>
  [...points].sort((a, b) => {
    if (a.at === b.at) return Number(b.kind === 'introduced') - Number(a.kind === 'introduced');
    if (a.at === '0') return -1;
    if (b.at === '0') return 1;
    return compare(a.at, b.at) ?? 0;
  });

const inRange = (version: string, events: readonly OsvEvent[], compare: Compare): boolean => {
  let affected = false;
  for (const point of ordered(pointsOf(events), compare)) {
    const order = point.at === '0' ? 1 : compare(version, point.at);
    if (order === null) continue;
    if (point.kind === 'introduced' && order >= 0) affected = true;
    if (point.kind === 'fixed' && order >= 0) affected = false;
    if (point.kind === 'last_affected' && order > 0) affected = false;
  }
  return affected;
};

/** GitHub's database says "<= 1.2.3" beside a range that only has a beginning. */
const pastLastKnown = (version: string, a: OsvAffected, compare: Compare): boolean => {
  const match = /^(<=?)\s*(\S+)$/.exec(a.database_specific?.last_known_affected_version_range ?? '');
  const order = match && compare(version, match[2]!);
  return order !== null && order !== undefined && (match![1] === '<' ? order >= 0 : order > 0);
};

/**
 * Whether an advisory holds for a package's version: its list of versions first, then its SEMVER and ECOSYSTEM ranges.
 * GIT ranges name commits and are left out; a withdrawn advisory holds for nothing.
 */
export const holdsFor = (record: OsvRecord, p: PackageVersion): boolean => {
  if (record.withdrawn) return false;
  const own = compareVersions[p.ecosystem as Ecosystem];
  if (!own) return false;
  const bare = p.version.replace(/^v(?=\d)/, '');
  return (record.affected ?? []).some((a) => {
    if (!names(a, p)) return false;
    if (a.versions?.some((v) => v === p.version || v.replace(/^v(?=\d)/, '') === bare)) return true;
    if (pastLastKnown(p.version, a, own)) return false;
    return (a.ranges ?? []).some(
      (r) =>
        (r.type === 'SEMVER' || r.type === 'ECOSYSTEM') &&
        inRange(p.version, r.events, r.type === 'SEMVER' ? compareSemver : own),
    );
  });
};

/** The first fixed version after `version`, or '' when the advisory names none. */
export const fixedIn = (record: OsvRecord, p: PackageVersion): string => {
  const own = compareVersions[p.ecosystem as Ecosystem];
  const later = (record.affected ?? [])
    .filter((a) => names(a, p))
    .flatMap((a) => a.ranges ?? [])
    .filter((r) => r.type !== 'GIT')
    .flatMap((r) => r.events.flatMap((e) => e.fixed ?? []))
    .filter((fixed) => (own?.(fixed, p.version) ?? -1) > 0)
    .sort((a, b) => own?.(a, b) ?? 0);
  return later[0] ?? '';
};

export type Vulnerability = {
  /** The id people know best, then its other names. */
  ids: string[];
  malicious: boolean;
  severity: 'critical' | 'high' | 'moderate' | 'low' | 'unknown';
  summary: string;
  cwe: string[];
  fixed: string;
  published: string;
};

const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'unknown'] as const;

/** The word of the database; a score is not made up out of a vector here. */
const severityOf = (record: OsvRecord): Vulnerability['severity'] => {
  const word = record.database_specific?.severity?.toLowerCase() ?? '';
  return word === 'medium' ? 'moderate' : (SEVERITIES.find((s) => s === word) ?? 'unknown');
};

export const worst = (some: readonly Pick<Vulnerability, 'severity'>[]): Vulnerability['severity'] =>
  SEVERITIES.find((s) => some.some((v) => v.severity === s)) ?? 'unknown';

const idRank = (id: string): number =>
  id.startsWith('MAL-') ? 0 : id.startsWith('GHSA-') ? 1 : id.startsWith('CVE-') ? 2 : 3;

/** Advisories that name each other are one vulnerability; several databases describe the same one. */
export const mergeAliases = (records: readonly OsvRecord[], p: PackageVersion): Vulnerability[] => {
  const groups: { ids: Set<string>; records: OsvRecord[] }[] = [];
  for (const record of records) {
    const ids = new Set([record.id, ...(record.aliases ?? [])]);
    const touching = groups.filter((g) => [...ids].some((id) => g.ids.has(id)));
    for (const g of touching) {
      groups.splice(groups.indexOf(g), 1);
      for (const id of g.ids) ids.add(id);
    }
    const members = [...touching.flatMap((g) => g.records), record];
    groups.push({ ids, records: members.filter((r, i) => members.findIndex((m) => m.id === r.id) === i) });
  }
  return groups
    .map(({ ids, records: members }): Vulnerability => {
      const sorted = [...members].sort((a, b) => idRank(a.id) - idRank(b.id) || byCodePoint(a.id, b.id));
      const first = <T>(pick: (r: OsvRecord) => T | null | undefined | ''): T | undefined => {
        for (const r of sorted) {
          const value = pick(r);
          if (value) return value;
        }
        return undefined;
      };
      return {
        ids: [...ids].sort((a, b) => idRank(a) - idRank(b) || byCodePoint(a, b)),
        malicious: members.some((r) => r.malicious) || [...ids].some((id) => id.startsWith('MAL-')),
        severity: worst(sorted.map((r) => ({ severity: severityOf(r) }))),
        summary: first((r) => r.summary) ?? '',
        cwe: [...new Set(sorted.flatMap((r) => r.database_specific?.cwe_ids ?? []))]
          .filter((c) => /^CWE-[1-9]\d{0,4}$/.test(c))
          .sort(byCodePoint),
        fixed: first((r) => fixedIn(r, p)) ?? '',
        published:
          sorted
            .map((r) => r.published ?? '')
            .filter((d) => d !== '')
            .sort(byCodePoint)[0] ?? '',
      };
    })
    .sort(
      (a, b) =>
        Number(b.malicious) - Number(a.malicious) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        byCodePoint(a.ids[0]!, b.ids[0]!),
    );
};
