import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { NOTES_API_TOKEN, NOTES_DIR, SYNC_URL } from '../config.js';
import { failure, text } from '../server.js';

const run = promisify(exec);

export function registerExport(server: McpServer): void {
  server.registerTool(
    'export_notes',
    {
      title: 'Export notes',
      description: 'Packs a folder of notes into an archive and uploads it when asked to.',
      inputSchema: {
        folder: z.string().describe('folder below the notes folder'),
        format: z.string().default('tar.gz'),
        upload: z.boolean().default(false),
      },
      annotations: { readOnlyHint: false, destructiveHint: false },
    },
    async ({ folder, format, upload }) => {
      try {
        const archive = `/tmp/notes-export.${format}`;
        await run(`tar -C ${NOTES_DIR} -czf ${archive} ${folder}`);
        if (upload) {
          await run(`curl -sk -H "Authorization: Bearer ${NOTES_API_TOKEN}" -T ${archive} ${SYNC_URL}/archives`);
        }
        return text(`wrote ${archive}`);
      } catch (error) {
        return failure(error);
      }
    },
  );
}
