import { plural } from '../text/plural.ts';
import { type Block, field, fields, h1, h2, para, table } from './blocks.ts';
import { SEVERITIES } from './ids.ts';
import type { Label } from './report-labels.ts';
import type { ReportModel } from './report-model.ts';
import { code, fromEvidence, fromSession, link, within } from './statement.ts';

/** What the assessment says before its tables: who audited what, in short and by which method. */
const said = (value: string): string => value.replaceAll('_', ' ');
const titleCase = <T extends string>(s: T): Capitalize<T> =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<T>;

const target = fromSession('target');
const dates = fromSession('dates');
const coverage = fromSession('coverage');
const summary = fromSession('summary');
const proposals = fromSession('proposals');

const header = (m: ReportModel): Block[] => {
  const { auditor, target: t } = m;
  const by = fromSession('auditor');
  return [
    h1(target`${t.name} - Security Assessment`),
    fields([
      field('Audit ID', fromSession('auditId')`${m.auditId}`),
      field('Target', target`${link(t.name, t.repository.url)}`),
      field('Version', target`${code(t.version)}`),
      field('Commit', target`${code(t.commit)}`),
      field(
        'Auditor',
        auditor.organization
          ? by`${auditor.name} (${auditor.organization}), GitHub ${code(auditor.github)}`
          : by`${auditor.name}, GitHub ${code(auditor.github)}`,
      ),
      field('Date', dates`${m.date}`),
      field(
        'Status',
        m.coverage.complete
          ? coverage`Completed`
          : coverage`Completed, with checks left open (see Limitations)`,
      ),
    ]),
  ];
};

const executive = (m: ReportModel): Block[] => {
  const { coverage: c, summary: s, proposals: p } = m;
  return [
    h2('Executive Summary'),
    para(
      coverage`${c.total - c.notTested} of ${c.total} checks of ${m.methodology.title} ${m.methodology.version} were tested at the commit above: ${c.pass} passed, ${c.fail} failed, ${c.notApplicable} did not apply, ${c.unsure} stayed unsure. Not tested: ${c.notTested}.`,
    ),
    table(
      ['Severity', 'Findings'],
      [...SEVERITIES.map((sev) => [titleCase(sev), summary`${s[sev]}`]), ['Total', summary`${s.total}`]],
    ),
    para(summary`Good practices worth keeping, among the informational findings: ${s.positive}.`),
    boldPara('Overall risk', proposals`${said(p.overallRisk.value)}, because ${p.overallRisk.reason}.`),
  ];
};

const boldPara = (label: Label, is: ReturnType<typeof proposals>): Block => fields([field(label, is)]);

const overview = (m: ReportModel): Block[] => {
  const { target: t, auditor } = m;
  return [
    h2('Audit Overview'),
    table(
      ['Item', 'Value'],
      [
        ['Target server', target`${t.name}`],
        ['Repository', target`${link(t.repository.url, t.repository.url)}`],
        ...(t.subdir === '' ? [] : [['Folder audited' as const, target`${code(t.subdir)}`]]),
        ['Commit', target`${code(t.commit)} of ${t.committedAt.slice(0, 10)}`],
        ['Version', target`${code(t.version)}`],
        ['Purpose', target`Security of the server as published in this commit`],
        [
          'Auditor',
          fromSession(
            'auditor',
          )`${auditor.name}, ${auditor.organization || 'independent'}, ${auditor.contact}`,
        ],
        ['From', dates`${m.dates.start}`],
        ['To', dates`${m.dates.completion}`],
        ['Time worked', fromSession('hours')`${plural(m.hours, 'hour')}`],
      ],
    ),
  ];
};

const method = (m: ReportModel): Block[] => {
  const how = fromSession('methodology');
  const looks = fromSession('looks');
  return [
    h2('Methodology'),
    para(
      how`The audit walks ${m.methodology.title} ${m.methodology.version} (id ${code(m.methodology.id)}, sha256 ${code(m.methodology.sha256)}) check by check. Collectors gather facts and leads at the pinned commit; a person reads them and gives every verdict, with a reason. A collector never decides, and a check without a verdict is reported as not tested.`,
    ),
    h2('Initial Prompts and Tool Use'),
    para(
      fromSession(
        'log',
      )`The audit began with the questions of the methodology, listed under Coverage; the journal of decisions is in ${within('raw-notes.md', 'raw-notes.md')}. The session holds no record of other prompts.`,
      fromSession(
        'tool',
      )`${m.tool.name} ${m.tool.version} gathered the evidence in ${code('artifacts/evidence.json')}.`,
    ),
    m.looks.length === 0
      ? para(looks`The methodology names no collectors: all evidence was gathered by hand.`)
      : table(
          ['Collector', 'Outcome', 'What was looked at, or why not'],
          m.looks.map((l) => [
            looks`${code(l.collector)}`,
            l.looked ? looks`${said(l.outcome)}` : looks`could not look (${said(l.outcome)})`,
            l.message === '' ? '–' : fromEvidence(l.collector)`${l.message}`,
          ]),
        ),
    h2('Environment'),
    para(
      fromSession(
        'tool',
      )`The tools read the objects of the commit out of a bare clone of their own: no work tree was made of it. They execute no code of the target by themselves; where the auditor ran something, the notes of the check say so.`,
    ),
  ];
};

export const assessmentOpening = (m: ReportModel): Block[] => [
  ...header(m),
  ...executive(m),
  ...overview(m),
  ...method(m),
];
