import type { Expr, Stmt } from '../ir.ts';
import { withClasses } from './compiled.ts';
import { exprOf, type Reading, targetOf } from './expressions.ts';
import { classOf, fnOf } from './functions.ts';
import { type Node, spanOf } from './node.ts';

const nameFunction = (value: Expr, name: string): Expr => {
  if (value.kind === 'function' && value.fn.name === '') value.fn.name = name;
  return value;
};

export const declarationsOf = (r: Reading, node: Node): Stmt[] =>
  (node.declarations as Node[]).flatMap((d): Stmt[] => {
    if (!d.init) return [];
    const target = targetOf(r, d.id);
    const value = nameFunction(exprOf(r, d.init), target.kind === 'name' ? target.name : '');
    const before = r.before.splice(0);
    return [...before, { at: spanOf(d), kind: 'assign', target, value }];
  });

/** Statements of a list; assignments made inside their expressions come before them. */
export const statementsOf = (r: Reading, nodes: readonly (Node | null)[]): Stmt[] => {
  const all: Stmt[] = [];
  for (const node of nodes) {
    if (!node) continue;
    const read = statementOf(r, node);
    all.push(...r.before.splice(0), ...read);
  }
  return withClasses(all);
};

const blockOf = (r: Reading, node: Node | null | undefined): Stmt[] => {
  if (!node) return [];
  // What an outer statement has gathered stays its own.
  const outer = r.before.splice(0);
  const body = statementsOf(r, node.type === 'BlockStatement' ? node.body : [node]);
  r.before.push(...outer);
  return body;
};

/** `else if` after `else if`, hundreds in generated code: read without recursion. */
const ifOf = (r: Reading, node: Node): Stmt => {
  const first: Extract<Stmt, { kind: 'if' }> = {
    at: spanOf(node),
    kind: 'if',
    test: exprOf(r, node.test),
    then: blockOf(r, node.consequent),
    otherwise: [],
  };
  let last = first;
  let rest: Node | null = node.alternate;
  while (rest?.type === 'IfStatement') {
    const next: typeof first = {
      at: spanOf(rest),
      kind: 'if',
      test: exprOf(r, rest.test),
      then: blockOf(r, rest.consequent),
      otherwise: [],
    };
    last.otherwise = [next];
    last = next;
    rest = rest.alternate;
  }
  last.otherwise = blockOf(r, rest);
  return first;
};

const enumOf = (r: Reading, node: Node): Stmt => ({
  at: spanOf(node),
  kind: 'assign',
  target: { kind: 'name', name: node.id.name },
  value: {
    at: spanOf(node),
    kind: 'record',
    entries: (node.members ?? node.body?.members ?? []).map((m: Node) => ({
      key: m.id.name ?? m.id.value ?? '',
      value: exprOf(r, m.initializer ?? null),
    })),
  },
});

const statementOf = (r: Reading, node: Node): Stmt[] => {
  const at = spanOf(node);
  switch (node.type) {
    case 'VariableDeclaration':
      return declarationsOf(r, node);
    case 'ExpressionStatement': {
      if (node.expression.type !== 'AssignmentExpression')
        return [{ at, kind: 'expr', value: exprOf(r, node.expression) }];
      // The assignment itself is what is left before the statement.
      exprOf(r, node.expression);
      return [];
    }
    case 'ReturnStatement':
      return [{ at, kind: 'return', value: node.argument ? exprOf(r, node.argument) : null }];
    case 'ThrowStatement':
      return [{ at, kind: 'throw', value: exprOf(r, node.argument) }];
    case 'BreakStatement':
    case 'ContinueStatement':
      return [{ at, kind: 'jump' }];
    case 'IfStatement':
      return [ifOf(r, node)];
    case 'BlockStatement':
    case 'StaticBlock':
      return [{ at, kind: 'block', body: blockOf(r, { ...node, type: 'BlockStatement' }) }];
    case 'TSModuleDeclaration':
      return node.body ? [{ at, kind: 'block', body: statementsOf(r, node.body.body ?? []) }] : [];
    case 'ExportNamedDeclaration':
      return node.declaration ? statementOf(r, node.declaration) : [];
    case 'LabeledStatement':
    case 'WithStatement':
      return blockOf(r, node.body);
    case 'ForOfStatement':
    case 'ForInStatement': {
      const left = node.left.type === 'VariableDeclaration' ? node.left.declarations[0].id : node.left;
      const over = exprOf(r, node.right);
      return [{ at, kind: 'loop', target: targetOf(r, left), over, test: null, body: blockOf(r, node.body) }];
    }
    case 'ForStatement': {
      const init = node.init
        ? node.init.type === 'VariableDeclaration'
          ? declarationsOf(r, node.init)
          : [{ at, kind: 'expr' as const, value: exprOf(r, node.init) }]
        : [];
      const test = node.test ? exprOf(r, node.test) : null;
      return [...init, { at, kind: 'loop', target: null, over: null, test, body: blockOf(r, node.body) }];
    }
    case 'WhileStatement':
    case 'DoWhileStatement':
      return [
        {
          at,
          kind: 'loop',
          target: null,
          over: null,
          test: exprOf(r, node.test),
          body: blockOf(r, node.body),
        },
      ];
    case 'TryStatement':
      return [
        {
          at,
          kind: 'try',
          body: blockOf(r, node.block),
          handlers: node.handler
            ? [{ name: node.handler.param?.name ?? null, body: blockOf(r, node.handler.body) }]
            : [],
          last: blockOf(r, node.finalizer),
        },
      ];
    case 'SwitchStatement':
      return [
        {
          at,
          kind: 'switch',
          on: exprOf(r, node.discriminant),
          cases: (node.cases as Node[]).map((c) => ({
            tests: c.test ? [exprOf(r, c.test)] : [],
            body: blockOf(r, { ...c, type: 'BlockStatement', body: c.consequent }),
          })),
        },
      ];
    case 'FunctionDeclaration':
      return [{ at, kind: 'function', fn: fnOf(r, node, node.id?.name ?? '') }];
    case 'ClassDeclaration':
      return [{ at, kind: 'class', cls: classOf(r, node) }];
    case 'TSEnumDeclaration':
      return [enumOf(r, node)];
    default:
      return [];
  }
};
