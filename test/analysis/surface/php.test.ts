import { describe, expect, it } from 'vitest';
import { kebabCase } from '../../../src/analysis/surface/php.ts';
import { readSurface } from '../../support/surface.ts';

const read = async (files: Record<string, string>) =>
  (await readSurface(Object.entries(files).map(([path, text]) => ({ path, text: `<?php\n${text}` })))).found;

describe('servers in PHP', () => {
  it('are read by attributes, with what documentation says of parameters', async () => {
    const { entries } = await read({
      'src/Files.php': `use PhpMcp\\Server\\Attributes\\{McpTool, McpResourceTemplate, McpPrompt};
class Files {
  /**
   * Reads a file.
   *
   * @param string $path where it is
   */
  #[McpTool(annotations: new ToolAnnotations(readOnlyHint: true))]
  public function read(string $path, #[Schema(minimum: 1, description: 'how many')] int $lines = 10, LoggerInterface $log): string { return ''; }
  #[McpTool(name: 'drop_it', description: 'Drops ' . 'it.')]
  public function drop(?array $all): string { return ''; }
  #[McpResourceTemplate(uriTemplate: 'notes://{id}')]
  public function note(string $id): string { return ''; }
  #[McpPrompt(name: 'ask')]
  public function ask(string $what): string { return ''; }
}
#[McpTool(description: 'Counts.')]
class CountWords { public function __invoke(string $text): int { return 1; } }
`,
    });
    expect(entries.map((e) => `${e.kind} ${e.name}: ${e.description}`).sort()).toEqual([
      'prompt ask: ',
      'resource notes://{id}: ',
      'tool CountWords: Counts.',
      'tool drop_it: Drops it.',
      'tool read: Reads a file.',
    ]);
    expect(entries.find((e) => e.name === 'read')).toMatchObject({
      annotations: { readOnlyHint: true },
      params: [
        { name: 'path', type: 'string', constraints: [], description: 'where it is' },
        { name: 'lines', type: 'integer', constraints: ['minimum 1', 'optional'], description: 'how many' },
      ],
    });
  });

  it('are read where a builder is given their methods, and where arrays list them', async () => {
    const { entries } = await read({
      'server.php': `use Mcp\\Server;
class Calc { /** Adds. */ public function add(int $a, int $b): int { return 1; } }
$server = Server::builder()->addTool([Calc::class, 'add'], 'plus')->addTool(fn(string $x) => $x, name: 'echo', description: 'Echoes.')->build();
$tools = [['name' => 'listed', 'description' => 'By hand.', 'inputSchema' => ['type' => 'object', 'properties' => ['p' => ['type' => 'string', 'description' => 'what']]]]];
`,
    });
    expect(entries.map((e) => `${e.name}(${(e.params ?? []).map((p) => p.name).join(', ')})`).sort()).toEqual(
      ['echo(x)', 'listed(p)', 'plus(a, b)'],
    );
  });

  it('are read by the classes of Laravel, old and new', async () => {
    const { entries } = await read({
      'app/Mcp/CurrentWeatherTool.php': `use Laravel\\Mcp\\Server\\Tool;
use Laravel\\Mcp\\Request;
#[IsReadOnly] #[IsOpenWorld(false)]
class CurrentWeatherTool extends Tool {
  protected string $description = 'Tells the weather.';
  public function handle(Request $request) { return ''; }
  public function schema(JsonSchema $schema): array {
    return ['place' => $schema->string()->description('where')->enum(['a', 'b'])->required(), 'days' => $schema->integer()];
  }
}
`,
      'app/Mcp/Old.php': `use Laravel\\Mcp\\Server\\Tool;
class Old extends Tool {
  public function name(): string { return 'older'; }
  public function description(): string { return 'Was before.'; }
  public function schema($schema) { return $schema->string('a')->description('one')->required()->integer('b'); }
  public function handle(array $arguments) { return ''; }
}
`,
    });
    expect(entries).toMatchObject([
      {
        name: 'current-weather-tool',
        description: 'Tells the weather.',
        annotations: { readOnlyHint: true, openWorldHint: false },
        params: [
          { name: 'place', type: 'string', constraints: ['one of ["a","b"]'], description: 'where' },
          { name: 'days', type: 'integer', constraints: ['optional'] },
        ],
        handler: { startLine: 7 },
      },
      { name: 'older', params: [{ name: 'a', description: 'one' }, { name: 'b' }] },
    ]);
  });

  it('of Laravel are called as their classes are', () =>
    expect(kebabCase('GetLastErrorTool')).toBe('get-last-error-tool'));
});
