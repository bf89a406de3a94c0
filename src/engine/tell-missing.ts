import type { CollectContext, Collector, Gathered, ItemDraft, SourceTree } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import { plural } from '../text/plural.ts';

/** What a collector asked for and did not get: paths of files, and folders of which nobody knows what is in them. */
type Missed = { files: Set<string>; folders: ReadonlySet<string> };

/** Reads on where an object cannot be read, and keeps what that was. */
const watching = (tree: SourceTree, missed: Missed): SourceTree => {
  const note = (path: string, error: unknown): void => {
    if (!(error instanceof UserError)) throw error;
    missed.files.add(path);
  };
  return {
    ...tree,
    text: (path) =>
      tree.text(path).catch((error: unknown) => {
        note(path, error);
        return null;
      }),
    bytes: (path) =>
      tree.bytes(path).catch((error: unknown) => {
        note(path, error);
        throw error;
      }),
  };
};

type Reading = CollectContext['reading'];

/** What was missed while something was worked out that several collectors ask for: all of them missed it. */
const missedBy = new WeakMap<Reading, Map<string, ReadonlySet<string>>>();

const sharing = (reading: Reading, tree: SourceTree, missed: Missed): Reading => {
  const shared = missedBy.get(reading) ?? new Map<string, ReadonlySet<string>>();
  missedBy.set(reading, shared);
  return {
    ...reading,
    text: (path) => tree.text(path),
    once: async (name, make) => {
      const value = await reading.once(name, async () => {
        const made = await make();
        shared.set(name, new Set(missed.files));
        return made;
      });
      for (const path of shared.get(name) ?? []) missed.files.add(path);
      return value;
    },
  };
};

const MOST_NAMED = 20;

const named = (paths: ReadonlySet<string>): string => {
  const sorted = [...paths].map((path) => path || '(the topmost)').sort();
  return `${sorted.slice(0, MOST_NAMED).join(', ')}${sorted.length > MOST_NAMED ? ` and ${sorted.length - MOST_NAMED} more` : ''}`;
};

const tell = ({ files, folders }: Missed): { title: string; detail: string } => ({
  title: `${[
    ...(files.size > 0 ? [plural(files.size, 'file')] : []),
    ...(folders.size > 0 ? [plural(folders.size, 'folder')] : []),
  ].join(' and ')} of the commit could not be read: missing or damaged`,
  detail: [
    ...(files.size > 0 ? [`Files: ${named(files)}.`] : []),
    ...(folders.size > 0
      ? [`Folders, of which not all names in them are known, or none: ${named(folders)}.`]
      : []),
    'Their objects are not in the clone, or not as they were written. What the collector says is without them. A complete clone has them: git fsck.',
  ].join('\n'),
});

/**
 * Runs a collector over a clone that may lack objects: what it asked for and could not be read is one gap among what it
 * says, and does not end it. Without such a miss, what it says is what it says.
 */
export const collectTelling = async (collector: Collector, context: CollectContext): Promise<Gathered> => {
  const missed: Missed = { files: new Set(), folders: new Set(context.tree.missingFolders) };
  const tree = watching(context.tree, missed);
  const gathered = await collector.collect({
    ...context,
    tree,
    reading: sharing(context.reading, tree, missed),
  });
  if (missed.files.size + missed.folders.size === 0) return gathered;
  const { title, detail } = tell(missed);
  if (gathered.outcome === 'not-applicable' || gathered.outcome === 'unavailable')
    return {
      outcome: 'unavailable',
      searched: gathered.searched,
      message: `${gathered.message} ${title}. ${detail}`.trim(),
    };
  const told: ItemDraft = {
    kind: 'gap',
    rule: 'missing-objects',
    class: 'hygiene',
    title,
    detail,
    reproduce: 'git rev-list --objects --missing=print {commit}^!',
  };
  return { ...gathered, outcome: 'collected', items: [...gathered.items, told] };
};
