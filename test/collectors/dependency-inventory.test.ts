import { describe, expect, it } from 'vitest';
import { dependencies as createDependencies } from '../../src/collectors/dependencies.ts';
import { lookAlikes } from '../../src/collectors/look-alikes.ts';
import { bundledSource } from '../../src/io/advisories/bundled.ts';
import { type FakeOptions, run } from './fake-context.ts';

const dependencies = createDependencies(() => bundledSource());

type Bom = {
  components: {
    name: string;
    version: string;
    scope: string;
    purl?: string;
    licenses?: unknown;
    externalReferences?: { url: string; type: string; hashes?: { alg: string; content: string }[] }[];
    properties: { name: string; value: string }[];
  }[];
  compositions?: { aggregate: string }[];
  metadata: { properties?: { name: string; value: string }[] };
};

const bomOf = async (options: FakeOptions): Promise<Bom> => {
  const { gathered } = await run(dependencies, options);
  const artifact = 'artifacts' in gathered ? gathered.artifacts?.[0] : undefined;
  if (!artifact) throw new Error('no bill of materials');
  return JSON.parse(String(artifact.content));
};

/** `name version`, "dev" where it is for development alone, "asked" where a manifest asks for it. */
const packages = (bom: Bom): string[] =>
  bom.components
    .map((c) =>
      [
        `${c.name} ${c.version}`,
        c.properties.some((p) => p.name === 'mcp-audit:direct' && p.value === 'true') ? 'asked' : '',
        c.scope === 'excluded' ? 'dev' : '',
      ]
        .filter(Boolean)
        .join(' '),
    )
    .sort();

