import { SEVERITIES } from '../ids.ts';

/**
 * What a page may do: load nothing and run nothing, so that a text of the target that got past the escaping would still be only
 * text.
 */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'none'; img-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'";

/** The filter is CSS alone: a checkbox that is off hides what carries its name. No script is in the page, or allowed. */
export const VERDICTS = ['pass', 'fail', 'unsure', 'not-applicable', 'not-tested'] as const;

const filters = [
  ...SEVERITIES.map((s) => `body:has(#show-${s}:not(:checked)) .finding.${s}{display:none}`),
  ...VERDICTS.map((v) => `body:has(#show-v-${v}:not(:checked)) tr.c-${v}{display:none}`),
].join('\n');

export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--muted:#57606a;--line:#d0d7de;--paper:#fff;--soft:#f6f8fa;
--critical:#8b1a1a;--high:#c2410c;--medium:#b7791f;--low:#2b6cb0;--info:#4a5568;--good:#2f855a;--none:#a0aec0}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--muted:#9da7b3;--line:#3d444d;--paper:#0d1117;--soft:#161b22;
--critical:#f87171;--high:#fb923c;--medium:#fbbf24;--low:#60a5fa;--info:#94a3b8;--good:#4ade80;--none:#64748b}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem;max-width:62rem;color:var(--ink);background:var(--paper);font:16px/1.55 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.3rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
h3{font-size:1.08rem;margin:1.4rem 0 .4rem}h4,h5,h6{margin:1.1rem 0 .3rem}
a{color:inherit}code,pre{font:.86em/1.45 ui-monospace,monospace}p code,dd code,li code,.facts dd{overflow-wrap:anywhere}.facts dd{min-width:0}code{background:var(--soft);padding:.1em .25em;border-radius:3px}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.7rem;overflow-x:auto;white-space:pre-wrap}pre code{background:none;padding:0}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.9rem}th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top}
th{background:var(--soft);white-space:nowrap}td p{margin:.1rem 0}.scroll{overflow-x:auto}.contents{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;padding:.5rem .9rem;margin:1rem 0;border:1px solid var(--line);border-radius:8px}.small{font-size:.86rem;color:var(--muted)}.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0}
.facts dt{color:var(--muted)}.facts dd{margin:0}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:8px;padding:1rem}.card h3{margin-top:0}.verdict-word{font-size:1.35rem;font-weight:650}
.bar-row{display:grid;grid-template-columns:8.5rem 1fr max-content;gap:.6rem;align-items:center;margin:.25rem 0;font-size:.9rem}
.bar-track{background:var(--soft);border:1px solid var(--line);height:.9rem;border-radius:3px;overflow:hidden}.bar{display:block;height:100%}
.bar.critical{background:var(--critical)}.bar.high{background:var(--high)}.bar.medium{background:var(--medium)}.bar.low{background:var(--low)}.bar.info{background:var(--info)}.bar.score{background:var(--good)}
.stack{display:flex;height:1.4rem;border:1px solid var(--line);border-radius:4px;overflow:hidden}.part{display:block}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;font-size:.88rem}.dot{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.35rem}
.part.v-pass,.dot.v-pass{background:var(--good)}.part.v-fail,.dot.v-fail{background:var(--high)}.part.v-unsure,.dot.v-unsure{background:var(--medium)}
.part.v-not-applicable,.dot.v-not-applicable{background:var(--info)}.part.v-not-tested,.dot.v-not-tested{background:repeating-linear-gradient(45deg,var(--none) 0 3px,transparent 3px 6px)}
.grid{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:.5rem;font-size:.9rem}
.grid li{border:1px solid var(--line);border-left-width:5px;border-radius:5px;padding:.4rem .6rem}
.grid .v-pass{border-left-color:var(--good)}.grid .v-fail{border-left-color:var(--high)}.grid .v-unsure{border-left-color:var(--medium)}.grid .v-not-applicable{border-left-color:var(--info)}.grid .v-not-tested{border-left-style:dashed}
.diagram{width:100%;min-width:44rem;height:auto;margin:.6rem 0}.diagram rect{fill:var(--soft);stroke:var(--muted)}.diagram .warn rect{stroke:var(--high);stroke-width:2}
.diagram text{fill:var(--ink);font:12px system-ui,sans-serif}.diagram path{fill:none;stroke:var(--none)}.diagram path.guarded{stroke-dasharray:4 3}
.finding{border:1px solid var(--line);border-left:6px solid var(--info);border-radius:8px;padding:.2rem 1.1rem 1rem;margin:1rem 0}
.finding.critical{border-left-color:var(--critical)}.finding.high{border-left-color:var(--high)}.finding.medium{border-left-color:var(--medium)}.finding.low{border-left-color:var(--low)}.finding.positive{border-left-color:var(--good)}
.filter{border:1px solid var(--line);border-radius:8px;padding:.5rem .9rem;margin:.8rem 0;font-size:.92rem}.filter legend{color:var(--muted);padding:0 .3rem}.filter label{margin-right:1rem;white-space:nowrap}
.adversarial{border:2px dashed var(--high);border-radius:6px;padding:.2rem .9rem;margin:.7rem 0}.adversarial-title{color:var(--high);font-weight:600;font-size:.88rem}
${filters}
@media (max-width:40rem){body{padding:1rem .8rem}table{display:block;overflow-x:auto}.bar-row{grid-template-columns:8rem 1fr max-content}.facts{grid-template-columns:minmax(0,1fr)}.facts dt{margin-top:.3rem}h1,h2,h3,h4,p,li{overflow-wrap:anywhere}.finding{padding:.1rem .7rem .7rem}
.rows,.rows tbody,.rows tr,.rows td{display:block;border:0}.rows thead{display:none}.rows tr{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.3rem .5rem}.rows td{padding:.15rem 0}.rows td:empty{display:none}.rows td::before{content:attr(data-label);display:block;font-size:.78rem;color:var(--muted)}}
@page{size:A4;margin:13mm 12mm}
@media print{body{max-width:none;padding:0;font-size:8.6pt;line-height:1.35}h1{font-size:15pt}h2{font-size:12pt;margin:1rem 0 .35rem}h3{font-size:10pt;margin:.6rem 0 .2rem}h4,h5,h6{font-size:9pt;margin:.45rem 0 .15rem}p,ul,ol,table,pre{margin:.3rem 0}ul,ol{padding-left:1.3rem}table,.small,.legend{font-size:7.8pt}th,td{padding:.12rem .3rem}pre{padding:.35rem;font-size:7.4pt;line-height:1.3;white-space:pre-wrap}.cards{grid-template-columns:repeat(3,1fr);gap:.4rem}.card{padding:.45rem}.verdict-word{font-size:11pt;margin:.1rem 0}.bar-row{grid-template-columns:5.5rem 1fr max-content;font-size:7.8pt}.grid{grid-template-columns:repeat(4,1fr);gap:.3rem;font-size:7.8pt}.diagram{min-width:0;max-height:7cm}.finding{padding:.1rem .6rem .4rem;margin:.5rem 0}.filter{display:none}.card,.grid li,tr{break-inside:avoid}.finding{display:block!important}tr[class^="c-"]{display:table-row!important}h1,h2,h3,h4,h5,h6{break-after:avoid}}
`.trim();
