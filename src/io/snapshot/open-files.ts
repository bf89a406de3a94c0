import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { snapshotWords } from '../../domain/snapshot.ts';
import { plural } from '../../text/plural.ts';
import { redactSecrets } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';
import { localEnvironment } from '../git/environment.ts';
import { askGit } from '../git/git.ts';
import type { OpenedTarget, OpenTargetOptions } from '../git/open-target.ts';
import { FULL_COMMIT } from '../git/refs.ts';
import { canonicalSource, findLocalRepository, NoRepository } from '../git/source.ts';
import { joinSubdir, requireFolder } from '../git/subdir.ts';
import type { Imported } from './import-snapshot.ts';
import { snapshotOfArchive, snapshotOfFolder } from './open-snapshot.ts';
import { archiveFormat } from './sniff.ts';

/** Whether a path of this machine is to be read as files without a history: an archive, or a folder of no repository. */
export const withoutHistory = (path: string): 'archive' | 'folder' | null => {
  if (statSync(path).isFile()) {
    if (archiveFormat(path)) return 'archive';
    // Of a file in a repository, that is audited, as ever.
  }
  try {
    findLocalRepository(path);
    return null;
  } catch (error) {
    if (!(error instanceof NoRepository)) throw error;
    return statSync(path).isDirectory() ? 'folder' : 'archive';
  }
};

export const openFiles = async (
  kind: 'archive' | 'folder',
  path: string,
  ref: string,
  options: OpenTargetOptions,
): Promise<OpenedTarget> => {
  const source = redactSecrets(canonicalSource(options.source));
  const place = { reposDir: options.reposDir, source };
  options.progress?.(kind === 'archive' ? 'reading the archive' : 'reading the folder');
  return targetOfSnapshot(
    await (kind === 'archive' ? snapshotOfArchive(path, place) : snapshotOfFolder(path, place)),
    source,
    ref,
    options,
  );
};

/** A target that is files alone, as it is kept. */
export const targetOfSnapshot = async (
  { repository, commit, files, note }: Imported,
  source: string,
  ref: string,
  { subdir = '', reposDir }: Pick<OpenTargetOptions, 'subdir' | 'reposDir'>,
  committedAt = '',
): Promise<OpenedTarget> => {
  if (ref !== '' && ref !== commit)
    throw new UserError(
      FULL_COMMIT.test(ref)
        ? `${visible(note.name)} holds other files than it did: they were ${ref}, and are ${commit}`
        : `${visible(note.name)} is ${snapshotWords(note)} and has no history, so there is no ${visible(ref)} in it`,
      FULL_COMMIT.test(ref)
        ? 'begin another session on what it holds now'
        : 'leave the ref out; or audit the repository it was made from',
    );
  const environment = localEnvironment(resolve(reposDir));
  const folder = joinSubdir(subdir);
  await requireFolder((args) => askGit(repository, environment, args), commit, folder);
  return {
    repository,
    target: {
      url: '',
      commit,
      ref: '',
      subdir: folder,
      source,
      name: redactSecrets(visible(note.name).slice(0, 200)),
      committedAt,
      tags: [],
    },
    notices: [
      `${visible(note.name)} is ${snapshotWords(note)}: its ${plural(files, 'file')} became a commit of our own, whose hash depends on them alone. It has no history: checks of history, signatures and review (1.1.2 to 1.1.4) have nothing to look at`,
      ...(note.below === ''
        ? []
        : [`everything lies in ${visible(note.below)}/, which is left out of the paths`]),
      ...(note.leftOutCount === 0
        ? []
        : [
            `not part of it: ${note.leftOut
              .slice(0, 5)
              .map((l) => `${l.path} (${l.why})`)
              .join(', ')}${note.leftOutCount > 5 ? `, and ${note.leftOutCount - 5} more` : ''}`,
          ]),
      ...note.remarks.map((r) => r.replace(/\.$/, '')),
    ].map(redactSecrets),
  };
};
