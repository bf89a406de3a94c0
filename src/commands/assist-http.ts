import { randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { guardsOf, LIMITS } from '../assist/desk.ts';
import { createAssistServer } from '../assist/server.ts';
import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import type { OpenDesk } from './assist.ts';
import type { Host } from './host.ts';
import { VERSION } from './version.ts';

/** Streamable HTTP on this machine alone, for clients that start no programs. Whoever calls has to know the token. */

const PATH = '/mcp';

const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

const portOf = (given: string | boolean): number => {
  const port = given === true ? 0 : Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UserError(`"${given}" is no port, so nothing was started`, 'a number, or none for a free one');
};

const bodyOf = async (request: http.IncomingMessage): Promise<Buffer | null> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LIMITS.message) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
};

const refuse = (status: number, words: string): Response =>
  new Response(words, { status, headers: { 'content-type': 'text/plain' } });

const send = async (from: Response, to: http.ServerResponse): Promise<void> => {
  to.writeHead(from.status, Object.fromEntries(from.headers));
  if (from.body) for await (const part of from.body as AsyncIterable<Uint8Array>) to.write(part);
  to.end();
};

export type HttpAssist = { url: string; token: string; close(): Promise<void> };

/** Serves until it is closed. Rejects with a UserError when it cannot listen. */
export const serveHttp = async (host: Host, open: OpenDesk, wanted: number): Promise<HttpAssist> => {
  const token = host.env.MCP_AUDIT_ASSIST_TOKEN || randomBytes(24).toString('base64url');
  const guards = guardsOf(() => performance.now());
  const tell = (error: unknown): void =>
    host.stderr(`mcp-audit assist: ${visible(error instanceof Error ? error.message : String(error))}\n`);
  const handler = createMcpHandler(() => createAssistServer(open.desk, guards, VERSION), {
    maxRequestBodySize: LIMITS.message,
    maxSubscriptions: 16,
    onerror: tell,
  });
  const answer = async (incoming: http.IncomingMessage): Promise<Response> => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers))
      if (typeof value === 'string') headers.set(name, value);
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const method = incoming.method ?? 'GET';
    const bare = new Request(url, { method, headers });
    // A page in a browser must not reach it by a name that leads here.
    const foreign =
      hostHeaderValidationResponse(bare, localhostAllowedHostnames()) ??
      originValidationResponse(bare, localhostAllowedOrigins());
    if (foreign) return foreign;
    if (!same(headers.get('authorization') ?? '', `Bearer ${token}`))
      return new Response('The token is missing or another: it was printed when this was started.', {
        status: 401,
        headers: { 'content-type': 'text/plain', 'www-authenticate': 'Bearer' },
      });
    if (url.pathname !== PATH) return refuse(404, `Only ${PATH} is served.`);
    if (method !== 'POST') return handler.fetch(bare);
    const accepts = headers.get('accept') ?? '';
    if (!['application/json', 'text/event-stream'].every((type) => accepts.includes(type)))
      return refuse(406, 'Accept has to name application/json and text/event-stream.');
    const body = await bodyOf(incoming);
    if (body === null) return refuse(413, 'That is more than one message may hold.');
    return handler.fetch(new Request(url, { method, headers, body: new Uint8Array(body) }));
  };
  const server = http.createServer({ maxHeaderSize: 16 * 1024 }, (incoming, outgoing) => {
    answer(incoming)
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => {
        tell(error);
        if (!outgoing.headersSent) outgoing.writeHead(500);
        outgoing.end();
      });
  });
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new UserError(
          `port ${wanted} of this machine cannot be listened on (${error.message}), so nothing was started`,
          'name another with --http <port>, or none for a free one',
        ),
      ),
    );
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    token,
    close: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};

export const overHttp = async (host: Host, open: OpenDesk, given: string | boolean): Promise<void> => {
  const served = await serveHttp(host, open, portOf(given));
  host.stdout(`${served.url}\nAuthorization: Bearer ${served.token}\n`);
  host.stderr('Only this machine reaches it. Ctrl+C ends it.\n');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await served.close();
};
