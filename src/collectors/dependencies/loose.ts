import { listed, plural } from '../../analysis/files/words.ts';
import type { Dependency, Manifest } from '../../analysis/packages/dependency.ts';
import { type ItemDraft, lead } from '../collector.ts';
import { CHAIN, KIND_WORDS, UPDATES } from './describe.ts';

/** What manifests take from where nobody keeps it: one lead a cause, with every place. */

type Entry = { m: Manifest; d: Dependency };

const MOST_NAMED = 30;

const fixed = ({ d }: Entry): boolean => /[@#][0-9a-f]{40}\b/.test(d.specifier);

const shipped = ({ d }: Entry): boolean => d.scope === 'runtime' || d.scope === 'optional';

const one = (
  rule: string,
  checks: string[],
  some: readonly Entry[],
  title: (names: string) => string,
  extra: Pick<ItemDraft, 'strength' | 'cwe'>,
): ItemDraft[] => {
  const [first] = some;
  if (!first) return [];
  const place = ({ m, d }: Entry) => ({ path: m.path, startLine: d.line });
  return [
    lead(
      rule,
      checks,
      title(some.length === 1 ? first.d.name : plural(some.length, 'dependency', 'dependencies')),
      {
        class: 'supply-chain',
        ...extra,
        detail: listed(
          some.map(
            ({ m, d }) =>
              `${m.path}:${d.line} ${d.name}${d.specifier ? ` ${d.specifier.slice(0, 200)}` : ''} (${KIND_WORDS[d.kind]}${d.scope === 'runtime' ? '' : `, ${d.scope}`})`,
          ),
          MOST_NAMED,
          '\n',
        ),
        at: place(first),
        places: some.slice(1, 200).map(place),
      },
    ),
  ];
};

const LEAVES = /^(?:file:|link:|portal:)?(?:\/|(?:\.\.\/){2,})/;

export const describeLoose = (manifests: readonly Manifest[]): ItemDraft[] => {
  const all = manifests.flatMap((m) => m.dependencies.map((d): Entry => ({ m, d })));
  const elsewhere = all.filter(({ d }) => d.kind === 'git' || d.kind === 'url');
  const any = all.filter((e) => e.d.kind === 'any' && shipped(e));
  const outside = all.filter(({ d }) => d.kind === 'path' && LEAVES.test(d.specifier));
  return [
    ...one(
      'non-registry-dependency',
      CHAIN,
      elsewhere,
      (names) => `Manifests take ${names} from outside the registry`,
      { cwe: ['CWE-494'], strength: elsewhere.some((e) => !fixed(e) && shipped(e)) ? 'moderate' : 'weak' },
    ),
    ...one('any-version', [...UPDATES, ...CHAIN], any, (names) => `Any version of ${names} will do`, {
      strength: 'weak',
    }),
    ...one('path-dependency', CHAIN, outside, (names) => `Manifests take ${names} from a folder elsewhere`, {
      strength: 'weak',
    }),
  ];
};
