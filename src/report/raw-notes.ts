import { verdictWord } from '../domain/selectors.ts';
import { plural } from '../text/plural.ts';
import { assistanceBlocks } from './assistance-blocks.ts';
import { type Block, field, fields, h1, h2, h3, list, para, renderBlocks, table, text } from './blocks.ts';
import type { CheckReport } from './coverage.ts';
import { labelMarkdown } from './labels.ts';
import type { ReportModel } from './report-model.ts';
import {
  code,
  fromAuditor,
  fromMethodology,
  fromSession,
  listed,
  long,
  phrase,
  proseOf,
} from './statement.ts';

const time = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

const log = fromSession('log');
const checks = fromSession('checks');

const journal = (m: ReportModel): Block[] => [
  h2('Journal'),
  para(
    log`What was done, in order; times are UTC. Of what was withdrawn, as of drafts and earlier wordings, only that it was is published.`,
    ...(m.auditors.length > 1 ? [] : [log`All of it was done by ${m.auditor.name || m.auditor.github}.`]),
  ),
  m.auditors.length > 1
    ? table(
        ['#', 'Time', 'By', 'What'],
        m.log.map((e) => [log`${e.seq}`, log`${time(e.at)}`, log`${e.by}`, log`${long(e.text, 1_000)}`]),
      )
    : table(
        ['#', 'Time', 'What'],
        m.log.map((e) => [log`${e.seq}`, log`${time(e.at)}`, log`${long(e.text, 1_000)}`]),
      ),
];

/** Which collectors looked for a check; what each looked at stands once, in the assessment. */
const gatheredBy = (c: CheckReport): Block[] => {
  const [seen, blind] = [c.looks.filter((l) => l.looked), c.looks.filter((l) => !l.looked)];
  const looks = fromSession('looks');
  const parts = [
    ...(seen.length > 0 ? [looks`Evidence by ${listed(seen.map((l) => code(l.collector)))}.`] : []),
    ...(blind.length > 0
      ? [looks`Could not look: ${listed(blind.map((l) => phrase`${code(l.collector)} (${l.outcome})`))}.`]
      : []),
  ];
  return parts.length > 0 ? [para(...parts)] : [];
};

const notes = (m: ReportModel): Block[] => [
  h2('Notes by Check'),
  ...m.checks
    .filter((c) => c.verdict !== null || c.note !== '')
    .flatMap((c): Block[] => [
      h3(fromMethodology(c.id)`${c.id} ${c.title}`),
      para(
        c.noteBy === c.by || c.note === ''
          ? checks`Verdict: ${verdictWord(c.verdict)}, given by ${c.by} on ${time(c.answeredAt ?? m.dates.completion)}.`
          : checks`Verdict: ${verdictWord(c.verdict)}, given by ${c.by} on ${time(c.answeredAt ?? m.dates.completion)}. The note is by ${c.noteBy}.`,
      ),
      text(proseOf(c.note, { kind: 'auditor', by: c.noteBy, of: `note on ${c.id}` })),
      ...gatheredBy(c),
    ]),
];

const spent = (m: ReportModel): Block[] => {
  const minutes = fromSession('minutesByCheck');
  // An audit recorded from a file takes no minute a check: nothing is to be learnt from a table of noughts.
  const timed = m.minutesByCheck.filter((c) => c.minutes > 0);
  return [
    h2('Time'),
    para(
      fromSession(
        'hours',
      )`${plural(m.hours, 'hour')} of work between ${time(m.dates.start)} and ${time(m.dates.completion)}; breaks of more than ten minutes are not counted.`,
    ),
    ...(timed.length === 0
      ? []
      : [
          table(
            ['Check', 'Minutes'],
            timed.map((c) => [minutes`${c.check}`, minutes`${c.minutes}`]),
          ),
        ]),
  ];
};

const dismissed = (m: ReportModel): Block[] => [
  h2('Dismissed Evidence'),
  m.dismissed.length === 0
    ? para(fromSession('dismissed')`None.`)
    : list(
        m.dismissed.map(
          (d) =>
            fromAuditor(
              d.by,
              `dismissal of ${d.id}`,
            )`${code(d.id)} ${d.where === '' ? '' : code(d.where)} ${d.title}: ${long(d.reason, 2_000)}`,
        ),
      ),
];

/** Where reading ended and the auditor went on: the question, and what they found out. */
const answered = (m: ReportModel): Block[] =>
  m.answered.length === 0
    ? []
    : [
        h2('Questions Answered'),
        list(
          m.answered.map(
            (d) =>
              fromAuditor(
                d.by,
                `answer to ${d.id}`,
              )`${code(d.id)} ${d.where === '' ? '' : code(d.where)} ${d.title}: ${long(d.reason, 2_000)}`,
          ),
        ),
      ];

const attachments = (m: ReportModel): Block[] => {
  const of = fromSession('attachments');
  return m.attachments.length === 0
    ? []
    : [
        h2('Attachments'),
        para(
          of`Texts are in artifacts/attachments, without credentials; other files are kept by the auditor.`,
        ),
        table(
          ['Name', 'Check', 'Type', 'Bytes', 'sha256'],
          m.attachments.map((a) => [
            of`${code(a.name)}`,
            a.check === null ? '–' : of`${a.check}`,
            of`${code(a.mediaType)}`,
            of`${a.bytes}`,
            of`${code(a.sha256)}`,
          ]),
        ),
      ];
};

/** Told apart from evidence: what ran, when, and inside of what; nobody gets the same bytes from the commit. */
const observations = (m: ReportModel): Block[] => {
  const of = fromSession('observations');
  return m.observations.length === 0
    ? []
    : [
        h2('Observations'),
        para(
          of`Seen of the running server, each once and inside the sandbox it names. No function of the commit: seen again, it may be otherwise.`,
        ),
        ...m.observations.flatMap((o): Block[] => [
          h3(of`${o.id}`),
          para(
            of`${time(o.at)}, by ${o.by}, in ${o.sandbox}: ${long(o.summary, 600)} Started with ${code(o.command, 300)}; transcript sha256 ${code(o.transcript)}.`,
          ),
          ...(o.results.length === 0
            ? []
            : [
                list(
                  o.results.map((r) => of`${code(r.item)} ${r.title}: ${r.result}. ${long(r.shown, 600)}`),
                ),
              ]),
        ]),
      ];
};

/** How the audit went, from the journal. */
export const notesBlocks = (m: ReportModel): Block[] => [
  h1({ label: 'Raw Notes', is: fromSession('target')`${m.target.name}` }),
  fields([
    field('Audit ID', fromSession('auditId')`${m.auditId}`),
    field('Commit', fromSession('target')`${code(m.target.commit)}`),
  ]),
  h2('Process'),
  para(
    fromSession(
      'coverage',
    )`${m.coverage.total - m.coverage.notTested} of ${m.coverage.total} checks tested, ${m.looks.filter((l) => l.looked).length} of ${m.looks.length} collectors able to look, ${plural(m.dismissed.length, 'evidence item')} dismissed, ${plural(m.openLeads, 'lead')} left undecided.`,
  ),
  ...journal(m),
  ...spent(m),
  ...notes(m),
  ...answered(m),
  ...dismissed(m),
  ...assistanceBlocks(m),
  ...observations(m),
  ...attachments(m),
];

/** `raw-notes.md`. */
export const rawNotes = (m: ReportModel): string => labelMarkdown(renderBlocks(notesBlocks(m)));
