import { describe, expect, it } from 'vitest';
import { dependencies as createDependencies } from '../../src/collectors/dependencies.ts';
import { dockerfile } from '../../src/collectors/dockerfile.ts';
import { readme } from '../../src/collectors/readme.ts';
import { sourceTree } from '../../src/collectors/source-tree.ts';
import { testsCi } from '../../src/collectors/tests-ci.ts';
import { toolSurface } from '../../src/collectors/tool-surface.ts';
import { bundledSource } from '../../src/io/advisories/bundled.ts';
import { run } from './fake-context.ts';

describe('readme', () => {
  it('finds sections, undocumented variables and unpinned commands', async () => {
    const { item, items } = await run(readme, {
      files: {
        'README.md':
          '# Thing\n\n## Installation\n\n```json\n{\n  "command": "npx",\n  "args": ["-y", "@acme/thing"]\n}\n```\n\n`curl -fsSL https://acme.io/i.sh | sh`\n\nSet `ACME_TOKEN`.\n',
        'src/index.ts':
          "const t = process.env.ACME_TOKEN;\nconst d = process.env['ACME_DEBUG_DUMP'];\nconst h = process.env.HOME;\n",
      },
    });
    expect(item('sections').detail).toContain('installation: line 3');
    expect(item('no-security-section').kind).toBe('fact');
    expect(item('undocumented-variables')).toMatchObject({
      title: '1 of 2 (50 %) environment variables are read but not documented',
      at: { path: 'src/index.ts', startLine: 2 },
    });
    expect(item('secret-variable').title).toContain('ACME_TOKEN');
    expect(item('unpinned-launch')).toMatchObject({
      title: 'Fetched without an exact version: 1 of 1 command, first npx @acme/thing',
      at: { startLine: 7 },
    });
    expect(item('piped-download').at).toMatchObject({ startLine: 12 });
    expect(items.every((i) => i.checks && i.checks.length > 0)).toBe(true);
  });

  it('takes exact versions as a strength', async () => {
    const { item } = await run(readme, {
      files: { 'README.md': '```\nnpx -y @acme/thing@1.2.3\nuvx acme-thing==2.0.1\n```\n' },
    });
    expect(item('pinned-launch').kind).toBe('strength');
  });
});

