import { collectors } from '../collectors/index.ts';
import type { Sending } from '../domain/local.ts';
import { collectorsOf, type Methodology } from '../domain/methodology.ts';
import type { Session } from '../domain/session.ts';
import { fetchedFrom } from '../io/git/source.ts';
import { scanners } from '../results/scanners.ts';

/** Scanners that ask somebody, unless they are given what they need; rules are named where one takes them. */
const askingScanners = (): string[] =>
  scanners
    .filter(({ scan }) =>
      ['', 'auto'].some((given) => scan && scan.plan({ out: 'results', given, files: [] }).network !== null),
    )
    .map((s) => s.id);

/** All that can leave this machine once the network is allowed for a session: who sends what to whom. */
export const sendingsOf = (methodology: Methodology, session: Session): Sending[] => {
  const wanted = new Set(collectorsOf(methodology));
  const from = fetchedFrom(session.target?.source ?? '', session.target?.url ?? '');
  return [
    ...collectors
      .filter((c) => wanted.has(c.id))
      .flatMap((c) => (c.network ?? []).map((n) => ({ by: c.id, ...n }))),
    ...(from ? [{ by: 'git', to: from, what: 'a fetch of the target, while its clone is not here' }] : []),
    {
      by: 'scanners you run',
      to: '',
      what: `${askingScanners().join(', ')}; each says what, and asks again`,
    },
  ];
};

/** One line each, for people. */
export const sendingText = (s: Sending): string => `${s.by}${s.to ? ` to ${s.to}` : ''}: ${s.what}`;
