import type { FixtureFile } from './git-fixtures.ts';

/** A small server of one tool that hands its input to a shell, and the state of it after changes a pipeline has to tell apart. */

export const tool = (name: string, body: string, before = ''): string => `${before}server.tool(
  '${name}',
  { host: z.string() },
  async ({ host }) => {
    ${body}
  },
);
`;

const HEAD = `import { exec, execFile } from 'node:child_process';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

export const server = new McpServer({ name: 'weak', version: '1.0.0' });

`;
export const PING = 'exec(`ping -c 1 ${host}`);';
export const SAFE = "execFile('uptime', []);";

export const source = (...tools: string[]): string => `${HEAD}${tools.join('\n')}`;

export const FILES: Record<string, FixtureFile> = {
  'package.json': JSON.stringify({
    name: 'weak',
    version: '1.0.0',
    license: 'MIT',
    type: 'module',
    dependencies: { '@modelcontextprotocol/sdk': '1.20.0', zod: '3.25.0' },
  }),
  'README.md': '# Weak\n\nA server for tests.\n',
  'src/index.ts': source(tool('ping', PING)),
};
