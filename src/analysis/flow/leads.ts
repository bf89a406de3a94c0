import type { SinkPosition } from '../../domain/evidence.ts';
import type { Hit } from './analyse.ts';
import { type Judged, judge, RANK, type Strength } from './judging.ts';
import { positionAt, UNTOLD } from './positions.ts';
import type { Rule } from './rules.ts';
import { withoutFollowedTexts } from './text-leads.ts';
import {
  type Condition,
  commonConditions,
  type Guard,
  OPENED,
  type OriginKind,
  type Place,
  placesOf,
  type Taint,
  UNMODELLED,
} from './value.ts';

export type { Strength };

/** Turns what reached sinks into what an auditor reads: one lead a root cause, the other ways to it beside it. */

/** A handler whose input gets to a sink: where it begins, and whether something stands guard on every way of it. */
export type Door = Place & { kind: OriginKind; name: string; guarded: boolean };

export type FlowLead = {
  rule: Rule;
  strength: Strength;
  /** `path` of `read_file`. */
  input: string;
  origin: OriginKind;
  tool: string;
  sink: Place & { endLine: number };
  /** Where to look: the sink, or where its file is entered when several files share it. */
  at: Place & { endLine: number };
  callee: string;
  /** Where its values land, of every way, each once and in order; null where one of them is not known. */
  positions: readonly SinkPosition[] | null;
  flow: (Place & { role: 'source' | 'step' | 'guard' | 'sink' })[];
  guards: readonly { guard: Guard; hole: string | null }[];
  sanitizers: readonly string[];
  /** What every way to the sink is under, outermost first. */
  under: readonly Condition[];
  /** Tests on its way that are none against this. */
  others: readonly Guard[];
  /** On each way something was seen to leave nothing that could do harm. */
  closed: boolean;
  /** Calls on its way into libraries that no model speaks of. */
  through: readonly string[];
  /** Other inputs that reach the same sink, and other sinks of the same input in the same function. */
  alsoFrom: readonly string[];
  alsoAt: readonly Place[];
  /** All handlers from which it is reached, by place. */
  doors: readonly Door[];
};

/** Each door once; one way without a guard is enough to be unguarded. */
export const joinedDoors = (doors: readonly Door[]): Door[] => {
  const unique = new Map<string, Door>();
  for (const d of doors) {
    const key = `${d.kind} ${d.path}:${d.line} ${d.name}`;
    const held = unique.get(key);
    unique.set(key, held ? { ...held, guarded: held.guarded && d.guarded } : d);
  }
  return [...unique.values()].sort((a, b) => byPlace(a, b) || byCodePoint(a.name, b.name));
};

const WRAPPERS = new Set([
  'params',
  'arguments',
  'Params',
  'Arguments',
  'body',
  'query',
  'headers',
  'args',
  'input',
]);

/** The name people know the input by. */
const inputOf = (h: Hit): { input: string; tool: string; origin: OriginKind } => {
  const { source } = h.taint;
  if (source.kind !== 'origin') return { input: '', tool: '', origin: 'caller' };
  const path = source.path.filter((p, i) => p !== OPENED && !(WRAPPERS.has(p) && i < source.path.length - 1));
  return {
    input: path.join('.'),
    tool: source.origin.kind === 'tool' && h.tool !== '' ? h.tool : source.origin.name,
    origin: source.origin.kind,
  };
};

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byPlace = (a: Place, b: Place): number => byCodePoint(a.path, b.path) || a.line - b.line;

type Found = Judged & { hit: Hit; input: string; tool: string; origin: OriginKind };

const said = (f: Pick<FlowLead, 'input' | 'origin' | 'tool'>): string => {
  if (f.origin === 'environment') return `environment variable ${f.tool}`.trim();
  const door = f.origin === 'http' ? 'route' : f.origin === 'message' ? 'connection' : f.origin;
  const where = f.tool === '' ? '' : f.origin === 'tool' ? ` of ${f.tool}` : ` of ${door} ${f.tool}`;
  return `${f.input === '' ? 'input' : f.input}${where}`;
};

const better = (a: Found, b: Found): number =>
  RANK[a.strength] - RANK[b.strength] ||
  Number(a.closed) - Number(b.closed) ||
  Number(b.hit.taint.joined) - Number(a.hit.taint.joined) ||
  a.hit.taint.guards.length - b.hit.taint.guards.length ||
  (a.hit.taint.trail?.length ?? 0) - (b.hit.taint.trail?.length ?? 0) ||
  byCodePoint(said(a), said(b)) ||
  byCodePoint(a.hit.taint.key, b.hit.taint.key);

const unique = (texts: Iterable<string>): string[] => [...new Set(texts)].sort(byCodePoint);

