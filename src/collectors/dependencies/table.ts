import { count, listed, plural, tally } from '../../analysis/files/words.ts';
import type { Shortfall } from '../../analysis/packages/completeness.ts';
import type { Component } from '../../analysis/packages/inventory.ts';
import { fact, gap, type ItemDraft } from '../collector.ts';
import { KNOWN, WHAT } from './describe.ts';

const MOST_NAMED = 60;

/** The whole tree's packages in one table a person can read; the SBOM among the artifacts has them all. */
export const describeInventory = (
  components: readonly Component[],
  shortfalls: readonly Shortfall[],
): ItemDraft[] => {
  if (components.length === 0) return describeShortfalls(shortfalls);
  const row = (label: string, some: readonly Component[]): string =>
    [
      label.padEnd(12),
      count(some.length).padStart(7),
      count(some.filter((c) => c.direct === true).length).padStart(7),
      count(some.filter((c) => c.direct === false).length).padStart(11),
      count(some.filter((c) => c.direct === null).length).padStart(8),
      count(some.filter((c) => c.development === true).length).padStart(12),
      count(some.filter((c) => c.secondary).length).padStart(14),
    ].join('');
  const ecosystems = tally(components.map((c) => c.ecosystem)).map(([e]) => e);
  const asked = components.filter((c) => c.direct === true && c.development !== true && !c.secondary);
  return [
    fact(
      'inventory',
      WHAT,
      shortfalls.length === 0
        ? `${plural(components.length, 'package')} pinned in all, listed in the SBOM (sbom.cdx.json)`
        : `${plural(components.length, 'package')} pinned, which are not all: listed in the SBOM (sbom.cdx.json) as incomplete`,
      {
        class: 'supply-chain',
        detail: [
          'ecosystem   packages direct transitive not told development tests/examples',
          ...ecosystems.map((e) =>
            row(
              e,
              components.filter((c) => c.ecosystem === e),
            ),
          ),
          ...(ecosystems.length > 1 ? [row('all', components)] : []),
          `Asked for and shipped: ${listed(
            asked.map((c) => `${c.name} ${c.version}`),
            MOST_NAMED,
          )}`,
        ].join('\n'),
        reproduce:
          "git ls-tree -r --name-only {commit} | grep -E 'lock|shrinkwrap|requirements|go[.]mod|pom[.]xml'",
      },
    ),
    ...describeShortfalls(shortfalls),
    ...licences(components),
  ];
};

/** Part of a list reads as the whole of it unless it says so. */
const describeShortfalls = (shortfalls: readonly Shortfall[]): ItemDraft[] => {
  const [first] = shortfalls;
  if (!first) return [];
  return [
    gap(
      'inventory-incomplete',
      [...WHAT, ...KNOWN],
      `Not all packages are known: ${plural(shortfalls.length, 'file')} of ${listed([...new Set(shortfalls.map((s) => s.ecosystem))])} ${shortfalls.length === 1 ? 'leads' : 'lead'} to more`,
      {
        class: 'supply-chain',
        detail: listed(
          shortfalls.map((s) => `${s.path}: ${s.why}`),
          30,
          '\n',
        ),
        advice:
          'Resolve them with the package manager of the ecosystem on a machine that can be thrown away, and look up what it lists.',
        at: { path: first.path, startLine: 1 },
      },
    ),
  ];
};

const licences = (components: readonly Component[]): ItemDraft[] => {
  const known = components.filter((c) => c.licence !== '');
  if (known.length === 0)
    return [
      fact('licences-not-told', WHAT, 'Nothing that was read tells the licences of the packages', {
        class: 'supply-chain',
        detail:
          'Of lockfiles, package-lock.json (from version 2 on) and composer.lock tell them; a vendored copy of a package does too. Licences of other packages stand in their registries.',
      }),
    ];
  return [
    fact(
      'licences',
      WHAT,
      `Licences of ${count(known.length)} of ${plural(components.length, 'package')} are told by lockfiles and vendored copies`,
      {
        class: 'supply-chain',
        detail: tally(known.map((c) => c.licence))
          .slice(0, 30)
          .map(([licence, n]) => `${licence.slice(0, 80)}: ${count(n)}`)
          .join('\n'),
      },
    ),
  ];
};
