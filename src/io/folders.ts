import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../domain/errors.ts';

const MAX_FILES = 20_000;
const MAX_BYTES = 256 * 1024 * 1024;

/** Every regular file below `folder` by its path with `/`, sorted. Links are not followed: what they name is not in it. */
export const readFolder = (folder: string): Map<string, Uint8Array> => {
  const root = resolve(folder);
  if (!existsSync(root))
    throw new UserError(
      `${folder} does not exist, so nothing was looked at`,
      'name a folder or a file that is there',
    );
  const files: string[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (entry.name === '.git' || entry.name === 'node_modules') continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) files.push(path);
      if (files.length > MAX_FILES)
        throw new UserError(
          `${folder} holds more than ${MAX_FILES} files, which no submission does`,
          'name the folder of the audit itself',
        );
    }
  };
  if (lstatSync(root).isDirectory()) walk(root);
  else
    throw new UserError(
      `${folder} is not a folder`,
      'name the folder of a submission, or a clone of the audit database',
    );
  let bytes = 0;
  const named = files.map((path): [string, Uint8Array] => {
    bytes += lstatSync(path).size;
    if (bytes > MAX_BYTES)
      throw new UserError(`${folder} holds more than 256 MiB`, 'name the folder of the audit itself');
    return [relative(root, path).split(sep).join('/'), readFileSync(path)];
  });
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
};

/** Names in a folder; none when it is not there. */
export const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

export const readTextIfThere = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8') : undefined;

/**
 * Writes files below `folder`. `replaces` is a folder of ours from an earlier writing, removed first so that no file of
 * it stays behind. Each file is written whole or not at all.
 */
export const writeFiles = (
  folder: string,
  files: ReadonlyMap<string, string>,
  replaces: string | null,
): void => {
  const root = resolve(folder);
  try {
    if (replaces) rmSync(join(root, replaces), { recursive: true, force: true });
    for (const [path, text] of files) {
      const file = resolve(root, path);
      if (!file.startsWith(root + sep)) throw new Error(`${path} leads out of the folder`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
    }
  } catch (error) {
    throw new UserError(
      `the submission could not be written to ${folder}: ${error instanceof Error ? error.message : error}`,
      'nothing of the session is lost; make room or name another folder, and write again',
    );
  }
};

/** One file outside of any submission, with the folders above it. */
export const writeFile = (file: string, text: string): void => {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(`${file}.part`, text);
    renameSync(`${file}.part`, file);
  } catch (error) {
    throw new UserError(
      `${file} could not be written: ${error instanceof Error ? error.message : error}`,
      'name a file in a folder you may write to',
    );
  }
};
