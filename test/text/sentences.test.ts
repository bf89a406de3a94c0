import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wholeSentences, wholeWords } from '../../src/text/sentences.ts';

it('keeps whole sentences, and cuts a command nowhere', () => {
  const text = 'Only 3 commits can be seen. Fetch everything with: git fetch --unshallow --tags origin main';
  expect(wholeSentences(text, 40)).toBe('Only 3 commits can be seen.');
  expect(wholeSentences(text, 200)).toBe(text);
  expect(wholeSentences('one two three four', 12)).toBe('one two …');
  expect(wholeSentences('version 1.2.3 of x. More follows here', 22)).toBe('version 1.2.3 of x.');
});

it('is never longer than asked, and always a beginning of the text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 4, max: 100 }), (text, max) => {
      const cut = wholeSentences(text, max);
      expect(cut.length).toBeLessThanOrEqual(max);
      expect(text.trim().startsWith(cut.replace(/ …$/, ''))).toBe(true);
    }),
  );
});

it('cuts between words, and inside of one only where there is nothing else', () => {
  expect(wholeWords('becomes part of a query in another language', 30)).toBe('becomes part of a query in …');
  expect(wholeWords('short', 5)).toBe('short');
  expect(wholeWords('abcdefghij', 6)).toBe('abcd …');
});