describe('what a manifest installs', () => {
  it('is the package behind an alias, in the manifest and against the lockfile', async () => {
    const manifest = '{"dependencies":{"pads":"npm:left-pad@1.3.0","own":"npm:@acme/own@^2"}}';
    const { item, items } = await run(dependencies, {
      files: {
        'package.json': manifest,
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': { dependencies: { pads: 'npm:left-pad@1.3.0', own: 'npm:@acme/own@^2' } },
            'node_modules/pads': { name: 'left-pad', version: '1.3.0', integrity: 'sha512-x' },
            'node_modules/own': { name: '@acme/own', version: '2.1.0', integrity: 'sha512-x' },
          },
        }),
      },
    });
    expect(item('manifest').detail).toContain('left-pad 1.3.0, @acme/own ^2');
    expect(items.filter((i) => i.rule === 'lockfile-drift')).toEqual([]);
    const alike = await run(lookAlikes, {
      files: { 'package.json': '{"dependencies":{"zod":"npm:expresss@1.0.0"}}' },
    });
    expect(alike.items[0]?.title).toContain('expresss for express');
  });

  it('stands in the comments of a Python script, and only in a block that is closed', async () => {
    const script =
      '#!/usr/bin/env -S uv run\n# /// script\n# dependencies = [\n#   "requests==2.19.0",\n#   "mcp>=1",\n# ]\n# ///\nimport mcp\n';
    const { item } = await run(dependencies, { files: { 'tool.py': script, 'plain.py': '# script\n' } });
    expect(item('manifest')).toMatchObject({
      title: 'tool.py: 2 runtime dependencies, 0 others',
      at: { path: 'tool.py', startLine: 4 },
    });
    const open = await run(dependencies, {
      files: { 'tool.py': '# /// script\n# dependencies = []\nx = 1\n' },
    });
    expect(open.item('unreadable-manifest').title).toBe('What tool.py says it needs could not be read');
  });

  it('stands in deno.json, of npm and of JSR', async () => {
    const bom = await bomOf({
      files: {
        'deno.json': '{"imports":{"@std/path":"jsr:@std/path@^1.0.8","zod":"npm:zod@3.24.1"}}',
        'deno.lock': JSON.stringify({
          version: '4',
          specifiers: { 'jsr:@std/path@^1.0.8': '1.0.8', 'npm:zod@3.24.1': '3.24.1_x@1.0.0' },
          jsr: { '@std/path@1.0.8': { integrity: '00' } },
          npm: {
            'x@1.0.0': { integrity: 'sha512-AA==' },
            'zod@3.24.1_x@1.0.0': { integrity: 'sha512-BB==', dependencies: ['x'] },
          },
          workspace: { dependencies: ['jsr:@std/path@^1.0.8', 'npm:zod@3.24.1'] },
        }),
      },
    });
    expect(packages(bom)).toEqual(['path 1.0.8 asked', 'x 1.0.0', 'zod 3.24.1 asked']);
    expect(bom.components.map((c) => c.purl)).toEqual([undefined, 'pkg:npm/x@1.0.0', 'pkg:npm/zod@3.24.1']);
  });

  it('is what the version catalogue says of an alias, not the alias', async () => {
    const { items, item } = await run(dependencies, {
      files: {
        'app/build.gradle.kts':
          'dependencies {\n  implementation(libs.mcp.sdk)\n  implementation(libs.bundles.web)\n  testImplementation(libs.junit)\n  implementation(libs.nowhere)\n}\n',
        'gradle/libs.versions.toml':
          '[versions]\nmcp = "0.6.0"\n[libraries]\nmcp-sdk = { module = "io.mcp:sdk", version.ref = "mcp" }\nktor_core = "io.ktor:core:3.1.0"\njunit = "junit:junit:4.13.2"\nunused = "a:b:1"\n[bundles]\nweb = ["ktor-core"]\n',
      },
    });
    expect(items.filter((i) => i.rule === 'manifest').map((i) => i.title)).toEqual([
      'app/build.gradle.kts: 3 runtime dependencies, 1 other',
    ]);
    expect(item('manifest').detail).toContain('io.mcp:sdk 0.6.0, io.ktor:core 3.1.0, libs.nowhere');
    expect(item('partial-manifest').detail).toContain('1 version stands in');
  });

  it('is for development where an extra is named so', async () => {
    const bom = await bomOf({
      files: {
        'pyproject.toml':
          '[project]\nname = "x"\ndependencies = ["httpx"]\n[project.optional-dependencies]\ndev = ["pytest"]\nredis = ["redis"]\n',
        'uv.lock': [
          'version = 1',
          ...['httpx', 'pytest', 'redis'].map(
            (n) =>
              `[[package]]\nname = "${n}"\nversion = "1.0"\nsource = { registry = "https://pypi.org/simple" }\nsdist = { url = "https://files.pythonhosted.org/${n}-1.0.tar.gz", hash = "sha256:${'a'.repeat(64)}" }\nwheels = [{ url = "https://files.pythonhosted.org/${n}-1.0-py3-none-any.whl", hash = "sha256:${'b'.repeat(64)}" }]`,
          ),
          '[[package]]\nname = "x"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "httpx" }]\n[package.optional-dependencies]\ndev = [{ name = "pytest" }]\nredis = [{ name = "redis" }]',
        ].join('\n\n'),
      },
    });
    expect(packages(bom)).toEqual(['httpx 1.0 asked', 'pytest 1.0 asked dev', 'redis 1.0 asked']);
    expect(bom.components[0]?.externalReferences).toMatchObject([
      {
        type: 'distribution',
        url: expect.stringMatching(/whl$/),
        hashes: [{ alg: 'SHA-256', content: 'b'.repeat(64) }],
      },
      {
        type: 'distribution',
        url: expect.stringMatching(/gz$/),
        hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }],
      },
    ]);
  });
});

