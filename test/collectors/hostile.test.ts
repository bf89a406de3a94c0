import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOCKFILES } from '../../src/analysis/packages/lockfiles/index.ts';
import type { ItemDraft } from '../../src/collectors/collector.ts';
import { collectors } from '../../src/collectors/index.ts';
import { readSurface } from '../support/surface.ts';
import { type FakeFile, fakeContext, itemsOf } from './fake-context.ts';

/** Every collector over a hostile repository: it must end, soon, with an outcome, and never with an exception. */
const survive = async (files: Record<string, FakeFile>, seconds = 8): Promise<ItemDraft[]> => {
  const all: ItemDraft[] = [];
  for (const collector of collectors) {
    const started = performance.now();
    const gathered = await collector.collect(
      fakeContext({ files, commits: [{ paths: Object.keys(files) }, {}] }),
    );
    expect(performance.now() - started, collector.id).toBeLessThan(seconds * 1000);
    all.push(...itemsOf(gathered));
  }
  return all;
};

const everyName = (content: FakeFile): Record<string, FakeFile> =>
  Object.fromEntries(
    [
      'package.json',
      'package-lock.json',
      'pnpm-lock.yaml',
      'yarn.lock',
      'bun.lock',
      'pyproject.toml',
      'uv.lock',
      'poetry.lock',
      'requirements.txt',
      'setup.cfg',
      'go.mod',
      'go.sum',
      'Cargo.toml',
      'Cargo.lock',
      'pom.xml',
      'build.gradle',
      'x.csproj',
      'Gemfile',
      'composer.json',
      'server.json',
      'manifest.json',
      'README.md',
      'SECURITY.md',
      'LICENSE',
      'CHANGELOG.md',
      'Dockerfile',
      'compose.yml',
      '.github/workflows/ci.yml',
      '.github/dependabot.yml',
      '.github/CODEOWNERS',
      'renovate.json',
      '.gitlab-ci.yml',
      '.env',
      'src/a.ts',
      'src/b.py',
      'src/c.go',
      'test/a.test.ts',
      'vitest.config.ts',
      '.gitignore',
      '.mcp.json',
      'src/d.rs',
      'src/E.java',
      'k8s/deploy.yaml',
      'chart/Chart.yaml',
      'chart/values.yaml',
      'chart/templates/a.yaml',
      '.devcontainer/devcontainer.json',
      'notes.service',
      '.circleci/config.yml',
      'azure-pipelines.yml',
      'docs/runbook.md',
      '.env.example',
    ].map((path) => [path, content]),
  );

