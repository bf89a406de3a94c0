/**
 * A text as a model understands it: line ends and markup taken away, entities and escapes undone, letters that only look like
 * others replaced, and what is encoded read. A model reads all of these; a person who looks at the source does not.
 */

export type Plain = {
  text: string;
  /** For each UTF-16 unit of `text`, where it came from in the given text. */
  from: readonly number[];
  /** How it was hidden, in words; '' for the text as it stands. */
  how: string;
  /** Of a whole text read another way, and of what reads as a sentence. */
  whole?: true;
  sentence?: true;
};

/** Letters of other scripts that look like Latin ones (Unicode TR39, those in use). */
const LOOKS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwкkмmтtвbнhгrпn',
    ...'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaοoνvρpιiκkυu',
    ...'АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅS',
    ...'ɑaɡgıiոnսuօoհhցgԍGաwꜱsᴀaᴇeᴏo',
  ]
    .join('')
    .match(/../gsu)!
    .map((two) => [...two] as [string, string])
    .map(([other, latin]) => [other, latin]),
);

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lsquo: "'",
  rsquo: "'",
};

/** Soft hyphens, joiners, marks of direction, fillers, selectors of variants, tags. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xe0000, 0xe01ef],
];
const isInvisible = (point: number): boolean =>
  point >= 0xad && INVISIBLE.some(([from, to]) => point >= from && point <= to);

/** One undone piece at the beginning of a text: what it stands for and how long it is. */
const ESCAPES: readonly [RegExp, (m: RegExpExecArray) => string][] = [
  // Terminal escapes, as a character and written out.
  [/^(?:\u001b|\\x1[bB]|\\u001[bB]|\\033|\\e)\[[\d;]{0,12}[A-Za-z]/, () => ''],
  [/^&#x([\da-fA-F]{1,6});/, (m) => ofPoint(Number.parseInt(m[1]!, 16))],
  [/^&#(\d{1,7});/, (m) => ofPoint(Number(m[1]))],
  [/^&([a-z]{2,6});/, (m) => NAMED[m[1]!] ?? m[0]],
  [/^\\u\{([\da-fA-F]{1,6})\}/, (m) => ofPoint(Number.parseInt(m[1]!, 16))],
  [/^\\u([\da-fA-F]{4})/, (m) => ofPoint(Number.parseInt(m[1]!, 16))],
  [/^\\x([\da-fA-F]{2})/, (m) => ofPoint(Number.parseInt(m[1]!, 16))],
  [/^\\[nrt]/, () => ' '],
  [/^<!--|^-->/, () => ' . '],
];

const ofPoint = (n: number): string =>
  n > 0 && n <= 0x10ffff && (n < 0xd800 || n > 0xdfff) ? String.fromCodePoint(n) : ' ';

/** The text as it stands, undone. Linear in its length. */
export const plainOf = (given: string): Plain => {
  let text = '';
  const from: number[] = [];
  const put = (s: string, at: number): void => {
    text += s;
    for (let i = 0; i < s.length; i++) from.push(at);
  };
  for (let i = 0; i < given.length; ) {
    const c = given[i]!;
    if (
      c === '\\' ||
      c === '&' ||
      c === '\u001b' ||
      (c === '<' && given[i + 1] === '!') ||
      (c === '-' && given[i + 1] === '-')
    ) {
      const piece = given.slice(i, i + 24);
      let undone = false;
      for (const [on, make] of ESCAPES) {
        const m = on.exec(piece);
        if (!m) continue;
        put(make(m).normalize('NFKC'), i);
        i += m[0].length;
        undone = true;
        break;
      }
      if (undone) continue;
    }
    const point = given.codePointAt(i)!;
    const whole = String.fromCodePoint(point);
    if (!isInvisible(point)) put(point < 128 ? whole : whole.normalize('NFKC'), i);
    i += whole.length;
  }
  return { text, from, how: '' };
};

/** Words of two scripts, and words of look-alikes in a text that is Latin otherwise, in Latin letters. Of the same length. */
export const latinOf = (text: string): string => {
  if (!/[\u0370-\u058f\u1d00-\u1d7f\ua730-\ua7ff\u0250-\u02af\u0131]/.test(text)) return text;
  const latin = (text.match(/[A-Za-z]/g) ?? []).length;
  const other = (text.match(/[\u0370-\u058f]/g) ?? []).length;
  return text.replace(/[\p{L}\p{M}]+/gu, (word) => {
    if (!/[^A-Za-z]/.test(word)) return word;
    const letters = [...word];
    const known = letters.every((l) => /[A-Za-z]/.test(l) || LOOKS[l]);
    return known && (/[A-Za-z]/.test(word) || latin > other)
      ? letters.map((l) => LOOKS[l] ?? l).join('')
      : word;
  });
};

/** Some words with blanks between them, and nothing that no text has. */
const readable = (s: string): boolean =>
  s.length >= 12 &&
  !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(s) &&
  s.split(/\s/, 40).filter((w) => /^[\p{L}'’.,:;!?()-]{2,30}$/u.test(w)).length > 1;

const utf8 = (bytes: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(bytes));

const ofBase64 = (blob: string): string => {
  try {
    const clean = blob.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
    return utf8(
      [...atob(clean.slice(0, clean.length - (clean.length % 4 === 1 ? 1 : 0)))].map((c) => c.charCodeAt(0)),
    );
  } catch {
    return '';
  }
};

const ofPercent = (run: string): string => {
  try {
    return decodeURIComponent(run);
  } catch {
    return '';
  }
};

/** Runs that stand for other text, and how to read them. */
const CODES: readonly { how: string; on: RegExp; read(run: string): string }[] = [
  { how: 'in base64', on: /[A-Za-z0-9+/_-]{24,}={0,2}/g, read: ofBase64 },
  {
    how: 'in hexadecimal',
    on: /(?:(?:\\x|0x|%)?[\da-fA-F]{2}[ ,:]?){12,}/g,
    read: (run) =>
      utf8((run.replace(/\\x|0x|%/g, '').match(/[\da-fA-F]{2}/g) ?? []).map((h) => Number.parseInt(h, 16))),
  },
  {
    how: 'in letters with blanks between them',
    on: /(?:[A-Za-z][ .\-_]){8,}[A-Za-z](?:[ .\-_]{1,3}[A-Za-z])*/g,
    read: (run) =>
      run
        .replace(/[ .\-_]{2,}/g, '\u0000')
        .replace(/[ .\-_]/g, '')
        .replaceAll('\u0000', ' '),
  },
  {
    how: 'in tag characters, which no screen shows',
    on: /[\u{E0020}-\u{E007E}]{4,}/gu,
    read: (run) => [...run].map((c) => String.fromCharCode(c.codePointAt(0)! - 0xe0000)).join(''),
  },
  {
    how: 'in variation selectors, which no screen shows',
    on: /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{4,}/gu,
    read: (run) =>
      utf8([...run].map((c) => c.codePointAt(0)!).map((p) => (p >= 0xe0100 ? p - 0xe0100 + 16 : p - 0xfe00))),
  },
];

const rotated = (text: string): string =>
  text.replace(/[A-Za-z]/g, (c) => {
    const base = c < 'a' ? 65 : 97;
    return String.fromCharCode(((c.charCodeAt(0) - base + 13) % 26) + base);
  });

const MOST_RUNS = 20;
/** What follows in a longer run is read no further: pictures are encoded so, too. */
const LONGEST_RUN = 6000;
/** Some words of a language, and not only names. */
const isSentence = (text: string): boolean =>
  (text.match(/(?<![\p{L}\d])\p{L}{2,16}(?![\p{L}\d])/gu) ?? []).length > 4 && !/[{}<>;=]/.test(text);

const DIGITS: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
};
const DIGIT_WORD =
  /(?<![\w.-])(?=[a-z@$]{0,20}[013457@$])(?=[013457@$]{0,20}[a-z])[a-z013457@$]{2,20}(?![\w.-])/gi;

/** Ciphers of whole texts are only tried on what a description is long. */
const MOST_WHOLE = 4000;

/** What is encoded in a text, read. */
export const encodedIn = (given: string): Plain[] => {
  const found: Plain[] = [];
  for (const { how, on, read } of CODES) {
    on.lastIndex = 0;
    for (let m = on.exec(given), n = 0; m && n < MOST_RUNS; m = on.exec(given), n++) {
      const text = read(m[0].slice(0, LONGEST_RUN));
      const enough =
        how.startsWith('in tag') || how.startsWith('in vari') ? text.length >= 4 : readable(text);
      if (enough)
        found.push({
          text,
          from: Array.from({ length: text.length }, () => m!.index),
          how,
          ...(isSentence(text) && { sentence: true as const }),
        });
    }
  }
  if (given.includes('%20'))
    for (const run of given
      .split(/\s/)
      .filter((r) => r.includes('%20'))
      .slice(0, MOST_RUNS)) {
      const text = ofPercent(run.slice(0, LONGEST_RUN));
      const at = given.indexOf(run);
      if (readable(text))
        found.push({ text, from: Array.from({ length: text.length }, () => at), how: 'percent-encoded' });
    }
  for (
    let from = given.indexOf('<!--'), n = 0;
    from >= 0 && n < MOST_RUNS;
    from = given.indexOf('<!--', from + 4), n++
  ) {
    const end = given.indexOf('-->', from + 4);
    if (end < 0) break;
    const text = given.slice(from + 4, Math.min(end, from + LONGEST_RUN));
    found.push({
      text,
      from: Array.from({ length: text.length }, (_, i) => from + 4 + i),
      how: 'in a comment, which rendered text does not show',
    });
    from = end - 1;
  }
  if (given.length <= MOST_WHOLE && given.split(' ', 4).length > 3) {
    const units = given.length;
    found.push({
      text: rotated(given),
      from: Array.from({ length: units }, (_, i) => i),
      how: 'with its letters rotated',
      whole: true,
    });
    if ((given.match(DIGIT_WORD) ?? []).length > 2)
      found.push({
        text: given.replace(DIGIT_WORD, (word) => [...word].map((c) => DIGITS[c] ?? c).join('')),
        from: Array.from({ length: units }, (_, i) => i),
        how: 'with digits for letters',
        whole: true,
      });
    found.push({
      text: [...given].reverse().join(''),
      from: Array.from({ length: units }, (_, i) => units - 1 - i),
      how: 'written backwards',
      whole: true,
    });
  }
  return found;
};
