import { toolViews } from '../domain/attack-surface.ts';
import type { Evidence } from '../domain/selectors.ts';
import { judgedItems } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { surfaceOf } from '../domain/surface.ts';
import { numbered, plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { clipWords, fence } from './markdown.ts';

/**
 * How something gets from a client to what went wrong: client, transport, server, tool, and what the auditor says of it:
 * findings, and leads that were accepted. Columns from left to right; edges join neighbours, or the server and a finding that
 * no tool was seen to lead to.
 */
export type DiagramNode = {
  id: string;
  column: 0 | 1 | 2 | 3 | 4;
  label: string;
  /** `warn` where the auditor found something. */
  tone: 'plain' | 'warn';
};
export type DiagramEdge = { from: string; to: string; label: string };
export type AttackDiagram = { nodes: DiagramNode[]; edges: DiagramEdge[] };

/** What a diagram needs to know of a finding. */
export type DiagramFinding = {
  tag: string;
  title: string;
  positive: boolean;
  evidence: readonly string[];
  locations: readonly { path: string; startLine: number; endLine: number }[];
};

/** Drawn one by one; a picture with more says nothing. The rest is counted. */
const MAX_TOOLS = 24;
const MAX_SAID = 16;

type Said = { label: string; items: ReadonlySet<string>; locations: DiagramFinding['locations'] };
type View = ReturnType<typeof toolViews>[number];

/** Weaknesses found, then accepted leads that no finding cites, by class. */
const saidOf = (session: Session, evidence: Evidence, findings: readonly DiagramFinding[]): Said[] => {
  const cited = new Set(findings.flatMap((f) => f.evidence));
  const byClass = new Map<string, Set<string>>();
  for (const i of [...evidence.values()].flatMap((r) => r.items))
    if (i.kind === 'lead' && session.triage.get(i.id)?.decision === 'accepted' && !cited.has(i.id))
      byClass.set(i.class, (byClass.get(i.class) ?? new Set()).add(i.id));
  return [
    ...findings
      .filter((f) => !f.positive)
      .map((f) => ({ label: `${f.tag}: ${f.title}`, items: new Set(f.evidence), locations: f.locations })),
    ...[...byClass]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, items]) => ({
        label: `${name}, accepted without a finding`,
        items,
        locations: [],
      })),
  ];
};

/** Whether the tool leads there: its input reaches the item, or the cited lines are its handler's or its definition's. */
const leadsTo = ({ tool, leads }: View, said: Said): boolean =>
  leads.some((l) => said.items.has(l.id)) ||
  said.locations.some(
    (at) =>
      (at.path === tool.path && tool.line >= at.startLine && tool.line <= at.endLine) ||
      (tool.handler !== null &&
        at.path === tool.handler.path &&
        at.startLine <= tool.handler.endLine &&
        at.endLine >= tool.handler.startLine),
  );

/** Where one handler serves several tools, a lead may be of any of them: then none is without one. */
const isToldApart = (evidence: Evidence): boolean =>
  ![...evidence.values()].some((r) =>
    r.items.some(
      (i) => i.kind === 'lead' && i.flow.some((s) => s.role === 'source' && / of a tool$/.test(s.text)),
    ),
  );

/** All of it seen guarded: then, and only then, the edge says so. */
const isGuardedWay = ({ sinks, leads }: View, said: Said): boolean => {
  const reached = leads.filter((l) => said.items.has(l.id));
  return reached.length > 0 && reached.every((l) => sinks.get(l.id)?.guarded === true);
};

