import { describe, expect, it } from 'vitest';
import { authorization } from '../../src/collectors/authorization.ts';
import { run } from './fake-context.ts';

/** A proxy of one login that binds nothing, in TypeScript; and the same done with care. */
const careless = `
import express from 'express';
const app = express();
const codes = new Map();
app.get('/.well-known/oauth-authorization-server', (req, res) => {
  res.json({ issuer: 'https://mcp.example.org', code_challenge_methods_supported: ['S256'] });
});
app.post('/register', (req, res) => {
  const clientId = req.body.client_id || randomUUID();
  const redirectUris = req.body.redirect_uris;
  clients.set(clientId, { redirectUris });
  res.json({ client_id: clientId });
});
app.get('/authorize', (req, res) => {
  const redirectUri = req.query.redirect_uri;
  const state = btoa(JSON.stringify({ redirectUri, original: req.query.state }));
  res.redirect('https://login.example.com/?state=' + state);
});
app.get('/callback', async (req, res) => {
  const request = JSON.parse(atob(req.query.state));
  const profile = await fetchUser(req.query.code);
  const code = randomUUID();
  codes.set(code, { profile });
  res.redirect(\`\${request.redirectUri}?code=\${code}\`);
});
app.post('/token', async (req, res) => {
  const found = await codes.get(req.body.code);
  res.json({ access_token: sign(found.profile) });
});
app.post('/mcp', (req, res) => transport.handleRequest(req, res, req.body));
`;

const careful = `
import express from 'express';
import rateLimit from 'express-rate-limit';
const app = express();
app.use(helmet());
app.get('/.well-known/oauth-authorization-server', (req, res) => {
  res.json({ issuer: BASE, code_challenge_methods_supported: ['S256'] });
});
app.post('/register', rateLimit({ max: 5 }), (req, res) => {
  for (const uri of req.body.redirect_uris) if (!uri.startsWith('https://')) return res.status(400).end();
  const clientId = randomUUID();
  clients.set(clientId, { redirectUris: req.body.redirect_uris });
  res.json({ client_id: clientId });
});
app.get('/authorize', rateLimit({ max: 50 }), (req, res) => {
  const client = clients.get(req.query.client_id);
  const redirectUri = req.query.redirect_uri;
  if (!client.redirectUris.includes(redirectUri)) return res.status(400).end();
  if (!req.query.code_challenge) return res.status(400).end();
  const state = randomUUID();
  res.cookie('login', state, { httpOnly: true });
  pendingStates.set(state, { redirectUri, challenge: req.query.code_challenge, clientId: req.query.client_id }, { ttl: 600 });
  res.redirect('https://login.example.com/?state=' + state);
});
app.get('/callback', async (req, res) => {
  const state = req.query.state;
  if (req.cookies.login !== state) return res.status(400).end();
  const pending = await pendingStates.take(state);
  const profile = await fetchUser(req.query.code);
  if (!allowedEmails.includes(profile.login)) return res.status(403).end();
  const code = randomUUID();
  await authCodes.set(code, pending, { ttl: 60 });
  res.redirect(redirectTo(pending, code));
});
app.post('/token', rateLimit({ max: 50 }), async (req, res) => {
  const held = await authCodes.take(req.body.code);
  if (held.clientId !== req.body.client_id) return res.status(400).end();
  if (held.redirectUri !== req.body.redirect_uri) return res.status(400).end();
  const verifier = req.body.code_verifier;
  if (sha256(verifier) !== held.challenge) return res.status(400).end();
  if (!supportedScopes.includes(req.body.scope)) return res.status(400).end();
  res.json({ access_token: sign(held) });
});
app.post('/mcp', requireBearerAuth({ verifier }), (req, res) => transport.handleRequest(req, res, req.body));
`;

const leadsOf = async (files: Record<string, string>): Promise<string[]> =>
  (await run(authorization, { files })).items.filter((i) => i.kind === 'lead').map((i) => i.rule);

