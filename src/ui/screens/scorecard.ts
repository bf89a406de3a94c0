import { findCheck } from '../../domain/methodology.ts';
import { type DimensionRating, totalWords } from '../../domain/scorecard.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { type ScorecardRow, scorecardRows, type View } from '../model.ts';
import type { Theme, Tone } from '../theme.ts';
import { blank, cell, type Line, muted, plain, type Span, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { nothingMatches, type PaneText } from '../view/pane.ts';

type Size = { width: number; height: number };

const MOST = 4;
/** Narrower panes drop the words after the bars. */
const WORDS_FROM = 44;

const toneOf = (value: number): Tone => (value < 1.5 ? 'bad' : value < 2.5 ? 'warn' : 'ok');

/** Two cells a level. What is not rated has no bar at all: an empty one would read as nothing. */
const bar = (value: number | null, theme: Theme): Span[] => {
  const cells = MOST * 2;
  if (value === null) return [span(' '.repeat(cells)), span('   – ', 'muted')];
  const full = Math.round(value * 2);
  return [
    span(theme.glyphs.bar.repeat(full), toneOf(value)),
    span(theme.glyphs.barEmpty.repeat(cells - full), 'muted'),
    span(` ${Number.isInteger(value) ? `${value}  ` : value.toFixed(1)} `, undefined, true),
  ];
};

const rowLine = (row: ScorecardRow, selected: boolean, theme: Theme, size: Size): Line => {
  const cursor = span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true);
  const words = size.width >= WORDS_FROM;
  const title = Math.max(12, Math.min(26, size.width - (words ? 27 : 16)));
  if (row.kind === 'dimension') {
    const { dimension: d } = row;
    const rated = d.criteria.filter((c) => c.value !== null).length;
    return spread(
      [cursor, cell(d.title, title + 1, undefined, true), ...bar(d.value, theme)],
      words ? [span(`${d.weight} %  ${rated}/${d.criteria.length}`, 'muted')] : [],
      size.width,
    );
  }
  const { criterion: c } = row;
  const by = c.by === 'auditor' ? 'yours' : c.value === null ? 'not rated' : 'proposed';
  return spread(
    [cursor, span(' '), cell(c.title, title, undefined, selected), ...bar(c.value, theme)],
    words ? [span(by, c.by === 'auditor' ? 'accent' : 'muted')] : [],
    size.width,
  );
};

export const criterionList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = scorecardRows(v);
  const at = indexOf(
    v.ui.lists.scorecard,
    rows.map((r) => r.id),
  );
  const top = scrollTo(v.ui.lists.scorecard.top, at, size.height, rows.length);
  const rating = v.scorecard();
  const query = v.ui.filters.scorecard ?? '';
  if (query !== '' && rows.length === 0)
    return { title: 'Scorecard', right: `/${query}`, lines: [muted(nothingMatches(query))] };
  return {
    title: 'Scorecard',
    right: query
      ? `/${query}`
      : rating?.total == null
        ? 'not rated'
        : `${rating.total.toFixed(1)} of 4, ${Math.round(rating.ratedWeight)} % rated`,
    bottom: `${at + 1} of ${rows.length}`,
    lines: rows.slice(top, top + size.height).map((r, i) => rowLine(r, top + i === at, theme, size)),
  };
};

const dimensionLines = (v: View, d: DimensionRating, theme: Theme, columns: number): Line[] => {
  const rating = v.scorecard();
  return [
    [span(d.title, undefined, true), span(`  ${d.weight} % of the total`, 'muted')],
    blank,
    [...bar(d.value, theme), span(d.value === null ? 'not rated' : 'mean of its rated criteria', 'muted')],
    blank,
    ...(rating ? wrap(`Total: ${totalWords(rating)}.`, columns).map(plain) : []),
    ...wrap(
      'What is not rated counts neither as nothing nor as excellent. Ratings are proposed from verdicts and evidence; only you can say what they are worth.',
      columns,
    ).map(muted),
  ];
};

export const criterionLines = (v: View, theme: Theme, columns: number): Line[] => {
  const rows = scorecardRows(v);
  const row =
    rows[
      indexOf(
        v.ui.lists.scorecard,
        rows.map((r) => r.id),
      )
    ];
  if (!row || !v.snap) return [];
  if (row.kind === 'dimension') return dimensionLines(v, row.dimension, theme, columns);
  const { criterion: c } = row;
  const { methodology } = v.snap;
  return [
    [span(c.title, undefined, true)],
    ...wrap(c.question, columns).map(plain),
    blank,
    [...bar(c.value, theme)],
    ...wrap(c.label, columns).map((l): Line => [span(l, c.value === null ? 'muted' : toneOf(c.value))]),
    ...wrapHanging(c.by === 'auditor' ? 'you: ' : 'proposed: ', c.reason, columns).map(plain),
    ...(c.by === 'auditor' && c.reason !== c.proposal.reason
      ? wrapHanging(`proposed ${c.proposal.value ?? 'no rating'}: `, c.proposal.reason, columns).map(muted)
      : []),
    blank,
    muted('Checks that speak to it'),
    ...c.votes.flatMap((vote) =>
      wrapHanging(
        `${vote.value ?? '–'}  ${vote.check}  `,
        `${findCheck(methodology, vote.check)?.title ?? ''} ${vote.why}`,
        columns,
      ).map((l): Line => [span(l, vote.value === null ? 'muted' : undefined)]),
    ),
    ...(c.votes.length === 0 ? [muted('none of this methodology')] : []),
    ...(c.facts.length > 0 ? [blank, muted('Facts that speak to it')] : []),
    ...c.facts.flatMap((fact) =>
      wrapHanging(fact.value === null ? `≤${fact.most} ` : `${fact.value}  `, fact.why, columns).map(plain),
    ),
    blank,
    ...[...methodology.scorecard.levels]
      .sort((a, b) => b.value - a.value)
      .map(
        (l): Line => [
          span(`${l.value}  ${l.label}`, l.value === c.value ? undefined : 'muted', l.value === c.value),
        ],
      ),
  ];
};