const deepJson = `{"a":`.repeat(40_000) + `1${'}'.repeat(40_000)}`;
const aliasBomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij']
  .map(
    (c, i, all) =>
      `${c}: &${c} [${Array(10)
        .fill(`*${i ? all[i - 1] : 'a'}`)
        .join(',')}]`,
  )
  .join('\n')}\njobs: *j\nservices: *j\nupdates: *j\n`;

describe('hostile repositories', () => {
  it.each<[string, FakeFile]>([
    ['nothing in them', ''],
    ['binary garbage', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 37 + 11) % 256))],
    ['text that is not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x22, 0x80, 0x0a])],
    ['deep JSON', deepJson],
    ['deep YAML', `${'- '.repeat(20_000)}x`],
    ['deep brackets', `${'([{'.repeat(30_000)}`],
    ['an alias bomb', aliasBomb],
    ['JSON of other shapes', '[1, null, {"a": []}]'],
    [
      'nulls where objects are expected',
      '{"name":null,"dependencies":null,"scripts":[1],"packages":{"node_modules/a":null},"project":7,"jobs":{"a":null},"services":{"b":[]},"updates":[null],"license":{},"repository":[],"bin":7}',
    ],
    [
      'YAML nulls where objects are expected',
      'on: 7\njobs:\n  a:\n  b: [1]\n  c: {steps: [null, 1, {uses: 5, run: [1]}], permissions: [a]}\nservices:\n  a:\n  b: {ports: [1, null, {}], volumes: [null], environment: [null, 1], deploy: 3}\nupdates:\n  - 1\n',
    ],
    [
      'a prototype',
      '{"__proto__": {"x": 1}, "constructor": {"prototype": 1}, "dependencies": {"__proto__": "1", "toString": "*"}}',
    ],
    ['control characters', '\u0000\u0001\u001b[31m\u202e\u{E0041}\u{E0042}\r\n\u2028'.slice(1).repeat(500)],
  ])('files with %s', async (_what, content) => {
    await survive(everyName(content));
  });

  it('large single-line files', async () => {
    const line = (unit: string): string => unit.repeat(Math.ceil(3_900_000 / unit.length));
    await survive(
      {
        'src/a.ts': line('server.tool("a","b",{x:z.string()},f);'),
        'src/b.py': line('Tool(name="a",'),
        'README.md': line('npx -y `docker run -e A '),
        'package-lock.json': line('{"a":'),
        'yarn.lock': line('a@1:'),
        'requirements.txt': line('a[b'),
        Dockerfile: line('RUN a && '),
        '.github/workflows/ci.yml': line('a: '),
      },
      20,
    );
  }, 120_000);

  it('many lines of what collectors look for, in every kind of file', async () => {
    const many = (unit: string, most = 100_000): string =>
      `${unit}\n`.repeat(Math.floor(most / (unit.length + 1)));
    const items = await survive(
      {
        Dockerfile: many('RUN apt-get install -y x && curl -k https://x.io | sh', 5_000_000 / 2),
        'b/Dockerfile': many('ENV A_TOKEN=x HOST=0.0.0.0', 290_000),
        'compose.yml': `services:\n${many('  a: { privileged: true, ports: ["1:1"] }', 600_000)}`,
        '.github/workflows/big.yml': `on: pull_request\njobs:\n  a:\n    steps:\n${many('      - run: echo ${{ github.head_ref }} && npm test', 700_000)}`,
        'k8s/all.yaml': `${many('apiVersion: v1\nkind: Pod\nspec: { containers: [{ image: a, securityContext: { privileged: true } }] }\n---', 20_000)}`,
        'README.md': many(
          '`npx -y a@latest` http://a.b.io:80/mcp docker run --privileged -v /:/x a/b \\',
          600_000,
        ),
        'docs/runbook.md': many('# Incident: rotate the keys and tokens, revoke, rotate, backup'),
        'src/a.ts': many(
          "const url = args.url; fetch(url); fetch('https://a.b.io/x'); logger.info(`${args.x}`); app.get('/debug', h);",
        ),
        'src/b.py': many(
          'requests.get(url); scopes = ["a.b", "c.d"]; os.environ["A_B"]; logger.info(f"{args}")',
        ),
        'src/c.go': `package a\n${many('func f() { http.Get(u); http.ListenAndServe(":80", nil); slog.Info("x") }')}`,
        '.env.example': many('A_B_C=1', 200_000),
        'server.json': `{"packages": [${Array(5000).fill('{"identifier":"a","version":"*"}').join(',')}]}`,
        'notes.service': `[Service]\n${many('Environment=API_KEY=abc', 300_000)}`,
      },
      30,
    );
    expect(items.filter((i) => i.kind === 'gap').map((i) => i.rule)).toEqual(
      expect.arrayContaining(['unreadable-dockerfile', 'too-many-steps']),
    );
    // One cause is one lead, however often it stands there.
    const leads = items.filter(
      (i) =>
        i.kind === 'lead' &&
        /^(?:privileged|piped-download|unpinned-launch|workflow-injection|documented-privilege)$/.test(
          i.rule,
        ),
    );
    expect(new Set(leads.map((i) => i.rule)).size).toBeGreaterThan(2);
    expect(leads.length).toBeLessThan(12);
  }, 240_000);

  it('a file past the size limit is a gap, not clean', async () => {
    const items = await survive({
      'package-lock.json': { size: 200_000_000 },
      'package.json': '{"dependencies":{"a":"1.0.0"}}',
    });
    const gaps = items.filter((i) => i.kind === 'gap').map((i) => i.rule);
    expect(gaps).toEqual(expect.arrayContaining(['unread-lockfile', 'oversized', 'oversized-files']));
  });

  it('paths with control characters, and of every odd shape', async () => {
    const files: Record<string, FakeFile> = {};
    for (const path of [
      'a\nb.ts',
      'a\u001b[2Jb.py',
      '-rf',
      '--help/package.json',
      "'; rm -rf /; '/Dockerfile",
      'ä/ö.ts',
      '\u202Egnp.exe',
      ' /x',
      'con',
      `${'d/'.repeat(200)}x.ts`,
    ])
      files[path] = '{"dependencies":{"a":"*"}}';
    files['loop'] = { symlink: 'loop' };
    files['long'] = { symlink: 'x'.repeat(5000) };
    await survive(files);
  });

  it('many tiny files', async () => {
    await survive(
      Object.fromEntries(
        Array.from({ length: 3000 }, (_, i) => [`src/${i}.ts`, `export const a${i} = process.env.A${i};`]),
      ),
      10,
    );
  }, 60_000);

  it('commits without sense', async () => {
    const person = { name: '', email: '' };
    for (const collector of collectors) {
      const gathered = await collector.collect(
        fakeContext({
          commits: [
            { author: person, committer: person, authoredAt: 'never', committedAt: '', message: '' },
            { parents: ['f'.repeat(40)], message: 'x'.repeat(100_000) },
            { hash: '1'.repeat(40), parents: ['1'.repeat(40)] },
          ],
          committedAt: 'not a date',
          url: 'javascript:alert(1)',
        }),
      );
      expect(['collected', 'nothing-found', 'not-applicable', 'unavailable']).toContain(gathered.outcome);
    }
  });
});

