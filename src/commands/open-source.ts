import { existsSync } from 'node:fs';
import type { Source } from '../engine/ports.ts';
import { createCollectorThreads } from '../io/collector-threads.ts';
import { openRepository } from '../io/git/open-repository.ts';

/** Beside the built program; where sources are run as they are (tests), there are no threads. */
const THREAD = new URL('./collect-thread.js', import.meta.url);

/** The target at its pinned commit. In the built program its collectors run in threads of their own. */
export const openSource = async (repository: string, commit: string, subdir: string): Promise<Source> => {
  const { tree, history, close } = await openRepository(repository, commit, subdir);
  if (!existsSync(THREAD)) return { tree, history, close };
  const threads = createCollectorThreads(THREAD);
  return {
    tree,
    history,
    run: (collector, context) => threads.run(collector, context, { repository, commit, subdir }),
    close: async () => {
      await threads.close();
      await close();
    },
  };
};
