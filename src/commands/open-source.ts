import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extensionOf } from '../analysis/files/paths.ts';
import { rolesOfLines } from '../analysis/sources/names.ts';
import { createReading } from '../analysis/sources/reading.ts';
import type { CollectContext, Collector, Gathered } from '../collectors/collector.ts';
import type { Source } from '../engine/ports.ts';
import { collectTelling } from '../engine/tell-missing.ts';
import { createCollectorThreads, type ThreadData, type ThreadPlace } from '../io/collector-threads.ts';
import { openRepository } from '../io/git/open-repository.ts';
import { openKept } from '../io/kept/kept-results.ts';
import { openMemory } from '../io/kept/memory.ts';
import { type Inputs, tracing } from '../io/kept/trace.ts';

/** Beside the built program; where sources are run as they are (tests), there are no threads. */
const THREAD = new URL('./collect-thread.js', import.meta.url);

/** Collectors at a time: as many as there are cores, up to what they can share between them. */
export const defaultJobs = (): number => Math.min(4, availableParallelism());

/** Beside a screen that answers keys: one core is left to it. */
export const jobsBesideScreen = (): number => Math.max(1, Math.min(4, availableParallelism() - 1));

type Once = { value: Gathered; inputs: Inputs | null };

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
  const threads = existsSync(THREAD) ? createCollectorThreads(THREAD, data) : null;
  const once = async (collector: Collector, context: CollectContext): Promise<Once> => {
    if (threads && !collector.inPlace) return threads.run(collector, context, place);
    if (!place.kept) return { value: await collectTelling(collector, context), inputs: null };
    const memory = openMemory(place.kept);
    const ran = await tracing({ ...context, memory }, (traced) => collectTelling(collector, traced));
    memory.save();
    return ran;
  };
  const kept = place.kept ? openKept(place.kept) : null;
  const others = new Map<string, ReturnType<typeof openRepository>>();
  const treeAt: Source['treeAt'] = async (at) => {
    const opened = others.get(at) ?? openRepository(repository, at, '');
    others.set(at, opened);
    return (await opened).tree;
  };
  const closeAll = async (): Promise<void> => {
    for (const other of others.values()) await other.then((o) => o.close()).catch(() => {});
    await close();
  };
  return {
    tree,
    history,
    reading,
    rolesOf,
    treeAt,
    ...((threads || kept) && {
      run: async (collector: Collector, context: CollectContext) => {
        // What was looked up elsewhere may be answered otherwise today.
        if (!kept || context.advisories?.length) return (await once(collector, context)).value;
        const found = kept.find(collector.id, context);
        if (found) return found;
        const { value, inputs } = await once(collector, context);
        if (inputs) kept.keep(collector.id, commit, inputs, value);
        return value;
      },
    }),
    close: async () => {
      await threads?.close();
      await closeAll();
    },
  };
};
