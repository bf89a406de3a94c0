import { totalWords } from '../../domain/scorecard.ts';
import type { AttackDiagram, DiagramNode } from '../attack-diagram.ts';
import { riskWords } from '../coverage.ts';
import { SEVERITIES } from '../ids.ts';
import { clipWords } from '../markdown.ts';
import type { Label } from '../report-labels.ts';
import type { ReportModel } from '../report-model.ts';
import { fromMethodology, fromSession, long, type Statement, strong } from '../statement.ts';
import { as, attribute, html, type Markup } from './html-markup.ts';
import { shortHtml } from './html-text.ts';

/** Pictures of the report as inline SVG and bars: no script, nothing to load. Every picture says its numbers in words too. */

/** A label on two lines of so many characters, between words as far as they let it. */
const twoLines = (text: string, max: number): string[] => {
  if (text.length <= max) return [text];
  const at = text.slice(0, max + 1).lastIndexOf(' ');
  const first = at > max / 3 ? text.slice(0, at) : text.slice(0, max);
  return [first, clipWords(text.slice(first.length).trim(), max)];
};

/** `width` in percent. */
const bar = (name: Label | Statement, tone: string, width: number, value: Statement): Markup =>
  html`<div class="bar-row"><span class="bar-name">${name}</span><span class="bar-track"><span class="bar ${attribute(tone)}" style="width:${attribute(width)}%"></span></span><span class="bar-value">${value}</span></div>`;

const chart = (name: Label, rows: readonly Markup[]): Markup =>
  html`<div class="chart" role="img" aria-label="${name}">${rows}</div>`;

export const severityLabel = (s: (typeof SEVERITIES)[number]): Label =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<typeof s>;

export const severityChart = (m: ReportModel): Markup => {
  const summary = fromSession('summary');
  const largest = Math.max(1, ...SEVERITIES.map((s) => m.summary[s]));
  return chart(
    'Findings by severity',
    SEVERITIES.map((s) =>
      bar(severityLabel(s), s, Math.round((m.summary[s] / largest) * 100), summary`${m.summary[s]}`),
    ),
  );
};

export const coverageChart = (m: ReportModel): Markup => {
  const c = m.coverage;
  const said = fromSession('coverage');
  const parts = [
    ['pass', said`${c.pass} passed`, c.pass],
    ['fail', said`${c.fail} failed`, c.fail],
    ['unsure', said`${c.unsure} unsure`, c.unsure],
    ['not-applicable', said`${c.notApplicable} not applicable`, c.notApplicable],
    ['not-tested', said`${c.notTested} not tested`, c.notTested],
  ] as const;
  const total = Math.max(1, c.total);
  const bars = parts
    .filter(([, , n]) => n > 0)
    .map(
      ([key, words, n]) =>
        html`<span class="part v-${attribute(key)}" style="width:${attribute(((n / total) * 100).toFixed(2))}%" title="${words}"></span>`,
    );
  const legend = parts.map(
    ([key, words]) => html`<li><span class="dot v-${attribute(key)}"></span>${words}</li>`,
  );
  const name: Label = 'Checks by verdict';
  return html`<div class="stack" role="img" aria-label="${name}">${bars}</div><ul class="legend">${legend}</ul>`;
};

export const scorecardChart = (m: ReportModel): Markup => {
  const rated = fromSession('scorecard');
  const rows = m.scorecard.dimensions.map((d) =>
    bar(
      fromMethodology('scorecard')`${long(d.title, 60)}`,
      'score',
      d.value === null ? 0 : Math.round((d.value / 4) * 100),
      d.value === null
        ? rated`not rated`
        : rated`${d.value.toFixed(1)}, ${d.criteria.filter((c) => c.value !== null).length} of ${d.criteria.length} rated`,
    ),
  );
  return html`${chart('Scorecard, 0 to 4', rows)}<p class="small">${rated`Total: ${totalWords(m.scorecard)}.`}</p>`;
};

export const top10Grid = (m: ReportModel): Markup =>
  html`<ul class="grid">${m.top10.map((r) => {
    const name = fromMethodology(r.id)`${strong(r.id)} ${long(r.name, 80)}`;
    const verdict = fromSession('top10')`${riskWords(r)}, ${r.tested} of ${r.checks.length} checks tested`;
    return html`<li class="v-${attribute(r.verdict ?? 'not-tested')}">${name}<br><span class="small">${verdict}</span></li>`;
  })}</ul>`;

const COLUMN = 214;
const WIDTH = 176;
const ROW = 46;
const HEIGHT = 34;

export const diagramSvg = (d: AttackDiagram): Markup => {
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
    const path = attribute(`M${x1} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${x2} ${b.y}`);
    return e.label ? html`<path d="${path}" class="guarded"/>` : html`<path d="${path}"/>`;
  });
  const box = (n: DiagramNode): Markup => {
    const { x, y } = at.get(n.id)!;
    const label = fromSession('diagram')`${n.label}`;
    const rows = twoLines(n.label, 25);
    const shown = rows.map((text, i) => {
      const line = y + 4 + (i - (rows.length - 1) / 2) * 13;
      return html`<text x="${attribute(x + 8)}" y="${attribute(line)}">${as(fromSession('diagram')`${text}`, shortHtml(text))}</text>`;
    });
    return html`<g class="${attribute(n.tone)}"><title>${as(label, shortHtml(n.label, 300))}</title><rect x="${attribute(x)}" y="${attribute(y - HEIGHT / 2)}" width="${attribute(WIDTH)}" height="${attribute(HEIGHT)}" rx="5"/>${shown}</g>`;
  };
  const name: Label = 'Attack surface: client, transport, server, tools, findings';
  return html`<svg class="diagram" viewBox="0 0 ${attribute(4 * COLUMN + WIDTH + 8)} ${attribute(total)}" role="img" aria-label="${name}">${edges}${d.nodes.map(box)}</svg>`;
};
