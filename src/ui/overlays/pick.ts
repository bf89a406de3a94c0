import { truncate } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import type { Key } from '../keys.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, span, spread } from '../view/line.ts';
import { indexOf, move, scrollTo } from '../view/list.ts';
import { fieldText, pressField } from '../view/text-field.ts';
import { type Drawn, fieldLines } from './field-lines.ts';
import type { Overlay } from './overlay.ts';

type Pick = Extract<Overlay, { kind: 'pick' }>;

const rowsOf = (o: Pick) => o.rows(fieldText(o.query).trim());

export const pressPick = (app: App, o: Pick, key: Key): void => {
  const rows = rowsOf(o);
  const ids = rows.map((r) => r.id);
  const steps: Record<string, number | 'first' | 'last'> = {
    up: -1,
    down: 1,
    pageup: -10,
    pagedown: 10,
    home: 'first',
    end: 'last',
  };
  const at = indexOf(o.list, ids);
  const row = rows[at];
  if (steps[key] !== undefined) return app.swap({ ...o, list: move(o.list, ids, steps[key]) });
  if (key === 'esc') return app.pop();
  if (key === 'tab' && o.several && row) {
    const chosen = o.chosen.includes(row.id) ? o.chosen.filter((c) => c !== row.id) : [...o.chosen, row.id];
    return app.swap({ ...o, chosen, list: move(o.list, ids, 1) });
  }
  if (key === 'enter') {
    const chosen = o.several && o.chosen.length > 0 ? o.chosen : row ? [row.id] : [];
    if (chosen.length === 0) return;
    app.pop();
    return o.choose(chosen);
  }
  const query = pressField(o.query, key);
  if (query) app.swap({ ...o, query, list: { selected: null, top: 0 } });
};

export const drawPick = (o: Pick, theme: Theme, size: { width: number; height: number }): Drawn => {
  const rows = rowsOf(o);
  const at = indexOf(
    o.list,
    rows.map((r) => r.id),
  );
  const { lines: typed, cursor } = fieldLines(o.query, { width: size.width - 2, height: 1 });
  const height = Math.max(1, size.height - 2);
  const top = scrollTo(o.list.top, at, height, rows.length);
  const shown = rows.slice(top, top + height).map((r, i): Line => {
    const selected = top + i === at;
    const mark = o.several ? (o.chosen.includes(r.id) ? `${theme.glyphs.pass} ` : '  ') : '';
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        span(mark, 'ok', true),
        span(r.label, undefined, selected),
      ],
      r.note ? [span(truncate(r.note, Math.floor(size.width / 2)), 'muted')] : [],
      size.width,
    );
  });
  return {
    title: o.title,
    right: `${rows.length}`,
    keys: `type to search · ↑↓ · ${o.several ? `Tab marks${o.chosen.length > 0 ? ` (${o.chosen.length})` : ''} · ` : ''}Enter takes · Esc closes`,
    bottom: rows.length > 0 ? `${at + 1} of ${rows.length}` : '',
    lines: [
      [span('/ ', 'accent'), ...(typed[0] ?? [])],
      blank,
      ...(rows.length > 0 ? shown : [muted(o.empty)]),
    ],
    cursor: { row: 0, column: 2 + cursor.column },
  };
};
