import { existsSync, readFileSync } from 'node:fs';
import { constants, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../domain/errors.ts';

const MAX_FILES = 200;
const MAX_BYTES = 1024 * 1024;

/**
 * The packaged `checklists/` folder. This module runs from `src/io/` in tests and from a chunk in `dist/` when
 * installed, so the folder is looked for upwards rather than at a fixed distance.
 */
export const bundledChecklists = (): string => {
  let dir = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(join(dir, 'checklists', 'methodology.yml'))) return join(dir, 'checklists');
    const parent = dirname(dir);
    if (parent === dir)
      throw new UserError(
        'The packaged checklists are missing, so there is nothing to audit against.',
        'Install mcp-audit again, or name a methodology folder of your own.',
      );
    dir = parent;
  }
};

/** Id and version of the packaged methodology, without reading all of it. */
export const bundledVersion = (): { id: string; version: string } => {
  const text = readFileSync(join(bundledChecklists(), 'methodology.yml'), 'utf8');
  const of = (key: string) =>
    text
      .split('\n')
      .find((l) => l.startsWith(`${key}: `))
      ?.slice(key.length + 2)
      .replaceAll("'", '')
      .trim() ?? '';
  return { id: of('id'), version: of('version') };
};

/** Reads one file as UTF-8, never more than the limit and one byte, whatever size the file claims to have. */
const readBounded = async (path: string, name: string): Promise<string> => {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const notFile = new UserError(
      `${name} in the methodology folder is not a file.`,
      'Replace it by a YAML file, or move it away.',
    );
    const stats = await handle.stat();
    if (!stats.isFile()) throw notFile;
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    // What the system makes up as it is read says that it is empty.
    if (stats.size === 0 && length > 0) throw notFile;
    if (length > MAX_BYTES)
      throw new UserError(
        `${name} is larger than ${MAX_BYTES / 1024} KB, so the methodology was not read.`,
        'A section needs some 40 KB. Split the file, or move it out of the folder.',
      );
    return buffer.toString('utf8', 0, length);
  } finally {
    await handle.close();
  }
};

/**
 * The methodology files of a folder (its `.yml` and `.yaml`, not those of subfolders) by name, in code point order.
 * Throws UserError when the folder is missing, holds none or too many, or one cannot be read.
 */
export const readMethodologyFolder = async (dir: string): Promise<Map<string, string>> => {
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => /\.ya?ml$/i.test(name) && !name.startsWith('.'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ENOTDIR'
          ? 'is not a folder'
          : `cannot be read (${code})`;
    throw new UserError(
      `The methodology folder ${dir} ${what}, so there are no checks to walk.`,
      `Name a folder that holds methodology.yml, or copy ${bundledChecklists()} and change the copy.`,
    );
  }
  if (names.length === 0)
    throw new UserError(
      `The methodology folder ${dir} holds no YAML file, so there are no checks to walk.`,
      'Name the folder that holds methodology.yml.',
    );
  if (names.length > MAX_FILES)
    throw new UserError(
      `The methodology folder ${dir} holds ${names.length} YAML files, more than the ${MAX_FILES} that are read.`,
      'Name the folder that holds methodology.yml and nothing else.',
    );
  const files = new Map<string, string>();
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    try {
      files.set(name, await readBounded(join(dir, name), name));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `${name} in the methodology folder cannot be read (${(error as NodeJS.ErrnoException).code}).`,
        'Check its permissions; a methodology is read completely or not at all.',
      );
    }
  }
  return files;
};

/** Text of the packaged catalogues: `ttps.yml` (attack techniques) and `top10.yml` (names of the ten risks). */
export const readBundledCatalogue = async (): Promise<{ ttps: string; top10: string }> => {
  const dir = join(bundledChecklists(), 'catalogue');
  const [ttps, top10] = await Promise.all(
    ['ttps.yml', 'top10.yml'].map((name) => readBounded(join(dir, name), `catalogue/${name}`)),
  );
  return { ttps: ttps!, top10: top10! };
};
