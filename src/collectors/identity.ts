import { linesOf } from '../analysis/files/lines.ts';
import { parseJson } from '../analysis/files/parse-json.ts';
import { parseToml } from '../analysis/files/parse-toml.ts';
import { below, depthOf, isExamplePath, isTestPath, isVendoredPath } from '../analysis/files/paths.ts';
import { plural } from '../analysis/files/words.ts';
import { type Claim, identityReader } from '../analysis/repository/identity-claims.ts';
import { parseRepositoryUrl, type RepositoryName, spell } from '../analysis/repository/repository-url.ts';
import { vendorNamed } from '../analysis/repository/vendors.ts';
import { snapshotWords } from '../domain/snapshot.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
} from './collector.ts';
import { CHECKS, judgeLinks, judgeNames, judgeServer, judgeVersions } from './identity/judge.ts';
import { packageItems } from './identity/package.ts';
import { judgeVendor, ownershipMarks, registryItems } from './identity/registry.ts';
import { snapshotItems } from './identity/snapshot.ts';

const MOST_MANIFESTS = 40;

export const identity: Collector = {
  id: 'identity',
  title: 'Identity of the repository',
  about: 'Whether package, registry and bundle manifests, the README and the remote name the same owner.',
  async collect({ tree, target, history }) {
    const items: ItemDraft[] = [];
    const remote = parseRepositoryUrl(target.url);
    const snapshot = await history.snapshot?.();
    if (snapshot) items.push(...snapshotItems(snapshot.note));
    if (snapshot?.note) items.push(...packageItems(snapshot.note));
    if (remote)
      items.push(
        fact('remote', CHECKS, `The remote is ${spell(remote)}`, {
          detail: 'Where this copy says it came from; the manifests are compared with it.',
          reproduce: 'git remote -v',
        }),
      );
    else
      items.push(
        gap(
          'no-remote',
          CHECKS,
          snapshot
            ? `The target is ${snapshotWords(snapshot.note)}, with no remote to compare with`
            : target.url === ''
              ? 'The repository has no remote to compare with'
              : `The remote is no known kind of address: ${target.url}`,
          {
            detail: 'Whether the code comes from who it names cannot be decided from a local copy.',
            advice: 'Audit a clone of the published repository, or compare commits with it.',
          },
        ),
      );

    const manifests = tree.entries
      .filter((e) => (e.kind === 'file' || e.kind === 'executable') && identityReader(e.path))
      .filter(
        (e) => ![isTestPath, isExamplePath, isVendoredPath].some((no) => no(below(e.path, target.subdir))),
      )
      .sort((a, b) => depthOf(a.path) - depthOf(b.path))
      .slice(0, MOST_MANIFESTS);
    const claims: Claim[] = [];
    for (const { path } of manifests) {
      const reader = identityReader(path)!;
      const source = await tree.text(path);
      const parsed =
        source === null ? null : reader.format === 'json' ? parseJson(source) : parseToml(source);
      if (parsed?.ok) {
        claims.push(...reader.read(path, parsed));
        items.push(...registryItems(path, parsed, (p) => tree.allEntries.some((e) => e.path === p)));
      } else
        items.push(
          gap('unreadable-manifest', CHECKS, `${path} could not be read`, {
            detail: parsed ? parsed.reason : 'Missing, binary, or too large.',
          }),
        );
    }
    const goMod = await tree.text(target.subdir ? `${target.subdir}/go.mod` : 'go.mod');
    const module = goMod && /^module\s+"?([^\s"]{1,300})/m.exec(goMod);
    if (module) {
      const path = target.subdir ? `${target.subdir}/go.mod` : 'go.mod';
      const value = module[1]!.replace(/\/v\d+$/, '');
      const line = goMod.slice(0, module.index).split('\n').length;
      claims.push({ path, line, kind: 'package-name', value });
      if (/^[\w-]+\.[\w.-]+\/[^/]+\/[^/]+/.test(value))
        claims.push({
          path,
          line,
          kind: 'repository',
          value: `https://${value.split('/').slice(0, 3).join('/')}`,
        });
    }

    const described = claims.find((c) => c.kind === 'description');
    if (described)
      items.push(
        fact('declared-purpose', CHECKS, `${described.path} says what it is for`, {
          detail: described.value,
          at: { path: described.path, startLine: described.line },
        }),
      );
    items.push(
      ...judgeLinks(claims, remote),
      ...judgeNames(claims, remote),
      ...judgeServer(claims, remote),
      ...judgeVersions(claims),
      ...judgeVendor(claims, remote),
      ...(await ownershipMarks(tree, claims)),
    );
    items.push(...(await readmeClaims(tree, target.subdir, remote, claims)));
    return gathered(
      `${plural(manifests.length + (module ? 1 : 0), 'manifest')}, ${plural(claims.length, 'claim')}, README`,
      items,
    );
  },
};

