import { UserError } from '../errors.ts';
import { itemStrength, weaknessClass } from '../evidence.ts';
import { severity } from '../methodology.ts';
import type { LeadEntry } from './leads-report.ts';

/** Which leads fail a run. */

const STRENGTHS = itemStrength.options;
const SEVERITIES = severity.options;

type Judged = Pick<LeadEntry, 'kind' | 'strength' | 'class' | 'severity' | 'state'>;
type Test = (lead: Judged) => boolean;

/** @throws UserError for a word that means nothing here */
const testOf = (word: string): Test => {
  const at = <T extends string>(order: readonly T[], said: T): number => order.indexOf(said);
  if (word === 'lead') return () => true;
  if (word === 'new') return (l) => l.state === 'new' || l.state === 'more';
  const strength = itemStrength.safeParse(word);
  if (strength.success) return (l) => at(STRENGTHS, l.strength) <= at(STRENGTHS, strength.data);
  const grave = severity.safeParse(word);
  if (grave.success) return (l) => at(SEVERITIES, l.severity) <= at(SEVERITIES, grave.data);
  if (weaknessClass.safeParse(word).success) return (l) => l.class === word;
  throw new UserError(
    `--fail-on does not know "${word}", so nothing was collected`,
    `one of lead, new, ${SEVERITIES.join(', ')} (or graver), ${STRENGTHS.join(', ')} (or more certain), or a class: ${weaknessClass.options.join(', ')}; several that must all hold are joined by +, as in new+high`,
  );
};

export type Condition = { words: string; needsBase: boolean; holds: Test };

/** Each condition is one or more words joined by `+`, which must all hold; of several conditions one is enough. */
export const conditionsOf = (asked: readonly string[]): Condition[] =>
  [...new Set(asked.flatMap((a) => a.split(',')).map((a) => a.trim()))]
    .filter((a) => a !== '')
    .map((words) => {
      const parts = words.split('+').map((w) => w.trim());
      const tests = parts.map(testOf);
      return {
        words,
        needsBase: parts.includes('new'),
        holds: (lead) => lead.kind === 'lead' && tests.every((t) => t(lead)),
      };
    });
