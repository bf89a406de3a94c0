import { UserError } from '../domain/errors.ts';
import { Hopeless } from '../domain/fleet/hopeless.ts';
import type { FleetJob } from '../domain/fleet/records.ts';
import { createPool } from '../io/fleet/pool.ts';
import { queueAddress, startQueueWorker } from '../io/fleet/queue.ts';
import { openResults, type Results, readRun, resultsId } from '../io/fleet/results-folder.ts';
import { visible } from '../text/visible.ts';
import { entryLine, jobsOf, queueGiven, workerName } from './fleet-run.ts';
import { type FleetWork, setAside } from './fleet-target.ts';
import type { Host } from './host.ts';

export type FleetWorkOptions = {
  queue?: string | undefined;
  results?: string | undefined;
  jobs?: string | undefined;
  network?: boolean | undefined;
  lookups?: boolean | undefined;
  drain?: boolean | undefined;
};

const runOf = (r: Results, { run }: FleetJob) => {
  try {
    return readRun(r, run);
  } catch (error) {
    // Another try finds the same folder.
    throw new Hopeless(error instanceof Error ? error.message : String(error), '');
  }
};

/** Takes targets of fleets from a queue until it is stopped. What it does twice, it does once. */
export const fleetWork = async (host: Host, o: FleetWorkOptions): Promise<number> => {
  const given = queueGiven(host, o.queue);
  if (!given || !o.results)
    throw new UserError(
      `a worker needs ${given ? 'the folder of results' : 'the address of a queue'}, so nothing was taken`,
      '--queue redis://host:6379 (or MCP_AUDIT_QUEUE) and --results DIR, the folder that all of them share',
    );
  const jobs = jobsOf(o);
  const r = openResults(o.results);
  const worker = workerName();
  const pool = createPool<FleetWork>(jobs);
  const say = (text: string): void => host.stdout(`${visible(text)}\n`);
  const address = queueAddress(given);
  const work = async (job: FleetJob, { number, last }: { number: number; last: boolean }): Promise<void> => {
    const run = runOf(r, job);
    if (!run.targets.some((t) => t.name === job.server))
      throw new Hopeless(`run ${job.run} has no server ${job.server}`, '');
    const { network = false, lookups = false } = o;
    const done = await pool.run(
      { results: r.folder, ...job, network, lookups, worker },
      () => {},
      run.minutes,
    );
    if ('entry' in done) return say(`${job.server.padEnd(28)} ${entryLine(r, done.entry)}`);
    const ends = last || done.hopeless;
    if (ends) setAside(host, r, { ...job, worker }, { ...done, attempts: number });
    say(`${job.server.padEnd(28)} ${ends ? 'set aside' : 'will be tried again'}: ${done.error}`);
    throw done.hopeless ? new Hopeless(done.error, done.hint) : new Error(done.error);
  };
  const taking = await startQueueWorker(address, {
    results: resultsId(r),
    jobs,
    onChange: (words) => host.stderr(`${visible(words)}\n`),
    onRefused: (words) => host.stderr(`${visible(words)}\n`),
    work,
  });
  host.stderr(
    `working for ${address.shown}, ${jobs} at a time; ${o.drain ? 'ends when nothing is left' : 'Ctrl+C ends it, after what it has begun'}\n`,
  );
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await Promise.race(o.drain ? [stopped, taking.drained()] : [stopped]);
  await taking.close();
  await pool.close();
  return 0;
};
