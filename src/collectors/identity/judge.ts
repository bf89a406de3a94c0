import { baseName, depthOf, folderOf } from '../../analysis/files/paths.ts';
import { listed } from '../../analysis/files/words.ts';
import type { Claim } from '../../analysis/repository/identity-claims.ts';
import {
  parseRepositoryUrl,
  type RepositoryName,
  sameRepository,
  spell,
} from '../../analysis/repository/repository-url.ts';
import { fact, type ItemDraft, lead } from '../collector.ts';

export const CHECKS = ['1.1.1'];

/** Letters of other scripts, invisible ones included, have no place in the name of a package or an owner. */
const PLAIN_NAME = /^[\x21-\x7e]+$/;

const plain = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

const related = (a: string, b: string): boolean => {
  const [x, y] = [plain(a), plain(b)];
  return x.length > 2 && y.length > 2 && (x.includes(y) || y.includes(x));
};

export const at = (claim: Claim): { path: string; startLine: number } => ({
  path: claim.path,
  startLine: claim.line,
});

export const judgeLinks = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const claim of claims) {
    if (claim.kind === 'repository' && remote) {
      const named = parseRepositoryUrl(claim.value);
      if (!named)
        items.push(
          lead(
            'repository-field',
            CHECKS,
            `${baseName(claim.path)}: repository is no address of a repository`,
            { strength: 'weak', detail: claim.value, at: at(claim) },
          ),
        );
      else if (sameRepository(named, remote))
        items.push(
          fact('repository-field', CHECKS, `${baseName(claim.path)} names this repository as its source`, {
            detail: spell(named),
            at: at(claim),
          }),
        );
      else
        items.push(
          lead(
            'repository-differs',
            CHECKS,
            `${baseName(claim.path)} names another repository: ${spell(named)}`,
            {
              class: 'supply-chain',
              strength: named.owner.toLowerCase() === remote.owner.toLowerCase() ? 'weak' : 'moderate',
              detail: `The remote is ${spell(remote)}. A fork, a mirror, a renamed repository, or a package that is not built from here.`,
              at: at(claim),
            },
          ),
        );
    } else if (claim.kind === 'repository')
      items.push(
        fact('repository-field', CHECKS, `${baseName(claim.path)} names ${claim.value} as its source`, {
          at: at(claim),
        }),
      );
    else if (claim.kind === 'homepage' || claim.kind === 'author')
      items.push(
        fact(claim.kind, CHECKS, `${baseName(claim.path)} ${claim.kind}: ${claim.value}`, { at: at(claim) }),
      );
  }
  for (const path of new Set(claims.filter((c) => c.kind === 'package-name').map((c) => c.path)))
    if (
      /package\.json$|pyproject\.toml$|Cargo\.toml$|server\.json$/.test(path) &&
      !claims.some((c) => c.path === path && c.kind === 'repository')
    )
      items.push(
        fact(
          'no-repository-field',
          CHECKS,
          `${baseName(path)} does not say which repository it is built from`,
          { at: at(claims.find((c) => c.path === path && c.kind === 'package-name')!) },
        ),
      );
  return items;
};

export const judgeNames = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] =>
  claims
    .filter((c) => c.kind === 'package-name' || c.kind === 'server-name' || c.kind === 'server-package')
    .flatMap((claim) => {
      if (!PLAIN_NAME.test(claim.value))
        return [
          lead(
            'look-alike-name',
            CHECKS,
            `${baseName(claim.path)}: the name holds characters outside ASCII`,
            {
              class: 'supply-chain',
              strength: 'strong',
              detail: [...claim.value]
                .map((c) => (PLAIN_NAME.test(c) ? c : `<U+${c.codePointAt(0)!.toString(16).toUpperCase()}>`))
                .join(''),
              at: at(claim),
            },
          ),
        ];
      if (claim.kind !== 'package-name') return [];
      const scope = /^@([^/]+)\//.exec(claim.value)?.[1];
      if (scope && remote && !related(scope, remote.owner))
        return [
          lead('scope-differs', CHECKS, `Package scope @${scope} against owner ${remote.owner}`, {
            class: 'supply-chain',
            strength: 'weak',
            advice: 'Check on the registry that this scope belongs to the owner of the repository.',
            at: at(claim),
          }),
        ];
      return [
        fact('package-name', CHECKS, `${baseName(claim.path)} publishes as ${claim.value}`, {
          at: at(claim),
        }),
      ];
    });

