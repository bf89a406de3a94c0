import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { tgzOf, zipOf } from '../../support/archives.ts';

let dir: string;
let server: Server;
let base: string;
let asked: string[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'registry-'));
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(dir, { recursive: true, force: true });
});

const open = (source: string, ref?: string) =>
  openTarget({
    source,
    ref,
    reposDir: join(dir, 'repos'),
    fetch: {
      registries: { npm: `${base}/npm/`, pypi: `${base}/pypi/` },
      now: () => new Date('2026-11-30T12:00:00Z'),
    },
  });

const FILES = [
  {
    name: 'package/package.json',
    content: JSON.stringify({ name: '@acme/notes', scripts: { preinstall: 'touch /tmp/evil' } }),
  },
  { name: 'package/dist/index.js', content: 'start()\n' },
];

const npm = (archive: Buffer, more: object = {}) => {
  const version = (v: string, d: object = {}) => ({
    name: '@acme/notes',
    version: v,
    gitHead: 'a'.repeat(40),
    repository: { url: 'git+https://github.com/acme/notes.git', directory: 'srv' },
    _npmUser: { name: 'jane' },
    dist: {
      tarball: `${base}/npm/files/notes-${v}.tgz`,
      integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
      ...d,
    },
  });
  answers['/npm/@acme%2fnotes'] = {
    'dist-tags': { latest: '1.2.0', next: '2.0.0' },
    time: {
      created: '2020-01-01T00:00:00Z',
      '1.0.0': '2024-01-01T00:00:00Z',
      '1.2.0': '2025-01-01T00:00:00Z',
      '2.0.0': '2026-01-01T00:00:00Z',
    },
    maintainers: [{ name: 'jane' }, { name: 'joe' }],
    versions: { '1.0.0': version('1.0.0'), '1.2.0': version('1.2.0', more), '2.0.0': version('2.0.0') },
  };
  for (const v of ['1.0.0', '1.2.0', '2.0.0']) answers[`/npm/files/notes-${v}.tgz`] = archive;
};

describe('a package of npm', () => {
  it('is the file that the registry names, with what the registry says of it', async () => {
    npm(tgzOf(FILES));
    const { target, repository, notices } = await open('npm:@acme/notes');
    expect(target).toMatchObject({
      source: 'npm:@acme/notes@1.2.0',
      name: 'npm:@acme/notes@1.2.0',
      committedAt: '2025-01-01T00:00:00.000Z',
    });
    expect(notices.join('\n')).toContain('npm:@acme/notes is 1.2.0 today, 2026-11-30');
    expect(notices.join('\n')).toContain('names by its sha512');
    const { tree, history, close } = await openRepository(repository, target.commit, '');
    expect(tree.allEntries.map((e) => e.path)).toEqual(['dist/index.js', 'package.json']);
    expect((await history.snapshot!())!.note).toMatchObject({
      kind: 'npm',
      package: {
        version: '1.2.0',
        first: '2024-01-01T00:00:00.000Z',
        versions: 3,
        repository: 'git+https://github.com/acme/notes.git',
        directory: 'srv',
        commit: 'a'.repeat(40),
        maintainers: ['jane', 'joe'],
        publisher: 'jane',
        hash: 'sha512',
      },
    });
    await close();
    expect(asked).toEqual(['/npm/@acme%2fnotes', '/npm/files/notes-1.2.0.tgz']);
    expect(readdirSync(dir)).toEqual(['repos']);
  });

  it('is chosen by version, tag or range, and pinned', async () => {
    npm(tgzOf(FILES));
    const sourceOf = async (words: string) => (await open(words)).target.source;
    expect(await sourceOf('npm:@acme/notes@1.0.0')).toBe('npm:@acme/notes@1.0.0');
    expect(await sourceOf('npm:@acme/notes@next')).toBe('npm:@acme/notes@2.0.0');
    expect(await sourceOf('npm:@acme/notes@^1')).toBe('npm:@acme/notes@1.2.0');
    await expect(open('npm:@acme/notes@9.9.9')).rejects.toThrow(/no version 9\.9\.9 .* newest is 1\.2\.0/);
    await expect(open('npm:@acme/gone')).rejects.toThrow(/no such package/);
  });

  it('that is another file than its hash says is refused; without a hash that is said', async () => {
    npm(tgzOf(FILES));
    answers['/npm/files/notes-1.2.0.tgz'] = tgzOf([...FILES, { name: 'package/more.js' }]);
    await expect(open('npm:@acme/notes')).rejects.toThrow(/sent another file than it names/);
    npm(tgzOf(FILES), { integrity: '', shasum: '' });
    expect((await open('npm:@acme/notes')).notices.join('\n')).toContain('could not be checked');
  });

  it('asks nobody without leave, nor when it is cut off', async () => {
    npm(tgzOf(FILES));
    await expect(
      openTarget({ source: 'npm:@acme/notes', reposDir: join(dir, 'repos') }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('nobody may be asked'),
      hint: expect.stringContaining('by hand'),
    });
    expect(asked).toEqual([]);
    await new Promise((done) => server.close(done));
    await expect(open('npm:@acme/notes')).rejects.toThrow(/could not be asked/);
    server.listen(0);
  });
});