describe('readme against the code', () => {
  it('says which promised switches, transports and permissions are not there', async () => {
    const { item } = await run(readme, {
      files: {
        'README.md':
          '# Thing\n\n```\nALLOWED_PATHS=/data\nACME_REGION=eu\nACME_TOKEN=x\nthing --stdio\n```\n',
        'src/index.ts':
          "const t = process.env.ACME_TOKEN;\nconst s = new StreamableHTTPServerTransport({});\nconst scopes = ['mail.read', 'mail.send'];\n",
      },
    });
    expect(item('promised-variables')).toMatchObject({
      kind: 'lead',
      title: 'Documented to restrict the server, not found in the code: ALLOWED_PATHS',
      at: { path: 'README.md', startLine: 4 },
    });
    expect(item('unread-variables').detail).toContain('README.md:5 ACME_REGION');
    expect(item('transports-documented')).toMatchObject({
      kind: 'lead',
      title: 'In the code but in no document: streamable HTTP',
      at: { path: 'src/index.ts', startLine: 2 },
    });
    expect(item('scopes-documented').title).toBe(
      '2 of 2 (100 %) permission scopes the code names are not documented',
    );
  });

  it('holds the documents against every transport that the map of the surface names', async () => {
    const files = {
      'README.md': '# Thing\n\n`thing --stdio`\n',
      'acme/server.py':
        'from fastmcp import FastMCP\nmcp = FastMCP("x")\n\n@mcp.tool()\ndef add(a: int) -> int:\n    return a\n\nif local:\n    mcp.run()\nelse:\n    app = mcp.http_app(path="/mcp")\n',
    };
    expect((await run(toolSurface, { files })).rules).toContain('transport-http');
    expect((await run(readme, { files })).item('transports-documented')).toMatchObject({
      kind: 'lead',
      title: 'In the code but in no document: streamable HTTP',
      at: { path: 'acme/server.py', startLine: 11 },
    });
  });

  it('knows settings classes, prefixes and configuration files that read a variable', async () => {
    const { rules } = await run(readme, {
      files: {
        'README.md': '```\nACME_MAX_ROWS=1\nHTTP_AUTH_MODE=x\nACME_TOKEN=y\n```\n',
        'src/settings.py':
          "class S(BaseSettings):\n    max_rows: int\n    model_config = SettingsConfigDict(env_prefix='ACME_')\nt = os.environ['ACME_TOKEN']\n",
        'src/application.properties': 'mode=${HTTP_AUTH_MODE:none}\n',
      },
    });
    expect(rules).not.toContain('promised-variables');
    expect(rules).not.toContain('unread-variables');
  });

  it('holds a folder of a monorepo only against its own documents', async () => {
    const { rules } = await run(readme, {
      subdir: 'a',
      files: {
        'a/README.md': '# A\n',
        'a/src/a.ts': 'const t = process.env.A_TOKEN;\n',
        'b/.env.example': 'ALLOWED_PATHS=/data\n',
      },
    });
    expect(rules).not.toContain('promised-variables');
  });

  it('reads a command that goes on behind a backslash to its end and no further, and points at its name', async () => {
    const { item } = await run(readme, {
      files: {
        'README.md':
          '```\nKEY="x" \\\nuvx other-thing \\\n  --stdio\n```\n\n```\ndocker run -p 80:80 \\\n  -e A=b \\\n  acme/box:1\n```\n\n```\nnpx @acme/cli install\n```\n',
      },
    });
    expect(item('unpinned-launch').detail?.split('\n').slice(1).sort()).toEqual([
      'docker run acme/box:1 (a version that moves): README.md:10',
      'npx @acme/cli (no version): README.md:14',
      'uvx other-thing (no version): README.md:3',
    ]);
  });

  it('makes one lead of all commands, those the code itself starts first', async () => {
    const { items, item } = await run(readme, {
      files: {
        'package.json': '{\n  "name": "@acme/thing"\n}\n',
        'README.md':
          '```\ndocker build -t acme-thing .\ndocker run acme-thing\nnpx -y @acme/thing\nuvx other@latest\n```\nUse npx to run it.\n',
        'src/a.ts':
          "spawn('npx', ['-y', 'prettier-plugin', file]);\n// npx comment\nlog('npx is missing');\n",
      },
    });
    expect(items.filter((i) => i.kind === 'lead')).toHaveLength(1);
    expect(item('unpinned-launch')).toMatchObject({
      strength: 'moderate',
      title: 'Fetched without an exact version: 3 of 3 commands, first npx prettier-plugin',
      at: { path: 'src/a.ts', startLine: 1 },
      places: [
        { path: 'README.md', startLine: 5 },
        { path: 'README.md', startLine: 4 },
      ],
    });
    expect(item('unpinned-launch').detail).toContain('npx @acme/thing (no version, its own)');
  });
});

describe('source-tree', () => {
  it('points at what cannot be reviewed by reading', async () => {
    const { item, rules } = await run(sourceTree, {
      files: {
        'src/main.py': 'print(1)\n'.repeat(10),
        'lib/native.so': Buffer.from([0, 1, 2]),
        'out.link': { symlink: '../../etc/passwd' },
        'in.link': { symlink: 'src/main.py' },
        'vendor/sub': { submodule: 'a'.repeat(40) },
        'data.json': { size: 99_000_000 },
        'a\u202Egnp.js': 'x\n',
        'app.min.js': `var a=${'1+'.repeat(4000)}1`,
      },
    });
    expect(item('languages').title).toMatch(/lines of code: Python 10/);
    expect(item('symlink-out')).toMatchObject({ kind: 'lead', at: { path: 'out.link', startLine: 1 } });
    expect(item('symlinks').detail).toBe('in.link → src/main.py');
    expect(item('submodules').kind).toBe('gap');
    expect(item('oversized').kind).toBe('gap');
    expect(item('executable-binaries').kind).toBe('lead');
    expect(item('hidden-characters-in-name').detail).toContain('<U+202E>');
    expect(rules).toContain('minified');
  });
});

