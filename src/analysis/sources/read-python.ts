// Long, because it is one table: what each kind of node of the grammar of Python means.
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
  mayReturn,
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
import { dedented, unescaped } from './tree-text.ts';

/** `owner` is the class whose methods are read: `self.x: T = …` declares a field of it. */
type Python = Reading & { owner: Class | null; globals: Set<string> };

const stringOf = (r: Python, node: TreeNode): Expr => {
  const at = r.at(node);
  const start = node.children[0];
  const prefix = start ? r.text(start).toLowerCase() : '';
  const parts: Expr[] = [];
  for (const child of node.children) {
    if (child.kind === 'interpolation') {
      const value = field(child, 'expression');
      if (value) parts.push(exprOf(r, value));
    } else if (child.kind === 'string_content') {
      const written = r.text(child);
      const text = prefix.includes('r') ? written : unescaped(written);
      parts.push(
        literal(
          r.at(child),
          prefix.includes('f') ? text.replace(/\{\{|\}\}/g, (m) => m[0] as string) : text,
          true,
        ),
      );
    }
  }
  if (parts.length === 0) return literal(at, '', true);
  return parts.every((p) => p.kind === 'literal' && p.isString)
    ? literal(at, parts.map((p) => (p.kind === 'literal' ? p.value : '')).join(''), true)
    : { at, kind: 'text', parts };
};

const joinedStrings = (r: Python, node: TreeNode): Expr => {
  const at = r.at(node);
  const parts = node.children.map((c) => exprOf(r, c));
  return parts.every((p) => p.kind === 'literal')
    ? literal(at, parts.map((p) => (p.kind === 'literal' ? p.value : '')).join(''), true)
    : textOf(at, parts);
};

const argsOf = (r: Python, node: TreeNode | null): Arg[] => {
  if (!node) return [];
  // `sum(x for x in y)`
  if (node.kind === 'generator_expression') return [{ value: exprOf(r, node) }];
  return node.children.map((c): Arg => {
    const [inner] = c.children;
    if (c.kind === 'keyword_argument') {
      const name = field(c, 'name');
      const value = field(c, 'value');
      return { name: name ? r.text(name) : '', value: value ? exprOf(r, value) : literal(r.at(c), null) };
    }
    if ((c.kind === 'list_splat' || c.kind === 'dictionary_splat') && inner)
      return { spread: true, value: exprOf(r, inner) };
    return { value: exprOf(r, c) };
  });
};

const callOf = (r: Python, node: TreeNode): Expr => {
  const at = r.at(node);
  const callee = exprIn(r, node, 'function');
  const args = argsOf(r, field(node, 'arguments'));
  if (callee.kind === 'member' && isText(callee.object)) {
    if (callee.property === 'format') return formatted(at, callee.object, args, 'braces');
    if (/^(format_map|join)$/.test(callee.property))
      return textOf(at, [callee.object, ...args.map((a) => a.value)]);
  }
  return { at, kind: 'call', callee, args, isNew: false };
};

const recordOf = (r: Python, node: TreeNode): Expr => ({
  at: r.at(node),
  kind: 'record',
  entries: node.children.map((c) => {
    const keyNode = field(c, 'key');
    const valueNode = field(c, 'value') ?? c.children[0];
    const value = valueNode ? exprOf(r, valueNode) : literal(r.at(c), null);
    if (c.kind === 'dictionary_splat') return { key: '...', value };
    if (!keyNode) return { key: '', value };
    const key = exprOf(r, keyNode);
    return key.kind === 'literal'
      ? { key: key.value ?? '', value }
      : { key: '', value: other(r.at(c), [key, value]) };
  }),
});

