import { type Proposed, proposedIn, summaryOf } from '../domain/assistance.ts';
import type { Store } from '../engine/store.ts';
import { type Connection, createAssistReader } from '../io/session/assist-files.ts';

/**
 * What assistants left beside the session becomes part of its record: whoever has it open for writing takes it in, so that the
 * journal has one writer. What is taken in decides nothing.
 */
export type TakeIn = {
  /** At most so many proposals: the screen waits for each to be on the disk. Gives what the connections say now. */
  some(most: number): readonly Connection[];
  /** Everything, and what was said with whom, by its transcript. */
  all(): readonly Connection[];
};

export const createTakeIn = (store: Store, dir: string): TakeIn => {
  const reader = createAssistReader(dir);
  /** How much of each was looked at, so that a long one is not gone through again and again. */
  const seen = new Map<string, number>();
  let waiting: Proposed[] = [];
  const proposals = (connections: readonly Connection[], most: number): void => {
    const fresh = connections.flatMap(({ connection, lines }) => {
      const from = seen.get(connection) ?? 0;
      seen.set(connection, lines.length);
      // A file speaks for its own connection alone.
      return lines.slice(from).filter((l) => l.type !== 'proposed' || l.voice.connection === connection);
    });
    if (fresh.length > 0) waiting = proposedIn([...waiting, ...fresh]);
    for (let taken = 0; taken < most; ) {
      const [next] = waiting;
      if (!next) return;
      const { proposal, voice } = next;
      const known = store.snapshot().session.proposals.get(proposal);
      if (!known?.voices.some((v) => v.connection === voice.connection && v.n === voice.n)) {
        store.dispatch({ type: 'take-in-proposal', proposal, voice });
        // The disk may be well again the next time.
        if (store.snapshot().failedSave) return;
        taken += 1;
      }
      waiting = waiting.slice(1);
    }
  };
  const transcripts = (connections: readonly Connection[], always: boolean): void => {
    for (const c of connections) {
      const known = store.snapshot().session.assistance.get(c.connection);
      if (known?.ended || (c.listening && !always)) continue;
      const value = summaryOf(c.lines);
      if (!value || (known && known.last === value.last && known.calls === value.calls && !value.ended))
        continue;
      const bytes = c.transcript();
      if (bytes) store.keepAssistance(c.connection, value, bytes);
    }
  };
  return {
    some: (most) => {
      const connections = reader.read();
      if (store.snapshot().readOnly === null) {
        proposals(connections, most);
        transcripts(connections, false);
      }
      return connections;
    },
    all: () => {
      const connections = reader.read();
      if (store.snapshot().readOnly === null) {
        proposals(connections, Number.POSITIVE_INFINITY);
        transcripts(connections, true);
      }
      return connections;
    },
  };
};
