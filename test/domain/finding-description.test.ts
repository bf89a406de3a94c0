import { expect, test } from 'vitest';
import { descriptionFrom } from '../../src/domain/finding-description.ts';

const lines = (n: number) => Array.from({ length: n }, (_, i) => `package.json:${i + 1} p${i} is not in it`);

test('a finding names the first few of what its evidence lists, and says how many stand there', () => {
  expect(descriptionFrom(['Two lockfiles differ.', ...lines(26)].join('\n'))).toBe(
    [
      'Two lockfiles differ.',
      ...lines(4).map((l) => `- ${l}`),
      '- and 22 more, named with the evidence',
    ].join('\n'),
  );
  expect(descriptionFrom(['The same cause:', ...lines(9).map((l) => `- ${l}`)].join('\n'))).toBe(
    ['The same cause:', ...lines(4).map((l) => `- ${l}`), '- and 5 more, named with the evidence'].join('\n'),
  );
});

test('names run together are cut as well, with what was left out before', () => {
  expect(descriptionFrom('The same is reached from: a of x, b of x, c, d, e, f, g, and 63 more.')).toBe(
    'The same is reached from: a of x, b of x, c, d, and 66 more, named with the evidence.',
  );
});

test('sentences, short lists and what says the same twice', () => {
  const kept =
    'The value is a part of the path.\nNo guard was seen on the way.\nThe same is reached from: a, b.';
  expect(descriptionFrom(kept)).toBe(kept);
  expect(descriptionFrom(lines(6).join('\n'))).toBe(
    lines(6)
      .map((l) => `- ${l}`)
      .join('\n'),
  );
  expect(descriptionFrom('node setup.js')).toBe('node setup.js');
  expect(descriptionFrom('It passes.\nIt passes.')).toBe('It passes.');
  expect(descriptionFrom('')).toBe('');
  const said = 'Here: one thing, then another. And a second sentence, with commas, more, of, them.';
  expect(descriptionFrom(said)).toBe(said);
});
