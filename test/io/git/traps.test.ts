// Long because it is a list: one entry for each way known to us in which a repository makes git run a command.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRepository } from '../../../src/io/git/open-repository.ts';
import { openTarget } from '../../../src/io/git/open-target.ts';
import { git, makeRepository } from '../../support/git-fixtures.ts';

let dir: string;
let repo: string;
let canary: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'traps-'));
  repo = join(dir, 'hostile');
  canary = join(dir, 'canary');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Everything the product ever asks of a target. */
const readEverything = async (source: string, ref?: string) => {
  const { target, repository, notices } = await openTarget({ source, ref, reposDir: join(dir, 'repos') });
  const { tree, history, close } = await openRepository(repository, target.commit, target.subdir);
  try {
    const files: Record<string, string> = {};
    for (const { path, kind } of tree.allEntries) {
      if (kind === 'submodule') continue;
      files[path] = (await tree.bytes(path)).toString('latin1');
      await tree.text(path);
    }
    const { commits } = await history.commits();
    await history.tags();
    const { blobs } = await history.blobs();
    for await (const { oid } of history.readBlobs(blobs.map((b) => b.oid)))
      await history.introducedBy(oid, '');
    for (const commit of commits) await history.changedPaths(commit.hash);
    for (const { path, kind } of tree.allEntries) if (kind !== 'submodule') await history.lastChange(path, 1);
    return { target, notices, files, commits, blobs, entries: tree.allEntries };
  } finally {
    await close();
  }
};

/** What a person with plain git would do. Failing is part of it: only the canary counts. */
const plainGit = (args: string[], environment: Record<string, string> = {}, input = ''): void => {
  spawnSync('git', args, {
    cwd: repo,
    input,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      EMAIL: 'person@example.org',
      ...environment,
    },
  });
};

const config = (key: string, value: string): string => git(repo, ['config', '--add', key, value]);

const script = (name: string, body: string): string => {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
};

const base = { 'a.txt': 'alpha\n', 'b/c.txt': 'gamma\n' };
const plain = () => makeRepository(repo, [{ files: base }, { files: { 'a.txt': 'alpha 2\n' } }]);

const HOOKS = [
  'applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg',
  'commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update',
  'proc-receive', 'post-receive', 'post-update', 'reference-transaction', 'push-to-checkout', 'pre-auto-gc',
  'post-rewrite', 'sendemail-validate', 'fsmonitor-watchman', 'post-index-change', 'pre-upload-pack', 'post-upload-pack',
]; // biome-ignore format: a list of names

const hooksIn = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  for (const hook of HOOKS) {
    writeFileSync(join(folder, hook), `#!/bin/sh\ntouch '${canary}'\nexit 1\n`);
    chmodSync(join(folder, hook), 0o755);
  }
};

