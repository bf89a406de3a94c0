import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';

/** What of a repository's own folder is not in it, or would never answer. Looked at without running git. */

const MAX_SMALL_BYTES = 1024 * 1024;

/** A regular file's text up to a bound; '' for anything else, a pipe that would never answer included. */
export const smallFile = (path: string): string => {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return '';
    const fd = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(Math.min(stats.size, MAX_SMALL_BYTES));
      return buffer.subarray(0, readSync(fd, buffer)).toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
};

export const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** As git reads a line of `objects/info/alternates`: a path in double quotes holds C's escapes. */
const alternatePath = (line: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(line)?.[1];
  return quoted === undefined
    ? line
    : quoted.replace(/\\([0-7]{3}|.)/g, (_, c: string) =>
        c.length === 3 ? String.fromCharCode(Number.parseInt(c, 8)) : c,
      );
};

/** Folders whose objects git reads as this one's, and those that they read in turn. */
const alternatesOf = (objects: string, known = new Set<string>()): Set<string> => {
  for (const line of smallFile(join(objects, 'info', 'alternates')).split('\n')) {
    if (line === '' || line.startsWith('#') || known.size >= 20) continue;
    const path = resolve(objects, alternatePath(line));
    if (known.has(path)) continue;
    known.add(path);
    alternatesOf(path, known);
  }
  return known;
};

/** More entries than any repository keeps as files of their own: the rest is not looked at. */
const MAX_ENTRIES = 300_000;

type Looked = { linksOut: string[]; special: string[] };

const kindAt = (path: string): 'folder' | 'file' | 'special' | 'gone' => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 'gone';
  return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'special';
};

const lookBelow = (gitDir: string): Looked => {
  const looked: Looked = { linksOut: [], special: [] };
  const pending = [gitDir];
  let seen = 0;
  for (let folder = pending.pop(); folder !== undefined && seen < MAX_ENTRIES; folder = pending.pop()) {
    let entries: ReturnType<typeof list>;
    try {
      entries = list(folder);
    } catch {
      // What cannot be listed, git cannot read either, and says so.
      continue;
    }
    for (const entry of entries) {
      seen++;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isSymbolicLink()) {
        const kind = kindAt(path);
        // `HEAD` as a link to a branch's file is how git once wrote it.
        if (kind === 'special') looked.special.push(path);
        else if (!isWithin(gitDir, resolve(dirname(path), readlinkSync(path)))) looked.linksOut.push(path);
      } else if (!entry.isFile()) looked.special.push(path);
    }
  }
  return looked;
};

const list = (folder: string) => readdirSync(folder, { withFileTypes: true });

/** Sockets of git's own daemons; nothing reads them as part of the repository. */
const DAEMON = /(?:^|[/\\])(?:fsmonitor--daemon\.ipc|fsmonitor--daemon[/\\].*)$/;

/**
 * What is to be said of a repository that takes part of itself from elsewhere on this machine.
 * @param gitDir its own folder
 * @param objects where its objects are
 * @throws UserError when something in it is a pipe, socket or device, at which git would wait for ever
 */
export const lookAtGitDir = (gitDir: string, objects: string): string[] => {
  const { linksOut, special } = lookBelow(gitDir);
  const blocking = special.filter((path) => !DAEMON.test(relative(gitDir, path)));
  if (blocking.length > 0)
    throw new UserError(
      `${visible(blocking[0]!)} is a pipe, a socket or a device, which no repository holds and at which git would wait for ever, so nothing was looked at`,
      'audit a fresh clone, or the remote URL',
    );
  const notices = [...alternatesOf(objects)].map(
    (path) =>
      `the repository borrows objects from ${visible(path)} (objects/info/alternates)${existsSync(path) ? ': what is audited may come from there; make sure it is the one you mean' : ', which is not there: what it took from it is missing'}`,
  );
  if (linksOut.length > 0)
    notices.push(
      `${visible(relative(gitDir, linksOut[0]!))} in the repository is a link to ${visible(resolve(dirname(linksOut[0]!), readlinkSync(linksOut[0]!)))}${linksOut.length > 1 ? `, and ${linksOut.length - 1} more lead elsewhere` : ''}: what is audited may come from there; make sure it is what you mean`,
    );
  return notices;
};
