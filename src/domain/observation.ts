import { z } from 'zod';

/**
 * What was seen when the server was running: no function of the commit, so never among gathered evidence, and told apart
 * wherever it is shown. Everything in it was seen once, on one machine, inside the sandbox it names.
 */
export const PROBE_SCHEMA = 'mcp-audit/probe@1';
export const CONFIRM_SCHEMA = 'mcp-audit/confirm@1';
export const LOCK_SCHEMA = 'mcp-audit/tools-lock@1';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const definition = z.record(z.string(), z.unknown());

export const liveItem = z.strictObject({
  kind: z.enum(['tool', 'prompt', 'resource', 'template']),
  /** Its name; a resource's URI. */
  name: z.string(),
  /** Of the definition as canonical JSON (RFC 8785). */
  sha256: hash,
  definition,
});
export type LiveItem = z.infer<typeof liveItem>;

export const liveServer = z.strictObject({
  name: z.string(),
  version: z.string(),
  protocolVersion: z.string(),
  capabilities: definition,
  instructions: z.string(),
});

/** `tools.lock.json`: what a server offered, to be committed by whoever relies on it. */
export const toolsLock = z.strictObject({
  schema: z.literal(LOCK_SCHEMA),
  server: liveServer,
  items: z.array(liveItem),
});
export type ToolsLock = z.infer<typeof toolsLock>;

export const difference = z.strictObject({
  /** What was compared with what was listed first. */
  against: z.enum(['source', 'lock', 'repeat', 'after-calls', 'second-start', 'capabilities', 'client-name']),
  kind: z.string(),
  name: z.string(),
  /** `description`, `inputSchema.properties.path.pattern`; '' where the whole item came or went. */
  field: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'order']),
  before: z.string(),
  after: z.string(),
  means: z.string(),
});
export type LiveDifference = z.infer<typeof difference>;

export const requirementResult = z.enum(['held', 'violated', 'not-tried']);
export const requirementAnswer = z.strictObject({
  id: z.string().regex(/^[A-Z]\d{1,2}$/),
  requirement: z.string(),
  result: requirementResult,
  why: z.string(),
});
export type RequirementAnswer = z.infer<typeof requirementAnswer>;

export const sandboxUsed = z.strictObject({
  means: z.enum(['bubblewrap', 'none']),
  version: z.string(),
  network: z.enum(['none', 'host']),
  limits: z.string(),
});

export const stepDone = z.strictObject({
  what: z.string(),
  command: z.array(z.string()),
  network: z.string(),
  ok: z.boolean(),
  seconds: z.number(),
  words: z.string(),
});

const liveCall = z.strictObject({
  tool: z.string(),
  arguments: definition,
  outcome: z.enum(['result', 'tool-error', 'error', 'no-answer']),
  ms: z.number(),
});

/** What harmless calls of one tool touched. */
export const behaviour = z.strictObject({
  tool: z.string(),
  ran: z.array(z.string()),
  read: z.array(z.string()),
  changed: z.array(z.string()),
  asked: z.array(z.string()),
  /** What of it its hints, its description or the leads do not let expect. */
  against: z.array(z.string()),
});
export type Behaviour = z.infer<typeof behaviour>;

/** What an answer to a call made at random should not have been. */
export const fuzzFault = z.strictObject({
  tool: z.string(),
  kind: z.enum(['crash', 'hang', 'stack', 'secret', 'output', 'limit']),
  said: z.string(),
  /** The call, made as small as the time allowed. */
  arguments: definition,
  outcome: z.enum(['result', 'tool-error', 'error', 'no-answer']),
  /** Where in the sequence of its seed it lies, as fast-check names it. */
  path: z.string(),
});
export type FuzzFault = z.infer<typeof fuzzFault>;

/** Calls made at random from schemas: the same seed makes the same calls. */
export const fuzzReport = z.strictObject({
  seed: z.number().int(),
  /** Calls of each tool. */
  runs: z.number().int(),
  calls: z.number().int(),
  tools: z.number().int(),
  /** Tools that were left out, for want of time. */
  left: z.array(z.string()),
  problem: z.string(),
  faults: z.array(fuzzFault),
});
export type FuzzReport = z.infer<typeof fuzzReport>;

/** What is the same of everything that is started. */
const started = {
  target: z.strictObject({ name: z.string(), url: z.string(), commit: z.string() }).nullable(),
  /** A published package that was started; '' for the commit's own files. */
  package: z.string(),
  command: z.array(z.string()),
  cwd: z.string(),
  /** Names of the variables that were set; the values are stand-ins, or the auditor's. */
  env: z.array(z.string()),
  from: z.string(),
  notes: z.array(z.string()),
  sandbox: sandboxUsed,
  prepared: z.array(stepDone),
};

export const probeReport = z.strictObject({
  schema: z.literal(PROBE_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  ...started,
  transport: z.enum(['stdio', 'http', 'sse', 'none']),
  url: z.string(),
  era: z.enum(['legacy', 'modern', 'none']),
  /** Why it could not be asked; '' when it could. */
  problem: z.string(),
  server: liveServer,
  tools: z.array(liveItem),
  /** What the source names as tools; null where it was not compared. */
  staticTools: z.number().int().nullable(),
  differences: z.array(difference),
  requirements: z.array(requirementAnswer),
  calls: z.array(liveCall),
  /** Whether system calls were seen (strace); without it `behaviour` says nothing. */
  traced: z.boolean().default(false),
  behaviour: z.array(behaviour).default([]),
  /** null where it was not asked for. */
  fuzz: fuzzReport.nullable().default(null),
  startMs: z.number(),
  probeMs: z.number(),
});
export type ProbeReport = z.infer<typeof probeReport>;

export const confirmation = z.strictObject({
  /** Id of the lead. */
  item: z.string(),
  title: z.string(),
  class: z.string(),
  checks: z.array(z.string()),
  result: z.enum(['confirmed', 'not-reached', 'not-tried']),
  /** What showed it; '' unless confirmed. */
  shown: z.string(),
  /** Tools with their parameters: where it was shown first, and where the same was seen to hold; absent in what was kept of old. */
  places: z.array(z.string()).default([]),
  /** Ways in that did it at the first of them, and ways that did not. */
  ways: z.array(z.string()).default([]),
  refused: z.array(z.string()).default([]),
  /** What the server asked of the kernel while it was tried (strace): programs, files, addresses; none where nothing looked. */
  touched: z.array(z.string()).default([]),
  why: z.string(),
  /** What was called, in order. */
  calls: z.array(z.strictObject({ tool: z.string(), arguments: definition, outcome: z.string() })),
  ms: z.number(),
});
export type Confirmation = z.infer<typeof confirmation>;

export const confirmReport = z.strictObject({
  schema: z.literal(CONFIRM_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  ...started,
  results: z.array(confirmation),
});
export type ConfirmReport = z.infer<typeof confirmReport>;

/** What the journal keeps of an observation; the report and the transcript are blobs. */
export const observationRecord = z.strictObject({
  kind: z.enum(['probe', 'confirm']),
  /** One line for people. */
  summary: z.string().min(1).max(2000),
  command: z.array(z.string()),
  sandbox: z.string(),
  /** Checks it answers to, as far as something was seen. */
  checks: z.array(z.string()),
  /** By lead, what became of trying it; empty for a probe. */
  results: z.array(
    z.strictObject({
      item: z.string(),
      result: z.enum(['confirmed', 'not-reached', 'not-tried']),
      shown: z.string(),
      why: z.string(),
    }),
  ),
  report: hash,
  transcript: hash,
});
export type ObservationRecord = z.infer<typeof observationRecord>;
