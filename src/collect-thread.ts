// The program of a thread in which collectors run (src/io/collector-threads.ts): each request names a collector and a place.
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { createReading, type Reading } from './analysis/sources/reading.ts';
import type { CollectContext } from './collectors/collector.ts';
import { collectorsWith } from './collectors/index.ts';
import { collectTelling } from './engine/tell-missing.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './io/collector-threads.ts';
import { type OpenRepository, openRepository } from './io/git/open-repository.ts';
import { giveWay } from './io/give-way.ts';
import { openMemory } from './io/kept/memory.ts';
import { tracing } from './io/kept/trace.ts';

// What a collector drops is given back sooner: a third less memory at the peak, for a tenth of its time.
setFlagsFromString('--heap-growing-percent=20');

const port = parentPort;
if (!port) throw new Error('this is the program of a thread, not to be started by itself');

if ((workerData as ThreadData).besideScreen) giveWay();

type Opened = OpenRepository & { reading: Reading };

/** Collectors of one audit ask for the same place one after the other. */
let opened: { key: string; repository: Promise<Opened> } | null = null;

const openOnce = async ({ repository, commit, subdir }: ThreadRequest): Promise<Opened> => {
  const key = JSON.stringify([repository, commit, subdir]);
  if (opened?.key !== key) {
    await opened?.repository.then((r) => r.close()).catch(() => {});
    opened = {
      key,
      repository: openRepository(repository, commit, subdir).then((r) => ({
        ...r,
        reading: createReading(r.tree),
      })),
    };
    opened.repository.catch(() => {
      opened = null;
    });
  }
  return opened.repository;
};

const answer = (message: ThreadAnswer): void => port.postMessage(message);

port.on('message', async (request: ThreadRequest) => {
  const { job } = request;
  try {
    const collector = collectorsWith(request.ownRules).find((c) => c.id === request.collector);
    if (!collector) throw new Error(`there is no collector ${request.collector}`);
    const { tree, history, reading } = await openOnce(request);
    const memory = request.kept === null ? null : openMemory(request.kept);
    const context: CollectContext = {
      target: request.target,
      tree,
      history,
      reading,
      // Who wants this to stop ends the thread.
      signal: new AbortController().signal,
      progress: (message) => answer({ job, kind: 'progress', message }),
      ...(memory && { memory }),
    };
    const { value: gathered, inputs } =
      memory === null
        ? { value: await collectTelling(collector, context), inputs: null }
        : await tracing(context, (traced) => collectTelling(collector, traced));
    memory?.save();
    answer({ job, kind: 'gathered', gathered, inputs, heapBytes: process.memoryUsage().heapUsed });
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    answer({ job, kind: 'failed', message, heapBytes: process.memoryUsage().heapUsed });
  }
});
