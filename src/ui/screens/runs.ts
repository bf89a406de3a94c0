import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { wrap } from '../../text/width.ts';
import { runCards, selectedId, stateOfRun, type View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, muted, plain, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import { nothingMatches, type PaneText } from '../view/pane.ts';
import { kindGlyph, runGlyph, runWords } from './verdicts.ts';

/** How many results of an import became one with a lead that was there. */
const agreements = (snap: NonNullable<View['snap']>, id: string): number => {
  const { counts } = snap.session.imports.get(id) ?? {};
  const all = counts ? counts.lead + (counts.question ?? 0) + counts.fact + counts.strength + counts.gap : 0;
  return all - (snap.evidence.get(id)?.items.length ?? all);
};

type Size = { width: number; height: number };

export const runList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const cards = runCards(v);
  const { snap } = v;
  const query = v.ui.filters.runs ?? '';
  if (query !== '' && cards.length === 0)
    return { title: 'Evidence runs', right: `/${query}`, lines: [muted(nothingMatches(query))] };
  if (!snap || cards.length === 0)
    return {
      title: 'Evidence runs',
      lines: [muted('This methodology names no collectors: every check is done by hand.')],
    };
  const at = indexOf(
    v.ui.lists.runs,
    cards.map((c) => c.id),
  );
  const top = scrollTo(v.ui.lists.runs.top, at, size.height, cards.length);
  const lines = cards.slice(top, top + size.height).map((card, i): Line => {
    const selected = top + i === at;
    const state = stateOfRun(snap, card.id);
    const run = snap.session.runs.get(card.id) ?? snap.session.imports.get(card.id);
    const counts =
      run && state === 'collected'
        ? `${plural(run.counts.lead, 'lead')}${run.counts.question ? ` ${plural(run.counts.question, 'question')}` : ''} ${plural(run.counts.fact + run.counts.strength, 'fact')}${run.counts.gap > 0 ? ` ${run.counts.gap} not seen` : ''}`
        : runWords(state);
    return spread(
      [
        span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
        runGlyph(state, theme),
        span(` ${card.id}`, undefined, selected),
      ],
      [span(counts, 'muted')],
      size.width,
    );
  });
  return {
    title: 'Evidence runs',
    right:
      query !== '' ? `/${query}` : `${snap.session.runs.size} of ${v.opened?.collectors.length ?? 0} ran`,
    bottom: `${at + 1} of ${cards.length}`,
    lines,
  };
};

export const runLines = (v: View, theme: Theme, columns: number): Line[] => {
  const id = selectedId(v, 'runs');
  const card = runCards(v).find((c) => c.id === id);
  const { snap } = v;
  if (!card || !snap) return [];
  const state = stateOfRun(snap, card.id);
  const result = snap.evidence.get(card.id);
  const out: Line[] = [
    [span(card.title, undefined, true)],
    ...wrap(card.about, columns).map(muted),
    blank,
    [runGlyph(state, theme), span(` ${runWords(state)}`)],
  ];
  const says = snap.missing.get(card.id) ?? snap.running.get(card.id)?.message ?? result?.run.message ?? '';
  if (says) out.push(...wrap(visibleLines(says), columns).map(plain));
  if (result?.run.searched)
    out.push(...wrap(`searched: ${visible(result.run.searched)}`, columns).map(muted));
  const imported = snap.session.imports.has(card.id);
  if (imported && result) {
    const agreeing = agreements(snap, card.id);
    if (agreeing > 0)
      out.push(
        ...wrap(`${agreeing} more agree with leads that were there: those leads say so`, columns).map(muted),
      );
  } else if (result) out.push(muted(`took ${(result.run.durationMs / 1000).toFixed(1)} s`));
  if (imported) out.push(muted('i imports another file'));
  else if (state !== 'running' && state !== 'queued') out.push(muted('r runs it again'));
  if (!result) return out;
  out.push(blank);
  const shown = result.items.slice(0, 150);
  for (const item of shown) {
    const at = item.location ? `  ${visible(shownPath(item.location.path))}:${item.location.startLine}` : '';
    out.push([
      kindGlyph(item.kind, theme),
      span(` ${visible(item.title)}`),
      span(at, 'muted'),
      span(`  ${item.checks.join(' ')}`, 'muted'),
    ]);
  }
  if (result.items.length > shown.length)
    out.push(muted(`${result.items.length - shown.length} more, under their checks`));
  return out;
};
