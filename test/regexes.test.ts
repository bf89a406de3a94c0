import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from '@babel/parser';
import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';
import { indexRules, parseRules } from '../src/analysis/flow/knowledge.ts';
import { readBundledRules } from '../src/io/rule-files.ts';
import { superlinearOn } from './support/regex-steps.ts';

/**
 * No expression of ours takes more than linear time, whatever text it meets: most of the texts come from the target. `scslre`
 * looks at what an expression is, not at how long it took. It finds three kinds: two repetitions that trade characters, one
 * that repeats itself, and one that a search begins anew at every character.
 */
const SRC = resolve(import.meta.dirname, '../src');

type Found = { source: string; flags: string; at: string };
// biome-ignore lint/suspicious/noExplicitAny: a syntax tree is walked by its field names
type Node = any;

/** What stands for a part that is only known when the program runs: a name. */
const NAME = 'name';

/** The text an expression makes, as far as it can be told from the file. */
const textOf = (node: Node, constants: Map<string, Node>, depth = 0): string => {
  if (depth > 10) return NAME;
  const of = (n: Node) => textOf(n, constants, depth + 1);
  switch (node?.type) {
    case 'StringLiteral':
      return node.value;
    case 'RegExpLiteral':
      return node.pattern;
    case 'TemplateLiteral':
      return node.quasis
        .map(
          (q: Node, i: number) =>
            (q.value.cooked ?? '') + (node.expressions[i] ? of(node.expressions[i]) : ''),
        )
        .join('');
    case 'TaggedTemplateExpression':
      return node.quasi.quasis
        .map(
          (q: Node, i: number) =>
            q.value.raw + (node.quasi.expressions[i] ? of(node.quasi.expressions[i]) : ''),
        )
        .join('');
    case 'BinaryExpression':
      return of(node.left) + of(node.right);
    case 'Identifier':
      return constants.has(node.name) ? of(constants.get(node.name)) : NAME;
    case 'MemberExpression':
      return node.property.name === 'source' ? of(node.object) : NAME;
    case 'CallExpression':
      if (node.callee.property?.name === 'join' && node.callee.object.type === 'ArrayExpression')
        return node.callee.object.elements.map(of).join(node.arguments[0] ? of(node.arguments[0]) : ',');
      return NAME;
    default:
      return NAME;
  }
};

const expressionsOf = (file: string): Found[] => {
  const { program } = parse(readFileSync(join(SRC, file), 'utf8'), {
    sourceType: 'module',
    plugins: ['typescript', 'jsx'],
  });
  const found: Found[] = [];
  const constants = new Map<string, Node>();
  const made: Node[] = [];
  const visit = (node: Node): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const n of node) visit(n);
      return;
    }
    const at = `${file}:${node.loc?.start.line}`;
    if (node.type === 'RegExpLiteral') found.push({ source: node.pattern, flags: node.flags, at });
    if (node.type === 'NewExpression' && node.callee.name === 'RegExp') made.push(node);
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init)
      constants.set(node.id.name, node.init);
    for (const key in node) if (key !== 'loc') visit(node[key]);
  };
  visit(program);
  for (const node of made)
    found.push({
      source: textOf(node.arguments[0], constants),
      flags: node.arguments[1]?.type === 'StringLiteral' ? node.arguments[1].value : '',
      at: `${file}:${node.loc.start.line}`,
    });
  return found;
};

/** Every expression in a value, however deep. */
const within = (value: unknown, at: string, seen = new Set<unknown>()): Found[] => {
  if (value instanceof RegExp) return [{ source: value.source, flags: value.flags, at }];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.values(value);
  return parts.flatMap((v) => within(v, at, seen));
};

/** The expressions that are put together while something runs: reading rules tries every pattern in them. */
const madeDuring = (run: () => unknown): Found[] => {
  const found: Found[] = [];
  const Real = globalThis.RegExp;
  globalThis.RegExp = new Proxy(Real, {
    construct: (target, [source, flags = '']) => {
      found.push({ source: source instanceof Real ? source.source : String(source), flags, at: 'rules' });
      return new target(source, flags);
    },
  });
  try {
    run();
  } finally {
    globalThis.RegExp = Real;
  }
  return found;
};

/** What is wrong with an expression, in words; '' for nothing. */
const judge = ({ source, flags }: Pick<Found, 'source' | 'flags'>): string => {
  const { reports } = analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } });
  return [
    ...new Set(reports.map((r) => `${r.exponential ? 'exponential' : 'polynomial'} ${r.type.toLowerCase()}`)),
  ].join(', ');
};

/**
 * Expressions that are not linear and need not be: what bounds the text they meet. By the words of the expression, not by
 * their place.
 */
const BOUNDED: Record<string, string> = {
  '\\B(?=(\\d{3})+$)': 'digits of one number: 22 characters',
};

/** The same, for one expression and over lines. */
const BOUNDED_TEXTS: Record<string, string> = {
  '\\[\\^(?=[^\\]]*\\.)(?=[^\\]]*/)': 'one pattern that a source has as a literal',
};

