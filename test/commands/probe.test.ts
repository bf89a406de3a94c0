import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { probeReport, toolsLock } from '../../src/domain/observation.ts';
import { sandbox, why } from '../live/sandbox-here.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-probe-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SERVER = readFileSync(join(import.meta.dirname, '../fixtures/live/server.mjs'), 'utf8');
const repository = join(dir, 'repo');
makeRepository(repository, [
  {
    files: {
      'server.mjs': SERVER,
      'package.json': JSON.stringify({ name: 'fixture', type: 'module', bin: 'server.mjs' }),
    },
  },
]);

const run = async (...argv: string[]): Promise<{ code: number; text: string }> => {
  const { host, said } = testHost(join(dir, 'home'));
  const code = await main(argv, { ...host, env: { PATH: process.env.PATH } });
  return { code, text: said() };
};

const ours = (): string[] =>
  readdirSync(tmpdir()).filter((n) => n.startsWith(`mcp-audit-live-${process.pid}-`));

describe.skipIf(!sandbox.works)(`mcp-audit probe${why}`, () => {
  it('starts nothing without consent, and shows what it would', async () => {
    const before = ours();
    const { code, text } = await run('probe', repository);
    expect(code).toBe(1);
    expect(text).toContain('node /pkg/server.mjs');
    expect(text).toContain('Nothing was started');
    expect(ours()).toEqual(before);
  });

  it('writes what it saw, and a lock that the next probe is compared with', async () => {
    const lock = join(dir, 'tools.lock.json');
    const first = await run('probe', repository, '--yes', '--json', '--lock', lock);
    expect(first.code).toBe(0);
    const report = probeReport.parse(JSON.parse(first.text));
    expect(report).toMatchObject({
      era: 'legacy',
      server: { name: 'fixture' },
      from: '"bin" or "main" of package.json',
      sandbox: { means: 'bubblewrap', network: 'none' },
    });
    expect(toolsLock.parse(JSON.parse(readFileSync(lock, 'utf8'))).items).toHaveLength(1);

    const same = await run('probe', repository, '--yes', '--against', lock);
    expect([same.code, same.text.includes('  lock ')]).toEqual([0, false]);

    const other = await run(
      'probe',
      repository,
      '--yes',
      '--against',
      lock,
      '--cmd',
      'node server.mjs second-start bad-name',
    );
    expect(other.code).toBe(1);
    expect(other.text).toMatch(/lock +added +tool no good: a tool that nobody has approved/);

    writeFileSync(lock, readFileSync(lock, 'utf8').replace('Reads a file.', 'Reads any file.'));
    const forged = await run('probe', repository, '--yes', '--against', lock);
    expect(forged).toMatchObject({ code: 2, text: expect.stringMatching(/changed by hand/) });
  }, 120_000);

  it('asks no host but this machine without its name', async () => {
    const { code, text } = await run('probe', '--url', 'https://mcp.example/mcp', '--yes');
    expect(code).toBe(2);
    expect(text).toContain('--allow-host mcp.example');
  });
});
