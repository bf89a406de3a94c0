import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { SessionTarget } from '../domain/events.ts';
import type { CollectorResult } from '../domain/evidence.ts';
import {
  type Drift,
  ENTRY_SCHEMA,
  type FleetEntry,
  type FleetRun,
  type LeadCounts,
  RECEIPT_SCHEMA,
  type Receipt,
} from '../domain/fleet/records.ts';
import { checksOf, collectorsOf, type Methodology } from '../domain/methodology.ts';
import { saysSomething } from '../domain/since/carry-over.ts';
import { surfaceOf } from '../domain/surface.ts';
import { withDraft } from '../io/draft-folder.ts';
import {
  forgetEntry,
  type Known,
  keepEntry,
  openResults,
  publish,
  type Results,
  readRun,
  receiptsOf,
  runIds,
  serverHome,
  standingOf,
  workFolder,
} from '../io/fleet/results-folder.ts';
import type { OpenedTarget } from '../io/git/open-target.ts';
import { rulesName } from '../io/rule-files.ts';
import { readJournalFile } from '../io/session/journal-file.ts';
import { driftOf } from '../report/fleet-drift.ts';
import { visible } from '../text/visible.ts';
import { compareAudits } from './compare-audits.ts';
import { pin } from './fleet-pin.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { carryInto, type Earlier, earlierAudit, sideOf } from './reaudit.ts';
import { hostAt } from './session-named.ts';
import { VERSION } from './version.ts';
import { closeSession } from './with-session.ts';
import { loadMethodology, startAudit, type Workspace } from './workspace.ts';

/** One target of a fleet, from what its run says to an entry in the folder of results. Doing it twice does it once. */

export type FleetWork = {
  results: string;
  run: string;
  server: string;
  /** What whoever started this worker allows; the run has to ask for it too. */
  network: boolean;
  lookups: boolean;
  /** Who works here, for the entry. */
  worker: string;
};

const collectorsFor = (checks: readonly string[], m: Methodology): string[] =>
  checks.length === 0
    ? collectorsOf(m)
    : [
        ...new Set(
          checksOf(m)
            .filter((c) => checks.includes(c.id))
            .flatMap((c) => c.collectors),
        ),
      ];

/**
 * What decides the evidence: the same is not gathered twice. What is looked up elsewhere may be answered otherwise another day,
 * so it is looked up anew in each run.
 */
const keyOf = (run: FleetRun, t: SessionTarget, ids: readonly string[], m: Methodology): string => {
  const { osv, lookups } = run.gathering;
  const build = `${VERSION}-${basename(import.meta.dirname)}`;
  const day = osv !== '' || lookups ? run.id : '';
  return hash(
    'sha256',
    JSON.stringify([t.commit, t.subdir, build, rulesName(m, new Map()), [...ids].sort(), day]),
    'hex',
  );
};

const leadsIn = (results: Iterable<CollectorResult>): LeadCounts => {
  const counts: LeadCounts = { strong: 0, moderate: 0, weak: 0 };
  for (const { items } of results) for (const i of items) if (i.kind === 'lead') counts[i.strength] += 1;
  return counts;
};

const MOST_MESSAGE = 2_000;
const short = (text: string): string => visible(text).slice(0, MOST_MESSAGE);

/** What was gathered of a session that is closed, and is not changed any more. */
const receiptOf = (
  dir: string,
  server: string,
  key: string,
  { store, id }: Workspace,
  seconds: number,
): Receipt => {
  const { session, evidence } = store.snapshot();
  const target = session.target!;
  const { events, lastHash } = readJournalFile(dir);
  const results = [...evidence.values()];
  return {
    schema: RECEIPT_SCHEMA,
    server,
    session: id,
    key,
    name: short(target.name),
    url: short(target.url),
    commit: target.commit,
    committedAt: target.committedAt,
    tags: target.tags.slice(0, 100).map(short),
    gatheredAt: session.lastAt,
    seconds: Math.round(seconds * 10) / 10,
    tool: `${TOOL_NAME} ${VERSION}`,
    collectors: results.map(({ run }) => ({ id: run.id, outcome: run.outcome, message: short(run.message) })),
    leads: leadsIn(results),
    questions: results.flatMap((r) => r.items).filter((i) => i.kind === 'question').length,
    tools: new Set(surfaceOf(results).tools.map((t) => t.name)).size,
    head: { events: events.length, hash: lastHash },
  };
};

/** What counted of the server in the run before. */
const lastKnown = (r: Results, run: FleetRun, server: string): Known | null => {
  for (const id of runIds(r)
    .filter((other) => other < run.id)
    .reverse()) {
    const standing = standingOf(r, id, server);
    if (standing.state === 'done') return standing.known;
  }
  return null;
};

type Compared = { drift: Drift | null; driftProblem: string };
const problemOf = (error: unknown): string => short(error instanceof Error ? error.message : String(error));

const compare = async (
  methodology: Methodology,
  was: Earlier,
  now: Earlier,
  repository: string,
): Promise<Drift> => {
  const { report } = await compareAudits(repository, methodology, was.side, now.side);
  return driftOf({ ...report, findings: [] });
};

