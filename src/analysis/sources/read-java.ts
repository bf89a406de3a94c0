// Long, because it is one table: what each kind of node of the grammar of Java means.
import type { Arg, Class, Expr, Fn, Param, Reader, Stmt, Target } from './ir.ts';
import { formatted } from './tree-format.ts';
import type { Grammar } from './tree-grammar.ts';
import { field, fields, ofKind, type TreeNode } from './tree-node.ts';
import {
  apart,
  append,
  assign,
  DEEPEST_ELSE,
  effect,
  emptyClass,
  emptyFn,
  isText,
  literal,
  nameExpr,
  nameTarget,
  operandsOf,
  other,
  type Reading,
  readTree,
  statements,
  sumOf,
  temporary,
  textOf,
  typeText,
} from './tree-reading.ts';
import { dedented, unescaped } from './tree-text.ts';

/**
 * A bare name may be a field, a bare call a method of the class: `own` are the classes around, innermost last, `locals`
 * the names that hide their fields. `yields` is where the value of a `switch` goes.
 */
type Java = Reading & {
  own: { fields: ReadonlySet<string>; methods: ReadonlySet<string> }[];
  locals: Set<string>;
  yields: string | null;
};

const CLASSES = /^(class|interface|enum|record|annotation_type)_declaration$/;
const isDoc = (comment: string): boolean => comment.startsWith('/**');

const isField = (r: Java, name: string): boolean =>
  !r.locals.has(name) && r.own.some((o) => o.fields.has(name));

const memberOf = (r: Java, node: TreeNode, object: Expr, property: TreeNode | null): Expr => ({
  at: r.at(node),
  kind: 'member',
  object,
  property: property ? r.text(property) : '',
});

const nameOf = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const name = r.text(node);
  return isField(r, name)
    ? { at, kind: 'member', object: nameExpr(at, 'this'), property: name }
    : nameExpr(at, name);
};

/** The name of a type, without what it is of. */
const typeExpr = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first, second] = node.children;
  if (node.kind === 'generic_type' || node.kind === 'annotated_type' || node.kind === 'array_type') {
    const inner = node.children.find((c) => /type_identifier$/.test(c.kind));
    return inner ? typeExpr(r, inner) : other(at, []);
  }
  if (/^scoped_/.test(node.kind) && first && second)
    return { at, kind: 'member', object: typeExpr(r, first), property: r.text(second) };
  return nameExpr(at, r.text(node));
};

const stringOf = (r: Java, node: TreeNode): Expr => {
  const text = r.text(node);
  const inner = text.startsWith('"""') ? `\n${dedented(text.slice(3, -3))}`.slice(1) : text.slice(1, -1);
  return literal(r.at(node), unescaped(inner), true);
};

const argsOf = (r: Java, node: TreeNode | null): Arg[] =>
  (node?.children ?? []).map((c): Arg => {
    const key = c.kind === 'element_value_pair' ? field(c, 'key') : null;
    const value = field(c, 'value');
    return key && value ? { name: r.text(key), value: exprOf(r, value) } : { value: exprOf(r, c) };
  });

const callOf = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const objectNode = field(node, 'object');
  const name = field(node, 'name');
  const property = name ? r.text(name) : '';
  const args = argsOf(r, field(node, 'arguments'));
  const own = !objectNode && r.own.some((o) => o.methods.has(property));
  const object = objectNode ? exprOf(r, objectNode) : own ? nameExpr(at, 'this') : null;
  if (object && isText(object) && property === 'formatted') return formatted(at, object, args, 'percent');
  if (object?.kind === 'name' && object.name === 'String' && args[0]) {
    const [format, ...values] = args;
    if (property === 'format') return formatted(at, format.value, values, 'percent');
    if (property === 'join')
      return textOf(
        at,
        args.map((a) => a.value),
      );
  }
  const callee: Expr = object ? { at, kind: 'member', object, property } : nameExpr(at, property);
  return { at, kind: 'call', callee, args, isNew: false };
};

/** `new T(…) { void run() {…} }`: its methods are functions handed to T. */
const creationOf = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const type = field(node, 'type');
  const body = ofKind(node, 'class_body');
  const args = argsOf(r, field(node, 'arguments'));
  if (body) {
    const { cls } = membersOf(r, body.children, emptyClass('', at));
    for (const fn of cls.methods) args.push({ name: fn.name, value: { at: fn.at, kind: 'function', fn } });
  }
  return { at, kind: 'call', callee: type ? typeExpr(r, type) : other(at, []), args, isNew: true };
};

