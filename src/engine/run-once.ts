import { createWorkQueue } from './work-queue.ts';

export type RunOnce = {
  /** Settles when all of `ids` have run. Who asks for what already waits or runs, waits for that run. */
  ask(ids: readonly string[]): Promise<void>;
  /** What waits for its turn. */
  waiting(): readonly string[];
  /** Drops what waits and aborts what runs; who asks after this gets a new run. */
  abort(): void;
  /** Settles when nothing runs any more. */
  settled(): Promise<void>;
};

/** Runs named work, `concurrency` at a time, each name at most once at a time. `run` must not throw. */
export const createRunOnce = (
  concurrency: number,
  run: (id: string, signal: AbortSignal) => Promise<void>,
  isLarge?: (id: string) => boolean,
): RunOnce => {
  let aborting = new AbortController();
  const queue = createWorkQueue<string>(concurrency, (id) => run(id, aborting.signal), isLarge);
  const asked = new Map<string, { done: Promise<void>; signal: AbortSignal }>();

  const askOne = (id: string): Promise<void> => {
    const earlier = asked.get(id);
    if (earlier && !earlier.signal.aborted) return earlier.done;
    const { signal } = aborting;
    const begin = () => (signal.aborted ? Promise.resolve() : queue.add([id]));
    const entry = { signal, done: earlier ? earlier.done.then(begin) : begin() };
    asked.set(id, entry);
    return entry.done.finally(() => {
      if (asked.get(id) === entry) asked.delete(id);
    });
  };
  return {
    ask: async (ids) => {
      await Promise.all([...new Set(ids)].map(askOne));
    },
    waiting: queue.waiting,
    abort: () => {
      queue.clear();
      aborting.abort();
      aborting = new AbortController();
    },
    settled: async () => {
      await Promise.all([...asked.values()].map((entry) => entry.done));
    },
  };
};

/** The value, or null as soon as `signal` aborts. */
export const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> => {
  let stop = () => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
