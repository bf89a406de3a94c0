import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { git, makeRepository } from '../support/git-fixtures.ts';
import { FILES, PING, SAFE, source, tool } from '../support/weak-server.ts';

/** The script of the action, run as a job runs it, over the life of a small repository. */

const ROOT = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'own-server-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
// One check's collectors: what is tried here is the script.
const CONFIG = 'checks: ["2.1.2"]\nfailOn: [new+medium]\nbaseline: mcp-audit.baseline.json\n';
const { path: server } = makeRepository(join(dir, 'server'), [
  { files: { ...FILES, 'mcp-audit.yml': 'checks: ["2.1.2"]\n' } },
]);

const commit = (files: Record<string, string>): string => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(server, name), text);
  git(server, ['add', '-A']);
  git(server, ['commit', '--quiet', '-m', 'A change']);
  return git(server, ['rev-parse', 'HEAD']);
};

let n = 0;
const job = (
  env: Record<string, string> = {},
): { code: number | null; said: string; summary: string; outputs: string } => {
  const files = { GITHUB_OUTPUT: join(dir, `output-${++n}`), GITHUB_STEP_SUMMARY: join(dir, `summary-${n}`) };
  const ran = spawnSync('bash', [join(ROOT, 'scripts', 'own-server-action.sh')], {
    cwd: server,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH ?? '',
      HOME: dir,
      ACTION: ROOT,
      FOLDER: '.',
      FAIL_ON: '',
      SINCE: '',
      POLICY_FROM: '',
      OUT: join(dir, 'out'),
      ...files,
      ...env,
    },
  });
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    code: ran.status,
    said: ran.stdout + ran.stderr,
    summary: read(files.GITHUB_STEP_SUMMARY),
    outputs: read(files.GITHUB_OUTPUT),
  };
};

test('the action tells a first run, a baseline, an added weakness, moved code and an expired suppression apart', () => {
  const first = job();
  expect(first.code, first.said).toBe(0);
  expect(first.outputs).toMatch(/^sarif=.*leads\.sarif$/m);
  expect(first.summary).toContain('code-flow/shell-command');

  const cli = spawnSync(
    process.execPath,
    [join(ROOT, 'dist', 'cli.js'), 'collect', '.', '--own', '--write-baseline', 'mcp-audit.baseline.json'],
    { cwd: server, encoding: 'utf8', env: { ...process.env, MCP_AUDIT_HOME: join(dir, 'home') } },
  );
  expect(cli.status, cli.stderr).toBe(0);
  const known = commit({ 'mcp-audit.yml': CONFIG });
  expect(job()).toMatchObject({ code: 0, summary: expect.stringContaining('Nothing that fails') });

  const moved = commit({
    'src/index.ts': source(tool('up', SAFE), tool('ping', PING, '// one line\n\n// and more\n')),
  });
  expect(job({ SINCE: known }), 'moved').toMatchObject({ code: 0 });

  commit({ 'src/index.ts': source(tool('up', 'exec(`uptime ${host}`);'), tool('ping', PING)) });
  const added = job({ SINCE: moved });
  expect(added.code).toBe(1);
  expect(added.said).toMatch(/failed:\n {2}critical, .*src\/index\.ts.*code-flow\/shell-command/);
  expect(added.summary).toContain('❌ Failed');
  expect(added.outputs).toContain('sarif=');

  // A pull request that excuses itself, and the same with the policy of its base.
  const allow = CONFIG.concat(
    'suppress:\n  - rule: code-flow/shell-command\n    reason: We think that this is fine.\n    expires: 2999-01-01\n',
  );
  commit({ 'mcp-audit.yml': allow });
  expect(job()).toMatchObject({ code: 0 });
  expect(job({ POLICY_FROM: moved })).toMatchObject({ code: 1 });
  expect(job({ POLICY_FROM: '1'.repeat(40) })).toMatchObject({ code: 2, summary: '' });

  commit({ 'mcp-audit.yml': allow.replace('2999', '2020') });
  const expired = job();
  expect(expired.code).toBe(1);
  expect(expired.said).toMatch(/a suppression has expired, mcp-audit\.yml:5: it held until 2020-01-01/);
});