describe('tests-ci', () => {
  const workflow = `name: ci
on: [pull_request_target]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - uses: some/action@main
      - run: npm test
      - run: echo "\${{ github.event.pull_request.title }}"
`;
  it('reads what a workflow runs and with which rights', async () => {
    const { item } = await run(testsCi, {
      files: {
        '.github/workflows/ci.yml': workflow,
        'src/a.ts': 'x',
        'test/a.test.ts': "import { it } from 'vitest';\nit('refuses path traversal');\n",
      },
      commits: [{ paths: ['test/a.test.ts'] }],
    });
    expect(item('test-files').title).toBe('1 test file for 1 source file');
    expect(item('security-tests').at).toEqual({ path: 'test/a.test.ts', startLine: 2 });
    expect(item('workflow').title).toContain('1 job on pull_request_target; tests');
    expect(item('untrusted-checkout')).toMatchObject({
      kind: 'lead',
      strength: 'strong',
      at: { startLine: 7 },
    });
    expect(item('workflow-injection')).toMatchObject({
      strength: 'strong',
      class: 'command-injection',
      at: { startLine: 12 },
    });
    expect(item('unpinned-actions')).toMatchObject({
      title: '2 of 2 (100 %) uses of actions are not pinned to a commit',
      at: { startLine: 10 },
    });
    expect(item('default-permissions').kind).toBe('lead');
    expect(item('ci-runs-tests').kind).toBe('strength');
    expect(item('last-test-change').title).toContain('0 commits before the pinned one');
  });

  it('says what it could not find out, and all else', async () => {
    const { item, gathered } = await run(testsCi, {
      files: { 'a.ts': 'x\n', 'a.test.ts': 'y\n' },
      commits: [{ message: 'One' }],
      unlisted: 'more than 100000 changed files',
    });
    expect(gathered.outcome).toBe('collected');
    expect(item('last-test-change')).toMatchObject({ kind: 'gap' });
    expect(item('last-test-change').detail).toContain('more than 100000 changed files');
    expect(item('test-files').kind).toBe('fact');
  });

  it('says per job what runs, on which machine, and with which credential releases go out', async () => {
    const { item, rules } = await run(testsCi, {
      files: {
        '.github/workflows/release.yml':
          'on: [push, pull_request]\npermissions: { contents: read }\njobs:\n  unit:\n    runs-on: [self-hosted, linux]\n    continue-on-error: true\n    steps:\n      - run: npm test\n  publish:\n    runs-on: ubuntu-latest\n    permissions: { id-token: write }\n    steps:\n      - run: npm publish --provenance\n        env: { NODE_AUTH_TOKEN: "${{ secrets.NPM_TOKEN }}" }\n',
        '.circleci/config.yml': 'jobs:\n  build:\n    steps:\n      - run: pytest\n',
        Jenkinsfile: "pipeline { stage('t') { sh 'mvn verify' } }\n",
      },
    });
    expect(item('workflow').detail).toBe(
      'unit (line 4): tests; 1 step on self-hosted linux; an error in it does not stop the run\npublish (line 9): publish, provenance or signing; 1 step on ubuntu-latest',
    );
    expect(item('ci-runs-tests').detail).toContain('In 1 job a test that breaks does not stop the run.');
    expect(item('ci-publish').detail).toContain('may ask for an identity token');
    expect(item('ci-publish').detail).toContain('the workflow names NPM_TOKEN');
    expect(item('self-hosted-runner').at).toEqual({ path: '.github/workflows/release.yml', startLine: 4 });
    expect(item('other-ci').detail).toBe('build: tests');
    expect(rules.filter((r) => r === 'other-ci')).toHaveLength(2);
    expect(rules).toContain('limited-permissions');
  });

  it('says how many steps of a giant workflow it did not read', async () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => `      - run: echo ${i}\n`).join('');
    const { item } = await run(testsCi, {
      files: { '.github/workflows/big.yml': `on: push\njobs:\n  a:\n    steps:\n${steps}` },
    });
    expect(item('too-many-steps')).toMatchObject({ kind: 'gap', title: 'big.yml: 9,500 steps not read' });
  });

  it('says that there are neither tests nor pipelines', async () => {
    const { rules, item } = await run(testsCi, {
      files: { 'a.py': 'x = 1\n', Dockerfile: 'FROM python:3.13\n', 'deploy/Makefile': 'all:\n' },
    });
    expect(rules).toEqual(expect.arrayContaining(['no-tests', 'no-ci']));
    expect(item('no-tests').title).toBe('No test files beside 1 source file');
  });
});

