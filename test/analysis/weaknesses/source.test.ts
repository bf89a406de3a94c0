import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Language, readSource } from '../../../src/analysis/sources/source.ts';
import { backtracks } from '../../../src/analysis/weaknesses/backtracking.ts';

const bare = (text: string, language: Language) =>
  readSource('x', text, language).bare.replace(/\s+/g, ' ').trim();

describe('layers of a source', () => {
  it('take comments and quoted text away, and leave computed parts', () => {
    expect(bare('f(`a ${token} b`); // token', 'script')).toBe('f(` ${token} `);');
    expect(bare('f(f"a {token} b") # token', 'python')).toBe('f( {token} ")');
    expect(bare('f("token") /* token */ + `token`', 'go')).toBe('f(" ") + ` `');
    expect(bare("f(r#\"token\"#, 'a', x: &'a str) // t", 'rust')).toMatch(/^f\( +, 'a', x: &'a str\)$/);
    expect(bare('f("""\ntoken\n""", \'"\') // t', 'java')).toBe('f(" ", \'"\')');
  });

  it('have the length of the text, whatever it is', () => {
    for (const language of ['script', 'python', 'go', 'rust', 'java'] as const)
      fc.assert(
        fc.property(
          fc.string({ maxLength: 200, unit: fc.constantFrom(...'"\'`\\/*#{}$() \nrbfx<é') }),
          (text) => {
            const source = readSource('x', text, language);
            expect([source.code.length, source.bare.length]).toEqual([text.length, text.length]);
          },
        ),
      );
  });
});

describe('regular expressions that backtrack', () => {
  it.each(['^(a+)+$', '^(\\w+\\s?)*$', '(a|a)*b', '^([a-z]+)*!', '(\\d+)+x', '^(.*)*$', '(?:[^"]+|\\w)*"'])(
    'finds %s',
    (p) => {
      expect(backtracks(p)).not.toBeNull();
    },
  );
  it.each([
    '^(?:\\w+,)*\\w+$',
    '^[a-z]+(?:-[a-z]+)*$',
    '(a+)+',
    '^\\d{1,3}(?:\\.\\d{1,3}){3}$',
    '"(?:[^"\\\\]|\\\\.)*"',
    '^(?:a|b)*$',
    '(?<year>\\d+)-(?<month>\\d+)',
    '^(?:[A-Z][a-z]+)+$',
    '(?:\\r?\\n)+$',
  ])('passes %s', (p) => {
    expect(backtracks(p)).toBeNull();
  });
  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...'()[]{}*+?|\\^$.a-1,:<=!') }), (p) => {
        backtracks(p);
      }),
    );
    expect(backtracks(`${'('.repeat(900)}a+${')+'.repeat(900)}$`)).toBeNull();
  });
});
