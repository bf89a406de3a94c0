import { differenceCount } from '../../domain/observations.ts';
import { type LiveRow, lastObservation, lastProbe, liveRows } from '../live-model.ts';
import type { View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { type Line, span, spread } from '../view/line.ts';
import { indexOf, scrollTo } from '../view/list.ts';
import type { PaneText } from '../view/pane.ts';
import { answerGlyph, count, tried, triedGlyph } from './observed.ts';

/** What was seen of the running server: observations, never evidence. */

type Size = { width: number; height: number };

const PART_TITLES: Record<(LiveRow & { kind: 'part' })['part'], string> = {
  start: 'Prepare and start',
  tools: 'Tools, live and in the source',
  behaviour: 'What calls touched',
  leads: 'Leads tried',
  requirements: 'Requirements of the protocol',
  traffic: 'Traffic',
};

const partCount = (v: View, part: (LiveRow & { kind: 'part' })['part']): string => {
  const probe = lastProbe(v);
  const { report } = probe ?? {};
  switch (part) {
    case 'start':
      return v.ui.live
        ? 'running'
        : !probe
          ? 'not asked yet'
          : !report
            ? 'cannot be read'
            : report.era === 'none'
              ? 'could not be asked'
              : `${report.transport} ${report.server.protocolVersion}`;
    case 'tools':
      return report ? differenceCount(report) : '';
    case 'behaviour':
      return !report || report.calls.length === 0
        ? ''
        : report.traced
          ? `${report.behaviour.filter((b) => b.against.length > 0).length} unsaid`
          : 'not looked at';
    case 'leads':
      return v.tried.size === 0
        ? 'none'
        : tried(v, 'not-tried') === v.tried.size
          ? 'none could be tried'
          : `${tried(v, 'confirmed')} confirmed`;
    case 'requirements':
      return !report
        ? ''
        : count(report, 'held') + count(report, 'violated') === 0
          ? 'none was tried'
          : `${count(report, 'violated')} violated`;
    case 'traffic':
      return lastObservation(v)?.id ?? '';
  }
};

const rowLine = (v: View, r: LiveRow, selected: boolean, theme: Theme, width: number): Line => {
  const cursor = span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true);
  switch (r.kind) {
    case 'part':
      return spread(
        [cursor, span(PART_TITLES[r.part], 'accent', selected)],
        [span(partCount(v, r.part), 'muted')],
        width,
      );
    case 'difference':
      return [
        cursor,
        span(`  ${r.difference.change.padEnd(8)}`, 'warn'),
        span(`${r.difference.name} ${r.difference.field}`.trim(), undefined, selected),
        span(`  ${r.difference.against}`, 'muted'),
      ];
    case 'requirement':
      return [
        cursor,
        span('  '),
        answerGlyph(r.answer.result, theme),
        span(` ${r.answer.id.padEnd(4)}`, 'muted'),
        span(r.answer.requirement, r.answer.result === 'not-tried' ? 'muted' : undefined, selected),
      ];
    case 'lead':
      return [
        cursor,
        span('  '),
        triedGlyph(r.tried.result, theme),
        span(` ${r.title}`, r.tried.result === 'not-tried' ? 'muted' : undefined, selected),
      ];
  }
};

export const liveList = (v: View, theme: Theme, size: Size): Omit<PaneText, 'focused'> => {
  const rows = liveRows(v);
  const at = indexOf(
    v.ui.lists.live,
    rows.map((r) => r.id),
  );
  const top = scrollTo(v.ui.lists.live.top, at, size.height, rows.length);
  return {
    title: 'Running server',
    right: v.ui.filters.live ? `/${v.ui.filters.live}` : v.ui.live ? 'running' : '',
    bottom: `${at + 1} of ${rows.length}`,
    lines: rows.slice(top, top + size.height).map((r, i) => rowLine(v, r, top + i === at, theme, size.width)),
  };
};
