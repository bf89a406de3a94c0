import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../src/io/git/open-repository.ts';
import { openTarget } from '../../src/io/git/open-target.ts';
import { createSampleRepository } from '../../src/io/sample.ts';

// Sessions, goldens and documents name the sample's commit. It changes with any byte of `sample/`: then write the new
// one here, and renew what refers to it.
const COMMIT = '88aaf35164db230169774afd2cfa44c633fcceba';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sample-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('gives the same commit in every place, and the same repository twice', async () => {
  const [one, other] = [join(dir, 'one'), join(dir, 'other')];
  const path = await createSampleRepository(one);
  const { target } = await openTarget({ source: path, reposDir: one });
  const elsewhere = await openTarget({ source: await createSampleRepository(other), reposDir: other });
  expect(target.commit).toBe(COMMIT);
  expect(elsewhere.target.commit).toBe(COMMIT);
  expect(await createSampleRepository(one)).toBe(path);
  expect(target).toMatchObject({
    url: 'https://github.com/example/notes-server',
    name: 'example/notes-server',
    tags: ['v0.3.0'],
    committedAt: '2024-05-27T16:40:00+02:00',
  });
});

it('ends with exactly the files of the folder, and keeps the removed secret in its history', async () => {
  const { target, repository } = await openTarget({
    source: await createSampleRepository(dir),
    reposDir: dir,
  });
  const { tree, history, close } = await openRepository(repository, target.commit, '');
  const folder = join(import.meta.dirname, '../../sample/notes-server');
  const bundled = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
  expect(tree.entries.map((e) => e.path)).toEqual(bundled);
  expect(bundled).toContain('.github/workflows/ci.yml');
  for (const path of bundled) expect(await tree.text(path)).toBe(readFileSync(join(folder, path), 'utf8'));

  const secret = (await history.blobs()).blobs.find((b) => b.path === '.env');
  const added = secret && (await history.introducedBy(secret.oid, secret.path));
  const { commits } = await history.commits();
  expect(commits).toHaveLength(8);
  expect(added).toBe(commits.at(-1)?.hash);
  await close();
});
