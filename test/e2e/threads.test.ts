import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The built program, whose collectors run in threads. */
const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

const SERVER = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { exec } from 'node:child_process';
import { z } from 'zod';
const server = new McpServer({ name: 's', version: '1.0.0' });
server.tool('run', 'Runs it', { command: z.string() }, async ({ command }) => {
  exec('ls ' + command);
  house(command);
});
`;

const RULE = `rules:
  - id: own-house
    class: command-injection
    cwe: [CWE-78]
    checks: [2.1.2]
    strength: strong
    title: reaches the house
    about: A rule of the auditor's own.
    origins: [tool]
    sinks:
      - calls: [house]
        languages: [javascript]
    guards: []
    sanitizers: []
    samples:
      - language: javascript
        finds: strong
        code: |
          server.tool('run', {}, async ({ a }) => house(a));
      - language: javascript
        finds: nothing
        code: |
          server.tool('run', {}, async ({ a }) => other(a));
`;

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
const repository = join(folder, 'server');
const rules = join(folder, 'rules');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: repository });

const collect = (out: string, ...more: string[]) => {
  const file = join(folder, out);
  const ran = spawnSync(process.execPath, [CLI, 'collect', repository, '--json', file, ...more], {
    env: { ...process.env, MCP_AUDIT_HOME: join(folder, 'home') },
    encoding: 'utf8',
  });
  expect(ran.stderr + ran.status).toMatch(/0$/);
  const { collectors, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  return { outcomes: collectors.map((c: { id: string; outcome: string }) => [c.id, c.outcome]), ...rest };
};

beforeAll(() => {
  execFileSync('mkdir', ['-p', repository, rules]);
  writeFileSync(join(repository, 'server.ts'), SERVER);
  writeFileSync(join(rules, 'house.yml'), RULE);
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'A server');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('collectors in threads', () => {
  it('find the same, one at a time and several', () => {
    const one = collect('one.json', '--jobs', '1');
    expect(one.items.map((i: { rule: string }) => i.rule)).toContain('shell-command');
    expect(one.outcomes.filter(([, outcome]: string[]) => outcome === 'failed')).toEqual([]);
    expect(collect('two.json', '--jobs', '2')).toEqual(one);
    expect(collect('four.json', '--jobs', '4')).toEqual(one);
  });

  it('follow the rules an auditor brings', () => {
    const own = collect('own.json', '--rules', rules);
    expect(own.items.map((i: { rule: string }) => i.rule)).toContain('own-house');
  });
});