const lambdaOf = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const fn = emptyFn('', at);
  const list = field(node, 'parameters');
  const body = field(node, 'body');
  const outer = r.locals;
  r.locals = new Set(outer);
  fn.params = list?.kind === 'identifier' ? [paramNamed(r, r.text(list))] : paramsOf(r, list);
  if (body?.kind === 'block') fn.body = apart(r, () => blockOf(r, body)).value;
  else if (body) {
    const { before, value } = apart(r, () => exprOf(r, body));
    fn.body = [...before, { at: value.at, kind: 'return', value }];
  }
  r.locals = outer;
  return { at, kind: 'function', fn };
};

/** The names a pattern takes, each a part of the value. */
const patternNames = (r: Java, node: TreeNode): string[] => {
  const last = node.children.at(-1);
  if (/^(type_pattern|record_pattern_component)$/.test(node.kind))
    return last?.kind === 'identifier' ? [r.text(last)] : [];
  return node.children.flatMap((c) => patternNames(r, c));
};

const takeParts = (r: Java, pattern: TreeNode, from: Expr): Stmt[] =>
  patternNames(r, pattern).map((name) => {
    r.locals.add(name);
    const value =
      pattern.kind === 'type_pattern' || pattern.children[0]?.kind === 'type_pattern'
        ? from
        : other(from.at, [from]);
    return assign(r.at(pattern), nameTarget(name), value);
  });

const exprOf = (r: Java, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'identifier':
      return nameOf(r, node);
    case 'this':
    case 'super':
      return nameExpr(at, node.kind);
    case 'type_identifier':
    case 'generic_type':
    case 'scoped_type_identifier':
      return typeExpr(r, node);
    case 'scoped_identifier': {
      const scope = field(node, 'scope');
      return scope ? memberOf(r, node, exprOf(r, scope), field(node, 'name')) : other(at, []);
    }
    case 'string_literal':
      return stringOf(r, node);
    case 'null_literal':
      return literal(at, null);
    case 'true':
    case 'false':
    case 'character_literal':
      return literal(at, r.text(node));
    case 'class_literal':
      return first ? typeExpr(r, first) : other(at, []);
    case 'parenthesized_expression':
      return first ? exprOf(r, first) : other(at, []);
    case 'cast_expression': {
      const value = field(node, 'value');
      return value ? exprOf(r, value) : other(at, []);
    }
    case 'field_access': {
      const object = field(node, 'object');
      return object ? memberOf(r, node, exprOf(r, object), field(node, 'field')) : other(at, []);
    }
    case 'array_access': {
      const [object, index] = node.children.map((c) => exprOf(r, c));
      return object && index ? { at, kind: 'index', object, index } : other(at, []);
    }
    case 'method_invocation':
      return callOf(r, node);
    case 'explicit_constructor_invocation': {
      const callee = field(node, 'constructor');
      const args = argsOf(r, field(node, 'arguments'));
      return {
        at,
        kind: 'call',
        callee: nameExpr(at, callee ? r.text(callee) : 'super'),
        args,
        isNew: false,
      };
    }
    case 'object_creation_expression':
      return creationOf(r, node);
    case 'array_creation_expression': {
      const value = field(node, 'value');
      return value ? exprOf(r, value) : { at, kind: 'list', items: [] };
    }
    case 'array_initializer':
    case 'element_value_array_initializer':
      return { at, kind: 'list', items: node.children.map((c) => exprOf(r, c)) };
    case 'annotation':
    case 'marker_annotation': {
      const name = field(node, 'name');
      const list = field(node, 'arguments');
      const callee = name ? exprOf(r, name) : other(at, []);
      return list ? { at, kind: 'call', callee, args: argsOf(r, list), isNew: false } : callee;
    }
    case 'method_reference': {
      const [object, property] = node.children;
      const on = object
        ? /type/.test(object.kind)
          ? typeExpr(r, object)
          : exprOf(r, object)
        : other(at, []);
      return property && property.kind === 'identifier' ? memberOf(r, node, on, property) : on;
    }
    case 'lambda_expression':
      return lambdaOf(r, node);
    case 'assignment_expression': {
      append(r.before, assignmentOf(r, node));
      const left = field(node, 'left');
      return left ? exprOf(r, left) : other(at, []);
    }
    case 'update_expression':
      return first ? exprOf(r, first) : other(at, []);
    case 'unary_expression': {
      if (!first) return other(at, []);
      if (/^[-+]$/.test(node.words[0] ?? '') && /_literal$/.test(first.kind))
        return literal(at, r.text(node));
      const value = exprOf(r, first);
      return node.words[0] === '!'
        ? { at, kind: 'test', operator: '!', operands: [value] }
        : other(at, [value]);
    }
    case 'binary_expression': {
      const operator = node.words[0] ?? '';
      const goesOn = (n: TreeNode): boolean => n.kind === node.kind && n.words[0] === operator;
      if (/^(\+|&&|\|\|)$/.test(operator)) {
        const operands = operandsOf(node, goesOn).map((n) => exprOf(r, n));
        return operator === '+' ? sumOf(at, operands) : { at, kind: 'test', operator, operands };
      }
      const operands = node.children.map((c) => exprOf(r, c));
      return /^([=!<>]=|<|>)$/.test(operator)
        ? { at, kind: 'test', operator, operands }
        : other(at, operands);
    }
    case 'instanceof_expression': {
      const left = field(node, 'left');
      const value = left ? exprOf(r, left) : other(at, []);
      const name = field(node, 'name');
      const pattern = field(node, 'pattern');
      if (name) {
        r.locals.add(r.text(name));
        r.before.push(assign(at, nameTarget(r.text(name)), value));
      }
      if (pattern) append(r.before, takeParts(r, pattern, value));
      return { at, kind: 'test', operator: 'instanceof', operands: [value] };
    }
    case 'ternary_expression': {
      const [test, then, otherwise] = node.children.map((c) => exprOf(r, c));
      return test && then && otherwise ? { at, kind: 'choice', of: [then, otherwise], test } : other(at, []);
    }
    case 'switch_expression': {
      const name = temporary(r);
      const outer = r.yields;
      r.yields = name;
      const stmts = switchOf(r, node);
      r.yields = outer;
      append(r.before, stmts);
      return nameExpr(at, name);
    }
    default:
      if (/_literal$/.test(node.kind)) return literal(at, r.text(node));
      return other(
        at,
        node.children
          .filter((c) => !/_type$|^type_arguments$|^dimensions$/.test(c.kind))
          .map((c) => exprOf(r, c)),
      );
  }
};

