import { type Claim, identityReader } from '../analysis/identity-claims.ts';
import { linesOf } from '../analysis/lines.ts';
import { parseJson } from '../analysis/parse-json.ts';
import { parseToml } from '../analysis/parse-toml.ts';
import { baseName, below, depthOf, isExamplePath, isTestPath, isVendoredPath } from '../analysis/paths.ts';
import { parseRepositoryUrl, type RepositoryName, sameRepository, spell } from '../analysis/repository-url.ts';
import { listed, plural } from '../analysis/words.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type ItemDraft, lead } from './collector.ts';

const CHECKS = ['1.1.1'];
const MOST_MANIFESTS = 40;
/** Letters of other scripts, invisible ones included, have no place in the name of a package or an owner. */
const PLAIN_NAME = /^[\x21-\x7e]+$/;

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');
const related = (a: string, b: string): boolean => {
  const [x, y] = [plain(a), plain(b)];
  return x.length > 2 && y.length > 2 && (x.includes(y) || y.includes(x));
};

export const identity: Collector = {
  id: 'identity',
  title: 'Identity of the repository',
  about: 'Whether package, registry and bundle manifests, the README and the remote name the same owner.',
  async collect({ tree, target }) {
    const items: ItemDraft[] = [];
    const remote = parseRepositoryUrl(target.url);
    if (remote)
      items.push(
        fact('remote', CHECKS, `The remote is ${spell(remote)}`, { detail: 'Where this copy says it came from; the manifests are compared with it.', reproduce: 'git remote -v' }),
      );
    else
      items.push(
        gap('no-remote', CHECKS, target.url === '' ? 'The repository has no remote to compare with' : `The remote is no known kind of address: ${target.url}`, {
          detail: 'Whether the code comes from who it names cannot be decided from a local copy. Audit a clone of the published repository, or compare commits with it.',
        }),
      );

    const manifests = tree.entries
      .filter((e) => (e.kind === 'file' || e.kind === 'executable') && identityReader(e.path))
      .filter((e) => ![isTestPath, isExamplePath, isVendoredPath].some((no) => no(below(e.path, target.subdir))))
      .sort((a, b) => depthOf(a.path) - depthOf(b.path))
      .slice(0, MOST_MANIFESTS);
    const claims: Claim[] = [];
    for (const { path } of manifests) {
      const reader = identityReader(path)!;
      const source = await tree.text(path);
      const parsed = source === null ? null : reader.format === 'json' ? parseJson(source) : parseToml(source);
      if (parsed?.ok) claims.push(...reader.read(path, parsed));
      else items.push(gap('unreadable-manifest', CHECKS, `${path} could not be read`, { detail: parsed ? parsed.reason : 'Missing, binary, or too large.' }));
    }
    const goMod = await tree.text(target.subdir ? `${target.subdir}/go.mod` : 'go.mod');
    const module = goMod && /^module\s+"?([^\s"]{1,300})/m.exec(goMod);
    if (module) {
      const path = target.subdir ? `${target.subdir}/go.mod` : 'go.mod';
      const value = module[1]!.replace(/\/v\d+$/, '');
      const line = goMod.slice(0, module.index).split('\n').length;
      claims.push({ path, line, kind: 'package-name', value });
      if (/^[\w-]+\.[\w.-]+\/[^/]+\/[^/]+/.test(value)) claims.push({ path, line, kind: 'repository', value: `https://${value.split('/').slice(0, 3).join('/')}` });
    }

    items.push(...judgeLinks(claims, remote), ...judgeNames(claims, remote), ...judgeServer(claims, remote), ...judgeVersions(claims));
    items.push(...(await readmeClaims(tree, target.subdir, remote, claims)));
    return gathered(`${plural(manifests.length + (module ? 1 : 0), 'manifest')}, ${plural(claims.length, 'claim')}, README`, items);
  },
};

const at = (claim: Claim): { path: string; startLine: number } => ({ path: claim.path, startLine: claim.line });

