import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clonePath, initBare, makeOnce, TARGET_HEAD } from '../../../src/io/git/clone.ts';
import { localEnvironment } from '../../../src/io/git/environment.ts';
import { askGit } from '../../../src/io/git/git.ts';
import { reposDir } from '../../../src/io/paths.ts';

const PARTS = ['dist', 'checklists', 'package.json'];

const hashOf = (root: string): string => {
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const path = join(root, part);
    const names = part.includes('.')
      ? ['']
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((e) => e.isFile())
          .map((e) => join(e.parentPath, e.name).slice(path.length))
          .sort();
    for (const name of names) hash.update(`${part}${name}\0`).update(readFileSync(path + name));
  }
  return hash.digest('hex').slice(0, 16);
};

/**
 * Copies the built program aside, so that a build during the run changes nothing, and says what it is: the same program
 * has the same version. The copy lies below the project's `node_modules`, where its packages are found.
 */
export const freezeProduct = (root: string, cacheDir: string): { command: string; version: string } => {
  if (!existsSync(join(root, 'dist', 'cli.js')))
    throw new Error(
      'dist/cli.js is not there: run npm run build first, or measure another program with --cmd',
    );
  const version = hashOf(root);
  const frozen = join(cacheDir, 'product', version);
  if (!existsSync(frozen)) {
    const aside = `${frozen}.${process.pid}`;
    for (const part of PARTS) cpSync(join(root, part), join(aside, part), { recursive: true });
    const copied = hashOf(aside);
    if (copied !== version) {
      rmSync(aside, { recursive: true, force: true });
      throw new Error('dist changed while it was copied; start again');
    }
    for (const old of readdirSync(join(cacheDir, 'product')))
      if (!old.includes('.')) rmSync(join(cacheDir, 'product', old), { recursive: true, force: true });
    renameSync(aside, frozen);
  }
  const word = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
  return {
    command: `${word(process.execPath)} ${word(join(frozen, 'dist', 'cli.js'))} collect {clone} --ref {commit} --subdir {subdir} --json {out}`,
    version,
  };
};

/**
 * Puts where the program would clone `gitDir` to a repository that borrows its objects. Nothing has to be copied then,
 * and a mirror that leaves out large files, of which no complete clone can be made, can be looked at all the same.
 */
export const lendObjects = async (home: string, gitDir: string): Promise<void> => {
  const repos = reposDir(home);
  mkdirSync(repos, { recursive: true });
  const environment = localEnvironment(repos);
  // The program names a clone by its real path: a folder of symbolic links has to lead to the same place.
  const real = realpathSync(gitDir);
  const top = basename(real) === '.git' ? dirname(real) : real;
  await makeOnce(clonePath(repos, pathToFileURL(top).href), async (draft) => {
    await initBare(draft, environment, TARGET_HEAD);
    mkdirSync(join(draft, 'objects', 'info'), { recursive: true });
    writeFileSync(join(draft, 'objects', 'info', 'alternates'), `${join(real, 'objects')}\n`);
    const format = '--format=create %(refname) %(objectname)';
    const refs = await askGit(gitDir, environment, ['for-each-ref', format, 'refs/heads', 'refs/tags']);
    const head = (await askGit(gitDir, environment, ['rev-parse', 'HEAD'])).trim();
    const input = Buffer.from(`${refs}create ${TARGET_HEAD} ${head}\n`);
    await askGit(draft, environment, ['update-ref', '--stdin'], { input });
  });
};
