/** What text literals and comments say, without their writing. */

const SINGLE: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  s: ' ',
};

const ESCAPE =
  /\\(?:u\{([0-9a-fA-F_]{1,8})\}|x([0-9a-fA-F]{2})|u+([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(\r?\n)|([\s\S]))/g;

const character = (digits: string, radix: number): string => {
  const code = Number.parseInt(digits.replaceAll('_', ''), radix);
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
};

/** The escapes that Python, Go, Java and Rust share; an unknown one stays as written. */
export const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(ESCAPE, (whole, braced, hex, short, long, octal, lineEnd, single: string) => {
        const digits: string | undefined = braced ?? hex ?? short ?? long;
        if (digits !== undefined) return character(digits, 16);
        if (octal !== undefined) return character(octal, 8);
        if (lineEnd !== undefined) return '';
        return SINGLE[single] ?? (/[\w\s]/.test(single) ? whole : single);
      })
    : text;

/** Without the indentation all lines but the first share, as Python shows a docstring. */
export const dedented = (text: string): string => {
  const lines = text.split(/\r?\n/);
  let margin = Number.POSITIVE_INFINITY;
  for (const line of lines.slice(1)) {
    const indent = line.search(/\S/);
    if (indent !== -1) margin = Math.min(margin, indent);
  }
  return lines
    .map((line, i) => (i === 0 ? line.trimStart() : line.slice(Math.min(margin, line.length))).trimEnd())
    .join('\n')
    .trim();
};

/** A comment's words, without its slashes and the stars at the beginning of lines. */
export const commentText = (comment: string): string =>
  comment.startsWith('/*')
    ? dedented(
        comment
          .replace(/^\/\*+!?/, '')
          .replace(/(?<!\*)\*{1,200}\/$/, '')
          .replace(/^[ \t]*\*[ \t]?/gm, ''),
      )
    : comment.replace(/^\/\/[/!]?[ \t]?/, '').trimEnd();
