// Long, because declaring and resolving a name are two halves of one thing and change together.

import { type Tokens, tokenizeJavaScript } from '../sources/tokens-javascript.ts';
import type { Value } from './literal-value.ts';
import { arrowAfter, endOfBody, parameterNames, readExpression } from './values-javascript.ts';

/** One source file with what is declared in it, and how names are followed to values, across files too. */

export type Declaration = { name: string; at: number; value: () => Value };
export type FunctionRange = { name: string; params: string[]; from: number; to: number };

export type ScriptFile = {
  path: string;
  tokens: Tokens;
  /** By name, in order of appearance. Class members appear as `Class.member`. */
  declarations: Map<string, Declaration[]>;
  /** By where they begin. */
  functions: FunctionRange[];
  /** For every token the index of the function it stands in, -1 outside; for every function the one around it. */
  innermost: Int32Array;
  outer: Int32Array;
  /** Local name → what it is called where it comes from, and the module's specifier. */
  imports: Map<string, { name: string; from: string }>;
};

const BLOCK_WORDS = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'return',
  'await',
  'typeof',
  'function',
  'super',
]);

const memo = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const expressionAt = (tokens: Tokens, i: number): (() => Value) =>
  memo(() => readExpression(tokens, i).value);

/** Index of the `=` that gives a declared name its value, past a type annotation; -1 when there is none. */
const initializer = (tokens: Tokens, i: number): number => {
  const text = (k: number) => tokens.list[k]?.text;
  if (text(i) === '=') return i;
  if (text(i) !== ':' && !(text(i) === '!' || text(i) === '?')) return -1;
  for (let k = i + 1; k < i + 200 && k < tokens.list.length; k++) {
    if (tokens.list[k]?.type !== 'punctuation') continue;
    if (text(k) === '=') return k;
    if (text(k) === ';' || text(k) === ')' || text(k) === '}') return -1;
    if ((tokens.partner[k] as number) > k) k = tokens.partner[k] as number;
  }
  return -1;
};

