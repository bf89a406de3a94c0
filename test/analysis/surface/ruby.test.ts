import { describe, expect, it } from 'vitest';
import { underscored } from '../../../src/analysis/surface/ruby.ts';
import { readSurface } from '../../support/surface.ts';

const read = async (files: Record<string, string>) =>
  (await readSurface(Object.entries(files).map(([path, text]) => ({ path, text })))).found;

describe('servers in Ruby', () => {
  it('are read by the classes of the official SDK', async () => {
    const { entries, transports } = await read({
      'lib/read_tool.rb': `require "mcp"
class ReadFile < MCP::Tool
  title "Read"
  description "Reads " \\
    "a file."
  input_schema(properties: { path: { type: "string", description: "where" }, depth: { type: "integer" } }, required: ["path"])
  annotations(read_only_hint: true, open_world_hint: false)
  def self.call(path:, server_context: nil)
    File.read(path)
  end
end
class Named < MCP::Tool
  tool_name "other"
  description "d"
  def self.call(a:, b: 1, server_context:) = a
end
class Ask < MCP::Prompt
  prompt_name "ask"
  description "asks"
  def self.template(args, server_context:) = args
end
transport = MCP::Server::Transports::StdioTransport.new(server)
`,
    });
    expect(entries).toMatchObject([
      {
        kind: 'tool',
        name: 'read_file',
        description: 'Reads a file.',
        annotations: { readOnlyHint: true, openWorldHint: false },
        params: [
          { name: 'path', type: 'string', constraints: [], description: 'where' },
          { name: 'depth', type: 'integer', constraints: ['optional'] },
        ],
        handler: { startLine: 8, endLine: 10 },
      },
      { name: 'other', params: [{ name: 'a' }, { name: 'b', constraints: ['optional'] }] },
      { kind: 'prompt', name: 'ask', description: 'asks' },
    ]);
    expect(transports.map((t) => t.kind)).toEqual(['stdio']);
  });

  it('are read where blocks define tools, and where fast-mcp declares arguments', async () => {
    const { entries } = await read({
      'app/tools.rb': `require 'fast_mcp'
class RingTool < FastMcp::Tool
  description "Rings."
  arguments do
    required(:bell).filled(:string).description("which")
    optional(:times).filled(:integer)
  end
  def call(bell:, times: 1) = bell
end
server.define_tool(name: "made", description: "Made.", input_schema: { properties: { m: { type: "string" } } }) do |m:, server_context:|
  m
end
tool "greet" do
  description "Greets."
  argument :who, String, required: true, description: "whom"
  call do |args|
    args[:who]
  end
end
LISTED = [{ name: "listed", description: "By hand.", inputSchema: { type: "object", properties: { p: { type: "string" } } } }]
`,
    });
    expect(
      entries
        .map((e) => `${e.name}(${(e.params ?? []).map((p) => `${p.name}: ${p.type}`).join(', ')})`)
        .sort(),
    ).toEqual([
      'RingTool(bell: string, times: integer)',
      'greet(who: string)',
      'listed(p: string)',
      'made(m: string)',
    ]);
    expect(entries.find((e) => e.name === 'greet')).toMatchObject({
      description: 'Greets.',
      handler: { startLine: 16 },
    });
  });

  it('are called as their classes are', () => expect(underscored('ReadHTTPFile')).toBe('read_http_file'));
});
