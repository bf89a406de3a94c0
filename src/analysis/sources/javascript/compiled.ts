import type { Class, Expr, Fn, Stmt } from '../ir.ts';

/** What compilers for old engines write instead of classes and generators, read as what it was. */

const nameIn = (e: Expr): string | null => (e.kind === 'name' ? e.name : null);

/** `X.prototype.m = …`: the names of both. */
const prototypeOf = (s: Stmt): { of: string; method: string | null; value: Expr } | null => {
  if (s.kind !== 'assign' || s.target.kind !== 'place' || s.target.expr.kind !== 'member') return null;
  const { object, property } = s.target.expr;
  const whole = property === 'prototype' ? nameIn(object) : null;
  if (whole !== null) return { of: whole, method: null, value: s.value };
  if (object.kind !== 'member' || object.property !== 'prototype') return null;
  const of = nameIn(object.object);
  return of === null ? null : { of, method: property, value: s.value };
};

/** `__extends(X, Base)`, `util.inherits(X, Base)`. */
const extendsIn = (s: Stmt): { of: string; base: Expr } | null => {
  if (s.kind !== 'expr' || s.value.kind !== 'call') return null;
  const { callee, args } = s.value;
  const called = callee.kind === 'name' ? callee.name : callee.kind === 'member' ? callee.property : '';
  const of = args[0] ? nameIn(args[0].value) : null;
  return /^(?:__extends|_?inherits(?:Loose)?)$/.test(called) && of !== null && args[1]
    ? { of, base: args[1].value }
    : null;
};

const methodsIn = (found: NonNullable<ReturnType<typeof prototypeOf>>): Fn[] => {
  const named = (name: string, value: Expr): Fn[] =>
    value.kind === 'function' ? [{ ...value.fn, name }] : [];
  if (found.method !== null) return named(found.method, found.value);
  return found.value.kind === 'record' ? found.value.entries.flatMap((e) => named(e.key, e.value)) : [];
};

/** `var X = (function (_super) { …; return X; })(Base)`: the class it makes, and what else it does. */
const wrapped = (s: Stmt): Stmt[] | null => {
  if (s.kind !== 'assign' || s.target.kind !== 'name' || s.value.kind !== 'call') return null;
  const { callee, args } = s.value;
  if (callee.kind !== 'function') return null;
  const { body, params } = callee.fn;
  const last = body.at(-1);
  const returned = last?.kind === 'return' && last.value ? nameIn(last.value) : null;
  const made = body.find((x) => x.kind === 'class' && x.cls.name === returned);
  if (made?.kind !== 'class') return null;
  const given = (base: Expr): Expr => {
    const at = params.findIndex((p) => p.name !== '' && p.name === nameIn(base));
    return args[at]?.value ?? base;
  };
  const cls: Class = { ...made.cls, name: s.target.name, bases: made.cls.bases.map(given) };
  const rest = body.filter((x) => x !== made && x !== last && extendsIn(x) === null);
  return [{ at: s.at, kind: 'class', cls }, ...rest];
};

/** Functions with methods on their prototype are classes. */
export const withClasses = (stmts: readonly Stmt[]): Stmt[] => {
  const methods = new Map<string, Fn[]>();
  for (const s of stmts) {
    const found = prototypeOf(s);
    const added = found ? methodsIn(found) : [];
    if (found && added.length > 0) methods.set(found.of, [...(methods.get(found.of) ?? []), ...added]);
  }
  const bases = new Map<string, Expr[]>();
  if (methods.size > 0)
    for (const s of stmts) {
      const found = extendsIn(s);
      if (found) bases.set(found.of, [found.base]);
    }
  return stmts.flatMap((s): Stmt[] => {
    if (s.kind === 'function' && methods.has(s.fn.name)) {
      const { fn } = s;
      const cls: Class = {
        name: fn.name,
        bases: bases.get(fn.name) ?? [],
        methods: [{ ...fn, name: 'constructor' }, ...methods.get(fn.name)!],
        fields: [],
        decorators: [],
        doc: '',
        at: s.at,
      };
      return [{ at: s.at, kind: 'class', cls }];
    }
    const found = methods.size > 0 ? prototypeOf(s) : null;
    if (found && methods.has(found.of) && methodsIn(found).length > 0) return [];
    return wrapped(s) ?? [s];
  });
};

/**
 * The body of a `__generator`: its cases one after the other. `return [4, x]` waits for x, which `_a.sent()` gives afterwards;
 * `return [2, x]` returns it; the others only say where to go on.
 */
export const withoutSteps = (body: readonly Stmt[], state: string): Stmt[] =>
  body.flatMap((s): Stmt[] => {
    switch (s.kind) {
      case 'switch':
        return withoutSteps(
          s.cases.flatMap((c) => c.body),
          state,
        );
      case 'block':
      case 'loop':
        return [{ ...s, body: withoutSteps(s.body, state) }];
      case 'if':
        return [{ ...s, then: withoutSteps(s.then, state), otherwise: withoutSteps(s.otherwise, state) }];
      case 'jump':
        return [];
      case 'return': {
        const step = s.value?.kind === 'list' ? s.value.items : null;
        const [what, value] = step ?? [];
        if (what?.kind !== 'literal') return [s];
        if (!value) return [];
        const { at } = s;
        if (what.value === '4' || what.value === '5') {
          const object: Expr = { at, kind: 'name', name: state };
          const expr: Expr = { at, kind: 'member', object, property: 'sent' };
          return [{ at, kind: 'assign', target: { kind: 'place', expr }, value }];
        }
        if (what.value !== '2') return [];
        const test: Expr = { at, kind: 'test', operator: 'yield', operands: [] };
        return [{ at, kind: 'if', test, then: [{ at, kind: 'return', value }], otherwise: [] }];
      }
      default:
        return [s];
    }
  });
