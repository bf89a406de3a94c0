import { z } from 'zod';
import { checkId, cweId } from './methodology.ts';

/** The public, versioned format `mcp-audit/evidence@1`; its JSON Schema is committed beside the checklists. */
export const EVIDENCE_SCHEMA = 'mcp-audit/evidence@1';

/**
 * A `question` names places and what is to be found out there, where reading ends: it is no weakness, and nobody words it as
 * one. The auditor answers it; only an answered one is published.
 */
export const itemKind = z.enum(['lead', 'question', 'fact', 'strength', 'gap']);
export type ItemKind = z.infer<typeof itemKind>;

export const itemStrength = z.enum(['strong', 'moderate', 'weak']);

export const weaknessClass = z.enum([
  'command-injection',
  'argument-injection',
  'code-execution',
  'path-traversal',
  'ssrf',
  'sql-injection',
  'query-injection',
  'deserialization',
  'template-injection',
  'missing-auth',
  'broken-authorization',
  'dns-rebinding',
  'cors',
  'csrf',
  'session',
  'oauth',
  'tls',
  'crypto',
  'hardcoded-secret',
  'secret-exposure',
  'information-disclosure',
  'xss',
  'redos',
  'resource-limit',
  'log-injection',
  'tool-poisoning',
  'prompt-injection',
  'annotation-mismatch',
  'toxic-flow',
  'supply-chain',
  'container',
  'configuration',
  'hygiene',
]);