describe('how callers are let in', () => {
  it('draws the map first, with each step, what is kept and what is compared', async () => {
    const { item } = await run(authorization, { files: { 'src/server.ts': careful } });
    const map = item('authorization-mechanism');
    expect(map).toMatchObject({
      kind: 'fact',
      first: true,
      title: 'How callers are let in: register, authorize, callback, token are served here',
    });
    expect(map.detail).toContain('authorize: GET /authorize at src/server.ts:15');
    expect(map.detail).toContain('compares redirectUris with redirectUri (server.ts:18)');
    expect(map.detail).toMatch(
      /codes in authCodes: put src\/server\.ts:32 with an end; taken out in one step src\/server\.ts:36/,
    );
    expect(map.places).toContainEqual({ path: 'src/server.ts', startLine: 35 });
  });

  it('names what a careless proxy leaves out, each once and with its places', async () => {
    const { items, item } = await run(authorization, { files: { 'src/server.ts': careless } });
    expect(
      items
        .filter((i) => i.kind === 'lead')
        .map((i) => i.rule)
        .sort(),
    ).toEqual([
      'anonymous-without-limit',
      'client-chooses-id',
      'code-not-bound',
      'code-not-single-use',
      'mcp-route-open',
      'pkce-not-checked',
      'redirect-not-registered',
      'redirect-of-any-kind',
      'state-unsigned',
    ]);
    expect(item('state-unsigned').at).toEqual({ path: 'src/server.ts', startLine: 20 });
    expect(item('redirect-not-registered').places).toContainEqual({ path: 'src/server.ts', startLine: 24 });
  });

  it('says nothing of a proxy that does each of these', async () => {
    expect(await leadsOf({ 'src/server.ts': careful })).toEqual([]);
  });

  it('asks where certainty ends, and words no question as a weakness', async () => {
    const { items } = await run(authorization, { files: { 'src/server.ts': careless } });
    const questions = items.filter((i) => i.kind === 'question');
    expect(questions.map((q) => q.rule)).toEqual(['who-is-let-in']);
    for (const q of questions) {
      expect(q.title).toContain('?');
      expect(q.cwe ?? []).toEqual([]);
      expect(q.at).toBeDefined();
    }
  });

  it('is silent of a server that speaks nothing of the protocol', async () => {
    const { gathered } = await run(authorization, {
      files: { 'src/a.ts': "app.get('/health', (req, res) => res.json({ ok: true }));\n" },
    });
    expect(gathered).toMatchObject({
      outcome: 'nothing-found',
      searched: '1 source file: 0 steps of authorization, 1 other route',
    });
  });

  it.each([
    [
      'Python by annotations',
      'server.py',
      `
@app.get("/authorize")
async def authorize(request):
    redirect_uri = request.query_params["redirect_uri"]
    return RedirectResponse(redirect_uri)

@app.post("/token")
async def token(request):
    form = await request.form()
    return JSONResponse({"access_token": form.get("code")})
`,
      ['redirect-not-registered', 'token-is-the-code'],
    ],
    [
      'Go by a mux and wrapped handlers',
      'server.go',
      `package main

func routes(mux *http.ServeMux, s *Server) {
	authorizeHandler := http.HandlerFunc(s.Authorize)
	mux.Handle("/authorize", limit(authorizeHandler))
	mux.HandleFunc("POST /token", s.Token)
}

func (s *Server) Authorize(w http.ResponseWriter, r *http.Request) {
	redirectURI := r.URL.Query().Get("redirect_uri")
	code := random()
	s.authCodes[code] = redirectURI
	http.Redirect(w, r, redirectURI+"?code="+code, http.StatusFound)
}

func (s *Server) Token(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	entry := s.authCodes[code]
	delete(s.authCodes, code)
	json.NewEncoder(w).Encode(issue(entry))
}
`,
      ['code-without-a-person', 'redirect-not-registered', 'code-redeemed-in-two-steps'],
    ],
    [
      'Java by JAX-RS',
      'src/OAuth.java',
      `
@Path("/oauth")
public class OAuth {
  @GET @Path("/callback")
  public Response callback(@QueryParam("code") String code) { return Response.seeOther(login(code)).build(); }
  @POST @Path("/token")
  public Response token(@FormParam("code") String code) {
    Grant grant = codeStore.find(code);
    codeStore.markUsed(code);
    return Response.ok(issue(grant)).build();
  }
}
`,
      ['state-missing', 'code-redeemed-in-two-steps'],
    ],
    [
      'C# by attributes',
      'OAuth.cs',
      `
[Route("oauth")]
public class OAuthController : Controller {
  [HttpGet("authorize")]
  public IActionResult Authorize([FromQuery(Name = "redirect_uri")] string redirectUri, string state) {
    return Redirect($"{redirectUri}?state={state}");
  }
  [HttpPost("token")]
  public IActionResult Token(TokenRequest request) {
    string code;
    if (request.GrantType == "authorization_code") { code = request.Code; } else { code = request.RefreshToken; }
    return Ok(_tokenStore.TakeCode(code));
  }
}
`,
      ['redirect-not-registered', 'code-and-refresh-mixed', 'redirect-built-raw'],
    ],
    [
      'PHP by a router',
      'public/index.php',
      `<?php
$app->get('/authorize', function ($request, $response) {
    $redirectUri = $request->query->get('redirect_uri');
    return new RedirectResponse($redirectUri);
});
$app->post('/token', function ($request) {
    return json_encode(['access_token' => $request->get('code')]);
});
`,
      ['redirect-not-registered'],
    ],
    [
      'Rust by axum',
      'src/main.rs',
      `
fn routes() -> Router {
    Router::new().route("/authorize", get(authorize)).route("/token", post(token))
}
async fn authorize(Query(params): Query<Params>) -> Redirect {
    let redirect_uri = params.redirect_uri;
    Redirect::to(&redirect_uri)
}
async fn token(Form(form): Form<Token>) -> Json<Answer> {
    Json(issue(form.code))
}
`,
      ['redirect-not-registered'],
    ],
  ] as const)('follows routes of %s', async (_, path, text, rules) => {
    const { rules: found } = await run(authorization, { files: { [path]: text } });
    expect(found).toEqual(expect.arrayContaining(['authorization-mechanism', ...rules]));
  });

  it.each([
    [
      'a check that takes any token',
      'a.py',
      'def is_token_valid(token, app):\n    if token:\n        return True\n    return False\n',
      'any-token-is-taken',
    ],
    [
      'the operator’s cookie for whoever brings none',
      'a.py',
      'def token_of(request, settings):\n    return request.cookies.get("sid") or settings.cookie_value\n',
      'falls-back-to-own-credential',
    ],
    [
      'an origin compared by its beginning',
      'a.go',
      'package a\nfunc valid(origin string) bool {\n\treturn strings.HasPrefix(origin, "http://localhost")\n}\n',
      'origin-by-prefix',
    ],
    [
      'an end that is only looked at where there is one',
      'a.ts',
      'function verifyToken(token) {\n  const claims = open(token);\n  if (claims.exp) {\n    if (claims.exp < now()) throw new Error("expired");\n  }\n  return claims;\n}\n',
      'claim-only-if-present',
    ],
    [
      'paths that pass by how they begin',
      'a.ts',
      'function authenticate(req, res, next) {\n  if (req.path.startsWith("/public/")) return next();\n  return requireToken(req, res, next);\n}\n',
      'authentication-skipped-by-path',
    ],
    [
      'a proxy that hands the token on',
      'a.ts',
      'const proxy = httpProxy.createProxyServer({ target });\napp.use((req, res) => { jwtVerify(bearer(req)); proxy.web(req, res); });\n',
      'authorization-forwarded',
    ],
  ])('sees %s', async (_, path, text, rule) => {
    expect(await leadsOf({ [path]: text })).toContain(rule);
  });

  it.each([
    [
      'a check that looks the token up',
      'a.py',
      'def is_token_valid(token, store):\n    if token:\n        return store.lookup(token)\n    return False\n',
    ],
    [
      'a list of paths compared as a whole',
      'a.ts',
      'function authenticate(req, res, next) {\n  if (req.path === "/health") return next();\n  return requireToken(req, res, next);\n}\n',
    ],
    [
      'a part that is refused where it is missing',
      'a.ts',
      'function verifyToken(token) {\n  const claims = open(token);\n  if (!claims.exp) throw new Error("no end");\n  if (claims.exp < now()) throw new Error("expired");\n  return claims;\n}\n',
    ],
    [
      'a proxy that takes the header out',
      'a.ts',
      'const proxy = httpProxy.createProxyServer({ target });\nproxy.on("proxyReq", (out) => out.removeHeader("authorization"));\napp.use((req, res) => { jwtVerify(bearer(req)); proxy.web(req, res); });\n',
    ],
    [
      "an address of the operator's own held against another of theirs",
      'a.py',
      '@server.custom_route("/oauth/callback", methods=["GET"])\nasync def back(request):\n    state = request.cookies["state"]\n    if state != request.query_params["state"]:\n        return refuse()\n    redirect_url = required_env("REDIRECT_URL")\n    if not redirect_url.startswith(base_url + "/"):\n        raise ValueError("below it")\n',
    ],
    [
      'a state that is taken out of a store of tokens, and a token that is asked of the provider',
      'a.py',
      '@server.custom_route("/oauth/callback", methods=["GET"])\nasync def back(request):\n    held = request.cookies["login"]\n    pending = token_store().consume_oauth_state(request.query_params["state"])\n    if pending.browser != held:\n        return refuse()\n    flow.fetch_token(authorization_response=str(request.url))\n    if flow.login not in allowed_logins:\n        return refuse()\n',
    ],
  ])('leaves alone %s', async (_, path, text) => {
    expect(await leadsOf({ [path]: text })).toEqual([]);
  });
});

describe('where no step is made out', () => {
  const client = `
import { OAuth2Client } from 'google-auth-library';
const oauth2 = new OAuth2Client(id, secret, back);
oauth2.setCredentials({ refresh_token: held });
`;

  it('and sources speak of OAuth: a gap with their places, in all its checks', async () => {
    const { item } = await run(authorization, {
      files: { 'src/login.ts': client, 'src/a.ts': 'export const a = 1;\n' },
    });
    expect(item('authorization-not-followed')).toMatchObject({
      kind: 'gap',
      title: '1 file speaks of OAuth, and no step of it was made out',
      at: { path: 'src/login.ts', startLine: 3 },
    });
  });

  it('and none speaks of it: found nothing', async () => {
    const { gathered } = await run(authorization, { files: { 'src/a.ts': 'export const a = 1;\n' } });
    expect(gathered.outcome).toBe('nothing-found');
  });
});
