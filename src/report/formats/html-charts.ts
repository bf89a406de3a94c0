import { totalWords } from '../../domain/scorecard.ts';
import type { AttackDiagram, DiagramNode } from '../attack-diagram.ts';
import { riskWords } from '../coverage.ts';
import { SEVERITIES } from '../ids.ts';
import type { ReportModel } from '../report-model.ts';
import { shortHtml } from './html-text.ts';

/** Pictures of the report as inline SVG and bars: no script, nothing to load. Every picture says its numbers in words too. */
const short = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max - 1)}…` : text;

export const severityChart = (m: ReportModel): string => {
  const largest = Math.max(1, ...SEVERITIES.map((s) => m.summary[s]));
  const rows = SEVERITIES.map((s) => {
    const n = m.summary[s];
    return `<div class="bar-row"><span class="bar-name">${s}</span><span class="bar-track"><span class="bar ${s}" style="width:${Math.round((n / largest) * 100)}%"></span></span><span class="bar-value">${n}</span></div>`;
  });
  return `<div class="chart" role="img" aria-label="Findings by severity">${rows.join('')}</div>`;
};

export const coverageChart = (m: ReportModel): string => {
  const c = m.coverage;
  const parts = [
    ['pass', 'passed', c.pass],
    ['fail', 'failed', c.fail],
    ['unsure', 'unsure', c.unsure],
    ['not-applicable', 'not applicable', c.notApplicable],
    ['not-tested', 'not tested', c.notTested],
  ] as const;
  const total = Math.max(1, c.total);
  const bar = parts
    .filter(([, , n]) => n > 0)
    .map(
      ([key, word, n]) =>
        `<span class="part v-${key}" style="width:${((n / total) * 100).toFixed(2)}%" title="${n} ${word}"></span>`,
    );
  const legend = parts.map(([key, word, n]) => `<li><span class="dot v-${key}"></span>${n} ${word}</li>`);
  return `<div class="stack" role="img" aria-label="Checks by verdict">${bar.join('')}</div><ul class="legend">${legend.join('')}</ul>`;
};

export const scorecardChart = (m: ReportModel): string => {
  const { dimensions } = m.scorecard;
  const rows = dimensions.map((d) => {
    const value = d.value === null ? 'not rated' : d.value.toFixed(1);
    const width = d.value === null ? 0 : Math.round((d.value / 4) * 100);
    return `<div class="bar-row"><span class="bar-name">${shortHtml(d.title, 60)}</span><span class="bar-track"><span class="bar score" style="width:${width}%"></span></span><span class="bar-value">${value}</span></div>`;
  });
  return `<div class="chart" role="img" aria-label="Scorecard, 0 to 4">${rows.join('')}</div><p class="small">Total ${shortHtml(totalWords(m.scorecard), 300)}.</p>`;
};

export const top10Grid = (m: ReportModel): string =>
  `<ul class="grid">${m.top10
    .map((r) => {
      return `<li class="v-${r.verdict ?? 'not-tested'}"><strong>${shortHtml(r.id)}</strong> ${shortHtml(r.name, 80)}<br><span class="small">${riskWords(r)}, ${r.tested} of ${r.checks.length} checks tested</span></li>`;
    })
    .join('')}</ul>`;

const COLUMN = 214;
const WIDTH = 176;
const ROW = 40;
const HEIGHT = 28;

export const diagramSvg = (d: AttackDiagram): string => {
  const columns = [0, 1, 2, 3, 4].map((c) => d.nodes.filter((n) => n.column === c));
  const rows = Math.max(1, ...columns.map((c) => c.length));
  const total = rows * ROW + 8;
  const at = new Map<string, { x: number; y: number }>();
  for (const nodes of columns)
    nodes.forEach((n, i) => {
      const y = total / 2 + (i - (nodes.length - 1) / 2) * ROW;
      at.set(n.id, { x: 4 + n.column * COLUMN, y });
    });
  const edges = d.edges.map((e) => {
    const [a, b] = [at.get(e.from)!, at.get(e.to)!];
    const [x1, x2] = [a.x + WIDTH, b.x];
    const middle = (x1 + x2) / 2;
    return `<path d="M${x1} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${x2} ${b.y}"${e.label ? ' class="guarded"' : ''}/>`;
  });
  const box = (n: DiagramNode) => {
    const { x, y } = at.get(n.id)!;
    return `<g class="${n.tone}"><title>${shortHtml(n.label, 300)}</title><rect x="${x}" y="${y - HEIGHT / 2}" width="${WIDTH}" height="${HEIGHT}" rx="5"/><text x="${x + 8}" y="${y + 4}">${shortHtml(short(n.label, 26))}</text></g>`;
  };
  return `<svg class="diagram" viewBox="0 0 ${4 * COLUMN + WIDTH + 8} ${total}" role="img" aria-label="Attack surface: client, transport, server, tools, and the findings about them">${edges.join('')}${d.nodes.map(box).join('')}</svg>`;
};
