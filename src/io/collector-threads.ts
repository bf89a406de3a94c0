import { Worker } from 'node:worker_threads';
import type { CollectContext, Collector, Gathered } from '../collectors/collector.ts';
import type { Inputs } from './kept/trace.ts';
import type { RuleFiles } from './rule-files.ts';

/** What a thread is asked: everything in it is plain data. */
export type ThreadRequest = {
  job: number;
  collector: string;
  /** Our own bare clone. */
  repository: string;
  commit: string;
  subdir: string;
  /** The auditor's own rules. */
  ownRules: RuleFiles;
  target: CollectContext['target'];
  /** Folder of what is kept between runs: what is looked at is written down then. */
  kept: string | null;
};

/** What a thread answers, `progress` any number of times and then one of the others. */
export type ThreadAnswer =
  | { job: number; kind: 'progress'; message: string }
  | { job: number; kind: 'gathered'; gathered: Gathered; inputs: Inputs | null; heapBytes: number }
  | { job: number; kind: 'failed'; message: string; heapBytes: number };

export type CollectorThreads = {
  /** Runs one collector in a thread. Rejects when it fails, and at once when the context's signal aborts. */
  run(
    collector: Collector,
    context: CollectContext,
    place: ThreadPlace,
  ): Promise<{ value: Gathered; inputs: Inputs | null }>;
  /** Ends all threads. What runs rejects. */
  close(): Promise<void>;
};

/** What a thread knows from its start. */
export type ThreadData = {
  /** A person waits at a screen: keys come before collectors. */
  besideScreen: boolean;
};

export type ThreadPlace = Pick<ThreadRequest, 'repository' | 'commit' | 'subdir' | 'ownRules'> & {
  kept?: string | null | undefined;
};

/**
 * A thread that needs more is ended, and its collector fails with words: a hostile tree must not take the machine's memory
 * or the auditor's session with it. The largest tree tried (awslabs/mcp, 300,000 lines) needs a third of it.
 */
const HEAP_MEGABYTES = 1_500;
/** Left to itself a thread takes some 200 MB more, for hardly any speed: most of what collectors make is kept or dropped soon. */
const YOUNG_MEGABYTES = 8;
/** A heap that was large once stays so for long: a new thread, some 150 ms, gives the memory back. */
const KEPT_HEAP_BYTES = 100_000_000;
/** How long the thread that has read a tree's sources waits for the next collector that asks them. */
const KEPT_READING_MS = 500;

/**
 * Threads in which collectors run, started when they are first needed and kept for the next collector. The interface stays
 * free while they work, and what listens to no signal (an endless loop over a hostile file) can be ended with its thread.
 * Collectors of whole trees come one after the other and share one thread, which parses each file once for all of them.
 * `entry` is the program of a thread: it answers each {@link ThreadRequest}.
 */
export const createCollectorThreads = (
  entry: URL,
  data: ThreadData = { besideScreen: false },
): CollectorThreads => {
  const idle: Worker[] = [];
  /** The thread that holds the sources of a place. */
  let reading: { worker: Worker; place: string; forget: NodeJS.Timeout } | null = null;
  const busy = new Map<Worker, (reason: Error) => void>();
  let jobs = 0;

  const start = (): Worker => {
    const worker = new Worker(entry, {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
      // A thread has nothing to tell a terminal that shows an interface.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    return worker;
  };

  /** Waits for the next collector, without keeping the program from ending. */
  const rest = (worker: Worker): void => {
    worker.on('error', () => void idle.splice(idle.indexOf(worker), 1));
    worker.unref();
    idle.push(worker);
  };

  const forget = (): void => {
    if (!reading) return;
    clearTimeout(reading.forget);
    void reading.worker.terminate();
    reading = null;
  };

  /** Keeps what was read for a moment. */
  const restReading = (worker: Worker, place: string): void => {
    forget();
    const gone = (): void => {
      if (reading?.worker === worker) reading = null;
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    worker.unref();
    reading = { worker, place, forget: setTimeout(forget, KEPT_READING_MS).unref() };
  };

  const takeReading = (place: string): Worker | null => {
    if (reading?.place !== place) return null;
    const { worker } = reading;
    clearTimeout(reading.forget);
    reading = null;
    return worker;
  };

  const run: CollectorThreads['run'] = (collector, context, place) =>
    new Promise((resolve, reject) => {
      const { signal, target } = context;
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const key = JSON.stringify(place);
      const worker = (collector.large ? takeReading(key) : idle.pop()) ?? start();
      worker.removeAllListeners();
      const job = ++jobs;
      const letGo = (): void => {
        signal.removeEventListener('abort', onAbort);
        worker.removeAllListeners();
        busy.delete(worker);
      };
      const end = (reason: Error): void => {
        letGo();
        // What it still does nobody hears.
        worker.on('error', () => {});
        void worker.terminate();
        reject(reason);
      };
      const onAbort = (): void => end(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal.addEventListener('abort', onAbort, { once: true });
      busy.set(worker, end);
      worker.ref();
      worker.on('message', (answer: ThreadAnswer) => {
        if (answer.job !== job) return;
        if (answer.kind === 'progress') {
          context.progress(answer.message);
          return;
        }
        letGo();
        if (collector.large) restReading(worker, key);
        else if (answer.heapBytes > KEPT_HEAP_BYTES) void worker.terminate();
        else rest(worker);
        if (answer.kind === 'gathered') resolve({ value: answer.gathered, inputs: answer.inputs });
        else reject(new Error(answer.message));
      });
      worker.on('error', (error: NodeJS.ErrnoException) =>
        end(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Error(`needed more than ${HEAP_MEGABYTES} MB of memory for this tree and was ended`)
            : error,
        ),
      );
      worker.on('exit', (code) => end(new Error(`its thread ended by itself (${code})`)));
      worker.postMessage({
        job,
        collector: collector.id,
        ...place,
        kept: place.kept ?? null,
        target,
      } satisfies ThreadRequest);
    });

  return {
    run,
    close: async () => {
      for (const end of [...busy.values()]) end(new Error('aborted'));
      forget();
      await Promise.all(idle.splice(0).map((worker) => worker.terminate()));
    },
  };
};