/** The loops of a comprehension, and a name for what it makes. */
const comprehensionOf = (r: Python, node: TreeNode): Expr => {
  const at = r.at(node);
  const name = temporary(r);
  const isRecord = node.kind === 'dictionary_comprehension';
  r.before.push(
    assign(
      at,
      nameTarget(name),
      isRecord ? { at, kind: 'record', entries: [] } : { at, kind: 'list', items: [] },
    ),
  );
  const clauses = node.children.filter((c) => c.kind === 'for_in_clause' || c.kind === 'if_clause');
  const level = (index: number): Stmt[] => {
    const clause = clauses[index];
    const { before, value } = apart(r, (): Stmt[] => {
      if (!clause) {
        const body = field(node, 'body');
        if (!body) return [];
        if (isRecord && body.kind === 'pair') {
          const [index, value] = [exprIn(r, body, 'key'), exprIn(r, body, 'value')];
          const place: Expr = { at, kind: 'index', object: nameExpr(at, name), index };
          return [assign(at, { kind: 'place', expr: place }, value)];
        }
        const made = body.kind === 'pair' ? body.children.map((c) => exprOf(r, c)) : [exprOf(r, body)];
        const item = made.length > 1 ? other(r.at(body), made) : (made[0] as Expr);
        return [assign(at, nameTarget(name), { at, kind: 'list', items: [item] }, true)];
      }
      if (clause.kind === 'if_clause') {
        const test = clause.children[0] ? exprOf(r, clause.children[0]) : other(at, []);
        return [{ at: r.at(clause), kind: 'if', test, then: level(index + 1), otherwise: [] }];
      }
      const left = field(clause, 'left');
      const over = exprIn(r, clause, 'right');
      return [
        {
          at: r.at(clause),
          kind: 'loop',
          target: left ? targetOf(r, left) : null,
          over,
          test: null,
          body: level(index + 1),
        },
      ];
    });
    return [...before, ...value];
  };
  append(r.before, level(0));
  return nameExpr(at, name);
};

