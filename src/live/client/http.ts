import type { EventStream } from '../attendant/event-stream.ts';
import type { HttpAnswer, HttpAsk } from '../attendant/http-request.ts';
import { type Client, type Era, LATEST, metaOf, type Reply, readMessage } from './protocol.ts';
import type { Transcript } from './transcript.ts';

/** The raw client over Streamable HTTP: one POST a message, every header as a probe wants it. */

export type Web = {
  ask(ask: HttpAsk): Promise<HttpAnswer>;
  stream(ask: {
    url: string;
    headers: Readonly<Record<string, string>>;
    waitMs: number;
  }): Promise<EventStream>;
};

/** The data of each event of a stream, as the HTML standard reads it. Pure. */
export const eventsIn = (body: string): { event: string; data: string }[] =>
  body
    .split(/\r?\n\r?\n/)
    .map((block) => {
      const lines = block.split(/\r?\n/);
      const of = (field: string): string[] =>
        lines.flatMap((l) =>
          l.startsWith(`${field}:`) ? [l.slice(field.length + 1).replace(/^ /, '')] : [],
        );
      return { event: of('event')[0] ?? 'message', data: of('data').join('\n') };
    })
    .filter((e) => e.data !== '');

/** The answer to one id in a body, JSON or a stream of events. */
export const replyIn = (answer: HttpAnswer, id: unknown): Reply => {
  const base = { ms: answer.ms, problem: answer.error };
  const texts = /text\/event-stream/i.test(answer.headers['content-type'] ?? '')
    ? eventsIn(answer.body).map((e) => e.data)
    : [answer.body];
  for (const text of texts) {
    const m = readMessage(Buffer.from(text));
    if (m.kind === 'response' && (m.id === id || m.id === null || m.id === undefined))
      return { ...base, problem: '', ...m.reply };
  }
  return { ...base, problem: answer.error || `HTTP ${answer.status} without a JSON-RPC answer` };
};

export type HttpPeer = {
  era: Era;
  session: string;
  version: string;
  /** A POST of any body; headers given win, one that is '' is left out. */
  post(body: string, headers?: Record<string, string>, o?: Partial<HttpAsk>): Promise<HttpAnswer>;
  request(
    method: string,
    params?: Record<string, unknown>,
    o?: { headers?: Record<string, string>; client?: Client; waitMs?: number; meta?: object | null },
  ): Promise<{ reply: Reply; answer: HttpAnswer }>;
  ask(o: {
    method: string;
    url?: string;
    headers: Record<string, string>;
    waitMs?: number;
  }): Promise<HttpAnswer>;
};

const MAX_BODY = 1024 * 1024;

const headerValue = (text: string): string =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`;

export const createHttpPeer = (o: {
  web: Web;
  url: string;
  /** Headers of every request: `Host` where another name is wanted, the auditor's own token. */
  headers: Readonly<Record<string, string>>;
  era: Era;
  client: Client;
  transcript: Transcript;
}): HttpPeer => {
  let last = 0;
  const send = async (ask: HttpAsk): Promise<HttpAnswer> => {
    const shown = Object.entries(ask.headers)
      .map(([k, v]) => `${k}: ${v}`)
      .join('; ');
    o.transcript.add('>', `${ask.method} ${ask.url} [${shown}] ${ask.body.slice(0, 65_536)}`);
    const answer = await o.web.ask(ask);
    const heads = Object.entries(answer.headers)
      .map(([k, v]) => `${k}: ${v}`)
      .join('; ');
    o.transcript.add('<', `${answer.status || answer.error} [${heads}] ${answer.body}`);
    return answer;
  };
  const merged = (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries({ ...o.headers, ...headers }).filter(([, v]) => v !== ''));
  const peer: HttpPeer = {
    era: o.era,
    session: '',
    version: LATEST[o.era],
    ask: ({ method, url = o.url, headers, waitMs = 3000 }) =>
      send({ url, method, headers: merged(headers), body: '', waitMs, maxBytes: MAX_BODY }),
    post: (body, headers = {}, more = {}) =>
      send({
        url: o.url,
        method: 'POST',
        headers: merged({
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(peer.session ? { 'mcp-session-id': peer.session } : {}),
          ...headers,
        }),
        body,
        waitMs: 5000,
        maxBytes: MAX_BODY,
        ...more,
      }),
    request: async (method, params = {}, { headers = {}, client = o.client, waitMs = 10_000, meta } = {}) => {
      last += 1;
      const id = `mcp-audit-${last}`;
      const modern = o.era === 'modern';
      const whole = modern && meta !== null ? { ...params, _meta: { ...metaOf(client), ...meta } } : params;
      const name = params.name ?? params.uri;
      const own: Record<string, string> = modern
        ? {
            'mcp-protocol-version': peer.version,
            'mcp-method': method,
            ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
          }
        : method === 'initialize'
          ? {}
          : { 'mcp-protocol-version': peer.version };
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: whole });
      const answer = await peer.post(body, { ...own, ...headers }, { waitMs, until: `"${id}"` });
      return { reply: replyIn(answer, id), answer };
    },
  };
  return peer;
};
