import { compareWithRepository } from '../analysis/packages/against-repository.ts';
import { parseRepositoryUrl } from '../analysis/repository/repository-url.ts';
import { UserError } from '../domain/errors.ts';
import type { Comparison, SnapshotNote } from '../domain/snapshot.ts';
import { localEnvironment } from '../io/git/environment.ts';
import { openRepository } from '../io/git/open-repository.ts';
import { type OpenedTarget, openTarget } from '../io/git/open-target.ts';
import { commitOf } from '../io/git/read-target.ts';
import { keepNote } from '../io/snapshot/import-snapshot.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';

/** Holds a package against the repository it claims, and keeps what came of it beside its commit. */

/** Tags that name a version, as projects write them. */
const tagsFor = ({ name, version }: { name: string; version: string }): string[] => {
  const short = name.split('/').at(-1) ?? name;
  return [
    `v${version}`,
    version,
    `${name}@${version}`,
    `${short}@${version}`,
    `${short}-v${version}`,
    `${short}-${version}`,
    `${short}/v${version}`,
    `release-${version}`,
  ];
};

const choose = async (
  repository: string,
  newest: string,
  pkg: NonNullable<SnapshotNote['package']>,
): Promise<Pick<Comparison, 'commit' | 'chosen' | 'ref'>> => {
  const named = pkg.commit === '' ? null : await commitOf(repository, pkg.commit);
  if (named) return { commit: named, chosen: 'named', ref: '' };
  for (const tag of tagsFor(pkg)) {
    const commit = await commitOf(repository, `refs/tags/${tag}`);
    if (commit) return { commit, chosen: 'tag', ref: tag };
  }
  return { commit: newest, chosen: 'newest', ref: '' };
};

/**
 * @param o.repository folder or address of the repository the auditor names; the one that the package claims is asked only
 *   when the network is allowed
 */
export const comparePackage = async (
  host: Host,
  opened: OpenedTarget,
  o: { repository?: string | undefined; mayFetch: boolean; progress(text: string): void },
): Promise<void> => {
  const { target, repository: clone } = opened;
  const of = await openRepository(clone, target.commit, '');
  try {
    const note = (await of.history.snapshot?.())?.note;
    if (!note) {
      if (o.repository !== undefined)
        throw new UserError(
          `${visible(target.name)} is a repository itself, so it was not held against ${visible(o.repository)}`,
          'name a package, archive or folder as the target, and its repository with --repository',
        );
      return;
    }
    const claimed = note.package ? parseRepositoryUrl(note.package.repository) : null;
    const source =
      o.repository ??
      (o.mayFetch && claimed ? `https://${claimed.host}/${claimed.owner}/${claimed.name}` : null);
    const keep = (comparison: SnapshotNote['comparison']): Promise<void> =>
      keepNote(clone, localEnvironment(host.reposDir), { ...note, comparison });
    if (source === null) {
      if (note.comparison === undefined)
        await keep({
          problem: claimed
            ? 'its repository was not asked: --repository names a clone of it'
            : 'it does not say which repository it is built from: --repository names one',
        });
      return;
    }
    let theirs: OpenedTarget;
    try {
      theirs = await openTarget({ source, reposDir: host.reposDir, progress: o.progress });
    } catch (error) {
      if (!(error instanceof UserError) || o.repository !== undefined) throw error;
      await keep({ problem: `its repository could not be fetched: ${error.message}` });
      return;
    }
    const about = note.package ?? { name: '', version: '', directory: '', commit: '' };
    const chosen = note.package
      ? await choose(theirs.repository, theirs.target.commit, note.package)
      : { commit: theirs.target.commit, chosen: 'newest' as const, ref: '' };
    o.progress(`comparing with ${chosen.commit.slice(0, 12)} of its repository`);
    const at = await openRepository(theirs.repository, chosen.commit, '');
    try {
      await keep({
        repository: theirs.target.url || theirs.target.name,
        ...chosen,
        ...(await compareWithRepository(of.tree, at.tree, about)),
      });
    } finally {
      await at.close();
    }
  } finally {
    await of.close();
  }
};
