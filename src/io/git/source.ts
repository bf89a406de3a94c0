import { lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../domain/errors.ts';
import { parseImage, parsePackage } from '../../domain/package-name.ts';
import { isPlain, visible } from '../../text/visible.ts';
import { isWithin, lookAtGitDir, smallFile } from './git-dir.ts';
import { decoded, isScpLike, withoutCredentials } from './remote-url.ts';
import { wrongAddress, wrongName, wrongPackage } from './wrong-source.ts';

/** What the auditor typed, taken apart. `ref` is '' when none was named. */
export type AskedSource =
  | { kind: 'local'; path: string; ref: string; subdir: string }
  | { kind: 'network'; url: string; ref: string; subdir: string };

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const NETWORK = /^(https?|ssh|git):$/i;

const exists = (path: string): boolean => {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
};

/** At the last `#`, so that a path may hold others. */
const splitRef = (source: string): [string, string] => {
  const hash = source.lastIndexOf('#');
  return hash <= 0 ? [source, ''] : [source.slice(0, hash), source.slice(hash + 1)];
};

/** The address of a page on GitHub names a branch, tag or commit, and maybe a folder: what people paste. */
const GITHUB_PAGE =
  /^(https:\/\/github\.com\/[^/]+\/[^/]+)\/(?:tree|commit|releases\/tag)\/([^/]+)(?:\/(.+?))?\/?$/i;

const parseUrl = (text: string): AskedSource => {
  const [withPage, ref] = splitRef(text);
  const scheme = SCHEME.exec(withPage)?.[1]?.toLowerCase();
  if (scheme === 'file') {
    try {
      return { kind: 'local', path: fileURLToPath(withPage), ref, subdir: '' };
    } catch {
      throw new UserError(
        `${visible(text)} is not the address of a folder`,
        'write file:///path/to/repository',
      );
    }
  }
  if (scheme && (!NETWORK.test(`${scheme}:`) || !URL.canParse(withPage) || !isPlain(withPage)))
    throw new UserError(
      `${visible(withoutCredentials(text))} cannot be fetched: the target is read through https, http, ssh, git or file only`,
      'write an address such as https://github.com/owner/repo',
    );
  const wrong = wrongAddress(withPage);
  if (wrong) throw wrong;
  const page = GITHUB_PAGE.exec(withPage);
  if (page?.[1] && page[2])
    return { kind: 'network', url: page[1], ref: ref || decoded(page[2]), subdir: decoded(page[3] ?? '') };
  return { kind: 'network', url: withPage, ref, subdir: '' };
};

/**
 * Takes apart a path or git URL with an optional `#ref`. A path that exists with the whole text wins over every other
 * reading. Throws {@link UserError} for what is neither.
 */
export const parseSource = (source: string): AskedSource => {
  if (source === '' || source.includes('\0'))
    throw new UserError(
      'no target was named',
      'name a folder, or a git URL such as https://github.com/owner/repo',
    );
  if (SCHEME.test(source)) return parseUrl(source);
  if (exists(source)) return { kind: 'local', path: source, ref: '', subdir: '' };
  const [path, ref] = splitRef(source);
  if (ref !== '' && exists(path)) return { kind: 'local', path, ref, subdir: '' };
  const published = wrongPackage(path);
  if (published) throw published;
  if (isScpLike(path) && !path.startsWith('-')) return parseUrl(source);
  throw wrongName(path, ref);
};

/** A repository on this machine, found by looking, without running git in it. */
export type LocalRepository = {
  /** The folder upload-pack is pointed at: the work tree's top, or the bare repository. */
  top: string;
  /** From `top` to the folder that was named; '' for the top itself. */
  subdir: string;
  bare: boolean;
  /** Where its objects are; what else it borrows from is left alone. */
  objects: string;
  /** Text of its configuration files: to look for words in, never to act on. */
  config: string;
  /** What of it lies elsewhere on this machine. */
  notices: string[];
};

/** What git itself asks of a folder before it takes it for a repository. */
const isGitDir = (path: string): boolean =>
  exists(join(path, 'HEAD')) && exists(join(path, 'objects')) && exists(join(path, 'refs'));

/** What a path is that belongs to no repository: its files can still be looked at, without a history. */
export class NoRepository extends UserError {}

const notRepository = (path: string): NoRepository =>
  new NoRepository(
    `${visible(path)} is not in a git repository`,
    'name the folder or archive of a server, or in its folder: git init && git add -A && git commit -m "State under audit"',
  );

/** Follows a `.git` file; '' when it leads nowhere. */
const gitDirOf = (dotGit: string): string => {
  if (statSync(dotGit).isDirectory()) return dotGit;
  const target = /^gitdir: (.+?)\r?\n?$/s.exec(smallFile(dotGit))?.[1];
  const path = target ? resolve(dirname(dotGit), target) : '';
  return path && exists(path) ? path : '';
};

export const findLocalRepository = (path: string): LocalRepository => {
  let folder = realpathSync(path);
  if (!statSync(folder).isDirectory()) folder = dirname(folder);
  if (basename(folder) === '.git') folder = dirname(folder);
  const notices: string[] = [];

  const sharedOf = (gitDir: string): string => {
    const common = smallFile(join(gitDir, 'commondir')).trim();
    return common ? resolve(gitDir, common) : gitDir;
  };
  const storeOf = (gitDir: string) => ({
    objects: join(sharedOf(gitDir), 'objects'),
    config: smallFile(join(sharedOf(gitDir), 'config')),
  });

  let top = folder;
  while (!exists(join(top, '.git'))) {
    const up = dirname(top);
    if (up === top) break;
    top = up;
  }
  const inWorkTree = exists(join(top, '.git'));
  if (isGitDir(folder) && !exists(join(folder, '.git'))) {
    if (inWorkTree)
      notices.push(
        `${visible(folder)} is a bare repository inside another one; the inner one is audited, not ${visible(top)}`,
      );
    const store = storeOf(folder);
    notices.push(...lookAtGitDir(sharedOf(folder), store.objects));
    return { top: folder, subdir: '', bare: true, ...store, notices };
  }
  if (!inWorkTree) throw notRepository(path);

  const gitDir = gitDirOf(join(top, '.git'));
  if (gitDir === '') throw notRepository(path);
  const real = realpathSync(gitDir);
  if (!isWithin(top, real) || lstatSync(join(top, '.git')).isSymbolicLink())
    notices.push(
      `the folder's .git leads to ${visible(real)}: that repository is what is audited; make sure it is the one you mean`,
    );
  const store = storeOf(gitDir);
  // A work tree beside others has a folder of its own, and shares the rest.
  for (const folder of new Set([gitDir, sharedOf(gitDir)]))
    notices.push(...lookAtGitDir(folder, folder === gitDir ? join(gitDir, 'objects') : store.objects));
  return {
    top,
    subdir: relative(top, folder).split(sep).join('/'),
    bare: false,
    ...store,
    notices,
  };
};

/** The source as it is kept, and compared: a path means the same from every folder, an address holds no credentials. */
export const canonicalSource = (source: string): string => {
  if (parsePackage(source) || parseImage(source)) return source;
  const asked = parseSource(source);
  return asked.kind === 'local'
    ? `${resolve(asked.path)}${asked.ref === '' ? '' : `#${asked.ref}`}`
    : withoutCredentials(source);
};

/**
 * Where a target would be fetched from over the network: `source` is what the auditor typed on this machine, '' when it was
 * not opened here; `url` is what the record says, which may come from anyone. Null: from nowhere.
 */
export const fetchedFrom = (source: string, url: string): string | null => {
  if (SCHEME.test(source) ? !/^file:/i.test(source) : isScpLike(source)) return source;
  return /^https?:\/\//i.test(url) && URL.canParse(url) && isPlain(url) ? url : null;
};
