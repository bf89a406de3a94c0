/**
 * What an expression in source code says without being run: the part of JavaScript and Python that tool definitions are
 * written in. Everything else is `other` or `name`, never a guess.
 */
export type Span = {
  /** Index of the first token, for finding which declarations are in sight. */
  token: number;
  /** 1-based lines. */
  line: number;
  endLine: number;
};

export type Entry = { key: string; value: Value; line: number };

export type Value = Span &
  (
    | {
        kind: 'string';
        value: string /** false when part of it is computed at run time. */;
        complete: boolean;
      }
    | { kind: 'number' | 'boolean' | 'null' | 'regex'; text: string }
    | { kind: 'object'; entries: Entry[] /** `...other` and `**other`. */; spreads: Value[] }
    | { kind: 'array'; items: Value[] }
    /** `callee` is the dotted path when it is one, else the last member; `target` is what the member is called on. */
    | { kind: 'call'; callee: string; target: Value | null; args: Value[]; named: Entry[] }
    | { kind: 'name'; path: string }
    | { kind: 'function'; params: string[] }
    | { kind: 'other' }
  );

export const entryOf = (value: Value | undefined, ...keys: string[]): Value | undefined =>
  value?.kind === 'object' ? value.entries.find((e) => keys.includes(e.key))?.value : undefined;

export const namedOf = (value: Value | undefined, ...keys: string[]): Value | undefined =>
  value?.kind === 'call' ? value.named.find((e) => keys.includes(e.key))?.value : undefined;

/** The value as plain data where it is a literal; `undefined` for everything computed. */
export const plainValue = (value: Value | undefined, depth = 0): unknown => {
  if (!value || depth > 12) return undefined;
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return Number(value.text.replaceAll('_', ''));
    case 'boolean':
      return /^t/i.test(value.text);
    case 'null':
      return null;
    case 'array':
      return value.items.map((v) => plainValue(v, depth + 1));
    case 'object':
      return Object.fromEntries(
        value.entries.map((e) => [e.key, plainValue(e.value, depth + 1)]).filter(([, v]) => v !== undefined),
      );
    default:
      return undefined;
  }
};

/** Short words for a value in a list of constraints. */
export const brief = (value: Value | undefined): string => {
  if (!value) return '';
  if (value.kind === 'regex') return value.text.slice(0, 80);
  if (value.kind === 'name') return value.path.slice(0, 80);
  const plain = plainValue(value);
  return plain === undefined ? '(computed)' : JSON.stringify(plain).slice(0, 80);
};
