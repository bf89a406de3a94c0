import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { inFolder, ours } from '../open-folder.ts';
import { hashIn } from '../put-in-place.ts';
import { readFolderIn } from '../read-folder.ts';
import { diskError } from '../session/save-error.ts';
import { putFiles } from '../write-files.ts';
import { ask, blobIn, type DatabaseClone, programsNamed, quietly } from './database-clone.ts';
import { gitWords } from './git.ts';

/**
 * A commit made out of git's objects alone: nothing is checked out and nothing is added from a work tree, so that no
 * filter, attribute, hook or symbolic link of the database plays a part.
 */
export type Author = { name: string; email: string };

/** The auditor's own name is used where git knows one. */
const identity = async (folder: string, author: Author): Promise<Record<string, string>> => {
  const name = await quietly(folder, ['config', 'user.name']);
  const email = await quietly(folder, ['config', 'user.email']);
  return {
    ...(name ? {} : { GIT_AUTHOR_NAME: author.name, GIT_COMMITTER_NAME: author.name }),
    ...(email ? {} : { GIT_AUTHOR_EMAIL: author.email, GIT_COMMITTER_EMAIL: author.email }),
  };
};

type Entry = { mode: string; type: string; object: string; path: string };

const entriesOf = async (folder: string, args: readonly string[]): Promise<Entry[]> =>
  (await ask(folder, ['ls-tree', '-z', '--full-tree', ...args])).split('\0').flatMap((line) => {
    const [, mode = '', type = '', object = '', path = ''] =
      /^(\d{6}) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return path ? [{ mode, type, object, path }] : [];
  });

/** Hosts do not tell names apart by case, git does: the spelling that is there already is kept. */
const spelledIn = async (git: string, commit: string, path: string): Promise<string> => {
  let there = '';
  for (const part of path.split('/')) {
    const names = (await entriesOf(git, [commit, ...(there === '' ? [] : ['--', `${there}/`])])).map((e) =>
      e.path.slice(there === '' ? 0 : there.length + 1),
    );
    const name = names.includes(part) ? part : names.find((n) => n.toLowerCase() === part.toLowerCase());
    there = [there, name ?? part].filter(Boolean).join('/');
  }
  return there;
};

/** What is in the way in `home`: git follows links and submodules in a path as little as we do. */
const refuseStrange = (entries: readonly Entry[], home: string): void => {
  const above = home.split('/').map((_, n, parts) => parts.slice(0, n + 1).join('/'));
  const strange = entries.find((e) =>
    above.includes(e.path) ? e.type !== 'tree' : e.mode === '120000' || e.type === 'commit',
  );
  if (strange)
    throw new UserError(
      `nothing was submitted: ${visible(strange.path)} in the database is ${strange.mode === '120000' ? 'a symbolic link' : strange.type === 'commit' ? 'a submodule' : 'a file where a folder should be'}, and nothing is read or written through it`,
      'ask the maintainers of the database what it is for',
    );
};

export type Committed = {
  branch: string;
  commit: string;
  /** False: the branch held exactly this already. */
  changed: boolean;
};

/** Git follows a link in its own folder, and would write a ref, or its log, wherever that leads. */
const refuseLinkedRef = async (git: string, ref: string): Promise<void> => {
  const own = resolve(git, await ask(git, ['rev-parse', '--git-common-dir']));
  for (const path of [ref, `logs/${ref}`]) {
    const parts = path.split('/');
    for (const below of parts.map((_, n) => parts.slice(0, n + 1).join('/')))
      if (fs.lstatSync(join(own, below), { throwIfNoEntry: false })?.isSymbolicLink())
        throw new UserError(
          `nothing was submitted: ${visible(join(own, below))} is a symbolic link, and the branch would be written where it leads`,
          'look at who made it; remove the link, or clone the database anew',
        );
  }
};

/**
 * Makes or continues a branch without touching what is checked out. `write` is given a folder of ours that holds what the
 * branch has below `wanted`, as the branch spells that path, changes it, and gives the message; everything there is then
 * committed.
 *
 * @throws UserError with git's words
 */
