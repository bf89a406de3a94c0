import { describe, expect, it } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import { fakeContext, itemsOf } from './fake-context.ts';

/** A file of a known name that holds nothing of its kind must be named as not read: read as nothing, it would look clean. */
const READERS = new Set(['dependencies', 'deployment', 'dockerfile', 'identity', 'tests-ci']);
const COLLECTORS = collectors.filter((c) => READERS.has(c.id));

const WORDS = 'just some words, nothing else\n';
const PAGE = '<!DOCTYPE html>\n<html><body>404: Not Found</body></html>\n';
const NOT_FOUND = '404: Not Found';
const LIST = '- a\n- b\n';
const JSON_LIST = '["a", 1]\n';
const JSON_TEXT = '"text"\n';
const NUMBER = '42\n';
const NULL = 'null\n';
const ANY = [WORDS, PAGE, NOT_FOUND, LIST, JSON_LIST, JSON_TEXT, NUMBER, NULL];
/** A single word or number is a package's name, so a requirement. */
const NO_REQUIREMENT = [WORDS, PAGE, NOT_FOUND, JSON_LIST, JSON_TEXT];
const OTHER_NAMES = 'zz:\n  yy: 1\n';
const OTHER_JSON = '{"zz": {"yy": 1}}\n';

const KINDS: readonly [files: readonly string[], texts: readonly string[]][] = [
  [
    ['Dockerfile', 'api.Dockerfile', 'Containerfile'],
    ['', '# a comment\n', 'RUN make\n', OTHER_NAMES, ...ANY],
  ],
  [
    ['compose.yaml', 'docker-compose.yml'],
    ['', 'services: 5\n', 'services: []\n', OTHER_NAMES, ...ANY],
  ],
  [
    ['.github/workflows/ci.yml', '.github/actions/a/action.yml', 'action.yml'],
    ['', 'jobs: 5\n', 'on: push\n', OTHER_NAMES, ...ANY],
  ],
  [
    ['.gitlab-ci.yml', '.circleci/config.yml', 'azure-pipelines.yml'],
    ['', OTHER_NAMES, ...ANY],
  ],
  [
    ['.travis.yml', 'bitbucket-pipelines.yml'],
    ['', ...ANY],
  ],
  [['.github/dependabot.yml'], ['', 'updates: 5\n', OTHER_NAMES, ...ANY]],
  [
    ['renovate.json', '.renovaterc'],
    ['', ...ANY],
  ],
  [
    [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'bun.lock',
      'deno.lock',
      'Pipfile.lock',
      'packages.lock.json',
      'composer.lock',
    ],
    [OTHER_JSON, ...ANY],
  ],
  [
    ['pnpm-lock.yaml', 'yarn.lock'],
    [OTHER_JSON, ...ANY],
  ],
  [
    ['uv.lock', 'poetry.lock', 'pdm.lock', 'pylock.toml', 'Cargo.lock'],
    ['zz = 1\n', '[zz]\nyy = 1\n', ...ANY],
  ],
  [
    ['go.sum', 'gradle.lockfile', 'packages.config', 'Gemfile.lock'],
    [OTHER_NAMES, ...ANY],
  ],
  [
    ['package.json', 'deno.json', 'composer.json', 'server.json', 'manifest.json'],
    ['', ...ANY],
  ],
  [['pyproject.toml', 'Cargo.toml', 'Pipfile', 'gradle/libs.versions.toml'], ANY],
  [['requirements.txt', 'requirements-dev.txt', 'requirements/base.in'], NO_REQUIREMENT],
  [['setup.cfg', 'Gemfile', 'a.gemspec', 'build.gradle'], ANY],
  [
    ['pom.xml', 'a.csproj', 'Directory.Packages.props'],
    ['', OTHER_NAMES, ...ANY],
  ],
  [['a.service'], ['', '[Unit]\nDescription=a\n', ...ANY]],
  [['.devcontainer/devcontainer.json'], ['', ...ANY]],
];

const AROUND = {
  'package.json': '{"name":"a","dependencies":{"b":"1"}}',
  'src/index.ts': 'export const a = 1;\n',
};

describe('a file that holds nothing of its kind', () => {
  it.each(KINDS.flatMap(([files, texts]) => files.map((file) => [file, texts] as const)))(
    '%s is named in a gap',
    async (file, texts) => {
      const silent: string[] = [];

      for (const text of texts) {
        const gathered = await Promise.all(
          COLLECTORS.map((c) => c.collect(fakeContext({ files: { ...AROUND, [file]: text } }))),
        );
        const gaps = gathered.flatMap(itemsOf).filter((i) => i.kind === 'gap');
        if (!gaps.some((g) => JSON.stringify(g).includes(file))) silent.push(text);
      }
      expect(silent).toEqual([]);
    },
  );

  it('is no file that is only small', async () => {
    const files = {
      'requirements.txt':
        '# none\n\n-r more.txt\n--index-url https://x.example/simple\n./local\nfile:///a/b\nsvn+https://x.example/a#egg=b\nc[d] >=1 ; python_version < "3"\ne @ https://x.example/e.whl\nf==1 --hash=sha256:00\n',
      'more.txt': '',
      'setup.cfg': '[flake8]\nmax-line-length = 100\n',
      Gemfile: "source 'https://rubygems.org'\ngemspec\n",
      'build.gradle': "plugins { id 'java' }\n",
      'a.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>',
      'chart/Chart.yaml': 'name: a\n',
      'chart/values.yaml': '# none\n',
      'package.json': '{"type":"module"}',
      'package-lock.json': '{"lockfileVersion":3,"requires":true,"packages":{}}',
      'Cargo.lock': '# @generated\nversion = 4\n',
    };
    const gathered = await Promise.all(COLLECTORS.map((c) => c.collect(fakeContext({ files }))));
    const unread = gathered.flatMap(itemsOf).filter((i) => /unread/.test(i.rule));
    expect(unread.map((i) => `${i.rule}: ${i.title}`)).toEqual([]);
  });
});
