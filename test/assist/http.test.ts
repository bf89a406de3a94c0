import http from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, it, onTestFinished } from 'vitest';
import { openDesk } from '../../src/commands/assist.ts';
import { serveHttp } from '../../src/commands/assist-http.ts';
import { makeAssist } from './desk.ts';

const BOTH = 'application/json, text/event-stream';

const start = async () => {
  const a = await makeAssist();
  const open = openDesk(a.host, a.id, 'auditor', 'http');
  const served = await serveHttp(a.host, open, 0);
  onTestFinished(async () => {
    await served.close();
    await open.end();
  });
  return { a, served, auth: { authorization: `Bearer ${served.token}`, accept: BOTH } };
};

/** A request as a program makes it that minds no rules: node's own fetch would correct the host. */
const ask = (url: string, headers: Record<string, string>, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers, agent: false }, (r) => {
      r.resume();
      r.on('end', () => resolve(r.statusCode ?? 0));
    });
    // What is too large is answered before all of it was sent.
    request.on('error', (error: NodeJS.ErrnoException) =>
      ['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? resolve(0) : reject(error),
    );
    request.end(body);
  });

it.each(['auto', 'legacy'] as const)(
  'serves the official client over HTTP on this machine (%s)',
  async (mode) => {
    const { a, served } = await start();
    const client = new Client(
      { name: 'Over HTTP', version: '2' },
      mode === 'auto' ? { versionNegotiation: { mode } } : {},
    );
    const headers = { authorization: `Bearer ${served.token}` };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(served.url), { requestInit: { headers } }),
    );
    const r = await client.callTool({ name: 'audit_status', arguments: {} });
    expect(JSON.stringify(r.content)).toContain(a.commit);
    expect((await client.listTools()).tools.length).toBeGreaterThan(20);
    await client.close();
  },
);

it('answers nobody without the token, under another name, from a page, or with more than a message', async () => {
  const { served, auth } = await start();
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const json = { 'content-type': 'application/json', ...auth };
  expect(await ask(served.url, json, list)).toBe(200);
  expect(await ask(served.url, { ...json, authorization: 'Bearer x' }, list)).toBe(401);
  expect(await ask(served.url, { 'content-type': 'application/json', accept: BOTH }, list)).toBe(401);
  expect(await ask(served.url, { ...json, host: 'evil.example' }, list)).toBe(403);
  expect(await ask(served.url, { ...json, origin: 'https://evil.example' }, list)).toBe(403);
  expect(await ask(served.url, { ...json, accept: '*/*' }, list)).toBe(406);
  expect(await ask(served.url.replace('/mcp', '/other'), json, list)).toBe(404);
  expect([413, 0]).toContain(await ask(served.url, json, JSON.stringify({ a: 'A'.repeat(3_000_000) })));
  expect(await ask(served.url, json, list)).toBe(200);
});
