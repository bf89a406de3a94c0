// Long, because it is one table: what each kind of node of the grammar of PHP means.
import type { Arg, Expr, Fn, Param, Reader, Stmt, Target } from './ir.ts';
import { formatted } from './tree-format.ts';
import type { Grammar } from './tree-grammar.ts';
import {
  addDecorators,
  binaryOf,
  callTo,
  heldOf,
  ifChain,
  indexOf,
  keeping,
  member,
} from './tree-members.ts';
import { field, fields, ofKind, type TreeNode } from './tree-node.ts';
import {
  apart,
  append,
  assign,
  effect,
  emptyClass,
  emptyFn,
  literal,
  mayReturn,
  nameExpr,
  nameTarget,
  other,
  type Reading,
  readTree,
  spread,
  statements,
  temporary,
  textOf,
  typeText,
} from './tree-reading.ts';
import { dedented, unescaped } from './tree-text.ts';

type Php = Reading;

const CLASSES = /^(?:class|interface|trait|enum)_declaration$/;
const isDoc = (comment: string): boolean => comment.startsWith('/**');

/** What stands before the first tag. */
const summaryOf = (doc: string): string =>
  /^@/.test(doc) ? '' : (doc.split(/\n\s{0,20}@/, 1)[0] ?? '').trim();
/** `@param string $path where it is` */
const paramDocs = (doc: string): Map<string, string> =>
  new Map(
    [...doc.matchAll(/^@param[ \t]{1,10}[^$\n]{0,200}\$(\w{1,60})[ \t]{0,10}([^\n]{0,500})/gm)].map((m) => [
      m[1]!,
      m[2]!.trim(),
    ]),
  );

const nameText = (r: Php, node: TreeNode | null): string => (node ? r.text(node).replace(/^\$/, '') : '');

/** `\A\B\C` is `A.B.C`: the separator is a member, as elsewhere. */
const pathExpr = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const text = r.text(node).replace(/^\\/, '');
  if (text === 'self' || text === 'static') return nameExpr(at, 'this');
  if (text === 'parent') return nameExpr(at, 'super');
  const [first = '', ...rest] = text.split('\\');
  return rest.reduce<Expr>((object, property) => member(at, object, property), nameExpr(at, first));
};

