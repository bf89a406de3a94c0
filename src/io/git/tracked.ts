import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { FolderRead, Unread } from '../read-folder.ts';
import { readingEnvironment } from './environment.ts';
import { gitWords } from './git.ts';

const run = promisify(execFile);

const KINDS: Record<string, string> = {
  '120000': 'a symbolic link in git, which is never followed',
  '160000': 'a submodule: another repository, whose contents are not looked at',
};

/**
 * What git keeps below a folder that reading the folder does not show: submodules, which are empty folders until somebody
 * fetches them, links that were checked out as files, and files that are left out of a sparse work tree. Nothing for a
 * folder that is in no repository. Only git's index is read, under our settings alone. Never throws.
 */
export const trackedUnread = async (folder: string, { files, unread }: FolderRead): Promise<Unread[]> => {
  let listed: string;
  try {
    const { stdout } = await run('git', ['ls-files', '--stage', '-z', '--', '.'], {
      cwd: folder,
      env: { ...readingEnvironment() },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    listed = stdout;
  } catch (error) {
    const words = gitWords(error);
    if (/not a git repository/i.test(words)) return [];
    return [{ path: '.', what: `a folder of which git could not say what else it keeps (${words})` }];
  }
  const passed = new Set(unread.map((u) => u.path));
  const known = (path: string) =>
    passed.has(path) || path.split('/').some((_, n, parts) => passed.has(parts.slice(0, n).join('/')));
  return listed.split('\0').flatMap((line): Unread[] => {
    const [, mode = '', path = ''] = /^(\d{6}) [0-9a-f]+ \d\t(.*)$/s.exec(line) ?? [];
    if (path === '' || known(path)) return [];
    if (KINDS[mode]) return [{ path, what: KINDS[mode], leadsAway: true }];
    return files.has(path) ? [] : [{ path, what: 'a file that git keeps and that is not in the folder' }];
  });
};
