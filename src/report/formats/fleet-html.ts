import type { LeadCounts } from '../../domain/fleet/records.ts';
import type { FleetReport, FleetRunSummary, FleetServer, FleetState } from '../../domain/fleet/report.ts';
import { plural } from '../../text/plural.ts';
import { redactSecrets } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';
import { attribute, drawnDocument, html, type Markup } from './html-markup.ts';
import { PAGE_POLICY, STYLE } from './html-style.ts';

/** A fleet on one page: what asks for somebody first, how it went over the runs, and every server. It loads and runs nothing. */

const text = (words: string | number): Markup => attribute(visible(redactSecrets(String(words))));
const all = (parts: readonly Markup[]): Markup => html`${parts}`;
const none = html``;

const OWN = `
.wide{max-width:80rem}.runs{display:block;width:100%;height:auto;max-height:16rem}.runs text{fill:var(--muted);font:11px system-ui,sans-serif}
.strong{fill:var(--high)}.moderate{fill:var(--medium)}.weak{fill:var(--none)}.legend .dot.strong{background:var(--high)}.legend .dot.moderate{background:var(--medium)}.legend .dot.weak{background:var(--none)}
.tag{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:.85em;white-space:nowrap}.tag.bad{border-color:var(--critical);color:var(--critical)}.tag.warn{border-color:var(--high);color:var(--high)}.tag.good{border-color:var(--good);color:var(--good)}
.spark{vertical-align:middle;height:1.2em;width:4.5rem}.spark polyline{fill:none;stroke:var(--high);stroke-width:1.5}td.n{text-align:right;white-space:nowrap}
`;

const STATES: Record<FleetState, { words: string; tone: '' | 'bad' | 'warn' | 'good' }> = {
  first: { words: 'first time', tone: '' },
  same: { words: 'as before', tone: 'good' },
  changed: { words: 'changed', tone: 'warn' },
  'set-aside': { words: 'set aside', tone: 'bad' },
  waiting: { words: 'waiting', tone: 'warn' },
  lost: { words: 'lost', tone: 'bad' },
};
const DECISIONS = {
  allowed: { words: 'allowed', tone: 'good' },
  'needs-a-person': { words: 'needs a person', tone: 'warn' },
  denied: { words: 'denied', tone: 'bad' },
} as const;

const tag = ({ words, tone }: { words: string; tone: string }): Markup =>
  html`<span class="tag ${text(tone)}">${text(words)}</span>`;

const anchor = (name: string): Markup => text(`server-${name}`);
const serverLink = (name: string): Markup => html`<a href="#${anchor(name)}">${text(name)}</a>`;
const links = (servers: readonly FleetServer[]): Markup =>
  all(servers.map((s, i) => html`${i === 0 ? none : html`, `}${serverLink(s.name)}`));

const counts = (l: LeadCounts): Markup => html`${text(l.strong)} / ${text(l.moderate)} / ${text(l.weak)}`;

const card = (title: string, body: readonly Markup[]): Markup =>
  html`<section class="card"><h3>${text(title)}</h3>${body}</section>`;

const STRENGTHS = ['strong', 'moderate', 'weak'] as const;

/** Leads of all servers, run by run, as stacked bars; the numbers stand in the table below. */
const trend = (runs: readonly FleetRunSummary[]): Markup => {
  const most = Math.max(1, ...runs.map((r) => r.leads.strong + r.leads.moderate + r.leads.weak));
  const step = 600 / Math.max(runs.length, 6);
  const bars = runs.map((r, i) => {
    let y = 120;
    const parts = STRENGTHS.map((s) => {
      const height = (r.leads[s] / most) * 110;
      y -= height;
      return html`<rect class="${text(s)}" x="${text((i * step + 4).toFixed(1))}" y="${text(y.toFixed(1))}" width="${text((step - 8).toFixed(1))}" height="${text(height.toFixed(1))}"><title>${text(`${r.id}: ${r.leads[s]} ${s}`)}</title></rect>`;
    });
    const label =
      runs.length <= 12
        ? html`<text x="${text((i * step + 4).toFixed(1))}" y="134">${text(r.startedAt.slice(5, 10))}</text>`
        : none;
    return html`${parts}${label}`;
  });
  return html`<svg class="runs" viewBox="0 0 600 140" role="img" aria-label="Leads of all servers by run">${bars}</svg>
<ul class="legend"><li><span class="dot strong"></span>strong</li><li><span class="dot moderate"></span>moderate</li><li><span class="dot weak"></span>weak</li></ul>`;
};

