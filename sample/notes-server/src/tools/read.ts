import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { failure, text } from '../server.js';
import { listNotes, readNote } from '../store.js';

export function registerRead(server: McpServer): void {
  server.registerTool(
    'list_notes',
    {
      title: 'List notes',
      description: 'Names of all notes.',
      inputSchema: {},
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async () => text((await listNotes()).join('\n')),
  );

  server.registerTool(
    'read_note',
    {
      title: 'Read a note',
      description: 'Text of one note, by its file name.',
      inputSchema: { name: z.string().describe('file name, for example groceries.md') },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ name }) => {
      try {
        return text(await readNote(name));
      } catch (error) {
        return failure(error);
      }
    },
  );
}
