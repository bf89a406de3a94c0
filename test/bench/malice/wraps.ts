/** Ways in which a text is hidden in a description, as the one who writes it would. */

const each = (text: string, make: (c: string, i: number) => string): string => [...text].map(make).join('');

const LOOKALIKE: Record<string, string> = { a: 'а', e: 'е', o: 'о', p: 'р', c: 'с', i: 'і' };

const WRAPS: Record<string, (text: string) => string> = {
  base64: (t) => `Adds numbers. Data: ${Buffer.from(t).toString('base64')}`,
  hex: (t) => `Adds numbers. ${Buffer.from(t).toString('hex')}`,
  percent: (t) => `Adds numbers. ${encodeURIComponent(t)}`,
  rot13: (t) =>
    each(t, (c) => {
      const base = c >= 'a' && c <= 'z' ? 97 : c >= 'A' && c <= 'Z' ? 65 : 0;
      return base ? String.fromCharCode(((c.charCodeAt(0) - base + 13) % 26) + base) : c;
    }),
  reversed: (t) => [...t].reverse().join(''),
  spaced: (t) =>
    `Adds numbers. ${t
      .split(' ')
      .map((w) => [...w].join(' '))
      .join('   ')}`,
  fullwidth: (t) => each(t, (c) => (c > ' ' && c <= '~' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)),
  tags: (t) => `Adds numbers.${each(t, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0)))}`,
  'zero-width': (t) => each(t, (c, i) => (i % 3 === 1 ? `${c}\u200b` : c)),
  homoglyph: (t) => each(t, (c, i) => (i % 2 === 0 ? (LOOKALIKE[c] ?? c) : c)),
  entities: (t) => each(t, (c, i) => (i % 2 === 0 && c !== ' ' ? `&#${c.charCodeAt(0)};` : c)),
  escapes: (t) =>
    each(t, (c, i) => (i % 3 === 0 && c !== ' ' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)),
  ansi: (t) => `Adds numbers.\\x1b[8m ${t} \\x1b[0m`,
  'html-comment': (t) => `Adds numbers. <!-- ${t} -->`,
  padded: (t) => `Adds numbers.${' '.repeat(300)}${t}`,
};

export const wrapped = (how: string, text: string): string => {
  const make = WRAPS[how];
  if (!make) throw new Error(`no such way to hide a text: ${how}`);
  return make(text);
};
