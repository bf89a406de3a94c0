import { parse } from '@babel/parser';
import type { Export, Import, Module, Reader, Span, Stmt } from './ir.ts';
import { withClasses } from './javascript/compiled.ts';
import { exprOf, type Reading } from './javascript/expressions.ts';
import { classOf, fnOf } from './javascript/functions.ts';
import { type Node, spanOf } from './javascript/node.ts';
import { statementsOf } from './javascript/statements.ts';
import { marksOfScript } from './marks.ts';
import { tooDeep } from './nesting.ts';

/**
 * Babel is written in JavaScript: it runs wherever Node does, and a text nested without end makes it throw where a native
 * parser would take the process down with it.
 */
const fileOf = (path: string, source: string): File => {
  const jsx = /x$|\.[cm]?js$/.test(path);
  const typescript = !/\.[cm]?jsx?$/.test(path);
  return parse(source, {
    sourceType: 'unambiguous',
    errorRecovery: true,
    attachComment: false,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowUndeclaredExports: true,
    plugins: [...(typescript ? ['typescript' as const] : []), ...(jsx ? ['jsx' as const] : []), 'decorators'],
  }) as unknown as File;
};

type File = Parameters<typeof marksOfScript>[0];

/** How often what cannot be parsed is cut out of one file. */
const MOST_CUTS = 5;

/**
 * Blanks the statement around a line: from the last line before it that starts a statement at the left margin to the
 * next one that does. All offsets stay what they were.
 */
const without = (lines: string[], line: number): { lines: string[]; cut: Span } => {
  const starts = (i: number): boolean => /^[\w@$]/.test(lines[i] ?? '');
  let first = Math.min(line, lines.length) - 1;
  while (first > 0 && !starts(first)) first--;
  let last = Math.max(line, first + 1);
  while (last < lines.length && !starts(last)) last++;
  return {
    lines: lines.map((text, i) => (i >= first && i < last ? ' '.repeat(text.length) : text)),
    cut: { line: first + 1, endLine: last },
  };
};

const parsed = (path: string, source: string): { file: File | null; text: string; errors: Span[] } => {
  const errors: Span[] = [];
  let text = source;
  for (let cuts = 0; cuts <= MOST_CUTS; cuts++) {
    try {
      return { file: fileOf(path, text), text, errors };
    } catch (error) {
      const line = (error as { loc?: { line: number } }).loc?.line;
      if (line === undefined || cuts === MOST_CUTS) break;
      const rest = without(text.split('\n'), line);
      errors.push(rest.cut);
      text = rest.lines.join('\n');
    }
  }
  return { file: null, text, errors: [{ line: 1, endLine: source.split('\n').length }] };
};

const nameOf = (node: Node): string => node.name ?? node.value ?? '';

const importsOf = (node: Node): Import[] => {
  const at = spanOf(node);
  if (node.type === 'TSImportEqualsDeclaration') {
    const module = node.moduleReference?.expression?.value;
    return module ? [{ local: node.id.name, module, name: '*', at }] : [];
  }
  return (node.specifiers as Node[]).map((s) => ({
    local: s.local.name,
    module: node.source.value,
    name:
      s.type === 'ImportSpecifier'
        ? nameOf(s.imported)
        : s.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*',
    at,
  }));
};

const declaredNames = (stmts: readonly Stmt[]): string[] =>
  stmts.flatMap((s) => {
    if (s.kind === 'function') return [s.fn.name];
    if (s.kind === 'class') return [s.cls.name];
    if (s.kind !== 'assign') return [];
    if (s.target.kind === 'name') return [s.target.name];
    return s.target.kind === 'parts'
      ? s.target.parts.flatMap((p) => (p.target.kind === 'name' ? [p.target.name] : []))
      : [];
  });

