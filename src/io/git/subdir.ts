import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import type { Ask } from './git.ts';

/** Folder names joined, without `.` and empty parts; `..` would leave the commit. */
export const joinSubdir = (...parts: string[]): string => {
  const names = parts.flatMap((part) => part.split('/')).filter((name) => name !== '' && name !== '.');
  if (names.includes('..') || names.some((name) => name.includes('\0')))
    throw new UserError(
      `the folder ${visible(parts.join('/'))} leads out of the repository`,
      'name a folder inside the repository with --subdir',
    );
  return names.join('/');
};

export const requireFolder = async (ask: Ask, commit: string, subdir: string): Promise<void> => {
  if (subdir === '') return;
  const entry = await ask(['ls-tree', '-z', '--full-tree', commit, '--', subdir]);
  if (entry.startsWith('040000 tree')) return;
  throw new UserError(
    entry === ''
      ? `there is no folder ${visible(subdir)} in the commit, so there is nothing to audit there`
      : `${visible(subdir)} is not a folder of the commit, and an audit covers a folder`,
    'name another folder with --subdir, or leave it out for the whole repository',
  );
};
