// Long, because it is one table: what each kind of node of the grammar of Go means.
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
  literal,
  nameExpr,
  nameTarget,
  operandsOf,
  other,
  type Reading,
  readTree,
  spread,
  statements,
  sumOf,
  temporary,
  textOf,
  typeText,
} from './tree-reading.ts';
import { unescaped } from './tree-text.ts';

/** `results` are the named results of the function being read, which a bare `return` hands back. */
type Go = Reading & { results: string[]; classes: Map<string, Class> };

const isDoc = (comment: string): boolean => !comment.startsWith('//go:');

/** Conversions that look like calls: the value passes. */
const CONVERSIONS = new Set(
  'string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr byte rune float32 float64 any error'.split(
    ' ',
  ),
);

const argsOf = (r: Go, node: TreeNode | null): Arg[] =>
  (node?.children ?? []).map((c): Arg => {
    const [inner] = c.children;
    return c.kind === 'variadic_argument' && inner
      ? { spread: true, value: exprOf(r, inner) }
      : { value: exprOf(r, c) };
  });

/** Calls that make text are text; those of the language itself are what they do to values. */
const callOf = (r: Go, node: TreeNode): Expr => {
  const at = r.at(node);
  const called = field(node, 'function');
  const callee = called ? exprOf(r, called) : other(at, []);
  const list = field(node, 'arguments');
  const args = argsOf(r, list);
  const [first, ...rest] = args;
  if (callee.kind === 'name' && first && args.length === 1 && CONVERSIONS.has(callee.name))
    return first.value;
  if (callee.kind === 'name' && callee.name === 'append' && first)
    return {
      at,
      kind: 'list',
      items: [spread(at, first.value), ...rest.map((a) => (a.spread ? spread(at, a.value) : a.value))],
    };
  if (callee.kind === 'name' && callee.name === 'new' && list?.children[0])
    return { at, kind: 'call', callee: typeExpr(r, list.children[0]), args: [], isNew: true };
  if (callee.kind === 'name' && callee.name === 'make') return { at, kind: 'list', items: [] };
  if (callee.kind === 'member' && callee.object.kind === 'name' && callee.object.name === 'fmt' && first) {
    if (callee.property === 'Sprintf') return formatted(at, first.value, rest, 'percent');
    if (/^Sprint(ln)?$/.test(callee.property))
      return textOf(
        at,
        args.map((a) => a.value),
      );
  }
  return { at, kind: 'call', callee, args, isNew: false };
};

/** A type where a value could stand: its name, or nothing. */
const typeExpr = (r: Go, node: TreeNode): Expr => {
  const at = r.at(node);
  const named = field(node, 'type') ?? node.children[0];
  switch (node.kind) {
    case 'type_identifier':
    case 'identifier':
    case 'package_identifier':
      return nameExpr(at, r.text(node));
    case 'qualified_type': {
      const [object, property] = node.children;
      return object && property
        ? { at, kind: 'member', object: nameExpr(r.at(object), r.text(object)), property: r.text(property) }
        : other(at, []);
    }
    case 'generic_type':
    case 'pointer_type':
    case 'parenthesized_type':
    case 'type_elem':
      return named ? typeExpr(r, named) : other(at, []);
    default:
      return node.kind.endsWith('type') ? other(at, []) : exprOf(r, node);
  }
};

