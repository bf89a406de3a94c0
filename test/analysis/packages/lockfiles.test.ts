import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Lockfile, MOST_PACKAGES } from '../../../src/analysis/packages/dependency.ts';
import { type Entry, readIndented } from '../../../src/analysis/packages/lockfiles/indented.ts';
import { LOCKFILES, lockfileKind } from '../../../src/analysis/packages/lockfiles/index.ts';
import { markLock } from '../../../src/analysis/packages/lockfiles/mark-lock.ts';
import { manifestReader } from '../../../src/analysis/packages/manifests/read-manifest.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/lockfiles');

const read = (path: string, source: string): Lockfile => {
  const kind = lockfileKind(path);
  if (!kind || !('read' in kind)) throw new Error(`no reader for ${path}`);
  const result = kind.read(path, source);
  if (!result.ok) throw new Error(result.reason);
  return result.lock;
};

/** A fixture's lockfile, with its manifest's word on what was asked for. */
const locked = (folder: string): Lockfile => {
  const files = readdirSync(join(FIXTURES, folder));
  const text = (file: string) => readFileSync(join(FIXTURES, folder, file), 'utf8');
  const file = files.find((f) => lockfileKind(f) && f !== 'go.sum') ?? '';
  const lock = read(file, text(file));
  const manifests = files.flatMap((f) => {
    const manifest = manifestReader(f)?.(f, text(f));
    return manifest?.ok ? [manifest.manifest] : [];
  });
  markLock(lock, manifests);
  return lock;
};

/** `name version`, then "asked" or nothing, "dev" or nothing, and what it needs. */
const lines = (lock: Lockfile): string[] =>
  lock.packages
    .map((p) =>
      [
        `${p.name} ${p.version}`,
        p.direct ? 'asked' : '',
        p.development ? 'dev' : '',
        p.needs.length > 0 ? `-> ${p.needs.map((i) => lock.packages[i]?.name).join(' ')}` : '',
      ]
        .filter(Boolean)
        .join(' '),
    )
    .sort();

const NPM = [
  '@types/is-odd 3.0.4 asked dev',
  'is-number 6.0.0',
  'is-number 7.0.0 asked',
  'is-odd 3.0.1 asked -> is-number',
];
const PNPM = [
  ...NPM,
  'js-tokens 4.0.0 dev',
  'loose-envify 1.4.0 dev -> js-tokens',
  'react 18.2.0 asked dev -> loose-envify',
  'use-sync-external-store 1.2.0 asked dev -> react',
];
const python = (certifi: string) => [
  `certifi ${certifi}`,
  'h11 0.14.0',
  'httpcore 1.0.2 asked -> certifi h11',
  'iniconfig 2.0.0 asked dev',
];

