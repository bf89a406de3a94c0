import { listed, plural } from '../analysis/files/words.ts';
import { serverCode } from '../analysis/sources/server-code.ts';
import { serverSurface } from '../analysis/surface/server-surface.ts';
import { logCalls } from '../analysis/weaknesses/log-calls.ts';
import { type Collector, gap, gathered } from './collector.ts';
import { incidentItems } from './operations/incidents.ts';
import { loggingItems } from './operations/logging.ts';
import { noticeItems } from './operations/notice.ts';
import { stateItems } from './operations/state.ts';

const CHECKS = ['3.3.1', '3.3.2', '3.3.4'];

export const operations: Collector = {
  id: 'operations',
  title: 'Operations',
  about:
    'What the server logs, whether an attack would be noticed, how an incident is handled, and what state it keeps and can restore.',
  timeoutMs: 180_000,
  large: true,
  async collect(context) {
    const { tree, target, reading, signal, progress } = context;
    const { sources, unread, unreadGap, nothing } = await serverCode(context, 'operations');
    if (nothing) return nothing;
    progress(`${plural(sources.length, 'file')} for logs and state`);
    const logs = new Map(sources.map((s) => [s.path, logCalls(s)]));
    const surface = await serverSurface({
      tree,
      reading,
      subdir: target.subdir,
      signal,
      progress: (n) => progress(`${plural(n, 'file')} for tools`),
    });
    const tools = surface.found.entries.filter((e) => e.kind === 'tool');
    const documents = await incidentItems(context, sources);
    const items = [
      // Where no code was read, nothing is said to be missing in it.
      ...(sources.length > 0 ? [...loggingItems(sources, logs), ...noticeItems(sources, logs, tools)] : []),
      ...documents.items,
      ...(sources.length > 0 ? await stateItems(context, sources, documents.texts) : []),
      ...unreadGap,
    ];
    if (unread.length > 0)
      items.push(
        gap('unread-sources', CHECKS, `${plural(unread.length, 'source file')} not read for operations`, {
          detail: `Too large, minified, not text, or past the limit of what is read at once: ${listed(unread, 12)}`,
        }),
      );
    return gathered(
      `${plural(sources.length, 'source file')}, ${plural(tools.length, 'tool')}, ${plural(documents.texts.length, 'document')}`,
      items,
    );
  },
};
