import { placeWords } from '../domain/evidence.ts';
import { ratingWord } from '../domain/finding.ts';
import { totalWords } from '../domain/scorecard.ts';
import { assessmentOpening, firstSentence } from './assessment-opening.ts';
import { assessedChecks, assessedSurface, assessedTop10 } from './assessment-tables.ts';
import {
  type Block,
  field,
  fields,
  h2,
  h3,
  type Item,
  list,
  para,
  renderBlocks,
  table,
  text,
} from './blocks.ts';
import { earlierFindings } from './earlier-findings.ts';
import { fromPart, sourceOfPart } from './finding-source.ts';
import { labelMarkdown } from './labels.ts';
import { ENVIRONMENTS } from './proposals.ts';
import type { Label } from './report-labels.ts';
import type { FindingReport, ReportModel } from './report-model.ts';
import { peerReviews } from './reviews.ts';
import {
  code,
  fromAuditor,
  fromEvidence,
  fromFinding,
  fromMethodology,
  fromSession,
  link,
  listed,
  long,
  proseOf,
  strong,
  tag,
  within,
  words,
} from './statement.ts';

const said = (value: string): string => value.replaceAll('_', ' ');
const titleCase = <T extends string>(s: T): Capitalize<T> =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<T>;

const target = fromSession('target');
const summary = fromSession('summary');
const proposals = fromSession('proposals');

/** Left out where there is no finding: the summary says so, and the section of findings. */
const matrix = (m: ReportModel): Block[] =>
  m.findings.length === 0
    ? []
    : [
        h2('Risk Assessment Matrix'),
        table(
          ['Finding', 'Severity', 'Category', 'Confidentiality / Integrity / Availability', 'Exploitability'],
          m.findings.map((f) => {
            const of = fromFinding(f.fileId);
            return [
              of`${tag(f.tag)}`,
              f.positive ? 'Info (Positive)' : titleCase(f.severity),
              fromPart(f, 'category')`${f.category}`,
              ...(f.positive
                ? (['–', '–'] as const)
                : [
                    of`${ratingWord(f.impact.confidentiality)} / ${ratingWord(f.impact.integrity)} / ${ratingWord(f.impact.availability)}`,
                    of`${ratingWord(f.impact.exploitability)}`,
                  ]),
            ];
          }),
        ),
      ];

const finding = (f: FindingReport): Block[] => {
  const of = fromFinding(f.fileId);
  return [
    h3(fromPart(f, 'title')`${tag(f.tag)}: ${f.title}`),
    // Its first sentence stands in the summary.
    text(
      proseOf(f.summary.trim().slice(firstSentence(f.summary).length).trim(), {
        kind: 'finding',
        of: f.fileId,
      }),
    ),
    list([
      { label: 'Full text', is: of`${within(`findings/${f.fileId}.md`, `findings/${f.fileId}.md`)}` },
      ...f.locations.map((l): Item => ({ label: 'Evidence', is: of`${code(placeWords(l))}` })),
      ...(f.items.length > 0
        ? [{ label: 'Evidence items', is: of`${listed(f.items.map((i) => code(i.id)))}` } as const]
        : []),
      // A step that is too long stands in the finding's file: half a command is another command.
      ...(f.reproduction[0] !== undefined && f.reproduction[0].length <= 200
        ? [{ label: 'Reproduction begins with', is: of`${words(f.reproduction[0], 200)}` } as const]
        : []),
    ]),
  ];
};

const findings = (m: ReportModel): Block[] => [
  h2('Key Findings'),
  ...(m.findings.length === 0
    ? [para(summary`None. What that says, and what it does not, stands in the summary.`)]
    : m.findings.flatMap(finding)),
];

const recommendations = (m: ReportModel): Block[] => {
  const weak = m.findings.filter((f) => !f.positive);
  const group = (title: Label, part: keyof FindingReport['recommendations']): Block[] => {
    // What several findings ask for is one task.
    const tasks = new Map<string, FindingReport[]>();
    for (const f of weak)
      for (const t of f.recommendations[part])
        if (t.trim() !== '') tasks.set(t.trim(), [...(tasks.get(t.trim()) ?? []), f]);
    const rows = [...tasks].map(
      ([task, of]): Item => ({
        box: 'open',
        about: fromFinding(of.map((f) => f.fileId).join(', '))`${listed(of.map((f) => tag(f.tag)))}`,
        is: proseOf(task, sourceOfPart(of[0]!, `recommendations.${part}`)),
      }),
    );
    return [h3(title), rows.length > 0 ? list(rows) : list([summary`Nothing recorded`])];
  };
  if (
    weak.every((f) =>
      Object.values(f.recommendations)
        .flat()
        .every((t) => t.trim() === ''),
    )
  )
    return [h2('Recommendations by Priority'), para(summary`Nothing recorded`)];
  return [
    h2('Recommendations by Priority'),
    ...group('Immediate', 'immediate'),
    ...group('Short-term', 'shortTerm'),
    ...group('Long-term', 'longTerm'),
  ];
};

const sentenceCase = (s: string): string => s.slice(0, 1).toUpperCase() + s.slice(1);

