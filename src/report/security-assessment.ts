import { assessedChecks, assessedSurface, assessedTop10 } from './assessment-tables.ts';
import { SEVERITIES } from './ids.ts';
import { labelMarkdown } from './labels.ts';
import { code, document, inline, item, link, prose, table, words } from './markdown.ts';
import { ENVIRONMENTS } from './proposals.ts';
import type { FindingReport, ReportModel } from './report-model.ts';

type Blocks = string[][];

const said = (value: string): string => value.replaceAll('_', ' ');
const titleCase = (s: string): string => s[0]!.toUpperCase() + s.slice(1);

const header = (m: ReportModel): Blocks => {
  const { auditor, target } = m;
  const who = [inline(auditor.name), auditor.organization ? `(${inline(auditor.organization)})` : '']
    .filter(Boolean)
    .join(' ');
  const lines = [
    `**Audit ID**: ${m.auditId}`,
    `**Target**: ${link(target.name, target.repository.url)}`,
    `**Version**: ${code(target.version)}`,
    `**Commit**: ${code(target.commit)}`,
    `**Auditor**: ${who}, GitHub ${code(auditor.github)}`,
    `**Date**: ${m.date}`,
    `**Status**: ${m.coverage.complete ? 'Completed' : 'Completed, with checks left open (see Limitations)'}`,
  ];
  return [
    [`# ${inline(target.name)} - Security Assessment`],
    lines.map((l, i) => (i < lines.length - 1 ? `${l}  ` : l)),
  ];
};

const summary = (m: ReportModel): Blocks => {
  const { coverage: c, summary: s, proposals: p } = m;
  return [
    ['## Executive Summary'],
    [
      `${c.total - c.notTested} of ${c.total} checks of ${inline(m.methodology.title)} ${inline(m.methodology.version)} were tested at the commit above: ${c.pass} passed, ${c.fail} failed, ${c.notApplicable} did not apply, ${c.unsure} stayed unsure. Not tested: ${c.notTested}.`,
    ],
    table(
      ['Severity', 'Findings'],
      [...SEVERITIES.map((sev) => [titleCase(sev), String(s[sev])]), ['Total', String(s.total)]],
    ),
    [`Good practices worth keeping, among the informational findings: ${s.positive}.`],
    [`**Overall risk**: ${said(p.overallRisk.value)}. Derived, not measured: ${p.overallRisk.reason}.`],
  ];
};

const overview = (m: ReportModel): Blocks => [
  ['## Audit Overview'],
  table(
    ['Item', 'Value'],
    [
      ['Target server', inline(m.target.name)],
      ['Repository', link(m.target.repository.url, m.target.repository.url)],
      ...(m.target.subdir === '' ? [] : [['Folder audited', code(m.target.subdir)]]),
      ['Commit', `${code(m.target.commit)} of ${inline(m.target.committedAt.slice(0, 10))}`],
      ['Version', code(m.target.version)],
      ['Purpose', 'Security of the server as published in this commit'],
      [
        'Auditor',
        `${inline(m.auditor.name)}, ${inline(m.auditor.organization || 'independent')}, ${inline(m.auditor.contact)}`,
      ],
      ['From', m.dates.start],
      ['To', m.dates.completion],
      ['Time worked', `${m.hours} hours`],
    ],
  ),
];

const method = (m: ReportModel): Blocks => [
  ['## Methodology'],
  [
    `The audit walks ${inline(m.methodology.title)} ${inline(m.methodology.version)} (id ${code(m.methodology.id)}, sha256 ${code(m.methodology.sha256)}) check by check. Collectors gather facts and leads at the pinned commit; a person reads them and gives every verdict, with a reason. A collector never decides, and a check without a verdict is reported as not tested.`,
  ],
  ['## Initial Prompts and Tool Use'],
  [
    `The audit began with the questions of the methodology, listed under Coverage; the journal of decisions is in [raw-notes.md](raw-notes.md). The session holds no record of other prompts. ${inline(m.tool.name)} ${inline(m.tool.version)} gathered the evidence in ${code('artifacts/evidence.json')}.`,
  ],
  m.looks.length === 0
    ? ['The methodology names no collectors: all evidence was gathered by hand.']
    : table(
        ['Collector', 'Outcome', 'What was looked at, or why not'],
        m.looks.map((l) => [
          code(l.collector),
          l.looked ? said(l.outcome) : `could not look (${said(l.outcome)})`,
          inline(l.message) || '–',
        ]),
      ),
  ['## Environment'],
  [
    'The tools read the objects of the commit out of a bare clone of their own: no work tree was made of it. They execute no code of the target by themselves; where the auditor ran something, the notes of the check say so.',
  ],
];

const matrix = (m: ReportModel): Blocks => [
  ['## Risk Assessment Matrix'],
  m.findings.length === 0
    ? ['No finding was recorded.']
    : table(
        ['Finding', 'Severity', 'Category', 'Confidentiality / Integrity / Availability', 'Exploitability'],
        m.findings.map((f) => [
          `${f.tag}: ${inline(f.title)}`,
          f.positive ? 'Info (Positive)' : titleCase(f.severity),
          inline(f.category),
          `${f.impact.confidentiality} / ${f.impact.integrity} / ${f.impact.availability}`,
          f.impact.exploitability,
        ]),
      ),
];

