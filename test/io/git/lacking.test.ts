import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReading } from '../../../src/analysis/sources/reading.ts';
import { collectors } from '../../../src/collectors/index.ts';
import type { CollectorResult } from '../../../src/domain/evidence.ts';
import { runCollectors } from '../../../src/engine/run-collectors.ts';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { testMethodology } from '../../domain/arbitraries.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

/** Every way in which a repository can be less than its commits say: all is read as far as it goes, and what is missing is said. */

let dir: string;
let repo: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lacking-'));
  repo = join(dir, 'server');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const TOKEN = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
const commits = [
  {
    files: { 'src/old.ts': `const token = '${TOKEN}';\n`, 'src/a.ts': 'export const a = 1;\n' },
    annotatedTags: ['v1'],
  },
  {
    files: {
      'src/old.ts': null,
      'src/index.ts':
        'import { exec } from "node:child_process";\nexport const run = (c: string) => exec(c);\n',
      'docs/guide.md': '# Guide\n',
      'package.json': '{"name":"server","dependencies":{"lodash":"4.17.20"}}\n',
    },
  },
  { files: { 'src/a.ts': 'export const a = 2;\n', 'README.md': '# Server\n' }, tags: ['v2'] },
];

const objects = (): string => join(repo, '.git', 'objects');
const pathOf = (oid: string): string => join(objects(), oid.slice(0, 2), oid.slice(2));
const idOf = (revision: string): string => git(repo, ['rev-parse', revision]);
const lose = (revision: string): void => rmSync(pathOf(idOf(revision)));
const damage = (revision: string): void => {
  const path = pathOf(idOf(revision));
  rmSync(path);
  writeFileSync(path, 'no zlib stream');
};
const swap = (revision: string): void => {
  const path = pathOf(idOf(revision));
  rmSync(path);
  writeFileSync(path, deflateSync(Buffer.from('blob 5\0other')));
};
/** An object as nobody's git would write it; its id. */
const write = (type: string, content: Buffer): string => {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash('sha1').update(bytes).digest('hex');
  mkdirSync(dirname(pathOf(oid)), { recursive: true });
  writeFileSync(pathOf(oid), deflateSync(bytes));
  return oid;
};
const make = (): void => void makeRepository(repo, commits);

const gathered = async (): Promise<{ results: Map<string, CollectorResult>; notices: string }> => {
  const { repository, target, notices } = await openTarget({ source: repo, reposDir: join(dir, 'repos') });
  const source = await openRepository(repository, target.commit, '');
  try {
    const results = await runCollectors(collectors, {
      target,
      source: { ...source, reading: createReading(source.tree) },
      methodology: testMethodology,
      signal: new AbortController().signal,
      now: () => 0,
    });
    return { results: new Map(results.map((r) => [r.run.id, r])), notices: notices.join('\n') };
  } finally {
    await source.close();
  }
};

const failed = (results: Map<string, CollectorResult>): string[] =>
  [...results.values()].filter((r) => r.run.outcome === 'failed').map((r) => `${r.run.id}: ${r.run.message}`);
const rules = (results: Map<string, CollectorResult>, id: string): string[] =>
  results.get(id)?.items.map((i) => i.rule) ?? [];
const told = (results: Map<string, CollectorResult>, rule: string): string =>
  [...results.values()]
    .flatMap((r) => r.items.filter((i) => i.rule === rule).map((i) => `${r.run.id} ${i.title} ${i.detail}`))
    .join('\n');