const flowOf = (best: Found): FlowLead['flow'] => {
  const { hit } = best;
  const origin = hit.taint.source.kind === 'origin' ? hit.taint.source.origin.at : hit.at;
  const steps = placesOf(hit.taint.trail).filter(
    (p) =>
      !(p.line === hit.at.line && p.path === hit.at.path) &&
      !(p.line === origin.line && p.path === origin.path),
  );
  const guards = best.guards.flatMap(({ guard }) =>
    [guard.at, ...(guard.defined ? [guard.defined] : [])].map((p) => ({ ...p, role: 'guard' as const })),
  );
  const seen = new Set<string>();
  return [
    { ...origin, role: 'source' as const },
    ...steps.map((p) => ({ ...p, role: 'step' as const })),
    ...guards,
    { ...hit.at, role: 'sink' as const },
  ].filter((s) => {
    const key = `${s.role}${s.path}:${s.line}`;
    return s.line > 0 && s.path !== '' && !seen.has(key) && seen.add(key);
  });
};

const sinkKey = (h: Hit): string => `${h.rule.rule.id}|${h.at.path}:${h.at.line}`;

const doorOf = (f: Found): Door[] => {
  const { source } = f.hit.taint;
  if (source.kind !== 'origin' || !/^(?:tool|resource|prompt|http)$/.test(f.origin)) return [];
  const { path, line } = source.origin.at;
  const guarded = f.guards.some((g) => g.hole === null) || f.sanitizers.length > 0;
  return [{ path, line, kind: f.origin, name: f.tool, guarded }];
};

/** What all say, or nothing: one way that is not known may be another. */
export const joinedPositions = (
  all: readonly (readonly SinkPosition[] | null)[],
): readonly SinkPosition[] | null => {
  const known = all.flatMap((p) => p ?? []);
  return all.length === 0 || all.includes(null) ? null : [...new Set(known)].sort(byCodePoint);
};

const positionsOf = (group: readonly Found[]): readonly SinkPosition[] | null => {
  const keyOf = ({ hit }: Found): string => `${sinkKey(hit)}|${hit.taint.key}`;
  const told = new Set(group.filter((f) => f.hit.slot !== UNTOLD).map(keyOf));
  return joinedPositions(
    group
      .filter((f) => f.hit.slot !== UNTOLD || !told.has(keyOf(f)))
      .map(({ hit }) => {
        const at = positionAt(hit.rule, hit.taint, hit.slot);
        return at && [at];
      }),
  );
};

const leadOf = (group: readonly Found[], alsoAt: readonly Place[], shared: ReadonlySet<string>): FlowLead => {
  const best = [...group].sort(better)[0]!;
  const sink = { ...best.hit.at, endLine: best.hit.endLine };
  const builder = shared.has(sinkKey(best.hit)) ? builderOf(best) : null;
  return {
    rule: best.hit.rule.rule,
    strength: best.strength,
    input: best.input,
    origin: best.origin,
    tool: best.tool,
    sink,
    at: builder ? { ...builder, endLine: builder.line } : sink,
    callee: best.hit.callee,
    positions: positionsOf(group),
    flow: flowOf(best),
    guards: best.guards,
    sanitizers: best.sanitizers,
    others: best.others,
    under: group.map((x) => x.hit.under).reduce(commonConditions),
    closed: best.closed,
    through: best.hit.taint.passed.flatMap((p) => (p.startsWith(UNMODELLED) ? [p.slice(1)] : [])),
    alsoFrom: unique(group.map(said)).filter((s) => s !== said(best)),
    alsoAt,
    doors: joinedDoors(group.flatMap(doorOf)),
  };
};

/** Where a value was last handled before the file of the sink: who hands it to a shared helper. */
const builderOf = (f: Found): Place | null =>
  placesOf(f.hit.taint.trail).findLast((p) => p.path !== f.hit.at.path) ?? null;

const MOST_BUILDERS = 40;

/** A sink in a helper that several files use is a matter of each of them. */
const byBuilder = (group: readonly Found[]): Found[][] => {
  const files = new Map<string, Found[]>();
  for (const f of group) {
    const path = f.origin === 'caller' ? '' : (builderOf(f)?.path ?? '');
    files.set(path, [...(files.get(path) ?? []), f]);
  }
  return files.size > MOST_BUILDERS ? [[...group]] : [...files.values()];
};

/** From this many doors on, what they have in common is the cause. */
const MANY_DOORS = 4;