const finding = (f: FindingReport): Blocks => [
  [`### ${f.tag}: ${inline(f.title)}`],
  prose(f.summary),
  [
    `- Full text: [findings/${f.fileId}.md](findings/${f.fileId}.md)`,
    ...f.locations.map((l) => `- Evidence: ${code(`${l.path}:${l.startLine}-${l.endLine}`)}`),
    ...(f.items.length > 0 ? [`- Evidence items: ${f.items.map((i) => code(i.id)).join(', ')}`] : []),
    ...(f.reproduction.length > 0
      ? [`- Reproduction in the finding file, beginning with: ${words(f.reproduction[0]!, 200)}`]
      : []),
  ],
];

const findings = (m: ReportModel): Blocks => [
  ['## Key Findings'],
  ...(m.findings.length === 0
    ? [['No finding was recorded. That says nothing about checks that were not tested.']]
    : m.findings.flatMap(finding)),
];

const recommendations = (m: ReportModel): Blocks => {
  const weak = m.findings.filter((f) => !f.positive);
  const group = (title: string, of: (f: FindingReport) => string[]): Blocks => {
    const rows = weak.flatMap((f) =>
      of(f)
        .filter((t) => t.trim() !== '')
        .flatMap((t) => item(`- [ ] ${f.tag}: `, t)),
    );
    return [[`### ${title}`], rows.length > 0 ? rows : ['- Nothing recorded']];
  };
  return [
    ['## Recommendations by Priority'],
    ...group('Immediate', (f) => f.recommendations.immediate),
    ...group('Short-term', (f) => f.recommendations.shortTerm),
    ...group('Long-term', (f) => f.recommendations.longTerm),
  ];
};

const deployment = (m: ReportModel): Blocks => [
  ['## Deployment Recommendations'],
  [
    'Derived from the gravest weakness and from what was tested; no environment is rated better than its tests.',
  ],
  ...ENVIRONMENTS.flatMap(
    (e): Blocks => [
      [`### ${titleCase(e)} Environment`],
      [
        `**Status**: ${said(m.proposals.deployment[e].value)}`,
        '',
        `Because ${m.proposals.deployment[e].reason}.`,
      ],
    ],
  ),
];

const compliance = (m: ReportModel): Blocks => {
  const { baseline, top10, supplyChain } = m.proposals.compliance;
  return [
    ['## Compliance Assessment'],
    table(
      ['Subject', 'Proposal', 'Because'],
      [
        ['MCP security baseline', said(baseline.value), baseline.reason],
        ['Top 10 risks', said(top10.value), top10.reason],
        ['Supply chain security', said(supplyChain.value), supplyChain.reason],
      ],
    ),
  ];
};

const scorecard = (m: ReportModel): Blocks => {
  const shown = (v: number | null): string => (v === null ? 'not rated' : v.toFixed(1));
  const { dimensions, total, ratedWeight } = m.scorecard;
  return [
    ['## Selection Scorecard'],
    [
      `From 0 (critical) to 4 (excellent). Total ${shown(total)}, resting on ${Math.round(ratedWeight)} % of the weight: what is not rated counts neither way. A rating is proposed from verdicts and evidence unless the auditor gave it.`,
    ],
    table(
      ['Criterion', 'Rating', 'By', 'Because'],
      dimensions.flatMap((d) => [
        [
          `**${inline(d.title)}** (${d.weight} %)`,
          shown(d.value),
          '',
          `${d.criteria.filter((c) => c.value !== null).length} of ${d.criteria.length} criteria rated`,
        ],
        ...d.criteria.map((c) => [
          inline(c.title),
          c.value === null ? 'not rated' : `${c.value} (${inline(c.label)})`,
          c.by === 'auditor' ? 'auditor' : c.value === null ? '–' : 'proposed',
          words(c.reason, 600) +
            (c.by === 'auditor' && c.proposal.value !== c.value
              ? ` (proposed: ${c.proposal.value ?? 'not rated'})`
              : ''),
        ]),
      ]),
    ),
  ];
};

const falsePositives = (m: ReportModel): Blocks => [
  ['## False-Positive Discussion'],
  [
    m.dismissed.length === 0
      ? 'No evidence item was dismissed as a false positive.'
      : `Evidence items read and dismissed, each with a reason: ${m.dismissed.length}.`,
    `Leads neither accepted nor dismissed, so neither findings nor false positives: ${m.openLeads}.`,
  ],
  m.dismissed.length === 0
    ? []
    : table(
        ['Item', 'Where', 'What it said', 'Why it is no problem here'],
        m.dismissed.map((d) => [code(d.id), code(d.where), inline(d.title), inline(d.reason, 1_000)]),
      ),
];

const closing = (m: ReportModel): Blocks => [
  ['## Limitations'],
  m.limitations.map((l) => `- ${inline(l, 2_000)}`),
  ['## Confidence'],
  [`**Confidence**: ${said(m.proposals.confidence.value)}, because ${m.proposals.confidence.reason}.`],
  ['## Validation and Reproduction'],
  [
    `Every citation can be read again in a clone: ${code(`git show ${m.target.commit}:<path>`)}. Each evidence item carries its own command. The findings list reproduction steps with what was expected and what was seen.`,
  ],
  ['## References'],
  [
    `- ${link(m.target.repository.url, m.target.repository.url)}`,
    `- Evidence: [artifacts/evidence.json](artifacts/evidence.json)`,
    `- Tools, resources and prompts: [artifacts/surface.json](artifacts/surface.json)`,
  ],
];

/** `security-assessment.md`: the report people read, with every part the database makes mandatory. */
export const securityAssessment = (m: ReportModel): string =>
  labelMarkdown(
    document([
      ...header(m),
      ...summary(m),
      ...overview(m),
      ...method(m),
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
      ...closing(m),
    ]),
  );
