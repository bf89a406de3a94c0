import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayDefineTools } from '../../../src/analysis/surface/read-surface.ts';
import { readSurface } from '../../support/surface.ts';

const read = async (files: Record<string, string>) =>
  (await readSurface(Object.entries(files).map(([path, text]) => ({ path, text })))).found;

const tools = async (files: Record<string, string>) =>
  (await read(files)).entries.filter((e) => e.kind === 'tool');

const names = async (files: Record<string, string>) =>
  (await tools(files)).map((e) => `${e.name}${e.certainty === 'literal' ? '' : ` (${e.certainty})`}`);

const GO = 'package main\nimport "github.com/mark3labs/mcp-go/mcp"\n';

describe('Go', () => {
  it('reads mcp.NewTool with its options, limits, hints and handler', async () => {
    const [tool] = await tools({
      'main.go': `${GO}
func main() {
  s.AddTool(mcp.NewTool("read_file",
    mcp.WithDescription("Reads " + "a file."),
    mcp.WithReadOnlyHintAnnotation(true),
    mcp.WithString("path", mcp.Required(), mcp.Description("where"), mcp.MaxLength(4096)),
    mcp.WithString("mode", mcp.Enum("text", "binary")),
    mcp.WithArray("tags", mcp.Items(map[string]any{"type": "string"})),
  ), h.read)
}
func (h *Handler) read(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
  return nil, nil
}
`,
    });
    expect(tool).toMatchObject({
      name: 'read_file',
      certainty: 'literal',
      line: 5,
      description: 'Reads a file.',
      descriptionFrom: null,
      annotations: { readOnlyHint: true },
      handler: { path: 'main.go', startLine: 13, endLine: 15 },
      params: [
        { name: 'path', type: 'string', constraints: ['maxLength 4096'], description: 'where' },
        { name: 'mode', type: 'string', constraints: ['one of "text", "binary"', 'optional'] },
        { name: 'tags', type: 'array of string', constraints: ['optional'] },
      ],
    });
  });

  it('reads the official SDK: the schema is the struct of the handler', async () => {
    const [tool] = await tools({
      'server.go': `package main
import "github.com/modelcontextprotocol/go-sdk/mcp"
type Common struct { Verbose bool \`json:"verbose,omitempty"\` }
type Input struct {
  Common
  // What to say.
  Name string \`json:"name" jsonschema:"the name, in full"\`
  Size []int \`json:"size,omitempty" jsonschema:"required,description=How big,minimum=1"\`
  hidden string
  Skipped string \`json:"-"\`
}
func hello(ctx context.Context, req *mcp.CallToolRequest, in Input) (*mcp.CallToolResult, any, error) { return nil, nil, nil }
func main() {
  tool := &mcp.Tool{Name: "greet", Description: "say hi", Annotations: &mcp.ToolAnnotations{DestructiveHint: ptr(false)}}
  mcp.AddTool(server, tool, withLog(hello))
}
`,
    });
    expect(tool).toMatchObject({
      name: 'greet',
      annotations: { destructiveHint: false },
      handler: { startLine: 12 },
      params: [
        { name: 'verbose', type: 'boolean', constraints: ['optional'] },
        { name: 'name', type: 'string', constraints: [], description: 'the name, in full' },
        { name: 'size', type: 'array of integer', constraints: ['minimum 1'], description: 'How big' },
      ],
    });
  });

  it('follows wrappers of wrappers to those who call them, in other packages too', async () => {
    const found = await tools({
      'kit/kit.go': `package kit
import "github.com/mark3labs/mcp-go/mcp"
func Convert[T any](name, description string, h func(context.Context, T) (any, error), options ...mcp.ToolOption) mcp.Tool {
  return mcp.Tool{Name: name, Description: description, InputSchema: reflected(h)}
}
func Must[T any](name, description string, h func(context.Context, T) (any, error), options ...mcp.ToolOption) Tool {
  tool := Convert(name, description, h, options...)
  return Tool{Tool: tool}
}
`,
      'tools/teams.go': `package tools
import kit "example.com/x/y/kit"
import "github.com/mark3labs/mcp-go/mcp"
type ListArgs struct { Query string \`json:"query"\` }
func list(ctx context.Context, args ListArgs) (any, error) { return nil, nil }
var List = kit.Must(
  "list_teams",
  "Lists teams",
  list,
  mcp.WithTitleAnnotation("List teams"),
)
`,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      name: 'list_teams',
      certainty: 'literal',
      path: 'tools/teams.go',
      line: 7,
      description: 'Lists teams',
      annotations: { title: 'List teams' },
      handler: { path: 'tools/teams.go', startLine: 5 },
      params: [{ name: 'query', type: 'string' }],
    });
  });

  it('reads tables of tools with schema objects, constants and prefixes', async () => {
    const found = await tools({
      'tools.go': `${GO}
const Prefix = "kube"
const Limit = "^[a-z]+$"
func prefix() string { if o := override(); o != "" { return o }; return Prefix }
func override() string { return "" }
func Tools() []api.ServerTool {
  name := prefix() + "_list"
  return []api.ServerTool{
    {Tool: api.Tool{Name: name, Description: t("KEY", "Lists what there is"), InputSchema: &jsonschema.Schema{
      Type: "object",
      Properties: map[string]*jsonschema.Schema{"ns": {Type: "string", Pattern: Limit}, "n": {Type: "integer"}},
      Required: []string{"ns"},
    }}, Handler: list},
  }
}
func list(params api.Params) (*api.Result, error) { return nil, nil }
`,
    });
    expect(found).toMatchObject([
      {
        name: 'kube_list',
        certainty: 'derived',
        description: 'Lists what there is',
        handler: { startLine: 18 },
        params: [
          { name: 'ns', type: 'string', constraints: ['pattern "^[a-z]+$"'] },
          { name: 'n', type: 'integer', constraints: ['optional'] },
        ],
      },
    ]);
  });

  it('lists what is only known at run time with the place that makes it', async () => {
    expect(
      await names({
        'a.go': `${GO}
func sync(endpoints []Endpoint) { for _, e := range endpoints { s.AddTool(mcp.NewTool(e.Path, mcp.WithDescription(e.Summary)), h) } }
`,
      }),
    ).toEqual(['<e.Path> (dynamic)']);
  });

  it('reads resources, prompts and transports', async () => {
    const found = await read({
      'a.go': `${GO}
func main() {
  s.AddResource(mcp.NewResource("file://x", "X", mcp.WithResourceDescription("d")), read)
  s.AddPrompt(mcp.NewPrompt("greet", mcp.WithPromptDescription("d")), greet)
  server.ServeStdio(s)
  server.NewStreamableHTTPServer(s)
}
func read(ctx context.Context, r mcp.ReadResourceRequest) (any, error) { return nil, nil }
`,
    });
    expect(found.entries.map((e) => `${e.kind} ${e.name}`)).toEqual(['resource file://x', 'prompt greet']);
    expect(found.transports.map((t) => t.kind)).toEqual(['stdio', 'http']);
  });

  it('leaves requests, tools of models and helpers of the same name elsewhere alone', async () => {
    expect(
      await names({
        'a.go': `${GO}import "example.com/kit"
var r = mcp.CallToolParams{Name: "x", Arguments: a}
var m = openai.Tool{Name: "x", Description: "y"}
var k = kit.NewTool("x")
`,
      }),
    ).toEqual([]);
  });
});

