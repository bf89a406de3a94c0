import { presenceSwitches } from '../code/presence-switches.ts';
import { everyLanguage, inEachModule, type Rule } from '../rule.ts';

/** Settings that do not do what their text says. */
export const switchRules: readonly Rule[] = [
  {
    id: 'switched-by-presence',
    kind: 'lead',
    strength: 'moderate',
    class: 'configuration',
    cwe: ['CWE-636', 'CWE-1188'],
    checks: ['2.2.3', '2.3.3'],
    languages: everyLanguage,
    title: 'A setting that takes a protection away is on by being there',
    detail:
      'Its text is not looked at: an operator who sets it to false or 0, to be sure, switches the protection off.',
    merge: 'file',
    find: inEachModule((m) =>
      presenceSwitches(m).map(({ line, endLine, name }) => ({ line, endLine, say: name })),
    ),
  },
];
