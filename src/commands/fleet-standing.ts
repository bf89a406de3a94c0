import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { carriedOpen } from '../domain/carried.ts';
import { UserError } from '../domain/errors.ts';
import type { FleetRun, LeadCounts } from '../domain/fleet/records.ts';
import {
  FLEET_SCHEMA,
  type FleetReport,
  type FleetRunSummary,
  type FleetServer,
  type FleetState,
  fleetState,
  noLeads,
} from '../domain/fleet/report.ts';
import { checksOf, severity } from '../domain/methodology.ts';
import { findingsOf, progress } from '../domain/selectors.ts';
import { hashLine } from '../engine/journal.ts';
import {
  newestRun,
  type Results,
  readRun,
  runIds,
  type Standing,
  standingOf,
} from '../io/fleet/results-folder.ts';
import { readInputFile } from '../io/input-file.ts';
import { journalPath, MAX_JOURNAL, readJournalFile } from '../io/session/journal-file.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type FleetPlace, fleetFrom, fleetPath } from './fleet-file.ts';
import { type FleetJudge, fleetJudge, policyPath } from './fleet-policy.ts';
import { type Host, TOOL_NAME, todayOf } from './host.ts';
import { hostAt } from './session-named.ts';
import { VERSION } from './version.ts';
import { resumeAudit } from './workspace.ts';

/** Where the servers of a fleet stand, read anew from what lies in its folder of results. */

const MOST_RUNS = 100;

const stateOf = (standing: Standing): FleetState => {
  if (standing.state !== 'done') return standing.state;
  const { before, session } = standing.entry;
  return before === null ? 'first' : before === session ? 'same' : 'changed';
};

const blindIn = (standing: Standing): FleetServer['blind'] =>
  standing.state === 'done'
    ? standing.known.receipt.collectors
        .filter((c) => c.outcome === 'failed' || c.outcome === 'unavailable')
        .map((c) => ({ collector: c.id, message: c.message }))
    : [];

const added = (all: readonly LeadCounts[]): LeadCounts =>
  all.reduce(
    (a, b) => ({
      strong: a.strong + b.strong,
      moderate: a.moderate + b.moderate,
      weak: a.weak + b.weak,
    }),
    noLeads(),
  );

type InRun = { run: FleetRun; standings: ReadonlyMap<string, Standing> };

const inRun = (r: Results, run: FleetRun): InRun => ({
  run,
  standings: new Map(run.targets.map((t) => [t.name, standingOf(r, run.id, t.name)])),
});

const summaryOf = ({ run, standings }: InRun): FleetRunSummary => {
  const all = [...standings.values()];
  const states = Object.fromEntries(fleetState.options.map((s) => [s, 0])) as Record<FleetState, number>;
  for (const s of all) states[stateOf(s)] += 1;
  const done = all.flatMap((s) => (s.state === 'done' ? [s] : []));
  const written = all.flatMap((s) => (s.state === 'done' || s.state === 'set-aside' ? [s.entry.at] : []));
  return {
    id: run.id,
    startedAt: run.startedAt,
    endedAt: states.waiting + states.lost > 0 ? '' : (written.sort().at(-1) ?? ''),
    servers: run.targets.length,
    states,
    leads: added(done.map((s) => s.known.receipt.leads)),
    newLeads: added(done.flatMap((s) => s.entry.drift?.newLeads ?? [])),
    blind: all.filter((s) => blindIn(s).length > 0).length,
  };
};

