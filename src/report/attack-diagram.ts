import { toolViews } from '../domain/attack-surface.ts';
import type { Evidence } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { visible } from '../text/visible.ts';
import { fence } from './markdown.ts';

/**
 * How something gets from a client to what can go wrong: client, transport, server, tool, and the kinds of leads that begin there.
 * Leads the auditor dismissed are left out. Columns from left to right; edges join neighbours.
 */
export type DiagramNode = {
  id: string;
  column: 0 | 1 | 2 | 3 | 4;
  label: string;
  /** `warn` where a lead was accepted or left open. */
  tone: 'plain' | 'warn';
};
export type DiagramEdge = { from: string; to: string; label: string };
export type AttackDiagram = { nodes: DiagramNode[]; edges: DiagramEdge[] };

/** Tools drawn one by one; a picture with more says nothing. The rest is counted in one node. */
const MAX_TOOLS = 24;

export const attackDiagram = (session: Session, evidence: Evidence, server: string): AttackDiagram => {
  const dismissed = (id: string) => session.triage.get(id)?.decision === 'dismissed';
  const surfaces = [...evidence.values()].flatMap((r) => r.surface ?? []);
  const kinds = [...new Set(surfaces.flatMap((s) => s.transports.map((t) => t.kind)))].sort();
  const transports = kinds.length > 0 ? kinds : ['transport not seen'];
  const count = (what: 'resources' | 'prompts') => surfaces.reduce((n, s) => n + s[what].length, 0);
  const views = toolViews(evidence).map((v) => ({
    name: v.tool.name,
    guard: v.guard,
    reaches: [...new Set(v.leads.filter((l) => !dismissed(l.id)).map((l) => l.class))],
  }));
  const drawn = views.filter((v) => v.reaches.length > 0).slice(0, MAX_TOOLS);
  const others = views.length - drawn.length;
  const rest = [
    ...(others > 0
      ? [`${others} ${drawn.length > 0 ? 'other ' : ''}tool${others === 1 ? '' : 's'}, no lead drawn`]
      : []),
    ...(count('resources') > 0
      ? [`${count('resources')} resource${count('resources') === 1 ? '' : 's'}`]
      : []),
    ...(count('prompts') > 0 ? [`${count('prompts')} prompt${count('prompts') === 1 ? '' : 's'}`] : []),
  ];
  const classes = [...new Set(drawn.flatMap((v) => v.reaches))].sort();
  const nodes: DiagramNode[] = [
    { id: 'client', column: 0, label: 'MCP client and model', tone: 'plain' },
    ...transports.map((t, i): DiagramNode => ({ id: `way${i}`, column: 1, label: t, tone: 'plain' })),
    { id: 'server', column: 2, label: server, tone: 'plain' },
    ...drawn.map((v, i): DiagramNode => ({ id: `tool${i}`, column: 3, label: v.name, tone: 'warn' })),
    ...rest.map((label, i): DiagramNode => ({ id: `rest${i}`, column: 3, label, tone: 'plain' })),
    ...classes.map((label, i): DiagramNode => ({ id: `class${i}`, column: 4, label, tone: 'warn' })),
  ];
  const entries = nodes.filter((n) => n.column === 3).map((n) => n.id);
  const edges: DiagramEdge[] = [
    ...transports.map((_, i) => ({ from: 'client', to: `way${i}`, label: '' })),
    ...transports.map((_, i) => ({ from: `way${i}`, to: 'server', label: '' })),
    ...entries.map((to) => ({ from: 'server', to, label: '' })),
    ...drawn.flatMap((v, i) =>
      v.reaches.map((c) => ({
        from: `tool${i}`,
        to: `class${classes.indexOf(c)}`,
        label: v.guard === 'guarded' ? 'guard seen' : '',
      })),
    ),
  ];
  return { nodes, edges };
};

/** Letters, digits and a few marks stand for themselves; all others become Mermaid's numbered entities. */
const mermaidText = (text: string): string => {
  const shown = visible(text.trim().slice(0, 60).toWellFormed()) || 'nameless';
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