const dependencies = createDependencies(() => bundledSource());

describe('dependencies', () => {
  it('tells how firmly each manifest asks, with lines, and never that nothing is vulnerable', async () => {
    const { item, items } = await run(dependencies, {
      files: {
        'package.json':
          '{\n "name": "a",\n "scripts": {"postinstall": "node setup.js", "test": "x"},\n "dependencies": {\n  "b": "^1.0.0",\n  "c": "1.2.3",\n  "d": "github:x/d",\n  "e": "*"\n }\n}',
      },
    });
    expect(item('manifest').detail).toContain(
      'Runtime: 1 any version, 1 exact, 1 a git repository, 1 a range.',
    );
    expect(item('ranges').title).toBe('package.json: 2 of 3 (67 %) runtime dependencies are not pinned');
    expect(item('non-registry-dependency').at).toEqual({ path: 'package.json', startLine: 7 });
    expect(item('any-version').at).toEqual({ path: 'package.json', startLine: 8 });
    expect(item('lifecycle-script')).toMatchObject({
      kind: 'lead',
      detail: 'node setup.js',
      at: { startLine: 3 },
    });
    expect(item('no-lockfile').kind).toBe('lead');
    expect(item('vulnerabilities-not-looked-up')).toMatchObject({ kind: 'gap', checks: ['1.3.2'] });
    expect(items.every((i) => i.checks && i.checks.length > 0)).toBe(true);
  });

  it('reads lockfiles and what keeps them current', async () => {
    const lock = JSON.stringify(
      {
        lockfileVersion: 3,
        packages: {
          '': {},
          'node_modules/b': {
            version: '1.0.0',
            resolved: 'https://registry.npmjs.org/b/-/b-1.0.0.tgz',
            integrity: 'sha512-x',
          },
          'node_modules/@x/c': {
            version: '2.0.0',
            resolved: 'http://evil.example/c.tgz',
            hasInstallScript: true,
          },
        },
      },
      null,
      2,
    );
    const { item } = await run(dependencies, {
      files: {
        'package.json': '{"dependencies":{"b":"1.0.0"}}',
        'package-lock.json': lock,
        '.github/dependabot.yml':
          'version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: weekly\n',
      },
    });
    expect(item('lockfile').title).toBe('package-lock.json (package-lock v3) pins 2 packages');
    expect(item('non-registry-package')).toMatchObject({
      detail: 'line 10: @x/c from http://evil.example/c.tgz',
      strength: 'moderate',
    });
    expect(item('install-scripts').detail).toBe('@x/c');
    expect(item('dependabot')).toMatchObject({ kind: 'strength', title: 'Dependabot covers npm' });
  });

  it('does not apply where there is nothing to depend on', async () => {
    expect((await run(dependencies, { files: { 'a.txt': 'x' } })).gathered.outcome).toBe('not-applicable');
  });

  it('counts a lockfile above the audited folder', async () => {
    const { rules } = await run(dependencies, {
      subdir: 'packages/a',
      files: {
        'packages/a/package.json': '{"dependencies":{"b":"^1"}}',
        'yarn.lock':
          'b@^1:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/b/-/b-1.0.0.tgz#x"\n  integrity sha512-x\n',
      },
    });
    expect(rules).not.toContain('no-lockfile');
    expect(rules).toContain('lockfile');
  });
});

