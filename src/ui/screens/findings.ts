import { cweLabel } from '../../domain/cwe.ts';
import {
  DEPLOYMENTS,
  type Finding,
  missingParts,
  RATED,
  ratingWord,
  stageOf,
  TRACKING,
} from '../../domain/finding.ts';
import { findingHistory } from '../../domain/finding-history.ts';
import { disagreement, leadingScore, scoresText } from '../../domain/scoring/severity.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { fit, wrap, wrapHanging } from '../../text/width.ts';
import { partLabel } from '../actions/finding-parts.ts';
import { findingRows, selectedFinding, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { shownPlace } from '../view/item-places.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { dayAndTime } from './bars.ts';
import { reviewedLines } from './review-lines.ts';
import { severityTone } from './verdicts.ts';

/** In a narrow list. */
const SHORT: Record<string, string> = { critical: 'crit', medium: 'med' };

type Size = { width: number; height: number };

export const findingList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = findingRows(v);
  const query = v.ui.filters.findings ?? '';
  if (rows.length === 0) {
    const text = query
      ? `No finding matches '${query}'. Esc clears the filter.`
      : 'No findings yet. f on a check or on a piece of evidence records one; n begins one here.';
    return { title: 'Findings', right: query ? `/${query}` : '', lines: wrap(text, size.width).map(muted) };
  }
  const at = indexOf(
    v.ui.lists.findings,
    rows.map((r) => r.id),
  );
  const top = scrollTo(v.ui.lists.findings.top, at, size.height, rows.length);
  const lines = rows.slice(top, top + size.height).map((f, i): Line => {
    const selected = top + i === at;
    const open = missingParts(f).length;
    const stage = stageOf(f);
    const wide = size.width >= 60;
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        span(`${f.id} `, 'muted'),
        span(
          fit(f.positive ? 'good' : wide ? f.severity : (SHORT[f.severity] ?? f.severity), wide ? 9 : 5),
          f.positive ? 'ok' : severityTone(f.severity),
          selected,
        ),
        span(visible(f.title), undefined, selected),
      ],
      wide
        ? [
            span(leadingScore(f.scores)?.score.toFixed(1) ?? '', 'muted'),
            span(` ${f.checks[0]}${f.checks.length > 1 ? `+${f.checks.length - 1}` : ''}`, 'muted'),
            span(open > 0 ? ` ${open} to fill` : ` ${stage}`, open > 0 ? 'warn' : 'ok'),
          ]
        : [span(open > 0 ? `${open} open` : stage, open > 0 ? 'warn' : 'ok')],
      size.width,
    );
  });
  return {
    title: 'Findings',
    right: query ? `/${query}` : `${rows.length}`,
    bottom: `${at + 1} of ${rows.length}`,
    lines,
  };
};

/** The newest edits; the journal has them all. */
const SHOWN_EDITS = 12;

const history = (v: View, f: Finding, columns: number): Line[] => {
  if (!v.opened) return [];
  const edits = findingHistory(v.opened.store.events(), f.id).reverse();
  return bullets(
    'History',
    edits
      .slice(0, SHOWN_EDITS)
      .map((e) => `${dayAndTime(e.at, v.now)} ${e.by}: ${e.changed.join(', ') || 'no change'}`),
    columns,
  );
};

const paragraph = (label: string, text: string, columns: number): Line[] =>
  text === ''
    ? []
    : [[span(label, 'accent')], ...wrap(visibleLines(text), columns - 2).map((l) => plain(`  ${l}`)), blank];

const bullets = (label: string, items: readonly string[], columns: number): Line[] =>
  items.length === 0
    ? []
    : [
        [span(label, 'accent')],
        ...items.flatMap((t, i) => wrapHanging(`  ${i + 1} `, visible(t), columns).map(plain)),
        blank,
      ];

