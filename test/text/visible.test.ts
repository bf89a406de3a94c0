import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlain, visible, visibleLines } from '../../src/text/visible.ts';

describe('visible', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\u001b[32mok\u001b[0m', '‹U+001B›[32mok‹U+001B›[0m'],
    ['a\u202egpj.exe', 'a‹U+202E›gpj.exe'],
    ['zero\u200bwidth', 'zero‹U+200B›width'],
    ['\u{e0041}tag', '‹U+E0041›tag'],
    ['line\nbreak', 'line‹U+000A›break'],
    ['\u009b31m', '‹U+009B›31m'],
    ['日本語 ünï', '日本語 ünï'],
    ['lone \ud800 half', 'lone ‹U+D800› half'],
  ])('writes %j as %j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  it('keeps the lines of a text and shows everything else', () => {
    expect(visibleLines('a\r\n\tb\u0007')).toBe('a\n  b‹U+0007›');
  });

  it('leaves nothing hidden, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isPlain(visible(text))));
  });
});
