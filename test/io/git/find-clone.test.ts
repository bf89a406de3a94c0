import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findClone } from '../../../src/io/git/find-clone.ts';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repos: string;
let full: string;
let commit: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'clones-'));
  repos = join(dir, 'repos');
  full = join(dir, 'full');
  commit = makeRepository(full, [
    { files: { a: 'first', 'lib/b': '1' } },
    { files: { a: 'second', 'lib/b': '2' } },
    { files: { a: 'third' } },
  ]).commit;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const opened = async (source: string): Promise<string> =>
  (await openTarget({ source, reposDir: repos })).repository;

const historyOf = async (
  repository: string,
): Promise<{ commits: number; shallow: boolean; missing: number }> => {
  const { history, close } = await openRepository(repository, commit, '');
  try {
    const { commits, shallow } = await history.commits();
    return { commits: commits.length, shallow, missing: (await history.blobs()).missing };
  } finally {
    await close();
  }
};
const WHOLE = { commits: 3, shallow: false, missing: 0 };

const shallowOf = (name: string, depth = '1'): string => {
  const path = join(dir, name);
  git(dir, ['clone', '--quiet', '--depth', depth, `file://${full}`, path]);
  return path;
};

const unpacked = (repository: string): void => {
  const store = join(repository, 'objects', 'pack');
  const aside = join(dir, 'aside');
  renameSync(store, aside);
  git(repository, ['unpack-objects', '-q'], git2(aside));
};
const git2 = (folder: string): Uint8Array =>
  readFileSync(join(folder, readdirSync(folder).find((n) => n.endsWith('.pack'))!));

/** Takes one object out of a clone of ours, whatever its form. */
const lose = (repository: string, revision: string): void => {
  unpacked(repository);
  const oid = git(repository, ['rev-parse', revision]);
  rmSync(join(repository, 'objects', oid.slice(0, 2), oid.slice(2)));
};

describe('the clone a session reads', () => {
  it.for(['1', '2'])('is its own, not a shallow one of depth %s that holds the commit', async (depth) => {
    for (const name of ['sh1', 'sh2', 'sh3', 'sh4']) await opened(shallowOf(name, depth));
    const own = await opened(full);
    expect(await findClone(repos, commit, full)).toBe(own);
    expect(await historyOf(own)).toEqual(WHOLE);
  });

  it('is its own, though that is shallow, when it was opened from a shallow one', async () => {
    const shallow = shallowOf('sh');
    const own = await opened(shallow);
    await opened(full);
    expect(await findClone(repos, commit, shallow)).toBe(own);
  });

  it('is another whole one when its own is gone, or nobody knows which it was', async () => {
    await opened(shallowOf('sh'));
    const whole = await opened(full);
    expect(await findClone(repos, commit, '')).toBe(whole);
    expect(await findClone(repos, commit, 'https://example.org/a/b')).toBe(whole);
    expect(await findClone(repos, commit, join(dir, 'gone'))).toBe(whole);
  });

  it('is none when all others are shallow', async () => {
    for (const name of ['sh1', 'sh2', 'sh3']) await opened(shallowOf(name));
    expect(await findClone(repos, commit, full)).toBeNull();
  });

  it.for([
    ['a file of the commit', 'HEAD:a'],
    ['a folder of the commit', 'HEAD:lib'],
    ['a file of its history', 'HEAD~2:a'],
    ['a folder of its history', 'HEAD~2^{tree}'],
    ['an older commit', 'HEAD~2'],
  ] as const)('is not another that lacks %s', async ([, revision]) => {
    const other = await opened(full);
    lose(other, revision);
    expect(await findClone(repos, commit, join(dir, 'elsewhere'))).toBeNull();
  });

  it('is found after its folder is gone', async () => {
    const own = await opened(full);
    rmSync(full, { recursive: true });
    expect(await findClone(repos, commit, full)).toBe(own);
    expect(await findClone(repos, commit, `${full}#main`)).toBe(own);
  });
});

describe('a clone of ours', () => {
  it('becomes whole when its shallow source did', async () => {
    const source = shallowOf('sh');
    expect(await historyOf(await opened(source))).toEqual({ commits: 1, shallow: true, missing: 0 });
    git(source, ['fetch', '--quiet', '--unshallow']);
    expect(await historyOf(await opened(source))).toEqual(WHOLE);
  });

  it('deepens with its source', async () => {
    const source = shallowOf('sh');
    await opened(source);
    git(source, ['fetch', '--quiet', '--depth=2']);
    expect(await historyOf(await opened(source))).toEqual({ commits: 2, shallow: true, missing: 0 });
    expect(await historyOf(await opened(source))).toEqual({ commits: 2, shallow: true, missing: 0 });
  });

  it('stays whole when a shallow clone takes the place of its source', async () => {
    await opened(full);
    const shallow = shallowOf('sh');
    rmSync(full, { recursive: true });
    renameSync(shallow, full);
    expect(await historyOf(await opened(full))).toEqual(WHOLE);
  });

  it.for([
    ['a file', 'HEAD~2:a'],
    ['a folder', 'HEAD~1^{tree}'],
    ['a commit', 'HEAD~2'],
  ] as const)('becomes whole when its source, which lacked %s, was mended', async ([, revision]) => {
    const source = join(dir, 'mended');
    git(dir, ['clone', '--quiet', '--bare', `file://${full}`, source]);
    lose(source, revision);
    const before = await historyOf(await opened(source));
    expect(before).not.toEqual(WHOLE);
    rmSync(source, { recursive: true });
    git(dir, ['clone', '--quiet', '--bare', `file://${full}`, source]);
    expect(await historyOf(await opened(source))).toEqual(WHOLE);
  });
});
