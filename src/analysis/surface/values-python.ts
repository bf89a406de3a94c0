import type { PyToken, PyTokens } from '../sources/tokens-python.ts';
import type { Entry, Value } from './literal-value.ts';

/** Reads Python expressions out of tokens, as far as definitions of tools need it. Bounded in depth and steps. */

const DEEPEST = 60;
const ENDS = new Set([',', ')', ']', '}', ':', '=']);
/** Text functions that change only white space. */
const TIDY = /(?:^|\.)(?:dedent|cleandoc|strip|lstrip|rstrip)$/;

type Read = { value: Value; next: number };

const span = (tokens: PyTokens, from: number, next: number) => {
  const first = tokens.list[from];
  const last = tokens.list[Math.max(from, next - 1)];
  return { token: from, line: first?.line ?? 1, endLine: last?.endLine ?? first?.endLine ?? 1 };
};

const is = (tokens: PyTokens, i: number, text: string): boolean =>
  tokens.list[i]?.type === 'punctuation' && tokens.list[i]?.text === text;

/** Index behind the expression: a comma, a closing bracket, or the next logical line. */
const skipToEnd = (tokens: PyTokens, i: number, from: number): number => {
  for (let steps = 0; i < tokens.list.length && steps < 2000; steps++) {
    const token = tokens.list[i] as PyToken;
    if (i > from && token.indent >= 0) return i;
    if (
      token.type === 'punctuation' &&
      (token.text === ',' || token.text === ')' || token.text === ']' || token.text === '}')
    )
      return i;
    i = (tokens.partner[i] as number) > i ? (tokens.partner[i] as number) + 1 : i + 1;
  }
  return i;
};

/** Positional and named arguments between the brackets that open at `open`. */
const readArguments = (
  tokens: PyTokens,
  open: number,
  depth: number,
): { args: Value[]; named: Entry[]; next: number } => {
  const close = tokens.partner[open] as number;
  const args: Value[] = [];
  const named: Entry[] = [];
  let i = open + 1;
  while (i < close) {
    const before = i;
    const token = tokens.list[i] as PyToken;
    while (is(tokens, i, '*') || is(tokens, i, '**')) i++;
    if (token.type === 'name' && is(tokens, i + 1, '=')) {
      const read = readPython(tokens, i + 2, depth + 1);
      named.push({ key: token.text, value: read.value, line: token.line });
      i = read.next;
    } else {
      const read = readPython(tokens, i, depth + 1);
      args.push(read.value);
      i = read.next;
    }
    if (!is(tokens, i, ',')) i = skipToEnd(tokens, i, close);
    i = is(tokens, i, ',') ? i + 1 : Math.max(i, before + 1);
  }
  return { args, named, next: close + 1 };
};

const readDict = (tokens: PyTokens, open: number, depth: number): Read => {
  const close = tokens.partner[open] as number;
  const entries: Entry[] = [];
  const spreads: Value[] = [];
  let i = open + 1;
  while (i < close) {
    const before = i;
    if (is(tokens, i, '**')) {
      const read = readPython(tokens, i + 1, depth + 1);
      spreads.push(read.value);
      i = read.next;
    } else {
      const key = readPython(tokens, i, depth + 1);
      i = key.next;
      if (is(tokens, i, ':')) {
        const read = readPython(tokens, i + 1, depth + 1);
        if (key.value.kind === 'string')
          entries.push({ key: key.value.value, value: read.value, line: key.value.line });
        i = read.next;
      }
    }
    if (!is(tokens, i, ',')) i = skipToEnd(tokens, i, close);
    i = is(tokens, i, ',') ? i + 1 : Math.max(i, before + 1);
  }
  return { value: { kind: 'object', entries, spreads, ...span(tokens, open, close + 1) }, next: close + 1 };
};