describe('lockfiles of the real tools', () => {
  it.each<[string, string, string[]]>([
    [
      'package-lock-1',
      'package-lock v1',
      NPM.map((l) => l.replace('is-number 7.0.0 asked', 'is-number 7.0.0 asked')),
    ],
    ['package-lock-2', 'package-lock v2', NPM],
    ['package-lock-3', 'package-lock v3', NPM],
    ['npm-shrinkwrap', 'package-lock v3', NPM],
    ['pnpm-5', 'pnpm-lock v5.4', PNPM],
    ['pnpm-6', 'pnpm-lock v6.0', PNPM],
    ['pnpm-9', 'pnpm-lock v9.0', PNPM],
    ['yarn-1', 'yarn v1', NPM],
    ['yarn-berry', 'yarn (berry)', NPM],
    ['bun', 'bun.lock v1', NPM],
    [
      'deno',
      'deno.lock v5',
      [
        'is-number 6.0.0',
        'is-number 7.0.0 asked',
        'is-odd 3.0.1 asked -> is-number',
        'js-tokens 4.0.0',
        'loose-envify 1.4.0 asked -> js-tokens',
      ],
    ],
    ['uv', 'uv', python('2026.10.19.post1')],
    ['pylock', 'pylock 1.0', python('2026.10.19.post1').map((l) => l.replace(/ ->.*/, ''))],
    ['pdm', 'pdm 4.4.1', python('2026.10.19.post1')],
    [
      'poetry',
      'poetry 2.1',
      python('2026.10.19.post1').map((l) => l.replace('iniconfig 2.0.0', 'sniffio 1.3.0')),
    ],
    ['Pipfile', 'Pipfile.lock', python('2026.10.19.post1').map((l) => l.replace(/ ->.*/, ''))],
    ['cargo', 'Cargo v4', ['log 0.4.35 asked', 'memchr 2.7.1 asked dev']],
    [
      'go',
      'go.mod',
      [
        'golang.org/x/text v0.0.0-20170915032832-14c0d48ead0c',
        'rsc.io/quote v1.5.2 asked',
        'rsc.io/sampler v1.3.0',
      ],
    ],
    [
      'gradle',
      'gradle',
      [
        'com.fasterxml.jackson.core:jackson-core 2.15.2',
        'com.fasterxml.jackson.core:jackson-databind 2.15.2 asked',
        'org.junit.jupiter:junit-jupiter-api 5.10.0 asked dev',
      ],
    ],
    ['nuget', 'packages.lock.json v1', ['Serilog 3.1.0', 'Serilog.Sinks.Console 5.0.0 asked -> Serilog']],
    ['packages.config', 'packages.config', ['Newtonsoft.Json 12.0.3', 'StyleCop.MSBuild 6.2.0 dev']],
    [
      'bundler',
      'Gemfile.lock',
      [
        'local_thing 0.2.0 asked -> rack',
        'nokogiri 1.15.4 asked -> racc racc',
        'racc 1.7.1',
        'rack 3.0.8',
        'rack-test 2.1.0 asked -> rack',
        'rake 13.0.6 asked dev',
      ],
    ],
    [
      'composer',
      'composer',
      ['monolog/monolog 2.9.1 asked -> psr/log', 'psr/cache 1.0.1 asked dev', 'psr/log 1.1.4'],
    ],
  ])('%s', (folder, format, expected) => {
    const lock = locked(folder);
    expect(lock.format).toBe(format);
    expect(lines(lock)).toEqual([...expected].sort());
    expect(lock.packages.every((p) => p.line >= 1)).toBe(true);
  });

  it('has a fixture for every kind that can be read', () => {
    const files = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).map(
      (f) => lockfileKind(f)?.name,
    );
    expect(LOCKFILES.filter((k) => 'read' in k && !files.includes(k.name))).toEqual([]);
  });

  it('keeps hashes, origins and places', () => {
    const bundler = locked('bundler');
    expect(bundler.packages[0]).toMatchObject({
      elsewhere: 'https://example.org/local_thing.git',
      hash: null,
      line: 5,
    });
    const composer = locked('composer');
    expect(composer.packages[2]).toMatchObject({
      elsewhere: 'https://packages.example.org/psr-cache-1.0.1.zip',
      hash: '',
      licence: '(MIT OR Apache-2.0)',
    });
    const npm = locked('package-lock-3');
    const isOdd = npm.packages.find((p) => p.name === 'is-odd');
    expect(isOdd?.hash).toMatch(/^sha512-/);
    expect(isOdd?.licence).toBe('MIT');
    expect(
      readFileSync(join(FIXTURES, 'package-lock-3/package-lock.json'), 'utf8').split('\n')[isOdd!.line - 1],
    ).toContain('"node_modules/is-odd"');
  });
});

