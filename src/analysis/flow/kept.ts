import type { Frame } from './frame.ts';
import { ANY, allTaints, type ClassInfo, NOTHING, union, type Value, valueWith } from './value.ts';

/** What outlives a call: fields of objects, variables of a module. */

const DEEPEST_KEPT = 3;
const MOST_KEPT = 6;

/** What somebody sends, and no answer of another program, no file, no setting. */
const SENT = /^(?:tool|resource|prompt|http|message|stdin)$/;

/**
 * What a field of an object that outlives the call may hold from a door; of what that holds in turn, what somebody sent, where it
 * is held: one field of a record says nothing of the next.
 */
export const keptFrom = (v: Value, depth = 0): Value => {
  const taints = v.taints
    .filter((t) => t.source.kind === 'origin' && (depth === 0 || SENT.test(t.source.origin.kind)))
    .slice(0, MOST_KEPT)
    .map((t) => (t.kept ? t : { ...t, kept: true as const }));
  let fields: Map<string, Value> | null = null;
  const keep = (key: string, inner: Value): void => {
    const kept = keptFrom(inner, depth + 1);
    if (kept === NOTHING) return;
    fields ??= new Map();
    fields.set(key, union(fields.get(key) ?? NOTHING, kept));
  };
  if (depth < DEEPEST_KEPT) {
    for (const [key, inner] of v.fields ?? []) keep(key, inner);
    for (const inner of v.items ?? []) keep(ANY, inner);
  }
  return taints.length > 0 || fields ? valueWith({ taints, fields }) : NOTHING;
};

const MOST_WRITES = 24;

/** A field of objects that outlive the call: what came in at a door stands there at once, the rest waits for callers. */
export const writeField = (f: Frame, cls: ClassInfo, name: string, value: Value): void => {
  const kept = keptFrom(value);
  if (kept !== NOTHING) cls.fields.set(name, union(cls.fields.get(name) ?? NOTHING, kept));
  const waits = allTaints(value).some((t) => t.source.kind === 'param');
  if (waits && f.writes.length < MOST_WRITES) f.writes.push({ cls, name, value });
};