const targetOf = (r: Java, node: TreeNode): Target => {
  const expr = exprOf(r, node);
  return expr.kind === 'name' ? nameTarget(expr.name) : { kind: 'place', expr };
};

const assignmentOf = (r: Java, node: TreeNode): Stmt[] => {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const value = exprOf(r, right);
  return [assign(r.at(node), targetOf(r, left), value, node.words[0] !== '=')];
};

const declared = (r: Java, node: TreeNode): Stmt[] =>
  fields(node, 'declarator').flatMap((d) => {
    const name = field(d, 'name');
    const value = field(d, 'value');
    const read = value && exprOf(r, value);
    if (name) r.locals.add(r.text(name));
    return name && read ? [assign(r.at(d), nameTarget(r.text(name)), read)] : [];
  });

const decoratorsOf = (r: Java, node: TreeNode): Expr[] =>
  (ofKind(node, 'modifiers')?.children ?? []).map((c) => exprOf(r, c));

/** Annotations say what a schema says of a parameter: with them the type is `Annotated<T, @A(…)>`, as in Python. */
const annotatedType = (r: Java, node: TreeNode): string => {
  const type = field(node, 'type') ?? node.children.find((c) => /type/.test(c.kind)) ?? null;
  const notes = (ofKind(node, 'modifiers')?.children ?? []).map((c) => typeText(r, c));
  return notes.length > 0 ? `Annotated<${[typeText(r, type), ...notes].join(', ')}>` : typeText(r, type);
};

const paramNamed = (r: Java, name: string): Param => {
  r.locals.add(name);
  return { name, type: '', defaultValue: null, rest: false, parts: [] };
};

const paramsOf = (r: Java, list: TreeNode | null): Param[] =>
  (list?.children ?? []).flatMap((p): Param[] => {
    if (p.kind === 'identifier') return [paramNamed(r, r.text(p))];
    const declarator = ofKind(p, 'variable_declarator');
    const name = field(declarator ?? p, 'name');
    if (!name || p.kind === 'receiver_parameter') return [];
    const rest = p.kind === 'spread_parameter';
    const decorators = decoratorsOf(r, p);
    const param = { ...paramNamed(r, r.text(name)), type: annotatedType(r, p), rest };
    return [decorators.length > 0 ? { ...param, decorators } : param];
  });

