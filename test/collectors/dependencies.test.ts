import { describe, expect, it } from 'vitest';
import { dependencies as createDependencies } from '../../src/collectors/dependencies.ts';
import { bundledSource } from '../../src/io/advisories/bundled.ts';
import { run } from './fake-context.ts';

const dependencies = createDependencies(() => bundledSource());

const lock = (entries: Record<string, object>): string =>
  JSON.stringify({ lockfileVersion: 3, packages: entries }, null, 1);

describe('dependencies: lockfile against manifest', () => {
  const locked = {
    '': { dependencies: { a: '^1.0.0' } },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' },
  };

  it('names each entry in which they differ, in one lead for all lockfiles', async () => {
    const { item, items } = await run(dependencies, {
      files: {
        'package.json': '{"dependencies":{\n"a":"^2.0.0",\n"b":"^1.0.0"}}',
        'package-lock.json': lock(locked),
        'py/pyproject.toml': '[project]\nname = "x"\ndependencies = [\n "httpx>=0.27",\n "rich",\n]\n',
        'py/uv.lock':
          'version = 1\n\n[[package]]\nname = "httpx"\nversion = "0.27.0"\nsource = { registry = "https://pypi.org/simple" }\n\n[[package]]\nname = "x"\nversion = "0.1.0"\nsource = { virtual = "." }\ndependencies = [{ name = "httpx" }]\n\n[package.metadata]\nrequires-dist = [{ name = "httpx", specifier = ">=0.27" }]\n',
      },
    });
    expect(items.filter((i) => i.rule === 'lockfile-drift')).toHaveLength(1);
    expect(item('lockfile-drift')).toMatchObject({
      kind: 'lead',
      title: '2 lockfiles do not match 3 entries of their manifests',
      at: { path: 'package.json', startLine: 2 },
      places: [
        { path: 'package.json', startLine: 3 },
        { path: 'py/pyproject.toml', startLine: 5 },
      ],
    });
    expect(item('lockfile-drift').detail).toBe(
      [
        'package.json:2 a is ^2.0.0 in the manifest and ^1.0.0 in it (package-lock.json)',
        'package.json:3 b is not in it (package-lock.json)',
        'py/pyproject.toml:5 rich is not in it (py/uv.lock)',
      ].join('\n'),
    );
  });

  it('compares each of two lockfiles in a folder, and no requirements file with any', async () => {
    const { item } = await run(dependencies, {
      files: {
        'package.json': '{"dependencies":{"a":"^1.0.0"}}',
        'package-lock.json': lock(locked),
        'bun.lock':
          '{"lockfileVersion": 1, "workspaces": {"": {"dependencies": {"old": "^1"}}}, "packages": {}}',
        'requirements.txt': 'flask==3.0.0\n',
        'uv.lock':
          'version = 1\n\n[[package]]\nname = "x"\nversion = "1"\nsource = { registry = "https://pypi.org/simple" }\n',
      },
    });
    expect(item('lockfile-drift').detail).toBe('package.json:1 a is not in it (bun.lock)');
    expect(item('lockfiles-side-by-side').title).toBe('bun.lock and package-lock.json stand side by side');
  });

  it('says when they match', async () => {
    const { item, rules } = await run(dependencies, {
      files: { 'package.json': '{"dependencies":{"a":"^1.0.0"}}', 'package-lock.json': lock(locked) },
    });
    expect(item('lockfile-matches').kind).toBe('strength');
    expect(rules).not.toContain('lockfile-drift');
  });
});

