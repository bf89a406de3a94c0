import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { fateOf } from '../domain/since/fate.ts';
import { TARGET_HEAD } from '../io/git/clone.ts';
import { findClone } from '../io/git/find-clone.ts';
import { openTarget } from '../io/git/open-target.ts';
import { commitOf, readTarget } from '../io/git/read-target.ts';
import { openTwoCommits } from '../io/git/two-commits.ts';
import { ours, readTextIn } from '../io/open-folder.ts';
import { readFolder, unreadNotice } from '../io/read-folder.ts';
import { type Change, changeSince, changeWords, fileChangeSince } from '../report/code-since.ts';
import {
  findRepository,
  type KnownAudit,
  type KnownFinding,
  readDatabase,
  repositoryMeant,
} from '../report/database.ts';
import type { Repository } from '../report/repository.ts';
import { plural as counted } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';

/** `lines` is '' for a file that is named without a quotation. */
export type Citing = { path: string; lines: string; change: Change };
export type LookedUp = {
  repository: Repository;
  /** Commit the earlier audits are compared with; '' when no clone was at hand. */
  commit: string;
  /** What of the database nobody looked at. */
  notices: string[];
  audits: (Omit<KnownAudit, 'findings'> & {
    findings: (Omit<KnownFinding, 'citations' | 'files'> & { cited: Citing[] })[];
  })[];
};

/** What is asked about: a folder with a clone, or an address. With a folder, the code of today is at hand as well. */
type Asked = { repository: Repository; clone: Clone | null };

