import { describe, expect, it } from 'vitest';
import { network } from '../../src/collectors/network.ts';
import { operations } from '../../src/collectors/operations.ts';
import { transport } from '../analysis/weaknesses/samples/transport.ts';
import { run } from './fake-context.ts';

describe('network', () => {
  it('lists hosts by who chooses them, and which no document names', async () => {
    const { item, items } = await run(network, {
      files: {
        'README.md': '# Thing\n\nTalks to api.acme.io.\n',
        'src/a.ts': [
          "const BASE = process.env.ACME_URL ?? 'https://api.acme.io/v1';",
          "const track = fetch('https://us.i.posthog.com/capture', {});",
          "logger.info('see https://docs.acme.io for help');",
          'await fetch(args.url);',
          'const next = await fetch(data.next_url);',
          'await fetch(`${this.baseUrl}/items`);',
          'await axios.get(thing);',
          "const ns = 'http://www.w3.org/2000/svg';",
          "const here = ['http://[::ffff:127.0.0.1]:80/', 'http://[::1]/'];",
          'const OPTION = /--inspect-brk|inspector\\.open/;',
        ].join('\n'),
      },
    });
    expect(item('outbound-hosts').detail).toBe(
      'api.acme.io (https): a default that a setting replaces; src/a.ts:1\nus.i.posthog.com (https): written in the code; src/a.ts:2',
    );
    expect(item('named-hosts').title).toContain('docs.acme.io');
    expect(item('undocumented-hosts')).toMatchObject({
      kind: 'lead',
      strength: 'moderate',
      title: '1 of 2 outbound hosts is in no document: us.i.posthog.com',
      at: { path: 'src/a.ts', startLine: 2 },
    });
    expect(item('address-from-input').at).toEqual({ path: 'src/a.ts', startLine: 4 });
    expect(item('address-from-answer').at).toEqual({ path: 'src/a.ts', startLine: 5 });
    expect(item('address-configured').at).toEqual({ path: 'src/a.ts', startLine: 6 });
    expect(item('address-computed').at).toEqual({ path: 'src/a.ts', startLine: 7 });
    expect(item('no-listener').kind).toBe('fact');
    expect(items.filter((i) => i.rule === 'debug-listener')).toEqual([]);
    expect(items.filter((i) => i.kind === 'gap').map((i) => i.rule)).toEqual(['not-started']);
  });

  it.each([
    ['src/a.ts', "const url = 'https://api.acme.io/x';\nfetch(url);\n", 'outbound-hosts'],
    ['a.py', 'def f(url):\n    return httpx.get(url)\n', 'address-computed'],
    ['a.py', '@mcp.tool()\nasync def f(url: str):\n    return await httpx.get(url)\n', 'address-from-input'],
    ['a.ts', "server.tool('x', async ({ url }) => {\n  return fetch(url);\n});\n", 'address-from-input'],
    ['a.go', 'package a\nfunc f(u string) { http.Get(cfg.BaseURL) }\n', 'address-configured'],
    ['a.rs', 'fn f(url: &str) { client.get(url).send(); }\n', 'address-computed'],
    ['A.java', 'class A { void f(String url) { URI.create(url); } }\n', 'address-computed'],
  ])('reads requests in %s', async (path, text, rule) => {
    expect((await run(network, { files: { [path]: text } })).rules).toContain(rule);
  });

  it.each([
    ['src/a.ts', "app.listen(3000, '0.0.0.0');\n", 'host "0.0.0.0", port "3000"'],
    ['src/a.ts', 'server.listen(port, () => {});\n', 'host not named, port "port"'],
    [
      'src/a.ts',
      "httpServer.listen(port!, host!, () => {\n  log('http://0.0.0.0:1');\n});\n",
      'host "host!", port "port!"',
    ],
    ['a.py', 'server.run(transport=transport)\n', 'host not named, port not named'],
    ['a.py', 'uvicorn.run(app, host="127.0.0.1", port=8000)\n', 'host "127.0.0.1", port "8000"'],
    ['a.py', 'mcp.run(transport="sse", host="0.0.0.0", port=9000)\n', 'host "0.0.0.0", port "9000"'],
    [
      'a.go',
      'package a\nfunc f() { http.ListenAndServe("localhost:8080", nil) }\n',
      'host "localhost", port "8080"',
    ],
    ['a.rs', 'async fn f() { TcpListener::bind("0.0.0.0:3001").await; }\n', 'host "0.0.0.0", port "3001"'],
    [
      'src/a.ts',
      'async function f() {\n  const server = http.createServer();\n  server.listen(3000);\n}\n',
      'port "3000"',
    ],
    ['src/a.ts', 'const door = http.createServer(h);\nlater();\ndoor.listen(3000);\n', 'a.ts:3 door.listen'],
    [
      'src/a.ts',
      "http.createServer((a, b) => {\n  b.end(')');\n}).listen(3000, '127.0.0.1');\n",
      'host "127.0.0.1"',
    ],
    [
      'a.py',
      'with socketserver.TCPServer(("", 8080), H) as s:\n    s.serve_forever()\n',
      'host not named, port "8080"',
    ],
    ['a.py', 'HTTPServer((host, port), H).serve_forever()\n', 'host "host", port "port"'],
    ['a.py', 'uvicorn.run("acme:app")\n', 'uvicorn.run'],
    ['a.py', 'thing = FastMCP("x")\nthing.run(transport="http")\n', 'a.py:2 thing.run'],
    ['a.py', 'my_server.run(transport="streamable-http")\n', 'my_server.run'],
    [
      'a.py',
      'opts = {"transport": t}\nopts["port"] = 1\nasyncio.run(main_mcp.run_async(**opts))\n',
      'main_mcp.run_async',
    ],
  ])('reads the listener in %s: %s', async (path, text, where) => {
    expect((await run(network, { files: { [path]: text } })).item('listeners').detail).toContain(where);
  });

  it('does not deny a listener that the rule of servers without an address finds', async () => {
    for (const [path, text] of transport['listens-without-host']!.found)
      expect((await run(network, { files: { [path]: text } })).rules, text).not.toContain('no-listener');
  });

  it.each([
    ['a.py', 'subprocess.run(["curl", "http"], host="x")\nasyncio.run(main(port))\n'],
    ['a.py', 'opts = {"transport": "stdio"}\nmcp.run()\nserver.run(**opts)\n'],
    ['src/a.ts', 'const bus = new Bus();\nbus.listen(topic);\nserver.listen(transport);\n'],
  ])('sees none in %s: %s', async (path, text) => {
    expect((await run(network, { files: { [path]: text } })).rules).toContain('no-listener');
  });

  it('does not take a server on stdio for a listener', async () => {
    const { rules } = await run(network, {
      files: { 'a.py': 'mcp = FastMCP("x")\nmcp.run(transport="stdio")\n' },
    });
    expect(rules).toContain('no-listener');
  });

  it('takes an address filter apart, wherever in the tree its parts stand', async () => {
    const weak =
      "export function check(h: string) {\n  if (h === 'localhost' || h.startsWith('10.') || /^192\\.168/.test(h) || h === '169.254.169.254') throw new Error('blocked');\n}\nfetch(args.url);\n";
    const { item } = await run(network, { files: { 'src/url.ts': weak } });
    expect(item('private-address-filter')).toMatchObject({
      kind: 'lead',
      at: { path: 'src/url.ts', startLine: 2 },
    });
    expect(item('private-address-filter').detail).toContain('IPv6');
    expect(item('private-address-filter').detail).toContain('redirects');
    const { item: more } = await run(network, {
      files: { 'src/url.ts': weak, 'src/get.ts': "fetch(u, { redirect: 'manual' });\n" },
    });
    expect(more('private-address-filter').detail?.split('\n')[1]).not.toContain('redirects');
    const inbound = await run(network, {
      files: { 'src/client-ip.ts': `const ip = req.headers['x-forwarded-for'];\n${weak}` },
    });
    expect(inbound.rules).not.toContain('private-address-filter');
    const channels = await run(network, {
      files: {
        'a.go':
          'package a\n// url\nfunc f(isIM, isPrivate bool) error {\n\tif isPrivate {\n\t\treturn errors.New("no")\n\t}\n\treturn nil\n}\n',
      },
    });
    expect(channels.rules).not.toContain('private-address-filter');
  });

  it('sees what goes in clear, and what tells about the server', async () => {
    const { item, rules } = await run(network, {
      files: {
        'README.md': 'Connect to http://mcp.acme.io:8080/mcp\n',
        'src/a.ts':
          "fetch('http://ip-api.com/json');\nconst app = express();\napp.get('/debug/env', h);\napp.get('/metrics', m);\napp.listen(3000);\nconst db = 'postgres://h/db?sslmode=disable';\n",
        'main.go': 'package main\nimport _ "net/http/pprof"\n',
      },
    });
    expect(item('plain-text-endpoint')).toMatchObject({
      kind: 'lead',
      at: { path: 'src/a.ts', startLine: 1 },
    });
    expect(item('documented-plain-text').title).toContain('http://mcp.acme.io:8080/mcp');
    expect(item('debug-routes').kind).toBe('lead');
    expect(item('debug-listener').at).toEqual({ path: 'main.go', startLine: 2 });
    expect(rules).toEqual(
      expect.arrayContaining([
        'telling-routes',
        'banner',
        'no-server-tls',
        'connection-without-tls',
        'error-handler',
      ]),
    );
  });

  it('says which languages it did not read, and when it does not apply', async () => {
    const { item } = await run(network, { files: { 'Server.swift': 'class A {}\n' } });
    expect(item('unread-language').title).toBe('Not read for the network: Swift (1 file)');
    expect((await run(network, { files: { 'README.md': 'x' } })).gathered.outcome).toBe('not-applicable');
  });
});

