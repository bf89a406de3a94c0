import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_PACKAGES } from '../../src/analysis/packages/known-packages.ts';
import { looksLike } from '../../src/analysis/packages/look-alikes.ts';
import { vendorNamed } from '../../src/analysis/repository/vendors.ts';
import { identity } from '../../src/collectors/identity.ts';
import { lookAlikes } from '../../src/collectors/look-alikes.ts';
import { signatures } from '../../src/collectors/signatures.ts';
import { run } from './fake-context.ts';

describe('look-alike names', () => {
  it.each([
    ['npm', 'expres', 'express'],
    ['npm', 'lodahs', 'lodash'],
    ['npm', 'crossenv', 'cross-env'],
    ['npm', 'ax1os', null],
    ['npm', 'react-d0m', 'react-dom'],
    ['npm', '@modelcontextprotocoll/sdk', '@modelcontextprotocol/sdk'],
    ['npm', '@acme/express', null],
    ['npm', 'pg-native', null],
    ['PyPI', 'reqeusts', 'requests'],
    ['PyPI', 'python_dotenv', null],
    ['PyPI', 'pydantic-seting', null],
    ['PyPI', 'fast-mcp', 'fastmcp'],
    ['crates.io', 'serde-json', 'serde_json'],
    ['crates.io', 'tokyo', 'tokio'],
  ] as const)('%s: %s', (registry, name, known) => {
    expect(looksLike(registry, name)?.known ?? null).toBe(known);
  });

  it('takes no well-known name for an imitation, and is total', () => {
    for (const registry of ['npm', 'PyPI', 'crates.io'] as const)
      for (const name of KNOWN_PACKAGES[registry]) expect(looksLike(registry, name), name).toBeNull();
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (name) => void looksLike('npm', name)));
  });

  it('points at the line of the dependency and says what was not compared', async () => {
    const { item } = await run(lookAlikes, {
      files: {
        'package.json':
          '{\n  "name": "fasstmcp",\n  "dependencies": {\n    "zod": "^4",\n    "expresss": "1.0.0",\n    "\u0430xios": "1"\n  }\n}\n',
        'go.mod': 'module a\n\nrequire github.com/x/y v1.0.0\n',
      },
    });
    expect(item('look-alike-dependency')).toMatchObject({
      kind: 'lead',
      title: 'A dependency’s name is easily taken for another: expresss for express',
      at: { path: 'package.json', startLine: 5 },
    });
    expect(item('foreign-letters').detail).toBe('<U+430>xios');
    expect(item('look-alike-package')).toMatchObject({ checks: ['1.1.1'], at: { startLine: 2 } });
    expect(item('names-not-compared').kind).toBe('gap');
    expect((await run(lookAlikes, { files: { 'a.ts': '' } })).gathered.outcome).toBe('not-applicable');
  });
});

describe('products in names', () => {
  it('compares whole words with the accounts of the maker', () => {
    expect(vendorNamed('mcp-server-stripe', 'somebody')?.product).toBe('stripe');
    expect(vendorNamed('mcp-server-stripe', 'Stripe')).toBeNull();
    expect(vendorNamed('striped', 'somebody')).toBeNull();
    expect(vendorNamed('io.github.somebody/notes', 'somebody')).toBeNull();
  });

  it('makes an official claim weigh more when the owner is not known for the product', async () => {
    const { item } = await run(identity, {
      files: {
        'package.json': '{ "name": "notion-mcp" }',
        'README.md': 'The official Notion MCP server.\n',
      },
    });
    expect(item('vendor-named')).toMatchObject({
      kind: 'fact',
      title: 'notion-mcp names notion; acme is no account known for it',
    });
    expect(item('official-claim')).toMatchObject({ kind: 'lead', strength: 'moderate' });
  });
});

describe('entries of the registry and bundles', () => {
  it('says what clients are told to run, with the line of what is loose', async () => {
    const { item, items } = await run(identity, {
      files: {
        'server.json': `{
  "name": "io.github.acme/thing",
  "packages": [
    { "registryType": "npm", "identifier": "@acme/thing", "version": "latest", "transport": { "type": "stdio" },
      "environmentVariables": [{ "name": "ACME_TOKEN" }, { "name": "ACME_KEY", "isSecret": true }] },
    { "registryType": "mcpb", "identifier": "https://x/y.mcpb", "version": "1.0.0" }
  ],
  "remotes": [{ "type": "sse", "url": "http://mcp.acme.io/sse" }]
}`,
        'manifest.json':
          '{\n "manifest_version": "0.3", "name": "thing", "version": "1.0.0",\n "server": { "type": "node", "entry_point": "dist/a.js", "mcp_config": { "command": "npx", "args": ["-y", "x"] } },\n "user_config": { "api_key": { "type": "string" } }\n}',
        Dockerfile: 'FROM node\nLABEL io.modelcontextprotocol.server.name="io.github.other/thing"\n',
      },
    });
    expect(item('registry-entry').detail).toBe(
      'installs npm @acme/thing latest, stdio\ninstalls mcpb https://x/y.mcpb 1.0.0\nconnects to http://mcp.acme.io/sse (sse)',
    );
    expect(item('registry-version-moves').at).toEqual({ path: 'server.json', startLine: 4 });
    expect(item('bundle-without-hash').at).toEqual({ path: 'server.json', startLine: 6 });
    expect(item('remote-in-clear')).toMatchObject({ strength: 'strong', at: { startLine: 8 } });
    expect(items.filter((i) => i.rule === 'secret-not-marked').map((i) => i.title)).toEqual([
      'The bundle does not mark api_key as sensitive',
      'server.json does not mark ACME_TOKEN as secret',
    ]);
    expect(item('bundle-fetches').at).toEqual({ path: 'manifest.json', startLine: 3 });
    expect(item('bundle-entry-point').kind).toBe('fact');
    expect(item('server-name-differs').at).toEqual({ path: 'Dockerfile', startLine: 2 });
  });

  it('compares an entry only with what stands beside it', async () => {
    const { rules } = await run(identity, {
      files: {
        'a/server.json': '{"name": "io.github.acme/a"}',
        'b/server.json': '{"name": "io.github.acme/b"}',
        'b/package.json': '{"name": "b", "mcpName": "io.github.acme/b"}',
      },
    });
    expect(rules).not.toContain('server-name-differs');
  });
});

describe('tags outside the history', () => {
  it('tells later releases from those made elsewhere', async () => {
    const tag = (name: string, taggedAt: string) =>
      ({ name, commit: '1'.repeat(40), kind: 'lightweight', signature: 'none', taggedAt }) as const;
    const { item } = await run(signatures, {
      commits: [{ authoredAt: '2025-06-01T00:00:00Z', signature: 'ssh' }],
      tagsElsewhere: [tag('v1', '2025-01-01T00:00:00Z'), tag('v3', '2025-07-01T00:00:00Z')],
    });
    expect(item('tags-aside').detail).toContain('v1 (lightweight, 2025-01-01');
    expect(item('tags-later').title).toBe('1 tag newer than the pinned commit');
    expect(item('signatures-by-author').detail).toBe(
      'Ada Writer: 1 of 1 (100 %) signed (ssh 1), 1 with an own key',
    );
  });
});
