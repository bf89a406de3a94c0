import { describe, expect, it } from 'vitest';
import { openGuards } from '../../../../src/analysis/weaknesses/code/fail-open.ts';
import { parse } from './parse.ts';

const guards = async (path: string, text: string): Promise<string[]> =>
  openGuards(await parse(path, text)).map((g) => `${g.line} ${g.how} ${g.what}`.trim());

describe('a guard that is open when something is missing', () => {
  it.each([
    [
      'a method that allows without its option',
      'a.ts',
      'class S {\n isAuthorized(req) {\n  if (!this.o.secret) return true;\n  return req.headers["authorization"] === this.o.secret;\n }\n}',
      ['3 setting secret'],
    ],
    [
      'middleware that goes on without its variable',
      'a.ts',
      'const KEY = process.env.K_KEY;\nfunction auth(req, res, next) {\n const key = KEY;\n if (!key) { console.warn("open"); return next(); }\n if (req.headers["x-api-key"] !== key) return res.status(401).end();\n next();\n}',
      ['4 setting key'],
    ],
    [
      'a switch of a configuration that is handed over, which no caller brings',
      'a.ts',
      'export function isAuthorized(header, config) {\n  if (!config.requireAuth) { return true; }\n  return header === `Bearer ${config.authToken}`;\n}',
      ['2 setting requireAuth'],
    ],
    [
      'an arrow in app.use',
      'a.js',
      'app.use((req, res, next) => {\n const key = process.env.PAINT_KEY;\n if (key && req.headers["x-api-key"] === key) return next();\n if (!key && mode !== "strict") return next();\n res.status(401).end();\n});',
      ['4 setting key'],
    ],
    [
      'a comparison made only when the secret is set',
      'a.ts',
      'function auth(req, res, next) {\n if (config.apiKey && req.get("x-api-key") !== config.apiKey) return res.status(403).end();\n next();\n}',
      ['2 only-if-set apiKey'],
    ],
    [
      'the same in two steps',
      'a.py',
      'async def auth(request, call_next):\n    if settings.api_key:\n        if request.headers.get("x-api-key") != settings.api_key:\n            raise HTTPException(status_code=401)\n    return await call_next(request)\n',
      ['2 only-if-set api_key'],
    ],
    [
      'a caller who brings nothing',
      'a.ts',
      'function auth(req, res, next) {\n const token = req.headers.authorization;\n if (!token) return next();\n if (!verify(token)) return res.status(401).end();\n next();\n}',
      ['3 caller token'],
    ],
    [
      'Python middleware',
      'a.py',
      'API_TOKEN = os.environ.get("API_TOKEN")\nclass AuthMiddleware:\n    async def dispatch(self, request, call_next):\n        if not API_TOKEN:\n            return await call_next(request)\n        if request.headers.get("authorization") != API_TOKEN:\n            return JSONResponse({}, status_code=401)\n        return await call_next(request)\n',
      ['4 setting API_TOKEN'],
    ],
    [
      'a Python check that returns early',
      'a.py',
      'def verify_token(token):\n    if settings.token is None:\n        return\n    if token != settings.token:\n        raise Unauthorized()\n',
      ['2 setting token'],
    ],
    [
      'a Go wrapper',
      'a.go',
      'package a\nfunc auth(next http.Handler) http.Handler {\n\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {\n\t\tif apiToken == "" {\n\t\t\tnext.ServeHTTP(w, r)\n\t\t\treturn\n\t\t}\n\t\tif r.Header.Get("Authorization") != apiToken {\n\t\t\thttp.Error(w, "no", http.StatusUnauthorized)\n\t\t\treturn\n\t\t}\n\t\tnext.ServeHTTP(w, r)\n\t})\n}\n',
      ['4 setting apiToken'],
    ],
    [
      'a Go check that gives an error',
      'a.go',
      'package a\nfunc (s *S) checkToken(got string) error {\n\tif len(s.authToken) == 0 {\n\t\treturn nil\n\t}\n\tif got != s.authToken {\n\t\treturn errors.New("no")\n\t}\n\treturn nil\n}\n',
      ['3 setting authToken'],
    ],
    [
      'a Java filter',
      'A.java',
      'class AuthFilter {\n void doFilter(Req request, Res response, Chain chain) {\n  if (apiKey.isEmpty()) { chain.doFilter(request, response); return; }\n  if (!apiKey.equals(request.getHeader("X-Api-Key"))) { response.sendError(401); return; }\n  chain.doFilter(request, response);\n }\n}',
      ['3 setting apiKey'],
    ],
    [
      'a Rust check',
      'a.rs',
      'fn check_auth(headers: &HeaderMap, secret: Option<String>) -> Result<(), Error> {\n    if self.secret.is_none() {\n        return Ok(());\n    }\n    if headers.get("authorization") != self.secret { return Err(Error::Unauthorized); }\n    Ok(())\n}\n',
      ['2 setting secret'],
    ],
    [
      'an allow-list that is empty',
      'a.ts',
      'function checkOrigin(req) {\n if (allowedOrigins.length === 0) return true;\n return allowedOrigins.includes(req.headers.origin);\n}',
      ['2 setting allowedOrigins'],
    ],
    [
      'a check whose failure is passed over',
      'a.ts',
      'async function auth(req, res, next) {\n if (!req.headers.authorization) return res.status(401).end();\n try {\n  req.user = await verifyToken(req.headers.authorization);\n  next();\n } catch (e) {\n  log(e);\n  next();\n }\n}',
      ['7 caught'],
    ],
  ] as const)('%s', async (_what, path, text, expected) => {
    expect(await guards(path, text)).toEqual(expected);
  });

  it.each([
    [
      'refuses without its setting',
      'a.ts',
      'function auth(req, res, next) {\n if (!process.env.KEY_TOKEN) return res.status(500).end();\n if (req.headers.authorization !== process.env.KEY_TOKEN) return res.status(401).end();\n next();\n}',
    ],
    [
      'throws without it',
      'a.py',
      'def verify_token(token):\n    if not settings.token:\n        raise RuntimeError("set a token")\n    if token != settings.token:\n        raise Unauthorized()\n',
    ],
    [
      'is about something else',
      'a.ts',
      'function render(user) {\n if (!user.nickname) return true;\n throw new Error("x");\n}',
    ],
    [
      'refuses who brings nothing',
      'a.ts',
      'function auth(req, res, next) {\n const token = req.headers.authorization;\n if (!token) return res.status(401).end();\n if (token !== SECRET) return res.status(401).end();\n next();\n}',
    ],
    [
      'hands its error on',
      'a.ts',
      'async function auth(req, res, next) {\n try {\n  req.user = await verifyToken(req.headers.authorization);\n  next();\n } catch (e) {\n  next(new Error("401"));\n }\n if (x) throw new Error();\n}',
    ],
    [
      'looks for a cached token of its own',
      'a.ts',
      'async function getToken() {\n if (!this.token) return this.refresh();\n if (expired) throw new Error("x");\n return this.token;\n}',
    ],
    [
      'skips what is not its method',
      'a.ts',
      'function auth(req, res, next) {\n if (req.method !== "POST") return next();\n if (req.headers.authorization !== SECRET) return res.status(401).end();\n next();\n}',
    ],
  ])('is not one that %s', async (_what, path, text) => {
    expect(await guards(path, text)).toEqual([]);
  });
});