/** The registry grants `io.github.<owner>/…` to the owner of that account, other names to the owner of the domain. */
export const judgeServer = (claims: readonly Claim[], remote: RepositoryName | null): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const registry = claims.find((c) => c.kind === 'server-name' && baseName(c.path) === 'server.json');
  if (registry) {
    const namespace = registry.value.split('/')[0] ?? '';
    const account = /^io\.git(?:hub|lab)\.(.+)$/i.exec(namespace)?.[1];
    if (account && remote)
      items.push(
        account.toLowerCase() === remote.owner.toLowerCase()
          ? fact(
              'registry-namespace',
              CHECKS,
              `server.json namespace ${namespace} belongs to the repository's owner`,
              { at: at(registry) },
            )
          : lead(
              'registry-namespace',
              CHECKS,
              `server.json namespace ${namespace} is not the owner ${remote.owner}`,
              {
                class: 'supply-chain',
                strength: 'moderate',
                detail: `Registry name ${registry.value}; repository ${spell(remote)}.`,
                at: at(registry),
              },
            ),
      );
    else {
      const domain = namespace.split('.').reverse().join('.');
      const known = remote !== null && related(domain.split('.').slice(-2)[0] ?? '', remote.owner);
      items.push(
        // Without an owner to hold it against it is a claim, no contradiction: that none could be held against is a gap of its own.
        (known || remote === null ? fact : lead)(
          'registry-namespace',
          CHECKS,
          `server.json name is under the domain ${domain}`,
          {
            ...(known || remote === null ? {} : { strength: 'weak' as const }),
            class: 'supply-chain',
            advice: `Check that ${domain} belongs to ${remote ? `the owner ${remote.owner}` : 'the owner of the repository'}.`,
            at: at(registry),
          },
        ),
      );
    }
  }
  // A monorepo has an entry beside each package: only what stands beside one speaks of the same server.
  for (const entry of claims.filter((c) => c.kind === 'server-name' && baseName(c.path) === 'server.json'))
    for (const other of claims.filter(
      (c) => c.kind === 'server-name' && c !== entry && folderOf(c.path) === folderOf(entry.path),
    ))
      if (other.value !== entry.value)
        items.push(
          lead(
            'server-name-differs',
            CHECKS,
            `${baseName(other.path)} calls the server ${other.value}, server.json ${entry.value}`,
            {
              class: 'supply-chain',
              strength: 'moderate',
              detail:
                'The registry only accepts a package whose own name for the server is the registered one.',
              at: at(other),
            },
          ),
        );
  const published = new Set(
    claims.filter((c) => c.kind === 'package-name').map((c) => c.value.toLowerCase()),
  );
  for (const claim of claims.filter((c) => c.kind === 'server-package'))
    if (
      published.size > 0 &&
      !published.has(claim.value.toLowerCase()) &&
      !/^(https?:|ghcr\.io|docker\.io|quay\.io|[\w.-]+\/[\w./-]+:)/.test(claim.value)
    )
      items.push(
        lead(
          'registered-package',
          CHECKS,
          `server.json installs ${claim.value}, which no manifest here publishes`,
          {
            class: 'supply-chain',
            strength: 'weak',
            detail: `Names published here: ${listed([...published], 6)}`,
            at: at(claim),
          },
        ),
      );
    else
      items.push(
        fact('registered-package', CHECKS, `server.json installs ${claim.value}`, { at: at(claim) }),
      );
  return items;
};

export const judgeVersions = (claims: readonly Claim[]): ItemDraft[] => {
  const versions = claims.filter(
    (c) => c.kind === 'version' && depthOf(c.path) === Math.min(...claims.map((k) => depthOf(k.path))),
  );
  const distinct = new Set(versions.map((v) => v.value.replace(/^v/, '')));
  const server = versions.find((v) => baseName(v.path) === 'server.json');
  if (distinct.size <= 1 || versions.length < 2) return [];
  return [
    fact('versions-differ', CHECKS, `Manifests give ${distinct.size} different versions`, {
      detail: versions.map((v) => `${v.path}:${v.line} ${v.value}`).join('\n'),
      at: at(server ?? versions[0]!),
    }),
  ];
};
