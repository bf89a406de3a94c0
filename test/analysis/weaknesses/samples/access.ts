import type { Samples } from './samples.ts';

export const access: Samples = {
  'switched-by-presence': {
    found: [
      ['a.ts', 'if (process.env.SKIP_AUTH) next();\n'],
      ['a.py', 'import os\nX = bool(os.getenv("INSECURE_MODE"))\n'],
      ['a.go', 'package a\nfunc f() { if os.Getenv("SKIP_AUTH") != "" { return } }\n'],
    ],
    clean: [
      ['a.ts', "if (process.env.SKIP_AUTH === 'true') next();\n"],
      ['a.py', 'import os\nX = os.getenv("INSECURE_MODE", "").lower() == "true"\n'],
      // What is there is used, and takes nothing away.
      ['b.ts', 'if (process.env.API_URL) connect(process.env.API_URL);\n'],
    ],
  },
  'own-credential-to-chosen-address': {
    found: [
      [
        'a.go',
        'package a\nfunc f(req *http.Request) {\n\tu := req.Header.Get(urlHeader)\n\tif apiKey == "" {\n\t\tapiKey = envKey\n\t}\n}\n',
      ],
      [
        'a.ts',
        "const url = req.headers['x-api-url'];\nconst key = req.headers['x-api-key'] ?? process.env.API_KEY;\n",
      ],
    ],
    clean: [['a.ts', "const key = req.headers['x-api-key'] ?? process.env.API_KEY;\n"]],
  },
  'authentication-optional': {
    found: [
      [
        'c.ts',
        'class Guard {\n  isAllowed(user: string): boolean {\n    if (!this.allowed || this.allowed.length === 0) return true;\n    return this.allowed.includes(user);\n  }\n}\n',
      ],
      [
        'a.ts',
        'function auth(req, res, next) {\n  if (!apiKey) {\n    next();\n    return;\n  }\n  if (req.headers.authorization !== apiKey) res.status(401);\n}\n',
      ],
      ['b.ts', 'if (authToken) {\n  app.use((req, res, next) => { if (!ok) res.status(401); });\n}\n'],
      [
        'a.py',
        'def check(authorization):\n    if not API_KEY:\n        return True\n    return authorization == API_KEY\n',
      ],
    ],
    clean: [
      [
        'types.py',
        'def _is_allowed_content_type(content_type):\n    if not settings.allowed_content_types:\n        return True\n    return content_type in settings.allowed_content_types\n',
      ],
      [
        'repos.py',
        'def is_allowed(repo_id):\n    allowed_repos = os.environ.get("ALLOWED_REPOS", "")\n    if not allowed_repos:\n        return True\n    return repo_id in allowed_repos.split(",")\n',
      ],
      [
        'r.ts',
        'async function resolveCredential(headers) {\n  const token = headers["x-api-key"] ?? headers.authorization;\n  if (!token) return undefined;\n  if (!isKey(token)) throw new Error("no key");\n  return { credential: token, source: "header" };\n}\n',
      ],
      ['a.ts', "if (!apiKey) throw new Error('API_KEY is required, or 401');\n"],
      [
        'g.go',
        'package a\nfunc (s *S) guard(next http.Handler) http.Handler {\n\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {\n\t\ttoken := r.Header.Get("X-API-Key")\n\t\tif s.cfg.APIKey != "" && token == s.cfg.APIKey {\n\t\t\tctx := auth.WithAuthContext(r.Context(), auth.Admin())\n\t\t\tnext.ServeHTTP(w, r.WithContext(ctx))\n\t\t\treturn\n\t\t}\n\t\thttp.Error(w, "no", 401)\n\t})\n}\n',
      ],
      [
        'q.py',
        'def _raise_if_auth_quiescent():\n    global _auth_quiescent\n    if not _auth_quiescent:\n        return\n    if lifted():\n        _auth_quiescent = False\n        return\n    raise AuthError("later")\n',
      ],
      // What may be opened, said by a list of any name, is no question of who asks.
      [
        'v.ts',
        'class Guard {\n  isAllowed(target: string): boolean {\n    if (!this.allowed || this.allowed.length === 0) return true;\n    return this.allowed.some((a) => target.startsWith(a));\n  }\n}\n',
      ],
      [
        'v.py',
        'def check_access(resource):\n    if not settings.access_list:\n        return True\n    return resource in settings.access_list\n',
      ],
      [
        'v.go',
        'package a\nfunc (g *Gate) Allowed(name string) bool {\n\tif len(g.allowlist) == 0 {\n\t\treturn true\n\t}\n\treturn g.allowlist[name]\n}\n',
      ],
      [
        's.py',
        'async def check_offline_access(self):\n    scopes_supported = config.get("scopes_supported")\n    if scopes_supported is None:\n        return True\n    return "offline" in scopes_supported\n',
      ],
    ],
  },
  'list-filter-not-on-call': {
    found: [
      [
        'a.ts',
        'server.setRequestHandler(ListToolsRequestSchema, async () => {\n  if (allowOnlyReadonlyTools) return { tools: few };\n  return { tools: all };\n});\nserver.setRequestHandler(CallToolRequestSchema, async (r) => handlers[r.params.name](r));\n',
      ],
    ],
    clean: [
      [
        'a.ts',
        'server.setRequestHandler(ListToolsRequestSchema, async () => {\n  if (readOnly) return { tools: few };\n  return { tools: all };\n});\nserver.setRequestHandler(CallToolRequestSchema, async (r) => {\n  if (readOnly && writes(r)) throw new Error();\n  return handlers[r.params.name](r);\n});\n',
      ],
    ],
  },
  'sibling-without-check': {
    found: [
      [
        'A.java',
        'class Jobs { @Tool(description = "x") public void triggerBuild(String job) { find(job).scheduleBuild(); } @Tool(description = "y") public void updateBuild(String job) { find(job).checkPermission(Run.UPDATE); rename(job); } }\n',
      ],
      [
        'a.ts',
        "server.tool('delete_page', {}, async ({ id }) => { requireAdmin(user); await drop(id); });\nserver.tool('publish_page', {}, async ({ id }) => { await publish(id); });\n",
      ],
      [
        'a.go',
        'package a\nfunc deletePod(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) { if err := checkAccess(ctx); err != nil { return nil, err }; return drop(req) }\nfunc applyYaml(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) { return apply(req) }\n',
      ],
      [
        'a.py',
        '@mcp.tool()\n@require_scope("write")\ndef create_note(text: str):\n    return save(text)\n\n@mcp.tool()\ndef delete_note(id: str):\n    return drop(id)\n',
      ],
      [
        'a.py',
        'class H:\n    async def delete_pod(self, ctx, name):\n        if not self.allow_write:\n            raise PermissionError\n        go(name)\n\n    async def apply_yaml(self, ctx, path):\n        go(path)\n',
      ],
      [
        'b.py',
        '@require_write\nasync def delete_pod(ctx, name):\n    go(name)\n\n\nasync def apply_yaml(ctx, path):\n    go(path)\n\n\n@require_write\nasync def create_pod(ctx, path):\n    go(path)\n',
      ],
    ],
    clean: [
      [
        'd.py',
        '@mcp.tool()\n@with_account(read_only=False)\nasync def send_file(ctx, path):\n    return 1\n\n\n@mcp.tool()\n@with_account(read_only=False)\nasync def send_album(ctx, paths):\n    return 2\n',
      ],
      [
        'A.java',
        'class Jobs { @Tool(description = "x") public String getBuild(String job) { return find(job).name(); } @Tool(description = "y") public void updateBuild(String job) { find(job).checkPermission(Run.UPDATE); rename(job); } }\n',
      ],
      [
        'a.ts',
        "server.tool('delete_page', {}, async ({ id }) => { requireAdmin(user); await drop(id); });\nserver.tool('publish_page', {}, async ({ id }) => { requireAdmin(user); await publish(id); });\n",
      ],
      [
        'a.py',
        'class H:\n    async def delete_pod(self, ctx, name):\n        if not self.allow_write:\n            raise PermissionError\n        go(name)\n\n    async def get_pod(self, ctx, name):\n        return name\n',
      ],
      // A decorator asks for the function below it, not for the one above.
      [
        'b.py',
        '@tool()\n@account(readonly=False)\nasync def send_a(x, ctx):\n    return go(x)\n\n\nasync def _album(x, ctx):\n    return go(x)\n\n\n@tool()\n@account(readonly=False)\nasync def send_b(x, ctx):\n    return go(x)\n\n\n@tool()\n@account(\n    readonly=False,\n)\nasync def send_c(x, ctx):\n    return go(x)\n',
      ],
    ],
  },
  'mask-by-exact-name': {
    found: [
      ['a.ts', "const shouldMask = on && (resourceType === 'secrets' || resourceType === 'secret');\n"],
    ],
    clean: [['a.ts', "const masked = mask(value);\nif (kind === 'secret') hide();\n"]],
  },
  'writes-on-by-default': {
    found: [
      ['a.ts', "const readOnly = process.env.READ_ONLY === 'true';\n"],
      ['a.py', 'def create(driver, read_only: bool = False):\n    pass\n'],
      ['s.py', 'class ServerSettings(BaseSettings):\n    read_only: bool = Field(default=False)\n'],
    ],
    clean: [
      ['a.ts', "const readOnly = process.env.READ_ONLY !== 'false';\n"],
      ['a.py', 'allow_write: bool = False\n'],
      [
        'm.py',
        'class Calendar(BaseModel):\n    href: str\n    read_only: bool = Field(default=False, description="x")\n',
      ],
    ],
  },
  'host-from-environment': {
    found: [['a.ts', 'const base = process.env.BASE_URL;\nconst headers = { Authorization: t };\n']],
    clean: [
      [
        'e.ts',
        'const key = process.env.API_KEY; h.authorization = key;\nconst path = process.env.MY_ENDPOINT ?? "/mcp";\nif (!process.env.MY_API_URL && !key) fail();\n',
      ],
      ['a.ts', 'const level = process.env.LOG_LEVEL;\nconst headers = { Authorization: t };\n'],
    ],
  },
  'request-chooses-upstream': {
    found: [
      ['a.ts', "const url = req.headers['x-service-url'];\n"],
      ['a.go', 'package a\nfunc f() { u := req.Header.Get("X-Service-URL") }\n'],
    ],
    clean: [['a.ts', "const host = req.headers['x-forwarded-host'];\n"]],
  },
  'secret-variables': {
    found: [
      ['a.ts', 'const t = process.env.ACME_TOKEN;\n'],
      ['a.py', 't = os.environ["ACME_API_KEY"]\n'],
    ],
    clean: [
      ['a.ts', 'const t = process.env.PORT;\n'],
      ['p.ts', 'const f = process.env.ACME_CREDENTIALS_PATH;\n'],
      ['p.py', 'f = os.environ["ACME_TOKEN_FILE"]\n'],
    ],
  },
};
