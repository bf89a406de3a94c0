import { parseAuditId } from '../ids.ts';
import { repositoryOf } from '../repository.ts';
import { checkFields, type Field, nearestLine } from './fields.ts';
import {
  type AuditFolder,
  at,
  boldField,
  findingFiles,
  isObject,
  type JsonFile,
  objectOf,
  type Report,
  type RepositoryFolder,
} from './folder.ts';

const field = (path: string, kind: Field['kind'], needed = true): Field => ({ path, kind, needed });

const FIELDS: readonly Field[] = [
  field('repository.url', 'https'),
  field('repository.name', 'text'),
  field('repository.owner', 'text'),
  field('repository.description', 'text'),
  field('repository.primary_language', 'text'),
  field('repository.license', 'text'),
  field('mcp_classification.server_type', 'text'),
  field('mcp_classification.data_sensitivity', 'text'),
  field('mcp_classification.network_requirements', 'text'),
  field('mcp_classification.authentication_required', 'boolean'),
  ...['development', 'staging', 'production', 'enterprise'].map((e) =>
    field(`deployment_recommendations.${e}`, 'text'),
  ),
  field('audit_history.total_audits', 'count'),
  field('audit_history.last_audit_date', 'date'),
  field('security_summary.current_status', 'text'),
  field('security_summary.last_assessment', 'date'),
  field('security_summary.overall_risk', 'text'),
  field('security_summary.production_ready', 'boolean', false),
  field('security_summary.hardening_required', 'boolean', false),
  field('security_summary.critical_issues', 'count'),
  field('security_summary.high_issues', 'count'),
  field('security_summary.medium_issues', 'count'),
  field('security_summary.low_issues', 'count'),
  field('security_summary.positive_findings', 'count'),
  field('key_security_considerations', 'strings', false),
  field('compliance_status', 'object', false),
  field('last_updated', 'instant'),
];

const RULE = 'METADATA-CONSISTENCY';

const dateOf = (id: string): string => parseAuditId(id)?.date ?? '';

const checkHistory = (
  repository: RepositoryFolder,
  json: JsonFile,
  complete: boolean,
  report: Report,
): void => {
  const warn = (path: string, message: string, fix: string) =>
    report({ rule: RULE, level: 'warning', file: json.file, line: nearestLine(json, path), message, fix });
  const ids = repository.audits.map((a) => a.id).filter((id) => dateOf(id) !== '');
  const total = at(json.value, 'audit_history.total_audits');
  const auditors = at(json.value, 'audit_history.auditors');
  if (!Array.isArray(auditors))
    warn(
      'audit_history',
      'audit_history.auditors is not a list',
      'list each auditor once: name, github, organization',
    );
  else {
    const known = auditors.map((a) =>
      isObject(a) && typeof a.github === 'string' ? a.github.toLowerCase() : '',
    );
    for (const github of new Set(ids.map((id) => parseAuditId(id)!.github)))
      if (!known.includes(github.toLowerCase()))
        warn(
          'audit_history.auditors',
          `audit_history.auditors lacks ${github}`,
          'add name, github and organization',
        );
  }
  // A submission for a repository that has audits already holds only the new one: then fewer folders are given than counted.
  if (
    typeof total === 'number' &&
    (total < repository.audits.length ||
      (total > repository.audits.length && complete && repository.audits.length > 1))
  )
    warn(
      'audit_history.total_audits',
      `audit_history.total_audits is ${total}, but there are ${repository.audits.length} audit folders`,
      `write ${repository.audits.length}`,
    );
  else if (typeof total === 'number' && total > repository.audits.length)
    report({
      rule: RULE,
      level: 'info',
      file: json.file,
      line: nearestLine(json, 'audit_history.total_audits'),
      message: `audit_history.total_audits is ${total}; ${repository.audits.length} audit folders were given`,
      fix: 'validate inside of the database, so that all are counted',
    });
  const newest = ids.map(dateOf).sort().at(-1);
  const last = at(json.value, 'audit_history.last_audit_date');
  if (newest && typeof last === 'string' && last < newest)
    warn(
      'audit_history.last_audit_date',
      `audit_history.last_audit_date is ${last.slice(0, 20)}, the newest folder is of ${newest}`,
      `write ${newest}`,
    );
  const assessed = at(json.value, 'security_summary.last_assessment');
  if (typeof last === 'string' && typeof assessed === 'string' && assessed !== last)
    warn(
      'security_summary.last_assessment',
      'security_summary.last_assessment is not audit_history.last_audit_date',
      'write the same day in both',
    );
};

/** The last audit of the day that `last_audit_date` names. */
const newestAudit = (repository: RepositoryFolder, json: JsonFile): AuditFolder | undefined => {
  const last = at(json.value, 'audit_history.last_audit_date');
  return repository.audits
    .filter((a) => dateOf(a.id) === last)
    .sort((a, b) => (a.id.slice(-14) < b.id.slice(-14) ? -1 : 1))
    .at(-1);
};