const fnOf = (r: Java, node: TreeNode, name: string): Fn => {
  const fn = emptyFn(name, r.at(node));
  const outer = r.locals;
  const yields = r.yields;
  r.locals = new Set(outer);
  r.yields = null;
  fn.decorators = decoratorsOf(r, node);
  fn.params = paramsOf(r, field(node, 'parameters'));
  fn.body = apart(r, () => blockOf(r, field(node, 'body'))).value;
  fn.doc = r.docBefore(node, isDoc);
  r.locals = outer;
  r.yields = yields;
  return fn;
};

const storeOwn = (at: Fn['at'], name: string): Stmt =>
  assign(
    at,
    { kind: 'place', expr: { at, kind: 'member', object: nameExpr(at, 'this'), property: name } },
    nameExpr(at, name),
  );

/** Members of a class body; classes inside it and what it runs when it is loaded come after it. */
const membersOf = (r: Java, nodes: readonly TreeNode[], cls: Class): { cls: Class; rest: Stmt[] } => {
  const all = nodes.flatMap((n) => (n.kind === 'enum_body_declarations' ? n.children : [n]));
  const rest: TreeNode[] = [];
  const isFields = (n: TreeNode): boolean => /^(field|constant)_declaration$/.test(n.kind);
  const named = (n: TreeNode): string[] => {
    const name = field(n, 'name');
    return name ? [r.text(name)] : [];
  };
  const outer = r.locals;
  r.own.push({
    fields: new Set([
      ...cls.fields.map((f) => f.name),
      ...all.filter(isFields).flatMap((n) => fields(n, 'declarator').flatMap(named)),
    ]),
    methods: new Set(all.filter((n) => n.kind === 'method_declaration').flatMap(named)),
  });
  for (const n of all) {
    if (n.kind === 'method_declaration' || n.kind === 'annotation_type_element_declaration')
      cls.methods.push(fnOf(r, n, named(n)[0] ?? ''));
    else if (n.kind === 'constructor_declaration') cls.methods.push(fnOf(r, n, '<init>'));
    else if (n.kind === 'compact_constructor_declaration') {
      const canonical = cls.methods.find((m) => m.name === '<init>');
      const body = fnOf(r, n, '<init>').body;
      if (canonical) canonical.body.unshift(...body.slice(0, 1_000));
    } else if (isFields(n)) {
      for (const d of fields(n, 'declarator')) {
        const value = field(d, 'value');
        const decorators = decoratorsOf(r, n);
        cls.fields.push({
          name: named(d)[0] ?? '',
          type: annotatedType(r, n),
          value: value ? exprOf(r, value) : null,
          at: r.at(d),
          ...(decorators.length > 0 ? { decorators } : {}),
        });
      }
    } else if (n.kind === 'enum_constant') {
      const args = argsOf(r, field(n, 'arguments'));
      const value: Expr = {
        at: r.at(n),
        kind: 'call',
        callee: nameExpr(r.at(n), cls.name),
        args,
        isNew: true,
      };
      cls.fields.push({ name: named(n)[0] ?? '', type: '', value, at: r.at(n) });
    } else rest.push(n);
  }
  const after = statements(r, rest, (n) => statementOf(r, n));
  r.own.pop();
  r.locals = outer;
  return { cls, rest: after };
};

const classOf = (r: Java, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const name = field(node, 'name');
  const cls = emptyClass(name ? r.text(name) : '', at);
  cls.decorators = decoratorsOf(r, node);
  cls.doc = r.docBefore(node, isDoc);
  for (const c of node.children) {
    const types =
      c.kind === 'superclass'
        ? c.children
        : /interfaces$/.test(c.kind)
          ? (ofKind(c, 'type_list')?.children ?? [])
          : [];
    append(
      cls.bases,
      types.map((t) => typeExpr(r, t)),
    );
  }
  if (node.kind === 'record_declaration') {
    const make = emptyFn('<init>', at);
    const outer = r.locals;
    r.locals = new Set(outer);
    make.params = paramsOf(r, field(node, 'parameters'));
    r.locals = outer;
    make.body = make.params.map((p) => storeOwn(at, p.name));
    cls.methods.push(make);
    append(
      cls.fields,
      make.params.map((p) => ({
        name: p.name,
        type: p.type,
        value: null,
        at,
        ...(p.decorators ? { decorators: p.decorators } : {}),
      })),
    );
  }
  const { rest } = membersOf(r, field(node, 'body')?.children ?? [], cls);
  return [{ at, kind: 'class', cls }, ...rest];
};

