import { verdictWord } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { alsoBy } from '../also-by.ts';
import { judgementBlocks, noFinding, serverBlocks } from '../assessment-opening.ts';
import { authorsIn, authorWords, unsaidRisk } from '../assessment-tables.ts';
import { mermaid } from '../attack-diagram.ts';
import { type Block, para, renderBlocks, withoutSections } from '../blocks.ts';
import type { CheckReport } from '../coverage.ts';
import { findingFile } from '../finding-file.ts';
import { fromPart } from '../finding-source.ts';
import { SEVERITIES } from '../ids.ts';
import { labelMarkdown } from '../labels.ts';
import { ENVIRONMENTS } from '../proposals.ts';
import type { Label } from '../report-labels.ts';
import type { FindingReport, ReportModel } from '../report-model.ts';
import { assessmentBlocks } from '../security-assessment.ts';
import {
  code,
  fromEvidence,
  fromFinding,
  fromMethodology,
  fromSession,
  link,
  long,
  proseOf,
  type Statement,
} from '../statement.ts';
import {
  coverageChart,
  diagramSvg,
  scorecardChart,
  severityChart,
  severityLabel,
  top10Grid,
} from './html-charts.ts';
import { as, attribute, drawnDocument, html, type Markup } from './html-markup.ts';
import { PAGE_POLICY, STYLE, VERDICTS } from './html-style.ts';
import { type DrawFence, markdownHtml, shortHtml } from './html-text.ts';
import { anchorOf, demoted, withinFile } from './markdown-file.ts';

/** The audit as one page for people who do not read Markdown. */

const proposals = fromSession('proposals');
const proposed = (value: string): Statement => proposals`${value.replaceAll('_', ' ')}`;
const titleCase = <T extends string>(s: T): Capitalize<T> =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<T>;

const facts = (m: ReportModel): Markup => {
  const { target: t, auditor } = m;
  const target = fromSession('target');
  const by = fromSession('auditor');
  const rows: [Label, Statement][] = [
    ['Repository', target`${link(t.repository.url, t.repository.url)}`],
    ...(t.subdir ? ([['Folder audited', target`${code(t.subdir)}`]] as [Label, Statement][]) : []),
    [
      'Commit',
      t.committedAt === ''
        ? target`${code(t.commit)}`
        : target`${code(t.commit)} of ${t.committedAt.slice(0, 10)}`,
    ],
    ['Version', target`${t.version}`],
    ['Auditor', auditor.organization ? by`${auditor.name}, ${auditor.organization}` : by`${auditor.name}`],
    ...alsoBy(m.auditors),
    ['Date', fromSession('date')`${m.date}`],
    ['Time worked', fromSession('hours')`${plural(m.hours, 'hour')}`],
    ['Method', fromSession('methodology')`${m.methodology.title} ${m.methodology.version}`],
  ];
  return html`<dl class="facts">${rows.map(([name, is]) => html`<dt>${name}</dt><dd>${is}</dd>`)}</dl>`;
};

const box = (id: string, name: Label | Statement, count: readonly Statement[] = []): Markup =>
  html`<label><input type="checkbox" id="${attribute(id)}" checked> ${name}${count.map((n) => html` ${n}`)}</label>`;

const card = (title: Label, body: readonly Markup[]): Markup =>
  html`<section class="card"><h3>${title}</h3>${body}</section>`;

const small = (s: Statement): Markup => html`<p class="small">${s}</p>`;