const stringOf = (r: Php, node: TreeNode): Expr => {
  const raw = r.text(node);
  const at = r.at(node);
  if (node.kind === 'nowdoc') {
    const body = field(node, 'value');
    return literal(at, body ? dedented(`\n${r.text(body)}`) : '', true);
  }
  return literal(at, raw.slice(1, -1).replace(/\\(['\\])/g, '$1'), true);
};

/** Text with values in it; of a heredoc too. */
const interpolated = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const body = node.kind === 'heredoc' ? (field(node, 'value') ?? node) : node;
  const parts = body.children.flatMap((c): Expr[] => {
    if (/^(?:string_content|escape_sequence|heredoc_start|heredoc_end)$/.test(c.kind))
      return /^heredoc_/.test(c.kind)
        ? []
        : [
            literal(
              r.at(c),
              unescaped(node.kind === 'heredoc' ? r.text(c).replace(/^\r?\n\s*/, '') : r.text(c)),
              true,
            ),
          ].filter((e) => e.kind !== 'literal' || e.value !== '');
    return [exprOf(r, c)];
  });
  if (parts.length === 0) return literal(at, '', true);
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'literal' ? only : { at, kind: 'text', parts };
};

const argsOf = (r: Php, list: TreeNode | null): Arg[] =>
  (list?.children ?? []).flatMap((c): Arg[] => {
    if (c.kind === 'variadic_placeholder') return [];
    const name = c.kind === 'argument' ? field(c, 'name') : null;
    const value = c.kind === 'argument' ? c.children.find((x) => x !== name) : c;
    if (!value) return [];
    if (value.kind === 'variadic_unpacking' && value.children[0])
      return [{ spread: true, value: exprOf(r, value.children[0]) }];
    return [name ? { name: r.text(name), value: exprOf(r, value) } : { value: exprOf(r, value) }];
  });

/** Functions of the language that put text together, or give what they are given. */
const callOf = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const called = field(node, 'function');
  const callee = called
    ? called.kind === 'name'
      ? nameExpr(at, r.text(called))
      : exprOf(r, called)
    : other(at, []);
  const args = argsOf(r, field(node, 'arguments'));
  const [first, ...rest] = args;
  if (callee.kind === 'name' && first) {
    if (callee.name === 'sprintf' || callee.name === 'vsprintf')
      return formatted(at, first.value, rest, 'percent');
    if (/^(?:implode|join)$/.test(callee.name) && args.length > 1)
      return textOf(
        at,
        args.map((a) => a.value),
      );
    if (callee.name === 'array_push' || callee.name === 'array_unshift')
      return callTo(
        at,
        member(at, first.value, 'push'),
        rest.map((a) => a.value),
      );
    if (callee.name === 'compact')
      return {
        at,
        kind: 'record',
        entries: args.flatMap((a) =>
          a.value.kind === 'literal' && a.value.value
            ? [{ key: a.value.value, value: nameExpr(at, a.value.value) }]
            : [],
        ),
      };
  }
  return { at, kind: 'call', callee, args, isNew: false };
};

const methodCall = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const object = field(node, 'object') ?? field(node, 'scope');
  const name = field(node, 'name');
  const on = object
    ? node.kind === 'scoped_call_expression'
      ? scopeOf(r, object)
      : exprOf(r, object)
    : other(at, []);
  const args = argsOf(r, field(node, 'arguments'));
  const property = name?.kind === 'name' ? r.text(name) : null;
  if (on.kind === 'name' && on.name === 'super' && property === '__construct')
    return { at, kind: 'call', callee: on, args, isNew: false };
  const callee: Expr =
    property !== null
      ? member(at, on, property)
      : { at, kind: 'index', object: on, index: name ? exprOf(r, name) : other(at, []) };
  return { at, kind: 'call', callee, args, isNew: false };
};

const scopeOf = (r: Php, node: TreeNode): Expr =>
  /^(?:name|qualified_name|relative_scope|namespace_name)$/.test(node.kind)
    ? pathExpr(r, node)
    : exprOf(r, node);

const creationOf = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const anonymous = ofKind(node, 'anonymous_class');
  const args = argsOf(r, ofKind(anonymous ?? node, 'arguments'));
  if (anonymous) {
    const { methods } = membersOf(r, field(anonymous, 'body')?.children ?? []);
    for (const fn of methods) args.push({ name: fn.name, value: { at: fn.at, kind: 'function', fn } });
  }
  const type = node.children.find((c) => /name$|^relative_scope$/.test(c.kind));
  const callee = type
    ? type.kind === 'variable_name'
      ? exprOf(r, type)
      : pathExpr(r, type)
    : nameExpr(at, '');
  return { at, kind: 'call', callee, args, isNew: true };
};

/** `['a' => x]` is a record, `[x, y]` a list; `[X::class, 'method']` and `[$this, 'method']` are that method. */
const arrayOf = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const items = node.children.filter((c) => c.kind === 'array_element_initializer');
  const keyed = items.some((i) => i.children.length > 1);
  if (!keyed) {
    const values = items.flatMap((i) => i.children.slice(0, 1));
    const read = values.map((v) =>
      v.kind === 'variadic_unpacking' && v.children[0]
        ? spread(r.at(v), exprOf(r, v.children[0]))
        : exprOf(r, v),
    );
    const [object, method] = read;
    const isCallable =
      read.length === 2 &&
      object?.kind === 'name' &&
      method?.kind === 'literal' &&
      method.isString &&
      /^\w{1,80}$/.test(method.value ?? '') &&
      (object.name === 'this' || values[0]?.kind === 'class_constant_access_expression');
    return isCallable ? member(at, object, method.value ?? '') : { at, kind: 'list', items: read };
  }
  const entries = items.flatMap((i): { key: string; value: Expr }[] => {
    const [key, value] = i.children;
    if (!key) return [];
    if (!value)
      return key.kind === 'variadic_unpacking' && key.children[0]
        ? [{ key: '...', value: exprOf(r, key.children[0]) }]
        : [{ key: '', value: exprOf(r, key) }];
    const read = exprOf(r, key);
    return [
      { key: read.kind === 'literal' && read.isString ? (read.value ?? '') : '', value: exprOf(r, value) },
    ];
  });
  return { at, kind: 'record', entries };
};

