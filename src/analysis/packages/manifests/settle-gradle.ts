import { folderOf } from '../../files/paths.ts';
import { plural } from '../../files/words.ts';
import type { Dependency, Manifest } from '../dependency.ts';

/**
 * What `libs.some.name` stands for in build files: an entry of the version catalogue of their build, by Gradle's convention
 * `gradle/libs.versions.toml` below its root. What no catalogue of this repository names keeps its alias, and is said to. A
 * catalogue no build file was seen to pick from (plugins of the build do so by other means) stands for itself.
 */
export const settleGradle = (manifests: readonly Manifest[]): Manifest[] => {
  const catalogues = manifests.filter((m) => m.catalogue);
  const used = new Set<Manifest>();
  const rootOf = (path: string): string => folderOf(path).replace(/(?:^|\/)gradle$/, '');
  const nearest = (m: Manifest): Manifest | undefined =>
    catalogues
      .filter((c) => rootOf(c.path) === '' || `${folderOf(m.path)}/`.startsWith(`${rootOf(c.path)}/`))
      .sort((a, b) => rootOf(b.path).length - rootOf(a.path).length)[0];
  const settled = manifests.map((m) => {
    if (m.ecosystem !== 'Maven' || m.maven || m.catalogue) return m;
    const from = nearest(m);
    const dependencies = m.dependencies.flatMap((d): Dependency[] => {
      const alias = /^libs\.(.+)$/.exec(d.name)?.[1];
      const named = alias && from?.catalogue?.get(alias.replace(/\.get$/, '').toLowerCase());
      if (!named || !from) return [d];
      used.add(from);
      return named.map((n) => ({ ...n, scope: d.scope, line: d.line }));
    });
    const open = dependencies.filter((d) => d.kind === 'managed').length;
    return {
      ...m,
      dependencies,
      ...(open > 0
        ? {
            partial: `${plural(open, 'version stands', 'versions stand')} in a platform, a plugin or a catalogue that is not in this repository.`,
          }
        : {}),
    };
  });
  return settled.map((m) =>
    m.catalogue && !used.has(m)
      ? {
          ...m,
          dependencies: [...m.catalogue].flatMap(([alias, ds]) => (alias.startsWith('bundles.') ? [] : ds)),
        }
      : m,
  );
};
