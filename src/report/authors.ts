import type { Auditor, SessionEvent } from '../domain/events.ts';

/**
 * Who gave a verdict or wrote a reason, as it may be published. An event's `by` is the GitHub name or name of the auditor of
 * that moment, or the login of this machine before anybody was named: that login is never published, and stands for whoever
 * was named first after it.
 */
export type AuthorOf = (by: string, at: string) => string;

const shown = (a: Auditor): string => a.name || a.github;

export const authorsOf = (events: readonly SessionEvent[], signs: Auditor): AuthorOf => {
  const named = events.flatMap((e) =>
    (e.type === 'session.started' || e.type === 'auditor.named') && shown(e.auditor) !== ''
      ? [{ at: e.at, auditor: e.auditor }]
      : [],
  );
  return (by, at) => {
    // The newest spelling of somebody's own name is the one they want to be known by.
    const known = named.findLast(({ auditor: a }) => by !== '' && (a.github === by || a.name === by));
    if (known) return shown(known.auditor);
    const next = named.find((n) => n.at >= at) ?? named.at(-1);
    return next ? shown(next.auditor) : shown(signs);
  };
};
