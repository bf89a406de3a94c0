export type WorkQueue<T> = {
  /** Settles when all of `work` has run or was dropped. Rejects never: `run` must not throw. */
  add(work: readonly T[]): Promise<void>;
  /** What waits for its turn. */
  waiting(): readonly T[];
  /** Forgets what waits; what runs goes on. */
  clear(): void;
};

/** Runs work in the order it came, `concurrency` at a time. Work may be added while other work runs. */
export const createWorkQueue = <T>(concurrency: number, run: (work: T) => Promise<void>): WorkQueue<T> => {
  let waiting: { work: T; done: () => void }[] = [];
  let active = 0;
  const pump = () => {
    while (active < concurrency) {
      const next = waiting.shift();
      if (!next) return;
      active += 1;
      run(next.work).finally(() => {
        active -= 1;
        next.done();
        pump();
      });
    }
  };
  return {
    add: async (work) => {
      const all = work.map((one) => new Promise<void>((done) => waiting.push({ work: one, done })));
      pump();
      await Promise.all(all);
    },
    waiting: () => waiting.map((one) => one.work),
    clear: () => {
      const dropped = waiting;
      waiting = [];
      for (const one of dropped) one.done();
    },
  };
};
