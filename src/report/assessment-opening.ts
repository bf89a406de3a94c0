import { numbered, plural } from '../text/plural.ts';
import { alsoBy } from './also-by.ts';
import { assistanceWords } from './assistance.ts';
import { type Block, field, fields, h1, h2, h3, type Labelled, para, table, text } from './blocks.ts';
import { fromPart } from './finding-source.ts';
import { SEVERITIES } from './ids.ts';
import { bareWords } from './proposals.ts';
import type { Label } from './report-labels.ts';
import type { ReportModel } from './report-model.ts';
import { type ProfilePart, transportKinds } from './server.ts';
import {
  code,
  fromAuditor,
  fromEvidence,
  fromFinding,
  fromSession,
  link,
  listed,
  long,
  phrase,
  proseOf,
  type Statement,
  tag,
  within,
  words,
} from './statement.ts';

/** What the assessment says before its tables: who audited what, in short and by which method. */
const said = (value: string): string => value.replaceAll('_', ' ');
const titleCase = <T extends string>(s: T): Capitalize<T> =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<T>;

const target = fromSession('target');
const dates = fromSession('dates');
const coverage = fromSession('coverage');
const summary = fromSession('summary');
const proposals = fromSession('proposals');

/** Who gave the verdicts, where that is not only who signs. */
const verdictsBy = (m: ReportModel): Labelled[] => {
  const counts = new Map<string, number>();
  for (const c of m.checks) if (c.verdict !== null) counts.set(c.by, (counts.get(c.by) ?? 0) + 1);
  const others = [...counts.keys()].some((by) => by !== m.auditor.name);
  return others
    ? [
        field(
          'Verdicts by',
          fromSession('checks')`${[...counts].map(([by, n]) => `${by} (${n})`).join(', ')}`,
        ),
      ]
    : [];
};

/** How far the audit got, by what was decided. */
const statusWords = (m: ReportModel): Statement => {
  const { total, complete, notTested, unsure } = m.coverage;
  const bare = bareWords(m.checks);
  const stamps = bare === '' ? '' : `; ${bare}`;
  return complete
    ? coverage`Completed: ${total} of ${plural(total, 'check')} decided${stamps}`
    : coverage`Partial: ${total - notTested - unsure} of ${plural(total, 'check')} decided${stamps} (see Limitations)`;
};

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
      ...verdictsBy(m),
      field('Date', dates`${m.date}`),
      field('Status', statusWords(m)),
    ]),
  ];
};

/** A part of what the server is, with who says so: the auditor, or the evidence and why. */
const profileWords = (key: string, p: ProfilePart): Statement => {
  const value = words(p.value, 1_000);
  if (p.by === 'auditor') return fromAuditor(p.author, `the server's ${key}`)`${value}`;
  const of = p.by === 'nobody' ? fromSession('server') : fromEvidence(p.items.join(', ') || 'surface');
  return p.by === 'nobody'
    ? of`unknown: ${long(p.reason, 1_000)}`
    : of`${value} (proposed: ${long(p.reason, 1_000)})`;
};

const MOST_NAMED = 12;

const surfaceWords = (m: ReportModel): Statement => {
  const { tools, resources, prompts } = m.surface;
  const of = fromEvidence('surface');
  if (tools.length === 0) return of`no tool was seen`;
  const names = listed(tools.slice(0, MOST_NAMED).map((t) => code(t.name, 60)));
  const more = tools.length > MOST_NAMED ? `, and ${tools.length - MOST_NAMED} more` : '';
  return of`${plural(tools.length, 'tool')} (${names}${more}), ${plural(resources.length, 'resource')}, ${plural(prompts.length, 'prompt')}`;
};

const reachedWords = (m: ReportModel): Statement => {
  const kinds = transportKinds(m.surface);
  const of = fromEvidence('surface');
  const chosen = m.surface.transports.some((t) => t.kind === 'unknown');
  if (kinds.length === 0)
    return chosen ? of`by a transport that is chosen when it starts` : of`no transport was seen`;
  return chosen ? of`${kinds.join(', ')}, and one that is chosen when it starts` : of`${kinds.join(', ')}`;
};

const unseenWords = (m: ReportModel): Statement => {
  const blind = m.looks.filter((l) => !l.looked).map((l) => l.collector);
  const open = m.checks.filter((c) => c.verdict === null).map((c) => c.id);
  const of = coverage;
  const gaps = m.evidence.items.filter((i) => i.kind === 'gap').length;
  const missing = gaps === 0 ? '' : `; ${plural(gaps, 'gap')} in the evidence, named under Limitations`;
  if (open.length === 0 && blind.length === 0)
    return of`every check has a verdict, and every collector could look${missing}`;
  const unlooked =
    blind.length === 0 ? '' : `; ${plural(blind.length, 'collector')} could not look: ${blind.join(', ')}`;
  return open.length === 0
    ? of`every check has a verdict${long(unlooked, 1_000)}${missing}`
    : of`${plural(open.length, 'check')} without a verdict${open.length > MOST_NAMED ? ', named under Limitations' : `: ${open.join(', ')}`}${long(unlooked, 1_000)}${missing}`;
};

/** The first sentence of a finding's summary, whole. */
export const firstSentence = (text: string): string =>
  /^[\s\S]*?[.!?](?=\s|$)/.exec(text.trim())?.[0] ?? text.trim();