describe('dependencies: what manifests leave to others', () => {
  it('settles Maven versions by properties, management and parents of the repository, and says what stays open', async () => {
    const { item, gathered } = await run(dependencies, {
      files: {
        'pom.xml':
          '<project><artifactId>parent</artifactId><version>1</version><properties><b.version>2.0</b.version><loop>${loop}</loop></properties><dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1.5</version></dependency></dependencies></dependencyManagement></project>',
        'child/pom.xml':
          '<project><parent><groupId>x</groupId><artifactId>parent</artifactId><version>1</version></parent><artifactId>child</artifactId><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency><dependency><groupId>g</groupId><artifactId>b</artifactId><version>${b.version}</version></dependency><dependency><groupId>g</groupId><artifactId>c</artifactId></dependency><dependency><groupId>g</groupId><artifactId>d</artifactId><version>${loop}</version></dependency></dependencies></project>',
      },
    });
    expect(item('manifest').detail).toContain('g:a 1.5, g:b 2.0');
    expect(item('partial-manifest')).toMatchObject({
      kind: 'gap',
      title: 'child/pom.xml does not settle every version',
    });
    expect('artifacts' in gathered && gathered.artifacts?.[0]?.content).toContain('pkg:maven/g/b@2.0');
  });

  it('follows -r and -c to files of any name, once, and not out of the tree', async () => {
    const { gathered } = await run(dependencies, {
      files: {
        'requirements.txt': '-r deps/base.list\n-c limits.cfg\n-r ../../etc/passwd\na==1.0\n',
        'deps/base.list': '-r ../requirements.txt\nb==2.0\n',
        'limits.cfg': 'c==3.0\n',
      },
    });
    expect(gathered.searched).toBe(
      '3 manifests, 0 lockfiles, 3 direct dependencies, 3 packages pinned, not all there are',
    );
  });

  it('reads a version catalogue and a Pipfile', async () => {
    const { items } = await run(dependencies, {
      files: {
        'gradle/libs.versions.toml':
          '[versions]\njackson = "2.15.2"\n[libraries]\njackson = { module = "com.fasterxml.jackson.core:jackson-core", version.ref = "jackson" }\njunit = "org.junit:junit:5.0"\n',
        Pipfile: '[packages]\nrequests = "*"\n[dev-packages]\npytest = "==8.0.0"\n',
      },
    });
    const manifests = items.filter((i) => i.rule === 'manifest').map((i) => i.title);
    expect(manifests).toEqual([
      'Pipfile: 1 runtime dependency, 1 other',
      'gradle/libs.versions.toml: 1 runtime dependency, 1 other',
    ]);
  });

  it('makes one lead of each way to be loose, with every place', async () => {
    const { items } = await run(dependencies, {
      files: {
        'package.json': '{"dependencies":{\n"a":"*",\n"b":"latest",\n"c":"github:x/c"}}',
        'web/package.json': '{"dependencies":{"d":"*"}}',
      },
    });
    expect(items.filter((i) => i.rule === 'any-version')).toMatchObject([
      {
        title: 'Any version of 3 dependencies will do',
        at: { path: 'package.json', startLine: 2 },
        places: [
          { path: 'package.json', startLine: 3 },
          { path: 'web/package.json', startLine: 1 },
        ],
      },
    ]);
    expect(items.filter((i) => i.rule === 'no-lockfile')).toHaveLength(1);
    expect(items.find((i) => i.rule === 'no-update-bot')?.kind).toBe('fact');
  });
});

