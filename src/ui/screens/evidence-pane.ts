import type { ItemKind } from '../../domain/evidence.ts';
import type { Check } from '../../domain/methodology.ts';
import { claimOf, type Proposal } from '../../domain/proposal.ts';
import { leadBookmark } from '../../domain/scrutiny.ts';
import { raisedAs } from '../../domain/selectors.ts';
import { isSecondary } from '../../domain/standing.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { wrap } from '../../text/width.ts';
import { type ItemRow, itemRows, type View } from '../model.ts';
import { waitingByItem } from '../proposals-model.ts';
import type { Theme } from '../theme.ts';
import { type Line, muted, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { itemDetail, runDetail } from './evidence-detail.ts';
import { kindGlyph, runGlyph, runWords } from './verdicts.ts';

const NARROW = 72;

const proposedWord = (p: Proposal): string => {
  const claim = claimOf(p);
  return claim.kind === 'triage' ? claim.decision : claim.kind;
};

const rowLine = (
  v: View,
  row: ItemRow,
  selected: boolean,
  marked: boolean,
  theme: Theme,
  columns: number,
): Line => {
  const cursor = span(
    `${selected ? theme.glyphs.cursor : marked ? theme.glyphs.bar : ' '} `,
    'focus',
    selected,
  );
  if (row.kind === 'run')
    return [
      cursor,
      runGlyph(row.state, theme),
      span(` ${row.collector} ${runWords(row.state)}`, undefined, selected),
      span(row.message ? `: ${visible(row.message)}` : '', 'muted'),
    ];
  const { item } = row;
  const triage = v.snap?.session.triage.get(item.id);
  // In a narrow pane the title matters more than the folders.
  const path = item.location?.path ?? '';
  const shown = visible(columns >= NARROW ? shownPath(path) : (shownPath(path).split('/').at(-1) ?? ''));
  const at = item.location ? `${shown}:${item.location.startLine}` : '';
  const raised = v.snap ? raisedAs(v.snap.session, item.id) : [];
  const judged = raised.length > 0 ? ` raised as ${raised.join(', ')}` : triage ? ` ${triage.decision}` : '';
  const later = v.snap?.session.bookmarks.has(leadBookmark(item.id)) ? ' later' : '';
  const seen = v.tried.get(item.id);
  const observed = seen && seen.result !== 'not-tried' ? ` ${seen.result.replace('-', ' ')}` : '';
  const proposed = waitingByItem(v).get(item.id)?.[0];
  const waits = proposed ? ` ${proposedWord(proposed)} proposed` : '';
  const mark = `${later}${isSecondary(path) ? ' beside the server' : ''}${judged}`;
  const right = [
    span(at.length > columns * 0.45 ? `…${at.slice(-Math.floor(columns * 0.4))}` : at, 'muted'),
    span(observed, seen?.result === 'confirmed' ? 'bad' : 'ok', seen?.result === 'confirmed'),
    span(waits, 'accent'),
    span(mark, raised.length > 0 || (triage && triage.decision !== 'dismissed') ? 'ok' : 'muted'),
  ];
  const strength =
    item.kind === 'lead' ? (columns >= NARROW ? `${item.strength.padEnd(9)}` : `${item.strength} `) : '';
  return spread(
    [
      cursor,
      kindGlyph(item.kind, theme),
      span(` ${strength}`, item.strength === 'strong' ? 'warn' : 'muted'),
      span(visible(item.title), triage?.decision === 'dismissed' ? 'muted' : undefined, selected),
    ],
    right,
    columns,
  );
};
/** Rows the list gets of a pane it shares with what the chosen item says. */
export const evidenceListHeight = (rows: number, height: number): number =>
  Math.min(rows, Math.max(3, Math.floor(height * 0.4)));

/** The evidence of a check: the items above, the chosen one below; beside the reader without its code. */
export const evidencePane = (
  v: View,
  check: Check,
  theme: Theme,
  size: { width: number; height: number },
  withCode = true,
): Omit<PaneText, 'focused'> => {
  const rows = itemRows(v, check);
  const title = `Evidence of ${check.id}${check.name ? ` ${check.name}` : ''}`;
  if (rows.length === 0) {
    const query = v.ui.filters.items;
    const text = query
      ? `No evidence matches '${query}'. Esc clears the filter.`
      : check.collectors.length === 0
        ? 'No collector speaks to this check: it is done by hand. The commands stand under "By hand".'
        : 'Nothing gathered yet.';
    return { title, lines: wrap(text, size.width).map(muted) };
  }
  const at = indexOf(
    v.ui.lists.items,
    rows.map((r) => r.id),
  );
  const upper = evidenceListHeight(rows.length, size.height);
  const top = scrollTo(v.ui.lists.items.top, at, upper, rows.length);
  const marked = v.ui.itemMark === null ? -1 : rows.findIndex((r) => r.id === v.ui.itemMark);
  const isMarked = (n: number): boolean =>
    marked !== -1 && n >= Math.min(at, marked) && n <= Math.max(at, marked);
  const list = rows
    .slice(top, top + upper)
    .map((r, i) => rowLine(v, r, top + i === at, isMarked(top + i), theme, size.width));
  const chosen = rows[at];
  const lower = size.height - upper - 1;
  const detail =
    chosen?.kind === 'item'
      ? itemDetail(v, chosen.item, theme, size.width, lower, withCode)
      : chosen
        ? runDetail(v, chosen, size.width)
        : [];
  const kept = (kind: ItemKind): number =>
    v.kept(
      `${kind}s shown`,
      [rows, v.snap?.session.triage],
      () =>
        rows.filter(
          (r) =>
            r.kind === 'item' &&
            r.item.kind === kind &&
            v.snap?.session.triage.get(r.item.id)?.decision !== 'dismissed',
        ).length,
    );
  const questions = kept('question');
  return {
    title,
    right: v.ui.filters.items
      ? `/${v.ui.filters.items}`
      : `${plural(kept('lead'), 'lead')}${questions > 0 ? `, ${plural(questions, 'question')}` : ''}`,
    bottom: `${marked === -1 ? '' : `${Math.abs(at - marked) + 1} selected · `}${at + 1} of ${rows.length}`,
    lines: [
      ...list,
      [span(theme.glyphs.box[4].repeat(Math.max(0, size.width)), 'border')],
      ...detail.slice(0, Math.max(0, lower)),
    ],
  };
};
