import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../src/commands/collect.ts';
import { collectAgain, start } from '../../src/commands/headless.ts';
import type { Host } from '../../src/commands/host.ts';
import { openSettings } from '../../src/io/settings.ts';
import { git, makeRepository } from '../support/git-fixtures.ts';

let dir: string;
let server: string;
let host: Host;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blind-'));
  server = join(dir, 'server');
  said = [];
  host = {
    env: {},
    dataDir: join(dir, 'home'),
    ownDir: join(dir, 'home'),
    reposDir: join(dir, 'home', 'repos'),
    stdout: (t) => void said.push(t),
    stderr: (t) => void said.push(t),
    progress: () => {},
    clock: () => new Date('2026-01-02T03:04:05Z'),
    settings: () => openSettings(join(dir, 'home')),
    again: (args) => ['mcp-audit', ...args].join(' '),
  };
  makeRepository(server, [
    { files: { 'package.json': '{"name":"a"}', 'src/index.ts': 'export const a = 1;\n' } },
    { files: { 'README.md': '# A\n' } },
  ]);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const printed = (): string => said.splice(0).join('');
const everything = (path: string): void => rmSync(path, { recursive: true, force: true });

describe('gather', () => {
  it('says what it saw, and exits 0, while it can look', async () => {
    expect(await start(host, { source: server })).toBe(0);
    printed();
    expect(await collectAgain(host, {})).toBe(0);
    expect(printed()).not.toMatch(/unavailable|failed/);
  });

  it.for([
    [
      'clone and source are gone',
      () => {
        everything(host.reposDir);
        everything(server);
      },
    ],
    [
      'clone is gone and the source is another repository',
      () => {
        everything(host.reposDir);
        everything(server);
        makeRepository(server, [{ files: { other: '1' } }]);
      },
    ],
    [
      'clone is gone and the source is no repository any more',
      () => {
        everything(host.reposDir);
        everything(join(server, '.git'));
      },
    ],
    [
      'clone holds a commit whose objects are gone, and the source is',
      () => {
        everything(server);
        for (const name of readdirSync(host.reposDir).filter((n) => n.endsWith('.git')))
          everything(join(host.reposDir, name, 'objects', 'pack'));
      },
    ],
    [
      'clones are files',
      () => {
        everything(server);
        everything(host.reposDir);
        writeFileSync(host.reposDir, '');
      },
    ],
  ] as const)(
    'that cannot look because %s says so for each, exits 1, and shows nothing of before as new',
    async ([, harm]) => {
      expect(await start(host, { source: server })).toBe(0);
      harm();
      printed();
      expect(await collectAgain(host, { checks: ['2.1.2'] })).toBe(1);
      const lines = printed()
        .split('\n')
        .filter((l) => /^ {2}\S+ +/.test(l));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatch(/^ {2}\S+ +unavailable .*cannot be read/);
      expect(lines.join('\n')).not.toMatch(/source file/);
    },
  );

  it('does not read another server that lies where its source was', async () => {
    expect(await start(host, { source: server })).toBe(0);
    everything(server);
    makeRepository(server, [{ files: { other: '1' } }]);
    printed();
    expect(await collectAgain(host, { checks: ['1.1.3'] })).toBe(0);
    expect(printed()).toMatch(/git-history +collected +2 commits/);
  });
});

describe('collect', () => {
  const without = (revision: string): void => {
    const oid = git(server, ['rev-parse', revision]);
    rmSync(join(server, '.git/objects', oid.slice(0, 2), oid.slice(2)));
  };

  it('exits 0 when all could look, with gaps for what is missing', async () => {
    expect(await collect(host, { source: server, jobs: '2' })).toBe(0);
    without('HEAD:src/index.ts');
    expect(await collect(host, { source: server, ref: '', jobs: '2' })).toBe(0);
  });

  it('exits 1 and names what could not look', async () => {
    without('HEAD:src');
    everything(host.reposDir);
    expect(await collect(host, { source: server, jobs: '2' })).toBe(1);
    expect(printed()).toMatch(/could not look: .*1 folder of the commit could not be read/);
  });

  it('fails with words where not even the commit is there', async () => {
    without('HEAD');
    await expect(collect(host, { source: server })).rejects.toMatchObject({ name: 'UserError' });
  });
});
