import { parseAuditId, SEVERITIES } from '../ids.ts';
import { repositoryOf } from '../repository.ts';
import { isMovingName } from '../version.ts';
import { checkFields, type Field, isInstant, nearestLine } from './fields.ts';
import {
  type AuditFolder,
  at,
  findingFiles,
  isObject,
  type JsonFile,
  objectOf,
  type Report,
  type RuleContext,
} from './folder.ts';

const field = (path: string, kind: Field['kind'], needed = true): Field => ({ path, kind, needed });

const FIELDS: readonly Field[] = [
  field('audit_id', 'text'),
  field('auditor.name', 'text'),
  field('auditor.github', 'text'),
  field('auditor.organization', 'string'),
  field('auditor.contact', 'text'),
  field('target.repo_url', 'https'),
  field('target.version', 'text'),
  field('target.audit_scope', 'strings'),
  field('target.audit_depth', 'text'),
  field('audit_metadata.start_date', 'instant'),
  field('audit_metadata.completion_date', 'instant'),
  field('audit_metadata.revision_date', 'instant', false),
  field('audit_metadata.status', 'text'),
  field('audit_metadata.audit_type', 'text'),
  field('audit_metadata.time_spent_hours', 'number'),
  field('audit_metadata.methodology', 'text'),
  ...SEVERITIES.map((s) => field(`findings_summary.${s}`, 'count')),
  field('findings_summary.total_issues', 'count'),
  field('findings_summary.revisions', 'count', false),
  field('findings_details', 'object', false),
  field('revision_notes', 'object', false),
  field('tools_used', 'strings'),
  field('compliance_checks.mcp_security_baseline', 'text'),
  field('compliance_checks.owasp_top_10', 'text'),
  field('compliance_checks.supply_chain_security', 'text'),
  field('server_classification.primary_type', 'text', false),
  field('server_classification.data_sensitivity', 'text', false),
  field('server_classification.network_exposure', 'text', false),
  field('audit_quality', 'object', false),
  field('artifacts', 'object', false),
  field('references.related_audits', 'strings'),
  field('references.external_reports', 'strings'),
  field('references.vulnerability_references', 'strings'),
  field('references.documentation_reviewed', 'strings', false),
  field('_meta', 'object', false),
];

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** AVP 2.1, with the decision that a branch name beside a whole commit hash blocks only when strict. */
const checkVersion = (json: JsonFile, strict: boolean, report: Report): void => {
  const commit = at(json.value, 'target.commit_hash');
  const version = at(json.value, 'target.version');
  const hash = typeof commit === 'string' ? commit.trim() : '';
  const name = typeof version === 'string' ? version.trim() : '';
  const whole = COMMIT.test(hash);
  const release = name !== '' && /\d/.test(name) && !isMovingName(name);
  const file = json.file;
  if (!whole && !release) {
    report({
      rule: 'AVP-2.1',
      level: 'blocking',
      file,
      line: nearestLine(json, 'target.commit_hash'),
      message: 'neither a whole commit hash nor a release tag says which code was audited',
      fix: 'put the 40 hexadecimal digits of the commit into target.commit_hash',
    });
    return;
  }
  if (!whole)
    report({
      rule: 'MANIFEST-COMMIT',
      level: 'warning',
      file,
      line: nearestLine(json, 'target.commit_hash'),
      message:
        hash === '' ? 'target.commit_hash is missing' : 'target.commit_hash is not a whole commit hash',
      fix: 'write all 40 hexadecimal digits: a tag can be moved',
    });
  if (whole && name !== '' && isMovingName(name))
    report({
      rule: 'AVP-2.1',
      level: strict ? 'blocking' : 'warning',
      file,
      line: nearestLine(json, 'target.version'),
      message: `target.version "${name.slice(0, 60)}" moves on`,
      fix: 'name a release tag, or repeat the commit hash',
    });
};