const exprOf = (r: Python, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'identifier':
      return nameExpr(at, r.text(node));
    case 'string':
      return stringOf(r, node);
    case 'concatenated_string':
      return joinedStrings(r, node);
    case 'integer':
    case 'float':
    case 'true':
    case 'false':
    case 'ellipsis':
      return literal(at, r.text(node));
    case 'none':
      return literal(at, null);
    case 'dotted_name':
      return node.children
        .slice(1)
        .reduce<Expr>(
          (object, c) => ({ at, kind: 'member', object, property: r.text(c) }),
          nameExpr(at, first ? r.text(first) : ''),
        );
    case 'attribute': {
      const object = field(node, 'object');
      const property = field(node, 'attribute');
      return object && property
        ? { at, kind: 'member', object: exprOf(r, object), property: r.text(property) }
        : partsOf(r, node);
    }
    case 'subscript': {
      const object = exprIn(r, node, 'value');
      const keys = fields(node, 'subscript').map((s) => exprOf(r, s));
      const [index] = keys;
      if (keys.length !== 1 || !index) return { at, kind: 'index', object, index: other(at, keys) };
      return index.kind === 'literal' && index.isString
        ? { at, kind: 'member', object, property: index.value ?? '' }
        : { at, kind: 'index', object, index };
    }
    case 'call':
      return callOf(r, node);
    case 'parenthesized_expression':
    case 'await':
    case 'type':
    case 'case_pattern':
      return first ? exprOf(r, first) : partsOf(r, node);
    case 'list':
    case 'tuple':
    case 'set':
    case 'expression_list':
    case 'pattern_list':
      return {
        at,
        kind: 'list',
        items: node.children.map((c) =>
          c.kind === 'list_splat' && c.children[0] ? spread(r.at(c), exprOf(r, c.children[0])) : exprOf(r, c),
        ),
      };
    case 'dictionary':
      return recordOf(r, node);
    case 'list_comprehension':
    case 'set_comprehension':
    case 'dictionary_comprehension':
    case 'generator_expression':
      return comprehensionOf(r, node);
    case 'binary_operator': {
      const operator = node.words[0];
      const goesOn = (n: TreeNode): boolean => n.kind === 'binary_operator' && n.words[0] === '+';
      if (operator === '+')
        return sumOf(
          at,
          operandsOf(node, goesOn).map((n) => exprOf(r, n)),
        );
      const parts = node.children.map((c) => exprOf(r, c));
      const [left, right] = parts;
      if (operator !== '%' || !left || !right || !isText(left)) return other(at, parts);
      const values: Arg[] =
        right.kind === 'list'
          ? right.items.map((value) => ({ value }))
          : right.kind === 'record'
            ? right.entries.map((e) => ({ name: e.key, value: e.value }))
            : [{ value: right }];
      return formatted(at, left, values, 'percent');
    }
    case 'unary_operator':
      return first && /^(integer|float)$/.test(first.kind) ? literal(at, r.text(node)) : partsOf(r, node);
    case 'boolean_operator': {
      const goesOn = (n: TreeNode): boolean => n.kind === node.kind && n.words[0] === node.words[0];
      const operands = operandsOf(node, goesOn).map((n) => exprOf(r, n));
      return node.words[0] === 'or'
        ? { at, kind: 'choice', of: operands }
        : { at, kind: 'test', operator: 'and', operands };
    }
    case 'not_operator':
      return { at, kind: 'test', operator: 'not', operands: node.children.map((c) => exprOf(r, c)) };
    case 'comparison_operator':
      return {
        at,
        kind: 'test',
        operator:
          node.words.length > 1 && node.words.every((w) => !/\w/.test(w))
            ? (node.words[0] as string)
            : node.words.join(' '),
        operands: node.children.map((c) => exprOf(r, c)),
      };
    case 'conditional_expression': {
      const [then, test, otherwise] = node.children.map((c) => exprOf(r, c));
      return then && test && otherwise
        ? { at, kind: 'choice', of: [then, otherwise], test }
        : partsOf(r, node);
    }
    case 'named_expression':
    case 'assignment':
    case 'augmented_assignment': {
      append(r.before, assignmentOf(r, node));
      const name = field(node, 'name') ?? field(node, 'left');
      return name ? exprOf(r, name) : literal(at, null);
    }
    case 'lambda': {
      const fn = emptyFn('', at);
      fn.params = paramsOf(r, field(node, 'parameters'));
      const body = field(node, 'body');
      if (body) {
        const { before, value } = apart(r, () => exprOf(r, body));
        fn.body = [...before, { at: value.at, kind: 'return', value }];
      }
      return { at, kind: 'function', fn };
    }
    case 'yield': {
      if (!first) return literal(at, null);
      const value = exprOf(r, first);
      r.before.push(mayReturn(at, node.words.includes('from') ? spread(at, value) : value));
      return other(at, []);
    }
    default:
      return partsOf(r, node);
  }
};

/** What stands there; nothing known where the tree was cut or could not be parsed. */
const exprIn = (r: Python, node: TreeNode, name: string): Expr => {
  const inner = field(node, name);
  return inner ? exprOf(r, inner) : other(r.at(node), []);
};

const partsOf = (r: Python, node: TreeNode): Expr =>
  other(
    r.at(node),
    node.children.filter((c) => c.kind !== 'type').map((c) => exprOf(r, c)),
  );

const targetOf = (r: Python, node: TreeNode): Target => {
  switch (node.kind) {
    case 'identifier':
      return nameTarget(r.text(node));
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'tuple':
    case 'list':
    case 'expression_list': {
      const [only] = node.children;
      // `(p) = q` has no comma.
      if (node.kind === 'tuple_pattern' && node.children.length === 1 && only && !r.text(node).includes(','))
        return targetOf(r, only);
      return {
        kind: 'parts',
        parts: node.children.map((c, i) =>
          c.kind === 'list_splat_pattern' && c.children[0]
            ? { path: '...', target: targetOf(r, c.children[0]) }
            : { path: String(i), target: targetOf(r, c) },
        ),
      };
    }
    case 'parenthesized_expression':
    case 'as_pattern_target':
      return node.children[0] ? targetOf(r, node.children[0]) : { kind: 'place', expr: partsOf(r, node) };
    default:
      return { kind: 'place', expr: exprOf(r, node) };
  }
};

