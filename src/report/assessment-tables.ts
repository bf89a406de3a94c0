import { verdictWord } from '../domain/selectors.ts';
import { mermaid } from './attack-diagram.ts';
import { code, inline, table, words } from './markdown.ts';
import type { ReportModel } from './report-model.ts';

/** The assessment's tables of what was looked at. */
type Blocks = string[][];

const counted = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

const MAX_ROWS = 200;

const bounded = (head: readonly string[], rows: readonly string[][], rest: string): Blocks => [
  table(head, rows.slice(0, MAX_ROWS)),
  rows.length > MAX_ROWS ? [`${rows.length - MAX_ROWS} more are listed in ${rest}.`] : [],
];

export const assessedSurface = (m: ReportModel): Blocks => {
  const { tools, resources, prompts, transports } = m.surface;
  const kinds = [...new Set(transports.map((t) => t.kind))].sort();
  return [
    ['## Architecture Overview'],
    [
      `The evidence shows ${counted(tools.length, 'tool')}, ${counted(resources.length, 'resource')} and ${counted(prompts.length, 'prompt')}; transports: ${kinds.length > 0 ? kinds.join(', ') : 'none seen'}. What is registered at run time may not be among them. Descriptions are the target's own words.`,
    ],
    [
      'From a client to what the leads are about; leads that were dismissed are left out. Where none is drawn, none was seen, which is not the same as none being there.',
    ],
    mermaid(m.diagram),
    ...(tools.length === 0
      ? []
      : bounded(
          ['Tool', 'Where', 'Parameters', 'Description'],
          tools.map((t) => [
            code(t.name, 100),
            code(`${t.path}:${t.line}`),
            t.params.length === 0 ? 'none' : t.params.map((p) => code(p.name, 60)).join(', '),
            inline(t.description, 300) || '–',
          ]),
          'artifacts/surface.json',
        )),
  ];
};

export const assessedTop10 = (m: ReportModel): Blocks => [
  ['## Security Analysis by MCP Top 10 Risks'],
  ['Each risk has the worst verdict of the tested checks that refer to it.'],
  table(
    ['Risk', 'Verdict', 'Checks tested', 'Failed checks'],
    m.top10.map((r) => [
      r.name ? `${r.id}: ${inline(r.name)}` : r.id,
      r.verdict === null ? 'not assessed' : verdictWord(r.verdict),
      `${r.tested} of ${r.checks.length}`,
      r.failed.join(', ') || '–',
    ]),
  ),
];

/** All checks, tested or not; long notes are in raw-notes.md in full. */
export const assessedChecks = (m: ReportModel): Blocks => [
  ['## Coverage'],
  [
    'Evidence counts are leads / strengths / facts / gaps. Where a collector could not look, nothing is known from it.',
  ],
  table(
    ['Check', 'Verdict', 'Evidence', 'Could not look', 'Findings', 'Reason'],
    m.checks.map((c) => [
      `${inline(c.id)} ${inline(c.title)}${c.origin === 'guide' ? '' : ` (${c.origin})`}`,
      verdictWord(c.verdict),
      `${c.evidence.lead} / ${c.evidence.strength} / ${c.evidence.fact} / ${c.evidence.gap}`,
      c.looks
        .filter((l) => !l.looked)
        .map((l) => `${code(l.collector)} (${l.outcome})`)
        .join(', ') || '–',
      c.findings.map((f) => f.split('-').slice(0, 2).join('-').toUpperCase()).join(', ') || '–',
      words(c.note, 400) || '–',
    ]),
  ),
];
