import { describe, expect, it } from 'vitest';
import { createReading } from '../../../src/analysis/sources/reading.ts';
import { readSurface } from '../../../src/analysis/surface/read-surface.ts';

/** Tools registered with a server that was made elsewhere: imported, handed over, kept in a field, made by a factory; from tables. */

const toolsOf = async (files: Record<string, string>): Promise<string[]> => {
  const reading = createReading({ text: async (path) => files[path] ?? null });
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { found } = await readSurface(sources, reading);
  return found.entries.map((e) => `${e.name}: ${e.description}`).sort();
};

const TS = "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\n";
const MADE = `${TS}export const hub = new McpServer({ name: 'g', version: '1' });\n`;
const two = (on: string): string =>
  `${on}.registerTool('a', { description: 'A' }, async () => ({ content: [] }));\n${on}.tool('b', 'B', async () => ({ content: [] }));\n`;
const BOTH = ['a: A', 'b: B'];

describe('tools of a server made in another file (TypeScript)', () => {
  it.each<[string, Record<string, string>]>([
    ['imported', { 's.ts': MADE, 'a.ts': `import { hub } from './s.js';\n${two('hub')}` }],
    [
      'default export of a factory',
      {
        's.ts': `${TS}function make() { const s = new McpServer({ name: 'g', version: '1' }); return s; }\nexport const hub = make();\nexport default hub;\n`,
        'a.ts': `import gate from './s.js';\n${two('gate')}`,
      },
    ],
    [
      'the factory called',
      {
        's.ts': `${TS}export function make() { return new McpServer({ name: 'g', version: '1' }); }\n`,
        'a.ts': `import { make } from './s.js';\nconst x = make();\n${two('x')}`,
      },
    ],
    [
      'handed over',
      {
        's.ts': `${MADE}import { add } from './a.js';\nadd(hub);\n`,
        'a.ts': `export const add = (x) => {\n${two('x')}};\n`,
      },
    ],
    [
      'part of what is handed over',
      {
        's.ts': `${MADE}import { add } from './a.js';\nadd({ hub });\n`,
        'a.ts': `export const add = ({ hub: h }) => {\n${two('h')}};\n`,
      },
    ],
    [
      'field of a class it extends',
      {
        's.ts': `${TS}export class Base { gate = new McpServer({ name: 'g', version: '1' }); }\n`,
        'a.ts': `import { Base } from './s.js';\nexport class App extends Base { go() {\n${two('this.gate')}} }\n`,
      },
    ],
    [
      'exported again under another name',
      {
        'c/s.ts': MADE,
        'c/index.ts': "export { hub as gate } from './s.js';\n",
        'a.ts': `import { gate } from './c/index.js';\n${two('gate')}`,
      },
    ],
    [
      'member of a whole module',
      { 's.ts': MADE, 'a.ts': `import * as core from './s.js';\n${two('core.hub')}` },
    ],
    [
      'required',
      {
        's.js':
          "const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nexports.hub = new McpServer({});\n",
        'a.js': `const gate = require('./s').hub;\n${two('gate')}`,
      },
    ],
  ])('%s', async (_, files) => {
    expect(await toolsOf(files)).toEqual(BOTH);
  });

  it('are none where what they are registered with is something else', async () => {
    expect(
      await toolsOf({
        's.ts': `${MADE}hub.tool('own', 'Own', async () => 1);\n`,
        'a.ts': `import { Agent } from 'some-agents';\nimport { kit } from 'other-kit';\nimport express from 'express';\nconst a = new Agent();\na.tool('x', 'X', async () => 1);\nkit.tool('y', 'Y', async () => 1);\nconst app = express();\napp.resource('z', 'Z', () => 1);\n`,
      }),
    ).toEqual(['own: Own']);
  });
});

