import type { History, SourceTree } from '../../collectors/collector.ts';
import { readHistory } from './history.ts';
import { openObjects } from './objects.ts';
import { readSourceTree } from './source-tree.ts';

export type OpenRepository = { tree: SourceTree; history: History; close(): Promise<void> };

/**
 * The two ports through which collectors see the target.
 *
 * @param repository path of our own bare clone, from `openTarget`
 * @param commit 40 hex digits
 * @param subdir '' for everything; no slash at either end
 * @throws UserError when the commit or its tree cannot be read
 */
export const openRepository = async (
  repository: string,
  commit: string,
  subdir: string,
): Promise<OpenRepository> => {
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new RangeError(`not a commit: ${commit.slice(0, 60)}`);
  const objects = openObjects(repository);
  try {
    const tree = await readSourceTree(repository, commit, subdir, objects);
    return { tree, history: readHistory(repository, commit, objects), close: objects.close };
  } catch (error) {
    await objects.close();
    throw error;
  }
};
