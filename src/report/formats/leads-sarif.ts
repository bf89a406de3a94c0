import { MAPPED_METHODOLOGY } from '../../domain/crosswalk.ts';
import { cweUrl } from '../../domain/cwe.ts';
import { placeWords } from '../../domain/evidence.ts';
import type { Check } from '../../domain/methodology.ts';
import { blindOf, type LeadEntry, type LeadsReport } from '../../domain/pipeline/leads-report.ts';
import { changeWords } from '../../domain/pipeline/tools-lock.ts';
import { standingWords } from '../../domain/standing.ts';
import { jsonText } from '../../text/json-text.ts';
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
 * Leads as a SARIF 2.1.0 log for code scanning, by GitHub's rules: a rule is what a collector looks for, a result one lead.
 * Suppressed leads are in it and say so; what could not be looked at is a notification.
 */

/** Code scanning takes no more of a result. */
const MAX_PLACES = 100;

const ruleId = (l: Pick<LeadEntry, 'collector' | 'rule'>): string => `${l.collector}/${l.rule}`;

const STATES = { new: 'new', more: 'updated', known: 'unchanged' } as const;

const messageOf = (l: LeadEntry): string =>
  [
    sentence(sarifText(l.title)),
    ...(l.detail ? [sentence(sarifText(l.detail, 1_500))] : []),
    `A lead for somebody to judge: ${standingWords(l)}.`,
    ...(l.news.length > 0 && l.state === 'more'
      ? [sentence(sarifText(`Since before: ${l.news.join('; ')}`))]
      : []),
    ...(l.location ? [] : ['It is about no line of the repository.']),
  ].join('\n\n');

const resultOf = (
  l: LeadEntry,
  rules: readonly string[],
  taxa: readonly TaxonReference[],
  front: string,
) => ({
  ruleId: ruleId(l),
  ruleIndex: rules.indexOf(ruleId(l)),
  level: LEVELS[l.severity],
  message: { text: messageOf(l) },
  locations: [l.location ? located(l.location) : { physicalLocation: physical(front, 1, 1) }],
  ...(l.places.length > 0
    ? {
        relatedLocations: l.places.slice(0, MAX_PLACES).map((p, id) => ({
          id,
          message: { text: sarifText(`Another place of the same cause: ${placeWords(p)}.`, 500) },
          physicalLocation: physical(p.path, p.startLine, p.endLine),
        })),
      }
    : {}),
  ...(l.flow.length > 0 ? { codeFlows: [codeFlow(l)] } : {}),
  ...(taxa.length > 0 ? { taxa } : {}),
  // Code scanning joins the first with file and rule; all three are of the code, not of its line.
  partialFingerprints: {
    primaryLocationLineHash: `${l.id}:1`,
    'mcpAuditLead/v1': l.id,
    'mcpAuditCode/v1': l.marks[0]!,
  },
  ...(l.state === 'unknown' ? {} : { baselineState: STATES[l.state] }),
  ...(l.suppressed
    ? {
        suppressions: l.suppressions.map((s) => ({
          kind: s.by === 'line' ? 'inSource' : 'external',
          status: 'accepted',
          justification: sarifText(`${s.reason} (${s.at}, until ${s.expires})`, 1_200),
        })),
      }
    : {}),
  properties: {
    checks: l.checks,
    class: l.class,
    strength: l.strength,
    severity: l.severity,
    fails: l.fails,
    ...(l.doors ? { doors: l.doors.map((d) => sarifText(d.name, 200)) } : {}),
  },
});

/** A rule in words: nothing of the target is in them, since rules outlive commits. */
const rulesOf = (leads: readonly LeadEntry[], ids: readonly string[], checks: readonly Check[]) =>
  ids.map((id) => {
    const own = leads.filter((l) => ruleId(l) === id);
    const [first] = own;
    const asked = checks.filter((c) => own.some((l) => l.checks.includes(c.id)));
    const words = id.replace('/', ': ').replaceAll('-', ' ');
    const [cwe] = first!.cwe;
    const gravest = [...own].sort((a, b) => Number(BANDS[b.severity]) - Number(BANDS[a.severity]))[0]!;
    return {
      id,
      shortDescription: { text: words.charAt(0).toUpperCase() + words.slice(1) },
      fullDescription: {
        text: sentence(`${words} (${first!.class.replaceAll('-', ' ')})`),
      },
      help: {
        text: [
          'A lead is a place somebody has to judge, no finding.',
          ...asked.map((c) => sentence(sarifText(`Check ${c.id}, ${c.title}: ${c.why ?? ''}`, 800))),
          `Where it was looked at and is no weakness, say so: a comment "mcp-audit: allow ${id} until <day>: <why>", or an entry in mcp-audit.yml.`,
        ].join('\n\n'),
      },
      helpUri: cwe ? cweUrl(cwe) : SARIF_INFORMATION,
      defaultConfiguration: { level: LEVELS[gravest.severity] },
      properties: {
        tags: [
          'security',
          'mcp',
          ...new Set(own.flatMap((l) => l.cwe.map((c) => `external/cwe/${c.toLowerCase()}`))),
          ...asked.flatMap((c) => c.references.top10),
        ]
          .filter((t, i, all) => all.indexOf(t) === i)
          .slice(0, MAX_TAGS),
        precision: { strong: 'high', moderate: 'medium', weak: 'low' }[first!.strength],
        'security-severity': BANDS[gravest.severity],
      },
    };
  });

