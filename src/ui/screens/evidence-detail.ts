import { reportWords } from '../../domain/agreement.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { raisedAs } from '../../domain/selectors.ts';
import { standingWords } from '../../domain/standing.ts';
import { redactSecrets } from '../../text/redact.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import type { ItemRow, View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { highlight } from '../view/highlight.ts';
import { otherPlaces, sameText, shownPlace, stepKey } from '../view/item-places.ts';
import { blank, fitLine, type Line, lineText, muted, plain, span } from '../view/line.ts';
import { triedLines } from './observed.ts';
import { runWords } from './verdicts.ts';

const CONTEXT_LINES = 2;
/** Other places named here; `O` lists all of them. */
const SHOWN_PLACES = 6;
/** Rows that code, words and steps get at least when they compete for the pane. */
const LEAST_CODE = 5;
const LEAST_WORDS = 3;
const LEAST_FLOW = 5;

type Shown = { path: string; startLine: number; endLine: number };

const SEPARATOR = 9;

const coloured = (v: View, path: string, file: string): readonly Line[] | null =>
  v.kept(`highlight:${path}`, [file], () => highlight(path, file));

/**
 * The lines around a place as they stand at the pinned commit; the item's own snippet where the file is not at hand.
 * Without a place of its own to show (a secret's lines are masked on purpose) that snippet is all there is.
 */
const excerpt = (
  v: View,
  item: EvidenceItem,
  shown: Shown | null,
  theme: Theme,
  columns: number,
  rows: number,
): Line[] => {
  const at = shown ?? item.location;
  if (!at) return [];
  const numbered = (text: string, first: number, colours: readonly Line[] | null): Line[] =>
    text.split('\n').map((line, i) => {
      const n = first + i;
      const inside = n >= at.startLine && n <= at.endLine;
      const mark = inside ? theme.glyphs.cursor : ' ';
      const words = visibleLines(line);
      const spans = colours?.[n - 1];
      // What was masked in between is shown as it was masked.
      const body = spans && lineText(spans) === words ? spans : [span(words, inside ? undefined : 'muted')];
      return [
        span(`${mark}${String(n).padStart(5)} ${theme.glyphs.box[5]} `, inside ? 'focus' : 'muted'),
        ...fitLine(body, Math.max(0, columns - SEPARATOR)),
      ];
    });
  const raw = v.source(at.path);
  // The file is masked, not the lines: those of a private key say nothing by themselves.
  const file = raw === null ? null : v.kept(`masked:${at.path}`, [raw], () => redactSecrets(raw));
  const own = item.location;
  const redacted = file !== null && own !== null && own.path === at.path && !sameText(file, own);
  if (file === null || file === '' || redacted)
    return own ? numbered(own.snippet, own.startLine, null).slice(0, rows) : [];
  const all = file.split('\n');
  // The cited lines come first: context only where there is room for it.
  const cited = at.endLine - at.startLine + 1;
  const around = Math.max(0, Math.min(CONTEXT_LINES, Math.floor((rows - cited) / 2)));
  const first = Math.max(1, at.startLine - around);
  const last = Math.min(all.length, at.endLine + around);
  return numbered(all.slice(first - 1, last).join('\n'), first, coloured(v, at.path, file)).slice(0, rows);
};

/** Said by another tool alone, and by none of our collectors. */
const isForeign = (v: View, item: EvidenceItem): boolean =>
  !(v.opened?.collectors ?? []).some((c) => c.id === item.collector);

