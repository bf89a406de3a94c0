import type { AssistLine, Role } from '../domain/assistance.ts';
import type { FindingTemplate } from '../domain/finding-template.ts';
import type { Proposals } from '../domain/proposal.ts';
import type { Snapshot, Store } from '../engine/store.ts';

/** What an assistant's tools work with: the session as it is recorded now, the target's objects, and a log of its own. */
export type Desk = {
  role: Role;
  connection: string;
  snapshot(): Promise<Snapshot>;
  /** Those of the journal, and those that wait to be taken into it. */
  proposals(): Promise<Proposals>;
  /** The target at the pinned commit. */
  target: Pick<Store, 'sourceTree' | 'readText' | 'findWord' | 'lastChange' | 'readBlob'>;
  templates(): Promise<readonly FindingTemplate[]>;
  /** On the disk when it returns; throws when it cannot be. */
  say(line: AssistLine): void;
  /** Whether this connection has said as much as one may. */
  full(): boolean;
  now(): Date;
};

/** What one answer, one proposal and one connection may come to. */
export const LIMITS = {
  /** Characters of one answer. */
  answer: 60_000,
  /** Lines of a file in one answer. */
  lines: 1_500,
  /** Characters of a line before it is cut. */
  line: 2_000,
  /** Entries of a list in one answer. */
  rows: 200,
  /** Calls of a connection: so many at once, and so many a second after that. */
  calls: { burst: 300, perSecond: 20 },
  proposals: { burst: 40, perSecond: 0.5 },
  /** Proposals that wait for the person: more would not be read. */
  open: 300,
  /** Voices of one proposal. */
  voices: 12,
  /** Calls that wait for the one before them. */
  waiting: 64,
  /** Bytes of one message. */
  message: 1024 * 1024,
  /** Values in the arguments of one call. */
  elements: 4_000,
} as const;

export type Bucket = { take(): boolean };

/** So many at once, then so many a second. `now` in milliseconds from any origin. */
const createBucket = (
  { burst, perSecond }: { burst: number; perSecond: number },
  now: () => number,
): Bucket => {
  let [left, at] = [burst, now()];
  return {
    take: () => {
      const then = now();
      left = Math.min(burst, left + (Math.max(0, then - at) / 1000) * perSecond);
      at = then;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
};

export type Turn = { take(): Promise<(() => void) | null> };

/** One after the other: whoever asks for everything at once waits, and the machine stays free. Null when too many wait. */
const createTurn = (most: number): Turn => {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    take: async () => {
      if (waiting >= most) return null;
      waiting += 1;
      const before = last;
      let release = (): void => {};
      last = new Promise((resolve) => {
        release = () => {
          waiting -= 1;
          resolve();
        };
      });
      await before;
      return release;
    },
  };
};

/** The guards of one connection. */
export const guardsOf = (now: () => number) => ({
  calls: createBucket(LIMITS.calls, now),
  proposals: createBucket(LIMITS.proposals, now),
  turn: createTurn(LIMITS.waiting),
});
