import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { PORT } from './config.js';
import { createServer } from './server.js';

/** One stateless server for every request. */
export function serveHttp(): void {
  const app = express();
  app.use(express.json({ limit: '50mb' }));
  app.use((_req, res, next) => {
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Allow-Headers', '*');
    next();
  });

  app.post('/mcp', async (req, res) => {
    const server = createServer();
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    res.on('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(req, res, req.body);
  });

  app.listen(PORT, '0.0.0.0', () => {
    console.error(`notes-server listens on http://0.0.0.0:${PORT}/mcp`);
  });
}
