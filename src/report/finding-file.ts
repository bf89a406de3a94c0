// Long, because it is one document: every section of a finding's file in the order the database knows.

import { reportWords } from '../domain/agreement.ts';
import { cweLabel, cweUrl } from '../domain/cwe.ts';
import { lineWords } from '../domain/evidence.ts';
import { DEPLOYMENTS, type Finding, ratingWord, type Tracking } from '../domain/finding.ts';
import { leadingScore } from '../domain/scoring/severity.ts';
import { takenOver } from './assistance-blocks.ts';
import {
  type Block,
  boldList,
  field,
  fields,
  h1,
  h2,
  h3,
  type Item,
  list,
  numbered,
  para,
  renderBlocks,
  text,
} from './blocks.ts';
import { detailBlocks } from './detail.ts';
import { scoring } from './finding-scores.ts';
import { fromPart, sourceOfPart } from './finding-source.ts';
import { labelMarkdown } from './labels.ts';
import { languageOf } from './markdown.ts';
import type { Label } from './report-labels.ts';
import type { FindingReport, ReportModel } from './report-model.ts';
import {
  code,
  fenceOf,
  from,
  fromEvidence,
  fromFinding,
  fromMethodology,
  fromSession,
  link,
  proseOf,
  type Source,
  type Statement,
  words,
} from './statement.ts';
import { triedOnServer } from './tried.ts';

/** The ratings of a finding in one line, for formats that have one field for all. */
export const impactWords = ({ impact: i }: Pick<FindingReport, 'impact'>): string =>
  `Confidentiality ${ratingWord(i.confidentiality)}, integrity ${ratingWord(i.integrity)}, availability ${ratingWord(i.availability)}, exploitability ${ratingWord(i.exploitability)}`;

/** By which method a finding came about. */
export const discoveryWords = (m: ReportModel): string =>
  `Manual audit with ${m.methodology.title} ${m.methodology.version}, audit ${m.auditId}`;

