import type { ToolView } from '../../domain/attack-surface.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { waysOf } from '../../domain/surface.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { surfaceRows, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, cell, type Line, muted, plain, type Span, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { kindGlyph } from './verdicts.ts';

type Size = { width: number; height: number };

/** A run that failed, or could not look, has not looked. */
const looked = (v: View, collector: string): boolean => {
  const outcome = v.snap?.session.runs.get(collector)?.outcome;
  return outcome !== undefined && outcome !== 'failed' && outcome !== 'unavailable';
};

/** Whether it is known what the tool's input reaches: nought is said of nothing else. */
const followed = (v: View, t: ToolView): boolean =>
  t.sinks.size > 0 || (looked(v, 'code-flow') && t.tool.handler !== null);

/** Room for the name; what a narrow list leaves out stands in the other pane. */
const nameWidth = (width: number): number => (width >= 70 ? 30 : width >= 44 ? 20 : 16);
const WIDE = 56;

const number = (n: number, columns: number, tone?: Span['tone']): Span =>
  span(String(n).padStart(columns), tone);

export const toolList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = surfaceRows(v);
  const query = v.ui.filters.surface ?? '';
  if (rows.length === 0) {
    const text = query
      ? `No tool matches '${query}'. Esc clears the filter.`
      : looked(v, 'tool-surface')
        ? 'No tool was found in the source. They may be registered at run time, or in a language that is not read: 3 shows what the collector says.'
        : 'Nothing has looked for tools yet: 3 shows the collectors.';
    return { title: 'Tools', right: query ? `/${query}` : '', lines: wrap(text, size.width).map(muted) };
  }
  const at = indexOf(
    v.ui.lists.surface,
    rows.map((r) => r.id),
  );
  const names = nameWidth(size.width);
  const top = scrollTo(v.ui.lists.surface.top, at, size.height - 1, rows.length);
  const head: Line = spread(
    [span('  '), cell('tool', names, 'muted'), span(' in sinks open  ', 'muted'), span('worst', 'muted')],
    size.width >= WIDE ? [span('leads', 'muted')] : [],
    size.width,
  );
  const lines = rows.slice(top, top + size.height - 1).map((t, i): Line => {
    const selected = top + i === at;
    const [worst] = t.leads;
    const others = t.reaches.length - 1;
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        cell(t.tool.name, names, undefined, selected),
        number(t.tool.params.length, 3, 'muted'),
        ...(followed(v, t)
          ? [
              number(t.sinks.size, 6, t.sinks.size > 0 ? undefined : 'muted'),
              number(t.open, 5, t.open > 0 ? 'bad' : 'muted'),
            ]
          : [span('?'.padStart(6), 'warn'), span('?'.padStart(5), 'warn')]),
        span('  '),
        span(
          t.reaches[0] ?? (t.tool.certainty === 'dynamic' ? 'named at run time' : ''),
          worst?.strength === 'strong' ? 'bad' : undefined,
        ),
        span(others > 0 ? ` +${others}` : '', 'muted'),
      ],
      t.leads.length > 0 && size.width >= WIDE
        ? [kindGlyph('lead', theme), span(String(t.leads.length))]
        : [],
      size.width,
    );
  });
  const open = rows.filter((t) => t.open > 0).length;
  return {
    title: 'Tools',
    right: query ? `/${query}` : `by ${v.ui.toolOrder}`,
    bottom: `${at + 1} of ${rows.length}${open > 0 ? `, ${open} with unguarded sinks` : ''}`,
    lines: [head, ...lines],
  };
};

const hints = (t: ToolView): string =>
  Object.entries(t.tool.annotations)
    .map(([k, value]) => `${k} ${String(value)}`)
    .join(', ');

/**
 * The ways of a lead that begin in this tool: by its name where one handler serves many, else by its handler. Of a lead that
 * shows none of them, the first way.
 */
const waysFrom = (t: ToolView, item: EvidenceItem): EvidenceItem['flow'][] => {
  const ways = waysOf(item);
  const named = ways.filter(([s]) => s?.text.endsWith(` of tool ${t.tool.name}`));
  if (named.length > 0) return named;
  const { handler } = t.tool;
  const own = ways.filter(
    ([s]) =>
      s !== undefined &&
      handler !== null &&
      s.path === handler.path &&
      s.line >= handler.startLine &&
      s.line <= handler.endLine,
  );
  return own.length > 0 ? own : ways.slice(0, 1);
};

