import { isPlain } from './visible.ts';

/**
 * Two-space JSON. What a reader could not see (bidirectional marks, zero-width characters, lone surrogates …) is written as
 * `\uXXXX`: the same value for a program, and visible to people.
 */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/[^\n\x20-\x7e]/gu, (char) =>
    isPlain(char)
      ? char
      : [...Array(char.length).keys()]
          .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`)
          .join(''),
  )}\n`;
