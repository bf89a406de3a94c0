import { verdictWord } from '../domain/selectors.ts';
import { plural as counted } from '../text/plural.ts';
import { mermaid } from './attack-diagram.ts';
import { type Block, h2, list, type Piece, para, table, text } from './blocks.ts';
import { type CheckReport, riskWords } from './coverage.ts';
import { bareWords } from './proposals.ts';
import type { Label } from './report-labels.ts';
import type { ReportModel } from './report-model.ts';
import {
  code,
  drawnOf,
  fromAuditor,
  fromEvidence,
  fromMethodology,
  fromSession,
  listed,
  long,
  phrase,
  tag,
  words,
} from './statement.ts';

/** The assessment's tables of what was looked at. */

const MAX_ROWS = 200;

const bounded = (head: readonly Label[], rows: readonly Piece[][], rest: string): Block[] => [
  table(head, rows.slice(0, MAX_ROWS)),
  ...(rows.length > MAX_ROWS
    ? [para(fromSession('surface')`${rows.length - MAX_ROWS} more are listed in ${rest}.`)]
    : []),
];

export const assessedSurface = (m: ReportModel): Block[] => {
  const { tools, resources, prompts, transports } = m.surface;
  const kinds = [...new Set(transports.map((t) => t.kind))]
    .sort()
    .map((kind) => (kind === 'unknown' ? 'one that is chosen when it starts' : kind));
  const surface = fromEvidence('surface');
  const drawn = fromSession('diagram');
  return [
    h2('Architecture Overview'),
    para(
      surface`The evidence shows ${counted(tools.length, 'tool')}, ${counted(resources.length, 'resource')} and ${counted(prompts.length, 'prompt')}; transports: ${kinds.length > 0 ? kinds.join(', ') : 'none seen'}. What is registered at run time may not be among them. Descriptions are the target's own words.`,
    ),
    para(
      drawn`From a client to the findings, and to leads that were accepted without one. What nobody judged is counted, not drawn.`,
    ),
    text(drawnOf(mermaid(m.diagram), { kind: 'session', of: 'diagram' })),
    ...(tools.length === 0
      ? []
      : bounded(
          ['Tool', 'Where', 'Parameters', 'Description'],
          tools.map((t) => {
            const said = fromEvidence(`tool ${t.name}`);
            return [
              said`${code(t.name, 100)}`,
              said`${code(`${t.path}:${t.line}`)}`,
              t.params.length === 0
                ? t.unread?.includes('parameters')
                  ? said`not read`
                  : said`none`
                : said`${listed(t.params.map((p) => code(p.name, 60)))}`,
              t.description.trim() === ''
                ? t.unread?.includes('description')
                  ? said`not read: it is computed`
                  : '–'
                : said`${t.description}`,
            ];
          }),
          'artifacts/surface.json',
        )),
  ];
};

/** What "not said" means of a risk. */
export const unsaidRisk = fromSession(
  'top10',
)`Not said: a check of it failed, and no finding says that through this risk.`;

export const assessedTop10 = (m: ReportModel): Block[] => {
  const rows = fromSession('top10');
  const bare = bareWords(m.checks);
  return [
    h2('Security Analysis by MCP Top 10 Risks'),
    para(
      rows`A risk fails when a check of it failed through a finding of that risk's weaknesses. It passes only when all its checks are decided and none failed.`,
      ...(m.top10.some((r) => r.verdict === null && r.unsaid.length > 0) ? [unsaidRisk] : []),
      ...(bare === '' ? [] : [fromSession('checks')`${bare}.`]),
    ),
    table(
      ['Risk', 'Verdict', 'Checks tested', 'Failed through it', 'Other failed checks'],
      m.top10.map((r) => [
        fromMethodology('top10')`${r.name ? `${r.id}: ${r.name}` : r.id}`,
        rows`${riskWords(r)}`,
        rows`${r.tested} of ${r.checks.length}`,
        r.failed.length === 0 ? '–' : rows`${r.failed.join(', ')}`,
        r.unsaid.length === 0 ? '–' : rows`${r.unsaid.join(', ')}`,
      ]),
    ),
  ];
};

/** Who gave the verdict, and who wrote the note where that is somebody else. */
export const authorWords = (c: CheckReport): string =>
  c.note === '' || c.noteBy === c.by ? c.by : `${c.by}; note by ${c.noteBy}`;

/** Everybody who gave a verdict or wrote a note. */
export const authorsIn = (m: ReportModel): string[] => [
  ...new Set(
    m.checks.flatMap((c) => [...(c.verdict !== null ? [c.by] : []), ...(c.note === '' ? [] : [c.noteBy])]),
  ),
];

/** What was seen of the running server, by check: told apart from evidence, and no verdict. */
const observedChecks = (m: ReportModel): Block[] => {
  const of = fromSession('observations');
  const seen = m.checks.filter((c) => c.observed.length > 0);
  return seen.length === 0
    ? []
    : [
        para(of`Observed on the running server, in a sandbox: no function of the commit, and no verdict.`),
        list(seen.flatMap((c) => c.observed.map((said) => of`${c.id}: ${long(said, 600)}`))),
      ];
};

/** All checks, tested or not; long notes are in raw-notes.md in full. */
export const assessedChecks = (m: ReportModel): Block[] => {
  const rows = fromSession('checks');
  const by = authorsIn(m);
  const several = by.length > 1;
  return [
    h2('Coverage'),
    para(
      rows`Evidence counts are leads / strengths / facts / gaps. Where a collector could not look, nothing is known from it.`,
      ...(several || m.coverage.notTested === m.coverage.total
        ? []
        : [rows`Every verdict and its reason is by ${by[0] ?? ''}.`]),
    ),
    table(
      several
        ? ['Check', 'Verdict', 'By', 'Evidence', 'Could not look', 'Findings', 'Reason']
        : ['Check', 'Verdict', 'Evidence', 'Could not look', 'Findings', 'Reason'],
      m.checks.map((c) => {
        const blind = c.looks
          .filter((l) => !l.looked)
          .map((l) => phrase`${code(l.collector)} (${l.outcome})`);
        return [
          fromMethodology(
            c.id,
          )`${c.origin === 'guide' ? `${c.id} ${c.title}` : `${c.id} ${c.title} (${c.origin})`}`,
          c.verdict === null
            ? rows`${verdictWord(c.verdict)}`
            : fromAuditor(c.by, `verdict on ${c.id}`)`${verdictWord(c.verdict)}`,
          ...(several
            ? [c.verdict === null && c.note === '' ? ('–' as const) : rows`${authorWords(c)}`]
            : []),
          rows`${c.evidence.lead} / ${c.evidence.strength} / ${c.evidence.fact} / ${c.evidence.gap}`,
          blind.length === 0 ? '–' : rows`${listed(blind)}`,
          c.findings.length === 0
            ? '–'
            : rows`${listed(c.findings.map((f) => tag(f.split('-').slice(0, 2).join('-').toUpperCase())))}`,
          c.note.trim() === '' ? '–' : fromAuditor(c.noteBy, `note on ${c.id}`)`${words(c.note, 400)}`,
        ];
      }),
    ),
    ...observedChecks(m),
  ];
};
