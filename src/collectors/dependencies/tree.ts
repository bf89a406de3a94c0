import { listed, plural } from '../../analysis/files/words.ts';
import { type Component, componentKey } from '../../analysis/packages/inventory.ts';
import type { ResolvedTree, SnapshotNote, TreePackage } from '../../domain/snapshot.ts';
import { fact, gap, type ItemDraft, lead } from '../collector.ts';

/** The packages that a user would get with a published package today, by the answers of its registry. */

const CHECKS = ['1.3.1'];
const HOOKS = ['1.3.4'];
const COMMON = { class: 'supply-chain' } as const;
const YOUNG_DAYS = 7;
const DAY = 86_400_000;

const ECOSYSTEMS = { npm: 'npm', pypi: 'PyPI' } as const;

const shown = (p: TreePackage, why = ''): string =>
  `${p.name} ${p.version}${p.by ? ` (for ${p.by})` : ''}${why ? `: ${why}` : ''}`;

const young = (p: TreePackage, asOf: string): boolean =>
  p.published !== '' && Date.parse(asOf) - Date.parse(p.published) < YOUNG_DAYS * DAY;

const group = (
  rule: string,
  packages: readonly TreePackage[],
  checks: string[],
  title: string,
  why: (p: TreePackage) => string,
  strength?: 'moderate' | 'weak',
): ItemDraft[] =>
  packages.length === 0
    ? []
    : [
        (strength ? lead : fact)(rule, checks, title, {
          ...COMMON,
          ...(strength && { strength }),
          detail: `${listed(
            packages.map((p) => shown(p, why(p))),
            30,
            '\n',
          )}`,
        }),
      ];

export const treeItems = (tree: ResolvedTree): ItemDraft[] => {
  const { packages, asOf } = tree;
  const named = (of: readonly TreePackage[]): string =>
    listed(
      of.map((p) => p.name),
      3,
    );
  const hooks = packages.filter((p) => p.installs !== '');
  const native = packages.filter((p) => p.native);
  const old = packages.filter((p) => p.deprecated !== '');
  const fresh = packages.filter((p) => young(p, asOf));
  const changed = packages.filter((p) => p.maintainersChanged !== '');
  const days = packages
    .map((p) => p.published)
    .filter(Boolean)
    .sort();
  return [
    fact(
      'tree-today',
      CHECKS,
      `${plural(packages.length, 'package')} come with it today, ${plural(tree.direct, 'of them by name', 'of them by name')}`,
      {
        ...COMMON,
        detail: [
          `As ${tree.asked} answered on ${asOf.slice(0, 10)}; what a user gets on another day is another tree.`,
          days.length === 0
            ? 'Days of publication were not said.'
            : `Published from ${days[0]!.slice(0, 10)} to ${days.at(-1)!.slice(0, 10)}.`,
          listed(
            packages.map((p) => `${p.name} ${p.version}`),
            60,
          ),
        ].join('\n'),
        measures: { packages: packages.length },
      },
    ),
    ...group(
      'install-scripts',
      hooks,
      HOOKS,
      `${plural(hooks.length, 'package')} of its tree run code when installed: ${named(hooks)}`,
      (p) => p.installs,
    ),
    ...group(
      'native-builds',
      native,
      HOOKS,
      `${plural(native.length, 'package')} of its tree bring or build machine code: ${named(native)}`,
      () => '',
    ),
    ...group(
      'tree-deprecated',
      old,
      CHECKS,
      `${plural(old.length, 'package')} of its tree ${old.length === 1 ? 'is' : 'are'} deprecated or withdrawn: ${named(old)}`,
      (p) => p.deprecated,
      'weak',
    ),
    ...group(
      'tree-young',
      fresh,
      CHECKS,
      `${plural(fresh.length, 'package')} of its tree ${fresh.length === 1 ? 'is' : 'are'} younger than ${YOUNG_DAYS} days: ${named(fresh)}`,
      (p) => p.published.slice(0, 10),
      'weak',
    ),
    ...group(
      'tree-maintainers',
      changed,
      CHECKS,
      `${plural(changed.length, 'package')} of its tree changed maintainers with this version: ${named(changed)}`,
      (p) => p.maintainersChanged,
      'weak',
    ),
    ...(tree.problems.length === 0
      ? []
      : [
          gap(
            'tree-not-known',
            [...CHECKS, ...HOOKS],
            `${plural(tree.problems.length, 'package')} of its tree could not be settled`,
            { ...COMMON, detail: listed(tree.problems, 20, '\n') },
          ),
        ]),
  ];
};

/** What stands in no lockfile is known by the registry's answer; without one nobody knows it. */
export const describeTree = (note: SnapshotNote | null, pinned: boolean): ItemDraft[] => {
  if (note?.tree) return treeItems(note.tree);
  return note?.package && !pinned
    ? [
        gap('tree-not-known', [...CHECKS, ...HOOKS], 'What a user would get with it today was not asked', {
          ...COMMON,
          detail:
            'The package fixes no versions of what it needs: its registry decides when it is installed.',
          advice: 'Allow the network when the package is opened.',
        }),
      ]
    : [];
};

export const treeComponents = (tree: ResolvedTree | undefined): Component[] =>
  (tree?.packages ?? []).map((p) => ({
    ecosystem: ECOSYSTEMS[tree!.registry],
    name: p.name,
    version: p.version,
    direct: null,
    development: false,
    secondary: false,
    licence: '',
    hash: '',
    files: [],
    elsewhere: '',
    places: [],
    needs: [],
  }));

/** Those of a lockfile count once, where it names them. */
export const withTree = (components: readonly Component[], tree: ResolvedTree | undefined): Component[] => {
  const known = new Set(components.map((c) => componentKey(c.ecosystem, c.name, c.version)));
  return [
    ...components,
    ...treeComponents(tree).filter((c) => !known.has(componentKey(c.ecosystem, c.name, c.version))),
  ];
};
