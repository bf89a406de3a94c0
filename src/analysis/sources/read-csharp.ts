// Long, because it is one table: what each kind of node of the grammar of C# means.
import type { Arg, Expr, Fn, Param, Reader, Span, Stmt, Target } from './ir.ts';
import { formatted } from './tree-format.ts';
import type { Grammar } from './tree-grammar.ts';
import {
  addDecorators,
  binaryOf,
  callTo,
  ifChain,
  indexOf,
  inner,
  inside,
  isOwnMethod,
  keeping,
  member,
  type Owning,
  ofThis,
  owning,
  ownName,
  paramOf,
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
  readTree,
  spread,
  statements,
  sumOf,
  temporary,
  textOf,
  typeText,
} from './tree-reading.ts';
import { dedented, unescaped } from './tree-text.ts';

/** `asked` is what `?.` asks, innermost last. */
type CSharp = Owning & { asked: Expr[] };

const CLASSES = /^(?:class|interface|struct|record|record_struct|enum)_declaration$/;
const isDoc = (comment: string): boolean => comment.startsWith('///');
/** A documentation comment is XML. */
const docOf = (r: CSharp, node: TreeNode): string =>
  r
    .docBefore(node, isDoc)
    .replace(/<[^<>\n]{1,200}>/g, '')
    .trim();

/** The name of a type, without what it is of. */
const typeExpr = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'generic_name':
    case 'nullable_type':
    case 'array_type':
    case 'pointer_type':
    case 'ref_type':
    case 'primary_constructor_base_type':
    case 'scoped_type':
      return first ? typeExpr(r, first) : other(at, []);
    case 'qualified_name':
    case 'alias_qualified_name': {
      const [scope, name] = node.children;
      return scope && name ? member(at, typeExpr(r, scope), r.text(nameNode(name))) : other(at, []);
    }
    default:
      return nameExpr(at, r.text(node));
  }
};

const nameNode = (node: TreeNode): TreeNode =>
  node.kind === 'generic_name' && node.children[0] ? node.children[0] : node;

const stringOf = (r: CSharp, node: TreeNode): Expr => {
  const raw = r.text(node);
  const at = r.at(node);
  if (node.kind === 'verbatim_string_literal')
    return literal(at, raw.slice(raw.indexOf('"') + 1, -1).replaceAll('""', '"'), true);
  if (node.kind === 'raw_string_literal') {
    const content = ofKind(node, 'raw_string_content');
    return literal(at, content ? dedented(r.text(content)) : '', true);
  }
  return literal(at, unescaped(raw.replace(/^"/, '').replace(/"(?:[uU]8)?$/, '')), true);
};

