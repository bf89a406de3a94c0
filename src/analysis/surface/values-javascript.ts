// Long, because an expression reader is one recursion: its cases call each other.

import type { Token, Tokens } from '../sources/tokens-javascript.ts';
import type { Entry, Value } from './literal-value.ts';

/** Reads expressions out of tokens. Recursion is bounded; what is too deep or not understood is `other`. */

const DEEPEST = 60;
const ENDS = new Set([',', ')', ']', '}', ';']);
const SKIPPED_WORDS = new Set(['await', 'new', 'async', 'void']);

type Read = { value: Value; next: number };

const span = (tokens: Tokens, from: number, next: number) => {
  const first = tokens.list[from];
  const last = tokens.list[Math.max(from, next - 1)];
  return { token: from, line: first?.line ?? 1, endLine: last?.endLine ?? first?.endLine ?? 1 };
};

const is = (tokens: Tokens, i: number, text: string): boolean =>
  tokens.list[i]?.type === 'punctuation' && tokens.list[i]?.text === text;

/** Index behind the expression that goes on at `i`: the next comma, closing bracket or semicolon of this level. */
const skipToEnd = (tokens: Tokens, i: number): number => {
  // Bounded, so that code made of beginnings without ends does not cost the square of its length.
  for (let steps = 0; i < tokens.list.length && steps < 2000; steps++) {
    const token = tokens.list[i] as Token;
    if (token.type === 'punctuation' && ENDS.has(token.text)) return i;
    i = (tokens.partner[i] as number) > i ? (tokens.partner[i] as number) + 1 : i + 1;
  }
  return i;
};

/** Names a parameter list binds, destructured ones too; types and defaults are left out. */
export const parameterNames = (tokens: Tokens, open: number): string[] => {
  const close = tokens.partner[open] as number;
  const names: string[] = [];
  let expecting = true;
  for (let i = open + 1; i < close; i++) {
    const token = tokens.list[i] as Token;
    if (
      expecting &&
      token.type === 'name' &&
      !['public', 'private', 'protected', 'readonly', 'this'].includes(token.text)
    ) {
      names.push(token.text);
      expecting = false;
    } else if (expecting && (token.text === '{' || token.text === '[')) {
      const end = Math.max(i, tokens.partner[i] as number);
      for (let k = i + 1; k < end; k++)
        if (tokens.list[k]?.type === 'name' && !is(tokens, k + 1, ':'))
          names.push((tokens.list[k] as Token).text);
      i = end;
      expecting = false;
    } else if (token.text === ',') expecting = true;
    else if ((tokens.partner[i] as number) > i) i = tokens.partner[i] as number;
  }
  return names;
};

/** When an arrow function's parameters open at `i`, the index of its `=>`; else -1. A return type may stand between. */
export const arrowAfter = (tokens: Tokens, i: number): number => {
  const close = tokens.partner[i] as number;
  if (close < i) return -1;
  if (is(tokens, close + 1, '=>')) return close + 1;
  if (!is(tokens, close + 1, ':')) return -1;
  for (let k = close + 2; k < close + 60 && k < tokens.list.length; k++) {
    if (is(tokens, k, '=>')) return k;
    const text = (tokens.list[k] as Token).text;
    if (text === ';' || text === ',' || text === ')' || text === '}' || text === '=' || text === '?')
      return -1;
    if ((tokens.partner[k] as number) > k) k = tokens.partner[k] as number;
  }
  return -1;
};

/** Index behind a function body that begins at `i` (a block, or an expression). */
export const endOfBody = (tokens: Tokens, i: number): number =>
  is(tokens, i, '{') && (tokens.partner[i] as number) > i
    ? (tokens.partner[i] as number) + 1
    : skipToEnd(tokens, i);

const readFunction = (tokens: Tokens, from: number, i: number): Read | null => {
  const token = tokens.list[i];
  if (token?.type === 'name' && token.text === 'function') {
    let open = i + 1;
    while (open < i + 4 && !is(tokens, open, '(')) open++;
    const close = tokens.partner[open] ?? -1;
    if (!is(tokens, open, '(') || close < open) return null;
    let body = close + 1;
    while (body < close + 60 && body < tokens.list.length && !is(tokens, body, '{')) body++;
    const next = endOfBody(tokens, body);
    return {
      value: { kind: 'function', params: parameterNames(tokens, open), ...span(tokens, from, next) },
      next,
    };
  }
  if (token?.type === 'name' && is(tokens, i + 1, '=>')) {
    const next = endOfBody(tokens, i + 2);
    return { value: { kind: 'function', params: [token.text], ...span(tokens, from, next) }, next };
  }
  if (is(tokens, i, '(')) {
    const arrow = arrowAfter(tokens, i);
    if (arrow > 0) {
      const next = endOfBody(tokens, arrow + 1);
      return {
        value: { kind: 'function', params: parameterNames(tokens, i), ...span(tokens, from, next) },
        next,
      };
    }
  }
  return null;
};

