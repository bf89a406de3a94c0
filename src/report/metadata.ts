import { UserError } from '../domain/errors.ts';
import { type JsonObject, labelJson } from './labels.ts';
import type { ReportModel } from './report-model.ts';
import { UNKNOWN } from './server.ts';

const LANGUAGES: Record<string, string> = {
  ts: 'TypeScript',
  mts: 'TypeScript',
  cts: 'TypeScript',
  tsx: 'TypeScript',
  js: 'JavaScript',
  mjs: 'JavaScript',
  cjs: 'JavaScript',
  py: 'Python',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  cs: 'C#',
  rb: 'Ruby',
  php: 'PHP',
  swift: 'Swift',
};

/** The language most tools, resources and prompts are written in; the first by name on a tie. */
const languageOf = (m: ReportModel): string => {
  const counts = new Map<string, number>();
  for (const { path } of [...m.surface.tools, ...m.surface.resources, ...m.surface.prompts]) {
    const extension = path.split('.').at(-1) ?? '';
    const language = Object.hasOwn(LANGUAGES, extension) ? LANGUAGES[extension] : undefined;
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, k]) => k - n || (a < b ? -1 : 1))[0]?.[0] ?? 'unknown';
};

const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);
const objectAt = (o: JsonObject, key: string): JsonObject => (isObject(o[key]) ? o[key] : {});
const strings = (v: unknown): string[] => (Array.isArray(v) ? v.filter((x) => typeof x === 'string') : []);

/** What is known of the server; null where nobody said and nothing tells. */
const known = (value: string): string | null => (value === UNKNOWN ? null : value);

/** In the names of this file. Whether callers sign in is yes or no: what is not known is left out, and asked for. */
const classificationPart = (m: ReportModel, was: JsonObject): JsonObject => {
  const { type, dataSensitivity, network, authentication } = m.server;
  return {
    ...was,
    server_type: known(type.value) ?? was.server_type ?? UNKNOWN,
    data_sensitivity: known(dataSensitivity.value) ?? was.data_sensitivity ?? UNKNOWN,
    network_requirements: known(network.value) ?? was.network_requirements ?? UNKNOWN,
    ...(authentication.value === UNKNOWN
      ? {}
      : {
          authentication_required: authentication.value === 'required',
          // Yes or no cannot tell "optional" from "none": the word stands beside it.
          authentication: authentication.value,
        }),
  };
};

const repositoryPart = (m: ReportModel, was: JsonObject): JsonObject => {
  const { repository, name } = m.target;
  const language = languageOf(m);
  return {
    ...was,
    url: repository.url,
    name: repository.name,
    owner: repository.owner,
    description: known(m.server.purpose.value) ?? was.description ?? `MCP server ${name}`,
    primary_language: language === 'unknown' ? (was.primary_language ?? language) : language,
    // SPDX's word for "nobody said so here".
    license: known(m.server.license.value) ?? was.license ?? 'NOASSERTION',
  };
};

/** Everybody who audited, added to those of earlier audits; nobody is dropped. */
const auditorsPart = (m: ReportModel, was: JsonObject): unknown[] => {
  const all: unknown[] = Array.isArray(was.auditors) ? [...was.auditors] : [];
  for (const { name, github, organization } of m.auditors) {
    const isThey = (a: unknown): boolean =>
      isObject(a) &&
      (github !== '' && typeof a.github === 'string' && a.github !== ''
        ? a.github.toLowerCase() === github.toLowerCase()
        : a.name === name);
    if (!all.some(isThey)) all.push({ name, github, organization: organization || 'Independent' });
  }
  return all;
};

const summaryPart = (m: ReportModel): JsonObject => {
  const { proposals, summary } = m;
  return {
    current_status: proposals.status.value,
    last_assessment: m.date,
    overall_risk: proposals.overallRisk.value,
    ...(proposals.productionReady === null ? {} : { production_ready: proposals.productionReady }),
    ...(proposals.hardeningRequired === null ? {} : { hardening_required: proposals.hardeningRequired }),
    critical_issues: summary.critical,
    high_issues: summary.high,
    medium_issues: summary.medium,
    low_issues: summary.low,
    positive_findings: summary.positive,
  };
};

const considerationsOf = (m: ReportModel): string[] =>
  m.findings
    .filter((f) => !f.positive)
    .slice(0, 8)
    .map((f) => f.title);

/** Everything that describes the newest audit; replaces what an older one said. */
const newestParts = (m: ReportModel, was: JsonObject): JsonObject => {
  const { deployment, compliance } = m.proposals;
  return {
    repository: repositoryPart(m, objectAt(was, 'repository')),
    mcp_classification: classificationPart(m, objectAt(was, 'mcp_classification')),
    security_summary: summaryPart(m),
    deployment_recommendations: {
      development: deployment.development.value,
      staging: deployment.staging.value,
      production: deployment.production.value,
      enterprise: deployment.enterprise.value,
    },
    key_security_considerations: [
      ...new Set([...considerationsOf(m), ...strings(was.key_security_considerations)]),
    ],
    security_strengths: [
      ...new Set([
        ...m.findings.filter((f) => f.positive).map((f) => f.title),
        ...strings(was.security_strengths),
      ]),
    ],
    compliance_status: {
      mcp_security_baseline: compliance.baseline.value,
      owasp_top_10: compliance.top10.value,
      supply_chain_security: compliance.supplyChain.value,
    },
  };
};

const parseExisting = (text: string): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `the database's metadata.json for this repository cannot be read (${(error as Error).message}), so this audit cannot be added to it`,
      'repair that file first: an update must not lose what earlier audits said',
    );
  }
  if (!isObject(value))
    throw new UserError(
      "the database's metadata.json for this repository is not an object",
      'repair that file first',
    );
  return value;
};

/**
 * `metadata.json` of the repository as a JSON value: new, or the existing one updated. An audit older than the newest one
 * changes only the number of audits, the auditors and the date of change. Unknown fields stay.
 * @param earlierAudits ids of the other audit folders of the repository; without, the existing total is counted on.
 * @throws UserError when `existing` is not a JSON object.
 */
export const repositoryMetadata = (
  m: ReportModel,
  existing?: string,
  earlierAudits?: readonly string[],
): JsonObject => {
  const was = existing === undefined ? {} : parseExisting(existing);
  const history = objectAt(was, 'audit_history');
  const counted = typeof history.total_audits === 'number' ? history.total_audits : 0;
  const others = earlierAudits ? new Set(earlierAudits.filter((id) => id !== m.auditId)).size : counted;
  const last = typeof history.last_audit_date === 'string' ? history.last_audit_date : '';
  const isNewest = last <= m.date;
  const auditHistory = {
    ...history,
    total_audits: others + 1,
    last_audit_date: isNewest ? m.date : last,
    auditors: auditorsPart(m, history),
  };
  const { last_updated: _, ...rest } = was;
  return labelJson({
    ...rest,
    ...(isNewest ? newestParts(m, was) : {}),
    audit_history: auditHistory,
    last_updated: m.dates.completion,
  });
};