/** `module.exports = { a, b: c }`, `module.exports = x`, `exports.a = …`: as if written with `export`. */
const commonJs = (stmt: Stmt): { stmts: Stmt[]; exports: Export[] } | null => {
  if (stmt.kind !== 'assign' || stmt.target.kind !== 'place' || stmt.target.expr.kind !== 'member')
    return null;
  const { object, property } = stmt.target.expr;
  const isModule = object.kind === 'name' && object.name === 'module' && property === 'exports';
  const isNamed =
    (object.kind === 'name' && object.name === 'exports') ||
    (object.kind === 'member' &&
      object.property === 'exports' &&
      object.object.kind === 'name' &&
      object.object.name === 'module');
  if (!isModule && !isNamed) return null;
  const own = (name: string): Stmt => ({ ...stmt, target: { kind: 'name', name: `exports.${name}` } });
  if (isNamed)
    return {
      stmts: [own(property)],
      exports: [{ name: property, local: `exports.${property}`, from: null }],
    };
  const entries =
    stmt.value.kind === 'record' ? stmt.value.entries.filter((e) => e.key !== '' && e.key !== '...') : [];
  return {
    stmts: [
      own('default'),
      ...entries.map(
        (e): Stmt => ({
          at: e.value.at,
          kind: 'assign',
          target: { kind: 'name', name: `exports.${e.key}` },
          value: e.value,
        }),
      ),
    ],
    exports: [
      { name: 'default', local: 'exports.default', from: null },
      ...entries.map((e) => ({ name: e.key, local: `exports.${e.key}`, from: null })),
    ],
  };
};

const readBody = (r: Reading, program: Node, module: Module): void => {
  for (const node of program.body as Node[]) {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'TSImportEqualsDeclaration':
        module.imports.push(...importsOf(node));
        break;
      case 'ExportAllDeclaration':
        module.exports.push({ name: '*', local: '*', from: node.source.value });
        break;
      case 'ExportDefaultDeclaration': {
        const declared = node.declaration as Node;
        const stmts = statementsOf(r, [declared]);
        const named = /^(Function|Class)Declaration$/.test(declared.type);
        if (named) {
          const [only] = stmts;
          if (only?.kind === 'function') only.fn.name ||= 'default';
          if (only?.kind === 'class') only.cls.name ||= 'default';
          module.body.push(...stmts);
          module.exports.push({ name: 'default', local: declaredNames(stmts)[0] ?? 'default', from: null });
        } else {
          const value = exprOf(r, declared);
          if (value.kind === 'function') value.fn.name ||= 'default';
          const target = { kind: 'name' as const, name: 'default' };
          module.body.push(...r.before.splice(0), { at: spanOf(node), kind: 'assign', target, value });
          module.exports.push({ name: 'default', local: 'default', from: null });
        }
        break;
      }
      case 'ExportNamedDeclaration': {
        for (const s of (node.specifiers ?? []) as Node[])
          module.exports.push({
            name: nameOf(s.exported),
            local: s.type === 'ExportNamespaceSpecifier' ? '*' : nameOf(s.local ?? s.exported),
            from: node.source?.value ?? null,
          });
        const stmts = statementsOf(r, [node]);
        module.body.push(...stmts);
        module.exports.push(...declaredNames(stmts).map((name) => ({ name, local: name, from: null })));
        break;
      }
      default:
        for (const stmt of statementsOf(r, [node])) {
          const common = commonJs(stmt);
          module.body.push(...(common?.stmts ?? [stmt]));
          if (common) module.exports.push(...common.exports);
        }
    }
  }
  module.body = withClasses(module.body);
};

export const readJavascript: Reader = {
  language: 'javascript',
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'],
  read(path, source) {
    const empty = (errors: Span[]): Module => ({
      path,
      language: 'javascript',
      imports: [],
      exports: [],
      body: [],
      marks: null,
      errors,
    });
    const whole = { line: 1, endLine: 1 };
    if (tooDeep(source)) return empty([whole]);
    const { file, text, errors } = parsed(path, source);
    if (!file) return empty(errors);
    const module = { ...empty(errors), marks: marksOfScript(file, text) };
    try {
      readBody({ source: text, before: [], inner: { fnOf, classOf, statementsOf } }, file.program, module);
    } catch (error) {
      // Nested deeper than the stack: what was read before it stands.
      if (!(error instanceof RangeError)) throw error;
      module.errors.push(whole);
    }
    return module;
  },
};
