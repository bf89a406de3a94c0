import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReading } from '../../../src/analysis/sources/reading.ts';
import { readSource } from '../../../src/analysis/sources/source.ts';
import { backtracks } from '../../../src/analysis/weaknesses/backtracking.ts';

const { reader } = createReading({ text: async () => null });
const ENDINGS = { script: 'ts', python: 'py', go: 'go', rust: 'rs', java: 'java' } as const;
type Language = keyof typeof ENDINGS;

const source = async (text: string, language: Language) =>
  readSource('x', text, language, (await reader(ENDINGS[language]))!.read(`x.${ENDINGS[language]}`, text));
const bare = async (text: string, language: Language) =>
  (await source(text, language)).bare.replace(/\s+/g, ' ').trim();

describe('layers of a source', () => {
  it('take comments and quoted text away, and leave computed parts', async () => {
    expect(await bare('f(`a ${token} b`, /token/); // token', 'script')).toBe('f(` ${token} `, / /);');
    expect(await bare('f(f"a {token} b") # token', 'python')).toBe('f( {token} ")');
    expect(await bare('package p\nvar x = f("token") /* token */ + `token`', 'go')).toBe(
      'package p var x = f(" ") + ` `',
    );
    expect(await bare("fn f<'a>(x: &'a str) { g(r#\"token\"#, 'a') } // t", 'rust')).toMatch(
      /^fn f<'a>\(x: &'a str\) \{ g\( +, 'a'\) \}$/,
    );
    expect(await bare('class A { void f() { g("""\ntoken\n""", \'"\'); } } // t', 'java')).toBe(
      'class A { void f() { g(" ", \'"\'); } }',
    );
  });

  it('scan for quotes what is not parsed', () => {
    const kotlin = readSource('x.kt', 'val a = """token""" + "t" // token', 'java', null);
    expect(kotlin.bare.replace(/\s+/g, ' ').trim()).toBe('val a = " " + " "');
    const script = readSource('x.ts', 'f(`a ${token}`, "t"', 'script', null);
    expect(script.literals.map((l) => [l.text, l.complete])).toEqual([
      ['a ${token}', false],
      ['t', true],
    ]);
  });

  it('have the length of the text, whatever it is', async () => {
    for (const language of ['script', 'python', 'go', 'rust', 'java'] as const)
      await fc.assert(
        fc.asyncProperty(
          fc.string({ maxLength: 200, unit: fc.constantFrom(...'"\'`\\/*#{}$() \nrbfx<é') }),
          async (text) => {
            for (const layers of [await source(text, language), readSource('x', text, language, null)])
              expect([layers.code.length, layers.bare.length]).toEqual([text.length, text.length]);
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
