import type { HttpAnswer } from '../attendant/http-request.ts';
import { readLists } from '../client/lists.ts';
import { type Client, fullCapabilities, initializeParams, PLAIN_CLIENT } from '../client/protocol.ts';
import { connectSse, headOf, openStream, type SseConnection } from '../client/sse.ts';
import type { HttpTarget } from './http.ts';
import { type HttpSeen, nothingSeen, type Seen } from './seen.ts';
import { harmlessCalls, OTHER_CLIENT, serverOf } from './stdio.ts';

/** The probe of a server on HTTP+SSE, the transport of revision 2024-11-05: the same safe questions, as far as it has them. */

const SESSIONS = 8;

/** The session id in where messages go: `/message?sessionId=…`. */
const sessionIn = (endpoint: string, url: string): string =>
  [...new URL(endpoint, url).searchParams].find(([name]) => /session/i.test(name))?.[1] ?? '';

const greet = async (t: HttpTarget, client: Client) => {
  const c = await connectSse(t, client);
  if (!c) return null;
  const reply = await c.peer.request('initialize', initializeParams(client));
  if (reply.result) await c.post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return { c, reply };
};

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 'mcp-audit-stranger', method: 'tools/list', params: {} });

/** Who gets through to a stream, and to where its messages go. */
const strangers = async (
  t: HttpTarget,
  c: SseConnection,
  answers: Record<string, HttpAnswer>,
): Promise<void> => {
  const knock = async (headers: Record<string, string>): Promise<HttpAnswer> => {
    const stream = await openStream(t, headers);
    stream.close();
    return headOf(stream);
  };
  const { port } = new URL(t.url);
  answers.evilOrigin = await knock({ origin: 'http://evil.example' });
  answers.nullOrigin = await knock({ origin: 'null' });
  answers.evilHost = await knock({ host: `evil.example${port ? `:${port}` : ''}` });
  answers.badToken = await knock({ authorization: 'Bearer invalid' });
  const to = new URL(c.endpoint, t.url);
  if (sessionIn(c.endpoint, t.url) === '') return;
  answers.noSession = await c.post(LIST, `${to.origin}${to.pathname}`);
};

const sessions = async (t: HttpTarget, http: HttpSeen): Promise<void> => {
  for (let n = 0; n < SESSIONS; n++) {
    const c = await connectSse(t, PLAIN_CLIENT);
    if (!c) return;
    const id = sessionIn(c.endpoint, t.url);
    if (id) http.sessions.push(id);
    c.close();
    // Of a stream that was closed.
    if (n === 0 && id) http.answers.deadSession = await c.post(LIST);
  }
};

/** @returns null where no such stream is there */
export const probeSse = async (t: HttpTarget): Promise<Seen | null> => {
  const began = performance.now();
  const first = await greet(t, PLAIN_CLIENT);
  if (!first) return null;
  const { c, reply } = first;
  const http: HttpSeen = {
    url: t.url,
    answers: { hello: c.answer },
    sessions: [],
    listening: null,
    endpoint: c.endpoint,
  };
  const seen: Seen = { ...nothingSeen(), http, startMs: c.answer.ms };
  seen.replies.hello = reply;
  try {
    if (!reply.result) {
      seen.problem = `it opened a stream at ${t.url} and refused the handshake: ${reply.error ? String(reply.error.message).slice(0, 300) : reply.problem}`;
      return seen;
    }
    seen.transport = 'sse';
    seen.era = 'legacy';
    seen.server = serverOf('legacy', reply);
    const { peer } = c;
    const lists = () => readLists((method, params) => peer.request(method, params));
    seen.first = await lists();
    seen.later.repeat = await lists();
    seen.replies.unknownMethod = await peer.request('no/such-method');
    seen.replies.ping = await peer.request('ping');
    if (!seen.first.problems.tool) {
      seen.replies.badCursor = await peer.request('tools/list', { cursor: 'zzz' });
      seen.replies.unknownTool = await peer.request('tools/call', { name: 'no_such_tool', arguments: {} });
    }
    await strangers(t, c, http.answers);
    await sessions(t, http);
    if (t.box) {
      seen.calls = await harmlessCalls(
        (method, params, waitMs) => peer.request(method, params, { waitMs }),
        seen,
        t.box,
      );
      seen.later['after-calls'] = await lists();
    }
    for (const [moment, client] of [
      ['capabilities', { ...PLAIN_CLIENT, capabilities: fullCapabilities('legacy') }],
      ['client-name', { ...PLAIN_CLIENT, ...OTHER_CLIENT }],
    ] as const) {
      const again = await greet(t, client);
      if (again?.reply.result)
        seen.later[moment] = await readLists((method, params) => again.c.peer.request(method, params));
      again?.c.close();
    }
    return seen;
  } finally {
    c.close();
    seen.probeMs = Math.round(performance.now() - began);
  }
};
