import { jsonText } from '../text/json-text.ts';
import { countBySeverity, type KnownAudit, type KnownRepository } from './database.ts';
import { SEVERITIES } from './ids.ts';
import { labelJson } from './labels.ts';
import { at } from './rules/folder.ts';

/**
 * The four indexes the database's README announces. Counts are of the files in `findings/`, not of what a manifest claims.
 * The same database gives the same bytes; hostile titles are labelled.
 */
type Listed = { repository: KnownRepository; audit: KnownAudit };

const place = (r: KnownRepository): string => `${r.host}/${r.owner}/${r.name}`;

const entry = ({ repository, audit }: Listed) => ({
  audit_id: audit.id,
  repository: place(repository),
  path: audit.path,
  date: audit.date,
  auditor: audit.auditor.github,
  commit: audit.commit,
  version: audit.version,
  findings: countBySeverity(audit.findings),
});

const newestFirst = (a: Listed, b: Listed): number =>
  a.audit.date !== b.audit.date
    ? a.audit.date < b.audit.date
      ? 1
      : -1
    : a.audit.path < b.audit.path
      ? -1
      : 1;

const byAuditor = (all: readonly Listed[]) => {
  const names = new Map<string, string>();
  for (const { audit } of all) names.set(audit.auditor.github.toLowerCase(), audit.auditor.github);
  return {
    auditors: [...names]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, github]) => {
        const own = all.filter((l) => l.audit.auditor.github.toLowerCase() === key).sort(newestFirst);
        const { name = '', organization = '' } = own[0]?.audit.auditor ?? {};
        return { github, name, organization, total_audits: own.length, audits: own.map(entry) };
      }),
  };
};

const byDate = (all: readonly Listed[]) => ({ audits: [...all].sort(newestFirst).map(entry) });

const bySeverity = (all: readonly Listed[]) =>
  Object.fromEntries(
    SEVERITIES.map((severity) => [
      severity,
      [...all].sort(newestFirst).flatMap(({ repository, audit }) =>
        audit.findings
          .filter((f) => f.severity === severity)
          .map((f) => ({
            finding_id: f.id,
            title: f.title,
            ...(f.positive ? { positive: true } : {}),
            cwe: f.cwe,
            audit_id: audit.id,
            repository: place(repository),
            path: f.path,
          })),
      ),
    ]),
  );

const byRepo = (database: readonly KnownRepository[]) => ({
  repositories: database.map((repository) => {
    const { metadata, audits } = repository;
    const said = (path: string) => {
      const value = at(metadata, path);
      return typeof value === 'string' || typeof value === 'boolean' ? value : null;
    };
    const newest = audits.at(-1);
    return {
      repository: place(repository),
      url: repository.url,
      path: repository.path,
      total_audits: audits.length,
      latest_audit: newest?.id ?? null,
      latest_commit: newest?.commit ?? null,
      latest_findings: newest ? countBySeverity(newest.findings) : null,
      current_status: said('security_summary.current_status'),
      overall_risk: said('security_summary.overall_risk'),
      production_ready: said('security_summary.production_ready'),
      audits: audits.map((audit) => entry({ repository, audit })),
    };
  }),
});

/** Texts by path below the database's root. */
export const databaseIndexes = (database: readonly KnownRepository[]): Map<string, string> => {
  const all = database.flatMap((repository) => repository.audits.map((audit) => ({ repository, audit })));
  return new Map(
    Object.entries({
      'by-auditor': byAuditor(all),
      'by-date': byDate(all),
      'by-repo': byRepo(database),
      'by-severity': bySeverity(all),
    }).map(([name, value]) => [`indexes/${name}.json`, jsonText(labelJson(value))]),
  );
};
