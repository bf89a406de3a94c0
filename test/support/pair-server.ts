import type { FixtureCommit } from './git-fixtures.ts';

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
/** A repository whose server starts without anything being fetched. */
export const PAIR: FixtureCommit[] = [
  {
    files: {
      'server.mjs': SERVER,
      'mcp.mjs': MCP,
      'zod.mjs': 'export const z = { string: () => ({}) };\n',
      'package.json': JSON.stringify({ name: 'pair', type: 'module', bin: 'server.mjs' }),
    },
  },
];
