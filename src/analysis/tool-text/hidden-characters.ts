/** Characters in a text that a person reading it would not see, and what they spell where they spell something. */

export type HiddenRun = {
  kind:
    | 'tag characters'
    | 'bidirectional controls'
    | 'zero-width characters'
    | 'variation selectors'
    | 'control characters'
    | 'private use characters'
    | 'invisible fillers';
  count: number;
  /** Code points as U+XXXX, the first few. */
  codes: string[];
  /** For tag characters and long runs of variation selectors: the text they encode, else ''. */
  decoded: string;
};

const KINDS: readonly [HiddenRun['kind'], RegExp][] = [
  ['tag characters', /[\u{E0000}-\u{E007F}]/gu],
  ['bidirectional controls', /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g],
  ['zero-width characters', /[\u200B\u2060-\u2064\u206A-\u206F\u00AD\u180E]|(?<!^)\uFEFF/g],
  ['variation selectors', /[\u{E0100}-\u{E01EF}]|[\uFE00-\uFE0E]/gu],
  ['control characters', /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g],
  ['private use characters', /[\uE000-\uF8FF]|[\u{F0000}-\u{10FFFD}]/gu],
  ['invisible fillers', /[\u115F\u1160\u3164\uFFA0\u2800\uFFF9-\uFFFB]|\u034F|\u17B4|\u17B5/g],
];
/** ZWJ and ZWNJ join emoji and Indic or Persian letters; between ASCII they only hide. */
const JOINERS_IN_ASCII = /(?<=[\x20-\x7e])[\u200C\u200D]|[\u200C\u200D](?=[\x20-\x7e])/g;
/** Flags such as Scotland's are an emoji followed by tag letters. */
const EMOJI_FLAG = /\u{1F3F4}[\u{E0020}-\u{E007E}]{1,10}\u{E007F}/gu;

const code = (c: string): string =>
  `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const decode = (kind: HiddenRun['kind'], found: readonly string[]): string => {
  const points = found.map((c) => c.codePointAt(0) ?? 0);
  if (kind === 'tag characters')
    return points.map((p) => (p >= 0xe0020 && p <= 0xe007e ? String.fromCharCode(p - 0xe0000) : '')).join('');
  // Two hundred and fifty-six selectors can carry any byte.
  if (kind === 'variation selectors' && points.length >= 4)
    return points
      .map((p) => (p >= 0xe0100 ? p - 0xe0100 + 16 : p - 0xfe00))
      .map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '·'))
      .join('');
  return '';
};

export const hiddenCharacters = (text: string): HiddenRun[] => {
  const plain = text.replace(EMOJI_FLAG, '');
  return KINDS.flatMap(([kind, pattern]) => {
    const found = [...plain.matchAll(pattern)].map((m) => m[0]);
    if (kind === 'zero-width characters')
      found.push(...[...plain.matchAll(JOINERS_IN_ASCII)].map((m) => m[0]));
    if (found.length === 0) return [];
    return [
      {
        kind,
        count: found.length,
        codes: [...new Set(found.map(code))].slice(0, 8),
        decoded: decode(kind, found).slice(0, 500),
      },
    ];
  });
};

/**
 * Runs of blanks or line ends long enough to push what follows out of a reader's window. A run is only looked at from
 * its beginning: trying each place in it would take time by the square of its length.
 */
export const paddedAway = (text: string): boolean =>
  /(?<! ) {60,}(?=\S)|(?<=\S[ \t]{0,3})(?:\r?\n[ \t]{0,200}){10,}(?=\S)/.test(text);
