import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReading } from '../../../src/analysis/sources/reading.ts';
import { collectors } from '../../../src/collectors/index.ts';
import { UserError } from '../../../src/domain/errors.ts';
import { findClone } from '../../../src/io/git/find-clone.ts';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { SNAPSHOT_LIMITS } from '../../../src/io/snapshot/admit.ts';
import { snapshotOfArchive } from '../../../src/io/snapshot/open-snapshot.ts';
import { type Packed, tarOf, tgzOf, zipOf } from '../../support/archives.ts';

let dir: string;
let reposDir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'snapshot-'));
  reposDir = join(dir, 'data', 'repos');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const FILES: readonly Packed[] = [
  { name: 'package.json', content: '{"name":"notes"}' },
  { name: 'src/index.js', content: 'start()\n' },
  { name: 'README.md', content: '# Notes\n' },
];

const put = (name: string, bytes: Buffer): string => {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
};

const within = (name: string, below: string): readonly Packed[] =>
  FILES.map((f) => ({ ...f, name: `${below}/${f.name}` })).concat(name === '' ? [] : [{ name }]);

const pathsOf = async (source: string): Promise<string[]> => {
  const { repository, target } = await openTarget({ source, reposDir });
  const { tree, close } = await openRepository(repository, target.commit, '');
  await close();
  return tree.allEntries.map((e) => e.path);
};

const refusal = async (bytes: Buffer, name = 'x.zip'): Promise<string> => {
  const before = readdirSync(dir);
  const path = put(name, bytes);
  const error = await openTarget({ source: path, reposDir }).then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  // Nothing of it lies anywhere, not even in our own folder.
  expect(readdirSync(reposDir).filter((n) => n !== '.git-home')).toEqual([]);
  rmSync(path);
  expect(readdirSync(dir).filter((n) => n !== 'data')).toEqual(before.filter((n) => n !== 'data'));
  return (error as UserError).message;
};

