import {
  below,
  depthOf,
  folderOf,
  isExamplePath,
  isTestPath,
  isVendoredPath,
} from '../analysis/files/paths.ts';
import { byCodePoint, plural } from '../analysis/files/words.ts';
import { type Shortfall, shortfallsOf } from '../analysis/packages/completeness.ts';
import type { Ecosystem, Manifest } from '../analysis/packages/dependency.ts';
import { type Component, inventory } from '../analysis/packages/inventory.ts';
import { lockfileKind } from '../analysis/packages/lockfiles/index.ts';
import { servedBy } from '../analysis/packages/lockfiles/lock.ts';
import { markLock } from '../analysis/packages/lockfiles/mark-lock.ts';
import { manifestReader } from '../analysis/packages/manifests/read-manifest.ts';
import { settleGradle } from '../analysis/packages/manifests/settle-gradle.ts';
import { settleMaven } from '../analysis/packages/manifests/settle-maven.ts';
import { isUnreadManifest } from '../analysis/packages/manifests/unread-manifests.ts';
import type { AdvisorySource } from '../domain/advisory.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gathered,
  type ItemDraft,
  lead,
  type TreeEntry,
} from './collector.ts';
import {
  CHAIN,
  describeLockfile,
  describeManifest,
  kindsOf,
  scripts,
  UPDATES,
  WHAT,
} from './dependencies/describe.ts';
import { describeDrift, sideBySide } from './dependencies/drift.ts';
import { describeLoose } from './dependencies/loose.ts';
import { readLockfiles, readManifests, tellUnread } from './dependencies/read-files.ts';
import { describeInventory } from './dependencies/table.ts';
import { describeTree, withTree } from './dependencies/tree.ts';
import { updateBots } from './dependencies/updates.ts';
import { describeUses, markTestModules, readImports } from './dependencies/uses.ts';
import { readVendoredLicences } from './dependencies/vendored-licences.ts';
import { lookUpVulnerabilities } from './dependencies/vulnerabilities.ts';

