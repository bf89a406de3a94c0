import type { Dependency, Lockfile, Manifest, SpecifierKind } from '../../analysis/dependency.ts';
import { pipedDownloads } from '../../analysis/launch-commands.ts';
import { baseName } from '../../analysis/paths.ts';
import { count, listed, plural, share, tally } from '../../analysis/words.ts';
import { fact, type ItemDraft, lead, strength } from '../collector.ts';

export const WHAT = ['1.3.1'];

export const UPDATES = ['1.3.3'];

export const CHAIN = ['1.3.4'];

const KIND_WORDS: Record<SpecifierKind, string> = {
  exact: 'exact',
  range: 'a range',
  any: 'any version',
  git: 'a git repository',
  url: 'a URL',
  path: 'a path',
  workspace: 'the workspace',
  managed: 'set elsewhere',
};

export const kindsOf = (deps: readonly Dependency[]): string =>
  deps.length === 0
    ? 'none'
    : tally(deps.map((d) => d.kind))
        .map(([kind, n]) => `${count(n)} ${KIND_WORDS[kind as SpecifierKind]}`)
        .join(', ');

export const describeManifest = (m: Manifest): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const runtime = m.dependencies.filter((d) => d.scope === 'runtime' || d.scope === 'optional');
  const place = (d: Dependency | undefined) => ({ path: m.path, startLine: d?.line ?? 1 });
  if (m.dependencies.length > 0) {
    const versioned = runtime.filter((d) => ['exact', 'range', 'any'].includes(d.kind));
    const loose = versioned.filter((d) => d.kind !== 'exact');
    items.push(
      fact(
        'manifest',
        [...WHAT, ...UPDATES],
        `${m.path}: ${plural(runtime.length, 'runtime dependency', 'runtime dependencies')}, ${count(m.dependencies.length - runtime.length)} others`,
        {
          class: 'supply-chain',
          detail: [
            `Runtime: ${kindsOf(runtime)}. Others: ${kindsOf(m.dependencies.filter((d) => !runtime.includes(d)))}.`,
            listed(
              runtime.map((d) => `${d.name} ${d.specifier}`.trim()),
              60,
            ),
          ].join('\n'),
          at: place(m.dependencies[0]),
        },
      ),
    );
    if (versioned.length > 0 && m.ecosystem !== 'Go' && m.ecosystem !== 'Maven')
      items.push(
        loose.length === 0
          ? strength(
              'pinned-manifest',
              [...UPDATES, ...CHAIN],
              `${m.path} names an exact version for all ${plural(versioned.length, 'runtime dependency', 'runtime dependencies')}`,
              { class: 'supply-chain', at: place(versioned[0]) },
            )
          : fact(
              'ranges',
              [...UPDATES, ...CHAIN],
              `${m.path}: ${share(loose.length, versioned.length)} runtime dependencies are not pinned`,
              {
                class: 'supply-chain',
                detail: `What installs without the lockfile (npx, uvx, pip install) takes the newest that fits. ${listed(
                  loose.map((d) => `${d.name} ${d.specifier || '(any)'}`),
                  40,
                )}`,
                at: place(loose[0]),
              },
            ),
      );
  }
  for (const d of m.dependencies.filter((x) => x.kind === 'git' || x.kind === 'url').slice(0, 30)) {
    const fixed = /[@#][0-9a-f]{40}\b/.test(d.specifier);
    items.push(
      lead(
        'non-registry-dependency',
        CHAIN,
        `${baseName(m.path)}: ${d.name} comes from ${KIND_WORDS[d.kind]}${fixed ? ' at a fixed commit' : ''}`,
        {
          class: 'supply-chain',
          cwe: ['CWE-494'],
          strength: fixed || d.scope === 'development' ? 'weak' : 'moderate',
          detail: d.specifier.slice(0, 200),
          at: place(d),
        },
      ),
    );
  }
  for (const d of m.dependencies
    .filter((x) => x.kind === 'any' && x.scope !== 'development' && x.scope !== 'peer' && x.scope !== 'build')
    .slice(0, 30))
    items.push(
      lead('any-version', [...UPDATES, ...CHAIN], `${baseName(m.path)}: any version of ${d.name} will do`, {
        class: 'supply-chain',
        strength: 'weak',
        detail: d.specifier ? `Specifier: ${d.specifier}` : 'No version is given.',
        at: place(d),
      }),
    );
  const outside = m.dependencies.filter(
    (d) => d.kind === 'path' && /^(?:file:|link:|portal:)?(?:\/|(?:\.\.\/){2,})/.test(d.specifier),
  );
  for (const d of outside.slice(0, 10))
    items.push(
      lead(
        'path-dependency',
        CHAIN,
        `${baseName(m.path)}: ${d.name} is taken from ${d.specifier.slice(0, 50)}`,
        { class: 'supply-chain', strength: 'weak', at: place(d) },
      ),
    );
  return items;
};