const readList = (tokens: Tokens, open: number, depth: number): { items: Value[]; next: number } => {
  const close = tokens.partner[open] as number;
  const items: Value[] = [];
  let i = open + 1;
  while (i < close) {
    if (is(tokens, i, '...')) i++;
    const before = i;
    const { value, next } = readExpression(tokens, i, depth + 1);
    items.push(value);
    i = is(tokens, next, ',') ? next + 1 : Math.max(next, before + 1);
  }
  return { items, next: close + 1 };
};

const readObject = (tokens: Tokens, open: number, depth: number): Read => {
  const close = tokens.partner[open] as number;
  const entries: Entry[] = [];
  const spreads: Value[] = [];
  let i = open + 1;
  while (i < close) {
    const token = tokens.list[i] as Token;
    const before = i;
    if (is(tokens, i, '...')) {
      const read = readExpression(tokens, i + 1, depth + 1);
      spreads.push(read.value);
      i = read.next;
    } else if (
      (token.type === 'name' || token.type === 'string' || token.type === 'number') &&
      is(tokens, i + 1, ':')
    ) {
      const read = readExpression(tokens, i + 2, depth + 1);
      entries.push({ key: token.text, value: read.value, line: token.line });
      i = read.next;
    } else if (token.type === 'name' && (is(tokens, i + 1, ',') || i + 1 === close)) {
      entries.push({
        key: token.text,
        value: { kind: 'name', path: token.text, ...span(tokens, i, i + 1) },
        line: token.line,
      });
      i++;
    } else if (token.type === 'name') {
      // A method, perhaps with `async`, `get` or `*` before its name.
      let open = i;
      while (open < i + 4 && !is(tokens, open, '(') && open < close) open++;
      if (is(tokens, open, '(') && (tokens.partner[open] as number) > open) {
        const key = tokens.list[open - 1] as Token;
        let body = (tokens.partner[open] as number) + 1;
        while (body < close && !is(tokens, body, '{') && !is(tokens, body, ',')) body++;
        const next = endOfBody(tokens, body);
        entries.push({
          key: key.text,
          value: { kind: 'function', params: parameterNames(tokens, open), ...span(tokens, i, next) },
          line: key.line,
        });
        i = next;
      } else i = skipToEnd(tokens, i);
    } else i = skipToEnd(tokens, i);
    if (is(tokens, i, ',') || is(tokens, i, ';')) i++;
    else if (i <= before) i = before + 1;
  }
  return { value: { kind: 'object', entries, spreads, ...span(tokens, open, close + 1) }, next: close + 1 };
};

const readPrimary = (tokens: Tokens, i: number, depth: number): Read => {
  const token = tokens.list[i] as Token;
  const one = span(tokens, i, i + 1);
  if (token.type === 'string')
    return { value: { kind: 'string', value: token.text, complete: token.complete, ...one }, next: i + 1 };
  if (token.type === 'number') return { value: { kind: 'number', text: token.text, ...one }, next: i + 1 };
  if (token.type === 'regex') return { value: { kind: 'regex', text: token.text, ...one }, next: i + 1 };
  if (token.type === 'name') {
    if (token.text === 'true' || token.text === 'false')
      return { value: { kind: 'boolean', text: token.text, ...one }, next: i + 1 };
    if (token.text === 'null' || token.text === 'undefined')
      return { value: { kind: 'null', text: token.text, ...one }, next: i + 1 };
    return { value: { kind: 'name', path: token.text, ...one }, next: i + 1 };
  }
  const paired = (tokens.partner[i] as number) > i;
  if (token.text === '{' && paired) return readObject(tokens, i, depth);
  if (token.text === '[' && paired) {
    const { items, next } = readList(tokens, i, depth);
    return { value: { kind: 'array', items, ...span(tokens, i, next) }, next };
  }
  if (token.text === '(' && paired) {
    const inner = readExpression(tokens, i + 1, depth + 1);
    const close = tokens.partner[i] as number;
    return {
      value: inner.next === close ? inner.value : { kind: 'other', ...span(tokens, i, close + 1) },
      next: close + 1,
    };
  }
  return { value: { kind: 'other', ...one }, next: i };
};

