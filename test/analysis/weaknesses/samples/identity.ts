import type { Samples } from './samples.ts';

export const identity: Samples = {
  'guessable-session-id': {
    found: [
      ['a.ts', 'const sessionId = `s-${Date.now()}`;\n'],
      ['b.ts', 'new T({ sessionIdGenerator: () => Math.random().toString(36) });\n'],
      ['a.py', 'session_id = str(random.randint(0, 10**9))\n'],
    ],
    clean: [
      ['a.ts', 'const t = new T({ sessionIdGenerator: () => randomUUID() });\n'],
      ['a.py', 'session_id = secrets.token_urlsafe(32)\n'],
    ],
  },
  'credential-in-url': {
    found: [
      ['a.ts', 'const key = req.query.api_key;\n'],
      ['a.py', "token = request.query_params.get('token')\n"],
    ],
    clean: [['a.ts', 'const page = req.query.page; const t = req.headers.authorization;\n']],
  },
  'token-not-verified': {
    found: [
      ['a.ts', 'const claims = jwt.decode(token);\n'],
      ['a.py', 'jwt.decode(token, options={"verify_signature": False})\n'],
      ['a.go', 'package a\nfunc f() { p.ParseUnverified(t, c) }\n'],
    ],
    clean: [['a.ts', 'const claims = jwt.verify(token, key, { audience, issuer });\n']],
  },
  'audience-not-checked': {
    found: [
      ['a.ts', 'const c = jwt.verify(token, key, { issuer });\n'],
      ['a.py', 'claims = jwt.decode(token, key, algorithms=["RS256"])\n'],
    ],
    clean: [
      ['a.ts', 'const c = await jwtVerify(token, jwks, { audience: resource });\n'],
      ['a.py', 'claims = jwt.decode(token, key, algorithms=["RS256"], audience=me)\n'],
    ],
  },
  'no-pkce': {
    found: [
      [
        'a.ts',
        "const u = new URL(a);\nu.searchParams.set('response_type', 'code');\nu.searchParams.set('redirect_uri', r);\n",
      ],
    ],
    clean: [
      [
        'a.ts',
        "u.searchParams.set('response_type', 'code');\nu.searchParams.set('redirect_uri', r);\nu.searchParams.set('code_challenge', c);\n",
      ],
      ['a.py', 'REDIRECT_URI = "x"\nGRANTS = ["authorization_code", "refresh_token"]\n'],
    ],
  },
  'loose-redirect': {
    found: [['a.ts', 'if (redirectUri.startsWith(base)) go();\n']],
    clean: [['a.ts', 'if (client.redirect_uris.includes(redirectUri)) go();\n']],
  },
  'token-passthrough': {
    found: [
      ['a.ts', 'fetch(api, { headers: { Authorization: req.headers.authorization } });\n'],
      ['a.py', 'headers = {"Authorization": request.headers["authorization"]}\n'],
    ],
    clean: [
      [
        'a.ts',
        "const authorization = req.headers['x-forwarded-for'];\nheaders: { Authorization: `Bearer ${own}` }\n",
      ],
    ],
  },
  'secret-compared-plainly': {
    found: [
      ['a.ts', "const token = req.headers['authorization'];\nif (token !== authToken) deny();\n"],
      ['b.ts', 'if (req.headers.authorization !== `Bearer ${authToken}`) deny();\n'],
      ['a.py', 'if request.headers["authorization"] and provided == self.api_key:\n    pass\n'],
    ],
    clean: [
      ['a.ts', "if (apiKey === undefined || apiKey === '') usage('authorization');\n"],
      ['b.ts', "if (type === 'apiKey') header = 'authorization';\n"],
      [
        'c.go',
        'package a\nfunc changed(old, new *C) bool {\n\tif old.ClientSecret != new.ClientSecret { return true }\n\treturn r.Header.Get("Authorization") == ""\n}\n',
      ],
      [
        'h.py',
        'x = headers["authorization"]\nexpected = hashlib.sha256(host_key).digest()\nreturn plaintext[:KEY_LEN] == expected\n',
      ],
      ['d.ts', "const auth = headers.authorization;\nif (digest !== expected) throw new Error('damaged');\n"],
    ],
  },
};
