/** Calls `run` once after `ms`; returns the way to prevent it. */
export type SetTimer = (run: () => void, ms: number) => () => void;

export const afterMs: SetTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

export type Snapshots<T> = {
  /** What listeners were last told: the same object until they are told again. */
  current(): T;
  /** The newest value of one part, told or not. */
  newest<K extends keyof T>(key: K): T[K];
  /** Changes, and tells at once (also what was to be told later). */
  update(change: Partial<T>): void;
  /** Changes, and tells within {@link COALESCE_MS}: for what changes faster than anyone reads. */
  updateSoon(change: Partial<T>): void;
  subscribe(listener: () => void): () => void;
  /** Tells nobody anything from now on. */
  stop(): void;
};

export const COALESCE_MS = 100;

/** A value that changes as a whole and tells who listens, in the shape that React's `useSyncExternalStore` asks for. */
export const createSnapshots = <T extends object>(initial: T, setTimer: SetTimer = afterMs): Snapshots<T> => {
  const listeners = new Set<() => void>();
  let current = initial;
  let later: Partial<T> = {};
  let cancel: (() => void) | null = null;

  const update = (change: Partial<T>) => {
    cancel?.();
    cancel = null;
    current = { ...current, ...later, ...change };
    later = {};
    for (const listener of [...listeners]) listener();
  };
  return {
    current: () => current,
    newest: (key) => ({ ...current, ...later })[key],
    update,
    updateSoon: (change) => {
      later = { ...later, ...change };
      cancel ??= setTimer(() => update({}), COALESCE_MS);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => {
      cancel?.();
      listeners.clear();
    },
  };
};

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> =>
  new Map(map).set(key, value);

export const withoutEntry = <K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> => {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
};

export const withoutMember = <T>(set: ReadonlySet<T>, member: T): Set<T> => {
  const copy = new Set(set);
  copy.delete(member);
  return copy;
};
