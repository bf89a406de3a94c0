import { listed } from '../analysis/files/words.ts';
import { UserError } from '../domain/errors.ts';
import { finishInterrupted } from '../io/interrupted.ts';
import { named, ours, readTextIn } from '../io/open-folder.ts';
import { sha256 } from '../io/put-in-place.ts';
import { readFolder, unreadNotice } from '../io/read-folder.ts';
import { makeDir } from '../io/session/durable.ts';
import { saveError } from '../io/session/save-error.ts';
import { openWritten, type Written } from '../io/session/written.ts';
import { changeFiles } from '../io/write-files.ts';
import { readDatabase } from '../report/database.ts';
import { databaseIndexes } from '../report/indexes.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';

/** Whether a text is an index, which can be made again at any time: an object with the same keys. */
const isIndex = (text: string, like: string): boolean => {
  try {
    const keys = (json: string) =>
      Object.keys(JSON.parse(json))
        .filter((k) => k !== '_meta')
        .sort();
    return keys(text).join() === keys(like).join();
  } catch {
    return false;
  }
};

/** No session writes indexes: what was begun is remembered beside all of them. */
const draftsOf = ({ dataDir }: Host): Written => {
  try {
    makeDir(dataDir);
  } catch (error) {
    throw saveError(error, dataDir);
  }
  return openWritten(dataDir);
};

/**
 * Writes the indexes of a database's clone, all or none. With `check`, 1 when those that are there are not what would be
 * written. What was passed over in the database is said, since it is in no index. Throws UserError when a file that is no
 * index lies where one belongs.
 */
export const indexDatabase = (host: Host, folder: string, options: { check?: boolean }): number => {
  const drafts = options.check ? null : draftsOf(host);
  if (drafts) finishInterrupted(named(folder), drafts);
  const { files: read, unread } = readFolder(folder);
  const passed = unreadNotice(folder, unread);
  if (passed) host.stderr(`${visible(passed)}\n`);
  const database = readDatabase(read);
  if (database.length === 0)
    throw new UserError(
      `${folder} holds no audits, so there is nothing to index`,
      'name a clone of the audit database: a folder with audits/<host>/<owner>/<repository>/',
    );
  const silent = database.flatMap((r) => r.audits).filter((a) => a.commit === '');
  if (silent.length > 0)
    host.stderr(
      `no commit is known of ${plural(silent.length, 'audit')}, since audit-manifest.json is missing, damaged or says none: ${visible(
        listed(
          silent.map((a) => a.path),
          5,
        ),
      )}\n`,
    );
  const files = databaseIndexes(database);
  const stale = [...files].flatMap(([path, text]) => {
    const there = readTextIn(ours(folder), path);
    return there === text ? [] : [{ path, text, there }];
  });
  const foreign = stale.filter(({ there, text }) => there !== undefined && !isIndex(there, text));
  if (!options.check && foreign.length > 0)
    throw new UserError(
      `nothing was written: ${foreign.map((f) => visible(f.path)).join(', ')} in ${folder} ${foreign.length === 1 ? 'is' : 'are'} no index, and would be lost`,
      'move it away, and write the indexes again',
    );
  if (drafts)
    changeFiles(
      named(folder),
      stale.map(({ path, text, there }) => ({ path, text, was: there === undefined ? null : sha256(there) })),
      { drafts },
    );
  for (const [path] of files) {
    const changed = stale.some((s) => s.path === path);
    host.stdout(
      `${visible(path)}  ${changed ? (options.check ? 'out of date' : 'written') : 'up to date'}\n`,
    );
  }
  return options.check && stale.length > 0 ? 1 : 0;
};
