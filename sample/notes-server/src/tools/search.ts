import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { text } from '../server.js';
import { listNotes, readNote } from '../store.js';

const MAX_HITS = 100;

export function registerSearch(server: McpServer): void {
  server.registerTool(
    'search_notes',
    {
      title: 'Search notes',
      description: 'Lines of all notes that contain a text, ignoring case. At most 100.',
      // The text is compared as it is: a pattern of the caller's choice could take forever.
      inputSchema: { query: z.string().min(2).max(200), limit: z.number().int().min(1).max(MAX_HITS).default(20) },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ query, limit }) => {
      const wanted = query.toLowerCase();
      const hits: string[] = [];
      for (const name of await listNotes()) {
        for (const line of (await readNote(name)).split('\n')) {
          if (hits.length < limit && line.toLowerCase().includes(wanted)) hits.push(`${name}: ${line.slice(0, 300)}`);
        }
      }
      return text(hits.join('\n') || 'no line contains this');
    },
  );
}
