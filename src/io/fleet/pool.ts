import { fileURLToPath } from 'node:url';
import { pool as createWorkers } from 'workerpool';
import type { FleetEntry } from '../../domain/fleet/records.ts';

/** What became of one attempt: an entry is written already when this is said. */
export type Attempt =
  | { entry: FleetEntry }
  /** `hopeless`: another try would end so too. */
  | { error: string; hint: string; hopeless: boolean };

export type FleetPool<Work> = {
  /** Never rejects: a worker that dies or takes too long is an attempt that failed. */
  run(work: Work, progress: (text: string) => void, minutes: number): Promise<Attempt>;
  close(): Promise<void>;
};

/**
 * Worker processes, one target at a time in each: what a hostile target does to one of them (memory, a crash, no end) it does to
 * no other, and a process that is gone is replaced. They end when this program ends, however that does.
 */
export const createPool = <Work extends object>(jobs: number): FleetPool<Work> => {
  const workers = createWorkers(fileURLToPath(new URL('./fleet-worker.js', import.meta.url)), {
    workerType: 'process',
    maxWorkers: jobs,
    // A terminal's Ctrl+C is for us: they end with us.
    forkOpts: { detached: process.platform !== 'win32', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  });
  return {
    run: async (work, progress, minutes) => {
      try {
        return (await workers
          .exec('audit', [work], { on: (text: unknown) => progress(String(text)) })
          .timeout(minutes * 60_000)) as Attempt;
      } catch (error) {
        const told = error instanceof Error ? error.message : String(error);
        return /timed out/i.test(told)
          ? {
              error: `it was ended after ${minutes} minutes`,
              hint: '--minutes gives it more; --subdir or --check gives it less to do',
              hopeless: false,
            }
          : {
              error: `its process ended by itself (${told.replace(/\s+/g, ' ').slice(0, 300)})`,
              hint: 'if it does so again, look at it alone: mcp-audit start; memory that ran out is the likeliest reason',
              hopeless: false,
            };
      }
    },
    close: async () => {
      await workers.terminate(true, 2_000);
    },
  };
};
