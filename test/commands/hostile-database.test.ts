import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exportTo } from '../../src/commands/archive.ts';
import { earlierAudits } from '../../src/commands/earlier-audits.ts';
import { answer, report } from '../../src/commands/headless.ts';
import { indexDatabase } from '../../src/commands/index-database.ts';
import { lookup } from '../../src/commands/lookup.ts';
import { submit } from '../../src/commands/submit.ts';
import { validate } from '../../src/commands/validate.ts';
import { git } from '../support/git-fixtures.ts';
import { databaseFixture, REMOTE } from './database-fixture.ts';
import { prepared } from './prepared-submission.ts';

const HOME = 'audits/github.com/acme/report-mcp';
const PATH = process.env.PATH;
afterEach(() => {
  process.env.PATH = PATH;
});

const treeOf = (dir: string): string[] =>
  fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => !e.isDirectory())
    .map((e) => join(e.parentPath, e.name).slice(dir.length + 1))
    .filter((p) => !p.startsWith('.git/'))
    .sort();

/** Commits whatever `lay` puts into the database's clone, as if its maintainers had. */
const committed = (clone: string, lay: () => void): void => {
  lay();
  git(clone, ['add', '-A', '-f']);
  git(clone, ['commit', '-q', '-m', 'laid']);
  git(clone, ['update-ref', 'refs/remotes/origin/main', 'HEAD']);
};

const link = (to: string, at: string): void => {
  fs.mkdirSync(dirname(at), { recursive: true });
  fs.symlinkSync(to, at);
};

type Lay = [string, (clone: string, outside: string) => void];
const LINKS: Lay[] = [
  ['metadata.json', (c, o) => link(join(o, 'secret.json'), join(c, HOME, 'metadata.json'))],
  ['metadata.json, to nothing', (c, o) => link(join(o, 'gone'), join(c, HOME, 'metadata.json'))],
  ['the repository', (c, o) => link(o, join(c, HOME))],
  ['the owner', (c, o) => link(o, join(c, 'audits/github.com/acme'))],
  ['the host', (c, o) => link(o, join(c, 'audits/github.com'))],
  ['audits itself', (c, o) => link(o, join(c, 'audits'))],
  ['the audits of the repository', (c, o) => link(o, join(c, HOME, 'audits'))],
];

