import fs from 'node:fs';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { inFolder, listAt, ours, placeName, readAt } from '../open-folder.ts';
import { errorCode } from '../session/save-error.ts';
import type { Admission, RawEntry, SnapshotLimits } from './admit.ts';

/** Folders of what a tool installed or made here, which no author wrote. */
const MADE: Readonly<Record<string, string>> = {
  node_modules: 'a folder of installed packages',
  '.venv': 'a folder of installed packages',
  __pycache__: 'a folder that Python made',
};

/** What can be read of a thing in a folder; words that follow "it is" for what cannot. */
const contentAt = (
  here: string,
  shown: string,
  kind: RawEntry['kind'],
  limits: SnapshotLimits,
): Buffer | string => {
  try {
    if (kind === 'symlink') return Buffer.from(fs.readlinkSync(here));
    const content = readAt(here, shown, (size) => {
      if (size > limits.fileBytes) throw new RangeError(`a file of ${size} bytes`);
    });
    return content ?? 'an entry that was gone when it was read, or has a name that is no text';
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    if (error instanceof UserError) return 'something else than it was a moment ago';
    if (['EACCES', 'EPERM', 'EIO', 'ENOENT'].includes(errorCode(error)))
      return `a file that cannot be read (${errorCode(error)})`;
    throw error;
  }
};

/** All files below a folder the auditor named; nothing is followed. */
export async function* readPlainFolder(
  folder: string,
  limits: SnapshotLimits,
  leaveOut: Admission['leaveOut'],
): AsyncGenerator<RawEntry> {
  const place = ours(folder);
  const pending = [''];
  let bytes = 0;
  for (let inside = pending.pop(); inside !== undefined; inside = pending.pop()) {
    const below: string[] = [];
    const found: RawEntry[] = [];
    const prefix = inside === '' ? '' : `${inside}/`;
    try {
      inFolder(place, inside, (at) => {
        for (const { name, kind } of listAt(at)) {
          const path = `${prefix}${name}`;
          const made = Object.hasOwn(MADE, name) ? MADE[name] : undefined;
          if (kind === 'folder' && made) leaveOut(path, made);
          else if (kind === 'folder' && name.toLowerCase() === '.git')
            leaveOut(path, "git's own folder, whose configuration and hooks are nobody's files");
          else if (kind === 'folder') below.push(path);
          else if (kind === 'special') leaveOut(path, 'a device, pipe or socket, which is never opened');
          else {
            const as = kind === 'link' ? 'symlink' : 'file';
            const content = contentAt(at(name), placeName(place, path), as, limits);
            if (typeof content !== 'string') bytes += content.length;
            if (typeof content === 'string') leaveOut(path, content);
            else if (bytes > limits.bytes)
              throw new UserError(
                `${visible(folder)} holds more than ${limits.bytes} bytes, so nothing of it was looked at`,
                'name the folder of the server itself',
              );
            else
              found.push({
                name: Buffer.from(path),
                kind: as,
                size: content.length,
                read: () => Promise.resolve(content),
              });
          }
        }
      });
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (!['EACCES', 'EPERM', 'EIO'].includes(errorCode(error))) throw error;
      if (inside === '')
        throw new UserError(
          `${visible(folder)} cannot be read, so nothing was looked at`,
          'see that you may read it, or name another folder',
        );
      leaveOut(inside, `a folder that cannot be read (${errorCode(error)})`);
    }
    yield* found;
    pending.push(...below.reverse());
  }
}
