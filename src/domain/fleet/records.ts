import { z } from 'zod';
import { outcome } from '../evidence.ts';
import { checkId, severity } from '../methodology.ts';
import { fleetTarget, MOST_TARGETS, serverName } from './fleet-file.ts';

/**
 * What lies in a folder of results. Others may write there (a shared folder, a queue says what to work on), so everything is
 * read through these, and every name in it is one that is a folder of ours.
 */
export const RUN_SCHEMA = 'mcp-audit/fleet-run@1';
export const RECEIPT_SCHEMA = 'mcp-audit/fleet-receipt@1';
export const ENTRY_SCHEMA = 'mcp-audit/fleet-entry@1';

const count = z.number().int().nonnegative();
const text = z.string().max(4_000);
const commit = z.string().regex(/^[0-9a-f]{40}$/);
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** `2026-11-30-181500-4f2a`: sorted by time. */
export const runId = z.string().regex(/^\d{4}-\d{2}-\d{2}-\d{6}-[0-9a-f]{4}$/);
const session = z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/);

export const gathering = z.strictObject({
  /** Only the collectors of these checks; none are all. */
  checks: z.array(checkId),
  /** Folder of another methodology, or `minimum-bar`; '' for the bundled one. */
  methodology: text,
  /** Whether targets may be fetched from where they lie. */
  network: z.boolean(),
  /** Whether names and versions of packages may be sent to api.osv.dev. */
  lookups: z.boolean(),
  /** An offline copy of OSV; '' for none. */
  osv: text,
});
export type FleetGathering = z.infer<typeof gathering>;

/** What a run is to look at: all that a worker knows of it. */
export const fleetRun = z.strictObject({
  schema: z.literal(RUN_SCHEMA),
  id: runId,
  startedAt: z.iso.datetime(),
  fleet: text,
  gathering,
  /** How often a target is tried before it is set aside. */
  attempts: z.number().int().min(1).max(20),
  /** What one attempt may take. */
  minutes: z
    .number()
    .int()
    .min(1)
    .max(24 * 60),
  /** Paths in it are absolute. */
  targets: z.array(fleetTarget).max(MOST_TARGETS),
});
export type FleetRun = z.infer<typeof fleetRun>;

export const leadCounts = z.strictObject({ strong: count, moderate: count, weak: count });
export type LeadCounts = z.infer<typeof leadCounts>;

/** What was gathered, beside the journal of its session, and made with it: there is no session of a fleet that is half. */
export const receipt = z.strictObject({
  schema: z.literal(RECEIPT_SCHEMA),
  server: serverName,
  session,
  /** Target, commit and how they were looked at: the same key is the same work. */
  key: sha256,
  name: text,
  url: text,
  commit,
  committedAt: text,
  tags: z.array(text).max(1_000),
  gatheredAt: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  tool: text,
  collectors: z.array(z.strictObject({ id: text, outcome, message: text })).max(200),
  leads: leadCounts,
  questions: count,
  tools: count,
  /** The journal as it was left: later lines are a person's. Each line holds the hash of the one before, and so of all evidence. */
  head: z.strictObject({ events: count, hash: sha256 }),
});
export type Receipt = z.infer<typeof receipt>;

const names = z.array(text).max(2_000);
const change = z.strictObject({
  state: z.enum(['new', 'changed', 'gone']),
  strength: z.enum(['strong', 'moderate', 'weak']),
  /** collector/rule */
  of: text,
  title: text,
  where: text,
});

/** What changed since the run before, as `mcp-audit reaudit` says it, as far as a report over many servers shows it. */
export const drift = z.strictObject({
  since: z.strictObject({ session, commit }),
  /** null: nobody could count them. */
  commits: count.nullable(),
  files: count,
  tools: z.strictObject({ added: names, removed: names, changed: names }),
  /** null: one side has no inventory. */
  dependencies: z.strictObject({ added: names, removed: names, changed: names }).nullable(),
  hosts: names.describe('Hosts it names that it did not'),
  authors: names.describe('Who wrote a commit since, and none before'),
  newLeads: leadCounts,
  goneLeads: count,
  /** The most certain first. */
  leads: z.array(change).max(50),
  /** Of the verdicts somebody gave: those whose evidence is another one now. */
  lookAgain: z.array(checkId).max(500),
  findings: z.array(z.strictObject({ id: text, title: text, severity, fate: text })).max(500),
  limits: names,
});
export type Drift = z.infer<typeof drift>;

const at = { at: z.iso.datetime(), worker: text };

/** What came of one target in one run. It is written once, by whoever was first. */
export const fleetEntry = z.discriminatedUnion('outcome', [
  z.strictObject({
    schema: z.literal(ENTRY_SCHEMA),
    outcome: z.literal('done'),
    run: runId,
    server: serverName,
    session,
    /** Of the receipt's bytes. */
    receipt: sha256,
    /** The same work was done in an earlier run, and is what counts here. */
    known: z.boolean(),
    /** The session that counted in the run before; null for the first. */
    before: session.nullable(),
    /** null where nothing was compared: it is the first, the same as before, or `driftProblem` says what was in the way. */
    drift: drift.nullable(),
    driftProblem: text,
    ...at,
  }),
  z.strictObject({
    schema: z.literal(ENTRY_SCHEMA),
    outcome: z.literal('set-aside'),
    run: runId,
    server: serverName,
    error: text,
    hint: text,
    attempts: count,
    ...at,
  }),
]);
export type FleetEntry = z.infer<typeof fleetEntry>;

/** All that a queue says to a worker: what it means stands in the folder of results. */
export const fleetJob = z.strictObject({ run: runId, server: serverName });
export type FleetJob = z.infer<typeof fleetJob>;