const checkIdentity = (audit: AuditFolder, json: JsonFile, report: Report): void => {
  const warn = (path: string, message: string, fix: string) =>
    report({
      rule: 'MANIFEST-CONSISTENCY',
      level: 'warning',
      file: json.file,
      line: nearestLine(json, path),
      message,
      fix,
    });
  const id = at(json.value, 'audit_id');
  if (audit.id !== '' && typeof id === 'string' && id !== audit.id)
    warn('audit_id', `audit_id "${id.slice(0, 80)}" is not the name of the folder`, `write ${audit.id}`);
  const github = at(json.value, 'auditor.github');
  const parsed = parseAuditId(audit.id);
  if (parsed && typeof github === 'string' && github.toLowerCase() !== parsed.github.toLowerCase())
    warn(
      'auditor.github',
      `auditor.github "${github.slice(0, 80)}" is not the user the folder names`,
      `write ${parsed.github}, or rename the folder`,
    );
  const url = at(json.value, 'target.repo_url');
  const { host, owner, name } = audit.repository;
  const named = typeof url === 'string' ? repositoryOf(url) : null;
  if (typeof url === 'string' && !named)
    warn('target.repo_url', 'target.repo_url names no repository', 'write https://<host>/<owner>/<name>');
  else if (
    named &&
    host &&
    owner &&
    name &&
    [named.host, named.owner, named.name].join('/').toLowerCase() !==
      [host, owner, name.replaceAll('/', '-')].join('/').toLowerCase()
  )
    warn(
      'target.repo_url',
      `target.repo_url is not the repository the path names, ${host}/${owner}/${name}`,
      'correct the address, or move the folder',
    );
};

const checkDates = (audit: AuditFolder, json: JsonFile, report: Report): void => {
  const warn = (path: string, message: string, fix: string) =>
    report({
      rule: 'MANIFEST-DATES',
      level: 'warning',
      file: json.file,
      line: nearestLine(json, path),
      message,
      fix,
    });
  const start = at(json.value, 'audit_metadata.start_date');
  const end = at(json.value, 'audit_metadata.completion_date');
  const hours = at(json.value, 'audit_metadata.time_spent_hours');
  if (!isInstant(start) || !isInstant(end)) return;
  const elapsed = (Date.parse(end) - Date.parse(start)) / 3_600_000;
  if (elapsed < 0)
    warn(
      'audit_metadata.completion_date',
      'the audit ends before it starts',
      'correct start_date or completion_date',
    );
  // A revision after the completion may add hours.
  else if (
    typeof hours === 'number' &&
    hours > elapsed + 0.1 &&
    at(json.value, 'audit_metadata.revision_date') === undefined
  )
    warn(
      'audit_metadata.time_spent_hours',
      `${hours} hours do not fit between start_date and completion_date`,
      'correct the hours or the dates',
    );
  const date = parseAuditId(audit.id)?.date;
  // The folder is named by the auditor's calendar, which may be a day off UTC at either end.
  const slack = 24 * 3_600_000;
  if (
    date &&
    (Date.parse(`${date}T00:00:00Z`) > Date.parse(end) + slack ||
      Date.parse(`${date}T23:59:59Z`) < Date.parse(start) - slack)
  )
    warn(
      'audit_metadata.start_date',
      `the day in the folder's name, ${date}, lies outside of the audit's dates`,
      'correct the dates, or rename the folder',
    );
};

