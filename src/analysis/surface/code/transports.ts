import type { Transport } from '../surface-entry.ts';
import { lastOf, type Program, pathOf } from './program.ts';

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

export const transportsOf = (program: Program): Transport[] => {
  const found: Transport[] = [];
  const seen = new Set<string>();
  for (const { expr, site } of program.calls) {
    const { language, path } = site.module;
    const table = language === 'go' ? GO : language === 'java' ? JAVA : language === 'rust' ? RUST : [];
    const word = language === 'rust' ? pathOf(expr.callee) : lastOf(expr.callee);
    const built =
      language === 'java' && word === 'builder' && expr.callee.kind === 'member'
        ? lastOf(expr.callee.object)
        : word;
    const kind = table.find(([on]) => on.test(built))?.[1];
    const key = `${kind} ${path}:${expr.at.line}`;
    if (!kind || seen.has(key)) continue;
    seen.add(key);
    found.push({ kind, path, line: expr.at.line });
  }
  return found;
};
