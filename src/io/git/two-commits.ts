import type { TwoCommits } from '../../domain/since/fate.ts';
import { quotedText } from '../../engine/quoted.ts';
import { authorsSince, changesBetween, removedBy } from './changes.ts';
import { openObjects } from './objects.ts';
import { openRepository } from './open-repository.ts';

export type OpenTwoCommits = TwoCommits & {
  /** False when the list of what differs was cut: then what is said to be gone may stand somewhere. */
  complete: boolean;
  /** The commit that took lines of a file away, or null. */
  removedBy(path: string, count: (text: string, path: string) => number): Promise<string | null>;
  /** Who wrote what came since, and nothing before. */
  authors(): ReturnType<typeof authorsSince>;
  close(): Promise<void>;
};

/** Reads an answer once. */
const kept = (read: (path: string) => Promise<string | null>): TwoCommits['before'] => {
  const known = new Map<string, Promise<string | null>>();
  return (path) => {
    const text = known.get(path) ?? read(path);
    known.set(path, text);
    return text;
  };
};

/**
 * Two commits of one of our own clones, to compare what is cited. Texts are as evidence quotes them.
 * @throws UserError when one of them cannot be read
 */
export const openTwoCommits = async (
  repository: string,
  from: string,
  to: string,
): Promise<OpenTwoCommits> => {
  const earlier = await openRepository(repository, from, '');
  const later = await openRepository(repository, to, '').catch(async (error: unknown) => {
    await earlier.close();
    throw error;
  });
  const objects = openObjects(repository);
  const close = async () => {
    await Promise.all([earlier.close(), later.close(), objects.close()]);
  };
  try {
    const { changes, complete } = await changesBetween(repository, from, to);
    return {
      before: kept((path) => quotedText(earlier.tree, path)),
      after: kept((path) => quotedText(later.tree, path)),
      changes,
      complete,
      authors: () => authorsSince(repository, from, to),
      removedBy: (path, count) => removedBy(repository, objects, from, to, path, count),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
