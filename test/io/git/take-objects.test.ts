import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repo: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lacking-'));
  repo = join(dir, 'server');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const commits = [
  { files: { 'kept.ts': 'one', 'gone.bin': 'large, and left out by the mirror' }, tags: ['v1'] },
  { files: { 'kept.ts': 'two' }, tags: ['v2'] },
];

const store = (): string => join(repo, '.git', 'objects');
const loose = (oid: string): string => join(store(), oid.slice(0, 2), oid.slice(2));
const idOf = (path: string): string => git(repo, ['rev-parse', `HEAD:${path}`]);

/** Leaves objects out of the repository, and the others as files of their own or in one pack. */
const leaveOut = (gone: readonly string[], form: 'loose' | 'packed'): void => {
  const ids = git(repo, ['rev-list', '--objects', '--all'])
    .split('\n')
    .map((line) => line.slice(0, 40))
    .filter((oid) => !gone.includes(oid));
  const aside = join(dir, 'aside');
  mkdirSync(aside);
  const name = git(repo, ['pack-objects', '-q', join(aside, 'pack')], `${ids.join('\n')}\n`);
  rmSync(store(), { recursive: true });
  mkdirSync(join(store(), 'pack'), { recursive: true });
  const pack = `pack-${name}`;
  if (form === 'loose') git(repo, ['unpack-objects', '-q'], readFileSync(join(aside, `${pack}.pack`)));
  else
    for (const ending of ['pack', 'idx'])
      renameSync(join(aside, `${pack}.${ending}`), join(store(), 'pack', `${pack}.${ending}`));
};

const open = (more: { ref?: string } = {}) =>
  openTarget({ source: repo, reposDir: join(dir, 'repos'), ...more });

const texts = async (opened: Awaited<ReturnType<typeof open>>, ...paths: string[]): Promise<string[]> => {
  const source = await openRepository(opened.repository, opened.target.commit, '');
  try {
    return await Promise.all(paths.map((p) => source.tree.text(p).then(String, (e: Error) => e.message)));
  } finally {
    await source.close();
  }
};

describe('a folder that lacks objects', () => {
  it.for(['loose', 'packed'] as const)(
    '%s, is audited as far as it goes, and the auditor is told',
    async (form) => {
      const { commit } = makeRepository(repo, commits);
      leaveOut([idOf('gone.bin')], form);
      const opened = await open();
      expect(opened.target).toMatchObject({ commit, tags: ['v2'] });
      expect(opened.notices.join()).toMatch(/lacks objects/);
      const [kept, gone] = await texts(opened, 'kept.ts', 'gone.bin');
      expect(kept).toBe('two');
      expect(gone).toMatch(/is missing from the target/);
      expect((await open({ ref: 'v1' })).target.tags).toEqual(['v1']);
    },
  );

  it('may have branches whose commits are gone', async () => {
    const { commits: made } = makeRepository(repo, commits);
    const [first = '', second = ''] = made;
    git(repo, ['branch', 'earlier', first]);
    leaveOut([second], 'loose');
    const opened = await open({ ref: 'earlier' });
    expect(opened.target.commit).toBe(first);
    await expect(open({ ref: second })).rejects.toThrow();
  });

  it('gives nothing that is not what its name says, and nothing behind a link', async () => {
    makeRepository(repo, commits);
    const kept = idOf('kept.ts');
    leaveOut([idOf('gone.bin')], 'loose');
    const secret = join(dir, 'secret');
    const content = Buffer.from('blob 6\0secret');
    writeFileSync(secret, deflateSync(content));
    const linked = createHash('sha1').update(content).digest('hex');
    mkdirSync(dirname(loose(linked)), { recursive: true });
    symlinkSync(secret, loose(linked));
    rmSync(loose(kept), { force: true });
    writeFileSync(loose(kept), deflateSync(Buffer.from('blob 3\0bad')));
    const opened = await open();
    const ours = (oid: string) => join(opened.repository, 'objects', oid.slice(0, 2), oid.slice(2));
    expect(existsSync(ours(linked))).toBe(false);
    expect(existsSync(ours(kept))).toBe(false);
    expect(existsSync(ours(opened.target.commit))).toBe(true);
  });
});