const graded = (m: ReportModel): Block[] =>
  m.findings.length === 0
    ? []
    : [
        table(
          ['Finding', 'Severity', 'In one line'],
          m.findings.map((f) => [
            fromPart(f, 'title')`${tag(f.tag)}: ${f.title}`,
            f.positive ? 'Info (Positive)' : titleCase(f.severity),
            f.summary.trim() === '' ? '–' : fromFinding(f.fileId)`${words(firstSentence(f.summary), 600)}`,
          ]),
        ),
      ];

/** Said where findings would stand: nothing that was not tested, or failed without one, is made good by there being none. */
export const noFinding = (m: ReportModel): Statement[] => {
  const failed = m.checks.filter((c) => c.verdict === 'fail').map((c) => c.id);
  return [
    summary`No finding was recorded.`,
    ...(failed.length > 0
      ? [
          fromSession(
            'checks',
          )`All the same ${plural(failed.length, 'check')} failed, and no finding says how: ${failed.join(', ')}.`,
        ]
      : []),
    ...(m.coverage.notTested > 0
      ? [coverage`That says nothing about checks that were not tested: ${m.coverage.notTested}.`]
      : []),
  ];
};

/** How many of each grade; a table of zeros would say less than the sentence. */
const counted = (m: ReportModel): Block[] => {
  const { summary: s } = m;
  return s.total === 0
    ? [para(...noFinding(m))]
    : [
        table(
          ['Severity', 'Findings'],
          [...SEVERITIES.map((sev) => [titleCase(sev), summary`${s[sev]}`]), ['Total', summary`${s.total}`]],
        ),
        ...(s.positive > 0
          ? [para(summary`Good practices worth keeping, among the informational findings: ${s.positive}.`)]
          : []),
      ];
};

/** What the server is, and who says so. */
export const serverBlocks = (m: ReportModel): Block[] => {
  const { server } = m;
  return [
    table(
      ['Item', 'Value'],
      [
        ['Purpose', profileWords('purpose', server.purpose)],
        ['What it offers', surfaceWords(m)],
        ['How it is reached', reachedWords(m)],
        ['Type', profileWords('type', server.type)],
        ['Data sensitivity', profileWords('data sensitivity', server.dataSensitivity)],
        ['Authentication', profileWords('authentication', server.authentication)],
        ['Network', profileWords('network', server.network)],
        ['Licence', profileWords('licence', server.license)],
        ['Not looked at', unseenWords(m)],
      ],
    ),
  ];
};

/** What the auditor tells a person who has to decide; nothing where they wrote none. */
export const judgementBlocks = ({ server: { judgement } }: ReportModel): Block[] =>
  judgement.by === 'auditor'
    ? [
        h3('Closing Judgement'),
        text(proseOf(judgement.value, { kind: 'auditor', by: judgement.author, of: 'closing judgement' })),
      ]
    : [];

const executive = (m: ReportModel): Block[] => {
  const { coverage: c, proposals: p } = m;
  return [
    h2('Executive Summary'),
    ...serverBlocks(m),
    para(
      coverage`${c.total - c.notTested} of ${c.total} checks of ${m.methodology.title} ${m.methodology.version} ${numbered(c.total - c.notTested, 'has', 'have')} a verdict at the commit above: ${c.pass} passed, ${c.fail} failed, ${c.notApplicable} did not apply, ${c.unsure} stayed unsure, ${c.notTested} ${numbered(c.notTested, 'was', 'were')} not tested.`,
    ),
    ...graded(m),
    ...counted(m),
    boldPara(
      'Overall risk',
      proposals`${said(p.overallRisk.value)}, because ${long(p.overallRisk.reason, 1_000)}.`,
    ),
    ...judgementBlocks(m),
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
        ['Repository', target`${link(t.repository.url, t.repository.url)}`],
        ...(t.subdir === '' ? [] : [['Folder audited' as const, target`${code(t.subdir)}`]]),
        [
          'Commit',
          target`${code(t.commit)}${t.committedAt === '' ? phrase`` : phrase` of ${t.committedAt.slice(0, 10)}`}`,
        ],
        [
          'Auditor',
          fromSession(
            'auditor',
          )`${auditor.name}, ${auditor.organization || 'independent'}, ${auditor.contact}`,
        ],
        ...alsoBy(m.auditors),
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
      how`The audit walks ${m.methodology.title} ${m.methodology.version} (id ${code(m.methodology.id)}, sha256 ${code(m.methodology.sha256)}) check by check. Collectors gather facts and leads at the pinned commit; a person reads them and gives every verdict. A collector never decides, and a check without a verdict is reported as not tested.`,
    ),
    h2('Initial Prompts and Tool Use'),
    para(
      fromSession(
        'log',
      )`The audit began with the questions of the methodology, listed under Coverage; the journal of decisions is in ${within('raw-notes.md', 'raw-notes.md')}.`,
      m.assistance
        ? fromSession(
            'assistance',
          )`${long(assistanceWords(m.assistance), 1_000)} What became of each, and where the transcripts lie, is told in ${within('raw-notes.md', 'raw-notes.md')}.`
        : fromSession('log')`The session holds no record of other prompts.`,
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
      )`The collectors read the objects of the commit out of a bare clone of their own: no work tree was made of it, and none of its code was run by them.`,
      m.observations.length === 0
        ? fromSession('observations')`No run of the server was recorded.`
        : fromSession(
            'observations',
          )`Runs of the server that were recorded: ${m.observations.length}, told in ${within('raw-notes.md', 'raw-notes.md')}.`,
    ),
  ];
};

export const assessmentOpening = (m: ReportModel): Block[] => [
  ...header(m),
  ...executive(m),
  ...overview(m),
  ...method(m),
];