/** What the project says of itself; an unofficial interface it uses, or a list of others, is another matter. */
const UNOFFICIAL =
  /\b(?:this|it|we|project|server|package|repository|tool|connector)\b[^.\n]{0,80}\b(?:is|are|was)\b[^.\n]{0,40}\b(?:unofficial(?! (?:api|client|sdk|docs|guide|documentation|list|mirror|fork))|community[- ](?:driven|maintained|built)|not (?:officially |in any way )?(?:affiliated|endorsed|associated|an official))|^[\s>*_-]{0,8}(?:disclaimer[:*_\s]{0,6})?(?:not (?:officially )?(?:affiliated|endorsed|associated)\b|an? unofficial\b|unofficial (?:mcp|model context|community|server|integration))/i;
const saysUnofficial = (line: string, title: boolean): boolean =>
  /^\s{0,3}#/.test(line) ? title && /\bunofficial\b/i.test(line) : UNOFFICIAL.test(line);

const readmeClaims = async (
  tree: CollectContext['tree'],
  subdir: string,
  remote: RepositoryName | null,
  claims: readonly Claim[],
): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  const readme = [
    ...new Set([subdir ? `${subdir}/README.md` : 'README.md', 'README.md', 'README.rst', 'readme.md']),
  ].find((p) => tree.allEntries.some((e) => e.path === p));
  const source = readme ? await tree.text(readme) : null;
  if (!readme || source === null) return items;
  const lines = linesOf(source).slice(0, 5000);
  // The first line of prose: no heading, badge, quotation, list, table or mark-up, no warning and no order.
  const first = lines
    .slice(0, 60)
    .findIndex(
      (l) =>
        /^[A-Za-z*_[`"][^|]{40,}$/.test(l.trim()) &&
        !/^\[?!\[|^\[[^\]]*\]\([^)]*\)\s*$|^\[[^\]]+\]:/.test(l.trim()) &&
        !/^[*_\s]{0,4}(?:⚠|warning|caution|note\b|important|disclaimer|deprecated|set|install|run|add|see|click|read|looking|connect|use|get|join|follow|check|visit|try)/i.test(
          l.trim(),
        ),
    );
  if (first >= 0)
    items.push(
      fact('readme-purpose', CHECKS, `The first sentence of prose in ${readme}`, {
        detail: lines[first]!.trim().slice(0, 500),
        at: { path: readme, startLine: first + 1 },
      }),
    );
  let official = 0;
  const firstHeading = lines.findIndex((l) => /^#\s/.test(l));
  lines.forEach((raw, i) => {
    const line = raw.slice(0, 2000);
    const place = { path: readme, startLine: i + 1 };
    if (saysUnofficial(line, i === firstHeading))
      items.push(
        fact('unofficial', CHECKS, 'The README says it is not the vendor’s own', {
          detail: line.trim().slice(0, 200),
          at: place,
        }),
      );
    else if (
      /\bofficial(?:ly)?\b[^.]{0,60}\b(?:MCP|Model Context Protocol|server|integration)\b/i.test(line) &&
      !/official (?:docs|documentation|sdk|website|guide|registry|mcp (?:sdk|registry|docs|spec|inspector|client|documentation|website|community))/i.test(
        line,
      ) &&
      official++ < 3
    )
      items.push(
        lead('official-claim', CHECKS, 'The README claims to be official', {
          class: 'supply-chain',
          strength: remote && claims.some((c) => vendorNamed(c.value, remote.owner)) ? 'moderate' : 'weak',
          detail: `${line.trim().slice(0, 200)}${remote ? `\nThe owner is ${remote.owner}.` : ''}`,
          advice: 'Check on the vendor’s own pages that they link here.',
          at: place,
        }),
      );
    else if (
      /\b(?:fork(?:ed)? (?:of|from)|based on (?:the )?(?:original )?(?:work|project|repo))\b/i.test(line) &&
      /https?:\/\/|\]\(/.test(line)
    )
      items.push(
        fact('fork-hint', CHECKS, 'The README names a project this one comes from', {
          detail: line.trim().slice(0, 200),
          at: place,
        }),
      );
    const marker = /mcp-name:\s*([\w./-]{3,200})/.exec(line)?.[1];
    const registered = claims.find((c) => c.kind === 'server-name');
    if (marker && registered && marker !== registered.value)
      items.push(
        lead('server-name-differs', CHECKS, `The README's mcp-name ${marker} is not ${registered.value}`, {
          class: 'supply-chain',
          strength: 'moderate',
          at: place,
        }),
      );
  });
  return items;
};
