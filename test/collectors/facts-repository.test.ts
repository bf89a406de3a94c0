import { describe, expect, it } from 'vitest';
import { codeFlow } from '../../src/collectors/code-flow.ts';
import { codeWeaknesses } from '../../src/collectors/code-weaknesses.ts';
import { dependencies as createDependencies } from '../../src/collectors/dependencies.ts';
import { deployment } from '../../src/collectors/deployment.ts';
import { identity } from '../../src/collectors/identity.ts';
import { network } from '../../src/collectors/network.ts';
import { readme } from '../../src/collectors/readme.ts';
import { sourceTree } from '../../src/collectors/source-tree.ts';
import { testsCi } from '../../src/collectors/tests-ci.ts';
import { toolSurface } from '../../src/collectors/tool-surface.ts';
import { bundledSource } from '../../src/io/advisories/bundled.ts';
import { ruleFiles } from '../analysis/flow/follow.ts';
import { run } from './fake-context.ts';

const flow = codeFlow(async () => ruleFiles());

const readmeOf = async (text: string) => (await run(identity, { files: { 'README.md': text } })).items;
const has = async (text: string, rule: string) => (await readmeOf(text)).some((i) => i.rule === rule);

describe('what a README says of its project', () => {
  it.each([
    'This is an unofficial MCP server for Acme.',
    'This project is not affiliated with or endorsed by Acme.',
    '> **Disclaimer:** not affiliated with Acme Inc.',
    'Unofficial MCP server for Acme',
    '# Acme MCP (unofficial)',
  ])('is unofficial: %s', async (text) => {
    expect(await has(`${text}\n`, 'unofficial')).toBe(true);
  });

  it.each([
    '# Acme\n\n## Unofficial forks',
    '# Acme\n\nThis server uses the unofficial API of Acme.',
    '# Acme\n\n- [Other](https://x.io): a community-built server for Other',
    '# Acme\n\nThis project is an unofficial guide',
  ])('is not: %s', async (text) => {
    expect(await has(`${text}\n`, 'unofficial')).toBe(false);
  });

  it('is quoted by its first sentence, not by a warning or an order', async () => {
    const items = await readmeOf(
      '# Acme\n\n*⚠ This project is under active development, review all operations carefully.*\n\nSet `ACME_TOKEN` and `ACME_URL` before you start the server.\n\nAn MCP server with which a model can manage orders of Acme.\n',
    );
    expect(items.find((i) => i.rule === 'readme-purpose')).toMatchObject({
      title: 'The first sentence of prose in README.md',
      detail: 'An MCP server with which a model can manage orders of Acme.',
    });
  });
});

describe('counts', () => {
  it('of a lockfile are those of packages; where one stands in several folders that is said', async () => {
    const { item } = await run(createDependencies(bundledSource), {
      files: {
        'package.json': '{"name":"x","dependencies":{"a":"^1.0.0"}}',
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': { dependencies: { a: '^1.0.0' } },
            'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
            'node_modules/b': { version: '1.0.0', integrity: 'sha512-b' },
            'node_modules/a/node_modules/b': { version: '1.0.0', integrity: 'sha512-b' },
          },
        }),
      },
    });
    expect(item('lockfile').title).toBe('package-lock.json (package-lock v3) pins 2 packages in 3 entries');
    expect(item('integrity').title).toContain('all 2 packages');
    expect(item('inventory').title).toContain('2 packages pinned');
  });

  it('of a manifest tell optional extras from what always runs, and claim nothing of go.mod', async () => {
    const { items } = await run(createDependencies(bundledSource), {
      files: {
        'pyproject.toml':
          '[project]\nname = "x"\ndependencies = ["mcp"]\n[project.optional-dependencies]\npostgres = ["psycopg"]\ndev = ["pytest", "ruff"]\n',
        'go.mod': 'module x\n\nrequire github.com/stretchr/testify v1.0.0\n',
      },
    });
    expect(items.filter((i) => i.rule === 'manifest').map((i) => i.title)).toEqual([
      'go.mod: 1 direct dependency',
      'pyproject.toml: 1 runtime dependency, 1 optional, 2 others',
    ]);
  });

  it('of entry points name a program once', async () => {
    const { item } = await run(sourceTree, {
      files: {
        'Cargo.toml': '[package]\nname = "x"\n[[bin]]\nname = "x"\npath = "src/main.rs"\n',
        'src/main.rs': 'fn main() {}\n',
      },
    });
    expect(item('entry-points').title).toBe('1 entry point: x → src/main.rs');
  });
});

describe('what is not the server', () => {
  it('is not told as its deployment', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n    - name: c\n      image: nginx:1.14.2\n';
    const { rules } = await run(deployment, { files: { 'internal/test_manifests/pod.yaml': pod } });
    expect(rules).not.toContain('workload');
    expect((await run(deployment, { files: { 'deploy/pod.yaml': pod } })).rules).toContain('workload');
  });

  it('is not told as its publishing', async () => {
    const of = async (line: string) =>
      (
        await run(testsCi, {
          files: {
            '.github/workflows/a.yml': `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ${line}\n`,
          },
        })
      ).rules;
    expect(await of('go install github.com/goreleaser/goreleaser/v2@v2.8.1')).not.toContain('ci-publish');
    expect(await of('goreleaser release --clean')).toContain('ci-publish');
  });
});

