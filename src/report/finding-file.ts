import { reportWords } from '../domain/agreement.ts';
import { cweLabel, cweUrl } from '../domain/cwe.ts';
import { placeWords } from '../domain/evidence.ts';
import { DEPLOYMENTS, type Tracking } from '../domain/finding.ts';
import { aivssText, scoreAivss } from '../domain/scoring/aivss.ts';
import { scoreCvss } from '../domain/scoring/cvss.ts';
import { leadingScore } from '../domain/scoring/severity.ts';
import { labelMarkdown } from './labels.ts';
import { code, document, fence, inline, item, languageOf, link, prose, words } from './markdown.ts';
import type { FindingReport, ReportModel } from './report-model.ts';

const titleCase = (s: string): string => s[0]!.toUpperCase() + s.slice(1);

const bullets = (texts: readonly string[]): string[] =>
  texts.filter((t) => t.trim() !== '').flatMap((t) => item('- ', t));
const boxes = (texts: readonly string[]): string[] =>
  texts.filter((t) => t.trim() !== '').flatMap((t) => item('- [ ] ', t));
const numbered = (texts: readonly string[]): string[] =>
  texts.filter((t) => t.trim() !== '').flatMap((t, i) => item(`${i + 1}. `, t));

const or = (lines: string[], text: string): string[] => (lines.length > 0 ? lines : [text]);

const header = (f: FindingReport): string[] => {
  const lead = f.positive ? null : leadingScore(f.scores);
  const lines = [
    `**Finding ID**: ${f.fileId}`,
    `**Severity**: ${f.positive ? 'Info (Positive)' : titleCase(f.severity)}`,
    `**Category**: ${inline(f.category)}`,
    f.positive
      ? '**Assessment**: Good practice, worth keeping'
      : `**CWE**: ${f.cwe ? cweLabel(f.cwe) : 'none assigned'}`,
    ...(lead ? [`**CVSS Score**: ${lead.score.toFixed(1)}`] : []),
  ];
  // Two spaces at the end of a line keep the lines apart when rendered.
  return lines.map((l, i) => (i < lines.length - 1 ? `${l}  ` : l));
};

/** Only the flow and command of an item; its lines are quoted as a code location when the finding cites them. */
const evidenceItems = (f: FindingReport): string[][] =>
  f.items.flatMap((i) => [
    [`**Evidence ${code(i.id)}** (${i.kind}, ${i.strength}, ${code(i.collector)}): ${inline(i.title)}`],
    ...(i.detail ? [[inline(i.detail, 1_000)]] : []),
    ...(i.flow.length > 0
      ? [i.flow.map((s) => `- ${s.role}: ${code(`${s.path}:${s.line}`)} ${code(s.text)}`)]
      : []),
    ...(i.reports ? [['Reported by other tools:'], i.reports.map((r) => `- ${code(reportWords(r))}`)] : []),
    ...(i.places.length > 0 ? [['The same at:'], i.places.map((p) => `- ${code(placeWords(p))}`)] : []),
    ...(i.reproduce ? [['Shows it again in any clone:'], fence(i.reproduce, 'bash')] : []),
  ]);

const evidence = (f: FindingReport): string[][] => {
  const cited = new Set(f.locations.map((l) => `${l.path}:${l.startLine}-${l.endLine}`));
  const quoted = [
    ...f.locations,
    ...f.items.flatMap((i) =>
      i.location && !cited.has(`${i.location.path}:${i.location.startLine}-${i.location.endLine}`)
        ? [i.location]
        : [],
    ),
  ].filter(
    (l, n, all) =>
      all.findIndex((o) => o.path === l.path && o.startLine === l.startLine && o.endLine === l.endLine) === n,
  );
  return [
    ...quoted.flatMap((l) => [
      [`**Code Location**: ${code(l.path)} lines ${l.startLine}-${l.endLine}`],
      fence(l.snippet, languageOf(l.path)),
    ]),
    ...evidenceItems(f),
  ];
};

const impact = (f: FindingReport): string[] => [
  `- **Confidentiality**: ${f.impact.confidentiality}`,
  `- **Integrity**: ${f.impact.integrity}`,
  `- **Availability**: ${f.impact.availability}`,
  `- **Exploitability**: ${f.impact.exploitability}`,
  `- **Scope**: ${words(f.impact.scope) || 'Not stated'}`,
];

