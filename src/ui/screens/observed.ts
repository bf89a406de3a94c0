import type { ProbeReport, RequirementAnswer } from '../../domain/observation.ts';
import { type TriedLead, triedWords } from '../../domain/observations.ts';
import { wrap } from '../../text/width.ts';
import type { View } from '../model.ts';
import type { Theme } from '../theme.ts';
import { type Line, muted, type Span, span } from '../view/line.ts';
import { dayAndTime } from './bars.ts';

/** How observations are drawn, wherever they stand. */

export const count = (r: ProbeReport | null | undefined, result: RequirementAnswer['result']): number =>
  r?.requirements.filter((q) => q.result === result).length ?? 0;

export const tried = (v: View, result: TriedLead['result']): number =>
  [...v.tried.values()].filter((t) => t.result === result).length;

export const triedGlyph = (result: TriedLead['result'], theme: Theme): Span =>
  result === 'confirmed'
    ? span(theme.glyphs.fail, 'bad', true)
    : result === 'not-reached'
      ? span(theme.glyphs.pass, 'ok')
      : span(theme.glyphs.unsure, 'muted');

export const answerGlyph = (result: RequirementAnswer['result'], theme: Theme): Span =>
  result === 'violated'
    ? span(theme.glyphs.fail, 'bad', true)
    : result === 'held'
      ? span(theme.glyphs.pass, 'ok')
      : span(theme.glyphs.unsure, 'muted');

/** Of one lead: what was called, what it did, and where all of it is kept. */
export const triedLines = (v: View, t: TriedLead, theme: Theme, columns: number): Line[] => [
  ...wrap(triedWords(t), Math.max(1, columns - 2)).map(
    (l, i): Line => [
      i === 0 ? triedGlyph(t.result, theme) : span(' '),
      span(` ${l}`, t.result === 'confirmed' ? 'bad' : undefined),
    ],
  ),
  muted(`observed ${dayAndTime(t.at, v.now)} by ${t.by} in ${t.sandbox}: ${t.observation}`),
];