describe('a lockfile of several documents', () => {
  it("counts the project's packages, not those of pnpm itself, and cites its lines", async () => {
    const tools =
      "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\n    packageManagerDependencies:\n      pnpm:\n        specifier: 11.2.0\n        version: 11.2.0\npackages:\n  pnpm@11.2.0:\n    resolution: {integrity: sha512-x}\n";
    const own =
      "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      zod:\n        specifier: ^3.24.0\n        version: 3.24.1\npackages:\n  zod@3.24.1:\n    resolution: {integrity: sha512-y}\n";
    const { item, items } = await run(dependencies, {
      files: { 'package.json': '{"dependencies":{"zod":"^3.24.0"}}', 'pnpm-lock.yaml': tools + own },
    });
    expect(item('lockfile').title).toBe('pnpm-lock.yaml (pnpm-lock v9.0) pins 1 package');
    expect(item('lockfile').detail).toContain('1 package of pnpm itself');
    expect(items.filter((i) => i.rule === 'lockfile-drift')).toEqual([]);
    const bom = await bomOf({ files: { 'package.json': '{}', 'pnpm-lock.yaml': tools + own } });
    expect(bom.components[0]?.properties).toContainEqual({
      name: 'mcp-audit:pinned-by',
      value: `pnpm-lock.yaml:${(tools + own).split('\n').indexOf('  zod@3.24.1:') + 1}`,
    });
  });
});

