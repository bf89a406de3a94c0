import { placeWords } from '../../domain/evidence.ts';
import { countWords } from '../../domain/pipeline/judge-leads.ts';
import { blindOf, type LeadEntry, type LeadsReport } from '../../domain/pipeline/leads-report.ts';
import { changeWords } from '../../domain/pipeline/tools-lock.ts';
import { standingWords } from '../../domain/standing.ts';
import { plural } from '../../text/plural.ts';
import { code, document, inline, table } from '../markdown.ts';

/** Leads as a summary for people: of a job, a merge request, or a terminal. Everything of the target is escaped. */

const MOST_ROWS = 100;

const placeOf = (l: LeadEntry): string =>
  l.location
    ? `${code(placeWords(l.location))}${l.places.length > 0 ? ` and ${plural(l.places.length, 'more place')}` : ''}`
    : '–';

const STATES = { new: '**new**', more: '**more**', known: 'known', unknown: '–' } as const;

const rows = (leads: readonly LeadEntry[]): string[][] =>
  leads
    .slice(0, MOST_ROWS)
    .map((l) => [
      l.severity,
      l.strength,
      STATES[l.state],
      `${inline(l.title)}${l.state === 'more' ? `<br>${inline(l.news.join('; '), 400)}` : ''}<br><sub>${inline(standingWords(l))}</sub>`,
      placeOf(l),
      `${code(`${l.collector}/${l.rule}`)}<br>${inline(l.checks.join(', '))}`,
    ]);

const section = (title: string, leads: readonly LeadEntry[]): string[][] =>
  leads.length === 0
    ? []
    : [
        [`### ${title}`],
        table(['Severity', 'Certainty', 'State', 'Lead', 'Place', 'Rule, checks'], rows(leads)),
        leads.length > MOST_ROWS ? [`${leads.length - MOST_ROWS} more are in the other formats.`] : [],
      ];

const listed = (lines: readonly string[]): string[] => [
  ...lines.slice(0, MOST_ROWS).map((l) => `- ${l}`),
  ...(lines.length > MOST_ROWS ? [`- and ${lines.length - MOST_ROWS} more`] : []),
];

export const leadsMarkdown = (r: LeadsReport): string => {
  const failing = r.leads.filter((l) => l.fails.length > 0);
  const rest = r.leads.filter((l) => l.fails.length === 0 && !l.suppressed);
  const suppressed = r.leads.filter((l) => l.suppressed);
  const blind = [
    ...blindOf(r).map((c) => `**${inline(c.id)} could not look**: ${inline(c.message, 500)}`),
    ...r.gaps.map(
      (g) =>
        `${inline(g.title)}${g.location ? ` (${code(placeWords(g.location))})` : ''} ${code(`${g.collector}/${g.rule}`)}`,
    ),
  ];
  const trouble = [
    ...r.suppressions.expired.map((s) => `**expired** ${code(s.at)}: ${inline(s.words, 600)}`),
    ...r.suppressions.refused.map((s) => `**not understood** ${code(s.at)}: ${inline(s.words, 600)}`),
    ...r.suppressions.unused.map((s) => `unused ${code(s.at)}: ${inline(s.words, 600)}`),
  ];
  return document([
    ['## MCP server audit: leads'],
    [
      `**${r.failed.length > 0 ? '❌ Failed' : r.failOn.length > 0 ? '✅ Nothing that fails' : 'Gathered'}** at ${code(r.target.commit.slice(0, 12))}: ${inline(countWords(r))}.`,
    ],
    ...(r.failed.length > 0 ? [['### Why it failed'], listed(r.failed.map((f) => inline(f, 600)))] : []),
    ...section('Leads that fail this run', failing),
    ...section(failing.length > 0 ? 'Other leads' : 'Leads', rest),
    ...(suppressed.length > 0
      ? [
          ['### Suppressed'],
          listed(
            suppressed.map(
              (l) =>
                `${inline(l.title)} ${placeOf(l)}: ${l.suppressions.map((s) => `${inline(s.reason)} (${code(s.at)}, until ${s.expires})`).join('; ')}`,
            ),
          ),
        ]
      : []),
    ...(r.tools
      ? [
          [`### Definitions against ${code(r.tools.lock)}`],
          r.tools.changes.length > 0
            ? listed(r.tools.changes.map((c) => inline(changeWords(c), 600)))
            : [`${plural(r.tools.compared, 'definition')} compared by what the source says: as approved.`],
          listed(r.tools.uncomputed.map((u) => `not compared: ${inline(u.what)}, ${inline(u.why)}`)),
        ]
      : []),
    ...(trouble.length > 0 ? [['### Suppressions to look at'], listed(trouble)] : []),
    [`### Not looked at`],
    blind.length > 0
      ? listed(blind)
      : [`Nothing was left out by the ${plural(r.collectors.length, 'collector')} that ran.`],
    [
      `*${inline(r.tool.name)} ${inline(r.tool.version)}, ${inline(r.tool.rules)}${r.base ? `; compared with ${r.base.kind} ${inline(r.base.name)}` : ''}${r.own ? `; the repository's own ${inline(r.own.configuration)} counted, as of ${code(r.own.asOf.slice(0, 12))}` : ''}. A lead is a place somebody has to judge; severity is a guess by kind and certainty until then. What is not listed was not seen, which is not the same as not there.*`,
    ],
  ]);
};
