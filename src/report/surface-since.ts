import type { CollectorResult, Surface, SurfaceTool } from '../domain/evidence.ts';
import { same } from '../domain/same.ts';
import type { Evidence } from '../domain/selectors.ts';
import type { Reaudit } from './formats/reaudit-json.ts';

/** What differs of a server between two commits beside its code: tools, packages, hosts. Pure. */

const byName = <T extends { name: string }>(entries: readonly T[]): Map<string, T[]> =>
  Map.groupBy(entries, (e) => e.name);

const toolDiffers = (was: SurfaceTool, now: SurfaceTool): string[] => [
  ...(was.description === now.description ? [] : ['its text']),
  ...(same(was.params, now.params) ? [] : ['its parameters']),
  ...(same(was.annotations, now.annotations) ? [] : ['its hints']),
  ...(was.sinks.length === now.sinks.length
    ? []
    : [`${now.sinks.length} sinks reached, and were ${was.sinks.length}`]),
];

export const toolsSince = (was: Surface, now: Surface): Reaudit['tools'] => {
  const [before, after] = [byName(was.tools), byName(now.tools)];
  const changed = [...after].flatMap(([name, tools]) => {
    const old = before.get(name);
    if (!old) return [];
    const what =
      old.length !== tools.length
        ? [`registered ${tools.length} times, and was ${old.length}`]
        : [...new Set(tools.flatMap((t, i) => toolDiffers(old[i]!, t)))];
    return what.length > 0 ? [{ name, what }] : [];
  });
  return {
    added: [...after.keys()].filter((n) => !before.has(n)),
    removed: [...before.keys()].filter((n) => !after.has(n)),
    changed,
  };
};

type Versions = Map<string, Set<string>>;

/** Packages and versions of a CycloneDX document; null where there is none that can be read. */
const packagesIn = (result: CollectorResult | undefined): Versions | null => {
  const bom = result?.artifacts.find((a) => /cyclonedx|\.cdx\./.test(`${a.mediaType} ${a.name}`));
  if (!bom) return null;
  try {
    const { components } = JSON.parse(bom.content) as { components?: unknown };
    const versions: Versions = new Map();
    for (const c of Array.isArray(components) ? (components as Record<string, unknown>[]) : []) {
      const name = [c.group, c.name].filter((x) => typeof x === 'string' && x !== '').join('/');
      const version = typeof c.version === 'string' ? c.version : '';
      if (name !== '') versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    return versions;
  } catch {
    return null;
  }
};

const listed = (versions: Set<string> | undefined): string => [...(versions ?? [])].sort().join(', ');

export const packagesSince = (was: Evidence, now: Evidence): Reaudit['dependencies'] => {
  const before = packagesIn(was.get('dependencies'));
  const after = packagesIn(now.get('dependencies'));
  if (!before || !after) return { looked: false, added: [], removed: [], changed: [] };
  return {
    looked: true,
    added: [...after.keys()].filter((n) => !before.has(n)).sort(),
    removed: [...before.keys()].filter((n) => !after.has(n)).sort(),
    changed: [...after.keys()]
      .filter((n) => before.has(n) && listed(before.get(n)) !== listed(after.get(n)))
      .sort()
      .map((name) => ({ name, before: listed(before.get(name)), after: listed(after.get(name)) })),
  };
};

/** Hosts of the network's fact, each the first word of its line. */
const hostsIn = (evidence: Evidence): Set<string> =>
  new Set(
    [...(evidence.get('network')?.items ?? [])]
      .filter((i) => i.rule === 'outbound-hosts')
      .flatMap((i) =>
        i.detail.split('\n').flatMap((l) => /^[\w*-]+(?:\.[\w*-]+)+(?=[ :])/.exec(l)?.[0] ?? []),
      ),
  );

export const hostsSince = (was: Evidence, now: Evidence): Reaudit['hosts'] => {
  const [before, after] = [hostsIn(was), hostsIn(now)];
  return {
    added: [...after].filter((h) => !before.has(h)).sort(),
    removed: [...before].filter((h) => !after.has(h)).sort(),
  };
};
