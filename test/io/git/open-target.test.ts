import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repo: string;
let reposDir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'target-'));
  repo = join(dir, 'server');
  reposDir = join(dir, 'repos');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const open = (source: string, more: { ref?: string; subdir?: string; signal?: AbortSignal } = {}) =>
  openTarget({ source, reposDir, ...more });

const two = [
  { files: { 'a.txt': '1', 'src/index.ts': 'x' }, tags: ['v1'] },
  { files: { 'a.txt': '2' }, tags: ['v2'], annotatedTags: ['release-2'], date: '2024-05-01T10:00:00+02:00' },
];

describe('a folder on this machine', () => {
  it('is pinned to its HEAD, with the remote’s web address, name, date and tags', async () => {
    const { commit } = makeRepository(repo, two, { remote: 'git@github.com:acme/notes-mcp.git' });
    const { target, repository, notices } = await open(repo);
    expect(target).toEqual({
      url: 'https://github.com/acme/notes-mcp',
      commit,
      ref: '',
      subdir: '',
      source: repo,
      name: 'acme/notes-mcp',
      committedAt: '2024-05-01T10:00:00+02:00',
      tags: ['release-2', 'v2'],
    });
    expect(notices).toEqual([]);
    expect(readdirSync(repository)).not.toContain('hooks');
    expect(readFileSync(join(repository, 'config'), 'utf8')).not.toContain('remote');
  });

  it('takes any ref, also behind #', async () => {
    const { commits } = makeRepository(repo, two);
    const [first = '', second = ''] = commits;
    git(repo, ['branch', 'feature/x', first]);
    expect((await open(repo, { ref: 'v1' })).target).toMatchObject({
      commit: first,
      ref: 'v1',
      tags: ['v1'],
    });
    expect((await open(`${repo}#feature/x`)).target).toMatchObject({ commit: first, ref: 'feature/x' });
    expect((await open(repo, { ref: 'release-2' })).target.commit).toBe(second);
    expect((await open(repo, { ref: first.slice(0, 8) })).target.commit).toBe(first);
    expect((await open(repo, { ref: first })).target.commit).toBe(first);
    expect((await open(repo, { ref: 'HEAD~1' })).target.commit).toBe(first);
    await expect(open(`${repo}#v1`, { ref: 'v2' })).rejects.toThrow('two refs were named');
  });

  it('takes a whole path that exists before it looks for a ref in it', async () => {
    const path = join(dir, 'odd name %41 é#v1');
    const { commit } = makeRepository(path, two);
    expect((await open(path)).target).toMatchObject({ commit, name: 'odd name %41 é#v1' });
  });

  it('counts tracked files that differ, and only those', async () => {
    makeRepository(repo, two);
    writeFileSync(join(repo, 'untracked'), '');
    expect((await open(repo)).notices).toEqual([]);
    appendFileSync(join(repo, 'a.txt'), 'changed');
    expect((await open(repo)).notices).toEqual([
      expect.stringMatching(/^1 tracked file differs from the commit/),
    ]);
    rmSync(join(repo, 'src'), { recursive: true });
    expect((await open(repo)).notices).toEqual([
      expect.stringMatching(/^2 tracked files differ from the commit/),
    ]);
    // Of another commit than the one checked out, nobody expects the folder to show it.
    expect((await open(repo, { ref: 'v1' })).notices).toEqual([]);
    expect(git(repo, ['status', '--short'])).toBe(' M a.txt\n D src/index.ts\n?? untracked');
  });

  it('does not take CRLF in the folder for a difference', async () => {
    makeRepository(repo, [{ files: { 'a.txt': 'one\ntwo\n' } }]);
    writeFileSync(join(repo, 'a.txt'), 'one\r\ntwo\r\n');
    expect((await open(repo)).notices).toEqual([]);
  });

  it('finds the repository around a folder, and audits that folder', async () => {
    makeRepository(repo, [{ files: { 'packages/server/src/a.ts': 'x' } }]);
    const inside = join(repo, 'packages/server');
    expect((await open(inside)).target).toMatchObject({ subdir: 'packages/server', name: 'server' });
    expect((await open(inside, { subdir: './src/' })).target.subdir).toBe('packages/server/src');
    expect((await open(join(repo, '.git'))).target.subdir).toBe('');
    await expect(open(repo, { subdir: 'nowhere' })).rejects.toThrow('no folder nowhere in the commit');
    await expect(open(inside, { subdir: 'src/a.ts' })).rejects.toThrow('not a folder of the commit');
    await expect(open(inside, { subdir: '../..' })).rejects.toThrow('leads out of the repository');
  });

  it('may be bare, a linked work tree, detached or shallow', async () => {
    const { commits } = makeRepository(repo, two, { remote: 'https://example.org/x/y.git' });
    const [first = '', second = ''] = commits;
    git(dir, ['clone', '--quiet', '--bare', repo, 'bare.git']);
    expect((await open(join(dir, 'bare.git'))).target).toMatchObject({ commit: second, name: 'bare' });

    git(repo, ['worktree', 'add', '--quiet', '--detach', join(dir, 'linked'), first]);
    const linked = await open(join(dir, 'linked'));
    expect(linked.target).toMatchObject({ commit: first, url: 'https://example.org/x/y' });

    git(dir, ['clone', '--quiet', '--depth=1', `file://${repo}`, 'shallow']);
    const shallow = await open(join(dir, 'shallow'));
    expect(shallow.target.commit).toBe(second);
    expect(shallow.notices.join()).toMatch(/shallow/);
  });

  it('is asked again each time: new commits, moved and removed branches', async () => {
    const { commits } = makeRepository(repo, two);
    git(repo, ['branch', 'topic']);
    const before = await open(repo);
    git(repo, ['branch', '-D', 'topic']);
    git(repo, ['branch', 'topic/deeper']);
    git(repo, ['reset', '--hard', '--quiet', commits[0] ?? '']);
    const after = await open(repo);
    expect(after.repository).toBe(before.repository);
    expect(after.target.commit).toBe(commits[0]);
    expect((await open(repo, { ref: 'topic/deeper' })).target.commit).toBe(commits[1]);
    // What a session pinned stays readable, though no branch leads there any more.
    git(repo, ['branch', '-D', 'topic/deeper']);
    git(repo, ['tag', '-d', 'v2', 'release-2']);
    expect((await open(repo, { ref: commits[1] ?? '' })).target.commit).toBe(commits[1]);
  });

  it('gives a commit or ref that no branch reaches, when it is named in full', async () => {
    makeRepository(repo, two);
    const loose = git(repo, ['commit-tree', 'HEAD^{tree}', '-m', 'loose']);
    expect((await open(repo, { ref: loose })).target.commit).toBe(loose);
    const pull = git(repo, ['commit-tree', 'HEAD^{tree}', '-m', 'pull']);
    git(repo, ['update-ref', 'refs/pull/7/head', pull]);
    expect((await open(repo, { ref: 'refs/pull/7/head' })).target.commit).toBe(pull);
  });

  it('says so when a name means two things', async () => {
    const { commits } = makeRepository(repo, two);
    git(repo, ['branch', 'v1', commits[1] ?? '']);
    git(repo, ['branch', 'deadbeef', commits[0] ?? '']);
    const both = await open(repo, { ref: 'v1' });
    expect(both.target.commit).toBe(commits[0]);
    expect(both.notices.join()).toMatch(/both a tag and a branch/);
    expect((await open(repo, { ref: 'deadbeef' })).notices.join()).toMatch(/looks like a commit/);
  });

  it('can be opened by two programs at once', async () => {
    const { commit } = makeRepository(repo, two);
    const opened = await Promise.all([1, 2, 3].map(() => open(repo)));
    expect(opened.map((o) => o.target.commit)).toEqual([commit, commit, commit]);
    expect(
      readdirSync(reposDir)
        .filter((n) => n.includes('.git'))
        .sort(),
    ).toHaveLength(2);
  });
});