/** Whether the journal still begins as it was left: what a person added is theirs. */
const wasRewritten = ({ dir, receipt: { head } }: Extract<Standing, { state: 'done' }>['known']): string => {
  try {
    const { fault } = readJournalFile(dir);
    if (fault) return `line ${fault.line} of its journal cannot be trusted: ${fault.message}`;
    const lines = readInputFile(journalPath(dir), MAX_JOURNAL).toString('utf8').split('\n');
    return lines.length > head.events && hashLine(lines[head.events - 1] ?? '') === head.hash
      ? ''
      : 'its journal is not the one that was written down';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

type Looked = Pick<FleetServer, 'audit' | 'policy'> & { problem: string };

const lookInto = async (
  host: Host,
  known: Extract<Standing, { state: 'done' }>['known'],
  name: string,
  judge: FleetJudge | null,
): Promise<Looked> => {
  const problem = wasRewritten(known);
  if (problem) return { audit: null, policy: null, problem };
  try {
    const w = resumeAudit(hostAt(host, dirname(dirname(known.dir))), known.receipt.session, true);
    // Without a policy the record alone is read.
    if (judge) await w.store.load();
    const snapshot = w.store.snapshot();
    const { session, methodology } = snapshot;
    const { answered, total } = progress(session, checksOf(methodology));
    const findings = Object.fromEntries(severity.options.map((s) => [s, 0])) as NonNullable<
      FleetServer['audit']
    >['findings'];
    for (const f of findingsOf(session)) if (!f.positive) findings[f.severity] += 1;
    const { same, changed } = carriedOpen(session);
    const policy = judge?.(snapshot, name) ?? null;
    await w.store.close(null);
    return {
      audit: { answered, total, carried: same.length + changed.length, findings },
      policy,
      problem: '',
    };
  } catch (error) {
    return { audit: null, policy: null, problem: error instanceof Error ? error.message : String(error) };
  }
};

const nothingSeen = {
  commit: '',
  committedAt: '',
  gatheredAt: '',
  session: '',
  folder: '',
  leads: null,
  questions: 0,
  tools: 0,
  audit: null,
  drift: null,
  policy: null,
} satisfies Partial<FleetServer>;

const serverOf = async (
  host: Host,
  runs: readonly InRun[],
  { run, standings }: InRun,
  target: FleetRun['targets'][number],
  judge: FleetJudge | null,
): Promise<FleetServer> => {
  const standing = standings.get(target.name)!;
  const base = {
    ...nothingSeen,
    name: target.name,
    target: redactSecrets(target.target),
    owner: target.owner ?? '',
    state: stateOf(standing),
    problem: '',
    hint: '',
    blind: blindIn(standing),
    history: runs.flatMap((one) => {
      const then = one.standings.get(target.name);
      if (!then) return [];
      return [
        {
          run: one.run.id,
          state: stateOf(then),
          leads: then.state === 'done' ? then.known.receipt.leads : null,
        },
      ];
    }),
  };
  if (standing.state === 'waiting') return { ...base, problem: `nobody has looked yet in run ${run.id}` };
  if (standing.state === 'lost')
    return { ...base, problem: standing.why, hint: 'mcp-audit fleet run looks at it again' };
  if (standing.state === 'set-aside') {
    const { error, hint } = standing.entry;
    return { ...base, problem: error, hint };
  }
  const { known, entry } = standing;
  const { receipt } = known;
  const looked = await lookInto(host, known, target.name, judge);
  return {
    ...base,
    state: looked.problem ? 'lost' : base.state,
    problem: looked.problem || entry.driftProblem,
    commit: receipt.commit,
    committedAt: receipt.committedAt,
    gatheredAt: receipt.gatheredAt,
    session: receipt.session,
    folder: known.dir,
    leads: receipt.leads,
    questions: receipt.questions,
    tools: receipt.tools,
    audit: looked.audit,
    drift: entry.drift,
    policy: looked.policy,
  };
};

/** With the folder of results alone, only a policy that is named counts. */
const policyOf = (o: FleetPlace & { policy?: string | undefined }): string => {
  const file = fleetPath(o);
  return policyPath(o.policy, file, !o.policy && existsSync(file) ? fleetFrom(file).policy : undefined);
};

export const reportOf = async (
  host: Host,
  r: Results,
  o: FleetPlace & { policy?: string | undefined },
  run: FleetRun | null = newestRun(r),
): Promise<FleetReport> => {
  if (!run)
    throw new UserError(`there is no run in ${visible(r.folder)} yet`, 'mcp-audit fleet run makes one');
  const { judge, name } = fleetJudge(policyOf(o), todayOf(host));
  const runs = runIds(r)
    .filter((id) => id <= run.id)
    .slice(-MOST_RUNS)
    .map((id) => inRun(r, id === run.id ? run : readRun(r, id)));
  const now = runs.at(-1)!;
  const servers: FleetServer[] = [];
  for (const target of run.targets) servers.push(await serverOf(host, runs, now, target, judge));
  return {
    schema: FLEET_SCHEMA,
    tool: { name: TOOL_NAME, version: VERSION },
    fleet: run.fleet,
    day: todayOf(host),
    results: r.folder,
    policy: name,
    runs: runs.map(summaryOf),
    servers,
  };
};