const judgeLinks = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const claim of claims) {
    if (claim.kind === 'repository' && remote) {
      const named = parseRepositoryUrl(claim.value);
      if (!named) items.push(lead('repository-field', CHECKS, `${baseName(claim.path)}: repository is no address of a repository`, { strength: 'weak', detail: claim.value, at: at(claim) }));
      else if (sameRepository(named, remote)) items.push(fact('repository-field', CHECKS, `${baseName(claim.path)} names this repository as its source`, { detail: spell(named), at: at(claim) }));
      else
        items.push(
          lead('repository-differs', CHECKS, `${baseName(claim.path)} names another repository: ${spell(named)}`, {
            class: 'supply-chain',
            strength: named.owner.toLowerCase() === remote.owner.toLowerCase() ? 'weak' : 'moderate',
            detail: `The remote is ${spell(remote)}. A fork, a mirror, a renamed repository, or a package that is not built from here.`,
            at: at(claim),
          }),
        );
    } else if (claim.kind === 'repository') items.push(fact('repository-field', CHECKS, `${baseName(claim.path)} names ${claim.value} as its source`, { at: at(claim) }));
    else if (claim.kind === 'homepage' || claim.kind === 'author') items.push(fact(claim.kind, CHECKS, `${baseName(claim.path)} ${claim.kind}: ${claim.value}`, { at: at(claim) }));
  }
  for (const path of new Set(claims.filter((c) => c.kind === 'package-name').map((c) => c.path)))
    if (/package\.json$|pyproject\.toml$|Cargo\.toml$|server\.json$/.test(path) && !claims.some((c) => c.path === path && c.kind === 'repository'))
      items.push(fact('no-repository-field', CHECKS, `${baseName(path)} does not say which repository it is built from`, { at: at(claims.find((c) => c.path === path && c.kind === 'package-name')!) }));
  return items;
};

const judgeNames = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] =>
  claims
    .filter((c) => c.kind === 'package-name' || c.kind === 'server-name' || c.kind === 'server-package')
    .flatMap((claim) => {
      if (!PLAIN_NAME.test(claim.value))
        return [lead('look-alike-name', CHECKS, `${baseName(claim.path)}: the name holds characters outside ASCII`, { class: 'supply-chain', strength: 'strong', detail: [...claim.value].map((c) => (PLAIN_NAME.test(c) ? c : `<U+${c.codePointAt(0)!.toString(16).toUpperCase()}>`)).join(''), at: at(claim) })];
      if (claim.kind !== 'package-name') return [];
      const scope = /^@([^/]+)\//.exec(claim.value)?.[1];
      if (scope && remote && !related(scope, remote.owner))
        return [lead('scope-differs', CHECKS, `Package scope @${scope} against owner ${remote.owner}`, { class: 'supply-chain', strength: 'weak', detail: 'Check on the registry that this scope belongs to the owner of the repository.', at: at(claim) })];
      return [fact('package-name', CHECKS, `${baseName(claim.path)} publishes as ${claim.value}`, { at: at(claim) })];
    });

/** The registry grants `io.github.<owner>/…` to the owner of that account, other names to the owner of the domain. */
const judgeServer = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const registry = claims.find((c) => c.kind === 'server-name' && baseName(c.path) === 'server.json');
  if (registry) {
    const namespace = registry.value.split('/')[0] ?? '';
    const account = /^io\.git(?:hub|lab)\.(.+)$/i.exec(namespace)?.[1];
    if (account && remote)
      items.push(
        account.toLowerCase() === remote.owner.toLowerCase()
          ? fact('registry-namespace', CHECKS, `server.json namespace ${namespace} belongs to the repository's owner`, { at: at(registry) })
          : lead('registry-namespace', CHECKS, `server.json namespace ${namespace} is not the owner ${remote.owner}`, { class: 'supply-chain', strength: 'moderate', detail: `Registry name ${registry.value}; repository ${spell(remote)}.`, at: at(registry) }),
      );
    else {
      const domain = namespace.split('.').reverse().join('.');
      const known = remote !== null && related(domain.split('.').slice(-2)[0] ?? '', remote.owner);
      items.push((known ? fact : lead)('registry-namespace', CHECKS, `server.json name is under the domain ${domain}`, { ...(known ? {} : { strength: 'weak' as const }), class: 'supply-chain', detail: `Check that ${domain} belongs to ${remote ? `the owner ${remote.owner}` : 'the owner of the repository'}.`, at: at(registry) }));
    }
    for (const other of claims.filter((c) => c.kind === 'server-name' && c !== registry))
      if (other.value !== registry.value)
        items.push(lead('server-name-differs', CHECKS, `${baseName(other.path)} calls the server ${other.value}, server.json ${registry.value}`, { class: 'supply-chain', strength: 'moderate', detail: 'The registry only accepts a package whose own name for the server is the registered one.', at: at(other) }));
  }
  const published = new Set(claims.filter((c) => c.kind === 'package-name').map((c) => c.value.toLowerCase()));
  for (const claim of claims.filter((c) => c.kind === 'server-package'))
    if (published.size > 0 && !published.has(claim.value.toLowerCase()) && !/^(https?:|ghcr\.io|docker\.io|quay\.io|[\w.-]+\/[\w./-]+:)/.test(claim.value))
      items.push(lead('registered-package', CHECKS, `server.json installs ${claim.value}, which no manifest here publishes`, { class: 'supply-chain', strength: 'weak', detail: `Names published here: ${listed([...published], 6)}`, at: at(claim) }));
    else items.push(fact('registered-package', CHECKS, `server.json installs ${claim.value}`, { at: at(claim) }));
  return items;
};

