import { UserError } from '../domain/errors.ts';
import type { Location } from '../domain/evidence.ts';
import { placesOf, quotedCode, readCode } from '../domain/since/code-text.ts';
import { findingFate } from '../domain/since/finding-fate.ts';
import { type OpenTwoCommits, openTwoCommits } from '../io/git/two-commits.ts';
import { readFolder, unreadNotice } from '../io/read-folder.ts';
import {
  findRepository,
  type KnownAudit,
  type KnownFinding,
  readDatabase,
  repositoryMeant,
} from '../report/database.ts';
import { VERIFY_FIXES_SCHEMA, type VerifyFixes } from '../report/formats/verify-fixes-json.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { type Clone, cloneFor, databaseFolder, namedClone } from './lookup.ts';

type Audited = VerifyFixes['audits'][number];

/** What a citation means: the quoted code where it stands at its commit, else the lines it names. */
const meant = async (c: KnownFinding['citations'][number], two: OpenTwoCommits): Promise<Location | null> => {
  const text = await two.before(c.path);
  if (!text) return null;
  const snippet = c.snippet.join('\n');
  const [there] = placesOf(quotedCode(snippet, c.path), readCode(text, c.path));
  const { startLine, endLine } = there ?? c;
  const lines = text
    .split('\n')
    .slice(startLine - 1, endLine)
    .join('\n');
  return lines.trim() === '' ? null : { path: c.path, startLine, endLine, snippet: lines, sha256: '' };
};

const verifyOne = async (f: KnownFinding, two: OpenTwoCommits): Promise<Audited['findings'][number]> => {
  const cited = (await Promise.all(f.citations.map((c) => meant(c, two)))).filter((l) => l !== null);
  const { id, title, severity } = f;
  const fate = await findingFate({ evidence: [] }, cited, two, [], false);
  const none =
    f.citations.length === 0 ? 'it quotes no lines' : 'what it quotes does not stand in the audited commit';
  return { id, title, severity, ...fate, why: cited.length === 0 ? none : fate.why };
};

const verifyAudit = async (repository: string, audit: KnownAudit, clone: Clone | null): Promise<Audited> => {
  const { id, date, commit } = audit;
  const told = { repository, audit: id, date, commit };
  const nothing = (problem: string): Audited => ({
    ...told,
    comparedWith: '',
    problem,
    outOfDate: false,
    findings: [],
  });
  if (!/^[0-9a-f]{40}$/.test(commit)) return nothing('it names no whole commit');
  if (!clone) return nothing('no clone of the server with that commit is at hand');
  const two = await openTwoCommits(clone.path, commit, clone.commit).catch((): null => null);
  if (!two) return nothing('the clone at hand lacks the audited commit');
  try {
    const findings: Audited['findings'] = [];
    for (const f of audit.findings.filter((k) => !k.positive)) findings.push(await verifyOne(f, two));
    // What nobody could look at is not as it was audited.
    if (findings.every((f) => f.fate === 'unread'))
      return { ...nothing('no finding of it quotes lines that could be compared'), findings };
    const outOfDate = findings.some((f) => f.fate !== 'still-there' && f.fate !== 'unread');
    return { ...told, comparedWith: clone.commit, problem: '', outOfDate, findings };
  } finally {
    await two.close();
  }
};

const lines = (a: Audited): string[] => [
  `${a.repository}  ${a.audit}  ${a.outOfDate ? 'out of date' : a.problem ? `not compared: ${a.problem}` : 'as audited'}`,
  ...(a.comparedWith ? [`  ${a.commit.slice(0, 12)} compared with ${a.comparedWith.slice(0, 12)}`] : []),
  ...a.findings.map(
    (f) =>
      `  ${f.id.split('-').slice(0, 2).join('-').padEnd(13)} ${f.fate.padEnd(11)} ${f.title}: ${f.why}${f.fixedBy ? ` (by ${f.fixedBy.slice(0, 12)})` : ''}`,
  ),
];

/**
 * What became of the code that the audits of a database cite, one server's or all that a clone is at hand of. Nothing is fetched
 * unless a git URL is given as target. Exit 1: an audit is out of date, or could not be compared.
 */
export const verifyFixes = async (
  host: Host,
  what: string | undefined,
  o: { db?: string; target?: string; ref?: string; json?: boolean },
): Promise<number> => {
  const folder = databaseFolder(host, o.db);
  const { files, unread } = readFolder(folder);
  const all = readDatabase(files);
  const meantRepository = what === undefined ? null : repositoryMeant(what);
  if (what !== undefined && !meantRepository)
    throw new UserError(`"${what}" names no repository`, 'write owner/name or an https address');
  const known = meantRepository ? findRepository(all, meantRepository) : undefined;
  const chosen = meantRepository ? (known ? [known] : []) : all;
  if (o.target && chosen.length !== 1)
    throw new UserError(
      'a clone of one server cannot stand for several',
      'name the server whose clone it is',
    );
  const given = o.target ? await namedClone(host, o.target, o.ref) : null;
  const audits: Audited[] = [];
  for (const r of chosen)
    for (const a of [...r.audits].reverse()) {
      host.progress(`${r.owner}/${r.name} ${a.id}`);
      audits.push(
        await verifyAudit(`${r.host}/${r.owner}/${r.name}`, a, await cloneFor(host, given, a.commit)),
      );
    }
  const passed = unreadNotice(folder, unread);
  const report: VerifyFixes = { schema: VERIFY_FIXES_SCHEMA, audits, notices: passed ? [passed] : [] };
  if (o.json) json(host, report);
  else {
    if (audits.length === 0) host.stdout('The database holds no audit of it.\n');
    for (const a of audits)
      host.stdout(
        `${lines(a)
          .map((l) => visible(redactSecrets(l)))
          .join('\n')}\n`,
      );
    for (const n of report.notices) host.stderr(`${visible(n)}\n`);
    const old = audits.filter((a) => a.outOfDate).length;
    const blind = audits.filter((a) => a.problem !== '').length;
    host.stdout(`${old} of ${plural(audits.length, 'audit')} out of date, ${blind} not compared\n`);
  }
  return audits.some((a) => a.outOfDate || a.problem !== '') ? 1 : 0;
};
