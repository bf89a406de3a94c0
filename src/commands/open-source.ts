import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extensionOf } from '../analysis/files/paths.ts';
import { rolesOfLines } from '../analysis/sources/names.ts';
import { createReading } from '../analysis/sources/reading.ts';
import type { Source } from '../engine/ports.ts';
import { collectTelling } from '../engine/tell-missing.ts';
import { createCollectorThreads, type ThreadData, type ThreadPlace } from '../io/collector-threads.ts';
import { openRepository } from '../io/git/open-repository.ts';

/** Beside the built program; where sources are run as they are (tests), there are no threads. */
const THREAD = new URL('./collect-thread.js', import.meta.url);

/** Collectors at a time: as many as there are cores, up to what they can share between them. */
export const defaultJobs = (): number => Math.min(4, availableParallelism());

/** Beside a screen that answers keys: one core is left to it. */
export const jobsBesideScreen = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));

/** The target at its pinned commit. In the built program its collectors run in threads of their own. */
export const openSource = async (
  place: ThreadPlace,
  data: ThreadData = { besideScreen: false },
): Promise<Source> => {
  const { repository, commit, subdir } = place;
  const { tree, history, close } = await openRepository(repository, commit, subdir);
  const reading = createReading(tree);
  const rolesOf: Source['rolesOf'] = async (path, text, word, lines) => {
    if (!(await reading.reader(extensionOf(path)))) return null;
    return rolesOfLines(await reading.module(path, text), text, word, lines);
  };
  if (!existsSync(THREAD)) return { tree, history, reading, rolesOf, close };
  const threads = createCollectorThreads(THREAD, data);
  return {
    tree,
    history,
    reading,
    rolesOf,
    run: (collector, context) =>
      collector.inPlace ? collectTelling(collector, context) : threads.run(collector, context, place),
    close: async () => {
      await threads.close();
      await close();
    },
  };
};