const interpolated = (r: CSharp, node: TreeNode): Expr => {
  const verbatim = /^\$*@|^@\$|^\$+"""/.test(r.text(node).slice(0, 12));
  const parts = node.children.flatMap((c): Expr[] => {
    if (c.kind === 'string_content' || c.kind === 'escape_sequence') {
      const text = r.text(c).replaceAll('{{', '{').replaceAll('}}', '}');
      return [literal(r.at(c), verbatim ? text.replaceAll('""', '"') : unescaped(text), true)];
    }
    const value =
      c.kind === 'interpolation' ? c.children.find((x) => !/^interpolation_/.test(x.kind)) : undefined;
    return value ? [exprOf(r, value)] : [];
  });
  return parts.length === 0 ? literal(r.at(node), '', true) : { at: r.at(node), kind: 'text', parts };
};

const argsOf = (r: CSharp, list: TreeNode | null): Arg[] =>
  (list?.children ?? []).flatMap((c): Arg[] => {
    const name = field(c, 'name');
    const value = c.children.find((x) => x !== name && !/^(?:name_colon|name_equals|modifier)$/.test(x.kind));
    if (!value) return name ? [{ value: ownName(r, r.at(name), r.text(name)) }] : [];
    // Attributes and object initialisers name what they set.
    if (c.kind === 'attribute_argument' && value.kind === 'assignment_expression') {
      const left = field(value, 'left');
      const right = field(value, 'right');
      if (left && right) return [{ name: r.text(left), value: exprOf(r, right) }];
    }
    return [name ? { name: r.text(name), value: exprOf(r, value) } : { value: exprOf(r, value) }];
  });

/** `out var x`: the name takes what the call makes of what it is given. */
const outNames = (r: CSharp, list: TreeNode | null): string[] =>
  (list?.children ?? []).flatMap((c) => {
    const declaration = ofKind(c, 'declaration_expression');
    const name = declaration && field(declaration, 'name');
    const plain = c.words.includes('out') && c.children[0]?.kind === 'identifier' ? c.children[0] : null;
    const found = name ?? plain;
    return found ? [r.text(found)] : [];
  });

const calleeOf = (r: CSharp, node: TreeNode): Expr => {
  const bare = nameNode(node);
  if (bare.kind !== 'identifier') return exprOf(r, node);
  const at = r.at(node);
  const name = r.text(bare);
  return isOwnMethod(r, name) ? ofThis(at, name) : ownName(r, at, name);
};

const callOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const called = field(node, 'function');
  const list = field(node, 'arguments');
  const names = outNames(r, list);
  const callee = called ? calleeOf(r, called) : other(at, []);
  const args = argsOf(r, list).filter((a) => !(a.value.kind === 'name' && names.includes(a.value.name)));
  for (const name of names) {
    r.locals.add(name);
    const [first] = args;
    const value =
      callee.kind === 'member' && callee.property === 'TryGetValue' && first
        ? indexOf(at, callee.object, first.value)
        : other(at, [...(callee.kind === 'member' ? [callee.object] : []), ...args.map((a) => a.value)]);
    r.before.push(assign(at, nameTarget(name), value));
  }
  if (callee.kind === 'name' && callee.name === 'nameof') {
    const value = args[0]?.value;
    const name = value?.kind === 'member' ? value.property : value?.kind === 'name' ? value.name : '';
    return literal(at, name, true);
  }
  if (callee.kind === 'member' && callee.object.kind === 'name' && /^[Ss]tring$/.test(callee.object.name)) {
    const given =
      args[0]?.value.kind === 'name' && /Culture$/.test(args[0].value.name) ? args.slice(1) : args;
    const [format, ...values] = given;
    if (callee.property === 'Format' && format) return formatted(at, format.value, values, 'braces');
    if (/^(?:Concat|Join)$/.test(callee.property) && given.length > 1)
      return textOf(
        at,
        given.map((a) => a.value),
      );
  }
  return { at, kind: 'call', callee, args, isNew: false };
};

const isSetting = (node: TreeNode): boolean =>
  node.kind === 'assignment_expression' && field(node, 'left')?.kind === 'identifier';

/** `{ A = b }` sets properties, `{ ["a"] = b }` and `{ { a, b } }` fill a dictionary, `{ a, b }` a list. */
const initialOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const entries = node.children.flatMap((c): { key: string; value: Expr }[] => {
    const left = c.kind === 'assignment_expression' ? field(c, 'left') : null;
    const right = field(c, 'right');
    if (left && right) {
      const index = ofKind(left, 'argument')?.children[0];
      const key = index ? exprOf(r, index) : null;
      return [
        {
          key: key ? (key.kind === 'literal' ? (key.value ?? '') : '') : r.text(left),
          value: exprOf(r, right),
        },
      ];
    }
    const [key, value] = c.kind === 'initializer_expression' ? c.children : [];
    if (!key || !value) return [];
    const read = exprOf(r, key);
    return [{ key: read.kind === 'literal' ? (read.value ?? '') : '', value: exprOf(r, value) }];
  });
  return entries.length > 0
    ? { at, kind: 'record', entries }
    : { at, kind: 'list', items: node.children.map((c) => exprOf(r, c)) };
};

const COLLECTION = /(?:List|Set|Dictionary|Collection|Queue|Stack|Bag|\[\])$/;

const creationOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const type = field(node, 'type');
  const initial = field(node, 'initializer') ?? ofKind(node, 'initializer_expression');
  const callee = type ? typeExpr(r, type) : nameExpr(at, '');
  const args = argsOf(r, field(node, 'arguments') ?? ofKind(node, 'argument_list'));
  if (!initial) return { at, kind: 'call', callee, args, isNew: true };
  const name = callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : '';
  const settings = initial.children.filter(isSetting);
  if (settings.length === 0 && (COLLECTION.test(name) || name === '' || args.length === 0))
    return initialOf(r, initial);
  for (const s of settings) {
    const left = field(s, 'left');
    const right = field(s, 'right');
    if (left && right) args.push({ name: r.text(left), value: exprOf(r, right) });
  }
  return { at, kind: 'call', callee, args, isNew: true };
};

const lambdaOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const fn = emptyFn('', at);
  const body = field(node, 'body') ?? ofKind(node, 'block');
  fn.isAsync = node.words.includes('async') || node.children.some((c) => r.text(c) === 'async');
  inner(r, () => {
    const list = field(node, 'parameters') ?? ofKind(node, 'parameter_list');
    fn.params = list?.kind === 'parameter_list' ? paramsOf(r, list) : list ? [paramOf(r, r.text(list))] : [];
    if (body?.kind === 'block') fn.body = apart(r, () => blockOf(r, body)).value;
    else if (body) fn.body = returning(r, body);
  });
  return { at, kind: 'function', fn };
};

/** `=> value` as a body. */
const returning = (r: CSharp, node: TreeNode): Stmt[] => {
  const bare = node.kind === 'arrow_expression_clause' ? (node.children[0] ?? node) : node;
  if (bare.kind === 'throw_expression') return statementOf(r, bare);
  const { before, value } = apart(r, () => exprOf(r, bare));
  return [...before, { at: value.at, kind: 'return', value }];
};

/** The names a pattern gives to a value or to parts of it, and what it compares with. */
const patternOf = (r: CSharp, node: TreeNode, of: Expr): { takes: Stmt[]; tests: Expr[] } => {
  const at = r.at(node);
  const takes: Stmt[] = [];
  const take = (name: TreeNode | null, value: Expr): void => {
    if (!name || name.kind === 'discard') return;
    r.locals.add(r.text(name));
    takes.push(assign(at, nameTarget(r.text(name)), value));
  };
  switch (node.kind) {
    case 'constant_pattern': {
      const [first] = node.children;
      return { takes, tests: first ? [exprOf(r, first)] : [] };
    }
    case 'discard':
      return { takes, tests: [] };
    case 'var_pattern':
      take(field(node, 'name') ?? node.children.at(-1) ?? null, of);
      return { takes, tests: [] };
    case 'declaration_pattern':
      take(field(node, 'name'), of);
      return { takes, tests: [other(at, [])] };
    case 'or_pattern':
      return {
        takes,
        tests: node.children.flatMap((c) => patternOf(r, c, of).tests),
      };
    default: {
      const name = field(node, 'name');
      if (name) take(name, of);
      for (const part of ofKind(node, 'property_pattern_clause')?.children ?? []) {
        const [property, pattern] = part.children;
        if (property && pattern) append(takes, patternOf(r, pattern, member(at, of, r.text(property))).takes);
      }
      return { takes, tests: [other(at, [])] };
    }
  }
};

/** A `switch` that is a value: each arm puts its own into a name. */
const switchExpression = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const [onNode, ...rest] = node.children;
  const name = temporary(r);
  let on = onNode ? exprOf(r, onNode) : literal(at, null);
  if (on.kind !== 'name' && on.kind !== 'member') {
    const held = temporary(r);
    r.before.push(assign(at, nameTarget(held), on));
    on = nameExpr(at, held);
  }
  const arms = rest.flatMap((c) => (c.kind === 'switch_expression_arm' ? [c] : c.children));
  const cases = arms
    .filter((a) => a.kind === 'switch_expression_arm')
    .map((arm) => {
      const [pattern] = arm.children;
      const made = arm.children.at(-1);
      const when = ofKind(arm, 'when_clause')?.children[0];
      const { takes, tests } = pattern ? patternOf(r, pattern, on) : { takes: [], tests: [] };
      const body =
        made?.kind === 'throw_expression'
          ? statementOf(r, made)
          : made
            ? (() => {
                const { before, value } = apart(r, () => exprOf(r, made));
                return [...before, assign(value.at, nameTarget(name), value)];
              })()
            : [];
      if (!when) return { tests, body: [...takes, ...body] };
      const { before, value: test } = apart(r, () => exprOf(r, when));
      const guarded: Stmt = { at: r.at(when), kind: 'if', test, then: body, otherwise: [] };
      return { tests: tests.length > 0 ? tests : [other(at, [])], body: [...takes, ...before, guarded] };
    });
  r.before.push({ at, kind: 'switch', on, cases });
  return nameExpr(at, name);
};

const exprOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'identifier':
      return ownName(r, at, r.text(node));
    case 'this':
    case 'this_expression':
      return nameExpr(at, 'this');
    case 'base':
    case 'base_expression':
      return nameExpr(at, 'super');
    case 'predefined_type':
    case 'generic_name':
    case 'qualified_name':
    case 'alias_qualified_name':
      return typeExpr(r, node);
    case 'string_literal':
    case 'verbatim_string_literal':
    case 'raw_string_literal':
      return stringOf(r, node);
    case 'interpolated_string_expression':
      return interpolated(r, node);
    case 'null_literal':
      return literal(at, null);
    case 'default_expression':
      return literal(at, null);
    case 'parenthesized_expression':
    case 'await_expression':
    case 'checked_expression':
    case 'ref_expression':
      return first ? exprOf(r, first) : other(at, []);
    case 'postfix_unary_expression':
      return first ? exprOf(r, first) : other(at, []);
    case 'cast_expression': {
      const value = field(node, 'value');
      const type = field(node, 'type');
      // `"a" + (b) + "c"`: the grammar takes `(b) + "c"` for a cast of a number.
      const summand =
        value?.kind === 'prefix_unary_expression' && value.words[0] === '+' ? value.children[0] : null;
      if (summand && type?.kind === 'identifier') return sumOf(at, [exprOf(r, type), exprOf(r, summand)]);
      return value ? exprOf(r, value) : other(at, []);
    }
    case 'as_expression': {
      const left = field(node, 'left');
      return left ? exprOf(r, left) : other(at, []);
    }
    case 'typeof_expression':
    case 'sizeof_expression': {
      const type = field(node, 'type') ?? first;
      return type ? typeExpr(r, type) : other(at, []);
    }
    case 'member_access_expression': {
      const object = field(node, 'expression');
      const name = field(node, 'name');
      return object && name ? member(at, exprOf(r, object), r.text(nameNode(name))) : other(at, []);
    }
    case 'conditional_access_expression': {
      const condition = field(node, 'condition') ?? first;
      const rest = node.children.find((c) => c !== condition);
      if (!condition || !rest) return condition ? exprOf(r, condition) : other(at, []);
      r.asked.push(exprOf(r, condition));
      const value = exprOf(r, rest);
      r.asked.pop();
      return value;
    }
    case 'member_binding_expression': {
      const name = field(node, 'name') ?? first;
      return name ? member(at, r.asked.at(-1) ?? other(at, []), r.text(nameNode(name))) : other(at, []);
    }
    case 'element_binding_expression': {
      const asked = r.asked.at(-1);
      const items = node.children.flatMap((c) => c.children);
      if (asked && items[0]) return indexOf(at, asked, exprOf(r, items[0]));
      return { at, kind: 'list', items: items.map((c) => itemOf(r, c)) };
    }
    case 'collection_expression':
      return { at, kind: 'list', items: node.children.map((c) => itemOf(r, c.children[0] ?? c)) };
    case 'element_access_expression': {
      const object = field(node, 'expression');
      const index = field(node, 'subscript')?.children[0]?.children.at(-1);
      return object && index ? indexOf(at, exprOf(r, object), exprOf(r, index)) : other(at, []);
    }
    case 'invocation_expression':
      return callOf(r, node);
    case 'object_creation_expression':
    case 'implicit_object_creation_expression':
      return creationOf(r, node);
    case 'array_creation_expression':
    case 'implicit_array_creation_expression':
    case 'stackalloc_expression': {
      const items = ofKind(node, 'initializer_expression');
      return items ? initialOf(r, items) : { at, kind: 'list', items: [] };
    }
    case 'initializer_expression':
      return initialOf(r, node);
    case 'anonymous_object_creation_expression': {
      const entries: { key: string; value: Expr }[] = [];
      let key: string | null = null;
      for (const c of node.children) {
        if (c.field === 'name' && c.kind === 'identifier' && node.children.length > 1 && key === null) {
          key = r.text(c);
          continue;
        }
        const value = exprOf(r, c);
        const own = value.kind === 'name' ? value.name : value.kind === 'member' ? value.property : '';
        entries.push({ key: key ?? own, value });
        key = null;
      }
      return { at, kind: 'record', entries };
    }
    case 'with_expression': {
      const [object, initial] = node.children;
      const more = initial ? initialOf(r, initial) : null;
      const entries = more?.kind === 'record' ? more.entries : [];
      return object
        ? { at, kind: 'record', entries: [{ key: '...', value: exprOf(r, object) }, ...entries] }
        : other(at, []);
    }
    case 'tuple_expression':
      return { at, kind: 'list', items: argsOf(r, node).map((a) => a.value) };
    case 'lambda_expression':
    case 'anonymous_method_expression':
      return lambdaOf(r, node);
    case 'assignment_expression': {
      append(r.before, assignmentOf(r, node));
      const left = field(node, 'left');
      return left ? exprOf(r, left) : other(at, []);
    }
    case 'prefix_unary_expression': {
      if (!first) return other(at, []);
      if (/^[-+]$/.test(node.words[0] ?? '') && /_literal$/.test(first.kind))
        return literal(at, r.text(node));
      const value = exprOf(r, first);
      return node.words[0] === '!'
        ? { at, kind: 'test', operator: '!', operands: [value] }
        : other(at, [value]);
    }
    case 'binary_expression':
      return binaryOf(
        r,
        node,
        (n) => n.words[0] ?? '',
        (n) => exprOf(r, n),
      );
    case 'is_pattern_expression': {
      const on = field(node, 'expression');
      const pattern = field(node, 'pattern');
      const value = on ? exprOf(r, on) : other(at, []);
      const found = pattern ? patternOf(r, pattern, value) : { takes: [], tests: [] };
      append(r.before, found.takes);
      const [constant] = found.tests;
      return pattern?.kind === 'constant_pattern' && constant
        ? { at, kind: 'test', operator: '==', operands: [value, constant] }
        : { at, kind: 'test', operator: 'is', operands: [value] };
    }
    case 'is_expression': {
      const left = field(node, 'left') ?? first;
      return { at, kind: 'test', operator: 'is', operands: left ? [exprOf(r, left)] : [] };
    }
    case 'conditional_expression': {
      const [test, then, otherwise] = node.children.map((c) => exprOf(r, c));
      return test && then && otherwise ? { at, kind: 'choice', of: [then, otherwise], test } : other(at, []);
    }
    case 'switch_expression':
      return switchExpression(r, node);
    case 'throw_expression':
      append(r.before, [{ at, kind: 'throw', value: first ? exprOf(r, first) : null } as Stmt].slice(0, 0));
      return other(at, first ? [exprOf(r, first)] : []);
    case 'declaration_expression': {
      const name = field(node, 'name');
      return name ? nameExpr(at, r.text(name)) : other(at, []);
    }
    case 'query_expression': {
      const from = ofKind(node, 'from_clause');
      const name = from && field(from, 'name');
      const over = from?.children.at(-1);
      if (name && over) {
        r.locals.add(r.text(name));
        r.before.push(
          assign(at, nameTarget(r.text(name)), {
            at,
            kind: 'index',
            object: exprOf(r, over),
            index: literal(at, null),
          }),
        );
      }
      return other(
        at,
        node.children.filter((c) => c !== from).map((c) => exprOf(r, c)),
      );
    }
    default:
      if (/_literal$/.test(node.kind)) return literal(at, r.text(node));
      return other(
        at,
        node.children
          .filter(
            (c) => !/_type$|^type_argument_list$|^modifier$|^implicit_type$|^attribute_list$/.test(c.kind),
          )
          .map((c) => exprOf(r, c)),
      );
  }
};

const itemOf = (r: CSharp, node: TreeNode): Expr =>
  /^(?:range_expression|spread_element)$/.test(node.kind) && node.children[0]
    ? spread(r.at(node), exprOf(r, node.children[0]))
    : exprOf(r, node);

const targetOf = (r: CSharp, node: TreeNode): Target => {
  if (/^tuple_(?:expression|pattern)$/.test(node.kind))
    return {
      kind: 'parts',
      parts: node.children.map((c, i) => {
        const inside = c.kind === 'argument' ? (c.children.at(-1) ?? c) : c;
        const name = inside.kind === 'declaration_expression' ? field(inside, 'name') : inside;
        return { path: String(i), target: targetOf(r, name ?? inside) };
      }),
    };
  if (node.kind === 'declaration_expression') {
    const name = field(node, 'name');
    if (name) r.locals.add(r.text(name));
    return nameTarget(name ? r.text(name) : '_');
  }
  const expr = exprOf(r, node);
  return expr.kind === 'name' ? nameTarget(expr.name) : { kind: 'place', expr };
};

const assignmentOf = (r: CSharp, node: TreeNode): Stmt[] => {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const operator = node.words[0] ?? ofKind(node, 'assignment_operator')?.words[0] ?? '=';
  const { before, value } = apart(r, () => exprOf(r, right));
  const at = r.at(node);
  const target = targetOf(r, left);
  const whole: Expr = operator === '??=' ? { at, kind: 'choice', of: [exprOf(r, left), value] } : value;
  const made = assign(at, target, whole, operator !== '=' && operator !== '??=');
  // What a property does with what it is given is its setter's, by the name the compiler gives that.
  const sets =
    target.kind === 'place' &&
    target.expr.kind === 'member' &&
    /^[A-Z]/.test(target.expr.property) &&
    !(target.expr.object.kind === 'name' && target.expr.object.name === 'this');
  if (!sets || target.kind !== 'place' || target.expr.kind !== 'member') return [...before, made];
  const setter = callTo(at, member(at, target.expr.object, `set_${target.expr.property}`), [whole]);
  return [...before, made, { at, kind: 'expr', value: setter }];
};

const declared = (r: CSharp, declaration: TreeNode | null): Stmt[] =>
  (declaration?.children ?? [])
    .filter((c) => c.kind === 'variable_declarator')
    .flatMap((d) => {
      const name = field(d, 'name') ?? d.children[0];
      const value = d.children.find((c) => c !== name && c.kind !== 'bracketed_argument_list');
      if (!name) return [];
      const { before, value: read } = apart(r, () =>
        value ? exprOf(r, value.kind === 'equals_value_clause' ? (value.children[0] ?? value) : value) : null,
      );
      if (name.kind === 'tuple_pattern') {
        const parts = name.children.map((c, i) => {
          r.locals.add(r.text(c));
          return { path: String(i), target: nameTarget(r.text(c)) };
        });
        return read ? [...before, assign(r.at(d), { kind: 'parts', parts }, read)] : [];
      }
      r.locals.add(r.text(name));
      // `new()` is of the declared type.
      const type = declaration && field(declaration, 'type');
      const made =
        read?.kind === 'call' && read.isNew && read.callee.kind === 'name' && read.callee.name === '' && type
          ? { ...read, callee: typeExpr(r, type) }
          : read;
      return made ? [...before, assign(r.at(d), nameTarget(r.text(name)), made)] : [];
    });

const attributeOf = (r: CSharp, node: TreeNode): Expr => {
  const at = r.at(node);
  const name = field(node, 'name');
  const list = ofKind(node, 'attribute_argument_list');
  const read = name ? typeExpr(r, name) : other(at, []);
  const bare = (n: string): string => n.replace(/(?<=\w)Attribute$/, '');
  const callee: Expr =
    read.kind === 'name'
      ? nameExpr(at, bare(read.name))
      : read.kind === 'member'
        ? { ...read, property: bare(read.property) }
        : read;
  return list ? { at, kind: 'call', callee, args: argsOf(r, list), isNew: false } : callee;
};

const decoratorsOf = (r: CSharp, node: TreeNode): Expr[] =>
  node.children
    .filter((c) => c.kind === 'attribute_list')
    .flatMap((l) => l.children.filter((c) => c.kind === 'attribute').map((a) => attributeOf(r, a)));

const paramsOf = (r: CSharp, list: TreeNode | null): Param[] => {
  const all: Param[] = [];
  const nodes = list?.children ?? [];
  nodes.forEach((p, i) => {
    if (p.kind === 'parameter' || p.kind === 'implicit_parameter') {
      const name = field(p, 'name') ?? (p.children.length === 0 ? p : null);
      if (!name) return;
      const type = field(p, 'type');
      const preset = p.children.find(
        (c) => c !== name && c !== type && !/^(?:attribute_list|modifier|parameter_modifier)$/.test(c.kind),
      );
      const value =
        preset && exprOf(r, preset.kind === 'equals_value_clause' ? (preset.children[0] ?? preset) : preset);
      all.push(
        addDecorators(
          paramOf(r, r.text(name), {
            type: typeText(r, type),
            defaultValue: value ?? null,
            rest: p.words.includes('params'),
          }),
          decoratorsOf(r, p),
        ),
      );
    } else if (p.kind === 'identifier' && p.field === 'name')
      // `params string[] rest` stands in the list itself.
      all.push(paramOf(r, r.text(p), { type: typeText(r, nodes[i - 1] ?? null), rest: true }));
    else if (p.kind === 'identifier') all.push(paramOf(r, r.text(p)));
  });
  return all;
};

const fnOf = (r: CSharp, node: TreeNode, name: string): Fn => {
  const fn = emptyFn(name, r.at(node));
  fn.decorators = decoratorsOf(r, node);
  fn.doc = docOf(r, node);
  fn.isAsync = node.children.some((c) => c.kind === 'modifier' && r.text(c) === 'async');
  inner(r, () => {
    fn.params = paramsOf(r, field(node, 'parameters') ?? ofKind(node, 'parameter_list'));
    const body = field(node, 'body') ?? ofKind(node, 'block', 'arrow_expression_clause');
    if (body?.kind === 'arrow_expression_clause') fn.body = returning(r, body);
    else if (body) fn.body = apart(r, () => blockOf(r, body)).value;
  });
  return fn;
};

/** The value a property gives: `=> x`, `{ get => x; }`, `{ get; } = x`. */
const valueOfProperty = (r: CSharp, node: TreeNode): Expr | null => {
  const value = field(node, 'value') ?? ofKind(node, 'arrow_expression_clause');
  if (value)
    return exprOf(r, value.kind === 'arrow_expression_clause' ? (value.children[0] ?? value) : value);
  const accessors = field(node, 'accessors') ?? ofKind(node, 'accessor_list');
  const get = accessors?.children.find((a) => a.words.includes('get') || /^\s*get\b/.test(r.text(a)));
  const body = get && (field(get, 'body') ?? ofKind(get, 'block', 'arrow_expression_clause'));
  if (!body) return null;
  if (body.kind === 'arrow_expression_clause') return body.children[0] ? exprOf(r, body.children[0]) : null;
  const last = body.children.findLast((c) => c.kind === 'return_statement');
  return last?.children[0] ? exprOf(r, last.children[0]) : null;
};

const classOf = (r: CSharp, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const name = field(node, 'name');
  const cls = emptyClass(name ? r.text(name) : '', at);
  cls.decorators = decoratorsOf(r, node);
  cls.doc = docOf(r, node);
  for (const b of ofKind(node, 'base_list')?.children ?? [])
    if (b.kind !== 'argument_list') cls.bases.push(typeExpr(r, b));
  const body = field(node, 'body');
  const nodes = body?.children ?? [];
  const named = (n: TreeNode): string => {
    const own = field(n, 'name');
    return own ? r.text(own) : '';
  };
  const variables = (n: TreeNode): string[] =>
    (ofKind(n, 'variable_declaration')?.children ?? [])
      .filter((c) => c.kind === 'variable_declarator')
      .map((d) => r.text(field(d, 'name') ?? d.children[0] ?? d));
  const primary = ofKind(node, 'parameter_list');
  const rest: Stmt[] = [];
  const kept = primary ? inner(r, () => paramsOf(r, primary)) : [];
  const isField = (n: TreeNode): boolean => /^(?:event_)?field_declaration$/.test(n.kind);
  inside(
    r,
    [
      ...kept.map((p) => p.name),
      ...nodes.filter(isField).flatMap(variables),
      ...nodes.filter((n) => n.kind === 'property_declaration').map(named),
    ],
    nodes.filter((n) => n.kind === 'method_declaration').map(named),
    () => {
      for (const p of kept) r.locals.delete(p.name);
      if (kept.length > 0) {
        const { make, fields: own } = keeping(at, kept);
        cls.methods.push({ ...emptyFn('<init>', at), params: kept, body: make });
        append(cls.fields, own);
      }
      for (const n of nodes) {
        if (n.kind === 'method_declaration' || n.kind === 'operator_declaration')
          cls.methods.push(fnOf(r, n, named(n)));
        else if (n.kind === 'constructor_declaration') {
          const made = fnOf(r, n, '<init>');
          const before = ofKind(n, 'constructor_initializer');
          if (before?.words.includes('base') || (before && r.text(before).includes('base')))
            made.body.unshift({
              at: r.at(before),
              kind: 'expr',
              value: {
                at: r.at(before),
                kind: 'call',
                callee: nameExpr(r.at(before), 'super'),
                args: argsOf(r, ofKind(before, 'argument_list')),
                isNew: false,
              },
            });
          cls.methods.push(made);
        } else if (isField(n)) {
          const declaration = ofKind(n, 'variable_declaration');
          const type = declaration ? field(declaration, 'type') : null;
          for (const s of declared(r, declaration)) {
            if (s.kind !== 'assign' || s.target.kind !== 'name') continue;
            r.locals.delete(s.target.name);
          }
          for (const d of (declaration?.children ?? []).filter((c) => c.kind === 'variable_declarator')) {
            const own = field(d, 'name') ?? d.children[0];
            const value = d.children.find((c) => c !== own);
            r.locals.delete(own ? r.text(own) : '');
            cls.fields.push(
              addDecorators(
                {
                  name: own ? r.text(own) : '',
                  type: typeText(r, type),
                  value: value
                    ? exprOf(r, value.kind === 'equals_value_clause' ? (value.children[0] ?? value) : value)
                    : null,
                  at: r.at(d),
                },
                decoratorsOf(r, n),
              ),
            );
          }
        } else if (n.kind === 'property_declaration') {
          const doc = docOf(r, n);
          cls.fields.push(
            addDecorators(
              {
                name: named(n),
                type: typeText(r, field(n, 'type')),
                value: valueOfProperty(r, n),
                at: r.at(n),
                ...(doc ? { doc } : {}),
              },
              decoratorsOf(r, n),
            ),
          );
        } else if (n.kind === 'enum_member_declaration')
          cls.fields.push({ name: named(n), type: '', value: literal(r.at(n), named(n)), at: r.at(n) });
        else if (CLASSES.test(n.kind)) append(rest, classOf(r, n));
      }
    },
  );
  return [{ at, kind: 'class', cls }, ...rest];
};

/** Of a namespace all names are taken; `using X = A.B` and `using static A.B` name one. */
const importOf = (r: CSharp, node: TreeNode): void => {
  const at = r.at(node);
  const path = node.children.at(-1);
  if (!path) return;
  const text = r.text(path).split('<')[0]!.replace(/\s+/g, '').replace('::', '.');
  const alias = node.children.length > 1 ? field(node, 'name') : null;
  if (!alias) {
    r.imports.push({ local: '*', module: text, name: '*', at });
    return;
  }
  const parts = text.split('.');
  const name = parts.pop() ?? '';
  r.imports.push({ local: r.text(alias), module: parts.join('.'), name, at });
};

const testOf = (r: CSharp, node: TreeNode): Expr => {
  const condition = field(node, 'condition');
  return condition ? exprOf(r, condition) : literal(r.at(node), null);
};

const ifOf = (r: CSharp, node: TreeNode): Stmt[] =>
  ifChain(r, node, {
    test: (c) => testOf(r, c),
    then: (c) => blockOf(r, field(c, 'consequence')),
    next: (c) => field(c, 'alternative'),
    isIf: (c) => c.kind === 'if_statement',
    rest: (c) => blockOf(r, c),
  });

const tryOf = (r: CSharp, node: TreeNode): Stmt[] => {
  const handlers = node.children
    .filter((c) => c.kind === 'catch_clause')
    .map((c) => {
      const declaration = ofKind(c, 'catch_declaration');
      const name = declaration && field(declaration, 'name');
      if (name) r.locals.add(r.text(name));
      return { name: name ? r.text(name) : null, body: blockOf(r, field(c, 'body') ?? ofKind(c, 'block')) };
    });
  const last = ofKind(node, 'finally_clause');
  return [
    {
      at: r.at(node),
      kind: 'try',
      body: blockOf(r, field(node, 'body') ?? ofKind(node, 'block')),
      handlers,
      last: last ? blockOf(r, ofKind(last, 'block')) : [],
    },
  ];
};

const switchOf = (r: CSharp, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const value = field(node, 'value') ?? node.children[0];
  const first: Stmt[] = [];
  let on = value ? exprOf(r, value) : literal(at, null);
  if (on.kind !== 'name' && on.kind !== 'member') {
    const name = temporary(r);
    first.push(assign(at, nameTarget(name), on));
    on = nameExpr(at, name);
  }
  const sections = (field(node, 'body') ?? ofKind(node, 'switch_body'))?.children ?? [];
  const cases = sections.map((section) => {
    const tests: Expr[] = [];
    const body: Stmt[] = [];
    const isLabel = (c: TreeNode): boolean =>
      /pattern$|^discard$|_literal$|_label$|^when_clause$/.test(c.kind);
    for (const c of section.children.filter(isLabel)) {
      if (c.kind === 'when_clause') continue;
      const label = /_label$/.test(c.kind) ? (c.children[0] ?? null) : c;
      if (!label) continue;
      if (/pattern$|^discard$/.test(label.kind)) {
        const found = patternOf(r, label, on);
        append(tests, found.tests);
        append(body, found.takes);
      } else tests.push(exprOf(r, label));
    }
    append(
      body,
      statements(
        r,
        section.children.filter((c) => !isLabel(c)),
        (n) => statementOf(r, n),
      ),
    );
    return { tests, body };
  });
  return [...first, { at, kind: 'switch', on, cases }];
};

const blockOf = (r: CSharp, node: TreeNode | null): Stmt[] => {
  if (!node) return [];
  return statements(r, node.kind === 'block' ? node.children : [node], (n) => statementOf(r, n));
};

const statementOf = (r: CSharp, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const [first] = node.children;
  if (CLASSES.test(node.kind)) return classOf(r, node);
  switch (node.kind) {
    case 'using_directive':
      importOf(r, node);
      return [];
    case 'extern_alias_directive':
    case 'global_attribute':
    case 'attribute_list':
    case 'delegate_declaration':
    case 'empty_statement':
    case 'preproc_region':
    case 'preproc_endregion':
    case 'shebang_directive':
      return [];
    case 'namespace_declaration':
      return statements(r, field(node, 'body')?.children ?? [], (n) => statementOf(r, n));
    case 'file_scoped_namespace_declaration':
      return statements(
        r,
        node.children.filter((c) => c.field !== 'name'),
        (n) => statementOf(r, n),
      );
    case 'global_statement':
    case 'declaration_list':
    case 'preproc_if':
    case 'preproc_else':
    case 'preproc_elif':
    case 'unsafe_statement':
    case 'checked_statement':
    case 'fixed_statement':
    case 'ERROR':
      return statements(r, node.children, (n) => statementOf(r, n));
    case 'local_declaration_statement':
      return declared(r, ofKind(node, 'variable_declaration'));
    case 'variable_declaration':
      return declared(r, node);
    case 'local_function_statement':
    case 'method_declaration': {
      const name = field(node, 'name');
      if (name) r.locals.add(r.text(name));
      return [{ at, kind: 'function', fn: fnOf(r, node, name ? r.text(name) : '') }];
    }
    case 'expression_statement':
      if (first?.kind === 'assignment_expression') return assignmentOf(r, first);
      return first ? effect(exprOf(r, first)) : [];
    case 'assignment_expression':
      return assignmentOf(r, node);
    case 'return_statement':
      return [{ at, kind: 'return', value: first ? exprOf(r, first) : null }];
    case 'throw_statement':
    case 'throw_expression':
      return [{ at, kind: 'throw', value: first ? exprOf(r, first) : null }];
    case 'yield_statement': {
      if (!first) return [{ at, kind: 'jump' }];
      return [mayReturn(at, { at, kind: 'list', items: [exprOf(r, first)] })];
    }
    case 'break_statement':
    case 'continue_statement':
    case 'goto_statement':
      return [{ at, kind: 'jump' }];
    case 'if_statement':
      return ifOf(r, node);
    case 'for_statement': {
      const start = statements(r, fields(node, 'initializer'), (n) => statementOf(r, n));
      const { before, value: test } = apart(r, () => testOf(r, node));
      const body = [
        ...blockOf(r, field(node, 'body')),
        ...statements(r, fields(node, 'update'), (n) => statementOf(r, n)),
      ];
      return [...start, ...before, { at, kind: 'loop', target: null, over: null, test, body }];
    }
    case 'foreach_statement': {
      const left = field(node, 'left');
      const right = field(node, 'right');
      const over = right ? exprOf(r, right) : literal(at, null);
      if (left?.kind === 'identifier') r.locals.add(r.text(left));
      const target = left ? targetOf(r, left) : null;
      return [{ at, kind: 'loop', target, over, test: null, body: blockOf(r, field(node, 'body')) }];
    }
    case 'while_statement':
    case 'do_statement': {
      const { before, value: test } = apart(r, () => testOf(r, node));
      return [
        ...before,
        { at, kind: 'loop', target: null, over: null, test, body: blockOf(r, field(node, 'body')) },
      ];
    }
    case 'try_statement':
      return tryOf(r, node);
    case 'using_statement':
      return [
        ...declared(r, ofKind(node, 'variable_declaration')),
        ...blockOf(r, field(node, 'body') ?? node.children.at(-1) ?? null),
      ];
    case 'lock_statement':
      return blockOf(r, field(node, 'body') ?? ofKind(node, 'block'));
    case 'labeled_statement':
      return statements(r, node.children.slice(1), (n) => statementOf(r, n));
    case 'switch_statement':
      return switchOf(r, node);
    case 'block':
      return [{ at, kind: 'block', body: blockOf(r, node) }];
    default:
      return effect(exprOf(r, node));
  }
};

export type { Span };

/**
 * C#. Bare names of fields, properties and methods of the class (and those around it) are written with `this`; constructors
 * are `<init>`, a primary one too; what an object initialiser sets are named arguments of the constructor. `using A.B` takes
 * every name of `A.B`. Nested classes follow the class they are in. Types are known in all of the tree: it has no `exports`.
 */
export const readCSharp = (grammar: Grammar | null): Reader => ({
  language: 'csharp',
  extensions: ['.cs', '.csx'],
  read: (path, source) =>
    readTree(grammar, 'csharp', path, source, (reading, root) => {
      const r: CSharp = { ...owning(reading), asked: [] };
      return statements(r, root.children, (n) => statementOf(r, n));
    }),
});
