import type { Expr, Module, Stmt, Target } from './ir.ts';
import { expressionsOf, functionsOf, statementsIn, within } from './walk.ts';

/** What a name is to the code at a place of it. */
export type NameRole = 'definition' | 'import' | 'use';
/** 1-based lines in one of which it stands: a definition begins with its decorators, a chain of calls may take several lines. */
export type NameAt = { role: NameRole; line: number; endLine: number };

const inTarget = (target: Target, name: string): boolean =>
  target.kind === 'name'
    ? target.name === name
    : target.kind === 'parts' && target.parts.some((p) => inTarget(p.target, name));

/** Where a module has a name, by what its parser made of it: comments and the words of strings are nowhere. */
export const namesIn = (module: Module, name: string): NameAt[] => {
  const found: NameAt[] = [];
  const add = (role: NameRole, at: { line: number; endLine: number }): void =>
    void found.push({ role, line: at.line, endLine: at.endLine });
  const inExpression = (top: Expr): void => {
    for (const e of within(top)) {
      if (e.kind === 'name' && e.name === name) add('use', e.at);
      else if (e.kind === 'member' && e.property === name) add('use', e.at);
      else if (e.kind === 'record' && e.entries.some((entry) => entry.key === name)) add('use', e.at);
      else if (e.kind === 'call' && e.args.some((a) => a.name === name)) add('use', e.at);
    }
  };
  const inStatement = (s: Stmt): void => {
    if (s.kind === 'assign' && inTarget(s.target, name)) add('definition', s.at);
    else if (s.kind === 'loop' && s.target && inTarget(s.target, name)) add('definition', s.at);
    else if (s.kind === 'class') {
      if (s.cls.name === name) add('definition', s.cls.at);
      for (const base of [...s.cls.bases, ...s.cls.decorators]) inExpression(base);
      for (const field of s.cls.fields) {
        if (field.name === name) add('definition', field.at);
        if (field.value) inExpression(field.value);
      }
    }
    for (const e of expressionsOf(s)) inExpression(e);
  };
  for (const imported of module.imports)
    if (imported.local === name || imported.name === name) add('import', imported.at);
  for (const exported of module.exports)
    if (exported.from !== null && exported.name === name) add('import', { line: 1, endLine: Infinity });
  for (const { fn } of functionsOf(module)) {
    if (fn.name === name) add('definition', fn.at);
    const taken = fn.params.some((p) => p.name === name || p.parts.some((part) => part.name === name));
    if (taken) add('definition', fn.at);
    for (const p of fn.params) if (p.defaultValue) inExpression(p.defaultValue);
    for (const d of fn.decorators) inExpression(d);
    for (const s of statementsIn(fn.body)) inStatement(s);
  }
  return found;
};

const WORD_AROUND = /[\p{L}\p{N}_$]/u;

/** Whether a name stands on a line only within comments and the words of strings. */
const onlyMarked = (module: Module, text: string, start: number, line: string, name: string): boolean => {
  const { marks } = module;
  if (!marks) return false;
  const stretches = [...marks.comments, ...marks.literals, ...marks.patterns];
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + name.length)) {
    const from = start + at;
    const isWord =
      !WORD_AROUND.test(text[from - 1] ?? ' ') && !WORD_AROUND.test(text[from + name.length] ?? ' ');
    if (isWord && !stretches.some((m) => m.start <= from && from + name.length <= m.end)) return false;
  }
  return true;
};

/**
 * The role of each of these lines, which all have the name in their text. Those that have it only in a comment or in the
 * words of a string are left out; what the parser made nothing of (a type, say) is a use.
 */
export const rolesOfLines = (
  module: Module,
  text: string,
  name: string,
  lines: readonly number[],
): Map<number, NameRole> => {
  const names = namesIn(module, name);
  const used = new Set(names.filter((at) => at.role === 'use').map((at) => at.line));
  const wanted = new Set(lines);
  const code: number[] = [];
  let start = 0;
  for (const [i, line] of text.split('\n').entries()) {
    if (wanted.has(i + 1) && (used.has(i + 1) || !onlyMarked(module, text, start, line, name)))
      code.push(i + 1);
    start += line.length + 1;
  }
  const roles = new Map<number, NameRole>();
  for (const role of ['definition', 'import'] as const)
    for (const at of names)
      if (at.role === role) {
        // The first line of it that has the name: a definition begins with its decorators.
        const line = code.find((n) => n >= at.line && n <= at.endLine);
        if (line !== undefined && !roles.has(line)) roles.set(line, role);
      }
  for (const line of code) if (!roles.has(line)) roles.set(line, 'use');
  return roles;
};
