import { z } from 'zod';
import { severity } from '../methodology.ts';
import { drift, leadCounts, runId } from './records.ts';

/** The public, versioned format `mcp-audit/fleet@1`: where every server of a fleet stands, and how that went over its runs. */
export const FLEET_SCHEMA = 'mcp-audit/fleet@1';

const count = z.number().int().nonnegative();

/** How a server stands in one run. */
export const fleetState = z
  .enum(['first', 'same', 'changed', 'set-aside', 'waiting', 'lost'])
  .describe(
    'first: nothing before it; same: the evidence of the run before holds; changed: other evidence than the run before; set-aside: could not be looked at, `problem` says why; waiting: nobody looked yet; lost: what was written down is gone or another',
  );
export type FleetState = z.infer<typeof fleetState>;

/** What a policy says, and by which rules. */
export const fleetPolicy = z.strictObject({
  decision: z.enum(['allowed', 'needs-a-person', 'denied']),
  because: z.array(z.strictObject({ rule: z.string(), decision: z.string(), reason: z.string() })),
});
export type FleetPolicy = z.infer<typeof fleetPolicy>;

const point = z.strictObject({ run: runId, state: fleetState, leads: leadCounts.nullable() });

export const fleetServer = z.strictObject({
  name: z.string(),
  target: z.string(),
  owner: z.string(),
  state: fleetState,
  /** Why it is set aside or lost, or could not be compared; '' otherwise. */
  problem: z.string(),
  hint: z.string(),
  commit: z.string(),
  committedAt: z.string(),
  gatheredAt: z.string(),
  session: z.string(),
  /** The session's folder, as `mcp-audit resume` takes it. */
  folder: z.string(),
  leads: leadCounts.nullable(),
  questions: count,
  tools: count,
  /** Collectors that could not look, and why. What they would have seen is unknown. */
  blind: z.array(z.strictObject({ collector: z.string(), message: z.string() })),
  /** What a person said in the session. */
  audit: z
    .strictObject({
      answered: count,
      total: count,
      /** Verdicts of an earlier session that nobody looked at again. */
      carried: count,
      findings: z.record(severity, count),
    })
    .nullable(),
  drift: drift.nullable(),
  policy: fleetPolicy.nullable(),
  history: z.array(point).describe('Over the runs, the oldest first'),
});
export type FleetServer = z.infer<typeof fleetServer>;

export const fleetRunSummary = z.strictObject({
  id: runId,
  startedAt: z.string(),
  /** When the last of it was written down; '' while something waits. */
  endedAt: z.string(),
  servers: count,
  states: z.record(fleetState, count),
  leads: leadCounts,
  newLeads: leadCounts,
  blind: count.describe('Servers at which a collector could not look'),
});
export type FleetRunSummary = z.infer<typeof fleetRunSummary>;

export const fleetReport = z.strictObject({
  schema: z.literal(FLEET_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  fleet: z.string(),
  day: z.string(),
  results: z.string(),
  /** Name of the policy; '' where none was given. */
  policy: z.string(),
  /** The newest last; the last is the one the servers stand in. */
  runs: z.array(fleetRunSummary),
  servers: z.array(fleetServer),
});
export type FleetReport = z.infer<typeof fleetReport>;

export const noLeads = (): z.infer<typeof leadCounts> => ({ strong: 0, moderate: 0, weak: 0 });