describe('dockerfile', () => {
  it('reads images and compose files', async () => {
    const { item, items } = await run(dockerfile, {
      files: {
        Dockerfile:
          'FROM node:latest AS build\nRUN curl -s https://x.io/i.sh | bash\nARG NPM_TOKEN\nENV API_KEY=k3y\nADD https://x.io/a.tgz /\nFROM build\nRUN pip install flask && npm install -g typescript\nEXPOSE 8080\n',
        'compose.yaml':
          'services:\n  app:\n    image: acme\n    privileged: true\n    ports:\n      - "8080:8080"\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n    environment:\n      API_TOKEN: hunter2\n',
      },
    });
    expect(item('base-image-latest')).toMatchObject({
      strength: 'moderate',
      at: { path: 'Dockerfile', startLine: 1 },
    });
    expect(items.filter((i) => i.rule.startsWith('base-image'))).toHaveLength(1);
    expect(item('root-user').at).toMatchObject({ startLine: 6 });
    expect(item('piped-download').at).toMatchObject({ startLine: 2 });
    expect(item('unpinned-packages')).toMatchObject({
      kind: 'fact',
      title: '2 RUN instructions install packages without a version',
    });
    expect(item('secret-in-image').places).toEqual([{ path: 'Dockerfile', startLine: 3, endLine: 3 }]);
    expect(item('secret-in-image').redactedSnippet).not.toContain('k3y');
    expect(item('add-url').kind).toBe('lead');
    expect(item('privileged')).toMatchObject({
      strength: 'strong',
      at: { path: 'compose.yaml', startLine: 4 },
    });
    expect(item('container-socket').at).toMatchObject({ startLine: 8 });
    expect(item('published-port').checks).toEqual(['3.2.1', '3.2.3']);
    expect(item('secret-in-environment').redactedSnippet).not.toContain('hunter2');
  });

  it('follows the user through stages and takes what one cause does in many files as one', async () => {
    const { item, items } = await run(dockerfile, {
      files: {
        'a/Dockerfile': 'FROM node:22 AS base\nUSER 1000\nFROM base AS run\nCOPY . .\n',
        'b/Dockerfile': 'FROM node:22\nCOPY .env /app/\nENV NODE_TLS_REJECT_UNAUTHORIZED=0 HOST=0.0.0.0\n',
        'c/Dockerfile': 'FROM python:3.13-slim\nRUN curl -k https://x.io/a -o /a && chmod u+s /a\n',
        'compose.yml':
          'x-base: &base\n  privileged: true\nservices:\n  a: { <<: *base, ports: ["80:80"] }\n  b: { <<: *base, ports: ["81:81"] }\n',
      },
    });
    expect(item('user')).toMatchObject({ kind: 'strength', at: { path: 'a/Dockerfile', startLine: 2 } });
    expect(item('root-user')).toMatchObject({ at: { path: 'b/Dockerfile', startLine: 1 } });
    expect(item('root-user').places).toEqual([{ path: 'c/Dockerfile', startLine: 1, endLine: 1 }]);
    expect(item('base-image-tag')).toMatchObject({ kind: 'fact' });
    expect(item('secret-file-copied').at).toMatchObject({ path: 'b/Dockerfile', startLine: 2 });
    expect(item('image-loosens').strength).toBe('strong');
    expect(item('image-bind-address').kind).toBe('fact');
    expect(item('no-dockerignore').at).toMatchObject({ path: 'a/Dockerfile', startLine: 4 });
    expect(items.filter((i) => i.rule === 'privileged')).toHaveLength(1);
    expect(item('published-port').title).toBe('2 ports published on all interfaces');
    expect(items.map((i) => i.rule)).toEqual(expect.arrayContaining(['setuid', 'unverified-download']));
  });

  it('tells a copy of everything into the image from one into a stage that the image takes parts of', async () => {
    const title = async (text: string) =>
      (await run(dockerfile, { files: { Dockerfile: text } })).item('no-dockerignore').title;
    const whole = 'No .dockerignore, and COPY takes the whole folder, whatever lies there when it is built';
    const build = 'No .dockerignore, and COPY takes the whole folder into a build stage, whatever lies there';
    expect(await title('FROM node:22\nCOPY . .\n')).toBe(whole);
    expect(await title('FROM node:22 AS b\nCOPY . .\nFROM b\nUSER app\n')).toBe(whole);
    expect(await title('FROM node:22 AS a\nCOPY . .\nFROM a AS b\nRUN x\nFROM B\n')).toBe(whole);
    expect(await title('FROM node:22 AS b\nCOPY . .\nFROM node:22\nCOPY --from=b /app/dist dist\n')).toBe(
      build,
    );
    expect(
      await title('FROM node:22 AS b\nCOPY . .\nFROM node:22\nCOPY --from=b /app/dist dist\nCOPY . x\n'),
    ).toBe(whole);
  });

  it('takes several stages for no more than they are, unless the last one only copies', async () => {
    const of = async (text: string) =>
      (await run(dockerfile, { files: { Dockerfile: text } })).items.find((i) =>
        /^(?:multi-stage|stages)$/.test(i.rule),
      );
    const copies = await of('FROM golang:1 AS b\nRUN go build\nFROM scratch\nCOPY --from=b /app /app\n');
    expect(copies).toMatchObject({ kind: 'strength', detail: expect.stringContaining('It copies from b.') });
    expect((await of('FROM golang:1\nRUN go build\nFROM alpine\nCOPY --from=0 /app /app\n'))?.kind).toBe(
      'strength',
    );
    const built = 'FROM node:22 AS base\nRUN apt-get install -y git\nFROM base AS b\nRUN npm ci\nFROM base\n';
    expect(await of(`${built}COPY --from=b /app/dist dist\n`)).toMatchObject({
      kind: 'fact',
      title: 'Dockerfile has 3 stages',
      detail: expect.stringContaining('built on base, with all that holds'),
    });
    for (const last of ['RUN npm ci --omit=dev\n', 'COPY . .\n', ''])
      expect((await of(`FROM node:22 AS b\nRUN npm ci\nFROM node:22\n${last}`))?.kind, last).toBe('fact');
    expect(await of('FROM node:22\nRUN npm ci\n')).toBeUndefined();
    // What another stage holds is not what lies in the folder.
    const fromStage = 'FROM node:22 AS b\nCOPY src src\nFROM node:22\nCOPY --chown=app --from=b . .\n';
    const { item } = await run(dockerfile, { files: { Dockerfile: fromStage } });
    expect(item('no-dockerignore').kind).toBe('fact');
  });

  it('knows good practice, and when it does not apply', async () => {
    const digest = `node@sha256:${'a'.repeat(64)}`;
    const { items } = await run(dockerfile, {
      files: {
        '.dockerignore': '.git',
        Dockerfile: `FROM ${digest} AS b\nRUN npm ci\nFROM ${digest}\nUSER app\nHEALTHCHECK CMD true\n`,
      },
    });
    expect(items.filter((i) => i.kind === 'lead')).toEqual([]);
    expect((await run(dockerfile, { files: { 'a.ts': '' } })).gathered.outcome).toBe('not-applicable');
  });
});
