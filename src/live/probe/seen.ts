import type { HttpAnswer } from '../attendant/http-request.ts';
import type { Lists } from '../client/lists.ts';
import type { Era, Reply } from '../client/protocol.ts';
import type { StdioSeen } from '../client/stdio.ts';
import type { Touch } from '../client/touched.ts';

/** What a probe saw, before it is judged by any requirement. */

/** When a list was read: the first time, and what was different about each later time. */
export const MOMENTS = ['repeat', 'after-calls', 'second-start', 'capabilities', 'client-name'] as const;
export type Moment = (typeof MOMENTS)[number];

export const momentWords: Readonly<Record<Moment, string>> = {
  repeat: 'when the lists were read again in the same session',
  'after-calls': 'after some of its tools were called',
  'second-start': 'when it was started a second time with the same home',
  capabilities: 'for a client that declares every capability',
  'client-name': 'for a client of another name',
};

export type Called = {
  tool: string;
  arguments: Record<string, unknown>;
  reply: Reply;
  /** What the server asked of the kernel meanwhile. */
  touched: readonly Touch[];
};

export type Server = {
  name: string;
  version: string;
  protocolVersion: string;
  capabilities: Record<string, unknown>;
  instructions: string;
};

export type HttpSeen = {
  url: string;
  /** Answers by probe. */
  answers: Record<string, HttpAnswer>;
  /** Session ids of several handshakes. */
  sessions: string[];
  /** Listening sockets inside the sandbox, `address:port`; null where that cannot be seen. */
  listening: string[] | null;
  /** A legacy server that speaks over HTTP+SSE: what its `endpoint` event said. */
  endpoint: string;
};

export type Seen = {
  transport: 'stdio' | 'http' | 'sse' | 'none';
  era: Era | 'none';
  /** Why there is no era: what happened instead. */
  problem: string;
  server: Server;
  first: Lists;
  later: Partial<Record<Moment, Lists>>;
  /** Answers of single probes, by name. */
  replies: Record<string, Reply>;
  calls: Called[];
  /** Whether what was touched could be seen. */
  traced: boolean;
  stdio: StdioSeen | null;
  stderr: string;
  /** Milliseconds from the end of its input to its own end; null when it was still there after 2 s, or not tried. */
  exitMs: number | null;
  exitTried: boolean;
  http: HttpSeen | null;
  /** From the start of the program to its first answer. */
  startMs: number;
  /** All of the probe. */
  probeMs: number;
  /** Limits of the sandbox that were hit. */
  stopped: string;
};

export const noLists = (): Lists => ({ items: [], problems: {}, pages: [], endless: [] });

export const nothingSeen = (): Seen => ({
  transport: 'none',
  era: 'none',
  problem: '',
  server: { name: '', version: '', protocolVersion: '', capabilities: {}, instructions: '' },
  first: noLists(),
  later: {},
  replies: {},
  calls: [],
  traced: false,
  stdio: null,
  stderr: '',
  exitMs: null,
  exitTried: false,
  http: null,
  startMs: 0,
  probeMs: 0,
  stopped: '',
});
