export type WorkQueue<T> = {
  /** Settles when all of `work` has run or was dropped. Rejects never: `run` must not throw. */
  add(work: readonly T[]): Promise<void>;
  /** What waits for its turn. */
  waiting(): readonly T[];
  /** Forgets what waits; what runs goes on. */
  clear(): void;
};

/**
 * Runs work in the order it came, `concurrency` at a time. Work may be added while other work runs. Of the work that `isLarge`
 * one runs at a time, and it goes first: one after the other it shares what it holds.
 */
export const createWorkQueue = <T>(
  concurrency: number,
  run: (work: T) => Promise<void>,
  isLarge: (work: T) => boolean = () => false,
): WorkQueue<T> => {
  let waiting: { work: T; done: () => void }[] = [];
  let active = 0;
  let large = 0;
  const pump = () => {
    while (active < concurrency) {
      const next =
        (large === 0 ? waiting.find((w) => isLarge(w.work)) : undefined) ??
        waiting.find((w) => !isLarge(w.work));
      if (!next) return;
      waiting = waiting.filter((w) => w !== next);
      const size = isLarge(next.work) ? 1 : 0;
      active += 1;
      large += size;
      run(next.work).finally(() => {
        active -= 1;
        large -= size;
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
