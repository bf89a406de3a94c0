import type { EventStream } from '../attendant/event-stream.ts';
import type { HttpAnswer } from '../attendant/http-request.ts';
import { createHttpPeer, eventsIn, type HttpPeer, type Web } from './http.ts';
import type { Peer } from './peer.ts';
import { type Client, type Reply, readMessage } from './protocol.ts';
import type { Transcript } from './transcript.ts';

/** The transport of revision 2024-11-05: answers come on a stream that stays open, messages go where it says. */

const HEAD_MS = 3000;
const ENDPOINT_MS = 2000;

export type SseTarget = {
  web: Web;
  url: string;
  headers: Readonly<Record<string, string>>;
  transcript: Transcript;
};

/** The head of a stream, in the form of any other answer. */
export const headOf = (stream: EventStream): HttpAnswer => ({
  status: stream.status,
  headers: stream.headers,
  body: '',
  ended: false,
  error: stream.error,
  ms: stream.ms,
});

export const openStream = async (
  t: SseTarget,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> => {
  const all = { ...t.headers, ...headers };
  const shown = Object.entries(all)
    .map(([k, v]) => `${k}: ${v}`)
    .join('; ');
  t.transcript.add('>', `GET ${t.url} [${shown}]`);
  const stream = await t.web.stream({ url: t.url, headers: all, waitMs: HEAD_MS });
  t.transcript.add(
    '<',
    `${stream.status || stream.error} [${stream.headers['content-type'] ?? ''}] a stream`,
  );
  return stream;
};

export type SseConnection = {
  peer: Peer;
  /** What the stream said: where messages go. */
  endpoint: string;
  answer: HttpAnswer;
  /** A POST to where messages go, as it is. */
  post(body: string, to?: string): Promise<HttpAnswer>;
  close(): void;
};

/** @returns null where there is no such stream */
export const connectSse = async (t: SseTarget, client: Client): Promise<SseConnection | null> => {
  const stream = await openStream(t);
  const isStream = /^text\/event-stream\b/i.test(stream.headers['content-type'] ?? '');
  const first = stream.status === 200 && isStream ? await stream.until('endpoint', ENDPOINT_MS) : '';
  const endpoint = eventsIn(`${first}\n\n`).find((e) => e.event === 'endpoint')?.data ?? '';
  const to = URL.canParse(endpoint, t.url) ? new URL(endpoint, t.url) : null;
  // What it names elsewhere is told, and not asked.
  if (to === null || to.origin !== new URL(t.url).origin) {
    stream.close();
    return null;
  }
  const sender: HttpPeer = createHttpPeer({ ...t, url: to.href, era: 'legacy', client });
  let last = 0;
  return {
    endpoint,
    answer: headOf(stream),
    post: (body, url = to.href) => sender.post(body, { accept: '' }, { url }),
    close: () => stream.close(),
    peer: {
      era: 'legacy',
      request: async (method, params = {}, { waitMs = 10_000 } = {}): Promise<Reply> => {
        const began = performance.now();
        const ms = (): number => Math.round(performance.now() - began);
        last += 1;
        const id = `mcp-audit-${last}`;
        const answer = await sender.post(
          JSON.stringify({ jsonrpc: '2.0', id, method, params }),
          { accept: '' },
          { waitMs },
        );
        if (answer.error || answer.status >= 300)
          return { problem: answer.error || `HTTP ${answer.status}`, ms: ms() };
        const event = await stream.until(`"${id}"`, waitMs);
        if (event === '') return { problem: 'timeout', ms: ms() };
        t.transcript.add('<', event);
        const m = readMessage(Buffer.from(eventsIn(`${event}\n\n`)[0]?.data ?? ''));
        return m.kind === 'response'
          ? { ...m.reply, problem: '', ms: ms() }
          : { problem: 'an event that is no answer', ms: ms() };
      },
    },
  };
};
