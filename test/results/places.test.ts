import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapper, normalise } from '../../src/results/places.ts';
import { fakeTree } from '../engine/fake-source.ts';

const tree = fakeTree({
  'README.md': 'r',
  passwd: 'p',
  'package-lock.json': '{}',
  'src/a.ts': 'a',
  'src/deep/b.ts': 'b',
  'packages/x/src/a.ts': 'x',
  'odd\\name.ts': 'o',
});
const map = (path: string, { subdir = '', roots = [] as string[], paths = [path] } = {}) =>
  createMapper(tree, subdir, roots, paths)(path);

describe('a place another tool names', () => {
  it('is found as the tool wrote it', () => {
    expect(map('src/a.ts')).toEqual({ path: 'src/a.ts' });
    expect(map('./src//deep/../a.ts')).toEqual({ path: 'src/a.ts' });
    expect(map('src\\deep\\b.ts')).toEqual({ path: 'src/deep/b.ts' });
    expect(map('.\\src\\a.ts')).toEqual({ path: 'src/a.ts' });
    expect(map('odd\\name.ts')).toEqual({ path: 'odd\\name.ts' });
  });

  it('is found under a folder of a machine we never see', () => {
    expect(map('/home/me/repo/src/deep/b.ts')).toEqual({ path: 'src/deep/b.ts' });
    expect(map('C:\\work\\repo\\src\\a.ts')).toEqual({ path: 'src/a.ts' });
    expect(map('\\\\?\\C:\\work\\repo\\src\\a.ts')).toEqual({ path: 'src/a.ts' });
    // The root is known from another result, or because the tool says so.
    expect(
      map('/home/me/repo/README.md', { paths: ['/home/me/repo/README.md', '/home/me/repo/src/a.ts'] }),
    ).toEqual({ path: 'README.md' });
    expect(map('/ci/repo/README.md', { roots: ['/ci/repo/'] })).toEqual({ path: 'README.md' });
  });

  it('is found alone when it is the lockfile of the project', () => {
    expect(map('/home/user/server/package-lock.json')).toEqual({ path: 'package-lock.json' });
    expect(map('/home/user/server/README.md')).toHaveProperty('why');
  });

  it('of an audit of a folder is looked for there first', () => {
    expect(map('src/a.ts', { subdir: 'packages/x' })).toEqual({ path: 'packages/x/src/a.ts' });
    expect(map('README.md', { subdir: 'packages/x' })).toEqual({ path: 'README.md' });
  });

  it('outside of the tree is never found in it', () => {
    for (const path of [
      '../../etc/passwd',
      '/etc/passwd',
      'src/../../passwd',
      '..\\..\\passwd',
      'C:\\Windows\\passwd',
      '/passwd',
      '',
      '/',
      'a\0b',
      'no/such.ts',
    ])
      expect(map(path), path).toHaveProperty('why');
    expect(map('../../etc/passwd')).toEqual({
      why: 'it points at "../../etc/passwd", which is outside of the tree',
    });
  });

  it('is a file of the tree or a reason, for any path', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'src',
      'a.ts',
      'C:',
      'passwd',
      '\0',
      '\u202e',
      '%2e%2e',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.array(part)), (parts, others) => {
        const path = parts.join('/');
        const found = createMapper(
          tree,
          '',
          [],
          others.map((o) => o.join('/')),
        )(path);
        if ('path' in found) expect(tree.allEntries.some((e) => e.path === found.path)).toBe(true);
        else expect(found.why).not.toBe('');
      }),
    );
  });

  it('normalises to the same thing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', '\\', '.', 'a', ':') }), (p) => {
        expect(normalise(normalise(p))).toBe(normalise(p));
      }),
    );
  });
});