const fnOf = (r: Php, node: TreeNode, name: string): Fn => {
  const fn = emptyFn(name, r.at(node));
  const doc = r.docBefore(node, isDoc);
  fn.doc = summaryOf(doc);
  fn.decorators = decoratorsOf(r, node);
  fn.params = paramsOf(r, field(node, 'parameters'), paramDocs(doc));
  const body = field(node, 'body');
  if (body?.kind === 'compound_statement') fn.body = apart(r, () => blockOf(r, body)).value;
  else if (body) {
    const { before, value } = apart(r, () => exprOf(r, body));
    fn.body = [...before, { at: value.at, kind: 'return', value }];
  }
  return fn;
};

const decoratorsOf = (r: Php, node: TreeNode): Expr[] =>
  fields(node, 'attributes')
    .flatMap((l) => l.children.flatMap((g) => (g.kind === 'attribute_group' ? g.children : [g])))
    .filter((a) => a.kind === 'attribute')
    .map((a) => {
      const name = a.children.find((c) => /name$/.test(c.kind));
      const list = field(a, 'parameters');
      const callee = name ? pathExpr(r, name) : other(r.at(a), []);
      return list
        ? { at: r.at(a), kind: 'call' as const, callee, args: argsOf(r, list), isNew: false }
        : callee;
    });

const paramsOf = (r: Php, list: TreeNode | null, docs: ReadonlyMap<string, string>): Param[] =>
  (list?.children ?? []).flatMap((p): Param[] => {
    const name = nameText(r, field(p, 'name'));
    if (name === '') return [];
    const preset = field(p, 'default_value');
    const at = r.at(p);
    const said = docs.get(name);
    const decorators = [
      ...decoratorsOf(r, p),
      ...(said ? [callTo(at, nameExpr(at, 'Description'), [literal(at, said, true)])] : []),
    ];
    return [
      addDecorators(
        {
          name,
          type: typeText(r, field(p, 'type')),
          defaultValue: preset ? exprOf(r, preset) : null,
          rest: p.kind === 'variadic_parameter',
          parts: [],
        },
        decorators,
      ),
    ];
  });

const membersOf = (r: Php, nodes: readonly TreeNode[]) => {
  const cls = emptyClass('', { line: 1, endLine: 1 });
  for (const n of nodes) {
    const at = r.at(n);
    if (n.kind === 'method_declaration') {
      const name = nameText(r, field(n, 'name'));
      const fn = fnOf(r, n, name === '__construct' ? '<init>' : name);
      if (name === '__construct') {
        const promoted = (field(n, 'parameters')?.children ?? [])
          .filter((p) => p.kind === 'property_promotion_parameter')
          .map((p) => nameText(r, field(p, 'name')));
        const { make, fields: own } = keeping(
          at,
          fn.params.filter((p) => promoted.includes(p.name)),
        );
        fn.body = [...make, ...fn.body];
        append(cls.fields, own);
      }
      cls.methods.push(fn);
    } else if (n.kind === 'property_declaration') {
      const type = typeText(r, field(n, 'type'));
      for (const e of n.children.filter((c) => c.kind === 'property_element')) {
        const value = field(e, 'default_value') ?? ofKind(e, 'property_initializer')?.children[0];
        const name = nameText(r, field(e, 'name') ?? e.children[0] ?? null);
        cls.fields.push(
          addDecorators(
            { name, type, value: value ? exprOf(r, value) : null, at: r.at(e) },
            decoratorsOf(r, n),
          ),
        );
      }
    } else if (n.kind === 'const_declaration') {
      for (const e of n.children.filter((c) => c.kind === 'const_element')) {
        const [name, value] = e.children;
        cls.fields.push({
          name: nameText(r, name ?? null),
          type: '',
          value: value ? exprOf(r, value) : null,
          at: r.at(e),
        });
      }
    } else if (n.kind === 'enum_case') {
      const value = field(n, 'value');
      cls.fields.push({
        name: nameText(r, field(n, 'name')),
        type: '',
        value: value ? exprOf(r, value) : null,
        at,
      });
    } else if (n.kind === 'use_declaration')
      // What a trait has, a class that uses it has.
      append(
        cls.bases,
        n.children.filter((c) => /name$/.test(c.kind)).map((c) => pathExpr(r, c)),
      );
  }
  return cls;
};

