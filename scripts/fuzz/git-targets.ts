import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { openRepository } from '../../src/io/git/open-repository.ts';
import { openTarget } from '../../src/io/git/open-target.ts';
import { parseCommit, parseTag } from '../../src/io/git/raw-objects.ts';
import { makeRepository } from '../../test/support/git-fixtures.ts';
import type { Target } from './targets.ts';

/** Objects of a repository as a hostile author would write them, and packs and loose objects as a broken disk leaves them. */

const inFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-fuzz-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const fixture = (folder: string) =>
  makeRepository(folder, [
    { files: { 'a/b/c.ts': 'one', 'README.md': '# a', 'd/e': 'x\n'.repeat(500) }, annotatedTags: ['v1'] },
    { files: { 'a/b/c.ts': 'two', link: { symlink: 'a' }, m: { submodule: '2'.repeat(40) } }, tags: ['v2'] },
    {
      files: { 'a/b/c.ts': 'three', 'd/e': `x\n`.repeat(600) },
      message: 'Three\n\nCo-authored-by: A <a@x.example>\n',
    },
  ]);

const packed = (folder: string) => {
  const made = fixture(folder);
  execFileSync('git', ['repack', '-adq'], { cwd: folder });
  return made;
};

const writeLoose = (repository: string, type: string, content: Uint8Array): string => {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash('sha1').update(bytes).digest('hex');
  const path = join(repository, 'objects', oid.slice(0, 2), oid.slice(2));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, deflateSync(bytes));
  return oid;
};

/** Everything collectors could ask of it; what refuses, does so in words. */
const readAll = async (repository: string, commit: string): Promise<void> => {
  const { tree, history, close } = await openRepository(repository, commit, '');
  try {
    const asked: Promise<unknown>[] = tree.entries.slice(0, 500).map((e) => tree.text(e.path));
    asked.push(history.commits(), history.tags(), history.tagsElsewhere(), history.changedPaths(commit));
    asked.push(
      history.blobs().then(async ({ blobs }) => {
        for await (const _ of history.readBlobs(blobs.slice(0, 500).map((b) => b.oid)));
        if (blobs[0]) await history.introducedBy(blobs[0].oid, blobs[0].path);
      }),
    );
    const refused = (await Promise.allSettled(asked)).flatMap((a) =>
      a.status === 'rejected' ? [a.reason] : [],
    );
    for (const reason of refused) if ((reason as Error).name !== 'UserError') throw reason;
  } finally {
    await close();
  }
};

const object = (
  id: string,
  what: string,
  commitOf: (repository: string, bytes: Uint8Array) => string,
): Target => ({
  id,
  seeds: () =>
    inFolder(async (folder) => {
      fixture(folder);
      const revisions =
        { tree: ['HEAD^{tree}', 'HEAD:a'], commit: ['HEAD', 'HEAD~1'], tag: ['v1'] }[what] ?? [];
      return revisions.map((name) => ({
        name: what,
        bytes: execFileSync('git', ['cat-file', what, name], { cwd: folder }),
      }));
    }),
  read: (_, bytes) =>
    inFolder(async (folder) => {
      makeRepository(folder, [{ files: { a: '1' } }], { bare: true });
      await readAll(folder, commitOf(folder, bytes));
    }),
});

const COMMIT = (tree: string, parent = ''): Buffer =>
  Buffer.from(
    `tree ${tree}\n${parent}author A <a@x.example> 1700000000 +0000\ncommitter A <a@x.example> 1700000000 +0000\n\nm\n`,
  );
const head = (repository: string): string =>
  execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository }).toString().trim();

export const gitTargets: readonly Target[] = [
  object('trees', 'tree', (repository, bytes) =>
    writeLoose(
      repository,
      'commit',
      COMMIT(writeLoose(repository, 'tree', bytes), `parent ${head(repository)}\n`),
    ),
  ),
  object('commits', 'commit', (repository, bytes) => {
    parseCommit('0'.repeat(40), Buffer.from(bytes));
    return writeLoose(repository, 'commit', bytes);
  }),
  object('tags', 'tag', (repository, bytes) => {
    parseTag(Buffer.from(bytes));
    writeFileSync(join(repository, 'refs', 'tags', 'x'), `${writeLoose(repository, 'tag', bytes)}\n`);
    return head(repository);
  }),
  ...(['pack', 'loose'] as const).map(
    (form): Target => ({
      id: `damaged-${form}`,
      seeds: () =>
        inFolder(async (folder) => {
          packed(folder);
          const objects = join(folder, '.git', 'objects');
          const pack = readdirSync(join(objects, 'pack')).find((n) => n.endsWith('.pack'))!;
          const path = join(objects, 'pack', pack);
          if (form === 'pack') return [{ name: pack, bytes: readFileSync(path) }];
          return [{ name: 'object', bytes: deflateSync(Buffer.from('blob 6\0two\ntwo')) }];
        }),
      read: (name, bytes) =>
        inFolder(async (folder) => {
          const target = join(folder, 'target');
          const { commit } = packed(target);
          const objects = join(target, '.git', 'objects');
          const path = form === 'pack' ? join(objects, 'pack', name) : loosePath(target, objects);
          rmSync(path, { force: true });
          writeFileSync(path, bytes);
          const opened = await openTarget({ source: target, ref: commit, reposDir: join(folder, 'repos') });
          await readAll(opened.repository, opened.target.commit);
        }),
    }),
  ),
];

/** Unpacks the repository, and names the file of one of its blobs. */
const loosePath = (target: string, objects: string): string => {
  const pack = join(objects, 'pack');
  const packs = readdirSync(pack)
    .filter((n) => n.endsWith('.pack'))
    .map((n) => readFileSync(join(pack, n)));
  rmSync(pack, { recursive: true });
  for (const bytes of packs) execFileSync('git', ['unpack-objects', '-q'], { cwd: target, input: bytes });
  const oid = execFileSync('git', ['rev-parse', 'HEAD:a/b/c.ts'], { cwd: target }).toString().trim();
  return join(objects, oid.slice(0, 2), oid.slice(2));
};