/** `T{a: x}` makes a T as `T(a=x)` would; `[]T{x}` is a list and `map[K]V{k: v}` a record. */
const compositeOf = (r: Go, type: TreeNode | null, body: TreeNode | null, node: TreeNode): Expr => {
  const at = r.at(node);
  const elements = body?.children ?? [];
  const itemType = type && (field(type, 'element') ?? field(type, 'value'));
  const itemOf = (element: TreeNode | null | undefined): Expr => {
    const inner = element?.kind === 'literal_element' ? element.children[0] : element;
    if (!inner) return literal(at, null);
    // The type of an item may be left out: `[]T{{a: x}}`.
    return inner.kind === 'literal_value' ? compositeOf(r, itemType, inner, inner) : exprOf(r, inner);
  };
  const entries = elements.map((e) => {
    if (e.kind !== 'keyed_element') return { name: null, key: null, value: itemOf(e) };
    const key = field(e, 'key') ?? e.children[0];
    const inner = key?.children[0];
    const value = itemOf(field(e, 'value') ?? e.children[1]);
    return { name: inner?.kind === 'identifier' ? r.text(inner) : null, key: inner ?? null, value };
  });
  const bare = type?.kind === 'pointer_type' ? (type.children[0] as TreeNode) : type;
  if (bare && /^(type_identifier|qualified_type|generic_type)$/.test(bare.kind))
    return {
      at,
      kind: 'call',
      callee: typeExpr(r, bare),
      args: entries.map(
        (e): Arg => (e.name === null ? { value: e.value } : { name: e.name, value: e.value }),
      ),
      isNew: true,
    };
  if (bare?.kind !== 'map_type' && entries.every((e) => e.name === null))
    return { at, kind: 'list', items: entries.map((e) => e.value) };
  return {
    at,
    kind: 'record',
    entries: entries.map((e) => {
      if (e.name !== null && bare?.kind !== 'map_type') return { key: e.name, value: e.value };
      const key = e.key && exprOf(r, e.key);
      if (key?.kind === 'literal') return { key: key.value ?? '', value: e.value };
      return { key: '', value: key ? other(at, [key, e.value]) : e.value };
    }),
  };
};

