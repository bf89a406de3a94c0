import { placeWords } from '../../domain/evidence.ts';
import { scoreCvss } from '../../domain/scoring/cvss.ts';
import { jsonText } from '../../text/json-text.ts';
import { numbered as inNumber, plural } from '../../text/plural.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { discoveryWords, impactWords } from '../finding-file.ts';
import { type JsonObject, jsonInjections } from '../labels.ts';
import { clipWords } from '../markdown.ts';
import type { FindingReport, ReportModel } from '../report-model.ts';

/**
 * One OSV advisory a vulnerability, in the layout of the community's vulnerability database. The audited commit is known to be
 * affected, and nothing is known about others: no range is given.
 */
export type Advisory = { path: string; text: string };

const plain = (text: string, max: number): string => visibleLines(clipWords(text.trim(), max).toWellFormed());
const line = (text: string, max: number): string => visible(plain(text, max).replace(/\n+/g, ' '));

/** Anything a web address could not hold as it is becomes percent-encoded; the host is always that of the repository. */
const permalink = (m: ReportModel, path: string, first: number, last: number): string =>
  `${m.target.repository.url}/blob/${m.target.commit}/${path
    .toWellFormed()
    .split('/')
    .map((p) => encodeURIComponent(/^\.{1,2}$/.test(p) ? '' : p))
    .filter(Boolean)
    .join('/')}#L${first}-L${last}`;

const referencesOf = (f: FindingReport, m: ReportModel) => [
  { type: 'PACKAGE', url: m.target.repository.url },
  ...f.locations.map((l) => ({ type: 'EVIDENCE', url: permalink(m, l.path, l.startLine, l.endLine) })),
  ...f.references
    .map((r) => r.trim())
    .filter(
      (r) =>
        /^https:\/\/[A-Za-z0-9._~:/?@!$&'*+,;=%-]{1,1000}(?:#[A-Za-z0-9._~:/?@!$&'*+,;=%-]{0,300})?$/.test(
          r,
        ) &&
        !/%(?![0-9A-Fa-f]{2})/.test(r) &&
        URL.canParse(r),
    )
    .map((url) => ({ type: 'WEB', url })),
];

/** Vectors, not numbers; one that cannot be scored is left out. */
const severityOf = (f: FindingReport): { type: string; score: string }[] =>
  [f.scores.cvss40, f.scores.cvss31].flatMap((vector) => {
    const scored = scoreCvss(vector);
    return scored ? [{ type: scored.version === '4.0' ? 'CVSS_V4' : 'CVSS_V3', score: scored.vector }] : [];
  });

const numbered = (steps: readonly string[]): string =>
  steps.map((s, i) => `${i + 1}. ${plain(s, 4_000)}`).join('\n');

/** The label stands where the schema lets a database say more. */
const labelled = (osv: JsonObject & { database_specific: JsonObject }): JsonObject => {
  const found = jsonInjections(osv);
  if (found.length === 0) return osv;
  const example_locations = [...new Set(found.map((s) => s.at))].sort();
  const _meta = { contains_prompt_injection_examples: true, example_locations };
  return { ...osv, database_specific: { ...osv.database_specific, _meta } };
};

const advisory = (f: FindingReport, m: ReportModel, id: string): JsonObject => {
  const published = m.dates.completion;
  return labelled({
    schema_version: '1.6.0',
    id,
    modified: published,
    published,
    summary: line(f.title, 120) || f.tag,
    details: plain(`${f.summary}\n\n${f.description}`, 30_000),
    ...(severityOf(f).length > 0 ? { severity: severityOf(f) } : {}),
    // A range would have to say since when. An audit knows of one commit, and of the release it is, that they are affected.
    affected: [
      {
        versions: [...new Set([m.target.version, m.target.commit])],
        database_specific: { repository: m.target.repository.url, commit: m.target.commit },
      },
    ],
    references: referencesOf(f, m),
    credits: [
      { name: line(f.foundBy, 200) || line(m.auditor.name, 200) || m.auditor.github, type: 'FINDER' },
    ],
    database_specific: {
      mcps_metadata: {
        discovery_method: discoveryWords(m),
        reproduction_steps: numbered(f.reproduction),
        evidence: f.locations.map((l) => placeWords({ ...l, path: visible(l.path) })).join('\n'),
        fix_validation: numbered(f.validation),
      },
      cwe_ids: f.cwe ? [f.cwe] : [],
      severity_assessment: f.severity,
      impact: `${impactWords(f)}. ${plain(f.impact.scope, 2_000)}`,
      mitigations: [...f.recommendations.immediate, ...f.recommendations.shortTerm].map((r) =>
        plain(r, 2_000),
      ),
    },
  });
};

/** Unmaintained or vulnerable components, unpinned ones, missing tests and records: no flaw in this code. */
const OF_ITS_MAKING = /^CWE-(?:353|693|710|778|1104|1357|1395)$/;

/** Why a finding is no vulnerability to be told of, in words; null where it is one. */
const notToldOf = (f: FindingReport): string | null => {
  const { confidentiality, integrity, availability, exploitability } = f.impact;
  const harm = [confidentiality, integrity, availability];
  if (f.positive) return 'a good practice';
  if (OF_ITS_MAKING.test(f.cwe ?? '')) return `${f.cwe} is about how it is made`;
  if (f.items.length > 0 && f.items.every((i) => i.class === 'supply-chain' || i.class === 'hygiene'))
    return 'its evidence is about how it is made';
  if (f.severity === 'info') return 'only an information';
  if (f.cwe === null) return 'no CWE says what kind of weakness it is';
  if (f.locations.length === 0) return 'it cites no line of the code';
  if (exploitability === 'None') return 'nobody can exploit it, its impact says';
  if (harm.every((level) => level === 'None')) return 'it harms nothing, its impact says';
  if (harm.every((level) => level === '' || level === 'None'))
    return 'what it harms (confidentiality, integrity, availability) is not said';
  return null;
};

/**
 * Whether a finding tells of something that can be exploited in this code. A missing document or an unsigned commit is a
 * weakness of how it is made: it belongs into the audit, and not into a database of vulnerabilities.
 */
export const isVulnerability = (f: FindingReport): boolean => notToldOf(f) === null;

/**
 * @param idOf eight upper-case hexadecimal digits that are always the same for this finding of this session
 */
export const advisories = (m: ReportModel, idOf: (finding: string) => string): Advisory[] => {
  const [year = '', month = '', day = ''] = m.date.split('-');
  return m.findings.filter(isVulnerability).map((f) => {
    const id = `OSV-MCPS-${year}-${idOf(f.id)}`;
    return {
      path: `advisories/${year}/${month}/${day}/${id}-osv.json`,
      text: jsonText(advisory(f, m, id)),
    };
  });
};

/** Why there is no advisory, where {@link advisories} gives none: what was recorded is named, and why none tells of it. */
export const noAdvisory = ({ findings }: ReportModel): string => {
  const weak = findings.filter((f) => !f.positive);
  if (weak.length === 0) return 'no weakness was recorded, so there is no advisory to write';
  const named = weak.map((f) => `${f.id} (${f.severity}): ${notToldOf(f) ?? ''}`).join('; ');
  return `no advisory is written, although ${plural(weak.length, 'weakness', 'weaknesses')} ${inNumber(weak.length, 'is', 'are')} recorded: none can be told as a vulnerability of this code. ${named}`;
};
