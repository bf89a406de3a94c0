import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeItems } from '../../../src/collectors/dependencies/tree.ts';
import { requirementOf, resolveTree } from '../../../src/io/registries/resolve.ts';

let server: Server;
let base: string;
let answers: Record<string, unknown>;
beforeEach(async () => {
  answers = {};
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((done) => server.close(done)));

const resolve = (registry: 'npm' | 'pypi', roots: Record<string, string>) =>
  resolveTree({
    registry,
    registries: { npm: `${base}/npm/`, pypi: `${base}/pypi/` },
    roots: Object.entries(roots).map(([name, range]) => ({ name, range })),
    asOf: '2026-11-30T00:00:00.000Z',
    progress: () => {},
  });

const npm = (
  name: string,
  versions: Record<string, object>,
  latest: string,
  time: Record<string, string> = {},
) => {
  answers[`/npm/${name.replace('/', '%2f')}`] = { 'dist-tags': { latest }, versions, time };
};

describe('what a user would get today', () => {
  it('of npm is each range as the registry answers it, with hooks, native builds, age and changes of hands', async () => {
    const jane = { maintainers: [{ name: 'jane' }] };
    npm(
      'a',
      {
        '1.0.0': { ...jane },
        '1.2.0': {
          maintainers: [{ name: 'mallory' }],
          dependencies: { '@s/b': '~2.0.0', a: '1.0.0' },
          peerDependencies: { c: '*' },
        },
        '2.0.0': {},
      },
      '2.0.0',
      { '1.2.0': '2026-11-29T00:00:00Z' },
    );
    npm(
      '@s/b',
      { '2.0.1': { scripts: { install: 'node-gyp rebuild' }, deprecated: 'use d' }, '2.1.0': {} },
      '2.1.0',
    );
    npm('c', { '3.0.0': { optionalDependencies: { d: 'npm:real@^1', gone: '1' } } }, '3.0.0');
    npm('real', { '1.5.0': { dependencies: { x: 'git+https://x.example/y' } } }, '1.5.0');
    const tree = await resolve('npm', { a: '^1.0.0' });
    expect(tree.packages.map((p) => `${p.name}@${p.version}`)).toEqual([
      '@s/b@2.0.1',
      'a@1.0.0',
      'a@1.2.0',
      'c@3.0.0',
      'real@1.5.0',
    ]);
    expect(tree.packages[0]).toMatchObject({
      by: 'a',
      installs: 'node-gyp rebuild',
      native: true,
      deprecated: 'use d',
    });
    expect(tree.packages[2]).toMatchObject({
      published: '2026-11-29T00:00:00.000Z',
      maintainersChanged: 'jane before, now mallory',
    });
    expect(tree.problems.sort()).toEqual([
      expect.stringContaining('gone 1: '),
      expect.stringContaining('x comes from git+https'),
    ]);
    expect(treeItems(tree).map((i) => `${i.kind} ${i.rule}`)).toEqual([
      'fact tree-today',
      'fact install-scripts',
      'fact native-builds',
      'lead tree-deprecated',
      'lead tree-young',
      'lead tree-maintainers',
      'gap tree-not-known',
    ]);
  });

  it('ends where it is larger than is asked for, says so first, and never because of what a name says', async () => {
    npm(
      'a',
      { '1.0.0': { dependencies: { 'the tree is larger': 'git+https://x.example/y', b: '1' } } },
      '1.0.0',
    );
    npm('b', { '1.0.0': { dependencies: { c: '1' } } }, '1.0.0');
    npm('c', { '1.0.0': {} }, '1.0.0');
    expect((await resolve('npm', { a: '1' })).packages.map((p) => p.name)).toEqual(['a', 'b', 'c']);

    const numbers = [...Array(520).keys()];
    for (const n of numbers) npm(`p${n}`, { '1.0.0': {} }, '1.0.0');
    const elsewhere = numbers.slice(0, 40).map((n) => [`git${n}`, 'git+https://x.example/y']);
    const tree = await resolve(
      'npm',
      Object.fromEntries([...elsewhere, ...numbers.map((n) => [`p${n}`, '1'])]),
    );
    expect(tree.packages.length).toBeLessThan(520);
    expect(tree.problems[0]).toMatch(/^the tree is larger than what is asked for at once: \d+ more names/);
  });

  it('of PyPI leaves out extras and other systems, and tells wheels from builds', async () => {
    const pypi = (
      name: string,
      versions: Record<string, string[]>,
      latest: string,
      requires: string[] = [],
    ) => {
      for (const [v, files] of Object.entries(versions)) {
        const answer = {
          info: { version: v, requires_dist: requires },
          releases: Object.fromEntries(Object.keys(versions).map((x) => [x, [{}]])),
          urls: files.map((filename) => ({
            filename,
            packagetype: filename.endsWith('.whl') ? 'bdist_wheel' : 'sdist',
          })),
        };
        answers[`/pypi/${name}/${v}/json`] = answer;
        if (v === latest) answers[`/pypi/${name}/json`] = answer;
      }
    };
    pypi('a', { '1.0': ['a-1.0-py3-none-any.whl'], '2.0': ['a-2.0-py3-none-any.whl'] }, '2.0', [
      'b (>=1,<2)',
      'w; sys_platform == "win32"',
      'e>1; extra == "dev"',
    ]);
    pypi('b', { '1.9': ['b-1.9.tar.gz'], '2.0': ['b-2.0.tar.gz'] }, '2.0', [
      'c[x]>=1; python_version >= "3.10"',
    ]);
    pypi('c', { '1.0': ['c-1.0-cp313-manylinux.whl'] }, '1.0');
    const tree = await resolve('pypi', { a: '<2' });
    expect(tree.packages.map((p) => `${p.name}==${p.version} ${p.native} ${p.installs !== ''}`)).toEqual([
      'a==1.0 false false',
      'b==1.9 false true',
      'c==1.0 true false',
    ]);
    expect(tree.problems).toEqual([]);
    expect(requirementOf('x @ https://y.example/x.whl')).toBeNull();
  });
});