/** `a = b = c` assigns c to b and b to a; a bare annotation assigns nothing. */
const assignmentOf = (r: Python, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const left = field(node, 'left') ?? field(node, 'name');
  const right = field(node, 'right') ?? field(node, 'value');
  if (!left) return [];
  const type = field(node, 'type');
  const selfField = left.kind === 'attribute' ? field(left, 'attribute') : null;
  if (type && selfField && r.owner && left.children[0]?.kind === 'identifier')
    r.owner.fields.push({ name: r.text(selfField), type: typeText(r, type), value: null, at });
  if (!right) return [];
  const adds = node.kind === 'augmented_assignment';
  const value = exprOf(r, right);
  const made = assign(at, targetOf(r, left), value, adds);
  return made.kind === 'assign' && left.kind === 'identifier' && r.globals.has(r.text(left))
    ? [{ ...made, outer: true }]
    : [made];
};

/** What `Annotated[T, …]` says beside the type; nothing for any other type. */
const saidBy = (r: Python, type: TreeNode | null): { decorators?: Expr[] } => {
  const inner = type?.kind === 'type' ? type.children[0] : type;
  const [name, ...rest] = inner?.children ?? [];
  if (!inner || !name || !/^(generic_type|subscript)$/.test(inner.kind)) return {};
  if (!/(^|\.)Annotated$/.test(r.text(name))) return {};
  const args = rest[0]?.kind === 'type_parameter' ? rest[0].children : rest;
  return { decorators: args.slice(1).map((a) => exprOf(r, a)) };
};

const paramOf = (r: Python, node: TreeNode): Param | null => {
  if (/separator$/.test(node.kind)) return null;
  const inner = field(node, 'name') ?? (node.kind === 'typed_parameter' ? node.children[0] : node);
  if (!inner) return null;
  const rest = /splat_pattern$/.test(inner.kind);
  const name = rest ? inner.children[0] : inner;
  const value = field(node, 'value');
  return {
    name: name?.kind === 'identifier' ? r.text(name) : '',
    type: typeText(r, field(node, 'type')),
    defaultValue: value ? exprOf(r, value) : null,
    rest,
    parts:
      name?.kind === 'tuple_pattern'
        ? name.children.map((c, i) => ({ path: String(i), name: r.text(c) }))
        : [],
    ...saidBy(r, field(node, 'type')),
  };
};

const paramsOf = (r: Python, node: TreeNode | null): Param[] =>
  node ? node.children.flatMap((c) => paramOf(r, c) ?? []) : [];

const docOf = (r: Python, body: TreeNode | null): { doc: string; rest: TreeNode[] } => {
  const all = body?.children ?? [];
  const text = all[0]?.kind === 'expression_statement' ? all[0].children[0] : undefined;
  if (!text || !/^(concatenated_)?string$/.test(text.kind)) return { doc: '', rest: all };
  const value = apart(r, () => exprOf(r, text)).value;
  return { doc: value.kind === 'literal' ? dedented(value.value ?? '') : '', rest: all.slice(1) };
};

const fnOf = (r: Python, node: TreeNode, decorators: Expr[], whole: TreeNode): Fn => {
  const name = field(node, 'name');
  const fn = emptyFn(name ? r.text(name) : '', r.at(whole));
  const { doc, rest } = docOf(r, field(node, 'body'));
  fn.params = paramsOf(r, field(node, 'parameters'));
  const { globals } = r;
  r.globals = new Set();
  fn.body = apart(r, () => blockOf(r, rest)).value;
  r.globals = globals;
  return { ...fn, decorators, doc, isAsync: node.words.includes('async') };
};

