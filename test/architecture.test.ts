import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Who may enter which room (docs/architecture.md). `rooms` are folders of src/, `only` narrows one of them to some files,
 * `packages` are names of npm packages or `node:*`; `types` rooms may be imported as types only.
 */
type Rule = { rooms: string[]; types?: string[]; packages: (string | RegExp)[] };

const PARSERS = [
  'yaml',
  'smol-toml',
  'jsonc-parser',
  'dockerfile-ast',
  'picomatch',
  'spdx-correct',
  /^@secretlint\//,
  'fast-xml-parser',
  '@babel/parser',
  '@vscode/tree-sitter-wasm',
];

/** What is known about packages: their versions, names, licences, and bills of materials. */
const PACKAGES = [
  'semver',
  '@renovatebot/pep440',
  'packageurl-js',
  'spdx-expression-parse',
  '@cyclonedx/cyclonedx-library',
];

const RULES: Record<string, Rule> = {
  domain: {
    rooms: ['domain', 'text'],
    packages: ['zod', 'yaml', 'ae-cvss-calculator', /^\.\.\/checklists\/.*\.json$/],
  },
  text: { rooms: ['text'], packages: ['string-width', 'wrap-ansi'] },
  analysis: {
    rooms: ['analysis', 'domain', 'text'],
    types: ['collectors/collector.ts'],
    packages: [...PARSERS, ...PACKAGES, 'hosted-git-info', 'zod'],
  },
  collectors: { rooms: ['analysis', 'domain', 'text', 'collectors/collector.ts'], packages: PARSERS },
  results: {
    rooms: ['results', 'domain', 'text'],
    types: ['collectors/collector.ts'],
    packages: ['@streamparser/json', 'zod'],
  },
  engine: {
    rooms: ['engine', 'domain', 'text', 'results', 'collectors/index.ts'],
    types: ['collectors/collector.ts'],
    packages: ['node:crypto', 'node:zlib', 'node:buffer', 'zod'],
  },
  live: {
    rooms: [
      'live',
      'domain',
      'text',
      'io/scan/find-executable.ts',
      'io/scan/checkout.ts',
      'io/write-files.ts',
    ],
    types: ['collectors/collector.ts'],
    packages: [/^node:/, 'zod', 'yaml', 'smol-toml', 'jsonc-parser', 'semver', 'fast-check'],
  },
  assist: {
    rooms: ['assist', 'domain', 'text', 'engine', 'analysis/tool-text'],
    packages: ['@modelcontextprotocol/server', 'node:crypto', 'zod'],
  },
  report: { rooms: ['report', 'domain', 'text'], packages: ['zod', 'markdown-it'] },
  discovery: {
    rooms: [
      'discovery',
      'policy',
      'domain',
      'text',
      'analysis/files',
      'analysis/repository',
      'analysis/tool-text/toxic.ts',
    ],
    packages: ['zod'],
  },
  policy: { rooms: ['policy', 'report', 'domain', 'text'], packages: ['zod', 'spdx-satisfies'] },
  io: {
    rooms: [
      'io',
      'domain/advisory.ts',
      'domain/assistance.ts',
      'domain/errors.ts',
      'domain/events.ts',
      'domain/fleet',
      'domain/methodology.ts',
      'domain/package-name.ts',
      'domain/evidence.ts',
      'domain/local.ts',
      'domain/session.ts',
      'domain/settings.ts',
      'domain/snapshot.ts',
      'domain/load-methodology.ts',
      'engine',
      'text',
    ],
    types: ['domain', 'collectors/collector.ts'],
    packages: [
      /^node:/,
      'simple-git',
      'bullmq',
      'conf',
      'fflate',
      'ioredis',
      'workerpool',
      'semver',
      '@renovatebot/pep440',
      'yauzl',
      'tar',
      'env-paths',
      'proper-lockfile',
      'hosted-git-info',
      'jsonc-parser',
      'zod',
      'yaml',
    ],
  },
  ui: {
    rooms: ['ui', 'domain', 'text'],
    types: ['engine/store.ts'],
    packages: ['ink', 'react', 'fuzzysort', 'lowlight', 'highlight.js'],
  },
};

/**
 * Inside src/analysis each room knows only those that stand before it here; `surface` and `flow` both stand on `sources` and
 * know nothing of each other.
 */
const ANALYSIS = [
  'files',
  'repository',
  'deployment',
  'packages',
  'sources',
  'surface',
  'flow',
  'behaviour',
  'weaknesses',
  'authorization',
  'tool-text',
];
const PEERS = [['flow', 'surface']];

/** Wiring enters everything; the table of collectors lists them all. */
const FREE = ['commands/', 'cli.ts', 'collect-thread.ts', 'fleet-worker.ts', 'collectors/index.ts'];

/** Where files still need each other in a circle. */
const CIRCULAR = ['analysis/flow/', 'commands/'];

/** The parser library reads its own WebAssembly files; so does what starts it on another stack. */
const PARSER_START = { from: 'analysis/sources/parser-stack.ts', what: 'node:fs' };

const SRC = resolve(import.meta.dirname, '../src');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((f) => f.replaceAll('\\', '/'))
  .filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'))
  .sort();

type Import = { from: string; what: string; typeOnly: boolean };

