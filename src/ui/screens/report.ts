import { visibleLines } from '../../text/visible.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { readinessRows, selectedId, type View } from '../model.ts';
import type { Theme, Tone } from '../theme.ts';
import { blank, type Line, muted, plain, span } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { nothingMatches, type PaneText } from '../view/pane.ts';

type Size = { width: number; height: number };

const LEVELS: Record<'blocks' | 'warns' | 'ok', { word: string; tone: Tone }> = {
  blocks: { word: 'blocks', tone: 'bad' },
  warns: { word: 'warns', tone: 'warn' },
  ok: { word: 'ok', tone: 'ok' },
};

export const readinessList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = readinessRows(v);
  const query = v.ui.filters.report ?? '';
  const ids = rows.map((r) => r.id);
  const at = indexOf(v.ui.lists.report, ids);
  const top = scrollTo(v.ui.lists.report.top, at, size.height, rows.length);
  const glyph = { blocks: theme.glyphs.fail, warns: '!', ok: theme.glyphs.pass };
  const lines = rows.slice(top, top + size.height).map(({ item: r }, i): Line => {
    const selected = top + i === at;
    const level = LEVELS[r.level];
    return [
      span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
      span(`${glyph[r.level]} ${level.word.padEnd(7)}`, level.tone),
      span(r.text, undefined, selected),
    ];
  });
  const all = v.readiness();
  const blocks = all.filter((r) => r.level === 'blocks').length;
  const warns = all.filter((r) => r.level === 'warns').length;
  return {
    title: 'Report readiness',
    right:
      query !== ''
        ? `/${query}`
        : blocks > 0
          ? `${blocks} in the way`
          : warns > 0
            ? `${warns} to look at`
            : 'ready to write',
    bottom: rows.length > 0 ? `${at + 1} of ${rows.length}` : '',
    lines: query !== '' && rows.length === 0 ? [muted(nothingMatches(query))] : lines,
  };
};

const PREVIEW_LINES = 400;

export const reportLines = (v: View, _theme: Theme, columns: number): Line[] => {
  const row = v.readiness()[Number(selectedId(v, 'report') ?? -1)];
  const head: Line[] = row
    ? [
        ...wrap(row.text, columns).map((l): Line => [span(l, LEVELS[row.level].tone)]),
        ...wrapHanging('→ ', row.fix, columns).map(plain),
        ...(row.move
          ? [muted('Enter takes the new lines over.')]
          : row.check || row.finding || row.ask
            ? [muted('Enter goes there.')]
            : []),
        blank,
      ]
    : [];
  const text = v.preview().split('\n');
  return [
    ...head,
    [span('The assessment as it would be written now', 'accent')],
    blank,
    ...text.slice(0, PREVIEW_LINES).flatMap((l) => wrap(visibleLines(l), columns).map(plain)),
    ...(text.length > PREVIEW_LINES
      ? [muted(`${text.length - PREVIEW_LINES} more lines in the file itself`)]
      : []),
  ];
};
