import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tooDeep } from '../../../src/analysis/sources/nesting.ts';
import { readJavascript } from '../../../src/analysis/sources/read-javascript.ts';

const read = (source: string, path = 'a.ts') => readJavascript.read(path, source);
const first = (source: string) => read(source).body[0];

describe('readJavascript', () => {
  it('lists what is imported, whichever way', () => {
    const { imports } = read(
      "import a, { b as c } from 'x';\nimport * as d from 'node:fs';\nimport e = require('f');\n",
    );
    expect(imports.map((i) => [i.local, i.module, i.name])).toEqual([
      ['a', 'x', 'default'],
      ['c', 'x', 'b'],
      ['d', 'node:fs', '*'],
      ['e', 'f', '*'],
    ]);
  });

  it('lists what is exported, CommonJS too', () => {
    expect(
      read(
        "export const a = 1;\nexport { b as c } from './d.js';\nexport * from './e.js';\nexport default f();",
      ).exports,
    ).toEqual([
      { name: 'a', local: 'a', from: null },
      { name: 'c', local: 'b', from: './d.js' },
      { name: '*', local: '*', from: './e.js' },
      { name: 'default', local: 'default', from: null },
    ]);
    expect(read('module.exports = { a, b: c };', 'a.cjs').exports.map((e) => e.name)).toEqual([
      'default',
      'a',
      'b',
    ]);
  });

  it('reads templates and sums as text', () => {
    const s = first('const x = `ls ${dir}` + more;');
    expect(s).toMatchObject({
      kind: 'assign',
      value: { kind: 'text', parts: [{ kind: 'text' }, { kind: 'name', name: 'more' }] },
    });
  });

  it('puts an assignment inside an expression before its statement', () => {
    expect(read('if ((m = find(x))) use(m);').body.map((s) => s.kind)).toEqual(['assign', 'if']);
  });

  it('takes parameters apart, and assigns those that are fields', () => {
    const s = first('class A { constructor(private readonly db: Db, { path: p, ...rest }: Args) {} }');
    if (s?.kind !== 'class') throw new Error('no class');
    const [made] = s.cls.methods;
    expect(made?.params).toMatchObject([
      { name: 'db', type: 'Db', parts: [] },
      {
        parts: [
          { path: 'path', name: 'p' },
          { path: '', name: 'rest' },
        ],
      },
    ]);
    expect(made?.body[0]).toMatchObject({
      kind: 'assign',
      target: { kind: 'place', expr: { property: 'db' } },
    });
  });

  it('keeps the lines of what it reads', () => {
    const s = read('\n\nfunction f() {\n  return 1;\n}\n').body[0];
    expect(s?.at).toEqual({ line: 3, endLine: 5 });
  });

  it('reads what stands around a mistake, and says where it is', () => {
    const { body, errors } = read('const a = 1;\nfunction broken( {\n  x ===;\n}\nconst b = 2;\n');
    expect(
      body.map((s) => (s.kind === 'assign' && s.target.kind === 'name' ? s.target.name : s.kind)),
    ).toEqual(['a', 'b']);
    expect(errors).toEqual([{ line: 2, endLine: 4 }]);
  });

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        expect(Array.isArray(read(text).errors)).toBe(true);
      }),
      { numRuns: 200 },
    );
    const words = [
      '(',
      ')',
      '{',
      '}',
      '=>',
      'a',
      '`${',
      '}`',
      '<T>',
      'class ',
      'if',
      ';',
      '?',
      ':',
      '\n',
      'import ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (parts) => {
        expect(read(parts.join('')).path).toBe('a.ts');
      }),
      { numRuns: 200 },
    );
  });

  it.for(['(', '[', '{', '<T>(', 'a?(b):', 'x=>', '`${', 'if(x){}else ', '!', 'new ', 'a+'])(
    'is not brought down by 50,000 of %s',
    (piece) => {
      const module = read(piece.repeat(50_000));
      expect(module.path).toBe('a.ts');
    },
  );
});

describe('tooDeep', () => {
  it('lets written code pass and stops what nests without end', () => {
    expect(tooDeep('f(g(h([{ a: (b) }])))')).toBe(false);
    expect(tooDeep('()'.repeat(10_000))).toBe(false);
    expect(tooDeep('('.repeat(1000))).toBe(true);
    expect(tooDeep('<T>('.repeat(20))).toBe(true);
    expect(tooDeep(')'.repeat(1000))).toBe(false);
    expect(tooDeep('a: '.repeat(100))).toBe(true);
    expect(tooDeep('a: string\n'.repeat(100))).toBe(false);
    expect(tooDeep('case a: '.repeat(100))).toBe(false);
    expect(tooDeep('{ a: b, c: d }, '.repeat(100))).toBe(false);
  });
});
