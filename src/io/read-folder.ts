import fs from 'node:fs';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { inFolder, type Kind, listAt, ours, type Place, placeName, readAt } from './open-folder.ts';
import { errorCode } from './session/save-error.ts';

const MAX_FILES = 20_000;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 64;

/** Something in a folder that was not read, and why, as words that follow "it is". */
export type Unread = {
  path: string;
  what: string;
  /** A link, submodule, pipe or device: it leads away from where it lies. */
  leadsAway?: true;
};

const GONE = 'an entry that was gone when it was read, or has a name that is no text';

export type FolderRead = {
  /** Bytes by path below the folder, with `/`, sorted. */
  files: Map<string, Uint8Array>;
  unread: Unread[];
};

const SKIPPED: Record<Exclude<Kind, 'file' | 'folder'>, string> = {
  link: 'a symbolic link, which is never followed',
  special: 'a device, pipe or socket, which is never opened',
};

/** Folders that hold programs or git's own files, and nothing anybody wrote for a reader. */
const OPAQUE: Record<string, string> = {
  '.git': "git's own folder or a pointer to it, whose contents are not looked at",
  node_modules: 'a folder of installed packages, whose contents are not looked at',
};

/**
 * Every regular file below `folder` of `place`, and what else is there. Nothing is followed. Throws UserError when the folder is none, or holds more than any submission.
 */
export const readFolderIn = (place: Place, folder = ''): FolderRead => {
  const shown = placeName(place, folder);
  const files = new Map<string, Uint8Array>();
  const unread: Unread[] = [];
  let bytes = 0;
  let seen = 0;
  const tooMuch = (what: string) =>
    new UserError(`${visible(shown)} holds ${what}`, 'name the folder of the audit itself');
  const sized = (size: number): void => {
    bytes += size;
    if (bytes > MAX_BYTES) throw tooMuch('more than 256 MiB');
  };
  /** Null: it is gone, or has a name that is no text. */
  const tried = (path: string, kind: string, read: () => unknown): void => {
    try {
      if (read() === null) unread.push({ path, what: GONE });
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EIO') throw error;
      unread.push({ path, what: `a ${kind} that cannot be read (${code})` });
    }
  };
  const walk = (inside: string, depth: number): true | null => {
    const folders: string[] = [];
    const there = inFolder(place, [folder, inside].filter(Boolean).join('/'), (at) => {
      for (const { name, kind } of listAt(at)) {
        const path = inside === '' ? name : `${inside}/${name}`;
        seen += 1;
        if (seen > MAX_FILES) throw tooMuch(`more than ${MAX_FILES} files, which no submission does`);
        const opaque = Object.hasOwn(OPAQUE, name.toLowerCase()) ? OPAQUE[name.toLowerCase()] : undefined;
        if (kind === 'link' || kind === 'special')
          unread.push({ path, what: SKIPPED[kind], leadsAway: true });
        else if (opaque) unread.push({ path, what: opaque });
        else if (kind === 'folder') folders.push(path);
        else
          tried(path, 'file', () => {
            const content = readAt(at(name), placeName(place, path), sized);
            if (content) files.set(path, content);
            return content;
          });
      }
      return true as const;
    });
    for (const path of folders)
      if (depth < MAX_DEPTH) tried(path, 'folder', () => walk(path, depth + 1));
      else unread.push({ path, what: `a folder more than ${MAX_DEPTH} levels deep` });
    return there;
  };
  if (!walk('', 0))
    throw new UserError(
      `${visible(shown)} does not exist, so nothing was looked at`,
      'name a folder or a file that is there',
    );
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    unread: unread.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
};

/** {@link readFolderIn} of a folder the auditor named: a link that names it is theirs. */
export const readFolder = (folder: string): FolderRead => {
  const found = fs.statSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory())
    throw new UserError(
      `${folder} is not a folder`,
      'name the folder of a submission, or a clone of the audit database',
    );
  if (!found)
    throw new UserError(
      `${folder} does not exist, so nothing was looked at`,
      'name a folder or a file that is there',
    );
  return readFolderIn(ours(folder));
};

/** One line for what was passed over, since what nobody looked at must not look like nothing; null when nothing was. */
export const unreadNotice = (folder: string, unread: readonly Unread[]): string | null => {
  // A clone has its own .git.
  const [first, ...rest] = unread.filter((u) => u.path !== '.git');
  if (!first) return null;
  const more = rest.length > 0 ? `, and ${rest.length} more` : '';
  return `not looked at in ${folder}: ${first.path} is ${first.what}${more}`;
};
