import type { Arg, Class, Expr, Fn, Span, Stmt, Target } from '../ir.ts';
import { alternatives, isAll, sumOf } from './chains.ts';
import { withoutSteps } from './compiled.ts';
import { type Node, spanOf } from './node.ts';

/**
 * What reading one file shares: its text, for types and literals, and the assignments found inside expressions, which the
 * statement they stand in puts before itself.
 */
export type Reading = {
  source: string;
  before: Stmt[];
  inner: Inner;
  /** Inside of a generator whose values somebody goes through. */
  yields?: boolean;
  /** Inside of a generator that was compiled away: what its state is called. */
  state?: string;
};

/** Helpers that run a generator as if its `yield` were `await`. */
const RUNS_STEPS = /^(?:__awaiter|_?asyncToGenerator|_async_to_generator|co|wrap|coroutine|flow|spawn)$/;
const nameOfCallee = (node: Node): string => node.name ?? node.property?.name ?? '';

/** A statement that may hand a value to who asks, and goes on. */
const mayReturn = (at: Span, value: Expr): Stmt => ({
  at,
  kind: 'if',
  test: { at, kind: 'test', operator: 'yield', operands: [] },
  then: [{ at, kind: 'return', value }],
  otherwise: [],
});

/** What stands inside of expressions and holds statements again; handed in, so that no module needs who needs it. */
export type Inner = {
  fnOf(r: Reading, node: Node, name: string): Fn;
  classOf(r: Reading, node: Node): Class;
  statementsOf(r: Reading, nodes: readonly (Node | null)[]): Stmt[];
};

const literal = (at: Span, value: string | null, isString = false): Expr => ({
  at,
  kind: 'literal',
  value,
  isString,
});

export const sourceOf = (r: Reading, node: Node, most = 300): string =>
  r.source.slice(node.start, Math.min(node.end, node.start + most));

/** Name of a property or key that is not computed; null for a computed one. */
export const keyOf = (node: Node, computed: boolean): string | null => {
  if (node.type === 'StringLiteral') return node.value;
  if (node.type === 'NumericLiteral') return String(node.value);
  if (computed) return null;
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'PrivateName') return `#${node.id.name}`;
  return null;
};

/** Wrappers that only say something about a value, and pass it on. */
const PASSES: Record<string, string> = {
  AwaitExpression: 'argument',
  ParenthesizedExpression: 'expression',
  TSAsExpression: 'expression',
  TSSatisfiesExpression: 'expression',
  TSNonNullExpression: 'expression',
  TSTypeAssertion: 'expression',
  TSInstantiationExpression: 'expression',
  JSXExpressionContainer: 'expression',
  ExpressionStatement: 'expression',
};

const templateParts = (r: Reading, node: Node): Expr[] => {
  const parts: Expr[] = [];
  node.quasis.forEach((quasi: Node, i: number) => {
    const text = quasi.value.cooked ?? quasi.value.raw;
    if (text !== '') parts.push(literal(spanOf(quasi), text, true));
    const value = node.expressions[i];
    if (value) parts.push(exprOf(r, value));
  });
  return parts;
};

const argsOf = (r: Reading, args: Node[]): Arg[] =>
  args.map((a) =>
    a.type === 'SpreadElement' ? { spread: true, value: exprOf(r, a.argument) } : { value: exprOf(r, a) },
  );

const recordOf = (r: Reading, node: Node): { key: string; value: Expr }[] =>
  node.properties.map((p: Node) => {
    if (p.type === 'SpreadElement') return { key: '...', value: exprOf(r, p.argument) };
    const key = keyOf(p.key, p.computed) ?? '';
    if (p.type === 'ObjectMethod')
      return { key, value: { at: spanOf(p), kind: 'function', fn: r.inner.fnOf(r, p, key) } };
    const value = exprOf(r, p.value);
    if (value.kind === 'function' && value.fn.name === '') value.fn.name = key;
    return { key, value };
  });

const isSent = (callee: Node, state: string): boolean =>
  callee.property?.name === 'sent' && callee.object?.name === state;

/** `__generator(this, function (_a) { switch (_a.label) { … } })`: the body, run once. */
const stepsOf = (r: Reading, node: Node): Expr => {
  const at = spanOf(node);
  const body = node.arguments[1] as Node | undefined;
  if (body?.type !== 'FunctionExpression') return { at, kind: 'other', parts: [] };
  const state: string = body.params[0]?.name ?? '_a';
  const fn = r.inner.fnOf({ ...r, state }, body, '');
  const callee: Expr = { at, kind: 'function', fn: { ...fn, body: withoutSteps(fn.body, state) } };
  return { at, kind: 'call', callee, args: [{ value: { at, kind: 'record', entries: [] } }], isNew: false };
};