export const commitOnBranch = async (
  clone: DatabaseClone,
  branch: string,
  author: Author,
  wanted: string,
  write: (folder: string, home: string) => Promise<{ message: string }>,
): Promise<Committed> => {
  const scratch = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mcp-audit-submit-')));
  const git = clone.folder;
  const ref = `refs/heads/${branch}`;
  try {
    await ask(git, ['check-ref-format', ref]);
    await refuseLinkedRef(git, ref);
    const there = await quietly(git, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    const trees = (await quietly(git, ['worktree', 'list', '--porcelain'])) ?? '';
    if (trees.split('\n').includes(`branch ${ref}`))
      throw new UserError(
        `the branch ${visible(branch)} is checked out, and was left as it is`,
        'check out another branch there, and submit again',
      );
    const parent = there ?? (await ask(git, ['rev-parse', '--verify', `${clone.base}^{commit}`]));
    const home = await spelledIn(git, parent, wanted);
    const parts = home.split('/');
    const above = parts.map((_, n) => parts.slice(0, n + 1).join('/'));
    const before = await entriesOf(git, ['-r', parent, '--', `${home}/`]);
    refuseStrange([...(await entriesOf(git, [parent, '--', ...above])), ...before], home);
    const work = ours(join(scratch, 'db'));
    fs.mkdirSync(work.anchor);
    const texts = new Map<string, Buffer>();
    for (const e of before) texts.set(e.path, await blobIn(git, e.object));
    putFiles(work, texts);
    inFolder(work, home, () => {}, { make: true });

    const { message } = await write(work.anchor, home);
    const index = { GIT_INDEX_FILE: join(scratch, 'index') };
    await ask(git, ['read-tree', parent], { env: index });
    const after = readFolderIn(work, home).files;
    const lines = [...texts.keys()]
      .filter((path) => hashIn(work, path) === null)
      .map((path) => `0 ${'0'.repeat(40)}\t${path}`);
    for (const [name, bytes] of after) {
      const path = `${home}/${name}`;
      if (texts.get(path)?.equals(bytes)) continue;
      const object = await ask(git, ['hash-object', '-w', '--no-filters', '--stdin'], { input: bytes });
      lines.push(`100644 ${object}\t${path}`);
    }
    await ask(git, ['update-index', '-z', '--index-info'], {
      env: index,
      input: lines.map((l) => `${l}\0`).join(''),
    });
    // A partial clone need not have what others wrote.
    const tree = await ask(git, ['write-tree', '--missing-ok'], { env: index });
    const changed = tree !== (await ask(git, ['rev-parse', `${parent}^{tree}`]));
    const commit = changed
      ? await ask(git, ['commit-tree', tree, '-p', parent, ...(await signing(git))], {
          input: `${message.trimEnd()}\n`,
          env: await identity(git, author),
        })
      : parent;
    if (commit !== there) await ask(git, ['update-ref', '-m', 'mcp-audit submit', ref, commit, there ?? '']);
    return { branch, commit, changed };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const disk = diskError(error);
    throw new UserError(
      `the branch ${visible(branch)} could not be made: ${disk?.message ?? gitWords(error)}`,
      disk?.hint ?? 'nothing of the session is lost; put that right in the clone and submit again',
    );
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
};

/** The auditor's wish to sign is kept, with a program of theirs. */
const signing = async (folder: string): Promise<string[]> => {
  if ((await quietly(folder, ['config', '--type=bool', 'commit.gpgsign'])) !== 'true') return [];
  const programs = await programsNamed(folder, 'signing');
  if (programs.length > 0)
    throw new UserError(
      `nothing was submitted: commits are to be signed, and the configuration of ${visible(folder)} itself names the program for it (${programs.map((p) => visible(p)).join(', ')})`,
      'look at it; if it is yours, move the setting to your own configuration (git config --global)',
    );
  return ['-S'];
};
