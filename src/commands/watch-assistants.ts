import { type AssistantNow, assistantNow } from '../domain/assistance.ts';
import type { Connection } from '../io/session/assist-files.ts';
import type { Opened } from '../ui/ports.ts';
import { createTakeIn } from './take-in.ts';

/** A look at a folder: that often costs nothing, and an assistant does not wait for it. */
const LOOK_MS = 700;
/** Proposals of one look: each is on the disk before the next key is handled. */
const AT_ONCE = 8;

const nowOf = (c: Connection): AssistantNow | null => assistantNow(c.connection, c.lines, c.listening);

/** Takes proposals in while the interface is open. */
export const watchAssistants = (
  { store, folder }: Opened,
  told: (now: readonly AssistantNow[]) => void,
): (() => void) => {
  const takeIn = createTakeIn(store, folder);
  const known = new Map<string, { from: Connection; now: AssistantNow | null }>();
  const tell = (connections: readonly Connection[]): void => {
    let changed = connections.length !== known.size;
    for (const c of connections)
      if (known.get(c.connection)?.from !== c) {
        changed = true;
        known.set(c.connection, { from: c, now: nowOf(c) });
      }
    if (changed) told([...known.values()].flatMap(({ now }) => (now ? [now] : [])));
  };
  tell(takeIn.some(AT_ONCE));
  const timer = setInterval(() => tell(takeIn.some(AT_ONCE)), LOOK_MS);
  // Watching keeps nobody here.
  timer.unref();
  return () => {
    clearInterval(timer);
    takeIn.all();
  };
};
