import {
  type Ability,
  type Capability,
  capabilitiesOf,
  readsCapabilities,
} from '../analysis/behaviour/capabilities.ts';
import { extensionOf } from '../analysis/files/paths.ts';
import { byCodePoint, count, listed, plural, tally } from '../analysis/files/words.ts';
import { readServerSources } from '../analysis/sources/server-sources.ts';
import { unreadCodeGap } from '../analysis/sources/unread-code.ts';
import { type Collector, fact, gap, gathered, type ItemDraft, placed } from './collector.ts';

const CHECKS = ['2.1.2'];
const MOST_PLACES = 100;

const SAY: Record<Capability, string> = {
  programs: 'starts programs',
  code: 'runs text as code',
  'files-read': 'reads files',
  'files-written': 'writes files',
  'files-deleted': 'deletes files',
  network: 'speaks to the network',
};

const itemOf = (capability: Capability, found: readonly Ability[]): ItemDraft =>
  fact(capability, CHECKS, `The code ${SAY[capability]} at ${plural(found.length, 'place')}`, {
    detail: `By calls whose library is known: ${listed(
      tally(found.map((f) => f.call)).map(([call, n]) => `${call} ${count(n)}`),
      12,
    )}.\nWhether anything a client sends gets there is for the flows to say. What a library does inside is not counted.`,
    measures: { places: found.length },
    ...placed(found.slice(0, MOST_PLACES).map((f) => ({ path: f.path, startLine: f.line }))),
  });

export const capabilities: Collector = {
  id: 'capabilities',
  title: 'What the code can do',
  about: 'Every call that starts a program, touches a file, runs text as code or speaks to the network.',
  timeoutMs: 120_000,
  large: true,
  async collect({ tree, target, reading, signal }) {
    const sources = await readServerSources(tree, reading, target.subdir, signal);
    const found: Ability[] = [];
    const unread = [...sources.unread];
    let read = 0;
    for (const s of sources.sources) {
      signal.throwIfAborted();
      const known = await reading.reader(extensionOf(s.path)).catch(() => null);
      const module = known ? await reading.module(s.path, s.text) : null;
      if (!module || !readsCapabilities(module.language)) {
        unread.push(s.path);
        continue;
      }
      read++;
      found.push(...capabilitiesOf(module));
    }
    const gaps: ItemDraft[] = [
      ...(await unreadCodeGap({ tree, reading, subdir: target.subdir, signal }, 'what the code can do')),
    ];
    if (unread.length > 0)
      gaps.push(
        gap(
          'unread-sources',
          CHECKS,
          `${plural(unread.length, 'source file')} not read for what the code can do`,
          {
            detail: `Too large, minified, not text, in a language whose calls are not known here, or past the limit: ${listed(unread, 12)}`,
          },
        ),
      );
    if (read === 0 && gaps.length === 0)
      return {
        outcome: 'not-applicable',
        searched: 'no source of a server',
        message: 'There is no source in a language this tool follows.',
      };
    found.sort((a, b) => byCodePoint(a.path, b.path) || a.line - b.line);
    const items = (Object.keys(SAY) as Capability[]).flatMap((c) => {
      const own = found.filter((f) => f.capability === c);
      return own.length > 0 ? [itemOf(c, own)] : [];
    });
    return gathered(`${plural(read, 'source file')} for ${Object.keys(SAY).length} abilities`, [
      ...items,
      ...gaps,
    ]);
  },
};
