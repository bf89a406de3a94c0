import { describe, expect, it } from 'vitest';
import { gitHistory } from '../../src/collectors/git-history.ts';
import { governance } from '../../src/collectors/governance.ts';
import { identity } from '../../src/collectors/identity.ts';
import { securityFiles } from '../../src/collectors/security-files.ts';
import { signatures } from '../../src/collectors/signatures.ts';
import { run } from './fake-context.ts';

const ada = { name: 'Ada Writer', email: 'ada@example.org' };
const bob = { name: 'Bob Newcomer', email: 'bob@example.net' };
const bot = { name: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com' };

describe('git-history', () => {
  const commits = [
    {
      author: bob,
      authoredAt: '2025-06-01T12:00:00Z',
      message: 'Speed up the build',
      paths: ['.github/workflows/ci.yml', 'README.md'],
    },
    { author: bot, authoredAt: '2025-05-20T12:00:00Z', message: 'Bump x' },
    {
      author: ada,
      authoredAt: '2025-05-01T12:00:00Z',
      message: 'Work\n\nCo-authored-by: Claude <noreply@anthropic.com>',
    },
    { author: { ...ada, email: 'ada@home.example' }, authoredAt: '2024-12-01T12:00:00Z' },
    { author: ada, authoredAt: '2024-06-01T12:00:00Z' },
  ];

  it('counts people once, whatever address they use, and apart from automation', async () => {
    const { item } = await run(gitHistory, { commits });
    expect(item('authors').title).toBe('2 people wrote 4 commits');
    expect(item('authors').detail).toContain('Ada Writer: 3 of 5 (60 %), 2024-06-01 to 2025-05-01');
    expect(item('bus-factor')).toMatchObject({
      kind: 'fact',
      title: 'Bus factor 1: one person wrote more than half of the commits',
    });
    expect(item('bots').title).toBe('Automation wrote 1 of 5 (20 %) commits');
    expect(item('assistants').detail).toMatch(/^Claude: 1/);
  });

  it('names newcomers and what one-commit authors changed, relative to the pinned commit', async () => {
    const { item } = await run(gitHistory, { commits });
    expect(item('newcomers').detail).toBe('Bob Newcomer: 1 commit since 2025-06-01');
    expect(item('one-commit-authors')).toMatchObject({ kind: 'fact', checks: ['1.1.3', '1.3.4'] });
    expect(item('one-commit-authors').detail).toContain(
      'Bob Newcomer: .github/workflows/ci.yml (Speed up the build)',
    );
    expect(item('silences').title).toBe('Longest silence: 183 days, 2024-06-01 to 2024-12-01');
    expect(item('activity').detail).toMatch(/^[·▁-█]{24} {2}\(/u);
  });

  it('says when the history is not whole', async () => {
    const { items } = await run(gitHistory, { commits, shallow: true, complete: false });
    expect(items.filter((i) => i.kind === 'gap').map((i) => i.rule)).toEqual([
      'shallow-history',
      'truncated-history',
    ]);
    expect((await run(gitHistory, {})).gathered.outcome).toBe('unavailable');
  });
});

describe('signatures', () => {
  it('tells signatures of the hosting site from those of authors, and verifies none', async () => {
    const { item } = await run(signatures, {
      commits: [
        { signature: 'gpg', committer: { name: 'GitHub', email: 'noreply@github.com' } },
        { signature: 'ssh' },
        {},
      ],
      tags: [
        { name: 'v1', commit: 'x', kind: 'lightweight', signature: 'none', taggedAt: '2025-01-01T00:00:00Z' },
      ],
    });
    expect(item('signed-commits').title).toBe("2 of 3 (67 %) commits are signed, 1 with an author's own key");
    expect(item('not-verified').kind).toBe('gap');
    expect(item('tags')).toMatchObject({
      kind: 'fact',
      title: '0 of 1 (0 %) tags are signed, 0 of 1 (0 %) annotated',
    });
  });

  it('leads where nothing is signed, and praises where all is', async () => {
    expect((await run(signatures, { commits: [{}, {}] })).item('unsigned-commits').kind).toBe('lead');
    expect((await run(signatures, { commits: [{ signature: 'ssh' }] })).item('signed-commits').kind).toBe(
      'strength',
    );
  });
});

describe('governance', () => {
  it('reads owners and follows first parents for signs of review', async () => {
    const { item } = await run(governance, {
      files: { '.github/CODEOWNERS': '# us\n* @acme/core\n', 'CONTRIBUTING.md': 'x' },
      commits: [
        { message: 'Add a thing (#12)' },
        { message: 'Fix it live' },
        { message: 'Merge pull request #3 from x/y' },
      ],
    });
    expect(item('codeowners')).toMatchObject({
      kind: 'strength',
      at: { path: '.github/CODEOWNERS', startLine: 2 },
    });
    expect(item('pull-requests').title).toContain('2 of 3 (67 %)');
    expect(item('direct-pushes').detail).toContain('Fix it live');
    expect(item('hosting-settings').kind).toBe('gap');
  });
});

describe('identity', () => {
  it('sees that manifests, registry and remote agree', async () => {
    const { items, item } = await run(identity, {
      files: {
        'package.json':
          '{\n "name": "@acme/thing",\n "version": "1.2.0",\n "mcpName": "io.github.acme/thing",\n "repository": "git+https://github.com/acme/thing.git"\n}',
        'server.json':
          '{"name": "io.github.acme/thing", "version": "1.2.0", "packages": [{"identifier": "@acme/thing"}]}',
      },
    });
    expect(items.filter((i) => i.kind === 'lead')).toEqual([]);
    expect(item('repository-field').at).toEqual({ path: 'package.json', startLine: 5 });
  });

  it('leads where they do not', async () => {
    const { rules, item } = await run(identity, {
      files: {
        'package.json': '{"name": "@vendor/th\u0456ng", "repository": "vendor/other"}',
        'server.json':
          '{"name": "io.github.somebody/thing", "version": "2.0.0", "packages": [{"identifier": "unrelated", "version": "1.0.0"}]}',
        'README.md': '# Thing\n\nThe official Acme MCP server.\n\nFork of [that](https://github.com/x/y).\n',
      },
    });
    expect(rules).toEqual(
      expect.arrayContaining([
        'look-alike-name',
        'repository-differs',
        'registry-namespace',
        'registered-package',
        'official-claim',
        'fork-hint',
        'versions-differ',
      ]),
    );
    expect(item('look-alike-name')).toMatchObject({ strength: 'strong' });
    expect(item('look-alike-name').detail).toContain('<U+456>');
    expect(item('official-claim').at).toEqual({ path: 'README.md', startLine: 3 });
  });

  it('cannot compare without a remote', async () => {
    expect((await run(identity, { url: '', files: {} })).item('no-remote').kind).toBe('gap');
  });
});

describe('security-files', () => {
  const mit =
    'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software\n\nTHE SOFTWARE IS PROVIDED "AS IS"';
  it('weighs a policy by what it offers the finder of a weakness', async () => {
    const good = await run(securityFiles, {
      files: {
        'SECURITY.md':
          '# Policy\n\nMail security@acme.io. We answer within 3 days.\nPlease do not open an issue.\n\n## Supported versions\n',
        LICENSE: mit,
        'package.json': '{"license":"MIT"}',
      },
    });
    expect(good.item('security-policy')).toMatchObject({
      kind: 'strength',
      at: { path: 'SECURITY.md', startLine: 3 },
    });
    expect(good.item('declared-licence').title).toBe('package.json declares MIT, as the licence file says');
    const empty = await run(securityFiles, { files: { '.github/SECURITY.md': '# Security\nWe care.\n' } });
    expect(empty.item('security-policy')).toMatchObject({
      kind: 'lead',
      title: '.github/SECURITY.md names no mail address and no reporting page',
    });
    expect(empty.item('licence').kind).toBe('lead');
    expect((await run(securityFiles, { files: {} })).item('security-policy').title).toBe('No SECURITY.md');
  });

  it('compares the licence text with what manifests declare', async () => {
    const { item } = await run(securityFiles, {
      files: { LICENSE: mit, 'Cargo.toml': '[package]\nname = "x"\nlicense = "Apache-2.0"\n' },
    });
    expect(item('licence-differs')).toMatchObject({ at: { path: 'Cargo.toml', startLine: 3 } });
  });
});
