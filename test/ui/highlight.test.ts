import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visibleLines } from '../../src/text/visible.ts';
import { highlight } from '../../src/ui/view/highlight.ts';
import { lineText } from '../../src/ui/view/line.ts';

const FILES = [
  'a.ts',
  'a.jsx',
  'a.py',
  'a.go',
  'A.java',
  'a.rs',
  'a.json',
  'a.yml',
  'a.toml',
  'Dockerfile',
  'a.sh',
];

describe('highlighted source', () => {
  test('tells words, texts and comments apart', () => {
    const [line] = highlight('src/a.ts', "const a = 'b'; // c")!;
    const tone = (text: string) => line!.find((s) => s.text.includes(text))?.tone;
    expect([tone('const'), tone("'b'"), tone('// c'), tone(' a = ')]).toEqual([
      'accent',
      'ok',
      'muted',
      undefined,
    ]);
  });

  test('keeps a comment or text of several lines a comment or text on each of them', () => {
    const lines = highlight('a.py', 'x = 1\n"""one\ntwo"""\ny = 2\n')!;
    expect(lines[2]!.every((s) => s.tone === 'ok')).toBe(true);
  });

  test('shows the very text, line by line, whatever it is, and nothing raw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc
            .array(
              fc.constantFrom(
                '"',
                "'",
                '`',
                '${',
                '}',
                '/*',
                '*/',
                '\n',
                '\\',
                '"""',
                '#',
                '<',
                '\u001b[2J',
                '\u202e',
                'if',
                ' ',
              ),
              { maxLength: 80 },
            )
            .map((p) => p.join('')),
        ),
        (path, text) => {
          const lines = highlight(path, text);
          if (lines === null) return;
          expect(lines.map(lineText)).toEqual(visibleLines(text).split('\n'));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('leaves what it does not know, and what is too large, without colour', () => {
    expect(highlight('a.bin', 'x')).toBeNull();
    expect(highlight('a.ts', 'x'.repeat(6000))).toBeNull();
    expect(highlight('a.ts', 'x\n'.repeat(200_000))).toBeNull();
  });
});