/** Gathers into a draft, lays what the earlier audit said beside it, and puts it in place whole. */
const gatherAnew = async (
  host: Host,
  r: Results,
  work: FleetWork,
  run: FleetRun,
  opened: OpenedTarget,
  key: string,
  methodology: Methodology,
  last: Earlier | string | null,
  progress: (text: string) => void,
): Promise<Compared> =>
  withDraft(workFolder(r), async (draft) => {
    const began = performance.now();
    const { gathering } = run;
    const w = await startAudit(host, {
      source: opened.target.source,
      opened,
      into: { dataDir: draft, suffix: key.slice(0, 8) },
      methodology,
      osv: gathering.osv || undefined,
      allowNetwork: gathering.lookups && work.lookups,
    });
    let compared: Compared = { drift: null, driftProblem: typeof last === 'string' ? last : '' };
    try {
      await w.store.collect(collectorsFor(gathering.checks, methodology));
      // It was allowed for this gathering, and for nobody who opens the session later.
      if (gathering.lookups) w.store.dispatch({ type: 'allow-network', allowed: false });
      if (last !== null && typeof last !== 'string') {
        progress('comparing with the run before');
        compared = await carriedOrCompared(host, w, last, opened.repository).catch((error: unknown) => ({
          drift: null,
          driftProblem: problemOf(error),
        }));
      }
    } finally {
      await closeSession(host, w);
    }
    const { failedSave } = w.store.snapshot();
    if (failedSave) throw new UserError(failedSave.message, failedSave.hint);
    publish(r, w.dir, receiptOf(w.dir, work.server, key, w, (performance.now() - began) / 1000));
    return compared;
  });

const carriedOrCompared = async (
  host: Host,
  w: Workspace,
  last: Earlier,
  repository: string,
): Promise<Compared> => {
  if (saysSomething(last.side.session))
    return { drift: driftOf(await carryInto(host, w, last)), driftProblem: '' };
  const now = { side: sideOf(w.store.snapshot()), events: [] };
  return {
    drift: await compare(w.store.snapshot().methodology, last, now, repository),
    driftProblem: '',
  };
};

const withKey = (r: Results, server: string, key: string): Known | undefined =>
  receiptsOf(r, server).find((k) => k.receipt.key === key);

export type Methodologies = (folder: string) => Promise<Methodology>;

/** Methodologies as they are read first: a worker looks at one server after the other. */
export const readOnce = (): Methodologies => {
  const read = new Map<string, Promise<Methodology>>();
  return (folder) => {
    const known = read.get(folder) ?? loadMethodology(folder);
    known.catch(() => read.delete(folder));
    read.set(folder, known);
    return known;
  };
};

/** Looks at one target, unless what came of it stands written already. @throws what kept it from being looked at */
export const auditTarget = async (
  host: Host,
  methodologies: Methodologies,
  work: FleetWork,
  progress: (text: string) => void = () => {},
): Promise<FleetEntry> => {
  const r = openResults(work.results);
  const run = readRun(r, work.run);
  const target = run.targets.find((t) => t.name === work.server);
  if (!target)
    throw new UserError(
      `run ${work.run} has no server ${work.server}, so nothing was looked at`,
      'whoever handed this out is not who began the run: see who writes to the queue',
    );
  const standing = standingOf(r, run.id, target.name);
  if (standing.state === 'done' || standing.state === 'set-aside') return standing.entry;
  if (standing.state === 'lost') forgetEntry(r, run.id, target.name);

  const methodology = await methodologies(run.gathering.methodology);
  const ids = collectorsFor(run.gathering.checks, methodology);
  const may = { wanted: run.gathering.network, allowed: work.network };
  const opened = await pin(host, target, may, progress);
  const key = keyOf(run, opened.target, ids, methodology);
  const home = hostAt(host, serverHome(r, target.name));
  const before = lastKnown(r, run, target.name);
  const known = withKey(r, target.name, key);
  let compared: Compared = { drift: null, driftProblem: '' };
  if (!known) {
    progress(`gathering at ${opened.target.commit.slice(0, 12)}`);
    const last = before && (await earlierAudit(home, before.receipt.session).catch(problemOf));
    compared = await gatherAnew(host, r, work, run, opened, key, methodology, last, progress);
  } else if (before && before.receipt.session !== known.receipt.session) {
    const [was, now] = [
      await earlierAudit(home, before.receipt.session),
      await earlierAudit(home, known.receipt.session),
    ];
    compared = { drift: await compare(methodology, was, now, opened.repository), driftProblem: '' };
  }
  const counted = known ?? withKey(r, target.name, key);
  if (!counted)
    throw new UserError(
      `what was gathered of ${target.name} could not be put in its place: another session has its name`,
      'look at who else writes to the folder of results, and try again',
    );
  const entry: FleetEntry = {
    schema: ENTRY_SCHEMA,
    outcome: 'done',
    run: run.id,
    server: target.name,
    session: counted.receipt.session,
    receipt: counted.sha256,
    known: known !== undefined,
    before: before?.receipt.session ?? null,
    ...compared,
    at: host.clock().toISOString(),
    worker: work.worker,
  };
  if (keepEntry(r, entry)) return entry;
  const first = standingOf(r, run.id, target.name);
  return first.state === 'done' || first.state === 'set-aside' ? first.entry : entry;
};

/** A target that could not be looked at is named with its error, and keeps nobody from the others. */
export const setAside = (
  host: Host,
  r: Results,
  work: Pick<FleetWork, 'run' | 'server' | 'worker'>,
  failure: { error: string; hint: string; attempts: number },
): boolean =>
  keepEntry(r, {
    schema: ENTRY_SCHEMA,
    outcome: 'set-aside',
    run: work.run,
    server: work.server,
    error: short(failure.error),
    hint: short(failure.hint),
    attempts: failure.attempts,
    at: host.clock().toISOString(),
    worker: work.worker,
  });
