import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceTree } from '../../collectors/collector.ts';
import { withoutEnd } from '../../text/ends.ts';

/**
 * The pinned commit's files on the disk, for a scanner that can read nothing else. Written from the blobs themselves, so no
 * hook, filter, attribute or submodule of the target plays a part. No link is made and no file can be executed; a name
 * that could lead elsewhere, or that a scanner would take its settings from, is left out and told.
 */

export type CheckedOut = { files: number; bytes: number; leftOut: { path: string; why: string }[] };

const MAX_BYTES = 2 * 1024 * 1024 * 1024;
const MAX_FILES = 200_000;
const MAX_PATH = 800;

/** Names that mean something else to some file system: git's own folder in all its spellings, devices, streams. */
const unsafePart = (part: string): boolean =>
  part === '' ||
  part === '.' ||
  part === '..' ||
  /^\.git$/i.test(withoutEnd(part.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, ''), '. ')) ||
  /^git~\d+$/i.test(part) ||
  /[\u0000-\u001f]/.test(part) ||
  (process.platform === 'win32' &&
    (/[<>:"|?*\\]|[. ]$/.test(part) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(part)));

const whyNot = (path: string, kind: string, settings: RegExp): string | null => {
  if (kind === 'symlink') return 'a symbolic link';
  if (kind === 'submodule') return 'a submodule';
  if (path.length > MAX_PATH || path.split('/').some(unsafePart)) return 'a name that no file may have here';
  if (settings.test(path)) return 'settings of a scanner';
  return null;
};

/**
 * @param dir a new and empty folder of ours
 * @param settings paths a scanner would take its settings from
 */
export const checkOut = async (
  tree: SourceTree,
  dir: string,
  settings: RegExp,
  signal?: AbortSignal,
): Promise<CheckedOut> => {
  const done: CheckedOut = { files: 0, bytes: 0, leftOut: [] };
  // A file system that does not tell cases apart would let one file write over another, or a file stand where a folder must.
  const taken = new Set<string>();
  const folders = new Set<string>();
  for (const entry of tree.entries) {
    signal?.throwIfAborted();
    const leave = (why: string): void => void done.leftOut.push({ path: entry.path, why });
    const folded = entry.path.normalize('NFC').toLowerCase();
    const why =
      whyNot(entry.path, entry.kind, settings) ??
      (taken.has(folded) || folders.has(folded)
        ? 'a name that differs from another one by case only'
        : null) ??
      (done.files >= MAX_FILES || done.bytes + entry.size > MAX_BYTES
        ? 'beyond what a checkout may hold'
        : null);
    if (why !== null) {
      leave(why);
      continue;
    }
    const parents = folded.split('/').slice(0, -1);
    const above = parents.map((_, i) => parents.slice(0, i + 1).join('/'));
    if (above.some((folder) => taken.has(folder))) {
      leave('a name that differs from another one by case only');
      continue;
    }
    const path = join(dir, ...entry.path.split('/'));
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // `wx` also refuses to follow whatever may stand there.
      writeFileSync(path, await tree.bytes(entry.path), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      leave(error instanceof Error ? error.message.slice(0, 200) : 'it could not be written');
      continue;
    }
    taken.add(folded);
    for (const folder of above) folders.add(folder);
    done.files += 1;
    done.bytes += entry.size;
  }
  return done;
};
