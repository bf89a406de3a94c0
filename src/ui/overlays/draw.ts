import { plural } from '../../text/plural.ts';
import { fit, truncate, wrap, wrapHanging } from '../../text/width.ts';
import { keyLabel } from '../keys.ts';
import type { View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { fieldText } from '../view/text-field.ts';
import { drawChoose } from './choose.ts';
import { entriesOf } from './entries.ts';
import type { Entry } from './entry.ts';
import { type Drawn, fieldLines } from './field-lines.ts';
import type { Overlay } from './overlay.ts';
import { drawPick } from './pick.ts';
import { drawScore } from './score.ts';

type Size = { width: number; height: number };

const entryLine = (e: Entry, selected: boolean, theme: Theme, columns: number, keyFirst: boolean): Line => {
  const keys = e.keys.map((k) => keyLabel(k, theme.ascii)).join(' ');
  const cursor = span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true);
  const tone = e.reason ? 'muted' : undefined;
  const why = e.reason ? span(`  (${e.reason})`, 'muted') : span('');
  return keyFirst
    ? [cursor, span(fit(keys, 14), e.reason ? 'muted' : 'accent'), span(e.label, tone, selected), why]
    : spread(
        [cursor, span(e.label, tone, selected), why],
        [e.kind === '' ? span(keys, 'accent') : span(e.kind, 'muted')],
        columns,
      );
};

const drawEntries = (v: View, o: Overlay & { kind: 'help' | 'palette' }, theme: Theme, size: Size): Drawn => {
  const entries = entriesOf(v, o);
  const ids = entries.map((e) => e.id);
  const at = indexOf(o.list, ids);
  const head: Line[] = [];
  if (o.kind === 'palette')
    head.push(
      [span(': ', 'accent'), ...(fieldLines(o.query, { width: size.width - 2, height: 1 }).lines[0] ?? [])],
      blank,
    );
  else if (o.query) head.push([span('/ ', 'accent'), span(o.query)], blank);
  const rows: { line: Line; index: number }[] = [];
  let group = '';
  for (const [i, e] of entries.entries()) {
    if (o.kind === 'help' && e.group !== group) {
      if (group) rows.push({ line: blank, index: -1 });
      rows.push({ line: [span(e.group, undefined, true)], index: -1 });
      group = e.group;
    }
    rows.push({ line: entryLine(e, i === at, theme, size.width, o.kind === 'help'), index: i });
  }
  const height = size.height - head.length;
  const row = rows.findIndex((r) => r.index === at);
  const top = scrollTo(0, Math.max(0, row), height, rows.length);
  return {
    title: o.kind === 'help' ? 'Help' : 'Go to, or do',
    keys: `${o.kind === 'help' ? 'type to filter' : 'checks, leads, findings, tools, files, commands'} · ↑ ↓ choose · Enter · Esc closes`,
    bottom: entries.length > 0 ? `${at + 1} of ${entries.length}` : '',
    lines: [
      ...head,
      ...(entries.length > 0
        ? rows.slice(top, top + height).map((r) => r.line)
        : [muted('Nothing matches: no check, lead, finding, tool, file or command.')]),
    ],
  };
};

const drawForm = (o: Overlay & { kind: 'form' }, theme: Theme, size: Size): Drawn => {
  const ids = o.fields.map((f) => f.id);
  const at = indexOf(o.list, ids);
  const label = Math.min(18, Math.max(...o.fields.map((f) => f.label.length)) + 2);
  const room = size.width - label - 3;
  const lines: Line[] = [];
  let cursor: Drawn['cursor'];
  let focusRow = 0;
  for (const [i, f] of o.fields.entries()) {
    const selected = i === at;
    if (selected) focusRow = lines.length;
    const head = [
      span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
      span(fit(f.label, label), selected ? 'focus' : f.required ? 'warn' : 'muted', selected),
    ];
    if (selected && o.editing) {
      const height = f.multiline ? Math.max(1, Math.min(6, size.height - 6)) : 1;
      const field = fieldLines(o.editing, { width: room, height });
      cursor = { row: lines.length + field.cursor.row, column: 2 + label + field.cursor.column };
      lines.push(
        ...field.lines.map((l, n): Line => (n === 0 ? [...head, ...l] : [span(' '.repeat(label + 2)), ...l])),
      );
    } else if (f.options) {
      const shown = selected ? `‹ ${f.value} ›` : f.value;
      lines.push([...head, span(theme.ascii ? shown.replace('‹', '<').replace('›', '>') : shown)]);
    } else {
      const [first = '', ...more] = f.value.split('\n');
      const value = first || (f.required ? 'to fill' : (f.proposal ?? '–'));
      lines.push([
        ...head,
        span(value, f.value ? undefined : f.required ? 'warn' : 'muted'),
        ...(more.length > 0 ? [span(`  +${plural(more.length, 'line')}`, 'muted')] : []),
      ]);
    }
  }
  const chosen = o.fields[at];
  const help = [
    ...(o.problem ? wrap(o.problem, size.width).map((l): Line => [span(l, 'warn')]) : []),
    ...wrap(chosen?.help ?? '', size.width).map(muted),
  ];
  const height = Math.max(1, size.height - help.length - 1);
  const top = scrollTo(Math.max(0, focusRow - height + 3), focusRow, height, lines.length);
  const keys = o.editing
    ? `Enter ${o.enter === 'submits' ? 'starts' : 'saves'} · Esc gives up this field`
    : o.enter === 'keeps'
      ? `Enter ${chosen?.open ? 'choose' : 'edit'}${chosen?.add ? ' · a add' : ''} · e in $EDITOR · Esc closes`
      : 'Enter edit · Ctrl+W done · Esc closes';
  return {
    title: o.title,
    bottom: keys,
    lines: [
      ...lines.slice(top, top + height),
      ...Array.from({ length: Math.max(0, height - lines.length) }, () => blank),
      blank,
      ...help,
    ],
    ...(cursor ? { cursor: { row: cursor.row - top, column: cursor.column } } : {}),
  };
};

