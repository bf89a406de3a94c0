import type { Auditor, SessionEvent } from '../domain/events.ts';

/**
 * Who gave a verdict or wrote a reason, as it may be published. An event's `by` is the GitHub name or name of the auditor of
 * that moment, or the login of this machine before anybody was named: that login is never published, and stands for whoever
 * the session knew then, else for whoever was named first after it.
 */
export type AuthorOf = (by: string, at: string) => string;

export const shownName = (a: Auditor): string => a.name || a.github;

const identities = (
  events: readonly SessionEvent[],
  signs: Auditor,
): ((by: string, at: string) => Auditor) => {
  const named = events.flatMap((e) =>
    (e.type === 'session.started' || e.type === 'auditor.named' || e.type === 'part.joined') &&
    shownName(e.auditor) !== ''
      ? [{ at: e.at, auditor: e.auditor }]
      : [],
  );
  return (by, at) => {
    // The newest spelling of somebody's own name is the one they want to be known by.
    const known = named.findLast(({ auditor: a }) => by !== '' && (a.github === by || a.name === by));
    const then = named.findLast((n) => n.at <= at) ?? named[0];
    return (known ?? then)?.auditor ?? signs;
  };
};

export const authorsOf = (events: readonly SessionEvent[], signs: Auditor): AuthorOf => {
  const identity = identities(events, signs);
  return (by, at) => shownName(identity(by, at));
};

/** Events by which somebody says something of the server. */
const SAYING: ReadonlySet<SessionEvent['type']> = new Set([
  'check.answered',
  'checks.answered',
  'carried.confirmed',
  'evidence.triaged',
  'finding.recorded',
  'criterion.rated',
  'server.described',
  'observation.recorded',
]);

/** Everybody who audits: who signs first, then all others who judged anything, each once, in the order they came in. */
export const auditorsOf = (events: readonly SessionEvent[], signs: Auditor): Auditor[] => {
  const identity = identities(events, signs);
  const all = [signs, ...events.filter((e) => SAYING.has(e.type)).map((e) => identity(e.by, e.at))];
  return all.filter((a, i) => all.findIndex((o) => shownName(o) === shownName(a)) === i);
};