describe('a repository that lacks', () => {
  it.for([
    ['missing', lose],
    ['damaged', damage],
    ['another under its name', swap],
  ] as const)(
    'a file of the commit, which is %s: who asked for it says so, and reads the others',
    async ([, harm]) => {
      make();
      harm('HEAD:src/index.ts');
      const { results } = await gathered();
      expect(failed(results)).toEqual([]);
      expect(told(results, 'missing-objects')).toMatch(
        /code-flow 1 file of the commit could not be read.*src\/index\.ts/s,
      );
      expect(told(results, 'missing-objects')).not.toMatch(/^signatures/m);
      expect(rules(results, 'secrets')).toContain('history-github-token');
    },
  );

  /** Who asks for a file of each kind: all of them say that they did not get it. */
  const ASKING: Record<string, readonly string[]> = {
    'notebooks/server.ipynb': ['code-flow', 'secrets'],
    'public/index.html': ['secrets'],
    'README.md': ['readme', 'secrets'],
    'docs/guide.md': ['readme', 'deployment', 'secrets'],
    'SECURITY.md': ['security-files', 'secrets'],
    'CHANGELOG.md': ['secrets'],
    'compose.yaml': ['dockerfile', 'deployment', 'secrets'],
    Dockerfile: ['dockerfile', 'deployment', 'secrets'],
    'k8s/deploy.yaml': ['deployment', 'secrets'],
    '.github/workflows/ci.yml': ['tests-ci', 'secrets'],
    '.gitlab-ci.yml': ['tests-ci', 'secrets'],
    '.github/dependabot.yml': ['dependencies', 'secrets'],
    'package.json': ['dependencies', 'identity', 'source-tree', 'secrets'],
    'package-lock.json': ['dependencies'],
    'requirements.txt': ['dependencies', 'secrets'],
    'server.json': ['identity', 'secrets'],
    '.mcp.json': ['readme', 'secrets'],
    'src/server.py': [
      'code-flow',
      'code-weaknesses',
      'tool-surface',
      'tool-text',
      'network',
      'operations',
      'secrets',
    ],
  };

  it('a file of any kind: each collector that asks for it names it', async () => {
    const files = Object.fromEntries(Object.keys(ASKING).map((path) => [path, `lost: ${path}\n`]));
    makeRepository(repo, [{ files: { ...files, 'src/a.ts': 'export const a = 1;\n' } }]);
    for (const path of Object.keys(ASKING)) lose(`HEAD:${path}`);
    const { results } = await gathered();
    expect(failed(results)).toEqual([]);
    const said = (id: string): string =>
      `${results.get(id)?.run.message} ${results.get(id)?.items.map((i) => `${i.title} ${i.detail}`)}`;
    const silent = Object.entries(ASKING).flatMap(([path, ids]) =>
      ids.filter((id) => !said(id).includes(path)).map((id) => `${id} says nothing of ${path}`),
    );
    expect(silent).toEqual([]);
  });

  it('the rest of a folder, whose listing is damaged in the middle: what was listed before is read', async () => {
    make();
    const bytes = execFileSync('git', ['cat-file', 'tree', 'HEAD^{tree}'], { cwd: repo });
    const at = bytes.indexOf('40000 src');
    // A tab in a mode would end a record of git's own listing.
    const damaged = Buffer.concat([bytes.subarray(0, at), Buffer.from('4\t'), bytes.subarray(at + 2)]);
    const tree = write('tree', damaged);
    const commit = git(repo, ['commit-tree', '-m', 'damaged', tree]);
    git(repo, ['update-ref', 'refs/heads/main', commit]);
    const { results } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(told(results, 'missing-objects')).toMatch(
      /not all names in them are known, or none: \(the topmost\)/,
    );
    expect(results.get('dependencies')?.run.outcome).toBe('collected');
  });

  it('the whole tree of the commit', async () => {
    make();
    lose('HEAD^{tree}');
    const { results } = await gathered();
    expect([...results.values()].map((r) => r.run.outcome)).not.toContain('nothing-found');
    expect(results.get('git-history')?.run.outcome).toBe('collected');
  });

  it.for([
    ['a file', 'HEAD~2:src/a.ts'],
    ['a folder', 'HEAD~2^{tree}'],
  ] as const)('%s of its history: the tree and the rest of the history are scanned', async ([, revision]) => {
    make();
    lose(revision);
    const { results } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(rules(results, 'secrets')).toContain('history-missing');
    expect(rules(results, 'secrets')).not.toContain('history-unreadable');
  });

  it('an older commit: what is there is the history, and that it is cut is said', async () => {
    make();
    lose('HEAD~2');
    const { results, notices } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(notices).toMatch(/shallow/);
    expect(notices).toMatch(/lead to commits that are missing from the folder: v1/);
    expect(rules(results, 'git-history')).toContain('shallow-history');
    expect(rules(results, 'secrets')).toContain('history-incomplete');
  });

  it('the second parent of a merge', async () => {
    make();
    git(repo, ['checkout', '--quiet', '-b', 'side', 'HEAD~1']);
    git(repo, ['commit', '--quiet', '--allow-empty', '-m', 'side']);
    git(repo, ['checkout', '--quiet', 'main']);
    git(repo, ['merge', '--quiet', '--no-ff', '-m', 'merge', 'side']);
    lose('side');
    const { results, notices } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(notices).toMatch(/missing from the folder: side/);
    expect(rules(results, 'git-history')).toContain('shallow-history');
  });

  it.for(['blob:none', 'tree:0', 'blob:limit=30'])(
    'what a partial clone left out with %s',
    async (filter) => {
      makeRepository(join(dir, 'origin'), commits);
      git(join(dir, 'origin'), ['config', 'uploadpack.allowFilter', 'true']);
      git(dir, [
        'clone',
        '--quiet',
        '--no-checkout',
        `--filter=${filter}`,
        `file://${join(dir, 'origin')}`,
        repo,
      ]);
      rmSync(join(dir, 'origin'), { recursive: true });
      const { results, notices } = await gathered();
      expect(failed(results)).toEqual([]);
      expect(notices).toMatch(/partial clone/);
      expect(results.get('git-history')?.run.outcome).toBe('collected');
      expect(told(results, 'missing-objects')).toMatch(/could not be read/);
    },
  );

  it('the end of its pack', async () => {
    make();
    git(repo, ['repack', '-adq']);
    const folder = join(objects(), 'pack');
    const pack = join(folder, readdirSync(folder).find((n) => n.endsWith('.pack'))!);
    const bytes = readFileSync(pack);
    rmSync(pack);
    writeFileSync(pack, bytes.subarray(0, bytes.length - 60));
    const { results, notices } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(notices).toMatch(/lacks objects/);
  });

  it('what an annotated tag names', async () => {
    make();
    git(repo, ['checkout', '--quiet', '--detach']);
    git(repo, ['commit', '--quiet', '--allow-empty', '-m', 'gone']);
    git(repo, ['tag', '-a', 'v3', '-m', 'v3']);
    lose('v3^{commit}');
    git(repo, ['checkout', '--quiet', '--force', 'main']);
    const { results, notices } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(notices).toMatch(/v3/);
  });

  it('the commit of a branch, which is named, while HEAD is audited', async () => {
    make();
    writeFileSync(join(repo, '.git/refs/heads/broken'), `${'1'.repeat(40)}\n`);
    const { results } = await gathered();
    expect(failed(results)).toEqual([]);
  });

  it('the commit of its HEAD: a branch has to be named', async () => {
    make();
    git(repo, ['branch', 'kept', 'HEAD~1']);
    lose('HEAD');
    await expect(gathered()).rejects.toThrow(/HEAD leads to no commit/);
  });

  it('a branch for its HEAD', async () => {
    make();
    git(repo, ['symbolic-ref', 'HEAD', 'refs/heads/unborn']);
    await expect(gathered()).rejects.toThrow(/HEAD leads to no commit/);
  });
});