/** A blob git is told to fetch when it is needed: here it never arrives, and asking for it is the trap. */
const withoutOneBlob = (): string => {
  plain();
  const blob = git(repo, ['rev-parse', 'HEAD:b/c.txt']);
  rmSync(join(repo, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
  git(repo, ['config', 'core.repositoryFormatVersion', '1']);
  config('extensions.partialClone', 'origin');
  config('remote.origin.promisor', 'true');
  config('remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
  return blob;
};

type Trap = {
  name: string;
  /** Makes the repository and arms the trap. */
  arm(): void;
  /** Springs it with plain git: the proof that it was armed. */
  spring(): void;
  /** The target cannot be read at all, and is refused rather than opened. */
  refused?: RegExp;
};

const touch = (): string => `touch '${canary}'`;

const traps: Trap[] = [
  {
    name: 'core.fsmonitor',
    arm: () => {
      plain();
      config('core.fsmonitor', touch());
    },
    spring: () => plainGit(['status']),
  },
  {
    name: 'every hook',
    arm: () => {
      plain();
      hooksIn(join(repo, '.git/hooks'));
    },
    spring: () => plainGit(['checkout', '-b', 'other']),
  },
  {
    name: 'core.hooksPath into the tree',
    arm: () => {
      plain();
      hooksIn(join(repo, 'tools/hooks'));
      config('core.hooksPath', 'tools/hooks');
    },
    spring: () => plainGit(['branch', 'other']),
  },
  ...(['clean', 'smudge', 'process'] as const).map(
    (kind): Trap => ({
      name: `a ${kind} filter by .gitattributes`,
      arm: () => {
        makeRepository(repo, [{ files: { ...base, '.gitattributes': '* filter=evil\n' } }]);
        config(`filter.evil.${kind}`, `${touch()}; cat`);
        config('filter.evil.required', 'true');
        appendFileSync(join(repo, 'a.txt'), 'changed');
      },
      spring: () => plainGit(kind === 'clean' ? ['add', '-A'] : ['checkout', '-f', 'HEAD', '--', 'a.txt']),
    }),
  ),
  {
    name: 'diff.*.textconv',
    arm: () => {
      makeRepository(repo, [
        { files: { ...base, '.gitattributes': '* diff=evil\n' } },
        { files: { 'a.txt': '2' } },
      ]);
      config('diff.evil.textconv', `${touch()}; cat`);
    },
    spring: () => plainGit(['log', '-p']),
  },
  {
    name: 'diff.external',
    arm: () => {
      plain();
      config('diff.external', script('differ', touch()));
      appendFileSync(join(repo, 'a.txt'), 'changed');
    },
    spring: () => plainGit(['diff']),
  },
  {
    name: 'diff.*.command',
    arm: () => {
      makeRepository(repo, [{ files: { ...base, '.gitattributes': '* diff=evil\n' } }]);
      config('diff.evil.command', script('differ', touch()));
      appendFileSync(join(repo, 'a.txt'), 'changed');
    },
    spring: () => plainGit(['diff']),
  },
  {
    name: 'a submodule with update = !command',
    arm: () => {
      const inner = makeRepository(join(dir, 'inner'), [{ files: { x: 'x' } }]);
      const modules = `[submodule "m"]\n\tpath = m\n\turl = ${pathToFileURL(inner.path).href}\n`;
      makeRepository(repo, [{ files: { ...base, '.gitmodules': modules, m: { submodule: inner.commit } } }]);
      config('submodule.m.url', pathToFileURL(inner.path).href);
      config('submodule.m.update', `!${touch()}`);
      config('submodule.recurse', 'true');
      config('fetch.recurseSubmodules', 'true');
    },
    spring: () => plainGit(['-c', 'protocol.file.allow=always', 'submodule', 'update']),
  },
  {
    name: 'a repository in the submodule’s folder, with a configuration of its own',
    arm: () => {
      const inner = makeRepository(join(repo, 'm'), [{ files: { x: 'x' } }]);
      git(inner.path, ['config', 'core.fsmonitor', touch()]);
      makeRepository(repo, [{ files: { ...base, m: { submodule: inner.commit } } }]);
      writeFileSync(join(inner.path, 'x'), 'changed');
    },
    spring: () => plainGit(['status']),
  },
  {
    name: 'core.sshCommand',
    arm: () => {
      plain();
      config('core.sshCommand', touch());
      config('remote.origin.url', 'ssh://git@host.invalid/x');
    },
    spring: () => plainGit(['fetch']),
  },
  {
    name: 'core.gitProxy',
    arm: () => {
      plain();
      config('core.gitProxy', script('proxy', touch()));
      config('remote.origin.url', 'git://host.invalid/x');
    },
    spring: () => plainGit(['fetch']),
  },
  {
    name: 'core.pager',
    arm: () => {
      plain();
      config('core.pager', touch());
      config('pager.log', touch());
    },
    spring: () => plainGit(['grep', '-O', 'a']),
  },
  {
    name: 'core.editor',
    arm: () => {
      plain();
      config('core.editor', touch());
    },
    spring: () => plainGit(['commit', '--allow-empty']),
  },
  {
    name: 'credential.helper',
    arm: () => {
      plain();
      config('credential.helper', `!${touch()}`);
      config('remote.origin.url', 'https://host.invalid/x');
    },
    spring: () => plainGit(['credential', 'fill'], {}, 'protocol=https\nhost=host.invalid\n\n'),
  },
  {
    name: 'uploadpack.packObjectsHook',
    arm: () => {
      plain();
      config('uploadpack.packObjectsHook', script('packer', `${touch()}\nexec "$@"`));
    },
    // Git takes it from a user's own configuration only; that it does there shows that the hook itself works.
    spring: () =>
      plainGit(['clone', '--bare', pathToFileURL(repo).href, join(dir, 'copy')], {
        GIT_CONFIG_GLOBAL: join(repo, '.git/config'),
      }),
  },
  {
    name: 'core.alternateRefsCommand',
    arm: () => {
      const other = makeRepository(join(dir, 'other'), [{ files: { x: 'x' } }]);
      plain();
      writeFileSync(join(repo, '.git/objects/info/alternates'), `${join(other.path, '.git/objects')}\n`);
      config('core.alternateRefsCommand', touch());
    },
    spring: () => plainGit(['rev-list', '--alternate-refs']),
  },
  {
    name: 'include.path to a file of the tree',
    arm: () => {
      makeRepository(repo, [{ files: { ...base, 'more.config': `[core]\n\tfsmonitor = "${touch()}"\n` } }]);
      config('include.path', '../more.config');
    },
    spring: () => plainGit(['status']),
  },
  {
    name: 'a promisor remote over ext::',
    arm: () => {
      withoutOneBlob();
      config('protocol.ext.allow', 'always');
      config('remote.origin.url', `ext::${script('transport', touch())}`);
    },
    spring: () => plainGit(['cat-file', '-p', 'HEAD:b/c.txt']),
    refused: /is missing from the target/,
  },
  {
    name: 'a promisor remote with an upload-pack of its own',
    arm: () => {
      withoutOneBlob();
      config('protocol.file.allow', 'always');
      config('remote.origin.url', pathToFileURL(repo).href);
      config('remote.origin.uploadpack', touch());
    },
    spring: () => plainGit(['cat-file', '-p', 'HEAD:b/c.txt']),
    refused: /is missing from the target/,
  },
  {
    name: 'remote.origin.uploadpack',
    arm: () => {
      plain();
      config('remote.origin.url', pathToFileURL(repo).href);
      config('remote.origin.uploadpack', touch());
    },
    spring: () => plainGit(['fetch']),
  },
  {
    name: 'aliases',
    arm: () => {
      plain();
      for (const name of ['x', 'fetch', 'log', 'cat-file', 'upload-pack', 'pack-objects'])
        config(`alias.${name}`, `!${touch()}`);
    },
    spring: () => plainGit(['x']),
  },
  {
    name: 'gpg.program on a signed commit',
    arm: () => {
      plain();
      const raw = git(repo, ['cat-file', 'commit', 'HEAD']);
      const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n xyz\n -----END PGP SIGNATURE-----\n\n';
      const signed = git(
        repo,
        ['hash-object', '-t', 'commit', '-w', '--stdin'],
        `${raw.replace('\n\n', `\n${signature}`)}\n`,
      );
      git(repo, ['update-ref', 'refs/heads/main', signed]);
      config('gpg.program', script('gpg', touch()));
      config('log.showSignature', 'true');
    },
    spring: () => plainGit(['log', '-1']),
  },
  {
    name: 'a branch named like an option',
    arm: () => {
      const { commit } = plain();
      // Git refuses to make such names itself, and reads them all the same.
      writeFileSync(
        join(repo, '.git/packed-refs'),
        `${commit} refs/heads/${optionRef()}\n${commit} refs/heads/-x\n${commit} refs/tags/--output=x\n`,
      );
    },
    spring: () => plainGit(['fetch', pathToFileURL(repo).href, optionRef()]),
  },
];

const optionRef = (): string => `--upload-pack=touch\${IFS}${canary};git-upload-pack`;

describe('a hostile repository runs nothing when it is audited', () => {
  it.each(traps)('$name', async ({ arm, spring, refused }) => {
    arm();
    if (refused) await expect(readEverything(repo)).rejects.toThrow(refused);
    else {
      const { files, commits } = await readEverything(repo);
      expect(files['b/c.txt']).toBe('gamma\n');
      expect(commits.length).toBeGreaterThan(0);
      // Fetching into a clone that is there already goes other ways.
      await openTarget({ source: repo, ref: 'main', reposDir: join(dir, 'repos') });
    }
    expect(existsSync(canary), 'the audit sprang the trap').toBe(false);
    spring();
    expect(existsSync(canary), 'the trap does not work, so the test shows nothing').toBe(true);
  });
});

it('a folder whose name is a command', async () => {
  for (const name of [
    "x'; touch canary; '",
    '$(touch canary)',
    '`touch canary`',
    'a\ntouch canary',
    '%0atouch canary',
    '-x',
  ]) {
    repo = join(dir, 'outer', name);
    plain();
    expect((await readEverything(repo)).files['a.txt']).toBe('alpha 2\n');
  }
  expect(readdirSync(dir, { recursive: true }).filter((path) => /(^|\/)canary$/.test(String(path)))).toEqual(
    [],
  );
});

it('a .gitmodules that names a command is a file like any other', async () => {
  const modules = `[submodule "m"]\n\tpath = m\n\turl = ext::${touch()}\n\tupdate = !${touch()}\n`;
  makeRepository(repo, [{ files: { '.gitmodules': modules, m: { submodule: '1'.repeat(40) } } }]);
  const { files, entries } = await readEverything(repo);
  expect(files).toEqual({ '.gitmodules': modules });
  expect(entries.map((e) => e.kind)).toEqual(['file', 'submodule']);
  expect(existsSync(canary)).toBe(false);
});

describe('names that want to be options', () => {
  it('are names, as a ref, in the source and in the tree', async () => {
    const { commit } = plain();
    writeFileSync(
      join(repo, '.git/packed-refs'),
      `${commit} refs/heads/${optionRef()}\n${commit} refs/heads/-x\n`,
    );
    expect((await readEverything(repo, '-x')).target).toMatchObject({ commit, ref: '-x' });
    expect((await readEverything(repo, optionRef())).target.commit).toBe(commit);
    expect((await readEverything(`${repo}#-x`)).target.ref).toBe('-x');
    for (const ref of [
      '--all',
      '--output=x',
      '-h',
      '--exec=touch x',
      '--end-of-options',
      '^main',
      'main..main',
      ':/x',
      '@{-1}',
    ])
      await expect(readEverything(repo, ref)).rejects.toThrow(/no branch, tag or commit/);
    await expect(openTarget({ source: '--upload-pack=x', reposDir: join(dir, 'repos') })).rejects.toThrow(
      /no folder/,
    );
    await expect(
      openTarget({ source: `ext::sh -c ${touch()}`, reposDir: join(dir, 'repos') }),
    ).rejects.toThrow();
    await expect(
      openTarget({ source: 'ssh://-oProxyCommand=x/y', reposDir: join(dir, 'repos') }),
    ).rejects.toThrow();
    expect(existsSync(canary)).toBe(false);
  });
});

describe('what stands in the tree is data', () => {
  it('reads a symbolic link as its text, wherever it leads', async () => {
    writeFileSync(join(dir, 'secret'), 'outside');
    makeRepository(repo, [
      {
        files: {
          passwd: { symlink: '/etc/passwd' },
          up: { symlink: '../secret' },
          folder: { symlink: '/' },
          self: { symlink: 'self' },
        },
      },
    ]);
    const { files, entries } = await readEverything(repo);
    expect(files).toEqual({ passwd: '/etc/passwd', up: '../secret', folder: '/', self: 'self' });
    expect(entries.every((e) => e.kind === 'symlink')).toBe(true);
  });

  it('keeps file names as they are: control characters, bidi, dashes, bytes that are no text', async () => {
    const names = [
      'a\nb',
      'esc\x1b[31m',
      'tab\there',
      '-rf',
      '--help',
      'rtl\u202etxt.exe',
      'quote"\\',
      ' ',
      'é',
      '\u{1F600}',
    ];
    makeRepository(repo, [{ files: Object.fromEntries(names.map((name) => [name, `is ${name}`])) }]);
    const { files } = await readEverything(repo);
    for (const name of names)
      expect(Buffer.from(files[name] ?? '', 'latin1').toString(), name).toBe(`is ${name}`);
    expect(Object.keys(files)).toHaveLength(names.length);
  });

  it('reads trees no git would write: lookalikes of .git, climbing paths, doubles, bytes that are no UTF-8', async () => {
    plain();
    const blob = (text: string): Buffer =>
      Buffer.from(git(repo, ['hash-object', '-w', '--stdin'], text), 'hex');
    const entry = (name: string | Buffer, text: string): Buffer =>
      Buffer.concat([Buffer.from('100644 '), Buffer.from(name), Buffer.from([0]), blob(text)]);
    const tree = Buffer.concat([
      entry('../x', 'climbs'),
      entry('.git', 'one'),
      entry('.GIT', 'two'),
      entry('.g\u200cit', 'three'),
      entry('..', 'four'),
      entry('/etc/cron.d/x', 'five'),
      entry('twice', 'first'),
      entry('twice', 'second'),
      entry(Buffer.from([0x66, 0xe9]), 'latin'),
      entry(Buffer.from([0x66, 0xe8]), 'other latin'),
      entry('f\\xE9', 'spelled out'),
    ]);
    const oid = git(repo, ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], tree);
    git(repo, ['update-ref', 'refs/heads/odd', git(repo, ['commit-tree', oid, '-m', 'odd'])]);
    const { files } = await readEverything(repo, 'odd');
    expect(files).toEqual({
      '../x': 'climbs',
      '.git': 'one',
      '.GIT': 'two',
      '.g\u200cit': 'three',
      '..': 'four',
      '/etc/cron.d/x': 'five',
      twice: 'first',
      'twice‹2›': 'second',
      'f\\xE8': 'other latin',
      'f\\xE9': 'spelled out',
      'f\\xE9‹2›': 'latin',
    });
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  it('refuses a tree made to exhaust its reader', async () => {
    plain();
    let tree = git(repo, ['mktree'], `100644 blob ${git(repo, ['hash-object', '-w', '--stdin'], 'x')}\tx\n`);
    for (let level = 0; level < 10; level++)
      tree = git(
        repo,
        ['mktree'],
        Array.from({ length: 10 }, (_, i) => `040000 tree ${tree}\td${i}\n`).join(''),
      );
    git(repo, ['update-ref', 'refs/heads/bomb', git(repo, ['commit-tree', tree, '-m', 'bomb'])]);
    await expect(readEverything(repo, 'bomb')).rejects.toThrow(/more than 500000 files/);
  });
});

describe('what stands beside the objects does not change them', () => {
  it('ignores replace refs and grafts', async () => {
    const { commits } = plain();
    const [first = '', second = ''] = commits;
    git(repo, ['replace', second, git(repo, ['commit-tree', `${first}^{tree}`, '-m', 'innocent'])]);
    writeFileSync(join(repo, '.git/info-grafts'), '');
    expect(git(repo, ['log', '-1', '--format=%s', second])).toBe('innocent');
    const read = await readEverything(repo);
    expect(read.target.commit).toBe(second);
    expect(read.files['a.txt']).toBe('alpha 2\n');
    expect(read.commits.map((c) => c.message)).toEqual(['Commit 2', 'Commit 1']);
  });

  it('leaves an origin with hidden characters out, and says so', async () => {
    makeRepository(repo, [{ files: base }], { remote: 'https://github.com/good/name\u202e\x1b]0;x\x07' });
    const { target, notices } = await readEverything(repo);
    expect(target).toMatchObject({ url: '', name: 'hostile' });
    expect(notices.join()).toContain('‹U+202E›');
    expect(notices.join()).not.toMatch(/[\x1b\x07\u202e]/);
  });

  it('says so when .git leads to another repository', async () => {
    const other = makeRepository(join(dir, 'private'), [{ files: { secret: 's' } }]);
    mkdirSync(repo);
    writeFileSync(join(repo, '.git'), `gitdir: ${join(other.path, '.git')}\n`);
    const { notices } = await readEverything(repo);
    expect(notices.join()).toContain(join(other.path, '.git'));
  });

  it('is not led elsewhere by core.worktree', async () => {
    plain();
    config('core.worktree', '/');
    const { files, notices } = await readEverything(repo);
    expect(files['a.txt']).toBe('alpha 2\n');
    expect(notices).toEqual([]);
  });

  it('explains a configuration git itself cannot read', async () => {
    plain();
    appendFileSync(join(repo, '.git/config'), '[broken\x1b[31m\n');
    const failure = await readEverything(repo).catch((e: unknown) => e as Error);
    expect(failure).toMatchObject({ name: 'UserError' });
    expect((failure as Error).message).toMatch(/nothing was looked at/);
    expect((failure as Error).message).not.toContain('\x1b');
  });
});
