import { folderOf } from '../../analysis/files/paths.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import type { Dependency, Lockfile, Manifest } from '../../analysis/packages/dependency.ts';
import { registryName } from '../../analysis/packages/dependency.ts';
import { servedBy } from '../../analysis/packages/lockfiles/lock.ts';
import { fact, type ItemDraft, lead, strength } from '../collector.ts';
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
  return m.dependencies.filter(compared).flatMap((installed) => {
    const d = installed.as ? { ...installed, ...installed.as } : installed;
    const known = specifiers.get(name(d.name));
    if (asked.length > 0)
      return !known
        ? [{ d, what: `${d.name} is not in it` }]
        : m.ecosystem === 'npm' && known.every((s) => differs(d, s))
          ? [{ d, what: `${d.name} is ${d.specifier} in the manifest and ${known[0]} in it` }]
          : [];
    if (lock.locate)
      return lock.locate(d.name, d.specifier) === undefined
        ? [{ d, what: `${d.name}@${d.specifier} is not in it` }]
        : [];
    return names.has(name(installed.name)) ? [] : [{ d, what: `${d.name} is not in it` }];
  });
};

/** Formats whose list of packages leaves out what no configuration or platform in use needs. */
const COMPLETE = /^(?:package-lock|pnpm|yarn|bun|uv|poetry|pdm|Pipfile|Cargo|Gemfile|composer)/;

export const describeDrift = (manifests: readonly Manifest[], locks: readonly Lockfile[]): ItemDraft[] => {
  const compare = locks
    .filter((lock) => COMPLETE.test(lock.format) && lock.beyond === 0)
    .map((lock) => {
      const mine = manifests.filter(
        // Requirements files are a way of their own to install, which no lockfile was made from.
        (m) => !/\.(?:txt|in)$/.test(m.path) && servedBy(m, lock, locks) && m.dependencies.some(compared),
      );
      return { lock, mine, drifted: mine.flatMap((m) => driftOf(m, lock).map((x) => ({ ...x, m }))) };
    })
    .filter(({ mine }) => mine.length > 0);
  const drifted = compare.filter((c) => c.drifted.length > 0);
  const [first] = drifted;
  const [whole] = compare;
  if (!whole) return [];
  if (!first)
    return [
      strength(
        'lockfile-matches',
        UPDATES,
        compare.length === 1
          ? `${whole.lock.path} has everything its ${plural(whole.mine.length, 'manifest')} ${whole.mine.length === 1 ? 'asks' : 'ask'} for`
          : `${plural(compare.length, 'lockfile')} have everything their manifests ask for`,
        { class: 'supply-chain', at: { path: whole.lock.path, startLine: 1 } },
      ),
    ];
  const entries = drifted.flatMap((c) => c.drifted.map((x) => ({ ...x, lock: c.lock })));
  return [
    lead(
      'lockfile-drift',
      UPDATES,
      drifted.length === 1
        ? `${first.lock.path} does not match ${plural(entries.length, 'entry', 'entries')} of ${listed([...new Set(entries.map((x) => x.m.path))], 2)}`
        : `${plural(drifted.length, 'lockfile')} do not match ${plural(entries.length, 'entry', 'entries')} of their manifests`,
      {
        class: 'supply-chain',
        cwe: ['CWE-1104'],
        strength: 'weak',
        detail: listed(
          entries.map((x) => `${x.m.path}:${x.d.line} ${x.what} (${x.lock.path})`),
          30,
          '\n',
        ),
        at: { path: entries[0]!.m.path, startLine: entries[0]!.d.line },
        places: entries.slice(1, 200).map((x) => ({ path: x.m.path, startLine: x.d.line })),
      },
    ),
  ];
};

/** Several lockfiles for one manifest: whoever installs with the other tool gets other versions. */
export const sideBySide = (locks: readonly Lockfile[]): ItemDraft[] => {
  const groups = new Map<string, Lockfile[]>();
  for (const lock of locks.filter((l) => COMPLETE.test(l.format))) {
    const key = `${lock.ecosystem} ${folderOf(lock.path)}`;
    groups.set(key, [...(groups.get(key) ?? []), lock]);
  }
  return [...groups.values()]
    .filter((g) => g.length > 1)
    .slice(0, 10)
    .map((group) =>
      fact(
        'lockfiles-side-by-side',
        UPDATES,
        `${group
          .map((l) => l.path)
          .sort()
          .join(' and ')} stand side by side`,
        {
          class: 'supply-chain',
          detail:
            'Each package manager takes its own: which one CI and the published package were made with decides what users get.',
          at: { path: group[0]!.path, startLine: 1 },
        },
      ),
    );
};
