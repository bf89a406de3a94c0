import type { Parsed } from '../../analysis/files/parse-json.ts';
import { baseName, depthOf, isVendoredPath } from '../../analysis/files/paths.ts';
import { listed } from '../../analysis/files/words.ts';
import type { Claim } from '../../analysis/repository/identity-claims.ts';
import { readBundle, readServerJson } from '../../analysis/repository/registry-manifests.ts';
import type { RepositoryName } from '../../analysis/repository/repository-url.ts';
import { vendorNamed } from '../../analysis/repository/vendors.ts';
import { fact, type ItemDraft, lead, type SourceTree, strength } from '../collector.ts';
import { at, CHECKS } from './judge.ts';

/** What the registry and desktop clients are told to run. */
export const registryItems = (
  path: string,
  document: Extract<Parsed, { ok: true }>,
  has: (path: string) => boolean,
): ItemDraft[] => {
  const entry =
    baseName(path) === 'server.json'
      ? readServerJson(document)
      : baseName(path) === 'manifest.json'
        ? readBundle(document, has)
        : null;
  if (!entry) return [];
  return [
    fact(baseName(path) === 'server.json' ? 'registry-entry' : 'bundle', CHECKS, entry.summary, {
      class: 'supply-chain',
      detail: entry.detail.join('\n'),
      at: { path, startLine: entry.line },
    }),
    ...entry.remarks.map((r) =>
      (r.lead ? lead : fact)(r.rule, CHECKS, r.say, {
        class: 'supply-chain',
        ...(r.lead ? { strength: r.lead } : {}),
        ...(r.detail ? { detail: r.detail } : {}),
        at: { path, startLine: r.line },
      }),
    ),
  ];
};

/** A product in the name, and an owner who is none of the accounts its maker is known by. */
export const judgeVendor = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] => {
  if (!remote) return [];
  const names = claims.filter((c) => c.kind === 'package-name' || c.kind === 'server-name');
  const found = names.flatMap((claim) => {
    const vendor = vendorNamed(claim.value, remote.owner);
    return vendor ? [{ claim, ...vendor }] : [];
  });
  const [first] = found.sort((a, b) => depthOf(a.claim.path) - depthOf(b.claim.path));
  if (!first) return [];
  return [
    fact(
      'vendor-named',
      CHECKS,
      `${first.claim.value} names ${first.product}; ${remote.owner} is no account known for it`,
      {
        class: 'supply-chain',
        detail: `Known to this program: ${listed(first.accounts)}. A server for a product by somebody else is common.`,
        advice: 'Ask whether a user would take it for the maker’s own, and whether the maker has one.',
        at: at(first.claim),
      },
    ),
  ];
};

const IMAGE_LABEL = /io\.modelcontextprotocol\.server\.name\s{0,3}=\s{0,3}["']?([\w./-]{3,200})/;

/** The label by which an image proves that it belongs to an entry of the registry. */
export const ownershipMarks = async (tree: SourceTree, claims: readonly Claim[]): Promise<ItemDraft[]> => {
  const registered = claims.find((c) => c.kind === 'server-name' && baseName(c.path) === 'server.json');
  if (!registered) return [];
  const items: ItemDraft[] = [];
  const files = tree.allEntries.filter(
    (e) =>
      e.kind === 'file' &&
      /(^|\/)(?:[^/]+\.)?Dockerfile(?:\.[\w-]+)?$/.test(e.path) &&
      !isVendoredPath(e.path),
  );
  for (const { path } of files.slice(0, 20)) {
    const text = ((await tree.text(path).catch(() => null)) ?? '').slice(0, 200_000);
    const match = IMAGE_LABEL.exec(text);
    if (!match) continue;
    const where = { path, startLine: text.slice(0, match.index).split('\n').length };
    items.push(
      match[1] === registered.value
        ? strength('ownership-mark', CHECKS, `${path}: the image’s label names the registered server`, {
            class: 'supply-chain',
            at: where,
          })
        : lead(
            'server-name-differs',
            CHECKS,
            `${path}: the image’s label ${match[1]} is not ${registered.value}`,
            {
              detail: `The label says ${match[1]}, server.json ${registered.value}.`,
              class: 'supply-chain',
              strength: 'moderate',
              at: where,
            },
          ),
    );
  }
  return items;
};
