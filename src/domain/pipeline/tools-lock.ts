import { z } from 'zod';
import type { Surface, SurfaceTool } from '../evidence.ts';
import type { ToolsLock } from '../observation.ts';

/**
 * What the source says of tools against what was approved (`tools.lock.json`), without starting the server. Only what stands in
 * the source as it is can differ: everything else is told as not computed, never as unchanged.
 */
const lockChange = z.strictObject({
  kind: z.enum(['tool', 'prompt']),
  name: z.string(),
  /** '' for the whole definition. */
  field: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  before: z.string(),
  after: z.string(),
  /** Where the source says it. */
  path: z.string(),
  line: z.number().int().positive(),
});
export type LockChange = z.infer<typeof lockChange>;

export const toolsReport = z.strictObject({
  lock: z.string(),
  changes: z.array(lockChange),
  /** Definitions, or parts of them, that the source does not tell. */
  uncomputed: z.array(z.strictObject({ what: z.string(), why: z.string() })),
  /** Definitions compared. */
  compared: z.number(),
});
export type ToolsReport = z.infer<typeof toolsReport>;

const MOST_SHOWN = 2_000;
const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

type Entry = Pick<SurfaceTool, 'name' | 'path' | 'line' | 'description' | 'certainty'>;
type Locked = ToolsLock['items'][number];

const changer =
  (kind: LockChange['kind'], at: Entry) =>
  (field: string, change: LockChange['change'], before: string, after: string): LockChange => ({
    kind,
    name: at.name,
    field,
    change,
    before: before.slice(0, MOST_SHOWN),
    after: after.slice(0, MOST_SHOWN),
    path: at.path,
    line: at.line,
  });

type Found = { changes: LockChange[]; uncomputed: ToolsReport['uncomputed'] };

const descriptionOf = (kind: LockChange['kind'], s: Entry, locked: Locked): Found => {
  const before = text(locked.definition.description);
  if (s.certainty !== 'literal' || s.description === '')
    return before === ''
      ? { changes: [], uncomputed: [] }
      : {
          changes: [],
          uncomputed: [
            { what: `description of ${kind} ${s.name}`, why: 'it does not stand in the source as it is' },
          ],
        };
  return {
    changes:
      squeezed(before) === squeezed(s.description)
        ? []
        : [changer(kind, s)('description', before === '' ? 'added' : 'changed', before, s.description)],
    uncomputed: [],
  };
};

const parametersOf = (s: SurfaceTool, locked: Locked): Found => {
  const change = changer('tool', s);
  const before = Object.keys(record(record(locked.definition.inputSchema).properties));
  const after = s.params.map((p) => p.name);
  if (after.length === 0 && before.length > 0)
    return {
      changes: [],
      uncomputed: [{ what: `parameters of tool ${s.name}`, why: 'its schema was not read from the source' }],
    };
  return {
    changes: [
      ...after
        .filter((p) => !before.includes(p))
        .map((p) => change(`inputSchema.properties.${p}`, 'added', '', p)),
      ...before
        .filter((p) => !after.includes(p))
        .map((p) => change(`inputSchema.properties.${p}`, 'removed', p, '')),
    ],
    uncomputed: [],
  };
};

const hintsOf = (s: SurfaceTool, locked: Locked): LockChange[] => {
  const before = record(locked.definition.annotations);
  return Object.entries(s.annotations).flatMap(([hint, value]) =>
    typeof value === 'boolean' && before[hint] !== value
      ? [
          changer('tool', s)(
            `annotations.${hint}`,
            hint in before ? 'changed' : 'added',
            String(before[hint] ?? ''),
            String(value),
          ),
        ]
      : [],
  );
};

export const againstToolsLock = (name: string, lock: ToolsLock, surface: Surface): ToolsReport => {
  const changes: LockChange[] = [];
  const uncomputed: ToolsReport['uncomputed'] = [];
  let compared = 0;
  const take = (found: Found): void => {
    changes.push(...found.changes);
    uncomputed.push(...found.uncomputed);
  };
  for (const kind of ['tool', 'prompt'] as const) {
    const own = (kind === 'tool' ? surface.tools : surface.prompts).filter(
      (s) => s.name !== '' && s.certainty !== 'dynamic',
    );
    const locked = lock.items.filter((i) => i.kind === kind);
    for (const item of locked) {
      const same = own.filter((s) => s.name === item.name);
      const [s] = same;
      if (!s || same.length > 1) {
        uncomputed.push({
          what: `${kind} ${item.name}`,
          why: s
            ? `the source has ${same.length} of this name`
            : 'it was not seen in the source: removed, made at run time, or of a package',
        });
        continue;
      }
      compared++;
      take(descriptionOf(kind, s, item));
      if (kind === 'tool') {
        take(parametersOf(s as SurfaceTool, item));
        changes.push(...hintsOf(s as SurfaceTool, item));
      }
    }
    for (const s of own)
      if (
        !locked.some((i) => i.name === s.name) &&
        own.findIndex((o) => o.name === s.name) === own.indexOf(s)
      )
        changes.push(changer(kind, s)('', 'added', '', s.name));
  }
  const rest = lock.items.filter((i) => i.kind !== 'tool' && i.kind !== 'prompt').length;
  if (rest > 0)
    uncomputed.push({
      what: `${rest} resources and templates`,
      why: 'they are compared on the running server alone',
    });
  if (lock.server.instructions !== '')
    uncomputed.push({
      what: 'instructions of the server',
      why: 'they are compared on the running server alone',
    });
  if (compared > 0)
    uncomputed.push({
      what: 'types and limits of parameters',
      why: 'their names are compared; probe --against compares all of a running server',
    });
  return { lock: name, changes, uncomputed, compared };
};

/** "tool ping: description is another one (src/a.ts:7): "…" → "…"". */
export const changeWords = (c: LockChange): string => {
  const what = `${c.kind} ${c.name}`;
  const where = `(${c.path}:${c.line})`;
  const shown = (t: string): string => JSON.stringify(t.length > 120 ? `${t.slice(0, 119)}…` : t);
  if (c.field === '') return `${what} is not in the lock: nobody has approved it ${where}`;
  const becomes = c.change === 'changed' ? `: ${shown(c.before)} → ${shown(c.after)}` : '';
  return `${what}: ${c.field} was ${c.change} ${where}${becomes}`;
};