describe('Java', () => {
  it('reads annotated methods with their parameters, defaults to their names', async () => {
    const found = await tools({
      'src/Tools.java': `package a;
import org.springaicommunity.mcp.annotation.McpTool;
class Tools {
  static final String NAME = "find-it";
  @McpTool(name = NAME, description = """
      Finds
      it""", annotations = @McpTool.McpAnnotations(readOnlyHint = true, destructiveHint = false))
  public String find(
      @McpToolParam(description = "What", required = false) @Size(max = 20) String what,
      @NotBlank List<Integer> pages, McpSyncServerExchange exchange) {
    return "";
  }
  @Tool(description = "Says hello")
  String sayHello(Person person, ToolContext context) { return ""; }
  record Person(@JsonPropertyDescription("full") String name, int age) {}
}
`,
    });
    expect(found).toMatchObject([
      {
        name: 'find-it',
        certainty: 'derived',
        line: 4,
        description: 'Finds\nit',
        annotations: { readOnlyHint: true, destructiveHint: false },
        handler: { startLine: 5, endLine: 12 },
        params: [
          { name: 'what', type: 'string', constraints: ['length max 20', 'optional'], description: 'What' },
          { name: 'pages', type: 'array of integer', constraints: ['NotBlank'] },
        ],
      },
      {
        name: 'sayHello',
        certainty: 'literal',
        line: 14,
        description: 'Says hello',
        params: [{ name: 'person', type: 'object(name, age)' }],
      },
    ]);
  });

  it('reads tools of the official SDK: constructors and builders', async () => {
    const found = await tools({
      'Server.java': `import io.modelcontextprotocol.spec.McpSchema;
class Server {
  void start() {
    var schema = """
      {"type": "object", "properties": {"a": {"type": "number", "maximum": 9}}, "required": ["a"]}
      """;
    var spec = new McpServerFeatures.SyncToolSpecification(
        new McpSchema.Tool("calculate", "Adds", schema), (exchange, args) -> run(args));
    var built = McpServerFeatures.SyncToolSpecification.builder()
        .tool(McpSchema.Tool.builder().name("built").description("Made").inputSchema(schema).build())
        .callHandler((exchange, request) -> run(request)).build();
    var none = new Prompt("a", options);
  }
}
`,
    });
    expect(found).toMatchObject([
      {
        name: 'calculate',
        description: 'Adds',
        handler: { startLine: 8 },
        params: [{ name: 'a', type: 'number', constraints: ['maximum 9'] }],
      },
      { name: 'built', description: 'Made', handler: { startLine: 11 }, params: [{ name: 'a' }] },
    ]);
  });
});

