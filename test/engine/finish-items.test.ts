import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { ItemDraft, SourceTree } from '../../src/collectors/collector.ts';
import { evidenceItem, placeWords } from '../../src/domain/evidence.ts';
import {
  finishItems,
  MAX_ITEMS,
  MAX_PLACES,
  MAX_SNIPPET_CHARS,
  MAX_SNIPPET_LINES,
} from '../../src/engine/finish-items.ts';
import { openRepository } from '../../src/io/git/open-repository.ts';
import { testMethodology } from '../domain/arbitraries.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { draft, fakeTree } from './fake-source.ts';

const commit = '3f2a91c0'.repeat(5);
const source = 'import cp from "node:child_process";\n\nexport const run = (name) => cp.exec(name);\n';
const tree = fakeTree({
  'src/run.ts': source,
  'src/long.ts': Array.from({ length: 90 }, (_, i) => `line ${i + 1}`).join('\n'),
  'src/min.js': `${'x'.repeat(9000)}\n`,
  'src/same.ts': 'exec(a)\nexec(a)\n\texec( a )\n',
  'logo.png': Buffer.from([0x89, 0x50, 0, 1, 2]),
  link: { symlink: '/etc/passwd' },
  vendored: { submodule: true },
  'empty.py': '',
});

const finish = (drafts: ItemDraft[], over: { tree?: SourceTree; collector?: string; commit?: string } = {}) =>
  finishItems(drafts, { collector: 'inputs', commit, tree, methodology: testMethodology, ...over });
const one = async (more: Partial<ItemDraft>, over: Parameters<typeof finish>[1] = {}) => {
  const items = await finish([draft(more)], over);
  expect(items.length).toBe(1);
  expect(evidenceItem.safeParse(items[0]).error?.issues ?? []).toEqual([]);
  return items[0]!;
};

describe('an item of evidence', () => {
  it('cites the lines at the pinned commit, with their hash and the way to see them again', async () => {
    const item = await one({ at: { path: 'src/run.ts', startLine: 3 } });
    const snippet = 'export const run = (name) => cp.exec(name);';
    expect(item.location).toEqual({
      path: 'src/run.ts',
      startLine: 3,
      endLine: 3,
      snippet,
      sha256: hash('sha256', snippet, 'hex'),
    });
    expect(item.reproduce).toBe(`git show ${commit}:src/run.ts | sed -n 3,3p`);
  });

  it('belongs to the checks that name its collector, or to those of them it names', async () => {
    expect((await one({})).checks).toEqual(['1.2.1', '1.2.2']);
    expect((await one({ checks: ['1.2.2'] })).checks).toEqual(['1.2.2']);
    expect((await one({ checks: ['1.2.2', '9.9.9'] })).checks).toEqual(['1.2.2']);
    // Evidence that a custom methodology has no such check for is still shown.
    expect((await one({ checks: ['9.9.9'] })).checks).toEqual(['1.2.1', '1.2.2']);
    expect((await one({}, { collector: 'nobody-asks' })).checks).toEqual([]);
  });

  it('shows nothing of the target raw in its words', async () => {
    const hostile = 'a\u202eb\u001b[2Jc\u0007 d\ne';
    const item = await one({
      title: hostile,
      detail: `${hostile}`,
      at: { path: 'src/run.ts', startLine: 1 },
      flow: [{ path: 'src/run.ts', line: 1, role: 'sink', text: hostile }],
    });
    for (const words of [item.title, item.flow[0]!.text])
      expect(words).toBe('a‹U+202E›b‹U+001B›[2Jc‹U+0007› d e');
    expect(item.detail).toBe('a‹U+202E›b‹U+001B›[2Jc‹U+0007› d\ne');
  });

  it('is bounded, whatever its collector says', async () => {
    const item = await one({
      title: 't'.repeat(100_000),
      detail: 'd'.repeat(1_000_000),
      flow: Array.from({ length: 500 }, () => ({
        path: 'a',
        line: 1,
        role: 'step' as const,
        text: 'f'.repeat(9999),
      })),
    });
    expect(JSON.stringify(item).length).toBeLessThan(40_000);
  });

  it('cites the beginning of what is too long', async () => {
    const long = await one({ at: { path: 'src/long.ts', startLine: 11, endLine: 90 } });
    expect(long.location?.snippet.split('\n').length).toBe(MAX_SNIPPET_LINES);
    expect(long.location).toMatchObject({ startLine: 11, endLine: 90 });
    expect(long.location?.snippet.startsWith('line 11\n')).toBe(true);
    const wide = await one({ at: { path: 'src/min.js', startLine: 1 } });
    expect(wide.location?.snippet.length).toBe(MAX_SNIPPET_CHARS);
  });

  it('shows what its collector says instead of a secret, and hashes only that', async () => {
    const item = await one({
      at: { path: 'src/run.ts', startLine: 3 },
      redactedSnippet: 'key = sk-…[redacted]',
    });
    expect(item.location).toMatchObject({
      snippet: 'key = sk-…[redacted]',
      sha256: hash('sha256', 'key = sk-…[redacted]', 'hex'),
    });
    expect(JSON.stringify(item)).not.toContain('cp.exec');
  });

  it('cites links by their target, and binaries, submodules and empty files as a whole', async () => {
    expect((await one({ at: { path: 'link', startLine: 1 } })).location?.snippet).toBe('/etc/passwd');
    expect((await one({ at: { path: 'logo.png', startLine: 7 } })).location).toMatchObject({
      startLine: 1,
      endLine: 1,
    });
    expect((await one({ at: { path: 'vendored', startLine: 1 } })).location?.snippet).toContain('submodule');
    expect((await one({ at: { path: 'empty.py', startLine: 1 } })).location?.snippet).toBe('');
  });

  it('without a place names a command, with the commit put in everywhere', async () => {
    const item = await one({ reproduce: 'git log {commit} && git show {commit}' });
    expect(item.location).toBeNull();
    expect(item.reproduce).toBe(`git log ${commit} && git show ${commit}`);
    expect((await one({})).reproduce).toContain(commit);
  });
});

