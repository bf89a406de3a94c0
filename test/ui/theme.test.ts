import { describe, expect, test } from 'vitest';
import { width } from '../../src/text/width.ts';
import { createTheme, type Tone } from '../../src/ui/theme.ts';

const TONES: readonly Tone[] = ['ok', 'bad', 'warn', 'muted', 'accent', 'border', 'focus'];

test('NO_COLOR takes every colour away, but only when it says something', () => {
  for (const tone of TONES) {
    expect(createTheme({}).colour(tone)).toBeDefined();
    expect(createTheme({ NO_COLOR: '' }).colour(tone)).toBeDefined();
    expect(createTheme({ NO_COLOR: '1' }).colour(tone)).toBeUndefined();
  }
});

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ LANG: 'de_DE.UTF-8' }, false],
  [{ LANG: 'C.utf8' }, false],
  [{ LANG: 'C' }, true],
  [{ LANG: 'de_DE.ISO-8859-1' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, true],
  [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, false],
  [{ TERM: 'linux', LANG: 'C.UTF-8' }, true],
  [{ TERM: 'dumb' }, true],
  [{ MCP_AUDIT_GLYPHS: 'ascii', LANG: 'C.UTF-8' }, true],
  [{ MCP_AUDIT_GLYPHS: 'unicode', LANG: 'C' }, false],
])('%j: only ASCII is %s', (env, ascii) => {
  expect(createTheme(env).ascii).toBe(ascii);
});

describe.each([true, false])('glyphs, ascii %s', (ascii) => {
  const { glyphs } = createTheme({}, { theme: 'dark', glyphs: ascii ? 'ascii' : 'unicode' });
  const all = Object.values(glyphs).flat();

  test('each takes one cell', () => {
    for (const g of all) expect(width(g), g).toBe(1);
    if (ascii) expect(all.join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  test('verdicts differ in shape, and so do the kinds of evidence: colour only repeats them', () => {
    const { pass, fail, na, unsure, open, lead, fact, strength, gap } = glyphs;
    expect(new Set([pass, fail, na, unsure, open]).size).toBe(5);
    expect(new Set([lead, fact, strength, gap]).size).toBe(4);
  });
});
