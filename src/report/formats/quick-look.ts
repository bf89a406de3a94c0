import { placeWords } from '../../domain/evidence.ts';
import type { CheckReport, QuickAnswer } from '../../domain/quick-look.ts';
import { count } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { wrapHanging } from '../../text/width.ts';

/** A quick look as people read it, on a terminal of 80 columns. */

const COLUMNS = 80;
const INDENT = 17;
const MOST_LINES = 4;

const stateWords = (a: QuickAnswer): string => {
  if (a.state === 'seen') return a.leads > 0 ? '▲ seen' : '● seen';
  return a.state === 'not-seen' ? '○ not seen' : '? could not look';
};

const lines = (mark: string, text: string): string[] => {
  const pad = ' '.repeat(INDENT);
  return wrapHanging(pad, visible(text), COLUMNS).map((l, i) =>
    i === 0 ? mark.padEnd(INDENT) + l.slice(INDENT) : l,
  );
};

const few = (texts: readonly string[]): string[] =>
  texts.length <= MOST_LINES
    ? [...texts]
    : [...texts.slice(0, MOST_LINES - 1), `and ${count(texts.length - MOST_LINES + 1)} more`];

const answerLines = (a: QuickAnswer): string[] => {
  const where = a.places.map((p) => placeWords({ ...p, path: shownPath(p.path) })).join(', ');
  const more = a.placeCount > a.places.length ? ` and ${count(a.placeCount - a.places.length)} more` : '';
  return [
    ...lines(stateWords(a), a.question),
    ...(a.state === 'not-seen' ? [`looked at: ${a.says.join('; ')}`] : few(a.says)).flatMap((s) =>
      lines('', s),
    ),
    ...(where === '' ? [] : lines('', `at ${where}${more}`)),
    ...few(a.gaps).flatMap((g) => lines('', `${a.inPart ? 'in part' : 'because'}: ${g}`)),
  ];
};

export type QuickLookWords = {
  /** What to type to go on. */
  open: string;
  seconds: number;
};

export const quickLookText = (report: CheckReport, { open, seconds }: QuickLookWords): string => {
  const { target, answers } = report;
  const of = (state: QuickAnswer['state']): number => answers.filter((a) => a.state === state).length;
  const folder = target.subdir === '' ? '' : `, folder ${target.subdir}`;
  return [
    ...wrapHanging('', visible(`${target.name} at ${target.commit.slice(0, 12)}${folder}`), COLUMNS),
    ...target.notices.flatMap((n) => wrapHanging('  ', visible(n), COLUMNS)),
    '',
    ...answers.flatMap((a) => [...answerLines(a), '']),
    ...wrapHanging(
      '',
      `${of('seen')} seen, ${of('not-seen')} not seen, ${of('could-not-look')} not looked at in whole, in ${seconds} s. ▲ has leads, places somebody has to judge. Seen is no verdict, and not seen no proof.`,
      COLUMNS,
    ),
    `to go on: ${open}`,
    '',
  ].join('\n');
};
