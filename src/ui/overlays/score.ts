import { visible } from '../../text/visible.ts';
import { fit, wrap } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import type { Key } from '../keys.ts';
import { severityTone } from '../screens/verdicts.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, lineWidth, muted, plain, type Span, span, spread } from '../view/line.ts';
import { indexOf, move, scrollTo } from '../view/list.ts';
import type { Drawn } from './field-lines.ts';
import type { Overlay } from './overlay.ts';

type Score = Extract<Overlay, { kind: 'score' }>;
type Metric = Score['sheet']['metrics'][number];

/** Metrics that are asked now: the refining ones only when wanted, or already chosen. */
export const shownMetrics = (o: Score): readonly Metric[] =>
  o.all
    ? o.sheet.metrics
    : o.sheet.metrics.filter((m) => m.group === 'base' || (o.choice[m.key] ?? 'X') !== 'X');

const ids = (o: Score): string[] => shownMetrics(o).map((m) => m.key);

const chosen = (o: Score): Metric | undefined => shownMetrics(o)[indexOf(o.list, ids(o))];

const stepped = (o: Score, by: number | 'first' | 'last'): Score => ({
  ...o,
  list: move(o.list, ids(o), by),
});

const set = (o: Score, metric: Metric, value: string | undefined): Score => {
  const { [metric.key]: _, ...rest } = o.choice;
  return { ...o, choice: value === undefined ? rest : { ...rest, [metric.key]: value }, problem: '' };
};

const turned = (o: Score, metric: Metric, by: 1 | -1): Score => {
  const at = metric.values.findIndex((v) => v.key === o.choice[metric.key]);
  const next =
    at < 0
      ? by > 0
        ? 0
        : metric.values.length - 1
      : (at + by + metric.values.length) % metric.values.length;
  return set(o, metric, metric.values[next]?.key);
};

/** Enter: keeps a complete score, else goes to what is still to choose. */
const keep = (app: App, o: Score): void => {
  const { missing } = o.sheet.result(o.choice, o.scores);
  const [first] = missing;
  if (first === undefined) {
    const problem = o.save(o.sheet.keep(o.choice, o.scores));
    if (problem) app.swap({ ...o, problem });
    return;
  }
  const here = chosen(o);
  const open = (m: Metric | undefined): boolean => m !== undefined && missing.includes(m.key);
  const metrics = shownMetrics(o);
  const at = here ? metrics.indexOf(here) : 0;
  const next = metrics.slice(at + 1).find(open) ?? metrics.find(open);
  app.swap({
    ...o,
    list: next ? { ...o.list, selected: next.key } : o.list,
    problem: next ? '' : `It needs ${missing.join(', ')} first.`,
  });
};

export const pressScore = (app: App, o: Score, key: Key): void => {
  const metric = chosen(o);
  switch (key) {
    case 'esc':
      app.pop();
      if (JSON.stringify(o.choice) !== JSON.stringify(o.sheet.choice(o.scores)))
        app.toast(`${o.sheet.title} was not changed: Enter keeps a score.`, 'warn');
      return;
    case 'up':
      return app.swap(stepped(o, -1));
    case 'down':
      return app.swap(stepped(o, 1));
    case 'pageup':
      return app.swap(stepped(o, -8));
    case 'pagedown':
      return app.swap(stepped(o, 8));
    case 'home':
      return app.swap(stepped(o, 'first'));
    case 'end':
      return app.swap(stepped(o, 'last'));
    case 'tab':
      return app.swap({ ...o, all: !o.all });
    case 'left':
      return metric && app.swap(turned(o, metric, -1));
    case 'right':
    case 'space':
      return metric && app.swap(turned(o, metric, 1));
    case 'backspace':
      return metric && app.swap(set(o, metric, undefined));
    case 'ctrl+d': {
      const problem = o.save(o.sheet.clear(o.scores));
      if (problem) app.swap({ ...o, problem });
      return;
    }
    case 'enter':
      return keep(app, o);
    default: {
      // The letter of a value chooses it, as it stands in the vector, and goes on.
      const value = metric?.values.find((v) => v.key[0]?.toLowerCase() === key.toLowerCase());
      if (metric && value) app.swap(stepped(set(o, metric, value.key), 1));
    }
  }
};