/** `import a.b.C` is the C of a.b; of `import a.b.*` and static wildcards the local name is `*`. */
const importOf = (r: Java, node: TreeNode): void => {
  const [path] = node.children;
  if (!path) return;
  const parts = r.text(path).replace(/\s+/g, '').split('.');
  const at = r.at(node);
  if (ofKind(node, 'asterisk')) r.imports.push({ local: '*', module: parts.join('.'), name: '*', at });
  else {
    const name = parts.pop() ?? '';
    r.imports.push({ local: name, module: parts.join('.'), name, at });
  }
};

const testOf = (r: Java, node: TreeNode): { before: Stmt[]; value: Expr } => {
  const condition = field(node, 'condition');
  return apart(r, () => (condition ? exprOf(r, condition) : literal(r.at(node), null)));
};

const ifOf = (r: Java, node: TreeNode): Stmt[] => {
  const whole: Stmt[] = [];
  let into = whole;
  let clause: TreeNode | null = node;
  let depth = 0;
  while (clause?.kind === 'if_statement') {
    const { before, value: test } = testOf(r, clause);
    append(into, before);
    const otherwise: Stmt[] = [];
    into.push({
      at: r.at(clause),
      kind: 'if',
      test,
      then: blockOf(r, field(clause, 'consequence')),
      otherwise,
    });
    if (++depth < DEEPEST_ELSE) into = otherwise;
    clause = field(clause, 'alternative');
  }
  append(into, blockOf(r, clause));
  return whole;
};

const tryOf = (r: Java, node: TreeNode): Stmt[] => {
  const body: Stmt[] = [];
  for (const resource of field(node, 'resources')?.children ?? []) {
    const name = field(resource, 'name');
    const value = field(resource, 'value');
    if (!name || !value) continue;
    const { before, value: read } = apart(r, () => exprOf(r, value));
    append(body, before);
    r.locals.add(r.text(name));
    body.push(assign(r.at(resource), nameTarget(r.text(name)), read));
  }
  append(body, blockOf(r, field(node, 'body')));
  const handlers = node.children
    .filter((c) => c.kind === 'catch_clause')
    .map((c) => {
      const param = ofKind(c, 'catch_formal_parameter');
      const name = param && field(param, 'name');
      if (name) r.locals.add(r.text(name));
      return { name: name ? r.text(name) : null, body: blockOf(r, field(c, 'body')) };
    });
  const last = ofKind(node, 'finally_clause');
  return [
    { at: r.at(node), kind: 'try', body, handlers, last: last ? blockOf(r, ofKind(last, 'block')) : [] },
  ];
};

/** The value of a `switch` goes to the name in `yields`, when it has one. */
const switchOf = (r: Java, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const condition = field(node, 'condition');
  const first: Stmt[] = [];
  let on = condition ? exprOf(r, condition) : literal(at, null);
  const groups = field(node, 'body')?.children ?? [];
  if (on.kind === 'call') {
    const name = temporary(r);
    first.push(assign(at, nameTarget(name), on));
    on = nameExpr(at, name);
  }
  const cases = groups.map((g) => {
    const labels = g.children.filter((c) => c.kind === 'switch_label');
    const tests: Expr[] = [];
    const body: Stmt[] = [];
    for (const label of labels)
      for (const c of label.children) {
        if (c.kind === 'pattern' || /_pattern$/.test(c.kind)) {
          append(body, takeParts(r, c, on));
          tests.push(other(r.at(c), []));
        } else if (c.kind !== 'guard') tests.push(apart(r, () => exprOf(r, c)).value);
      }
    const rest = g.children.filter((c) => c.kind !== 'switch_label');
    const [only] = rest;
    const value = only?.kind === 'expression_statement' ? only.children[0] : undefined;
    if (g.kind === 'switch_rule' && r.yields !== null && value) {
      const { before, value: made } = apart(r, () => exprOf(r, value));
      append(body, before);
      body.push(assign(made.at, nameTarget(r.yields), made));
    } else
      append(
        body,
        statements(r, rest, (n) => statementOf(r, n)),
      );
    return { tests, body };
  });
  return [...first, { at, kind: 'switch', on, cases }];
};

