import { verdictWord } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { mermaid } from '../attack-diagram.ts';
import type { Block } from '../blocks.ts';
import { renderBlocks } from '../blocks.ts';
import type { CheckReport } from '../coverage.ts';
import { findingFile } from '../finding-file.ts';
import { SEVERITIES } from '../ids.ts';
import { labelMarkdown } from '../labels.ts';
import { document, inline, prose } from '../markdown.ts';
import { ENVIRONMENTS } from '../proposals.ts';
import type { Label } from '../report-labels.ts';
import type { FindingReport, ReportModel } from '../report-model.ts';
import { assessmentBlocks } from '../security-assessment.ts';
import { coverageChart, diagramSvg, scorecardChart, severityChart, top10Grid } from './html-charts.ts';
import { STYLE, VERDICTS } from './html-style.ts';
import { type DrawFence, markdownHtml, shortHtml } from './html-text.ts';
import { anchorOf, demoted, withinFile } from './markdown-file.ts';

/**
 * The audit as one page for people who do not read Markdown. It loads nothing and runs nothing: its policy forbids both, so
 * a text of the target that got past the escaping would still be only text.
 */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'none'; img-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'";

const said = (value: string): string => shortHtml(value.replaceAll('_', ' '));

const facts = (m: ReportModel): string => {
  const { target, auditor } = m;
  const rows: [string, string][] = [
    [
      'Repository',
      `<a href="${shortHtml(target.repository.url)}" rel="noopener noreferrer">${shortHtml(target.repository.url)}</a>`,
    ],
    ...(target.subdir
      ? ([['Folder', `<code>${shortHtml(target.subdir)}</code>`]] as [string, string][])
      : []),
    ['Commit', `<code>${shortHtml(target.commit)}</code> of ${shortHtml(target.committedAt.slice(0, 10))}`],
    ['Version', shortHtml(target.version)],
    [
      'Auditor',
      `${shortHtml(auditor.name)}${auditor.organization ? `, ${shortHtml(auditor.organization)}` : ''}`,
    ],
    ['Date', m.date],
    ['Work', plural(m.hours, 'hour')],
    ['Method', `${shortHtml(m.methodology.title)} ${shortHtml(m.methodology.version)}`],
  ];
  return `<dl class="facts">${rows.map(([k, v]) => `<dt>${k}</dt><dd>${v}</dd>`).join('')}</dl>`;
};

const box = (id: string, label: string, name: string): string =>
  `<label><input type="checkbox" id="${id}" checked> ${name}${label}</label>`;