const exprOf = (r: Go, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  const operand = field(node, 'operand') ?? first;
  switch (node.kind) {
    case 'identifier':
    case 'type_identifier':
    case 'package_identifier':
    case 'field_identifier':
    case 'blank_identifier':
      return nameExpr(at, r.text(node));
    case 'interpreted_string_literal':
      return literal(at, unescaped(r.text(node).slice(1, -1)), true);
    case 'raw_string_literal':
      return literal(at, r.text(node).slice(1, -1).replaceAll('\r', ''), true);
    case 'int_literal':
    case 'float_literal':
    case 'imaginary_literal':
    case 'rune_literal':
    case 'true':
    case 'false':
    case 'iota':
      return literal(at, r.text(node));
    case 'nil':
      return literal(at, null);
    case 'qualified_type':
    case 'generic_type':
      return typeExpr(r, node);
    case 'selector_expression': {
      const property = field(node, 'field');
      return operand && property
        ? { at, kind: 'member', object: exprOf(r, operand), property: r.text(property) }
        : partsOf(r, node);
    }
    case 'index_expression': {
      const indexNode = field(node, 'index');
      if (!operand || !indexNode) return partsOf(r, node);
      const object = exprOf(r, operand);
      const index = exprOf(r, indexNode);
      return index.kind === 'literal' && index.isString
        ? { at, kind: 'member', object, property: index.value ?? '' }
        : { at, kind: 'index', object, index };
    }
    case 'slice_expression':
    case 'type_assertion_expression':
    case 'parenthesized_expression':
    case 'type_instantiation_expression':
    case 'literal_element':
      return operand ? exprOf(r, operand) : partsOf(r, node);
    case 'type_conversion_expression': {
      const type = field(node, 'type');
      const value = operand && operand !== type ? exprOf(r, operand) : other(at, []);
      if (type?.kind !== 'generic_type') return value;
      return { at, kind: 'call', callee: genericCallee(r, type), args: [{ value }], isNew: false };
    }
    case 'call_expression':
      return callOf(r, withoutTypes(r, node));
    case 'composite_literal':
      return compositeOf(r, field(node, 'type'), field(node, 'body'), node);
    case 'literal_value':
      return compositeOf(r, null, node, node);
    case 'unary_expression': {
      if (!operand) return partsOf(r, node);
      if (/^[-+]$/.test(node.words[0] ?? '') && operand.kind.endsWith('literal'))
        return literal(at, r.text(node));
      const value = exprOf(r, operand);
      if (node.words[0] === '!') return { at, kind: 'test', operator: '!', operands: [value] };
      return /^(&|\*|<-)$/.test(node.words[0] ?? '') ? value : other(at, [value]);
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
    case 'func_literal':
      return { at, kind: 'function', fn: fnOf(r, node) };
    case 'expression_list':
      return node.children.length === 1 && first
        ? exprOf(r, first)
        : { at, kind: 'list', items: node.children.map((c) => exprOf(r, c)) };
    default:
      return partsOf(r, node);
  }
};

/** `f[T](x)` is read as an index of f by its grammar; what is called is f when it is a function of a package. */
const withoutTypes = (r: Go, node: TreeNode): TreeNode => {
  const callee = field(node, 'function');
  const index = callee?.kind === 'index_expression' ? field(callee, 'index') : null;
  const operand = callee && field(callee, 'operand');
  const isType =
    index && (CONVERSIONS.has(r.text(index)) || /^[A-Z*[]/.test(r.text(index).split('.').at(-1) ?? ''));
  if (!isType || !operand) return node;
  return {
    ...node,
    children: node.children.map((c) => (c === callee ? { ...operand, field: 'function' } : c)),
  };
};

/** `f[T](x)` with one argument is read as a conversion; `handlers[i](x)` looks the same. */
const genericCallee = (r: Go, type: TreeNode): Expr => {
  const callee = typeExpr(r, type);
  const given = ofKind(type, 'type_arguments')?.children ?? [];
  const name = given.length === 1 && given[0] ? r.text(given[0]) : '';
  const isItem =
    callee.kind === 'name' && /^[a-z]/.test(callee.name) && /^[a-z]\w*$/.test(name) && !CONVERSIONS.has(name);
  return isItem ? { at: callee.at, kind: 'index', object: callee, index: nameExpr(callee.at, name) } : callee;
};

const partsOf = (r: Go, node: TreeNode): Expr =>
  other(
    r.at(node),
    node.children.filter((c) => !/_type$/.test(c.kind)).map((c) => exprOf(r, c)),
  );

const targetOf = (r: Go, node: TreeNode): Target =>
  node.kind === 'identifier' ? nameTarget(r.text(node)) : { kind: 'place', expr: exprOf(r, node) };

/** `a, b = x, y` and `a, b = f()`; a second value that only says whether there was one is a test of its own. */
const assignOf = (r: Go, node: TreeNode, left: TreeNode[], right: TreeNode[], adds: boolean): Stmt[] => {
  const at = r.at(node);
  const blank = (n: TreeNode): boolean => r.text(n) === '_';
  if (left.length === right.length) {
    // All values are read before any is written: `a, b = b, a`.
    const values = right.map((n) => exprOf(r, n));
    return left.flatMap((l, i) => {
      const value = values[i] as Expr;
      return blank(l) ? effect(value) : [assign(at, targetOf(r, l), value, adds)];
    });
  }
  const [only] = right;
  // Declared, and nothing yet: the name is this function's own.
  if (!only)
    return node.kind === 'var_spec'
      ? left.map((l) => assign(at, targetOf(r, l), { at, kind: 'other', parts: [] }))
      : [];
  const value = exprOf(r, only);
  const isProbe = /^(type_assertion_expression|index_expression)$/.test(only.kind) || only.words[0] === '<-';
  const [first, second] = left;
  if (isProbe && first && second) {
    const target = blank(first) ? null : targetOf(r, first);
    // Once written, the value is not read a second time.
    const held =
      target?.kind === 'name' ? nameExpr(at, target.name) : target?.kind === 'place' ? target.expr : value;
    const probe: Expr = { at, kind: 'test', operator: 'in', operands: [held] };
    return [
      ...(target ? [assign(at, target, value)] : []),
      ...(blank(second) ? [] : [assign(at, targetOf(r, second), probe)]),
    ];
  }
  const parts = left.flatMap((l, i) => (blank(l) ? [] : [{ path: String(i), target: targetOf(r, l) }]));
  return parts.length > 0 ? [assign(at, { kind: 'parts', parts }, value)] : effect(value);
};

const listed = (node: TreeNode | null): TreeNode[] =>
  node === null ? [] : node.kind === 'expression_list' ? node.children : [node];

/** `var a, b T = x, y`; without values nothing is assigned. */
const declared = (r: Go, node: TreeNode): Stmt[] =>
  node.children.flatMap((spec) =>
    spec.kind === 'var_spec_list'
      ? declared(r, spec)
      : assignOf(r, spec, fields(spec, 'name'), listed(field(spec, 'value')), false),
  );

const paramsOf = (r: Go, list: TreeNode | null): Param[] =>
  (list?.children ?? []).flatMap((p) => {
    const names = fields(p, 'name');
    const param = (name: string): Param => ({
      name,
      type: typeText(r, field(p, 'type')),
      defaultValue: null,
      rest: p.kind === 'variadic_parameter_declaration',
      parts: [],
    });
    return names.length === 0 ? [param('')] : names.map((n) => param(r.text(n)));
  });

const fnOf = (r: Go, node: TreeNode): Fn => {
  const name = field(node, 'name');
  const fn = emptyFn(name ? r.text(name) : '', r.at(node));
  const result = field(node, 'result');
  const outer = r.results;
  r.results = result?.kind === 'parameter_list' ? paramsOf(r, result).flatMap((p) => p.name || []) : [];
  fn.params = paramsOf(r, field(node, 'parameters'));
  fn.body = apart(r, () => blockOf(r, field(node, 'body'))).value;
  r.results = outer;
  const own = field(node, 'receiver')?.children[0];
  if (own) fn.receiver = paramsOf(r, field(node, 'receiver'))[0]?.name ?? '';
  if (node.kind !== 'func_literal') fn.doc = r.docBefore(node, isDoc);
  return fn;
};

/** The methods of a type in this file are one class of its name. */
const methodOf = (r: Go, node: TreeNode): Stmt[] => {
  const type = field(node, 'receiver')?.children[0];
  const name = /[A-Za-z_]\w*/.exec(typeText(r, type ? field(type, 'type') : null))?.[0] ?? '';
  const fn = fnOf(r, node);
  const known = r.classes.get(name);
  if (known) {
    known.methods.push(fn);
    return [];
  }
  const cls = { ...emptyClass(name, fn.at), methods: [fn] };
  r.classes.set(name, cls);
  return [{ at: fn.at, kind: 'class', cls }];
};

/** `json:"a,omitempty" jsonschema:"required"`: pairs of a key and a quoted text, by convention. */
const tagOf = (r: Go, node: TreeNode | null): Expr[] => {
  const value = node && exprOf(r, node);
  if (!node || value?.kind !== 'literal' || !value.value) return [];
  const at = r.at(node);
  return [...value.value.slice(0, 4_000).matchAll(/(\w[\w-]{0,60}):"((?:[^"\\]|\\.)*)"/g)].map(
    ([, key = '', text = '']): Expr => ({
      at,
      kind: 'call',
      callee: nameExpr(at, key),
      args: [{ value: literal(at, unescaped(text), true) }],
      isNew: false,
    }),
  );
};

