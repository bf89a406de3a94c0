import type { Expr, Field, Fn, Param, Span, Stmt } from './ir.ts';
import type { TreeNode } from './tree-node.ts';
import {
  apart,
  append,
  assign,
  DEEPEST_ELSE,
  literal,
  nameExpr,
  operandsOf,
  other,
  type Reading,
  sumOf,
  temporary,
} from './tree-reading.ts';

/** What readers of languages with classes share: bare names that are members, operators, chains of `else if`, accessors. */

/**
 * A bare name may be a field, a bare call a method of the class: `own` are the classes around, innermost last, `locals`
 * the names that hide their fields.
 */
export type Owning = Reading & {
  own: { fields: ReadonlySet<string>; methods: ReadonlySet<string> }[];
  locals: Set<string>;
};

export const owning = (r: Reading): Owning => ({ ...r, own: [], locals: new Set() });

export const isOwnField = (r: Owning, name: string): boolean =>
  !r.locals.has(name) && r.own.some((o) => o.fields.has(name));
export const isOwnMethod = (r: Owning, name: string): boolean =>
  !r.locals.has(name) && r.own.some((o) => o.methods.has(name));

/** A member of the object the code belongs to. */
export const ofThis = (at: Span, property: string): Expr => ({
  at,
  kind: 'member',
  object: nameExpr(at, 'this'),
  property,
});

/** What a bare name means: a field of the class, or the name. */
export const ownName = (r: Owning, at: Span, name: string): Expr =>
  isOwnField(r, name) ? ofThis(at, name) : nameExpr(at, name);

/** Reads something with names of its own, which end with it. */
export const inner = <T>(r: Owning, read: () => T): T => {
  const outer = r.locals;
  r.locals = new Set(outer);
  const value = read();
  r.locals = outer;
  return value;
};

/** Reads the members of a class, whose fields and methods bare names may mean. */
export const inside = <T>(
  r: Owning,
  fields: Iterable<string>,
  methods: Iterable<string>,
  read: () => T,
): T => {
  r.own.push({ fields: new Set(fields), methods: new Set(methods) });
  const value = inner(r, read);
  r.own.pop();
  return value;
};

/** `this.x = x`, as constructors with fields among their parameters do. */
export const storeOwn = (at: Span, name: string): Stmt =>
  assign(at, { kind: 'place', expr: ofThis(at, name) }, nameExpr(at, name));

/** A constructor that keeps its parameters, and the fields they become. */
export const keeping = (at: Span, params: readonly Param[]): { make: Fn['body']; fields: Field[] } => ({
  make: params.map((p) => storeOwn(at, p.name)),
  fields: params.map((p) => ({
    name: p.name,
    type: p.type,
    value: null,
    at,
    ...(p.decorators ? { decorators: p.decorators } : {}),
  })),
});

export const paramOf = (r: Owning, name: string, more: Partial<Param> = {}): Param => {
  r.locals.add(name);
  return { name, type: '', defaultValue: null, rest: false, parts: [], ...more };
};

export const callTo = (at: Span, callee: Expr, args: readonly Expr[] = [], isNew = false): Expr => ({
  at,
  kind: 'call',
  callee,
  args: args.map((value) => ({ value })),
  isNew,
});

export const member = (at: Span, object: Expr, property: string): Expr => ({
  at,
  kind: 'member',
  object,
  property,
});

/** `a["x"]` is `a.x`. */
export const indexOf = (at: Span, object: Expr, index: Expr): Expr =>
  index.kind === 'literal' && index.isString
    ? member(at, object, index.value ?? '')
    : { at, kind: 'index', object, index };

const COMPARES = /^(?:[=!]==?|<>|[<>]=?|<=>|=~|!~)$/;

/** What an operator between two operands makes; `sum` are those that put text together. */
export const binaryOf = (
  r: Reading,
  node: TreeNode,
  operatorOf: (node: TreeNode) => string,
  read: (node: TreeNode) => Expr,
  sum: RegExp = /^\+$/,
): Expr => {
  const at = r.at(node);
  const operator = operatorOf(node);
  const goesOn = (n: TreeNode): boolean => n.kind === node.kind && operatorOf(n) === operator;
  const operands = (): Expr[] => operandsOf(node, goesOn).map(read);
  if (sum.test(operator))
    return operator === '+' ? sumOf(at, operands()) : { at, kind: 'text', parts: operands() };
  if (/^(?:&&|and)$/.test(operator)) return { at, kind: 'test', operator: '&&', operands: operands() };
  if (/^(?:\|\||or)$/.test(operator)) return { at, kind: 'test', operator: '||', operands: operands() };
  if (/^(?:\?\?|\?:)$/.test(operator)) return { at, kind: 'choice', of: operands() };
  const both = node.children.map(read);
  return COMPARES.test(operator) ? { at, kind: 'test', operator, operands: both } : other(at, both);
};

/** `if` and every `else if` after it. */
export const ifChain = (
  r: Reading,
  first: TreeNode,
  read: {
    test(clause: TreeNode): Expr;
    then(clause: TreeNode): Stmt[];
    /** The next `else if`, or what is left. */
    next(clause: TreeNode): TreeNode | null;
    isIf(node: TreeNode): boolean;
    rest(node: TreeNode): Stmt[];
  },
): Stmt[] => {
  const whole: Stmt[] = [];
  let into = whole;
  let clause: TreeNode | null = first;
  let depth = 0;
  while (clause && read.isIf(clause)) {
    const at: TreeNode = clause;
    const { before, value: test } = apart(r, () => read.test(at));
    append(into, before);
    const otherwise: Stmt[] = [];
    into.push({ at: r.at(at), kind: 'if', test, then: read.then(at), otherwise });
    if (++depth < DEEPEST_ELSE) into = otherwise;
    clause = read.next(at);
  }
  if (clause) append(into, read.rest(clause));
  return whole;
};

/** A value that is asked for more than once, under a name. */
export const heldOf = (r: Reading, value: Expr): Expr => {
  if (value.kind === 'name' || value.kind === 'member') return value;
  const name = temporary(r);
  r.before.push(assign(value.at, { kind: 'name', name }, value));
  return nameExpr(value.at, name);
};

/** A test that ends the function where it does not come out. */
export const orElse = (at: Span, test: Expr, then: Stmt[]): Stmt => ({
  at,
  kind: 'if',
  test,
  then: [],
  otherwise: then,
});

export const nothing = (at: Span): Expr => literal(at, null);

export const addDecorators = <T extends object>(to: T, decorators: Expr[]): T & { decorators?: Expr[] } =>
  decorators.length > 0 ? { ...to, decorators } : to;
