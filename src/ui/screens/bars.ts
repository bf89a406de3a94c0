import { checksOf } from '../../domain/methodology.ts';
import { progress } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { visible } from '../../text/visible.ts';
import { truncate, width } from '../../text/width.ts';
import { activeBindings, keysHere } from '../bindings.ts';
import { keyLabel } from '../keys.ts';
import type { View } from '../model.ts';
import { hasAssistance, waitingCount } from '../proposals-model.ts';
import type { Theme } from '../theme.ts';
import { tourWords } from '../tour.ts';
import { fitLine, type Line, lineWidth, type Span, span, spread } from '../view/line.ts';

/** Local time of day for people; the journal keeps UTC. */
export const clockTime = (iso: string): string => {
  const d = new Date(iso);
  return Number.isNaN(d.getTime())
    ? '–'
    : `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
};

/** Day for people: today and yesterday by name, else the date. */
export const dayAndTime = (iso: string, now: Date): string => {
  const d = new Date(iso);
  if (Number.isNaN(d.getTime())) return '–';
  const day = (x: Date) =>
    `${x.getFullYear()}-${String(x.getMonth() + 1).padStart(2, '0')}-${String(x.getDate()).padStart(2, '0')}`;
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const name = day(d) === day(now) ? 'today' : day(d) === day(yesterday) ? 'yesterday' : day(d);
  return `${name} ${clockTime(iso)}`;
};

/**
 * For the end-to-end tests only: how many keys were handled and in which window size, once nothing is under way; `~`
 * while something is. The driver waits for this instead of sleeping.
 */
export const idleMark = (v: View): string => {
  const busy =
    v.ui.busy > 0 ||
    v.ui.place === 'opening' ||
    (v.snap !== null && v.snap.running.size + v.snap.queued.length + v.snap.loading.size > 0);
  return `${busy ? '~' : '='}${v.ui.handled}@${v.ui.columns}x${v.ui.rows}`;
};

export const header = (v: View, columns: number): Line => {
  const { snap } = v;
  if (!snap) {
    const right: Line = [span(`offline  Node ${process.versions.node.split('.')[0]} `, 'muted')];
    return spread(
      [span(' mcp-audit', 'focus', true), span('  audit an MCP server, check by check', 'muted')],
      right,
      columns,
    );
  }
  const { session, methodology } = snap;
  const p = progress(session, checksOf(methodology));
  const waiting = waitingCount(v);
  const name = visible(session.target?.name ?? '');
  const saved: Span = snap.failedSave
    ? span('NOT SAVED', 'bad', true)
    : snap.readOnly
      ? span('read-only', 'warn', true)
      : span(`saved ${clockTime(session.lastAt)}`, 'muted');
  const right: Line = [
    span(`${p.answered}/${p.total} checked  `),
    span(`${plural(session.findings.size, 'finding')}  `),
    ...(waiting > 0 ? [span(`${waiting} proposed  `, 'accent')] : []),
    saved,
    span(
      session.networkAllowed ? '  network allowed ' : '  offline ',
      session.networkAllowed ? 'warn' : 'muted',
    ),
  ];
  const places: [string, string][] = [
    ['audit', '1'],
    ['findings', '2'],
    ['evidence', '3'],
    ['report', '4'],
    ['session', '5'],
    ['surface', '6'],
    ['scorecard', '7'],
    ['live', '8'],
    // Off unless somebody started it.
    ...(hasAssistance(v) || v.ui.place === 'proposals' ? ([['proposals', '9']] as [string, string][]) : []),
  ];
  const tabs = (named: boolean): Span[] =>
    places.map(([place, key]) =>
      place === v.ui.place
        ? span(` ${key} ${place}`, 'focus', true)
        : span(named ? ` ${key} ${place}` : ` ${key}`, 'muted'),
    );
  const who = [span('  '), span(`${name} @ ${session.target?.commit.slice(0, 7) ?? ''}`, undefined, true)];
  // What is audited comes before what the other screens are called.
  const long: Line = [...tabs(true), ...who];
  const left = lineWidth(long) + lineWidth(right) < columns ? long : [...tabs(false), ...who];
  return spread(left, right, columns);
};

/** Toast, else what the collectors are doing, else the next thing worth doing. */
export const status = (v: View, theme: Theme, columns: number): Line => {
  const { ui, snap } = v;
  const tour = tourWords(v);
  if (snap?.failedSave)
    return fitLine(
      [span(` NOT SAVED: ${snap.failedSave.hint}. ${snap.failedSave.message}`, 'bad', true)],
      columns,
    );
  if (ui.toast)
    return fitLine(
      [
        span(` ${visible(ui.toast.text)}`, ui.toast.tone, ui.toast.tone === 'bad'),
        span(tour === null ? '' : `   ${tour}`, 'accent'),
      ],
      columns,
    );
  if (!snap) return [];
  if (ui.live) {
    const { words, done, total } = ui.live;
    const spinner = theme.glyphs.spinner[ui.spinner % theme.glyphs.spinner.length] ?? '';
    return fitLine(
      [
        span(` ${spinner} ${total > 1 ? `${done}/${total} leads  ` : ''}`, 'accent'),
        span(visible(words)),
        span('  Ctrl+C calls it off', 'muted'),
      ],
      columns,
    );
  }
  if (tour !== null) return fitLine([span(` ${tour}`, 'accent', true)], columns);
  if (snap.running.size + snap.queued.length > 0) {
    const spinner = theme.glyphs.spinner[ui.spinner % theme.glyphs.spinner.length] ?? '';
    const total = v.opened?.collectors.length ?? 0;
    const done = total - snap.running.size - snap.queued.length;
    const at = v.now.getTime();
    const running = [...snap.running].map(
      ([id, r]) =>
        `${id} ${Math.max(0, Math.round((at - r.startedAtMs) / 1000))}s${r.message ? ` ${visible(r.message)}` : ''}`,
    );
    return fitLine(
      [span(` ${spinner} ${done}/${total} collectors  `, 'accent'), span(running.join('   '), 'muted')],
      columns,
    );
  }
  const failed = [...snap.session.runs].filter(([, r]) => r.outcome === 'failed').map(([id]) => id);
  const failure: Span[] =
    failed.length > 0
      ? [span(` ${theme.glyphs.fail} ${failed.join(', ')} failed: 3 shows why  `, 'bad')]
      : [];
  return fitLine([...failure, span(` . ${v.whatNow()}`, 'muted')], columns);
};

/** Keys that hold here, most local first, cut at the edge; help is always at the right end. */
export const footer = (v: View, theme: Theme, columns: number): Line => {
  const right: Line = [span('? help ', 'muted')];
  const out: Span[] = [span(' ')];
  const room = columns - lineWidth(right) - 3;
  for (const b of activeBindings(v)) {
    if (b.short === '' || b.id === 'help' || b.disabled?.(v)) continue;
    const key = keyLabel(keysHere(v, b)[0] ?? '', theme.ascii);
    const short = b.shortHere?.(v) ?? b.short;
    const text = `${key} ${short}  `;
    if (lineWidth(out) + width(text) > room) {
      out.push(span(theme.glyphs.ellipsis, 'muted'));
      break;
    }
    out.push(span(key, 'accent', true), span(` ${short}  `));
  }
  return spread(out, right, columns);
};

/** Keys of the field being written, in place of the screen's. */
export const fieldFooter = (text: string, columns: number): Line => [
  span(` ${truncate(text, columns - 2)}`, 'muted'),
];
