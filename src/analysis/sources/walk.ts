import type { Class, Expr, Fn, Module, Stmt } from './ir.ts';

/** Going through a module's statements and expressions. */

/** Statements nested deeper are not looked at: no person writes them. */
const DEEPEST = 60;

/** Blocks directly inside a statement, not those of functions or classes. */
const blocksOf = (s: Stmt): readonly (readonly Stmt[])[] => {
  switch (s.kind) {
    case 'if':
      return [s.then, s.otherwise];
    case 'loop':
    case 'block':
      return [s.body];
    case 'try':
      return [s.body, ...s.handlers.map((h) => h.body), s.last];
    case 'switch':
      return s.cases.map((c) => c.body);
    default:
      return [];
  }
};

/** All statements of a body in order, those of inner blocks too; inner functions are functions of their own. */
export function* statementsIn(body: readonly Stmt[], depth = 0): Generator<Stmt> {
  for (const s of body) {
    yield s;
    if (depth < DEEPEST) for (const block of blocksOf(s)) yield* statementsIn(block, depth + 1);
  }
}

/** Expressions directly in a statement, not those of its blocks. */
export const expressionsOf = (s: Stmt): readonly Expr[] => {
  switch (s.kind) {
    case 'assign':
      return s.target.kind === 'place' ? [s.target.expr, s.value] : [s.value];
    case 'expr':
      return [s.value];
    case 'return':
    case 'throw':
      return s.value ? [s.value] : [];
    case 'if':
      return [s.test];
    case 'loop':
      return [s.over, s.test].filter((e) => e !== null);
    case 'switch':
      return [s.on, ...s.cases.flatMap((c) => c.tests)];
    default:
      return [];
  }
};

export const childrenOf = (e: Expr): readonly Expr[] => {
  switch (e.kind) {
    case 'member':
      return [e.object];
    case 'index':
      return [e.object, e.index];
    case 'call':
      return [e.callee, ...e.args.map((a) => a.value)];
    case 'text':
    case 'other':
      return e.parts;
    case 'list':
      return e.items;
    case 'record':
      return e.entries.map((x) => x.value);
    case 'choice':
      return e.test ? [...e.of, e.test] : e.of;
    case 'test':
      return e.operands;
    default:
      return [];
  }
};

/** An expression and all in it, outermost first; what inner functions do is theirs. */
export function* within(e: Expr, depth = 0): Generator<Expr> {
  yield e;
  if (depth < DEEPEST) for (const child of childrenOf(e)) yield* within(child, depth + 1);
}

/** Every expression of a body, those of inner functions left out. */
export function* expressionsIn(body: readonly Stmt[]): Generator<Expr> {
  for (const s of statementsIn(body)) for (const e of expressionsOf(s)) yield* within(e);
}

/** Functions written in one another deeper are not looked into. */
const DEEPEST_FUNCTION = 12;

/** Statements and expressions of a body, those of functions written in its expressions too. */
export function* insideOf(
  body: readonly Stmt[],
  depth = 0,
): Generator<{ stmt: Stmt } | { expr: Expr; stmt: Stmt }> {
  if (depth > DEEPEST_FUNCTION) return;
  for (const stmt of statementsIn(body)) {
    yield { stmt };
    for (const top of expressionsOf(stmt))
      for (const expr of within(top)) {
        yield { expr, stmt };
        if (expr.kind === 'function') yield* insideOf(expr.fn.body, depth + 1);
      }
  }
}

/** Every expression of a body, those of functions written in it too. */
export function* expressionsInside(body: readonly Stmt[]): Generator<Expr> {
  for (const part of insideOf(body)) if ('expr' in part) yield part.expr;
}

/** An expression and all in it, what functions written in it do too. */
export const insideExpression = (e: Expr): Generator<Expr> =>
  expressionsInside([{ kind: 'expr', value: e, at: e.at }]);

export type FnAt = { fn: Fn; cls: Class | null };

/** Every function of a module: methods, inner and anonymous ones; its top level comes first as one without a name. */
export const functionsOf = (m: Module): FnAt[] => {
  const found: FnAt[] = [];
  const enter = (fn: Fn, cls: Class | null, depth: number): void => {
    found.push({ fn, cls });
    if (depth < DEEPEST) look(fn.body, cls, depth + 1);
  };
  const look = (body: readonly Stmt[], cls: Class | null, depth: number): void => {
    for (const s of statementsIn(body)) {
      if (s.kind === 'function') enter(s.fn, cls, depth);
      else if (s.kind === 'class') {
        for (const method of s.cls.methods) enter(method, s.cls, depth);
        for (const field of s.cls.fields)
          if (field.value)
            for (const e of within(field.value)) if (e.kind === 'function') enter(e.fn, s.cls, depth);
      }
      for (const top of expressionsOf(s))
        for (const e of within(top)) if (e.kind === 'function') enter(e.fn, cls, depth);
    }
  };
  enter(
    {
      name: '',
      params: [],
      body: m.body,
      at: { line: 1, endLine: m.body.at(-1)?.at.endLine ?? 1 },
      decorators: [],
      doc: '',
      isAsync: false,
    },
    null,
    0,
  );
  return found;
};
