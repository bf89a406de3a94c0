import { manifestReader } from '../analysis/packages/manifests/read-manifest.ts';
import { localEnvironment } from '../io/git/environment.ts';
import { openRepository } from '../io/git/open-repository.ts';
import type { OpenedTarget, OpenTargetOptions } from '../io/git/open-target.ts';
import { resolveTree } from '../io/registries/resolve.ts';
import { keepNote } from '../io/snapshot/import-snapshot.ts';
import type { Host } from './host.ts';

/** Asks the registry of a package for what a user would get with it today, and keeps that beside its commit. */
export const resolvePackageTree = async (
  host: Host,
  { target, repository }: OpenedTarget,
  fetch: OpenTargetOptions['fetch'],
  progress: (text: string) => void,
): Promise<void> => {
  if (!fetch) return;
  const of = await openRepository(repository, target.commit, '');
  try {
    const note = (await of.history.snapshot?.())?.note;
    if (!note?.package) return;
    const manifest = of.tree.allEntries.find((e) =>
      /^package\.json$|^[^/]+\.dist-info\/METADATA$|^PKG-INFO$/.test(e.path),
    )?.path;
    const read =
      manifest === undefined
        ? null
        : manifestReader(manifest)?.(manifest, (await of.tree.text(manifest)) ?? '');
    if (!read?.ok) return;
    const roots = read.manifest.dependencies
      .filter(
        (d) =>
          d.scope === 'runtime' ||
          (d.scope === 'optional' && note.package?.registry === 'npm') ||
          (d.scope === 'peer' && note.package?.registry === 'npm'),
      )
      .map((d) => ({ name: d.name, range: d.specifier }));
    const tree = await resolveTree({
      registry: note.package.registry,
      registries: fetch.registries,
      roots,
      asOf: fetch.now().toISOString(),
      progress,
    });
    await keepNote(repository, localEnvironment(host.reposDir), { ...note, tree });
  } finally {
    await of.close();
  }
};
