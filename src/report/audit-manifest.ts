import { cweLabel } from '../domain/cwe.ts';
import type { Severity } from '../domain/methodology.ts';
import { followUpJson } from './earlier-findings.ts';
import { type JsonObject, labelJson } from './labels.ts';
import type { ReportModel } from './report-model.ts';
import { UNKNOWN } from './server.ts';

const fieldName = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 60)
    .replace(/_$/, '');

const scopeOf = (m: ReportModel): string[] => [
  ...new Set(
    [
      'security',
      ...m.checks
        .filter((c) => c.verdict !== null && c.verdict !== 'not-applicable')
        .map((c) => fieldName(c.section)),
    ].filter(Boolean),
  ),
];

/** Whether the session tells of a person who read code: what they judged of it in words, or a finding in it read as a whole. */
const readByHand = (m: ReportModel): boolean =>
  [...m.dismissed, ...m.answered].some((d) => d.where !== '' && d.reason.trim() !== '') ||
  m.findings.some((f) => f.reviewed && f.locations.length > 0);

/** What the session shows was done, and no more. */
const typeOf = (m: ReportModel): string => {
  if (readByHand(m)) return 'manual_security_review';
  return m.findings.length > 0 || m.checks.some((c) => c.verdict !== null)
    ? 'checklist_review'
    : 'evidence_collection';
};

const toolsOf = (m: ReportModel): string[] => [
  ...(readByHand(m) ? ['manual_code_review'] : []),
  `${m.tool.name}@${m.tool.version}`,
  ...m.looks
    .filter((l) => l.outcome === 'collected' || l.outcome === 'nothing-found')
    .map((l) => `collector:${l.collector}`),
  ...(m.assistance ? ['assistant_proposals_decided_by_auditor'] : []),
];

const idsOf = (m: ReportModel, severity: Severity): string[] =>
  m.findings.filter((f) => f.severity === severity && !f.positive).map((f) => f.fileId);

/** Where the supporting files lie, by what they are. */
const artifactsOf = (names: readonly string[]): JsonObject => {
  const sbom = names.find((n) => /(?:\.cdx|\.spdx|^sbom[^/]{0,40})\.json$/.test(n));
  const holds = (folder: string) => names.some((n) => n.startsWith(`${folder}/`));
  return {
    evidence: 'artifacts/evidence.json',
    surface: 'artifacts/surface.json',
    ...(sbom ? { sbom: `artifacts/${sbom}` } : {}),
    ...(holds('code-samples') ? { code_samples: 'artifacts/code-samples' } : {}),
    ...(holds('attachments') ? { attachments: 'artifacts/attachments' } : {}),
  };
};

/** What nobody said is left out: what earlier audits said of it stands in metadata.json. */
const classification = (m: ReportModel): JsonObject => {
  const said = Object.entries({
    primary_type: m.server.type.value,
    data_sensitivity: m.server.dataSensitivity.value,
    network_exposure: m.server.network.value,
  }).filter(([, value]) => value !== UNKNOWN);
  return said.length > 0 ? { server_classification: Object.fromEntries(said) } : {};
};

/** `audit-manifest.json` as a JSON value; `relatedAudits` are the ids of earlier audits of the same repository, `artifacts` the paths below `artifacts/`. */
export const auditManifest = (
  m: ReportModel,
  relatedAudits: readonly string[] = [],
  artifacts: readonly string[] = [],
): JsonObject => {
  const { auditor, target, summary, proposals, coverage } = m;
  // The database knows one auditor, who signs: whoever judged beside them is named all the same.
  const contributors = m.auditors.slice(1).map(({ name, github, organization }) => ({
    name,
    github,
    organization: organization || 'Independent',
  }));
  const proven = m.findings
    .filter((f) => !f.positive)
    .every((f) => f.reproduction.length > 0 && f.locations.length > 0);
  return labelJson({
    audit_id: m.auditId,
    auditor: {
      name: auditor.name,
      github: auditor.github,
      organization: auditor.organization || 'Independent',
      contact: auditor.contact,
    },
    ...(contributors.length > 0 ? { contributors } : {}),
    target: {
      repo_url: target.repository.url,
      commit_hash: target.commit,
      version: target.version,
      ...(target.subdir === '' ? {} : { subdirectory: target.subdir }),
      audit_scope: scopeOf(m),
      audit_depth: coverage.complete ? 'comprehensive' : 'partial',
    },
    audit_metadata: {
      start_date: m.dates.start,
      completion_date: m.dates.completion,
      status: coverage.complete ? 'completed' : 'partial',
      audit_type: typeOf(m),
      time_spent_hours: m.hours,
      methodology: `${m.methodology.title} v${m.methodology.version}`,
    },
    findings_summary: {
      critical: summary.critical,
      high: summary.high,
      medium: summary.medium,
      low: summary.low,
      info: summary.info,
      total_issues: summary.total,
    },
    findings_details: {
      critical_severity: idsOf(m, 'critical'),
      high_severity: idsOf(m, 'high'),
      medium_severity: idsOf(m, 'medium'),
      low_severity: idsOf(m, 'low'),
      info_severity: idsOf(m, 'info'),
      info_positive: m.findings.filter((f) => f.positive).map((f) => f.fileId),
    },
    tools_used: toolsOf(m),
    compliance_checks: {
      mcp_security_baseline: proposals.compliance.baseline.value,
      owasp_top_10: proposals.compliance.top10.value,
      supply_chain_security: proposals.compliance.supplyChain.value,
    },
    ...classification(m),
    audit_quality: {
      confidence_level: proposals.confidence.value,
      documentation_completeness: coverage.complete ? 'comprehensive' : 'partial',
      reproducibility: proven ? 'full' : 'partial',
      checks_total: coverage.total,
      checks_tested: coverage.total - coverage.notTested,
    },
    ...followUpJson(m.earlier),
    ...(m.reviews.length > 0
      ? {
          peer_reviews: m.reviews.map((r) => ({
            reviewer: { ...r.reviewer, organization: r.reviewer.organization || 'Independent' },
            blind: r.blind,
            reviewed_head: r.of,
            finished: r.finished,
            scope: r.scope,
            agreed: r.counts.agrees,
            objections: r.counts.objects,
            questions: r.counts.asks,
            unanswered: r.open,
            evidence: {
              same: r.evidence.same,
              differs: r.evidence.differs.length,
              not_compared: r.evidence.notCompared.length,
            },
          })),
        }
      : {}),
    artifacts: artifactsOf(artifacts),
    references: {
      related_audits: [...relatedAudits],
      external_reports: [],
      vulnerability_references: [...new Set(m.findings.flatMap((f) => f.cwe ?? []))].sort().map(cweLabel),
      documentation_reviewed: [],
    },
  });
};
