import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Reader } from '../../../src/analysis/sources/ir.ts';
import { printModule } from './print-ir.ts';

/** What no reader may throw at, or take long over. */
const HOSTILE: Record<string, string> = {
  'an empty file': '',
  'NUL and control characters': '\0\x01\x1b[2J\u202e\ufeff\ud800',
  'random bytes as text': Array.from({ length: 30_000 }, (_, i) =>
    String.fromCharCode((i * 7919) % 256),
  ).join(''),
  'one line of a megabyte': `x = ${'a + '.repeat(250_000)}a`,
  'a string without an end': `x = "${'a'.repeat(300_000)}`,
  'a text block without an end': `"""${'a\n'.repeat(8_000)}`,
  'a comment without an end': `/*${'* '.repeat(100_000)}`,
  'parentheses 50,000 deep': `x = ${'('.repeat(50_000)}${')'.repeat(50_000)}`,
  'brackets that never close': '['.repeat(50_000),
  'blocks 10,000 deep': 'if x {'.repeat(10_000),
  'Python blocks 1,000 deep': Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n'),
  'functions 5,000 deep': 'fn f() { '.repeat(5_000),
  'lambdas 3,000 deep': `x = ${'lambda: '.repeat(3_000)}1`,
  'calls 3,000 deep': `package a\nfunc f() { ${'f('.repeat(3_000)}${')'.repeat(3_000)} }`,
  'a chain of 3,000 calls': `class A { void f() { a${'.b()'.repeat(3_000)}; } }`,
  'macros inside macros': `fn f() { ${'vec!['.repeat(300)}1${']'.repeat(300)} }`,
  'else if 2,000 times': `package a\nfunc f() { if a { } ${'else if b { } '.repeat(2_000)}}`,
  'elif 2,000 times': `if a:\n  x()\n${'elif b:\n  y()\n'.repeat(2_000)}`,
  'a list of 8,000 items': `x = [${'a, '.repeat(8_000)}]`,
  '10,000 statements in a block': `with a:\n${'  x\n'.repeat(10_000)}`,
  '8,000 interfaces': `class A implements ${'B, '.repeat(8_000)}C {}`,
  '4,000 branches of a match': `fn f() { match x { ${'a => b, '.repeat(4_000)} } }`,
  'a format of 100,000 signs': `x = "${'%'.repeat(100_000)}" % y\n`,
  'a format of braces': `x = "${'{'.repeat(50_000)}".format(y)\n`,
};

const MOST_SECONDS = 6;

export const holdsAgainstHostileText = (reader: () => Reader, seeds: readonly string[]): void => {
  for (const [name, source] of Object.entries(HOSTILE))
    it(`reads ${name}`, { timeout: MOST_SECONDS * 1000 }, () => {
      const module = reader().read('x', source);
      const lines = source.split('\n').length;
      for (const e of module.errors) {
        expect(e.line).toBeGreaterThan(0);
        expect(e.endLine).toBeLessThanOrEqual(lines);
      }
      printModule(module);
    });

  it('reads what damage makes of real code, the same each time, with lines inside the file', () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(10_000),
        cut: fc.nat(40),
        put: fc.constantFrom(
          '',
          '(',
          ')',
          '{',
          '}',
          '"',
          "'",
          '"""',
          '`',
          '\n',
          '  ',
          '\\',
          '#',
          '!',
          '::',
          ':',
          '=',
          '/*',
          '\0',
          'é',
          '🦀',
          'async ',
          'f"{',
        ),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...seeds), damage, (seed, changes) => {
        let source = seed;
        for (const { at, cut, put } of changes) {
          const from = at % (source.length + 1);
          source = source.slice(0, from) + put + source.slice(from + cut);
        }
        const module = reader().read('x', source);
        const lines = source.split('\n').length;
        const spans = [...module.errors, ...module.imports.map((i) => i.at), ...module.body.map((s) => s.at)];
        for (const s of spans) {
          expect(s.line).toBeGreaterThanOrEqual(1);
          expect(s.endLine).toBeGreaterThanOrEqual(s.line);
          expect(s.endLine).toBeLessThanOrEqual(lines);
        }
        expect(printModule(reader().read('x', source))).toBe(printModule(module));
      }),
      { numRuns: 150 },
    );
  });

  it('counts the whole file as unread when it is larger than what is parsed', () => {
    const module = reader().read('x', 'a\n'.repeat(800_000));
    expect(module.body).toEqual([]);
    expect(module.errors).toEqual([{ line: 1, endLine: 800_001 }]);
  });
};
