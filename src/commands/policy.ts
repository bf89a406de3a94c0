import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clientTitle } from '../discovery/clients.ts';
import { type DiscoveredServer, discovery } from '../discovery/discovery.ts';
import { UserError } from '../domain/errors.ts';
import { checksOf } from '../domain/methodology.ts';
import { readInputFile } from '../io/input-file.ts';
import { ours, readIn } from '../io/open-folder.ts';
import { readFolder, readFolderIn, unreadNotice } from '../io/read-folder.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { isSessionFolder } from '../io/session/session-id.ts';
import { type Asked, judgeAll } from '../policy/judge.ts';
import { lintPolicy } from '../policy/lint.ts';
import { subjectOfAudit } from '../policy/of-audit.ts';
import { subjectsOfFolder } from '../policy/of-submission.ts';
import { POLICY, type PolicyFile, readPolicy } from '../policy/policy.ts';
import { policyReport } from '../policy/report.ts';
import { isKnown, notKnown, type PolicySubject } from '../policy/subject.ts';
import { policyText } from '../policy/text.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, TOOL_NAME, todayOf } from './host.ts';
import { problemLine } from './own-policy.ts';
import { sessionNamed } from './session-named.ts';
import { VERSION } from './version.ts';
import { chooseSession, loadMethodology, MINIMUM_BAR, resumeAudit } from './workspace.ts';

/** `mcp-audit policy lint` and `policy check`: what an organisation asks of servers, and what that says of those it has. */

const MOST_BYTES = 64 * 1024 * 1024;

const bytesOf = (path: string, what: string): Buffer => {
  try {
    return readInputFile(path, MOST_BYTES);
  } catch (error) {
    throw new UserError(
      `${visible(path)} cannot be read, so ${what}: ${error instanceof Error ? error.message : String(error)}`,
      'name a file that is there; docs/policy.md has an example of a policy',
    );
  }
};