const typeOf = (r: Go, spec: TreeNode, doc: string): Stmt[] => {
  const type = field(spec, 'type');
  const name = field(spec, 'name');
  if (!type || !name) return [];
  const cls = { ...emptyClass(r.text(name), r.at(spec)), doc: r.docBefore(spec, isDoc) || doc };
  for (const member of ofKind(type, 'field_declaration_list')?.children ?? []) {
    const memberType = field(member, 'type');
    const names = fields(member, 'name');
    if (names.length === 0 && memberType) cls.bases.push(typeExpr(r, memberType));
    const tag = tagOf(r, field(member, 'tag'));
    const comment = names.length > 0 ? r.docBefore(member, isDoc) : '';
    for (const n of names)
      cls.fields.push({
        name: r.text(n),
        type: typeText(r, memberType),
        value: null,
        at: r.at(member),
        ...(tag.length > 0 ? { decorators: tag } : {}),
        ...(comment !== '' ? { doc: comment } : {}),
      });
  }
  if (/^(type_identifier|qualified_type|generic_type)$/.test(type.kind)) cls.bases.push(typeExpr(r, type));
  if (type.kind === 'interface_type')
    for (const member of type.children)
      if (member.kind === 'method_elem') cls.methods.push(fnOf(r, member));
      else cls.bases.push(typeExpr(r, member.children[0] ?? member));
  return [{ at: cls.at, kind: 'class', cls }];
};