const deployment = (m: ReportModel): Block[] => {
  const weak = m.findings.some((f) => !f.positive);
  return [
    h2('Deployment Recommendations'),
    para(
      proposals`Derived from the gravest weakness and from what was tested; no environment is rated better than its tests. How the overall risk comes about stands in the summary.`,
      ...(weak ? [proposals`Where a row names no finding, none says what it means there.`] : []),
    ),
    table(
      ['Where it may run', 'Status', 'Because'],
      ENVIRONMENTS.map((e) => [
        titleCase(e),
        proposals`${said(m.proposals.deployment[e].value)}`,
        proposals`${long(sentenceCase(m.proposals.deployment[e].reason), 1_500)}`,
      ]),
    ),
  ];
};

const compliance = (m: ReportModel): Block[] => {
  const { baseline, top10, supplyChain } = m.proposals.compliance;
  const row = (p: { value: string; reason: string }) =>
    [proposals`${said(p.value)}`, proposals`${long(p.reason, 1_000)}`] as const;
  return [
    h2('Compliance Assessment'),
    table(
      ['Subject', 'Proposal', 'Because'],
      [
        ['MCP security baseline', ...row(baseline)],
        ['Top 10 risks', ...row(top10)],
        ['Supply chain security', ...row(supplyChain)],
      ],
    ),
  ];
};

const scorecard = (m: ReportModel): Block[] => {
  const shown = (v: number | null): string => (v === null ? 'not rated' : v.toFixed(1));
  const { dimensions } = m.scorecard;
  const rated = fromSession('scorecard');
  return [
    h2('Selection Scorecard'),
    para(
      rated`From 0 (critical) to 4 (excellent). Total: ${totalWords(m.scorecard)}. What is not rated counts neither way. A rating is proposed from verdicts and evidence unless the auditor gave it.`,
    ),
    table(
      ['Criterion', 'Rating', 'By', 'Because'],
      dimensions.flatMap((d) => [
        [
          fromMethodology('scorecard')`${strong(d.title)} (${d.weight} %)`,
          rated`${shown(d.value)}`,
          '' as const,
          rated`${d.criteria.filter((c) => c.value !== null).length} of ${d.criteria.length} criteria rated`,
        ],
        ...d.criteria.map((c) => {
          const because = c.by === 'auditor' ? fromAuditor(c.author, `rating of ${c.id}`) : rated;
          const reason = words(c.reason, 600);
          return [
            fromMethodology('scorecard')`${c.title}`,
            c.value === null ? ('not rated' as const) : because`${c.value} (${c.label})`,
            c.by === 'auditor'
              ? because`${c.author}`
              : c.value === null
                ? ('–' as const)
                : ('proposed' as const),
            c.by === 'auditor' && c.proposal.value !== c.value
              ? because`${reason} (proposed: ${c.proposal.value ?? 'not rated'})`
              : because`${reason}`,
          ];
        }),
      ]),
    ),
  ];
};

const falsePositives = (m: ReportModel): Block[] => {
  const dismissed = fromSession('dismissed');
  return [
    h2('False-Positive Discussion'),
    para(
      m.dismissed.length === 0
        ? dismissed`No evidence item was dismissed as a false positive.`
        : dismissed`Evidence items read and dismissed, each with a reason: ${m.dismissed.length}.`,
      fromSession(
        'openLeads',
      )`Leads neither accepted nor dismissed, so neither findings nor false positives: ${m.openLeads}.`,
    ),
    ...(m.dismissed.length === 0
      ? []
      : [
          table(
            ['Item', 'Where', 'What it said', 'Why it is no problem here'],
            m.dismissed.map((d) => [
              dismissed`${code(d.id)}`,
              fromEvidence(d.id)`${code(d.where)}`,
              fromEvidence(d.id)`${d.title}`,
              fromAuditor(d.by, `dismissal of ${d.id}`)`${long(d.reason, 1_000)}`,
            ]),
          ),
        ]),
  ];
};

const closing = (m: ReportModel): Block[] => [
  h2('Limitations'),
  list(m.limitations.map((l) => fromSession('limitations')`${long(l, 2_000)}`)),
  h2('Confidence'),
  fields([
    field(
      'Confidence',
      proposals`${said(m.proposals.confidence.value)}, because ${m.proposals.confidence.reason}.`,
    ),
  ]),
  h2('Validation and Reproduction'),
  para(
    target`Every citation can be read again in a clone: ${code(`git show ${m.target.commit}:<path>`)}.`,
    fromSession('evidence')`Each evidence item carries its own command.`,
  ),
  h2('References'),
  list([
    target`${link(m.target.repository.url, m.target.repository.url)}`,
    {
      label: 'Evidence',
      is: fromSession('evidence')`${within('artifacts/evidence.json', 'artifacts/evidence.json')}`,
    },
    {
      label: 'Tools, resources and prompts',
      is: fromSession('surface')`${within('artifacts/surface.json', 'artifacts/surface.json')}`,
    },
  ]),
];

/** The assessment as labels and statements, with every part the database makes mandatory. */
export const assessmentBlocks = (m: ReportModel): Block[] => [
  ...assessmentOpening(m),
  ...assessedSurface(m),
  ...matrix(m),
  ...assessedTop10(m),
  ...findings(m),
  ...recommendations(m),
  ...deployment(m),
  ...compliance(m),
  ...assessedChecks(m),
  ...scorecard(m),
  ...falsePositives(m),
  ...earlierFindings(m),
  ...peerReviews(m),
  ...closing(m),
];

/** `security-assessment.md`: the report people read. */
export const securityAssessment = (m: ReportModel): string =>
  labelMarkdown(renderBlocks(assessmentBlocks(m)));
