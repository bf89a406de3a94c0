import type { CollectorResult, EvidenceItem, SurfaceTool } from './evidence.ts';
import type { FilterTerms } from './filter.ts';
import { matchesWords } from './selectors.ts';
import { compareItems } from './standing.ts';
import { type Reached, reachedByTool, surfaceOf } from './surface.ts';

/** One tool with what was found about it: what an auditor wants to see in one line. */
export type ToolView = {
  /** Unique in the list: place and name. */
  id: string;
  tool: SurfaceTool;
  /** Leads its input reaches, or that lie in its handler or definition, most worth reading first. */
  leads: readonly EvidenceItem[];
  /** Those its input was seen to reach, by id, and whether something stands guard on every way of this tool. */
  sinks: ReadonlyMap<string, { guarded: boolean }>;
  /** How many sinks are reached with nothing on the way. */
  open: number;
  /** Classes of its leads, the gravest lead's first, each once. */
  reaches: readonly string[];
  /** How guarded the way to the gravest lead is. */
  guard: 'none' | 'guarded' | 'unknown';
};

type Range = { path: string; startLine: number; endLine: number };

const within = (path: string, line: number, at: Range | null): boolean =>
  at !== null && at.path === path && line >= at.startLine && line <= at.endLine;

/** Whether a lead without a flow speaks about a tool: it lies in the definition or in the handler. */
const concerns = (item: EvidenceItem, tool: SurfaceTool): boolean => {
  const at = item.location;
  if (!at || item.flow.some((f) => f.role === 'source')) return false;
  return (
    (at.path === tool.path && tool.line >= at.startLine && tool.line <= at.endLine) ||
    within(at.path, at.startLine, tool.handler)
  );
};

const viewOf = (tool: SurfaceTool, reached: readonly Reached[], near: readonly EvidenceItem[]): ToolView => {
  const sinks = new Map(reached.map(({ item, guarded }) => [item.id, { guarded }]));
  const others = near.filter((i) => !sinks.has(i.id) && concerns(i, tool));
  const leads = [...reached.map(({ item }) => item), ...others].sort(compareItems);
  const worst = leads[0] && sinks.get(leads[0].id);
  return {
    id: `${tool.path}:${tool.line}:${tool.name}`,
    tool,
    leads,
    sinks,
    open: reached.filter((r) => !r.guarded).length,
    reaches: [...new Set(leads.map((l) => l.class))],
    guard: !worst ? 'unknown' : worst.guarded ? 'guarded' : 'none',
  };
};

/** Tools by their worst lead. Items are looked at once per file, not once per tool. */
export const toolViews = (evidence: ReadonlyMap<string, CollectorResult>): ToolView[] => {
  const byPath = new Map<string, EvidenceItem[]>();
  const items = [...evidence.values()].flatMap((r) => r.items);
  for (const item of items)
    if (item.kind === 'lead' && item.location) {
      const { path } = item.location;
      byPath.set(path, [...(byPath.get(path) ?? []), item]);
    }
  const { tools } = surfaceOf(evidence.values());
  const reached = reachedByTool(tools, items);
  const views = tools.map((tool) => {
    const paths = new Set([tool.path, tool.handler?.path ?? tool.path]);
    const near = [...paths].flatMap((path) => byPath.get(path) ?? []);
    return viewOf(tool, reached.get(tool) ?? [], near);
  });
  return sortTools(views, 'worst');
};

/** What the list of tools may be ordered by; the first is where it begins. */
export const TOOL_ORDERS = ['worst', 'name', 'sinks', 'parameters'] as const;
export type ToolOrder = (typeof TOOL_ORDERS)[number];

const STRENGTHS = ['strong', 'moderate', 'weak'];

const keyOf: Record<ToolOrder, (t: ToolView) => readonly number[]> = {
  worst: (t) => [t.leads[0] ? STRENGTHS.indexOf(t.leads[0].strength) : 3, -t.open, -t.leads.length],
  name: () => [],
  sinks: (t) => [-t.sinks.size, -t.open],
  parameters: (t) => [-t.tool.params.length],
};

/** Ties by name, then by place: the same views always come in the same order. */
export const sortTools = (views: readonly ToolView[], order: ToolOrder): ToolView[] =>
  views
    .map((view) => ({ view, key: keyOf[order](view), name: view.tool.name }))
    .sort((a, b) => {
      for (const [i, k] of a.key.entries()) if (k !== b.key[i]) return k - (b.key[i] ?? 0);
      return a.name < b.name ? -1 : a.name > b.name ? 1 : a.view.id < b.view.id ? -1 : 1;
    })
    .map(({ view }) => view);

const IS: Record<string, (t: ToolView) => boolean> = {
  unguarded: (t) => t.open > 0,
  guarded: (t) => t.sinks.size > 0 && t.open === 0,
  dynamic: (t) => t.tool.certainty === 'dynamic',
  'read-only': (t) => t.tool.annotations.readOnlyHint === true,
};
const HAS: Record<string, (t: ToolView) => boolean> = {
  sink: (t) => t.sinks.size > 0,
  lead: (t) => t.leads.length > 0,
  parameter: (t) => t.tool.params.length > 0,
  hint: (t) => Object.keys(t.tool.annotations).some((k) => k.endsWith('Hint')),
};

/** What {@link filterTools} knows besides words. */
export const TOOL_TERMS: FilterTerms = { is: Object.keys(IS), has: Object.keys(HAS) };

/** Words match name, file, description and what is reached; `is:` and `has:` narrow further. */
export const filterTools = (views: readonly ToolView[], query: string): ToolView[] => {
  const tokens = query.trim().split(/\s+/).filter(Boolean);
  const words = tokens.filter((t) => !/^(?:is|has):/.test(t)).join(' ');
  return views.filter(
    (t) =>
      tokens.every((token) => {
        const [field, value = ''] = token.split(':', 2);
        if (field === 'is') return Object.hasOwn(IS, value) && IS[value]!(t);
        if (field === 'has') return Object.hasOwn(HAS, value) && HAS[value]!(t);
        return true;
      }) &&
      (words === '' ||
        matchesWords(words, t.tool.name, t.tool.path, t.reaches.join(' '), t.tool.description)),
  );
};
