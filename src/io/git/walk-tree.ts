import { UserError } from '../../domain/errors.ts';
import { readingEnvironment } from './environment.ts';
import { askGit } from './git.ts';
import type { ObjectReader } from './objects.ts';
import { decodePath } from './paths.ts';

/** `mode type oid size TAB path`, as `git ls-tree -r -z -l` writes it; a size that is not known is 0. */
export type Listing = { records: Buffer[]; missingFolders: string[] };

const FOLDER = '40000';
const OID_BYTES = 20;

type Entry = { mode: string; name: Buffer; oid: string };

/** As git writes it; a tab or a letter in it would be taken for another part of the record. */
const MODE = /^(?:0?40000|[1-7][0-7]{5})$/;

/** A tree object's entries, `mode name NUL` and the 20 bytes of an id each, up to where it is no longer well formed. */
export const parseTree = (bytes: Buffer): { entries: Entry[]; whole: boolean } => {
  const entries: Entry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(32, at);
    const end = space === -1 ? -1 : bytes.indexOf(0, space);
    if (end === -1 || end + 1 + OID_BYTES > bytes.length) break;
    const mode = bytes.toString('latin1', at, space);
    if (!MODE.test(mode)) break;
    const oid = bytes.toString('hex', end + 1, end + 1 + OID_BYTES);
    // Old programs wrote folders as 040000.
    entries.push({ mode: mode.replace(/^0/, ''), name: bytes.subarray(space + 1, end), oid });
    at = end + 1 + OID_BYTES;
  }
  return { entries, whole: at === bytes.length };
};

const sizesOf = async (repository: string, oids: readonly string[]): Promise<Map<string, string>> => {
  const text = await askGit(
    repository,
    readingEnvironment(),
    ['cat-file', '--buffer', '--batch-check=%(objectname) %(objectsize)'],
    { input: Buffer.from(oids.map((oid) => `${oid}\n`).join('')) },
  );
  return new Map([...text.matchAll(/^([0-9a-f]{40}) (\d+)$/gm)].map((m) => [m[1]!, m[2]!]));
};

/**
 * A commit's tree, folder by folder, where git's own listing gives up: a folder whose listing is missing or damaged is
 * named, and the others are listed. Null for more than `limit` entries.
 */
export const walkTree = async (
  repository: string,
  commit: string,
  objects: ObjectReader,
  limit: number,
): Promise<Listing | null> => {
  const raw = (await objects.read(commit)).bytes.toString('latin1');
  const root = /^tree ([0-9a-f]{40})\n/.exec(raw)?.[1];
  if (!root)
    throw new UserError(
      `the commit ${commit} does not say which files it holds, so nothing of it can be read`,
      'audit another commit: this one was not written by git',
    );
  const files: { mode: string; oid: string; path: Buffer }[] = [];
  const missingFolders: string[] = [];
  let folders: { oid: string; path: Buffer }[] = [{ oid: root, path: Buffer.alloc(0) }];
  let seen = 0;
  while (folders.length > 0) {
    const below: typeof folders = [];
    let n = 0;
    for await (const { object } of objects.tryAll(folders.map((f) => f.oid))) {
      const { path } = folders[n++]!;
      if (object?.type !== 'tree') {
        missingFolders.push(decodePath(path));
        continue;
      }
      const { entries, whole } = parseTree(object.bytes);
      if (!whole) missingFolders.push(decodePath(path));
      for (const { mode, name, oid } of entries) {
        if (++seen > limit) return null;
        const under = path.length > 0 ? Buffer.concat([path, Buffer.from('/'), name]) : name;
        if (mode === FOLDER) below.push({ oid, path: under });
        else files.push({ mode, oid, path: under });
      }
    }
    folders = below;
  }
  const sizes = await sizesOf(repository, [...new Set(files.map((f) => f.oid))]);
  return {
    records: files.map(({ mode, oid, path }) => {
      const type = mode === '160000' ? 'commit' : 'blob';
      return Buffer.concat([Buffer.from(`${mode} ${type} ${oid} ${sizes.get(oid) ?? 0}\t`), path]);
    }),
    missingFolders: missingFolders.sort(),
  };
};