describe('a workspace, of which one folder is audited', () => {
  const npm = {
    'package.json': '{"workspaces":["packages/*"],"devDependencies":{"typescript":"^5"}}',
    'packages/a/package.json':
      '{"name":"a","dependencies":{"b":"*","left":"^1"},"devDependencies":{"jest":"^1"}}',
    'packages/b/package.json': '{"name":"b","dependencies":{"right":"^1"},"devDependencies":{"mocha":"^1"}}',
    'packages/c/package.json': '{"name":"c","dependencies":{"other":"^1"}}',
  };
  const audited = ['jest 1.0.0 asked dev', 'left 1.0.0 asked', 'lib 1.0.0', 'right 1.0.0 asked'];

  it('has what the folder reaches, through other members too: npm', async () => {
    const bom = await bomOf({
      subdir: 'packages/a',
      files: {
        ...npm,
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': { workspaces: ['packages/*'], devDependencies: { typescript: '^5' } },
            'packages/a': {
              name: 'a',
              dependencies: { b: '*', left: '^1' },
              devDependencies: { jest: '^1' },
            },
            'packages/b': { name: 'b', dependencies: { right: '^1' }, devDependencies: { mocha: '^1' } },
            'packages/c': { name: 'c', dependencies: { other: '^1' } },
            'node_modules/a': { resolved: 'packages/a', link: true },
            'node_modules/b': { resolved: 'packages/b', link: true },
            'node_modules/c': { resolved: 'packages/c', link: true },
            'node_modules/left': { version: '1.0.0' },
            'node_modules/right': { version: '1.0.0', dependencies: { lib: '^1' } },
            'node_modules/lib': { version: '1.0.0' },
            'node_modules/jest': { version: '1.0.0', dev: true },
            'node_modules/mocha': { version: '1.0.0', dev: true },
            'node_modules/other': { version: '1.0.0' },
            'node_modules/typescript': { version: '5.0.0', dev: true },
          },
        }),
      },
    });
    expect(packages(bom)).toEqual(audited);
  });

  it('likewise: pnpm', async () => {
    const importer = (deps: Record<string, string>, dev: Record<string, string> = {}) =>
      [
        ['dependencies', deps],
        ['devDependencies', dev],
      ]
        .map(([table, entries]) =>
          Object.keys(entries as object).length === 0
            ? ''
            : `    ${table}:\n${Object.entries(entries as object)
                .map(([n, v]) => `      ${n}:\n        specifier: '*'\n        version: ${v}\n`)
                .join('')}`,
        )
        .join('');
    const bom = await bomOf({
      subdir: 'packages/a',
      files: {
        ...npm,
        'pnpm-lock.yaml': `lockfileVersion: '9.0'\nimporters:\n  .:\n${importer({}, { typescript: '5.0.0' })}  packages/a:\n${importer({ b: 'link:../b', left: '1.0.0' }, { jest: '1.0.0' })}  packages/b:\n${importer({ right: '1.0.0' }, { mocha: '1.0.0' })}  packages/c:\n${importer({ other: '1.0.0' })}packages:\n${['left@1.0.0', 'right@1.0.0', 'lib@1.0.0', 'jest@1.0.0', 'mocha@1.0.0', 'other@1.0.0', 'typescript@5.0.0'].map((p) => `  ${p}:\n    resolution: {integrity: sha512-x}\n`).join('')}snapshots:\n  right@1.0.0:\n    dependencies:\n      lib: 1.0.0\n`,
      },
    });
    expect(packages(bom)).toEqual(audited);
  });

  it('likewise: bun', async () => {
    const entry = (n: string, v = '1.0.0', info: object = {}) => [`${n}@${v}`, '', info, 'sha512-x'];
    const bom = await bomOf({
      subdir: 'packages/a',
      files: {
        ...npm,
        'bun.lock': JSON.stringify({
          lockfileVersion: 1,
          workspaces: {
            '': { devDependencies: { typescript: '^5' } },
            'packages/a': {
              name: 'a',
              dependencies: { b: '*', left: '^1' },
              devDependencies: { jest: '^1' },
            },
            'packages/b': { name: 'b', dependencies: { right: '^1' }, devDependencies: { mocha: '^1' } },
            'packages/c': { name: 'c', dependencies: { other: '^1' } },
          },
          packages: {
            b: ['b@workspace:packages/b'],
            left: entry('left'),
            right: entry('right', '1.0.0', { dependencies: { lib: '^1' } }),
            lib: entry('lib'),
            jest: entry('jest'),
            mocha: entry('mocha'),
            other: entry('other'),
            typescript: entry('typescript', '5.0.0'),
          },
        }),
      },
    });
    expect(packages(bom)).toEqual(audited);
  });

  it('likewise: uv', async () => {
    const registry = 'source = { registry = "https://pypi.org/simple" }';
    const plain = (n: string, more = '') =>
      `[[package]]\nname = "${n}"\nversion = "1.0.0"\n${registry}\n${more}`;
    const member = (n: string, at: string, needs: string, dev = '') =>
      `[[package]]\nname = "${n}"\nversion = "0"\nsource = { editable = "${at}" }\ndependencies = [${needs}]\n${dev ? `[package.dev-dependencies]\ndev = [${dev}]\n` : ''}`;
    const bom = await bomOf({
      subdir: 'packages/a',
      files: {
        'packages/a/pyproject.toml': '[project]\nname = "a"\ndependencies = ["b", "left"]\n',
        'uv.lock': [
          'version = 1',
          member('a', 'packages/a', '{ name = "b" }, { name = "left" }', '{ name = "jest" }'),
          member('b', 'packages/b', '{ name = "right" }', '{ name = "mocha" }'),
          member('c', 'packages/c', '{ name = "other" }'),
          plain('left'),
          plain('right', 'dependencies = [{ name = "lib" }]'),
          plain('lib'),
          plain('jest'),
          plain('mocha'),
          plain('other'),
        ].join('\n\n'),
      },
    });
    expect(packages(bom)).toEqual(audited);
  });

  it('likewise: Cargo, whose lockfile does not tell what is for development', async () => {
    const crate = (n: string, needs: string[] = [], registry = true) =>
      `[[package]]\nname = "${n}"\nversion = "1.0.0"\n${registry ? 'source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "00"\n' : ''}dependencies = [${needs.map((d) => `"${d}"`).join(', ')}]\n`;
    const bom = await bomOf({
      subdir: 'packages/a',
      files: {
        'packages/a/Cargo.toml':
          '[package]\nname = "a"\n[dependencies]\nb = { path = "../b" }\nleft = "1"\n[dev-dependencies]\njest = "1"\n',
        'Cargo.lock': [
          'version = 4',
          crate('a', ['b', 'jest', 'left'], false),
          crate('b', ['right'], false),
          crate('c', ['other'], false),
          crate('left'),
          crate('right', ['lib']),
          crate('lib'),
          crate('jest'),
          crate('other'),
        ].join('\n\n'),
      },
    });
    expect(packages(bom)).toEqual(audited);
  });

  it('keeps two versions of a crate apart: only the one a member names is asked for', async () => {
    const bom = await bomOf({
      files: {
        'Cargo.toml': '[package]\nname = "a"\n[dependencies]\nrand = "0.9"\nold = "1"\n',
        'Cargo.lock':
          'version = 4\n\n[[package]]\nname = "a"\nversion = "0.1.0"\ndependencies = [\n "old",\n "rand 0.9.0",\n]\n\n' +
          [
            ['rand', '0.8.0', ''],
            ['rand', '0.9.0', ''],
            ['old', '1.0.0', 'dependencies = [\n "rand 0.8.0",\n]\n'],
          ]
            .map(
              ([n, v, more]) =>
                `[[package]]\nname = "${n}"\nversion = "${v}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "00"\n${more}`,
            )
            .join('\n'),
      },
    });
    expect(packages(bom)).toEqual(['old 1.0.0 asked', 'rand 0.8.0', 'rand 0.9.0 asked']);
  });

  it('takes nothing from a lockfile that was made for others', async () => {
    const { item } = await run(dependencies, {
      subdir: 'server',
      files: {
        'server/package.json': '{"name":"server","dependencies":{"x":"^1"}}',
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: { '': { dependencies: { y: '^1' } }, 'node_modules/y': { version: '1.0.0' } },
        }),
      },
    });
    expect(item('lockfile').title).toBe('package-lock.json (package-lock v3) pins 0 packages');
  });
});

describe('a list that is not whole', () => {
  it.each([
    [
      'pom.xml',
      '<project><artifactId>a</artifactId><dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>1.0</version></dependency></dependencies></project>',
      'Maven',
    ],
    ['build.gradle', "dependencies { }\nimplementation 'g:b:1.0'\n", 'Maven'],
    ['requirements.txt', 'flask==3.0.0\nrich\n', 'PyPI'],
    ['pyproject.toml', '[project]\nname = "a"\ndependencies = ["rich==1.0"]\n', 'PyPI'],
    ['package.json', '{"dependencies":{"a":"1.0.0"}}', 'npm'],
    ['Cargo.toml', '[package]\nname = "a"\n[dependencies]\nb = "=1.0.0"\n', 'crates.io'],
    ['app.csproj', '<Project><PackageReference Include="A" Version="[1.0.0]" /></Project>', 'NuGet'],
    ['composer.json', '{"require":{"a/b":"1.0.0"}}', 'Packagist'],
  ])('says so: %s', async (path, text, ecosystem) => {
    const { item } = await run(dependencies, { files: { [path]: text } });
    expect(item('inventory-incomplete').title).toBe(
      `Not all packages are known: 1 file of ${ecosystem} leads to more`,
    );
    const bom = await bomOf({ files: { [path]: text } });
    expect(bom.compositions).toMatchObject([{ aggregate: 'incomplete' }]);
    expect(bom.metadata.properties).toContainEqual({
      name: 'mcp-audit:incomplete',
      value: expect.stringContaining(path),
    });
  });

  it.each([
    [
      'a compiled requirements file',
      {
        'requirements.txt':
          '# This file was autogenerated by uv via the following command:\n#    uv export\nflask==3.0.0\n',
      },
    ],
    ['one that holds hashes', { 'requirements.txt': 'flask==3.0.0 \\\n    --hash=sha256:00\n' }],
    [
      'a lockfile',
      {
        'package.json': '{"dependencies":{"a":"^1"}}',
        'package-lock.json':
          '{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"^1"}},"node_modules/a":{"version":"1.0.0"}}}',
      },
    ],
  ])('is not claimed of %s', async (_what, files) => {
    const { items } = await run(dependencies, { files: files as Record<string, string> });
    expect(items.filter((i) => i.rule === 'inventory-incomplete')).toEqual([]);
    expect((await bomOf({ files: files as Record<string, string> })).compositions).toBeUndefined();
  });
});

describe('what is asked for and not used', () => {
  it('is told apart from what only tests use, by the import lines of the sources', async () => {
    const { item } = await run(dependencies, {
      files: {
        'package.json':
          '{"dependencies":{\n"zod":"^3",\n"@acme/kit":"^1",\n"left-pad":"^1",\n"supertest":"^1",\n"lazy":"^1",\n"pads":"npm:padder@1"}}',
        'src/a.ts':
          "import { z } from 'zod/v4';\nimport '@acme/kit/x.js';\nconst l = await import('lazy');\nconst p = require('pads');\n",
        'src/a.test.ts': "import t from 'supertest';\n",
      },
    });
    expect(item('not-imported')).toMatchObject({
      kind: 'fact',
      title: 'package.json: 2 of 6 (33 %) runtime dependencies are imported by no source that ships',
      at: { path: 'package.json', startLine: 1 },
    });
    expect(item('not-imported').detail).toContain(
      'No source imports left-pad (line 4).\nOnly tests import supertest (line 5).',
    );
  });

  it.each([
    ['beautifulsoup4', 'from bs4 import BeautifulSoup\n'],
    ['PyYAML', 'import os, yaml\n'],
    ['python-dotenv', 'from dotenv import load_dotenv\n'],
    ['azure-identity', 'from azure.identity.aio import DefaultAzureCredential\n'],
    ['scikit_learn', '    import sklearn.svm as s\n'],
    ['atlassian-python-api', 'from atlassian import Jira\n'],
    ['uvloop', 'x = importlib.import_module("uvloop")\n'],
  ])('knows %s by the name it is imported under', async (name, source) => {
    const { items } = await run(dependencies, {
      files: { 'pyproject.toml': `[project]\nname = "a"\ndependencies = ["${name}"]\n`, 'a/b.py': source },
    });
    expect(items.filter((i) => i.rule === 'not-imported')).toEqual([]);
  });

  it('makes a Go module that only tests import one of development', async () => {
    const bom = await bomOf({
      files: {
        'go.mod': 'module a\ngo 1.23\nrequire (\n\tgithub.com/x/y v1.0.0\n\tgithub.com/z/testify v1.0.0\n)\n',
        'main.go': 'package main\nimport (\n\t"fmt"\n\tq "github.com/x/y/sub"\n)\n',
        'main_test.go': 'package main\nimport "github.com/z/testify/assert"\n',
      },
    });
    expect(packages(bom)).toEqual(['testify v1.0.0 asked dev', 'y v1.0.0 asked']);
  });

  it('says nothing where import lines cannot tell', async () => {
    const { items } = await run(dependencies, {
      files: {
        Gemfile: "gem 'rails'\n",
        'app.rb': "require 'x'\n",
        'package.json': '{"dependencies":{"a":"1"}}',
      },
    });
    expect(items.filter((i) => i.rule === 'not-imported')).toEqual([]);
  });
});

describe('licences of packages whose files are in the tree', () => {
  it('are read beside them, of the version that is pinned', async () => {
    const mit =
      'Permission is hereby granted, free of charge, to any person obtaining a copy\nTHE SOFTWARE IS PROVIDED "AS IS"';
    const bom = await bomOf({
      files: {
        'go.mod': 'module a\ngo 1.23\nrequire github.com/x/y v1.0.0\n',
        'vendor/github.com/x/y/LICENSE': mit,
        'Cargo.toml': '[package]\nname = "a"\n[dependencies]\nlog = "1"\n',
        'Cargo.lock':
          'version = 4\n[[package]]\nname = "log"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n',
        'vendor/log/Cargo.toml': '[package]\nname = "log"\nversion = "1.0.0"\nlicense = "Apache-2.0"\n',
        'package.json': '{"dependencies":{"left":"1","right":"1"}}',
        'yarn.lock': 'left@1:\n  version "1.0.0"\n\nright@1:\n  version "1.0.0"\n',
        'node_modules/left/package.json': '{"version":"1.0.0","license":"ISC"}',
        'node_modules/right/package.json': '{"version":"2.0.0","license":"ISC"}',
      },
    });
    expect(bom.components.map((c) => `${c.name} ${JSON.stringify(c.licenses ?? null)}`).sort()).toEqual([
      'left [{"license":{"id":"ISC"}}]',
      'log [{"license":{"id":"Apache-2.0"}}]',
      'right null',
      'y [{"license":{"id":"MIT"}}]',
    ]);
  });
});
