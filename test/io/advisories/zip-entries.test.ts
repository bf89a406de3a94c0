import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { zipEntries } from '../../../src/io/advisories/zip-entries.ts';

const root = mkdtempSync(join(tmpdir(), 'mcp-audit-zip-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, 'a.zip');

const read = async (archive: Uint8Array, most = 1_000_000): Promise<Record<string, string | null>> => {
  writeFileSync(path, archive);
  const found: Record<string, string | null> = {};
  for await (const { name, bytes } of zipEntries(path, (n) => n.endsWith('.json'), most))
    found[name] = bytes?.toString('utf8') ?? null;
  return found;
};
const text = (s: string) => new TextEncoder().encode(s);

describe('entries of a zip file', () => {
  it('are what was packed, stored or deflated, and only those asked for', async () => {
    const archive = zipSync({
      'a.json': text('{"a":1}'.repeat(1000)),
      'b/ü.json': [text('stored'), { level: 0 }],
      'c.txt': text('no'),
    });
    expect(await read(archive)).toEqual({ 'a.json': '{"a":1}'.repeat(1000), 'b/ü.json': 'stored' });
  });

  it('past 65,535 of them are all read', async () => {
    const files: Record<string, [Uint8Array, { level: 0 }]> = {};
    for (let i = 0; i < 66_000; i++) files[`${i}.json`] = [text('{}'), { level: 0 }];
    expect(Object.keys(await read(zipSync(files)))).toHaveLength(66_000);
  }, 60_000);

  it('are null when they unpack to more than they may', async () => {
    expect(await read(zipSync({ 'bomb.json': new Uint8Array(5_000_000), 'a.json': text('x') }))).toEqual({
      'bomb.json': null,
      'a.json': 'x',
    });
  });

  it('of what is damaged end in words, never in anything else', async () => {
    const whole = zipSync({ 'a.json': text('{"a":1}'.repeat(50)), 'b.json': text('b') });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, cut) => {
        const damaged = cut ? whole.slice(0, at) : whole.slice();
        if (!cut) damaged[at] = value;
        try {
          await read(damaged);
        } catch (error) {
          expect((error as Error).message).toMatch(/no complete zip file/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
