import type { CollectContext, Gathered } from '../../collectors/collector.ts';
import { plural } from '../files/words.ts';
import { readServerSources, type ServerSources } from './server-sources.ts';
import { weaknessLanguage } from './source.ts';
import { type UnreadGap, unreadCodeGap } from './unread-code.ts';

/**
 * The server's own code for a collector that reads it by rules, with the gap where there is code it cannot read. `nothing` is
 * what such a collector says where there is none of either; null where it has something to read or to tell.
 */
export const serverCode = async (
  { tree, target, reading, signal }: CollectContext,
  purpose: string,
): Promise<ServerSources & { unreadGap: UnreadGap[]; nothing: Gathered | null }> => {
  const found = await readServerSources(tree, reading, target.subdir, signal);
  const unreadGap = await unreadCodeGap(
    { tree, reading, subdir: target.subdir, signal },
    purpose,
    (path) => weaknessLanguage(path) !== null,
  );
  const nothing: Gathered | null =
    found.sources.length + found.unread.length + unreadGap.length > 0
      ? null
      : {
          outcome: 'not-applicable',
          searched: `${plural(tree.entries.length, 'entry', 'entries')} by name`,
          message: 'There is no source code of a server here.',
        };
  return { ...found, unreadGap, nothing };
};