const inShort = (m: ReportModel): Markup => {
  const { proposals: p } = m;
  const environments = ENVIRONMENTS.map(
    (e) => html`<tr><th>${titleCase(e)}</th><td>${proposed(p.deployment[e].value)}</td></tr>`,
  );
  const cards = [
    card('Overall risk', [
      html`<p class="verdict-word">${proposed(p.overallRisk.value)}</p>`,
      small(
        proposals`Derived: ${long(p.overallRisk.reason, 1_000)}. Confidence: ${p.confidence.value.replaceAll('_', ' ')}.`,
      ),
    ]),
    card('Findings', [
      severityChart(m),
      ...(m.summary.positive > 0
        ? [small(fromSession('summary')`Good practices among the informational ones: ${m.summary.positive}.`)]
        : []),
    ]),
    card('Checks', [
      coverageChart(m),
      small(fromSession('coverage')`What was not tested is neither good nor bad: nobody looked.`),
    ]),
    card('Where it may run', [html`<table>${environments}</table>`]),
    card('Scorecard', [scorecardChart(m)]),
  ];
  const legend = fromSession(
    'diagram',
  )`Client, transport, server, tools, and the findings about them. Dashed: a guard was seen on the way. What nobody judged is counted, not drawn.`;
  const unsaid = m.top10.some((r) => r.verdict === null && r.unsaid.length > 0) ? [small(unsaidRisk)] : [];
  const server = markdownHtml(labelMarkdown(renderBlocks([...serverBlocks(m), ...judgementBlocks(m)])));
  return html`${section('short')}
<div class="cards">
${cards}
</div>
${drawnDocument(server)}
${section('surface')}<div class="scroll">${diagramSvg(m.diagram)}</div>
${small(legend)}
${section('top10')}${top10Grid(m)}${unsaid}`;
};

/** Sections of the assessment that this page shows in a form of its own. */
const SHOWN_ELSEWHERE: readonly Label[] = [
  'Executive Summary',
  'Audit Overview',
  'Risk Assessment Matrix',
  'Security Analysis by MCP Top 10 Risks',
  'Key Findings',
  'Recommendations by Priority',
  'Coverage',
];

/** What of the assessment the rest of the page does not say. */
const remaining = (m: ReportModel): Block[] => {
  const blocks = withoutSections(assessmentBlocks(m), SHOWN_ELSEWHERE);
  return blocks.slice(blocks.findIndex((b) => b.type === 'heading' && b.level === 2));
};

const SECTIONS = {
  short: 'In short',
  surface: 'Attack surface',
  top10: 'MCP Top 10',
  findings: 'Findings',
  checks: 'All checks',
  assessment: 'How it was audited, and what follows',
} as const satisfies Record<string, Label>;
type Section = keyof typeof SECTIONS;

const section = (id: Section): Markup => html`<h2 id="${attribute(id)}">${SECTIONS[id]}</h2>`;

const contents = (m: ReportModel): Markup =>
  html`<ul class="contents">${(Object.keys(SECTIONS) as Section[]).map((id) => {
    const count = id === 'findings' ? [html` ${fromSession('findings')`(${m.findings.length})`}`] : [];
    return html`<li><a href="#${attribute(id)}">${SECTIONS[id]}</a>${count}</li>`;
  })}</ul>`;