const classOf = (r: Php, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const cls = membersOf(r, field(node, 'body')?.children ?? []);
  cls.at = at;
  cls.name = nameText(r, field(node, 'name'));
  cls.decorators = decoratorsOf(r, node);
  cls.doc = summaryOf(r.docBefore(node, isDoc));
  for (const c of node.children)
    if (/^(?:base_clause|class_interface_clause)$/.test(c.kind))
      cls.bases.unshift(...c.children.slice(0, 100).map((b) => pathExpr(r, b)));
  return [{ at, kind: 'class', cls }];
};

/** The branches of a `match` each take their value into a name. */
const matchOf = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const name = temporary(r);
  const condition = field(node, 'condition')?.children[0];
  const isTrue = condition?.kind === 'boolean';
  const on = condition ? heldOf(r, exprOf(r, condition)) : other(at, []);
  const arms = field(node, 'body')?.children ?? [];
  const cases = arms.map((arm) => {
    const made = field(arm, 'return_expression');
    const tests = (field(arm, 'conditional_expressions')?.children ?? []).map((t) => exprOf(r, t));
    const { before, value } = apart(r, () => (made ? exprOf(r, made) : literal(at, null)));
    const body: Stmt[] = [...before, assign(value.at, nameTarget(name), value)];
    const [test] = tests;
    return isTrue && test
      ? { tests: [other(at, [])], body: [{ at, kind: 'if' as const, test, then: body, otherwise: [] }] }
      : { tests, body };
  });
  r.before.push({ at, kind: 'switch', on, cases });
  return nameExpr(at, name);
};

