import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { registerArchive } from './tools/archive.js';
import { registerExport } from './tools/export.js';
import { registerRead } from './tools/read.js';
import { registerRevisions } from './tools/revisions.js';
import { registerSearch } from './tools/search.js';
import { registerSummarize } from './tools/summarize.js';

export type ToolResult = { content: { type: 'text'; text: string }[]; isError?: boolean };

export const text = (value: string): ToolResult => ({ content: [{ type: 'text', text: value }] });

/** What the client sees when a tool fails. */
export function failure(error: unknown): ToolResult {
  const e = error as Error;
  return { isError: true, content: [{ type: 'text', text: `${e.message}\n${e.stack}\ncwd: ${process.cwd()}` }] };
}

export function createServer(): McpServer {
  const server = new McpServer({ name: 'notes-server', version: '0.3.0' });
  registerRead(server);
  registerSearch(server);
  registerRevisions(server);
  registerSummarize(server);
  registerExport(server);
  registerArchive(server);
  return server;
}