const findingTable = (m: ReportModel): Markup => {
  const rows = m.findings.map((f) => {
    const of = fromFinding(f.fileId);
    const [at] = f.locations;
    const name = html`<a href="#${attribute(anchorOf(f.fileId))}">${as(of`${f.tag}`, shortHtml(f.tag))}</a>`;
    const place = at ? html`${of`${code(`${at.path}:${at.startLine}`, 200)}`}` : html``;
    const grade: Label = f.positive ? 'Info (Positive)' : severityLabel(f.severity);
    return html`<tr class="finding-row ${attribute(f.severity)}"><td data-label="${'Finding'}">${name}</td><td data-label="${'Severity'}">${grade}</td><td data-label="${'What'}">${fromPart(f, 'title')`${long(f.title, 200)}`}</td><td data-label="${'Check'}">${of`${f.checks.join(', ')}`}</td><td data-label="${'Where'}">${place}</td></tr>`;
  });
  return html`<table class="rows"><thead><tr><th>${'Finding'}</th><th>${'Severity'}</th><th>${'What'}</th><th>${'Check'}</th><th>${'Where'}</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const findingSection = (f: FindingReport, m: ReportModel, draw: DrawFence): Markup =>
  html`<article class="finding ${attribute(f.severity)}${attribute(f.positive ? ' positive' : '')}" id="${attribute(anchorOf(f.fileId))}">${drawnDocument(markdownHtml(demoted(findingFile(f, m), 2), draw))}</article>
`;

const noteHtml = (c: CheckReport): Markup => {
  const note = proseOf(c.note, { kind: 'auditor', by: c.noteBy, of: `note on ${c.id}` });
  return as(note, markdownHtml(labelMarkdown(renderBlocks([{ type: 'text', of: note }]))));
};

const checkRow =
  (several: boolean) =>
  (c: CheckReport): Markup => {
    const checks = fromSession('checks');
    const blind = c.looks.filter((l) => !l.looked).map((l) => l.collector);
    const unseen =
      blind.length > 0 ? [small(fromEvidence(c.id)`Could not look: ${long(blind.join(', '), 1_000)}`)] : [];
    const findings = c.findings.map((id, i) => {
      const anchor = anchorOf(id);
      const name = as(fromFinding(id)`${anchor}`, shortHtml(anchor));
      return i === 0
        ? html`<a href="#${attribute(anchor)}">${name}</a>`
        : html`, <a href="#${attribute(anchor)}">${name}</a>`;
    });
    const of = fromMethodology(c.id);
    const author = several && c.verdict !== null ? [small(checks`By ${authorWords(c)}.`)] : [];
    return html`<tr class="c-${attribute(c.verdict ?? 'not-tested')}"><td data-label="${'Check'}">${of`${c.id}`}</td><td data-label="${'Question'}">${of`${c.title}`}</td><td data-label="${'Verdict'}">${checks`${verdictWord(c.verdict)}`}</td><td data-label="${'Reason'}">${noteHtml(c)}${author}${unseen}</td><td data-label="${'Findings'}">${findings}</td></tr>
`;
  };

/** The page, with every statement of its own; the documents it shows in full have theirs. */
const pageOf = (m: ReportModel): Markup => {
  const drawn = mermaid(m.diagram).slice(1, -1).join('\n');
  const shownAbove = fromSession('diagram')`The picture stands above, under Attack surface.`;
  const draw: DrawFence = (language, content) =>
    language === 'mermaid' && content.trimEnd() === drawn ? small(shownAbove).html : null;
  const severities = SEVERITIES.map((s) =>
    box(`show-${s}`, severityLabel(s), [fromSession('summary')`(${m.summary[s]})`]),
  );
  const verdicts = VERDICTS.map((v) => box(`show-v-${v}`, fromSession('checks')`${v.replaceAll('-', ' ')}`));
  const name = `${m.target.name} - Security Assessment`;
  const title = as(fromSession('target')`${name}`, `${shortHtml(m.target.name, 200)} - Security Assessment`);
  const signed = fromSession(
    'checks',
  )`Audit ${m.auditId}. A person gave every verdict; tools gathered the evidence.`;
  const rest = markdownHtml(withinFile(demoted(labelMarkdown(renderBlocks(remaining(m))), 1)), draw);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${drawnDocument(PAGE_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="${attribute(`${m.tool.name} ${m.tool.version}`)}">
<title>${title}</title>
<style>${drawnDocument(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>${small(signed)}${facts(m)}${contents(m)}</header>
<main>
${inShort(m)}
${section('findings')}
${m.findings.length > 0 ? findingTable(m) : html``}
<fieldset class="filter"><legend>${'Show'}</legend>${severities}</fieldset>
${m.findings.length > 0 ? m.findings.map((f) => findingSection(f, m, draw)) : noFinding(m).map((s) => html`<p>${s}</p>`)}
${section('checks')}
<fieldset class="filter"><legend>${'Show'}</legend>${verdicts}</fieldset>
<table class="rows"><thead><tr><th>${'Check'}</th><th>${'Question'}</th><th>${'Verdict'}</th><th>${'Reason'}</th><th>${'Findings'}</th></tr></thead><tbody>
${m.checks.map(checkRow(authorsIn(m).length > 1))}
</tbody></table>
${section('assessment')}
${as(shownAbove, rest)}
</main>
</body>
</html>
`;
};

export const htmlFile = (m: ReportModel): string => pageOf(m).html;

/** What the page says beside the documents it shows in full. */
export const pageBlocks = (m: ReportModel): Block[] => [para(...pageOf(m).said)];