/** `security_summary` describes the newest audit. */
const checkSummary = (repository: RepositoryFolder, json: JsonFile, report: Report): void => {
  const newest = newestAudit(repository, json);
  const manifest = newest && objectOf(newest.own.get('audit-manifest.json'));
  if (!newest || !manifest) return;
  const differ = (path: string, said: number, expected: number) =>
    report({
      rule: RULE,
      level: 'warning',
      file: json.file,
      line: nearestLine(json, path),
      message: `${path} is ${said}, the manifest of ${newest.id} says ${expected}`,
      fix: `write ${expected}, or correct the manifest`,
    });
  for (const s of ['critical', 'high', 'medium', 'low']) {
    const path = `security_summary.${s}_issues`;
    const said = at(json.value, path);
    const expected = at(manifest.value, `findings_summary.${s}`);
    if (typeof said === 'number' && typeof expected === 'number' && said !== expected)
      differ(path, said, expected);
  }
  const positive = at(json.value, 'security_summary.positive_findings');
  const info = at(manifest.value, 'findings_summary.info');
  const marked = [...findingFiles(newest).values()].filter((f) =>
    /positive/i.test(boldField(f, 'Severity')?.value ?? ''),
  ).length;
  if (typeof positive === 'number' && typeof info === 'number' && positive !== info && positive !== marked)
    differ('security_summary.positive_findings', positive, info);
};

/** Both files name the same things: the newest audit's compliance, and its auditor. */
const checkAgreement = (repository: RepositoryFolder, json: JsonFile, report: Report): void => {
  const manifest = objectOf(newestAudit(repository, json)?.own.get('audit-manifest.json'));
  if (!manifest) return;
  const differ = (path: string, said: string, expected: string) =>
    report({
      rule: RULE,
      level: 'warning',
      file: json.file,
      line: nearestLine(json, path),
      message: `${path} is "${said.slice(0, 60)}", the manifest of the newest audit says "${expected.slice(0, 60)}"`,
      fix: 'write the same in both',
    });
  for (const name of ['mcp_security_baseline', 'owasp_top_10', 'supply_chain_security']) {
    const said = at(json.value, `compliance_status.${name}`);
    const expected = at(manifest.value, `compliance_checks.${name}`);
    if (typeof said === 'string' && typeof expected === 'string' && said !== expected)
      differ(`compliance_status.${name}`, said, expected);
  }
  // The two files have names of their own for the same things.
  for (const [here, there] of [
    ['server_type', 'primary_type'],
    ['data_sensitivity', 'data_sensitivity'],
  ] as const) {
    const said = at(json.value, `mcp_classification.${here}`);
    const expected = at(manifest.value, `server_classification.${there}`);
    if (typeof said === 'string' && typeof expected === 'string' && said !== expected)
      differ(`mcp_classification.${here}`, said, expected);
  }
  const github = at(manifest.value, 'auditor.github');
  const organization = at(manifest.value, 'auditor.organization');
  const auditors = at(json.value, 'audit_history.auditors');
  const own = Array.isArray(auditors) ? auditors.findIndex((a) => isObject(a) && a.github === github) : -1;
  const said = own < 0 ? undefined : (auditors as { organization?: unknown }[])[own]!.organization;
  if (typeof said === 'string' && typeof organization === 'string' && said !== organization)
    differ(`audit_history.auditors.${own}`, said, organization);
};

const checkRepositoryName = (repository: RepositoryFolder, json: JsonFile, report: Report): void => {
  const { host, owner, name } = repository;
  const url = at(json.value, 'repository.url');
  const named = typeof url === 'string' ? repositoryOf(url) : null;
  if (
    host &&
    owner &&
    name &&
    named &&
    [named.host, named.owner, named.name].join('/').toLowerCase() !==
      [host, owner, name.replaceAll('/', '-')].join('/').toLowerCase()
  )
    report({
      rule: RULE,
      level: 'warning',
      file: json.file,
      line: nearestLine(json, 'repository.url'),
      message: `repository.url is not the repository the path names, ${host}/${owner}/${name}`,
      fix: 'correct the address, or move the folder',
    });
};

export const checkMetadata = (repository: RepositoryFolder, report: Report): void => {
  const json = objectOf(repository.metadata);
  if (!json) return;
  checkFields(json, FIELDS, 'METADATA-FIELD', report);
  checkRepositoryName(repository, json, report);
  if (repository.audits.length === 0) return;
  checkHistory(repository, json, repository.host !== null, report);
  checkSummary(repository, json, report);
  checkAgreement(repository, json, report);
};
