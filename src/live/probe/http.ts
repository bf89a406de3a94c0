import type { HttpAnswer } from '../attendant/http-request.ts';
import { connectOver, type HttpAddress, httpPeerOf, negotiate, sayHello } from '../client/connect-http.ts';
import type { HttpPeer } from '../client/http.ts';
import { readLists } from '../client/lists.ts';
import { type Client, type Era, fullCapabilities, PLAIN_CLIENT } from '../client/protocol.ts';
import type { Box } from '../sandbox/box.ts';
import { type HttpSeen, nothingSeen, type Seen } from './seen.ts';
import { probeSse } from './sse.ts';
import { harmlessCalls, OTHER_CLIENT, serverOf } from './stdio.ts';

/** The probe of a server over HTTP. With a handshake or a list as body only; nothing outside of its own address is asked. */

const EVIL = 'http://evil.example';
const SESSIONS = 8;

export type HttpTarget = HttpAddress & {
  /** The sandbox it is in, where calls of tools and large bodies harm nobody; null for a server that is not ours. */
  box: Box | null;
};

const wellKnown = (url: string): Record<string, string> => {
  const { origin, pathname } = new URL(url);
  const path = pathname === '/' ? '' : pathname;
  return {
    prmPath: `${origin}/.well-known/oauth-protected-resource${path}`,
    prmRoot: `${origin}/.well-known/oauth-protected-resource`,
    asRoot: `${origin}/.well-known/oauth-authorization-server`,
  };
};

/** Requests that no browser page and no stranger should get through with. */
const strangers = async (t: HttpTarget, era: Era, answers: Record<string, HttpAnswer>): Promise<void> => {
  const client = PLAIN_CLIENT;
  const { port } = new URL(t.url);
  const with_ = async (headers: Record<string, string>): Promise<HttpAnswer> =>
    (await sayHello(httpPeerOf(t, era, client), client, headers)).answer;
  answers.evilOrigin = await with_({ origin: EVIL });
  answers.nullOrigin = await with_({ origin: 'null' });
  answers.evilHost = await with_({ host: `evil.example${port ? `:${port}` : ''}` });
  answers.textPlain = await with_({ 'content-type': 'text/plain' });
  answers.noAccept = await with_({ accept: '' });
  answers.badToken = await with_({ authorization: 'Bearer invalid' });
  answers.preflight = await httpPeerOf(t, era, client).ask({
    method: 'OPTIONS',
    headers: {
      origin: EVIL,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  answers.malformed = await httpPeerOf(t, era, client).post('{"jsonrpc":"2.0","id":');
  for (const [name, url] of Object.entries(wellKnown(t.url)))
    answers[name] = await httpPeerOf(t, era, client).ask({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
    });
  if (t.box)
    answers.large = await httpPeerOf(t, era, client).post(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(5 * 1024 * 1024) } }),
    );
};

const legacyOnly = async (t: HttpTarget, peer: HttpPeer, http: HttpSeen, seen: Seen): Promise<void> => {
  const { answers } = http;
  const client = PLAIN_CLIENT;
  seen.replies.ping = (await peer.request('ping')).reply;
  answers.badVersion = (
    await peer.request('tools/list', {}, { headers: { 'mcp-protocol-version': '1999-01-01' } })
  ).answer;
  answers.fixedSession = (
    await sayHello(httpPeerOf(t, 'legacy', client), client, { 'mcp-session-id': 'attacker-fixed-1' })
  ).answer;
  if (!peer.session) return;
  answers.noSession = (await peer.request('tools/list', {}, { headers: { 'mcp-session-id': '' } })).answer;
  for (let n = 0; n < SESSIONS; n++) {
    const { answer } = await sayHello(httpPeerOf(t, 'legacy', client), client);
    const id = answer.headers['mcp-session-id'];
    if (id) http.sessions.push(id);
  }
  // Only a session of our own is ended.
  const own = await connectOver(t, 'legacy', client);
  if (own.peer.session) {
    answers.ended = await own.peer.ask({ method: 'DELETE', headers: { 'mcp-session-id': own.peer.session } });
    answers.deadSession = (await own.peer.request('tools/list')).answer;
  }
};