/** Index behind type arguments that open at `i` and are followed by a call; else -1. */
export const skipTypeArguments = (tokens: Tokens, i: number): number => {
  if (!is(tokens, i, '<')) return -1;
  let open = 0;
  for (let k = i; k < i + 200 && k < tokens.list.length; k++) {
    const text = (tokens.list[k] as Token).text;
    if (text === '<') open++;
    else if (text === '>') {
      if (--open === 0) return is(tokens, k + 1, '(') ? k + 1 : -1;
    } else if (text === ';' || text === ')') return -1;
    else if ((tokens.partner[k] as number) > k) k = tokens.partner[k] as number;
  }
  return -1;
};

const readPostfix = (tokens: Tokens, from: number, read: Read, depth: number): Read => {
  let { value, next } = read;
  for (let links = 0; links < 200; links++) {
    const member = tokens.list[next + 1];
    if ((is(tokens, next, '.') || is(tokens, next, '?.')) && member?.type === 'name') {
      const path = value.kind === 'name' ? `${value.path}.${member.text}` : member.text;
      const called = is(tokens, next + 2, '(') ? next + 2 : skipTypeArguments(tokens, next + 2);
      if (called > 0 && (tokens.partner[called] as number) > called) {
        const args = readList(tokens, called, depth);
        value = {
          kind: 'call',
          callee: path,
          target: value.kind === 'name' ? null : value,
          args: args.items,
          named: [],
          ...span(tokens, from, args.next),
        };
        next = args.next;
      } else {
        value =
          value.kind === 'name'
            ? { ...value, path, ...span(tokens, from, next + 2) }
            : { kind: 'other', ...span(tokens, from, next + 2) };
        next += 2;
      }
      continue;
    }
    const called = is(tokens, next, '(') ? next : skipTypeArguments(tokens, next);
    if (
      called > 0 &&
      (tokens.partner[called] as number) > called &&
      (value.kind === 'name' || value.kind === 'call' || value.kind === 'other')
    ) {
      const args = readList(tokens, called, depth);
      value = {
        kind: 'call',
        callee: value.kind === 'name' ? value.path : '',
        target: value.kind === 'name' ? null : value,
        args: args.items,
        named: [],
        ...span(tokens, from, args.next),
      };
      next = args.next;
    } else if (is(tokens, next, '[') && (tokens.partner[next] as number) > next) {
      const key = tokens.list[next + 1];
      const simple =
        key?.type === 'string' && (tokens.partner[next] as number) === next + 2 && value.kind === 'name';
      next = (tokens.partner[next] as number) + 1;
      value =
        simple && value.kind === 'name'
          ? { ...value, path: `${value.path}.${key.text}` }
          : { kind: 'other', ...span(tokens, from, next) };
    } else if (is(tokens, next, '!') && !is(tokens, next + 1, '=')) next++;
    else break;
  }
  return { value, next };
};

/** The expression at token `i`, and the index of the token behind it (a comma, a closing bracket, a semicolon …). */
export const readExpression = (tokens: Tokens, i: number, depth = 0): Read => {
  const from = i;
  const other = (): Read => {
    const next = skipToEnd(tokens, i);
    return { value: { kind: 'other', ...span(tokens, from, next) }, next };
  };
  if (depth > DEEPEST || i >= tokens.list.length) return other();
  while (
    tokens.list[i]?.type === 'name' &&
    SKIPPED_WORDS.has((tokens.list[i] as Token).text) &&
    !is(tokens, i + 1, ':') &&
    !is(tokens, i + 1, ',')
  )
    i++;
  if (i >= tokens.list.length) return other();
  const fn = readFunction(tokens, from, i);
  if (fn) return fn;
  let { value, next } = readPostfix(tokens, from, readPrimary(tokens, i, depth), depth);
  while (is(tokens, next, '+')) {
    const right = readPostfix(
      tokens,
      next + 1,
      readPrimary(tokens, Math.min(next + 1, tokens.list.length - 1), depth),
      depth,
    );
    if (right.next <= next + 1) return other();
    const words = (v: Value) => (v.kind === 'string' ? v.value : v.kind === 'name' ? `\${${v.path}}` : '…');
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
  if (after?.type === 'name' && (after.text === 'as' || after.text === 'satisfies'))
    return { value, next: skipToEnd(tokens, next) };
  if (after && !(after.type === 'punctuation' && ENDS.has(after.text)) && after.type === 'punctuation')
    return other();
  return { value, next };
};
