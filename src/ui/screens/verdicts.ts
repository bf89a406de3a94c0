import type { Verdict } from '../../domain/events.ts';
import type { ItemKind } from '../../domain/evidence.ts';
import type { Severity } from '../../domain/methodology.ts';
import type { RunState } from '../model.ts';
import type { Theme, Tone } from '../theme.ts';
import { type Span, span } from '../view/line.ts';

/** The one visual language: what a glyph and its colour mean, everywhere. */

export const verdictGlyph = (verdict: Verdict | null, theme: Theme): Span => {
  const g = theme.glyphs;
  switch (verdict) {
    case 'pass':
      return span(g.pass, 'ok');
    case 'fail':
      return span(g.fail, 'bad');
    case 'not-applicable':
      return span(g.na, 'muted');
    case 'unsure':
      return span(g.unsure, 'warn');
    case null:
      return span(g.open, 'muted');
  }
};

export const kindGlyph = (kind: ItemKind, theme: Theme): Span => {
  const tone: Record<ItemKind, Tone | undefined> = {
    lead: 'warn',
    question: 'accent',
    fact: undefined,
    strength: 'ok',
    gap: 'bad',
  };
  return span(theme.glyphs[kind], tone[kind]);
};

/** Only "looked and found nothing" may look calm; everything that could not look stands out. */
export const runGlyph = (state: RunState, theme: Theme): Span => {
  const g = theme.glyphs;
  switch (state) {
    case 'collected':
      return span(g.pass, 'ok');
    case 'nothing-found':
      return span(g.fact, 'muted');
    case 'not-applicable':
      return span(g.na, 'muted');
    case 'running':
    case 'queued':
    case 'loading':
      return span(g.ellipsis, 'accent');
    case 'not-run':
      return span(g.open, 'warn');
    case 'unavailable':
      return span(g.gap, 'warn');
    case 'missing':
    case 'failed':
      return span(g.fail, 'bad');
  }
};

export const runWords = (state: RunState): string => {
  const words: Record<RunState, string> = {
    collected: 'collected',
    'nothing-found': 'looked, found nothing',
    'not-applicable': 'does not apply',
    running: 'collecting',
    queued: 'waiting',
    loading: 'being read',
    'not-run': 'has not looked yet',
    unavailable: 'could not look',
    missing: 'evidence lost',
    failed: 'failed, did not look',
  };
  return words[state];
};

export const severityTone = (severity: Severity): Tone | undefined => {
  const tone: Record<Severity, Tone | undefined> = {
    critical: 'bad',
    high: 'bad',
    medium: 'warn',
    low: undefined,
    info: 'muted',
  };
  return tone[severity];
};