describe('files without a history', () => {
  it('become the same commit, however they are packed and whatever they are called', async () => {
    const folder = join(dir, 'server');
    for (const f of FILES) {
      mkdirSync(join(folder, String(f.name), '..'), { recursive: true });
      writeFileSync(join(folder, String(f.name)), f.content ?? '');
    }
    const sources = [
      folder,
      put('a.zip', zipOf([...FILES].reverse(), { deflated: true })),
      put('b.tgz', tgzOf(within('', 'package'))),
      put('c.tar', tarOf(within('', 'notes-1.0'))),
      put('d.mcpb', zipOf(FILES)),
      put('e.whl', zipOf(FILES)),
    ];
    const commits = new Set<string>();
    for (const source of sources) {
      const { target, repository, notices } = await openTarget({ source, reposDir });
      commits.add(target.commit);
      expect(target).toMatchObject({ url: '', ref: '', source, committedAt: '', tags: [] });
      expect(notices[0]).toContain(
        'It has no history: checks of history, signatures and review (1.1.2 to 1.1.4)',
      );
      expect(await findClone(reposDir, target.commit, source)).toBe(repository);
    }
    expect(commits.size).toBe(1);
    expect([...commits][0]).toMatch(/^[0-9a-f]{40}$/);
    expect(await pathsOf(sources[2] ?? '')).toEqual(['README.md', 'package.json', 'src/index.js']);
  });

  it('have hashes that follow their content and nothing else', async () => {
    const commitOf = async (files: Packed[], name: string): Promise<string> => {
      const path = put(name, zipOf(files));
      return (await snapshotOfArchive(path, { reposDir, source: path })).commit;
    };
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 2, maxLength: 6 }),
        fc.string(),
        async (names, content) => {
          const files = names.map((n) => ({ name: n, content }));
          const one = await commitOf(files, 'one.zip');
          expect(await commitOf([...files].reverse(), 'two.zip')).toBe(one);
          expect(
            await commitOf([...files.slice(1), { ...files[0]!, content: `${content}.` }], 'one.zip'),
          ).not.toBe(one);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('are opened again by their path, and say so when they changed', async () => {
    const path = put('a.zip', zipOf(FILES));
    const { target } = await openTarget({ source: path, reposDir });
    await expect(openTarget({ source: path, ref: target.commit, reposDir })).resolves.toMatchObject({
      target,
    });
    await expect(openTarget({ source: path, ref: 'main', reposDir })).rejects.toThrow(
      /no history, so there is no main/,
    );
    writeFileSync(path, zipOf(FILES.slice(1)));
    await expect(openTarget({ source: path, ref: target.commit, reposDir })).rejects.toThrow(
      /holds other files than it did/,
    );
  });

  it('leave history to those who look at it, and are clean in none of that', async () => {
    const path = put(
      'a.zip',
      zipOf([...FILES, { name: 'test/a.test.js', content: 'test()' }, { name: '.git/config' }]),
    );
    const { target, repository } = await openTarget({ source: path, reposDir });
    const { tree, history, close } = await openRepository(repository, target.commit, '');
    const context = {
      target,
      tree,
      history,
      reading: createReading(tree),
      signal: new AbortController().signal,
      progress: () => {},
    };
    const say = async (id: string) => collectors.find((c) => c.id === id)!.collect(context);
    try {
      for (const id of ['git-history', 'signatures'])
        expect(await say(id)).toMatchObject({
          outcome: 'unavailable',
          message: expect.stringContaining('an archive: it has no history'),
        });
      const rules = async (id: string) => {
        const gathered = await say(id);
        return 'items' in gathered ? gathered.items.filter((i) => i.kind === 'gap').map((i) => i.rule) : [];
      };
      expect(await rules('governance')).toContain('no-history');
      expect(await rules('secrets')).toContain('no-history');
      expect(await rules('tests-ci')).toContain('last-test-change');
      expect(await rules('identity')).toEqual(expect.arrayContaining(['left-out', 'no-remote']));
    } finally {
      await close();
    }
  });

  it('of a folder are read as they lie there: links as links, made folders left out and named', async () => {
    const folder = join(dir, 'server');
    for (const sub of ['sub/.git/hooks', 'node_modules/x', 'src'])
      mkdirSync(join(folder, sub), { recursive: true });
    writeFileSync(join(folder, 'src/a.js'), 'a');
    writeFileSync(join(folder, 'node_modules/x/index.js'), 'x');
    symlinkSync('/etc/passwd', join(folder, 'src/link'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { notices, target, repository } = await openTarget({ source: folder, reposDir });
    const { tree, close } = await openRepository(repository, target.commit, '');
    await close();
    expect(tree.allEntries.map((e) => `${e.kind} ${e.path}`)).toEqual(['file src/a.js', 'symlink src/link']);
    const said = notices.join('\n');
    for (const words of [
      'node_modules (a folder of installed packages)',
      'pipe (a device',
      'src/link to /etc/passwd',
    ])
      expect(said).toContain(words);
  });
});

describe('a hostile archive', () => {
  it.each<[string, RegExp, Packed]>([
    ['leads out', /leads out of its folder/, { name: '../../evil.sh', content: 'x' }],
    ['leads out by backslashes', /leads out of its folder/, { name: 'a\\..\\..\\evil.sh', content: 'x' }],
    ['is absolute', /absolute path/, { name: '/etc/cron.d/evil', content: 'x' }],
    ['names a drive', /absolute path/, { name: 'C:\\evil.exe', content: 'x' }],
    ['holds a file twice', /twice, with different contents/, { name: 'src/index.js', content: 'other' }],
    ['writes below a file', /as a file or link and as a folder/, { name: 'README.md/evil', content: 'x' }],
    ['replaces a folder', /as a file or link and as a folder/, { name: 'src', content: 'x' }],
    ['holds a name with NUL', /NUL/, { name: 'a\0b', content: 'x' }],
    ['is too deep', /folders more than/, { name: `${'d/'.repeat(300)}x` }],
  ])('that %s is refused whole', async (_what, words, entry) => {
    expect(await refusal(zipOf([...FILES, entry]))).toMatch(words);
    if (String(entry.name).includes('\0') || String(entry.name).length > 99) return;
    expect(await refusal(tgzOf([...FILES, entry]), 'x.tgz')).toMatch(words);
  });

  it('with devices, pipes, hard links to elsewhere, or files below a link is refused', async () => {
    expect(await refusal(tgzOf([...FILES, { name: 'dev', type: '3' }]), 'x.tgz')).toMatch(
      /device, pipe or socket/,
    );
    expect(await refusal(tgzOf([...FILES, { name: 'p', type: '6' }]), 'x.tgz')).toMatch(
      /device, pipe or socket/,
    );
    expect(await refusal(zipOf([...FILES, { name: 'dev', mode: 0o060644 }]))).toMatch(
      /device, pipe or socket/,
    );
    expect(await refusal(tgzOf([...FILES, { name: 'pw', type: '1', link: '/etc/passwd' }]), 'x.tgz')).toMatch(
      /hard link to what it does not hold/,
    );
    expect(
      await refusal(tgzOf([...FILES, { name: 'e', type: '2', link: '/etc' }, { name: 'e/passwd' }]), 'x.tgz'),
    ).toMatch(/as a file or link and as a folder/);
  });

  it('with 100,000 entries, or that unpacks to far more than it is, is refused', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({ name: `f${i}` }));
    expect(await refusal(tgzOf(many), 'x.tgz')).toMatch(/more than 50000 entries/);
    expect(await refusal(zipOf(many.slice(0, 60_000)))).toMatch(/more than 50000 entries/);
    const zeros = Buffer.alloc(20_000_000);
    const bomb = ['a', 'b'].map((name) => ({ name, content: zeros }));
    expect(await refusal(zipOf(bomb, { deflated: true }))).toMatch(/times its size/);
    expect(await refusal(tgzOf(bomb), 'x.tgz')).toMatch(/times its size/);
    const path = put('y.zip', zipOf(FILES));
    const limits = { ...SNAPSHOT_LIMITS, bytes: 20 };
    await expect(snapshotOfArchive(path, { reposDir, source: path, limits })).rejects.toThrow(
      /more than 20 bytes/,
    );
  });

  it('is refused by what it says of itself, before any of it is unpacked', async () => {
    const says = (bytes: Buffer, size: number): Buffer => {
      const out = Buffer.from(bytes);
      out.writeUInt32LE(size, out.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24);
      return out;
    };
    const small = zipOf([{ name: 'a', content: 'x' }], { deflated: true });
    expect(await refusal(says(small, 40_000_000))).toMatch(/times its size/);
    expect(await refusal(says(small, 2_000_000_000))).toMatch(/more than 1073741824 bytes/);
    const tar = tarOf([{ name: 'big', content: 'x' }]);
    const size = (300 * 1024 * 1024).toString(8).padStart(11, '0');
    tar.write(size, 124);
    tar.write('        ', 148);
    const sum = tar.subarray(0, 512).reduce((a, b) => a + b, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(await refusal(tar, 'x.tar')).toMatch(/holds a file of 314572800 bytes/);
  });

  it('costs no more than its bytes behind the end of a tar, and is refused when those are a bomb', async () => {
    const behind = (bytes: number) => gzipSync(Buffer.concat([tarOf(FILES), Buffer.alloc(bytes)]));
    const path = put('behind.tgz', behind(20_000_000));
    const started = performance.now();
    expect(await pathsOf(path)).toHaveLength(FILES.length);
    expect(performance.now() - started).toBeLessThan(4000);
    rmSync(join(dir, 'data'), { recursive: true });
    expect(await refusal(behind(60_000_000), 'x.tgz')).toMatch(/times its size/);
  });

  it('whose names are others for other programs is refused', async () => {
    const zip = zipOf(FILES);
    zip.write('src/other.js', zip.indexOf('src/index.js'));
    expect(await refusal(zip)).toMatch(/"src\/index.js" in its directory and "src\/other.js" before/);
    const record = (name: string): string => {
      const rest = ` path=${name}\n`;
      return `${rest.length + 2}${rest}`;
    };
    const pax = (name: string): Packed[] => [
      { name: 'pax', type: 'x', content: record(name) },
      { name: 'a' },
    ];
    expect(record('src/a\0b.js')).toHaveLength(Number.parseInt(record('src/a\0b.js'), 10));
    expect(await refusal(tarOf(pax('src/a\0b.js')), 'x.tar')).toMatch(/a name with a NUL/);
    const long = { name: '././@LongLink', type: 'L', content: `${'n/'.repeat(90)}x\0` };
    const honest = put('long.tar', tarOf([long, { name: 'x', content: '1' }, ...pax('src/plain.js')]));
    expect(await pathsOf(honest)).toEqual(expect.arrayContaining(['src/plain.js']));
  });

  it('that claims less than it holds, is cut, damaged or encrypted is refused', async () => {
    const bomb = zipOf([{ name: 'a', content: Buffer.alloc(100_000) }], { deflated: true });
    const lies = Buffer.from(bomb);
    const directory = lies.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    lies.writeUInt32LE(10, directory + 24);
    expect(await refusal(lies)).toMatch(/is damaged/);
    expect(await refusal(zipOf(FILES).subarray(0, -30))).toMatch(/no complete zip file/);
    expect(await refusal(tgzOf(FILES).subarray(0, 60), 'x.tgz')).toMatch(/is damaged/);
    const tar = tarOf(FILES);
    tar.writeUInt8(7, 600);
    tar.write('999999', 512 * 2 + 148);
    expect(await refusal(tar, 'x.tar')).toMatch(/is damaged/);
    expect(await refusal(zipOf(FILES, { flags: 0x801, deflated: true }))).toMatch(/encrypted/);
  });

  it('tells by name what is odd in it and can be kept', async () => {
    const path = put(
      'odd.zip',
      zipOf([
        ...FILES,
        { name: 'readme.MD', content: 'other' },
        { name: Buffer.from([0x6e, 0xff, 0x2e, 0x6a, 0x73]), content: 'x' },
        { name: 'link', content: '../../../etc/passwd', mode: 0o120777 },
        { name: '.GIT/hooks/post-checkout', content: '#!/bin/sh' },
        { name: 'sub/.git./config', content: '[core]' },
        { name: 'README.md', content: '# Notes\n' },
      ]),
    );
    const { notices } = await openTarget({ source: path, reposDir });
    const said = notices.join('\n');
    for (const words of [
      'README.md and readme.MD',
      'n\\xFF.js',
      'link to ../../../etc/passwd',
      '.GIT/hooks/post-checkout (part of a git folder',
      'sub/.git./config (part of a git folder',
      '1 of its names stand in it more than once',
    ])
      expect(said).toContain(words);
    expect(await pathsOf(path)).toEqual([
      'README.md',
      'link',
      'n\\xFF.js',
      'package.json',
      'readme.MD',
      'src/index.js',
    ]);
    expect(existsSync(join(dir, 'etc'))).toBe(false);
  });

  it('whatever its bytes, is opened or refused with words, and nothing is written elsewhere', async () => {
    const good = [zipOf(FILES), tgzOf(FILES), tarOf(FILES)];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (archive, changes) => {
          const bytes = Buffer.from(archive);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const path = put('fuzz.zip', bytes);
          await openTarget({ source: path, reposDir }).catch((error: unknown) => {
            if (!(error instanceof UserError)) throw error;
          });
          expect(readdirSync(dir).sort()).toEqual(existsSync(reposDir) ? ['data', 'fuzz.zip'] : ['fuzz.zip']);
        },
      ),
      { numRuns: 25 },
    );
    expect(readFileSync(join(dir, 'fuzz.zip')).length).toBeGreaterThan(0);
  });
});
