import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { checkReport } from '../../src/domain/quick-look.ts';
import { zipOf } from '../support/archives.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'check-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SERVER = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { execSync } from 'node:child_process';
import { z } from 'zod';
const server = new McpServer({ name: 'notes', version: '1' });
server.registerTool('grep', { description: 'Searches notes', inputSchema: { q: z.string() } }, async ({ q }) => ({ content: [{ type: 'text', text: execSync('grep ' + q).toString() }] }));
`;
const MANIFEST = JSON.stringify({
  name: '@acme/notes',
  version: '1.0.0',
  scripts: { postinstall: 'node setup.js' },
  dependencies: {},
});

const states = async (source: string, o: object = {}) => {
  const { host, said } = testHost(join(dir, 'data'));
  expect(await check(host, source, { json: true, seconds: '0', ...o })).toBe(0);
  const report = checkReport.parse(JSON.parse(said().replace(/^[^{]*/, '')));
  return { report, by: Object.fromEntries(report.answers.map((a) => [a.id, a.state])) };
};

describe('a quick look', () => {
  it('answers of a repository what was seen, not seen, and not looked at', async () => {
    const { path } = makeRepository(join(dir, 'repo'), [
      { files: { 'package.json': MANIFEST, 'src/index.ts': SERVER, 'README.md': '# Notes\n' } },
    ]);
    const { report, by } = await states(path);
    expect(by).toMatchObject({
      who: 'seen',
      age: 'seen',
      offers: 'seen',
      programs: 'seen',
      network: 'not-seen',
      callers: 'not-seen',
      secrets: 'not-seen',
      poisoned: 'not-seen',
      install: 'seen',
      vulnerable: 'could-not-look',
      source: 'could-not-look',
      audits: 'could-not-look',
    });
    expect(report.answers.find((a) => a.id === 'programs')).toMatchObject({
      leads: 1,
      places: [{ path: 'src/index.ts' }, {}],
    });
    expect((await states(path)).report).toEqual(report);
  });

  it('of an archive says that there is no history, and finds earlier audits in the database that is named', async () => {
    const zip = join(dir, 'notes.zip');
    writeFileSync(
      zip,
      zipOf([
        { name: 'package.json', content: MANIFEST },
        { name: 'src/index.ts', content: SERVER },
      ]),
    );
    const { report, by } = await states(zip);
    expect(by).toMatchObject({ age: 'could-not-look', programs: 'seen' });
    expect(report.target.notices[0]).toContain('It has no history');
    const { path } = makeRepository(join(dir, 'repo'), [{ files: { 'package.json': MANIFEST } }], {
      remote: 'https://github.com/acme/notes',
    });
    const audits = join(dir, 'db/audits/github.com/acme/notes/audits');
    mkdirSync(audits, { recursive: true });
    expect((await states(path, { db: join(dir, 'db') })).by.audits).toBe('not-seen');
    mkdirSync(join(audits, 'jane-20260101-120000'), { recursive: true });
  });

  it('says of what was not done in time that it was not looked at', async () => {
    const { path } = makeRepository(join(dir, 'repo'), [{ files: { 'src/index.ts': SERVER } }]);
    const { host } = testHost(join(dir, 'data'));
    await expect(check(host, path, { seconds: 'soon' })).rejects.toThrow(/--seconds does not know/);
  });
});
