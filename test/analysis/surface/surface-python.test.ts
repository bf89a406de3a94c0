import { describe, expect, it } from 'vitest';
import { readSurface } from '../../support/surface.ts';

const read = async (...texts: string[]) =>
  (
    await readSurface(
      texts.map((text, i) => ({ path: `src/f${i}.py`, text: `from mcp import server\n${text}` })),
    )
  ).found;
const names = async (...texts: string[]) =>
  (await read(...texts)).entries
    .filter((e) => e.kind === 'tool')
    .map((e) => `${e.name}${e.certainty === 'literal' ? '' : ` (${e.certainty})`}`);

describe('decorators', () => {
  it('takes name, docstring, parameters and their limits from the function', async () => {
    const [tool] = (
      await read(`
@mcp.tool(annotations=ToolAnnotations(readOnlyHint=True, title="T"))
async def read_file(
    ctx: Context,
    path: Annotated[str, Field(description="where", max_length=10)],
    mode: Literal["r", "w"] = "r",
    limit: int | None = None,
) -> str:
    """Reads a file."""
    return path

x = 1
`)
    ).entries;
    expect(tool).toMatchObject({
      name: 'read_file',
      certainty: 'literal',
      line: 4,
      description: 'Reads a file.',
      annotations: { readOnlyHint: true, title: 'T' },
      handler: { path: 'src/f0.py', startLine: 4, endLine: 11 },
      params: [
        { name: 'path', type: 'str', constraints: ['max_length 10'], description: 'where' },
        { name: 'mode', constraints: ['one of "r", "w"', 'default "r"'] },
        { name: 'limit', type: 'int | None', constraints: ['optional'] },
      ],
    });
  });

  it('knows names given, bare decorators, and decorators of the project’s own', async () => {
    expect(
      await names(
        '@mcp.tool(name="given")\ndef a(): ...\n@mcp.tool\ndef b(): ...\n@server.tool("c")\ndef other(): ...',
      ),
    ).toEqual(['given', 'b', 'c']);
    expect(
      await names('def acme_tool(description): ...\n', '@acme_tool(description="d")\ndef d(): ...'),
    ).toEqual(['d']);
  });

  it('leaves the tools of agent frameworks alone', async () => {
    expect(
      await names('from langchain.tools import tool\n@tool\ndef a(): ...\n@agent.tool\ndef b(): ...'),
    ).toEqual([]);
  });
});

describe('objects', () => {
  it('follows enums and models', async () => {
    const found = await read(`
class Names(str, Enum):
    GIT = "git_log"

class Model(BaseModel):
    path: str
    count: int = Field(10, ge=1)

@server.list_tools()
async def list_tools():
    return [types.Tool(name=Names.GIT.value, description="a " "b", inputSchema=Model.model_json_schema()),
            Tool(name="raw", description=textwrap.dedent("""  c"""), inputSchema={"type": "object", "properties": {"u": {"type": "string", "maxLength": 3}}, "required": ["u"]})]
`);
    expect(found.entries).toMatchObject([
      {
        name: 'git_log',
        certainty: 'derived',
        description: 'a b',
        params: [
          { name: 'path', type: 'str' },
          { name: 'count', constraints: ['ge 1'] },
        ],
      },
      {
        name: 'raw',
        description: 'c',
        params: [{ name: 'u', type: 'string', constraints: ['maxLength 3'] }],
      },
    ]);
    expect(found.listHandlers).toHaveLength(1);
  });

  it('reads add_tool and definitions that hold a function', async () => {
    expect(
      await names(`
def one(a: str): ...
def two(): ...
def three(): ...
mcp.add_tool(one)
mcp.add_tool(two, name="deux")
defs = [AcmeToolDefinition(fn=wrap(three), description="x")]
for d in defs:
    mcp.add_tool(fn=d.fn, name=d.name)
`),
    ).toEqual(['one', 'deux', 'three', '<d.name> (dynamic)']);
  });

  it('finds prompts, resources and transports', async () => {
    const found = await read(
      '@mcp.prompt()\ndef ask(): ...\n@mcp.resource("data://{id}")\ndef data(id: str): ...\nif __name__ == "__main__":\n    mcp.run(transport="streamable-http")\n    mcp.run()\n',
    );
    expect(found.entries.map((e) => `${e.kind} ${e.name}`)).toEqual(['prompt ask', 'resource data://{id}']);
    expect(found.transports.map((t) => t.kind)).toEqual(['http', 'stdio']);
  });
});