const exprOf = (r: Php, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'variable_name':
      return nameExpr(at, nameText(r, node));
    case 'name':
    case 'qualified_name':
    case 'namespace_name':
    case 'relative_scope':
    case 'named_type':
      return pathExpr(r, node);
    case 'string':
    case 'nowdoc':
      return stringOf(r, node);
    case 'encapsed_string':
    case 'heredoc':
      return interpolated(r, node);
    case 'shell_command_expression': {
      const text = interpolated(r, node);
      return callTo(at, nameExpr(at, 'shell_exec'), [text]);
    }
    case 'null':
      return literal(at, null);
    case 'boolean':
    case 'integer':
    case 'float':
      return literal(at, r.text(node));
    case 'parenthesized_expression':
    case 'error_suppression_expression':
    case 'clone_expression':
    case 'by_ref':
    case 'reference_modifier':
    case 'dynamic_variable_name':
      return first ? exprOf(r, first) : other(at, []);
    case 'cast_expression': {
      const value = field(node, 'value');
      const read = value ? exprOf(r, value) : other(at, []);
      const type = field(node, 'type');
      return type && /int|float|double|bool/i.test(r.text(type))
        ? callTo(at, nameExpr(at, 'intval'), [read])
        : read;
    }
    case 'member_access_expression':
    case 'nullsafe_member_access_expression': {
      const object = field(node, 'object');
      const name = field(node, 'name');
      if (!object || !name) return other(at, []);
      return name.kind === 'name'
        ? member(at, exprOf(r, object), r.text(name))
        : { at, kind: 'index', object: exprOf(r, object), index: exprOf(r, name) };
    }
    case 'scoped_property_access_expression': {
      const scope = field(node, 'scope');
      const name = field(node, 'name');
      return scope && name ? member(at, scopeOf(r, scope), nameText(r, name)) : other(at, []);
    }
    case 'class_constant_access_expression': {
      const [scope, name] = node.children;
      if (!scope || !name) return other(at, []);
      const object = scopeOf(r, scope);
      return r.text(name) === 'class' ? object : member(at, object, r.text(name));
    }
    case 'subscript_expression': {
      const [object, index] = node.children;
      if (!object) return other(at, []);
      return index
        ? indexOf(at, exprOf(r, object), exprOf(r, index))
        : { at, kind: 'index', object: exprOf(r, object), index: literal(at, null) };
    }
    case 'function_call_expression':
      return callOf(r, node);
    case 'member_call_expression':
    case 'nullsafe_member_call_expression':
    case 'scoped_call_expression':
      return methodCall(r, node);
    case 'object_creation_expression':
      return creationOf(r, node);
    case 'array_creation_expression':
      return arrayOf(r, node);
    case 'list_literal':
      return { at, kind: 'list', items: node.children.map((c) => exprOf(r, c)) };
    case 'anonymous_function':
    case 'anonymous_function_creation_expression':
    case 'arrow_function':
      return { at, kind: 'function', fn: fnOf(r, node, '') };
    case 'assignment_expression':
    case 'augmented_assignment_expression':
    case 'reference_assignment_expression': {
      append(r.before, assignmentOf(r, node));
      const left = field(node, 'left');
      return left ? exprOf(r, left) : other(at, []);
    }
    case 'update_expression': {
      const argument = field(node, 'argument') ?? first;
      return argument ? exprOf(r, argument) : other(at, []);
    }
    case 'unary_op_expression': {
      const argument = field(node, 'argument') ?? first;
      if (!argument) return other(at, []);
      const value = exprOf(r, argument);
      if (node.words[0] === '!') return { at, kind: 'test', operator: '!', operands: [value] };
      return value.kind === 'literal' ? literal(at, r.text(node)) : other(at, [value]);
    }
    case 'binary_expression':
      return binaryOf(
        r,
        node,
        (n) => operatorOf(r, n),
        (n) => exprOf(r, n),
        /^\.$/,
      );
    case 'conditional_expression': {
      const condition = field(node, 'condition');
      const then = field(node, 'body');
      const otherwise = field(node, 'alternative');
      const test = condition ? exprOf(r, condition) : other(at, []);
      const of = [then ? exprOf(r, then) : test, otherwise ? exprOf(r, otherwise) : other(at, [])];
      return { at, kind: 'choice', of, test };
    }
    case 'match_expression':
      return matchOf(r, node);
    case 'throw_expression':
      return other(at, first ? [exprOf(r, first)] : []);
    case 'include_expression':
    case 'include_once_expression':
    case 'require_expression':
    case 'require_once_expression':
      return callTo(at, nameExpr(at, 'include'), first ? [exprOf(r, first)] : []);
    case 'print_intrinsic':
      return callTo(at, nameExpr(at, 'echo'), first ? [exprOf(r, first)] : []);
    default:
      return other(
        at,
        node.children
          .filter((c) => !/_type$|_modifier$|^(?:attribute_list|comment|text)$/.test(c.kind))
          .map((c) => exprOf(r, c)),
      );
  }
};

/** The operator that puts text together is a dot, which is no word of the tree. */
const operatorOf = (r: Php, node: TreeNode): string => {
  const [word] = node.words;
  if (word !== undefined) return word === 'instanceof' ? '=~' : word;
  return between(r, node).includes('.') ? '.' : '?';
};

/** What stands between the two operands. */
const between = (r: Php, node: TreeNode): string => {
  const [left, right] = node.children;
  return left && right ? r.text({ ...node, from: left.to, to: right.from }) : '';
};

const targetOf = (r: Php, node: TreeNode): Target => {
  if (node.kind === 'list_literal' || node.kind === 'array_creation_expression') {
    const parts: { path: string; target: Target }[] = [];
    const items = node.children.flatMap((c) => (c.kind === 'array_element_initializer' ? c.children : [c]));
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      const next = items[i + 1];
      if (item.kind === 'string' && next) {
        parts.push({ path: r.text(item).slice(1, -1), target: targetOf(r, next) });
        i++;
      } else parts.push({ path: String(parts.length), target: targetOf(r, item) });
    }
    return { kind: 'parts', parts };
  }
  const expr = exprOf(r, node);
  return expr.kind === 'name' ? nameTarget(expr.name) : { kind: 'place', expr };
};