/** What a class's body does besides fields and methods is done after it, for all that is known. */
const classOf = (r: Python, node: TreeNode, decorators: Expr[], whole: TreeNode): Stmt[] => {
  const name = field(node, 'name');
  const cls = emptyClass(name ? r.text(name) : '', r.at(whole));
  const outer = r.owner;
  r.owner = cls;
  const { doc, rest } = docOf(r, field(node, 'body'));
  const others: TreeNode[] = [];
  cls.decorators = decorators;
  cls.doc = doc;
  cls.bases = argsOf(r, field(node, 'superclasses'))
    .filter((a) => a.name === undefined)
    .map((a) => a.value);
  for (const child of rest) {
    const inner = field(child, 'definition') ?? child;
    const [first] = child.kind === 'expression_statement' ? child.children : [];
    const left = first?.kind === 'assignment' ? field(first, 'left') : null;
    if (inner.kind === 'function_definition') cls.methods.push(fnOf(r, inner, decoratorsOf(r, child), child));
    else if (first && left?.kind === 'identifier') {
      const value = field(first, 'right');
      cls.fields.push({
        name: r.text(left),
        type: typeText(r, field(first, 'type')),
        value: value ? exprOf(r, value) : null,
        at: r.at(child),
        ...saidBy(r, field(first, 'type')),
      });
    } else others.push(child);
  }
  r.owner = outer;
  return [{ at: cls.at, kind: 'class', cls }, ...blockOf(r, others)];
};

const decoratorsOf = (r: Python, node: TreeNode): Expr[] =>
  node.children
    .filter((c) => c.kind === 'decorator')
    .flatMap((c) => (c.children[0] ? [exprOf(r, c.children[0])] : []));

const importsOf = (r: Python, node: TreeNode): void => {
  const at = r.at(node);
  const from = field(node, 'module_name');
  const module = from ? r.text(from).replace(/\s+/g, '') : '';
  if (ofKind(node, 'wildcard_import')) r.imports.push({ local: '*', module, name: '*', at });
  for (const item of fields(node, 'name')) {
    const named = field(item, 'name') ?? item;
    const alias = field(item, 'alias');
    const name = r.text(named).replace(/\s+/g, '');
    if (from) r.imports.push({ local: alias ? r.text(alias) : name, module, name, at });
    // `import a.b` makes `a` known, through which `a.b` is reached.
    else if (alias) r.imports.push({ local: r.text(alias), module: name, name: '*', at });
    else {
      const root = name.split('.')[0] as string;
      r.imports.push({ local: root, module: root, name: '*', at });
    }
  }
};

/** What a pattern compares with, and the names it takes: a bare name takes the subject, one inside takes a part. */
const patternOf = (
  r: Python,
  node: TreeNode,
  on: Expr,
  inside: boolean,
  tests: Expr[],
  takes: Stmt[],
): void => {
  const at = r.at(node);
  const take = (name: string): number =>
    takes.push(assign(at, nameTarget(name), inside ? other(at, [on]) : on));
  switch (node.kind) {
    case 'case_pattern':
    case 'union_pattern':
      for (const c of node.children) patternOf(r, c, on, inside, tests, takes);
      break;
    case 'as_pattern':
      for (const c of node.children) patternOf(r, c, on, inside, tests, takes);
      break;
    case 'identifier':
      take(r.text(node));
      break;
    case 'dotted_name':
      if (node.children.length === 1) take(r.text(node));
      else tests.push(exprOf(r, node));
      break;
    case 'class_pattern':
      tests.push(other(at, []));
      for (const c of node.children.slice(1)) patternOf(r, c, on, true, [], takes);
      break;
    case 'keyword_pattern':
      for (const c of node.children.slice(1)) patternOf(r, c, on, true, [], takes);
      break;
    case 'list_pattern':
    case 'tuple_pattern':
    case 'dict_pattern':
    case 'splat_pattern':
      if (!inside) tests.push(other(at, []));
      for (const c of node.children) patternOf(r, c, on, true, [], takes);
      break;
    default:
      tests.push(exprOf(r, node));
  }
};