const titleCase = <T extends string>(s: T): Capitalize<T> =>
  (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<T>;

const sourceOf = (f: FindingReport): Source => ({ kind: 'finding', of: f.fileId });
const notRecorded = fromSession('findings');

const proses = (f: FindingReport, part: string, texts: readonly string[]): Statement[] =>
  texts.filter((t) => t.trim() !== '').map((t) => proseOf(t, sourceOfPart(f, part)));

const proseOr = (f: FindingReport, said: string, otherwise: Statement): Block =>
  said.trim() === '' ? para(otherwise) : text(proseOf(said, sourceOf(f)));

const header = (f: FindingReport): Block => {
  const of = fromFinding(f.fileId);
  const lead = f.positive ? null : leadingScore(f.scores);
  return fields([
    field('Finding ID', of`${f.fileId}`),
    field('Severity', of`${f.positive ? 'Info (Positive)' : titleCase(f.severity)}`),
    field('Category', fromPart(f, 'category')`${f.category}`),
    f.positive
      ? field('Assessment', of`Good practice, worth keeping`)
      : field('CWE', f.cwe ? of`${cweLabel(f.cwe)}` : of`none assigned`),
    ...(lead ? [field('CVSS Score', of`${lead.score.toFixed(1)}`)] : []),
  ]);
};

/** A title without its marks, and without the name of a tool that a finding puts in for "a tool". */
const plainTitle = (title: string): string =>
  title
    .replaceAll('`', '')
    .replace(/ of (?:a tool|tool \S+)/, ' of a tool')
    .trim();

/** The lines of an item that the description does not say already. */
const beyond = (detail: string, description: string): string =>
  detail
    .split('\n')
    .filter((line) => !description.includes(line))
    .join('\n');

/** Only the flow and command of an item; its lines are quoted as a code location when the finding cites them. */
const evidenceItems = (f: FindingReport): Block[] =>
  f.items.flatMap((i) => {
    const said = fromEvidence(i.id);
    return [
      fields([
        field(
          'Evidence',
          // What the finding took over is not said again.
          plainTitle(i.title) === plainTitle(f.title)
            ? said`${code(i.id)} (${i.kind}, ${i.strength}, ${code(i.collector)})`
            : said`${code(i.id)} (${i.kind}, ${i.strength}, ${code(i.collector)}): ${i.title}`,
        ),
      ]),
      ...detailBlocks(beyond(i.detail, f.description), said),
      ...(i.flow.length > 0
        ? [list(i.flow.map((s) => said`${s.role}: ${code(`${s.path}:${s.line}`)} ${code(s.text)}`))]
        : []),
      ...(i.places.length > 0
        ? [
            para(
              said`${i.places.length} more ${i.places.length === 1 ? 'place is' : 'places are'} grouped with it in ${code('artifacts/evidence.json')}; only what this finding cites was judged.`,
            ),
          ]
        : []),
      ...(i.reports
        ? [list(i.reports.map((r): Item => ({ label: 'Reported by', is: said`${code(reportWords(r))}` })))]
        : []),
      ...(i.reproduce && !f.reproduction.some((step) => step.includes(i.reproduce))
        ? [
            para(said`Shows it again in any clone:`),
            text(fenceOf(i.reproduce, 'bash', { kind: 'evidence', of: i.id })),
          ]
        : []),
    ];
  });

const evidence = (f: FindingReport): Block[] => {
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
  const of = fromFinding(f.fileId);
  return [
    ...quoted.flatMap((l) => [
      fields([field('Code Location', of`${code(l.path)} ${lineWords(l)}`)]),
      text(fenceOf(l.snippet, languageOf(l.path), sourceOf(f))),
    ]),
    ...evidenceItems(f),
  ];
};

const impact = (f: FindingReport): Block => {
  const of = fromFinding(f.fileId);
  return boldList([
    field('Confidentiality', of`${ratingWord(f.impact.confidentiality)}`),
    field('Integrity', of`${ratingWord(f.impact.integrity)}`),
    field('Availability', of`${ratingWord(f.impact.availability)}`),
    field('Exploitability', of`${ratingWord(f.impact.exploitability)}`),
    field('Scope', f.impact.scope.trim() === '' ? of`not said` : of`${words(f.impact.scope)}`),
  ]);
};

const business = (f: FindingReport): Block[] => {
  const lines = DEPLOYMENTS.flatMap((d) =>
    f.business[d].trim() === '' ? [] : [field(titleCase(d), fromFinding(f.fileId)`${words(f.business[d])}`)],
  );
  return lines.length > 0 ? [h3('Business Impact'), boldList(lines)] : [];
};

const components = (f: FindingReport): Block => {
  const of = fromFinding(f.fileId);
  const files = f.locations.map((l): Item => ({ label: 'File', is: of`${code(l.path)} (${lineWords(l)})` }));
  // A component that only repeats where the code lies is said once, however many lines it gives to one.
  const known = new Set(
    f.locations.flatMap((l) => [
      `File: \`${l.path}\` (${lineWords(l)})`,
      `File: \`${l.path}\` (lines ${l.startLine}-${l.endLine})`,
    ]),
  );
  const named = proses(
    f,
    'components',
    f.components.filter((c) => !known.has(c.trim())),
  );
  return list(files.length + named.length > 0 ? [...files, ...named] : [of`The server as a whole`]);
};

const recommendations = (f: FindingReport): Block[] => {
  const group = (title: Label, part: keyof Finding['recommendations']): Block[] => {
    const said = proses(f, `recommendations.${part}`, f.recommendations[part]);
    return [
      h3(title),
      list(
        said.length > 0
          ? said.map((is): Item => ({ box: 'open', is }))
          : [notRecorded`Nothing was recorded here.`],
      ),
    ];
  };
  return [
    h2('Recommendations'),
    ...group('Immediate Actions', 'immediate'),
    ...group('Short-term Improvements', 'shortTerm'),
    ...group('Long-term Strategic Changes', 'longTerm'),
    ...(f.guidance.length > 0
      ? [
          para(
            fromMethodology(
              `check ${f.checks[0]}`,
            )`General guidance of the methodology for check ${f.checks[0] ?? ''}, which nobody wrote of this finding:`,
          ),
          list(f.guidance.map((g) => proseOf(g, { kind: 'methodology', of: `check ${f.checks[0]}` }))),
        ]
      : []),
  ];
};

const isUrl = (url: string): boolean => /^https:\/\/\S+$/.test(url.trim());

const references = (f: FindingReport, m: ReportModel): Block => {
  const of = fromFinding(f.fileId);
  return list([
    ...(f.cwe ? [of`${link(cweLabel(f.cwe), cweUrl(f.cwe))}`] : []),
    ...f.references
      .filter((r) => r.trim() !== '' && !(f.cwe && r.trim() === cweUrl(f.cwe)))
      .map((r) =>
        isUrl(r)
          ? fromPart(f, 'references')`${link(r.trim(), r.trim())}`
          : proseOf(r, sourceOfPart(f, 'references')),
      ),
    ...f.checks.map((c) => fromMethodology(c)`Check ${c} of ${m.methodology.title} ${m.methodology.version}`),
  ]);
};

const STATUS: [keyof Tracking, Label][] = [
  ['reported', 'Reported to maintainers'],
  ['acknowledged', 'Acknowledged by maintainers'],
  ['fixAvailable', 'Fix available'],
  ['fixVerified', 'Fix verified'],
  ['closed', 'Closed'],
];
/** Said only where they are so: the database knows no such box. */
const ENDS: [keyof Tracking, Label][] = [
  ['wontFix', "Won't fix"],
  ['disputed', 'Disputed by maintainers'],
];

const status = (f: FindingReport): Block => {
  const of = from({ kind: 'session', of: 'findings' });
  return list([
    { box: 'done', label: 'Identified', is: of`${f.identified}` },
    { box: 'done', label: 'Documented', is: of`${f.documented}` },
    ...(f.positive
      ? [{ box: 'done', is: of`Positive finding - no remediation required` } as const]
      : STATUS.map(([key, label]): Item => {
          const on = f.tracking[key];
          return on ? { box: 'done', label, is: of`${on}` } : { box: 'open', label };
        })),
    ...ENDS.flatMap(([key, label]): Item[] => {
      const on = f.tracking[key];
      return on ? [{ box: 'done', label, is: of`${on}` }] : [];
    }),
  ]);
};

/** What a weakness says between its components and its references; a good practice has a middle part of its own. */
const weaknessPart = (f: FindingReport, m: ReportModel): Block[] => {
  const listOr = (
    part: 'reproduction' | 'risks' | 'validation',
    of: typeof numbered | typeof list,
    otherwise: Statement,
  ): Block => {
    const said = proses(f, part, f[part]);
    return said.length > 0 ? of(said) : para(otherwise);
  };
  return [
    h2('Reproduction Steps'),
    listOr('reproduction', numbered, notRecorded`No steps were recorded.`),
    ...triedOnServer(f, m),
    h2('Risk Scenarios'),
    listOr('risks', list, notRecorded`No scenario was recorded.`),
    ...recommendations(f),
    ...(f.examples.trim() === ''
      ? []
      : [h2('Remediation Examples'), text(proseOf(f.examples, sourceOfPart(f, 'examples')))]),
    h2('Remediation Validation'),
    listOr('validation', numbered, notRecorded`No validation was recorded.`),
  ];
};

const strengthPart = (f: FindingReport): Block[] => {
  const risks = proses(f, 'risks', f.risks);
  const practices = proses(f, 'validation', f.validation);
  return [
    h2('Security Strengths'),
    risks.length > 0 ? list(risks) : para(fromPart(f, 'title')`${f.title}`),
    h2('Best Practices Demonstrated'),
    list(practices.length > 0 ? practices : [fromPart(f, 'category')`${f.category}`]),
  ];
};

/** One file of `findings/`, in the sections and order the database knows. */
export const findingBlocks = (f: FindingReport, m: ReportModel): Block[] => [
  h1({ label: 'Finding', is: fromPart(f, 'title')`${f.title}` }),
  header(f),
  h2('Executive Summary'),
  proseOr(f, f.summary, notRecorded`No summary was recorded.`),
  h2('Technical Description'),
  proseOr(f, f.description, notRecorded`No description was recorded.`),
  h2('Evidence'),
  para(
    fromSession(
      'target',
    )`At commit ${code(m.target.commit)} of ${link(m.target.repository.url, m.target.repository.url)}.`,
  ),
  ...evidence(f),
  ...(f.positive ? [] : [h2('Impact Assessment'), impact(f), ...business(f), ...scoring(f)]),
  h2('Affected Components'),
  components(f),
  ...(f.positive ? strengthPart(f) : weaknessPart(f, m)),
  h2('References'),
  references(f, m),
  h2('Status Tracking'),
  status(f),
  h2('Auditor Notes'),
  ...(f.foundBy === (m.auditor.name || m.auditor.github) || f.foundBy === ''
    ? []
    : [para(fromSession('findings')`Recorded first by ${f.foundBy}.`)]),
  ...takenOver(m, f.tag),
  proseOr(f, f.notes, notRecorded`None beyond the above.`),
];

export const findingFile = (f: FindingReport, m: ReportModel): string =>
  labelMarkdown(renderBlocks(findingBlocks(f, m)));
