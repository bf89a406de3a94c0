import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearNames } from '../../../src/io/git/near-names.ts';
import { isScpLike, ownerAndRepo, webUrl, withoutCredentials } from '../../../src/io/git/remote-url.ts';
import { parseSource } from '../../../src/io/git/source.ts';

describe('webUrl', () => {
  it.each([
    ['git@github.com:o/r.git', 'https://github.com/o/r'],
    ['github.com:o/r', 'https://github.com/o/r'],
    ['ssh://git@github.com:22/o/r.git/', 'https://github.com/o/r'],
    ['ssh://git@ssh.github.com:443/o/r.git', 'https://github.com/o/r'],
    ['git://GitHub.com/o/r', 'https://github.com/o/r'],
    ['http://www.github.com/o/r.git', 'https://github.com/o/r'],
    ['https://user:token@gitlab.com/group/sub/r.git?x=1#y', 'https://gitlab.com/group/sub/r'],
    ['https://git.example.org:8443/o/r', 'https://git.example.org:8443/o/r'],
    ['http://localhost:3000/o/r', 'http://localhost:3000/o/r'],
    ['git+ssh://git@host.example/o/r.git', 'https://host.example/o/r'],
    ['git@host:/abs/r.git', 'https://host/abs/r'],
    ['/srv/git/r.git', ''],
    ['../r', ''],
    ['file:///srv/r', ''],
    ['C:\\repos\\r', ''],
    ['ext::sh -c x', ''],
    ['https://github.com', ''],
    ['https://github.com/o/r\u202e', ''],
    ['https://github.com/o/\nr', ''],
    ['javascript:alert(1)', ''],
    ['--upload-pack=x', ''],
    ['', ''],
  ])('%j is %j', (remote, url) => {
    expect(webUrl(remote)).toBe(url);
  });

  it('never gives anything but a plain web address without credentials', () => {
    const part = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          part,
          fc.tuple(part, part, part).map(([a, b, c]) => `https://${a}@${b}/${c}`),
        ),
        (remote) => {
          const url = webUrl(remote);
          if (url === '') return;
          const parsed = new URL(url);
          expect(parsed.protocol).toMatch(/^https?:$/);
          expect([parsed.username, parsed.password, parsed.search, parsed.hash]).toEqual(['', '', '', '']);
          expect(webUrl(url)).toBe(url);
        },
      ),
    );
  });

  it('names owner and repository', () => {
    expect(ownerAndRepo('https://gitlab.com/group/sub/r')).toBe('sub/r');
    expect(ownerAndRepo('https://host/r')).toBe('r');
    expect(ownerAndRepo('https://host/o/%E0%A4%A')).toBe('o/%E0%A4%A');
    expect(ownerAndRepo('')).toBe('');
  });
});

it('takes credentials out of an address, and leaves the user of ssh', () => {
  expect(withoutCredentials('https://u:p@ss@h/o/r@v')).toBe('https://h/o/r@v');
  expect(withoutCredentials('https://token@h/o')).toBe('https://h/o');
  expect(withoutCredentials('ssh://git:pw@h/o')).toBe('ssh://git@h/o');
  for (const as of ['https://h/o/@scope/r', 'git@h:o/r', '/a@b/c', 'ssh://git@h/o'])
    expect(withoutCredentials(as)).toBe(as);
});

describe('parseSource', () => {
  it.each([
    ['https://h/o/r.git#v1', { kind: 'network', url: 'https://h/o/r.git', ref: 'v1', subdir: '' }],
    ['git@h:o/r.git#feature/x', { kind: 'network', url: 'git@h:o/r.git', ref: 'feature/x', subdir: '' }],
    ['ssh://git@h/o/r', { kind: 'network', url: 'ssh://git@h/o/r', ref: '', subdir: '' }],
    [
      'https://github.com/o/r/tree/v1/packages/a',
      { kind: 'network', url: 'https://github.com/o/r', ref: 'v1', subdir: 'packages/a' },
    ],
    [
      'https://github.com/o/r/commit/abc/',
      { kind: 'network', url: 'https://github.com/o/r', ref: 'abc', subdir: '' },
    ],
    [
      'https://github.com/o/r/releases/tag/v%2B1',
      { kind: 'network', url: 'https://github.com/o/r', ref: 'v+1', subdir: '' },
    ],
    ['file:///a%20b#x', { kind: 'local', path: '/a b', ref: 'x', subdir: '' }],
    ['.', { kind: 'local', path: '.', ref: '', subdir: '' }],
    ['.#x', { kind: 'local', path: '.', ref: 'x', subdir: '' }],
  ])('%s', (source, asked) => {
    expect(parseSource(source)).toEqual(asked);
  });

  it('ends in a value or an error for the user, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `https://${s}`),
          fc.string().map((s) => `https://github.com/o/r/tree/${s}`),
        ),
        (source) => {
          try {
            parseSource(source);
          } catch (error) {
            expect(error).toMatchObject({ name: 'UserError' });
          }
        },
      ),
    );
  });

  it('knows scp-like addresses from helpers and paths', () => {
    for (const yes of ['h:p', 'git@h:p', 'u@[::1]:p']) expect(isScpLike(yes), yes).toBe(true);
    for (const no of ['ext::x', '-o:x', 'a/b:c', 'h://p', ':x', 'u@-h:p'])
      expect(isScpLike(no), no).toBe(false);
  });
});

it('suggests up to five names, nearest first', () => {
  const names = ['main', 'v1.0.0', 'v1.0.1', 'v1.1.0', 'v2.0.0', 'develop', 'feature/main-menu', 'v1.0.0'];
  expect(nearNames('mian', names)).toEqual(['main']);
  expect(nearNames('V1.0', names)).toEqual(['v1.0.0', 'v1.0.1', 'v1.1.0']);
  expect(nearNames('zzzzzz', names)).toEqual([]);
  expect(
    nearNames(
      'x'.repeat(100_000),
      Array.from({ length: 5000 }, (_, i) => `branch-${i}`),
    ),
  ).toEqual([]);
});
