import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withDraft } from '../../src/io/draft-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'draft-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('is gone when its making fails, and nobody listens to signals any more', async () => {
  const before = process.listenerCount('SIGTERM');
  await expect(
    withDraft(dir, async (draft) => {
      mkdirSync(join(draft, 'objects'));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(readdirSync(dir)).toEqual([]);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'is gone after %s, which ends the program',
  async (signal) => {
    const module = resolve(import.meta.dirname, '../../src/io/draft-folder.ts');
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { withDraft } = await import(${JSON.stringify(module)});
       await withDraft(${JSON.stringify(dir)}, (draft) => { console.log('filling'); return new Promise((r) => setTimeout(r, 60_000)); });`,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(child.stdout, 'data');
    expect(readdirSync(dir)).toHaveLength(1);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(readdirSync(dir)).toEqual([]);
  },
);

it('that a kill left behind is removed a day later, and nothing else', async () => {
  const left = join(dir, 'draft-00000000-0000-4000-8000-000000000000');
  const young = join(dir, 'draft-00000000-0000-4000-8000-000000000001');
  for (const folder of [left, young, join(dir, 'other')]) mkdirSync(folder);
  const longAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  for (const folder of [left, join(dir, 'other')]) utimesSync(folder, longAgo, longAgo);
  await withDraft(dir, async () => {});
  expect(readdirSync(dir).sort()).toEqual(['draft-00000000-0000-4000-8000-000000000001', 'other']);
});