const runRows = (runs: readonly FleetRunSummary[]): Markup[] =>
  runs.map(
    (r) =>
      html`<tr><td>${text(r.startedAt.slice(0, 16).replace('T', ' '))}</td><td class="n">${text(r.servers)}</td><td class="n">${text(r.states.changed)}</td><td class="n">${text(r.states['set-aside'] + r.states.lost)}</td><td class="n">${text(r.blind)}</td><td class="n">${counts(r.leads)}</td><td class="n">${counts(r.newLeads)}</td><td>${text(r.endedAt ? '' : 'not ended')}</td></tr>
`,
  );

/** Strong leads of one server over the runs. */
const spark = (s: FleetServer): Markup => {
  const points = s.history.flatMap((p) => (p.leads ? [p.leads.strong] : []));
  if (points.length < 2) return none;
  const most = Math.max(1, ...points);
  const line = points
    .map((n, i) => `${((i / (points.length - 1)) * 68 + 1).toFixed(1)},${(15 - (n / most) * 13).toFixed(1)}`)
    .join(' ');
  return html` <svg class="spark" viewBox="0 0 70 16" role="img" aria-label="${text(`strong leads over the runs: ${points.join(', ')}`)}"><polyline points="${text(line)}"/></svg>`;
};

const row = (s: FleetServer, policy: boolean): Markup =>
  html`<tr><td data-label="Server">${serverLink(s.name)}</td><td data-label="State">${tag(STATES[s.state])}</td><td data-label="Commit">${s.commit ? html`<code>${text(s.commit.slice(0, 12))}</code> ${text(s.committedAt.slice(0, 10))}` : none}</td><td class="n" data-label="Leads">${s.leads ? counts(s.leads) : text('not known')}${spark(s)}</td><td class="n" data-label="New">${s.drift ? counts(s.drift.newLeads) : none}</td><td data-label="Audit">${s.audit ? text(`${s.audit.answered} of ${s.audit.total}${s.audit.carried > 0 ? `, ${s.audit.carried} carried` : ''}`) : none}</td><td data-label="Could not look">${text(s.blind.map((b) => b.collector).join(', '))}</td>${policy ? html`<td data-label="Policy">${s.policy ? tag(DECISIONS[s.policy.decision]) : text('not known')}</td>` : none}<td data-label="Owner">${text(s.owner)}</td></tr>
`;

const line = (name: string, names: readonly string[]): Markup =>
  names.length === 0
    ? none
    : html`<dt>${text(name)}</dt><dd>${text(names.slice(0, 40).join(', '))}${names.length > 40 ? text(` and ${names.length - 40} more`) : none}</dd>`;

const driftFacts = (s: FleetServer): Markup => {
  const d = s.drift;
  if (!d) return none;
  const leads = d.leads.map(
    (l) =>
      html`<tr><td>${text(l.state)}</td><td>${text(l.strength)}</td><td>${text(l.title)}</td><td><code>${text(l.of)}</code></td><td><code>${text(l.where)}</code></td></tr>`,
  );
  return html`<p>${text(
    `Since ${d.since.commit.slice(0, 12)}: ${d.commits === null ? '' : `${plural(d.commits, 'commit')}, `}${plural(d.files, 'file')} differ; new leads ${d.newLeads.strong} strong, ${d.newLeads.moderate} moderate, ${d.newLeads.weak} weak; ${d.goneLeads} gone.`,
  )}</p>
<dl class="facts">${[
    line('New tools', d.tools.added),
    line('Tools gone', d.tools.removed),
    line('Tools changed', d.tools.changed),
    line('New dependencies', d.dependencies?.added ?? []),
    line('Other versions', d.dependencies?.changed ?? []),
    line('Dependencies', d.dependencies ? [] : ['not compared: one side has no inventory']),
    line('New hosts', d.hosts),
    line('New authors', d.authors),
    line('Verdicts to look at again', d.lookAgain),
    line(
      'Findings',
      d.findings.map((f) => `${f.id} ${f.severity} ${f.title}: ${f.fate}`),
    ),
    line('Not compared', d.limits),
  ]}</dl>
${leads.length > 0 ? html`<div class="scroll"><table><thead><tr><th>Lead is</th><th>Certainty</th><th>What</th><th>Rule</th><th>Where</th></tr></thead><tbody>${leads}</tbody></table></div>` : none}`;
};

const policyFacts = (s: FleetServer): Markup => {
  const against = s.policy?.because.filter((b) => b.decision !== 'allowed') ?? [];
  return against.length === 0
    ? none
    : html`<ul>${against.map((b) => html`<li><code>${text(b.rule)}</code> ${text(b.decision)}: ${text(b.reason)}</li>`)}</ul>`;
};

