import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openObjects } from '../../../src/io/git/objects.ts';
import { type OpenRepository, openRepository } from '../../../src/io/git/open-repository.ts';
import { MAX_TEXT_BYTES } from '../../../src/io/git/source-tree.ts';
import { type FixtureCommit, git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repo: string;
let opened: OpenRepository[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'repository-'));
  repo = join(dir, 'x.git');
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((o) => o.close()));
  rmSync(dir, { recursive: true, force: true });
});

const open = async (commit: string, subdir = ''): Promise<OpenRepository> => {
  const repository = await openRepository(repo, commit, subdir);
  opened.push(repository);
  return repository;
};

const make = async (commits: FixtureCommit[], subdir = '') => {
  const made = makeRepository(repo, commits, { bare: true });
  return { ...made, ...(await open(made.commit, subdir)) };
};

describe('the tree', () => {
  it('lists what the commit holds by kind, size and code point', async () => {
    const { tree } = await make([
      {
        files: {
          'b/run.sh': { executable: '#!/bin/sh\n' },
          b: { executable: 'replaced below' },
        },
      },
      {
        files: {
          b: null,
          'b/run.sh': { executable: '#!/bin/sh\n' },
          'b.txt': 'bb',
          link: { symlink: 'b.txt' },
          m: { submodule: '2'.repeat(40) },
          'z\u{1F600}': '',
          'z\u{FB01}': '',
        },
      },
    ]);
    expect(tree.entries.map(({ path, kind, size }) => [path, kind, size])).toEqual([
      ['b.txt', 'file', 2],
      ['b/run.sh', 'executable', 10],
      ['link', 'symlink', 5],
      ['m', 'submodule', 0],
      ['z\u{FB01}', 'file', 0],
      ['z\u{1F600}', 'file', 0],
    ]);
    expect(tree.allEntries).toEqual(tree.entries);
    expect((await tree.bytes('link')).toString()).toBe('b.txt');
    await expect(tree.bytes('m')).rejects.toThrow(/submodule/);
    await expect(tree.bytes('nowhere')).rejects.toThrow(/not in the tree/);
  });

  it('narrows to a folder, not to names that begin like it', async () => {
    const { tree } = await make([{ files: { 'src/a': '', 'src-old/b': '', LICENSE: 'x' } }], 'src');
    expect(tree.entries.map((e) => e.path)).toEqual(['src/a']);
    expect(tree.allEntries.map((e) => e.path)).toEqual(['LICENSE', 'src-old/b', 'src/a']);
    expect(await tree.text('LICENSE')).toBe('x');
  });

  it('gives text only for what is text', async () => {
    const { tree } = await make([
      {
        files: {
          bom: '\u{FEFF}{}',
          binary: 'a\0b',
          late: `${'a'.repeat(9000)}\0`,
          latin: new Uint8Array([0x66, 0xe9]),
          big: 'a'.repeat(MAX_TEXT_BYTES + 1),
          fits: 'a'.repeat(MAX_TEXT_BYTES),
          link: { symlink: 'bom' },
          m: { submodule: '2'.repeat(40) },
        },
      },
    ]);
    expect(await tree.text('bom')).toBe('{}');
    expect((await tree.bytes('bom')).length).toBe(5);
    expect(await tree.text('latin')).toBe('f\u{FFFD}');
    expect((await tree.text('late'))?.length).toBe(9001);
    expect((await tree.text('fits'))?.length).toBe(MAX_TEXT_BYTES);
    for (const path of ['binary', 'big', 'link', 'm', 'nowhere'])
      expect(await tree.text(path), path).toBeNull();
  });

  it('reads back any bytes under any name', async () => {
    // Git itself refuses these as names; traps.test.ts has them in trees written by hand.
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((n) => !/[/\0]|^\.\.?$|^\.?git/i.test(n));
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), {
      minKeys: 1,
      maxKeys: 20,
      noNullPrototype: true,
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(files, async (made) => {
        const path = join(dir, `p${n++}`);
        const { commit } = makeRepository(path, [{ files: made }], { bare: true });
        const { tree, close } = await openRepository(path, commit, '');
        try {
          expect(tree.entries.map((e) => e.path).sort()).toEqual(Object.keys(made).sort());
          const read = await Promise.all(tree.entries.map((e) => tree.bytes(e.path)));
          tree.entries.forEach((e, i) => {
            expect(read[i]?.equals(made[e.path] ?? new Uint8Array())).toBe(true);
            expect(e.size).toBe(made[e.path]?.length);
          });
        } finally {
          await close();
        }
      }),
      { numRuns: 10 },
    );
  });

  it('reads 3,000 files quickly', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [
        `src/${i % 50}/file-${i}.ts`,
        `export const n = ${i};\n`.repeat(50),
      ]),
    );
    const made = makeRepository(repo, [{ files }], { bare: true });
    const start = performance.now();
    const { tree } = await open(made.commit);
    const texts = await Promise.all(tree.entries.map((e) => tree.text(e.path)));
    const took = performance.now() - start;
    expect(texts.every((text) => text?.startsWith('export const'))).toBe(true);
    // A tenth of this on an idle machine: one process or one wait for each file would go beyond it.
    expect(took).toBeLessThan(4000);
  });

  it('refuses a commit that is none, or is not here, in words', async () => {
    await make([{ files: { a: '1' } }]);
    await expect(openRepository(repo, '--all', '')).rejects.toThrow('not a commit');
    await expect(openRepository(repo, '1'.repeat(40), '')).rejects.toMatchObject({ name: 'UserError' });
  });

  it('passes over an object too large to hold, and goes on with the next', async () => {
    const { path } = await make([
      { files: { huge: Buffer.alloc(1 << 20), fits: Buffer.alloc(1000), small: 's' } },
    ]);
    const objects = openObjects(path, 1000);
    const read = (file: string) => objects.read(git(path, ['rev-parse', `HEAD:${file}`]));
    const [huge, fits, small] = await Promise.allSettled([read('huge'), read('fits'), read('small')]);
    await objects.close();
    expect(huge).toMatchObject({
      status: 'rejected',
      reason: { name: 'UserError', message: expect.stringContaining('was not looked at') },
    });
    expect(fits).toMatchObject({ status: 'fulfilled', value: { type: 'blob', bytes: Buffer.alloc(1000) } });
    expect(small).toMatchObject({ status: 'fulfilled', value: { bytes: Buffer.from('s') } });
  });

  it('fails what is asked after closing, and what was not answered before', async () => {
    const { tree, close } = await make([{ files: { a: '1' } }]);
    const pending = tree.bytes('a').catch((e: unknown) => e);
    await close();
    expect(await pending).toBeInstanceOf(Error);
    await expect(tree.bytes('a')).rejects.toThrow('closed');
    await close();
  });
});

