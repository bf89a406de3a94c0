import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { UserError } from '../../domain/errors.ts';
import { Hopeless } from '../../domain/fleet/hopeless.ts';
import { type FleetJob, fleetJob } from '../../domain/fleet/records.ts';

/**
 * Targets handed out over Redis or Valkey by BullMQ: it keeps the queue, tries again with back-off, and gives what a dead worker
 * held to another. A job names a run and a server and nothing else; what they mean stands in the folder of results.
 */

/** Without a word of a worker for so long, its target is another's. */
const LOCK_MS = 10_000;
const LOOK_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
/** Whatever a job says of itself. */
const MOST_ATTEMPTS = 20;
/** A target whose workers die so often is set aside: it may be what kills them. */
const MOST_STALLS = 3;
/** Until somebody says that a server cannot be reached. */
const REACH_MS = 5_000;

export type QueueAddress = {
  /** For the client alone: it may hold a password. */
  url: string;
  /** For people: without credentials. */
  shown: string;
};

/** @throws UserError for what is no address of a queue; it never says what was typed, which may hold a password */
export const queueAddress = (given: string): QueueAddress => {
  const parsed = URL.canParse(given) ? new URL(given) : null;
  const scheme = parsed?.protocol.replace(/^valkey/, 'redis') ?? '';
  if (!parsed || !['redis:', 'rediss:'].includes(scheme) || parsed.hostname === '')
    throw new UserError(
      'that is no address of a queue, so nothing was handed out',
      'redis://host:6379 or rediss://host:6379 (with TLS), for Redis or Valkey; with a password rather in MCP_AUDIT_QUEUE, where no list of processes shows it',
    );
  return {
    url: given.replace(/^valkey/i, 'redis'),
    shown: `${scheme}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`,
  };
};

/** Words of a server or client about a failure, without anything of the address but what people may see. */
const told = (error: unknown, { url, shown }: QueueAddress): string => {
  const text =
    error instanceof Error
      ? error.message || (error as NodeJS.ErrnoException).code || error.name
      : String(error);
  const { password } = new URL(url.replace(/^rediss?/i, 'http'));
  return [url, password, decodeURIComponent(password)]
    .filter((secret) => secret.length > 2)
    .reduce((words, secret) => words.replaceAll(secret, secret === url ? shown : '…'), text)
    .slice(0, 300);
};

const unreachable = (address: QueueAddress, why: string): UserError =>
  /WRONGPASS|NOAUTH|NOPERM|invalid username-password/i.test(why)
    ? new UserError(
        `the queue at ${address.shown} does not let us in (${why}), so nothing was handed out or taken`,
        'give name and password in the address, as in rediss://NAME:WORD@host:6379; MCP_AUDIT_QUEUE keeps it out of lists of processes',
      )
    : new UserError(
        `there is no Redis or Valkey to be reached at ${address.shown} (${why}), so nothing was handed out or taken; what is done already stays in the folder of results`,
        'start it, or correct the address; redis-cli -u ADDRESS ping answers PONG when it can be reached. Without --queue the targets are looked at on this machine',
      );

const connect = async (address: QueueAddress, onChange: (words: string) => void) => {
  let up = false;
  let last = '';
  const client = new Redis(address.url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: REACH_MS,
    retryStrategy: (times) => Math.min(200 * times, 2_000),
  });
  client.on('error', (error: unknown) => {
    last = told(error, address);
  });
  client.on('close', () => {
    if (up) onChange(`the queue at ${address.shown} is gone; waiting until it is back`);
    up = false;
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(unreachable(address, last || 'no answer')), REACH_MS).unref();
  });
  try {
    await Promise.race([late, client.connect().then(() => client.ping())]);
  } catch (error) {
    client.disconnect();
    if (error instanceof UserError) throw error;
    throw unreachable(address, last || told(error, address));
  }
  up = true;
  client.on('ready', () => {
    if (!up) onChange(`the queue at ${address.shown} is back`);
    up = true;
  });
  return client;
};

