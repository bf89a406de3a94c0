import type { EvidenceItem } from '../../domain/evidence.ts';
import { CANARIES, NOT_BY_CALLS } from './canaries.ts';

/** Why calls cannot show it, as far as the lead itself tells; '' where it can be tried. */
export const whyNotTried = (item: EvidenceItem): string =>
  !CANARIES[item.class] && item.class !== 'tool-poisoning'
    ? (NOT_BY_CALLS[item.class] ?? `no call shows a weakness of the class ${item.class}`)
    : item.standing?.beside
      ? 'it lies in tests, examples or scripts: that is not what was started'
      : '';