describe('dependencies: large and broken lockfiles', () => {
  it('does not lose the others for one that cannot be read', async () => {
    const { items, item } = await run(dependencies, {
      files: {
        'package.json': '{"dependencies":{"a":"1.0.0"}}',
        'package-lock.json': { size: 200_000_000 },
        'b/package-lock.json': '{',
        'c/pnpm-lock.yaml': 'lockfileVersion: 99\n',
        'd/bun.lockb': Buffer.from([0, 1, 2]),
        'e/yarn.lock': 'a@^1:\n  version "1.0.0"\n  integrity sha512-x\n',
      },
    });
    expect(items.filter((i) => i.rule === 'unread-lockfile').map((i) => [i.kind, i.title, i.detail])).toEqual(
      [
        ['gap', 'package-lock.json (200.0 MB) was not read', 'Larger than 24.0 MB.'],
        ['gap', 'b/package-lock.json (1 B) was not read', expect.stringMatching(/JSON/)],
        ['gap', 'c/pnpm-lock.yaml (20 B) was not read', 'lockfile version 99 is not known'],
        ['gap', 'd/bun.lockb (3 B) was not read', 'It is a binary lockfile; "bun bun.lockb" prints it.'],
      ],
    );
    expect(item('lockfile').title).toBe('e/yarn.lock (yarn v1) pins 1 package');
  });

  it('names files that say what is needed and that no reader understands, and lists nothing as whole beside them', async () => {
    const { item, gathered } = await run(dependencies, {
      files: {
        'setup.py': 'from setuptools import setup\nsetup(install_requires=["httpx"])\n',
        'environment.yml': 'name: x\ndependencies:\n  - python\n',
        'lib/setup.py': 'from setuptools import setup\nsetup()\n',
        'go.work': 'go 1.22\nuse ./a\n',
        'tests/setup.py': 'setup(install_requires=["pytest"])\n',
      },
    });
    expect(item('unread-manifest')).toMatchObject({
      kind: 'gap',
      title: '2 files that say what is needed not read',
      detail: expect.stringMatching(/^environment\.yml: .*conda\nsetup\.py: .*setuptools/),
    });
    expect(gathered.outcome).not.toBe('not-applicable');
    expect(JSON.stringify(gathered)).toContain('\\"aggregate\\": \\"incomplete\\"');
  });

  it('tells how many packages past the limit were not read', async () => {
    const many = Array.from(
      { length: 61_000 },
      (_, i) => `  p${i}@1.0.0:\n    resolution: {integrity: x}\n`,
    ).join('');
    const { item } = await run(dependencies, {
      files: { 'pnpm-lock.yaml': `lockfileVersion: '9.0'\npackages:\n${many}` },
    });
    expect(item('lockfile-too-long')).toMatchObject({
      kind: 'gap',
      title: 'pnpm-lock.yaml: 1,000 packages past the first 60,000 were not read',
    });
  }, 60_000);
});

describe('dependencies: a vulnerable package', () => {
  it('is cited with its name and its version, in lockfiles that write an entry on several lines', async () => {
    const at = async (files: Record<string, string>) => {
      const { item } = await run(dependencies, { files });
      const { path, startLine, endLine = startLine } = item('vulnerable-dependency').at!;
      return files[path]!.split('\n')
        .slice(startLine - 1, endLine)
        .join('\n');
    };
    const uv =
      'version = 1\n\n[[package]]\nname = "mcp"\nversion = "1.9.0"\nsource = { registry = "https://pypi.org/simple" }\n';
    const pyproject = '[project]\nname = "x"\ndependencies = ["mcp>=1"]\n';
    expect(await at({ 'pyproject.toml': pyproject, 'uv.lock': uv })).toBe(
      '[[package]]\nname = "mcp"\nversion = "1.9.0"',
    );
    const npm = lock({
      '': { dependencies: { '@modelcontextprotocol/sdk': '^1.0.0' } },
      'node_modules/@modelcontextprotocol/sdk': { version: '1.9.0', integrity: 'sha512-x' },
    });
    const cited = await at({
      'package.json': '{"dependencies":{"@modelcontextprotocol/sdk":"^1.0.0"}}',
      'package-lock.json': npm,
    });
    expect(cited).toContain('"node_modules/@modelcontextprotocol/sdk"');
    expect(cited).toContain('"version": "1.9.0"');
  });
});

describe('dependencies: modules of one Maven project', () => {
  const pom = (
    artifact: string,
    rest: string,
    head = '<parent><groupId>org.acme</groupId><artifactId>all</artifactId><version>1</version></parent>',
  ) => `<project>${head}<artifactId>${artifact}</artifactId>${rest}</project>`;
  const needs = (group: string, artifact: string) =>
    `<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>1</version></dependency></dependencies>`;

  it('are no packages of others, and those of another group with such a name are', async () => {
    const { item } = await run(dependencies, {
      files: {
        'pom.xml': pom('all', '', '<groupId>org.acme</groupId><version>1</version>'),
        'shared/pom.xml': pom('shared', ''),
        'a/pom.xml': pom('a', needs('org.acme', 'shared')),
        'b/pom.xml': pom('b', needs('org.other', 'shared')),
      },
    });
    expect(item('inventory').title).toContain('1 package pinned');
    expect(item('inventory').detail).toContain('org.other:shared');
    expect(item('inventory').detail).not.toContain('org.acme:shared');
  });
});
