import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { countLines, isCountedSource, mapThrough, parseHunks, type Site } from './measure.ts';

/** What was fetched is foreign: nothing of its or the machine's configuration may run a command. */
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
};

const git = (gitDir: string, args: readonly string[], input = '') =>
  spawnSync('git', ['--git-dir', gitDir, '-c', 'core.hooksPath=/dev/null', ...args], {
    env: environment,
    input,
    maxBuffer: 1 << 30,
  });

const gitText = (gitDir: string, args: readonly string[]): string => git(gitDir, args).stdout.toString();

const isGitDir = (path: string): boolean =>
  existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'));

/** Git directories below a folder: bare or with a work tree, at most three folders deep (`owner/name/.git`). */
const gitDirsBelow = (folder: string, depth = 3): string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
      if (isGitDir(path)) return [path];
      if (isGitDir(join(path, '.git'))) return [join(path, '.git')];
      return depth > 1 ? gitDirsBelow(path, depth - 1) : [];
    });

export type Clones = {
  /** The git directory that has the commit; null when none of the folder has. */
  gitDirOf(repo: string, commit: string): string | null;
  hasFile(repo: string, commit: string, file: string): boolean;
  /** Line feeds of a file, and one. */
  linesOf(repo: string, commit: string, file: string): number;
  /** Lines of source below `subdir` that are no tests, nor built or vendored. */
  sourceLines(repo: string, commit: string, subdir: string): number;
  /** The site's place in another commit; null when its file or all of its lines are gone. */
  mapSite(repo: string, from: string, to: string, site: Site): Site | null;
  /** A checkout with its own git directory, in `into`. It borrows the clone's objects and changes nothing there. */
  layTree(repo: string, commit: string, into: string): string;
};

/** `folder` holds clones named anyhow; one called `owner+name`, `owner/name` or `name` is asked first. */
export const openClones = (folder: string): Clones => {
  const all = gitDirsBelow(folder);
  if (all.length === 0) throw new Error(`${folder} holds no git repository`);
  const found = new Map<string, string | null>();

  const gitDirOf = (repo: string, commit: string): string | null => {
    const key = `${repo} ${commit}`;
    if (!found.has(key)) {
      const [owner = '', name = ''] = repo.toLowerCase().split('/');
      const isNamed = (dir: string): boolean => {
        const parts = relative(folder, dir)
          .toLowerCase()
          .split('/')
          .map((p) => basename(p, '.git'));
        return parts.includes(`${owner}+${name}`) || parts.includes(name);
      };
      const has = (dir: string): boolean => git(dir, ['cat-file', '-e', `${commit}^{commit}`]).status === 0;
      found.set(key, all.filter(isNamed).find(has) ?? all.filter((d) => !isNamed(d)).find(has) ?? null);
    }
    return found.get(key) ?? null;
  };

  const need = (repo: string, commit: string): string => {
    const dir = gitDirOf(repo, commit);
    if (!dir) throw new Error(`no clone has ${repo} ${commit}`);
    return dir;
  };

  return {
    gitDirOf,
    hasFile: (repo, commit, file) =>
      git(need(repo, commit), ['cat-file', '-e', `${commit}:${file}`]).status === 0,
    linesOf: (repo, commit, file) =>
      gitText(need(repo, commit), ['cat-file', 'blob', `${commit}:${file}`]).split('\n').length,
    sourceLines: (repo, commit, subdir) => {
      const dir = need(repo, commit);
      const tree = gitText(dir, ['ls-tree', '-r', '-z', '--full-tree', `${commit}:${subdir}`]);
      const blobs = tree.split('\0').flatMap((row) => {
        const [, oid, path] = /^100\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(row) ?? [];
        return oid && path !== undefined && isCountedSource(path) ? [oid] : [];
      });
      const out = git(dir, ['cat-file', '--batch'], blobs.join('\n')).stdout;
      let total = 0;
      for (let at = 0; at < out.length; ) {
        const end = out.indexOf(10, at);
        const [, kind, size] = out.toString('utf8', at, end).split(' ');
        at = end + 1;
        if (kind === 'missing' || size === undefined) continue;
        total += countLines(out.subarray(at, at + Number(size)));
        at += Number(size) + 1;
      }
      return total;
    },
    mapSite: (repo, from, to, site) => {
      const old = need(repo, from);
      const dir = git(old, ['cat-file', '-e', `${to}^{commit}`]).status === 0 ? old : need(repo, to);
      let file: string | undefined = site.file;
      if (git(dir, ['cat-file', '-e', `${to}:${file}`]).status !== 0) {
        const renames = gitText(dir, [
          'diff',
          '-M40%',
          '--diff-filter=R',
          '--name-status',
          '-z',
          from,
          to,
        ]).split('\0');
        const at = renames.findIndex((name, n) => n % 3 === 1 && name === site.file);
        file = at === -1 ? undefined : renames[at + 1];
      }
      if (file === undefined) return null;
      const diff = ['diff', '-U0', '--no-ext-diff', '--no-textconv', `${from}:${site.file}`, `${to}:${file}`];
      return mapThrough(parseHunks(gitText(dir, diff)), site, file);
    },
    layTree: (repo, commit, into) => {
      const dir = need(repo, commit);
      const path = join(into, `${repo.replace('/', '+')}-${commit.slice(0, 12)}`);
      const own = join(path, '.git');
      if (existsSync(own)) return path;
      mkdirSync(path, { recursive: true });
      spawnSync('git', ['init', '-q', '--template=', path], { env: environment });
      mkdirSync(join(own, 'objects', 'info'), { recursive: true });
      writeFileSync(join(own, 'objects', 'info', 'alternates'), `${join(dir, 'objects')}\n`);
      git(own, ['update-ref', '--no-deref', 'HEAD', commit]);
      git(own, ['--work-tree', path, 'read-tree', 'HEAD']);
      // Goes on where a mirror lacks a large blob, a film say; `checkout` would stop.
      git(own, ['--work-tree', path, 'checkout-index', '-a', '-f', '-q']);
      return path;
    },
  };
};
