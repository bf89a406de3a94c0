import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { NOTES_DIR } from '../config.js';
import { text } from '../server.js';

const run = promisify(execFile);

export function registerRevisions(server: McpServer): void {
  server.registerTool(
    'note_revisions',
    {
      title: 'Revisions of a note',
      description: 'Who changed a note and when, newest first.',
      inputSchema: { name: z.string().regex(/^[\w][\w .-]{0,80}\.md$/) },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ name }) => {
      // An argument list, no shell, and `--` before what the caller named.
      const { stdout } = await run('git', ['log', '-n', '50', '--format=%h %an %as %s', '--', name], {
        cwd: NOTES_DIR,
        timeout: 5000,
        maxBuffer: 1_000_000,
      });
      return text(stdout || 'no revisions');
    },
  );
}
