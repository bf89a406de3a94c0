import { type Finding, missingParts } from '../../domain/finding.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { fit, wrap, wrapHanging } from '../../text/width.ts';
import { findingRows, selectedFinding, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { severityTone } from './verdicts.ts';

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
    const wide = size.width >= 60;
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        span(`${f.id} `, 'muted'),
        span(
          fit(f.positive ? 'good' : f.severity, wide ? 9 : 5),
          f.positive ? 'ok' : severityTone(f.severity),
          selected,
        ),
        span(visible(f.title), undefined, selected),
      ],
      wide
        ? [span(f.check, 'muted'), span(open > 0 ? ` ${open} to fill` : ' ready', open > 0 ? 'warn' : 'ok')]
        : [span(open > 0 ? `${open} open` : 'ready', open > 0 ? 'warn' : 'ok')],
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

export const findingDetail = (f: Finding, columns: number): Line[] => {
  const missing = missingParts(f);
  return [
    ...wrap(visible(f.title), columns).map((l): Line => [span(l, undefined, true)]),
    [
      span(f.positive ? 'good practice' : f.severity, f.positive ? 'ok' : severityTone(f.severity)),
      span(`  ${f.cwe ?? 'no CWE'}  ${visible(f.category)}  check ${f.check}`, 'muted'),
    ],
    blank,
    ...(missing.length > 0
      ? [...wrap(`Still to fill: ${missing.join(', ')}`, columns).map((l): Line => [span(l, 'warn')]), blank]
      : []),
    ...bullets(
      'Where',
      f.locations.map((l) => `${l.path}:${l.startLine}-${l.endLine}`),
      columns,
    ),
    ...paragraph('Summary', f.summary, columns),
    ...paragraph('Description', f.description, columns),
    ...(f.positive
      ? []
      : paragraph(
          'Impact',
          `confidentiality ${f.impact.confidentiality}, integrity ${f.impact.integrity}, availability ${f.impact.availability}, exploitability ${f.impact.exploitability}\n${f.impact.scope}`.trim(),
          columns,
        )),
    ...bullets('Components', f.components, columns),
    ...bullets('Reproduction', f.reproduction, columns),
    ...bullets('Risks', f.risks, columns),
    ...bullets('Fix now', f.recommendations.immediate, columns),
    ...bullets('Fix soon', f.recommendations.shortTerm, columns),
    ...bullets('Fix for good', f.recommendations.longTerm, columns),
    ...bullets('Validation', f.validation, columns),
    ...bullets('References', f.references, columns),
    ...paragraph('Auditor notes', f.notes, columns),
  ];
};

export const findingLines = (v: View, _theme: Theme, columns: number): Line[] => {
  const f = selectedFinding(v);
  return f ? findingDetail(f, columns) : [muted('Nothing selected.')];
};
