import type { Dependency, Ecosystem, Lockfile, Manifest, SpecifierKind } from '../analysis/dependency.ts';
import { linesOf } from '../analysis/lines.ts';
import { lockfileReader } from '../analysis/lockfiles.ts';
import { manifestReader } from '../analysis/manifests/read-manifest.ts';
import { pipedDownloads } from '../analysis/launch-commands.ts';
import { baseName, below, depthOf, folderOf, isExamplePath, isTestPath, isVendoredPath } from '../analysis/paths.ts';
import { bag, list, text as asText } from '../analysis/shape.ts';
import { byCodePoint, bytes, count, listed, plural, share, tally } from '../analysis/words.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type ItemDraft, lead, strength, type TreeEntry } from './collector.ts';

const WHAT = ['1.3.1'];
const KNOWN = ['1.3.2'];
const UPDATES = ['1.3.3'];
const CHAIN = ['1.3.4'];
const MOST_MANIFESTS = 300;
const MOST_LOCKFILES = 60;

const KIND_WORDS: Record<SpecifierKind, string> = {
  exact: 'exact', range: 'a range', any: 'any version', git: 'a git repository', url: 'a URL', path: 'a path', workspace: 'the workspace', managed: 'set elsewhere',
};

export const dependencies: Collector = {
  id: 'dependencies',
  title: 'Dependencies',
  about: 'What every manifest asks for and how firmly, what lockfiles pin, what runs on install, and what keeps it current.',
  async collect(context) {
    const { tree, target } = context;
    // A workspace's lockfile stands above the audited folder.
    const above = tree.allEntries.filter((e) => target.subdir !== '' && lockfileReader(e.path) && `${target.subdir}/`.startsWith(folderOf(e.path) === '' ? '' : `${folderOf(e.path)}/`) && !e.path.startsWith(`${target.subdir}/`));
    const files = [...above, ...tree.entries].filter((e) => (e.kind === 'file' || e.kind === 'executable') && !isVendoredPath(below(e.path, target.subdir)));
    const secondary = (path: string): boolean => isTestPath(below(path, target.subdir)) || isExamplePath(below(path, target.subdir));
    const ordered = (entries: readonly TreeEntry[]): TreeEntry[] => [...entries].sort((a, b) => Number(secondary(a.path)) - Number(secondary(b.path)) || depthOf(a.path) - depthOf(b.path) || byCodePoint(a.path, b.path));
    const items: ItemDraft[] = [];
    const manifests = siblingsAsWorkspace(await readManifests(context, ordered(files.filter((e) => manifestReader(e.path))), items));
    const locks = await readLockfiles(context, ordered(files.filter((e) => lockfileReader(e.path))), items);
    if (manifests.length + locks.found.length === 0 && items.length === 0)
      return { outcome: 'not-applicable', searched: `${plural(files.length, 'file')} by name`, message: 'There is no manifest or lockfile of npm, PyPI, Go, Cargo, Maven, Gradle, NuGet, RubyGems or Composer.' };

    const main = manifests.filter((m) => !secondary(m.path));
    const rest = manifests.filter((m) => secondary(m.path));
    for (const manifest of main) items.push(...describeManifest(manifest));
    if (rest.length > 0) items.push(fact('secondary-manifests', WHAT, `${plural(rest.length, 'manifest')} of tests and examples`, { class: 'supply-chain', detail: rest.slice(0, 20).map((m) => `${m.path}: ${kindsOf(m.dependencies)}`).join('\n'), at: { path: rest[0]!.path, startLine: 1 } }));
    for (const lock of locks.found) items.push(...describeLockfile(lock, secondary(lock.path)));
    items.push(...withoutLock(main, files), ...scripts(manifests, secondary));
    items.push(...(await updateBots(context, main)));
    items.push(
      gap('vulnerabilities-not-looked-up', KNOWN, 'Known vulnerabilities of the dependencies were not looked up', {
        class: 'supply-chain',
        detail: `This collector reads the repository only and asks no advisory database. ${locks.found.length > 0 ? `Check the ${plural(locks.found.length, 'lockfile')} with osv-scanner, or npm audit, pip-audit, govulncheck, cargo audit.` : 'There is no lockfile, so that even a scanner could only guess the versions.'}`,
      }),
    );
    const direct = main.reduce((n, m) => n + m.dependencies.length, 0);
    return gathered(`${plural(manifests.length, 'manifest')}, ${plural(locks.found.length, 'lockfile')}, ${plural(direct, 'direct dependency', 'direct dependencies')}`, items);
  },
};

