import { describe, expect, it } from 'vitest';
import { readSurface } from '../../support/surface.ts';

const read = async (...texts: string[]) =>
  (
    await readSurface(
      texts.map((text, i) => ({ path: `src/f${i}.ts`, text: `// @modelcontextprotocol/sdk\n${text}` })),
    )
  ).found;
const names = async (...texts: string[]) =>
  (await read(...texts)).entries
    .filter((e) => e.kind === 'tool')
    .map((e) => `${e.name}${e.certainty === 'literal' ? '' : ` (${e.certainty})`}`);

describe('registrations', () => {
  it('reads server.tool with zod parameters, hints and handler', async () => {
    const [tool] = (
      await read(`server.tool(
  "read_file",
  "Reads a file. " +
    'Second part.',
  { path: z.string().min(1).max(4096).describe("where"), mode: z.enum(["r", "w"]).optional() },
  { readOnlyHint: true },
  async ({ path }) => {
    return path;
  },
);`)
    ).entries;
    expect(tool).toMatchObject({
      kind: 'tool',
      name: 'read_file',
      certainty: 'literal',
      line: 3,
      description: 'Reads a file. Second part.',
      annotations: { readOnlyHint: true },
      handler: { path: 'src/f0.ts', startLine: 8, endLine: 10 },
      params: [
        { name: 'path', type: 'string', constraints: ['min 1', 'max 4096'], description: 'where' },
        { name: 'mode', type: 'enum', constraints: ['one of ["r","w"]', 'optional'] },
      ],
    });
  });

  it('reads registerTool with a configuration, generics and schemas declared elsewhere', async () => {
    const found = (
      await read(
        `import { Shape } from './f1.js';\nconst NAME = 'x_y';\nserver.registerTool<typeof Shape>(NAME, { description: \`d\`, inputSchema: Shape.shape }, handle);\nfunction handle() {}`,
        `export const Shape = z.object({ q: Query, n: z.number().int() });\nconst Query = z.string().max(10);`,
      )
    ).entries;
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      name: 'x_y',
      certainty: 'derived',
      description: 'd',
      handler: { startLine: 5 },
    });
    expect(found[0]!.params).toEqual([
      { name: 'q', type: 'string', constraints: ['max 10'], description: '' },
      { name: 'n', type: 'number', constraints: ['int'], description: '' },
    ]);
  });

  it('follows enums, class members and constants of other files', async () => {
    expect(
      await names(
        `import { Names } from './f1';\nserver.registerTool(Names.LIST, {}, f);\nserver.tool(Tool.NAME, 'd', f);`,
        `export enum Names { LIST = 'list_all' }\nclass Tool { static readonly NAME = "get_one"; }`,
        '',
      ),
    ).toEqual(['list_all (derived)', '<Tool.NAME> (dynamic)']);
  });

  it('reads tool objects: arrays, parsed schemas, addTool, classes', async () => {
    expect(
      await names(`
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [
  { name: "a", description: "A", inputSchema: { type: "object", properties: { x: { type: "string", maxLength: 5 } }, required: ["x"] } },
] }));
export const B = ToolSchema.parse({ name: "b", description: "B", inputSchema: { type: "object" } });
use(B);
server.addTool({ name: "c", description: "C", parameters: z.object({}), execute: async () => "" });
class DTool extends MCPTool { name = "d"; description = "D"; schema = {}; }
`),
    ).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reads tables of tools by their names, with what they do written apart', async () => {
    const found = (
      await read(
        `const definitions = { list_all: { description: 'Lists', parameters: z.object({ q: z.string() }), annotations: { readOnlyHint: true } } };
const tools = {
  list_all: tool({
    ...definitions.list_all,
    execute: async ({ q }) => q,
  }),
  "run-it": kit.tool({ description: 'Runs', parameters: z.object({}), execute: run }),
  definition: { description: 'no tool', inputSchema: {}, handler: run },
};`,
      )
    ).entries;
    expect(found).toMatchObject([
      {
        name: 'list_all',
        line: 2,
        params: [{ name: 'q' }],
        annotations: { readOnlyHint: true },
        handler: { startLine: 6 },
      },
      { name: 'run-it', line: 8, description: 'Runs' },
    ]);
    expect(found).toHaveLength(2);
  });

  it('reads files of tools that do not say whose they are', async () => {
    const { entries } = (
      await readSurface([
        {
          path: 'src/index.ts',
          text: 'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";',
        },
        {
          path: 'src/tools/ping.tool.ts',
          text: 'export const pingTool: Unified = { name: "ping", description: "d", zodSchema: shape, execute };\nuse(pingTool);',
        },
      ])
    ).found;
    expect(entries.map((e) => e.name)).toEqual(['ping']);
  });

  it('understands a local wrapper around a registration', async () => {
    const found = (
      await read(`
const tool = (name: string, text: string, shape: Shape, hints: Hints, cb: (a: any) => Promise<string>) => {
  server.registerTool(name, { description: text, inputSchema: shape, annotations: hints }, cb);
};
tool("first", "One", { a: z.string() }, { destructiveHint: true }, async () => "x");
tool("second", "Two", {}, {}, async () => "y");`)
    ).entries;
    expect(found.map((e) => [e.name, e.description])).toEqual([
      ['first', 'One'],
      ['second', 'Two'],
    ]);
    expect(found[0]).toMatchObject({
      annotations: { destructiveHint: true },
      params: [{ name: 'a', type: 'string' }],
    });
  });

  it('keeps what is computed as dynamic, with its place', async () => {
    expect(
      await names(
        'server.registerTool(`${prefix}_get`, {}, f);\nfor (const t of tools) server.registerTool(t.name, t.config, t.run);',
      ),
    ).toEqual(['<${prefix}_get> (dynamic)', '<t.name> (dynamic)']);
  });

  it('sets definitions aside that nothing refers to', async () => {
    const found = await read(
      'export const old = { name: "old", description: "x", inputSchema: {} };\nexport const used = { name: "used", description: "x", inputSchema: {} };\nlist(used);',
    );
    expect(found.entries.map((e) => e.name)).toEqual(['used']);
    expect(found.unused.map((e) => e.name)).toEqual(['old']);
  });

  it('reads prompts, resources and transports', async () => {
    const found = await read(`
server.registerPrompt("ask", { description: "Asks" }, f);
server.resource("config", "config://app", f);
new StdioServerTransport();
new StreamableHTTPServerTransport({});`);
    expect(found.entries.map((e) => `${e.kind} ${e.name}`)).toEqual(['prompt ask', 'resource config']);
    expect(found.transports.map((t) => t.kind)).toEqual(['stdio', 'http']);
  });
});