const detail = (s: FleetServer): Markup =>
  html`<section id="${anchor(s.name)}"><h3>${text(s.name)} ${tag(STATES[s.state])}${s.policy ? html` ${tag(DECISIONS[s.policy.decision])}` : none}</h3>
<p class="small"><code>${text(s.target)}</code>${s.owner ? html` · ${text(s.owner)}` : none}</p>
${s.problem ? html`<p>${text(s.problem)}${s.hint ? html`<br><span class="small">${text(s.hint)}</span>` : none}</p>` : none}
${s.blind.length > 0 ? html`<p>Could not look: ${s.blind.map((b) => html`<code>${text(b.collector)}</code> ${text(b.message)} `)}</p>` : none}
${policyFacts(s)}${driftFacts(s)}${s.folder ? html`<p class="small">Open it: <code>${text(`mcp-audit resume ${s.folder}`)}</code></p>` : none}</section>
`;

const short = (r: FleetReport): Markup => {
  const now = r.runs.at(-1)!;
  const before = r.runs.at(-2);
  const those = (fits: (s: FleetServer) => boolean) => r.servers.filter(fits);
  const asks: readonly (readonly [string, FleetServer[]])[] = [
    [
      'Could not be looked at',
      those((s) => s.state === 'set-aside' || s.state === 'lost' || s.state === 'waiting'),
    ],
    ['Denied by the policy', those((s) => s.policy?.decision === 'denied')],
    ['New strong leads', those((s) => (s.drift?.newLeads.strong ?? 0) > 0)],
    [
      'Tools changed',
      those((s) => s.drift !== null && Object.values(s.drift.tools).some((names) => names.length > 0)),
    ],
    ['Verdicts to look at again', those((s) => (s.drift?.lookAgain.length ?? 0) > 0)],
    ['Looked at in part', those((s) => s.blind.length > 0)],
  ];
  const rows = asks.filter(([, servers]) => servers.length > 0);
  const states = (Object.keys(STATES) as FleetState[])
    .filter((s) => now.states[s] > 0)
    .map((s) => html`<tr><th>${text(STATES[s].words)}</th><td class="n">${text(now.states[s])}</td></tr>`);
  const compared = before
    ? html`<p class="small">${text(`The run before: ${before.leads.strong} / ${before.leads.moderate} / ${before.leads.weak}`)}</p>`
    : none;
  const decisions = (Object.keys(DECISIONS) as (keyof typeof DECISIONS)[]).map(
    (d) =>
      html`<tr><th>${text(DECISIONS[d].words)}</th><td class="n">${text(those((s) => s.policy?.decision === d).length)}</td></tr>`,
  );
  return html`<h2>In short</h2>
<div class="cards">${[
    card(plural(now.servers, 'server'), [html`<table>${states}</table>`]),
    card('Leads: strong / moderate / weak', [
      html`<p class="verdict-word">${counts(now.leads)}</p>`,
      compared,
    ]),
    ...(r.policy ? [card(`Policy: ${r.policy}`, [html`<table>${decisions}</table>`])] : []),
  ]}</div>
${rows.length > 0 ? html`<table>${rows.map(([name, servers]) => html`<tr><th>${text(name)}</th><td>${links(servers)}</td></tr>`)}</table>` : html`<p>Nothing asks for anybody.</p>`}
<p class="small">A lead is a place somebody has to judge, no finding. What could not be looked at is unknown, not clean.</p>`;
};

export const fleetHtml = (r: FleetReport): string => {
  const now = r.runs.at(-1)!;
  const title = text(`${r.fleet || 'MCP servers'}: fleet report of ${r.day}`);
  const asking = (s: FleetServer): boolean =>
    s.state === 'changed' ||
    s.problem !== '' ||
    s.blind.length > 0 ||
    (s.policy?.decision ?? 'allowed') !== 'allowed';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${drawnDocument(PAGE_POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="${text(`${r.tool.name} ${r.tool.version}`)}">
<title>${title}</title>
<style>${drawnDocument(`${STYLE}${OWN}`)}</style>
</head>
<body class="wide">
<header><h1>${title}</h1><p class="small">${text(`Run ${now.id}${now.endedAt ? `, ended ${now.endedAt.slice(0, 16).replace('T', ' ')} UTC` : ', not ended'}`)}</p></header>
<main>
${short(r)}
<h2>Over the runs</h2>
${trend(r.runs)}
<div class="scroll"><table><thead><tr><th>Run</th><th>Servers</th><th>Changed</th><th>Set aside</th><th>In part</th><th>Leads</th><th>New leads</th><th></th></tr></thead><tbody>
${runRows(r.runs)}</tbody></table></div>
<h2>Servers</h2>
<table class="rows"><thead><tr><th>Server</th><th>State</th><th>Commit</th><th>Leads</th><th>New</th><th>Checks</th><th>Could not look</th>${r.policy ? html`<th>Policy</th>` : none}<th>Owner</th></tr></thead><tbody>
${r.servers.map((s) => row(s, r.policy !== ''))}</tbody></table>
<h2>One by one</h2>
${[...r.servers].sort((a, b) => Number(asking(b)) - Number(asking(a))).map(detail)}
</main>
</body>
</html>
`.html;
};
