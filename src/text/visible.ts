/**
 * Text of the target is data: before it reaches a screen or a report, everything a reader could not see, or a terminal
 * would act on, is written out as ‹U+XXXX›. Ink itself drops some of these silently and lets others through, so a
 * hostile file name could hide a part of itself or paint itself green.
 */

// Controls, and all that Unicode calls default-ignorable or format: bidi, zero-width, tags, variation selectors,
// fillers; also line and paragraph separators, private use and lone surrogates.
const HIDDEN = new RegExp(
  [
    '[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u{2028}\\u{2029}',
    '\\u{034F}\\u{115F}\\u{1160}\\u{17B4}\\u{17B5}\\u{180B}-\\u{180F}\\u{2800}\\u{3164}',
    '\\u{FE00}-\\u{FE0F}\\u{FFA0}\\u{E0000}-\\u{E0FFF}]',
  ].join(''),
  'gu',
);

const escapeOne = (char: string): string =>
  `‹U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;

/** One line: newlines and tabs are written out too. */
export const visible = (text: string): string => text.replace(HIDDEN, escapeOne);

/** Several lines: LF stays, CRLF becomes LF, a tab becomes two spaces; everything else as {@link visible}. */
export const visibleLines = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .replace(HIDDEN, (char) => (char === '\n' ? char : escapeOne(char)));

/** Whether a reader would see this text as it is. */
export const isPlain = (text: string): boolean => text.search(HIDDEN) === -1;
