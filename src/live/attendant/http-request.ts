import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/**
 * One HTTP request with every header as it is given, `Host` too: no redirect is followed, no connection is kept, and what
 * comes back is bounded in bytes and in time.
 */
export type HttpAsk = {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Milliseconds until an answer that has not ended is taken as it is. */
  waitMs: number;
  maxBytes: number;
  /** For a stream of events: it is enough once an event with this text has come to its end. */
  until?: string;
};

export type HttpAnswer = {
  /** 0 when there was none. */
  status: number;
  /** Names in lower case; several of one name joined by a comma. */
  headers: Record<string, string>;
  body: string;
  /** The answer ended by itself. */
  ended: boolean;
  /** '' or what went wrong: `ECONNREFUSED`, `timeout`. */
  error: string;
  ms: number;
};

export const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([k, v]) =>
      v === undefined ? [] : [[k, Array.isArray(v) ? v.join(', ') : v]],
    ),
  );

const atEnd = (body: Buffer, text: string): boolean =>
  body.includes(text) && /\n\r?\n$/.test(body.subarray(-4).toString('latin1'));

/** Never rejects. */
export const httpRequest = (ask: HttpAsk): Promise<HttpAnswer> =>
  new Promise((resolve) => {
    const began = performance.now();
    const answer: HttpAnswer = { status: 0, headers: {}, body: '', ended: false, error: '', ms: 0 };
    let done = false;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (error: string): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      answer.error = error;
      answer.body = Buffer.concat(chunks).toString('utf8');
      answer.ms = Math.round(performance.now() - began);
      sent?.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(answer.status === 0 ? 'timeout' : ''), ask.waitMs);
    let sent: ReturnType<typeof plain> | undefined;
    try {
      const url = new URL(ask.url);
      const send = url.protocol === 'https:' ? secure : plain;
      sent = send(
        {
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port || (url.protocol === 'https:' ? 443 : 80),
          path: `${url.pathname}${url.search}`,
          method: ask.method,
          headers: {
            ...ask.headers,
            ...(ask.body === '' ? {} : { 'content-length': String(Buffer.byteLength(ask.body)) }),
          },
          setHost: !Object.keys(ask.headers).some((h) => h.toLowerCase() === 'host'),
          agent: false,
        },
        (response) => {
          answer.status = response.statusCode ?? 0;
          answer.headers = flat(response.headers);
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            chunks.push(chunk);
            if (bytes > ask.maxBytes) settle('');
            else if (ask.until !== undefined && atEnd(Buffer.concat(chunks), ask.until)) settle('');
          });
          response.on('end', () => {
            answer.ended = true;
            settle('');
          });
          response.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
      sent.end(ask.body);
    } catch (error) {
      settle(error instanceof Error ? error.message : String(error));
    }
  });
