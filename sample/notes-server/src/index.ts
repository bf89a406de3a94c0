#!/usr/bin/env node
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { serveHttp } from './http.js';
import { createServer } from './server.js';

if (process.argv.includes('--http')) {
  serveHttp();
} else {
  const server = createServer();
  await server.connect(new StdioServerTransport());
  console.error('notes-server is ready on stdio');
}