export const attackDiagram = (
  session: Session,
  evidence: Evidence,
  server: string,
  findings: readonly DiagramFinding[],
): AttackDiagram => {
  const surface = surfaceOf(evidence.values());
  const kinds = [...new Set(surface.transports.map((t) => t.kind))]
    .sort()
    .map((kind) => (kind === 'unknown' ? 'transport chosen when it starts' : kind));
  const transports = kinds.length > 0 ? kinds : ['transport not seen'];
  const all = saidOf(session, evidence, findings);
  const said = all.slice(0, MAX_SAID);
  const views = toolViews(evidence);
  const leading = views.filter((v) => said.some((s) => leadsTo(v, s)));
  const drawn = leading.slice(0, MAX_TOOLS);
  const judged = judgedItems(session);
  const others = views.filter((v) => !drawn.includes(v));
  const cut = others.filter((v) => all.some((s) => leadsTo(v, s)));
  const open = others.filter((v) => !cut.includes(v) && v.leads.some((l) => !judged.has(l.id)));
  const quiet = others.length - cut.length - open.length;
  const rest = [
    ...(cut.length > 0
      ? [`${plural(cut.length, 'more tool')} that ${numbered(cut.length, 'leads', 'lead')} to findings`]
      : []),
    ...(open.length > 0 ? [`${plural(open.length, 'tool')} with leads nobody judged`] : []),
    ...(quiet > 0
      ? [
          `${plural(quiet, 'tool')} ${isToldApart(evidence) ? 'that no finding was traced to' : `that ${numbered(quiet, 'was', 'were')} not told apart`}`,
        ]
      : []),
    ...(surface.resources.length > 0 ? [plural(surface.resources.length, 'resource')] : []),
    ...(surface.prompts.length > 0 ? [plural(surface.prompts.length, 'prompt')] : []),
  ];
  const undrawn = all.length - said.length;
  const nodes: DiagramNode[] = [
    { id: 'client', column: 0, label: 'MCP client and model', tone: 'plain' },
    ...transports.map((t, i): DiagramNode => ({ id: `way${i}`, column: 1, label: t, tone: 'plain' })),
    { id: 'server', column: 2, label: server, tone: 'plain' },
    ...drawn.map((v, i): DiagramNode => ({ id: `tool${i}`, column: 3, label: v.tool.name, tone: 'warn' })),
    ...rest.map((label, i): DiagramNode => ({ id: `rest${i}`, column: 3, label, tone: 'plain' })),
    ...said.map(({ label }, i): DiagramNode => ({ id: `said${i}`, column: 4, label, tone: 'warn' })),
    ...(undrawn > 0
      ? [
          {
            id: 'more',
            column: 4,
            label: `${plural(undrawn, 'more finding')}, not drawn`,
            tone: 'plain',
          } as const,
        ]
      : []),
  ];
  const edges: DiagramEdge[] = [
    ...transports.map((_, i) => ({ from: 'client', to: `way${i}`, label: '' })),
    ...transports.map((_, i) => ({ from: `way${i}`, to: 'server', label: '' })),
    ...nodes.filter((n) => n.column === 3).map((n) => ({ from: 'server', to: n.id, label: '' })),
    ...drawn.flatMap((v, i) =>
      said.flatMap((s, n) =>
        leadsTo(v, s)
          ? [{ from: `tool${i}`, to: `said${n}`, label: isGuardedWay(v, s) ? 'guard seen' : '' }]
          : [],
      ),
    ),
    ...said.flatMap((s, n) =>
      drawn.some((v) => leadsTo(v, s)) ? [] : [{ from: 'server', to: `said${n}`, label: '' }],
    ),
  ];
  return { nodes, edges };
};

/** Letters, digits and a few marks stand for themselves; all others become Mermaid's numbered entities. */
const mermaidText = (text: string): string => {
  const shown = visible(clipWords(text.trim(), 90).toWellFormed()) || 'nameless';
  return shown.replace(/[^A-Za-z0-9_ .,:/-]/gu, (c) => `#${c.codePointAt(0)};`);
};

/** A Mermaid flowchart in a fence. */
export const mermaid = (d: AttackDiagram): string[] => {
  const node = (n: DiagramNode) =>
    `  ${n.id}["${mermaidText(n.label)}"]${n.tone === 'warn' ? ':::warn' : ''}`;
  const edge = (e: DiagramEdge) =>
    `  ${e.from} -->${e.label === '' ? '' : `|"${mermaidText(e.label)}"|`} ${e.to}`;
  return fence(
    [
      'flowchart LR',
      ...d.nodes.map(node),
      ...d.edges.map(edge),
      '  classDef warn stroke:#b45309,stroke-width:2px',
    ].join('\n'),
    'mermaid',
  );
};