const modernOnly = async (peer: HttpPeer, http: HttpSeen): Promise<void> => {
  const { answers } = http;
  const get = async (o: Parameters<HttpPeer['request']>[2], method = 'tools/list') =>
    (await peer.request(method, {}, o)).answer;
  answers.mismatch = await get({ headers: { 'mcp-protocol-version': '2025-11-25' } });
  answers.wrongMethod = await get({ headers: { 'mcp-method': 'prompts/list' } });
  answers.noMethod = await get({ headers: { 'mcp-method': '' } });
  answers.noMeta = await get({ meta: null });
  answers.badVersion = await get({
    headers: { 'mcp-protocol-version': '1999-01-01' },
    meta: { 'io.modelcontextprotocol/protocolVersion': '1999-01-01' },
  });
  answers.sessionEcho = await get({ headers: { 'mcp-session-id': 'attacker-fixed-1' } });
};

export const probeHttp = async (target: HttpTarget): Promise<Seen> => {
  const began = performance.now();
  const seen = nothingSeen();
  const http: HttpSeen = { url: target.url, answers: {}, sessions: [], listening: null, endpoint: '' };
  seen.http = http;
  const first = await negotiate(target);
  seen.startMs = first.answer.ms;
  const t = { ...target, headers: { ...target.headers, ...first.headers } };
  http.answers.hello = first.answer;
  if (first.accepted) http.answers.notification = first.accepted;
  seen.transport = 'http';
  seen.replies.hello = first.reply;
  if (first.era === 'none') {
    const overSse = await probeSse(t);
    if (overSse) return overSse;
    seen.transport = 'none';
    seen.problem = `no MCP over HTTP at ${target.url}: ${first.answer.error || `HTTP ${first.answer.status}`}`;
    return seen;
  }
  seen.era = first.era;
  if (!first.reply.result) {
    // It asks for a token before anything else: what strangers are told is seen all the same.
    await strangers(t, first.era, http.answers);
    seen.probeMs = Math.round(performance.now() - began);
    return seen;
  }
  const { peer } = first;
  seen.server = serverOf(first.era, first.reply);
  const lists = (p: HttpPeer, client: Client) =>
    readLists(async (method, params) => (await p.request(method, params, { client })).reply);
  seen.first = await lists(peer, PLAIN_CLIENT);
  seen.later.repeat = await lists(peer, PLAIN_CLIENT);
  seen.replies.unknownMethod = (await peer.request('no/such-method')).reply;
  if (!seen.first.problems.tool) {
    seen.replies.badCursor = (await peer.request('tools/list', { cursor: 'zzz' })).reply;
    seen.replies.unknownTool = (
      await peer.request('tools/call', { name: 'no_such_tool', arguments: {} })
    ).reply;
  }
  const batch = await peer.post(
    JSON.stringify([{ jsonrpc: '2.0', id: 'mcp-audit-batch', method: 'tools/list', params: {} }]),
    {
      'mcp-protocol-version': peer.version,
    },
  );
  seen.replies.batch = /"tools"/.test(batch.body)
    ? { result: {}, problem: '', ms: batch.ms }
    : { problem: `HTTP ${batch.status}`, ms: batch.ms };
  http.answers.get = await peer.ask({
    method: 'GET',
    headers: { accept: 'text/event-stream', ...(peer.session ? { 'mcp-session-id': peer.session } : {}) },
    waitMs: 300,
  });
  await strangers(t, first.era, http.answers);
  if (first.era === 'legacy') await legacyOnly(t, peer, http, seen);
  else await modernOnly(peer, http);
  if (t.box) {
    seen.calls = await harmlessCalls(
      async (method, params, waitMs) => (await peer.request(method, params, { waitMs })).reply,
      seen,
      t.box,
    );
    seen.later['after-calls'] = await lists(peer, PLAIN_CLIENT);
  }
  const full = { ...PLAIN_CLIENT, capabilities: fullCapabilities(first.era) };
  const other = { ...PLAIN_CLIENT, ...OTHER_CLIENT };
  for (const [moment, client] of [
    ['capabilities', full],
    ['client-name', other],
  ] as const) {
    const again = await connectOver(t, first.era, client);
    if (again.reply.result) seen.later[moment] = await lists(again.peer, client);
  }
  seen.probeMs = Math.round(performance.now() - began);
  return seen;
};
