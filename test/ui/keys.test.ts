import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, type InkKey, keyLabel, typed } from '../../src/ui/keys.ts';

const NONE: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
};
const key = (over: Partial<InkKey> = {}): InkKey => ({ ...NONE, ...over });

describe('what one read of the terminal brings', () => {
  test.each<[string, Partial<InkKey>, string[]]>([
    ['j', {}, ['j']],
    ['jj', {}, ['j', 'j']],
    ['abc\r', {}, ['a', 'b', 'c', 'enter']],
    ['a\r\nb', {}, ['a', 'enter', 'b']],
    ['a b', {}, ['a', 'space', 'b']],
    ['a\u007f', {}, ['a', 'backspace']],
    ['\u0003', {}, ['ctrl+c']],
    ['é', {}, ['é']],
    ['e\u0301', {}, ['e\u0301']],
    ['\u{1f469}\u200d\u{1f4bb}x', {}, ['\u{1f469}\u200d\u{1f4bb}', 'x']],
    ['漢字', {}, ['漢', '字']],
    ['', { escape: true }, ['esc']],
    ['', { upArrow: true }, ['up']],
    ['', { return: true }, ['enter']],
    ['\r', { return: true, meta: true }, ['newline']],
    ['j', { ctrl: true }, ['newline']],
    ['\n', {}, ['newline']],
    ['c', { ctrl: true }, ['ctrl+c']],
    ['', { tab: true }, ['tab']],
    ['', { tab: true, shift: true }, ['shift+tab']],
    ['', { delete: true }, ['backspace']],
    ['x', { meta: true }, ['alt+x']],
    ['', {}, []],
  ])('%j %j → %j', (input, over, expected) => {
    expect(decode(input, key(over))).toEqual(expected);
  });

  test('no text is lost or invented, however it is cut into reads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('j', 'p', ' ', 'é', '漢', '\r', '/'), { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        (chars, size) => {
          const whole = decode(chars.join(''), key());
          const parts: string[] = [];
          for (let i = 0; i < chars.length; i += size)
            parts.push(...decode(chars.slice(i, i + size).join(''), key()));
          expect(parts).toEqual(whole);
          expect(whole).toHaveLength(chars.length);
        },
      ),
    );
  });

  test('any input is decoded, and to names without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.boolean(), (input, ctrl, meta) => {
        for (const k of decode(input, key({ ctrl, meta }))) expect(k.length).toBeGreaterThan(0);
      }),
    );
  });
});

test('what a key types', () => {
  expect(typed('j')).toBe('j');
  expect(typed('space')).toBe(' ');
  expect(typed('e\u0301')).toBe('e\u0301');
  for (const k of ['enter', 'up', 'ctrl+c', 'esc', 'tab']) expect(typed(k)).toBeNull();
});

test('labels are for people, and ASCII where that is all there is', () => {
  expect(keyLabel('up')).toBe('↑');
  expect(keyLabel('up', true)).toBe('up');
  expect(keyLabel('ctrl+p', true)).toBe('Ctrl+P');
  expect(keyLabel('?')).toBe('?');
});
