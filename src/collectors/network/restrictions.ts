import { listed, plural } from '../../analysis/files/words.ts';
import type { AddressFilter, EgressSigns } from '../../analysis/weaknesses/address-filters.ts';
import type { OutboundCall } from '../../analysis/weaknesses/outbound.ts';
import { fact, type ItemDraft, lead, placed, strength } from '../collector.ts';

const CHECKS = ['3.2.3'];

/** Filters of private addresses and their holes, redirects, lists of hosts, proxies. */
export const restrictions = (
  filters: readonly AddressFilter[],
  signs: readonly EgressSigns[],
  calls: readonly OutboundCall[],
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const open = calls.filter((c) => c.chosenBy === 'input' || c.chosenBy === 'answer');
  if (filters.length > 0) {
    // What one file of the tree thinks of may be called from another: only what none thinks of is a hole.
    const holes = filters
      .map((f) => f.holes)
      .reduce((a, b) => a.filter((h) => b.includes(h)))
      .filter((h) => h !== 'redirects' || signs.every((s) => s.redirectsOff.length === 0));
    const libraries = [...new Set(filters.map((f) => f.library).filter(Boolean))];
    items.push(
      (holes.length > 0 ? lead : strength)(
        'private-address-filter',
        [...CHECKS, '2.1.2'],
        holes.length > 0
          ? `A filter of private addresses, without a sign that it thinks of ${listed(holes, 2)}`
          : 'A filter of private addresses thinks of every way round that is looked for',
        {
          class: 'ssrf',
          cwe: ['CWE-918'],
          strength: holes.length > 3 ? 'moderate' : 'weak',
          advice: 'Try each by hand.',
          detail: [
            `${plural(filters.length, 'file')}${libraries.length > 0 ? `, with ${listed(libraries)}` : ''}. Looked for by words in the same file.`,
            ...(holes.length > 0 ? [`No sign of: ${holes.join('; ')}.`] : []),
            ...filters
              .slice(0, 10)
              .map(
                (f) => `${f.at.path}:${f.at.startLine} without a sign of ${listed(f.holes, 8) || 'nothing'}`,
              ),
          ].join('\n'),
          ...placed(filters.map((f) => f.at)),
        },
      ),
    );
  } else if (open.length > 0)
    items.push(
      fact(
        'no-private-address-filter',
        CHECKS,
        `No filter of private addresses, and ${plural(open.length, 'request')} to addresses the server does not choose`,
        {
          class: 'ssrf',
          detail: `Looked for by the words such a filter needs (is_private, 169.254, 10.0.0.0/8, …). Addresses from arguments or answers: ${listed(
            open.map((c) => `${c.at.path}:${c.at.startLine}`),
            8,
          )}`,
          ...placed(open.slice(0, 40).map((c) => c.at)),
        },
      ),
    );
  const off = signs.flatMap((s) => s.redirectsOff);
  const on = signs.flatMap((s) => s.redirectsOn);
  if (calls.length > 0)
    items.push(
      fact(
        'redirects',
        CHECKS,
        off.length + on.length === 0
          ? `Redirects are left to the client's default in ${plural(calls.length, 'request')}`
          : `Redirects: switched off in ${plural(off.length, 'place')}, on in ${plural(on.length, 'place')}`,
        {
          class: 'ssrf',
          detail: `fetch, axios, got, requests, Go and reqwest follow redirects by default, httpx does not.\n${[
            ...off.map((p) => `${p.path}:${p.startLine} off`),
            ...on.map((p) => `${p.path}:${p.startLine} on`),
          ]
            .slice(0, 20)
            .join('\n')}`,
          ...placed([...off, ...on].length > 0 ? [...off, ...on].slice(0, 40) : [calls[0]!.at]),
        },
      ),
    );
  const lists = signs.flatMap((s) => s.lists);
  if (lists.length > 0)
    items.push(
      fact(
        'host-allow-list',
        CHECKS,
        `A list of allowed hosts, addresses or schemes is spoken of in ${plural(new Set(lists.map((l) => l.path)).size, 'file')}`,
        {
          class: 'ssrf',
          advice:
            'See whether it is for requests that go out or for callers that come in, what it holds by default, and how a name is compared.',
          ...placed(lists.slice(0, 40)),
        },
      ),
    );
  const proxies = signs.flatMap((s) => s.proxies);
  if (proxies.length > 0)
    items.push(
      fact('proxy-support', CHECKS, 'Requests can go through a proxy', {
        class: 'configuration',
        detail: 'A way for operators to restrict where the server may go, and a way to see its traffic.',
        ...placed(proxies.slice(0, 20)),
      }),
    );
  return items;
};