const readManifests = async ({ tree, signal }: CollectContext, entries: readonly TreeEntry[], items: ItemDraft[]): Promise<Manifest[]> => {
  const manifests: Manifest[] = [];
  for (const { path } of entries.slice(0, MOST_MANIFESTS)) {
    signal.throwIfAborted();
    const source = await tree.text(path);
    const read = source === null ? null : manifestReader(path)!(path, source);
    if (read?.ok) {
      if (read.manifest.dependencies.length + read.manifest.scripts.length > 0 || read.manifest.name) manifests.push(read.manifest);
    } else items.push(gap('unreadable-manifest', WHAT, `${path} could not be read`, { class: 'supply-chain', detail: read ? read.reason : 'Binary, or too large.' }));
  }
  if (entries.length > MOST_MANIFESTS) items.push(gap('too-many-manifests', WHAT, `${count(entries.length - MOST_MANIFESTS)} of ${count(entries.length)} manifests not read`, { class: 'supply-chain' }));
  return manifests;
};

const readLockfiles = async ({ tree, signal }: CollectContext, entries: readonly TreeEntry[], items: ItemDraft[]): Promise<{ found: Lockfile[] }> => {
  const found: Lockfile[] = [];
  for (const entry of entries.slice(0, MOST_LOCKFILES)) {
    signal.throwIfAborted();
    const reader = lockfileReader(entry.path)!;
    const source = 'read' in reader ? await tree.text(entry.path) : null;
    const read = 'read' in reader && source !== null ? reader.read(entry.path, source) : null;
    if (read?.ok) found.push(read.lock);
    else items.push(gap('unread-lockfile', [...WHAT, ...KNOWN, ...CHAIN], `${entry.path} (${bytes(entry.size)}) was not read`, { class: 'supply-chain', detail: 'unreadable' in reader ? `It is ${reader.unreadable}.` : read && !read.ok ? read.reason : entry.size > tree.maxTextBytes ? `Larger than ${bytes(tree.maxTextBytes)}.` : 'Not text.', at: { path: entry.path, startLine: 1 } }));
  }
  if (entries.length > MOST_LOCKFILES) items.push(gap('too-many-lockfiles', WHAT, `${count(entries.length - MOST_LOCKFILES)} of ${count(entries.length)} lockfiles not read`, { class: 'supply-chain' }));
  return { found };
};

/** npm links a package of the same tree whatever its version is called. */
const siblingsAsWorkspace = (manifests: readonly Manifest[]): Manifest[] => {
  const own = new Set(manifests.filter((m) => m.ecosystem === 'npm').map((m) => m.name));
  return manifests.map((m) => (m.ecosystem === 'npm' ? { ...m, dependencies: m.dependencies.map((d) => (own.has(d.name) && (d.kind === 'any' || d.kind === 'range') ? { ...d, kind: 'workspace' as const } : d)) } : m));
};

const kindsOf = (deps: readonly Dependency[]): string => (deps.length === 0 ? 'none' : tally(deps.map((d) => d.kind)).map(([kind, n]) => `${count(n)} ${KIND_WORDS[kind as SpecifierKind]}`).join(', '));