export const describeLockfile = (l: Lockfile, secondary: boolean): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const at = (line = 1) => ({ path: l.path, startLine: line });
  items.push(
    fact('lockfile', [...WHAT, ...CHAIN], `${l.path} (${l.format}) pins ${plural(l.packages, 'package')}`, {
      class: 'supply-chain',
      detail: [
        l.withoutIntegrity === null
          ? 'The format holds no hashes this tool counts.'
          : `${count(l.withoutIntegrity)} without an integrity hash.`,
        `${count(l.elsewhere.length)} from outside the registry.`,
        l.installScripts === null
          ? 'The format does not say which packages run scripts on install.'
          : `${count(l.installScripts.length)} run a script on install.`,
      ].join(' '),
      at: at(),
    }),
  );
  if (secondary) return items;
  if (l.withoutIntegrity !== null && l.packages > 0) {
    const unexplained = l.withoutIntegrity - l.elsewhere.length;
    if (l.withoutIntegrity === 0)
      items.push(
        strength(
          'integrity',
          CHAIN,
          `${l.path}: all ${plural(l.packages, 'package')} carry an integrity hash`,
          { class: 'supply-chain', at: at() },
        ),
      );
    else if (unexplained > 0)
      items.push(
        lead(
          'missing-integrity',
          CHAIN,
          `${l.path}: ${share(l.withoutIntegrity, l.packages)} packages have no integrity hash`,
          {
            class: 'supply-chain',
            cwe: ['CWE-353'],
            strength: 'weak',
            detail: 'Bundled and platform packages may have none for good reason.',
            at: at(),
          },
        ),
      );
  }
  for (const e of l.elsewhere.slice(0, 20))
    items.push(
      lead(
        'non-registry-package',
        CHAIN,
        `${baseName(l.path)}: ${e.name} is fetched from outside the registry`,
        {
          class: 'supply-chain',
          cwe: ['CWE-494'],
          strength: /^["{]?\s*(?:https:\/\/|git\+https)/.test(e.source.replace(/^.*?(?=https?:|git)/, ''))
            ? 'weak'
            : 'moderate',
          detail: e.source,
          at: at(e.line),
        },
      ),
    );
  if (l.elsewhere.length > 20)
    items.push(
      fact(
        'non-registry-more',
        CHAIN,
        `${baseName(l.path)}: ${count(l.elsewhere.length - 20)} more packages from outside the registry`,
        {
          class: 'supply-chain',
          detail: listed(
            [...new Set(l.elsewhere.map((e) => e.source.replace(/^(\w+:\/\/[^/]+).*$/, '$1')))],
            10,
          ),
          at: at(),
        },
      ),
    );
  if (l.installScripts && l.installScripts.length > 0)
    items.push(
      lead(
        'install-scripts',
        CHAIN,
        `${l.path}: ${plural(l.installScripts.length, 'package')} run${l.installScripts.length === 1 ? 's' : ''} code when installed`,
        {
          class: 'supply-chain',
          cwe: ['CWE-829'],
          strength: 'weak',
          detail: listed([...new Set(l.installScripts.map((s) => s.name))], 40),
          at: at(l.installScripts[0]!.line),
        },
      ),
    );
  return items;
};

export const scripts = (manifests: readonly Manifest[], secondary: (path: string) => boolean): ItemDraft[] =>
  manifests
    .filter((m) => !secondary(m.path))
    .flatMap((m) => m.scripts.map((s) => ({ m, s })))
    .slice(0, 40)
    .map(({ m, s }) => {
      const onInstall =
        /^(?:preinstall|install|postinstall|build|pre-install-cmd|post-install-cmd|post-autoload-dump)$/.test(
          s.name,
        );
      const alarming =
        pipedDownloads(s.command).length > 0 ||
        /\b(?:curl|wget|eval|base64|node\s+-e|python3?\s+-c|powershell|Invoke-)/i.test(s.command);
      const make = onInstall || alarming ? lead : fact;
      return make(
        'lifecycle-script',
        CHAIN,
        `${baseName(m.path)}: "${s.name}" runs ${onInstall ? 'on every installation' : 'on packing, publishing or installing from git'}`,
        {
          class: 'supply-chain',
          ...(onInstall || alarming
            ? { cwe: ['CWE-829'], strength: alarming ? ('strong' as const) : ('moderate' as const) }
            : {}),
          detail: s.command,
          at: { path: m.path, startLine: s.line },
        },
      );
    });
