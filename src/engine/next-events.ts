import { EVENT_VERSION, type EventBody, type FromProposal, type SessionEvent } from '../domain/events.ts';

/** That a session was opened again, and when: told together with the first thing it was opened for. */
export type Opening = { at: string; by: string; toolVersion: string };

/** What an event has to do with others: which it takes back or does again, which proposal it comes from. */
export type Link = {
  undoes?: number | undefined;
  redoes?: number | undefined;
  origin?: FromProposal | undefined;
  /** Who decided it, where that is not who has the session open. */
  by?: string | undefined;
};

/** The events, numbered from `seq` + 1, that record `body`; before it the opening, if that was not told yet. */
export const nextEvents = (
  next: { seq: number; at: string; by: string; opening: Opening | null },
  body: EventBody,
  link: Link,
): [...SessionEvent[], SessionEvent] => {
  const { opening } = next;
  const before: SessionEvent[] = opening
    ? [
        {
          v: EVENT_VERSION,
          seq: next.seq + 1,
          at: opening.at,
          by: opening.by,
          type: 'session.opened',
          toolVersion: opening.toolVersion,
        },
      ]
    : [];
  return [
    ...before,
    {
      v: EVENT_VERSION,
      seq: next.seq + before.length + 1,
      at: next.at,
      by: link.by ?? next.by,
      ...(link.undoes !== undefined && { undoes: link.undoes }),
      ...(link.redoes !== undefined && { redoes: link.redoes }),
      ...(link.origin !== undefined && { origin: link.origin }),
      ...body,
    },
  ];
};
