import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { FleetFile } from '../domain/fleet/fleet-file.ts';
import {
  type FleetEntry,
  type FleetGathering,
  type FleetRun,
  fleetRun,
  RUN_SCHEMA,
} from '../domain/fleet/records.ts';
import { createPool } from '../io/fleet/pool.ts';
import type { FleetQueue } from '../io/fleet/queue.ts';
import {
  forgetEntry,
  keepRun,
  makeResults,
  newestRun,
  newRunId,
  type Results,
  resultsId,
  standingOf,
} from '../io/fleet/results-folder.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { chosenCopy } from './advisories.ts';
import { requireChecks } from './collect.ts';
import { absolute, type FleetPlace, fleetFrom, fleetPath, resultsPath } from './fleet-file.ts';
import { endOfRun, failWords } from './fleet-report.ts';
import { type FleetWork, setAside } from './fleet-target.ts';
import type { Host } from './host.ts';
import { defaultJobs } from './open-source.ts';
import { loadMethodology, MINIMUM_BAR } from './workspace.ts';

export type FleetRunOptions = FleetPlace & {
  jobs?: string | undefined;
  queue?: string | undefined;
  network?: boolean | undefined;
  lookups?: boolean | undefined;
  osv?: string | undefined;
  check?: string[] | undefined;
  methodology?: string | undefined;
  attempts?: string | undefined;
  minutes?: string | undefined;
  policy?: string | undefined;
  failOn?: string[] | undefined;
  new?: boolean | undefined;
  retry?: boolean | undefined;
  json?: boolean | undefined;
};

export const whole = (option: string, word: string | undefined, usual: number, most: number): number => {
  if (word === undefined) return usual;
  const n = Number(word);
  if (Number.isInteger(n) && n >= 1 && n <= most) return n;
  throw new UserError(
    `${option} does not know "${visible(word)}", so nothing was looked at`,
    `a whole number from 1 to ${most}`,
  );
};

/** Processes at a time: each has threads of its own for one target. */
export const jobsOf = (o: { jobs?: string | undefined }): number =>
  whole('--jobs', o.jobs, Math.max(1, Math.floor(defaultJobs() / 2)), 32);

/** The address of a queue: with a password rather in the environment, where no list of processes shows it. */
export const queueGiven = (host: Host, given: string | undefined): string | undefined =>
  given ?? (host.env.MCP_AUDIT_QUEUE || undefined);

export const workerName = (): string => `${hostname()}:${process.pid}`;

const gatheringOf = (o: FleetRunOptions, fleet: FleetFile): FleetGathering => ({
  checks: [...(o.check ?? fleet.checks ?? [])],
  methodology:
    !o.methodology || o.methodology === MINIMUM_BAR ? (o.methodology ?? '') : resolve(o.methodology),
  network: o.network ?? false,
  lookups: o.lookups ?? false,
  osv: o.osv ? chosenCopy(o.osv) : '',
});

const waitingIn = (r: Results, run: FleetRun): string[] =>
  run.targets
    .map((t) => t.name)
    .filter((name) => ['waiting', 'lost'].includes(standingOf(r, run.id, name).state));

/** What would fail at every server fails here. */
const requireMethod = async ({ checks, methodology: folder }: FleetGathering): Promise<void> => {
  const methodology = await loadMethodology(folder);
  requireChecks(checks, methodology);
};

const begin = async (
  host: Host,
  r: Results,
  o: FleetRunOptions,
  fleet: FleetFile,
  file: string,
): Promise<FleetRun> => {
  if (fleet.targets.length === 0)
    throw new UserError('the fleet has no server, so nothing was looked at', 'mcp-audit fleet add <target…>');
  const gathering = gatheringOf(o, fleet);
  await requireMethod(gathering);
  const now = host.clock();
  const run = fleetRun.parse({
    schema: RUN_SCHEMA,
    id: newRunId(now),
    startedAt: now.toISOString(),
    fleet: fleet.name ?? '',
    gathering,
    attempts: whole('--attempts', o.attempts, 3, 20),
    minutes: whole('--minutes', o.minutes, 20, 24 * 60),
    targets: fleet.targets.map((t) => ({ ...t, target: absolute(file, t.target) })),
  });
  keepRun(r, run);
  return run;
};