export const readScript = (path: string, text: string): ScriptFile => {
  const tokens = tokenizeJavaScript(text);
  const { list, partner } = tokens;
  const declarations = new Map<string, Declaration[]>();
  const functions: FunctionRange[] = [];
  const imports: ScriptFile['imports'] = new Map();
  const declare = (name: string, at: number, value: () => Value): void => {
    const known = declarations.get(name);
    if (known) known.push({ name, at, value });
    else declarations.set(name, [{ name, at, value }]);
  };
  const isText = (i: number, text: string): boolean => list[i]?.text === text && list[i]?.type !== 'string';

  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    if (token.type === 'name') {
      const next = list[i + 1];
      if ((token.text === 'const' || token.text === 'let' || token.text === 'var') && next?.type === 'name') {
        const equals = initializer(tokens, i + 2);
        if (equals > 0) declare(next.text, i + 1, expressionAt(tokens, equals + 1));
      } else if (token.text === 'enum' && next?.type === 'name' && isText(i + 2, '{')) {
        for (let k = i + 3; k < (partner[i + 2] as number); k++)
          if ((list[k]?.type === 'name' || list[k]?.type === 'string') && isText(k + 1, '='))
            declare(`${next.text}.${list[k]!.text}`, k, expressionAt(tokens, k + 2));
      } else if (token.text === 'class' && next?.type === 'name') readClassMembers(next.text, i);
      else if (token.text === 'import') readImport(i);
      else if (
        next &&
        isText(i + 1, '(') &&
        !BLOCK_WORDS.has(token.text) &&
        !isText(i - 1, '.') &&
        !isText(i - 1, 'new')
      )
        readNamedFunction(i);
      if (isText(i + 1, '=>'))
        functions.push({ name: nameBefore(i), params: [token.text], from: i, to: endOfBody(tokens, i + 2) });
    } else if (token.text === '(' && token.type === 'punctuation') {
      const arrow = arrowAfter(tokens, i);
      if (arrow > 0)
        functions.push({
          name: nameBefore(i),
          params: parameterNames(tokens, i),
          from: i,
          to: endOfBody(tokens, arrow + 1),
        });
    }
  }
  functions.sort((a, b) => a.from - b.from || b.to - a.to);
  return { path, tokens, declarations, functions, ...nest(functions, list.length), imports };

  /** For `NAME = async (`: the name an arrow function is given. */
  function nameBefore(i: number): string {
    let k = i - 1;
    if (isText(k, 'async')) k--;
    if (isText(k, '=') && list[k - 1]?.type === 'name') return list[k - 1]!.text;
    return '';
  }

  /** `function NAME(…) {` and methods `NAME(…) {`. */
  function readNamedFunction(i: number): void {
    const close = partner[i + 1] as number;
    if (close < 0) return;
    let body = close + 1;
    if (isText(body, ':'))
      while (
        body < close + 60 &&
        body < list.length &&
        !isText(body, '{') &&
        !isText(body, ';') &&
        !isText(body, ',')
      )
        body++;
    if (!isText(body, '{') || (partner[body] as number) < body) return;
    const range = {
      name: list[i]!.text,
      params: parameterNames(tokens, i + 1),
      from: i,
      to: (partner[body] as number) + 1,
    };
    functions.push(range);
    if (isText(i - 1, 'function'))
      declare(range.name, i, () => ({
        kind: 'function',
        params: range.params,
        token: i,
        line: list[i]!.line,
        endLine: list[range.to - 1]?.endLine ?? list[i]!.line,
      }));
  }

  function readClassMembers(name: string, i: number): void {
    let open = i + 2;
    while (open < i + 60 && open < list.length && !isText(open, '{')) open++;
    const close = partner[open] ?? -1;
    for (let k = open + 1; k < close; k++) {
      if (list[k]?.type === 'name' && !isText(k - 1, '.')) {
        const equals = initializer(tokens, k + 1);
        const before = list[k - 1]?.text ?? '';
        if (
          equals > 0 &&
          /^([{};]|static|readonly|public|private|protected|override)$/.test(before) &&
          list[k]?.text !== 'static'
        )
          declare(`${name}.${list[k]!.text}`, k, expressionAt(tokens, equals + 1));
      }
      if ((partner[k] as number) > k) k = partner[k] as number;
    }
  }

  function readImport(i: number): void {
    let from = i + 1;
    while (
      from < i + 400 &&
      from < list.length &&
      list[from]?.type !== 'string' &&
      !isText(from, ';') &&
      !isText(from, '(')
    )
      from++;
    const module = list[from];
    if (module?.type !== 'string') return;
    for (let k = i + 1; k < from; k++) {
      const token = list[k]!;
      if (token.type !== 'name' || token.text === 'type' || token.text === 'from' || isText(k - 1, 'as'))
        continue;
      const local = isText(k + 1, 'as') ? list[k + 2] : token;
      if (local?.type === 'name') imports.set(local.text, { name: token.text, from: module.text });
    }
  }
};

export type Project = {
  files: ScriptFile[];
  byName: Map<string, { file: ScriptFile; declaration: Declaration }[]>;
};

export const projectOf = (files: ScriptFile[]): Project => {
  const byName: Project['byName'] = new Map();
  for (const file of files)
    for (const [name, declarations] of file.declarations) {
      const known = byName.get(name) ?? [];
      for (const declaration of declarations.slice(0, 20)) known.push({ file, declaration });
      byName.set(name, known);
    }
  return { files, byName };
};

const DEEPEST_NESTING = 100;

/** The functions around a token, innermost first, as far out as code written by people goes. */
export const around = (file: ScriptFile, token: number): FunctionRange[] => {
  const chain: FunctionRange[] = [];
  for (let i = file.innermost[token] ?? -1; i >= 0 && chain.length < DEEPEST_NESTING; i = file.outer[i] ?? -1)
    chain.push(file.functions[i]!);
  return chain;
};

