import { MAPPED_METHODOLOGY } from '../../domain/crosswalk.ts';
import { cweUrl } from '../../domain/cwe.ts';
import { type Location, placeWords } from '../../domain/evidence.ts';
import { leadingScore } from '../../domain/scoring/severity.ts';
import { jsonText } from '../../text/json-text.ts';
import type { FindingReport, ReportModel } from '../report-model.ts';
import {
  BANDS,
  codeFlow,
  frontOf,
  LEVELS,
  labelled,
  located,
  MAX_TAGS,
  pathsOf,
  physical,
  sentence,
  type TaxonReference,
  taxonomiesOf,
} from './sarif-parts.ts';
import { SARIF_INFORMATION, SARIF_SCHEMA, sarifText, sarifUri } from './sarif-text.ts';

/**
 * The findings as a SARIF 2.1.0 log. A rule is a check of the methodology; a result is a finding, with its flows, and with
 * fingerprints made of what the code says, not where it stands. Collectors that could not look are notifications: a log
 * without results is not a clean bill.
 */
const severityNumber = (f: FindingReport): string =>
  leadingScore(f.scores)?.score.toFixed(1) ?? BANDS[f.severity];

const placesOf = (f: FindingReport): Location[] =>
  f.locations.length > 0 ? f.locations : f.items.flatMap((i) => i.location ?? []);

const fingerprint = (f: FindingReport): string => {
  const place = placesOf(f)[0];
  return [
    f.checks[0],
    f.cwe ?? '',
    place ? sarifUri(place.path) : '',
    place?.sha256.slice(0, 32) ?? f.id,
  ].join(':');
};

const result = (
  f: FindingReport,
  front: string,
  rules: readonly string[],
  taxa: readonly TaxonReference[],
) => {
  const [first, ...rest] = placesOf(f);
  const flows = f.items.filter((i) => i.flow.length > 0);
  return {
    ruleId: f.checks[0],
    ruleIndex: rules.indexOf(f.checks[0]!),
    kind: f.positive ? 'pass' : 'fail',
    level: f.positive ? 'none' : LEVELS[f.severity],
    message: {
      text: sentence(
        sarifText(
          first
            ? `${f.title}. ${f.summary}`
            : `${f.title}. ${f.summary} It is about no line of the repository`,
        ),
      ),
    },
    locations: [first ? located(first) : { physicalLocation: physical(front, 1, 1) }],
    ...(rest.length > 0
      ? {
          relatedLocations: rest.map((l, id) => ({
            id,
            message: { text: sarifText(`Another place of ${f.tag}: ${placeWords(l)}.`, 500) },
            ...located(l),
          })),
        }
      : {}),
    ...(flows.length > 0 ? { codeFlows: flows.map(codeFlow) } : {}),
    ...(taxa.length > 0 ? { taxa } : {}),
    partialFingerprints: { 'mcpAuditCode/v1': fingerprint(f) },
    properties: {
      findingId: f.fileId,
      checks: f.checks,
      severity: f.severity,
      category: sarifText(f.category, 200),
      ...(f.positive ? {} : { 'security-severity': severityNumber(f) }),
      ...(f.scores.cvss40 ? { cvss40: sarifText(f.scores.cvss40, 300) } : {}),
      ...(f.scores.cvss31 ? { cvss31: sarifText(f.scores.cvss31, 300) } : {}),
    },
  };
};

const rulesOf = (m: ReportModel, ids: readonly string[]) =>
  ids.map((id) => {
    const check = m.checks.find((c) => c.id === id);
    const own = m.findings.filter((f) => f.checks[0] === id && !f.positive);
    // The page of what the check failed by, else the guide's.
    const weakness = own.find((f) => f.cwe !== null)?.cwe;
    const fails = check?.failsWhen ? `It fails when this holds: ${check.failsWhen}` : '';
    const text = sarifText([check?.why ?? check?.title ?? id, fails].filter(Boolean).join(' '));
    return {
      id,
      shortDescription: { text: sarifText(check?.title ?? id, 500) },
      fullDescription: { text: sentence(sarifText(check?.why || check?.title || id, 1_000)) },
      help: { text: sentence(text) },
      helpUri: weakness ? cweUrl(weakness) : SARIF_INFORMATION,
      ...(own.length > 0 ? { defaultConfiguration: { level: LEVELS[own[0]!.severity] } } : {}),
      properties: {
        tags: ['security', ...(check?.top10 ?? []), ...(check?.ttps ?? [])].slice(0, MAX_TAGS),
        ...(own.length > 0 ? { 'security-severity': severityNumber(own[0]!) } : {}),
      },
    };
  });

export const sarifLog = (m: ReportModel): unknown => {
  const rules = [...new Set(m.findings.flatMap((f) => f.checks[0] ?? []))].sort();
  const weak = (f: FindingReport) => ({ checks: f.checks, cwe: f.cwe ? [f.cwe] : [] });
  const { taxonomies, supported, taxaOf } = taxonomiesOf(
    // What is good about a server is no weakness of a standard.
    m.findings.filter((f) => !f.positive).map(weak),
    m.methodology.id === MAPPED_METHODOLOGY,
  );
  const front = frontOf(pathsOf(m.evidence.items));
  return labelled({
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: m.tool.name,
            version: m.tool.version,
            informationUri: SARIF_INFORMATION,
            rules: rulesOf(m, rules),
            ...(supported.length > 0 ? { supportedTaxonomies: supported } : {}),
          },
        },
        ...(taxonomies.length > 0 ? { taxonomies } : {}),
        automationDetails: { id: `mcp-audit/${m.auditId}` },
        invocations: [
          {
            executionSuccessful: true,
            startTimeUtc: m.dates.start,
            endTimeUtc: m.dates.completion,
            toolExecutionNotifications: m.looks
              .filter((l) => !l.looked)
              .map((l) => ({
                level: 'warning',
                message: { text: sarifText(`${l.collector} could not look (${l.outcome}): ${l.message}`) },
                descriptor: { id: l.collector },
              })),
          },
        ],
        versionControlProvenance: [
          {
            repositoryUri: m.target.repository.url,
            revisionId: m.target.commit,
            mappedTo: { uriBaseId: 'SRCROOT' },
          },
        ],
        originalUriBaseIds: {
          SRCROOT: { description: { text: 'Root of the audited commit' } },
        },
        columnKind: 'unicodeCodePoints',
        results: m.findings.map((f) => result(f, front, rules, f.positive ? [] : taxaOf(weak(f)))),
        properties: {
          methodology: `${m.methodology.id}@${m.methodology.version}`,
          checksTotal: m.coverage.total,
          checksNotTested: m.coverage.notTested,
        },
      },
    ],
  });
};

export const sarifFile = (m: ReportModel): string => jsonText(sarifLog(m));
