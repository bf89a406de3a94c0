import type { Dependency, Lockfile, Manifest } from '../../analysis/dependency.ts';
import { registryName } from '../../analysis/dependency.ts';
import { lockOf } from '../../analysis/lockfiles/lock.ts';
import { folderOf } from '../../analysis/paths.ts';
import { listed, plural } from '../../analysis/words.ts';
import { type ItemDraft, lead, strength } from '../collector.ts';
import { UPDATES } from './describe.ts';

/** What a manifest asks for, against what its lockfile says it was made from, or at least holds. */

const bare = (specifier: string): string =>
  specifier.replace(/^npm:/, '').replace(/\s+/g, '').replace(/^==/, '=');

const differs = (d: Dependency, asked: string | null): boolean => {
  if (asked === null || d.specifier === '') return false;
  const [a, b] = [bare(d.specifier), bare(asked)];
  // PEP 508 allows the parts of a specifier in any order.
  return a !== b && a.split(',').sort().join() !== b.split(',').sort().join();
};

const compared = (d: Dependency): boolean =>
  d.scope !== 'peer' &&
  d.scope !== 'build' &&
  !['workspace', 'path', 'managed', 'url', 'git'].includes(d.kind);

const driftOf = (m: Manifest, lock: Lockfile): { d: Dependency; what: string }[] => {
  const name = (n: string): string => registryName(m.ecosystem, n);
  const below = folderOf(m.path).slice(folderOf(lock.path).length).replace(/^\//, '');
  const asked = lock.requested?.filter((r) => r.folder === below) ?? [];
  const specifiers = new Map<string, (string | null)[]>();
  for (const r of asked) specifiers.set(name(r.name), [...(specifiers.get(name(r.name)) ?? []), r.specifier]);
  const names = new Set(lock.packages.map((p) => name(p.name)));
  return m.dependencies.filter(compared).flatMap((d) => {
    const known = specifiers.get(name(d.name));
    if (asked.length > 0)
      return !known
        ? [{ d, what: `${d.name} is not in it` }]
        : m.ecosystem === 'npm' && known.every((s) => differs(d, s))
          ? [{ d, what: `${d.name} is ${d.specifier} in the manifest and ${known[0]} in it` }]
          : [];
    // Names under which another package is installed (npm:other@1) are not in a list of packages.
    if (m.ecosystem === 'npm' && d.specifier.startsWith('npm:')) return [];
    if (lock.locate)
      return lock.locate(d.name, d.specifier) === undefined
        ? [{ d, what: `${d.name}@${d.specifier} is not in it` }]
        : [];
    return names.has(name(d.name)) ? [] : [{ d, what: `${d.name} is not in it` }];
  });
};

/** Formats whose list of packages leaves out what no configuration or platform in use needs. */
const COMPLETE = /^(?:package-lock|pnpm|yarn|bun|uv|poetry|pdm|Pipfile|Cargo|Gemfile|composer)/;

export const describeDrift = (manifests: readonly Manifest[], locks: readonly Lockfile[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const lock of locks) {
    if (!COMPLETE.test(lock.format) || lock.beyond > 0) continue;
    const mine = manifests.filter((m) => lockOf(m, locks) === lock && m.dependencies.some(compared));
    if (mine.length === 0) continue;
    const drifted = mine.flatMap((m) => driftOf(m, lock).map((x) => ({ ...x, m })));
    const [first] = drifted;
    if (!first) {
      items.push(
        strength(
          'lockfile-matches',
          UPDATES,
          `${lock.path} has everything its ${plural(mine.length, 'manifest')} ${mine.length === 1 ? 'asks' : 'ask'} for`,
          {
            class: 'supply-chain',
            at: { path: lock.path, startLine: 1 },
          },
        ),
      );
      continue;
    }
    items.push(
      lead(
        'lockfile-drift',
        UPDATES,
        `${lock.path} does not match ${plural(drifted.length, 'entry', 'entries')} of ${listed([...new Set(drifted.map((x) => x.m.path))], 2)}`,
        {
          class: 'supply-chain',
          cwe: ['CWE-1104'],
          strength: 'weak',
          detail: listed(
            drifted.map((x) => `${x.m.path}:${x.d.line} ${x.what}`),
            20,
            '\n',
          ),
          at: { path: first.m.path, startLine: first.d.line },
        },
      ),
    );
  }
  return items;
};
