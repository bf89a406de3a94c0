import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repo: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'borrowing-'));
  repo = join(dir, 'server');
  makeRepository(repo, [{ files: { a: '1' } }, { files: { a: '2' } }]);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const notices = async (source: string): Promise<string> =>
  (await openTarget({ source, reposDir: join(dir, 'repos') })).notices.join('\n');

describe('what a repository takes from elsewhere', () => {
  it('is not spoken of where there is none', async () => {
    expect(await notices(repo)).toBe('');
  });

  it.for([
    ['a shared clone', (to: string) => git(dir, ['clone', '--quiet', '--shared', repo, to])],
    [
      'a clone with a reference',
      (to: string) => git(dir, ['clone', '--quiet', '--reference', repo, `file://${repo}`, to]),
    ],
    ['a bare shared clone', (to: string) => git(dir, ['clone', '--quiet', '--bare', '--shared', repo, to])],
  ] as const)('is told of %s', async ([, make]) => {
    const to = join(dir, 'borrower');
    make(to);
    expect(await notices(to)).toContain(`borrows objects from ${join(repo, '.git/objects')}`);
  });

  const alternates = (line: string): void => {
    const file = join(repo, '.git/objects/info/alternates');
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${line}\n`);
  };

  it('is told though nothing comes from there, by a relative path, in quotes, behind a comment', async () => {
    const other = join(dir, 'other "one"');
    makeRepository(other, [{ files: { secret: 'x' } }]);
    alternates('# not a path');
    alternates(`"${join(other, '.git/objects').replaceAll('"', '\\"')}"`);
    alternates('../../../relative/objects');
    const said = await notices(repo);
    expect(said).toContain(
      `borrows objects from ${join(other, '.git/objects')} (objects/info/alternates): what`,
    );
    expect(said).toContain(`${join(dir, 'relative/objects')} (objects/info/alternates), which is not there`);
    expect(said).not.toContain('not a path');
  });

  it('is told of what is borrowed in turn, once, round in circles too', async () => {
    const [second, third] = [join(dir, 'second'), join(dir, 'third')];
    for (const path of [second, third]) makeRepository(path, [{ files: { b: path } }]);
    alternates(join(second, '.git/objects'));
    const chain = (from: string, to: string): void => {
      mkdirSync(join(from, '.git/objects/info'), { recursive: true });
      writeFileSync(join(from, '.git/objects/info/alternates'), `${join(to, '.git/objects')}\n`);
    };
    chain(second, third);
    chain(third, second);
    const said = await notices(repo);
    expect(said.match(/borrows objects/g)).toHaveLength(2);
    expect(said).toContain(join(third, '.git/objects'));
  });

  it.for(['objects', 'refs', 'packed-refs', 'objects/pack'])('is told of %s that is a link', async (name) => {
    git(repo, ['pack-refs', '--all']);
    git(repo, ['repack', '-adq']);
    const inside = join(repo, '.git', name);
    const outside = join(dir, 'outside');
    renameSync(inside, outside);
    symlinkSync(outside, inside);
    expect(await notices(repo)).toContain(`${name} in the repository is a link to ${outside}`);
  });

  it('is not told of a link that stays inside', async () => {
    cpSync(join(repo, '.git/refs/heads/main'), join(repo, '.git/refs/heads/other'));
    rmSync(join(repo, '.git/HEAD'));
    symlinkSync('refs/heads/main', join(repo, '.git/HEAD'));
    expect(await notices(repo)).not.toContain('link');
  });
});

describe('a repository with a pipe in it', () => {
  it.for([
    'HEAD',
    'config',
    'packed-refs',
    'shallow',
    'refs/heads/main',
    'refs/tags/v1',
    'objects/info/alternates',
    'objects/pack/pack-0123456789012345678901234567890123456789.idx',
    'info/grafts',
  ])('in place of %s is refused instead of waited for', async (name) => {
    const path = join(repo, '.git', name);
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
    await expect(notices(repo)).rejects.toThrow(/pipe, a socket or a device/);
  });

  it('is refused where a link leads to the pipe, to a device, or the object of a file is one', async () => {
    const object = git(repo, ['rev-parse', 'HEAD:a']);
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [name, to] of [
      ['packed-refs', pipe],
      ['shallow', '/dev/zero'],
      [join('objects', object.slice(0, 2), object.slice(2)), pipe],
    ] as const) {
      const path = join(repo, '.git', name);
      rmSync(path, { force: true });
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(to, path);
      await expect(notices(repo), name).rejects.toThrow(/pipe, a socket or a device/);
      rmSync(path);
    }
  });
});