describe('what is no tool', () => {
  it.each([
    ['comments', '// server.tool("x", "d", {}, f)\n/* server.tool("y", "d", {}, f) */'],
    ['strings and templates', 'const s = `server.tool("x", "d", {}, f)`; const t = "server.tool(\\"y\\")";'],
    ['regular expressions', 'const r = /server.tool("x", {name: "y", inputSchema: 1})/;'],
    [
      'interfaces and types',
      'interface T { name: "x"; description: string; inputSchema: object }\ntype U = { name: "y"; inputSchema: object };',
    ],
    [
      'declarations',
      'function registerTool(name: string) { }\nclass S { registerTool(name: string) { return 1; } }',
    ],
    ['patterns', 'const { name, inputSchema } = tool;'],
    [
      'functions of other APIs',
      'const f = { type: "function", function: { name: "x", description: "d", parameters: {} } };',
    ],
  ])('%s', async (_what, text) => {
    expect(await names(text)).toEqual([]);
  });

  it('files that have nothing to do with MCP', async () => {
    expect(
      (await readSurface([{ path: 'a.ts', text: 'pi.registerTool("x", "d", f); yargs.tool("y", "z")' }]))
        .found.entries,
    ).toEqual([]);
  });
});

describe('names across files', () => {
  const surface = async (files: Record<string, string>) =>
    (await readSurface(Object.entries(files).map(([path, text]) => ({ path, text })))).found.entries;
  const server = 'import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";\n';

  it('reads what is registered with a server that another file makes', async () => {
    const found = await surface({
      'src/server.ts': `${server}export const server = new McpServer({ name: "x", version: "1" });`,
      'src/index.ts': 'export { server as main } from "./server.js";',
      'src/beds.ts':
        'import { main } from "./index.js";\nmain.registerTool("water", { description: "d", inputSchema: { bed: z.string() } }, async () => 1);',
      'src/other.ts':
        'import { kit } from "kit";\nkit.registerTool("no", { description: "d" }, async () => 1);',
    });
    expect(found).toMatchObject([
      { name: 'water', path: 'src/beds.ts', params: [{ name: 'bed', type: 'string' }] },
    ]);
  });

  it('follows helpers that register, with a name each', async () => {
    const found = await surface({
      'src/register.ts': `${server}export function register(server: McpServer, tool: Tool) {\n  server.registerTool(tool.name, { description: tool.description, inputSchema: tool.schema.shape }, tool.run);\n}`,
      'src/index.ts':
        'import { register } from "./register.js";\nimport { add } from "./add.js";\nregister(server, add);',
      'src/add.ts':
        'export const add = { name: "add", description: "Adds", schema: z.object({ a: z.number() }), run: async () => 1 };',
    });
    expect(found).toMatchObject([
      { name: 'add', certainty: 'derived', description: 'Adds', params: [{ name: 'a', type: 'number' }] },
    ]);
  });

  it('takes over what an object spreads, and all that a namespace hands out', async () => {
    const found = await surface({
      'src/defs.ts':
        'const common = { description: "Shared", inputSchema: { type: "object", properties: { q: { type: "string" } } } };\nexport const one = { ...common, name: "one", inputSchema: common.inputSchema };\nexport const two = { ...common, name: "two", inputSchema: {} };',
      'src/index.ts': `${server}import * as defs from "./defs.js";\nserver.setRequestHandler(ListToolsRequestSchema, () => ({ tools: Object.values(defs) }));`,
    });
    expect(found.map((e) => [e.name, e.description])).toEqual([
      ['one', 'Shared'],
      ['two', 'Shared'],
    ]);
    expect(found[0]!.params).toEqual([
      { name: 'q', type: 'string', constraints: ['optional'], description: '' },
    ]);
  });
});
