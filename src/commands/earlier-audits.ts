import { entriesIn, ours } from '../io/open-folder.ts';
import { parseAuditId } from '../report/ids.ts';
import { repositoryOf, spelled } from '../report/repository.ts';
import { numbered, plural } from '../text/plural.ts';

/**
 * Ids of the audits a clone of the database holds of a server, oldest first: by the names of folders alone, so that Home can
 * ask for every session. Never throws: a database that is gone has none, nor
 * has one that keeps them behind a link.
 */
export const earlierAudits = (database: string, url: string): string[] => {
  const repository = database === '' ? null : repositoryOf(url);
  if (!repository) return [];
  try {
    const namesIn = (folder: string) => (entriesIn(ours(database), folder) ?? []).map((e) => e.name);
    const { host, owner, name } = repository;
    return namesIn(`${spelled(`audits/${host}/${owner}/${name}`, namesIn)}/audits`)
      .filter((id) => parseAuditId(id))
      .sort((a, b) => (a.slice(-14) < b.slice(-14) ? -1 : 1));
  } catch {
    return [];
  }
};

/** What somebody who begins an audit should know. */
export const earlierNotice = (database: string, url: string): string[] => {
  const ids = earlierAudits(database, url);
  const newest = ids.at(-1);
  return newest
    ? [
        `the audit database holds ${plural(ids.length, 'earlier audit')} of this server, the newest ${newest}: L on the Session screen or mcp-audit lookup shows ${numbered(ids.length, 'it', 'them')}`,
      ]
    : [];
};