describe('a package of PyPI', () => {
  it('is the wheel a user would get, by an address that may be relative', async () => {
    const wheel = zipOf([
      { name: 'notes/__init__.py', content: 'x = 1\n' },
      { name: 'notes-1.0.dist-info/METADATA', content: 'Name: notes\n' },
    ]);
    const sha256 = createHash('sha256').update(wheel).digest('hex');
    const file = (filename: string, packagetype: string) => ({
      filename,
      packagetype,
      url: `../../packages/${filename}`,
      digests: { sha256 },
      upload_time_iso_8601: '2025-05-05T05:05:05Z',
    });
    answers['/pypi/notes/json'] = {
      info: {
        version: '1.0',
        project_urls: { Docs: 'https://x.org', Repository: 'https://github.com/acme/notes/tree/main/srv' },
      },
      releases: { '0.9': [{ upload_time_iso_8601: '2024-05-05T05:05:05Z' }], '1.0': [] },
      urls: [file('notes-1.0.tar.gz', 'sdist'), file('notes-1.0-py3-none-any.whl', 'bdist_wheel')],
    };
    answers['/packages/notes-1.0-py3-none-any.whl'] = wheel;
    const { target, repository } = await open('pypi:notes');
    expect(target.source).toBe('pypi:notes==1.0');
    const { tree, history, close } = await openRepository(repository, target.commit, '');
    expect(tree.allEntries.map((e) => e.path)).toEqual(['notes-1.0.dist-info/METADATA', 'notes/__init__.py']);
    expect((await history.snapshot!())!.note?.package).toMatchObject({
      repository: 'https://github.com/acme/notes',
      directory: 'srv',
      first: '2024-05-05T05:05:05.000Z',
      file: 'notes-1.0-py3-none-any.whl',
    });
    await close();
  });

  it('that a mirror of PyPI has no page of for the version asked is taken by what it says of all versions', async () => {
    const wheel = zipOf([{ name: 'notes/__init__.py', content: '' }]);
    answers['/pypi/notes/json'] = {
      info: { version: '2.0', yanked: false },
      releases: {
        '1.0': [
          {
            filename: 'notes-1.0-py3-none-any.whl',
            packagetype: 'bdist_wheel',
            url: '../../packages/old.whl',
            digests: { sha256: createHash('sha256').update(wheel).digest('hex') },
            yanked: true,
            yanked_reason: 'broken',
          },
        ],
        '1.1': [],
      },
      urls: [],
    };
    answers['/packages/old.whl'] = wheel;
    const { target, repository } = await open('pypi:notes==1.0');
    expect(target.source).toBe('pypi:notes==1.0');
    const { history, close } = await openRepository(repository, target.commit, '');
    expect((await history.snapshot!())!.note?.package).toMatchObject({
      version: '1.0',
      deprecated: 'broken',
      latest: '',
    });
    await close();
    await expect(open('pypi:notes==1.1')).rejects.toThrow(/no such package or version/);
    await expect(open('pypi:notes==3.0')).rejects.toThrow(/no such package or version/);
  });
});
