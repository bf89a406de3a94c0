import type { Samples } from './samples.ts';

export const exposure: Samples = {
  'secret-logged': {
    found: [
      ['p.py', 'logger.info(f"token is {token_for_user}")\n'],
      ['a.ts', 'console.log(`Generated auth token: ${authToken}`);\n'],
      ['a.py', 'logger.debug(f"using {self.api_key}")\n'],
      ['a.go', 'package a\nfunc f() { log.Printf("key %s", cfg.APIKey) }\n'],
      ['a.rs', 'fn f() { info!("token {}", access_token); }\n'],
      ['k.py', 'logger.info(f"using {api_key_value}")\n'],
      ['e.py', 'logger.info(f"using {encryption_key_value}")\n'],
      ['k.ts', 'const key = split(raw); console.log(`using ${accessToken}`);\n'],
      ['l.py', 'for token in api_tokens:\n    logger.info("with %s", token)\n'],
    ],
    clean: [
      ['v.py', 'logger.info(f"linked to {ticket_key_value}")\n'],
      ['v.ts', 'console.log(`sorted by ${sortKeyValue} and ${rowKey2}`);\n'],
      [
        'w.py',
        'def read(raw):\n    for token in raw.split(","):\n        token = token.strip()\n        log.warning("unknown %s", token)\n',
      ],
      [
        'x.py',
        'def read(raw):\n    tokens = [t.strip() for t in raw.split(",")]\n    tokens = [t for t in tokens if t]\n    for token in tokens:\n        log.warning(f"unknown {token}")\n',
      ],
      ['x.ts', 'for (const token of text.split(" ")) { console.warn(`unknown ${token}`); }\n'],
      ['s.ts', 'console.log(`key from ${config.sources.apiKey}`);\n'],
      ['l.ts', 'logger.warning({ id: LogId.checkCredentials, message: text });\n'],
      ['t.ts', 'const onToken = (token) => { process.stdout.write(token); };\n'],
      ['t.py', 'for token in stream:\n    print(token, end="")\n'],
      ['n.py', 'logger.info(f"Using the service for {user_email_from_creds}")\n'],
      ['h.py', 'safe_ssh_key = mask(key)\nlogger.info(f"using {safe_ssh_key} and {masked_token}")\n'],
      ['h.ts', 'console.log(`using ${redactedToken} and ${safeApiKey}`);\n'],
      [
        'a.ts',
        "console.log('Using provided auth token');\nconsole.error(`token ${token ? 'set' : 'missing'}`);\n",
      ],
      ['b.ts', 'console.log(maxTokens, usage.total_tokens, token.length);\n'],
      ['a.py', 'logger.info("api key %s", "set" if api_key else "missing")\nprint(len(token))\n'],
    ],
  },
  'secret-in-result': {
    found: [
      [
        'a.py',
        'def status(s):\n    info = f"""\n    Status: ok\n    - API Key: {s[\'api_key\']}\n    """\n    return info\n',
      ],
      ['a.ts', 'return { content: [{ type: "text", text: `Your token is: ${token}` }] };\n'],
    ],
    clean: [
      ['e.py', 'def example(d):\n    return f"# Settings\\nJWT_SECRET_KEY={d.jwt_secret_key}\\n"\n'],
      ['s.ts', 'const wrap = (cmd) => { return `echo ${password} | sudo -S ${cmd}`; };\n'],
      ['a.ts', 'return `Bearer ${token}`;\nconst url = `https://x/?key=${apiKey}`;\n'],
      ['a.py', 'return f"{user}:{count}"\nheaders = {"Authorization": f"Bearer {token}"}\n'],
    ],
  },
  'environment-dumped': {
    found: [
      ['a.ts', "return { content: [{ type: 'text', text: JSON.stringify(process.env, null, 2) }] };\n"],
      ['a.py', 'def show():\n    return json.dumps(dict(os.environ))\n'],
    ],
    clean: [
      ['a.ts', 'spawn(cmd, args, { env: { ...process.env, X: y } });\n'],
      ['a.go', 'package a\nfunc f() { cmd.Env = append(os.Environ(), "A=b") }\n'],
      [
        'e.go',
        'package a\nfunc f() error {\n\tif err := syscall.Exec(target, argv, os.Environ()); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n',
      ],
    ],
  },
  'requests-dumped': {
    found: [
      ['a.ts', 'console.error("request", req.headers);\n'],
      ['a.py', 'logger.debug("sending %s", headers)\n'],
      ['a.go', 'package a\nfunc f() { b, _ := httputil.DumpRequestOut(req, true) }\n'],
    ],
    clean: [['a.ts', 'logger.debug(redact(req.headers));\nconst h = req.headers;\n']],
  },
  'secret-file-mode': {
    found: [
      [
        'src/oauth/store.py',
        'class S:\n    def save(self, context):\n        self.path.write_text(yaml.dump(context))\n',
      ],
      ['a.ts', 'await fs.writeFile(tokenPath, JSON.stringify(tokens));\n'],
    ],
    clean: [
      ['a.ts', 'await fs.writeFile(tokenPath, JSON.stringify(tokens), { mode: 0o600 });\n'],
      ['b.ts', 'await fs.writeFile(out, report);\n'],
    ],
  },
  'secret-as-argument': {
    found: [
      ['a.ts', "if (args[i] === '--auth-token') token = args[++i];\n"],
      ['a.py', 'parser.add_argument("--api-key", help="key")\n'],
      ['a.go', 'package a\nvar t = flag.String("token", "", "t")\n'],
    ],
    clean: [['a.ts', "const help = 'use --max-tokens 5';\nif (a === '--port') x();\n"]],
  },
  'default-secret': {
    found: [
      ['a.ts', "const secret = process.env.JWT_SECRET || 'supersecret';\n"],
      ['a.py', 'SECRET = os.environ.get("APP_SECRET", "changeme")\n'],
      ['b.py', 'server_secret: str | None = Field(\n    default="dev",\n)\n'],
    ],
    clean: [
      ['s.ts', "config.sources.apiKey = 'cli';\nconst key = process.env.OPENAI_API_KEY || 'not-needed';\n"],
      ['t.py', 'cfg = Config(jwt_secret_key="test-secret-key")\n'],
      [
        'k.py',
        'class C:\n    password: str = "keyring-configured"\n    api_key = "configured-in-keyring"\n    token: str = "from-environment"\n',
      ],
      ['r.cs', 'class R { private const string RedactedSecret = "REDACTED-SECRET"; }\n'],
      ['v.go', 'package a\nconst StatusPass = "pass"\nconst manualOAuthKey contextKey = "manual_oauth"\n'],
      ['f.ts', 'const r = await fetch(url, { method: "POST", credentials: "include" });\n'],
      [
        'a.ts',
        "const key = process.env.API_KEY || '';\nconst apiKeyHeader = opts.apiKeyHeader || 'x-api-key';\n",
      ],
      ['a.py', 'token = os.environ.get("API_KEY", "")\nPASSWORD_FIELD = "password"\n'],
    ],
  },
  'secret-in-command': {
    found: [
      [
        'a.ts',
        "const quoted = password.replace(/'/g, '');\nconst line = `printf '%s\\\\n' '${quoted}' | sudo -S sh -c id`;\n",
      ],
      ['a.py', 'subprocess.run(["mysql", "--password", db_password, "-e", "select 1"])\n'],
      ['a.py', 'cmd = f"curl -u {user}:x --token {api_token} https://example.com"\n'],
      [
        'a.go',
        'package a\nfunc f() { c := exec.Command("docker", []string{"login", "-p", password}...); c.Run() }\n',
      ],
    ],
    clean: [
      ['a.ts', 'const line = `sudo -S sh -c ${quote(command)}`;\nstream.write(password);\n'],
      ['a.py', 'subprocess.run(["mysql", "--user", user], env={"MYSQL_PWD": password})\n'],
      ['a.py', 'url = f"https://example.com/?token={api_token}"\n'],
    ],
  },
  'configuration-in-result': {
    found: [
      [
        'A.java',
        'class A { @Tool(description = "x") public Config configuration() { return client.getConfiguration(); } }\n',
      ],
      ['a.py', '@mcp.tool()\ndef show():\n    return dict(os.environ)\n'],
      ['a.py', '@mcp.resource("config://all")\ndef show():\n    return json.dumps(settings)\n'],
    ],
    clean: [
      [
        'A.java',
        'class A { @Tool(description = "x") public String host() { return client.getConfiguration().getHost(); } }\n',
      ],
      ['a.py', 'def show():\n    return dict(os.environ)\n'],
      ['a.py', '@mcp.tool()\ndef show():\n    return settings.region\n'],
    ],
  },
};
