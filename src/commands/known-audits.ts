import { isAbsolute, resolve } from 'node:path';
import type { AuditKnown } from '../discovery/assemble.ts';
import type { CollectorResult, EvidenceItem } from '../domain/evidence.ts';
import { parsePackage } from '../domain/package-name.ts';
import { replay } from '../domain/session.ts';
import { surfaceOf } from '../domain/surface.ts';
import { readEvidence } from '../engine/read-evidence.ts';
import { entriesIn, ours, readTextIn } from '../io/open-folder.ts';
import { openBlobStore } from '../io/session/blob-store.ts';
import { readJournalFile } from '../io/session/journal-file.ts';
import { listSessions, type SessionSummary } from '../io/session/list-sessions.ts';
import { idsOf } from '../policy/of-audit.ts';
import { repositoryOf, spelled } from '../report/repository.ts';
import { isObject } from '../report/rules/folder.ts';
import { plural } from '../text/plural.ts';
import { earlierAudits } from './earlier-audits.ts';
import type { Host } from './host.ts';
import { databaseFolder } from './lookup.ts';

/** Audits that are here of servers that somebody starts: sessions on this machine, and submissions in a clone of the database. */

const MOST_SESSIONS = 200;

/** What the audited repository says it publishes as. */
const claimsOf = (items: readonly EvidenceItem[]): string[] =>
  items.flatMap((i) => {
    if (i.collector !== 'identity' || i.rule !== 'package-name') return [];
    const [, file = '', name = ''] = /^(\S{1,400}) publishes as (\S{1,300})$/.exec(i.title) ?? [];
    if (/(?:^|\/)package\.json$/.test(file)) return idsOf(`npm:${name}`);
    return /(?:^|\/)(?:pyproject\.toml|setup\.(?:py|cfg))$/.test(file) ? idsOf(`pypi:${name}`) : [];
  });

/** A session's journal and two of its pieces of evidence: nothing of it is changed, and none that cannot be read hides another. */
const ofSession = async (s: SessionSummary): Promise<AuditKnown | string> => {
  try {
    const session = replay(readJournalFile(s.dir).events);
    const blobs = openBlobStore(s.dir);
    const said = async (collector: string): Promise<CollectorResult | null> => {
      const run = session.runs.get(collector);
      const read = run ? await readEvidence(blobs, collector, run.blob) : null;
      return typeof read === 'string' ? null : read;
    };
    const identity = await said('identity');
    const surface = await said('tool-surface');
    const name = session.target?.name ?? '';
    const source = s.target?.source ?? '';
    return {
      kind: 'session',
      id: s.id,
      day: s.lastAt.slice(0, 10),
      commit: session.target?.commit ?? '',
      tags: session.target?.tags ?? [],
      source: parsePackage(name) ? name : '',
      ids: idsOf(session.target?.url ?? '', name),
      claims: claimsOf(identity?.items ?? []),
      folder: isAbsolute(source) ? resolve(source.replace(/#[^#]*$/, '')) : '',
      tools: surface ? surfaceOf([surface]).tools : null,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const ofDatabase = (db: string, id: string): AuditKnown[] => {
  const repository = repositoryOf(`https://${id}`);
  if (!repository) return [];
  const { host, owner, name, url } = repository;
  const namesIn = (folder: string) => (entriesIn(ours(db), folder) ?? []).map((e) => e.name);
  return earlierAudits(db, url).flatMap((audit): AuditKnown[] => {
    const folder = `${spelled(`audits/${host}/${owner}/${name}`, namesIn)}/audits/${audit}`;
    const read = (path: string): Record<string, unknown> => {
      try {
        const value: unknown = JSON.parse(readTextIn(ours(db), `${folder}/${path}`) ?? 'null');
        return isObject(value) ? value : {};
      } catch {
        return {};
      }
    };
    const target = read('audit-manifest.json').target;
    const tools = read('artifacts/surface.json').tools;
    return [
      {
        kind: 'submission',
        id: folder,
        day: /\d{4}-\d\d-\d\d/.exec(audit)?.[0] ?? '',
        commit: isObject(target) && typeof target.commit_hash === 'string' ? target.commit_hash : '',
        tags: isObject(target) && typeof target.version === 'string' ? [target.version] : [],
        source: '',
        ids: [id],
        claims: [],
        folder: '',
        tools: Array.isArray(tools)
          ? tools.filter(isObject).map((t) => ({
              name: String(t.name ?? ''),
              description: String(t.description ?? ''),
              params: Array.isArray(t.params)
                ? t.params.filter(isObject).map((p) => ({ name: String(p.name ?? '') }))
                : null,
            }))
          : null,
      },
    ];
  });
};

export const knownAudits = async (
  host: Host,
  wanted: { ids: ReadonlySet<string>; files: readonly string[]; db: string | undefined },
): Promise<{ known: AuditKnown[]; notLooked: string[]; noDatabase: boolean }> => {
  const notLooked: string[] = [];
  const known: AuditKnown[] = [];
  if (wanted.ids.size === 0) return { known, notLooked, noDatabase: false };
  const sessions = listSessions(host.dataDir);
  if (sessions.length > MOST_SESSIONS)
    notLooked.push(
      `${plural(sessions.length - MOST_SESSIONS, 'older session')} on this machine, for earlier audits`,
    );
  for (const s of sessions.slice(0, MOST_SESSIONS)) {
    if (s.review) continue;
    const found = s.problem ?? (await ofSession(s));
    if (typeof found === 'string') notLooked.push(`session ${s.id}, for earlier audits: ${found}`);
    else known.push(found);
  }
  const db =
    wanted.db === undefined && host.settings().database.get() === '' ? null : databaseFolder(host, wanted.db);
  if (db === null)
    notLooked.push('earlier audits of others: no clone of the audit database is known here (--db names one)');
  // The claims of a session lead from a package to its repository.
  else
    for (const id of new Set([
      ...wanted.ids,
      ...known.filter((k) => k.claims.some((c) => wanted.ids.has(c))).flatMap((k) => k.ids),
    ]))
      if (/^[\w-]+\.[\w.-]+\//.test(id)) known.push(...ofDatabase(db, id));
  return { known, notLooked, noDatabase: db === null };
};
