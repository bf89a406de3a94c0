import {
  type CollectorResult,
  type Door,
  type EvidenceItem,
  emptySurface,
  type Surface,
  type SurfaceTool,
} from './evidence.ts';
import { compareItems } from './standing.ts';

/** What a server offers, as all collectors together say it, and what each tool's input was seen to reach. */

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each entry once, by place. */
const merged = <T extends { path: string; line: number }>(entries: readonly T[]): T[] => {
  const unique = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return [...unique]
    .sort(([a, x], [b, y]) => byCodePoint(x.path, y.path) || x.line - y.line || byCodePoint(a, b))
    .map(([, entry]) => entry);
};

/** What says which tool is meant. */
type Tool = Pick<SurfaceTool, 'name' | 'path' | 'line' | 'handler'>;

/** Tools by their names, and by the files their handlers stand in. */
type Index<T extends Tool> = { byName: Map<string, T[]>; byFile: Map<string, T[]> };

const indexed = <T extends Tool>(tools: readonly T[]): Index<T> => {
  const byName = new Map<string, T[]>();
  const byFile = new Map<string, T[]>();
  const push = (map: Map<string, T[]>, key: string, tool: T): void => {
    map.set(key, [...(map.get(key) ?? []), tool]);
  };
  for (const tool of tools) {
    push(byName, tool.name, tool);
    push(byFile, tool.handler?.path ?? tool.path, tool);
  }
  return { byName, byFile };
};

/** Decorators stand before the function they are about, and a reader may count them to it. */
const MOST_DECORATED = 40;

/** The tools whose handler is at a place: the innermost around it, or the next one below its decorators. */
const handledAt = <T extends Tool>({ byFile }: Index<T>, path: string, line: number): T[] => {
  const here = byFile.get(path) ?? [];
  const around = here.filter(
    (t) => t.handler !== null && line >= t.handler.startLine && line <= t.handler.endLine,
  );
  const length = (t: T): number => t.handler!.endLine - t.handler!.startLine;
  const least = Math.min(...around.map(length));
  if (around.length > 0) return around.filter((t) => length(t) === least);
  const below = here.filter(
    (t) => t.handler !== null && t.handler.startLine > line && t.handler.startLine <= line + MOST_DECORATED,
  );
  const next = Math.min(...below.map((t) => t.handler!.startLine));
  if (below.length > 0) return below.filter((t) => t.handler!.startLine === next);
  return here.filter((t) => t.handler === null && t.line === line);
};

const sharedFolders = (a: string, b: string): number => {
  const [x, y] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < x.length - 1 && x[n] === y[n]) n++;
  return n;
};

/** The tools a door means. A name that several servers of one repository use is the nearest one's. */
const toolsOf = <T extends Tool>(index: Index<T>, door: Pick<Door, 'name' | 'path' | 'line'>): T[] => {
  const handled = handledAt(index, door.path, door.line);
  const named = door.name === '' ? [] : (index.byName.get(door.name) ?? []);
  const both = named.filter((t) => handled.includes(t));
  if (both.length > 0) return both;
  if (named.length === 0) return handled;
  const nearest = Math.max(...named.map((t) => sharedFolders(t.path, door.path)));
  return named.filter((t) => sharedFolders(t.path, door.path) === nearest);
};

/** Says which of the tools a door means. */
export const toolsByDoor = <T extends Tool>(
  tools: readonly T[],
): ((door: Pick<Door, 'name' | 'path' | 'line'>) => readonly T[]) => {
  const index = indexed(tools);
  return (door) => toolsOf(index, door);
};

/** The ways of a lead, each from its source on. */
export const waysOf = (item: EvidenceItem): EvidenceItem['flow'][] => {
  const ways: EvidenceItem['flow'][] = [];
  for (const step of item.flow) {
    if (step.role === 'source' || ways.length === 0) ways.push([]);
    ways.at(-1)!.push(step);
  }
  return ways;
};

/** Where a lead is reached from; evidence of old names no doors. */
const doorsOf = (item: EvidenceItem): readonly Door[] =>
  item.doors ??
  waysOf(item).flatMap((way) => {
    const [first] = way;
    if (first?.role !== 'source') return [];
    const guarded = way.some((s) => s.role === 'guard');
    return [{ name: '', path: first.path, line: first.line, guarded }];
  });

/** A lead that the input of a tool was seen to reach. */
export type Reached = { item: EvidenceItem; guarded: boolean };

/** For each tool the leads its input reaches, most worth reading first. */
export const reachedByTool = (
  tools: readonly SurfaceTool[],
  items: Iterable<EvidenceItem>,
): Map<SurfaceTool, Reached[]> => {
  const index = indexed(tools);
  const reached = new Map<SurfaceTool, Map<string, Reached>>();
  for (const item of items) {
    if (item.kind !== 'lead') continue;
    for (const door of doorsOf(item))
      for (const tool of toolsOf(index, door)) {
        const own = reached.get(tool) ?? new Map<string, Reached>();
        reached.set(tool, own);
        const held = own.get(item.id);
        own.set(item.id, { item, guarded: door.guarded && (held?.guarded ?? true) });
      }
  }
  return new Map(
    [...reached].map(([tool, own]) => [tool, [...own.values()].sort((a, b) => compareItems(a.item, b.item))]),
  );
};

/**
 * One surface of all results, the same whatever order they ended in. `sinks` of a tool are the ids of the leads its input
 * reaches.
 */
export const surfaceOf = (results: Iterable<CollectorResult>): Surface => {
  const all = [...results];
  const surfaces = all.flatMap((r) => r.surface ?? []);
  const tools = merged(surfaces.flatMap((s) => s.tools));
  const reached = reachedByTool(
    tools,
    all.flatMap((r) => r.items),
  );
  return {
    ...emptySurface(),
    tools: tools.map((t) => ({ ...t, sinks: (reached.get(t) ?? []).map(({ item }) => item.id) })),
    resources: merged(surfaces.flatMap((s) => s.resources)),
    prompts: merged(surfaces.flatMap((s) => s.prompts)),
    transports: merged(surfaces.flatMap((s) => s.transports)),
  };
};