const server = (body: string): string =>
  `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nimport { z } from 'zod';\nconst server = new McpServer({ name: 'a', version: '1' });\nserver.registerTool('one', { description: 'd', inputSchema: { a: z.string() } }, async ({ a }) => {\n${body}\n  return { content: [] };\n});\n`;

describe('operations', () => {
  it('takes a word in a list of words for no audit log', async () => {
    const title = async (text: string) =>
      (await run(operations, { files: { 'src/a.py': text } })).item('audit-events').title;
    expect(await title('WORDS = [\n    "as",\n    "at",\n    "audit",\n    "avg",\n]\n')).toBe(
      'No audit log of its own was found',
    );
    expect(await title('log = logging.getLogger("audit")\nlog.info("call")\n')).toBe(
      'Audit is spoken of in 1 file',
    );
    expect(await title('record("call", "audit", "done")\n')).toBe('Audit is spoken of in 1 file');
  });

  it('tells which handlers log', async () => {
    const silent = await run(operations, { files: { 'src/a.ts': server('  work(a);') } });
    expect(silent.item('handlers-without-log')).toMatchObject({
      kind: 'fact',
      title: '1 of 1 (100 %) tool handlers hold no log call',
      at: { path: 'src/a.ts', startLine: 4 },
    });
    const logged = await run(operations, { files: { 'src/a.ts': server("  logger.info('called one');") } });
    expect(logged.item('handlers-without-log').kind).toBe('strength');
    const central = await run(operations, {
      files: {
        'src/a.ts': server('  work(a);'),
        'src/b.ts':
          'server.server.setRequestHandler(CallToolRequestSchema, async (r) => {\n  logger.info({ tool: r.params.name });\n});\n',
      },
    });
    expect(central.item('handlers-without-log').kind).toBe('fact');
  });

  it('names libraries, levels, files, metrics and health in several languages', async () => {
    const { item, items } = await run(operations, {
      files: {
        'a.py':
          'import logging\nlogger = logging.getLogger()\nlogging.basicConfig(filename="x.log", level=logging.INFO)\nh = RotatingFileHandler("server.log")\nlogger.warning("denied")\n',
        'b.go':
          'package b\nimport (\n\t"log/slog"\n\t"go.opentelemetry.io/otel"\n)\nfunc f() { slog.Info("x"); mux.HandleFunc("/healthz", h) }\n',
        'c.rs': 'use tracing::info;\nfn f() { info!("x"); }\n',
      },
    });
    expect(item('logging').title).toBe('3 log calls, with logging (Python), slog, tracing (Rust)');
    expect(item('log-level').title).toBe('The level of the log can be set');
    expect(item('log-file').checks).toEqual(['3.3.1', '2.3.4']);
    expect(item('metrics').title).toContain('go.opentelemetry.io/otel');
    expect(item('health').at).toEqual({ path: 'b.go', startLine: 6 });
    expect(items.filter((i) => i.kind === 'gap')).toEqual([]);
  });

  it('sees refusals without a log, limits, audit and values of callers in logs', async () => {
    const { item } = await run(operations, {
      files: {
        'src/a.ts':
          "import rateLimit from 'express-rate-limit';\nfunction f() {\n  throw new ForbiddenError('no');\n}\n\n\n\n\n\n\n\nfunction g() {\n  logger.warn(`denied ${args.name}`);\n  res.status(403).end();\n}\nauditLog.write('x');\n",
      },
    });
    expect(item('refusals-logged')).toMatchObject({
      title: '1 of 2 (50 %) refusals (401, 403, denied) have a log call beside them',
      at: { path: 'src/a.ts', startLine: 3 },
    });
    expect(item('rate-limit').title).toContain('express-rate-limit');
    expect(item('audit-events').at).toEqual({ path: 'src/a.ts', startLine: 16 });
    expect(item('arguments-in-log')).toMatchObject({ class: 'log-injection', at: { startLine: 13 } });
  });

  it('reads documents for the bad day, and what state there is to restore', async () => {
    const { item, rules } = await run(operations, {
      files: {
        'docs/runbook.md': '# Incident response\n\nRotate the API keys at once.\n\n## Backup and recovery\n',
        'src/a.ts':
          "import Database from 'better-sqlite3';\nif (process.env.READ_ONLY_MODE) {}\nfs.writeFileSync(file, text);\nfs.renameSync(file + '.tmp', file);\n",
        'migrations/001_init.sql': 'create table a(b int);\n',
      },
    });
    expect(item('incident-document').at).toEqual({ path: 'docs/runbook.md', startLine: 1 });
    expect(item('key-rotation').detail).toContain('docs/runbook.md:3');
    expect(item('kill-switch').at).toEqual({ path: 'src/a.ts', startLine: 2 });
    expect(item('stores').title).toBe('Embedded stores: better-sqlite3');
    expect(item('backup').title).toBe('Backup, restore or export: 0 places in code, 1 heading in documents');
    expect(item('migrations').title).toBe('1 migration of stored data');
    expect(rules).toEqual(
      expect.arrayContaining(['files-written', 'retention', 'atomic-writes', 'not-documented']),
    );
  });

  it('says that it did not read a language instead of that there is nothing', async () => {
    const { item } = await run(operations, { files: { 'main.swift': 'print(1)\n' } });
    expect(item('unread-language').kind).toBe('gap');
  });
});
