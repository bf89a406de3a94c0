import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readInputFile } from '../input-file.ts';
import { writeFile } from '../write-files.ts';

/** What a run found at a commit, as the next one compares with it: one file a commit, the newest few. */

const MOST_KEPT = 40;
const MOST_BYTES = 64 * 1024 * 1024;
const PREFIX = 'leads-at-';

export const keepCompared = (folder: string, commit: string, value: unknown): void => {
  writeFile(join(folder, `${PREFIX}${commit}.json`), JSON.stringify(value), { replaces: () => true });
  const old = readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
    .slice(MOST_KEPT);
  for (const { path } of old) rmSync(path, { force: true });
};

/** Null where nothing is kept, or it cannot be read. */
export const readCompared = (folder: string, commit: string): unknown => {
  try {
    return JSON.parse(readInputFile(join(folder, `${PREFIX}${commit}.json`), MOST_BYTES).toString('utf8'));
  } catch {
    return null;
  }
};
