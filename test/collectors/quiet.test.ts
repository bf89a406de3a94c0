import { describe, expect, it } from 'vitest';
import { bodiesOf } from '../../src/analysis/behaviour/acts.ts';
import { codeFlow } from '../../src/collectors/code-flow.ts';
import { codeWeaknesses } from '../../src/collectors/code-weaknesses.ts';
import { toolSurface } from '../../src/collectors/tool-surface.ts';
import { toolText } from '../../src/collectors/tool-text.ts';
import { modulesOf, ruleFiles } from '../analysis/flow/follow.ts';
import { run } from './fake-context.ts';

/** What only looks like a weakness, each beside its neighbour that is one. */

const leadsIn = async (file: string, text: string): Promise<string[]> =>
  (await run(codeWeaknesses, { files: { [file]: text } })).items
    .filter((i) => i.kind === 'lead')
    .map((i) => `${i.strength} ${i.rule}`);

describe('code that reads like a weakness', () => {
  it('puts the environment into settings, or shows it', async () => {
    const java = (body: string) => `class A {\n  String f() {\n    ${body}\n  }\n}\n`;
    const settings = 'System.getenv().forEach(values::put);\n    return Map.copyOf(values);';
    expect(await leadsIn('src/A.java', java(settings))).toEqual([]);
    expect(await leadsIn('src/A.java', java('return System.getenv().toString();'))).toEqual([
      'moderate environment-dumped',
    ]);
  });

  it('keeps a session under a token, or tells the token', async () => {
    expect(
      await leadsIn('src/a.ts', 'const key = (apiToken) => { return `session:${apiToken}`; };\n'),
    ).toEqual([]);
    expect(
      await leadsIn('src/a.ts', 'const say = (apiToken) => { return `Your token is ${apiToken}`; };\n'),
    ).toEqual(['moderate secret-in-result']);
  });

  it('narrows a list by a prefix, or lets in by one', async () => {
    const filter =
      'export const found = (all, prefix) => all.filter((h) => h.filePath.startsWith(prefix)); // allowed\n';
    const check = 'if (!filePath.startsWith(allowedPrefix)) throw new Error("denied");\n';
    expect(await leadsIn('src/a.ts', filter)).toEqual([]);
    expect(await leadsIn('src/a.ts', check)).toEqual(['moderate prefix-allow-list']);
  });

  it('tells of a setting, sets it where somebody asked for it, or sets it', async () => {
    const told = 'const about = "On Bun NODE_TLS_REJECT_UNAUTHORIZED=0 is set as well";\n';
    const asked =
      'fn f() {\n    if std::env::var("TLS_VERIFY")\n        .map(|v| v == "0")\n        .unwrap_or(false)\n    {\n        warn("off");\n        b = b.danger_accept_invalid_certs(true);\n    }\n}\n';
    expect(await leadsIn('src/a.ts', told)).toEqual([]);
    expect(await leadsIn('src/a.ts', "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';\n")).toEqual([
      'strong tls-not-verified',
    ]);
    expect(await leadsIn('src/a.rs', asked)).toEqual(['moderate tls-not-verified']);
    expect(await leadsIn('src/a.rs', 'fn f() { b = b.danger_accept_invalid_certs(true); }\n')).toEqual([
      'strong tls-not-verified',
    ]);
  });

  it('lists what a container publishes, or binds itself', async () => {
    expect(await leadsIn('src/a.ts', 'ports.push(`${b.HostIp || "0.0.0.0"}:${b.HostPort}`);\n')).toEqual([]);
    expect(await leadsIn('src/a.ts', 'const host = process.env.HOST || "0.0.0.0";\n')).toEqual([
      'moderate all-interfaces',
    ]);
  });

  it('switches a protection off for other machines alone, or always', async () => {
    const off = 'config = config.disable_allowed_hosts();';
    expect(
      await leadsIn('src/a.rs', `fn f() {\n    if host != LOCALHOST {\n        ${off}\n    }\n}\n`),
    ).toEqual(['moderate rebinding-protection-off']);
    expect(await leadsIn('src/a.rs', `fn f() {\n    ${off}\n}\n`)).toEqual([
      'strong rebinding-protection-off',
    ]);
  });

  it('is one test of a query among others, or the only one', async () => {
    const gate =
      "export function readOnly(sql) {\n  const query = sql.trim().toUpperCase();\n  if (!query.startsWith('SELECT')) throw new Error('only SELECT');\n}\n";
    const more =
      "export function one(sql) {\n  if (tokens(sql).includes(';')) throw new Error('Multiple statements not allowed');\n}\n";
    const strengthOf = async (text: string) =>
      (await leadsIn('src/a.ts', text)).filter((l) => l.endsWith('query-kind-by-prefix'));
    expect(await strengthOf(gate)).toEqual(['strong query-kind-by-prefix']);
    expect(await strengthOf(gate + more)).toEqual(['moderate query-kind-by-prefix']);
  });

  it('takes Java that allows credentials beside any origin for the worse', async () => {
    const java = (more: string) =>
      `class C {\n  CorsFilter f() {\n    var config = new CorsConfiguration();\n    ${more}\n    config.setAllowedOriginPatterns(Collections.singletonList("*"));\n    return new CorsFilter(config);\n  }\n}\n`;
    expect(await leadsIn('src/C.java', java(''))).toEqual(['moderate cors-any-origin']);
    expect(await leadsIn('src/C.java', java('config.setAllowCredentials(true);'))).toEqual([
      'strong cors-any-origin',
    ]);
  });

  it('matches an address, or binds it; shows a path, or uses it', async () => {
    const shown =
      'fn f(host: &str) -> &str {\n    match host {\n        "0.0.0.0" | "::" => "127.0.0.1",\n        other => other,\n    }\n}\n';
    expect(await leadsIn('src/a.rs', shown)).toEqual([]);
    const path = (use: string) =>
      `fn f(p: &Path) {\n    let abs = p.canonicalize().unwrap_or_else(|_| p.to_path_buf());\n    ${use}\n}\n`;
    expect(await leadsIn('src/a.rs', path('println!("{}", abs.display().to_string());'))).toEqual([]);
    expect(await leadsIn('src/a.rs', path('std::fs::read(abs);'))).toEqual(['weak unresolved-path-checked']);
  });

  it('has a default that the program itself refuses, or takes', async () => {
    const settings = (more: string) =>
      `class Settings(BaseSettings):\n    secret_key: str = "changeme"\n${more}`;
    expect(await leadsIn('src/a.py', settings(''))).toEqual(['strong default-secret']);
    expect(await leadsIn('src/a.py', settings('    PLACEHOLDERS = frozenset({"changeme", ""})\n'))).toEqual(
      [],
    );
  });

  it('depends on something that asks who calls, or on nothing', async () => {
    const route = (name: string, depends: string, body: string) =>
      `@router.post("/${name}")\nasync def ${name}(user=${depends}):\n    ${body}\n\n`;
    const asks = 'check_permission(user)';
    const others = ['delete_key', 'revoke_key', 'update_key'].map((n) => route(n, 'None', asks)).join('');
    const of = async (depends: string) =>
      (await leadsIn('src/a.py', others + route('create_key', depends, 'save(user)'))).filter((l) =>
        l.endsWith('sibling-without-check'),
      ).length;
    expect(await of('None')).toBe(1);
    expect(await of('Depends(require_user_panel)')).toBe(0);
  });

  it('is one cause in all files of a package', async () => {
    const files = {
      'src/a.go':
        'package a\nfunc f(w http.ResponseWriter) {\n\tw.Header().Set("Access-Control-Allow-Origin", "*")\n}\n',
      'src/b.go': 'package a\nvar c = Config{ AllowOrigins: "*" }\n',
    };
    const { items } = await run(codeWeaknesses, { files });
    const cors = items.filter((i) => i.rule === 'cors-any-origin');
    expect(cors).toHaveLength(1);
    expect(cors[0]?.places).toHaveLength(1);
  });
});

