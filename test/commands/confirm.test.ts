import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { confirmReport } from '../../src/domain/observation.ts';
import { sandbox, why } from '../live/sandbox-here.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-confirm-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The same tool twice, once through a shell. `register` is a server of a few lines, so that nothing has to be fetched. */
const SERVER = `import { exec, execFile } from 'node:child_process';
import { McpServer } from './mcp.mjs';
import { z } from './zod.mjs';

const server = new McpServer({ name: 'pair', version: '1.0.0' });
server.registerTool('pack', { description: 'Lists.', inputSchema: { folder: z.string() } }, ({ folder }) =>
  new Promise((done) => exec('ls -d ' + folder, (_e, out) => done({ content: [{ type: 'text', text: out }] }))),
);
server.registerTool('pack_safe', { description: 'Lists.', inputSchema: { folder: z.string() } }, ({ folder }) =>
  new Promise((done) => execFile('ls', ['-d', '--', folder], (_e, out) => done({ content: [{ type: 'text', text: out }] }))),
);
server.listen();
`;
const MCP = `export class McpServer {
  tools = new Map();
  constructor(info) { this.info = info; }
  registerTool(name, about, run) { this.tools.set(name, { about, run }); }
  listen() {
    let rest = '';
    const say = (id, value) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...value }));
    process.stdin.on('data', async (chunk) => {
      rest += chunk;
      for (let n = rest.indexOf('\\n'); n >= 0; n = rest.indexOf('\\n')) {
        let m; try { m = JSON.parse(rest.slice(0, n)); } catch { m = {}; }
        rest = rest.slice(n + 1);
        if (m.id === undefined) continue;
        if (m.method === 'initialize') say(m.id, { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: this.info } });
        else if (m.method === 'tools/list') say(m.id, { result: { tools: [...this.tools].map(([name, t]) => ({ name, description: t.about.description, inputSchema: { type: 'object', properties: { folder: { type: 'string' } }, required: ['folder'] } })) } });
        else if (m.method === 'tools/call' && this.tools.has(m.params.name)) say(m.id, { result: await this.tools.get(m.params.name).run(m.params.arguments) });
        else say(m.id, { error: { code: -32601, message: 'no' } });
      }
    });
  }
}
`;
const repository = join(dir, 'repo');
makeRepository(repository, [
  {
    files: {
      'server.mjs': SERVER,
      'mcp.mjs': MCP,
      'zod.mjs': 'export const z = { string: () => ({}) };\n',
      'package.json': JSON.stringify({ name: 'pair', type: 'module', bin: 'server.mjs' }),
    },
  },
]);

const run = async (...argv: string[]): Promise<{ code: number; text: string }> => {
  const { host, said } = testHost(join(dir, 'home'));
  const code = await main(argv, { ...host, env: { PATH: process.env.PATH } });
  return { code, text: said() };
};

describe.skipIf(!sandbox.works)(`mcp-audit confirm${why}`, () => {
  it('tries a lead after consent, records an observation apart from evidence, and replays it', async () => {
    expect((await run('start', repository, '--url', 'https://github.com/example/pair')).code).toBe(0);
    const refused = await run('confirm', 'code-flow/shell-command');
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('Nothing was started') });

    const tried = await run('confirm', 'code-flow/shell-command', '--yes', '--json');
    expect(tried.code).toBe(0);
    const report = confirmReport.parse(JSON.parse(tried.text));
    expect(report.results).toMatchObject([
      {
        result: 'confirmed',
        class: 'command-injection',
        shown: expect.stringMatching(/^pack, folder: it ran what was passed/),
      },
    ]);

    const status = JSON.parse((await run('status', '--json')).text);
    const [[id, kept]] = Object.entries(status.state.observations) as [[string, Record<string, unknown>]];
    expect(kept).toMatchObject({
      kind: 'confirm',
      summary: expect.stringContaining('1 confirmed'),
      results: [{ result: 'confirmed' }],
    });
    expect(
      status.checks.find((c: { id: string }) => c.id === report.results[0]?.checks[0]).observations,
    ).toEqual([id]);
    expect((await run('status')).text).toContain('observed: 1 lead tried on the running server: 1 confirmed');
    // Evidence is what it was: no lead came of it, none went.
    expect(JSON.stringify(status.checks)).not.toContain('canary-');

    const again = await run('replay', id.slice(0, 12), '--yes');
    expect(again).toMatchObject({
      code: 0,
      text: expect.stringMatching(/\d+ calls made again, 0 differences/),
    });

    expect((await run('undo')).code).toBe(0);
    expect(JSON.parse((await run('status', '--json')).text).state.observations).toEqual({});
    expect((await run('redo')).code).toBe(0);

    const notes = join(dir, 'submission');
    const answers = join(dir, 'answers.yml');
    writeFileSync(
      answers,
      'auditor: {name: Jane Doe, github: jane, organization: none, contact: jane@example.org}\nchecks: {"1.1.1": {verdict: pass, note: looked}}\n',
    );
    await run('answer', '--from', answers);
    expect((await run('report', '--to', notes)).text).toContain(notes);
    const file = (readdirSync(notes, { recursive: true, encoding: 'utf8' }) as string[]).find((f) =>
      /notes.*\.md$/i.test(f),
    );
    const text = file ? readFileSync(join(notes, file), 'utf8') : '';
    expect(text).toMatch(/## Observations[\s\S]*No function of the commit[\s\S]*confirmed/);
  }, 180_000);
});
