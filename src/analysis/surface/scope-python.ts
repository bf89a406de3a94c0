import { type PyTokens, tokenizePython } from '../sources/tokens-python.ts';
import type { Value } from './literal-value.ts';
import { readPython } from './values-python.ts';

/** One Python file with its definitions, and how names are followed to values, across files too. */

export type PyParam = {
  name: string;
  annotation: Value | null;
  annotationText: string;
  fallback: Value | null;
  fallbackText: string;
};
export type PyFunction = {
  name: string;
  at: number;
  line: number;
  endLine: number;
  params: PyParam[];
  docstring: string;
  decorators: Value[];
  inClass: string | null;
};

export type PyFile = {
  path: string;
  tokens: PyTokens;
  /** By name; class attributes as `Class.name`. The last assignment is the one that counts. */
  values: Map<string, () => Value>;
  functions: PyFunction[];
  /** Attributes of classes in order: the fields of models. */
  classes: Map<string, { bases: string[]; fields: PyParam[]; docstring: string }>;
};

const MOST_SNIPPET = 160;

export const readPythonFile = (path: string, text: string): PyFile => {
  const tokens = tokenizePython(text);
  const { list, partner } = tokens;
  const file: PyFile = { path, tokens, values: new Map(), functions: [], classes: new Map() };
  const isText = (i: number, word: string): boolean => list[i]?.text === word && list[i]?.type !== 'string';
  /** Tokens that begin logical lines, by index. */
  const lineStarts = list.flatMap((t, i) => (t.indent >= 0 ? [i] : []));
  const slice = (from: number, to: number): string =>
    to > from
      ? text
          .slice(list[from]!.start, list[to - 1]!.end)
          .replace(/\s+/g, ' ')
          .slice(0, MOST_SNIPPET)
      : '';

  const openClasses: { name: string; indent: number }[] = [];
  const openFunctions: number[] = [];
  let pending: Value[] = [];

  lineStarts.forEach((i, nth) => {
    const token = list[i]!;
    while (openClasses.length > 0 && openClasses.at(-1)!.indent >= token.indent) openClasses.pop();
    while (openFunctions.length > 0 && openFunctions.at(-1)! >= token.indent) openFunctions.pop();
    if (token.text === '@' && token.type === 'punctuation') {
      pending.push(readPython(tokens, i + 1).value);
      return;
    }
    const define = isText(i, 'def') ? i : isText(i, 'async') && isText(i + 1, 'def') ? i + 1 : -1;
    if (define >= 0) readFunction(define, nth, token.indent);
    else if (isText(i, 'class') && list[i + 1]?.type === 'name') readClass(i, nth, token.indent);
    else if (token.type === 'name' && openFunctions.length === 0) readAssignment(i);
    pending = [];
  });
  return file;

  /** The line on which the block that begins after logical line `nth` ends. */
  function endOfBlock(nth: number, indent: number): number {
    for (let k = nth + 1; k < lineStarts.length; k++)
      if (list[lineStarts[k]!]!.indent <= indent) return list[lineStarts[k]! - 1]!.endLine;
    return list.at(-1)?.endLine ?? 1;
  }

  function docstringAfter(nth: number, indent: number): string {
    const first = list[lineStarts[nth + 1] ?? -1];
    return first?.type === 'string' && first.indent > indent ? first.text.trim() : '';
  }

  function readFunction(at: number, nth: number, indent: number): void {
    const name = list[at + 1]?.text ?? '';
    let open = at + 2;
    if (isText(open, '[')) open = (partner[open] as number) + 1;
    if (!isText(open, '(') || (partner[open] as number) < open) return;
    const owner = openClasses.at(-1);
    file.functions.push({
      name,
      at,
      line: list[at]!.line,
      endLine: endOfBlock(nth, indent),
      params: readParams(open, partner[open] as number),
      docstring: docstringAfter(nth, indent),
      decorators: pending,
      inClass: owner && openFunctions.length === 0 ? owner.name : null,
    });
    openFunctions.push(indent);
  }

  function readParams(open: number, close: number): PyParam[] {
    const params: PyParam[] = [];
    let i = open + 1;
    while (i < close) {
      let end = i;
      while (end < close && !isText(end, ','))
        end = (partner[end] as number) > end ? (partner[end] as number) + 1 : end + 1;
      const token = list[i]!;
      if (token.type === 'name') {
        let equals = -1;
        for (let k = i + 1; k < end; k = (partner[k] as number) > k ? (partner[k] as number) + 1 : k + 1)
          if (isText(k, '=')) equals = k;
        const annotated = isText(i + 1, ':');
        params.push({
          name: token.text,
          annotation: annotated ? readPython(tokens, i + 2).value : null,
          annotationText: annotated ? slice(i + 2, equals > 0 ? equals : end) : '',
          fallback: equals > 0 ? readPython(tokens, equals + 1).value : null,
          fallbackText: equals > 0 ? slice(equals + 1, end) : '',
        });
      } else if (isText(i, '*') || isText(i, '**')) {
        if (list[i + 1]?.type === 'name' && i + 1 < end)
          params.push({
            name: `${token.text}${list[i + 1]!.text}`,
            annotation: null,
            annotationText: '',
            fallback: null,
            fallbackText: '',
          });
      }
      i = end + 1;
    }
    return params;
  }

  function readClass(i: number, nth: number, indent: number): void {
    const name = list[i + 1]!.text;
    let open = i + 2;
    if (isText(open, '[')) open = (partner[open] as number) + 1;
    const bases =
      isText(open, '(') && (partner[open] as number) > open
        ? list
            .slice(open + 1, partner[open])
            .filter((t) => t.type === 'name')
            .map((t) => t.text)
        : [];
    if (!file.classes.has(name))
      file.classes.set(name, { bases, fields: [], docstring: docstringAfter(nth, indent) });
    openClasses.push({ name, indent });
  }

  function readAssignment(i: number): void {
    const owner = openClasses.at(-1);
    const name = list[i]!.text;
    const annotated = isText(i + 1, ':');
    let equals = isText(i + 1, '=') ? i + 1 : -1;
    let end = i + 1;
    while (end < list.length && list[end]!.indent < 0) {
      if (annotated && equals < 0 && isText(end, '=')) equals = end;
      end = (partner[end] as number) > end ? (partner[end] as number) + 1 : end + 1;
    }
    if (owner && (annotated || equals > 0))
      file.classes.get(owner.name)?.fields.push({
        name,
        annotation: annotated ? readPython(tokens, i + 2).value : null,
        annotationText: annotated ? slice(i + 2, equals > 0 ? equals : end) : '',
        fallback: equals > 0 ? readPython(tokens, equals + 1).value : null,
        fallbackText: equals > 0 ? slice(equals + 1, end) : '',
      });
    if (equals > 0) {
      let made: Value | undefined;
      file.values.set(owner ? `${owner.name}.${name}` : name, () => {
        made ??= readPython(tokens, equals + 1).value;
        return made;
      });
    }
  }
};

