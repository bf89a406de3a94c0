import { plural } from '../../text/plural.ts';
import { visible } from '../../text/visible.ts';
import { fit, wrap } from '../../text/width.ts';
import { sessionRows, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { nothingMatches, type PaneText } from '../view/pane.ts';
import { dayAndTime } from './bars.ts';

type Size = { width: number; height: number };

/** Cells of the progress bar, by the room there is. */
const barOf = (width: number): number => (width >= 108 ? 20 : width >= 92 ? 10 : 0);

export const homePane = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const { sessions, sessionsError } = v;
  if (sessionsError)
    return {
      title: 'Resume',
      lines: [
        [span('The saved sessions cannot be listed.', 'bad')],
        ...wrap(sessionsError, size.width).map(plain),
        blank,
        muted('n starts a new audit all the same.'),
      ],
    };
  if (sessions === null) return { title: 'Resume', lines: [muted('Looking for saved sessions …')] };
  if (sessions.length === 0)
    return {
      title: 'Welcome',
      lines: [
        plain('No audits yet on this machine.'),
        blank,
        [span('n', 'accent', true), span('  new audit: a folder with a git repository, or a git URL')],
        [span('t', 'accent', true), span('  try it on a bundled sample server, deliberately weak')],
        [span('i', 'accent', true), span('  import a session somebody exported')],
        blank,
        ...wrap(
          'You judge; this program gathers, orders, explains and records. Nothing of the server is run unless you ask for it by name, and then only in a sandbox; nothing leaves this machine unasked.',
          size.width,
        ).map(muted),
      ],
    };
  const query = v.ui.filters.home ?? '';
  const rows = sessionRows(v);
  if (rows.length === 0)
    return { title: 'Resume', right: `/${query}`, lines: [muted(nothingMatches(query))] };
  const ids = rows.map((s) => s.id);
  const at = indexOf(v.ui.lists.home, ids);
  const top = scrollTo(v.ui.lists.home.top, at, size.height, rows.length);
  const lines = rows.slice(top, top + size.height).map((s, i): Line => {
    const selected = top + i === at;
    const cursor = span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true);
    if (s.problem)
      return [
        cursor,
        span(`${visible(s.name)}  `, undefined, selected),
        span(`cannot be opened: ${visible(s.problem)}`, 'bad'),
      ];
    const total = s.total ?? 0;
    const cells = barOf(size.width);
    const filled = total === 0 ? 0 : Math.round((s.answered / total) * cells);
    const bar = theme.glyphs.bar.repeat(filled) + theme.glyphs.barEmpty.repeat(cells - filled);
    return spread(
      [
        cursor,
        span(fit(visible(s.name), cells > 0 ? 30 : size.width >= 74 ? 22 : 16), undefined, selected),
        span(` ${s.commit.slice(0, 7)} `, 'muted'),
        ...(cells > 0 ? [span(bar, 'accent'), span(' ')] : []),
        span(`${String(s.answered).padStart(3)}/${total} `),
      ],
      [
        span(
          size.width >= 92
            ? `${s.findings} ${s.findings === 1 ? 'finding ' : 'findings'}  `
            : `F${s.findings}  `,
        ),
        span(
          `${fit(s.answered === total && total > 0 ? 'ready' : (s.lastCheck ?? ''), 6)} ${dayAndTime(s.lastAt, v.now)}`,
          'muted',
        ),
      ],
      size.width,
    );
  });
  const earlier = rows[at]?.earlier ?? 0;
  const known = earlier > 0 ? ` · ${plural(earlier, 'earlier audit')} in the database` : '';
  return {
    title: 'Resume',
    ...(query ? { right: `/${query}` } : {}),
    bottom: `${at + 1} of ${rows.length}${known}`,
    lines,
  };
};

export const openingPane = (v: View, theme: Theme): Omit<PaneText, 'focused'> => {
  const [what = '', ...rest] = v.ui.opening.split('\n');
  return {
    title: 'Opening',
    lines: [
      [
        span(`${theme.glyphs.spinner[v.ui.spinner % theme.glyphs.spinner.length] ?? ''} `, 'accent'),
        span(visible(what)),
      ],
      ...rest.map((l) => muted(visible(l))),
      blank,
      muted('The repository is read from its git objects; nothing of it is run.'),
      muted('Ctrl+C leaves.'),
    ],
  };
};
