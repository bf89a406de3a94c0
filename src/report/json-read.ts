/**
 * Strict JSON with line numbers. `JSON.parse` decides what is valid; it neither always says where a text breaks nor mentions
 * keys given twice, and a reviewer needs both.
 */
export type JsonRead =
  | {
      ok: true;
      value: unknown;
      lineOf(path: string): number | null;
      duplicates: { path: string; line: number }[];
    }
  | { ok: false; line: number; message: string };

const MAX_DEPTH = 200;

class Broken extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Offset → line, by binary search in the line starts. */
const lineFinder = (text: string): ((offset: number) => number) => {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
};

/** `path` of every value → offset of its key (of the value itself in arrays). Throws {@link Broken}. */
const scan = (text: string): { places: Map<string, number>; duplicates: { path: string; at: number }[] } => {
  const places = new Map<string, number>();
  const duplicates: { path: string; at: number }[] = [];
  let i = 0;
  const fail = (expected: string): never => {
    const found =
      i >= text.length ? 'the end of the file' : JSON.stringify(String.fromCodePoint(text.codePointAt(i)!));
    throw new Broken(i, `expected ${expected}, found ${found}`);
  };
  const space = () => {
    while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  };
  const string = (): string => {
    const start = i;
    if (text[i] !== '"') fail('a double-quoted string');
    for (i++; text[i] !== '"'; i++) {
      if (i >= text.length) fail('a closing quote');
      if (text.charCodeAt(i) < 0x20) fail('no raw control character inside a string');
      if (text[i] === '\\') {
        i++;
        if (text[i] === 'u') {
          if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) fail('four hexadecimal digits after \\u');
          i += 4;
        } else if (!'"\\/bfnrt'.includes(text[i] ?? ' ')) fail('a known escape after the backslash');
      }
    }
    i++;
    return JSON.parse(text.slice(start, i)) as string;
  };
  const value = (path: string, depth: number): void => {
    if (depth > MAX_DEPTH) fail(`at most ${MAX_DEPTH} levels of nesting`);
    space();
    const c = text[i];
    if (c === '{') object(path, depth);
    else if (c === '[') array(path, depth);
    else if (c === '"') string();
    else {
      const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
      literal.lastIndex = i;
      if (!literal.test(text)) fail('a value');
      i = literal.lastIndex;
    }
    space();
  };
  const object = (path: string, depth: number): void => {
    const keys = new Set<string>();
    i++;
    space();
    if (text[i] === '}') {
      i++;
      return;
    }
    for (;;) {
      space();
      const at = i;
      const key = string();
      const own = path === '' ? key : `${path}.${key}`;
      if (keys.has(key)) duplicates.push({ path: own, at });
      keys.add(key);
      places.set(own, at);
      space();
      if (text[i] !== ':') fail('a colon');
      i++;
      value(own, depth + 1);
      if (text[i] === '}') break;
      if (text[i] !== ',') fail('a comma or a closing brace');
      i++;
    }
    i++;
  };
  const array = (path: string, depth: number): void => {
    i++;
    space();
    if (text[i] === ']') {
      i++;
      return;
    }
    for (let n = 0; ; n++) {
      space();
      const own = path === '' ? String(n) : `${path}.${n}`;
      places.set(own, i);
      value(own, depth + 1);
      if (text[i] === ']') break;
      if (text[i] !== ',') fail('a comma or a closing bracket');
      i++;
    }
    i++;
  };
  value('', 0);
  if (i < text.length) fail('the end of the file');
  return { places, duplicates };
};

/** Never throws. */
export const readJson = (text: string): JsonRead => {
  const lineAt = lineFinder(text);
  try {
    const { places, duplicates } = scan(text);
    return {
      ok: true,
      value: JSON.parse(text),
      lineOf: (path) => (places.has(path) ? lineAt(places.get(path)!) : null),
      duplicates: duplicates.map((d) => ({ path: d.path, line: lineAt(d.at) })),
    };
  } catch (error) {
    if (error instanceof Broken) return { ok: false, line: lineAt(error.at), message: error.message };
    return { ok: false, line: 1, message: error instanceof Error ? error.message : 'not JSON' };
  }
};
