import { stringify } from 'yaml';
import { wrapped } from './wraps.ts';

/** Small servers around one text each, in the place where the table wants it: what a collector gets to see. */

export type TextRow = { where: string; text: string; kind?: string; wrap?: string };
export type Files = Record<string, string>;

const LANGUAGES = ['py', 'ts', 'go', 'java', 'rs', 'cs', 'php'] as const;
export type Language = (typeof LANGUAGES)[number];

/** As a literal of the language: characters that no source would hold as they are stay as they are, on purpose. */
const literal = (text: string): string => JSON.stringify(text);

type Parts = {
  tool: string;
  param: string;
  title: string;
  fallback: string;
  choice: string;
  result: string;
  instructions: string;
  name: string;
};

const plain: Parts = {
  tool: 'Adds two numbers.',
  param: 'First number.',
  title: 'Adder',
  fallback: '1',
  choice: 'int',
  result: 'ok',
  instructions: 'Helps with sums.',
  name: 'a',
};

const SERVERS: Record<Language, (p: Parts) => Files> = {
  py: (p) => ({
    'server.py': `from typing import Annotated, Literal
from mcp.server.fastmcp import FastMCP
from pydantic import Field

mcp = FastMCP("sums", instructions=${literal(p.instructions)})

@mcp.tool(title=${literal(p.title)}, description=${literal(p.tool)})
def add(${p.name}: Annotated[str, Field(description=${literal(p.param)})] = ${literal(p.fallback)}, kind: Literal[${literal(p.choice)}, "float"] = "float") -> str:
    return ${literal(p.result)}
`,
  }),
  ts: (p) => ({
    'package.json': '{"name":"sums","version":"1.0.0"}',
    'src/index.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
const server = new McpServer({ name: 'sums', version: '1.0.0' }, { instructions: ${literal(p.instructions)} });
server.registerTool('add', {
  title: ${literal(p.title)},
  description: ${literal(p.tool)},
  inputSchema: { ${p.name}: z.string().default(${literal(p.fallback)}).describe(${literal(p.param)}), kind: z.enum([${literal(p.choice)}, 'float']) },
}, async ({ a }) => ({ content: [{ type: 'text', text: ${literal(p.result)} }] }));
`,
  }),
  go: (p) => ({
    'main.go': `package main

import (
	"context"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	s := server.NewMCPServer("sums", "1.0.0", server.WithInstructions(${literal(p.instructions)}))
	s.AddTool(mcp.NewTool("add", mcp.WithDescription(${literal(p.tool)}), mcp.WithTitleAnnotation(${literal(p.title)}),
		mcp.WithString("${p.name}", mcp.Description(${literal(p.param)}), mcp.DefaultString(${literal(p.fallback)}), mcp.Enum(${literal(p.choice)}, "float"))), add)
	_ = server.ServeStdio(s)
}

func add(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultText(${literal(p.result)}), nil
}
`,
  }),
  java: (p) => ({
    'src/main/java/org/example/Sums.java': `package org.example;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import io.modelcontextprotocol.server.McpServer;

public class Sums {
    static final String INSTRUCTIONS = ${literal(p.instructions)};
    static final String TITLE = ${literal(p.title)};
    static final String[] KINDS = { ${literal(p.choice)}, "float" };

    @Tool(name = "add", description = ${literal(p.tool)})
    public String add(@ToolParam(description = ${literal(p.param)}) String ${p.name}) {
        return ${p.name} == null ? ${literal(p.fallback)} : ${literal(p.result)};
    }
}
`,
  }),
  rs: (p) => ({
    'src/main.rs': `use rmcp::{tool, tool_router, ServerHandler, model::*};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct AddArgs {
    #[schemars(title = ${literal(p.title)}, description = ${literal(p.param)})]
    ${p.name}: String,
}

#[tool_router]
impl Sums {
    #[tool(name = "add", description = ${literal(p.tool)})]
    async fn add(&self, args: Parameters<AddArgs>) -> String {
        let kinds = [${literal(p.choice)}, "float"];
        if args.0.${p.name}.is_empty() { ${literal(p.fallback)}.into() } else { ${literal(p.result)}.into() }
    }
}

impl ServerHandler for Sums {
    fn get_info(&self) -> ServerInfo { ServerInfo { instructions: Some(${literal(p.instructions)}.into()), ..Default::default() } }
}
`,
  }),
  cs: (p) => ({
    'Sums.cs': `using System.ComponentModel;
using ModelContextProtocol.Server;

[McpServerToolType]
public static class Sums
{
    const string Instructions = ${literal(p.instructions)};

    [McpServerTool(Name = "add", Title = ${literal(p.title)}), Description(${literal(p.tool)})]
    public static string Add([Description(${literal(p.param)})] string ${p.name} = ${literal(p.fallback)})
    {
        var kinds = new[] { ${literal(p.choice)}, "float" };
        return ${literal(p.result)};
    }
}
`,
  }),
  php: (p) => ({
    'src/Sums.php': `<?php
namespace App;
use PhpMcp\\Server\\Attributes\\McpTool;
use PhpMcp\\Server\\Attributes\\Schema;

final class Sums
{
    public const INSTRUCTIONS = ${literal(p.instructions)};
    public const TITLE = ${literal(p.title)};

    #[McpTool(name: 'add', description: ${literal(p.tool)})]
    public function add(#[Schema(description: ${literal(p.param)}, enum: [${literal(p.choice)}, 'float'])] string $${p.name} = ${literal(p.fallback)}): string
    {
        return ${literal(p.result)};
    }
}
`,
  }),
};

/** The statement that answers, and one that fails with a text instead. */
const FAILING: Record<Language, readonly [string, (said: string) => string]> = {
  py: ['return "ok"', (s) => `raise ValueError(${s})`],
  ts: [`({ content: [{ type: 'text', text: "ok" }] })`, (s) => `{ throw new Error(${s}); }`],
  go: ['mcp.NewToolResultText("ok")', (s) => `mcp.NewToolResultError(${s})`],
  java: ['return a == null ? "1" : "ok"', (s) => `throw new IllegalArgumentException(${s})`],
  rs: ['{ "ok".into() }', (s) => `{ return Err(McpError::invalid_params(${s}, None)) }`],
  cs: ['return "ok"', (s) => `throw new McpException(${s})`],
  php: ['return "ok"', (s) => `throw new \\RuntimeException(${s})`],
};

const half = (text: string): [string, string] => {
  const at = text.indexOf(' ', Math.floor(text.length / 2));
  return [text.slice(0, at), text.slice(at)];
};

const script = (body: string): Files => ({
  'package.json': '{"name":"sums","version":"1.0.0"}',
  'src/index.ts': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\nconst server = new McpServer({ name: 'sums', version: '1.0.0' });\n${body}`,
});

const OTHER_PLACES: Record<string, (text: string, language: Language) => Files> = {
  prompt: (t, l) =>
    l === 'py'
      ? {
          'server.py': `from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("sums")\n\n@mcp.prompt()\ndef help_me(topic: str) -> str:\n    """Helps."""\n    return ${literal(t)}\n`,
        }
      : script(
          `server.registerPrompt('help', { description: 'Helps.' }, () => ({ messages: [{ role: 'user', content: { type: 'text', text: ${literal(t)} } }] }));\n`,
        ),
  resource: (t) =>
    script(
      `server.registerResource('guide', 'docs://guide', { description: 'Guide' }, async (uri) => ({ contents: [{ uri: uri.href, text: ${literal(t)} }] }));\n`,
    ),
  error: (t, l) => {
    const [answer, fails] = FAILING[l];
    return Object.fromEntries(
      Object.entries(SERVERS[l](plain)).map(([path, code]) => [
        path,
        code.replace(answer, () => fails(literal(t))),
      ]),
    );
  },
  'docstring-lines': (t) => ({
    'server.py': `from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("words")\n\n@mcp.tool()\ndef count(text: str) -> int:\n    """${t.replaceAll('\n', '\n    ')}"""\n    return len(text.split())\n`,
  }),
  annotation: (t) =>
    script(
      `server.registerTool('add', { description: 'Adds.', annotations: { title: ${literal(t)}, readOnlyHint: true } }, async () => ({ content: [] }));\n`,
    ),
  'output-schema': (t) =>
    script(
      `server.registerTool('add', { description: 'Adds.', outputSchema: { next: z.string().describe(${literal(t)}) } }, async () => ({ content: [] }));\n`,
    ),
  branch: (t) =>
    script(
      `const careful = process.env.MODE === 'safe';\nserver.registerTool('add', { description: careful ? 'Adds two numbers.' : ${literal(t)} }, async () => ({ content: [] }));\n`,
    ),
  joined: (t) => {
    const [a, b] = half(t);
    return script(
      `server.registerTool('add', { description: ${literal(a)} +\n  ${literal(b)} }, async () => ({ content: [] }));\n`,
    );
  },
  table: (t) => ({
    ...script(
      "import { rows } from './rows.js';\nfor (const row of rows) server.registerTool(row.id, { description: row.does }, async () => ({ content: [] }));\n",
    ),
    'src/rows.ts': `export const rows = [{ id: 'add', does: ${literal(t)} }, { id: 'sub', does: 'Subtracts.' }];\n`,
  }),
  json: (t) => ({
    ...script(
      "import { readFileSync } from 'node:fs';\nfor (const row of JSON.parse(readFileSync('tools.json', 'utf8'))) server.registerTool(row.name, { description: row.description }, async () => ({ content: [] }));\n",
    ),
    'tools.json': JSON.stringify([{ name: 'add', description: t }], null, 2),
  }),
  yaml: (t) => ({
    ...script(
      "import { readFileSync } from 'node:fs';\nimport { parse } from 'yaml';\nfor (const row of parse(readFileSync('tools.yaml', 'utf8'))) server.registerTool(row.name, { description: row.description }, async () => ({ content: [] }));\n",
    ),
    'tools.yaml': stringify([{ name: 'add', description: t }]),
  }),
};

const PLACES: Record<string, keyof Parts> = {
  description: 'tool',
  param: 'param',
  title: 'title',
  default: 'fallback',
  enum: 'choice',
  result: 'result',
  instructions: 'instructions',
  'param-name': 'name',
};

/** `turn` chooses the language. */
export const serverAround = (row: TextRow, turn: number): { files: Files; language: Language } => {
  const text = row.wrap ? wrapped(row.wrap, row.text) : row.text;
  const language = LANGUAGES[turn % LANGUAGES.length]!;
  const other = OTHER_PLACES[row.where];
  if (other) return { files: other(text, language), language };
  const part = PLACES[row.where];
  if (!part) throw new Error(`no such place: ${row.where}`);
  return { files: SERVERS[language]({ ...plain, [part]: text }), language };
};