describe('what a tool is given', () => {
  const told = async (sent: string) => {
    const [m] = await modulesOf({
      'a.ts': `async function save(args) {\n  await axios.post('https://auth.example.com/token', ${sent});\n}\n`,
    });
    return bodiesOf(m!).some((b) => b.seen.some((s) => s.act === 'sends-all'));
  };
  it('is sent as a whole, or only a part of it', async () => {
    expect(await told('{ id: args.id, secret: args.secret }')).toBe(false);
    expect(await told('args')).toBe(true);
    expect(await told('JSON.stringify({ args })')).toBe(true);
  });

  it('is a secret, or a mark to be given back', async () => {
    const asks = async (name: string) =>
      (
        await run(toolText, {
          files: {
            'src/a.ts': `import { z } from 'zod';\nimport { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nconst server = new McpServer({});\nserver.tool('go', 'Goes.', { ${name}: z.string() }, async () => ({ content: [] }));\n`,
          },
        })
      ).items.filter((i) => i.rule === 'secret-parameter').length;
    expect(await asks('plan_token')).toBe(0);
    expect(await asks('confirmToken')).toBe(0);
    expect(await asks('access_token')).toBe(1);
  });
});

describe('where reading ends', () => {
  const lost = 'export const load = (name) => fetch(`https://${name}.example.com/`);\n';
  const tool = "import { z } from 'zod';\nserver.tool('t', { a: z.string() }, async ({ a }) => a);\n";
  const flow = codeFlow(async () => ruleFiles());
  it('is a question where handlers were found, and a lead where none was', async () => {
    const beside = await run(flow, { files: { 'src/a.ts': lost, 'src/b.ts': tool } });
    expect(beside.item('request-address')).toMatchObject({
      kind: 'question',
      title: 'Who decides `name` of function load? It decides which host a request goes to',
    });
    expect((await run(flow, { files: { 'src/a.ts': lost } })).item('request-address').kind).toBe('lead');
    const whole = { 'src/a.ts': lost.replace('`https://${name}.example.com/`', 'name'), 'src/b.ts': tool };
    expect((await run(flow, { files: whole })).item('request-address').kind).toBe('lead');
  });

  it('is a lead where what is not known would be run, unless something else was made of it', async () => {
    const pack =
      "import { execSync } from 'node:child_process';\nexport const pack = (name) => execSync(name);\n";
    const kindOf = async (text: string) =>
      (await run(flow, { files: { 'src/a.ts': text, 'src/b.ts': tool } })).item('shell-command').kind;
    expect(await kindOf(pack)).toBe('lead');
    expect(await kindOf(pack.replace('execSync(name)', 'execSync(model.embed(name))'))).toBe('fact');
  });

  it('is no weakness of the names it could not read', async () => {
    const { item } = await run(toolSurface, {
      files: {
        'src/a.ts': 'for (const t of load()) server.tool(t.name, t.text, {}, t.run); // an MCP server\n',
      },
    });
    expect(item('computed-tool-name').kind).toBe('gap');
  });

  it('is none where the other side of a connection is started', async () => {
    const go =
      'package transport\nimport "os/exec"\nfunc NewStdioClientTransport(command string) { exec.Command(command) }\nfunc Start(command string) { exec.Command(command) }\n';
    const { items } = await run(flow, { files: { 'a.go': go } });
    expect(
      items
        .filter((i) => i.rule === 'chosen-program')
        .map((i) => `${i.kind} ${i.at?.startLine}`)
        .sort(),
    ).toEqual(['fact 3', 'lead 4']);
  });
});