const askedFor = async (host: Host, what: string, ref: string | undefined): Promise<Asked> => {
  if (existsSync(what.replace(/#[^#]*$/, ''))) {
    const { target, repository: path } = await openTarget({ source: what, ref, reposDir: host.reposDir });
    const repository = repositoryMeant(target.url);
    if (!repository)
      throw new UserError(
        `${what} does not say which public repository it is a clone of, so its audits cannot be found`,
        'name the repository by its address, and the folder with --target',
      );
    return { repository, clone: { path, commit: target.commit } };
  }
  const repository = repositoryMeant(what);
  if (!repository)
    throw new UserError(`"${what}" names no repository`, 'write owner/name, an https address, or a folder');
  return { repository, clone: null };
};

/** The database's folder: the one named, which is remembered, else the one remembered. */
export const databaseFolder = (host: Host, named: string | undefined): string => {
  const settings = host.settings();
  const folder = named ? resolve(named) : settings.database.get();
  if (folder === '')
    throw new UserError(
      'no clone of the audit database is known on this machine, so earlier audits cannot be looked up',
      'name one once with --db: git clone https://github.com/ModelContextProtocol-Security/audit-db',
    );
  if (!existsSync(folder))
    throw new UserError(`${folder} is not there any more`, 'name the clone of the audit database with --db');
  if (named) settings.database.set(folder);
  return folder;
};

/** A clone of ours, and the commit of it that audits are compared with. */
export type Clone = { path: string; commit: string };

/** What a target that is named is: a clone of the server, or where to fetch one from. */
export const namedClone = async (host: Host, source: string, ref: string | undefined): Promise<Clone> => {
  const { target, repository } = await openTarget({ source, ref, reposDir: host.reposDir });
  return { path: repository, commit: target.commit };
};

/** Any clone of ours that holds the audited commit will do for reading both sides, if its newest commit is known. */
export const cloneFor = async (host: Host, given: Clone | null, commit: string): Promise<Clone | null> => {
  if (given) return given;
  const path = await findClone(host.reposDir, commit, '');
  const newest = path && (await commitOf(path, TARGET_HEAD));
  return path && newest ? { path, commit: newest } : null;
};

const compare = async (audit: KnownAudit, clone: Clone | null): Promise<LookedUp['audits'][number]> => {
  const paths = [...new Set(audit.findings.flatMap((f) => [...f.citations.map((c) => c.path), ...f.files]))];
  const read = (commit: string) =>
    clone && /^[0-9a-f]{40}$/i.test(commit) && paths.length > 0
      ? readTarget(clone.path, commit, paths)
      : null;
  const old = await read(audit.commit);
  const now = await read(clone?.commit ?? '');
  const two =
    old && now && clone
      ? await openTwoCommits(clone.path, audit.commit, clone.commit).catch(() => null)
      : null;
  /** Code that is not where it was may stand elsewhere: that is no change of it. */
  const elsewhere = async (c: KnownFinding['citations'][number], change: Change): Promise<Change> => {
    if (!two || (change.state !== 'gone' && change.state !== 'changed')) return change;
    const fate = await fateOf({ ...c, snippet: c.snippet.join('\n') }, two);
    if (fate.fate !== 'moved') return change;
    const { path, startLine: start, endLine: end } = fate.at;
    return { state: 'moved', found: { start, end }, ...(path === c.path ? {} : { path }) };
  };
  const cited = async (f: KnownFinding): Promise<Citing[]> => [
    ...(await Promise.all(
      f.citations.map(async (c) => ({
        path: c.path,
        lines: `${c.startLine}-${c.endLine}`,
        change: await elsewhere(c, changeSince(c, old?.files.get(c.path), now?.files.get(c.path))),
      })),
    )),
    ...f.files.map((path) => ({
      path,
      lines: '',
      change: fileChangeSince(old?.files.get(path), now?.files.get(path)),
    })),
  ];
  try {
    const findings = [];
    for (const f of audit.findings) {
      const { citations: _c, files: _f, ...rest } = f;
      findings.push({ ...rest, cited: await cited(f) });
    }
    return { ...audit, findings };
  } finally {
    await two?.close();
  }
};

/**
 * What the database holds about a repository, and what became of the code its findings quote. Reads files only: nothing is
 * asked of the network unless `what` is a git URL given as `target`.
 */
export const lookUp = async (
  host: Host,
  what: string,
  folder: string,
  options: { target?: string | undefined; ref?: string | undefined } = {},
): Promise<LookedUp> => {
  const asked = await askedFor(host, what, options.ref);
  const given = options.target ? await namedClone(host, options.target, options.ref) : asked.clone;
  const { files, unread } = readFolder(folder);
  const known = findRepository(readDatabase(files), asked.repository);
  const audits: LookedUp['audits'] = [];
  let commit = given?.commit ?? '';
  for (const audit of [...(known?.audits ?? [])].reverse()) {
    const clone = await cloneFor(host, given, audit.commit);
    commit ||= clone?.commit ?? '';
    audits.push(await compare(audit, clone));
  }
  const passed = unreadNotice(folder, unread);
  return { repository: asked.repository, commit, audits, notices: passed ? [passed] : [] };
};

/** Lines for a screen; what others wrote is made visible. */
export const describeLookup = (found: LookedUp): string[] => {
  const { repository, commit, audits, notices } = found;
  const name = `${repository.host}/${repository.owner}/${repository.name}`;
  if (audits.length === 0)
    return [
      `The database holds no audit of ${name}${notices.length > 0 ? ' where it could be looked at' : ''}.`,
      ...notices,
    ].map(visible);
  const lines = [`${counted(audits.length, 'earlier audit')} of ${name}, newest first`, ...notices];
  lines.push(
    commit
      ? `compared with commit ${commit.slice(0, 12)}`
      : 'no clone of the server is at hand, so its code today was not compared',
  );
  for (const a of audits) {
    lines.push('', `${a.id}  ${a.date}  by ${a.auditor.name || a.auditor.github}`);
    lines.push(`  commit ${a.commit.slice(0, 12) || 'unknown'}  version ${a.version || 'unknown'}`);
    for (const f of a.findings) {
      lines.push(
        `  ${f.id.split('-').slice(0, 2).join('-').padEnd(12)} ${f.title}${f.cwe ? `  ${f.cwe}` : ''}`,
      );
      for (const c of f.cited)
        lines.push(`    ${c.path}${c.lines && `:${c.lines}`}  ${changeWords(c.change)}`);
    }
  }
  return lines.map(visible);
};

/** The same for a list to choose from: each row opens what it stands for. */
export const lookupRows = (
  found: LookedUp,
  folder: string,
): { title: string; rows: { id: string; label: string; note: string; text: string }[] } => {
  const [title = ''] = describeLookup(found);
  const read = (path: string) => readTextIn(ours(folder), path) ?? '';
  const rows = found.audits.flatMap((a) => [
    {
      id: `${a.path}/security-assessment.md`,
      label: visible(`${a.id}  by ${a.auditor.name || a.auditor.github}`),
      note: visible(`commit ${a.commit.slice(0, 12) || 'unknown'}`),
      text: read(`${a.path}/security-assessment.md`),
    },
    ...a.findings.map((f) => {
      const states = [...new Set(f.cited.map((c) => changeWords(c.change)))];
      return {
        id: f.path,
        label: visible(`  ${f.id.split('-').slice(0, 2).join('-').padEnd(13)}${f.title}`),
        note: visible(states.length > 1 ? `${states[0]} …` : (states[0] ?? 'cites no code')),
        text: read(f.path),
      };
    }),
  ]);
  return { title: visible(title), rows };
};

export const lookup = async (
  host: Host,
  what: string,
  options: { db?: string; target?: string; ref?: string; json?: boolean },
): Promise<number> => {
  const found = await lookUp(host, what, databaseFolder(host, options.db), options);
  if (options.json) json(host, found);
  else host.stdout(`${describeLookup(found).join('\n')}\n`);
  return 0;
};
