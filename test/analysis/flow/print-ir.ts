import type { Arg, Class, Expr, Fn, Module, Stmt, Target } from '../../../src/analysis/sources/ir.ts';

/** A module as text one can read: one line a statement, blocks indented, line numbers only where asked for. */

const list = <T>(items: readonly T[], print: (item: T) => string): string => items.map(print).join(', ');

const printArg = (a: Arg): string =>
  `${a.spread ? '...' : ''}${a.name === undefined ? '' : `${a.name}=`}${printExpr(a.value)}`;

export const printExpr = (e: Expr): string => {
  switch (e.kind) {
    case 'name':
      return e.name;
    case 'member':
      return `${printExpr(e.object)}.${e.property}`;
    case 'index':
      return `${printExpr(e.object)}[${printExpr(e.index)}]`;
    case 'call':
      return `${e.isNew ? 'new ' : ''}${printExpr(e.callee)}(${list(e.args, printArg)})`;
    case 'text':
      return `text(${list(e.parts, printExpr)})`;
    case 'literal':
      return e.isString ? JSON.stringify(e.value) : (e.value ?? 'null');
    case 'list':
      return `[${list(e.items, printExpr)}]`;
    case 'record':
      return `{${list(e.entries, (x) => `${x.key || '?'}: ${printExpr(x.value)}`)}}`;
    case 'function':
      return `fn ${signature(e.fn)} { ${lines(e.fn.body)
        .map((l) => l.trim())
        .join(' ')} }`;
    case 'choice':
      return `choice${e.test ? ` if ${printExpr(e.test)} ` : ''}(${list(e.of, printExpr)})`;
    case 'test':
      return `test ${e.operator}(${list(e.operands, printExpr)})`;
    case 'other':
      return `other(${list(e.parts, printExpr)})`;
  }
};

const printTarget = (t: Target): string =>
  t.kind === 'name'
    ? t.name
    : t.kind === 'place'
      ? printExpr(t.expr)
      : `{${list(t.parts, (p) => `${p.path || '?'} as ${printTarget(p.target)}`)}}`;

const signature = (fn: Fn): string =>
  `${fn.isAsync ? 'async ' : ''}${fn.receiver === undefined ? '' : `[${fn.receiver}] `}${fn.name}(${list(
    fn.params,
    (p) =>
      `${p.rest ? '...' : ''}${p.name}${p.parts.length > 0 ? `{${list(p.parts, (x) => (x.path === x.name ? x.name : `${x.path} as ${x.name}`))}}` : ''}${p.type && `: ${p.type}`}${p.defaultValue ? ` = ${printExpr(p.defaultValue)}` : ''}`,
  )})`;

const indented = (stmts: readonly Stmt[]): string[] => lines(stmts).map((l) => `  ${l}`);

const fnLines = (fn: Fn): string[] => [
  ...fn.decorators.map((d) => `@${printExpr(d)}`),
  `fn ${signature(fn)}`,
  ...(fn.doc ? [`  doc ${JSON.stringify(fn.doc)}`] : []),
  ...indented(fn.body),
];

const classLines = (cls: Class): string[] => [
  ...cls.decorators.map((d) => `@${printExpr(d)}`),
  `class ${cls.name}${cls.bases.length > 0 ? `(${list(cls.bases, printExpr)})` : ''}`,
  ...(cls.doc ? [`  doc ${JSON.stringify(cls.doc)}`] : []),
  ...cls.fields.map(
    (f) => `  field ${f.name}${f.type && `: ${f.type}`}${f.value ? ` = ${printExpr(f.value)}` : ''}`,
  ),
  ...cls.methods.flatMap(fnLines).map((l) => `  ${l}`),
];

const linesOf = (s: Stmt): string[] => {
  switch (s.kind) {
    case 'assign':
      return [`${printTarget(s.target)} ${s.adds ? '+=' : '='} ${printExpr(s.value)}`];
    case 'expr':
      return [printExpr(s.value)];
    case 'return':
      return [`return${s.value ? ` ${printExpr(s.value)}` : ''}`];
    case 'throw':
      return [`throw${s.value ? ` ${printExpr(s.value)}` : ''}`];
    case 'jump':
      return ['jump'];
    case 'if':
      return [
        `if ${printExpr(s.test)}`,
        ...indented(s.then),
        ...(s.otherwise.length > 0 ? ['else', ...indented(s.otherwise)] : []),
      ];
    case 'loop':
      return [
        `loop${s.target ? ` ${printTarget(s.target)}` : ''}${s.over ? ` over ${printExpr(s.over)}` : ''}${s.test ? ` while ${printExpr(s.test)}` : ''}`,
        ...indented(s.body),
      ];
    case 'try':
      return [
        'try',
        ...indented(s.body),
        ...s.handlers.flatMap((h) => [`catch${h.name === null ? '' : ` ${h.name}`}`, ...indented(h.body)]),
        ...(s.last.length > 0 ? ['finally', ...indented(s.last)] : []),
      ];
    case 'switch':
      return [
        `switch ${printExpr(s.on)}`,
        ...s.cases.flatMap((c) => [
          `  ${c.tests.length > 0 ? `case ${list(c.tests, printExpr)}` : 'default'}`,
          ...indented(c.body).map((l) => `  ${l}`),
        ]),
      ];
    case 'function':
      return fnLines(s.fn);
    case 'class':
      return classLines(s.cls);
    case 'block':
      return ['block', ...indented(s.body)];
  }
};

const lines = (stmts: readonly Stmt[]): string[] => stmts.flatMap(linesOf);

export const printModule = (m: Module): string =>
  [
    ...m.imports.map((i) => `import ${i.local} = ${i.module} ${i.name}`),
    ...m.exports.map((e) => `export ${e.name} = ${e.local}${e.from === null ? '' : ` from ${e.from}`}`),
    ...lines(m.body),
    ...m.errors.map((e) => `error ${e.line}-${e.endLine}`),
  ].join('\n');
