import { describe, expect, it } from 'vitest';
import {
  defaultSecrets,
  loggedSecrets,
  returnedSecrets,
} from '../../../../src/analysis/weaknesses/code/secrets.ts';
import { parse } from './parse.ts';

type Case = readonly [path: string, text: string];

const java = (body: string): string => `class A {\n void f(String accessToken) {\n  ${body}\n }\n}`;
const go = (body: string): string => `package a\nfunc f() {\n\t${body}\n}\n`;
const rust = (body: string): string => `fn f() {\n    ${body}\n}\n`;

describe('a secret with a default that everybody can read', () => {
  it.each([
    ['a.ts', 'const s = process.env.JWT_SECRET || "change-me-now";'],
    ['a.ts', 'const s = config.get<string>("JWT_SECRET") ?? "default-dev-secret";'],
    ['a.ts', 'const { x = 1 } = o; sign({ secret: "super-secret-1" });'],
    ['a.ts', 'class A { private signingKey = "abc123def456"; }'],
    ['a.py', 'S = os.environ.get("SECRET_KEY", "dev-secret")\n'],
    ['a.py', 'S = os.getenv("JWT_SECRET") or "hunter2"\n'],
    ['a.py', 'class Settings(BaseSettings):\n    jwt_secret: str = Field(default="insecure-dev")\n'],
    ['a.py', 'def f(password: str = "admin"):\n    pass\n'],
    ['a.go', go('viper.SetDefault("jwt_secret", "dev-secret")')],
    ['a.go', go('if secret == "" {\n\t\tsecret = "changeme"\n\t}')],
    ['A.java', java('String s = System.getenv().getOrDefault("API_TOKEN", "dev-token-1");')],
    [
      'A.java',
      java('String s = Optional.ofNullable(System.getenv("JWT_SECRET")).orElse("letmein");').replace(
        'Optional.ofNullable(System.getenv("JWT_SECRET"))',
        'env.getProperty("jwt.secret")',
      ),
    ],
    ['a.rs', rust('let s = std::env::var("JWT_SECRET").unwrap_or("dev-secret".to_string());')],
  ] satisfies Case[])('%s: %s', async (path, text) => {
    expect(defaultSecrets(await parse(path, text))).not.toEqual([]);
  });

  it.each([
    ['a.ts', 'const s = process.env.JWT_SECRET || "";'],
    ['a.ts', 'const s = process.env.API_KEY || "YOUR_API_KEY";'],
    ['a.ts', 'const h = { apiKeyHeader: "x-api-key", tokenType: "bearer" };'],
    ['a.ts', 'const itemsKey = "resources"; const cacheKey = "a:b"; const STORAGE_KEY = "app";'],
    ['a.ts', 'const state = token ? "set" : "missing";'],
    ['a.go', 'package a\nconst (\n\tbellSecretPurposeHMAC = "hmac"\n\tsecretNameTLS = "tls_client_key"\n)\n'],
    ['a.py', 'key = os.environ.get("API_KEY_FILE", "/run/secrets/key")\nTOKEN_URL = "https://a.example"\n'],
    ['a.py', 'max_tokens = int(os.getenv("MAX_TOKENS", "4096"))\n'],
  ] satisfies Case[])('not %s: %s', async (path, text) => {
    expect(defaultSecrets(await parse(path, text))).toEqual([]);
  });
});

describe('a secret in a log', () => {
  it.each([
    ['a.ts', 'console.log(`token ${accessToken}`);'],
    ['a.ts', 'this.logger.debug("using", { apiKey: this.config.apiKey });'],
    ['a.py', 'logger.info("key %s", settings.api_key)\n'],
    ['a.py', 'print(f"password: {password}")\n'],
    ['a.go', go('slog.Info("made", "token", accessToken)')],
    ['a.go', go('fmt.Printf("secret %s", cfg.ClientSecret)')],
    ['A.java', java('LOG.log(Level.INFO, "token made: {0}", accessToken);')],
    ['A.java', java('LOG.fine("token made: " + accessToken);')],
    ['A.java', java('System.out.println(accessToken);')],
    ['a.rs', rust('info!("token {}", access_token);')],
  ] satisfies Case[])('%s: %s', async (path, text) => {
    expect(loggedSecrets(await parse(path, text))).not.toEqual([]);
  });

  it.each([
    ['a.ts', 'console.log(`token ${accessToken ? "set" : "missing"}`, accessToken.length, mask(apiKey));'],
    ['a.ts', 'console.log("issue", issueKey, cacheKey, progressToken, maxTokens);'],
    ['a.py', 'logger.info("%s", bool(api_key))\nlogger.info(len(token))\n'],
    ['a.go', go('slog.Debug("x", "has_remote_secret", hasRemoteSecret, "count", secretCount)')],
    ['A.java', java('store.save(accessToken);')],
  ] satisfies Case[])('not %s: %s', async (path, text) => {
    expect(loggedSecrets(await parse(path, text))).toEqual([]);
  });
});

describe('a secret in a text that is handed out', () => {
  it.each([
    ['a.ts', 'export const steps = (accessKey: string) => `Run: tool --key ${accessKey}\n`;'],
    [
      'a.ts',
      'function f(c) { let text = `user\nkey ${c.accessKey}\n`; text += "a"; text += "b"; return text; }',
    ],
    ['a.ts', 'async () => ({ content: [{ type: "text", text: `Your token is: ${token}` }] })'],
    ['a.py', 'def status(s):\n    info = f"Key in use: {s[\'api_key\']}"\n    return info\n'],
    ['a.go', 'package a\nfunc f() string {\n\treturn "your password is " + password\n}\n'],
  ] satisfies Case[])('%s: %s', async (path, text) => {
    expect(returnedSecrets(await parse(path, text))).not.toEqual([]);
  });

  it.each([
    ['a.ts', 'const f = () => `Bearer ${token}`;'],
    ['a.ts', 'function url() { return `https://x.example/?key=${apiKey}`; }'],
    ['a.ts', 'function dsn() { return `postgres://u:${password}@h/db`; }'],
    ['a.py', 'def headers():\n    return {"Authorization": f"Bearer {token}"}\n'],
    ['a.py', 'def f():\n    return f"issue {issue_key} of {project_key}"\n'],
  ] satisfies Case[])('not %s: %s', async (path, text) => {
    expect(returnedSecrets(await parse(path, text))).toEqual([]);
  });
});
