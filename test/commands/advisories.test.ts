import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advisorySources, chosenCopy } from '../../src/commands/advisories.ts';

const OSV = join(import.meta.dirname, '../fixtures/osv');
const host = { ownDir: '/nowhere', clock: () => new Date(0) };
const titles = (osvCopy: string | null, networkAllowed: boolean) =>
  advisorySources(host, { osvCopy, networkAllowed }).map((s) => s.title);

describe('where dependencies are looked up', () => {
  it('is what the auditor named, the copy before the service, and nothing unasked', () => {
    expect(titles(null, false)).toEqual([]);
    expect(titles(OSV, false)).toEqual(['an offline copy of OSV']);
    expect(titles(OSV, true)).toEqual(['an offline copy of OSV', 'the OSV service']);
  });

  it('is kept as an absolute path, and refused when there is nothing', () => {
    expect(chosenCopy(relative(process.cwd(), OSV))).toBe(OSV);
    expect(() => chosenCopy('./no/such/copy')).toThrow('nothing was looked up in it');
  });
});
