import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { disclose } from '../../src/commands/disclose.ts';
import { report } from '../../src/commands/headless.ts';
import { submit } from '../../src/commands/submit.ts';
import { git } from '../support/git-fixtures.ts';
import { prepared } from './prepared-submission.ts';

const PATH = process.env.PATH;
afterEach(() => {
  process.env.PATH = PATH;
});

test('a branch with one commit, made aside of what is checked out, and the commands that would send it', async () => {
  const f = await prepared();
  writeFileSync(join(f.clone, 'README.md'), 'unsaved work');
  expect(await submit(f.host, { db: f.clone, remote: 'origin', json: true })).toBe(0);
  const said = JSON.parse(f.printed()) as Record<string, string> & { commands: string[]; opened: boolean };
  expect(said.opened).toBe(false);
  expect(readFileSync(join(f.clone, 'README.md'), 'utf8')).toBe('unsaved work');
  expect(git(f.clone, ['branch', '--show-current'])).toBe('main');
  expect(git(f.clone, ['log', '-1', '--format=%an %s', said.branch!])).toBe(
    `Jane Add audit of acme/report-mcp (${said.audit})`,
  );
  const files = git(f.clone, ['diff', '--name-only', 'main', said.branch!]).split('\n');
  expect(files).toContain('audits/github.com/acme/report-mcp/metadata.json');
  expect(files.every((p) => p.startsWith('audits/github.com/acme/report-mcp/'))).toBe(true);
  expect(git(f.clone, ['worktree', 'list']).split('\n')).toHaveLength(1);
  expect(said.commands[0]).toBe(`git -C ${f.clone} push --set-upstream origin ${said.branch}`);
  expect(said.commands[1]).toMatch(/^gh pr create .*--title 'Add audit of acme\/report-mcp \(/);
  const body = readFileSync(/--body-file (\S+)/.exec(said.commands[1]!)![1]!, 'utf8');
  for (const part of ['Audit Summary', 'Findings Overview', 'Prior Audits', 'Limitations'])
    expect(body).toContain(`### ${part}`);
  // The same again changes nothing.
  await submit(f.host, { db: f.clone, remote: 'origin', json: true });
  expect(JSON.parse(f.printed())).toMatchObject({ changed: false, commit: said.commit });
});

test('an audit of somebody else is left as it is, listed, and counted', async () => {
  const f = await prepared();
  git(f.folder, ['clone', '--quiet', f.remote, join(f.folder, 'other')]);
  const other = join(f.folder, 'other');
  for (const args of [
    ['config', 'user.name', 'x'],
    ['config', 'user.email', 'x@example.org'],
  ])
    git(other, args);
  git(f.folder, ['init', '--quiet', f.database]);
  git(f.database, ['add', '-A']);
  const tree = git(f.database, ['write-tree']);
  git(other, ['fetch', '--quiet', f.database, tree]);
  git(other, ['read-tree', '--prefix=', tree]);
  git(other, ['commit', '--quiet', '-m', 'first audit']);
  git(other, ['push', '--quiet', 'origin', 'HEAD:main']);
  git(f.clone, ['pull', '--quiet']);
  await submit(f.host, { db: f.clone, remote: 'origin', json: true });
  const said = JSON.parse(f.printed()) as { branch: string; audit: string };
  const changed = git(f.clone, ['diff', '--name-status', 'main', said.branch]).split('\n');
  expect(changed.filter((l) => !l.startsWith('A\t'))).toEqual([
    'M\taudits/github.com/acme/report-mcp/metadata.json',
  ]);
  const show = (path: string) =>
    JSON.parse(git(f.clone, ['show', `${said.branch}:audits/github.com/acme/report-mcp/${path}`]));
  expect(show('metadata.json').audit_history.total_audits).toBe(2);
  expect(show(`audits/${said.audit}/audit-manifest.json`).references.related_audits).toEqual([
    f.audit.split('/').at(-1),
  ]);
});

test('with consent it pushes and opens the pull request; without gh, or without a yes, nothing is sent', async () => {
  const f = await prepared();
  process.env.PATH = `${join(f.folder, 'bin')}:${PATH}`;
  expect(await submit(f.host, { db: f.clone, remote: 'origin', open: true })).toBe(0);
  expect(f.printed()).toContain('Nothing was sent');
  expect(git(f.remote, ['branch', '--list'])).toBe('* main');
  const bin = join(f.folder, 'bin');
  mkdirSync(bin);
  const log = join(f.folder, 'gh.log');
  writeFileSync(
    join(bin, 'gh'),
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\nprintf '%s\\n' "$@" > ${log}\necho https://github.com/x/y/pull/7\n`,
  );
  chmodSync(join(bin, 'gh'), 0o755);
  // No terminal to ask on: no consent.
  await submit(f.host, { db: f.clone, remote: 'origin', open: true });
  expect(f.printed()).toContain('without a yes, nothing leaves this machine');
  expect(git(f.remote, ['branch', '--list'])).toBe('* main');
  expect(await submit(f.host, { db: f.clone, remote: 'origin', open: true, yes: true })).toBe(0);
  expect(f.printed()).toContain('https://github.com/x/y/pull/7');
  expect(git(f.remote, ['branch', '--list'])).toContain('audit/acme-report-mcp-');
  expect(readFileSync(log, 'utf8')).toContain('--body-file');
});

test('grave findings wait for the maintainers: they get a private report, and a word of why lets it out', async () => {
  const f = await prepared('critical');
  await expect(submit(f.host, { db: f.clone, remote: 'origin' })).rejects.toThrow(
    /nothing was submitted: F-01 \(critical\): the maintainers have not been told/,
  );
  expect(git(f.clone, ['branch', '--list'])).toBe('* main');
  const letter = join(f.folder, 'private.md');
  expect(await report(f.host, { to: letter, format: 'private' })).toBe(0);
  expect(readFileSync(letter, 'utf8')).toMatch(/Not for publication[\s\S]*# Finding: Shell command/);
  await expect(report(f.host, { to: join(f.folder, 'osv'), format: 'osv' })).rejects.toThrow(/not been told/);
  await disclose(f.host, { told: '2026-06-01', channel: 'security advisory' });
  f.printed();
  expect(await submit(f.host, { db: f.clone, remote: 'origin', json: true })).toBe(0);
  const { commands } = JSON.parse(f.printed()) as { commands: string[] };
  const body = readFileSync(/--body-file (\S+)/.exec(commands[1]!)![1]!, 'utf8');
  expect(body).toContain('Maintainers were told on 2026-06-01');
});

test('what is no clone gets no branch', async () => {
  const f = await prepared();
  mkdirSync(join(f.folder, 'plain'));
  await expect(submit(f.host, { db: join(f.folder, 'plain'), remote: 'origin' })).rejects.toThrow(
    /not a git work tree/,
  );
});

test('a branch is not written through a link in the folder of git', async () => {
  const f = await prepared();
  const elsewhere = join(f.folder, 'elsewhere');
  mkdirSync(elsewhere);
  for (const below of ['refs/heads', 'logs/refs/heads']) {
    const link = join(f.clone, '.git', below, 'audit');
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(elsewhere, link);
    await expect(submit(f.host, { db: f.clone, remote: 'origin', json: true })).rejects.toThrow(
      /is a symbolic link/,
    );
    rmSync(link);
  }
  expect(readdirSync(elsewhere)).toEqual([]);
});