/** The name a package is called by when the import gives none: the last of its path that is no version. */
const packageName = (path: string): string => {
  const parts = path.split('/');
  const last = /^v\d+$/.test(parts.at(-1) ?? '') && parts.length > 1 ? parts.at(-2) : parts.at(-1);
  return (last ?? '').replace(/\.v\d+$/, '').replace(/^go-|[-.]go$/g, '');
};

const importOf = (r: Go, node: TreeNode): void => {
  const specs = node.kind === 'import_spec' ? [node] : [];
  for (const c of node.children) if (/^import_spec/.test(c.kind)) importOf(r, c);
  for (const spec of specs) {
    const path = field(spec, 'path');
    const module = path ? r.text(path).slice(1, -1) : '';
    const alias = field(spec, 'name');
    const local = alias ? r.text(alias) : packageName(module);
    r.imports.push({ local: local === '.' ? '*' : local, module, name: '*', at: r.at(spec) });
  }
};

const initialized = (r: Go, node: TreeNode): Stmt[] => {
  const init = field(node, 'initializer');
  return init ? statements(r, [init], (n) => statementOf(r, n)) : [];
};

const ifOf = (r: Go, node: TreeNode): Stmt[] => {
  const whole: Stmt[] = [];
  let into = whole;
  let clause: TreeNode | null = node;
  let depth = 0;
  while (clause?.kind === 'if_statement') {
    append(into, initialized(r, clause));
    const condition = field(clause, 'condition');
    const { before, value: test } = apart(r, () =>
      condition ? exprOf(r, condition) : literal(r.at(node), null),
    );
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

const forOf = (r: Go, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const body = field(node, 'body');
  const range = ofKind(node, 'range_clause');
  if (range) {
    const [key, item] = listed(field(range, 'left'));
    const overNode = field(range, 'right');
    let over = overNode ? exprOf(r, overNode) : literal(at, null);
    const first: Stmt[] = [];
    const keys: Stmt[] = [];
    if (key && item && r.text(key) !== '_') {
      if (over.kind !== 'name' && over.kind !== 'member') {
        const name = temporary(r);
        first.push(assign(at, nameTarget(name), over));
        over = nameExpr(at, name);
      }
      keys.push(assign(at, targetOf(r, key), other(at, [over])));
    }
    const taken = item ?? key;
    const target = taken && r.text(taken) !== '_' ? targetOf(r, taken) : null;
    return [...first, { at, kind: 'loop', target, over, test: null, body: [...keys, ...blockOf(r, body)] }];
  }
  const clause = ofKind(node, 'for_clause');
  const condition = clause ? field(clause, 'condition') : node.children.find((c) => c !== body);
  const update = clause && field(clause, 'update');
  const start = clause ? initialized(r, clause) : [];
  const { before, value: test } = apart(r, () => (condition ? exprOf(r, condition) : null));
  const round = [...blockOf(r, body), ...(update ? statements(r, [update], (n) => statementOf(r, n)) : [])];
  return [...start, ...before, { at, kind: 'loop', target: null, over: null, test, body: round }];
};

const caseBody = (r: Go, node: TreeNode): Stmt[] => blockOf(r, ofKind(node, 'statement_list'));

const switchOf = (r: Go, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const start = initialized(r, node);
  const value = field(node, 'value');
  const cases = node.children.filter((c) => /_case$/.test(c.kind));
  if (value || node.kind !== 'expression_switch_statement') {
    const on = value ? exprOf(r, value) : literal(at, null);
    const alias = field(node, 'alias')?.children[0];
    if (alias) start.push(assign(at, nameTarget(r.text(alias)), on));
    const read = cases.map((c) => {
      const communication = field(c, 'communication');
      const tests = fields(c, 'value').flatMap((v) => listed(v).map((n) => exprOf(r, n)));
      const received = communication ? statements(r, [communication], (n) => statementOf(r, n)) : [];
      const isDefault = c.kind === 'default_case';
      return {
        // A type or a channel compares with nothing we know, and is not the case that takes the rest.
        tests: isDefault || tests.length > 0 ? tests : [other(r.at(c), [])],
        body: [...received, ...caseBody(r, c)],
      };
    });
    return [...start, { at, kind: 'switch', on, cases: read }];
  }
  let into = start;
  let depth = 0;
  for (const c of cases.filter((x) => x.kind !== 'default_case')) {
    const tests = listed(field(c, 'value')).map((n) => exprOf(r, n));
    const test: Expr =
      tests.length === 1
        ? (tests[0] as Expr)
        : { at: r.at(c), kind: 'test', operator: '||', operands: tests };
    const otherwise: Stmt[] = [];
    into.push({ at: r.at(c), kind: 'if', test, then: caseBody(r, c), otherwise });
    if (++depth < DEEPEST_ELSE) into = otherwise;
  }
  for (const c of cases.filter((x) => x.kind === 'default_case')) append(into, caseBody(r, c));
  return start;
};

const blockOf = (r: Go, node: TreeNode | null): Stmt[] => {
  if (!node) return [];
  const list =
    node.kind === 'block' ? (ofKind(node, 'statement_list')?.children ?? node.children) : node.children;
  return statements(r, list, (n) => statementOf(r, n));
};

const statementOf = (r: Go, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'package_clause':
    case 'empty_statement':
    case 'fallthrough_statement':
    case 'inc_statement':
    case 'dec_statement':
    case 'label_name':
      return [];
    case 'import_declaration':
      importOf(r, node);
      return [];
    case 'const_declaration':
    case 'var_declaration':
      return declared(r, node);
    case 'type_declaration': {
      const doc = r.docBefore(node, isDoc);
      return node.children.flatMap((spec) => typeOf(r, spec, doc));
    }
    case 'function_declaration':
      return [{ at, kind: 'function', fn: fnOf(r, node) }];
    case 'method_declaration':
      return methodOf(r, node);
    case 'short_var_declaration':
    case 'assignment_statement':
    case 'receive_statement': {
      const left = listed(field(node, 'left'));
      const right = listed(field(node, 'right'));
      if (left.length === 0) return right.flatMap((n) => effect(exprOf(r, n)));
      const operator = node.words[0] ?? '=';
      return assignOf(r, node, left, right, operator !== '=' && operator !== ':=');
    }
    case 'expression_statement':
    case 'go_statement':
    case 'defer_statement':
      return first ? effect(exprOf(r, first)) : [];
    case 'send_statement': {
      const [channel, value] = node.children.map((c) => exprOf(r, c));
      if (!channel || !value) return [];
      const target: Target =
        channel.kind === 'name' ? nameTarget(channel.name) : { kind: 'place', expr: channel };
      return [assign(at, target, value, true)];
    }
    case 'return_statement': {
      const results: Expr[] = r.results.map((name) => nameExpr(at, name));
      if (first) return [{ at, kind: 'return', value: exprOf(r, first) }];
      const value: Expr | null =
        results.length > 1 ? { at, kind: 'list', items: results } : (results[0] ?? null);
      return [{ at, kind: 'return', value }];
    }
    case 'break_statement':
    case 'continue_statement':
    case 'goto_statement':
      return [{ at, kind: 'jump' }];
    case 'if_statement':
      return ifOf(r, node);
    case 'for_statement':
      return forOf(r, node);
    case 'expression_switch_statement':
    case 'type_switch_statement':
    case 'select_statement':
      return switchOf(r, node);
    case 'block':
      return [{ at, kind: 'block', body: blockOf(r, node) }];
    case 'labeled_statement':
    case 'statement_list':
    case 'ERROR':
      return statements(r, node.children, (n) => statementOf(r, n));
    default:
      return effect(exprOf(r, node));
  }
};

/**
 * Go. A type is a class with its fields (bases: what it embeds), its methods in this file one more class of that name.
 * `T{a: x}` is `new T(a=x)`; several results are a list, taken apart by position; `append` is a list; conversions,
 * `&x`, `*x` and `<-c` are what they are of. A file's names are its package's: it has no `exports`. The local name of
 * `import . "x"` is `*`.
 */
export const readGo = (grammar: Grammar | null): Reader => ({
  language: 'go',
  extensions: ['.go'],
  read: (path, source) =>
    readTree(grammar, 'go', path, source, (reading, root) => {
      const r: Go = { ...reading, results: [], classes: new Map() };
      return statements(r, root.children, (n) => statementOf(r, n));
    }),
});