describe('Rust', () => {
  it('reads #[tool] methods, doc comments and the structs of their parameters', async () => {
    const found = await tools({
      'src/main.rs': `use rmcp::{tool, tool_router};
const NAME: &str = "add_all";
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AddRequest {
    /// The first one.
    first_one: i32,
    #[schemars(description = "more", length(max = 3))]
    rest: Option<Vec<String>>,
}
#[tool_router]
impl Server {
    /// Adds numbers.
    #[tool(annotations(title = "Add", read_only_hint = true))]
    async fn add(&self, Parameters(AddRequest { first_one, rest }): Parameters<AddRequest>) -> String { x() }
    #[tool(name = NAME, description = "All of them")]
    fn all(&self, ctx: RequestContext<RoleServer>) -> String { x() }
}
`,
    });
    expect(found).toMatchObject([
      {
        name: 'add',
        line: 15,
        description: 'Adds numbers.',
        annotations: { title: 'Add', readOnlyHint: true },
        handler: { startLine: 15, endLine: 15 },
        params: [
          { name: 'firstOne', type: 'integer', constraints: [], description: 'The first one.' },
          { name: 'rest', type: 'array of string', description: 'more' },
        ],
      },
      { name: 'add_all', certainty: 'derived', description: 'All of them', params: [] },
    ]);
    expect(found[0]!.params![1]!.constraints).toContain('optional');
  });

  it('reads types that are tools, and tools put together by hand', async () => {
    expect(
      await names({
        'a.rs': `use rust_mcp_sdk::macros::mcp_tool;
#[mcp_tool(name = "write_file", description = concat!("Writes ", "a file"))]
pub struct WriteFile { pub path: String }
`,
        'b.rs': `use rmcp::model::Tool;
impl Server {
    pub fn new() -> Self { Self {} }
    async fn list_tools(&self) -> Result<ListToolsResult, Error> {
        Ok(ListToolsResult { tools: vec![Tool::new("ask", "Asks", Arc::new(schema())), Tool { name: "tell".into(), description: Some("Tells".into()), input_schema: s() }] })
    }
}
`,
      }),
    ).toEqual(['write_file', 'ask', 'tell']);
  });
});

describe('hostile sources', () => {
  it('ends on definitions that mean themselves', async () => {
    expect(
      await names({
        'a.go': `${GO}
var a = b
var b = a
func f(x string) mcp.Tool { y := y.z; return g(y, mcp.NewTool(x)) }
func g(x string, t mcp.Tool) mcp.Tool { return f(x) }
var t = mcp.NewTool(a)
var u = f(b)
`,
      }),
    ).toEqual(expect.arrayContaining([expect.stringContaining('(dynamic)')]));
  });

  it('bounds what many names for many things make it do', async () => {
    const calls = (n: number): string => Array.from({ length: 12 }, () => `f${n}()`).join(', ');
    const chain = Array.from({ length: 12 }, (_, i) => `func f${i}() any { return g(${calls(i + 1)}) }`).join(
      '\n',
    );
    const { found } = await readSurface([
      {
        path: 'a.go',
        text: `${GO}${chain}\nvar t = mcp.NewTool("x", f0())\nfunc g(a any) any { return a }\n`,
      },
    ]);
    expect(found.entries.map((e) => e.name)).toEqual(['x']);
  }, 20_000);

  it('reads any text of these languages without throwing', async () => {
    const words = fc.constantFrom(
      'mcp.NewTool(',
      '"a"',
      ')',
      '{',
      '}',
      'func f(',
      'Tool{Name: ',
      '@Tool(',
      'class A ',
      '#[tool(',
      'impl X ',
      'fn f(',
      ',',
      '=',
      'var x ',
      '\n',
      'x',
      '.',
      ':',
      'struct ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { maxLength: 60 }),
        fc.constantFrom('go', 'java', 'rs'),
        async (w, ending) => {
          const { found } = await readSurface([{ path: `mcp/a.${ending}`, text: w.join(' ') }]);
          for (const e of found.entries) expect(e.line).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same in any order of calls, and says which files it reads', async () => {
    const files = { 'b.go': `${GO}var x = mcp.NewTool("b")`, 'a.go': `${GO}var y = mcp.NewTool("a")` };
    expect(await names(files)).toEqual(await names(Object.fromEntries(Object.entries(files).reverse())));
    expect(['a.ts', 'a.d.ts', 'a.go', 'a.kt', 'a.py'].filter(mayDefineTools)).toEqual([
      'a.ts',
      'a.go',
      'a.py',
    ]);
  });
});
