import { listed, plural } from '../../analysis/files/words.ts';
import { type SnapshotNote, snapshotWords } from '../../domain/snapshot.ts';
import { fact, gap, type ItemDraft } from '../collector.ts';
import { CHECKS } from './judge.ts';

/** What files without a history are, and what of them is not in the commit. */
export const snapshotItems = (note: SnapshotNote | null): ItemDraft[] => {
  if (!note)
    return [
      gap('snapshot', CHECKS, 'Where the files came from is not on this machine', {
        detail:
          'The commit is a snapshot that this program made of files without a history. What was known of them lies in the clone it was made in.',
        advice: 'Open the same folder, archive or package again.',
      }),
    ];
  return [
    fact('snapshot', CHECKS, `The files are those of ${snapshotWords(note)}: ${note.name}`, {
      detail: [
        'They came without a history; the commit was made of them, and its hash depends on them alone.',
        ...(note.sha256 === '' ? [] : [`sha256 of the archive: ${note.sha256}.`]),
        ...(note.below === '' ? [] : [`Everything lay in ${note.below}/, which is left out of the paths.`]),
        ...note.remarks,
      ].join('\n'),
    }),
    ...(note.leftOutCount === 0
      ? []
      : [
          gap(
            'left-out',
            CHECKS,
            `${plural(note.leftOutCount, 'entry', 'entries')} of it could not become part of the commit`,
            {
              detail: listed(
                note.leftOut.map((l) => `${l.path} is ${l.why}`),
                20,
              ),
            },
          ),
        ]),
  ];
};