describe('the reader of indented files', () => {
  const plain = (entries: readonly Entry[]): Record<string, unknown> =>
    Object.fromEntries(entries.map((e) => [e.key, e.children.length > 0 ? plain(e.children) : e.value]));
  /** As text; an empty map is what the file says: `{}`. */
  const strings = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    return entries.length === 0 ? '{}' : Object.fromEntries(entries.map(([k, v]) => [k, strings(v)]));
  };

  it.each([
    'pnpm-6/pnpm-lock.yaml',
    'pnpm-9/pnpm-lock.yaml',
    'pnpm-5/pnpm-lock.yaml',
    'yarn-berry/yarn.lock',
  ])('says the same as a whole YAML parser: %s', (file) => {
    const source = readFileSync(join(FIXTURES, file), 'utf8');
    // Flow maps and lists stay text; everything else must agree.
    const block = source.replace(/^(\s+\w+:) [{[].*$/gm, '$1 flow');
    const ours = plain(readIndented(block));
    const theirs = strings(parse(block, { schema: 'failsafe' }));
    expect(ours).toEqual(theirs);
  });

  it('reads a flow map that a formatter laid out over lines', () => {
    const source = readFileSync(join(FIXTURES, 'pnpm-9/pnpm-lock.yaml'), 'utf8');
    const laidOut = source.replace(
      /^( +)resolution: \{integrity: (\S+)\}$/gm,
      '$1resolution:\n$1  {\n$1    integrity: $2,\n$1  }',
    );
    expect(laidOut).not.toBe(source);
    const hashes = (text: string) => read('pnpm-lock.yaml', text).packages.map((p) => p.hash);
    expect(hashes(laidOut)).toEqual(hashes(source));
    expect(hashes(laidOut).filter((h) => h?.startsWith('sha512-'))).not.toEqual([]);
  });

  it('reads keys that are too long for one line', () => {
    const long = `a@1.0.0(${'p'.repeat(1100)}@2.0.0)`;
    const source = `snapshots:\n  ? ${long}\n  : dependencies:\n      b: 2.0.0\n    optional: true\n  c@1.0.0: {}\n`;
    expect(plain(readIndented(source))).toEqual({
      snapshots: { [long]: { dependencies: { b: '2.0.0' }, optional: 'true' }, 'c@1.0.0': '{}' },
    });
  });

  it('ends on anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        readIndented(text);
      }),
    );
  });
});

describe('hostile lockfiles', () => {
  it('end with a reason or a list, whatever is in them', () => {
    const names = LOCKFILES.flatMap((k) => ('read' in k && typeof k.name === 'string' ? [k.name] : []));
    const shapes = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.json(),
      fc
        .json()
        .map(
          (j) =>
            `{"packages":{"":${j},"node_modules/a":${j}},"default":${j},"dependencies":${j},"workspaces":${j}}`,
        ),
      fc
        .json()
        .map((j) => `{"packages":[${j},{"name":"a/b","version":"1"}],"dependencies":{"net":{"a":${j}}}}`),
      fc.constantFrom(
        '[[package]]\nname = 1\n',
        '[[package]]\n',
        'package = 1',
        'lockfileVersion: 9\npackages:\n  x:\n',
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), shapes, (name, text) => {
        const kind = lockfileKind(name);
        if (kind && 'read' in kind) {
          const result = kind.read(name, text);
          if (result.ok) markLock(result.lock, []);
          else expect(result.reason).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not follow a circle twice, nor names that are no names', () => {
    const lock = read(
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"}},"node_modules/a":{"version":"1","dependencies":{"b":"1","__proto__":"1"}},"node_modules/b":{"version":"1","dependencies":{"a":"1"}},"node_modules/__proto__":{"version":"1"}}}',
    );
    markLock(lock, []);
    expect(lines(lock)).toEqual(['__proto__ 1', 'a 1 asked -> b __proto__', 'b 1 -> a']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('reads a million packages up to its limit, soon, and says what it left', () => {
    const source = `lockfileVersion: '9.0'\n\npackages:\n\n${Array.from({ length: 1_000_000 }, (_, i) => `  p${i}@1.0.0:\n    resolution: {integrity: x}\n`).join('')}`;
    const lock = read('pnpm-lock.yaml', source);
    expect(lock.packages).toHaveLength(MOST_PACKAGES);
    expect(lock.beyond).toBe(1_000_000 - MOST_PACKAGES);
  }, 30_000);
});