const assignmentOf = (r: Php, node: TreeNode): Stmt[] => {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const at = r.at(node);
  const { before, value } = apart(r, () => exprOf(r, right));
  // `$a[] = x` is one more item.
  if (left.kind === 'subscript_expression' && left.children.length === 1 && left.children[0])
    return [
      ...before,
      { at, kind: 'expr', value: callTo(at, member(at, exprOf(r, left.children[0]), 'push'), [value]) },
    ];
  const adds = node.kind === 'augmented_assignment_expression' && !/\?\?=/.test(between(r, node));
  return [...before, assign(at, targetOf(r, left), value, adds)];
};

const importOf = (r: Php, node: TreeNode): void => {
  const at = r.at(node);
  const group = ofKind(node, 'namespace_use_group');
  const prefix = group ? r.text(ofKind(node, 'namespace_name') ?? node).replaceAll('\\', '.') : '';
  for (const clause of (group ?? node).children.filter((c) =>
    /^namespace_use_(?:group_)?clause$/.test(c.kind),
  )) {
    const alias = field(clause, 'alias') ?? ofKind(clause, 'namespace_aliasing_clause')?.children[0] ?? null;
    const path = clause.children.find((c) => c !== alias);
    if (!path) continue;
    const own = r.text(path).replace(/^\\/, '').replaceAll('\\', '.');
    const parts = (prefix === '' ? own : `${prefix}.${own}`).split('.');
    const name = parts.pop() ?? '';
    r.imports.push({ local: alias ? r.text(alias) : name, module: parts.join('.'), name, at });
  }
};

const conditionOf = (r: Php, node: TreeNode): Expr => {
  const condition = field(node, 'condition');
  return condition ? exprOf(r, condition) : literal(r.at(node), null);
};

const ifOf = (r: Php, node: TreeNode): Stmt[] => {
  // `else if` are brothers of each other.
  const rest = fields(node, 'alternative');
  return ifChain(r, node, {
    test: (c) => conditionOf(r, c),
    then: (c) => blockOf(r, field(c, 'body')),
    next: () => rest.shift() ?? null,
    isIf: (c) => c.kind === 'if_statement' || c.kind === 'else_if_clause',
    rest: (c) => blockOf(r, field(c, 'body')),
  });
};

const blockOf = (r: Php, node: TreeNode | null): Stmt[] => {
  if (!node) return [];
  const isBlock = /^(?:compound_statement|colon_block)$/.test(node.kind);
  return statements(r, isBlock ? node.children : [node], (n) => statementOf(r, n));
};

