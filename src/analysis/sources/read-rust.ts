// Long, because it is one table: what each kind of node of the grammar of Rust means.
import type { Arg, Class, Expr, Fn, Import, Param, Reader, Span, Stmt, Target } from './ir.ts';
import type { Grammar } from './tree-grammar.ts';
import { field, ofKind, type TreeNode } from './tree-node.ts';
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
  statements,
  sumOf,
  temporary,
  typeText,
} from './tree-reading.ts';
import { expanded, fromTokens, jsonOf, reparsed } from './tree-rust-macros.ts';
import { unescaped } from './tree-text.ts';

/** `self` is what `Self` stands for; `roots` the first names of paths, which may be packages nobody imports. */
type Rust = Reading & { self: string; roots: Map<string, TreeNode>; macroDepth: number };

/** What becomes of a value: the statements that take it. */
type Tail = (value: Expr) => Stmt[];

const isDoc = (comment: string): boolean => /^\/\/\/|^\/\*\*/.test(comment);

/** Variants that only hold a value. */
const HOLDERS = /^(?:Some|Ok)$/;

const segmentsOf = (r: Rust, node: TreeNode): string[] => {
  if (/^scoped_(type_)?identifier$/.test(node.kind)) {
    const path = field(node, 'path');
    const name = field(node, 'name');
    return [...(path ? segmentsOf(r, path) : []), name ? r.text(name) : ''];
  }
  const type = /^(generic_type|generic_type_with_turbofish)$/.test(node.kind) ? field(node, 'type') : null;
  if (type) return segmentsOf(r, type);
  return /identifier$|^(self|super|crate|metavariable|primitive_type)$/.test(node.kind)
    ? [r.text(node)]
    : [''];
};

/**
 * `a::b::c` is `a.b.c`. A path from `crate`, `self` or `super` begins with the name of a module, which is listed as
 * imported under the path itself.
 */
const pathOf = (r: Rust, node: TreeNode): Expr => {
  const at = r.at(node);
  let [first = '', ...rest] = segmentsOf(r, node);
  if (first === 'Self' && r.self !== '') first = r.self;
  if (/^(crate|super|self)$/.test(first) && rest.length > 0) {
    const length = rest.findIndex((s, i) => i === rest.length - 1 || /^[A-Z]/.test(s));
    const module = [first, ...rest.slice(0, length)].join('::');
    rest = rest.slice(length);
    if (!r.imports.some((i) => i.local === module)) r.imports.push({ local: module, module, name: '*', at });
    first = module;
  } else if (rest.length > 0 && /^[a-z]/.test(first) && !r.roots.has(first)) r.roots.set(first, node);
  return rest.reduce<Expr>(
    (object, property) => ({ at, kind: 'member', object, property }),
    nameExpr(at, first),
  );
};