const TOOL = (name: string): string =>
  `import subprocess\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.tool()\ndef ${name}(cmd: str) -> str:\n    """Does it."""\n    return subprocess.check_output(cmd, shell=True)\n`;

describe('helper scripts', () => {
  const files = {
    'server.py':
      'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.tool()\ndef ok(a: str) -> str:\n    """Fine."""\n    return a\n',
    '.claude/hooks/hook.py': TOOL('hook'),
    '.github/scripts/x.py': TOOL('pipeline'),
    'scripts/release.py': TOOL('release'),
  };

  it('are no part of the surface, and no leads, where the server stands elsewhere', async () => {
    expect((await run(toolSurface, { files })).item('tools').detail).toMatch(/^ok\.\n/);
    const { items } = await run(flow, { files });
    expect(items.filter((i) => i.kind === 'lead')).toEqual([]);
    expect(items.map((i) => i.rule)).not.toContain('handlers-without-tool');
    expect((await run(codeWeaknesses, { files })).items.filter((i) => i.at?.path.startsWith('.'))).toEqual(
      [],
    );
  });

  it('are the server where there is no other', async () => {
    const only = { 'scripts/server.py': TOOL('run_it') };
    expect((await run(toolSurface, { files: only })).item('tools').title).toBe('1 tool defined in 1 file');
    expect((await run(flow, { files: only })).item('shell-command').kind).toBe('lead');
  });
});

describe('what stands behind the server in its own file', () => {
  it('is a test where it starts none', async () => {
    const of = async (block: string) =>
      (
        await run(network, {
          files: {
            'tools.py': `import requests\n\ndef go(): pass\n\nif __name__ == "__main__":\n${block}`,
          },
        })
      ).rules;
    expect(await of('    print(go())\n    requests.get("https://demo.acme.io/x")\n')).not.toContain(
      'outbound-hosts',
    );
    expect(
      await of('    asyncio.run(test_go())\n    requests.get("https://demo.acme.io/x")\n'),
    ).not.toContain('outbound-hosts');
    expect(await of('    requests.get("https://demo.acme.io/x")\n    mcp.run()\n')).toContain(
      'outbound-hosts',
    );
    expect(await of('    go()\nrequests.get("https://demo.acme.io/x")\n')).toContain('outbound-hosts');
  });

  it('reads no variables of the server', async () => {
    const { rules } = await run(readme, {
      files: {
        'README.md': '# x\n',
        'src/lib.rs':
          'pub fn a() {}\n\n#[cfg(test)]\nmod tests {\n  fn t() { std::env::var("TEST_CMD").unwrap(); }\n}\n',
      },
    });
    expect(rules).not.toContain('undocumented-variables');
  });
});

describe('a lockfile with one package in several folders', () => {
  it('counts it once in every number it tells', async () => {
    const { item } = await run(createDependencies(bundledSource), {
      files: {
        'package.json': '{"name":"x","dependencies":{"a":"^1.0.0"},"devDependencies":{"c":"^1.0.0"}}',
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': { dependencies: { a: '^1.0.0' }, devDependencies: { c: '^1.0.0' } },
            'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
            'node_modules/c': { version: '1.0.0', integrity: 'sha512-c', dev: true },
            'node_modules/d': { version: '1.0.0', integrity: 'sha512-d', dev: true, hasInstallScript: true },
            'node_modules/c/node_modules/d': {
              version: '1.0.0',
              integrity: 'sha512-d',
              dev: true,
              hasInstallScript: true,
            },
          },
        }),
      },
    });
    expect(item('lockfile').title).toContain('pins 3 packages in 4 entries');
    expect(item('lockfile').detail).toContain('2 only for development');
    expect(item('lockfile').detail).toContain('1 run a script on install');
  });

  it('is no part of the server where it belongs to a demonstration', async () => {
    const { rules } = await run(readme, {
      files: { 'README.md': '# x\n', 'acme-demo/src/route.ts': 'use(process.env.DEMO_SIGNING_KEY);\n' },
    });
    expect(rules).not.toContain('secret-variable');
  });
});

describe('go.mod', () => {
  it('counts a module once that it takes from elsewhere', async () => {
    const { item } = await run(createDependencies(bundledSource), {
      files: {
        'go.mod':
          'module x\n\nrequire (\n\texample.org/bells v0.0.0\n\tgithub.com/mark3labs/mcp-go v0.32.0\n)\n\nreplace example.org/bells => ../bells\n',
        'go.sum': 'github.com/mark3labs/mcp-go v0.32.0 h1:abc=\n',
      },
    });
    expect(item('manifest').title).toBe('go.mod: 2 direct dependencies');
    expect(item('lockfile').detail).not.toContain('more than are used');
  });
});
