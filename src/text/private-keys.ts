/** Private keys as they stand in files: over many lines, in strings with `\n`, joined from literals, in comments. */

const HEADER =
  /-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}|^Private-Lines: \d{1,4}$/gm;
const END = /-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y;
/**
 * What may stand between the lines of a key: escapes, quotes, signs of comments and of joining, elements of HTML, numbers of
 * lines, the sign of a removed line.
 */
const BETWEEN =
  /(?:\\[nrt"'`\\]|<\/?[a-z][^<>\n]{0,100}>|\d{1,6}(?:[|:;)\t ]|(?=<))|(?<=\n)-(?!-)|[\s"'`+,;#*>|()&.])+/y;
/** `Proc-Type: 4,ENCRYPTED`, `Comment: "jane's key"` */
const FIELD = /[A-Z][A-Za-z0-9-]{2,30}: (?:\\{0,7}"[^"\n\\]{0,200}\\{0,7}"|[^\n\\"'<]{0,200})/y;
/** Such a key in base64. */
const ENCODED = /LS0tLS1CRUdJTi[A-Za-z0-9+/_-]{34,}/g;
const WORD = /[A-Za-z0-9+/=_]+/y;
/** Lines of a key are at least this long, but for the last. */
const LINE = 24;
const SURE_LINE = 48;

const KIND = /[a-z]|([A-Z])|(\d)|([+/=_])/g;

/** How often two neighbours are of different kinds (capital, small letter, digit, sign), of 1: names and words stay below 0.3. */
export const changes = (value: string): number => {
  let before = -1;
  let changed = 0;
  for (const m of value.matchAll(KIND)) {
    const kind = m[1] ? 1 : m[2] ? 2 : m[3] ? 3 : 0;
    if (before !== -1 && kind !== before) changed++;
    before = kind;
  }
  return changed / Math.max(1, value.length - 1);
};

const sticky = (form: RegExp, text: string, at: number): string | null => {
  form.lastIndex = at;
  return form.exec(text)?.[0] ?? null;
};

const isLine = (word: string): boolean =>
  word.length >= SURE_LINE || (word.length >= LINE && changes(word) >= 0.35);

/** Where the key ends whose header ended at `from`; -1 when no key follows. Every character is looked at once. */
const endOfKey = (text: string, from: number): number => {
  let at = from;
  let end = -1;
  for (;;) {
    at += sticky(BETWEEN, text, at)?.length ?? 0;
    const last = sticky(END, text, at);
    if (last !== null) return end === -1 ? -1 : at + last.length;
    const field = sticky(FIELD, text, at);
    if (field !== null) {
      at += field.length;
      continue;
    }
    const word = sticky(WORD, text, at);
    if (word === null) return end;
    // The last line may be short; a word of prose behind a key that was cut off is none of it.
    if (!isLine(word) && (end === -1 || !/[\d+/=]/.test(word))) {
      const next = at + word.length;
      const closes = sticky(END, text, next + (sticky(BETWEEN, text, next)?.length ?? 0));
      if (end === -1 || closes === null) return end;
    }
    at += word.length;
    end = at;
  }
};

/** Those in base64: the letters of one are read until they say what begins there. */
const findEncodedKeys = (text: string): { start: number; end: number }[] => {
  const found: { start: number; end: number }[] = [];
  ENCODED.lastIndex = 0;
  for (let m = ENCODED.exec(text); m; m = ENCODED.exec(text)) {
    const begins = atob(m[0].slice(0, 48).replaceAll('-', '+').replaceAll('_', '/'));
    if (!/BEGIN [A-Z0-9 ]{0,24}PRIV/.test(begins)) continue;
    const end = Math.max(m.index + m[0].length, endOfKey(text, m.index));
    found.push({ start: m.index, end });
    ENCODED.lastIndex = end;
  }
  return found;
};

/** Start and end of each private key, by position. */
export const findPrivateKeys = (text: string): { start: number; end: number }[] => {
  const found = text.includes('LS0tLS1CRUdJTi') ? findEncodedKeys(text) : [];
  if (!/PRIVATE KEY|Private-Lines/.test(text)) return found;
  HEADER.lastIndex = 0;
  for (let m = HEADER.exec(text); m; m = HEADER.exec(text)) {
    const end = endOfKey(text, m.index + m[0].length);
    if (end === -1) continue;
    found.push({ start: m.index, end });
    HEADER.lastIndex = end;
  }
  return found.sort((a, b) => a.start - b.start);
};
