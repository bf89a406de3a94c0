import { isManifest } from '../analysis/files/package-folders.ts';
import { isVendoredPath } from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { byCodePoint, listed, plural } from '../analysis/files/words.ts';
import { serverCode } from '../analysis/sources/server-code.ts';
import type { Source } from '../analysis/sources/source.ts';
import { addressFilters, egressSigns } from '../analysis/weaknesses/address-filters.ts';
import { connectingLibraries, importedAs } from '../analysis/weaknesses/connecting-libraries.ts';
import { listenersIn } from '../analysis/weaknesses/listeners.ts';
import { outboundCalls, outboundHosts } from '../analysis/weaknesses/outbound.ts';
import { type Collector, gap, gathered, type ItemDraft } from './collector.ts';
import { disclosure } from './network/disclosure.ts';
import { hostsInDocuments } from './network/documents.ts';
import { encryption } from './network/encryption.ts';
import { listeners } from './network/listeners.ts';
import { outbound } from './network/outbound.ts';
import { restrictions } from './network/restrictions.ts';

export const network: Collector = {
  id: 'network',
  title: 'Network',
  about:
    'Whom the server talks to and who chooses the address, where it listens, what is unencrypted, and what restricts it.',
  timeoutMs: 180_000,
  large: true,
  async collect(context) {
    const { tree, target, signal, progress } = context;
    const { sources, unread, unreadGap, nothing } = await serverCode(context, 'the network');
    if (nothing) return nothing;
    progress(`${plural(sources.length, 'file')} for addresses`);
    const hosts = sources.flatMap(outboundHosts);
    const calls = sources.flatMap(outboundCalls);
    const open = sources.flatMap(listenersIn);
    signal.throwIfAborted();
    const documents = await hostsInDocuments(tree, target.subdir, signal);
    const items = [
      ...outbound(hosts, calls, sources, documents),
      ...(sources.length > 0 ? listeners(open, sources.length) : []),
      ...encryption(hosts, documents, sources, open),
      ...restrictions(sources.flatMap(addressFilters), sources.map(egressSigns), calls),
      ...disclosure(sources),
      ...unreadGap,
    ];
    const checks = ['3.2.1', '3.2.2', '3.2.3', '3.2.4'];
    if (unread.length > 0)
      items.push(
        gap('unread-sources', checks, `${plural(unread.length, 'source file')} not read for the network`, {
          detail: `Too large, minified, not text, or past the limit of what is read at once: ${listed(unread, 12)}`,
        }),
      );
    const own: string[] = [];
    const manifests = tree.allEntries
      .filter((e) => isManifest(e.path) && !isVendoredPath(e.path))
      .slice(0, 300);
    for await (const { entry, text } of readTexts(tree, manifests, signal))
      if (text !== null) own.push(...importedAs(entry.path, text));
    items.push(...connectionsUnread(sources, own, new Set(calls.map((c) => c.at.path))));
    items.push(
      gap('not-started', checks, 'Real connections were not seen: gathering evidence starts nothing', {
        detail:
          'What code and documents say was read. Sockets, names looked up, certificates and error bodies of a running server need a test.',
        advice: 'Start it in a sandbox with the commands of this check.',
      }),
    );
    return gathered(
      `${plural(sources.length, 'source file')}: ${plural(new Set(hosts.map((h) => h.host)).size, 'host')}, ${plural(calls.length, 'request')} recognised, ${plural(open.length, 'listener')}`,
      items,
    );
  },
};

/** Whom a library connects to by itself does not stand in the calls that were looked at. */
const connectionsUnread = (
  sources: readonly Source[],
  own: readonly string[],
  /** Files in which a request was recognised. */
  requesting: ReadonlySet<string>,
): ItemDraft[] => {
  const all = sources.flatMap((s) => connectingLibraries(s, own));
  const met = new Set(all.filter((c) => c.client && requesting.has(c.path)).map((c) => c.library));
  const found = all.filter((c) => !met.has(c.library));
  const names = [...new Set(found.map((c) => c.library))].sort(byCodePoint);
  if (names.length === 0) return [];
  return [
    gap(
      'connections-not-recognised',
      ['3.2.1', '3.2.3'],
      `Connections through ${plural(names.length, 'library', 'libraries')} were not recognised: ${listed(names, 3)}`,
      {
        detail: `Each connects by itself: its calls are in no count of requests, and hosts it knows by itself in no list.\n${listed(
          names.map((name) => {
            const places = found.filter((c) => c.library === name);
            return `${name}: ${listed(
              places.map((c) => `${c.path}:${c.startLine}`),
              3,
            )}`;
          }),
          40,
          '\n',
        )}`,
        advice: 'Read where each is made, and with which address and credentials.',
      },
    ),
  ];
};