/**
 * Where an expression begins anew at each of its own beginnings in a line, and what bounds that line: by the folder or file,
 * since all expressions in it meet the same text. `rules` are the bundled ones.
 */
const BOUNDED_LINES: Record<string, string> = {
  'analysis/flow/':
    'names, calls and literals of sources, whose lines are bounded (analysis/sources/minified.ts)',
  'analysis/weaknesses/': 'names and lines of sources, bounded as well',
  'analysis/tool-text/': 'lines of sources, bounded as well',
  'analysis/sources/server-sources.ts': 'paths of a tree: 4,096 characters',
  'collectors/deployment/manifests.ts': 'paths of a tree',
  'collectors/readme/sources.ts': 'paths of a tree',
  'analysis/deployment/dockerfile.ts': 'one word of an instruction, of at most 20,000 characters',
  'analysis/deployment/systemd.ts': 'one setting of at most 2,000 characters',
  'collectors/operations/': 'lines of sources and documents, bounded as well',
  'io/git/clone.ts': 'what git says of an error',
  rules: 'names, calls and paths of sources, bounded as well',
};

describe('regular expressions', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'),
  );
  const own = files.flatMap(expressionsOf);

  const bad = (all: readonly Found[]): string[] =>
    all.flatMap((found) => {
      const wrong = found.source in BOUNDED ? '' : judge(found);
      return wrong === '' ? [] : [`${found.at}: ${wrong}: /${found.source}/${found.flags}`];
    });

  it.each(Object.entries(BOUNDED))('that are not linear meet bounded text only: %s (%s)', (source) => {
    expect(judge({ source, flags: '' })).not.toBe('');
    expect(own.map((o) => o.source)).toContain(source);
  });

  it('of the source are linear', () => {
    expect(own.length).toBeGreaterThan(1500);
    expect([...new Set(bad(own))]).toEqual([]);
  });

  it('of the exported values are linear, as they were put together', async () => {
    const modules = files.filter((f) => /^(?:text|domain|analysis|collectors|results|report)\//.test(f));
    const values = await Promise.all(
      modules.map(async (f) => within(await import(/* @vite-ignore */ join(SRC, f)), f)),
    );
    expect(values.flat().length).toBeGreaterThan(100);
    expect([...new Set(bad(values.flat()))]).toEqual([]);
  });

  it('of the bundled rules are linear', async () => {
    const rules = await readBundledRules();
    const found = madeDuring(() => {
      const read = parseRules(rules);
      return indexRules(read.rules, read.models);
    });
    expect(found.length).toBeGreaterThan(20);
    expect(bad(found)).toEqual([]);
  });

  it('do not begin anew at each of their own beginnings', async () => {
    const rules = await readBundledRules();
    const made = madeDuring(() => {
      const read = parseRules(rules);
      return indexRules(read.rules, read.models);
    });
    const seen = new Map([...own, ...made].map((f) => [`${f.source}/${f.flags}`, f]));
    expect(seen.size).toBeGreaterThan(2500);
    const bounded = (at: string): boolean => Object.keys(BOUNDED_LINES).some((place) => at.startsWith(place));
    const slow = [...seen.values()].flatMap(({ source, flags, at }) => {
      const unit =
        source in BOUNDED || source in BOUNDED_TEXTS ? null : superlinearOn(source, flags, bounded(at));
      return unit === null ? [] : [`${at}: ${JSON.stringify(unit)} again and again: /${source}/${flags}`];
    });
    expect(slow).toEqual([]);
  }, 300_000);

  it('that begin anew are told by counting steps, whatever the machine does', () => {
    for (const source of [
      'BEGIN.*END',
      '<!--[\\s\\S]*?-->',
      '"(?:[^"\\\\]|\\\\.)*"',
      '\\w*key\\w*=',
      '(a+)+$',
      'a(?=[^;]*;)',
    ])
      expect(superlinearOn(source, ''), source).not.toBeNull();
    for (const source of [
      'BEGIN.{0,200}END',
      '"[^"]*"',
      '^BEGIN.*END',
      '\\bkey\\w*=',
      '("(?:[^"\\\\\\n]|\\\\.)*"?)',
    ])
      expect(superlinearOn(source, ''), source).toBeNull();
    expect(superlinearOn('BEGIN.*END', '', true)).toBeNull();
    expect(superlinearOn('BEGIN[^;]*END', '', true)).not.toBeNull();
  });

  it('are told apart by the checker', () => {
    for (const source of [
      '(a+)+$',
      '^(\\d+)*$',
      '(?:p)((?:[.-]?\\d+)*)?$',
      '(x+x+)+y',
      '^\\s*a\\s*\\s*b$',
      '\\s+$',
      '\\d+\\d+x',
      '(?=(a+)+b)',
    ])
      expect(judge({ source, flags: '' }), source).not.toBe('');
    for (const source of ['^\\d+$', '^a{0,9}b', '[a-z]+', '^(?:\\d+\\.)*\\d+$', '"[^"]*"'])
      expect(judge({ source, flags: '' }), source).toBe('');
  });
});