const blockOf = (r: Java, node: TreeNode | null): Stmt[] => {
  if (!node) return [];
  const isBlock = /^(block|constructor_body)$/.test(node.kind);
  return statements(r, isBlock ? node.children : [node], (n) => statementOf(r, n));
};

const statementOf = (r: Java, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  if (CLASSES.test(node.kind)) return classOf(r, node);
  switch (node.kind) {
    case 'package_declaration':
    case 'module_declaration':
      return [];
    case 'import_declaration':
      importOf(r, node);
      return [];
    case 'local_variable_declaration':
    case 'field_declaration':
      return declared(r, node);
    // Java 21 runs methods without a class around them.
    case 'method_declaration': {
      const name = field(node, 'name');
      return [{ at, kind: 'function', fn: fnOf(r, node, name ? r.text(name) : '') }];
    }
    case 'expression_statement':
      if (first?.kind === 'assignment_expression') return assignmentOf(r, first);
      if (first?.kind === 'switch_expression') return statementOf(r, first);
      return first ? effect(exprOf(r, first)) : [];
    case 'assignment_expression':
      return assignmentOf(r, node);
    case 'switch_expression': {
      const outer = r.yields;
      r.yields = null;
      const stmts = switchOf(r, node);
      r.yields = outer;
      return stmts;
    }
    case 'yield_statement': {
      if (!first) return [];
      const value = exprOf(r, first);
      return r.yields === null ? effect(value) : [assign(at, nameTarget(r.yields), value)];
    }
    case 'return_statement':
      return [{ at, kind: 'return', value: first ? exprOf(r, first) : null }];
    case 'throw_statement':
      return [{ at, kind: 'throw', value: first ? exprOf(r, first) : null }];
    case 'break_statement':
    case 'continue_statement':
      return [{ at, kind: 'jump' }];
    case 'assert_statement':
      return first
        ? [
            {
              at,
              kind: 'if',
              test: exprOf(r, first),
              then: [],
              otherwise: [{ at, kind: 'throw', value: null }],
            },
          ]
        : [];
    case 'if_statement':
      return ifOf(r, node);
    case 'for_statement': {
      const start = statements(r, fields(node, 'init'), (n) => statementOf(r, n));
      const { before, value: test } = testOf(r, node);
      const body = [
        ...blockOf(r, field(node, 'body')),
        ...statements(r, fields(node, 'update'), (n) => statementOf(r, n)),
      ];
      return [...start, ...before, { at, kind: 'loop', target: null, over: null, test, body }];
    }
    case 'enhanced_for_statement': {
      const name = field(node, 'name');
      const value = field(node, 'value');
      const over = value ? exprOf(r, value) : literal(at, null);
      if (name) r.locals.add(r.text(name));
      const target = name ? nameTarget(r.text(name)) : null;
      return [{ at, kind: 'loop', target, over, test: null, body: blockOf(r, field(node, 'body')) }];
    }
    case 'while_statement':
    case 'do_statement': {
      const { before, value: test } = testOf(r, node);
      return [
        ...before,
        { at, kind: 'loop', target: null, over: null, test, body: blockOf(r, field(node, 'body')) },
      ];
    }
    case 'try_statement':
    case 'try_with_resources_statement':
      return tryOf(r, node);
    case 'synchronized_statement':
      return blockOf(r, field(node, 'body'));
    case 'labeled_statement':
      return statements(r, node.children.slice(1), (n) => statementOf(r, n));
    case 'block':
      return [{ at, kind: 'block', body: blockOf(r, node) }];
    case 'static_initializer':
    case 'ERROR':
      return statements(r, node.children, (n) => statementOf(r, n));
    default:
      return effect(exprOf(r, node));
  }
};

/**
 * Java. Bare names of fields and methods of the class (and those around it) are written with `this`; constructors are
 * `<init>`, a record's too. Nested classes follow the class they are in. An import of `a.b.C` is the name C of the module
 * `a.b`. All classes of a file belong to its package: it has no `exports`.
 */
export const readJava = (grammar: Grammar | null): Reader => ({
  language: 'java',
  extensions: ['.java'],
  read: (path, source) =>
    readTree(grammar, 'java', path, source, (reading, root) => {
      const r: Java = { ...reading, own: [], locals: new Set(), yields: null };
      return statements(r, root.children, (n) => statementOf(r, n));
    }),
});
