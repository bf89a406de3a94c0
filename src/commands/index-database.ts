import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { readFolder, readTextIfThere, writeFiles } from '../io/folders.ts';
import { readDatabase } from '../report/database.ts';
import { databaseIndexes } from '../report/indexes.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';

/** Writes the indexes of a database's clone. With `check`, 1 when those that are there are not what would be written. */
export const indexDatabase = (host: Host, folder: string, options: { check?: boolean }): number => {
  const database = readDatabase(readFolder(folder));
  if (database.length === 0)
    throw new UserError(
      `${folder} holds no audits, so there is nothing to index`,
      'name a clone of the audit database: a folder with audits/<host>/<owner>/<repository>/',
    );
  const files = databaseIndexes(database);
  const stale = [...files].filter(([path, text]) => readTextIfThere(join(folder, path)) !== text);
  if (!options.check) writeFiles(folder, new Map(stale), null);
  for (const [path] of files) {
    const changed = stale.some(([p]) => p === path);
    host.stdout(
      `${visible(path)}  ${changed ? (options.check ? 'out of date' : 'written') : 'up to date'}\n`,
    );
  }
  return options.check && stale.length > 0 ? 1 : 0;
};
