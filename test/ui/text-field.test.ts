import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { width } from '../../src/text/width.ts';
import {
  fieldRows,
  fieldText,
  insert,
  pressField,
  type TextField,
  textField,
} from '../../src/ui/view/text-field.ts';

const after = (f: TextField, ...keys: string[]): TextField =>
  keys.reduce((now, k) => pressField(now, k) ?? now, f);
/** The text with `|` where the cursor stands. */
const shown = (f: TextField): string => `${f.before.join('')}|${f.after.join('')}`;

describe('keys in a field', () => {
  test.each<[string, string[], string]>([
    ['', ['a', 'b', 'space', 'c'], 'ab c|'],
    ['abc', ['left', 'left', 'x'], 'ax|bc'],
    ['abc', ['home', 'x', 'end', 'y'], 'xabcy|'],
    ['abc', ['ctrl+a', 'ctrl+d'], '|bc'],
    ['abc', ['left', 'left', 'ctrl+k'], 'a|'],
    ['one two three', ['ctrl+w'], 'one two |'],
    ['one two   ', ['ctrl+w'], 'one |'],
    ['abc', ['ctrl+u'], '|'],
    ['a\u{1f469}\u200d\u{1f4bb}b', ['left', 'backspace'], 'a|b'],
    ['漢字', ['left', 'left', 'left', 'x'], 'x|漢字'],
    ['', ['backspace', 'ctrl+w', 'ctrl+u', 'ctrl+k', 'ctrl+d', 'left', 'right'], '|'],
  ])('%j after %j is %j', (text, keys, expected) => {
    expect(shown(after(textField(text), ...keys))).toBe(expected);
  });

  test('keys that are not for text are left to whoever shows the field', () => {
    for (const k of ['enter', 'esc', 'tab', 'up', 'down', 'newline', 'pageup', 'ctrl+c', 'ctrl+p'])
      expect(pressField(textField('x'), k), k).toBeNull();
  });

  test('several lines: up and down keep the column, Ctrl+A and Ctrl+E stay in the line', () => {
    const f = textField('long line\nab\nlong again', true);
    expect(shown(after(f, 'up'))).toBe('long line\nab|\nlong again');
    expect(shown(after(f, 'up', 'up'))).toBe('lo|ng line\nab\nlong again');
    expect(shown(after(f, 'up', 'ctrl+a', 'x'))).toBe('long line\nx|ab\nlong again');
    expect(shown(after(f, 'up', 'up', 'ctrl+e'))).toBe('long line|\nab\nlong again');
    expect(shown(after(f, 'up', 'newline', 'y'))).toBe('long line\nab\ny|\nlong again');
    expect(shown(after(f, 'up', 'up', 'up', 'up', 'down', 'down', 'down', 'down'))).toBe(
      'long line\nab\nlong again|',
    );
  });
});

test('what is put in carries no control character, and no line break into a single line', () => {
  const single = fieldText(insert(textField(''), 'a\r\nb\tc\u001b[31md'));
  expect(single).not.toMatch(/\p{Cc}/u);
  expect(single).toMatch(/^a b {2}c.*\[31md$/);
  expect(fieldText(insert(textField('', true), 'a\r\nb\rc'))).toBe('a\nb\nc');
});

test('emoji are not taken apart when a text is opened again', () => {
  for (const text of ['\u{1f469}\u200d\u{1f4bb}', '\u2764\ufe0f', '\u{1f1e9}\u{1f1ea}'])
    expect(fieldText(textField(text, true))).toBe(text);
});

test('a text that was opened twice is the text that was opened once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const once = fieldText(textField(text, true));
      expect(fieldText(textField(once, true))).toBe(once);
    }),
  );
});

test('rows hold all of the text, none is wider than the field, and the cursor is in one of them', () => {
  const keys = fc.constantFrom(
    'left',
    'right',
    'up',
    'down',
    'home',
    'end',
    'a',
    '漢',
    'space',
    'newline',
    'backspace',
    'ctrl+w',
    'ctrl+k',
  );
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.array(keys, { maxLength: 30 }),
      fc.integer({ min: 2, max: 30 }),
      (text, pressed, columns) => {
        const f = after(insert(textField('', true), text), ...pressed);
        // What is wider than the whole field is shown as a mark of its own.
        fc.pre([...f.before, ...f.after].every((g) => width(g) <= columns));
        const { rows, row, column } = fieldRows(f, columns);
        expect(rows.join('')).toBe(fieldText(f).replaceAll('\n', ''));
        for (const r of rows) expect(width(r)).toBeLessThanOrEqual(columns);
        expect(row).toBeLessThan(rows.length);
        expect(column).toBeLessThan(Math.max(1, columns) + 1);
      },
    ),
  );
});
