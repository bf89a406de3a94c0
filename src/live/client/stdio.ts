import type { Readable, Writable } from 'node:stream';
import {
  type Client,
  type Era,
  initializeParams,
  LATEST,
  metaOf,
  type Reply,
  readMessage,
} from './protocol.ts';
import type { Transcript } from './transcript.ts';

/** The raw client on standard streams: every byte of the server's output is kept and told apart, nothing is corrected. */

export type StdioPeer = {
  era: Era;
  /** Sends a request as this era asks for it, and waits for the answer with its id. */
  request(
    method: string,
    params?: Record<string, unknown>,
    o?: { waitMs?: number; client?: Client; meta?: object | null },
  ): Promise<Reply>;
  notify(method: string, params?: Record<string, unknown>): void;
  /** A line as it is; waits for the next message with this id (`null` too), if one is named. */
  raw(text: string, id?: unknown, waitMs?: number): Promise<Reply | null>;
  seen: StdioSeen;
  /** Lets go of the streams, without ending them. */
  detach(): void;
};

/** What a server put out that is no answer. */
export type StdioSeen = {
  stray: { why: string; text: string; beforeHandshake: boolean }[];
  faults: string[];
  requests: { method: string; params: Record<string, unknown> }[];
  notifications: { method: string; params: Record<string, unknown> }[];
  answered: number;
};

const MAX_LINE = 4 * 1024 * 1024;
const MAX_KEPT = 200;
const LAST_WORDS_MS = 100;

export const openStdio = (
  /** `ended` settles when the server does: who else holds the streams open may live on. */
  streams: { stdin: Writable; stdout: Readable; ended(): Promise<unknown> },
  o: { era: Era; client: Client; transcript: Transcript },
): StdioPeer => {
  const seen: StdioSeen = { stray: [], faults: [], requests: [], notifications: [], answered: 0 };
  const waiting = new Map<unknown, (r: Omit<Reply, 'ms'>) => void>();
  let began = false;
  let parts: Buffer[] = [];
  let length = 0;
  const keep = <T>(into: T[], what: T): void => void (into.length < MAX_KEPT && into.push(what));
  const send = (text: string): void => {
    o.transcript.add('>', text);
    streams.stdin.write(`${text}\n`);
  };
  const hear = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    const text = bytes.toString('utf8');
    o.transcript.add('<', text);
    const m = readMessage(bytes);
    if (m.kind === 'stray')
      return keep(seen.stray, { why: m.why, text: text.slice(0, 500), beforeHandshake: !began });
    for (const fault of m.faults) keep(seen.faults, `${fault}: ${text.slice(0, 200)}`);
    if (m.kind === 'notification') return keep(seen.notifications, m);
    if (m.kind === 'request') {
      keep(seen.requests, { method: m.method, params: m.params });
      const refusal =
        m.method === 'ping' ? { result: {} } : { error: { code: -32601, message: 'not offered' } };
      return send(JSON.stringify({ jsonrpc: '2.0', id: m.id, ...refusal }));
    }
    began = true;
    const wanted = waiting.get(m.id);
    if (!wanted) {
      if (m.id !== null && m.id !== undefined)
        keep(seen.faults, `nobody asked for id ${JSON.stringify(m.id)}`);
      return;
    }
    seen.answered += 1;
    waiting.delete(m.id);
    wanted({ ...m.reply, problem: '' });
  };
  const onData = (chunk: Buffer): void => {
    let from = 0;
    for (let n = chunk.indexOf(10); n >= 0; n = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, n));
      hear(Buffer.concat(parts));
      parts = [];
      length = 0;
      from = n + 1;
    }
    if (length > MAX_LINE) return;
    const left = chunk.subarray(from);
    length += left.length;
    if (length > MAX_LINE) {
      keep(seen.stray, {
        why: 'too-long',
        text: `a line of more than ${MAX_LINE} bytes`,
        beforeHandshake: !began,
      });
      parts = [];
    } else parts.push(left);
  };
  let over = false;
  const onEnd = (): void => {
    over = true;
    for (const f of waiting.values()) f({ problem: 'ended' });
    waiting.clear();
  };
  streams.stdout.on('data', onData);
  streams.stdout.on('end', onEnd);
  streams.stdout.on('close', onEnd);
  // What it said last may still be on its way.
  void streams.ended().then(() => setTimeout(onEnd, LAST_WORDS_MS));

  let last = 0;
  const answer = (id: unknown, waitMs: number): Promise<Reply> => {
    const started = performance.now();
    return new Promise((resolve) => {
      const done = (r: Omit<Reply, 'ms'>): void => {
        clearTimeout(timer);
        resolve({ ...r, ms: Math.round(performance.now() - started) });
      };
      const timer = setTimeout(() => {
        waiting.delete(id);
        done({ problem: 'timeout' });
      }, waitMs);
      waiting.set(id, done);
      if (over) done({ problem: 'ended' });
    });
  };
  return {
    era: o.era,
    seen,
    request: (method, params = {}, { waitMs = 10_000, client = o.client, meta } = {}) => {
      last += 1;
      const id = `mcp-audit-${last}`;
      const withMeta =
        o.era === 'modern' && meta !== null ? { ...params, _meta: { ...metaOf(client), ...meta } } : params;
      const replied = answer(id, waitMs);
      send(JSON.stringify({ jsonrpc: '2.0', id, method, params: withMeta }));
      return replied;
    },
    notify: (method, params) =>
      send(JSON.stringify({ jsonrpc: '2.0', method, ...(params ? { params } : {}) })),
    raw: (text, id, waitMs = 1000) => {
      const replied = id === undefined ? null : answer(id, waitMs);
      send(text);
      return replied ?? Promise.resolve(null);
    },
    detach: () => {
      streams.stdout.off('data', onData);
      streams.stdout.off('end', onEnd);
      streams.stdout.off('close', onEnd);
      onEnd();
    },
  };
};

/** The handshake of revisions up to 2025-11-25. */
export const initialize = async (
  peer: StdioPeer,
  client: Client,
  version = LATEST.legacy,
): Promise<Reply> => {
  const reply = await peer.request('initialize', initializeParams(client, version));
  if (reply.result) peer.notify('notifications/initialized');
  return reply;
};