const importsOf = (file: string): Import[] => {
  const source = readFileSync(join(SRC, file), 'utf8');
  const found = [
    ...source.matchAll(/^\s*(import|export)\s+(type\s+)?([^'";]*?from\s+)?'([^']+)'/gm),
    ...source.matchAll(/(import)()()\('([^']+)'\)/g),
  ];
  return found.map((m) => {
    const what = m[4] ?? '';
    const names = /^\{(.*)\}\s*from/s.exec(m[3]?.trim() ?? '')?.[1];
    const allTypes = names?.split(',').every((n) => n.trim() === '' || n.trim().startsWith('type ')) ?? false;
    return {
      from: file,
      what: what.startsWith('.')
        ? relative(SRC, resolve(SRC, dirname(file), what)).replaceAll('\\', '/')
        : what,
      typeOnly: m[2] !== undefined || allTypes,
    };
  });
};

const inside = (path: string, rooms: readonly string[] = []): boolean =>
  rooms.some((r) => (r.endsWith('.ts') ? path === r : path.startsWith(`${r}/`)));

const upward = ({ from, what }: Import): string | null => {
  const [a, b] = [from, what].map((f) => /^analysis\/([^/]+)\//.exec(f)?.[1]);
  if (!a || !b || a === b) return null;
  const below = ANALYSIS.indexOf(b) < ANALYSIS.indexOf(a) && ANALYSIS.includes(b);
  return below && !PEERS.some((p) => p.includes(a) && p.includes(b)) ? null : `${from} may not enter ${what}`;
};

const breach = ({ from, what, typeOnly }: Import): string | null => {
  if (FREE.some((f) => from.startsWith(f))) return null;
  const rule = RULES[from.split('/')[0] ?? ''];
  if (!rule) return `${from} is in no room`;
  const isPackage = !/\.(ts|tsx|mjs)$/.test(what);
  if (from === PARSER_START.from && what === PARSER_START.what) return null;
  if (isPackage)
    return typeOnly ||
      rule.packages.some((p) =>
        typeof p === 'string' ? what === p || what.startsWith(`${p}/`) : p.test(what),
      )
      ? null
      : `${from} may not use the package ${what}`;
  // A collector too large for one file keeps the rest in a folder of its own name.
  const own = /^collectors\/([^/]+?)(?:\.ts|\/)/.exec(from)?.[1];
  if (own && what.startsWith(`collectors/${own}/`)) return null;
  if (inside(what, rule.rooms) || (typeOnly && inside(what, rule.types))) return null;
  return `${from} may not enter ${what}${typeOnly ? ' even for types' : ''}`;
};

describe('the house', () => {
  it('is entered only through the doors its table allows', () => {
    expect(files.flatMap(importsOf).map(breach).filter(Boolean)).toEqual([]);
  });

  it('has rooms of analysis that know only those below', () => {
    expect(files.flatMap(importsOf).map(upward).filter(Boolean)).toEqual([]);
    expect(files.filter((f) => /^analysis\/[^/]+$/.test(f))).toEqual([]);
    expect(upward({ from: 'analysis/files/a.ts', what: 'analysis/flow/b.ts', typeOnly: true })).toMatch(
      /may not/,
    );
    expect(upward({ from: 'analysis/flow/a.ts', what: 'analysis/surface/b.ts', typeOnly: false })).toMatch(
      /may not/,
    );
  });

  it('has no file that needs, in a circle, who needs it', () => {
    const needs = new Map(
      files.map((f) => [
        f,
        importsOf(f).flatMap((i) => (i.typeOnly || !files.includes(i.what) ? [] : [i.what])),
      ]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of needs.get(file) ?? []) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    // Walkers of statements, expressions and calls enter each other.
    const open = circles.filter((c) => !CIRCULAR.some((room) => c.startsWith(room)));
    expect(open).toEqual([]);
  });

  it('notices a breach', () => {
    expect(breach({ from: 'domain/x.ts', what: 'node:fs', typeOnly: false })).toMatch(/may not use/);
    expect(breach({ from: 'ui/x.ts', what: 'io/editor.ts', typeOnly: false })).toMatch(/may not enter/);
    expect(breach({ from: 'collectors/a.ts', what: 'collectors/b.ts', typeOnly: false })).toMatch(
      /may not enter/,
    );
  });

  it('keeps clock and randomness out of the pure rooms', () => {
    const impure = files.filter(
      (f) =>
        /^(domain|text|analysis|collectors|results|report|policy|discovery)\//.test(f) &&
        /\bDate\.now\(|new Date\(\)|Math\.random\(|randomUUID|performance\.now|process\.env/.test(
          readFileSync(join(SRC, f), 'utf8').replace(
            /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|\/[^/\n]+\/[gimsuy]*/g,
            '',
          ),
        ),
    );
    expect(impure).toEqual([]);
  });

  it('starts nothing of a target from where evidence is gathered, read or reported', () => {
    const needs = new Map(files.map((f) => [f, importsOf(f).map((i) => i.what)]));
    const reached = new Set<string>();
    const walk = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const next of needs.get(file) ?? []) walk(next);
    };
    const gathering =
      /^(domain|text|analysis|collectors|results|engine|report|policy|discovery|ui)\/|^collect-thread\.ts$/;
    for (const file of [...files.filter((f) => gathering.test(f)), 'commands/collect.ts']) walk(file);
    expect([...reached].filter((f) => f.startsWith('live/'))).toEqual([]);
    expect(reached.has('engine/run-collectors.ts')).toBe(true);
  });

  it('has files of a screen or two, or a first comment that says why not', () => {
    const long = files.filter((f) => {
      const source = readFileSync(join(SRC, f), 'utf8');
      return source.split('\n').length > 320 && !/^\s*(\/\*\*|\/\/)[\s\S]{0,400}long,/i.test(source);
    });
    expect(long).toEqual([]);
  });
});
