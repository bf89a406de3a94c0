import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createHost } from '../../src/commands/host.ts';
import { main } from '../../src/commands/main.ts';
import { discovery } from '../../src/discovery/discovery.ts';
import { makeRepository } from '../support/git-fixtures.ts';

const root = mkdtempSync(join(tmpdir(), 'known-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = async (...args: string[]): Promise<string> => {
  const out: string[] = [];
  const host = {
    ...createHost({ MCP_AUDIT_HOME: join(root, 'data') }),
    stdout: (text: string) => void out.push(text),
    stderr: () => {},
    progress: () => {},
  };
  await main(args, host);
  return out.join('');
};
const put = (path: string, value: unknown): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(value));
};

describe('audits of what is started', () => {
  it('are found among sessions and in a clone of the database, with whether they are of what is started', async () => {
    const { path } = makeRepository(join(root, 'notes'), [
      { files: { 'package.json': '{"name": "@acme/notes"}', 'index.js': '' }, tags: ['v1.2.3'] },
    ]);
    await run('start', path, '--url', 'https://github.com/acme/notes', '--no-collect');
    await run('gather', '--check', '1.1.1');
    const audit = 'audits/github.com/acme/notes/audits/jane-2026-11-22-001';
    put(`db/${audit}/audit-manifest.json`, { target: { commit_hash: 'a'.repeat(40), version: 'v1.2.3' } });
    put(`db/${audit}/artifacts/surface.json`, {
      tools: [{ name: 'read_note', description: '', params: [] }],
    });
    put('copies/.cursor/mcp.json', {
      mcpServers: {
        package: { command: 'npx', args: ['-y', '@acme/notes@1.2.3'] },
        git: {
          command: 'uvx',
          args: ['--from', `git+https://github.com/acme/notes@${'a'.repeat(40)}`, 'notes'],
        },
        local: { command: 'node', args: [join(path, 'index.js')] },
        other: { command: 'npx', args: ['-y', '@acme/other@1.0.0'] },
      },
    });
    const d = discovery.parse(
      JSON.parse(await run('discover', join(root, 'copies'), '--db', join(root, 'db'), '--json')),
    );
    const told = Object.fromEntries(
      d.servers.map((s) => [
        s.name,
        {
          audited: s.audited.state,
          audits: s.audits.map((a) => `${a.kind} ${a.same}`),
          tools: s.tools?.names,
        },
      ]),
    );
    expect(told).toMatchObject({
      package: { audited: 'seen', audits: ['session not-known'] },
      git: { audited: 'seen', audits: ['session no', 'submission yes'], tools: ['read_note'] },
      local: { audited: 'seen', audits: ['session not-known'] },
      other: { audited: 'not-seen', audits: [] },
    });
    expect(d.servers[0]!.audits[0]!.why).toContain('has the tag v1.2.3');
  }, 120_000);
});