/** AVP 1.5, and `findings_details` against the files. */
const checkCounts = (audit: AuditFolder, json: JsonFile, report: Report): void => {
  const files = [...findingFiles(audit).keys()];
  let sum = 0;
  for (const s of SEVERITIES) {
    const said = at(json.value, `findings_summary.${s}`);
    const there = files.filter((f) => f.startsWith(`${s}-`)).length;
    if (typeof said !== 'number') continue;
    sum += said;
    if (said !== there)
      report({
        rule: 'AVP-1.5',
        level: 'warning',
        file: json.file,
        line: nearestLine(json, `findings_summary.${s}`),
        message: `findings_summary.${s} is ${said}, but findings/ holds ${there}`,
        fix: `write ${there}, or add or remove files`,
      });
  }
  const total = at(json.value, 'findings_summary.total_issues');
  if (typeof total === 'number' && total !== sum)
    report({
      rule: 'AVP-1.5',
      level: 'warning',
      file: json.file,
      line: nearestLine(json, 'findings_summary.total_issues'),
      message: `total_issues is ${total}, the severities add up to ${sum}`,
      fix: `write ${sum}: info counts too`,
    });
  else if (typeof total === 'number' && total !== files.length)
    report({
      rule: 'AVP-1.5',
      level: 'warning',
      file: json.file,
      line: nearestLine(json, 'findings_summary.total_issues'),
      message: `total_issues is ${total}, but findings/ holds ${files.length}`,
      fix: `write ${files.length}, or add or remove files`,
    });
  const details = at(json.value, 'findings_details');
  if (!isObject(details)) return;
  const listed = new Set<string>();
  for (const [key, ids] of Object.entries(details)) {
    if (!Array.isArray(ids)) continue;
    ids.forEach((id, i) => {
      if (typeof id !== 'string') return;
      listed.add(id);
      if (!files.includes(id))
        report({
          rule: 'MANIFEST-FINDINGS',
          level: 'warning',
          file: json.file,
          line: nearestLine(json, `findings_details.${key}.${i}`),
          message: `findings_details lists "${id.slice(0, 100)}", and no file has that name`,
          fix: 'write the name of the file without .md',
        });
    });
  }
  for (const id of files)
    if (!listed.has(id))
      report({
        rule: 'MANIFEST-FINDINGS',
        level: 'warning',
        file: json.file,
        line: nearestLine(json, 'findings_details'),
        message: `findings_details does not list ${id}`,
        fix: 'add it to the list of its severity',
      });
};

const checkArtifacts = (audit: AuditFolder, json: JsonFile, report: Report): void => {
  const artifacts = at(json.value, 'artifacts');
  if (!isObject(artifacts)) return;
  for (const [key, path] of Object.entries(artifacts))
    if (
      typeof path === 'string' &&
      path.startsWith('artifacts/') &&
      ![...audit.own.keys()].some((own) => own === path || own.startsWith(`${path.replace(/\/$/, '')}/`))
    )
      report({
        rule: 'MANIFEST-ARTIFACTS',
        level: 'warning',
        file: json.file,
        line: nearestLine(json, `artifacts.${key}`),
        message: `artifacts.${key} names ${path.slice(0, 100)}, which is not there`,
        fix: 'add the file, or remove the entry',
      });
};

const checkPriorAudits = (audit: AuditFolder, json: JsonFile, report: Report): void => {
  const others = audit.repository.audits.map((a) => a.id).filter((id) => id !== audit.id);
  if (others.length === 0) return;
  const related = at(json.value, 'references.related_audits');
  const unnamed = others.filter(
    (id) => id.slice(-14) < audit.id.slice(-14) && !(Array.isArray(related) && related.includes(id)),
  );
  report({
    rule: 'AVP-6.1',
    level: 'info',
    file: json.file,
    message: `the repository has other audits: ${others.slice(0, 10).join(', ')}${unnamed.length > 0 ? `; not named in references.related_audits: ${unnamed.slice(0, 10).join(', ')}` : ''}`,
    fix: 'say what this one adds: another version, another scope, an independent check',
  });
};

export const checkManifest = (audit: AuditFolder, context: RuleContext, report: Report): void => {
  const json = objectOf(audit.own.get('audit-manifest.json'));
  if (!json) return;
  checkFields(json, FIELDS, 'MANIFEST-FIELD', report);
  checkVersion(json, context.strict, report);
  checkIdentity(audit, json, report);
  checkDates(audit, json, report);
  checkCounts(audit, json, report);
  checkArtifacts(audit, json, report);
  checkPriorAudits(audit, json, report);
};