describe('tools of a server made in another file (Python)', () => {
  const PY = 'from mcp.server.fastmcp import FastMCP\n';
  const decorated = (on: string): string =>
    `@${on}.tool()\ndef a(x: str) -> str:\n    """A"""\n\ndef b(x: str) -> str:\n    """B"""\n${on}.add_tool(b)\n`;
  it.each<[string, Record<string, string>]>([
    [
      'imported',
      { 'p/s.py': `${PY}garden = FastMCP("g")\n`, 'p/a.py': `from .s import garden\n${decorated('garden')}` },
    ],
    [
      'member of a module',
      { 'p/s.py': `${PY}garden = FastMCP("g")\n`, 'p/a.py': `from p import s\n${decorated('s.garden')}` },
    ],
    [
      'made by a factory',
      {
        'p/s.py': `${PY}def make():\n    return FastMCP("g")\n`,
        'p/a.py': `from p.s import make\nx = make()\n${decorated('x')}`,
      },
    ],
    [
      'handed over',
      {
        'p/s.py': `${PY}from .a import register\nregister(FastMCP("g"))\n`,
        'p/a.py':
          'def b(x: str) -> str:\n    """B"""\n\ndef register(g):\n    @g.tool()\n    def a(x: str) -> str:\n        """A"""\n    g.tool(name="b")(b)\n',
      },
    ],
    [
      'kept in a field',
      {
        'p/s.py': `${PY}from .a import Tools\nTools(FastMCP("g"))\n`,
        'p/a.py':
          'class Tools:\n    def __init__(self, g):\n        self.g = g\n        self.g.tool()(self.a)\n        g.add_tool(self.b)\n    def a(self, x: str):\n        """A"""\n    def b(self, x: str):\n        """B"""\n',
      },
    ],
  ])('%s', async (_, files) => {
    expect(await toolsOf(files)).toEqual(BOTH);
  });

  it('are none on an agent or another library', async () => {
    expect(
      await toolsOf({
        'p/s.py': `${PY}garden = FastMCP("g")\n@garden.tool()\ndef own():\n    """Own"""\n`,
        'p/a.py':
          'from agents import Agent\nfrom kit import kit\na = Agent()\n@a.tool\ndef x():\n    """X"""\n@kit.tool()\ndef y():\n    """Y"""\n',
      }),
    ).toEqual(['own: Own']);
  });
});

describe('tools of a table', () => {
  it.each<[string, Record<string, string>]>([
    [
      'rows of an imported list (TypeScript)',
      {
        's.ts': `${MADE}import { rows } from './t.js';\nfor (const r of rows) hub.registerTool(r.id, { description: r.text }, r.run);\n`,
        't.ts':
          "export const rows = [{ id: 'a', text: 'A', run: async () => 1 }, { id: 'b', text: 'B', run: async () => 1 }];\n",
      },
    ],
    [
      'entries of an object',
      {
        's.ts': `${MADE}const texts = { a: 'A', b: 'B' };\nObject.entries(texts).forEach(([n, t]) => hub.tool(n, t, async () => 1));\n`,
      },
    ],
    [
      'the answer to a request',
      {
        's.ts': `${TS}const defs = [{ id: 'a', text: 'A' }, { id: 'b', text: 'B' }];\nserver.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: defs.map((d) => ({ name: d.id, description: d.text, inputSchema: { type: 'object' } })) }));\n`,
      },
    ],
    [
      'tuples (Python)',
      {
        'p/s.py':
          'from mcp.server.fastmcp import FastMCP\nm = FastMCP("g")\ndef a(x: str):\n    return x\ndef b(x: str):\n    return x\nfor fn, text in [(a, "A"), (b, "B")]:\n    m.add_tool(fn, description=text)\n',
      },
    ],
    [
      'a comprehension',
      {
        'p/s.py':
          'from mcp.server import Server\nimport mcp.types as types\nserver = Server("g")\nDEFS = [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]\n@server.list_tools()\nasync def list_tools():\n    return [types.Tool(name=d["id"], description=d["text"], inputSchema={}) for d in DEFS]\n',
      },
    ],
    [
      'rows given to a helper of another package (Go)',
      {
        'srv/s.go':
          'package srv\nimport "github.com/modelcontextprotocol/go-sdk/mcp"\nvar S = mcp.NewServer(&mcp.Implementation{Name: "g"}, nil)\nfunc Add(name, text string, h Handler) { mcp.AddTool(S, &mcp.Tool{Name: name, Description: text}, h) }\n',
        'tools/t.go':
          'package tools\nimport "example.com/g/srv"\ntype row struct { n, d string }\nvar table = []row{{"a", "A"}, {n: "b", d: "B"}}\nfunc init() { for _, t := range table { srv.Add(t.n, t.d, h) } }\n',
      },
    ],
    [
      'rows of a constant (Rust)',
      {
        'src/main.rs':
          'use rmcp::model::Tool;\nstruct Row { n: &\'static str, d: &\'static str }\nconst TABLE: &[Row] = &[Row { n: "a", d: "A" }, Row { n: "b", d: "B" }];\nfn list() -> Vec<Tool> { TABLE.iter().map(|r| Tool::new(r.n, r.d, schema())).collect() }\n',
      },
    ],
  ])('%s', async (_, files) => {
    expect(await toolsOf(files)).toEqual(BOTH);
  });
});
