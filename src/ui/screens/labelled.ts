import { visibleLines } from '../../text/visible.ts';
import { wrapHanging } from '../../text/width.ts';
import { type Line, plain, span } from '../view/line.ts';

/** Where the text of a labelled paragraph begins. */
export const LABEL = 9;

/** A labelled paragraph with its text hanging at a common column. */
export const labelled = (label: string, text: string, columns: number): Line[] =>
  wrapHanging(' '.repeat(LABEL), visibleLines(text), columns).map((l, i) =>
    i === 0 ? [span(label.padEnd(LABEL), 'accent'), span(l.slice(LABEL))] : plain(l),
  );
