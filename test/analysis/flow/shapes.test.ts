import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../src/analysis/flow/causes.ts';
import { follow } from './follow.ts';

/** What a schema lets through, what lay in a store, and what a wrapper around handlers adds: each with its neighbour. */

const told = async (code: string): Promise<string[]> =>
  (await follow({ 'a.ts': code })).map(
    (l) => `${l.strength}${l.closed ? ' closed' : ''} ${l.rule.id} ${l.input}`,
  );

const HEAD =
  "import { exec } from 'node:child_process';\nimport fs from 'node:fs';\nimport dgram from 'node:dgram';\nimport express from 'express';\nimport { z } from 'zod';\nimport * as seal from 'seal';\n";
const tool = (shape: string, body: string): string =>
  `${HEAD}server.tool('t', 'does it', ${shape}, async ({ name, input, depth, host }) => {\n${body}\n});\n`;

describe('the schema of a tool', () => {
  it('is read when a parameter is called as a part of a definition is', async () => {
    const named = '{ name: z.string(), input: z.string(), depth: z.number().optional() }';
    expect(await told(tool(named, '  exec(`find -maxdepth ${depth}`);'))).toEqual([
      'weak closed shell-command depth',
    ]);
    expect(await told(tool(named, '  exec(`find ${name}`);'))).toEqual(['strong shell-command name']);
    expect(await told(tool(named, '  exec(`find ${input}`);'))).toEqual(['strong shell-command input']);
  });

  it('closes by a pattern whose alphabet is harmless there, and by no other', async () => {
    const narrow = '{ name: z.string().regex(/^[a-z0-9_-]+$/i).optional() }';
    const wide = '{ name: z.string().regex(/^[a-z0-9_./-]+$/) }';
    const read = '  return fs.readFileSync(`/data/${name}`);';
    expect(await told(tool(narrow, read))).toEqual(['weak closed file-path name']);
    expect(await told(tool(narrow, '  exec(`find ${name}`);'))).toEqual(['weak closed shell-command name']);
    expect(await told(tool(wide, read))).toEqual(['moderate file-path name']);
  });
});

describe('what is no way to an address', () => {
  it('is the query of one that was made elsewhere', async () => {
    const route = (set: string): string =>
      `${HEAD}const app = express();\napp.get('/back', (req, res) => {\n  const url = new URL(settings.home);\n  ${set}\n  res.redirect(url.toString());\n});\n`;
    expect(await told(route("url.searchParams.set('error', String(req.query.error));"))).toEqual([]);
    expect(await told(route('url.host = String(req.query.error);'))).toEqual([
      'moderate redirect-target error',
    ]);
  });

  it('are the bytes of a datagram', async () => {
    const send = (call: string): string =>
      tool('{ host: z.string() }', `  const s = dgram.createSocket('udp4');\n  ${call}`);
    expect(await told(send("s.send(Buffer.from(host), 514, 'localhost');"))).toEqual([]);
    expect(await told(send("s.send('x', 514, host);"))).toEqual(['strong request-address host']);
    expect(await told(send("s.send('x', 0, 1, 514, host);"))).toEqual(['strong request-address host']);
  });
});

describe('a store', () => {
  const store = (put: string, got: string): string => `${HEAD}
class Store {
  rows = new Map();
  put(id, row) { this.rows.set(id, ${put}); }
  get(id) { return ${got}; }
}
const store = new Store();
server.tool('save', { name: z.string(), host: z.string() }, async ({ name, host }) => {
  store.put(name, { name, host });
});
server.tool('call', {}, async () => {
  const row = store.get('x');
  await fetch(\`https://\${row.host}/v1\`);
});
`;
  it('of texts that nobody here can read does not tell which part of a record comes back', async () => {
    const leads = await follow({
      'a.ts': store('seal.update(JSON.stringify(row))', 'JSON.parse(seal.update(this.rows.get(id)))'),
    });
    expect(leads.map((l) => l.closed)).toEqual([true]);
    expect(causesOf(leads, () => '').every((c) => c.aside)).toBe(true);
  });

  it('of records does, and so does one of texts that are read as they were written', async () => {
    const asIs = store('row', 'this.rows.get(id)');
    const asJson = store('JSON.stringify(row)', 'JSON.parse(this.rows.get(id))');
    for (const code of [asIs, asJson]) expect(await told(code)).toEqual(['strong request-address host']);
  });
});

