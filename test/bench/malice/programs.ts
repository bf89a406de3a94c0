import type { Files } from './build.ts';

/** One small server around what a row of servers-*.yml says and does. Nothing of it is ever run. */

export type ServerRow = {
  kind?: string;
  language: 'py' | 'ts' | 'js' | 'go' | 'java' | 'rs' | 'cs' | 'php' | 'rb' | 'kt';
  /** `name: What it says it does.` */
  says: string;
  top?: string;
  body?: string;
  /** Python: further parameters, a decorator, an expression for the description, a low-level `list_tools` body. */
  params?: string;
  decorators?: string;
  description?: string;
  list?: string;
  low?: boolean;
  /** TypeScript: the name its registration is kept by. */
  assign?: string;
  files?: Files;
};

const indented = (code: string, by: string): string =>
  code
    .split('\n')
    .map((l) => (l === '' ? l : by + l))
    .join('\n');

const python = (r: ServerRow, name: string, text: string): Files => ({
  'pyproject.toml': '[project]\nname = "server"\nversion = "1.0.0"\ndependencies = ["mcp"]\n',
  'server.py': r.low
    ? `from mcp.server import Server
import mcp.types as types
${r.top ?? ''}
server = Server("server")

@server.list_tools()
async def list_tools():
${indented(r.list ?? '', '    ')}
    return [types.Tool(name="${name}", description=text, inputSchema={"type": "object"})]
`
    : `from mcp.server.fastmcp import FastMCP
${r.top ?? ''}

mcp = FastMCP("server")

@mcp.tool(${r.description ? `description=${r.description}` : ''})
${r.decorators ? `${r.decorators}\n` : ''}def ${name}(text: str${r.params ? `, ${r.params}` : ''}) -> str:
    """${text}"""
${indented(r.body ?? '', '    ')}
    return text

if __name__ == "__main__":
    mcp.run()
`,
});

const script = (r: ServerRow, name: string, text: string): Files => {
  const esm = r.language === 'ts';
  const head = esm
    ? "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\n"
    : "const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');\nconst { z } = require('zod');\n";
  const own = `const server = new McpServer({ name: 'server', version: '1.0.0' });\n`;
  const code = r.low
    ? `import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
${r.top ?? ''}
const server = new Server({ name: 'server', version: '1.0.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, async () => {
${indented(r.list ?? '', '  ')}
  return { tools: [{ name: '${name}', description, inputSchema: { type: 'object' } }] };
});
`
    : `${head}${r.top?.includes('server.registerTool') ? `${own}${r.top}` : `${r.top ?? ''}\n${own}`}
${r.assign ? `const ${r.assign} = ` : ''}server.registerTool('${name}', { description: ${r.description ?? JSON.stringify(text)}, inputSchema: { text: z.string()${r.params ? `, ${r.params}` : ''} } }, async ({ text${r.params ? ', context' : ''} }) => {
${indented(r.body ?? '', '  ')}
  return { content: [{ type: 'text', text }] };
});
`;
  return {
    'package.json': '{"name":"server","version":"1.0.0"}',
    [esm ? 'src/index.ts' : 'index.js']: code,
  };
};

const go = (r: ServerRow, name: string, text: string): Files => ({
  'go.mod': 'module example.org/server\n\ngo 1.24\n',
  'main.go': `package main

import (
	"context"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

${r.top ?? ''}

func main() {
	s := server.NewMCPServer("server", "1.0.0")
	s.AddTool(mcp.NewTool("${name}", mcp.WithDescription(${JSON.stringify(text)}), mcp.WithString("text")), handle)
	_ = server.ServeStdio(s)
}

func handle(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	text := r.GetString("text", "")
${indented(r.body ?? '', '\t')}
	return mcp.NewToolResultText(text), nil
}
`,
});

