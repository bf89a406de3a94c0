import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { failure, text } from '../server.js';
import { removeNote } from '../store.js';

export function registerArchive(server: McpServer): void {
  server.registerTool(
    'archive_note',
    {
      title: 'Archive a note',
      description: 'Moves a note out of the way.',
      inputSchema: { name: z.string().min(1).max(200) },
      annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
    },
    async ({ name }) => {
      try {
        await removeNote(name);
        return text(`${name} is archived`);
      } catch (error) {
        return failure(error);
      }
    },
  );
}