/** Rows a docked field takes from the screen above it. */
export const fieldHeight = (o: Overlay | undefined): number =>
  o?.kind === 'field' ? (o.offers?.length ? 10 : 7) : 0;

/** The sentences on offer that have room, the one that stands in the field in view. */
const offerLines = (o: Overlay & { kind: 'field' }, theme: Theme, size: Size): Line[] => {
  const offers = o.offers ?? [];
  const at = o.offered?.at ?? -1;
  const top = scrollTo(0, Math.max(0, at), size.height, offers.length);
  return offers.slice(top, top + size.height).map((text, i): Line => {
    const chosen = top + i === at;
    return [
      span(chosen ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
      span(truncate(text, Math.max(1, size.width - 2)), chosen ? undefined : 'muted'),
    ];
  });
};

export const drawOverlay = (v: View, o: Overlay, theme: Theme, size: Size): Drawn => {
  switch (o.kind) {
    case 'help':
    case 'palette':
      return drawEntries(v, o, theme, size);
    case 'form':
      return drawForm(o, theme, size);
    case 'field': {
      const problem = o.problem?.(fieldText(o.field)) ?? null;
      const help = problem
        ? wrap(problem, size.width).map((l): Line => [span(l, 'warn')])
        : wrap(o.help, size.width).map(muted);
      const room = Math.max(1, size.height - help.length);
      // What is offered stands below what is typed, where there is room for both.
      const most = o.offers?.length ? Math.max(2, Math.ceil(room / 2)) : room;
      const { lines, cursor } = fieldLines(o.field, { width: size.width, height: most });
      const offers = offerLines(o, theme, {
        width: size.width,
        height: Math.max(0, room - lines.length - 1),
      });
      return {
        title: o.title,
        right: `${fieldText(o.field).length}`,
        lines: [...help, ...lines, ...(offers.length > 0 ? [muted('Tab offers:'), ...offers] : [])],
        cursor: { row: cursor.row + help.length, column: cursor.column },
      };
    }
    case 'confirm': {
      const question = [
        blank,
        ...wrap(o.question, size.width).map((l): Line => [span(l, undefined, true)]),
        blank,
      ];
      const detail = wrap(o.detail, size.width).map(plain);
      const height = Math.max(1, size.height - question.length);
      const most = Math.max(0, detail.length - height);
      const top = Math.min(o.top ?? 0, most);
      const below = detail.length - height - top;
      return {
        title: 'Sure?',
        bottom: `y yes · n no${most > 0 ? ` · j k ${below > 0 ? plural(below, 'more line') : 'back'}` : ''}`,
        lines: [...question, ...detail.slice(top, top + height)],
      };
    }
    case 'message': {
      const lines = [blank, ...wrapHanging('', o.text, size.width).map(plain)];
      const top = Math.min(o.top ?? 0, Math.max(0, lines.length - size.height));
      const more = lines.length - top - size.height;
      return {
        title: o.title,
        bottom: more > 0 ? `${more} more lines` : '',
        keys: `${lines.length > size.height ? '↑ ↓ PgUp PgDn scroll · ' : ''}any other key closes`,
        lines: lines.slice(top, top + size.height),
      };
    }
    case 'pick':
      return drawPick(o, theme, size);
    case 'score':
      return drawScore(o, theme, size);
    case 'choose':
      return drawChoose(o, theme, size);
  }
};
