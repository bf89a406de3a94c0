/** Go, Rust and Java as far as it takes to tell code from comments and strings. Linear; broken code gives spans too. */

type Span = { type: 'string' | 'code'; text: string; start: number; end: number; complete: boolean };

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

const decode = (raw: string): string =>
  raw.replace(
    /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([\s\S]))/g,
    (_all, braced?: string, four?: string, two?: string, single?: string) => {
      const hex = braced ?? four ?? two;
      if (hex === undefined) return ESCAPES[single ?? ''] ?? single ?? '';
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );

/** End (exclusive) of a quoted string; without its end it stops at the line's. */
const endOfQuoted = (text: string, at: number, quote: string): number => {
  for (let i = at + 1; i < text.length; i++)
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === '\n') return i;
  return text.length;
};

const endAfter = (text: string, mark: string, from: number): number => {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
};

/** Comments in Rust nest; a depth that no person writes ends the search. */
const endOfNested = (text: string, at: number): number => {
  let depth = 0;
  for (let i = at; i < text.length; i++)
    if (text.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (text.startsWith('*/', i)) {
      i++;
      if (--depth <= 0) return i + 1;
    }
  return text.length;
};

const RAW_RUST = /b?r(#{0,16})"/y;
const WORD = /[A-Za-z_][\w]*/y;

export const scanBraceLanguage = (text: string, language: 'go' | 'rust' | 'java'): Span[] => {
  const spans: Span[] = [];
  let codeFrom = 0;
  const endCode = (at: number): void => {
    if (at > codeFrom) spans.push({ type: 'code', text: '', start: codeFrom, end: at, complete: true });
  };
  const string = (start: number, end: number, body: string, raw: boolean): number => {
    endCode(start);
    spans.push({ type: 'string', text: raw ? body : decode(body), start, end, complete: true });
    codeFrom = end;
    return end;
  };
  const comment = (start: number, end: number): number => {
    endCode(start);
    codeFrom = end;
    return end;
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i] as string;
    if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      i = comment(i, end < 0 ? text.length : end);
    } else if (c === '/' && text[i + 1] === '*')
      i = comment(i, language === 'rust' ? endOfNested(text, i) : endAfter(text, '*/', i + 2));
    else if (c === '"' && language === 'java' && text.startsWith('"""', i)) {
      const end = endAfter(text, '"""', i + 3);
      i = string(i, end, text.slice(i + 3, Math.max(i + 3, end - 3)), false);
    } else if (c === '"' && language === 'rust') {
      // Rust strings go over lines.
      let end = i + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      end = Math.min(end + 1, text.length);
      i = string(i, end, text.slice(i + 1, end - 1), false);
    } else if (c === '"') {
      const end = endOfQuoted(text, i, '"');
      i = string(i, end, text.slice(i + 1, text[end - 1] === '"' && end > i + 1 ? end - 1 : end), false);
    } else if (c === '`' && language === 'go') {
      const end = endAfter(text, '`', i + 1);
      i = string(i, end, text.slice(i + 1, end - 1), true);
    } else if (c === "'") {
      // A character, or a Rust lifetime.
      const short = /^'(?:\\(?:u\{[\da-fA-F]{1,6}\}|[^\n]{1,9}?)|[^'\\\n]{1,2})'/.exec(text.slice(i, i + 14));
      i += short ? short[0].length : 1;
    } else if (/[A-Za-z_]/.test(c)) {
      RAW_RUST.lastIndex = i;
      const raw = language === 'rust' ? RAW_RUST.exec(text) : null;
      if (raw) {
        const body = i + raw[0].length;
        const close = `"${raw[1]}`;
        const end = endAfter(text, close, body);
        i = string(i, end, text.slice(body, Math.max(body, end - close.length)), true);
      } else {
        WORD.lastIndex = i;
        i += WORD.exec(text)?.[0].length ?? 1;
      }
    } else i++;
  }
  endCode(text.length);
  return spans;
};