/** What an item says, its way, its code: the code first where there is little room. */
export const itemDetail = (
  v: View,
  item: EvidenceItem,
  theme: Theme,
  columns: number,
  rows: number,
  withCode: boolean,
): Line[] => {
  const triage = v.snap?.session.triage.get(item.id);
  const about = [
    item.kind,
    item.kind === 'lead' ? item.strength : '',
    item.class,
    ...item.cwe,
    `${item.collector}/${item.rule}`,
  ]
    .filter(Boolean)
    .join(' · ');
  const places = otherPlaces(item);
  const step = v.ui.scroll[stepKey(item)] ?? 0;
  const shown = places[step - 1] ?? null;
  const flow: Line[][] = (withCode ? item.flow : []).map((f, n) =>
    wrapHanging(
      `${theme.glyphs[f.role]} `,
      `${visible(shownPath(f.path))}:${f.line}  ${visible(f.text)}`,
      columns,
    ).map((l): Line => [span(l, n === step - 1 ? 'focus' : undefined, n === step - 1)]),
  );
  const beyond = places.slice(item.flow.length);
  const more = beyond.length - SHOWN_PLACES;
  const others = beyond.slice(0, SHOWN_PLACES).map((p) => visible(shownPlace(p)));
  const also: Line[] =
    others.length === 0
      ? []
      : wrapHanging(
          'also at ',
          `${others.join(', ')}${more > 0 ? ` and ${more} more` : ''} (O opens one)`,
          columns,
        ).map(muted);
  const title = wrap(visible(item.title), columns).map((l): Line => [span(l, undefined, true)]);
  const last = v.tried.get(item.id);
  // No evidence: what was seen of it running, told apart and above what the commit shows.
  const seen = last ? triedLines(v, last, theme, columns) : [];
  const raised = v.snap ? raisedAs(v.snap.session, item.id) : [];
  const triaged =
    raised.length > 0
      ? [muted(`raised as ${raised.join(', ')}`)]
      : triage
        ? [muted(`${triage.decision}${triage.reason ? `: ${visible(triage.reason)}` : ''}`)]
        : [];
  const reported = (item.reports ?? []).flatMap((r, i) =>
    wrap(
      `${i === 0 && isForeign(v, item) ? 'reported by' : 'also reported by'} ${reportWords(r)}`,
      columns,
    ).map((l): Line => [span(l, 'accent')]),
  );
  const again = wrapHanging('again: ', visible(shownPath(item.reproduce)), columns).map(muted);
  const beside: Line[] =
    shown && step > item.flow.length ? [[span(`at ${visible(shownPlace(shown))}`, 'focus', true)]] : [];
  const why = item.kind === 'lead' ? wrap(standingWords(item), columns).map(muted) : [];
  // Code is what decides: where there is little room, words give way to it, and say so.
  const fixed =
    title.length +
    1 +
    why.length +
    seen.length +
    triaged.length +
    reported.length +
    also.length +
    again.length +
    beside.length +
    3;
  const words = [
    ...(item.detail ? wrap(visibleLines(item.detail), columns).map(plain) : []),
    // For the auditor alone: never published.
    ...(item.advice ? wrap(visibleLines(item.advice), columns).map((l): Line => [span(l, 'accent')]) : []),
  ];
  const room = Math.max(0, rows - fixed - (withCode ? LEAST_CODE : 0));
  const told = shortened(words, Math.max(LEAST_WORDS, room - flow.flat().length), 'lines');
  const ways = around(flow, step - 1, Math.max(LEAST_FLOW, room - told.length));
  const head: Line[] = [
    ...title,
    muted(about),
    ...why,
    ...seen,
    ...triaged,
    ...reported,
    ...told,
    ...(ways.length > 0 ? [blank, ...ways] : []),
    ...also,
    ...beside,
  ];
  const left = rows - head.length - again.length - 2;
  const code = withCode ? excerpt(v, item, shown, theme, columns, Math.max(1, left)) : [];
  return [...head, ...(code.length > 0 ? [blank, ...code] : []), blank, ...again];
};

/** The first rows of a text, and how many more there are. */
const shortened = (lines: readonly Line[], most: number, what: string): readonly Line[] =>
  lines.length <= most
    ? lines
    : [
        ...lines.slice(0, most - 1),
        muted(`… ${lines.length - most + 1} more ${what}: = makes the pane larger`),
      ];

/** The steps about the chosen one that have room, and how many are left out on either side. */
const around = (steps: readonly Line[][], chosen: number, most: number): Line[] => {
  if (steps.flat().length <= most) return steps.flat();
  let from = Math.max(0, chosen);
  let to = from;
  let used = 2;
  const fits = (n: number): boolean => used + (steps[n]?.length ?? 0) <= Math.max(most, 3);
  for (let grown = true; grown; ) {
    grown = false;
    if (to < steps.length && fits(to)) {
      used += steps[to++]!.length;
      grown = true;
    }
    if (from > 0 && fits(from - 1)) {
      used += steps[--from]!.length;
      grown = true;
    }
  }
  return [
    ...(from > 0 ? [muted(`… ${from} before`)] : []),
    ...steps.slice(from, to).flat(),
    ...(to < steps.length ? [muted(`… ${steps.length - to} after (> and < go along)`)] : []),
  ];
};

/** What a collector said that has no items to show. */
export const runDetail = (v: View, row: ItemRow & { kind: 'run' }, columns: number): Line[] => {
  const card = v.opened?.collectors.find((c) => c.id === row.collector);
  return [
    [span(`${row.collector} ${runWords(row.state)}`, undefined, true)],
    ...wrap(card?.about ?? '', columns).map(muted),
    blank,
    ...wrap(visibleLines(row.message), columns).map(plain),
    ...(row.state === 'failed' || row.state === 'missing' || row.state === 'not-run'
      ? [blank, muted('r runs it again.')]
      : []),
  ];
};
