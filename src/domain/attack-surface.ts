import { compareItems, type EvidenceItem, type Surface, type SurfaceTool } from './evidence.ts';
import type { Evidence } from './selectors.ts';

/** One tool with what was found about it: what an auditor wants to see in one line. */
export type ToolView = {
  /** Unique in the list: place and name. */
  id: string;
  tool: SurfaceTool;
  /** Leads that begin in this tool or lie in its handler or definition, most worth reading first. */
  leads: readonly EvidenceItem[];
  /** Classes of those leads, the gravest lead's first, each once. */
  reaches: readonly string[];
  /** How guarded the gravest lead's way is. */
  guard: 'none' | 'guarded' | 'unknown';
};

const within = (
  path: string,
  line: number,
  at: { path: string; startLine: number; endLine: number } | null,
): boolean => at !== null && at.path === path && line >= at.startLine && line <= at.endLine;

/** Where the ways of an item begin: those of one cause may come from several tools. */
const sourcesOf = (item: EvidenceItem) => item.flow.filter((f) => f.role === 'source');

/** Whether a lead speaks about a tool: a flow begins there, or it lies in the definition or in the handler. */
const concerns = (item: EvidenceItem, tool: SurfaceTool): boolean => {
  const at = item.location;
  const sources = sourcesOf(item);
  if (sources.length > 0)
    return sources.some(
      (s) => within(s.path, s.line, tool.handler) || (s.path === tool.path && s.line === tool.line),
    );
  if (!at) return false;
  return (
    (at.path === tool.path && tool.line >= at.startLine && tool.line <= at.endLine) ||
    within(at.path, at.startLine, tool.handler)
  );
};

/** All surfaces the collectors reported, as one. */
export const surfaceOf = (evidence: Evidence): Surface => {
  const all = [...evidence.values()].flatMap((r) => r.surface ?? []);
  return {
    tools: all.flatMap((s) => s.tools),
    resources: all.flatMap((s) => s.resources),
    prompts: all.flatMap((s) => s.prompts),
    transports: all.flatMap((s) => s.transports),
  };
};

const rank = (t: ToolView): string => {
  const [worst] = t.leads;
  const strength = worst ? ['strong', 'moderate', 'weak'].indexOf(worst.strength) : 3;
  return `${strength}${String(9999 - t.leads.length).padStart(4, '0')}${t.tool.name}`;
};

/** Tools by their worst lead, then by how many, then by name. Items are looked at once per file, not once per tool. */
export const toolViews = (evidence: Evidence): ToolView[] => {
  const byPath = new Map<string, EvidenceItem[]>();
  for (const result of evidence.values())
    for (const item of result.items) {
      if (item.kind !== 'lead') continue;
      const begins = sourcesOf(item).map((s) => s.path);
      for (const path of new Set(begins.length > 0 ? begins : item.location ? [item.location.path] : [])) {
        const items = byPath.get(path);
        if (items) items.push(item);
        else byPath.set(path, [item]);
      }
    }
  return surfaceOf(evidence)
    .tools.map((tool): ToolView => {
      const near = [
        ...new Set([...(byPath.get(tool.path) ?? []), ...(byPath.get(tool.handler?.path ?? '') ?? [])]),
      ];
      const leads = near.filter((i) => concerns(i, tool)).sort(compareItems);
      const [worst] = leads;
      return {
        id: `${tool.path}:${tool.line}:${tool.name}`,
        tool,
        leads,
        reaches: [...new Set(leads.map((l) => l.class))],
        guard:
          !worst || worst.flow.length === 0
            ? 'unknown'
            : worst.flow.some((f) => f.role === 'guard')
              ? 'guarded'
              : 'none',
      };
    })
    .map((view) => ({ view, key: rank(view) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ view }) => view);
};