const describeManifest = (m: Manifest): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const runtime = m.dependencies.filter((d) => d.scope === 'runtime' || d.scope === 'optional');
  const place = (d: Dependency | undefined) => ({ path: m.path, startLine: d?.line ?? 1 });
  if (m.dependencies.length > 0) {
    const versioned = runtime.filter((d) => ['exact', 'range', 'any'].includes(d.kind));
    const loose = versioned.filter((d) => d.kind !== 'exact');
    items.push(
      fact('manifest', [...WHAT, ...UPDATES], `${m.path}: ${plural(runtime.length, 'runtime dependency', 'runtime dependencies')}, ${count(m.dependencies.length - runtime.length)} others`, {
        class: 'supply-chain',
        detail: [
          `Runtime: ${kindsOf(runtime)}. Others: ${kindsOf(m.dependencies.filter((d) => !runtime.includes(d)))}.`,
          listed(runtime.map((d) => `${d.name} ${d.specifier}`.trim()), 60),
        ].join('\n'),
        at: place(m.dependencies[0]),
      }),
    );
    if (versioned.length > 0 && m.ecosystem !== 'Go' && m.ecosystem !== 'Maven')
      items.push(
        loose.length === 0
          ? strength('pinned-manifest', [...UPDATES, ...CHAIN], `${m.path} names an exact version for all ${plural(versioned.length, 'runtime dependency', 'runtime dependencies')}`, { class: 'supply-chain', at: place(versioned[0]) })
          : fact('ranges', [...UPDATES, ...CHAIN], `${m.path}: ${share(loose.length, versioned.length)} runtime dependencies are not pinned`, { class: 'supply-chain', detail: `What installs without the lockfile (npx, uvx, pip install) takes the newest that fits. ${listed(loose.map((d) => `${d.name} ${d.specifier || '(any)'}`), 40)}`, at: place(loose[0]) }),
      );
  }
  for (const d of m.dependencies.filter((x) => x.kind === 'git' || x.kind === 'url').slice(0, 30)) {
    const fixed = /[@#][0-9a-f]{40}\b/.test(d.specifier);
    items.push(lead('non-registry-dependency', CHAIN, `${baseName(m.path)}: ${d.name} comes from ${KIND_WORDS[d.kind]}${fixed ? ' at a fixed commit' : ''}`, { class: 'supply-chain', cwe: ['CWE-494'], strength: fixed || d.scope === 'development' ? 'weak' : 'moderate', detail: d.specifier.slice(0, 200), at: place(d) }));
  }
  for (const d of m.dependencies.filter((x) => x.kind === 'any' && x.scope !== 'development' && x.scope !== 'peer' && x.scope !== 'build').slice(0, 30))
    items.push(lead('any-version', [...UPDATES, ...CHAIN], `${baseName(m.path)}: any version of ${d.name} will do`, { class: 'supply-chain', strength: 'weak', detail: d.specifier ? `Specifier: ${d.specifier}` : 'No version is given.', at: place(d) }));
  const outside = m.dependencies.filter((d) => d.kind === 'path' && /^(?:file:|link:|portal:)?(?:\/|(?:\.\.\/){2,})/.test(d.specifier));
  for (const d of outside.slice(0, 10)) items.push(lead('path-dependency', CHAIN, `${baseName(m.path)}: ${d.name} is taken from ${d.specifier.slice(0, 50)}`, { class: 'supply-chain', strength: 'weak', at: place(d) }));
  return items;
};