const judgeVersions = (claims: readonly Claim[]): ItemDraft[] => {
  const versions = claims.filter((c) => c.kind === 'version' && depthOf(c.path) === Math.min(...claims.map((k) => depthOf(k.path))));
  const distinct = new Set(versions.map((v) => v.value.replace(/^v/, '')));
  const server = versions.find((v) => baseName(v.path) === 'server.json');
  if (distinct.size <= 1 || versions.length < 2) return [];
  return [
    (server ? lead : fact)('versions-differ', CHECKS, `Manifests give ${distinct.size} different versions`, {
      ...(server ? { strength: 'weak' as const } : {}),
      detail: versions.map((v) => `${v.path}:${v.line} ${v.value}`).join('\n'),
      at: at(server ?? versions[0]!),
    }),
  ];
};

const readmeClaims = async (tree: CollectContext['tree'], subdir: string, remote: RepositoryName | null, claims: readonly Claim[]): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  const readme = [...new Set([subdir ? `${subdir}/README.md` : 'README.md', 'README.md', 'README.rst', 'readme.md'])].find((p) => tree.allEntries.some((e) => e.path === p));
  const source = readme ? await tree.text(readme) : null;
  if (!readme || source === null) return items;
  const lines = linesOf(source).slice(0, 5000);
  let official = 0;
  lines.forEach((raw, i) => {
    const line = raw.slice(0, 2000);
    const place = { path: readme, startLine: i + 1 };
    if (/\b(?:unofficial|not (?:officially )?(?:affiliated|endorsed|associated)|community[- ](?:driven|maintained|built))\b/i.test(line))
      items.push(fact('unofficial', CHECKS, 'The README says it is not the vendor’s own', { detail: line.trim().slice(0, 200), at: place }));
    else if (/\bofficial(?:ly)?\b[^.]{0,60}\b(?:MCP|Model Context Protocol|server|integration)\b/i.test(line) && !/official (?:docs|documentation|sdk|website|guide|registry|mcp (?:sdk|registry|docs|spec|inspector|client|documentation|website|community))/i.test(line) && official++ < 3)
      items.push(lead('official-claim', CHECKS, 'The README claims to be official', { class: 'supply-chain', strength: 'weak', detail: `${line.trim().slice(0, 200)}\n${remote ? `The owner is ${remote.owner}: check on the vendor's own pages that it links here.` : 'Check on the vendor’s own pages that they link here.'}`, at: place }));
    else if (/\b(?:fork(?:ed)? (?:of|from)|based on (?:the )?(?:original )?(?:work|project|repo))\b/i.test(line) && /https?:\/\/|\]\(/.test(line))
      items.push(fact('fork-hint', CHECKS, 'The README names a project this one comes from', { detail: line.trim().slice(0, 200), at: place }));
    const marker = /mcp-name:\s*([\w./-]{3,200})/.exec(line)?.[1];
    const registered = claims.find((c) => c.kind === 'server-name');
    if (marker && registered && marker !== registered.value)
      items.push(lead('server-name-differs', CHECKS, `The README's mcp-name ${marker} is not ${registered.value}`, { class: 'supply-chain', strength: 'moderate', at: place }));
  });
  return items;
};