export const exprOf = (r: Reading, node: Node | null): Expr => {
  if (!node) return literal({ line: 1, endLine: 1 }, null);
  const through = PASSES[node.type];
  if (through) return exprOf(r, node[through]);
  const at = spanOf(node);
  switch (node.type) {
    case 'Identifier':
      return node.name === 'undefined' ? literal(at, null) : { at, kind: 'name', name: node.name };
    case 'ThisExpression':
      return { at, kind: 'name', name: 'this' };
    case 'Super':
      return { at, kind: 'name', name: 'super' };
    case 'Import':
      return { at, kind: 'name', name: 'import' };
    case 'StringLiteral':
      return literal(at, node.value, true);
    case 'NullLiteral':
      return literal(at, null);
    case 'NumericLiteral':
    case 'BooleanLiteral':
    case 'BigIntLiteral':
    case 'RegExpLiteral':
      return literal(at, sourceOf(r, node));
    case 'TemplateLiteral':
      return { at, kind: 'text', parts: templateParts(r, node) };
    case 'TaggedTemplateExpression': {
      const callee = exprOf(r, node.tag);
      const parts = templateParts(r, node.quasi);
      const fixed = parts.flatMap((p) => (p.kind === 'literal' ? [p.value] : [])).join('?');
      const values = parts.filter((p) => p.kind !== 'literal').map((value) => ({ value }));
      return {
        at,
        kind: 'call',
        callee,
        args: [{ value: literal(at, fixed, true) }, ...values],
        isNew: false,
      };
    }
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const object = exprOf(r, node.object);
      const property = keyOf(node.property, node.computed);
      return property === null
        ? { at, kind: 'index', object, index: exprOf(r, node.property) }
        : { at, kind: 'member', object, property };
    }
    case 'YieldExpression': {
      const value = exprOf(r, node.argument ?? null);
      // Who goes through a generator gets it; one that a helper runs step by step gets it back.
      if (node.argument && r.yields) r.before.push(mayReturn(at, value));
      return value;
    }
    case 'CallExpression':
    case 'OptionalCallExpression':
    case 'NewExpression':
      if (RUNS_STEPS.test(nameOfCallee(node.callee)))
        for (const a of node.arguments as Node[]) if (a.generator) a.steps = true;
      if (node.callee.name === '__generator') return stepsOf(r, node);
      if (r.state !== undefined && isSent(node.callee, r.state)) return exprOf(r, node.callee);
      return {
        at,
        kind: 'call',
        callee: exprOf(r, node.callee),
        args: argsOf(r, node.arguments),
        isNew: node.type === 'NewExpression',
      };
    case 'ImportExpression':
      return {
        at,
        kind: 'call',
        callee: { at, kind: 'name', name: 'import' },
        args: [{ value: exprOf(r, node.source) }],
        isNew: false,
      };
    case 'BinaryExpression':
      return node.operator === '+'
        ? { at, kind: 'text', parts: sumOf(node).map((p) => exprOf(r, p)) }
        : {
            at,
            kind: 'test',
            operator: node.operator,
            operands: [exprOf(r, node.left), exprOf(r, node.right)],
          };
    case 'LogicalExpression':
      return {
        at,
        kind: 'choice',
        of: alternatives(node).map((p) => exprOf(r, p)),
        ...(isAll(node) && { all: true as const }),
      };
    case 'ConditionalExpression':
      return {
        at,
        kind: 'choice',
        of: [exprOf(r, node.consequent), exprOf(r, node.alternate)],
        test: exprOf(r, node.test),
      };
    case 'UnaryExpression':
    case 'UpdateExpression':
      return { at, kind: 'test', operator: node.operator, operands: [exprOf(r, node.argument)] };
    case 'AssignmentExpression': {
      const value = exprOf(r, node.right);
      const target = targetOf(r, node.left);
      r.before.push({ at, kind: 'assign', target, value, adds: node.operator !== '=', outer: true });
      return target.kind === 'name'
        ? { at, kind: 'name', name: target.name }
        : target.kind === 'place'
          ? target.expr
          : value;
    }
    case 'ArrayExpression':
      return {
        at,
        kind: 'list',
        items: node.elements
          .filter((e: Node | null) => e !== null)
          .map((e: Node) =>
            e.type === 'SpreadElement'
              ? { at: spanOf(e), kind: 'index', object: exprOf(r, e.argument), index: literal(at, null) }
              : exprOf(r, e),
          ),
      };
    case 'ObjectExpression':
      return { at, kind: 'record', entries: recordOf(r, node) };
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return { at, kind: 'function', fn: r.inner.fnOf(r, node, node.id?.name ?? '') };
    case 'SequenceExpression': {
      const all: Expr[] = node.expressions.map((e: Node) => exprOf(r, e));
      for (const value of all.slice(0, -1)) r.before.push({ at: value.at, kind: 'expr', value });
      return all.at(-1)!;
    }
    case 'JSXElement':
    case 'JSXFragment': {
      const attributes: Node[] = node.openingElement?.attributes ?? [];
      const parts = [...attributes.map((a) => a.value ?? a.argument), ...node.children].filter(
        (p: Node | null) => p && p.type !== 'JSXText',
      );
      return { at, kind: 'other', parts: parts.map((p: Node) => exprOf(r, p)) };
    }
    case 'ClassExpression': {
      const cls = r.inner.classOf(r, node);
      cls.name ||= `class at line ${at.line}`;
      r.before.push({ at, kind: 'class', cls });
      return { at, kind: 'name', name: cls.name };
    }
    default:
      return { at, kind: 'other', parts: [] };
  }
};

export const targetOf = (r: Reading, node: Node): Target => {
  switch (node.type) {
    case 'Identifier':
      return { kind: 'name', name: node.name };
    case 'AssignmentPattern':
      return targetOf(r, node.left);
    case 'TSParameterProperty':
      return targetOf(r, node.parameter);
    case 'RestElement':
      return { kind: 'parts', parts: [{ path: '...', target: targetOf(r, node.argument) }] };
    case 'ObjectPattern':
      return {
        kind: 'parts',
        parts: node.properties.map((p: Node) =>
          p.type === 'RestElement'
            ? { path: '...', target: targetOf(r, p.argument) }
            : { path: keyOf(p.key, p.computed) ?? '', target: targetOf(r, p.value) },
        ),
      };
    case 'ArrayPattern':
      return {
        kind: 'parts',
        parts: node.elements.flatMap((e: Node | null, i: number) =>
          !e
            ? []
            : e.type === 'RestElement'
              ? [{ path: '...', target: targetOf(r, e.argument) }]
              : [{ path: String(i), target: targetOf(r, e) }],
        ),
      };
    default:
      return { kind: 'place', expr: exprOf(r, node) };
  }
};
