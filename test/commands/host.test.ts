import { expect, it } from 'vitest';
import { shownOn } from '../../src/commands/host.ts';
import { jsonText } from '../../src/text/json-text.ts';
import { fillRecorded, randomly } from '../support/secrets.ts';

const HIDDEN = [
  '\u009b31m',
  '\u009d52;c;WA==\u009c',
  '\u007f',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u001b[2J',
  '\u0007',
  '\ud800',
  '\u{e0041}',
];
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;

it.each(HIDDEN)('a terminal gets %j in words, and JSON as its own escape', (hidden) => {
  const plain = shownOn({ isTTY: true }, `a ${hidden} b\nnext\n`);
  expect(plain).not.toMatch(RAW);
  expect(plain).toMatch(/^a ‹U\+.* b\nnext\n$/s);
  const json = shownOn({ isTTY: true }, jsonText({ name: hidden, [hidden]: 1 }));
  expect(json).not.toMatch(RAW);
  expect(JSON.parse(json)).toEqual({ name: hidden, [hidden]: 1 });
});

it('a pipe gets the bytes as they are', () => {
  const token = fillRecorded('ghp_{w36}', randomly(7)).text;
  expect(shownOn({ isTTY: true }, `src/${token}.js\n`)).toBe('src/ghp_…[40 characters].js\n');
  expect(shownOn({ isTTY: false }, 'a \u009b b\t\r\n')).toBe('a \u009b b\t\r\n');
  expect(shownOn({}, 'a \u202e b')).toBe('a \u202e b');
});
