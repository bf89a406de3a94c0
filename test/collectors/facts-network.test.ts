import { describe, expect, it } from 'vitest';
import { network } from '../../src/collectors/network.ts';
import { readme } from '../../src/collectors/readme.ts';
import { run } from './fake-context.ts';

describe('connections', () => {
  it('of libraries that connect by themselves are named as not recognised', async () => {
    const { item } = await run(network, {
      files: {
        'package.json': '{"name":"@acme/api"}',
        'src/a.ts':
          "import { Octokit } from '@octokit/rest';\nimport pg from 'pg';\nimport { own } from '@acme/api';\nimport m from 'prom-client';\nimport type { X } from './client';\n",
        'src/b.py': 'import boto3\nfrom google.cloud import storage\nimport json\n',
        'src/c.ts': "import got from 'got';\nexport const client = got.extend({});\n",
      },
    });
    expect(item('connections-not-recognised').title).toBe(
      'Connections through 5 libraries were not recognised: @octokit/rest, boto3, google.cloud, and 2 more',
    );
    expect(item('connections-not-recognised').detail).toContain('pg: src/a.ts:2');
    expect(item('connections-not-recognised').detail).toContain('got: src/c.ts:1');
  });

  it('of a client whose calls were recognised are no gap', async () => {
    const { rules } = await run(network, {
      files: { 'src/a.ts': "import got from 'got';\nconst r = await got(process.env.X_URL);\n" },
    });
    expect(rules).not.toContain('connections-not-recognised');
  });

  it('leaves the packages of a Go module itself out', async () => {
    const { rules } = await run(network, {
      files: {
        'go.mod': 'module github.com/acme/server\n',
        'main.go': 'package main\n\nimport (\n\t"github.com/acme/server/pkg/client"\n)\n',
      },
    });
    expect(rules).not.toContain('connections-not-recognised');
  });
});

describe('TLS', () => {
  const rulesOf = async (text: string) => (await run(network, { files: { 'a.py': text } })).rules;

  it('of a client says nothing of the server', async () => {
    expect(
      await rulesOf(
        'import redis\nr = redis.Redis(host="x", ssl=True, ssl_certfile="/c", ssl_keyfile="/k")\n',
      ),
    ).not.toContain('server-tls');
  });

  it('of what is started is the server’s', async () => {
    expect(
      await rulesOf('import uvicorn\nuvicorn.run(app, ssl_certfile="/c", ssl_keyfile="/k")\n'),
    ).toContain('server-tls');
  });
});

describe('variables', () => {
  it('are not told as missing where names are computed', async () => {
    const files = {
      'README.md': '```\nACME_MAX_ROWS=1\nACME_ALLOWED_HOSTS=x\n```\n',
      'src/a.py': 'import os\nT = os.environ["ACME_TOKEN"]\n',
    };
    expect((await run(readme, { files })).rules).toContain('promised-variables');
    const { rules, item } = await run(readme, {
      files: {
        ...files,
        'src/b.py': 'for k in table:\n    os.environ.get(f"ACME_{k}")\nROWS = table["MAX_ROWS"]\n',
      },
    });
    expect(rules).not.toContain('promised-variables');
    expect(item('computed-variables')).toMatchObject({
      kind: 'gap',
      title: 'Which variables are read is computed in 1 place: f"ACME_{k}"',
    });
    expect(item('unread-variables').detail).toContain('ACME_ALLOWED_HOSTS');
    expect(item('unread-variables').detail).not.toContain('ACME_MAX_ROWS');
  });

  it('of scripts and of the configuration of tools are not the server’s', async () => {
    const { rules } = await run(readme, {
      files: {
        'README.md': '# x\n',
        'scripts/release.ts': 'use(process.env.RELEASE_TOKEN);\n',
        'vitest.config.ts': 'use(process.env.SKIP_SLOW);\n',
        'packages/testHelpers/a.ts': 'use(process.env.TEST_DB);\n',
        '.claude/hooks/x.py': 'os.environ["HOOK_KEY"]\n',
      },
    });
    expect(rules).not.toContain('undocumented-variables');
    expect(rules).not.toContain('secret-variable');
  });

  it('of settings classes, schemas and struct tags are read by their names', async () => {
    const { item } = await run(readme, {
      files: {
        'README.md': '# x\n',
        'a.py':
          'class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="ACME_")\n    token: str\n    other: int = 1\n\nclass T:\n    no: str\n',
        'b.ts':
          'const schema = z.object({\n  ACME_KEY: z.string(),\n});\nexport const env = schema.parse(process.env);\n',
        'c.go': 'type C struct {\n\tHost string `env:"ACME_HOST,required"`\n}\n',
      },
    });
    expect(item('undocumented-variables').detail?.split('\n')).toEqual([
      'ACME_HOST at c.go:2',
      'ACME_KEY at b.ts:2',
      'ACME_OTHER at a.py:4',
      'ACME_TOKEN at a.py:3',
    ]);
  });
});

describe('hosts and listeners', () => {
  it('take a default in a constant for contacted, and documentation for named', async () => {
    const { item } = await run(network, {
      files: {
        'src/main.rs':
          'const DEFAULT_ADDRESS: &str = "https://app.acme.io";\nfn f() { client.request(method, &self.address).send(); }\n',
        'src/a.ts': "const URLS = {\n  search: 'https://docs.acme.io/search',\n};\n",
      },
    });
    expect(item('outbound-hosts').title).toBe('1 outbound host in the code: app.acme.io');
    expect(item('named-hosts').title).toContain('docs.acme.io');
    expect(item('address-computed').detail).toContain('&self.address');
  });

  it('count what is bound and then served on as one', async () => {
    const { item } = await run(network, {
      files: {
        'src/main.rs':
          'async fn main() { let l = tokio::net::TcpListener::bind(addr).await?; axum::serve(l, router).await?; }\n',
      },
    });
    expect(item('listeners').title).toBe('1 listener in the code');
  });
});

describe('settings', () => {
  it('of another name, said lines below, are not read by the name of the field', async () => {
    const { item } = await run(readme, {
      files: {
        'README.md': '# x\n',
        'a.py':
          'class S(BaseSettings):\n    key: str = Field(\n        default=None,\n        validation_alias="ACME_KEY",\n    )\n    plain: int = 1\n\n    def method(self) -> str:\n        value: str = "x"\n        return value\n',
      },
    });
    expect(item('undocumented-variables').detail?.split('\n')).toEqual([
      'ACME_KEY at a.py:4',
      'PLAIN at a.py:6',
    ]);
  });
});

describe('what is no request', () => {
  it('reads of a cache, servers and setting a variable are', async () => {
    const { rules } = await run(network, {
      files: {
        'src/a.ts':
          "import { createServer } from 'node:http';\ncreateServer(app);\nconst v = await redisClient.get(sessionKey(id));\n",
        'main.go': 'package main\n\nimport (\n\t"net/http"\n)\n\nfunc h(r *http.Request) {}\n',
      },
    });
    expect(rules).not.toContain('address-computed');
    expect(rules).not.toContain('redirects');
    expect(rules).not.toContain('connections-not-recognised');
    const { item } = await run(readme, {
      files: {
        'README.md': '# x\n',
        'env.example': '# ACME_WINDOW_MS=1\n',
        'a.ts':
          "process.env.ACME_LOG = 'error';\nuse(process.env.ACME_WINDOW_MS, process.env.ACME_REST === 'x');\n",
      },
    });
    expect(item('undocumented-variables').detail).toBe('ACME_REST at a.ts:2');
  });
});
