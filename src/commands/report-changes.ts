import { UserError } from '../domain/errors.ts';
import { entriesIn, type Place, placeName } from '../io/open-folder.ts';
import { sha256 } from '../io/put-in-place.ts';
import { readFolderIn } from '../io/read-folder.ts';
import type { Written } from '../io/session/written.ts';
import type { Change } from '../io/write-files.ts';
import { visible } from '../text/visible.ts';

/**
 * What must be done so that `folder` holds `files` and nothing this session wrote earlier and did not write again. What
 * somebody added stays; what somebody edited is named, and nothing is done.
 */
export const changesIn = (
  place: Place,
  folder: string,
  files: ReadonlyMap<string, string>,
  written: Written,
): { changes: Change[]; kept: string[] } => {
  const { files: there, unread } = entriesIn(place, folder)
    ? readFolderIn(place, folder)
    : { files: new Map<string, Uint8Array>(), unread: [] };
  const [strange] = unread;
  if (strange)
    throw new UserError(
      `nothing was written: ${visible(placeName(place, `${folder}/${strange.path}`))} is ${strange.what}`,
      'look at who put it there, and remove it',
    );
  const hashes = new Map([...there].map(([path, bytes]) => [`${folder}/${path}`, sha256(bytes)]));
  const edited = [...files].flatMap(([path, text]) => {
    const was = hashes.get(path);
    return was === undefined || was === sha256(text) || written.has(path, was) ? [] : [path];
  });
  if (edited.length > 0)
    throw new UserError(
      `nothing was written: ${edited.map((path) => visible(path)).join(', ')} in ${visible(placeName(place))} ${edited.length === 1 ? 'is' : 'are'} not as this session wrote ${edited.length === 1 ? 'it' : 'them'}, and would be lost`,
      'keep what was edited by moving it away (or take it into the session), and write again',
    );
  const stale = [...hashes].filter(([path, was]) => !files.has(path) && written.has(path, was));
  return {
    changes: [
      ...[...files].flatMap(([path, text]) => {
        const was = hashes.get(path) ?? null;
        return was === sha256(text) ? [] : [{ path, text, was }];
      }),
      ...stale.map(([path, was]) => ({ path, text: null, was })),
    ],
    kept: [...hashes.keys()]
      .filter((path) => !files.has(path) && !stale.some(([p]) => p === path))
      .map((path) => path.slice(folder.length + 1)),
  };
};