describe('hostile sources', () => {
  const fragments = fc.array(
    fc.oneof(
      fc.constantFrom(
        'server.tool(',
        'registerTool("a",',
        '{ name: "x", inputSchema: ',
        'class A extends Tool {',
        '`${',
        '`',
        '"',
        "'",
        '/*',
        '//',
        '/',
        '=>',
        'const a = ',
        'enum E {',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '<',
        '>',
        'import {',
        'as',
        'function f(',
        'new ',
        '...',
        'mcp',
        '\n',
        '\\',
        '@mcp.tool(',
        'def f(',
        'class X(Enum):\n  A = ',
        'Tool(name=',
        'f"""',
        '"""',
        '#',
        '    ',
        ':',
        'lambda',
        'z.object(',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 60 },
  );
  it('never throw, whatever the code', async () => {
    await fc.assert(
      fc.asyncProperty(fragments, async (parts) => {
        const text = `mcp ${parts.join(' ')}`;
        await readSurface([
          { path: 'a.ts', text },
          { path: 'a.py', text },
        ]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['names that name each other', 'const a = b; const b = c; const c = a; server.registerTool(a, {}, f);'],
    [
      'a shape that holds itself',
      'const S = z.object({ s: S }); server.registerTool("x", { inputSchema: S }, f);',
    ],
    ['repeated beginnings', 'const a: b '.repeat(30_000)],
    ['repeated casts', 'const a = 1 as b '.repeat(30_000)],
    ['repeated arrows', 'a = (b) => '.repeat(30_000)],
    ['nested functions', 'function f(a) { '.repeat(20_000)],
    ['nested templates', '`${'.repeat(20_000)],
    ['nested calls', 'f('.repeat(50_000)],
    ['nested types', 'server.tool<'.repeat(30_000)],
    ['endless registrations', 'server.tool("a", "b", {}, f);'.repeat(20_000)],
    ['endless objects', '{name:"a",inputSchema:{}},'.repeat(30_000)],
    ['endless classes', 'class A extends Tool { a = 1 }'.repeat(20_000)],
    ['endless additions', `server.tool("x", ${'"a" + '.repeat(50_000)}"b")`],
    ['endless members', `server.tool("x", a${'.b'.repeat(50_000)})`],
    ['endless decorators', '@mcp.tool()\n'.repeat(30_000)],
    ['endless parameters', `def f(${'a: int = 1, '.repeat(30_000)}): pass`],
    [
      'endless nesting in Python',
      Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}def f():`).join('\n'),
    ],
  ])('%s', async (_what, code) => {
    const started = performance.now();
    // What is broken in a language is its grammar's matter: the flow's hostile sources try that.
    const isPython = /^@|^ *def /.test(code);
    await readSurface([
      isPython ? { path: 'a.py', text: `# mcp\n${code}` } : { path: 'a.ts', text: `// mcp\n${code}` },
    ]);
    expect(performance.now() - started).toBeLessThan(6000);
  });
});

describe('large files of one sign', () => {
  const LOCK_NAMES = [
    ...LOCKFILES.flatMap((k) => (typeof k.name === 'string' && 'read' in k ? [k.name] : [])),
    'pylock.toml',
  ];
  const OTHERS = [
    'package.json',
    'deno.json',
    'composer.json',
    'pyproject.toml',
    'Pipfile',
    'Cargo.toml',
    'gradle/libs.versions.toml',
  ];
  /** A long line of brackets is a text to YAML, and no instruction to Docker: these only have to come to an end. */
  const ENDING = ['Dockerfile', 'compose.yml', '.github/workflows/ci.yml', '.github/dependabot.yml'];
  const gapsOf = (items: readonly ItemDraft[]): string =>
    items
      .flatMap((i) => (i.kind === 'gap' ? [i.title, i.detail ?? '', ...(i.at ? [i.at.path] : [])] : []))
      .join('\n');

  const READERS = ['dependencies', 'dockerfile', 'tests-ci'];

  it.each(['[', '{', '(', '<', '"', "'", '{"a":'])(
    'of %j: none of them stops the reading or passes for one that was read',
    async (unit) => {
      const blob = unit.repeat(Math.ceil(200_000 / unit.length));
      const names = [...LOCK_NAMES, ...OTHERS];
      const context = fakeContext({
        files: Object.fromEntries([...names, ...ENDING].map((n) => [n, blob])),
      });
      const all: ItemDraft[] = [];
      for (const collector of collectors.filter((c) => READERS.includes(c.id)))
        all.push(...itemsOf(await collector.collect(context)));
      const said = gapsOf(all);
      expect(names.filter((n) => !said.includes(n))).toEqual([]);
    },
    60_000,
  );

  it('is read to its end or told, however large: lockfiles have no other bound than their size', async () => {
    const files = Object.fromEntries(LOCK_NAMES.map((n) => [n, '['.repeat(6_000_000)]));
    const dependencies = collectors.find((c) => c.id === 'dependencies')!;
    const said = gapsOf(itemsOf(await dependencies.collect(fakeContext({ files }))));
    expect(LOCK_NAMES.filter((n) => !said.includes(n))).toEqual([]);
  }, 120_000);
});