const stringOf = (r: Rust, node: TreeNode): Expr => {
  const text = r.text(node);
  const at = r.at(node);
  if (node.kind === 'raw_string_literal')
    return literal(at, text.replace(/^[bc]?r#{0,255}"/, '').replace(/"#{0,255}$/, ''), true);
  const inner = text.slice(text.indexOf('"') + 1, -1);
  return literal(at, unescaped(inner.replace(/\\\r?\n\s*/g, '')), true);
};

const argsOf = (r: Rust, nodes: readonly TreeNode[]): Arg[] =>
  nodes
    .filter((c) => c.kind !== 'attribute_item')
    .map((c): Arg => {
      // Attributes and formats name their arguments: `name = "x"`.
      const [left, right] = c.kind === 'assignment_expression' ? c.children : [];
      return left && right && left.kind === 'identifier'
        ? { name: r.text(left), value: exprOf(r, right) }
        : { value: exprOf(r, c) };
    });

const tokenArgs = (r: Rust, tokens: TreeNode | null): Arg[] => {
  if (!tokens) return [];
  const nodes = reparsed(r, tokens, r.macroDepth);
  if (!nodes) return fromTokens(r, tokens, (n) => exprOf(r, n)).map((value) => ({ value }));
  r.macroDepth++;
  const args = argsOf(r, nodes);
  r.macroDepth--;
  return args;
};

/** Reads an expression whose value goes somewhere: the branches of `if` and `match` each take it there. */
const valueInto = (r: Rust, node: TreeNode, tail: Tail): Stmt[] => {
  const at = r.at(node);
  switch (node.kind) {
    case 'if_expression':
      return ifInto(r, node, tail);
    case 'match_expression':
      return matchInto(r, node, tail);
    case 'block':
      return [{ at, kind: 'block', body: blockInto(r, node, tail) }];
    case 'unsafe_block':
    case 'async_block':
    case 'const_block':
    case 'try_block':
    case 'gen_block': {
      const block = ofKind(node, 'block');
      return block ? blockInto(r, block, tail) : [];
    }
    case 'parenthesized_expression':
      return node.children[0] ? valueInto(r, node.children[0], tail) : [];
    case 'while_expression':
    case 'for_expression':
    case 'loop_expression':
      return loopOf(r, node);
    default: {
      const { before, value } = apart(r, () => exprOf(r, node));
      return /^(return|break|continue)_expression$/.test(node.kind) ? before : [...before, ...tail(value)];
    }
  }
};

/** A block's last expression without a semicolon is its value. */
const blockInto = (r: Rust, node: TreeNode, tail: Tail): Stmt[] => {
  const all = node.children;
  const last = all.at(-1);
  const open = last?.kind === 'expression_statement' && !r.text(last).trimEnd().endsWith(';');
  const value = open ? last.children[0] : last && !isStatement(last) ? last : undefined;
  if (!value) return itemsOf(r, all);
  const body = itemsOf(r, all.slice(0, -1));
  append(body, valueInto(r, value, tail));
  return body;
};

const isStatement = (node: TreeNode): boolean =>
  /_(statement|item|declaration|definition)$|^ERROR$/.test(node.kind);

const returned: Tail = (value) => {
  const failed = value.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'Err';
  return [{ at: value.at, kind: failed ? 'throw' : 'return', value }];
};

/** The condition of an `if`; names that `let` takes are taken before it. */
const conditionOf = (r: Rust, node: TreeNode): Expr => {
  const at = r.at(node);
  if (node.kind === 'let_chain')
    return { at, kind: 'test', operator: '&&', operands: node.children.map((c) => conditionOf(r, c)) };
  if (node.kind !== 'let_condition') return exprOf(r, node);
  const pattern = field(node, 'pattern');
  const value = held(r, field(node, 'value'), at);
  const target = pattern && targetOf(r, pattern);
  if (target) r.before.push(assign(at, target, value));
  return { at, kind: 'test', operator: 'let', operands: [value] };
};

/** A value that is asked for more than once, under a name. */
const held = (r: Rust, node: TreeNode | null, at: Span): Expr => {
  const value = node ? exprOf(r, node) : other(at, []);
  if (value.kind === 'name' || value.kind === 'member') return value;
  const name = temporary(r);
  r.before.push(assign(value.at, nameTarget(name), value));
  return nameExpr(value.at, name);
};

const ifInto = (r: Rust, node: TreeNode, tail: Tail): Stmt[] => {
  const whole: Stmt[] = [];
  let into = whole;
  let clause: TreeNode | null = node;
  let depth = 0;
  while (clause?.kind === 'if_expression') {
    const condition = field(clause, 'condition');
    const { before, value: test } = apart(r, () =>
      condition ? conditionOf(r, condition) : other(r.at(node), []),
    );
    append(into, before);
    const then = field(clause, 'consequence');
    const otherwise: Stmt[] = [];
    into.push({ at: r.at(clause), kind: 'if', test, then: then ? blockInto(r, then, tail) : [], otherwise });
    if (++depth < DEEPEST_ELSE) into = otherwise;
    clause = field(clause, 'alternative')?.children[0] ?? null;
  }
  if (clause) append(into, blockInto(r, clause, tail));
  return whole;
};

/** What a pattern compares with; nothing when it takes all. */
const testsOf = (r: Rust, node: TreeNode): Expr[] => {
  const at = r.at(node);
  switch (node.kind) {
    case 'match_pattern':
      return node.children[0] && node.children[0].field !== 'condition' ? testsOf(r, node.children[0]) : [];
    case 'or_pattern':
      return node.children.flatMap((c) => testsOf(r, c));
    case 'identifier':
      return /^[A-Z]/.test(r.text(node)) ? [nameExpr(at, r.text(node))] : [];
    case 'captured_pattern':
      return node.children.slice(1).flatMap((c) => testsOf(r, c));
    case 'mut_pattern':
    case 'ref_pattern':
    case 'reference_pattern':
      return node.children.slice(-1).flatMap((c) => testsOf(r, c));
    case 'scoped_identifier':
    case 'string_literal':
    case 'raw_string_literal':
    case 'integer_literal':
    case 'char_literal':
    case 'boolean_literal':
    case 'negative_literal':
      return [exprOf(r, node)];
    case 'tuple_struct_pattern':
    case 'struct_pattern': {
      const type = field(node, 'type');
      return [type ? pathOf(r, type) : other(at, [])];
    }
    default:
      return [other(at, [])];
  }
};

/** Where a pattern puts a value; null when it takes nothing of it. */
const targetOf = (r: Rust, node: TreeNode): Target | null => {
  const partsAt = (subs: readonly TreeNode[]): Target | null => {
    const parts = subs.flatMap((c, i) => {
      const target = targetOf(r, c);
      return target ? [{ path: String(i), target }] : [];
    });
    return parts.length > 0 ? { kind: 'parts', parts } : null;
  };
  switch (node.kind) {
    case 'identifier':
    case 'shorthand_field_identifier':
      return /^[A-Z]/.test(r.text(node)) ? null : nameTarget(r.text(node));
    case 'match_pattern':
    case 'or_pattern':
    case 'captured_pattern':
      return node.children[0] ? targetOf(r, node.children[0]) : null;
    case 'mut_pattern':
    case 'ref_pattern':
    case 'reference_pattern': {
      const last = node.children.at(-1);
      return last ? targetOf(r, last) : null;
    }
    case 'tuple_struct_pattern': {
      const subs = node.children.filter((c) => c.field !== 'type');
      const [only] = subs;
      return subs.length === 1 && only ? targetOf(r, only) : partsAt(subs);
    }
    case 'tuple_pattern':
    case 'slice_pattern':
      return partsAt(node.children);
    case 'struct_pattern': {
      const parts = node.children.flatMap((c) => {
        const name = field(c, 'name');
        const target = name && targetOf(r, field(c, 'pattern') ?? { ...name, kind: 'identifier' });
        return name && target ? [{ path: r.text(name), target }] : [];
      });
      return parts.length > 0 ? { kind: 'parts', parts } : null;
    }
    // A place that is written: `a.b = x`.
    case 'field_expression':
    case 'index_expression':
    case 'scoped_identifier':
      return { kind: 'place', expr: exprOf(r, node) };
    case 'unary_expression':
    case 'parenthesized_expression':
    case 'tuple_expression':
      return node.children.length === 1 && node.children[0]
        ? targetOf(r, node.children[0])
        : partsAt(node.children);
    default:
      return null;
  }
};

const matchInto = (r: Rust, node: TreeNode, tail: Tail): Stmt[] => {
  const at = r.at(node);
  const valueNode = field(node, 'value');
  const { before, value: on } = apart(r, () => held(r, valueNode, at));
  const cases = (field(node, 'body')?.children ?? [])
    .filter((c) => c.kind === 'match_arm')
    .map((arm) => {
      const pattern = field(arm, 'pattern');
      const made = field(arm, 'value');
      const guard = pattern && field(pattern, 'condition');
      const target = pattern && targetOf(r, pattern);
      const tests = pattern ? testsOf(r, pattern) : [];
      const takes = target ? [assign(r.at(arm), target, on)] : [];
      const body = made?.kind === 'block' ? blockInto(r, made, tail) : made ? valueInto(r, made, tail) : [];
      if (!guard) return { tests, body: [...takes, ...body] };
      const { before: first, value: test } = apart(r, () => conditionOf(r, guard));
      const guarded: Stmt = { at: r.at(guard), kind: 'if', test, then: body, otherwise: [] };
      return { tests: tests.length > 0 ? tests : [other(at, [])], body: [...takes, ...first, guarded] };
    });
  return [...before, { at, kind: 'switch', on, cases }];
};

const none: Tail = effect;

const loopOf = (r: Rust, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const bodyNode = field(node, 'body');
  const pattern = field(node, 'pattern');
  const condition = field(node, 'condition');
  const letCondition = condition?.kind === 'let_condition' ? condition : null;
  const overNode = letCondition ? field(letCondition, 'value') : field(node, 'value');
  const taken = letCondition ? field(letCondition, 'pattern') : pattern;
  const { before, value: read } = apart(r, () => ({
    over: overNode ? exprOf(r, overNode) : null,
    test: condition && !letCondition ? conditionOf(r, condition) : null,
  }));
  const target = taken ? targetOf(r, taken) : null;
  const body = bodyNode ? blockInto(r, bodyNode, none) : [];
  return [...before, { at, kind: 'loop', target, ...read, body }];
};

const closureOf = (r: Rust, node: TreeNode): Expr => {
  const at = r.at(node);
  const fn = emptyFn('', at);
  fn.params = paramsOf(r, field(node, 'parameters'));
  fn.isAsync = node.words.includes('async');
  const body = field(node, 'body');
  if (body)
    fn.body = apart(r, () =>
      body.kind === 'block' ? blockInto(r, body, returned) : valueInto(r, body, returned),
    ).value;
  return { at, kind: 'function', fn };
};

const structOf = (r: Rust, node: TreeNode): Expr => {
  const name = field(node, 'name');
  const args = (field(node, 'body')?.children ?? []).flatMap((c): Arg[] => {
    const [first] = c.children;
    if (c.kind === 'shorthand_field_initializer') {
      const own = c.children.find((x) => x.kind === 'identifier');
      return own ? [{ name: r.text(own), value: nameExpr(r.at(own), r.text(own)) }] : [];
    }
    if (c.kind === 'base_field_initializer') return first ? [{ spread: true, value: exprOf(r, first) }] : [];
    const key = field(c, 'field') ?? field(c, 'name');
    const value = field(c, 'value');
    return key && value ? [{ name: r.text(key), value: exprOf(r, value) }] : [];
  });
  return {
    at: r.at(node),
    kind: 'call',
    callee: name ? pathOf(r, name) : other(r.at(node), []),
    args,
    isNew: true,
  };
};

const exprOf = (r: Rust, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'identifier':
    case 'self':
    case 'metavariable':
    case 'type_identifier':
    case 'scoped_identifier':
    case 'scoped_type_identifier':
    case 'generic_type':
    case 'super':
    case 'crate':
      return pathOf(r, node);
    case 'string_literal':
    case 'raw_string_literal':
      return stringOf(r, node);
    case 'integer_literal':
    case 'float_literal':
    case 'boolean_literal':
    case 'char_literal':
    case 'negative_literal':
      return literal(at, r.text(node));
    case 'unit_expression':
      return literal(at, null);
    case 'field_expression': {
      const object = field(node, 'value');
      const property = field(node, 'field');
      return object && property
        ? { at, kind: 'member', object: exprOf(r, object), property: r.text(property) }
        : other(at, []);
    }
    case 'index_expression': {
      const [object, index] = node.children.map((c) => exprOf(r, c));
      if (!object || !index) return other(at, []);
      return index.kind === 'literal' && index.isString
        ? { at, kind: 'member', object, property: index.value ?? '' }
        : { at, kind: 'index', object, index };
    }
    case 'call_expression': {
      const called = field(node, 'function');
      const callee = called ? exprOf(r, called) : other(at, []);
      const args = argsOf(r, field(node, 'arguments')?.children ?? []);
      const [only] = args;
      return callee.kind === 'name' && HOLDERS.test(callee.name) && args.length === 1 && only
        ? only.value
        : { at, kind: 'call', callee, args, isNew: false };
    }
    case 'generic_function': {
      const inner = field(node, 'function');
      return inner ? exprOf(r, inner) : other(at, []);
    }
    case 'macro_invocation': {
      const macro = field(node, 'macro');
      const tokens = ofKind(node, 'token_tree');
      // The brackets of the macro hold the brackets of the document.
      const [document] = tokens && macro && /(?:^|::)json$/.test(r.text(macro)) ? tokens.children : [];
      const json =
        document?.kind === 'token_tree' && tokens?.children.length === 1
          ? jsonOf(r, document, (n) => exprOf(r, n))
          : null;
      if (json) return json;
      const args = tokenArgs(r, tokens);
      return expanded(r, at, macro ? pathOf(r, macro) : other(at, []), args);
    }
    case 'try_expression':
    case 'await_expression':
    case 'parenthesized_expression':
      return first ? exprOf(r, first) : other(at, []);
    case 'reference_expression':
    case 'type_cast_expression': {
      const value = field(node, 'value');
      return value ? exprOf(r, value) : other(at, []);
    }
    case 'unary_expression': {
      if (!first) return other(at, []);
      if (node.words[0] === '-' && /_literal$/.test(first.kind)) return literal(at, r.text(node));
      const value = exprOf(r, first);
      if (node.words[0] === '!') return { at, kind: 'test', operator: '!', operands: [value] };
      return node.words[0] === '*' ? value : other(at, [value]);
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
    case 'let_condition':
    case 'let_chain':
      return conditionOf(r, node);
    case 'tuple_expression':
    case 'array_expression':
      return {
        at,
        kind: 'list',
        items: node.children
          .filter((c) => c.field !== 'length' && c.kind !== 'attribute_item')
          .map((c) => exprOf(r, c)),
      };
    case 'struct_expression':
      return structOf(r, node);
    case 'closure_expression':
      return closureOf(r, node);
    case 'assignment_expression':
    case 'compound_assignment_expr':
      append(r.before, assignmentOf(r, node));
      return literal(at, null);
    case 'return_expression': {
      if (!first) r.before.push({ at, kind: 'return', value: null });
      else append(r.before, valueInto(r, first, returned));
      return literal(at, null);
    }
    case 'break_expression':
    case 'continue_expression':
      append(
        r.before,
        node.children.filter((c) => c.kind !== 'label').flatMap((c) => effect(exprOf(r, c))),
      );
      r.before.push({ at, kind: 'jump' });
      return literal(at, null);
    case 'if_expression':
    case 'match_expression':
    case 'block':
    case 'unsafe_block':
    case 'async_block':
    case 'const_block':
    case 'try_block':
    case 'gen_block': {
      const name = temporary(r);
      append(
        r.before,
        valueInto(r, node, (value) => [assign(value.at, nameTarget(name), value)]),
      );
      return nameExpr(at, name);
    }
    case 'while_expression':
    case 'for_expression':
    case 'loop_expression':
      append(r.before, loopOf(r, node));
      return literal(at, null);
    default:
      return other(
        at,
        node.children
          .filter((c) => !/_type$|^(type_arguments|label|attribute_item)$/.test(c.kind))
          .map((c) => exprOf(r, c)),
      );
  }
};

const assignmentOf = (r: Rust, node: TreeNode): Stmt[] => {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const target = targetOf(r, left) ?? { kind: 'place' as const, expr: exprOf(r, left) };
  const adds = node.kind === 'compound_assignment_expr';
  return valueInto(r, right, (value) => [assign(r.at(node), target, value, adds)]);
};

const flatParts = (target: Target, path = ''): Param['parts'] => {
  if (target.kind === 'name') return [{ path, name: target.name }];
  if (target.kind === 'place') return [];
  return target.parts.flatMap((p) => flatParts(p.target, path === '' ? p.path : `${path}.${p.path}`));
};

/** Attributes say what a schema says: with them the type is `Annotated<T, #[a(…)]>`, as in Python. */
const annotated = (r: Rust, type: TreeNode | null, attributes: readonly TreeNode[]): string =>
  attributes.length > 0
    ? `Annotated<${[typeText(r, type), ...attributes.map((a) => typeText(r, a))].join(', ')}>`
    : typeText(r, type);

const noted = (r: Rust, attributes: readonly TreeNode[]): { decorators?: Expr[] } =>
  attributes.length > 0 ? { decorators: attributes.map((a) => apart(r, () => attributeOf(r, a)).value) } : {};

const paramsOf = (r: Rust, list: TreeNode | null): Param[] => {
  const params: Param[] = [];
  let attributes: TreeNode[] = [];
  for (const node of list?.children ?? []) {
    if (node.kind === 'attribute_item') {
      attributes.push(node);
      continue;
    }
    if (node.kind === 'ERROR') continue;
    const pattern = field(node, 'pattern') ?? node;
    const target: Target | null = node.kind === 'self_parameter' ? nameTarget('self') : targetOf(r, pattern);
    params.push({
      name: target?.kind === 'name' ? target.name : '',
      type: annotated(r, field(node, 'type'), attributes),
      defaultValue: null,
      rest: false,
      parts: target?.kind === 'parts' ? flatParts(target) : [],
      ...noted(r, attributes),
    });
    attributes = [];
  }
  return params;
};

const attributeOf = (r: Rust, node: TreeNode): Expr => {
  const at = r.at(node);
  const attribute = ofKind(node, 'attribute');
  const [path] = attribute?.children ?? [];
  if (!attribute || !path) return other(at, []);
  const callee = nameOrPath(r, path);
  const value = field(attribute, 'value');
  if (value) return { at, kind: 'call', callee, args: [{ value: exprOf(r, value) }], isNew: false };
  const tokens = field(attribute, 'arguments');
  return tokens ? { at, kind: 'call', callee, args: tokenArgs(r, tokens), isNew: false } : callee;
};

const nameOrPath = (r: Rust, node: TreeNode): Expr =>
  node.kind === 'identifier' ? nameExpr(r.at(node), r.text(node)) : pathOf(r, node);

const fnOf = (r: Rust, node: TreeNode, attributes: readonly TreeNode[]): Fn => {
  const name = field(node, 'name');
  const fn = emptyFn(name ? r.text(name) : '', r.at(node));
  const body = field(node, 'body');
  const modifiers = ofKind(node, 'function_modifiers');
  fn.decorators = attributes.map((a) => apart(r, () => attributeOf(r, a)).value);
  fn.params = paramsOf(r, field(node, 'parameters'));
  fn.isAsync = modifiers !== null && /\basync\b/.test(r.text(modifiers));
  fn.doc = r.docBefore(attributes[0] ?? node, isDoc) || r.docBefore(node, isDoc);
  if (body) fn.body = apart(r, () => blockInto(r, body, returned)).value;
  return fn;
};

/** `struct`, `enum`, `trait` and `impl`: fields and methods under the name of the type. */
const classOf = (r: Rust, node: TreeNode, attributes: readonly TreeNode[]): Stmt[] => {
  const type = field(node, 'name') ?? field(node, 'type');
  const cls: Class = emptyClass(type ? (segmentsOf(r, bareType(type)).at(-1) ?? '') : '', r.at(node));
  const trait = field(node, 'trait');
  const outer = r.self;
  r.self = cls.name;
  cls.decorators = attributes.map((a) => apart(r, () => attributeOf(r, a)).value);
  cls.doc = r.docBefore(attributes[0] ?? node, isDoc) || r.docBefore(node, isDoc);
  if (trait) cls.bases.push(pathOf(r, bareType(trait)));
  for (const bound of field(node, 'bounds')?.children ?? [])
    if (/type/.test(bound.kind)) cls.bases.push(pathOf(r, bareType(bound)));
  const rest: TreeNode[] = [];
  let pending: TreeNode[] = [];
  for (const member of field(node, 'body')?.children ?? []) {
    if (member.kind === 'attribute_item') {
      pending.push(member);
      continue;
    }
    const name = field(member, 'name');
    const at = r.at(member);
    if (isTest(r, pending)) {
      pending = [];
      continue;
    }
    if (/^function_(signature_)?item$/.test(member.kind)) cls.methods.push(fnOf(r, member, pending));
    else if (member.kind === 'field_declaration') {
      const doc = r.docBefore(pending[0] ?? member, isDoc) || r.docBefore(member, isDoc);
      cls.fields.push({
        name: name ? r.text(name) : '',
        type: annotated(r, field(member, 'type'), pending),
        value: null,
        at,
        ...noted(r, pending),
        ...(doc !== '' ? { doc } : {}),
      });
    } else if (member.field === 'type')
      cls.fields.push({ name: String(cls.fields.length), type: typeText(r, member), value: null, at });
    else if (member.kind === 'const_item') {
      const value = field(member, 'value');
      cls.fields.push({
        name: name ? r.text(name) : '',
        type: typeText(r, field(member, 'type')),
        value: value ? exprOf(r, value) : null,
        at,
      });
    } else if (member.kind !== 'enum_variant') rest.push(member);
    pending = [];
  }
  const after = itemsOf(r, rest);
  r.self = outer;
  return [{ at: cls.at, kind: 'class', cls }, ...after];
};

const bareType = (type: TreeNode): TreeNode => {
  let bare = type;
  for (
    let inner = field(bare, 'type');
    inner && /^(generic|reference|pointer)_type$/.test(bare.kind);
    inner = field(bare, 'type')
  )
    bare = inner;
  return bare;
};

/** `use a::{b, c::d as e, f::*}`: each name with the path before it. `use a::{self}` is a itself. */
const usesOf = (r: Rust, node: TreeNode, path: string): Import[] => {
  const at = r.at(node);
  const text = (n: TreeNode | null | undefined): string => (n ? r.text(n).replace(/\s+/g, '') : '');
  const under = (more: string): string => (path !== '' && more !== '' ? `${path}::${more}` : path + more);
  const named = (whole: string, local: string | null): Import => {
    const parts = whole.split('::');
    if (parts.at(-1) === 'self' && parts.length > 1) {
      const module = parts.slice(0, -1).join('::');
      return { local: local ?? parts.at(-2) ?? '', module, name: '*', at };
    }
    const name = parts.pop() ?? '';
    return parts.length === 0
      ? { local: local ?? name, module: name, name: '*', at }
      : { local: local ?? name, module: parts.join('::'), name, at };
  };
  switch (node.kind) {
    case 'scoped_use_list': {
      const list = field(node, 'list');
      return list ? usesOf(r, list, under(text(field(node, 'path')))) : [];
    }
    case 'use_list':
      return node.children.flatMap((c) => usesOf(r, c, path));
    case 'use_as_clause':
      return [named(under(text(field(node, 'path'))), text(field(node, 'alias')))];
    case 'use_wildcard':
      return [{ local: '*', module: under(text(node.children[0])), name: '*', at }];
    default:
      return [named(under(text(node)), null)];
  }
};

/** `#[cfg(test)]`, `#[test]`, `#[tokio::test]`: what stands beside the server to try it is no part of it. */
const TESTS =
  /^#\[\s{0,20}(?:cfg\s{0,20}\(\s{0,20}(?:all\s{0,20}\(\s{0,20})?test\b|(?:\w{1,60}::)?(?:test|rstest|bench)\b)/;
const isTest = (r: Rust, attributes: readonly TreeNode[]): boolean =>
  attributes.some((a) => TESTS.test(r.text(a).slice(0, 200)));

/** Statements and items; attributes belong to what follows them. */
const itemsOf = (r: Rust, nodes: readonly TreeNode[]): Stmt[] => {
  let attributes: TreeNode[] = [];
  return statements(r, nodes, (n) => {
    if (n.kind === 'attribute_item') {
      attributes.push(n);
      return [];
    }
    const own = attributes;
    attributes = [];
    return isTest(r, own) ? [] : statementOf(r, n, own);
  });
};

const statementOf = (r: Rust, node: TreeNode, attributes: readonly TreeNode[]): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'empty_statement':
    case 'inner_attribute_item':
    case 'macro_definition':
    case 'extern_crate_declaration':
    case 'type_item':
    case 'foreign_mod_item':
    case 'union_item':
      return [];
    case 'use_declaration': {
      const argument = field(node, 'argument');
      if (argument) append(r.imports, usesOf(r, argument, ''));
      return [];
    }
    case 'mod_item': {
      const name = field(node, 'name');
      const body = field(node, 'body');
      const local = name ? r.text(name) : '';
      if (body) return [{ at, kind: 'block', body: itemsOf(r, body.children) }];
      r.imports.push({ local, module: `self::${local}`, name: '*', at });
      return [];
    }
    case 'function_item':
    case 'function_signature_item':
      return [{ at, kind: 'function', fn: fnOf(r, node, attributes) }];
    case 'struct_item':
    case 'enum_item':
    case 'trait_item':
    case 'impl_item':
      return classOf(r, node, attributes);
    case 'const_item':
    case 'static_item': {
      const name = field(node, 'name');
      const value = field(node, 'value');
      return name && value ? valueInto(r, value, (v) => [assign(at, nameTarget(r.text(name)), v)]) : [];
    }
    case 'let_declaration': {
      const pattern = field(node, 'pattern');
      const value = field(node, 'value');
      const otherwise = field(node, 'alternative');
      if (!value) return [];
      const target = pattern ? targetOf(r, pattern) : null;
      const taken = valueInto(r, value, (v) => (target ? [assign(at, target, v)] : effect(v)));
      if (!otherwise) return taken;
      const test: Expr = { at, kind: 'test', operator: 'let', operands: [] };
      return [...taken, { at, kind: 'if', test, then: [], otherwise: blockInto(r, otherwise, none) }];
    }
    case 'expression_statement':
      return first ? valueInto(r, first, none) : [];
    case 'ERROR':
      return itemsOf(r, node.children);
    default:
      return valueInto(r, node, none);
  }
};

/**
 * Rust. `impl` is a class of its type's name, the trait its base; `T { a: x }` is `new T(a=x)`; `?`, `.await`, `&`, `*`,
 * `as`, `Some` and `Ok` are what they hold; `return Err(…)` throws; the last expression of a function is returned. `::` is
 * a member; the packages such paths begin with are listed as imported. A module written inside a file is a block of it.
 * Names can be imported wherever they stand: it has no `exports`.
 */
export const readRust = (grammar: Grammar | null): Reader => ({
  language: 'rust',
  extensions: ['.rs'],
  read: (path, source) =>
    readTree(grammar, 'rust', path, source, (reading, root) => {
      const r: Rust = { ...reading, self: '', roots: new Map(), macroDepth: 0 };
      const body = itemsOf(r, root.children);
      const known = new Set([...r.imports.map((i) => i.local), ...body.flatMap(namesOf)]);
      for (const [name, node] of r.roots)
        if (!known.has(name)) r.imports.push({ local: name, module: name, name: '*', at: r.at(node) });
      return body;
    }),
});

const namesOf = (s: Stmt): string[] =>
  s.kind === 'function' ? [s.fn.name] : s.kind === 'class' ? [s.cls.name] : [];
