import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMinified } from '../../../src/analysis/sources/minified.ts';

const CODE = 'export const run = (a) => {\n  return a + 1;\n};\n';
const long = 'word '.repeat(4_800);

describe('what counts as minified', () => {
  it.each(['"', "'", '"a"', "'' "])('is a line of nothing but strings: %j', (unit) => {
    // Each is an error to a parser that goes on after errors: 0.9 MB of them took 1.4 GB.
    expect(isMinified('a.ts', unit.repeat(100_000), 300)).toBe(true);
  });

  it.each([
    ['a comment of one line', 'a.ts', `// ${long}\n${CODE}`],
    ['a comment in a block', 'a.ts', `/* ${long} */\n${CODE}`],
    ['a comment behind code', 'a.ts', `const a = 1; // ${long}\n${CODE}`],
    ['a comment in Python', 'a.py', `# ${long}\ndef run(a):\n    return a\n`],
    ['a docstring', 'a.py', `def run(a):\n    """${long}"""\n    return a\n`],
    ['a string', 'a.ts', `const data = '${long}';\n${CODE}`],
    ['a template', 'a.ts', `const data = \`${long}\`;\n${CODE}`],
    ['an encoded picture', 'a.go', `var data = "${'QUJD'.repeat(6_000)}"\n`],
    ['a string with escapes', 'a.js', `const data = "${'\\"x'.repeat(8_000)}";\n${CODE}`],
    ['a comment in Rust', 'a.rs', `/// ${long}\nfn main() {}\n`],
    ['a comment nobody closes', 'a.ts', `${CODE}/* ${long}`],
  ])('not %s', (_what, path, text) => {
    expect(isMinified(path, text, 500)).toBe(false);
  });

  it.each([
    ['code on one line', 'a.js', `!function(){${'var a=b(c),d=e[f];'.repeat(1_500)}}();`],
    [
      'code on one line behind a licence',
      'a.js',
      `/*! MIT ${'x'.repeat(300)} */\n${'a(b,c);'.repeat(4_000)}`,
    ],
    ['a table of numbers', 'a.py', `TABLE = [${'1, '.repeat(9_000)}]\n`],
  ])('but %s', (_what, path, text) => {
    expect(isMinified(path, text, 500)).toBe(true);
  });

  it('is never said because of a comment, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), (words) => {
        const comment = `// ${words.replace(/[\n\r]/g, ' ').repeat(1_000)}\n`;
        expect(isMinified('a.ts', comment + CODE, 500)).toBe(false);
      }),
    );
  });
});
