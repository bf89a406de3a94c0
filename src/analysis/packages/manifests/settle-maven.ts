import { plural } from '../../files/words.ts';
import { type Manifest, mavenKind } from '../dependency.ts';

const MOST_PARENTS = 20;

/**
 * Versions a pom leaves to its properties, its dependencyManagement or a parent of this repository. Parents and bills of
 * materials from elsewhere are not fetched: what only they say stays open, and is said to be.
 */
export const settleMaven = (manifests: readonly Manifest[]): Manifest[] => {
  const poms = new Map(manifests.flatMap((m) => (m.maven && m.name ? [[m.name, m] as const] : [])));
  const lineage = (m: Manifest): Manifest[] => {
    const chain = [m];
    for (let p = poms.get(m.maven?.parent ?? ''); p && !chain.includes(p) && chain.length < MOST_PARENTS; )
      [chain[chain.length], p] = [p, poms.get(p.maven?.parent ?? '')];
    return chain;
  };
  /** Modules of this repository are no packages of others. */
  const own = new Set(manifests.flatMap((m) => (m.maven && m.name ? [`${m.maven.group}:${m.name}`] : [])));
  return manifests.map((m) => {
    if (!m.maven) return m;
    const chain = lineage(m);
    const property = (name: string): string | undefined =>
      chain.map((p) => p.maven?.properties[name]).find((v) => v !== undefined);
    const settled = (specifier: string): string => {
      let value = specifier;
      // A property may stand for another one; a circle ends here.
      for (let i = 0; i < 10 && value.includes('${'); i++)
        value = value.replace(
          /\$\{([^}]{1,100})\}/g,
          (all, name: string) => property(name.replace(/^pom\./, 'project.')) ?? all,
        );
      return value.slice(0, 200);
    };
    const dependencies = m.dependencies.map((d) => {
      const managed = d.specifier || (chain.map((p) => p.maven?.management[d.name]).find((v) => v) ?? '');
      const specifier = settled(managed);
      const name = settled(d.name);
      return { ...d, name, specifier, kind: own.has(name) ? 'workspace' : mavenKind(specifier) };
    });
    const open = dependencies.filter((d) => d.kind === 'managed').length;
    return {
      ...m,
      dependencies,
      ...(open > 0
        ? {
            partial: `${plural(open, 'version stands', 'versions stand')} in a parent or a bill of materials that is not in this repository.`,
          }
        : {}),
    };
  });
};