const outsideOf = (folder: string): { outside: string; untouched: () => void } => {
  const outside = join(folder, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(join(outside, 'secret.json'), '{"auths":{"ghcr.io":{"auth":"SECRET"}}}');
  return {
    outside,
    untouched: () => {
      expect(treeOf(outside)).toEqual(['secret.json']);
      expect(fs.readFileSync(join(outside, 'secret.json'), 'utf8')).toContain('SECRET');
    },
  };
};

describe('links in a clone of the database', () => {
  it.each(LINKS)('are refused by submit and report, and nothing is made: %s', async (_, lay) => {
    const f = await prepared();
    const { outside, untouched } = outsideOf(f.folder);
    committed(f.clone, () => lay(f.clone, outside));
    const before = treeOf(f.clone);
    await expect(submit(f.host, { db: f.clone, remote: 'origin' })).rejects.toThrow(/symbolic link/);
    await expect(report(f.host, { to: f.clone })).rejects.toThrow(/symbolic link/);
    expect(treeOf(f.clone)).toEqual(before);
    expect(git(f.clone, ['branch', '--list'])).toBe('* main');
    untouched();
  });

  it.each(LINKS)('are not read by lookup, Home and index, and lookup says so: %s', async (_, lay) => {
    const f = databaseFixture();
    const { outside, untouched } = outsideOf(f.folder);
    // What lies behind the link would be found.
    fs.rmSync(join(f.database, 'audits'), { recursive: true });
    lay(f.database, outside);
    expect(await lookup(f.host, REMOTE, { db: f.database })).toBe(0);
    const said = f.printed();
    expect(said).toMatch(/no audit of \S+ where it could be looked at[\s\S]*symbolic link/);
    expect(said).not.toContain('SECRET');
    expect(earlierAudits(f.database, REMOTE)).toEqual([]);
    expect(() => indexDatabase(f.host, f.database, {})).toThrow(/holds no audits/);
    untouched();
  });

  it('are not written through by index', () => {
    const f = databaseFixture();
    const { outside, untouched } = outsideOf(f.folder);
    link(outside, join(f.database, 'indexes'));
    expect(() => indexDatabase(f.host, f.database, {})).toThrow(/symbolic link/);
    fs.rmSync(join(f.database, 'indexes'));
    link(join(outside, 'secret.json'), join(f.database, 'indexes/by-date.json'));
    expect(() => indexDatabase(f.host, f.database, {})).toThrow(/symbolic link/);
    expect(treeOf(join(f.database, 'indexes'))).toEqual(['by-date.json']);
    untouched();
  });
});

it('index replaces indexes, and nothing else', () => {
  const f = databaseFixture();
  const file = join(f.database, 'indexes/by-date.json');
  fs.mkdirSync(dirname(file));
  fs.writeFileSync(file, 'my notes');
  expect(() => indexDatabase(f.host, f.database, {})).toThrow(/by-date\.json .* is no index/);
  expect(treeOf(join(f.database, 'indexes'))).toEqual(['by-date.json']);
  fs.writeFileSync(file, '{"audits":[]}');
  fs.writeFileSync(join(f.database, 'indexes/README.md'), 'mine');
  expect(indexDatabase(f.host, f.database, {})).toBe(0);
  expect(JSON.parse(fs.readFileSync(file, 'utf8')).audits).toHaveLength(1);
  expect(fs.readFileSync(join(f.database, 'indexes/README.md'), 'utf8')).toBe('mine');
});

describe('what a clone would have git run', () => {
  it('hooks, filters, fsmonitor, a pager and a signing program do not run, and nothing is checked out', async () => {
    const f = await prepared();
    const fired = join(f.folder, 'fired');
    const trap = join(f.folder, 'trap.sh');
    fs.writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> ${fired}\ncat\n`, { mode: 0o755 });
    for (const hook of [
      'pre-commit',
      'commit-msg',
      'prepare-commit-msg',
      'post-commit',
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'pre-auto-gc',
    ])
      fs.copyFileSync(trap, join(f.clone, '.git/hooks', hook));
    committed(f.clone, () => {
      fs.writeFileSync(join(f.clone, '.gitattributes'), '* filter=trap diff=trap merge=trap text ident\n');
      fs.writeFileSync(join(f.clone, 'file'), '$Id$');
    });
    fs.writeFileSync(join(f.clone, '.git/info/attributes'), '* filter=trap\n');
    for (const [key, value] of [
      ['filter.trap.clean', trap],
      ['filter.trap.smudge', trap],
      ['filter.trap.process', trap],
      ['filter.trap.required', 'true'],
      ['core.fsmonitor', trap],
      ['core.hooksPath', join(f.clone, '.git/hooks')],
      ['core.pager', trap],
      ['core.editor', trap],
      ['core.alternateRefsCommand', trap],
      ['diff.external', trap],
    ] as const)
      git(f.clone, ['config', key, value]);
    fs.rmSync(fired, { force: true });
    expect(await submit(f.host, { db: f.clone, remote: 'origin', json: true })).toBe(0);
    const { branch, audit } = JSON.parse(f.printed()) as { branch: string; audit: string };
    expect(fs.existsSync(fired)).toBe(false);
    const stored = execFileSync('git', ['show', `${branch}:${HOME}/audits/${audit}/audit-manifest.json`], {
      cwd: f.clone,
      encoding: 'utf8',
    });
    expect(JSON.parse(stored).audit_id).toBe(audit);
    git(f.clone, ['config', 'commit.gpgSign', 'true']);
    git(f.clone, ['config', 'gpg.program', trap]);
    git(f.clone, ['branch', '-D', branch]);
    fs.rmSync(fired, { force: true });
    await expect(submit(f.host, { db: f.clone, remote: 'origin' })).rejects.toThrow(
      /itself names the program for it \(gpg\.program\)/,
    );
    expect(fs.existsSync(fired)).toBe(false);
  });

  it('is not run by sending either: its own way to talk to servers is named, and nothing is sent', async () => {
    const f = await prepared();
    const bin = join(f.folder, 'bin');
    fs.mkdirSync(bin);
    fs.writeFileSync(join(bin, 'gh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    process.env.PATH = `${bin}:${PATH}`;
    const fired = join(f.folder, 'fired');
    git(f.clone, ['config', 'remote.origin.receivepack', `touch ${fired}; git-receive-pack`]);
    await expect(submit(f.host, { db: f.clone, remote: 'origin', open: true, yes: true })).rejects.toThrow(
      /nothing was sent: .*remote\.origin\.receivepack/,
    );
    git(f.clone, ['config', '--unset', 'remote.origin.receivepack']);
    fs.writeFileSync(join(f.clone, '.git/hooks/pre-push'), `#!/bin/sh\ntouch ${fired}\n`, { mode: 0o755 });
    expect(await submit(f.host, { db: f.clone, remote: 'origin', open: true, yes: true })).toBe(0);
    expect(git(f.remote, ['branch', '--list'])).toContain('audit/acme-report-mcp-');
    expect(fs.existsSync(fired)).toBe(false);
  });

  it('a .git that leads to another repository is refused; a work tree of the clone’s own is not', async () => {
    const f = await prepared();
    const victim = join(f.folder, 'server');
    const fake = join(f.folder, 'fake');
    fs.mkdirSync(fake);
    fs.writeFileSync(join(fake, '.git'), `gitdir: ${join(victim, '.git')}\n`);
    const refused = /leads to .*another repository/;
    await expect(submit(f.host, { db: fake, remote: 'origin' })).rejects.toThrow(refused);
    fs.rmSync(join(fake, '.git'));
    fs.symlinkSync(join(victim, '.git'), join(fake, '.git'));
    await expect(submit(f.host, { db: fake, remote: 'origin' })).rejects.toThrow(refused);
    expect(git(victim, ['branch', '--list']).split('\n')).toHaveLength(1);
    const second = join(f.folder, 'second');
    git(f.clone, ['worktree', 'add', '-q', second, '-b', 'other']);
    expect(await submit(f.host, { db: second, remote: 'origin' })).toBe(0);
    git(f.clone, ['config', 'core.worktree', victim]);
    await expect(submit(f.host, { db: f.clone, remote: 'origin' })).rejects.toThrow(refused);
  });

  it('objects borrowed from another repository are read, and nothing is written there', async () => {
    const f = await prepared();
    const shared = join(f.folder, 'shared');
    git(f.folder, ['clone', '-q', '--shared', f.remote, shared]);
    expect(fs.existsSync(join(shared, '.git/objects/info/alternates'))).toBe(true);
    const before = treeOf(f.remote);
    expect(await submit(f.host, { db: shared, remote: 'origin' })).toBe(0);
    expect(treeOf(f.remote)).toEqual(before);
    expect(git(shared, ['branch', '--list'])).toContain('audit/acme-report-mcp-');
  });

  it('a branch that is checked out is left as it is', async () => {
    const f = await prepared();
    git(f.clone, ['checkout', '-q', '-b', 'mine']);
    await expect(submit(f.host, { db: f.clone, remote: 'origin', branch: 'mine' })).rejects.toThrow(
      /is checked out/,
    );
    await expect(submit(f.host, { db: f.clone, remote: 'origin', branch: '-x y' })).rejects.toThrow(
      /could not be made/,
    );
    expect(git(f.clone, ['status', '--porcelain'])).toBe('');
  });
});

it('a repository the database spells in another way gets no twin that differs by case', async () => {
  const f = await prepared();
  const other = HOME.replace('acme', 'Acme');
  committed(f.clone, () => {
    fs.mkdirSync(join(f.clone, other), { recursive: true });
    fs.writeFileSync(join(f.clone, other, 'metadata.json'), '{"key_security_considerations": ["theirs"]}\n');
  });
  expect(await submit(f.host, { db: f.clone, remote: 'origin', json: true })).toBe(0);
  const { branch, diagnostics } = JSON.parse(f.printed()) as { branch: string; diagnostics: unknown[] };
  const paths = git(f.clone, ['diff', '--name-only', 'main', branch]).split('\n');
  expect(paths.every((p) => p.startsWith(`${other}/`))).toBe(true);
  expect(git(f.clone, ['show', `${branch}:${other}/metadata.json`])).toContain('theirs');
  expect(diagnostics).toEqual([]);
  await report(f.host, { to: f.clone });
  expect(fs.readdirSync(join(f.clone, 'audits/github.com'))).toEqual(['Acme']);
});

describe('writing a report again', () => {
  const changedNote = (f: { folder: string }): string => {
    const file = join(f.folder, 'more.yml');
    fs.writeFileSync(file, 'checks: {"2.1.2": {verdict: fail, note: seen once more}}\n');
    return file;
  };

  it('keeps what was added, and names it; refuses when something was edited, and names that', async () => {
    const f = await prepared();
    const to = join(f.folder, 'out');
    await report(f.host, { to, json: true });
    const { folder } = JSON.parse(f.printed()) as { folder: string };
    fs.writeFileSync(join(folder, 'artifacts/mine.txt'), 'added');
    await answer(f.host, { from: changedNote(f) });
    f.printed();
    await report(f.host, { to });
    expect(f.printed()).toContain('kept, not written by this session: artifacts/mine.txt');
    expect(fs.readFileSync(join(folder, 'artifacts/mine.txt'), 'utf8')).toBe('added');

    const notes = join(folder, 'raw-notes.md');
    fs.appendFileSync(notes, '\nMy own words.\n');
    const before = treeOf(to).map((p) => [p, fs.readFileSync(join(to, p), 'utf8')]);
    await expect(report(f.host, { to })).rejects.toThrow(
      /nothing was written: \S*raw-notes\.md .*would be lost/,
    );
    expect(treeOf(to).map((p) => [p, fs.readFileSync(join(to, p), 'utf8')])).toEqual(before);
  });

  it('removes what this session wrote and no longer says, unless it was edited', async () => {
    const f = await prepared();
    const to = join(f.folder, 'out');
    await report(f.host, { to, json: true });
    const { folder } = JSON.parse(f.printed()) as { folder: string };
    const [old = ''] = fs.readdirSync(join(folder, 'findings'));
    const file = join(f.folder, 'severity.yml');
    fs.writeFileSync(
      file,
      'findings: [{id: F-01, title: Another title, severity: low, severityReason: judged by hand}]\n',
    );
    expect(await answer(f.host, { from: file }), f.printed()).toBe(0);
    await report(f.host, { to });
    const now = fs.readdirSync(join(folder, 'findings'));
    expect(now).toHaveLength(1);
    expect(now).not.toContain(old);
  });

  it('in another format replaces its own file, never an edited one, nor one that was there', async () => {
    const f = await prepared();
    const to = join(f.folder, 'a.html');
    await report(f.host, { to, format: 'html' });
    await answer(f.host, { from: changedNote(f) });
    expect(await report(f.host, { to, format: 'html' })).toBe(0);
    expect(fs.readFileSync(to, 'utf8')).toContain('seen once more');
    fs.appendFileSync(to, '<!-- mine -->');
    await expect(report(f.host, { to, format: 'html' })).rejects.toThrow(/is there already/);
    expect(fs.readFileSync(to, 'utf8')).toContain('<!-- mine -->');
    const there = join(f.folder, 'b.json');
    fs.writeFileSync(there, 'somebody’s');
    await expect(report(f.host, { to: there, format: 'json' })).rejects.toThrow(/is there already/);
    await expect(report(f.host, { to: '/dev/null', format: 'json' })).rejects.toThrow(/device/);
    fs.symlinkSync(there, join(f.folder, 'c.json'));
    await expect(report(f.host, { to: join(f.folder, 'c.json'), format: 'json' })).rejects.toThrow(
      /symbolic link/,
    );
    expect(fs.readFileSync(there, 'utf8')).toBe('somebody’s');
  });

  it('an export is never written over, nor through a link', async () => {
    const f = await prepared();
    const [id = ''] = fs.readdirSync(join(f.host.dataDir, 'sessions'));
    const session = join(f.host.dataDir, 'sessions', id);
    const file = join(f.folder, 'e.zip');
    await exportTo(session, file);
    await expect(exportTo(session, file)).rejects.toThrow(/is there already/);
    fs.symlinkSync(join(f.folder, 'elsewhere.zip'), join(f.folder, 'l.zip'));
    await expect(exportTo(session, join(f.folder, 'l.zip'))).rejects.toThrow(/is there already/);
    expect(fs.existsSync(join(f.folder, 'elsewhere.zip'))).toBe(false);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('validate blocks on what it did not look at', () => {
  const blocking = async (f: ReturnType<typeof databaseFixture>, folder = f.database): Promise<string[]> => {
    f.printed();
    await validate(f.host, folder, { json: true });
    const said = JSON.parse(f.printed()) as { diagnostics: { rule: string; level: string; file: string }[] };
    return said.diagnostics
      .filter((d) => d.level === 'blocking' && d.rule.startsWith('LAYOUT-'))
      .map((d) => `${d.rule} ${d.file.replace(/^.*\/audits\/(?=jane)/, '')}`);
  };
  const auditId = (f: { audit: string }) => f.audit.split('/').at(-1);

  it.each<[string, (audit: string) => void, string]>([
    [
      'a link to a file',
      (a) => link('/etc/passwd', join(a, 'artifacts/x.md')),
      'LAYOUT-UNREAD @/artifacts/x.md',
    ],
    ['a link to a folder', (a) => link('/etc', join(a, 'artifacts/x')), 'LAYOUT-UNREAD @/artifacts/x'],
    [
      'a link to nothing',
      (a) => link('gone', join(a, 'findings/high-009-x.md')),
      'LAYOUT-UNREAD @/findings/high-009-x.md',
    ],
    ['a pipe', (a) => void execFileSync('mkfifo', [join(a, 'p')]), 'LAYOUT-UNREAD @/p'],
    [
      'installed packages',
      (a) => {
        fs.mkdirSync(join(a, 'artifacts/node_modules/x'), { recursive: true });
        fs.writeFileSync(join(a, 'artifacts/node_modules/x/i.js'), '');
      },
      'LAYOUT-UNREAD @/artifacts/node_modules',
    ],
    [
      'a repository of its own',
      (a) => {
        fs.mkdirSync(join(a, '.git'));
        fs.writeFileSync(join(a, '.git/config'), '');
      },
      'LAYOUT-UNREAD @/.git',
    ],
    [
      'a pointer to a repository',
      (a) => fs.writeFileSync(join(a, '.git'), 'gitdir: /x'),
      'LAYOUT-UNREAD @/.git',
    ],
    ['a dot file', (a) => fs.writeFileSync(join(a, '.hidden.md'), 'x'), 'LAYOUT-HIDDEN @/.hidden.md'],
    [
      'an invisible name',
      (a) => fs.writeFileSync(join(a, 'a\u200bb.md'), 'x'),
      'LAYOUT-HIDDEN @/a\u200bb.md',
    ],
    [
      'a name that is no text',
      (a) => fs.writeFileSync(Buffer.concat([Buffer.from(`${a}/x`), Buffer.of(0xff)]), 'x'),
      'LAYOUT-UNREAD @/x\ufffd',
    ],
    [
      'a stray file',
      (a) => fs.writeFileSync(join(a, '../../run.sh'), 'x'),
      'LAYOUT-UNREAD audits/github.com/acme/report-mcp/run.sh',
    ],
  ])('%s', async (_, lay, expected) => {
    const f = databaseFixture();
    expect(await blocking(f)).toEqual([]);
    lay(f.audit);
    const want = expected.replace('@', auditId(f) ?? '');
    expect(await blocking(f)).toContain(want);
    // The audit's own folder says the same of what lies in it.
    if (expected.includes('@'))
      expect((await blocking(f, f.audit)).join()).toContain(want.split(`${auditId(f)}/`)[1]);
  });

  it('submodules, links that were checked out as files, files outside of a sparse work tree', async () => {
    const f = databaseFixture();
    git(f.folder, ['init', '-q', f.database]);
    git(f.database, ['config', 'user.name', 'x']);
    git(f.database, ['config', 'user.email', 'x@example.org']);
    git(f.database, ['add', '-A']);
    git(f.database, ['commit', '-q', '-m', 'db']);
    expect(await blocking(f)).toEqual([]);
    const at = f.audit.slice(f.database.length + 1);
    git(f.database, ['update-index', '--add', '--cacheinfo', `160000,${f.audited},${at}/artifacts/sub`]);
    fs.mkdirSync(join(f.audit, 'artifacts/sub'));
    const blob = git(f.database, ['hash-object', '-w', join(f.audit, 'raw-notes.md')]);
    git(f.database, ['update-index', '--add', '--cacheinfo', `120000,${blob},${at}/raw-notes.md`]);
    git(f.database, ['update-index', '--add', '--cacheinfo', `100644,${blob},${at}/artifacts/absent.md`]);
    const id = auditId(f);
    expect(await blocking(f)).toEqual([
      `LAYOUT-UNREAD ${id}/artifacts/absent.md`,
      `LAYOUT-UNREAD ${id}/artifacts/sub`,
      `LAYOUT-UNREAD ${id}/raw-notes.md`,
    ]);
    expect(await blocking(f, f.audit)).toHaveLength(3);
  });

  it('the drafts of a writing that was interrupted', async () => {
    const f = databaseFixture();
    const drafts = join(f.database, `.mcp-audit-${'0'.repeat(24)}`);
    fs.mkdirSync(drafts);
    fs.writeFileSync(join(drafts, 'new-0'), 'x');
    expect(await blocking(f)).toEqual([`LAYOUT-INTERRUPTED .mcp-audit-${'0'.repeat(24)}`]);
  });

  it('beside the audits only by a warning, and only on what leads away', async () => {
    const f = databaseFixture();
    git(f.folder, ['init', '-q', f.database]);
    const warned = async (): Promise<string[]> => {
      f.printed();
      await validate(f.host, f.database, { json: true });
      const said = JSON.parse(f.printed()) as {
        diagnostics: { rule: string; level: string; file: string }[];
      };
      return said.diagnostics.filter((d) => d.rule === 'LAYOUT-UNREAD').map((d) => `${d.level} ${d.file}`);
    };
    fs.mkdirSync(join(f.database, 'node_modules'));
    fs.mkdirSync(join(f.database, '.github'));
    fs.writeFileSync(join(f.database, '.github/x.yml'), 'x');
    expect(await warned()).toEqual([]);
    link('/etc', join(f.database, 'indexes'));
    link('/etc/passwd', join(f.database, '.github/CODEOWNERS'));
    git(f.database, ['update-index', '--add', '--cacheinfo', `160000,${f.audited},tools`]);
    fs.mkdirSync(join(f.database, 'tools'));
    execFileSync('mkfifo', [join(f.database, 'pipe')]);
    expect((await warned()).sort()).toEqual([
      'warning .github/CODEOWNERS',
      'warning indexes',
      'warning pipe',
      'warning tools',
    ]);
    expect(await blocking(f)).toEqual([]);
  });

  it('what lies beside the audits of a whole database belongs to the database', async () => {
    const f = databaseFixture();
    fs.writeFileSync(join(f.database, 'README.md'), 'x');
    fs.mkdirSync(join(f.database, 'tools/node_modules'), { recursive: true });
    link('README.md', join(f.database, 'tools/link'));
    fs.writeFileSync(join(f.database, 'audits/.gitkeep'), '');
    expect(await blocking(f)).toEqual([]);
  });
});