/** What stands against this finding's citations, as the readiness list says it. */
const citations = (v: View, f: Finding): string[] =>
  v
    .readiness()
    .filter((r) => r.finding === f.id && r.level !== 'ok' && / cites | citations /.test(` ${r.text} `))
    .map((r) => r.text.replace(`${f.id} `, ''));

const days = (f: Finding): string[] =>
  TRACKING.flatMap((t) => (f.tracking[t] === null ? [] : [`${t} ${f.tracking[t]}`]));

const scoreLines = (f: Finding, columns: number): Line[] => {
  if (f.positive) return [];
  const wanted = disagreement(f.severity, f.scores);
  const text = scoresText(f.scores);
  return [
    ...wrap(text || 'not scored: s opens the calculator', columns).map(
      (l): Line => [span(l, text ? 'accent' : 'muted')],
    ),
    ...(wanted
      ? wrap(
          f.severityReason
            ? `${f.severity} and not ${wanted}: ${visibleLines(f.severityReason)}`
            : `The score says ${wanted}: say why it is ${f.severity}.`,
          columns,
        ).map((l): Line => [span(l, f.severityReason ? undefined : 'warn')])
      : []),
  ];
};

export const findingDetail = (v: View, f: Finding, columns: number): Line[] => {
  const missing = missingParts(f);
  const wrong = citations(v, f);
  return [
    ...wrap(visible(f.title), columns).map((l): Line => [span(l, undefined, true)]),
    [
      span(f.positive ? 'good practice' : f.severity, f.positive ? 'ok' : severityTone(f.severity)),
      span(`  ${stageOf(f)}`, missing.length > 0 ? 'warn' : 'ok'),
      span(`  ${visible(f.category)}  check ${f.checks.join(', ')}`, 'muted'),
    ],
    ...(f.positive ? [] : wrap(f.cwe ? cweLabel(f.cwe) : 'no CWE: w chooses one', columns).map(muted)),
    ...scoreLines(f, columns),
    blank,
    ...(missing.length > 0
      ? [
          ...wrap(`Still to fill: ${missing.map(partLabel).join(', ')}`, columns).map(
            (l): Line => [span(l, 'warn')],
          ),
          blank,
        ]
      : []),
    ...bullets('Where', f.locations.map(shownPlace), columns),
    ...wrong.flatMap((text) => wrap(visible(text), columns).map((l): Line => [span(l, 'bad')])),
    ...(wrong.length > 0 ? [blank] : []),
    ...paragraph('Summary', f.summary, columns),
    ...paragraph('Description', f.description, columns),
    ...(f.positive
      ? []
      : paragraph(
          'Impact',
          `${RATED.map((part) => `${part} ${ratingWord(f.impact[part])}`).join(', ')}\n${f.impact.scope}`.trim(),
          columns,
        )),
    ...bullets('Components', f.components, columns),
    ...bullets('Reproduction', f.reproduction, columns),
    ...bullets('Risks', f.risks, columns),
    ...bullets(
      'Business impact',
      DEPLOYMENTS.flatMap((d) => (f.business[d] ? [`${d}: ${f.business[d]}`] : [])),
      columns,
    ),
    ...bullets('Fix now', f.recommendations.immediate, columns),
    ...bullets('Fix soon', f.recommendations.shortTerm, columns),
    ...bullets('Fix for good', f.recommendations.longTerm, columns),
    ...paragraph('Fix in code', f.examples, columns),
    ...bullets('Validation', f.validation, columns),
    ...bullets('References', f.references, columns),
    ...paragraph('Auditor notes', f.notes, columns),
    ...bullets('Since it was written', days(f), columns),
    ...history(v, f, columns),
  ];
};

export const findingLines = (v: View, _theme: Theme, columns: number): Line[] => {
  const f = selectedFinding(v);
  if (!f) return [muted('Nothing selected.')];
  return v.kept(`finding:${columns}`, [f, v.snap?.session, v.readiness()], () => [
    ...reviewedLines(v, f.id, columns),
    ...findingDetail(v, f, columns),
  ]);
};
