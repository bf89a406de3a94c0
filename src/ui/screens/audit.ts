import { carriedCheckOf, whyLook } from '../../domain/carried.ts';
import type { Check } from '../../domain/methodology.ts';
import { findingsOfCheck, progress, raisedAs, verdictOf } from '../../domain/selectors.ts';
import type { Snapshot } from '../../engine/store.ts';
import { checkRows, readingKey, selectedCheck, selectedSection, type View } from '../model.ts';
import { waitingByCheck } from '../proposals-model.ts';
import type { Theme } from '../theme.ts';
import { type Line, muted, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { checkDetail, sectionDetail } from './check-detail.ts';
import { verdictGlyph } from './verdicts.ts';

type Size = { width: number; height: number };

/** A window of lines at the reader's position; says how much there is. */
export const reading = (v: View, lines: readonly Line[], size: Size): Pick<PaneText, 'lines' | 'bottom'> => {
  const most = Math.max(0, lines.length - size.height);
  const top = Math.min(v.ui.scroll[readingKey(v)] ?? 0, most);
  return {
    lines: lines.slice(top, top + size.height),
    bottom:
      most === 0
        ? ''
        : `${top + size.height >= lines.length ? 'end' : `${lines.length - top - size.height} more lines`}`,
  };
};

/** How many leads and questions of a check nobody has judged yet. */
const openOf = (v: View, { session }: Snapshot, check: Check): { leads: number; questions: number } =>
  v.kept(`open of ${check.id}`, [v.index, session.triage, session.findings], () => {
    const open = (v.index.get(check.id) ?? []).filter(
      (e) => !session.triage.has(e.id) && raisedAs(session, e.id).length === 0,
    );
    return {
      leads: open.filter((e) => e.kind === 'lead').length,
      questions: open.filter((e) => e.kind === 'question').length,
    };
  });

export const checkList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const { snap } = v;
  const query = v.ui.filters.checks ?? '';
  const rows = checkRows(v);
  if (!snap) return { title: 'Checks', lines: [] };
  const checks = rows.filter((r) => r.kind === 'check').length;
  if (rows.length === 0)
    return {
      title: 'Checks',
      right: `/${query}`,
      lines: [muted(`No check matches '${query}'.`), muted('Esc clears the filter.')],
    };
  const at = indexOf(
    v.ui.lists.checks,
    rows.map((r) => r.id),
  );
  const top = scrollTo(v.ui.lists.checks.top, at, size.height, rows.length);
  const lines = rows.slice(top, top + size.height).map((row, i): Line => {
    const selected = top + i === at;
    if (row.kind === 'section') {
      const p = progress(snap.session, row.section.checks);
      const arrow = row.open ? theme.glyphs.expanded : theme.glyphs.collapsed;
      return spread(
        [
          span(selected ? theme.glyphs.cursor : ' ', 'focus', true),
          span(`${arrow} ${row.section.id} ${row.section.title}`, undefined, true),
        ],
        [span(`${p.answered}/${p.total}`, p.answered === p.total ? 'ok' : 'muted')],
        size.width,
      );
    }
    const { check } = row;
    const { leads, questions } = openOf(v, snap, check);
    const found = findingsOfCheck(snap.session, check.id).length;
    const waiting = waitingByCheck(v).get(check.id)?.length ?? 0;
    const carried = carriedCheckOf(snap.session, check.id);
    const marks = [
      ...(carried?.verdict
        ? [whyLook(snap.session, carried) === null ? span('same ', 'muted') : span('changed ', 'warn')]
        : []),
      ...(snap.session.bookmarks.has(`check:${check.id}`) ? [span('later ', 'accent')] : []),
      ...(snap.session.drafts.has(check.id) ? [span('draft ', 'warn')] : []),
      ...(found > 0 ? [span(`F${found} `, 'bad')] : []),
      ...(waiting > 0 ? [span(`P${waiting} `, 'accent')] : []),
      ...(questions > 0 ? [span(`${theme.glyphs.question}${questions}`, 'accent')] : []),
      ...(leads > 0 ? [span(`${questions > 0 ? ' ' : ''}${theme.glyphs.lead}${leads}`, 'warn')] : []),
    ];
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        verdictGlyph(verdictOf(snap.session, check.id), theme),
        span(` ${check.id} ${check.name ?? check.title}`, undefined, selected),
      ],
      marks,
      size.width,
    );
  });
  return {
    title: 'Checks',
    right: query ? `/${query} · ${checks}` : 'all',
    bottom: `${at + 1} of ${rows.length}`,
    lines,
  };
};

/** All lines of the middle pane, unwindowed: also what scrolling measures. */
export const detailLines = (v: View, theme: Theme, columns: number): Line[] => {
  const check = selectedCheck(v);
  if (check)
    return v.kept('check-detail', [v.snap, check, columns, theme, v.now.toDateString(), v.files()], () =>
      checkDetail(v, check, theme, columns),
    );
  const section = selectedSection(v);
  return section ? sectionDetail(v, section, theme, columns) : [muted('Choose a check on the left.')];
};

export const detailPane = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const check = selectedCheck(v);
  return {
    title: check ? check.id : (selectedSection(v)?.id ?? ''),
    right: check?.origin ?? '',
    ...reading(v, detailLines(v, theme, size.width), size),
  };
};
