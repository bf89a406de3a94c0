import { isCalendarDate, parseAuditId } from '../ids.ts';
import type { AuditFolder, Report, RepositoryFolder, TextFile } from './folder.ts';

/** Finds audits in whatever folder was given, and judges names and places. */
const DOMAIN = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/;

type Place = {
  repository: string;
  host: string | null;
  owner: string | null;
  name: string | null;
  audit: string | null;
  rest: string;
};

/** Files that make a folder an audit folder. */
const OF_AUDIT = /^(?:audit-manifest\.json|security-assessment\.md|raw-notes\.md|findings\/|artifacts\/)/;

const place = (path: string, single: boolean): Place | null => {
  if (single) return { repository: '', host: null, owner: null, name: null, audit: '', rest: path };
  const parts = path.split('/');
  const first = parts.findIndex(
    (p, i) => p === 'audits' && DOMAIN.test(parts[i + 1] ?? '') && parts.length > i + 3,
  );
  if (first >= 0) {
    const inner = parts.indexOf('audits', first + 1);
    const end = inner < 0 ? parts.length - 1 : inner;
    const [, host = null, owner = null, ...names] = parts.slice(first, end);
    const repository = parts.slice(0, end).join('/');
    const known = { repository, host, owner, name: names.join('/') || null };
    if (inner < 0) return { ...known, audit: null, rest: parts.slice(end).join('/') };
    return parts.length > inner + 2
      ? { ...known, audit: parts[inner + 1]!, rest: parts.slice(inner + 2).join('/') }
      : { ...known, audit: null, rest: parts.slice(inner).join('/') };
  }
  // A single repository's folder.
  if (parts[0] === 'audits' && parts.length > 2)
    return {
      repository: '',
      host: null,
      owner: null,
      name: null,
      audit: parts[1]!,
      rest: parts.slice(2).join('/'),
    };
  return path === 'metadata.json'
    ? { repository: '', host: null, owner: null, name: null, audit: null, rest: path }
    : null;
};

/** `../../metadata.json` is where the repository's file lies, seen from a single audit folder. */
export const METADATA_ABOVE = '../../metadata.json';

/** Groups the files into repositories and audits. `single` names the one audit folder that was given, if it was one. */
export const repositoriesOf = (
  files: ReadonlyMap<string, TextFile>,
  folderName: string | undefined,
): RepositoryFolder[] => {
  const single = [...files.keys()].some((p) => OF_AUDIT.test(p));
  const repositories = new Map<string, RepositoryFolder>();
  const audits = new Map<string, { folder: AuditFolder; own: Map<string, TextFile> }>();
  for (const path of [...files.keys()].sort()) {
    const file = files.get(path)!;
    const where = path === METADATA_ABOVE ? place('metadata.json', false) : place(path, single);
    if (!where) continue;
    let repository = repositories.get(where.repository);
    if (!repository) {
      const { host, owner, name } = where;
      repository = {
        path: where.repository,
        host,
        owner,
        name,
        metadata: null,
        metadataSeen: !single || files.has(METADATA_ABOVE),
        audits: [],
      };
      repositories.set(where.repository, repository);
    }
    if (where.audit === null) {
      if (where.rest === 'metadata.json') repository.metadata = file;
      continue;
    }
    const folderPath = single ? '' : path.slice(0, path.length - where.rest.length - 1);
    let audit = audits.get(folderPath);
    if (!audit) {
      const own = new Map<string, TextFile>();
      audit = {
        folder: { id: single ? (folderName ?? '') : where.audit, path: folderPath, own, repository },
        own,
      };
      audits.set(folderPath, audit);
      repository.audits.push(audit.folder);
    }
    audit.own.set(where.rest, file);
  }
  return [...repositories.values()];
};

const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

const badName = (path: string): string | null => {
  if (path.length > 240) return 'is longer than 240 characters';
  for (const part of path.split('/')) {
    if (part === '..' || part === '.' || part === '') return 'leaves its folder';
    if (DEVICE.test(part)) return 'has a name Windows keeps for a device';
    if (/[<>:"|?*\\\p{Cc}\p{Cf}]/u.test(part) || /[. ]$/.test(part))
      return 'has characters that some systems cannot store';
  }
  return null;
};

export const checkNames = (audit: AuditFolder, report: Report): void => {
  const seen = new Map<string, string>();
  for (const [own, file] of audit.own) {
    const bad = badName(own);
    if (bad)
      report({
        rule: 'LAYOUT-NAME',
        level: 'warning',
        file: file.path,
        message: `this path ${bad}`,
        fix: 'rename it: letters, digits, dot, hyphen and underscore are safe',
      });
    const same = seen.get(own.toLowerCase());
    if (same !== undefined)
      report({
        rule: 'LAYOUT-NAME',
        level: 'warning',
        file: file.path,
        message: `differs from ${same} only by case`,
        fix: 'rename one of them: some systems cannot hold both',
      });
    seen.set(own.toLowerCase(), own);
  }
};

export const checkLayout = (audit: AuditFolder, report: Report): void => {
  const folder = audit.path || audit.id || '.';
  const parsed = parseAuditId(audit.id);
  if (audit.id === '')
    report({
      rule: 'AVP-1.1',
      level: 'warning',
      file: folder,
      message: 'the name of the audit folder is not known, so it could not be checked',
      fix: 'validate the folder by its path, or the repository folder above it',
    });
  else if (!parsed) {
    const date = /-(\d{4}-\d{2}-\d{2})-\d{3}$/.exec(audit.id)?.[1];
    const why =
      date && !isCalendarDate(date)
        ? `${date} is no day of the calendar`
        : 'it is not <github user>-<YYYY-MM-DD>-<three digits>';
    report({
      rule: 'AVP-1.1',
      level: 'blocking',
      file: folder,
      message: `"${audit.id}" cannot name an audit: ${why}`,
      fix: 'rename the folder, for example jane-2026-11-22-001',
    });
  }
  for (const name of ['audit-manifest.json', 'security-assessment.md'])
    if (!audit.own.has(name))
      report({
        rule: 'AVP-1.2',
        level: 'blocking',
        file: folder,
        message: `${name} is missing`,
        fix: `add ${name}`,
      });
};

export const checkRepository = (repository: RepositoryFolder, report: Report): void => {
  const folder = repository.path || '.';
  if (!repository.metadata) {
    if (repository.metadataSeen)
      report({
        rule: 'LAYOUT-METADATA',
        level: 'blocking',
        file: folder,
        message: 'metadata.json of the repository is missing',
        fix: 'add metadata.json beside the folder audits/',
      });
    else
      report({
        rule: 'LAYOUT-METADATA',
        level: 'warning',
        file: folder,
        message: 'metadata.json lies outside of the folder that was given, so nobody looked at it',
        fix: 'validate the repository folder, two levels up',
      });
  }
  if (repository.name?.includes('/'))
    report({
      rule: 'LAYOUT-DEPTH',
      level: 'warning',
      file: folder,
      message: 'the path is deeper than host/owner/repository, for which the database has no rule',
      fix: 'agree on a path with the maintainers of the database',
    });
  else if (repository.host !== null && repository.name === null)
    report({
      rule: 'LAYOUT-DEPTH',
      level: 'blocking',
      file: folder,
      message: 'the path lacks a level: host/owner/repository',
      fix: 'put the audit below audits/<host>/<owner>/<repository>/',
    });
};
