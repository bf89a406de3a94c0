import { z } from 'zod';
import { checkId, cweId } from './methodology.ts';

/** The public, versioned format `mcp-audit/evidence@1`; its JSON Schema is committed beside the checklists. */
export const EVIDENCE_SCHEMA = 'mcp-audit/evidence@1';

export const itemKind = z.enum(['lead', 'fact', 'strength', 'gap']);
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
  /** What was counted, by name, where a number says it better than words: days, percent, people. */
  measures: measures.optional(),
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

const KIND_ORDER: Record<ItemKind, number> = { lead: 0, gap: 1, strength: 2, fact: 3 };
const STRENGTH_ORDER = { strong: 0, moderate: 1, weak: 2 } as const;

/** Tests, examples, generated and vendored code come last: seldom what an auditor must read first. */
export const isSecondary = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|spec|specs|examples?|samples?|fixtures?|vendor|third_party|node_modules|dist|build|generated|docs?)(\/|$)|\.(test|spec|min|generated)\.[a-z]+$|_test\.(go|py)$|(^|\/)test_[^/]+\.py$/i.test(
    path,
  );

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What a weakness of the class is worth to whoever uses it, where nothing else tells two items apart: 0 the most. */
const GRAVITY: Partial<Record<EvidenceItem['class'], number>> = {
  'command-injection': 0,
  'code-execution': 0,
  deserialization: 0,
  redos: 2,
  'resource-limit': 2,
  'log-injection': 2,
  'information-disclosure': 2,
  'annotation-mismatch': 2,
  container: 2,
  configuration: 2,
  hygiene: 3,
};
const gravity = (i: EvidenceItem): number => GRAVITY[i.class] ?? 1;

/** Something on the way may hold it back. */
export const isGuarded = (i: EvidenceItem): boolean => i.flow.some((step) => step.role === 'guard');
/** It begins at a door of the server: a tool, a route, a prompt. */
const isReached = (i: EvidenceItem): boolean => i.flow[0]?.role === 'source';

/**
 * Most worth the auditor's time first: what may be wrong before what is so, the certain and unguarded before the rest,
 * the grave before the tiresome, what an input was seen to reach before what only stands there. A total order, so that
 * the same items always come in the same order.
 */
export const compareItems = (a: EvidenceItem, b: EvidenceItem): number => {
  const path = (i: EvidenceItem) => i.location?.path ?? '';
  return (
    Number(isSecondary(path(a))) - Number(isSecondary(path(b))) ||
    KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
    STRENGTH_ORDER[a.strength] - STRENGTH_ORDER[b.strength] ||
    Number(isGuarded(a)) - Number(isGuarded(b)) ||
    gravity(a) - gravity(b) ||
    Number(isReached(b)) - Number(isReached(a)) ||
    byCodePoint(a.collector, b.collector) ||
    byCodePoint(path(a), path(b)) ||
    (a.location?.startLine ?? 0) - (b.location?.startLine ?? 0) ||
    byCodePoint(a.rule, b.rule) ||
    byCodePoint(a.id, b.id)
  );
};
