import type { ToolView } from '../../domain/attack-surface.ts';
import { wrap, wrapHanging } from '../../text/width.ts';
import { surfaceRows, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, cell, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { kindGlyph } from './verdicts.ts';

type Size = { width: number; height: number };

const GUARDS = { none: 'unguarded', guarded: 'guarded', unknown: '' } as const;

const looked = (v: View): boolean => v.snap?.session.runs.has('tool-surface') ?? false;

export const toolList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = surfaceRows(v);
  const query = v.ui.filters.surface ?? '';
  if (rows.length === 0) {
    const text = query
      ? `No tool matches '${query}'. Esc clears the filter.`
      : looked(v)
        ? 'No tool was found in the source. They may be registered at run time, or in a language that is not read: 3 shows what the collector says.'
        : 'Nothing has looked for tools yet: 3 shows the collectors.';
    return { title: 'Tools', right: query ? `/${query}` : '', lines: wrap(text, size.width).map(muted) };
  }
  const at = indexOf(
    v.ui.lists.surface,
    rows.map((r) => r.id),
  );
  const wide = size.width >= 60;
  const top = scrollTo(v.ui.lists.surface.top, at, size.height - 1, rows.length);
  const head: Line = spread(
    [span('  '), cell('tool', wide ? 30 : 20, 'muted'), span('in  ', 'muted'), span('may reach', 'muted')],
    [span('leads', 'muted')],
    size.width,
  );
  const lines = rows.slice(top, top + size.height - 1).map((t, i): Line => {
    const selected = top + i === at;
    const [worst] = t.leads;
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        cell(t.tool.name, wide ? 30 : 20, undefined, selected),
        span(`${String(t.tool.params.length).padStart(2)}  `, 'muted'),
        span(
          t.reaches.join(', ') || (t.tool.certainty === 'dynamic' ? 'named at run time' : ''),
          worst?.strength === 'strong' ? 'bad' : undefined,
        ),
        span(GUARDS[t.guard] ? `  ${GUARDS[t.guard]}` : '', 'muted'),
      ],
      t.leads.length > 0 ? [kindGlyph('lead', theme), span(String(t.leads.length))] : [],
      size.width,
    );
  });
  return {
    title: 'Tools',
    right: query ? `/${query}` : 'by worst',
    bottom: `${at + 1} of ${rows.length}`,
    lines: [head, ...lines],
  };
};

const hints = (t: ToolView): string =>
  Object.entries(t.tool.annotations)
    .map(([k, value]) => `${k} ${String(value)}`)
    .join(', ');

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
      `${surface.tools.length} tools, ${surface.resources.length} resources, ${surface.prompts.length} prompts; transports: ${[...new Set(surface.transports.map((x) => x.kind))].join(', ') || 'none seen'}`,
    ),
  ];
  if (!t) return tail;
  const { tool } = t;
  return [
    [span(tool.name, undefined, true), span(`  ${tool.path}:${tool.line}`, 'muted')],
    ...(tool.certainty === 'literal'
      ? []
      : [muted(`the name is ${tool.certainty}: read the place that makes it`)]),
    ...wrap(tool.description || 'no description', columns).map(plain),
    blank,
    ...(hints(t) ? wrapHanging('hints    ', hints(t), columns).map(plain) : [muted('no behaviour hints')]),
    ...(tool.handler
      ? [muted(`handler  ${tool.handler.path}:${tool.handler.startLine}-${tool.handler.endLine}`)]
      : []),
    blank,
    ...(tool.params.length === 0 ? [muted('no parameters')] : []),
    ...tool.params.flatMap((p) =>
      wrapHanging(
        `${p.name}  `,
        `${p.type || 'any'}${p.constraints.length > 0 ? `  ${p.constraints.join(' ')}` : '  unbounded'}`,
        columns,
      ).map(plain),
    ),
    blank,
    ...(t.leads.length === 0 ? [muted('No lead begins in this tool.')] : []),
    ...t.leads.flatMap((l): Line[] => [
      [
        kindGlyph('lead', theme),
        span(` ${l.strength} `, 'muted'),
        span(l.title),
        span(`  ${l.checks.join(' ')}`, 'muted'),
      ],
      ...l.flow.map(
        (f): Line => [
          span(`    ${theme.glyphs[f.role]} `, f.role === 'sink' ? 'bad' : 'muted'),
          span(`${f.path}:${f.line}  `, 'muted'),
          span(f.text.trim()),
        ],
      ),
    ]),
    ...tail,
  ];
};
