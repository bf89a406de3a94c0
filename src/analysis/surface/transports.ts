import type { Module } from '../sources/ir.ts';
import { type Call, lastOf, type Program, pathOf, type Site } from './program.ts';
import type { Transport } from './surface-entry.ts';
import { textOf } from './texts.ts';

/** How a server is reached, by what it is started with. */

const GO: readonly [RegExp, Transport['kind']][] = [
  [/^(?:ServeStdio|NewStdioServer|NewStdioTransport|StdioTransport|NewStdioServerTransport)$/, 'stdio'],
  [/^NewSSE(?:Server|Handler|HTTPHandler|Transport)$/, 'sse'],
  [/^(?:NewStreamableHTTP(?:Server|Handler)|NewHTTPTransport|NewGinTransport)$/, 'http'],
];
const JAVA: readonly [RegExp, Transport['kind']][] = [
  [/^StdioServerTransportProvider$/, 'stdio'],
  [/^\w{0,80}(?:Sse)\w{0,80}TransportProvider$/, 'sse'],
  [/^\w{0,80}Streamable\w{0,80}TransportProvider$|^\w{0,80}Stateless\w{0,80}Transport$/, 'http'],
  [/^(?:WebMvc|WebFlux|HttpServlet)\w*TransportProvider$/, 'sse'],
];
const RUST: readonly [RegExp, Transport['kind']][] = [
  [/(?:^|\.)(?:io\.stdio|transport\.stdio|stdio|StdioTransport\.new|StdioTransport)$/, 'stdio'],
  [/(?:^|\.)SseServer\.\w+$/, 'sse'],
  [
    /(?:^|\.)(?:StreamableHttpService\.new|create_server|HyperServer\.new|create_hyper_server|hyper_server\.create_server)$/,
    'http',
  ],
];

const SCRIPT: readonly [RegExp, Transport['kind']][] = [
  [/^StdioServerTransport$/, 'stdio'],
  [/^(?:WebStandard|Node)?StreamableHTTP(?:Server)?Transport$/, 'http'],
  [/^SSEServerTransport$/, 'sse'],
  [/^WebSocketServerTransport$/, 'websocket'],
];
const PYTHON: readonly [RegExp, Transport['kind']][] = [
  [/^stdio_server$/, 'stdio'],
  [/^(?:SseServerTransport|sse_app|run_sse_async)$/, 'sse'],
  [/^(?:StreamableHTTPSessionManager|streamable_http_app|http_app|run_streamable_http_async)$/, 'http'],
];

const CSHARP: readonly [RegExp, Transport['kind']][] = [
  [/^(?:WithStdioServerTransport|StdioServerTransport)$/, 'stdio'],
  [/^(?:WithHttpTransport|MapMcp|StreamableHttpServerTransport)$/, 'http'],
  [/^SseResponseStreamTransport$/, 'sse'],
];
const PHP: readonly [RegExp, Transport['kind']][] = [
  [/^Stdio(?:Server)?Transport$/, 'stdio'],
  [/^(?:StreamableHttp|Http)\w{0,20}Transport$/, 'http'],
];
const RUBY: readonly [RegExp, Transport['kind']][] = [
  [/(?:^|\.)StdioTransport$/, 'stdio'],
  [/(?:^|\.)(?:StreamableHTTPTransport|RackTransport|mount_in_rails|rack_middleware)$/, 'http'],
];
const KOTLIN: readonly [RegExp, Transport['kind']][] = [
  [/^StdioServerTransport$/, 'stdio'],
  [/^SseServerTransport$/, 'sse'],
  [/^(?:StreamableHttpServerTransport|mcpStreamableHttp|mcpStatelessStreamableHttp)$/, 'http'],
  [/^mcp$/, 'sse'],
];

const TABLES: Record<Module['language'], readonly [RegExp, Transport['kind']][]> = {
  javascript: SCRIPT,
  python: PYTHON,
  go: GO,
  java: JAVA,
  rust: RUST,
  csharp: CSHARP,
  php: PHP,
  ruby: RUBY,
  kotlin: KOTLIN,
};

/** `mcp.run(transport="sse")`, `uvicorn.run(app)`. */
const ofRun = (program: Program, call: Call, site: Site): Transport['kind'] | null => {
  if (call.callee.kind !== 'member' || !/^run(?:_async)?$/.test(call.callee.property)) return null;
  const on = lastOf(call.callee.object);
  if (on === 'uvicorn') return 'http';
  if (!/mcp|server|app/i.test(on)) return null;
  const named = call.args.find((a) => a.name === 'transport');
  const given = named ?? call.args.find((a) => a.name === undefined && !a.spread);
  // The SDK's default.
  if (!given) return /mcp/i.test(on) ? 'stdio' : null;
  const text = textOf(program, { expr: given.value, site });
  if (text.from !== null || text.text === '') return named ? 'unknown' : null;
  return /stdio/.test(text.text)
    ? 'stdio'
    : /sse/.test(text.text)
      ? 'sse'
      : /http/.test(text.text)
        ? 'http'
        : 'unknown';
};

export const transportsOf = (program: Program, isRelevant: (path: string) => boolean): Transport[] => {
  const found: Transport[] = [];
  const seen = new Set<string>();
  for (const { expr, site } of program.calls) {
    const { language, path } = site.module;
    if (language === 'python' && !isRelevant(path)) continue;
    if (language === 'javascript' && !expr.isNew) continue;
    const table = TABLES[language];
    const word = language === 'rust' || language === 'ruby' ? pathOf(expr.callee) : lastOf(expr.callee);
    const built =
      language === 'java' && word === 'builder' && expr.callee.kind === 'member'
        ? lastOf(expr.callee.object)
        : word;
    const kind =
      table.find(([on]) => on.test(built))?.[1] ??
      (language === 'python' ? ofRun(program, expr, site) : null);
    const key = `${kind} ${path}:${expr.at.line}`;
    if (!kind || seen.has(key)) continue;
    seen.add(key);
    found.push({ kind, path, line: expr.at.line });
  }
  return found;
};