describe('a place that does not exist', () => {
  it.each([
    [{ path: 'src/gone.ts', startLine: 1 }, 'not in the pinned commit'],
    [{ path: 'src/run.ts', startLine: 4 }, 'that file has 3 lines'],
    [{ path: 'src/run.ts', startLine: 2, endLine: 1 }, 'that file has 3 lines'],
    [{ path: 'src/run.ts', startLine: 0 }, 'that file has 3 lines'],
    [{ path: 'src/run.ts', startLine: 1.5 }, 'that file has 3 lines'],
    [{ path: '../../etc/passwd', startLine: 1 }, 'not in the pinned commit'],
    [{ path: '__proto__', startLine: 1 }, 'not in the pinned commit'],
  ])('%j becomes a gap that names the collector', async (at, why) => {
    const item = await one({ at, title: 'Shell' });
    expect(item).toMatchObject({
      kind: 'gap',
      location: null,
      title: 'Could not show what inputs found: Shell',
    });
    expect(item.detail).toContain('fault of the collector inputs');
    expect(item.detail).toContain(why);
  });
});

describe('other places of the same cause', () => {
  const at = { path: 'src/long.ts', startLine: 3 };

  it('are listed by path and line, each once, without the item itself', async () => {
    const item = await one({
      at,
      places: [
        { path: 'src/run.ts', startLine: 3 },
        { path: 'src/long.ts', startLine: 20, endLine: 22 },
        { path: 'src/long.ts', startLine: 3, endLine: 3 },
        { path: 'src/long.ts', startLine: 9 },
        { path: 'src/run.ts', startLine: 3 },
      ],
    });
    expect(item.places.map(placeWords)).toEqual(['src/long.ts:9', 'src/long.ts:20-22', 'src/run.ts:3']);
    expect((await one({})).places).toEqual([]);
  });

  it.each([
    { path: 'src/gone.ts', startLine: 1 },
    { path: '../../etc/passwd', startLine: 1 },
    { path: '__proto__', startLine: 1 },
    { path: 'src/run.ts', startLine: 99 },
    { path: 'src/run.ts', startLine: 0 },
    { path: 'src/run.ts', startLine: 2, endLine: 1 },
  ])('%j is named as a fault, and the item is kept', async (place) => {
    const item = await one({ at, places: [place, { path: 'src/run.ts', startLine: 1 }] });
    expect(item.kind).toBe('lead');
    expect(item.places.map(placeWords)).toEqual(['src/run.ts:1']);
    expect(item.detail).toContain(`also names ${place.path}:${place.startLine}`);
  });

  it('are bounded, and what is left out is counted', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`).join('\n');
    const places = Array.from({ length: MAX_PLACES + 7 }, (_, i) => ({ path: 'a.ts', startLine: i + 1 }));
    const item = await one({ places }, { tree: fakeTree({ 'a.ts': lines }) });
    expect(item.places.length).toBe(MAX_PLACES);
    expect(item.detail).toContain('7 more places');
  });

  it('are the same in whatever order their collector came by them', async () => {
    const places = [3, 9, 20, 21, 40].map((startLine) => ({ path: 'src/long.ts', startLine }));
    const expected = JSON.stringify(await one({ at, places }));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(places, { minLength: places.length }), async (shuffled) => {
        expect(JSON.stringify(await one({ at, places: shuffled }))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('are none in evidence that was kept before there were any', async () => {
    const { places, ...old } = await one({ at });
    expect(places).toEqual([]);
    expect(evidenceItem.parse(old)).toEqual({ ...old, places: [] });
  });
});

describe('ids', () => {
  const at = (startLine: number, p = 'src/same.ts') => draft({ at: { path: p, startLine } });

  it('tell equal lines apart by their order', async () => {
    const ids = (await finish([at(1), at(2), at(3)])).map((i) => i.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('survive lines moving and being indented anew', async () => {
    const before = await finish([at(1), at(2)]);
    const moved = fakeTree({ 'src/same.ts': '// new\n\n    exec(a)\n  exec(a)  \n' });
    const after = await finish([at(3), at(4)], { tree: moved });
    expect(after.map((i) => i.id)).toEqual(before.map((i) => i.id));
  });

  it('depend on collector, rule, path and words', async () => {
    const base = (await finish([at(1)]))[0]!.id;
    const other = [
      (await finish([{ ...at(1), rule: 'other' }]))[0]!.id,
      (await finish([at(1)], { collector: 'history' }))[0]!.id,
      (await finish([at(1, 'src/run.ts')]))[0]!.id,
    ];
    expect(new Set([base, ...other]).size).toBe(4);
  });

  it('and order do not depend on the order in which a collector came by its items', async () => {
    const drafts = [
      at(1),
      at(2),
      at(3),
      { ...at(1), title: 'Another thing about the same line' },
      draft({ title: 'No place', kind: 'fact' }),
      draft({ title: 'No place, either', kind: 'gap' }),
      draft({ at: { path: 'gone', startLine: 3 } }),
    ];
    const expected = JSON.stringify(await finish(drafts));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(drafts, { minLength: drafts.length }), async (shuffled) => {
        expect(JSON.stringify(await finish(shuffled))).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

it('cuts a flood of items, and says so', async () => {
  const items = await finish(Array.from({ length: MAX_ITEMS + 7 }, (_, i) => draft({ title: `Item ${i}` })));
  expect(items.length).toBe(MAX_ITEMS + 1);
  expect(items.filter((i) => i.kind === 'gap').map((i) => i.title)).toEqual([
    '7 of 5,007 items are not shown',
  ]);
});

describe('the command that shows evidence again', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'finish-items-'));
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('prints the snippet in a shell, whatever a path is called', async () => {
    const names = [
      'plain.ts',
      'with space.ts',
      "it's.ts",
      '$(touch pwned).ts',
      '`touch pwned`.ts',
      '-n.ts',
      '"quoted".ts',
      'new\nline.ts',
      'esc\u001b[2J.ts',
      'bidi\u202e.ts',
      'back\\slash.ts',
      'not\\xFFutf8.ts',
      'ünï/日本.ts',
      ';rm -rf x;.ts',
    ];
    const repository = makeRepository(dir, [
      {
        files: Object.fromEntries(
          names.map((name) => [name, `first of ${JSON.stringify(name)}\r\nsecond\nthird\n`]),
        ),
      },
    ]);
    const opened = await openRepository(path.join(repository.path, '.git'), repository.commit, '');
    try {
      const drafts = names.map((name) => draft({ at: { path: name, startLine: 1, endLine: 2 } }));
      const items = await finish(drafts, { tree: opened.tree, commit: repository.commit });
      expect(items.map((i) => i.location?.path).sort()).toEqual([...names].sort());
      for (const item of items) {
        expect(item.reproduce).not.toMatch(/[\u0000-\u001f\u202e]/u);
        const shown = execFileSync('/bin/sh', ['-c', item.reproduce], { cwd: dir, encoding: 'utf8' });
        expect(shown).toBe(`${item.location?.snippet}\n`);
      }
      expect(fs.existsSync(path.join(dir, 'pwned'))).toBe(false);
    } finally {
      await opened.close();
    }
  });
});