const inShort = (m: ReportModel): string => {
  const { proposals: p } = m;
  const environments = ENVIRONMENTS.map(
    (e) => `<tr><th>${e}</th><td>${said(p.deployment[e].value)}</td></tr>`,
  );
  return `<h2 id="short">In short</h2>
<div class="cards">
<section class="card"><h3>Overall risk</h3><p class="verdict-word">${said(p.overallRisk.value)}</p><p class="small">Derived: ${shortHtml(p.overallRisk.reason)}. Confidence: ${said(p.confidence.value)}.</p></section>
<section class="card"><h3>Findings</h3>${severityChart(m)}<p class="small">${m.summary.positive} of the informational ones are good practices.</p></section>
<section class="card"><h3>Checks</h3>${coverageChart(m)}<p class="small">What was not tested is neither good nor bad: nobody looked.</p></section>
<section class="card"><h3>Where it may run</h3><table>${environments.join('')}</table></section>
<section class="card"><h3>Scorecard</h3>${scorecardChart(m)}</section>
</div>
<h2 id="surface">Attack surface</h2><div class="scroll">${diagramSvg(m.diagram)}</div>
<p class="small">Client, transport, server, tools, and the findings about them. Dashed: a guard was seen on the way. What nobody judged is counted, not drawn.</p>
<h2 id="top10">MCP Top 10</h2>${top10Grid(m)}`;
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

/** What of the assessment the rest of the page does not say: from each such heading to the next of its level. */
const remaining = (m: ReportModel): Block[] => {
  let shown = false;
  return assessmentBlocks(m).filter((b) => {
    if (b.type === 'heading' && b.level <= 2)
      shown =
        b.level === 2 && typeof b.of === 'string' && !(SHOWN_ELSEWHERE as readonly string[]).includes(b.of);
    return shown;
  });
};

const CONTENTS = [
  ['short', 'In short'],
  ['surface', 'Attack surface'],
  ['top10', 'MCP Top 10'],
  ['findings', 'Findings'],
  ['checks', 'All checks'],
  ['assessment', 'How it was audited, and what follows'],
] as const;

const contents = (m: ReportModel): string =>
  `<ul class="contents">${CONTENTS.map(
    ([id, title]) =>
      `<li><a href="#${id}">${title}</a>${id === 'findings' ? ` (${m.findings.length})` : ''}</li>`,
  ).join('')}</ul>`;

const findingTable = (m: ReportModel): string => {
  const rows = m.findings.map((f) => {
    const [at] = f.locations;
    const place = at ? `<code>${shortHtml(`${at.path}:${at.startLine}`, 200)}</code>` : '';
    return `<tr class="finding-row ${f.severity}"><td data-label="Finding"><a href="#${anchorOf(f.fileId)}">${f.tag}</a></td><td data-label="Severity">${f.positive ? 'good practice' : f.severity}</td><td data-label="What">${shortHtml(f.title, 200)}</td><td data-label="Check">${shortHtml(f.checks.join(', '), 100)}</td><td data-label="Where">${place}</td></tr>`;
  });
  return `<table class="rows"><thead><tr><th>Finding</th><th>Severity</th><th>What</th><th>Check</th><th>Where</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const findingSection = (f: FindingReport, m: ReportModel, draw: DrawFence): string =>
  `<article class="finding ${f.severity}${f.positive ? ' positive' : ''}" id="${anchorOf(f.fileId)}">${markdownHtml(demoted(findingFile(f, m), 2), draw)}</article>`;

const noteHtml = (c: CheckReport): string => markdownHtml(labelMarkdown(document([prose(c.note)])));

const checkRow = (c: CheckReport): string => {
  const blind = c.looks.filter((l) => !l.looked).map((l) => l.collector);
  const findings = c.findings.map((id) => `<a href="#${anchorOf(id)}">${anchorOf(id)}</a>`);
  return `<tr class="c-${c.verdict ?? 'not-tested'}"><td data-label="Check">${shortHtml(c.id)}</td><td data-label="Question">${markdownHtml(labelMarkdown(inline(c.title)))}</td><td data-label="Verdict">${verdictWord(c.verdict)}</td><td data-label="Reason">${noteHtml(c)}${blind.length > 0 ? `<p class="small">Could not look: ${shortHtml(blind.join(', '))}</p>` : ''}</td><td data-label="Findings">${findings.join(', ')}</td></tr>`;
};

export const htmlFile = (m: ReportModel): string => {
  const drawn = mermaid(m.diagram).slice(1, -1).join('\n');
  const draw: DrawFence = (language, content) =>
    language === 'mermaid' && content.trimEnd() === drawn
      ? '<p class="small">The picture stands above, under Attack surface.</p>'
      : null;
  const severities = SEVERITIES.map((s) => box(`show-${s}`, ` (${m.summary[s]})`, s));
  const verdicts = VERDICTS.map((v) => box(`show-v-${v}`, '', v.replaceAll('-', ' ')));
  const title = `${shortHtml(m.target.name, 200)} - Security Assessment`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="${shortHtml(`${m.tool.name} ${m.tool.version}`)}">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${title}</h1><p class="small">Audit ${shortHtml(m.auditId)}. A person gave every verdict; tools gathered the evidence.</p>${facts(m)}${contents(m)}</header>
<main>
${inShort(m)}
<h2 id="findings">Findings</h2>
${m.findings.length > 0 ? findingTable(m) : ''}
<fieldset class="filter"><legend>Show</legend>${severities.join('')}</fieldset>
${m.findings.map((f) => findingSection(f, m, draw)).join('\n') || '<p>No finding was recorded. That says nothing about checks that were not tested.</p>'}
<h2 id="checks">All checks</h2>
<fieldset class="filter"><legend>Show</legend>${verdicts.join('')}</fieldset>
<table class="rows"><thead><tr><th>Check</th><th>Question</th><th>Verdict</th><th>Reason</th><th>Findings</th></tr></thead><tbody>
${m.checks.map(checkRow).join('\n')}
</tbody></table>
<h2 id="assessment">How it was audited, and what follows</h2>
${markdownHtml(withinFile(demoted(labelMarkdown(renderBlocks(remaining(m))), 1)), draw)}
</main>
</body>
</html>
`;
};