/** Leads of different doors whose values go through one place of a shared helper: one lead, at that place. */
const sharing = (leads: readonly FlowLead[]): FlowLead[] => {
  const places = new Map<string, Set<FlowLead>>();
  const beginOf = (l: FlowLead): string => `${l.flow[0]?.path}:${l.flow[0]?.line}`;
  for (const l of leads)
    if (l.rule.sharedCause && l.origin !== 'caller')
      for (const s of l.flow.filter((x) => x.role === 'step')) {
        const key = `${l.rule.id}|${l.strength}|${s.path}:${s.line}`;
        places.set(key, (places.get(key) ?? new Set()).add(l));
      }
  const merged = new Set<FlowLead>();
  const result: FlowLead[] = [];
  const most = [...places].sort(([a, x], [b, y]) => y.size - x.size || byCodePoint(a, b));
  for (const [key, group] of most) {
    const free = [...group].filter((l) => !merged.has(l));
    if (new Set(free.map(beginOf)).size < MANY_DOORS) continue;
    const first = free[0]!;
    const place = first.flow.find((s) => key.endsWith(`|${s.path}:${s.line}`))!;
    for (const l of free) merged.add(l);
    const names = free.flatMap((l) => [said(l), ...l.alsoFrom]);
    result.push({
      ...first,
      at: { path: place.path, line: place.line, endLine: place.line },
      alsoFrom: unique(names).filter((n) => n !== said(first)),
      alsoAt: free
        .flatMap((l) => [l.sink, ...l.alsoAt])
        .filter((p) => byPlace(p, first.sink) !== 0)
        .sort(byPlace),
      doors: joinedDoors(free.flatMap((l) => l.doors)),
      positions: joinedPositions(free.map((l) => l.positions)),
    });
  }
  return [...leads.filter((l) => !merged.has(l)), ...result];
};

/** A number closes what makes text of it: worth a word where text is all that matters, and none elsewhere. */
const TEXT_CLASSES = /^(?:command-injection|code-execution|sql-injection)$/;
const isNumber = (t: Taint): boolean =>
  t.guards.some((g) => g.kind === 'schema' && g.detail.startsWith('number'));

/** A wrapper around all handlers is no door beside them: where the handler of a named tool shows the same input, it says more. */
const withoutWrappers = (group: readonly Found[]): readonly Found[] => {
  const named = new Set(group.flatMap((f) => (f.origin === 'tool' && f.tool !== '' ? [f.input] : [])));
  return named.size === 0
    ? group
    : group.filter((f) => f.origin !== 'tool' || f.tool !== '' || !named.has(f.input));
};

/** Leads of all hits: by sink first, then sinks of one function that the same inputs reach are one. */
export const leadsOf = (hits: readonly Hit[]): FlowLead[] => {
  const patterns = new Map<string, RegExp>();
  const sinks = new Map<string, Found[]>();
  for (const hit of hits) {
    const { rule } = hit.rule;
    const { source } = hit.taint;
    if (source.kind !== 'origin' || !rule.origins.includes(source.origin.kind)) continue;
    if (isNumber(hit.taint) && !TEXT_CLASSES.test(rule.class)) continue;
    const found: Found = { ...judge(rule, hit.taint, patterns), ...inputOf(hit), hit };
    const key = sinkKey(hit);
    sinks.set(key, [...(sinks.get(key) ?? []), found]);
  }
  const shared = new Set([...sinks].filter(([, group]) => byBuilder(group).length > 1).map(([key]) => key));
  const causes = new Map<string, Found[][]>();
  for (const group of [...sinks.values()].map(withoutWrappers).flatMap(byBuilder)) {
    // Where a door is known, what an unknown caller could do adds nothing.
    const known = group.filter((f) => f.origin !== 'caller');
    const kept = known.length > 0 ? known : group;
    const best = [...kept].sort(better)[0]!;
    const { rule } = best.hit.rule;
    const hole = best.strength === 'moderate' ? best.guards.find((g) => g.hole !== null) : undefined;
    // A guard with a hole is one cause, however many doors it is to keep shut.
    const key = hole
      ? `${rule.id}|${hole.guard.at.path}:${hole.guard.at.line}`
      : `${rule.id}|${best.hit.at.path}|${best.hit.inside}|${best.strength}|${best.hit.callee === 'text' ? '' : `${best.tool}|${builderOf(best)?.path ?? ''}`}`;
    causes.set(key, [...(causes.get(key) ?? []), kept]);
  }
  const leads: FlowLead[] = [];
  for (const groups of causes.values()) {
    const all = groups.flat();
    const best = [...all].sort(better)[0]!;
    const others = groups.map((g) => g[0]!.hit.at).filter((at) => at.line !== best.hit.at.line);
    leads.push(leadOf(all, others.sort(byPlace), shared));
  }
  return sharing(withoutFollowedTexts(leads)).sort(
    (a, b) =>
      RANK[a.strength] - RANK[b.strength] ||
      byPlace(a.at, b.at) ||
      byPlace(a.sink, b.sink) ||
      byCodePoint(a.rule.id, b.rule.id),
  );
};