const readPrimary = (tokens: PyTokens, i: number, depth: number): Read => {
  const token = tokens.list[i] as PyToken;
  const one = span(tokens, i, i + 1);
  if (token.type === 'string') {
    let next = i + 1;
    let value = token.text;
    let complete = token.complete;
    while (tokens.list[next]?.type === 'string' && (tokens.list[next] as PyToken).indent < 0) {
      value += (tokens.list[next] as PyToken).text;
      complete &&= (tokens.list[next] as PyToken).complete;
      next++;
    }
    return { value: { kind: 'string', value, complete, ...span(tokens, i, next) }, next };
  }
  if (token.type === 'number') return { value: { kind: 'number', text: token.text, ...one }, next: i + 1 };
  if (token.type === 'name') {
    if (token.text === 'True' || token.text === 'False')
      return { value: { kind: 'boolean', text: token.text, ...one }, next: i + 1 };
    if (token.text === 'None') return { value: { kind: 'null', text: token.text, ...one }, next: i + 1 };
    if (token.text === 'lambda')
      return { value: { kind: 'function', params: [], ...one }, next: skipToEnd(tokens, i + 1, i) };
    if (token.text === 'await')
      return readPrimary(tokens, Math.min(i + 1, tokens.list.length - 1), depth + 1);
    return { value: { kind: 'name', path: token.text, ...one }, next: i + 1 };
  }
  const close = tokens.partner[i] as number;
  if (close > i) {
    if (token.text === '{') return readDict(tokens, i, depth);
    const { args, next } = readArguments(tokens, i, depth);
    if (token.text === '(' && args.length === 1 && !is(tokens, close - 1, ','))
      return { value: args[0]!, next };
    return { value: { kind: 'array', items: args, ...span(tokens, i, next) }, next };
  }
  if (token.text === '-' && tokens.list[i + 1]?.type === 'number')
    return {
      value: { kind: 'number', text: `-${tokens.list[i + 1]!.text}`, ...span(tokens, i, i + 2) },
      next: i + 2,
    };
  return { value: { kind: 'other', ...one }, next: i };
};

const readPostfix = (tokens: PyTokens, from: number, read: Read, depth: number): Read => {
  let { value, next } = read;
  for (let links = 0; links < 200; links++) {
    const member = tokens.list[next + 1];
    if (is(tokens, next, '.') && member?.type === 'name') {
      if (value.kind === 'name')
        value = { ...value, path: `${value.path}.${member.text}`, ...span(tokens, from, next + 2) };
      else if (is(tokens, next + 2, '(') && (tokens.partner[next + 2] as number) > 0) {
        const read = readArguments(tokens, next + 2, depth);
        value =
          TIDY.test(member.text) && value.kind === 'string'
            ? { ...value, value: value.value.trim() }
            : {
                kind: 'call',
                callee: member.text,
                target: value,
                args: read.args,
                named: read.named,
                ...span(tokens, from, read.next),
              };
        next = read.next;
        continue;
      } else value = { kind: 'other', ...span(tokens, from, next + 2) };
      next += 2;
    } else if (
      is(tokens, next, '(') &&
      (tokens.partner[next] as number) > next &&
      (tokens.list[next] as PyToken).indent < 0
    ) {
      const read = readArguments(tokens, next, depth);
      const callee = value.kind === 'name' ? value.path : '';
      const only = read.args[0];
      value =
        TIDY.test(callee) && only?.kind === 'string'
          ? { ...only, value: only.value.trim() }
          : {
              kind: 'call',
              callee,
              target: value.kind === 'name' ? null : value,
              args: read.args,
              named: read.named,
              ...span(tokens, from, read.next),
            };
      next = read.next;
    } else if (
      is(tokens, next, '[') &&
      (tokens.partner[next] as number) > next &&
      (tokens.list[next] as PyToken).indent < 0
    ) {
      const read = readArguments(tokens, next, depth);
      // A subscript: `Annotated[str, Field(…)]`, `Literal["a"]`. Kept as a call of that name.
      value = {
        kind: 'call',
        callee: value.kind === 'name' ? value.path : '',
        target: value.kind === 'name' ? null : value,
        args: read.args,
        named: [],
        ...span(tokens, from, read.next),
      };
      next = read.next;
    } else break;
  }
  return { value, next };
};

/** The expression at token `i`, and the index of the token behind it. */
export const readPython = (tokens: PyTokens, i: number, depth = 0): Read => {
  const from = i;
  const other = (): Read => {
    const next = skipToEnd(tokens, i, from);
    return { value: { kind: 'other', ...span(tokens, from, next) }, next };
  };
  if (depth > DEEPEST || i >= tokens.list.length) return other();
  let { value, next } = readPostfix(tokens, from, readPrimary(tokens, i, depth), depth);
  while (is(tokens, next, '+')) {
    const right = readPostfix(
      tokens,
      next + 1,
      readPrimary(tokens, Math.min(next + 1, tokens.list.length - 1), depth),
      depth,
    );
    if (right.next <= next + 1) return other();
    const words = (v: Value) => (v.kind === 'string' ? v.value : v.kind === 'name' ? `{${v.path}}` : '{…}');
    const known = (v: Value) => v.kind === 'string' && v.complete;
    value = {
      kind: 'string',
      value: words(value) + words(right.value),
      complete: known(value) && known(right.value),
      ...span(tokens, from, right.next),
    };
    next = right.next;
  }
  const after = tokens.list[next];
  if (after && after.indent < 0 && !(after.type === 'punctuation' && ENDS.has(after.text))) {
    i = next;
    return other();
  }
  return { value, next };
};