describe('what cannot be opened says why and what to do', () => {
  it.each([
    ['nothing', '', /no target was named/, /name a folder/],
    ['a missing path', './not/here/at/all', /no folder/, /check the path/],
    ['a short name', 'acme/notes', /short names are not guessed/, /https:\/\/github\.com\/acme\/notes$/],
    ['a short name with a ref', 'acme/notes#v1', /short names/, /https:\/\/github\.com\/acme\/notes#v1$/],
    [
      'a package by its page',
      'https://www.npmjs.com/package/@acme/notes',
      /page of an npm package/,
      /view @acme\/notes rep/,
    ],
    [
      'a package by its name',
      '@acme/notes@1.2.3',
      /name of an npm package/,
      /npm view @acme\/notes repository/,
    ],
    ['a package to be probed', 'npm:notes-server@1.2.3', /lies in a registry/, /--allow-network/],
    ['a package of PyPI', 'https://pypi.org/project/notes/', /package of PyPI/, /Project links/],
    ['the page of a file', 'https://github.com/a/b/blob/v1/src/x.ts', /one file/, /github\.com\/a\/b#v1/],
    [
      'the page of an issue',
      'https://github.com/a/b/issues/3',
      /about a repository/,
      /write https:\/\/github\.com\/a\/b;/,
    ],
    ['an owner alone', 'https://github.com/acme', /names no owner and name/, /owner\/repo/],
    [
      'an archive by its address',
      'https://host/x/notes-1.0.tar.gz',
      /is an archive/,
      /repository it was made from/,
    ],
    [
      'an address without its scheme',
      'github.com/acme/notes#v1',
      /only with its scheme/,
      /https:\/\/github\.com\/acme\/notes#v1$/,
    ],
    [
      'a session of another machine',
      '2026-11-23-notes-server-4f2a',
      /session that is not on this machine/,
      /mcp-audit import/,
    ],
    ['another transport', 'ext::sh -c x', /no folder|cannot be fetched/, /./],
    ['a foreign scheme', 'ftp://host/x', /https, http, ssh, git or file only/, /./],
    ['hidden characters', 'https://host/\u202ex', /‹U\+202E›/, /./],
  ])('%s', async (_name, source, message, hint) => {
    await expect(open(source)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('a folder whose name was mistyped, with the one that is there', async () => {
    makeRepository(repo, two);
    await expect(open(`${repo}x`)).rejects.toMatchObject({ hint: expect.stringContaining(`mean ${repo}`) });
  });

  it('a file or archive that is none', async () => {
    const file = join(dir, 'notes-1.0.tgz');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toMatchObject({
      message: expect.stringContaining('is a single file and no archive'),
      hint: expect.stringContaining('zip, tgz'),
    });
    writeFileSync(file, Buffer.from('fd377a585a000000', 'hex'));
    await expect(open(file)).rejects.toMatchObject({
      message: expect.stringContaining('an archive of a kind that is not read here'),
      hint: expect.stringContaining('unpack it'),
    });
  });

  it('a folder without any file', async () => {
    mkdirSync(repo);
    await expect(open(repo)).rejects.toMatchObject({
      message: expect.stringContaining('holds no file that could be looked at'),
      hint: expect.stringContaining('holds the server'),
    });
  });

  it('a repository without a commit, or whose HEAD leads to none', async () => {
    makeRepository(repo, []);
    await expect(open(repo)).rejects.toMatchObject({
      message: expect.stringContaining('no commit yet'),
      hint: expect.stringContaining('git commit'),
    });
    const other = makeRepository(join(dir, 'other'), two);
    await open(other.path);
    git(other.path, ['symbolic-ref', 'HEAD', 'refs/heads/unborn']);
    await expect(open(other.path)).rejects.toMatchObject({
      hint: expect.stringMatching(/--ref: main, release-2/),
    });
    expect((await open(other.path, { ref: 'main' })).target.commit).toBe(other.commit);
  });

  it('an unknown ref, with the names that come near', async () => {
    makeRepository(repo, two);
    git(repo, ['branch', 'feature/streamable-http']);
    const hint = async (ref: string) =>
      (await open(repo, { ref }).catch((e: unknown) => e as { hint: string })) as { hint: string };
    expect((await hint('mian')).hint).toBe('did you mean main?');
    expect((await hint('streamable')).hint).toBe('did you mean feature/streamable-http?');
    expect((await hint('v3')).hint).toBe('did you mean v1, v2?');
    expect((await hint('0123456789012345678901234567890123456789')).hint).toMatch(/full commit hash/);
    await expect(open(repo, { ref: 'x\x1b[31m' })).rejects.toThrow('x‹U+001B›[31m is no branch');
    await expect(open(repo, { ref: 'a\0b' })).rejects.toThrow(/is no branch/);
  });

  it('a SHA-256 repository', async () => {
    mkdirSync(repo);
    git(repo, ['init', '--quiet', '--object-format=sha256']);
    git(repo, ['commit', '--quiet', '--allow-empty', '-m', 'x']);
    await expect(open(repo)).rejects.toThrow(/SHA-256/);
  });

  it('a repository whose objects are missing', async () => {
    makeRepository(repo, two);
    rmSync(join(repo, '.git/objects'), { recursive: true });
    mkdirSync(join(repo, '.git/objects'));
    await expect(open(repo)).rejects.toMatchObject({
      name: 'UserError',
      hint: expect.stringContaining('fsck'),
    });
  });

  it('git that is not installed', async () => {
    makeRepository(repo, two);
    vi.stubEnv('PATH', dir);
    await expect(open(repo)).rejects.toMatchObject({
      message: expect.stringContaining('git was not found'),
      hint: expect.stringContaining('install git'),
    });
  });

  it('being stopped, before and during', async () => {
    makeRepository(repo, two);
    await expect(open(repo, { signal: AbortSignal.abort() })).rejects.toThrow(/was stopped/);
    const stop = new AbortController();
    const opening = openTarget({ source: repo, reposDir, signal: stop.signal, progress: () => stop.abort() });
    await expect(opening).rejects.toThrow(/was stopped/);
    expect((await open(repo)).target.ref).toBe('');
  });
});

/** Serves `dir` through git's own http-backend; with `password`, only to those who send it. */
const serve = async (password = ''): Promise<{ url: string; server: Server }> => {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    if (
      password &&
      request.headers.authorization !== `Basic ${Buffer.from(`user:${password}`).toString('base64')}`
    ) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return;
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: dir,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: searchParams.toString(),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const headers = answer
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(': ') as [string, string]);
      const status = Number.parseInt(headers.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
      response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status')));
      response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
};

describe('a git URL', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const host = async (password?: string): Promise<string> => {
    const started = await serve(password);
    server = started.server;
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    vi.stubEnv('no_proxy', '127.0.0.1');
    return started.url;
  };

  it('is fetched, by whatever form it is written, into one clone', async () => {
    const { commit, commits } = makeRepository(join(dir, 'acme/notes.git'), two, { bare: true });
    const url = await host();
    const opened = await open(`${url}/acme/notes.git`);
    expect(opened.target).toMatchObject({
      commit,
      url: `${url}/acme/notes`,
      name: 'acme/notes',
      source: `${url}/acme/notes.git`,
    });
    const again = await open(`${url}/acme/notes.git/#v1`);
    expect(again.target).toMatchObject({ commit: commits[0], ref: 'v1' });
    expect(again.repository).toBe(opened.repository);
    expect((await open(`${url}/acme/notes.git`, { subdir: 'src' })).target.subdir).toBe('src');
  });

  it('that does not answer is no obstacle when the full commit is here', async () => {
    const { commit } = makeRepository(join(dir, 'notes.git'), two, { bare: true });
    const source = `${await host()}/notes.git`;
    await open(source);
    server?.closeAllConnections();
    await new Promise((closed) => server?.close(closed));
    const offline = await open(source, { ref: commit });
    expect(offline.target.commit).toBe(commit);
    expect(offline.notices.join()).toMatch(/could not be asked for news/);
    await expect(open(source)).rejects.toMatchObject({
      message: expect.stringMatching(/could not be fetched, so nothing was looked at: fatal/),
      hint: expect.stringContaining('network'),
    });
  });

  it('may hold credentials, which are used and not kept', async () => {
    const { commit } = makeRepository(join(dir, 'notes.git'), two, { bare: true });
    const url = await host('s3cret-password');
    const withPassword = url.replace('http://', 'http://user:s3cret-password@');
    const opened = await open(`${withPassword}/notes.git`);
    expect(opened.target).toMatchObject({ commit, url: `${url}/notes`, source: `${url}/notes.git` });
    expect(opened.notices.join()).toMatch(/credentials/);
    git(opened.repository, ['gc', '--quiet']);
    for (const name of readdirSync(opened.repository, { recursive: true, withFileTypes: true }))
      if (name.isFile())
        expect(readFileSync(join(name.parentPath, name.name), 'latin1'), name.name).not.toContain('s3cret');
    expect(JSON.stringify(opened)).not.toContain('s3cret');
    for (const userinfo of ['user:s3cret-wrong', 'user:s3cret@s3cret', 's3cret-token'])
      for (const rest of ['/notes.git', '/nowhere.git', 'x/notes.git', '/notes.git#nope', '/\u202e']) {
        const failure = await open(url.replace('//', `//${userinfo}@`) + rest).catch(
          (e: unknown) => e as Error,
        );
        expect(failure).toMatchObject({ name: 'UserError' });
        expect((failure as Error).message).not.toContain('s3cret');
      }
  });

  it('without credentials fails at once and asks nobody', async () => {
    makeRepository(join(dir, 'notes.git'), two, { bare: true });
    await expect(open(`${await host('x')}/notes.git`)).rejects.toMatchObject({
      message: expect.stringContaining('terminal prompts disabled'),
      hint: expect.stringContaining('credential helper'),
    });
  });

  it('honours the auditor’s own git configuration, but runs no hook of it', async () => {
    const { commit } = makeRepository(join(dir, 'notes.git'), two, { bare: true });
    const url = await host();
    const canary = join(dir, 'canary');
    mkdirSync(join(dir, 'hooks'));
    writeFileSync(join(dir, 'hooks/reference-transaction'), `#!/bin/sh\ntouch '${canary}'\n`, {
      mode: 0o755,
    });
    const config = join(dir, 'gitconfig');
    writeFileSync(
      config,
      `[url "${url}/"]\n\tinsteadOf = https://mirrored.invalid/\n[core]\n\thooksPath = ${join(dir, 'hooks')}\n\tfsmonitor = touch ${canary}\n`,
    );
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const { target } = await open('https://mirrored.invalid/notes.git');
    expect(target).toMatchObject({ commit, url: 'https://mirrored.invalid/notes' });
    expect(existsSync(canary)).toBe(false);
  });
});
