import type { SessionEvent } from '../../domain/events.ts';

/** The methodology a session goes by: the one it was begun with, or the last it was moved to. */
export const methodologyAt = (
  events: readonly SessionEvent[],
): { id: string; version: string; sha256: string } | null => {
  const last = events.findLast((e) => e.type === 'session.started' || e.type === 'methodology.moved');
  return last?.methodology ?? null;
};