const SWITCHES = ['checks', 'methodology', 'network', 'lookups', 'osv'] as const;

/** The run to work on: the one that was begun and not ended, else a new one. */
const chooseRun = async (
  host: Host,
  r: Results,
  o: FleetRunOptions,
  say: (text: string) => void,
): Promise<FleetRun> => {
  const file = fleetPath(o);
  const fleet = fleetFrom(file);
  const last = newestRun(r);
  if (o.retry) {
    if (!last)
      throw new UserError('there is no run yet, so there is nothing to try again', 'mcp-audit fleet run');
    for (const { name } of last.targets)
      if (standingOf(r, last.id, name).state === 'set-aside') forgetEntry(r, last.id, name);
  }
  const left = last === null || o.new ? [] : waitingIn(r, last);
  if (!last || left.length === 0) {
    if (o.retry) {
      say(`nothing was set aside in run ${last?.id}`);
      return last!;
    }
    return begin(host, r, o, fleet, file);
  }
  const asked = gatheringOf(o, fleet);
  const other = SWITCHES.filter((k) => JSON.stringify(asked[k]) !== JSON.stringify(last.gathering[k]));
  if (other.length > 0)
    throw new UserError(
      `run ${last.id} is not ended (${left.length} of ${last.targets.length} to go) and was begun with other options (${other.join(', ')}), so nothing was looked at`,
      'give the same options to go on with it; --new leaves it as it is and begins another',
    );
  say(`going on with run ${last.id}: ${left.length} of ${plural(last.targets.length, 'server')} to go`);
  return last;
};

const leads = ({ strong, moderate, weak }: { strong: number; moderate: number; weak: number }): string =>
  `${strong} strong, ${moderate} moderate, ${weak} weak`;

/** One line of what came of a target. */
export const entryLine = (r: Results, entry: FleetEntry): string => {
  if (entry.outcome === 'set-aside')
    return `set aside after ${plural(entry.attempts, 'attempt')}: ${entry.error}`;
  const standing = standingOf(r, entry.run, entry.server);
  if (standing.state !== 'done') return 'lost';
  const { receipt } = standing.known;
  const blind = receipt.collectors.filter((c) => c.outcome === 'failed' || c.outcome === 'unavailable');
  const said = [
    receipt.commit.slice(0, 12),
    entry.before === null
      ? 'first time'
      : entry.before === entry.session
        ? 'as before'
        : entry.drift
          ? `changed: ${plural(entry.drift.files, 'file')}, new leads ${leads(entry.drift.newLeads)}`
          : `could not be compared (${entry.driftProblem})`,
    `leads ${leads(receipt.leads)}`,
    ...(blind.length > 0 ? [`could not look: ${blind.map((c) => c.id).join(', ')}`] : []),
  ];
  return said.join('  ');
};

const RETRY_MS = 1_000;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Told = (entry: FleetEntry) => void;

/** Worker processes on this machine. What was killed is begun again; what stands written is not. */
const runHere = async (
  host: Host,
  r: Results,
  run: FleetRun,
  left: readonly string[],
  jobs: number,
  told: Told,
): Promise<void> => {
  const pool = createPool<FleetWork>(jobs);
  const work = (server: string): FleetWork => ({
    results: r.folder,
    run: run.id,
    server,
    network: run.gathering.network,
    lookups: run.gathering.lookups,
    worker: workerName(),
  });
  const one = async (server: string): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const done = await pool.run(work(server), () => {}, run.minutes);
      if ('entry' in done) return told(done.entry);
      if (done.hopeless || attempt >= run.attempts) {
        setAside(host, r, work(server), { ...done, attempts: attempt });
        const standing = standingOf(r, run.id, server);
        if (standing.state === 'set-aside' || standing.state === 'done') told(standing.entry);
        return;
      }
      host.stderr(`${visible(`${server} will be tried again: ${done.error}`)}\n`);
      await later(RETRY_MS * 2 ** (attempt - 1));
    }
  };
  try {
    await Promise.all(left.map(one));
  } finally {
    await pool.close();
  }
};

