import { describe, expect, it } from 'vitest';
import { snakeCase } from '../../../src/analysis/surface/csharp.ts';
import { readSurface } from '../../support/surface.ts';

const read = async (files: Record<string, string>) =>
  (await readSurface(Object.entries(files).map(([path, text]) => ({ path, text })))).found;

describe('servers in C#', () => {
  it('are read by the attributes of the official SDK, without what the framework brings', async () => {
    const { entries } = await read({
      'Tools.cs': `using ModelContextProtocol.Server;
public record Options(string Format);
public class Loader { public string Load(string a) { return a; } }
[McpServerToolType]
public class FileTools {
  [McpServerTool(Name = "read", Title = "Read", ReadOnly = true, OpenWorld = false)]
  [Description("Reads " + "a file.")]
  public static async Task<string> ReadFile(
    McpServer server, HttpClient http, Loader loader, ILogger<FileTools> log,
    [Description("where")] string path, [Range(1, 9)] int depth = 2, IEnumerable<string> tags = null, Options options,
    CancellationToken ct = default) => "";
  [McpServerTool]
  public string ListAllFilesAsync() => "";
  [McpServerPrompt, Description("asks")]
  public static string Ask(string what) => what;
  [McpServerResource(UriTemplate = "notes://{id}")]
  public static string Note(string id) => id;
}
`,
    });
    expect(entries.map((e) => `${e.kind} ${e.name}`)).toEqual([
      'tool read',
      'tool list_all_files',
      'prompt ask',
      'resource notes://{id}',
    ]);
    expect(entries[0]).toMatchObject({
      description: 'Reads a file.',
      annotations: { title: 'Read', readOnlyHint: true, openWorldHint: false },
      params: [
        { name: 'path', type: 'string', constraints: [], description: 'where' },
        { name: 'depth', type: 'integer', constraints: ['range 1 9', 'optional'] },
        { name: 'tags', type: 'array of string', constraints: ['optional'] },
        { name: 'options', type: 'object(Format)' },
      ],
    });
  });

  it('are read where tools are made by calls, by classes and by triggers', async () => {
    const { entries, transports } = await read({
      'Program.cs': `using ModelContextProtocol.Server;
var tool = McpServerTool.Create((string a) => a, new() { Name = "made", Description = "does" });
builder.Services.AddMcpServer().WithStdioServerTransport().WithTools<GitTool>();
var listed = new Tool { Name = "listed", Description = "by hand", InputSchema = schema };
`,
      'GitTool.cs': `public class GitTool : ITool {
  public string Name => "git";
  public string Description => "Runs git.";
  public async Task<string> ExecuteAsync(Dictionary<string, object> args) { return ""; }
}
public class Functions {
  [Function("save")]
  public string Save([McpToolTrigger("save_it", "Saves.")] ToolInvocationContext c, [McpToolProperty("key", "which")] string k) => k;
}
`,
    });
    expect(entries.map((e) => `${e.name}: ${e.description}`).sort()).toEqual([
      'git: Runs git.',
      'listed: by hand',
      'made: does',
      'save_it: Saves.',
    ]);
    expect(entries.find((e) => e.name === 'save_it')?.params).toMatchObject([
      { name: 'key', description: 'which' },
    ]);
    expect(entries.find((e) => e.name === 'git')?.handler).toMatchObject({
      path: 'GitTool.cs',
      startLine: 4,
    });
    expect(transports.map((t) => t.kind)).toEqual(['stdio']);
  });

  it.each([
    ['GetAlertsAsync', 'get_alerts'],
    ['GetAPIKey', 'get_api_key'],
    ['Echo', 'echo'],
    ['list_all', 'list_all'],
    ['Async', 'async'],
  ])('call the tool of the method %s %s', (method, name) => expect(snakeCase(method)).toBe(name));
});
