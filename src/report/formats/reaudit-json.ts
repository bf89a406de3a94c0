import { z } from 'zod';
import { itemKind, itemStrength } from '../../domain/evidence.ts';
import { severity } from '../../domain/methodology.ts';
import { verdict } from '../../domain/verdict.ts';

/** The public, versioned format `mcp-audit/reaudit@1`: what changed since an earlier audit, and what that means for it. */
export const REAUDIT_SCHEMA = 'mcp-audit/reaudit@1';

const count = z.number().int().nonnegative();
const commit = z.string().regex(/^[0-9a-f]{40}$/);
const names = z.array(z.string());
export const excerpt = z.strictObject({
  path: z.string(),
  startLine: z.number().int().positive(),
  endLine: z.number().int().positive(),
  text: z.string(),
});

export const fate = z.enum(['still-there', 'moved', 'changed', 'fixed', 'gone', 'regressed', 'unread']);
export type Fate = z.infer<typeof fate>;

const place = z.strictObject({
  fate,
  /** Why `changed`: only names differ, some of the lines stand, or what is around them differs. */
  how: z.string(),
  before: excerpt,
  after: excerpt.nullable(),
  /** The commit that took the lines away, as far as the history tells. */
  fixedBy: commit.nullable(),
});
export type FatePlace = z.infer<typeof place>;

const finding = z.strictObject({
  /** Id in the new session. */
  id: z.string(),
  /** Id in the earlier one. */
  was: z.string(),
  title: z.string(),
  severity,
  fate: fate.describe(
    'What the code says; a verdict is the auditor’s. `fixed`: the cited lines were taken away',
  ),
  /** Why, in a sentence. */
  why: z.string(),
  /** The place that decides. */
  before: excerpt.nullable(),
  after: excerpt.nullable(),
  fixedBy: commit.nullable(),
  places: z.array(place),
});
export type FindingFate = z.infer<typeof finding>;

const counts = z.strictObject({ same: count, moved: count, changed: count, new: count, gone: count });

const item = z.strictObject({
  state: z.enum(['changed', 'new', 'gone']),
  kind: itemKind,
  strength: itemStrength,
  /** collector/rule */
  of: z.string(),
  title: z.string(),
  checks: names,
  before: z.string().describe('path:lines; empty where it stands nowhere'),
  after: z.string(),
  differs: names,
  /** Of new ones: the code it stands at was there at the earlier commit too. */
  codeWasThere: z.boolean(),
});

const check = z.strictObject({
  id: z.string(),
  title: z.string(),
  carried: verdict.nullable(),
  standing: z.enum(['same', 'changed', 'not-carried']),
  differs: z.string(),
  evidence: counts,
});

const side = z.strictObject({
  session: z.string(),
  commit,
  committedAt: z.string(),
  tags: names,
  tool: z.string(),
});

export const reauditJson = z.strictObject({
  schema: z.literal(REAUDIT_SCHEMA),
  target: z.strictObject({ name: z.string(), url: z.string(), subdir: z.string() }),
  before: side.extend({ audit: z.string() }),
  after: side,
  code: z.strictObject({
    commits: count.nullable(),
    added: count,
    removed: count,
    moved: count,
    changed: count,
    /** False: the list of what differs was cut. */
    complete: z.boolean(),
  }),
  dependencies: z.strictObject({
    looked: z.boolean(),
    added: names,
    removed: names,
    changed: z.array(z.strictObject({ name: z.string(), before: z.string(), after: z.string() })),
  }),
  tools: z.strictObject({
    added: names,
    removed: names,
    changed: z.array(z.strictObject({ name: z.string(), what: names })),
  }),
  hosts: z.strictObject({ added: names, removed: names }),
  maintainers: z.strictObject({
    added: names.describe('Authors of commits since, who wrote none before'),
    complete: z.boolean(),
  }),
  evidence: counts,
  items: z.array(item),
  checks: z.array(check),
  findings: z.array(finding),
  /** What was not compared, in words. */
  limits: names,
});
export type Reaudit = z.infer<typeof reauditJson>;