const matchOf = (r: Python, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const subjects = fields(node, 'subject').map((s) => exprOf(r, s));
  let on: Expr = subjects.length === 1 ? (subjects[0] as Expr) : { at, kind: 'list', items: subjects };
  const first: Stmt[] = [];
  if (on.kind !== 'name') {
    const name = temporary(r);
    first.push(assign(at, nameTarget(name), on));
    on = nameExpr(at, name);
  }
  const cases = (field(node, 'body')?.children ?? [])
    .filter((c) => c.kind === 'case_clause')
    .map((c) => {
      const tests: Expr[] = [];
      const takes: Stmt[] = [];
      const guard = field(c, 'guard')?.children[0];
      for (const p of c.children.filter((x) => x.kind === 'case_pattern'))
        patternOf(r, p, on, false, tests, takes);
      const body = apart(r, () => blockOf(r, field(c, 'consequence')?.children)).value;
      if (!guard) return { tests, body: [...takes, ...body] };
      const { before, value: test } = apart(r, () => exprOf(r, guard));
      const guarded: Stmt = { at: r.at(guard), kind: 'if', test, then: body, otherwise: [] };
      // A case with a guard is not the one that takes all the rest.
      return {
        tests: tests.length > 0 ? tests : [other(r.at(guard), [])],
        body: [...takes, ...before, guarded],
      };
    });
  return [...first, { at, kind: 'switch', on, cases }];
};

const ifOf = (r: Python, node: TreeNode): Stmt[] => {
  const whole: Stmt[] = [];
  let into = whole;
  let depth = 0;
  for (const clause of [node, ...fields(node, 'alternative')]) {
    if (clause.kind === 'else_clause') {
      append(into, blockOf(r, field(clause, 'body')?.children));
      break;
    }
    const { before, value: test } = apart(r, () => exprIn(r, clause, 'condition'));
    const otherwise: Stmt[] = [];
    append(into, before);
    into.push({
      at: r.at(clause),
      kind: 'if',
      test,
      then: blockOf(r, field(clause, 'consequence')?.children),
      otherwise,
    });
    if (++depth < DEEPEST_ELSE) into = otherwise;
  }
  return whole;
};

const withOf = (r: Python, node: TreeNode): Stmt[] => {
  const items = ofKind(node, 'with_clause')?.children ?? [];
  const body: Stmt[] = [];
  for (const item of items) {
    const value = field(item, 'value') ?? item.children[0];
    const alias = value && field(value, 'alias');
    const { before, value: read } = apart(r, (): Stmt[] => {
      if (!value) return [];
      if (!alias || !value.children[0]) return effect(exprOf(r, value));
      return [assign(r.at(value), targetOf(r, alias), exprOf(r, value.children[0]))];
    });
    append(body, before);
    append(body, read);
  }
  append(body, blockOf(r, field(node, 'body')?.children));
  return [{ at: r.at(node), kind: 'block', body }];
};

const tryOf = (r: Python, node: TreeNode): Stmt[] => {
  const body = blockOf(r, field(node, 'body')?.children);
  const handlers: { name: string | null; body: Stmt[] }[] = [];
  let last: Stmt[] = [];
  for (const clause of node.children) {
    const block = ofKind(clause, 'block')?.children;
    if (clause.kind === 'else_clause') append(body, blockOf(r, block));
    else if (clause.kind === 'finally_clause') last = blockOf(r, block);
    else if (/^except/.test(clause.kind)) {
      const value = field(clause, 'value');
      const alias = field(clause, 'alias') ?? (value && field(value, 'alias'));
      handlers.push({ name: alias ? r.text(alias) : null, body: blockOf(r, block) });
    }
  }
  return [{ at: r.at(node), kind: 'try', body, handlers, last }];
};

const blockOf = (r: Python, nodes: readonly TreeNode[] = []): Stmt[] =>
  statements(r, nodes, (n) => statementOf(r, n));