describe('a repository that says its history is another', () => {
  it('by grafts: the commits as they were written are read', async () => {
    make();
    const graft = join(repo, '.git/info/grafts');
    mkdirSync(dirname(graft), { recursive: true });
    appendFileSync(graft, `${idOf('HEAD')}\n`);
    const { results } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(results.get('git-history')?.run.searched).toMatch(/^3 commits/);
  });

  it('by replaced objects: those that the commit names are read', async () => {
    make();
    const other = git(repo, ['hash-object', '-w', '--stdin'], 'export const a = 666;\n');
    git(repo, ['replace', idOf('HEAD:src/a.ts'), other]);
    git(repo, ['replace', '--graft', 'HEAD']);
    const { repository, target } = await openTarget({ source: repo, reposDir: join(dir, 'repos') });
    const { tree, history, close } = await openRepository(repository, target.commit, '');
    expect(await tree.text('src/a.ts')).toBe('export const a = 2;\n');
    expect((await history.commits()).commits).toHaveLength(3);
    await close();
  });

  it('by a list of shallow commits that is not true', async () => {
    make();
    writeFileSync(join(repo, '.git/shallow'), `${idOf('HEAD')}\n`);
    const { results, notices } = await gathered();
    expect(failed(results)).toEqual([]);
    expect(`${notices} ${results.get('git-history')?.run.searched}`).toMatch(/shallow|3 commits/);
  });

  it('by a list of shallow commits that is none', async () => {
    make();
    writeFileSync(join(repo, '.git/shallow'), 'garbage\n');
    await gathered().then(
      ({ results }) => expect(failed(results)).toEqual([]),
      (error: Error) => expect(error.name).toBe('UserError'),
    );
  });
});