/** BullMQ's names may not hold its separator. */
const queueName = (results: string): string => `mcp-audit-fleet-${results}`;
const jobId = ({ run, server }: FleetJob): string => `${run}.${server}`;

export type FleetQueue = {
  /** Adding what is there already changes nothing, so whatever the server lost is simply added again. */
  add(jobs: readonly FleetJob[], attempts: number): Promise<void>;
  /** Forgets that it was tried. */
  forget(job: FleetJob): Promise<void>;
  /** What was tried as often as it may be, or was taken by workers that died each time. */
  failed(): Promise<{ job: FleetJob; why: string; attempts: number }[]>;
  workers(): Promise<number>;
  close(): Promise<void>;
};

const options = { prefix: 'mcp-audit' };

export const openQueue = async (
  address: QueueAddress,
  o: { results: string; onChange(words: string): void },
): Promise<FleetQueue> => {
  const connection = await connect(address, o.onChange);
  const queue = new Queue(queueName(o.results), { ...options, connection });
  queue.on('error', () => {});
  return {
    add: async (jobs, attempts) => {
      await queue.addBulk(
        jobs.map((data) => ({
          name: 'audit',
          data,
          opts: {
            jobId: jobId(data),
            attempts,
            backoff: { type: 'exponential', delay: FIRST_RETRY_MS },
            removeOnComplete: true,
            removeOnFail: false,
          },
        })),
      );
    },
    forget: async (job) => {
      await queue.remove(jobId(job));
    },
    failed: async () =>
      (await queue.getFailed(0, 4_999)).flatMap((failed) => {
        const job = fleetJob.safeParse(failed?.data);
        if (!job.success || failed.id !== jobId(job.data)) return [];
        return [{ job: job.data, why: told(failed.failedReason, address), attempts: failed.attemptsMade }];
      }),
    workers: async () => (await queue.getWorkers()).length,
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
};

export type QueueWorker = {
  /** Settles when there is nothing left to take, or to wait for. */
  drained(): Promise<void>;
  /** Ends what it has begun first. */
  close(): Promise<void>;
};

/**
 * Takes targets from a queue, so many at a time. What `work` throws is tried again with back-off; `last` says whether this is the
 * last time.
 */
export const startQueueWorker = async (
  address: QueueAddress,
  o: {
    results: string;
    jobs: number;
    onChange(words: string): void;
    /** A job that is none of a fleet: whoever writes to the queue is told of nothing. */
    onRefused(words: string): void;
    work(job: FleetJob, attempt: { number: number; last: boolean }): Promise<void>;
  },
): Promise<QueueWorker> => {
  const connection = await connect(address, o.onChange);
  const name = queueName(o.results);
  const process = async (taken: Job): Promise<void> => {
    const job = fleetJob.safeParse(taken.data);
    if (!job.success || taken.id !== jobId(job.data)) {
      o.onRefused('a job of the queue names no server of a run and was refused: see who else writes to it');
      throw new UnrecoverableError('no job of a fleet');
    }
    const number = taken.attemptsMade + 1;
    const last = number >= Math.min(MOST_ATTEMPTS, taken.opts.attempts ?? 1);
    try {
      await o.work(job.data, { number, last });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw last || error instanceof Hopeless ? new UnrecoverableError(words) : error;
    }
  };
  const worker = new Worker(name, process, {
    ...options,
    connection,
    concurrency: o.jobs,
    lockDuration: LOCK_MS,
    stalledInterval: LOOK_MS,
    maxStalledCount: MOST_STALLS,
  });
  worker.on('error', () => {});
  const queue = new Queue(name, { ...options, connection });
  queue.on('error', () => {});
  const left = async (): Promise<number> => {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
    return Object.values(counts).reduce((n, m) => n + m, 0);
  };
  return {
    drained: async () => {
      while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 500));
    },
    close: async () => {
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
};
