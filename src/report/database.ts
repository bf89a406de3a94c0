import type { Severity } from '../domain/methodology.ts';
import { FINDING_ID, parseAuditId, SEVERITIES } from './ids.ts';
import { type Repository, repositoryOf } from './repository.ts';
import {
  type AuditFolder,
  at,
  boldField,
  findingFiles,
  type JsonObject,
  objectOf,
  readText,
  type TextFile,
} from './rules/folder.ts';
import { repositoriesOf } from './rules/layout.ts';
import { headingsOf } from './rules/markdown-read.ts';
import { type Citation, citationsOf } from './rules/snippets.ts';

/** What a clone of the audit database holds, as far as its files say it. Everything in it was written by others. */
export type KnownFinding = {
  /** File name without `.md`. */
  id: string;
  severity: Severity;
  title: string;
  positive: boolean;
  /** '' when none is named. */
  cwe: string;
  path: string;
  /** Quotations with their lines. */
  citations: Citation[];
  /** Files named as affected without a quotation. */
  files: string[];
};

export type KnownAudit = {
  id: string;
  path: string;
  /** YYYY-MM-DD of the folder's name, '' when it has none. */
  date: string;
  auditor: { name: string; github: string; organization: string };
  commit: string;
  version: string;
  status: string;
  findings: KnownFinding[];
};

export type KnownRepository = {
  /** `audits/<host>/<owner>/<name>`. */
  path: string;
  host: string;
  owner: string;
  name: string;
  url: string;
  metadata: JsonObject;
  /** Oldest first. */
  audits: KnownAudit[];
};

/** A heading as it reads: escapes and entities undone. */
const readable = (markdown: string): string =>
  markdown
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(lt|gt|amp);/g, (_, name: string) => (name === 'lt' ? '<' : name === 'gt' ? '>' : '&'));

const textAt = (value: unknown, path: string): string => {
  const found = at(value, path);
  return typeof found === 'string' ? found.slice(0, 500) : '';
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const AFFECTED = /^\s{0,3}[-*+] \**File\**:\**\s{0,3}`([^`\n]{1,500})`/;

const filesOf = (file: TextFile, citations: readonly Citation[]): string[] => [
  ...new Set(
    file.lines.flatMap((l) => {
      const path = AFFECTED.exec(l)?.[1]?.trim();
      return path && !citations.some((c) => c.path === path) ? [path] : [];
    }),
  ),
];

/** The severity stands in the name; a file without one is not a finding the database knows. */
const findingOf = (id: string, file: TextFile): KnownFinding | null => {
  const severity = FINDING_ID.exec(id)?.[1] as Severity | undefined;
  if (!severity) return null;
  const title = headingsOf(file)[0]?.title ?? id;
  const citations = citationsOf(file);
  const said = `${boldField(file, 'Severity')?.value ?? ''} ${boldField(file, 'Type')?.value ?? ''}`;
  return {
    id,
    severity,
    title: readable(title.replace(/^(?:Positive )?Finding:\s*/i, '').slice(0, 300)),
    positive: severity === 'info' && /positive/i.test(said),
    cwe: /^CWE-[1-9]\d{0,4}\b/.exec(boldField(file, 'CWE')?.value ?? '')?.[0] ?? '',
    path: file.path,
    citations,
    files: filesOf(file, citations),
  };
};

/** What one audit's own files say. Never throws. */
export const knownAuditOf = (audit: AuditFolder): KnownAudit => {
  const manifest = objectOf(audit.own.get('audit-manifest.json'))?.value;
  const id = parseAuditId(audit.id);
  return {
    id: audit.id,
    path: audit.path,
    date: id?.date ?? '',
    auditor: {
      name: textAt(manifest, 'auditor.name'),
      github: textAt(manifest, 'auditor.github') || (id?.github ?? ''),
      organization: textAt(manifest, 'auditor.organization'),
    },
    commit: textAt(manifest, 'target.commit_hash'),
    version: textAt(manifest, 'target.version'),
    status: textAt(manifest, 'audit_metadata.status'),
    findings: [...findingFiles(audit)]
      .flatMap(([name, file]) => findingOf(name, file) ?? [])
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || byText(a.id, b.id)),
  };
};

/** Never throws. Sorted by place; audits by day and number. */
export const readDatabase = (files: ReadonlyMap<string, Uint8Array>): KnownRepository[] => {
  const texts = new Map([...files].map(([path, bytes]) => [path, readText(path, bytes)]));
  return repositoriesOf(texts, undefined)
    .flatMap(({ path, host, owner, name, metadata, audits }): KnownRepository[] => {
      if (host === null || owner === null || name === null) return [];
      const described = objectOf(metadata)?.value ?? {};
      return [
        {
          path,
          host,
          owner,
          name,
          url: textAt(described, 'repository.url') || `https://${host}/${owner}/${name}`,
          metadata: described,
          audits: audits
            .map(knownAuditOf)
            .sort((a, b) => byText(a.id.slice(-14), b.id.slice(-14)) || byText(a.id, b.id)),
        },
      ];
    })
    .sort((a, b) => byText(a.path, b.path));
};

/** Hosts and their users do not tell names apart by case. */
export const findRepository = (
  database: readonly KnownRepository[],
  repository: Repository,
): KnownRepository | null => {
  const key = (r: { host: string; owner: string; name: string }) =>
    `${r.host}/${r.owner}/${r.name.replaceAll('/', '-')}`.toLowerCase();
  return database.find((r) => key(r) === key(repository)) ?? null;
};

/** The repository somebody means by an address, a remote, or `owner/name` on GitHub. */
export const repositoryMeant = (text: string): Repository | null =>
  repositoryOf(
    /^[A-Za-z0-9][\w.-]{0,99}\/[\w.-]{1,100}$/.test(text.trim()) ? `https://github.com/${text.trim()}` : text,
  );

export const countBySeverity = (findings: readonly KnownFinding[]): Record<Severity, number> => {
  const of = (s: Severity) => findings.filter((f) => f.severity === s).length;
  return {
    critical: of('critical'),
    high: of('high'),
    medium: of('medium'),
    low: of('low'),
    info: of('info'),
  };
};