export type PyProject = {
  files: PyFile[];
  values: Map<string, PyFile[]>;
  functions: Map<string, { file: PyFile; fn: PyFunction }[]>;
  classes: Map<string, PyFile[]>;
};

export const pyProjectOf = (files: PyFile[]): PyProject => {
  const project: PyProject = { files, values: new Map(), functions: new Map(), classes: new Map() };
  const add = <T>(map: Map<string, T[]>, key: string, value: T): void => {
    const known = map.get(key);
    if (known) known.push(value);
    else map.set(key, [value]);
  };
  for (const file of files) {
    for (const name of file.values.keys()) add(project.values, name, file);
    for (const fn of file.functions) add(project.functions, fn.name, { file, fn });
    for (const name of file.classes.keys()) add(project.classes, name, file);
  }
  return project;
};

export type PyResolved = { file: PyFile; value: Value; followed: boolean };

/** Follows a dotted name to the value it was given at module or class level; null when that is not a literal's way. */
export const resolvePython = (
  project: PyProject,
  file: PyFile,
  value: Value,
  steps = 0,
): PyResolved | null => {
  if (value.kind !== 'name') return { file, value, followed: steps > 0 };
  if (steps > 8) return null;
  const path = value.path.replace(/\.value$/, '');
  const own = file.values.get(path);
  if (own) {
    const at = resolvePython(project, file, own(), steps + 1);
    return at && { ...at, followed: true };
  }
  const parts = path.split('.');
  for (const name of [path, parts.slice(-2).join('.'), parts.at(-1) as string]) {
    const elsewhere = (project.values.get(name) ?? []).filter((f) => f !== file);
    // One place only, or all places saying the same: anything else would be a guess.
    if (elsewhere.length === 0 || elsewhere.length > 5) continue;
    const found = elsewhere.map((f) => resolvePython(project, f, f.values.get(name)!(), steps + 1));
    const first = found[0];
    if (
      first &&
      (found.length === 1 ||
        found.every(
          (f) =>
            f?.value.kind === 'string' &&
            first.value.kind === 'string' &&
            f.value.value === first.value.value,
        ))
    )
      return { ...first, followed: true };
    if (name.includes('.')) break;
  }
  return null;
};
