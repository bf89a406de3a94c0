import { describe, expect, it } from 'vitest';
import { codeFlow } from '../../src/collectors/code-flow.ts';
import { toolSurface } from '../../src/collectors/tool-surface.ts';
import { ruleFiles } from '../analysis/flow/follow.ts';
import { run } from './fake-context.ts';

const flow = codeFlow(async () => ruleFiles());

/** The facts on parameters: what is declared counts, not what a handler is handed; what is neither is said. */
const parametersOf = async (files: Record<string, string>) => {
  const { items } = await run(toolSurface, { files });
  const of = (rule: string) => items.find((i) => i.rule === rule);
  return {
    title: of('parameters')?.title,
    list: of('parameters')?.detail?.split('\n'),
    unread: of('unread-schema'),
    partly: of('partly-read-schema'),
  };
};

describe('parameters of tools', () => {
  it('are those of the schema of low-level Python servers, however it is written', async () => {
    const found = await parametersOf({
      'models.py':
        'from pydantic import BaseModel\nclass Base(BaseModel):\n    account: str\nclass Issue(Base):\n    title: str\n',
      'schemas.py': 'SEARCH = {"type": "object", "properties": {"query": {"type": "string"}}}\n',
      'server.py': `from mcp.server import Server
from mcp.types import Tool
from .schemas import SEARCH
from .models import Issue
app = Server("x")
DEF = {"name": "spread", "description": "s", "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}}}
@app.list_tools()
async def list_tools() -> list[Tool]:
    return [
        Tool(name="imported", description="i", inputSchema=SEARCH),
        Tool(name="model", description="m", inputSchema=Issue.model_json_schema()),
        Tool(name="call", description="c", inputSchema=dict(type="object", properties={"a": {"type": "string"}})),
        Tool(name="loaded", description="l", inputSchema=json.load(open("s.json"))),
        Tool(**DEF),
    ]
@app.call_tool()
async def call_tool(name: str, arguments: dict):
    return []
`,
    });
    expect(found.title).toBe('5 parameters in 4 of 5 tools, 5 of them text');
    expect(found.list).toEqual(['imported(query)', 'model(account, title)', 'call(a)', 'spread(q)']);
    expect(found.unread?.detail).toBe('loaded (server.py:13)');
  });

  it('are those declared beside a function, not those of the function', async () => {
    const { list } = await parametersOf({
      'server.py': `from fastmcp import FastMCP
from fastmcp.tools import FunctionTool
mcp = FastMCP("x")
def work(payload: dict, session: str) -> str:
    """Works."""
    return ""
mcp.add_tool(FunctionTool(name="declared", description="d", fn=work,
    parameters={"type": "object", "properties": {"path": {"type": "string"}}}))
@mcp.tool(exclude_args=["user_id"])
def hidden(query: str, user_id: str = "x") -> str:
    """Hides one."""
    return query
`,
    });
    expect(list).toEqual(['declared(path)', 'hidden(query)']);
  });

  it('of Java are no names of a handler’s own parameters', async () => {
    const { title, list } = await parametersOf({
      'S.java': `import io.modelcontextprotocol.spec.McpSchema;
class S {
  static final String SCHEMA = "{\\"type\\":\\"object\\",\\"properties\\":{\\"a\\":{\\"type\\":\\"string\\"}}}";
  Object one() {
    return SyncToolSpecification.builder().tool(McpSchema.Tool.builder().name("built").description("d")
      .inputSchema(mapper, SCHEMA).build()).callHandler((exchange, request) -> null).build();
  }
  Object two() {
    Map<String, Object> props = new HashMap<>();
    props.put("p", Map.of("type", "string"));
    McpSchema.JsonSchema js = new McpSchema.JsonSchema("object", props, List.of("p"), null, null, null);
    return new SyncToolSpecification(new McpSchema.Tool("mapped", "d", js), (exchange, args) -> null);
  }
  Object three() {
    return new SyncToolSpecification(new McpSchema.Tool("unknown", "d", Schemas.load()), (exchange, args) -> null);
  }
}
`,
    });
    expect(list).toEqual(['built(a)', 'mapped(p)']);
    expect(title).toBe('2 parameters in 2 of 3 tools, 2 of them text');
  });

  it('of Rust are read from a document in a macro', async () => {
    const { list, unread } = await parametersOf({
      'src/main.rs': `use rmcp::model::*;
async fn list_tools() -> Vec<Tool> {
  let schema = serde_json::json!({"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "y"]}, "b": {"type": "integer"}}});
  vec![
    Tool::new("json", "d", Arc::new(schema.as_object().unwrap().clone())),
    Tool::new("typed", "d", schema_for_type::<Args>()),
  ]
}
`,
    });
    expect(list).toEqual(['json(a, b)']);
    expect(unread?.detail).toContain('typed');
  });

  it('of JavaScript come from functions and zod; a JSON file is not the module beside it', async () => {
    const { list, unread, partly } = await parametersOf({
      'src/schema.json': '{"type":"object","properties":{"r":{"type":"string"}}}',
      'src/other.ts': "export default { type: 'object', properties: { wrong: { type: 'string' } } };\n",
      'src/index.ts': `import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { common } from 'elsewhere';
import raw from './schema.json' with { type: 'json' };
const made = () => ({ type: 'object', properties: { m: { type: 'string' } } });
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [
  { name: 'made', description: 'd', inputSchema: made() },
  { name: 'raw', description: 'd', inputSchema: raw },
  { name: 'zod', description: 'd', inputSchema: zodToJsonSchema(z.object({ a: z.string() }).merge(common)) },
] }));
`,
    });
    expect(list).toEqual(['made(m)', 'zod(a, …)']);
    expect(unread?.detail).toContain('raw (');
    expect(partly?.detail).toContain('zod (');
  });
});

