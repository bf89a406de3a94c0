import { describe, expect, it } from 'vitest';
import { anyOrigins } from '../../../../src/analysis/weaknesses/code/cors.ts';
import { parse } from './parse.ts';

const origins = async (path: string, text: string): Promise<string[]> =>
  anyOrigins(await parse(path, text)).map(
    (o) => `${o.line} ${o.how}${o.credentials ? ' with credentials' : ''}`,
  );

describe('answers that any page may read', () => {
  it.each([
    ['a.ts', 'app.use(cors());', '1 any'],
    ['a.ts', 'app.use(cors({ origin: true, credentials: true }));', '1 repeated with credentials'],
    ['a.ts', 'app.use(cors({ origin: (o, cb) => cb(null, true) }));', '1 repeated'],
    ['a.ts', 'app.use(cors({ origin: process.env.ORIGIN || "*" }));', '1 by default'],
    ['a.ts', 'res.setHeader("Access-Control-Allow-Origin", "*");', '1 any'],
    ['a.ts', 'const h = { "Access-Control-Allow-Origin": "*" };', '1 any'],
    [
      'a.ts',
      'res.header("access-control-allow-origin", req.headers.origin);\nres.header("Access-Control-Allow-Credentials", "true");',
      '1 repeated with credentials',
    ],
    ['a.ts', 'headers["Access-Control-Allow-Origin"] = "*";', '1 any'],
    ['a.ts', 'new FastMCP({ cors: { origin: "*" } });', '1 any'],
    [
      'a.py',
      'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n',
      '1 any with credentials',
    ],
    ['a.py', 'middleware = [Middleware(CORSMiddleware, allow_origins=["*"])]\n', '1 any'],
    ['a.py', 'response.headers["Access-Control-Allow-Origin"] = "*"\n', '1 any'],
    ['a.py', 'CORS_ALLOW_ALL_ORIGINS = True\n', '1 any'],
    ['a.py', 'CORS(app, origins="*")\n', '1 any'],
    ['a.go', 'package a\nfunc f() { w.Header().Set("Access-Control-Allow-Origin", "*") }\n', '2 any'],
    [
      'a.go',
      'package a\nfunc f() { w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin")) }\n',
      '2 repeated',
    ],
    ['a.go', 'package a\nfunc f() { cors.New(cors.Options{AllowedOrigins: []string{"*"}}) }\n', '2 any'],
    ['a.rs', 'fn f() { CorsLayer::permissive(); }\n', '1 any'],
    ['a.rs', 'fn f() { CorsLayer::new().allow_origin(Any); }\n', '1 any'],
    ['A.java', 'class A { void f() {\n response.setHeader("Access-Control-Allow-Origin", "*"); } }', '2 any'],
    ['A.java', 'class A { void f() { registry.addMapping("/**").allowedOrigins("*"); } }', '1 any'],
    ['A.java', 'class A { void f() { config.setAllowedOrigins(List.of("*")); } }', '1 any'],
    ['A.java', 'class A {\n @CrossOrigin\n void f() { } }', '2 any'],
    ['A.java', 'class A {\n @CrossOrigin(origins = "*")\n void f() { } }', '2 any'],
  ])('%s: %s', async (path, text, expected) => {
    expect(await origins(path, text)).toEqual([expected]);
  });

  it.each([
    ['a.ts', 'app.use(cors({ origin: "https://app.example.com" }));'],
    ['a.ts', 'app.use(cors({ origin: allowed }));'],
    [
      'a.ts',
      'if (allowedOrigins.includes(req.headers.origin)) res.setHeader("Access-Control-Allow-Origin", req.headers.origin);',
    ],
    ['a.ts', 'puppeteer.launch({ origin: "*" }); const x = { origin: true };'],
    ['a.py', 'app.add_middleware(CORSMiddleware, allow_origins=settings.origins)\n'],
    ['a.go', 'package a\nfunc f() { w.Header().Set("Access-Control-Allow-Headers", "*") }\n'],
    ['A.java', 'class A {\n @CrossOrigin(origins = "https://a.example")\n void f() { } }'],
  ])('not %s: %s', async (path, text) => {
    expect(await origins(path, text)).toEqual([]);
  });
});
