/** The two shapes of the protocol, as text: with a handshake (revisions up to 2025-11-25), or every request by itself (2026-07-28). */

export type Era = 'legacy' | 'modern';
export const LATEST: Readonly<Record<Era, string>> = { legacy: '2025-11-25', modern: '2026-07-28' };

export type Client = { name: string; version: string; capabilities: Record<string, unknown> };

/** Nothing is declared, so a server has no reason to ask for anything. */
export const PLAIN_CLIENT: Client = { name: 'mcp-audit', version: '1', capabilities: {} };

/** All a client can declare: what a server shows only then is shown. */
export const fullCapabilities = (era: Era): Record<string, unknown> => ({
  ...(era === 'legacy' ? { roots: { listChanged: true } } : { roots: {} }),
  sampling: { tools: {}, context: {} },
  elicitation: { form: {}, url: {} },
  ...(era === 'legacy' ? { tasks: { list: {}, cancel: {} } } : {}),
  extensions: {
    'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] },
    'io.modelcontextprotocol/tasks': {},
  },
});

export const metaOf = (client: Client, version = LATEST.modern): Record<string, unknown> => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: client.name, version: client.version },
  'io.modelcontextprotocol/clientCapabilities': client.capabilities,
});

export const initializeParams = (client: Client, version = LATEST.legacy): Record<string, unknown> => ({
  protocolVersion: version,
  capabilities: client.capabilities,
  clientInfo: { name: client.name, version: client.version },
});

export type RpcError = { code: unknown; message: unknown; data?: unknown };

/** What came back for one request. */
export type Reply = {
  result?: Record<string, unknown>;
  error?: RpcError;
  /** Why there is neither: `timeout`, `ended`, words. '' otherwise. */
  problem: string;
  ms: number;
};

export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** One message of the peer, and what kind it is. */
export type Message =
  | { kind: 'response'; id: unknown; reply: Omit<Reply, 'ms' | 'problem'>; faults: string[] }
  | { kind: 'request'; id: unknown; method: string; params: Record<string, unknown>; faults: string[] }
  | { kind: 'notification'; method: string; params: Record<string, unknown>; faults: string[] }
  | { kind: 'stray'; why: 'not-utf8' | 'not-json' | 'not-rpc' };

const errorFaults = (error: unknown): string[] => {
  const { code, message } = record(error);
  return [
    ...(Number.isInteger(code) ? [] : ['its error code is no integer']),
    ...(typeof message === 'string' ? [] : ['its error has no message']),
  ];
};

/** Reads one message as JSON-RPC 2.0 asks for it. Pure, and never throws: what is wrong with it is in `faults`. */
export const readMessage = (bytes: Uint8Array): Message => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'stray', why: 'not-utf8' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'stray', why: 'not-json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'stray', why: 'not-rpc' };
  const o = value as Record<string, unknown>;
  const faults = o.jsonrpc === '2.0' ? [] : ['it does not say jsonrpc 2.0'];
  if (typeof o.method === 'string')
    return 'id' in o
      ? { kind: 'request', id: o.id, method: o.method, params: record(o.params), faults }
      : { kind: 'notification', method: o.method, params: record(o.params), faults };
  if ('result' in o) {
    const both = 'error' in o ? ['it has a result and an error'] : [];
    return { kind: 'response', id: o.id, reply: { result: record(o.result) }, faults: [...faults, ...both] };
  }
  if ('error' in o)
    return {
      kind: 'response',
      id: o.id,
      reply: { error: record(o.error) as RpcError },
      faults: [...faults, ...errorFaults(o.error)],
    };
  return { kind: 'stray', why: 'not-rpc' };
};
