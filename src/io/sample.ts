import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initBare, makeOnce } from './git/clone.ts';
import { localEnvironment } from './git/environment.ts';
import { fastImportStream, type ImportedCommit, type ImportedFile } from './git/fast-import.ts';
import { askGit } from './git/git.ts';

/** How the sample's files came to be: `sample/history.json`. A path in `add` that ends in `/` is a folder. */
type SampleHistory = {
  branch: string;
  remote: string;
  commits: {
    author: string;
    date: string;
    message: string;
    add?: string[];
    /** Files that are not in the folder any more, with their text. */
    write?: Record<string, string>;
    remove?: string[];
    tags?: string[];
  }[];
};

/** The folder that comes with the program: above the sources as well as above the bundle. */
const findSampleFolder = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const sample = join(folder, 'sample');
    if (existsSync(join(sample, 'history.json'))) return sample;
    if (dirname(folder) === folder) throw new Error('the sample is missing from this installation');
  }
};

/** Text with LF however the folder was checked out, so that hashes are the same on every machine. */
const readText = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');

const plainFile = (content: string): ImportedFile => ({ mode: '100644', content });

const readSample = (): { history: SampleHistory; commits: ImportedCommit[] } => {
  const sample = findSampleFolder();
  const server = join(sample, 'notes-server');
  const history = JSON.parse(readText(join(sample, 'history.json'))) as SampleHistory;
  const paths = readdirSync(server, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(server, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const commits = history.commits.map(
    ({ author, date, message, add = [], write = {}, remove = [], tags = [] }) => {
      const added = paths.filter((path) =>
        add.some((a) => path === a || (a.endsWith('/') && path.startsWith(a))),
      );
      const files: [string, ImportedFile][] = [
        ...added.map((path): [string, ImportedFile] => [path, plainFile(readText(join(server, path)))]),
        ...Object.entries(write).map(([path, content]): [string, ImportedFile] => [path, plainFile(content)]),
        ...remove.map((path): [string, ImportedFile] => [path, null]),
      ];
      return { author, date, message, files, tags };
    },
  );
  return { history, commits };
};

/**
 * Makes a git repository of the bundled practice target, with a history and an origin, and returns its path. The same
 * bytes give the same commit on every machine; a repository made before is used again.
 *
 * @param reposDir where our clones are kept
 */
export const createSampleRepository = async (reposDir: string): Promise<string> => {
  const { history, commits } = readSample();
  const stream = fastImportStream(history.branch, commits);
  const edition = createHash('sha256').update(stream).digest('hex').slice(0, 12);
  const clones = resolve(reposDir);
  const path = join(clones, `sample-${edition}`, 'notes-server.git');
  await makeOnce(path, async (draft) => {
    const environment = localEnvironment(clones);
    await initBare(draft, environment, `refs/heads/${history.branch}`);
    await askGit(draft, environment, ['fast-import', '--quiet', '--date-format=raw'], { input: stream });
    await askGit(draft, environment, ['config', 'remote.origin.url', history.remote]);
  });
  return path;
};