const notificationsOf = (r: LeadsReport) => [
  ...blindOf(r).map((c) => ({
    level: 'error',
    message: { text: sentence(sarifText(`${c.id} could not look (${c.outcome}): ${c.message}`)) },
    descriptor: { id: c.id },
  })),
  ...r.gaps.map((g) => ({
    level: 'warning',
    message: { text: sentence(sarifText(`Not looked at: ${g.title}${g.detail ? `. ${g.detail}` : ''}`)) },
    descriptor: { id: ruleId(g) },
    ...(g.location ? { locations: [located(g.location)] } : {}),
  })),
  ...[...r.suppressions.expired, ...r.suppressions.refused].map((s) => ({
    level: 'error',
    message: { text: sentence(sarifText(`Suppression at ${s.at}: ${s.words}`)) },
    descriptor: { id: 'suppressions' },
  })),
  ...(r.tools?.changes ?? []).map((c) => ({
    level: 'error',
    message: { text: sentence(sarifText(`Not as it was approved: ${changeWords(c)}`)) },
    descriptor: { id: 'tools-lock' },
    locations: [{ physicalLocation: physical(c.path, c.line, c.line) }],
  })),
  ...(r.tools?.uncomputed ?? []).map((u) => ({
    level: 'note',
    message: { text: sentence(sarifText(`Not compared with ${r.tools?.lock}: ${u.what}; ${u.why}`)) },
    descriptor: { id: 'tools-lock' },
  })),
  ...r.suppressions.unused.map((s) => ({
    level: 'note',
    message: { text: sentence(sarifText(`Suppression at ${s.at}: ${s.words}`)) },
    descriptor: { id: 'suppressions' },
  })),
];

export const leadsSarif = (r: LeadsReport, checks: readonly Check[]): unknown => {
  const rules = [...new Set(r.leads.map(ruleId))].sort();
  const isMapped = r.tool.rules.startsWith(`${MAPPED_METHODOLOGY} `);
  const { taxonomies, supported, taxaOf } = taxonomiesOf(r.leads, isMapped);
  const front = frontOf(pathsOf([...r.leads, ...r.gaps]));
  return labelled({
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: r.tool.name,
            version: r.tool.version,
            informationUri: SARIF_INFORMATION,
            rules: rulesOf(r.leads, rules, checks),
            ...(supported.length > 0 ? { supportedTaxonomies: supported } : {}),
          },
        },
        ...(taxonomies.length > 0 ? { taxonomies } : {}),
        automationDetails: {
          id: `mcp-audit/leads/${r.target.subdir === '' ? 'all' : sarifUri(r.target.subdir)}`,
        },
        invocations: [
          { executionSuccessful: blindOf(r).length === 0, toolExecutionNotifications: notificationsOf(r) },
        ],
        ...(r.target.url === ''
          ? {}
          : {
              versionControlProvenance: [
                {
                  repositoryUri: r.target.url,
                  revisionId: r.target.commit,
                  mappedTo: { uriBaseId: 'SRCROOT' },
                },
              ],
            }),
        originalUriBaseIds: { SRCROOT: { description: { text: 'Root of the commit' } } },
        columnKind: 'unicodeCodePoints',
        results: r.leads.map((l) => resultOf(l, rules, taxaOf(l), front)),
        properties: { counts: r.counts, failed: r.failed.map((f) => sarifText(f, 500)) },
      },
    ],
  });
};

export const leadsSarifFile = (r: LeadsReport, checks: readonly Check[]): string =>
  jsonText(leadsSarif(r, checks));