const WATCH_MS = 500;
const ADD_EVERY = 10;
const ASK_EVERY = 20;

type Handed = { queue: FleetQueue; shown: string };

/** @throws UserError when it cannot be reached: then nothing was begun */
const reachQueue = async (host: Host, r: Results, given: string): Promise<Handed> => {
  const { openQueue, queueAddress } = await import('../io/fleet/queue.ts');
  const address = queueAddress(given);
  const onChange = (words: string): void => host.stderr(`${visible(words)}\n`);
  return { queue: await openQueue(address, { results: resultsId(r), onChange }), shown: address.shown };
};

/** Workers on other machines, or beside this one: hands out, waits, and says what they wrote down. */
const runOverQueue = async (
  host: Host,
  r: Results,
  run: FleetRun,
  left: readonly string[],
  { queue, shown }: Handed,
  told: Told,
): Promise<void> => {
  const waiting = new Set(left);
  const jobs = () => [...waiting].map((server) => ({ run: run.id, server }));
  const look = (): void => {
    for (const server of waiting) {
      const standing = standingOf(r, run.id, server);
      if (standing.state !== 'done' && standing.state !== 'set-aside') continue;
      waiting.delete(server);
      told(standing.entry);
    }
  };
  const setAsideFailed = async (): Promise<void> => {
    for (const { job, why, attempts } of await queue.failed())
      if (job.run === run.id && waiting.has(job.server)) {
        const hint = 'mcp-audit fleet run --retry tries it again; alone: mcp-audit start';
        setAside(host, r, { ...job, worker: workerName() }, { error: why, hint, attempts });
      }
  };
  // What failed in an earlier attempt at this run is tried anew.
  for (const job of jobs()) await queue.forget(job);
  await queue.add(jobs(), run.attempts);
  host.stderr(`${plural(waiting.size, 'server')} handed out at ${shown}\n`);
  for (let round = 1; waiting.size > 0; round += 1) {
    await later(WATCH_MS);
    look();
    if (waiting.size > 0 && round % ADD_EVERY === 0) {
      await setAsideFailed();
      look();
      await queue.add(jobs(), run.attempts);
    }
    if (waiting.size > 0 && round % ASK_EVERY === 0 && (await queue.workers()) === 0)
      host.progress(
        `nobody works on the queue: ${host.again(['fleet', 'work', '--queue', shown, '--results', r.folder])}`,
      );
  }
};

/** Looks at every server of a fleet, and tells what changed. Exit 1: something was set aside, could not look, or is as --fail-on says. */
export const fleetRunCommand = async (host: Host, o: FleetRunOptions): Promise<number> => {
  const say = (text: string): void => void (o.json ? null : host.stdout(`${visible(redactSecrets(text))}\n`));
  const jobs = jobsOf(o);
  const r = makeResults(resultsPath(o));
  failWords(o.failOn);
  const address = queueGiven(host, o.queue);
  const handed = address === undefined ? null : await reachQueue(host, r, address);
  const run = await chooseRun(host, r, o, say);
  const left = waitingIn(r, run);
  say(`run ${run.id}  ${plural(run.targets.length, 'server')}  results in ${r.folder}`);
  let n = run.targets.length - left.length;
  const told: Told = (entry) => {
    n += 1;
    say(
      `[${String(n).padStart(String(run.targets.length).length)}/${run.targets.length}] ${entry.server.padEnd(28)} ${entryLine(r, entry)}`,
    );
  };
  const stopped = (): void => {
    host.stderr('stopped; what is done is kept, and the same command goes on from there\n');
    process.exit(130);
  };
  process.once('SIGINT', stopped);
  try {
    if (left.length > 0)
      await (handed === null
        ? runHere(host, r, run, left, Math.min(jobs, left.length), told)
        : runOverQueue(host, r, run, left, handed, told));
  } finally {
    await handed?.queue.close();
    process.removeListener('SIGINT', stopped);
  }
  return endOfRun(host, r, run, o);
};
