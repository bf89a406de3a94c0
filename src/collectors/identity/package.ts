import { listed, plural } from '../../analysis/files/words.ts';
import type { Comparison, PublishedPackage, SnapshotNote, Some } from '../../domain/snapshot.ts';
import { fact, gap, type ItemDraft, lead } from '../collector.ts';
import { CHECKS } from './judge.ts';

/** What a registry says of a package, and how the package stands against the repository it claims. */

const COMMON = { class: 'supply-chain' } as const;
const day = (instant: string): string => instant.slice(0, 10);

const publishedItems = (p: PublishedPackage): ItemDraft[] => [
  fact(
    'published',
    CHECKS,
    `${p.registry} ${p.name} ${p.version}: ${p.published ? `published ${day(p.published)}` : 'its day is not said'}${p.versions === null ? '' : `, one of ${plural(p.versions, 'version')}`}${p.first && p.first !== p.published ? ` since ${day(p.first)}` : ''}`,
    {
      ...COMMON,
      detail: [
        `${p.asked} said so on ${day(p.asOf)}.`,
        `Newest version: ${p.latest || 'not said'}.`,
        `Published by: ${p.publisher || 'not said'}. Maintainers: ${listed(p.maintainers) || 'not said'}.`,
        `Source: ${p.repository || 'not said'}${p.directory ? `, folder ${p.directory}` : ''}; commit: ${p.commit || 'not said'}.`,
        `Attestation of where it was built: ${p.attested === null ? 'not said' : p.attested ? 'yes, not verified here' : 'none'}.`,
        p.hash
          ? `${p.file} is the file that the registry names by its ${p.hash}.`
          : `The registry gives no hash for ${p.file}.`,
      ].join('\n'),
    },
  ),
  ...(p.deprecated === ''
    ? []
    : [
        lead('deprecated', CHECKS, `The registry marks this version: ${p.deprecated}`, {
          ...COMMON,
          strength: 'moderate',
        }),
      ]),
];

const CHOSEN: Record<Comparison['chosen'], string> = {
  named: 'the commit that the registry names',
  tag: 'the tag of this version',
  newest: 'the newest commit, since neither registry nor tags name one',
};

const PLACE: Record<Comparison['chosen'], string> = {
  named: 'the commit it names',
  tag: 'the tag of its version',
  newest: 'its newest commit, as none is named',
};

const names = (s: Some): string =>
  `${listed(s.paths, 15)}${s.count > s.paths.length ? ` and ${s.count - s.paths.length} more` : ''}`;

const comparedItems = (c: Comparison): ItemDraft[] => {
  const against = `${c.repository} at ${c.commit.slice(0, 12)}${c.folder ? `, folder ${c.folder}` : ''}: ${CHOSEN[c.chosen]}${c.ref ? ` (${c.ref})` : ''}.`;
  // Of another day's commit, a difference is what is to be expected.
  const strength = c.chosen === 'newest' ? 'weak' : 'moderate';
  const items: ItemDraft[] = [
    fact(
      'same-as-repository',
      CHECKS,
      `${c.same} of ${plural(c.files, 'file')} are in the repository, by ${PLACE[c.chosen]}`,
      {
        ...COMMON,
        detail: [
          `Held against ${against}`,
          `What packaging writes: ${plural(c.metadata, 'file')}.`,
          `Other files only in the package: ${names(c.addedOther) || 'none'}; with another content: ${names(c.differingOther) || 'none'}.`,
          `Code of the repository that the package does not have: ${names(c.leftOut) || 'none'}.`,
        ].join('\n'),
        measures: { files: c.files, same: c.same },
      },
    ),
  ];
  if (c.differing.count > 0)
    items.push(
      lead(
        'differs-from-repository',
        CHECKS,
        `${plural(c.differing.count, 'file')} of code ${c.differing.count === 1 ? 'is' : 'are'} another than in the repository: ${listed(c.differing.paths, 3)}`,
        {
          ...COMMON,
          strength,
          detail: `${against}\n${names(c.differing)}`,
          advice: 'Compare them: what runs is what the package holds.',
          at: { path: c.differing.paths[0]!, startLine: 1 },
          places: c.differing.paths.slice(1).map((path) => ({ path, startLine: 1 })),
        },
      ),
    );
  if (c.added.count > 0)
    items.push(
      lead(
        'only-in-package',
        CHECKS,
        `${plural(c.added.count, 'file')} of code ${c.added.count === 1 ? 'is' : 'are'} only in the package: ${listed(c.added.paths, 3)}`,
        {
          ...COMMON,
          strength,
          detail: `${against}\n${names(c.added)}`,
          advice: 'Read them: whoever reads the repository does not see them.',
          at: { path: c.added.paths[0]!, startLine: 1 },
          places: c.added.paths.slice(1).map((path) => ({ path, startLine: 1 })),
        },
      ),
    );
  if (c.built > 0)
    items.push(
      c.strange.length === 0
        ? fact(
            'built-code',
            CHECKS,
            `${plural(c.built, 'built file')} hold${c.built === 1 ? 's' : ''} no text that its source of the same name lacks`,
            {
              ...COMMON,
              detail: `${against}\nTexts of eight letters and more were compared; that the code does the same is not shown by that.`,
            },
          )
        : lead(
            'built-code',
            CHECKS,
            `${plural(c.strange.length, 'built file')} of ${c.built} hold${c.strange.length === 1 ? 's' : ''} texts that the source of the same name lacks`,
            {
              ...COMMON,
              strength: 'weak',
              detail: `${against}\n${c.strange
                .map((s) => `${s.path} (${s.source}): ${s.texts.map((t) => JSON.stringify(t)).join(', ')}`)
                .slice(0, 15)
                .join('\n')}`,
              advice:
                'A build may put in versions and helpers; an address or a command would be another matter.',
              at: { path: c.strange[0]!.path, startLine: 1 },
              places: c.strange.slice(1).map((s) => ({ path: s.path, startLine: 1 })),
            },
          ),
    );
  if (c.unsourced.count > 0)
    items.push(
      gap(
        'compared-in-part',
        CHECKS,
        `${plural(c.unsourced.count, 'built file')} ${c.unsourced.count === 1 ? 'has' : 'have'} no source of ${c.unsourced.count === 1 ? 'its' : 'their'} name, and could not be compared`,
        {
          ...COMMON,
          detail: `Bundles, mostly.\n${names(c.unsourced)}`,
          advice: 'Build the repository at that commit where it can do no harm, and compare the result.',
        },
      ),
    );
  return items;
};

export const packageItems = (note: SnapshotNote): ItemDraft[] => [
  ...(note.package ? publishedItems(note.package) : []),
  ...(note.comparison === undefined
    ? []
    : 'problem' in note.comparison
      ? [gap('not-compared', CHECKS, `Not held against a repository: ${note.comparison.problem}`, COMMON)]
      : comparedItems(note.comparison)),
];
