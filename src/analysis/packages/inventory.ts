import { byCodePoint } from '../files/words.ts';
import {
  type Ecosystem,
  type LockedPackage,
  type Lockfile,
  type Manifest,
  type PackageFile,
  registryName,
} from './dependency.ts';
import { lockOf } from './lockfiles/lock.ts';

/** One package in one version, wherever the tree pins it. */
export type Component = {
  ecosystem: Ecosystem;
  name: string;
  version: string;
  /** True when any manifest asks for it; null when nothing tells. */
  direct: boolean | null;
  /** True only when every place that pins it needs it for development alone. */
  development: boolean | null;
  /** Pinned only by tests and examples. */
  secondary: boolean;
  licence: string;
  hash: string;
  files: readonly PackageFile[];
  elsewhere: string;
  places: { path: string; line: number }[];
  /** Keys of what it needs, in code point order. */
  needs: string[];
};

export const componentKey = (ecosystem: Ecosystem, name: string, version: string): string =>
  `${ecosystem} ${registryName(ecosystem, name)} ${version}`;

/** What a manifest pins by itself: an exact version that no lockfile overrules. */
const pinnedVersion = (manifest: Manifest, specifier: string): string =>
  manifest.ecosystem === 'NuGet'
    ? specifier.replace(/^\[|\]$/g, '').trim()
    : specifier.replace(/^[=v\s]+/, '').trim();

/**
 * All packages of all lockfiles, each version once, and what manifests without a lockfile pin exactly. Requirements
 * files count by themselves: images are built from them even where another lockfile exists.
 */
export const inventory = (
  manifests: readonly Manifest[],
  locks: readonly Lockfile[],
  secondary: (path: string) => boolean,
): Component[] => {
  const all = new Map<string, Component>();
  const put = (
    ecosystem: Ecosystem,
    p: Pick<LockedPackage, 'name' | 'version' | 'line' | 'direct' | 'development'> & Partial<LockedPackage>,
    path: string,
    needs: string[],
  ): void => {
    if (p.name === '' || p.version === '') return;
    const key = componentKey(ecosystem, p.name, p.version);
    const place = { path, line: p.line };
    const known = all.get(key);
    if (!known) {
      all.set(key, {
        ecosystem,
        name: p.name,
        version: p.version,
        direct: p.direct,
        development: p.development,
        secondary: secondary(path),
        licence: p.licence ?? '',
        hash: p.hash ?? '',
        files: p.files ?? [],
        elsewhere: p.elsewhere ?? '',
        places: [place],
        needs,
      });
      return;
    }
    known.direct = known.direct || p.direct || (known.direct ?? p.direct);
    known.development =
      known.development === false || p.development === false ? false : (known.development ?? p.development);
    known.secondary &&= secondary(path);
    known.licence ||= p.licence ?? '';
    known.hash ||= p.hash ?? '';
    if (known.files.length === 0) known.files = p.files ?? [];
    if (known.places.length < 50 && known.places.at(-1)!.path !== path) known.places.push(place);
    known.needs = [...new Set([...known.needs, ...needs])];
  };
  for (const lock of locks)
    for (const p of lock.packages)
      put(
        lock.ecosystem,
        p,
        lock.path,
        p.needs.flatMap((i) => {
          const needed = lock.packages[i];
          return needed ? [componentKey(lock.ecosystem, needed.name, needed.version)] : [];
        }),
      );
  for (const m of manifests) {
    if (m.ecosystem === 'Go') continue; // go.mod is read as a lockfile
    const flat = /\.(?:txt|in)$/.test(m.path);
    if (lockOf(m, locks) && !flat) continue;
    // A requirements file with nothing but exact versions was written by a tool: who asked for what is lost in it.
    const compiled = flat && m.dependencies.every((d) => d.kind === 'exact');
    for (const d of m.dependencies)
      if (d.kind === 'exact')
        put(
          m.ecosystem,
          {
            name: d.name,
            version: pinnedVersion(m, d.specifier),
            line: d.line,
            direct: compiled ? null : true,
            development: d.scope === 'development' || d.scope === 'build',
          },
          m.path,
          [],
        );
  }
  for (const c of all.values()) c.needs.sort(byCodePoint);
  return [...all].sort(([a], [b]) => byCodePoint(a, b)).map(([, c]) => c);
};