const describeLockfile = (l: Lockfile, secondary: boolean): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const at = (line = 1) => ({ path: l.path, startLine: line });
  items.push(
    fact('lockfile', [...WHAT, ...CHAIN], `${l.path} (${l.format}) pins ${plural(l.packages, 'package')}`, {
      class: 'supply-chain',
      detail: [
        l.withoutIntegrity === null ? 'The format holds no hashes this tool counts.' : `${count(l.withoutIntegrity)} without an integrity hash.`,
        `${count(l.elsewhere.length)} from outside the registry.`,
        l.installScripts === null ? 'The format does not say which packages run scripts on install.' : `${count(l.installScripts.length)} run a script on install.`,
      ].join(' '),
      at: at(),
    }),
  );
  if (secondary) return items;
  if (l.withoutIntegrity !== null && l.packages > 0) {
    const unexplained = l.withoutIntegrity - l.elsewhere.length;
    if (l.withoutIntegrity === 0) items.push(strength('integrity', CHAIN, `${l.path}: all ${plural(l.packages, 'package')} carry an integrity hash`, { class: 'supply-chain', at: at() }));
    else if (unexplained > 0) items.push(lead('missing-integrity', CHAIN, `${l.path}: ${share(l.withoutIntegrity, l.packages)} packages have no integrity hash`, { class: 'supply-chain', cwe: ['CWE-353'], strength: 'weak', detail: 'Bundled and platform packages may have none for good reason.', at: at() }));
  }
  for (const e of l.elsewhere.slice(0, 20)) items.push(lead('non-registry-package', CHAIN, `${baseName(l.path)}: ${e.name} is fetched from outside the registry`, { class: 'supply-chain', cwe: ['CWE-494'], strength: /^["{]?\s*(?:https:\/\/|git\+https)/.test(e.source.replace(/^.*?(?=https?:|git)/, '')) ? 'weak' : 'moderate', detail: e.source, at: at(e.line) }));
  if (l.elsewhere.length > 20) items.push(fact('non-registry-more', CHAIN, `${baseName(l.path)}: ${count(l.elsewhere.length - 20)} more packages from outside the registry`, { class: 'supply-chain', detail: listed([...new Set(l.elsewhere.map((e) => e.source.replace(/^(\w+:\/\/[^/]+).*$/, '$1')))], 10), at: at() }));
  if (l.installScripts && l.installScripts.length > 0)
    items.push(lead('install-scripts', CHAIN, `${l.path}: ${plural(l.installScripts.length, 'package')} run${l.installScripts.length === 1 ? 's' : ''} code when installed`, { class: 'supply-chain', cwe: ['CWE-829'], strength: 'weak', detail: listed([...new Set(l.installScripts.map((s) => s.name))], 40), at: at(l.installScripts[0]!.line) }));
  return items;
};

const NEEDS_LOCK = new Set<Ecosystem>(['npm', 'PyPI', 'Go', 'crates.io', 'RubyGems', 'Packagist']);

/** A lockfile counts for a manifest in its folder or in any folder above (workspaces). */
const withoutLock = (manifests: readonly Manifest[], files: readonly TreeEntry[]): ItemDraft[] => {
  const locks = files.flatMap((e) => {
    const reader = lockfileReader(e.path);
    return reader ? [{ folder: folderOf(e.path), ecosystem: reader.ecosystem }] : [];
  });
  const bare = manifests.filter((m) => {
    if (!NEEDS_LOCK.has(m.ecosystem) || m.dependencies.filter((d) => d.scope !== 'peer' && d.kind !== 'workspace').length === 0) return false;
    const folder = folderOf(m.path);
    return !locks.some((l) => l.ecosystem === m.ecosystem && (l.folder === '' || l.folder === folder || folder.startsWith(`${l.folder}/`)));
  });
  const exact = (m: Manifest): boolean => m.dependencies.every((d) => d.kind === 'exact');
  return bare.filter((m) => !exact(m)).slice(0, 20).map((m) => lead('no-lockfile', [...WHAT, ...UPDATES, ...CHAIN], `${m.path} has no lockfile`, { class: 'supply-chain', cwe: ['CWE-1357'], strength: 'moderate', detail: `Every installation of its ${plural(m.dependencies.length, 'dependency', 'dependencies')} may give other versions.`, at: { path: m.path, startLine: 1 } }));
};

const scripts = (manifests: readonly Manifest[], secondary: (path: string) => boolean): ItemDraft[] =>
  manifests
    .filter((m) => !secondary(m.path))
    .flatMap((m) => m.scripts.map((s) => ({ m, s })))
    .slice(0, 40)
    .map(({ m, s }) => {
      const onInstall = /^(?:preinstall|install|postinstall|build|pre-install-cmd|post-install-cmd|post-autoload-dump)$/.test(s.name);
      const alarming = pipedDownloads(s.command).length > 0 || /\b(?:curl|wget|eval|base64|node\s+-e|python3?\s+-c|powershell|Invoke-)/i.test(s.command);
      const make = onInstall || alarming ? lead : fact;
      return make('lifecycle-script', CHAIN, `${baseName(m.path)}: "${s.name}" runs ${onInstall ? 'on every installation' : 'on packing, publishing or installing from git'}`, {
        class: 'supply-chain',
        ...(onInstall || alarming ? { cwe: ['CWE-829'], strength: alarming ? ('strong' as const) : ('moderate' as const) } : {}),
        detail: s.command,
        at: { path: m.path, startLine: s.line },
      });
    });

const ECOSYSTEM_OF_BOT: Record<string, Ecosystem> = { npm: 'npm', bun: 'npm', pip: 'PyPI', uv: 'PyPI', gomod: 'Go', cargo: 'crates.io', maven: 'Maven', gradle: 'Maven', nuget: 'NuGet', bundler: 'RubyGems', composer: 'Packagist' };

const updateBots = async ({ tree }: CollectContext, manifests: readonly Manifest[]): Promise<ItemDraft[]> => {
  const find = (pattern: RegExp): string | undefined => tree.allEntries.find((e) => e.kind === 'file' && pattern.test(e.path))?.path;
  const dependabot = find(/^\.github\/dependabot\.ya?ml$/);
  const renovate = find(/^(\.github\/|\.gitlab\/)?(renovate\.json5?|\.renovaterc(\.json)?)$/);
  const needed = [...new Set(manifests.filter((m) => m.dependencies.length > 0).map((m) => m.ecosystem))];
  const items: ItemDraft[] = [];
  if (dependabot) {
    const { parseYaml } = await import('../analysis/parse-yaml.ts');
    const source = await tree.text(dependabot);
    const parsed = source === null ? null : parseYaml(source);
    if (!parsed?.ok) items.push(gap('unreadable-dependabot', UPDATES, `${dependabot} could not be read`, { detail: parsed ? parsed.reason : 'Binary, or too large.' }));
    else {
      const updates = list(bag(parsed.value).updates).map(bag);
      const covered = updates.map((u) => `${asText(u['package-ecosystem'])} in ${asText(u.directory) || listed(list(u.directories).map(asText), 4)} ${asText(bag(u.schedule).interval)}`.trim());
      const ecosystems = new Set(updates.map((u) => ECOSYSTEM_OF_BOT[asText(u['package-ecosystem'])]));
      const missing = needed.filter((e) => !ecosystems.has(e));
      const actions = updates.some((u) => u['package-ecosystem'] === 'github-actions');
      items.push((missing.length === 0 ? strength : fact)('dependabot', UPDATES, `Dependabot covers ${listed([...new Set(updates.map((u) => asText(u['package-ecosystem'])))], 5) || 'nothing'}${missing.length > 0 ? `, not ${listed(missing, 4)}` : ''}`, { class: 'supply-chain', detail: `${covered.slice(0, 20).join('\n')}\n${actions ? 'Actions of workflows are covered.' : 'Actions of workflows are not covered.'}`, at: { path: dependabot, startLine: parsed.lineOf(['updates']) } }));
    }
  }
  if (renovate) {
    const lines = linesOf((await tree.text(renovate)) ?? '');
    items.push(strength('renovate', UPDATES, `Renovate is configured${lines.some((l) => /"enabled"\s*:\s*false/.test(l)) ? ', with parts switched off' : ''}`, { class: 'supply-chain', detail: listed(lines.filter((l) => /"(?:extends|enabledManagers|automerge|pinDigests|schedule)"/.test(l)).map((l) => l.trim().slice(0, 120)), 6), at: { path: renovate, startLine: 1 } }));
  }
  if (!dependabot && !renovate && needed.length > 0) items.push(lead('no-update-bot', UPDATES, 'No Dependabot or Renovate configuration', { class: 'supply-chain', strength: 'weak', detail: `${listed(needed)}: updates depend on somebody thinking of them. Security updates can be switched on in the hosting site's settings without a file.`, reproduce: 'git ls-tree -r --name-only {commit} | grep -iE "dependabot|renovate"' }));
  return items;
};
