import { type Spot, spot } from '../sources/server-sources.ts';
import { codeIn, inside, type Language, matchesIn, type Source } from '../sources/source.ts';
import { inLiteral } from './matching.ts';

export type Listener = {
  call: string;
  /** As written; '' when the call names none. */
  host: string;
  port: string;
  /** `debugger`: a port that lets whoever reaches it run code or read memory. */
  kind: 'server' | 'debugger';
  at: Spot;
};

const CALLS: Record<Language, RegExp> = {
  script:
    /\b(?:\w*(?:app|server|Server|web|http\w*|fastify|express\w*)\.listen|Bun\.serve|Deno\.serve|serve|new\s+WebSocketServer|new\s+WebSocket\.Server|net\.createServer)\s*\(/g,
  python:
    /\b(?:uvicorn\.(?:run|Config)|mcp\.run|server\.run|app\.run|\w*mcp\.run(?:_async|_http_async|_sse_async)?|web\.run_app|web\.TCPSite|FastMCP|HTTPServer|ThreadingHTTPServer|asyncio\.start_server|hypercorn\.\w+|serve|waitress\.serve)\s*\(/g,
  go: /\b(?:http\.ListenAndServe(?:TLS)?|\w+\.ListenAndServe(?:TLS)?|net\.Listen|\w+\.Start|grpc\.NewServer|\w+\.Listen)\s*\(/g,
  rust: /\b(?:TcpListener::bind|HttpServer::new|Server::bind|axum_server::bind\w*|axum::serve|SseServer::serve\w*|UnixListener::bind)\s*\(/g,
  java: /\bnew\s+ServerSocket\s*\(|\bHttpServer\.create\s*\(|\bServerBuilder\.forPort\s*\(/g,
  csharp:
    /\bnew\s+(?:TcpListener|HttpListener)\s*\(|\.(?:UseUrls|ListenAnyIP|ListenLocalhost|Listen)\s*\(|\bPrefixes\.Add\s*\(/g,
  php: /\b(?:stream_socket_server|socket_bind|new\s+(?:[\w\\]{0,60}\\)?(?:SocketServer|HttpServerTransport|StreamableHttpServerTransport))\s*\(/g,
  ruby: /\b(?:TCPServer|UNIXServer|WEBrick::HTTPServer|Puma::Server)\.(?:new|open)\b\s*\(?|\bRackup?::(?:Handler|Server)[\w:.]{0,60}\.(?:run|start)\s*\(?/g,
  kotlin: /\b(?:embeddedServer|ServerSocket|HttpServer\.create)\s*\(/g,
};

const DEBUGGERS: Partial<Record<Language, RegExp>> = {
  script: /\binspector\.open\s*\(|--inspect(?:-brk)?(?:=[\w.:]+)?\b/g,
  python: /\bdebugpy\.listen\s*\(|\bpydevd\.settrace\s*\(|\brpdb\.|\bremote_pdb\b/g,
  go: /"net\/http\/pprof"|"expvar"/g,
  java: /-agentlib:jdwp|-Xdebug\b/g,
};

const HOST =
  /\b(?:host(?:name)?|bind(?:_?(?:addr(?:ess)?|host))?|addr(?:ess)?|interface)["']?\s*[:=]\s*([^,\n)}]{1,80})/i;
const PORT = /\bport["']?\s*[:=]\s*([^,\n)}]{1,60})/i;
const LITERAL_HOST = /["'`]((?:\d{1,3}\.){3}\d{1,3}|::1?|localhost|\[::1?\])["'`]/;
const ADDRESS = /["'`]([\w.*[\]:-]{0,60}):(\d{2,5})["'`]/;

/** Whether a run call is one that listens: the same name also starts a server over stdio. */
const listens = (call: string, args: string): boolean =>
  (!/^FastMCP/.test(call) || /\b(?:port|host)\s*=/.test(args)) &&
  (!/^(?:\w*mcp\.run|server\.run|app\.run|FastMCP|serve|\w+\.Start|\w+\.Listen)/.test(call) ||
    (/\b(?:port|host|addr)\b|\btransport\s*=\s*(?!["'])\w|["'](?:sse|http|streamable-http|streamable_http)["']|["'`]?:\d{2,5}/i.test(
      args,
    ) &&
      !/transport\s*=\s*["']stdio["']/.test(args)));

export const listenersIn = (source: Source): Listener[] => {
  const found: Listener[] = [];
  for (const match of matchesIn(source, 'bare', CALLS[source.language], 100)) {
    const open = match.index + match[0].length - 1;
    // What a callback does once it listens says nothing of where.
    const args = (
      codeIn(source, inside(source, open)).split(
        /(?:\([^()]{0,200}\)|\b\w{1,60})\s{0,20}=>|\bfunction\b|\bfunc\s*\(/,
      )[0] ?? ''
    )
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 2000);
    const call = match[0].replace(/\s{0,40}\($/, '').replace(/\s{1,40}/g, ' ');
    if (!listens(call, args)) continue;
    const address = ADDRESS.exec(args);
    const parts = args.split(',').map((p) => p.trim());
    // listen(port, host): positional in Node, in Go the address is one string.
    const positional = /\.listen$|start_server$|TCPSite$/.test(call) && !/^[{]/.test(args);
    const port =
      address?.[2] ??
      PORT.exec(args)?.[1]?.trim() ??
      (positional && /^[\w.[\]?"' ()|+!]{1,60}$/.test(parts[0] ?? '') ? parts[0]! : '');
    const second =
      positional && /^(?:["'`][\w.:-]+["'`]|[\w.]{1,40}!?)$/.test(parts[1] ?? '') ? parts[1]! : '';
    const host =
      address?.[1] ||
      LITERAL_HOST.exec(args)?.[1] ||
      HOST.exec(args)?.[1]?.trim() ||
      (/^(?:function|async|\(|cb|callback|resolve|done|next)/.test(second) ? '' : second);
    found.push({
      call,
      host: host.replace(/^["'`]|["'`]$/g, '').slice(0, 60),
      port: port.replace(/^["'`]|["'`]$/g, '').slice(0, 40),
      kind: 'server',
      at: spot(source, match.index),
    });
  }
  // `axum::serve(listener, …)` serves on what was bound above it: one listener.
  if (source.language === 'rust' && found.some((l) => /bind$/.test(l.call)))
    found.splice(0, found.length, ...found.filter((l) => l.call !== 'axum::serve'));
  const debuggers = DEBUGGERS[source.language];
  if (debuggers)
    // A name in prose opens no port; the option of a command and a Go import stand in quotes.
    for (const match of matchesIn(source, 'code', debuggers, 20))
      if (/^(?:--inspect|-agentlib|-Xdebug|")/.test(match[0]) || !inLiteral(source, match.index))
        found.push({
          call: match[0].replace(/\s{0,40}\($/, ''),
          host: '',
          port: '',
          kind: 'debugger',
          at: spot(source, match.index),
        });
  return found;
};