const leadLines = (t: ToolView, item: EvidenceItem, theme: Theme, columns: number): Line[] => {
  const sink = t.sinks.get(item.id);
  const words = sink ? (sink.guarded ? 'guarded' : 'unguarded') : '';
  return [
    [
      kindGlyph('lead', theme),
      span(` ${item.strength} `, 'muted'),
      span(words, sink?.guarded === false ? 'bad' : 'muted'),
      span(`${words === '' ? '' : '  '}${item.class}  ${item.checks.join(' ')}`, 'muted'),
    ],
    ...wrap(item.title, Math.max(1, columns - 2)).map((line): Line => [span('  '), span(line)]),
    ...waysFrom(t, item).flatMap((way) =>
      way.map(
        (f): Line => [
          span(`    ${theme.glyphs[f.role]} `, f.role === 'sink' ? 'bad' : 'muted'),
          span(`${shownPath(f.path)}:${f.line}  `, 'muted'),
          span(f.text.trim()),
        ],
      ),
    ),
  ];
};

/** A tool without a handler of its own may be one case of a handler for several: then its input was followed all the same. */
const handlerElsewhere = (t: ToolView): string => {
  const [begin] = t.leads
    .flatMap((l) => waysFrom(t, l).map(([first]) => first))
    .filter((s) => s !== undefined);
  return begin
    ? `none of its own seen; its input comes in at ${shownPath(begin.path)}:${begin.line}`
    : 'not seen';
};

export const toolLines = (v: View, theme: Theme, columns: number): Line[] => {
  const rows = surfaceRows(v);
  const t =
    rows[
      indexOf(
        v.ui.lists.surface,
        rows.map((r) => r.id),
      )
    ];
  const surface = v.surface();
  const tail: Line[] = [
    blank,
    muted(
      `${plural(surface.tools.length, 'tool')}, ${plural(surface.resources.length, 'resource')}, ${plural(surface.prompts.length, 'prompt')}; transports: ${[...new Set(surface.transports.map((x) => x.kind))].join(', ') || 'none seen'}`,
    ),
  ];
  if (!t) return tail;
  const { tool } = t;
  const nothing = followed(v, t)
    ? 'No input of this tool was seen to reach a sink.'
    : looked(v, 'code-flow')
      ? 'What its input reaches was not followed, since its handler was not seen: read it by hand.'
      : 'What its input reaches was not followed: 3 shows the collectors.';
  return [
    [span(tool.name, undefined, true), span(`  ${shownPath(tool.path)}:${tool.line}`, 'muted')],
    ...(tool.certainty === 'literal'
      ? []
      : [muted(`the name is ${tool.certainty}: read the place that makes it`)]),
    ...wrap(
      tool.description ||
        (tool.unread?.includes('description') ? 'description not read: computed' : 'no description'),
      columns,
    ).map(plain),
    blank,
    ...(hints(t) ? wrapHanging('hints    ', hints(t), columns).map(plain) : [muted('no behaviour hints')]),
    ...(tool.handler
      ? [muted(`handler  ${shownPath(tool.handler.path)}:${tool.handler.startLine}-${tool.handler.endLine}`)]
      : [muted(`handler  ${handlerElsewhere(t)}`)]),
    blank,
    ...(tool.params.length === 0
      ? [muted(tool.unread?.includes('parameters') ? 'parameters not read' : 'no parameters')]
      : []),
    ...tool.params.flatMap((p) =>
      wrapHanging(
        `${p.name}  `,
        `${p.type || 'any'}${p.constraints.length > 0 ? `  ${p.constraints.join(' ')}` : '  unbounded'}`,
        columns,
      ).map(plain),
    ),
    blank,
    ...(t.sinks.size === 0
      ? [muted(nothing)]
      : [plain(`${plural(t.sinks.size, 'sink')}, ${t.open} with nothing on the way`)]),
    ...t.leads.flatMap((l) => leadLines(t, l, theme, columns)),
    ...tail,
  ];
};