describe('the history', () => {
  it('reads commits newest first, each as it was written', async () => {
    const { history, commits } = await make([
      {
        files: { a: '1' },
        author: 'Ana Ñandú <ana@example.org>',
        date: '2024-01-01T10:00:00+05:30',
        message: 'One\n\nBody\n',
      },
      { files: { a: '2' }, author: 'Bo <bo@example.org>', date: '2024-02-01T10:00:00-07:00' },
    ]);
    const [first = '', second = ''] = commits;
    const ana = { name: 'Ana Ñandú', email: 'ana@example.org' };
    expect(await history.commits()).toEqual({
      complete: true,
      shallow: false,
      commits: [
        expect.objectContaining({
          hash: second,
          parents: [first],
          message: 'Commit 2',
          authoredAt: '2024-02-01T10:00:00-07:00',
        }),
        {
          hash: first,
          parents: [],
          author: ana,
          committer: ana,
          authoredAt: '2024-01-01T10:00:00+05:30',
          committedAt: '2024-01-01T10:00:00+05:30',
          signature: 'none',
          message: 'One\n\nBody\n',
        },
      ],
    });
  });

  it('lists tags on the way to the commit: kind, signature, the commit behind a tag of a tag', async () => {
    const { commits } = makeRepository(repo, [
      { files: { a: '1' }, tags: ['v1'], annotatedTags: ['v1-signed'] },
      { files: { a: '2' }, tags: ['later'] },
    ]);
    repo = join(repo, '.git');
    const [first = ''] = commits;
    const tag = (object: string, type: string, name: string, body: string): string =>
      git(
        repo,
        ['mktag'],
        `object ${object}\ntype ${type}\ntag ${name}\ntagger T <t@example.org> 1709287200 +0100\n\n${body}`,
      );
    git(repo, [
      'update-ref',
      'refs/tags/ssh',
      tag(first, 'commit', 'ssh', 'x\n-----BEGIN SSH SIGNATURE-----\nx\n'),
    ]);
    const inner = tag(first, 'commit', 'inner', 'x\n-----BEGIN PGP SIGNATURE-----\nx\n');
    git(repo, ['update-ref', 'refs/tags/outer', tag(inner, 'tag', 'outer', 'x\n')]);
    git(repo, ['tag', 'tree', `${first}^{tree}`]);
    const { history } = await open(first);
    const of = { commit: first, signature: 'none', kind: 'annotated' };
    expect(await history.tags()).toEqual([
      { ...of, name: 'outer', taggedAt: '2024-03-01T11:00:00+01:00' },
      { ...of, name: 'ssh', signature: 'ssh', taggedAt: '2024-03-01T11:00:00+01:00' },
      { ...of, name: 'v1', kind: 'lightweight', taggedAt: '2024-01-01T12:00:00+00:00' },
      { ...of, name: 'v1-signed', taggedAt: '2024-01-01T12:00:00+00:00' },
    ]);
    expect((await history.tagsElsewhere()).map((t) => t.name)).toEqual(['later']);
  });

  it('finds every blob there ever was, and the commit that brought it', async () => {
    const { history, commits } = await make([
      { files: { a: 'one', 'dir/secret.env': 'TOKEN' } },
      { files: { 'dir/secret.env': null, a: 'two' } },
      { files: { 'moved.env': 'TOKEN', link: { symlink: 'a' } } },
    ]);
    const { blobs, complete } = await history.blobs();
    expect(complete).toBe(true);
    expect(blobs.map(({ path, size }) => [path, size]).sort()).toEqual([
      ['a', 3],
      ['a', 3],
      ['link', 1],
      ['moved.env', 5],
    ]);
    const token = blobs.find((b) => b.size === 5)!;
    expect(await history.introducedBy(token.oid, token.path)).toBe(commits[0]);
    const link = blobs.find((b) => b.path === 'link')!;
    expect(await history.introducedBy(link.oid, link.path)).toBe(commits[2]);
    expect(await history.introducedBy('0'.repeat(40), 'a')).toBeNull();

    const order = [...blobs.map((b) => b.oid), token.oid].reverse();
    const read: string[] = [];
    for await (const { oid, bytes } of history.readBlobs(order)) {
      read.push(oid);
      if (oid === token.oid) expect(bytes?.toString()).toBe('TOKEN');
    }
    expect(read).toEqual(order);
  });

  it('agrees with git about who brought a blob, over merges', async () => {
    makeRepository(repo, [{ files: { a: '1' } }]);
    const commit = (file: string, text: string, message: string): string => {
      writeFileSync(join(repo, file), text);
      git(repo, ['add', '-A']);
      git(repo, ['commit', '--quiet', '-m', message]);
      return git(repo, ['rev-parse', 'HEAD']);
    };
    git(repo, ['checkout', '--quiet', '-b', 'side']);
    const side = commit('b', 'from the side', 'side');
    git(repo, ['checkout', '--quiet', 'main']);
    commit('c', 'main goes on', 'main');
    git(repo, ['merge', '--quiet', '--no-commit', '--no-ff', 'side']);
    const merge = commit('d', 'only in the merge', 'merge');
    repo = join(repo, '.git');
    const { tree, history } = await open(merge);
    const by = async (path: string) =>
      history.introducedBy(tree.entries.find((e) => e.path === path)?.oid ?? '', path);
    expect(await by('b')).toBe(side);
    expect(await by('d')).toBe(merge);
    expect(await history.changedPaths(merge)).toEqual(['b', 'd']);
  });

  it('lists the paths one commit changed', async () => {
    const { history, commits } = await make([
      { files: { a: '1', 'old\nname': 'x' } },
      { files: { a: '2', 'old\nname': null, 'new name': 'x' } },
    ]);
    expect(await history.changedPaths(commits[0] ?? '')).toEqual(['a', 'old\nname']);
    expect(await history.changedPaths(commits[1] ?? '')).toEqual(['a', 'new name', 'old\nname']);
    await expect(history.changedPaths('--output=x')).rejects.toThrow('not a commit');
  });

  it('names the commit that last changed a line, and says nothing of lines that are not there', async () => {
    const { history, commits } = await make([
      { files: { a: 'one\ntwo\n', '-L1,1': 'x\n', ':(glob)*': 'y\n' } },
      { files: { a: 'one\nTWO\n' } },
    ]);
    const by = async (path: string, line: number) => (await history.lastChange(path, line))?.hash ?? null;
    expect([await by('a', 1), await by('a', 2)]).toEqual([commits[0], commits[1]]);
    expect([await by('-L1,1', 1), await by(':(glob)*', 1)]).toEqual([commits[0], commits[0]]);
    expect([await by('a', 99), await by('gone', 1), await by('', 1)]).toEqual([null, null, null]);
    await expect(history.lastChange('a', 1.5)).rejects.toThrow('not a line');
  });

  it('does not pass off a history with missing objects as a complete one', async () => {
    const { commit, commits } = makeRepository(repo, [{ files: { a: 'gone' } }, { files: { a: 'here' } }], {
      bare: true,
    });
    const blob = git(repo, ['rev-parse', `${commits[0]}:a`]);
    rmSync(join(repo, 'objects', blob.slice(0, 2), blob.slice(2)));
    const { tree, history } = await open(commit);
    expect(await tree.text('a')).toBe('here');
    expect(await history.blobs()).toMatchObject({
      complete: true,
      missing: 1,
      blobs: [{ path: 'a', size: 4 }],
    });
  });

  it('takes nothing but object ids for reading', async () => {
    const { history } = await make([{ files: { a: '1' } }]);
    const read = async (oid: string) => {
      for await (const { bytes } of history.readBlobs([oid])) return bytes;
      throw new Error('nothing was said of it');
    };
    for (const oid of ['HEAD', `${'0'.repeat(39)}\n`, '', 'HEAD:a\nHEAD:a'])
      await expect(read(oid)).rejects.toThrow('not an object id');
    expect(await read('1'.repeat(40))).toBeNull();
  });

  it('can be left in the middle', async () => {
    const files = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, `text ${i}`]));
    const { history, tree } = await make([{ files }]);
    const { blobs } = await history.blobs();
    for await (const _ of history.readBlobs(blobs.map((b) => b.oid))) break;
    expect(await tree.text('f7')).toBe('text 7');
  });
});
