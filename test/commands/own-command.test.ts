import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownCommand, type Started } from '../../src/commands/own-command.ts';

const root = mkdtempSync(join(tmpdir(), 'mcp-audit-again-'));
const script = join(root, 'clone', 'dist', 'cli.js');
mkdirSync(join(root, 'clone', 'dist'), { recursive: true });
writeFileSync(script, '#!/bin/sh\necho "started $@"\n');
chmodSync(script, 0o755);
const started = (over: Partial<Started>): Started => ({
  env: { PATH: '/usr/bin:/bin' },
  script,
  node: process.execPath,
  cwd: join(root, 'clone'),
  ...over,
});

test('what npm start began is begun again by npm start, with the two dashes that hand on arguments', () => {
  const env = {
    npm_package_name: 'mcp-audit-workbench',
    npm_lifecycle_event: 'start',
    npm_package_json: join(root, 'clone', 'package.json'),
  };
  expect(ownCommand(started({ env: { ...env, INIT_CWD: join(root, 'clone') } }), ['a-1'])).toBe(
    'npm start -- a-1',
  );
  expect(ownCommand(started({ env: { ...env, INIT_CWD: root } }), ['a-1'])).toBe(
    `npm --prefix ${join(root, 'clone')} start -- a-1`,
  );
});

test('within the npm script of another package it is no npm start', () => {
  const env = { PATH: '', npm_package_name: 'other', npm_lifecycle_event: 'start', npm_package_json: '/x/p' };
  expect(ownCommand(started({ env }), ['a-1'])).not.toContain('npm');
});

test('by name only where that name leads here, and that very line starts it', () => {
  const bin = join(root, 'bin');
  mkdirSync(bin);
  symlinkSync(script, join(bin, 'mcp-audit'));
  const env = { PATH: `${bin}:/usr/bin:/bin`, MCP_AUDIT_HOME: "/tmp/a home's" };
  const line = ownCommand(started({ env, script: join(bin, 'mcp-audit') }), ['resume', 'a-1']);
  expect(line).toBe(`MCP_AUDIT_HOME='/tmp/a home'\\''s' mcp-audit resume a-1`);
  expect(spawnSync('sh', ['-c', line], { env, encoding: 'utf8' }).stdout).toBe('started resume a-1\n');
});

test('a file given to Node is given to the same Node again', () => {
  expect(ownCommand(started({}), ['a-1'])).toBe(`${process.execPath} dist/cli.js a-1`);
  expect(ownCommand(started({ cwd: '/' }), ['a-1'])).toBe(`${process.execPath} ${script.slice(1)} a-1`);
  expect(ownCommand(started({ cwd: join(root, 'else', 'where') }), [])).toBe(`${process.execPath} ${script}`);
});