const valueSpans = (o: Score, m: Metric, theme: Theme, selected: boolean): Span[] =>
  m.values.flatMap((v) => {
    const on = o.choice[m.key] === v.key || (m.group !== 'base' && v.key === 'X' && !o.choice[m.key]);
    return [
      span(on ? `${theme.glyphs.cursor} ` : '  ', on ? 'focus' : undefined),
      span(`${v.name}  `, on ? (selected ? 'focus' : undefined) : 'muted', on),
    ];
  });

const metricLine = (o: Score, m: Metric, theme: Theme, selected: boolean, columns: number): Line => {
  const value = m.values.find((v) => v.key === o.choice[m.key]);
  const head = [
    span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
    span(fit(m.name, 30), selected ? 'focus' : undefined, selected),
  ];
  const all = [...head, ...valueSpans(o, m, theme, selected)];
  if (lineWidth(all) <= columns) return all;
  const none = m.group === 'base' ? 'to choose' : 'Not defined';
  return [...head, span(value?.name ?? none, value ? undefined : m.group === 'base' ? 'warn' : 'muted')];
};

/** The score on top, the metrics below, and at the bottom what the chosen one asks and what its value means. */
export const drawScore = (o: Score, theme: Theme, size: { width: number; height: number }): Drawn => {
  const metrics = shownMetrics(o);
  const at = indexOf(o.list, ids(o));
  const metric = metrics[at];
  const { text, band, missing, vector } = o.sheet.result(o.choice, o.scores);
  const metricsMissing = missing.every((m) => o.sheet.metrics.some((own) => own.key === m));
  const lacking = metricsMissing ? `${missing.length} to choose` : `needs ${missing.join(', ')}`;
  const score: Line = spread(
    [
      span(`${o.sheet.title}  `, undefined, true),
      ...(band
        ? [span(`${text}  ${band}`, band === 'none' ? 'muted' : severityTone(band), true)]
        : [span('no score yet', 'warn')]),
    ],
    missing.length > 0 ? [span(lacking, 'warn')] : [],
    size.width,
  );
  const value = metric?.values.find((v) => v.key === o.choice[metric.key]);
  const foot: Line[] = metric
    ? [
        blank,
        ...wrap(metric.ask, size.width).map((l): Line => [span(l, 'accent')]),
        // Every value in a line of its own where there is room, else only the chosen one.
        ...(size.height >= 18
          ? metric.values.flatMap((v) =>
              wrap(`${v.key === v.name ? '' : `${v.key}  `}${v.name}: ${v.about}`, size.width - 2).map(
                (l, n): Line => [
                  span(n === 0 && v === value ? `${theme.glyphs.cursor} ` : '  ', 'focus'),
                  v === value ? span(l) : span(l, 'muted'),
                ],
              ),
            )
          : wrap(
              value
                ? `${value.name}: ${value.about}`
                : `${metric.values.map((v) => `${v.key} ${v.name}`).join(', ')}`,
              size.width,
            ).map((l) => (value ? plain(l) : muted(l)))),
      ]
    : [];
  const end: Line[] = [
    ...(o.problem ? wrap(visible(o.problem), size.width).map((l): Line => [span(l, 'warn')]) : []),
    ...(size.height >= 18 ? wrap(vector, size.width).map(muted) : []),
  ];
  const height = Math.max(1, size.height - 1 - foot.length - end.length);
  const top = scrollTo(o.list.top, at, height, metrics.length);
  const lines = metrics
    .slice(top, top + height)
    .map((m, i) => metricLine(o, m, theme, top + i === at, size.width));
  const more = o.sheet.metrics.length > metrics.length || o.all;
  return {
    title: o.title,
    bottom: `${at + 1} of ${metrics.length}`,
    keys: `↑↓ ←→ letters · Enter keeps${more ? ` · Tab ${o.all ? 'fewer' : 'more'}` : ''} · Ctrl+D none · Esc`,
    lines: [
      score,
      ...lines,
      ...Array.from({ length: Math.max(0, height - lines.length) }, () => blank),
      ...foot,
      ...end,
    ],
  };
};
