import { expect, test } from 'vitest';
import { adviceApart } from '../../src/results/advice.ts';

test('what a tool asks its reader to do is kept apart from what it says', () => {
  expect(
    adviceApart(
      'A child process is started with a value. Check whether it comes from a caller. Quoting does not help.\n\nSee https://example.org/rule',
    ),
  ).toEqual({
    said: 'A child process is started with a value. Quoting does not help.\n\nSee https://example.org/rule',
    advice: 'Check whether it comes from a caller.',
  });
  expect(adviceApart('Please review this.\nVerify that the origin is checked.')).toEqual({
    said: '',
    advice: 'Please review this. Verify that the origin is checked.',
  });
});

test('what only sounds like it stays', () => {
  for (const said of [
    'Checks of the origin are missing.',
    'Lookups are cached.',
    '',
    'Use execFile instead.',
  ])
    expect(adviceApart(said)).toEqual({ said, advice: '' });
});