/** Each score with the vector it follows from, and why the severity is another one where it is. */
const scoring = (f: FindingReport): string[][] => {
  if (f.positive) return [];
  const { cvss40, cvss31, aivss } = f.scores;
  const cvss = [cvss40, cvss31].flatMap((vector) => {
    const scored = scoreCvss(vector);
    return scored
      ? [
          `- **CVSS ${scored.version}**: ${scored.score.toFixed(1)} (${titleCase(scored.band)}), ${code(vector)}`,
        ]
      : [];
  });
  const agentic = aivss && scoreAivss(aivss, cvss40);
  const known = aivss
    ? Object.entries(aivss.factors).map(([factor, level]) => `${factor} ${level ?? 'unknown'}`)
    : [];
  const lines = [
    ...cvss,
    ...(aivss && agentic
      ? [
          `- **OWASP AIVSS ${aivss.spec}**: ${aivssText(agentic)}${agentic.unknown > 0 ? `, a range because ${agentic.unknown} of 10 factors are unknown` : ''} (${[...known, `threat ${aivss.threat}`, `mitigation ${aivss.mitigation}`].join(', ')})`,
        ]
      : []),
    ...(f.severityReason.trim() !== '' ? [`- **Severity**: ${words(f.severityReason)}`] : []),
  ];
  return lines.length > 0 ? [['### Scores'], lines] : [];
};

const business = (f: FindingReport): string[][] => {
  const lines = DEPLOYMENTS.flatMap((d) =>
    f.business[d].trim() === '' ? [] : [`- **${titleCase(d)}**: ${words(f.business[d])}`],
  );
  return lines.length > 0 && !f.positive ? [['### Business Impact'], lines] : [];
};

const components = (f: FindingReport): string[] => {
  const files = f.locations.map((l) => `- File: ${code(l.path)} (lines ${l.startLine}-${l.endLine})`);
  // A component that only repeats where the code lies is said once.
  const named = bullets(f.components.filter((c) => !files.includes(`- ${c.trim()}`)));
  return or([...files, ...named], '- The server as a whole');
};

const recommendations = (f: FindingReport): string[][] => {
  const none = '- Nothing beyond the other points';
  return [
    ['## Recommendations'],
    ['### Immediate Actions'],
    or(boxes(f.recommendations.immediate), f.positive ? '- Keep it as it is' : none),
    ['### Short-term Improvements'],
    or(boxes(f.recommendations.shortTerm), none),
    ['### Long-term Strategic Changes'],
    or(boxes(f.recommendations.longTerm), none),
  ];
};

const isUrl = (text: string): boolean => /^https:\/\/\S+$/.test(text.trim());

const references = (f: FindingReport, m: ReportModel): string[] => [
  ...(f.cwe ? [`- ${link(cweLabel(f.cwe), cweUrl(f.cwe))}`] : []),
  ...f.references
    .filter((r) => r.trim() !== '' && !(f.cwe && r.trim() === cweUrl(f.cwe)))
    .flatMap((r) => (isUrl(r) ? [`- ${link(r.trim(), r.trim())}`] : item('- ', r))),
  `- Check ${inline(f.check)} of ${inline(m.methodology.title)} ${inline(m.methodology.version)}`,
];

const STATUS: [keyof Tracking, string][] = [
  ['reported', 'Reported to maintainers'],
  ['acknowledged', 'Acknowledged by maintainers'],
  ['fixAvailable', 'Fix available'],
  ['fixVerified', 'Fix verified'],
  ['closed', 'Closed'],
];

const status = (f: FindingReport): string[] => [
  `- [x] Identified: ${f.identified}`,
  `- [x] Documented: ${f.documented}`,
  ...(f.positive
    ? ['- [x] Positive finding - no remediation required']
    : STATUS.map(([key, text]) => {
        const on = f.tracking[key];
        return on ? `- [x] ${text}: ${on}` : `- [ ] ${text}:`;
      })),
];

/** One file of `findings/`, in the sections and order the database knows. Positive findings have their own middle part. */
export const findingFile = (f: FindingReport, m: ReportModel): string => {
  const middle: string[][] = f.positive
    ? [
        ['## Security Strengths'],
        or(bullets(f.risks), 'The technical description says what is done well.'),
        ['## Best Practices Demonstrated'],
        or(bullets(f.validation), `- ${inline(f.category)}`),
      ]
    : [
        ['## Reproduction Steps'],
        or(numbered(f.reproduction), 'No steps were recorded.'),
        ['## Risk Scenarios'],
        or(bullets(f.risks), 'No scenario was recorded.'),
      ];
  return labelMarkdown(
    document([
      [`# Finding: ${inline(f.title)}`],
      header(f),
      ['## Executive Summary'],
      or(prose(f.summary), 'No summary was recorded.'),
      ['## Technical Description'],
      or(prose(f.description), 'No description was recorded.'),
      ['## Evidence'],
      [`At commit ${code(m.target.commit)} of ${link(m.target.repository.url, m.target.repository.url)}.`],
      ...evidence(f),
      ['## Impact Assessment'],
      impact(f),
      ...business(f),
      ...scoring(f),
      ['## Affected Components'],
      components(f),
      ...middle,
      ...recommendations(f),
      ...(f.positive || f.examples.trim() === '' ? [] : [['## Remediation Examples'], prose(f.examples)]),
      ...(f.positive
        ? []
        : [['## Remediation Validation'], or(numbered(f.validation), 'No validation was recorded.')]),
      ['## References'],
      references(f, m),
      ['## Status Tracking'],
      status(f),
      ['## Auditor Notes'],
      or(prose(f.notes), 'None beyond the above.'),
    ]),
  );
};