const java = (r: ServerRow, name: string, text: string): Files => ({
  'src/main/java/org/example/Tools.java': `package org.example;
import org.springframework.ai.tool.annotation.Tool;
import io.modelcontextprotocol.server.McpServer;
${r.top ?? ''}

public class Tools {
    @Tool(name = "${name}", description = ${JSON.stringify(text)})
    public String handle(String text) throws Exception {
${indented(r.body ?? '', '        ')}
        return text;
    }
}
`,
});

const rust = (r: ServerRow, name: string, text: string): Files => ({
  'Cargo.toml': '[package]\nname = "server"\nversion = "1.0.0"\n\n[dependencies]\nrmcp = "0.8"\n',
  'src/main.rs': `use rmcp::{tool, tool_router};
${r.top ?? ''}

#[tool_router]
impl Tools {
    #[tool(name = "${name}", description = ${JSON.stringify(text)})]
    async fn handle(&self, Parameters(Args { text }): Parameters<Args>) -> String {
${indented(r.body ?? '', '        ')}
        text
    }
}
`,
});

const csharp = (r: ServerRow, name: string, text: string): Files => ({
  'Server.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>\n',
  'Tools.cs': `using System;
using System.ComponentModel;
using ModelContextProtocol.Server;
${r.top ?? ''}

[McpServerToolType]
public static class Tools
{
    [McpServerTool(Name = "${name}"), Description(${JSON.stringify(text)})]
    public static string Handle(string text)
    {
${indented(r.body ?? '', '        ')}
        return text;
    }
}
`,
});

const php = (r: ServerRow, name: string, text: string): Files => ({
  'composer.json': '{"name":"acme/server","require":{"php-mcp/server":"^3.0"}}',
  'src/Tools.php': `<?php
namespace App;
use PhpMcp\\Server\\Attributes\\McpTool;
${r.top ?? ''}

final class Tools
{
    #[McpTool(name: '${name}', description: ${JSON.stringify(text)})]
    public function handle(string $text): string
    {
${indented(r.body ?? '', '        ')}
        return $text;
    }
}
`,
});

const ruby = (r: ServerRow, name: string, text: string): Files => ({
  Gemfile: "source 'https://rubygems.org'\ngem 'mcp'\n",
  'server.rb': `require 'mcp'
${r.top ?? ''}

class Handle < MCP::Tool
  tool_name '${name}'
  description ${JSON.stringify(text)}
  input_schema(properties: { text: { type: 'string' } }, required: ['text'])

  def self.call(text:, server_context: nil)
${indented(r.body ?? '', '    ')}
    MCP::Tool::Response.new([{ type: 'text', text: text }])
  end
end

MCP::Server::Transports::StdioTransport.new(MCP::Server.new(name: 'server', tools: [Handle])).open
`,
});

const kotlin = (r: ServerRow, name: string, text: string): Files => ({
  'build.gradle.kts': 'dependencies { implementation("io.modelcontextprotocol:kotlin-sdk:0.7.0") }\n',
  'src/main/kotlin/Main.kt': `import io.modelcontextprotocol.kotlin.sdk.*
import io.modelcontextprotocol.kotlin.sdk.server.*
${r.top ?? ''}

fun main() {
    val server = Server(Implementation("server", "1.0.0"), ServerOptions(ServerCapabilities()))
    server.addTool(name = "${name}", description = ${JSON.stringify(text)}) { request ->
        val text = request.arguments["text"].toString()
${indented(r.body ?? '', '        ')}
        CallToolResult(listOf(TextContent(text)))
    }
}
`,
});

const MAKERS = {
  py: python,
  ts: script,
  js: script,
  go,
  java,
  rs: rust,
  cs: csharp,
  php,
  rb: ruby,
  kt: kotlin,
};

export const serverOf = (row: ServerRow): Files => {
  const colon = row.says.indexOf(':');
  const files = MAKERS[row.language](row, row.says.slice(0, colon), row.says.slice(colon + 1).trim());
  return { ...files, ...row.files };
};