const statementOf = (r: Python, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'expression_statement':
      return node.children.flatMap((c) =>
        /assignment$/.test(c.kind) ? assignmentOf(r, c) : effect(exprOf(r, c)),
      );
    case 'import_statement':
    case 'import_from_statement':
      importsOf(r, node);
      return [];
    case 'future_import_statement':
    case 'pass_statement':
    case 'global_statement':
      for (const c of node.children) r.globals.add(r.text(c));
      return [];
    case 'nonlocal_statement':
    case 'type_alias_statement':
      return [];
    case 'decorated_definition': {
      const inner = field(node, 'definition');
      if (!inner) return [];
      const decorators = decoratorsOf(r, node);
      return inner.kind === 'class_definition'
        ? classOf(r, inner, decorators, node)
        : [{ at, kind: 'function', fn: fnOf(r, inner, decorators, node) }];
    }
    case 'function_definition':
      return [{ at, kind: 'function', fn: fnOf(r, node, [], node) }];
    case 'class_definition':
      return classOf(r, node, [], node);
    case 'return_statement':
      return [{ at, kind: 'return', value: first ? exprOf(r, first) : null }];
    case 'raise_statement':
      return [{ at, kind: 'throw', value: first ? exprOf(r, first) : null }];
    case 'break_statement':
    case 'continue_statement':
      return [{ at, kind: 'jump' }];
    case 'assert_statement': {
      const [test, message] = node.children.map((c) => exprOf(r, c));
      if (!test) return [];
      return [{ at, kind: 'if', test, then: [], otherwise: [{ at, kind: 'throw', value: message ?? null }] }];
    }
    case 'delete_statement':
      return node.children.flatMap((c) => effect(exprOf(r, c)));
    case 'if_statement':
      return ifOf(r, node);
    case 'for_statement': {
      const left = field(node, 'left');
      const over = exprIn(r, node, 'right');
      const target = left ? targetOf(r, left) : null;
      const body = blockOf(r, field(node, 'body')?.children);
      return [{ at, kind: 'loop', target, over, test: null, body }, ...elseOf(r, node)];
    }
    case 'while_statement': {
      const test = exprIn(r, node, 'condition');
      const body = blockOf(r, field(node, 'body')?.children);
      return [{ at, kind: 'loop', target: null, over: null, test, body }, ...elseOf(r, node)];
    }
    case 'with_statement':
      return withOf(r, node);
    case 'try_statement':
      return tryOf(r, node);
    case 'match_statement':
      return matchOf(r, node);
    // What Python 2 had, and what could not be parsed: its parts.
    case 'print_statement':
    case 'exec_statement':
      return [
        {
          at,
          kind: 'expr',
          value: {
            at,
            kind: 'call',
            callee: nameExpr(at, node.kind === 'exec_statement' ? 'exec' : 'print'),
            args: node.children.map((c) => ({ value: exprOf(r, c) })),
            isNew: false,
          },
        },
      ];
    case 'block':
    case 'ERROR':
      return blockOf(r, node.children);
    default:
      return effect(exprOf(r, node));
  }
};

const elseOf = (r: Python, node: TreeNode): Stmt[] => {
  const clause = ofKind(node, 'else_clause');
  return clause ? blockOf(r, field(clause, 'body')?.children) : [];
};

/**
 * Python. What only has a value once its statement has run (comprehensions, `:=`) becomes statements before it, with names
 * that begin with `$`. All names at the top of a file can be imported: it has no `exports`. `import a.b` is listed as
 * `a`, `from m import *` with the local name `*`.
 */
export const readPython = (grammar: Grammar | null): Reader => ({
  language: 'python',
  extensions: ['.py', '.pyi', '.pyw'],
  read: (path, source) =>
    readTree(grammar, 'python', path, source, (r, root) =>
      blockOf({ ...r, owner: null, globals: new Set() }, root.children),
    ),
});
