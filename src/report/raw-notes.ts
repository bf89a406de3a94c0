import { verdictWord } from '../domain/selectors.ts';
import { labelMarkdown } from './labels.ts';
import { code, document, inline, prose, table } from './markdown.ts';
import type { ReportModel } from './report-model.ts';

type Blocks = string[][];

const time = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

const journal = (m: ReportModel): Blocks => [
  ['## Journal'],
  ['What was done, in order; times are UTC. Unfinished drafts and earlier wordings are not published.'],
  table(
    ['#', 'Time', 'What'],
    m.log.map((e) => [String(e.seq), time(e.at), inline(e.text, 1_000)]),
  ),
];

const notes = (m: ReportModel): Blocks => [
  ['## Notes by Check'],
  ...m.checks
    .filter((c) => c.verdict !== null || c.note !== '')
    .flatMap(
      (c): Blocks => [
        [`### ${inline(c.id)} ${inline(c.title)}`],
        [`Verdict: ${verdictWord(c.verdict)}, given ${time(c.answeredAt ?? m.dates.completion)}.`],
        prose(c.note),
        c.looks.length === 0
          ? []
          : c.looks.map(
              (l) =>
                `- ${code(l.collector)}: ${l.looked ? l.outcome : `could not look, ${l.outcome}`}${l.message ? `, ${inline(l.message)}` : ''}`,
            ),
      ],
    ),
];

const spent = (m: ReportModel): Blocks => [
  ['## Time'],
  [
    `${m.hours} hours of work between ${time(m.dates.start)} and ${time(m.dates.completion)}; breaks of more than ten minutes are not counted.`,
  ],
  m.minutesByCheck.length === 0
    ? []
    : table(
        ['Check', 'Minutes'],
        m.minutesByCheck.map((c) => [inline(c.check), String(c.minutes)]),
      ),
];

const dismissed = (m: ReportModel): Blocks => [
  ['## Dismissed Evidence'],
  m.dismissed.length === 0
    ? ['None.']
    : m.dismissed.map(
        (d) =>
          `- ${code(d.id)} ${d.where === '' ? '' : `${code(d.where)} `}${inline(d.title)}: ${inline(d.reason, 2_000)}`,
      ),
];

const attachments = (m: ReportModel): Blocks =>
  m.attachments.length === 0
    ? []
    : [
        ['## Attachments'],
        ['Texts are in artifacts/attachments, without credentials; other files are kept by the auditor.'],
        table(
          ['Name', 'Check', 'Type', 'Bytes', 'sha256'],
          m.attachments.map((a) => [
            code(a.name),
            inline(a.check ?? '–'),
            code(a.mediaType),
            String(a.bytes),
            code(a.sha256),
          ]),
        ),
      ];

/** `raw-notes.md`: how the audit went, from the journal. */
export const rawNotes = (m: ReportModel): string =>
  labelMarkdown(
    document([
      [`# Raw Notes: ${inline(m.target.name)}`],
      [`**Audit ID**: ${m.auditId}  `, `**Commit**: ${code(m.target.commit)}`],
      ['## Process'],
      [
        `${m.coverage.total - m.coverage.notTested} of ${m.coverage.total} checks tested, ${m.looks.filter((l) => l.looked).length} of ${m.looks.length} collectors able to look, ${m.dismissed.length} evidence items dismissed, ${m.openLeads} leads left undecided.`,
      ],
      ...journal(m),
      ...spent(m),
      ...notes(m),
      ...dismissed(m),
      ...attachments(m),
    ]),
  );