describe('a wrapper around handlers', () => {
  it('is no door beside the handler of a named tool that shows the same', async () => {
    const code = `${HEAD}
const tools = [{ name: 'one', inputSchema: { host: z.string() }, handler: async (input) => { exec('ping ' + input.host); } }];
for (const def of tools)
  server.registerTool(def.name, { inputSchema: def.inputSchema }, async (args) => def.handler(args));
`;
    expect((await follow({ 'a.ts': code })).map((l) => l.tool)).toEqual(['one']);
  });
});

describe('what is proved on the way', () => {
  it('is what a match by a whole pattern takes apart', async () => {
    const dated = (pattern: string): string =>
      tool(
        '{ name: z.string() }',
        `  const m = ${pattern}.exec(name);\n  if (!m) throw new Error('no');\n  const [, year, rest] = m;\n  return fs.readFileSync(\`/data/\${year}/\${rest}\`);`,
      );
    expect(await told(dated('/^(\\d{4})-(\\d{2})$/'))).toEqual(['weak closed file-path name']);
    expect(await told(dated('/^(\\d{4})-(.+)$/'))).not.toEqual(['weak closed file-path name']);
  });

  it('is a value encoded by a library, whatever is wrong with another test', async () => {
    const code = `${HEAD}const opened = new Set(process.env.NAMES);
server.tool('t', { name: z.string() }, async ({ name }) => {
  if (process.env.STRICT && !opened.has(name)) throw new Error('no');
  await fetch(\`https://api.example.com/\${encodeURIComponent(name)}\`);
});
`;
    expect(await told(code)).toEqual(['weak closed request-path name']);
  });

  it('is no option where it must not begin with a dash', async () => {
    const ask = (test: string): string =>
      `import { execFileSync } from 'node:child_process';\n${tool('{ host: z.string() }', `  if (${test}) throw new Error('no');\n  execFileSync('ssh', ['-G', host]);`)}`;
    expect(await told(ask("host.startsWith('-')"))).toEqual(['weak closed program-option host']);
    expect(await told(ask("host.startsWith('x')"))).toEqual(['moderate program-option host']);
  });

  it('is a schema that a framework hands on', async () => {
    const code = `import { z } from '@acme/mcp-kit';\nimport { exec } from 'node:child_process';\nserver.tool('t', 'x', { kind: z.enum(['a', 'b']), name: z.string() }, async ({ kind, name }) => {\n  exec('run ' + kind);\n});\n`;
    expect(await told(code)).toEqual([]);
    expect(await told(code.replace("'run ' + kind", "'run ' + name"))).toEqual(['strong shell-command name']);
  });

  it('is what is taken away where a test fails, not what stays', async () => {
    const page = (reset: string): string => `from pathlib import Path
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("x")
ROOT = Path("/data")
@mcp.tool()
def list_notes(folder: str) -> list:
    if folder:
        resolved = (ROOT / folder).resolve()
        if not resolved.is_relative_to(ROOT.resolve()):
            ${reset}
    base = ROOT / folder if folder else ROOT
    return [p.name for p in base.iterdir()]
`;
    const leads = async (reset: string): Promise<string[]> =>
      (await follow({ 'a.py': page(reset) })).map((l) => `${l.strength} ${l.rule.id}`);
    expect(await leads('folder = ""')).toEqual(['weak file-path']);
    expect(await leads('print("odd")')).toEqual(['strong file-path']);
  });
});