/** 1-based, inclusive line numbers at the pinned commit; `sha256` is of `snippet` in UTF-8. */
export const location = z.strictObject({
  path: z.string().min(1),
  startLine: z.number().int().positive(),
  endLine: z.number().int().positive(),
  snippet: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Location = z.infer<typeof location>;

/**
 * Where in a statement, command, argument list, address or path a value lands: what it can do there, and so what is tried and
 * how it is mended, follows from it.
 */
export const sinkPosition = z.enum([
  /** The whole statement of a query language, or what it begins with. */
  'statement',
  /** A value without quotes: behind an operator, in a list of values. */
  'value',
  /** Between the quotes of a text. */
  'quoted-value',
  /** A name of a table, column or other object; `quoted-name` between the quotes of one. */
  'name',
  'quoted-name',
  /** A condition, an order, or whatever else may follow there. */
  'clause',
  /** An object of operators and fields, as document databases take it. */
  'filter',
  /** The whole text a shell reads; a part of it; a part between quotes. */
  'command-line',
  'command-text',
  'quoted-command-text',
  /** What is started. */
  'program',
  /** An item of an argument list, behind no option; behind one; of a program that is not known or starts others; the whole list. */
  'operand',
  'option-value',
  'argument',
  'argument-list',
  /** The whole address or what it begins with; what names its host; a part of its path. */
  'whole-address',
  'host',
  'address-path',
  /** The whole path of a file; a part of one. */
  'whole-path',
  'path-part',
  /** The whole of what is run as code or compiled as a template; a part of it. */
  'code',
  'code-part',
]);
export type SinkPosition = z.infer<typeof sinkPosition>;

export const flowStep = z.strictObject({
  path: z.string(),
  line: z.number().int().positive(),
  role: z.enum(['source', 'step', 'guard', 'sink']),
  text: z.string(),
});

/** Lines of a file at the pinned commit, without their text: 1-based, inclusive. */
export const place = z.strictObject({
  path: z.string().min(1),
  startLine: z.number().int().positive(),
  endLine: z.number().int().positive(),
});
export type Place = z.infer<typeof place>;

/** `src/run.ts:12` or `src/run.ts:12-14`, as people and editors write it. */
export const placeWords = ({ path, startLine, endLine }: Place): string =>
  `${path}:${startLine}${endLine === startLine ? '' : `-${endLine}`}`;

/** `line 12` or `lines 12-14`, for sentences. */
export const lineWords = ({ startLine, endLine }: Pick<Place, 'startLine' | 'endLine'>): string =>
  endLine === startLine ? `line ${startLine}` : `lines ${startLine}-${endLine}`;

/** Another tool that says the same of the same place, in its own words. */
export const toolReport = z.strictObject({
  tool: z.string(),
  /** '' when it does not say. */
  version: z.string(),
  rule: z.string(),
  /** The tool's own word: ERROR, HIGH, warning. */
  level: z.string(),
});
export type ToolReport = z.infer<typeof toolReport>;

/** A tool, resource, prompt or route from whose input a sink is reached, by the first line of its handler. */
export const door = z.strictObject({
  /** '' when one handler serves many and it is not known which. */
  name: z.string(),
  path: z.string().min(1),
  line: z.number().int().positive(),
  /** Something stands guard on every way that was seen. */
  guarded: z.boolean(),
});
export type Door = z.infer<typeof door>;

/** What somebody gains by a weakness of the class: the most, then less. */
export const consequence = z.enum(['intent', 'control', 'access', 'weakening', 'untidiness']);
/** How much of it was seen: `seen`, who opens the place sees it; `likely`; `guarded`, something on the way is to be proved; `hinted`. */
export const likelihood = z.enum(['seen', 'likely', 'guarded', 'hinted']);
/** Where what does harm comes in, as far as it was followed. */
export const wayIn = z.enum([
  'tool',
  'resource',
  'prompt',
  'http',
  'message',
  'stdin',
  'remote',
  'file',
  'environment',
  'argument',
  'caller',
  'network',
]);
export type WayIn = z.infer<typeof wayIn>;

/** Why an item stands where it stands in every list (`standing.ts`). */
export const standing = z.strictObject({
  consequence,
  likelihood,
  /** Absent where none was followed. */
  wayIn: wayIn.optional(),
  /** It lies in tests, examples, scripts, generated or vendored code: after all that is the server. */
  beside: z.literal(true).optional(),
});
export type Standing = z.infer<typeof standing>;

/** Named numbers of one item; the scorecard's rules (`scorecard.yml`) refer to them. */
export const measures = z.record(z.string().regex(/^[a-z][A-Za-z]*$/), z.number());

export const evidenceItem = z.strictObject({
  /** Derived from content (collector, rule, path, normalised snippet, occurrence): survives line shifts. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  kind: itemKind,
  strength: itemStrength,
  collector: z.string(),
  rule: z.string(),
  checks: z.array(checkId),
  cwe: z.array(cweId),
  class: weaknessClass,
  title: z.string(),
  detail: z.string(),
  /** What the auditor is to look at to decide: shown on screen, never published. */
  advice: z.string().min(1).optional(),
  location: location.nullable(),
  /** From where a value comes to where it takes effect. Several sinks of one source are steps of one flow. */
  flow: z.array(flowStep),
  /** Other places of the same cause, by path and line: to mend one is to look at all. Evidence of old has none. */
  places: z.array(place).default([]),
  /** A command that shows the same thing in any clone, without this tool. */
  reproduce: z.string(),
  /** Other tools whose results were imported and that report it too; absent when none does. */
  reports: z.array(toolReport).min(1).optional(),
  /** What a client calls to get there; absent where nothing a client calls was seen to. */
  doors: z.array(door).min(1).optional(),
  /** Where its values land, of every way that was seen; absent where one of them is not known. */
  positions: z.array(sinkPosition).min(1).optional(),
  /** What was counted, by name, where a number says it better than words: days, percent, people. */
  measures: measures.optional(),
  /** It stands before everything else of its checks: what the rest is read by. */
  first: z.literal(true).optional(),
  /** Of leads: why it is where it is. Evidence gathered before 2026-12 has none. */
  standing: standing.optional(),
});
export type EvidenceItem = z.infer<typeof evidenceItem>;

/**
 * The closed set of ways a collector ends. "Could not look" (`unavailable`, `failed`, `not-run`) never reads as
 * clean: only `nothing-found` says that we looked and saw nothing, and it says where.
 */
export const outcome = z.enum(['collected', 'nothing-found', 'not-applicable', 'unavailable', 'failed']);
export type Outcome = z.infer<typeof outcome>;

export const collectorRun = z.strictObject({
  id: z.string(),
  outcome,
  durationMs: z.number().nonnegative(),
  /** What was looked at, in words with counts: "214 files in 3 languages". */
  searched: z.string(),
  /** Why not applicable, what is missing and how to get it, or the error. Empty when collected. */
  message: z.string(),
});
export type CollectorRun = z.infer<typeof collectorRun>;

export const certainty = z.enum(['literal', 'derived', 'dynamic']);

const surfaceEntry = {
  name: z.string(),
  path: z.string(),
  line: z.number().int().positive(),
  description: z.string(),
  certainty,
};
export const surfaceTool = z.strictObject({
  ...surfaceEntry,
  params: z.array(z.strictObject({ name: z.string(), type: z.string(), constraints: z.array(z.string()) })),
  annotations: z.record(z.string(), z.unknown()),
  handler: z
    .strictObject({
      path: z.string(),
      startLine: z.number().int().positive(),
      endLine: z.number().int().positive(),
    })
    .nullable(),
  sinks: z.array(z.string()),
  /** What is there and could not be read: `params` and `description` are then empty without saying so. */
  unread: z.array(z.enum(['parameters', 'description'])).optional(),
});
export type SurfaceTool = z.infer<typeof surfaceTool>;
export const surface = z.strictObject({
  tools: z.array(surfaceTool),
  resources: z.array(z.strictObject(surfaceEntry)),
  prompts: z.array(z.strictObject(surfaceEntry)),
  transports: z.array(
    z.strictObject({
      kind: z.enum(['stdio', 'http', 'sse', 'websocket', 'unknown']),
      path: z.string(),
      line: z.number(),
    }),
  ),
});
export type Surface = z.infer<typeof surface>;
export const emptySurface = (): Surface => ({ tools: [], resources: [], prompts: [], transports: [] });

/** What the target is, as evidence and reports name it. `url` is '' when a local repository has no remote. */
export const targetRef = z.strictObject({
  url: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** What the auditor asked for (branch, tag, commit); '' for the default branch. */
  ref: z.string(),
  /** '' for the whole repository. */
  subdir: z.string(),
});
export type TargetRef = z.infer<typeof targetRef>;

/** A document a collector made that belongs into the submission's `artifacts/`. */
export const artifact = z.strictObject({ name: z.string(), mediaType: z.string(), content: z.string() });

/** Everything one collector said: stored as one content-addressed blob. */
export const collectorResult = z.strictObject({
  run: collectorRun,
  items: z.array(evidenceItem),
  surface: surface.nullable(),
  artifacts: z.array(artifact),
});
export type CollectorResult = z.infer<typeof collectorResult>;

export const evidenceFile = z.strictObject({
  schema: z.literal(EVIDENCE_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string(), rules: z.string() }),
  target: targetRef,
  collectors: z.array(collectorRun),
  surface,
  items: z.array(evidenceItem),
  /** The database's label, in the copy that goes into a submission and quotes what was written to steer a model. */
  _meta: z
    .strictObject({
      contains_prompt_injection_examples: z.literal(true),
      example_locations: z.array(z.string()),
    })
    .optional(),
});
export type EvidenceFile = z.infer<typeof evidenceFile>;
