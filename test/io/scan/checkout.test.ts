import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkOut } from '../../../src/io/scan/checkout.ts';
import { SCANNER_SETTINGS } from '../../../src/results/scanners.ts';
import { fakeTree } from '../../engine/fake-source.ts';

const folders: string[] = [];
const fresh = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-test-'));
  folders.push(dir);
  return dir;
};
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});
const written = (dir: string): string[] =>
  (readdirSync(dir, { recursive: true }) as string[]).filter((p) => statSync(join(dir, p)).isFile()).sort();

describe('a checkout for a scanner', () => {
  it('holds the bytes of the commit, and nothing in it can be executed', async () => {
    const tree = fakeTree({
      'a.py': 'print(1)\n',
      'src/b.bin': Buffer.from([0, 255, 13, 10]),
      'run.sh': '#!/bin/sh\n',
    });
    Object.assign(tree.allEntries.find((e) => e.path === 'run.sh')!, { kind: 'executable' });
    const dir = fresh();
    expect(await checkOut(tree, dir, SCANNER_SETTINGS)).toEqual({ files: 3, bytes: 23, leftOut: [] });
    expect(readFileSync(join(dir, 'src/b.bin'))).toEqual(Buffer.from([0, 255, 13, 10]));
    for (const path of written(dir)) expect(lstatSync(join(dir, path)).mode & 0o777).toBe(0o600);
  });

  it('leaves out links, submodules, names that lead elsewhere, and the settings of scanners, and says so', async () => {
    const hostile = {
      'ok.py': '1',
      link: { symlink: '/etc/passwd' },
      'dir-link': { symlink: '..' },
      'dir-link/x': 'through a link',
      sub: { submodule: true as const },
      '../escape': 'x',
      '/abs': 'x',
      'a/../../b': 'x',
      'a//b': 'x',
      '.git/config': 'x',
      '.GIT/hooks/post-checkout': 'x',
      '.g\u200cit/config': 'x',
      'git~1/config': 'x',
      'nul\0byte': 'x',
      'line\nbreak': 'x',
      '.semgrepignore': '*',
      'src/.bandit': 'x',
      '.gitleaks.toml': 'x',
      'osv-scanner.toml': 'x',
      'trivy.yaml': 'x',
      '.hadolint.yaml': 'x',
      [`${'d/'.repeat(500)}f`]: 'x',
    };
    const outside = fresh();
    const dir = join(outside, 'tree');
    const { files, leftOut } = await checkOut(fakeTree(hostile), dir, SCANNER_SETTINGS);
    expect(written(dir)).toEqual(['dir-link/x', 'ok.py']);
    expect(files).toBe(2);
    expect(readdirSync(outside)).toEqual(['tree']);
    expect(leftOut.map((l) => l.path).sort()).toEqual(
      Object.keys(hostile)
        .filter((p) => p !== 'ok.py' && p !== 'dir-link/x')
        .sort(),
    );
    expect(leftOut.find((l) => l.path === 'link')?.why).toBe('a symbolic link');
    expect(leftOut.find((l) => l.path === '.semgrepignore')?.why).toBe('settings of a scanner');
  });

  it('never writes one file over another where a file system folds names', async () => {
    const dir = fresh();
    const tree = fakeTree({
      'A.py': 'first',
      'a.py': 'second',
      'b/C.py': 'x',
      B: 'a file where a folder is',
      'É.py': '1',
      'E\u0301.py': '2',
    });
    const { leftOut } = await checkOut(tree, dir, SCANNER_SETTINGS);
    expect(new Set(written(dir).map((p) => p.normalize('NFC').toLowerCase())).size).toBe(written(dir).length);
    expect(leftOut.length).toBe(3);
    expect(leftOut.every((l) => l.why.includes('differs from another one by case only'))).toBe(true);
  });

  it('stops when it is called off', async () => {
    await expect(
      checkOut(fakeTree({ a: '1' }), fresh(), SCANNER_SETTINGS, AbortSignal.abort()),
    ).rejects.toThrow();
  });
});