/** For every token the function it stands in, for every function the one around it; one pass over both. */
const nest = (
  functions: readonly FunctionRange[],
  tokens: number,
): Pick<ScriptFile, 'innermost' | 'outer'> => {
  const innermost = new Int32Array(tokens).fill(-1);
  const outer = new Int32Array(functions.length).fill(-1);
  const open: number[] = [];
  let next = 0;
  for (let token = 0; token < tokens; token++) {
    while (open.length > 0 && functions[open.at(-1)!]!.to <= token) open.pop();
    for (; next < functions.length && functions[next]!.from <= token; next++) {
      outer[next] = open.at(-1) ?? -1;
      open.push(next);
    }
    innermost[token] = open.at(-1) ?? -1;
  }
  return { innermost, outer };
};

export type Resolved = {
  file: ScriptFile;
  value: Value /** The name was followed somewhere. */;
  followed: boolean;
};

const MOST_STEPS = 8;

const member = (value: Value, key: string): Value | null =>
  value.kind === 'object' ? (value.entries.find((e) => e.key === key)?.value ?? null) : null;

/** Unwraps what only decorates a value: `Object.freeze(x)`, `Schema.parse(x)`, `defineTool(x)`. */
const unwrap = (value: Value): Value =>
  value.kind === 'call' &&
  value.args.length === 1 &&
  value.args[0]?.kind === 'object' &&
  /(?:^|\.)(?:freeze|parse|define\w*|create\w*|make\w*)$|[Tt]ool$/.test(value.callee)
    ? value.args[0]
    : value;

/**
 * Follows a name to the value it was declared with, through imports of the project. Null when it is a parameter, comes
 * from outside, or is not declared by a literal expression.
 */
export const resolve = (project: Project, file: ScriptFile, value: Value, steps = 0): Resolved | null => {
  if (value.kind !== 'name') return { file, value, followed: steps > 0 };
  if (steps >= MOST_STEPS) return null;
  const path = value.path.split('.');

  for (const length of path.length > 1 ? [2, 1] : [1]) {
    const name = path.slice(0, length).join('.');
    const found = declared(project, file, name, value.token);
    if (!found) continue;
    let at = resolve(project, found.file, found.declaration.value(), steps + 1);
    for (const key of path.slice(length)) {
      if (!at) return null;
      const inner: Value | null = member(unwrap(at.value), key);
      at = inner
        ? resolve(project, at.file, inner, steps + 1)
        : key === 'value' && at.value.kind === 'string'
          ? at
          : null;
    }
    return at && { ...at, followed: true };
  }
  return null;
};

/** The declaration nearest above a token, or the first one; they are in order of appearance. */
const lastBefore = (declarations: readonly Declaration[], token: number): Declaration => {
  let low = 0;
  let high = declarations.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (declarations[middle]!.at <= token) low = middle;
    else high = middle - 1;
  }
  return declarations[low]!;
};

const declared = (
  project: Project,
  file: ScriptFile,
  name: string,
  token: number,
): { file: ScriptFile; declaration: Declaration } | null => {
  const here = file.declarations.get(name);
  const head = name.split('.')[0] as string;
  const binder = around(file, token).find((f) => f.params.includes(head));
  if (here) {
    const near = lastBefore(here, token);
    return binder && near.at < binder.from ? null : { file, declaration: near };
  }
  if (binder) return null;
  const imported = file.imports.get(head);
  if (!imported) return null;
  const target = name === head ? imported.name : `${imported.name}${name.slice(head.length)}`;
  const candidates = (project.byName.get(target) ?? []).filter((c) => c.file !== file);
  if (candidates.length <= 1) return candidates[0] ?? null;
  const stem = imported.from.replace(/^.*\//, '').replace(/\.[cm]?[jt]sx?$/, '');
  return (
    candidates.find((c) => c.file.path.replace(/\.[cm]?[jt]sx?$/, '').endsWith(`/${stem}`)) ??
    candidates[0] ??
    null
  );
};

export { unwrap };
