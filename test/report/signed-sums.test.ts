import { describe, expect, it } from 'vitest';
import { changedSince, readSums, signatureFile, sumsText } from '../../src/report/signed-sums.ts';

const hash = (n: number): string => String(n).repeat(64);
const FILES = new Map([
  ['audit-manifest.json', hash(1)],
  ['artifacts/signatures/jane.SHA256SUMS', hash(2)],
  ['artifacts/signatures/jane.SHA256SUMS.sig', hash(3)],
  ['artifacts/signatures/bob.SHA256SUMS.sig', hash(4)],
  ['artifacts/signatures/README.md', hash(5)],
  ['artifacts/earlier/artifacts/signatures/jane.SHA256SUMS', hash(6)],
]);

describe('the signed list of files', () => {
  it('leaves out lists and their signatures alone, and reads back as it was written', () => {
    const read = readSums(sumsText('jane-1', null, FILES));
    expect(read?.audit).toBe('jane-1');
    expect([...(read?.hashes.keys() ?? [])]).toEqual([
      'artifacts/earlier/artifacts/signatures/jane.SHA256SUMS',
      'artifacts/signatures/README.md',
      'artifacts/signatures/bob.SHA256SUMS.sig',
      'audit-manifest.json',
    ]);
    expect(changedSince(read?.hashes ?? new Map(), FILES)).toEqual([]);
  });

  it('is none when it says one path twice', () => {
    const text = `# mcp-audit/submission@1\n# audit jane-1\n${hash(1)}  a\n`;
    expect(readSums(text)?.hashes.size).toBe(1);
    expect(readSums(`${text}${hash(2)}  a\n`)).toBeNull();
  });

  it('covers what it lists, and names everything else of the folder', () => {
    const signed = new Map([['audit-manifest.json', hash(1)]]);
    expect(changedSince(signed, FILES, [{ path: 'x', what: 'a symbolic link' }])).toEqual([
      'artifacts/signatures/bob.SHA256SUMS.sig was added',
      'artifacts/signatures/README.md was added',
      'artifacts/earlier/artifacts/signatures/jane.SHA256SUMS was added',
      'x was added and is not covered: it is a symbolic link',
    ]);
  });

  it('is told from files that only look like one', () => {
    expect(signatureFile('a/artifacts/signatures/jane.SHA256SUMS.asc')).toEqual({
      folder: 'a/',
      who: 'jane',
      list: 'a/artifacts/signatures/jane.SHA256SUMS',
      isList: false,
    });
    for (const path of [
      'artifacts/signatures/x/jane.SHA256SUMS',
      'artifacts/signatures/jane.SHA256SUMS.txt',
      'aartifacts/signatures/jane.SHA256SUMS',
    ])
      expect(signatureFile(path)).toBeNull();
  });
});