const readFileOf = (path: string, what: string): { file: PolicyFile; sha256: string } => {
  const bytes = bytesOf(path, what);
  return {
    file: readPolicy(basename(path), bytes.toString('utf8')),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
};

export const policyLint = async (
  host: Host,
  path: string,
  o: { json?: boolean | undefined },
): Promise<number> => {
  const { file } = readFileOf(path, 'it was not checked');
  const all = await Promise.all([loadMethodology(), loadMethodology(MINIMUM_BAR)]);
  const checks = new Set(all.flatMap(checksOf).map((c) => c.id));
  const problems = [...file.problems, ...lintPolicy(file, { today: todayOf(host), checks })];
  if (o.json) json(host, { ok: problems.length === 0, problems });
  else {
    for (const p of problems) host.stdout(`${visible(problemLine(p))}\n`);
    host.stdout(
      `${visible(path)}: ${problems.length === 0 ? 'no problems' : plural(problems.length, 'problem')}, ${plural(file.value?.waivers?.length ?? 0, 'waiver')}\n`,
    );
  }
  return problems.length === 0 ? 0 : 1;
};

/** A session, read without being changed. */
const ofSession = async (host: Host, id: string): Promise<PolicySubject> => {
  const w = resumeAudit(host, id, true);
  try {
    await w.store.load();
    return subjectOfAudit(w.store.snapshot());
  } finally {
    await w.store.close(null);
  }
};

type Collected = { asked: Asked[]; notLooked: string[] };

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const ofSessions = async (host: Host, ids: readonly string[]): Promise<Collected> => {
  const found: Collected = { asked: [], notLooked: [] };
  for (const id of ids)
    try {
      found.asked.push({ subject: await ofSession(host, id), at: `session ${id}` });
    } catch (error) {
      found.notLooked.push(`session ${id}: ${reasonOf(error)}`);
    }
  return found;
};

const ofFolder = (folder: string): Collected => {
  const { files, unread } = readFolder(folder);
  // A single audit's folder has the description of its server two folders above.
  const above = files.has('audit-manifest.json') ? readMetadata(folder) : null;
  if (above) files.set('../../metadata.json', above);
  const subjects = subjectsOfFolder(files, basename(folder));
  if (subjects.length === 0)
    throw new UserError(
      `${visible(folder)} holds no submission, so the policy says nothing of it`,
      'name the folder of an audit, or a clone of the audit database',
    );
  const notice = unreadNotice(folder, unread);
  return {
    asked: subjects.map((subject) => ({
      subject,
      at: subject.audit.known ? subject.audit.value.id : folder,
    })),
    notLooked: notice ? [notice] : [],
  };
};

const readMetadata = (folder: string): Uint8Array | null => {
  try {
    return readIn(ours(join(folder, '..', '..')), 'metadata.json');
  } catch {
    return null;
  }
};

/** The audit of a discovered server that says most: of what is started before others, the newest of those. */
const auditOf = async (
  host: Host,
  s: DiscoveredServer,
  db: string,
  sessions: Map<string, PolicySubject>,
): Promise<Pick<PolicySubject, 'audit' | 'sameAsAudited'>> => {
  const [best] = [...s.audits].sort((a, b) => Number(b.same === 'yes') - Number(a.same === 'yes'));
  if (!best)
    return {
      audit: notKnown(s.audited.says.join('; ') || 'no audit of it is known'),
      sameAsAudited: notKnown('no audit of it is known'),
    };
  const sameAsAudited = best.same === 'not-known' ? notKnown(best.why) : isKnown(best.same === 'yes');
  try {
    if (best.kind === 'session') {
      const subject = sessions.get(best.id) ?? (await ofSession(host, best.id));
      sessions.set(best.id, subject);
      return { audit: subject.audit, sameAsAudited };
    }
    if (db === '')
      return {
        audit: notKnown(`the clone of the database with ${best.id} is not known here`),
        sameAsAudited,
      };
    const { files } = readFolderIn(ours(db), best.id);
    const above = readIn(ours(db), `${best.id.split('/').slice(0, -2).join('/')}/metadata.json`);
    if (above) files.set('../../metadata.json', above);
    const [subject] = subjectsOfFolder(files, basename(best.id));
    return { audit: subject?.audit ?? notKnown(`${best.id} holds no submission`), sameAsAudited };
  } catch (error) {
    return { audit: notKnown(`${best.kind} ${best.id}: ${reasonOf(error)}`), sameAsAudited };
  }
};

const ofDiscovery = async (host: Host, path: string, db: string): Promise<Collected> => {
  let value: unknown;
  try {
    value = JSON.parse(bytesOf(path, 'the policy says nothing of it').toString('utf8'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    value = null;
  }
  const read = discovery.safeParse(value);
  if (!read.success)
    throw new UserError(
      `${visible(path)} is not what mcp-audit discover --json writes, so the policy says nothing of it`,
      'mcp-audit discover --json > discovered.json makes one',
    );
  const sessions = new Map<string, PolicySubject>();
  const asked: Asked[] = [];
  for (const s of read.data.servers)
    asked.push({
      at: `${clientTitle(s.client)}, ${s.path}:${s.line}${s.enabled ? '' : ', switched off'}`,
      subject: {
        kind: 'discovered',
        name: s.name,
        ids: s.ids,
        ...(await auditOf(host, s, db, sessions)),
        start: s.answers,
      },
    });
  return {
    asked,
    // What a discovery could not read is no server that is allowed.
    notLooked: read.data.files.flatMap((f) => (f.state === 'could-not-read' ? [`${f.path}: ${f.why}`] : [])),
  };
};

export type PolicyCheckOptions = {
  policy?: string | undefined;
  db?: string | undefined;
  failOn?: string | undefined;
  json?: boolean | undefined;
};

const collected = async (host: Host, what: readonly string[], db: string): Promise<Collected> => {
  if (what.length === 0) {
    const ids = listSessions(host.dataDir).flatMap((s) => (s.review ? [] : [s.id]));
    if (ids.length > 0) return ofSessions(host, ids);
    throw new UserError(
      'there is no session on this machine, so the policy says nothing of any server',
      'name a folder with a submission, or what mcp-audit discover --json wrote',
    );
  }
  const all: Collected = { asked: [], notLooked: [] };
  for (const word of what) {
    const found = statSync(word, { throwIfNoEntry: false });
    const session = isSessionFolder(word) ? sessionNamed(host, word) : null;
    const part = session
      ? await ofSessions(session.host, [session.id])
      : found?.isDirectory()
        ? ofFolder(word)
        : found
          ? await ofDiscovery(host, word, db)
          : await ofSessions(host, [chooseSession(host, word)]);
    all.asked.push(...part.asked);
    all.notLooked.push(...part.notLooked);
  }
  return all;
};

/** Exit code 1 where something is denied, needs a person, could not be looked at, or a waiver has expired. */
export const policyCheck = async (
  host: Host,
  what: readonly string[],
  o: PolicyCheckOptions,
): Promise<number> => {
  const failOn = o.failOn ?? 'needs-a-person';
  if (failOn !== 'denied' && failOn !== 'needs-a-person')
    throw new UserError(
      `--fail-on does not know "${visible(failOn)}", so nothing was checked`,
      'denied, or needs-a-person',
    );
  const path = o.policy ?? POLICY;
  const { file, sha256 } = readFileOf(path, 'nothing was checked');
  if (!file.value)
    throw new UserError(
      `the policy is not understood, so nothing was checked:\n${file.problems.slice(0, 5).map(problemLine).join('\n')}`,
      'mcp-audit policy lint checks it, and names every place',
    );
  const { asked, notLooked } = await collected(host, what, o.db ?? host.settings().database.get());
  const report = policyReport.parse(
    judgeAll(file.value, asked, {
      tool: { name: TOOL_NAME, version: VERSION },
      day: todayOf(host),
      failOn,
      notLooked,
      sha256,
    }),
  );
  if (o.json) json(host, report);
  else host.stdout(policyText(report));
  return report.failed ? 1 : 0;
};
