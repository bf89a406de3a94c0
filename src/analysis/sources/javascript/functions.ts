import type { Class, Expr, Fn, Param, Stmt, Target } from '../ir.ts';
import { exprOf, keyOf, type Reading, sourceOf, targetOf } from './expressions.ts';
import { type Node, spanOf } from './node.ts';

/** Functions with their parameters, and classes. */

const typeOf = (r: Reading, node: Node | null | undefined): string =>
  node ? sourceOf(r, node).replace(/^:\s*/, '') : '';

const partsOf = (target: Target, path = ''): { path: string; name: string }[] => {
  if (target.kind === 'name') return [{ path, name: target.name }];
  if (target.kind === 'place') return [];
  return target.parts.flatMap((p) =>
    partsOf(p.target, p.path === '...' ? path : path === '' ? p.path : `${path}.${p.path}`),
  );
};

const paramOf = (r: Reading, node: Node): Param => {
  const inner = node.type === 'TSParameterProperty' ? node.parameter : node;
  const bare = inner.type === 'AssignmentPattern' ? inner.left : inner;
  const rest = bare.type === 'RestElement';
  const target = targetOf(r, rest ? bare.argument : bare);
  return {
    name: target.kind === 'name' ? target.name : '',
    type: typeOf(r, bare.typeAnnotation),
    defaultValue: inner.type === 'AssignmentPattern' ? exprOf(r, inner.right) : null,
    rest,
    parts: target.kind === 'parts' ? partsOf(target) : [],
  };
};

const decoratorsOf = (r: Reading, node: Node): Expr[] =>
  (node.decorators ?? []).map((d: Node) => exprOf(r, d.expression));

export const fnOf = (r: Reading, node: Node, name: string): Fn => {
  // Assignments inside belong to its own statements.
  const inner: Reading = { ...r, before: [], yields: node.generator === true && node.steps !== true };
  const params: Node[] = (node.params ?? []).filter(
    (p: Node) => !(p.type === 'Identifier' && p.name === 'this'),
  );
  const body: Stmt[] = params
    .filter((p) => p.type === 'TSParameterProperty')
    .map((p) => {
      const at = spanOf(p);
      const { name: field } = paramOf(inner, p);
      const object: Expr = { at, kind: 'name', name: 'this' };
      return {
        at,
        kind: 'assign',
        target: { kind: 'place', expr: { at, kind: 'member', object, property: field } },
        value: { at, kind: 'name', name: field },
      };
    });
  const read = params.map((p) => paramOf(inner, p));
  if (node.body?.type === 'BlockStatement') body.push(...r.inner.statementsOf(inner, node.body.body));
  else if (node.body) {
    const value = exprOf(inner, node.body);
    body.push(...inner.before, { at: spanOf(node.body), kind: 'return', value });
  }
  return {
    name,
    params: read,
    body,
    at: spanOf(node),
    decorators: decoratorsOf(r, node),
    doc: '',
    isAsync: node.async === true,
  };
};

/** Read without being called; the other languages write a decorator for it. */
const asGetter = (fn: Fn): Fn => ({
  ...fn,
  decorators: [...fn.decorators, { at: fn.at, kind: 'name', name: 'property' }],
});

export const classOf = (r: Reading, node: Node): Class => {
  const methods: Fn[] = [];
  const fields: Class['fields'] = [];
  for (const member of node.body.body as Node[]) {
    const name = member.key ? (keyOf(member.key, member.computed) ?? '') : '';
    const value = member.value;
    if (member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod')
      methods.push(
        member.kind === 'get'
          ? asGetter(fnOf(r, member, name))
          : fnOf(r, member, member.kind === 'set' ? `${name}=` : name),
      );
    else if (value && /^(Arrow)?FunctionExpression$/.test(value.type)) methods.push(fnOf(r, value, name));
    else if (/Property$/.test(member.type))
      fields.push({
        name,
        type: typeOf(r, member.typeAnnotation),
        value: value ? exprOf(r, value) : null,
        at: spanOf(member),
      });
  }
  return {
    name: node.id?.name ?? '',
    bases: [
      ...(node.superClass ? [exprOf(r, node.superClass)] : []),
      ...((node.implements ?? []) as Node[]).map((i) => exprOf(r, i.expression ?? i.id ?? null)),
    ],
    methods,
    fields,
    decorators: decoratorsOf(r, node),
    doc: '',
    at: spanOf(node),
  };
};
