import { type Spot, spot } from '../sources/server-sources.ts';
import { closing, codeIn, inside, type Language, matchesIn, type Source } from '../sources/source.ts';
import { inLiteral, inPattern } from './matching.ts';

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
    /\b(?:uvicorn\.(?:run|Config)|\w+\.run(?:_async|_http_async|_sse_async|_streamable_http_async)?|web\.run_app|web\.TCPSite|FastMCP|HTTPServer|ThreadingHTTPServer|(?:Threading|Forking)?(?:TCP|UDP)Server|make_server|WSGIServer|asyncio\.start_server|hypercorn\.\w+|serve|waitress\.serve)\s*\(/g,
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

/** What a server over HTTP is told, by name or as a value. */
const OVER_NETWORK =
  /\b(?:port|host|addr)\b|\btransport\s*=\s*(?!["'])\w|["'](?:sse|http|streamable-http|streamable_http)["']|["'`]?:\d{2,5}/i;

/** `server.run(**options)`: what the file puts into `options`. */
const spreadInto = (source: Source, args: string): string => {
  const name = /\*\*(\w{1,60})/.exec(args)?.[1];
  if (!name) return args;
  const set = source.code.split('\n').filter((line) => {
    const said = line.trim();
    return said.startsWith(`${name}[`) || said.startsWith(`${name} =`);
  });
  return [...set, args].join(' ');
};

/** Whether a call is one that listens: the same name also starts a server over stdio, or another thing altogether. */
const listens = (source: Source, call: string, args: string): boolean => {
  if (/^FastMCP/.test(call)) return /\b(?:port|host)\s*=/.test(args);
  if (/\.listen$/.test(call)) return !/^(?:\w+\.)?transport$/i.test(args);
  if (/\.run_(?:http|sse|streamable_http)_async$/.test(call)) return true;
  const run = /^(\w+)\.run(?:_async)?$/.exec(call);
  if (run && run[1] !== 'uvicorn') {
    if (/transport\s*=\s*["']stdio["']/.test(args)) return false;
    return /(?:mcp|server|app)$/i.test(run[1]!)
      ? OVER_NETWORK.test(spreadInto(source, args))
      : /^(?!asyncio|anyio|trio)/.test(run[1]!) && /\btransport\s*=\s*["'](?:sse|http|streamable)/.test(args);
  }
  return (
    !/^(?:serve|\w+\.Start|\w+\.Listen)$/.test(call) ||
    (OVER_NETWORK.test(args) && !/transport\s*=\s*["']stdio["']/.test(args))
  );
};

/** What makes a server that listens once it is told to, and the name it is given: `const s = http.createServer(…)`. */
const MAKES =
  /(?:\b(\w{1,60})\s*(?::[^=\n]{0,60})?=\s*(?:await\s+)?)?(?:\b(?:https?|http2|net|tls|restify)\.)?\b(?:create(?:Secure)?Server|express|fastify|Fastify|new\s+Koa)\s*(\()/g;

/** `.listen(` of servers by any name, and directly after what makes them; `from` is where the call's name begins. */
const listenedTo = (source: Source): { call: string; from: number; open: number }[] => {
  if (source.language !== 'script') return [];
  const found: { call: string; from: number; open: number }[] = [];
  const names = new Set<string>();
  for (const match of matchesIn(source, 'bare', MAKES, 100)) {
    if (match[1]) names.add(match[1]);
    const end = closing(source, match.index + match[0].length - 1);
    const chained = end < 0 ? null : /^\)\s*(\.listen)\s*\(/.exec(source.bare.slice(end, end + 200));
    if (chained)
      found.push({
        call: 'createServer().listen',
        from: end + chained[0].indexOf('.'),
        open: end + chained[0].length - 1,
      });
  }
  for (const match of matchesIn(source, 'bare', /\b(\w{1,60})\.listen\s*\(/g, 100))
    if (names.has(match[1]!))
      found.push({
        call: `${match[1]}.listen`,
        from: match.index,
        open: match.index + match[0].length - 1,
      });
  return found;
};

export const listenersIn = (source: Source): Listener[] => {
  const found: Listener[] = [];
  const named = matchesIn(source, 'bare', CALLS[source.language], 100).map((match) => ({
    call: match[0].replace(/\s{0,40}\($/, '').replace(/\s{1,40}/g, ' '),
    from: match.index,
    open: match.index + match[0].length - 1,
  }));
  const calls = [
    ...new Map([...listenedTo(source), ...named].map((c) => [c.open, c] as const)).values(),
  ].sort((a, b) => a.from - b.from);
  for (const { call, from, open } of calls) {
    // A socket that is made listens where it is told to.
    if (call === 'net.createServer' && calls.some((c) => /\.listen$/.test(c.call))) continue;
    // What a callback does once it listens says nothing of where.
    const args = (
      codeIn(source, inside(source, open)).split(
        /(?:\([^()]{0,200}\)|\b\w{1,60})\s{0,20}=>|\bfunction\b|\bfunc\s*\(/,
      )[0] ?? ''
    )
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 2000);
    if (!listens(source, call, args)) continue;
    const address = ADDRESS.exec(args);
    // Python gives host and port as a pair.
    const pair = /^\(([^,()]{1,60}),([^,()]{1,60}),?\)/.exec(args);
    const parts = args.split(',').map((p) => p.trim());
    // listen(port, host): positional in Node, in Go the address is one string.
    const positional = /\.listen$|start_server$|TCPSite$/.test(call) && !/^[{]/.test(args);
    const port =
      address?.[2] ??
      pair?.[2]?.trim() ??
      PORT.exec(args)?.[1]?.trim() ??
      (positional && /^[\w.[\]?"' ()|+!]{1,60}$/.test(parts[0] ?? '') ? parts[0]! : '');
    const second =
      positional && /^(?:["'`][\w.:-]+["'`]|[\w.]{1,40}!?)$/.test(parts[1] ?? '') ? parts[1]! : '';
    const host =
      address?.[1] ||
      LITERAL_HOST.exec(args)?.[1] ||
      HOST.exec(args)?.[1]?.trim() ||
      pair?.[1]?.trim() ||
      (/^(?:function|async|\(|cb|callback|resolve|done|next)/.test(second) ? '' : second);
    found.push({
      call,
      host: host.replace(/^["'`]|["'`]$/g, '').slice(0, 60),
      port: port.replace(/^["'`]|["'`]$/g, '').slice(0, 40),
      kind: 'server',
      at: spot(source, from),
    });
  }
  // `axum::serve(listener, …)` serves on what was bound above it: one listener.
  if (source.language === 'rust' && found.some((l) => /bind$/.test(l.call)))
    found.splice(0, found.length, ...found.filter((l) => l.call !== 'axum::serve'));
  const debuggers = DEBUGGERS[source.language];
  if (debuggers)
    // A name in prose opens no port; the option of a command and a Go import stand in quotes.
    for (const match of matchesIn(source, 'code', debuggers, 20)) {
      if (inPattern(source, match.index)) continue;
      if (/^(?:--inspect|-agentlib|-Xdebug|")/.test(match[0]) || !inLiteral(source, match.index))
        found.push({
          call: match[0].replace(/\s{0,40}\($/, ''),
          host: '',
          port: '',
          kind: 'debugger',
          at: spot(source, match.index),
        });
    }
  return found;
};
