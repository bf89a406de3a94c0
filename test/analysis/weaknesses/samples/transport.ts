import type { Samples } from './samples.ts';

export const transport: Samples = {
  'open-route': {
    found: [
      [
        'src/http.ts',
        "const app = express();\napp.post('/mcp', async (req, res) => {\n  const t = new StreamableHTTPServerTransport({});\n  await t.handleRequest(req, res, req.body);\n});\napp.listen(3000);\n",
      ],
      ['server.py', "mcp = FastMCP('x')\nmcp.run(transport='sse')\n"],
      ['main.go', 'package main\nfunc main() { s := server.NewSSEServer(m)\n s.Start(addr) }\n'],
    ],
    clean: [
      ['c.ts', 'const up = new StreamableHTTPClientTransport(new URL(remote), {});\n'],
      ['l.go', 'package a\nfunc f() {\n\tlogger.Info("got", zap.Any("params", p))\n}\n'],
      [
        'src/http.ts',
        "app.use(requireBearerAuth({ verifier }));\napp.post('/mcp', async (req, res) => { const t = new StreamableHTTPServerTransport({}); });\n",
      ],
      ['src/health.ts', "app.get('/health', (req, res) => res.json({ ok: true }));\n"],
      ['server.py', "mcp.run(transport='stdio')\n"],
      [
        'proxy.py',
        "def build(backend, provider):\n    return create_proxy(backend, name='x', auth=provider)\n\nbuild(b, p).run(transport='http', port=1)\n",
      ],
      // Where a person comes back from a sign-in, nobody can be asked for a token yet.
      [
        'auth.go',
        'package a\nfunc f() {\n\thttp.HandleFunc("/oauth2callback", func(w http.ResponseWriter, r *http.Request) {})\n}\n',
      ],
    ],
  },
  'no-host-check': {
    found: [
      ['a.ts', 'const t = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });\n'],
      ['a.py', 'await mcp.run_http_async(host=host, port=port)\n'],
      ['a.go', 'package a\nfunc f() { h := server.NewStreamableHTTPServer(s) }\n'],
      ['a.rs', 'fn main() { let s = StreamableHttpService::new(move || Ok(x), m.into(), c); }\n'],
    ],
    clean: [
      ['c.ts', 'const up = new StreamableHTTPClientTransport(new URL(remote), {});\n'],
      [
        'a.ts',
        "new StreamableHTTPServerTransport({ enableDnsRebindingProtection: true, allowedHosts: ['127.0.0.1'] });\n",
      ],
      [
        'a.py',
        "app.add_middleware(TrustedHostMiddleware, allowed_hosts=['localhost'])\nmcp.run(transport='sse')\n",
      ],
    ],
  },
  'rebinding-protection-off': {
    found: [
      ['a.ts', 'new StreamableHTTPServerTransport({ enableDnsRebindingProtection: false });\n'],
      ['a.py', 'TransportSecuritySettings(enable_dns_rebinding_protection=False)\n'],
    ],
    clean: [['a.ts', '// enableDnsRebindingProtection: false would be wrong\n']],
  },
  'origin-compared-with-host': {
    found: [['a.ts', 'if (originHostname !== hostname) return forbidden();\n']],
    clean: [['a.ts', 'if (!allowedHosts.has(hostname)) return forbidden();\nconst origin = url.host;\n']],
  },
  'all-interfaces': {
    found: [
      ['a.ts', "app.listen(port, '0.0.0.0', () => {});\n"],
      ['a.py', "host: str = '0.0.0.0'\n"],
      ['a.go', 'package a\nfunc f() { http.ListenAndServe(":8080", nil) }\n'],
      ['a.rs', 'fn f() { let a = Ipv4Addr::UNSPECIFIED; }\n'],
    ],
    clean: [
      ['a.ts', "if (host === '0.0.0.0') warn();\nconst BLOCKED = ['127.0.0.1', '0.0.0.0'];\n"],
      ['a.py', "if ip in ('0.0.0.0', '::'):\n    pass\n"],
      ['t.py', "@mcp.tool()\ndef scan(target: str, host: str = '0.0.0.0') -> dict:\n    return {}\n"],
    ],
  },
  'listens-without-host': {
    found: [
      ['a.ts', 'app.listen(PORT, () => console.error("up"));\n'],
      ['b.ts', 'httpServer.listen(port);\n'],
    ],
    clean: [
      ['a.ts', "app.listen(port, '127.0.0.1', () => {});\napp.listen(port, host, () => {});\n"],
      ['b.ts', 'server.listen({ port, host });\n'],
    ],
  },
  'cors-any-origin': {
    found: [
      ['s.py', 'cors_allow_origins: list[str] = ["*"]\n'],
      ['a.ts', 'app.use(cors());\n'],
      ['b.ts', "res.setHeader('Access-Control-Allow-Origin', '*');\n"],
      ['a.py', "app.add_middleware(CORSMiddleware, allow_origins=['*'])\n"],
      ['a.go', 'package a\nfunc f() { w.Header().Set("Access-Control-Allow-Origin", "*") }\n'],
      ['a.rs', 'fn f() { CorsLayer::permissive(); }\n'],
    ],
    clean: [
      ['a.ts', "app.use(cors({ origin: 'https://app.example.com' }));\n// app.use(cors())\n"],
      ['a.py', "allow_origins=['https://example.com']\n"],
    ],
  },
  'websocket-any-origin': {
    found: [
      [
        'a.ts',
        "const wss = new WebSocketServer({ port: 3055 });\nwss.on('connection', (ws) => ws.on('message', run));\n",
      ],
      [
        'a.ts',
        'Bun.serve({ port: 3055, fetch(req, server) { server.upgrade(req); }, websocket: { message(ws, m) { run(m); } } });\n',
      ],
      [
        'a.py',
        'import websockets\nasync def main():\n    async with websockets.serve(handle, "localhost", 8765):\n        await forever()\n',
      ],
      [
        'a.go',
        'package a\nvar up = websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return true }}\n',
      ],
      ['a.rs', 'async fn f(s: TcpStream) { let ws = accept_async(s).await.unwrap(); run(ws).await; }\n'],
    ],
    clean: [
      ['a.ts', 'const wss = new WebSocketServer({ port: 3055, verifyClient: (i) => OK.has(i.origin) });\n'],
      ['a.ts', "const ws = new WebSocket('wss://example.com');\n"],
      [
        'a.py',
        'import websockets\nasync def main():\n    async with websockets.serve(handle, "localhost", 8765, origins=["https://x.example"]):\n        await forever()\n',
      ],
      [
        'a.go',
        'package a\nvar up = websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return ours(r) }}\n',
      ],
    ],
  },
};
