import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { flat } from './http-request.ts';

/** A stream of events that stays open: what the HTTP+SSE transport answers on. Bounded in bytes, never followed elsewhere. */
export type EventStream = {
  /** 0 when there was no answer. */
  status: number;
  headers: Record<string, string>;
  error: string;
  ms: number;
  /** The next event that holds a text, whole; '' when none came in time. Each is handed out once. */
  until(text: string, waitMs: number): Promise<string>;
  close(): void;
};

const MAX_BYTES = 4 * 1024 * 1024;

/** Never rejects: settles with the head of the answer. */
export const openEventStream = (ask: {
  url: string;
  headers: Readonly<Record<string, string>>;
  waitMs: number;
}): Promise<EventStream> =>
  new Promise((resolve) => {
    const began = performance.now();
    let events: string[] = [];
    let rest = '';
    let bytes = 0;
    let over = false;
    let waiting: (() => void)[] = [];
    const wake = (): void => {
      for (const f of waiting.splice(0)) f();
      waiting = [];
    };
    const found = (text: string): string => {
      const at = events.findIndex((e) => e.includes(text));
      return at < 0 ? '' : events.splice(at, 1)[0]!;
    };
    const stream: EventStream = {
      status: 0,
      headers: {},
      error: '',
      ms: 0,
      until: async (text, waitMs) => {
        const last = performance.now() + waitMs;
        for (let event = found(text); ; event = found(text)) {
          const left = last - performance.now();
          if (event !== '' || over || left <= 0) return event;
          let timer: NodeJS.Timeout | undefined;
          await new Promise<void>((done) => {
            waiting.push(done);
            timer = setTimeout(done, left);
          });
          clearTimeout(timer);
        }
      },
      close: () => {
        over = true;
        sent?.destroy();
        events = [];
        wake();
      },
    };
    let told = false;
    const tell = (error: string): void => {
      if (told) return;
      told = true;
      clearTimeout(timer);
      stream.error = error;
      stream.ms = Math.round(performance.now() - began);
      if (error) stream.close();
      resolve(stream);
    };
    const timer = setTimeout(() => tell('timeout'), ask.waitMs);
    const ended = (error: string): void => {
      over = true;
      tell(error);
      wake();
    };
    let sent: ReturnType<typeof plain> | undefined;
    try {
      const url = new URL(ask.url);
      const send = url.protocol === 'https:' ? secure : plain;
      sent = send(
        {
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port || (url.protocol === 'https:' ? 443 : 80),
          path: `${url.pathname}${url.search}`,
          method: 'GET',
          headers: { accept: 'text/event-stream', ...ask.headers },
          setHost: !Object.keys(ask.headers).some((h) => h.toLowerCase() === 'host'),
          agent: false,
        },
        (response) => {
          stream.status = response.statusCode ?? 0;
          stream.headers = flat(response.headers);
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            bytes += chunk.length;
            if (bytes > MAX_BYTES) return stream.close();
            rest += chunk;
            const blocks = rest.split(/\r?\n\r?\n/);
            rest = blocks.pop() ?? '';
            events.push(...blocks);
            wake();
          });
          response.on('end', () => ended(''));
          response.on('error', () => ended(''));
          tell('');
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? error.message));
      sent.end();
    } catch (error) {
      ended(error instanceof Error ? error.message : String(error));
    }
  });