/** `bundled` gives the advisories that come with the program. */
export const dependencies = (bundled: () => AdvisorySource): Collector => ({
  id: 'dependencies',
  title: 'Dependencies',
  timeoutMs: 600_000,
  inPlace: true,
  network: [{ to: 'api.osv.dev', what: "names and versions of the target's packages" }],
  about:
    'What every manifest asks for and how firmly, what lockfiles pin, which of it has known vulnerabilities, and what keeps it current.',
  async collect(context) {
    const { tree, target } = context;
    // A workspace's lockfile stands above the audited folder.
    const above = tree.allEntries.filter(
      (e) =>
        target.subdir !== '' &&
        lockfileKind(e.path) &&
        `${target.subdir}/`.startsWith(folderOf(e.path) === '' ? '' : `${folderOf(e.path)}/`) &&
        !e.path.startsWith(`${target.subdir}/`),
    );
    const files = [...above, ...tree.entries].filter(
      (e) => (e.kind === 'file' || e.kind === 'executable') && !isVendoredPath(below(e.path, target.subdir)),
    );
    const secondary = (path: string): boolean =>
      isTestPath(below(path, target.subdir)) || isExamplePath(below(path, target.subdir));
    const ordered = (entries: readonly TreeEntry[]): TreeEntry[] =>
      [...entries].sort(
        (a, b) =>
          Number(secondary(a.path)) - Number(secondary(b.path)) ||
          depthOf(a.path) - depthOf(b.path) ||
          byCodePoint(a.path, b.path),
      );
    const items: ItemDraft[] = [];
    const manifests = settleGradle(
      settleMaven(
        siblingsAsWorkspace(
          await readManifests(context, ordered(files.filter((e) => manifestReader(e.path))), files, items),
        ),
      ),
    );
    const locks = await readLockfiles(context, ordered(files.filter((e) => lockfileKind(e.path))), items);
    const unread = await tellUnread(
      context,
      ordered(files.filter((e) => isUnreadManifest(e.path) && !secondary(e.path))),
      items,
    );
    if (manifests.length + locks.length === 0 && items.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(files.length, 'file')} by name`,
        message:
          'There is no manifest or lockfile of npm, PyPI, Go, Cargo, Maven, Gradle, NuGet, RubyGems or Composer.',
      };
    for (const lock of locks)
      markLock(
        lock,
        manifests.filter((m) => servedBy(m, lock, locks)),
        target.subdir,
      );

    const note = (await context.history.snapshot?.())?.note ?? null;
    const imports = await readImports(context, files, secondary, items);
    markTestModules(locks, manifests, imports);
    const main = manifests.filter((m) => !secondary(m.path));
    const rest = manifests.filter((m) => secondary(m.path));
    const components = inventory(manifests, locks, secondary);
    await readVendoredLicences(context, components);
    items.push(...describeUses(main, manifests, imports));
    const shortfalls = [
      ...unread,
      ...shortfallsOf(
        main,
        locks.filter((l) => !secondary(l.path)),
      ),
    ];
    // What no lockfile fixes, its registry was asked for.
    items.push(...describeInventory(components, note?.tree?.problems.length === 0 ? unread : shortfalls));
    for (const manifest of main) items.push(...describeManifest(manifest));
    items.push(...describeLoose(main));
    if (rest.length > 0)
      items.push(
        fact('secondary-manifests', WHAT, `${plural(rest.length, 'manifest')} of tests and examples`, {
          class: 'supply-chain',
          detail: rest
            .slice(0, 20)
            .map((m) => `${m.path}: ${kindsOf(m.dependencies)}`)
            .join('\n'),
          at: { path: rest[0]!.path, startLine: 1 },
        }),
      );
    for (const lock of locks) items.push(...describeLockfile(lock, secondary(lock.path)));
    items.push(...describeDrift(main, locks), ...sideBySide(locks));
    items.push(...withoutLock(main, files), ...scripts(manifests, secondary));
    items.push(...(await updateBots(context, main)));
    items.push(...describeTree(note, locks.length > 0));
    items.push(...(await lookUpVulnerabilities(context, withTree(components, note?.tree), bundled())));
    const direct = main.reduce((n, m) => n + m.dependencies.length, 0);
    return gathered(
      `${plural(manifests.length, 'manifest')}, ${plural(locks.length, 'lockfile')}, ${plural(direct, 'direct dependency', 'direct dependencies')}, ${plural(components.length, 'package')} pinned${shortfalls.length > 0 ? ', not all there are' : ''}`,
      items,
      { artifacts: await bomOf(target, components, shortfalls) },
    );
  },
});

const bomOf = async (
  target: CollectContext['target'],
  components: readonly Component[],
  shortfalls: readonly Shortfall[],
) => {
  if (components.length + shortfalls.length === 0) return [];
  const { cycloneDx } = await import('../analysis/packages/sbom.ts');
  return [
    {
      name: 'sbom.cdx.json',
      mediaType: 'application/vnd.cyclonedx+json; version=1.6',
      content: cycloneDx(target, components, shortfalls),
    },
  ];
};

/** npm links a package of the same tree whatever its version is called. */
const siblingsAsWorkspace = (manifests: readonly Manifest[]): Manifest[] => {
  const own = new Set(manifests.filter((m) => m.ecosystem === 'npm').map((m) => m.name));
  return manifests.map((m) =>
    m.ecosystem === 'npm'
      ? {
          ...m,
          dependencies: m.dependencies.map((d) =>
            own.has(d.name) && (d.kind === 'any' || d.kind === 'range')
              ? { ...d, kind: 'workspace' as const }
              : d,
          ),
        }
      : m,
  );
};

const NEEDS_LOCK = new Set<Ecosystem>(['npm', 'PyPI', 'crates.io', 'RubyGems', 'Packagist']);

/** One lead for all: what a lockfile is for is the same in each of them. */
const withoutLock = (manifests: readonly Manifest[], files: readonly TreeEntry[]): ItemDraft[] => {
  const locks = files.flatMap((e) => {
    const kind = lockfileKind(e.path);
    return kind ? [{ folder: folderOf(e.path), ecosystem: kind.ecosystem, file: e.path }] : [];
  });
  const bare = manifests.filter((m) => {
    if (m.dependencies.every((d) => d.scope === 'peer' || d.kind === 'workspace' || d.kind === 'exact'))
      return false;
    const folder = folderOf(m.path);
    if (m.ecosystem === 'Go')
      return !files.some((e) => e.path === (folder === '' ? 'go.sum' : `${folder}/go.sum`));
    return (
      NEEDS_LOCK.has(m.ecosystem) &&
      !locks.some(
        (l) =>
          l.ecosystem === m.ecosystem &&
          (l.folder === '' || l.folder === folder || folder.startsWith(`${l.folder}/`)),
      )
    );
  });
  const [first] = bare;
  if (!first) return [];
  return [
    lead(
      'no-lockfile',
      [...WHAT, ...UPDATES, ...CHAIN],
      bare.length === 1
        ? `${first.path} has no lockfile`
        : `${plural(bare.length, 'manifest')} have no lockfile`,
      {
        class: 'supply-chain',
        cwe: ['CWE-1357'],
        strength: 'moderate',
        detail: [
          `Every installation of ${plural(
            bare.reduce((n, m) => n + m.dependencies.length, 0),
            'dependency',
            'dependencies',
          )} may give other versions.`,
          ...bare.slice(0, 20).map((m) => m.path),
        ].join('\n'),
        at: { path: first.path, startLine: 1 },
        places: bare.slice(1, 200).map((m) => ({ path: m.path, startLine: 1 })),
      },
    ),
  ];
};
