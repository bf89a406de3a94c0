import { baseName } from '../../analysis/files/paths.ts';
import { count, listed, plural, share, tally } from '../../analysis/files/words.ts';
import type { Dependency, Lockfile, Manifest, SpecifierKind } from '../../analysis/packages/dependency.ts';
import { pipedDownloads } from '../../analysis/repository/launch-commands.ts';
import { fact, gap, type ItemDraft, lead, strength } from '../collector.ts';

export const WHAT = ['1.3.1'];

export const KNOWN = ['1.3.2'];

export const UPDATES = ['1.3.3'];

export const CHAIN = ['1.3.4'];

export const KIND_WORDS: Record<SpecifierKind, string> = {
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
  if (m.partial)
    items.push(
      gap('partial-manifest', [...WHAT, ...KNOWN], `${m.path} does not settle every version`, {
        class: 'supply-chain',
        detail: m.partial,
        at: { path: m.path, startLine: 1 },
      }),
    );
  const runtime = m.dependencies.filter(
    // `a => ../a` of go.mod says where a is taken from, and asks for nothing more.
    (d) =>
      (d.scope === 'runtime' || d.scope === 'optional') && !(m.ecosystem === 'Go' && d.name.includes(' => ')),
  );
  const optional = runtime.filter((d) => d.scope === 'optional');
  const place = (d: Dependency | undefined) => ({ path: m.path, startLine: d?.line ?? 1 });
  if (m.dependencies.length > 0) {
    const versioned = runtime.filter((d) => ['exact', 'range', 'any'].includes(d.kind));
    const loose = versioned.filter((d) => d.kind !== 'exact');
    items.push(
      fact(
        'manifest',
        [...WHAT, ...UPDATES],
        m.ecosystem === 'Go'
          ? // go.mod does not tell what only tests need.
            `${m.path}: ${plural(runtime.length, 'direct dependency', 'direct dependencies')}`
          : `${m.path}: ${plural(runtime.length - optional.length, 'runtime dependency', 'runtime dependencies')}, ${
              optional.length > 0 ? `${count(optional.length)} optional, ` : ''
            }${plural(m.dependencies.length - runtime.length, 'other')}`,
        {
          class: 'supply-chain',
          detail: [
            m.ecosystem === 'Go'
              ? `${kindsOf(runtime)}. go.mod does not tell what only tests need.`
              : `Runtime: ${kindsOf(runtime.filter((d) => d.scope !== 'optional'))}.${
                  optional.length > 0 ? ` Optional: ${kindsOf(optional)}.` : ''
                } Others: ${kindsOf(m.dependencies.filter((d) => !runtime.includes(d)))}.`,
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
  return items;
};

/** One package may stand in several folders of node_modules: it counts once, and is for development where all are. */
const distinctOf = (packages: Lockfile['packages']): Lockfile['packages'] => {
  const found = new Map<string, Lockfile['packages'][number]>();
  for (const p of packages) {
    const key = `${p.name}\0${p.version}\0${p.elsewhere}`;
    const held = found.get(key);
    found.set(
      key,
      held
        ? {
            ...held,
            direct: held.direct || p.direct,
            development: held.development && p.development,
            installScript: held.installScript || p.installScript,
            hash: held.hash === '' || p.hash === '' ? '' : held.hash,
          }
        : p,
    );
  }
  return [...found.values()];
};

const direct = (l: Lockfile): string =>
  l.packages.some((p) => p.direct !== null)
    ? `${count(l.packages.filter((p) => p.direct).length)} asked for, ${count(l.packages.filter((p) => p.direct === false).length)} because of others`
    : 'which ones were asked for is not told';

const development = (l: Lockfile): string =>
  l.packages.some((p) => p.development !== null)
    ? `; ${count(l.packages.filter((p) => p.development).length)} only for development`
    : '';

export const describeLockfile = (given: Lockfile, secondary: boolean): ItemDraft[] => {
  const l: Lockfile = { ...given, packages: distinctOf(given.packages) };
  const items: ItemDraft[] = [];
  const at = (line = 1) => ({ path: l.path, startLine: line });
  const bare = l.packages.filter((p) => p.hash === '');
  const elsewhere = l.packages.filter((p) => p.elsewhere !== '');
  const scripted = l.packages.filter((p) => p.installScript);
  const all = l.packages.length;
  const entries = given.packages.length;
  items.push(
    fact(
      'lockfile',
      [...WHAT, ...CHAIN],
      `${l.path} (${l.format}) pins ${plural(all, 'package')}${all < entries ? ` in ${plural(entries, 'entry', 'entries')}` : ''}`,
      {
        class: 'supply-chain',
        detail: [
          `${direct(l)}${development(l)}.`,
          l.hashes ? `${count(bare.length)} without an integrity hash.` : 'The format holds no hashes.',
          `${count(elsewhere.length)} from outside the registry.`,
          l.tellsScripts
            ? `${count(scripted.length)} run a script on install.`
            : 'The format does not say which packages run scripts on install.',
          l.remark,
        ]
          .filter((line) => line !== '')
          .join(' '),
        at: at(),
      },
    ),
  );
  if (l.beyond > 0)
    items.push(
      gap(
        'lockfile-too-long',
        [...WHAT, ...KNOWN, ...CHAIN],
        `${l.path}: ${plural(l.beyond, 'package')} past the first ${count(all)} were not read`,
        {
          class: 'supply-chain',
          at: at(),
        },
      ),
    );
  if (secondary) return items;
  if (l.hashes && all > 0) {
    if (bare.length === 0)
      items.push(
        strength(
          'integrity',
          CHAIN,
          `${l.path}: all ${plural(all, 'package')} are held by an integrity hash or a commit`,
          {
            class: 'supply-chain',
            at: at(),
          },
        ),
      );
    else
      items.push(
        lead(
          'missing-integrity',
          CHAIN,
          `${l.path}: ${share(bare.length, all)} packages have no integrity hash`,
          {
            class: 'supply-chain',
            cwe: ['CWE-353'],
            strength: 'weak',
            detail: listed(
              bare.map((p) => `${p.name} ${p.version}`),
              20,
            ),
            at: at(bare[0]!.line),
          },
        ),
      );
  }
  if (elsewhere.length > 0)
    items.push(
      lead(
        'non-registry-package',
        CHAIN,
        `${l.path}: ${plural(elsewhere.length, 'package comes', 'packages come')} from outside the registry`,
        {
          class: 'supply-chain',
          cwe: ['CWE-494'],
          strength: elsewhere.every((p) => fixedSource(p.elsewhere)) ? 'weak' : 'moderate',
          detail: listed(
            elsewhere.map((p) => `line ${p.line}: ${p.name} from ${p.elsewhere.slice(0, 200)}`),
            30,
            '\n',
          ),
          at: at(elsewhere[0]!.line),
        },
      ),
    );
  if (scripted.length > 0)
    items.push(
      fact(
        'install-scripts',
        CHAIN,
        `${l.path}: ${plural(scripted.length, 'package runs', 'packages run')} code when installed`,
        {
          class: 'supply-chain',
          cwe: ['CWE-829'],
          detail: listed([...new Set(scripted.map((s) => s.name))], 40),
          at: at(scripted[0]!.line),
        },
      ),
    );
  return items;
};

/** A commit, or another registry over https: what is there today is there tomorrow, as far as names can tell. */
const fixedSource = (source: string): boolean => /[#@=][0-9a-f]{40}\b|^replaces /.test(source);

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