const statementOf = (r: Php, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  if (CLASSES.test(node.kind)) return classOf(r, node);
  switch (node.kind) {
    case 'php_tag':
    case 'text_interpolation':
    case 'text':
    case 'declare_statement':
    case 'empty_statement':
    case 'unset_statement':
    case 'global_declaration':
    case 'named_label_statement':
      return [];
    case 'namespace_use_declaration':
      importOf(r, node);
      return [];
    case 'namespace_definition': {
      const body = field(node, 'body');
      return body ? blockOf(r, body) : [];
    }
    case 'function_definition':
      return [{ at, kind: 'function', fn: fnOf(r, node, nameText(r, field(node, 'name'))) }];
    case 'const_declaration':
      return node.children
        .filter((c) => c.kind === 'const_element')
        .flatMap((e) => {
          const [name, value] = e.children;
          return name && value ? [assign(r.at(e), nameTarget(r.text(name)), exprOf(r, value))] : [];
        });
    case 'function_static_declaration':
      return node.children.flatMap((c) => {
        const name = field(c, 'name');
        const value = field(c, 'value');
        return name && value ? [assign(r.at(c), nameTarget(nameText(r, name)), exprOf(r, value))] : [];
      });
    case 'expression_statement':
      if (!first) return [];
      if (/^(?:augmented_|reference_)?assignment_expression$/.test(first.kind)) return assignmentOf(r, first);
      if (first.kind === 'throw_expression') return statementOf(r, first);
      if (first.kind === 'yield_expression')
        return first.children[0]
          ? [mayReturn(at, { at, kind: 'list', items: [exprOf(r, first.children.at(-1)!)] })]
          : [];
      return effect(exprOf(r, first));
    case 'assignment_expression':
    case 'augmented_assignment_expression':
      return assignmentOf(r, node);
    case 'throw_expression':
      return [{ at, kind: 'throw', value: first ? exprOf(r, first) : null }];
    case 'echo_statement':
      return [
        {
          at,
          kind: 'expr',
          value: callTo(
            at,
            nameExpr(at, 'echo'),
            node.children.map((c) => exprOf(r, c)),
          ),
        },
      ];
    case 'return_statement':
      return [{ at, kind: 'return', value: first ? exprOf(r, first) : null }];
    case 'exit_statement':
      return [{ at, kind: 'throw', value: first ? exprOf(r, first) : null }];
    case 'break_statement':
    case 'continue_statement':
    case 'goto_statement':
      return [{ at, kind: 'jump' }];
    case 'if_statement':
      return ifOf(r, node);
    case 'foreach_statement': {
      const body = field(node, 'body');
      const [over, taken] = node.children.filter((c) => c !== body);
      const value = taken?.kind === 'pair' ? taken.children[1] : taken;
      const key = taken?.kind === 'pair' ? taken.children[0] : undefined;
      const read = over ? exprOf(r, over) : literal(at, null);
      const takes = key ? [assign(at, targetOf(r, key), other(at, [read]))] : [];
      const target = value
        ? targetOf(r, value.kind === 'by_ref' ? (value.children[0] ?? value) : value)
        : null;
      return [...takes, { at, kind: 'loop', target, over: read, test: null, body: blockOf(r, body) }];
    }
    case 'for_statement': {
      const start = statements(r, fields(node, 'initialize'), (n) => statementOf(r, n));
      const { before, value: test } = apart(r, () => conditionOf(r, node));
      const body = [
        ...blockOf(r, field(node, 'body')),
        ...statements(r, fields(node, 'update'), (n) => statementOf(r, n)),
      ];
      return [...start, ...before, { at, kind: 'loop', target: null, over: null, test, body }];
    }
    case 'while_statement':
    case 'do_statement': {
      const { before, value: test } = apart(r, () => conditionOf(r, node));
      return [
        ...before,
        {
          at,
          kind: 'loop',
          target: null,
          over: null,
          test,
          body: [...blockOf(r, field(node, 'body')), ...before],
        },
      ];
    }
    case 'try_statement': {
      const handlers = node.children
        .filter((c) => c.kind === 'catch_clause')
        .map((c) => ({ name: nameText(r, field(c, 'name')) || null, body: blockOf(r, field(c, 'body')) }));
      const last = ofKind(node, 'finally_clause');
      return [
        {
          at,
          kind: 'try',
          body: blockOf(r, field(node, 'body')),
          handlers,
          last: last ? blockOf(r, field(last, 'body')) : [],
        },
      ];
    }
    case 'switch_statement': {
      const { before, value } = apart(r, () => heldOf(r, conditionOf(r, node)));
      const cases = (field(node, 'body')?.children ?? []).map((c) => {
        const label = field(c, 'value');
        const rest = c.children.filter((x) => x !== label);
        return {
          tests: label ? [exprOf(r, label)] : [],
          body: statements(r, rest, (n) => statementOf(r, n)),
        };
      });
      return [...before, { at, kind: 'switch', on: value, cases }];
    }
    case 'compound_statement':
      return [{ at, kind: 'block', body: blockOf(r, node) }];
    case 'ERROR':
      return statements(r, node.children, (n) => statementOf(r, n));
    default:
      return effect(exprOf(r, node));
  }
};

/**
 * PHP. Variables go without their `$`; `::` and `->` are members, `self` and `static` are `this`, `parent` is `super`;
 * constructors are `<init>`; `[X::class, 'm']` is the method m of X; what is in backquotes is `shell_exec`. Traits are
 * among the bases. The separator of namespaces is written as a dot. Classes are known in all of the tree: it has no `exports`.
 */
export const readPhp = (grammar: Grammar | null): Reader => ({
  language: 'php',
  extensions: ['.php', '.phtml'],
  read: (path, source) =>
    readTree(grammar, 'php', path, source, (r, root) =>
      statements(r, root.children, (n) => statementOf(r, n)),
    ),
});
