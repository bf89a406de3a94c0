import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHost } from '../../src/commands/host.ts';
import { main } from '../../src/commands/main.ts';
import { type Discovery, discovery } from '../../src/discovery/discovery.ts';
import { type Configurations, writeConfigurations } from '../fixtures/client-configurations.ts';
import { leaked } from '../support/secrets.ts';

const root = mkdtempSync(join(tmpdir(), 'discover-'));
const copies = join(root, 'copies');
const mark = join(root, 'started');
let made: Configurations;

const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const out: string[] = [];
  const err: string[] = [];
  const host = {
    ...createHost({ MCP_AUDIT_HOME: join(root, 'data') }),
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void err.push(text),
  };
  const code = await main(['discover', ...args], host);
  return { code, out: out.join(''), err: err.join('') };
};
const found = async (...args: string[]): Promise<Discovery> =>
  discovery.parse(JSON.parse((await run(...args, '--json')).out));

let whole: Discovery;
beforeAll(async () => {
  made = writeConfigurations(copies, mark);
  whole = await found(copies);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const server = (name: string, path: string) =>
  whole.servers.find((s) => s.name === name && s.path.includes(path)) ?? expect.fail(`${name} in ${path}`);
const seen = (name: string, path: string): string[] =>
  Object.entries(server(name, path).answers)
    .filter(([, a]) => a.state === 'seen')
    .map(([id]) => id);

describe('discover, over forty configurations of every client', () => {
  it('finds each, as what it is, with all of its servers', () => {
    const told = whole.files.map(({ path, client, scope, servers }) => ({ path, client, scope, servers }));
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
    expect(made.files).toHaveLength(40);
    expect(told.sort(byPath)).toEqual(made.files.sort(byPath));
    expect(new Set(whole.clients.filter((c) => c.state === 'not-seen').map((c) => c.id))).toEqual(
      new Set(['kilo']),
    );
    expect(whole.files.every((f) => f.state === 'read' && f.why === '')).toBe(true);
  });

  it('prints no credential, in no format', async () => {
    expect(made.random.length).toBeGreaterThan(20);
    for (const args of [[], ['--json']]) {
      const { out, err } = await run(copies, ...args);
      expect(leaked(out + err, made.random, 6)).toEqual([]);
    }
  });

  it('starts nothing', () => {
    expect(whole.servers.filter((s) => s.start.words.includes(mark))).toHaveLength(2);
    expect(existsSync(mark)).toBe(false);
  });

  it('sees each credential where it stands, and none where there is a reference', () => {
    const plain = whole.servers.filter((s) => s.answers['plain-secret']!.state === 'seen');
    expect(
      plain.map((s) => `${s.client} ${s.name}: ${s.answers['plain-secret']!.says.join(', ')}`).sort(),
    ).toMatchInlineSnapshot(`
      [
        "antigravity supabase: argument --access-token",
        "claude-code context7: header CONTEXT7_API_KEY",
        "claude-desktop github: env GITHUB_PERSONAL_ACCESS_TOKEN",
        "claude-desktop postgres: argument 3",
        "claude-desktop sentry: argument --header Authorization",
        "cline aws: env AWS_SECRET_ACCESS_KEY",
        "codex docs: env DOCS_TOKEN",
        "continue slack: env SLACK_MCP_XOXP_TOKEN",
        "cursor github: env GITHUB_PERSONAL_ACCESS_TOKEN",
        "gemini-cli maps: header Authorization",
        "goose tavily: env TAVILY_API_KEY",
        "jetbrains jira: argument token",
        "lm-studio hf-mcp-server: header Authorization",
        "opencode pg: env PGPASSWORD",
        "vscode db: argument DB_PASSWORD",
        "vscode remote: the address",
        "windsurf zapier: the address",
        "zed brave: env BRAVE_API_KEY",
      ]
    `);
    expect(server('everart', 'roo-cline').answers['plain-secret']).toEqual({
      state: 'not-seen',
      says: ['env EVERART_API_KEY: reads like a placeholder'],
    });
  });

  it('tells what is pinned from what floats, and what is neither', () => {
    const of = (state: string) =>
      whole.servers
        .filter((s) => s.answers.unpinned!.state === state)
        .map((s) => `${s.client} ${s.name}: ${s.answers.unpinned!.says.join(', ')}`)
        .sort();
    expect({
      seen: of('seen'),
      notSeen: of('not-seen'),
      couldNotLook: of('could-not-look'),
    }).toMatchInlineSnapshot(`
      {
        "couldNotLook": [],
        "notSeen": [
          "amazon-q git: uvx git+https://github.com/acme/git-mcp@9f8e7d6c5b4a39281706f5e4d3c2b1a098765432: one version",
          "claude-code acme-tools: nothing is fetched by its words: a program of this machine",
          "claude-code context7: nothing is fetched: it runs elsewhere",
          "claude-code corp: nothing is fetched: it runs elsewhere",
          "claude-code github: npx @modelcontextprotocol/server-github@2025.4.8: one version",
          "claude-code linear: nothing is fetched: it runs elsewhere",
          "claude-code mark: nothing is fetched by its words: a program of this machine",
          "claude-code shop: nothing is fetched by its words: a program of this machine",
          "claude-desktop acme-notes: nothing is fetched by its words: a program of this machine",
          "claude-desktop filesystem: npx @modelcontextprotocol/server-filesystem@2025.8.21: one version",
          "claude-desktop mark: nothing is fetched by its words: a program of this machine",
          "claude-desktop memory: npx @modelcontextprotocol/server-memory@2025.8.4: one version",
          "cline files: npx @modelcontextprotocol/server-filesystem@2025.8.21: one version",
          "codex figma: nothing is fetched: it runs elsewhere",
          "continue sqlite: uvx mcp-server-sqlite==2025.4.25: one version",
          "cursor github: npx gh-mcp-fork@0.2.1: one version",
          "gemini-cli corp: nothing is fetched: it runs elsewhere",
          "gemini-cli flow: nothing is fetched by its words: a program of this machine",
          "gemini-cli maps: nothing is fetched: it runs elsewhere",
          "goose away: nothing is fetched: it runs elsewhere",
          "goose developer: it comes with the client",
          "goose fetch: uvx mcp-server-fetch==2025.4.7: one version",
          "goose tavily: npx tavily-mcp@0.2.1: one version",
          "jetbrains jira: nothing is fetched by its words: a program of this machine",
          "kiro k8s: npx mcp-server-kubernetes@4.1.7: one version",
          "lm-studio hf-mcp-server: nothing is fetched: it runs elsewhere",
          "opencode jira: nothing is fetched: it runs elsewhere",
          "vscode old: uvx mcp-server-time==2025.8.4: one version",
          "vscode perplexity: npx server-perplexity-ask@0.1.3: one version",
          "vscode pw: npx @playwright/mcp@0.0.83: one version",
          "vscode remote: nothing is fetched: it runs elsewhere",
          "windsurf zapier: nothing is fetched: it runs elsewhere",
          "zed older: nothing is fetched by its words: a program of this machine",
        ],
        "seen": [
          "antigravity supabase: npx @supabase/mcp-server-supabase@latest: a range, a tag or a branch, which can be moved",
          "claude-desktop github: npx @modelcontextprotocol/server-github: no version: the newest one at each start",
          "claude-desktop postgres: npx @modelcontextprotocol/server-postgres: no version: the newest one at each start",
          "claude-desktop sentry: npx mcp-remote: no version: the newest one at each start",
          "cline aws: uvx awslabs.aws-api-mcp-server@latest: a range, a tag or a branch, which can be moved",
          "codex api: --with mcp[cli]: no version: the newest one at each start",
          "codex docs: npx docs-mcp: no version: the newest one at each start",
          "codex off: uvx mcp-server-git: no version: the newest one at each start",
          "continue playwright: npx @playwright/mcp@latest: a range, a tag or a branch, which can be moved",
          "continue slack: npx slack-mcp-server: no version: the newest one at each start",
          "copilot-cli azure: npx @azure/mcp@latest: a range, a tag or a branch, which can be moved",
          "cursor github: npx @modelcontextprotocol/server-github: no version: the newest one at each start",
          "cursor playwright: npx @playwright/mcp@latest: a range, a tag or a branch, which can be moved",
          "gemini-cli everything: npx @modelcontextprotocol/server-everything@^2025.8: a range, a tag or a branch, which can be moved",
          "kiro fetch: uvx mcp-server-fetch: no version: the newest one at each start",
          "opencode local: bunx team-mcp: no version: the newest one at each start",
          "opencode pg: npx pg-mcp: no version: the newest one at each start",
          "roo everart: npx @modelcontextprotocol/server-everart: no version: the newest one at each start",
          "roo notes: a download that a shell runs as it comes",
          "vscode db: docker run mcp/postgres:latest: a range, a tag or a branch, which can be moved",
          "vscode fetch: uvx mcp-server-fetch: no version: the newest one at each start",
          "zed brave: npx brave-search-mcp: no version: the newest one at each start",
        ],
      }
    `);
  });

  it('sees the rest where it is', () => {
    expect(seen('notes', '.roo/mcp.json')).toEqual(['unpinned', 'shell', 'approved-unasked']);
    expect(seen('k8s', 'src/api')).toEqual(['shell']);
    expect(seen('memory', 'carol')).toEqual([]);
    expect(seen('away', 'goose')).toEqual(['remote', 'plain-http', 'approved-unasked']);
    expect(seen('maps', '.gemini')).toEqual(['remote', 'plain-secret', 'approved-unasked']);
    expect(seen('linear', 'work/shop')).toEqual(['remote', 'approved-unasked']);
    // The name means another server in the project than for the user.
    expect(server('github', 'work/shop/.cursor').answers.shadowing!.says[0]).toContain(
      'means another server',
    );
    expect(server('github', 'Claude/claude_desktop').answers.duplicate!.says.join()).toContain(
      '.claude.json',
    );
    expect(server('off', '.codex').enabled).toBe(false);
    // A copy's permissions say nothing of the original's.
    expect(server('github', '.cursor').answers['readable-by-others']!.state).toBe('could-not-look');
  });
});

describe('discover, of a home', () => {
  const home = join(root, 'home');
  const put = (path: string, text: string): void => {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), text);
  };

  it('looks at the projects that clients know, at permissions, and says what it passed over', async () => {
    put(
      '.claude.json',
      JSON.stringify({
        mcpServers: {},
        projects: { '/home/dora/shop': {}, '/srv/other': {}, '/home/dora/../../etc': {} },
      }),
    );
    put(
      'shop/.mcp.json',
      '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "a-mcp"], "env": {"A_PASSWORD": "hunter2-hunter2"}}}}',
    );
    put('unknown/.mcp.json', '{"mcpServers": {"b": {"command": "b"}}}');
    put(
      '.config/Code/User/workspaceStorage/1/workspace.json',
      JSON.stringify({ folder: 'file:///home/dora/my%20site' }),
    );
    put('my site/.vscode/mcp.json', '{"servers": {"c": {"url": "http://localhost:3000/mcp"}}}');
    put('.codex/config.toml', 'mcp_servers = [broken');
    put('.cursor/mcp.json', '{"mcpServers": {"d": {}}}');
    put('.kiro/settings/mcp.json', '\xff\xfe\xff'.repeat(3));
    symlinkSync('/etc', join(home, '.gemini'));
    put('elsewhere.json', '{"mcpServers": {"e": {"command": "e"}}}');
    mkdirSync(join(home, '.junie/mcp'), { recursive: true });
    symlinkSync(join(home, 'elsewhere.json'), join(home, '.junie/mcp/mcp.json'));
    chmodSync(join(home, 'shop/.mcp.json'), 0o666);
    chmodSync(home, 0o755);
    const d = await found('--home', home);
    expect(d.servers.map((s) => [s.name, s.project, s.scope])).toEqual([
      ['a', 'shop', 'project'],
      ['c', 'my site', 'project'],
    ]);
    expect(d.servers[0]!.answers).toMatchObject({
      'plain-secret': { state: 'seen', says: ['env A_PASSWORD'] },
      'readable-by-others': { state: 'seen' },
      'writable-by-others': { state: 'seen' },
      remote: { state: 'not-seen' },
    });
    expect(d.servers[1]!.answers).toMatchObject({
      remote: { state: 'not-seen' },
      'plain-http': { state: 'not-seen' },
    });
    const files = Object.fromEntries(d.files.map((f) => [f.path, f.state === 'read' ? f.why : `! ${f.why}`]));
    expect(files).toEqual({
      '.claude.json': '',
      '.cursor/mcp.json': '"d" says neither a command nor an address',
      '.codex/config.toml': '! it is no TOML that can be read',
      '.kiro/settings/mcp.json': '! it is no JSON that can be read',
      '.junie/mcp/mcp.json': '! it is a symbolic link, which is not followed: name the folder it leads to',
      'shop/.mcp.json': '',
      'my site/.vscode/mcp.json': '',
    });
    expect(d.notLooked.join('\n')).toMatch(/\.gemini is a symbolic link and was not followed/);
    expect(d.notLooked.join('\n')).toMatch(
      /2 projects outside of this folder that a client knows: \/srv\/other/,
    );
    expect((await run('--home', home)).code).toBe(1);
    const named = await found('--home', home, '--project', join(home, 'unknown'));
    expect(named.servers.map((s) => s.name)).toContain('b');
    const twice = await found('--home', home, '--project', join(home, 'shop'));
    expect(twice.servers.map((s) => s.name)).toEqual(['a', 'c']);
  });

  it('refuses what is no folder, with words', async () => {
    const { code, err } = await run('--home', join(root, 'nowhere'));
    expect(code).toBe(2);
    expect(err).toContain('is no folder, so no configuration was looked for');
  });
});