const SERVER = (hint: string, body: string): string => `
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { execSync, execFileSync } from 'node:child_process';
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [
  { name: 'fetch_it', description: 'd', ${hint} inputSchema: { type: 'object', properties: { command: { type: 'string' } } } },
] }));
server.setRequestHandler(CallToolRequestSchema, async (request) => {
  if (request.params.name === 'fetch_it') return { content: [{ type: 'text', text: String(${body}) }] };
  throw new Error('x');
});
`;

describe('two servers of one repository with one name for their tools', () => {
  const files = {
    'packages/a/package.json': '{"name":"a"}',
    'packages/b/package.json': '{"name":"b"}',
    'packages/a/src/index.ts': SERVER('', 'execSync(request.params.arguments.command)'),
    'packages/b/src/index.ts': SERVER('annotations: { readOnlyHint: true },', "execFileSync('date')"),
  };

  it('are told apart in the surface', async () => {
    const { item, rules } = await run(toolSurface, { files });
    expect(item('tools')).toMatchObject({
      title: '2 tools defined in 2 files of 2 packages',
      detail: expect.stringContaining('packages/a (1 tool): fetch_it\npackages/b (1 tool): fetch_it'),
    });
    expect(item('tool-name-of-several-packages').detail).toContain(
      'fetch_it: packages/a/src/index.ts:6, packages/b/src/index.ts:6',
    );
    expect(rules).not.toContain('repeated-tool-name');
  });

  it('are not accused of what the other does', async () => {
    const { item, rules } = await run(flow, { files });
    expect(item('shell-command').detail).toContain('Another tool fetch_it stands in packages/b');
    expect(rules).not.toContain('hint-against-sink');
  });
});

describe('what was read and what was not', () => {
  it('does not take a type nobody read for a tool without parameters', async () => {
    const { title, partly, list } = await parametersOf({
      'src/main.rs': `use rmcp::{tool, tool_router};
type P<T> = Parameters<T>;
#[derive(Deserialize, JsonSchema)]
pub struct Known { pub id: String }
#[tool_router]
impl S {
  #[tool(description = "a")]
  async fn aliased(&self, params: P<Known>, context: C) -> R { x }
  #[tool(description = "b")]
  async fn elsewhere(&self, params: Parameters<other::Input>) -> R { x }
  #[tool(description = "c")]
  async fn none(&self) -> R { x }
}
`,
    });
    expect(list).toEqual(['aliased(id)', 'elsewhere(…)', 'none()']);
    expect(title).toBe('At least 1 parameter in 3 tools, 1 of them text');
    expect(partly?.detail).toContain('elsewhere (src/main.rs:');
  });

  it('counts a tool once that one package defines twice', async () => {
    const { item } = await run(toolSurface, {
      files: {
        'server.py': `from mcp.server.fastmcp import FastMCP
from mcp.types import Tool
app = FastMCP("x")
OLD = Tool(name="read", description="r", inputSchema={"type": "object", "properties": {"p": {"type": "string"}}})
use(OLD)
@app.tool()
def read(path: str) -> str:
    """Reads."""
    return path
`,
      },
    });
    expect(item('tools').title).toBe('1 tool defined in 2 places of 1 file');
    expect(item('parameters').title).toBe('2 parameters in 2 definitions of tools, 2 of them text');
  });

  it('says how far values were followed back, and who calls what stands there', async () => {
    const { items } = await run(flow, {
      files: {
        'src/a.py':
          'import subprocess\n\ndef run_it(cmd):\n    subprocess.run(cmd, shell=True)\n\ndef lonely(cmd):\n    subprocess.run(cmd, shell=True)\n',
        'src/b.py': 'TABLE = {}\n\ndef go(key):\n    TABLE[key].run_it(TABLE[key].value)\n',
      },
    });
    const detail = items.map((i) => i.detail ?? '').join('\n');
    expect(detail).toContain('Followed back to the parameters of this function and no further.');
    expect(detail).toContain('run_it: calls by that name at src/b.py:4');
    expect(detail).toContain('lonely: no call by that name was seen.');
    expect(detail).not.toContain('does not say that none does');
  });
});