it('is not misled by comments and strings', async () => {
  expect(
    await names(
      '# @mcp.tool()\n"""\n@mcp.tool()\ndef a(): ...\n"""\ns = "Tool(name=\'x\', description=\'y\')"\n',
    ),
  ).toEqual([]);
});

describe('other ways to register', () => {
  it('reads functions handed to tool(), by their own name or a given one', async () => {
    expect(
      await names(
        'from .f1 import plot\nmcp.tool(plot, description="Plots")\nself.tool(found, name="find-it", description=D)\nmcp.tool(name="y")\n',
        'def plot(a: int): ...\n',
      ),
    ).toEqual(['plot', 'find-it']);
  });

  it('puts the prefix of a mounted server before its tools', async () => {
    expect(
      await names(
        'from .f1 import jira\nfrom f2 import mcp as wiki\nmain.mount(jira, namespace="jira")\nmain.mount("wiki", wiki)\n@main.tool()\ndef own(): ...\n',
        'jira = FastMCP("a")\n@jira.tool()\ndef search(q: str): ...\n',
        'mcp = FastMCP("b")\n@mcp.tool()\ndef search(q: str): ...\n',
        'other = FastMCP("c")\n@other.tool()\ndef search(q: str): ...\n',
      ),
    ).toEqual(['own', 'jira_search (derived)', 'wiki_search (derived)', 'search']);
  });

  it('does not guess whose prefix it is', async () => {
    expect(
      await names(
        'main.mount(sub, prefix="p")\n',
        'sub = FastMCP("a")\n@sub.tool()\ndef a(): ...\n',
        'sub = FastMCP("b")\n@sub.tool()\ndef b(): ...\n',
      ),
    ).toEqual(['a', 'b']);
  });

  it('reads classes that are one tool each', async () => {
    const found = (
      await read(`
class BaseTool(ABC):
    @abstractmethod
    def get_name(self) -> str:
        """Says its name."""

class ChatTool(BaseTool):
    def get_name(self):
        return "chat"
    def get_description(self):
        return "Talks"
    async def execute(self, arguments):
        return 1

class ThinkTool(BaseTool):
    name: str = "think"
    description: str = "Thinks"
    def get_name(self):
        return self.name
`)
    ).entries;
    expect(found).toMatchObject([
      { name: 'chat', description: 'Talks', line: 10, handler: { startLine: 13, endLine: 14 } },
      { name: 'think', description: 'Thinks', line: 17, handler: null },
    ]);
  });

  it('reads functions handed to a named decorator, helpers that register, and names for types', async () => {
    const found = await read(
      `
Where = Annotated[str, Field(description="where", max_length=9)]
def look(path: Where, depth: int = 1): ...
def add(fn, name): mcp.add_tool(fn, name=name)
mcp.tool(name="look-up", description="Looks")(look)
add(look, "again")
class Handlers:
    def __init__(self, mcp):
        self.mcp = mcp
        self.mcp.tool(name="method")(self.run)
    async def run(self, ctx: Context, q: str): ...
`,
    );
    expect(found.entries.map((e) => [e.name, e.params?.map((p) => p.name)])).toEqual([
      ['look-up', ['path', 'depth']],
      ['again', ['path', 'depth']],
      ['method', ['q']],
    ]);
    expect(found.entries[0]!.params![0]).toEqual({
      name: 'path',
      type: 'str',
      constraints: ['max_length 9'],
      description: 'where',
    });
  });

  it('reads tools of a server that another file makes, whatever it is called', async () => {
    const { entries } = (
      await readSurface([
        { path: 'src/base.py', text: 'from mcp.server.fastmcp import FastMCP\nhub = FastMCP("x")\n' },
        { path: 'src/beds.py', text: 'from .base import hub\n@hub.tool()\ndef water(bed: str): ...\n' },
      ])
    ).found;
    expect(entries.map((e) => e.name)).toEqual(['water']);
  });
});
