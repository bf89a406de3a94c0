// Long, because it is one table: what each kind of node of the grammar of Ruby means.
import type { Arg, Class, Expr, Fn, Param, Reader, Span, Stmt, Target } from './ir.ts';
import { formatted } from './tree-format.ts';
import type { Grammar } from './tree-grammar.ts';
import {
  callTo,
  heldOf,
  indexOf,
  inner,
  inside,
  isOwnField,
  isOwnMethod,
  member,
  type Owning,
  ofThis,
  owning,
} from './tree-members.ts';
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
  readTree,
  spread,
  sumOf,
  temporary,
  textOf,
} from './tree-reading.ts';
import { dedented, unescaped } from './tree-text.ts';

/** `heredocs` are the texts that begin further up, by where they are announced; `inBlock` whether `next` ends a function. */
type Ruby = Owning & { heredocs: ReadonlyMap<number, TreeNode> };
/** What becomes of the value of the last expression. */
type Tail = (value: Expr) => Stmt[];

/** A block is one more argument of this name, whatever the method calls it. */
const BLOCK = 'yield';

const isDoc = (comment: string): boolean => comment.startsWith('#');
const docOf = (r: Ruby, node: TreeNode): string =>
  r
    .docBefore(node, isDoc)
    .split('\n')
    .map((l) => l.replace(/^#+ ?/, ''))
    .join('\n')
    .trim();

const returned: Tail = (value) => [{ at: value.at, kind: 'return', value }];
const dropped: Tail = effect;

const textNode = (r: Ruby, node: TreeNode): Expr[] =>
  node.children.flatMap((c): Expr[] => {
    if (c.kind === 'interpolation') return c.children[0] ? [exprOf(r, c.children.at(-1)!)] : [];
    if (c.kind === 'heredoc_end') return [];
    return [literal(r.at(c), c.kind === 'escape_sequence' ? unescaped(r.text(c)) : r.text(c), true)];
  });

const stringOf = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const parts = textNode(r, node);
  if (parts.every((p) => p.kind === 'literal'))
    return literal(at, parts.map((p) => (p.kind === 'literal' ? (p.value ?? '') : '')).join(''), true);
  return { at, kind: 'text', parts };
};

const heredocOf = (r: Ruby, node: TreeNode): Expr => {
  const body = r.heredocs.get(node.from);
  if (!body) return literal(r.at(node), '', true);
  const text = stringOf(r, body);
  if (text.kind === 'literal') return literal(r.at(node), dedented(text.value ?? ''), true);
  // It begins on the line below.
  const [first, ...rest] = text.kind === 'text' ? text.parts : [];
  if (first?.kind !== 'literal') return text;
  const begun = (first.value ?? '').replace(/^\n[ \t]*/, '');
  return { at: text.at, kind: 'text', parts: begun === '' ? rest : [{ ...first, value: begun }, ...rest] };
};

const symbolOf = (r: Ruby, node: TreeNode): string =>
  r.text(node).replace(/^:/, '').replace(/^"|"$/g, '').replace(/:$/, '');

const pathOf = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const scope = field(node, 'scope');
  const name = field(node, 'name');
  if (node.kind !== 'scope_resolution' || !name) return constantOf(r, node);
  return scope ? member(at, exprOf(r, scope), r.text(name)) : nameExpr(at, r.text(name));
};

const constantOf = (r: Ruby, node: TreeNode): Expr => {
  const name = r.text(node);
  return isOwnField(r, name) ? ofThis(r.at(node), name) : nameExpr(r.at(node), name);
};

const keyOf = (r: Ruby, node: TreeNode): string | null => {
  if (node.kind === 'hash_key_symbol' || node.kind === 'simple_symbol') return symbolOf(r, node);
  const read = exprOf(r, node);
  return read.kind === 'literal' && read.isString ? (read.value ?? '') : null;
};

const pairsOf = (r: Ruby, nodes: readonly TreeNode[]): { key: string; value: Expr }[] =>
  nodes.flatMap((c) => {
    if (c.kind === 'hash_splat_argument')
      return c.children[0] ? [{ key: '...', value: exprOf(r, c.children[0]) }] : [];
    const key = field(c, 'key');
    if (!key) return [];
    const value = field(c, 'value');
    const name = keyOf(r, key) ?? '';
    return [{ key: name, value: value ? exprOf(r, value) : nameOf(r, r.at(key), name) }];
  });

const blockArg = (r: Ruby, node: TreeNode): Arg[] => {
  const [first] = node.children;
  if (!first) return [{ name: BLOCK, value: nameExpr(r.at(node), BLOCK) }];
  if (first.kind !== 'simple_symbol') return [{ name: BLOCK, value: exprOf(r, first) }];
  const at = r.at(node);
  const fn = emptyFn('', at);
  fn.params = [{ name: '$1', type: '', defaultValue: null, rest: false, parts: [] }];
  fn.body = returned(callTo(at, member(at, nameExpr(at, '$1'), symbolOf(r, first))));
  return [{ name: BLOCK, value: { at, kind: 'function', fn } }];
};

const argsOf = (r: Ruby, list: TreeNode | null): Arg[] => {
  const loose: { key: string; value: Expr }[] = [];
  const args = (list?.children ?? []).flatMap((c): Arg[] => {
    if (c.kind === 'pair') {
      const key = field(c, 'key');
      if (key && (key.kind === 'hash_key_symbol' || key.kind === 'simple_symbol')) {
        const [pair] = pairsOf(r, [c]);
        return pair ? [{ name: pair.key, value: pair.value }] : [];
      }
      append(loose, pairsOf(r, [c]));
      return [];
    }
    const [first] = c.children;
    if (c.kind === 'splat_argument' || c.kind === 'hash_splat_argument')
      return first ? [{ spread: true, value: exprOf(r, first) }] : [];
    if (c.kind === 'block_argument') return blockArg(r, c);
    return [{ value: exprOf(r, c) }];
  });
  if (loose.length > 0) args.push({ value: { at: loose[0]!.value.at, kind: 'record', entries: loose } });
  return args;
};

/** `{ |x| … }` and `do |x| … end`. */
const blockOf = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const fn = emptyFn('', at);
  inner(r, () => {
    fn.params = paramsOf(r, field(node, 'parameters'));
    const body = field(node, 'body') ?? node;
    fn.body = apart(r, () =>
      bodyInto(
        r,
        body === node ? node.children.filter((c) => c.field !== 'parameters') : body.children,
        returned,
        body,
      ),
    ).value;
  });
  return { at, kind: 'function', fn };
};

/** A bare name: a variable, else a call of a method. */
const nameOf = (r: Ruby, at: Span, name: string): Expr => {
  if (r.locals.has(name)) return nameExpr(at, name);
  return callTo(at, isOwnMethod(r, name) ? ofThis(at, name) : nameExpr(at, name));
};

const ENDS = /^(?:raise|fail|abort|exit|exit!|throw|halt)$/;
const CONVERTS = /^(?:String|Array|Hash)$/;

const callOf = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const receiver = field(node, 'receiver');
  const method = field(node, 'method');
  const name = method ? r.text(method) : 'call';
  const args = argsOf(r, field(node, 'arguments'));
  const block = field(node, 'block');
  const [first] = args;
  const object = receiver ? exprOf(r, receiver) : null;
  if (block) args.push({ name: BLOCK, value: blockOf(r, block) });
  if (object) {
    if (name === 'new') return { at, kind: 'call', callee: object, args, isNew: true };
    if (name === 'freeze' || name === 'dup' || name === 'itself' || name === 'html_safe') return object;
    if (/^(?:send|public_send|__send__)$/.test(name) && first?.value.kind === 'literal' && first.value.value)
      return {
        at,
        kind: 'call',
        callee: member(at, object, first.value.value),
        args: args.slice(1),
        isNew: false,
      };
    if (name === 'join' && object.kind === 'list' && object.items.length > 0) return textOf(at, object.items);
    return { at, kind: 'call', callee: member(at, object, name), args, isNew: false };
  }
  if (name === 'super') return { at, kind: 'call', callee: nameExpr(at, 'super'), args, isNew: false };
  if ((name === 'lambda' || name === 'proc') && block) return blockOf(r, block);
  if (CONVERTS.test(name) && first) return first.value;
  if ((name === 'format' || name === 'sprintf') && first)
    return formatted(at, first.value, args.slice(1), 'percent');
  if (name === 'method' && first?.value.kind === 'literal' && first.value.value)
    return ofThis(at, first.value.value);
  return {
    at,
    kind: 'call',
    callee: isOwnMethod(r, name) ? ofThis(at, name) : nameExpr(at, name),
    args,
    isNew: false,
  };
};

const paramsOf = (r: Ruby, list: TreeNode | null): Param[] =>
  (list?.children ?? []).flatMap((p): Param[] => {
    const nameNode = field(p, 'name') ?? (p.kind === 'identifier' ? p : null);
    if (p.kind === 'destructured_parameter') {
      const parts = p.children.flatMap((c, i) => {
        if (c.kind !== 'identifier') return [];
        r.locals.add(r.text(c));
        return [{ path: String(i), name: r.text(c) }];
      });
      return [{ name: '', type: '', defaultValue: null, rest: false, parts }];
    }
    if (!nameNode) return [];
    const name = r.text(nameNode);
    r.locals.add(name);
    if (p.kind === 'block_parameter')
      return [{ name: BLOCK, type: '', defaultValue: null, rest: false, parts: [] }];
    const value = field(p, 'value');
    return [
      {
        name,
        type: '',
        defaultValue: value ? exprOf(r, value) : null,
        rest: /splat_parameter$/.test(p.kind),
        parts: [],
      },
    ];
  });

const yields = (node: TreeNode): boolean => {
  const rest = [node];
  for (let n = rest.pop(); n; n = rest.pop()) {
    if (n.kind === 'yield') return true;
    if (!/^(?:method|singleton_method|class|module)$/.test(n.kind) || n === node) append(rest, n.children);
  }
  return false;
};

const fnOf = (r: Ruby, node: TreeNode): Fn => {
  const nameNode = field(node, 'name');
  const name = nameNode ? r.text(nameNode) : '';
  const fn = emptyFn(name === 'initialize' ? '<init>' : name, r.at(node));
  fn.doc = docOf(r, node);
  const outer = r.locals;
  r.locals = new Set();
  const list = field(node, 'parameters');
  fn.params = paramsOf(r, list);
  const blockName = (list?.children ?? []).find((p) => p.kind === 'block_parameter');
  const own = blockName && field(blockName, 'name');
  if (!blockName && yields(node))
    fn.params.push({ name: BLOCK, type: '', defaultValue: null, rest: false, parts: [] });
  const body = field(node, 'body');
  const tail: Tail = name === 'initialize' ? dropped : returned;
  fn.body = apart(r, () =>
    body
      ? body.kind === 'body_statement'
        ? bodyInto(r, body.children, tail, body)
        : valueInto(r, body, tail)
      : [],
  ).value;
  if (own) fn.body.unshift(assign(fn.at, nameTarget(r.text(own)), nameExpr(fn.at, BLOCK)));
  r.locals = outer;
  return fn;
};

const RESCUES = /^(?:rescue|ensure|else)$/;

/** Statements, the last of which is the value; `rescue` and `ensure` of a method or block too. */
const bodyInto = (r: Ruby, nodes: readonly TreeNode[], tail: Tail, of: TreeNode): Stmt[] => {
  const plain = nodes.filter(
    (n) => !RESCUES.test(n.kind) && n.kind !== 'heredoc_body' && n.kind !== 'empty_statement',
  );
  const rescues = nodes.filter((n) => n.kind === 'rescue');
  const ensure = nodes.find((n) => n.kind === 'ensure');
  const body = sequence(r, plain, tail);
  if (rescues.length === 0 && !ensure) return body;
  const handlers = rescues.map((c) => {
    const variable = field(c, 'variable')?.children[0];
    if (variable?.kind === 'identifier') r.locals.add(r.text(variable));
    return {
      name: variable ? r.text(variable) : null,
      body: sequence(r, field(c, 'body')?.children ?? [], tail),
    };
  });
  return [
    { at: r.at(of), kind: 'try', body, handlers, last: ensure ? sequence(r, ensure.children, dropped) : [] },
  ];
};

const sequence = (r: Ruby, nodes: readonly TreeNode[], tail: Tail): Stmt[] => {
  const all: Stmt[] = [];
  const kept = nodes.filter((n) => n.kind !== 'heredoc_body');
  kept.forEach((n, i) => {
    const { before, value } = apart(r, () => valueInto(r, n, i === kept.length - 1 ? tail : dropped));
    append(all, before);
    append(all, value);
  });
  return all;
};

/** Reads an expression whose value goes somewhere: the branches of `if` and `case` each take it there. */
const valueInto = (r: Ruby, node: TreeNode, tail: Tail): Stmt[] => {
  const at = r.at(node);
  switch (node.kind) {
    case 'if':
    case 'unless':
    case 'elsif':
      return ifInto(r, node, tail, 0);
    case 'if_modifier':
    case 'unless_modifier': {
      const { before, value: test } = apart(r, () =>
        testOf(r, field(node, 'condition'), node.kind === 'unless_modifier'),
      );
      const body = field(node, 'body');
      const then = body ? branchInto(r, [body], tail) : [];
      return [...before, { at, kind: 'if', test, then, otherwise: [] }];
    }
    case 'case':
      return caseInto(r, node, tail);
    case 'case_match':
      return matchInto(r, node, tail);
    case 'begin':
    case 'parenthesized_statements':
    case 'then':
    case 'do':
    case 'block_body':
    case 'body_statement':
      return bodyInto(r, node.children, tail, node);
    case 'rescue_modifier': {
      const body = field(node, 'body');
      const handler = field(node, 'handler');
      return [
        {
          at,
          kind: 'try',
          body: body ? branchInto(r, [body], tail) : [],
          handlers: [{ name: null, body: handler ? branchInto(r, [handler], tail) : [] }],
          last: [],
        },
      ];
    }
    case 'while':
    case 'until':
    case 'while_modifier':
    case 'until_modifier': {
      const { before, value: test } = apart(r, () =>
        testOf(r, field(node, 'condition'), node.kind.startsWith('until')),
      );
      const body = field(node, 'body');
      return [
        ...before,
        {
          at,
          kind: 'loop',
          target: null,
          over: null,
          test,
          body: body ? branchInto(r, [body], dropped) : [],
        },
      ];
    }
    case 'for': {
      const pattern = field(node, 'pattern');
      const over = field(node, 'value')?.children[0] ?? field(node, 'value');
      const read = over ? exprOf(r, over) : literal(at, null);
      const target = pattern ? targetOf(r, pattern) : null;
      const body = field(node, 'body');
      return [
        {
          at,
          kind: 'loop',
          target,
          over: read,
          test: null,
          body: body ? branchInto(r, [body], dropped) : [],
        },
      ];
    }
    case 'return':
    case 'next': {
      const values = node.children.flatMap((c) => (c.kind === 'argument_list' ? c.children : [c]));
      if (values.length === 0) return [{ at, kind: 'return', value: null }];
      if (values.length === 1) return valueInto(r, values[0]!, returned);
      return [{ at, kind: 'return', value: { at, kind: 'list', items: values.map((v) => exprOf(r, v)) } }];
    }
    case 'break':
    case 'redo':
    case 'retry':
      return [{ at, kind: 'jump' }];
    case 'assignment':
    case 'operator_assignment': {
      const made = assignmentOf(r, node);
      const left = field(node, 'left');
      return tail === dropped || !left ? made : [...made, ...tail(exprOf(r, left))];
    }
    case 'method':
    case 'singleton_method':
      return [{ at, kind: 'function', fn: fnOf(r, node) }];
    case 'class':
    case 'module':
    case 'singleton_class':
      return classOf(r, node);
    case 'program':
    case 'ERROR':
      return sequence(r, node.children, dropped);
    case 'alias':
    case 'undef':
    case 'empty_statement':
    case 'heredoc_body':
    case 'uninterpreted':
      return [];
    case 'call': {
      const method = field(node, 'method');
      const name = method && !field(node, 'receiver') ? r.text(method) : '';
      if (ENDS.test(name)) {
        const args = argsOf(r, field(node, 'arguments'));
        return [{ at, kind: 'throw', value: args.at(-1)?.value ?? null }];
      }
      if (/^require(?:_relative)?$/.test(name)) {
        const first = field(node, 'arguments')?.children[0];
        const text = first ? exprOf(r, first) : null;
        if (text?.kind === 'literal' && text.value) {
          const module =
            name === 'require_relative' && !text.value.startsWith('.') ? `./${text.value}` : text.value;
          r.imports.push({ local: '', module, name: '*', at });
        }
        return effect(callOf(r, node));
      }
      // `private def x`
      const methods = (field(node, 'arguments')?.children ?? []).filter((c) =>
        /^(?:singleton_)?method$/.test(c.kind),
      );
      if (methods.length > 0) return methods.flatMap((m) => valueInto(r, m, dropped));
      return tail(callOf(r, node));
    }
    case 'identifier': {
      const name = r.text(node);
      if (ENDS.test(name) && !r.locals.has(name)) return [{ at, kind: 'throw', value: null }];
      return tail(nameOf(r, at, name));
    }
    case 'binary': {
      // `x or raise`: what ends on the right guards what comes after.
      const operator = node.words[0] ?? '';
      const right = field(node, 'right') ?? node.children.at(-1);
      const left = field(node, 'left') ?? node.children[0];
      const ends = right && /^(?:call|identifier|return|next)$/.test(right.kind) && valueEnds(r, right);
      if (left && right && ends && /^(?:\|\||or|&&|and)$/.test(operator)) {
        const test = exprOf(r, left);
        const then = branchInto(r, [right], dropped);
        return /^(?:\|\||or)$/.test(operator)
          ? [{ at, kind: 'if', test, then: [], otherwise: then }]
          : [{ at, kind: 'if', test, then, otherwise: [] }];
      }
      return tail(exprOf(r, node));
    }
    default:
      return tail(exprOf(r, node));
  }
};

const valueEnds = (r: Ruby, node: TreeNode): boolean => {
  if (node.kind === 'return' || node.kind === 'next') return true;
  const method = node.kind === 'identifier' ? node : field(node, 'receiver') ? null : field(node, 'method');
  return method !== null && ENDS.test(r.text(method));
};

const branchInto = (r: Ruby, nodes: readonly TreeNode[], tail: Tail): Stmt[] => {
  const { before, value } = apart(r, () => sequence(r, nodes, tail));
  return [...before, ...value];
};

const testOf = (r: Ruby, node: TreeNode | null, negated: boolean): Expr => {
  const test = node ? exprOf(r, node) : literal({ line: 1, endLine: 1 }, null);
  return negated ? { at: test.at, kind: 'test', operator: '!', operands: [test] } : test;
};

const ifInto = (r: Ruby, node: TreeNode, tail: Tail, depth: number): Stmt[] => {
  const at = r.at(node);
  const { before, value: test } = apart(r, () => testOf(r, field(node, 'condition'), node.kind === 'unless'));
  const then = branchInto(r, field(node, 'consequence')?.children ?? [], tail);
  const next = field(node, 'alternative');
  const rest =
    next?.kind === 'elsif'
      ? depth < DEEPEST_ELSE
        ? ifInto(r, next, tail, depth + 1)
        : []
      : next
        ? branchInto(r, next.children, tail)
        : [];
  return [...before, { at, kind: 'if', test, then, otherwise: rest }];
};

const caseInto = (r: Ruby, node: TreeNode, tail: Tail): Stmt[] => {
  const at = r.at(node);
  const value = field(node, 'value');
  const { before, value: on } = apart(r, () => (value ? heldOf(r, exprOf(r, value)) : literal(at, 'true')));
  const cases = node.children
    .filter((c) => c.kind === 'when' || c.kind === 'else')
    .map((c) => {
      const tests = fields(c, 'pattern').flatMap((p) => p.children.map((x) => exprOf(r, x)));
      const body = branchInto(r, c.kind === 'else' ? c.children : (field(c, 'body')?.children ?? []), tail);
      const [test] = tests;
      return !value && test
        ? {
            tests: [other(at, [])],
            body: [{ at: r.at(c), kind: 'if' as const, test, then: body, otherwise: [] }],
          }
        : { tests, body };
    });
  return [...before, { at, kind: 'switch', on, cases }];
};

/** The names a pattern of `in` gives to parts of a value. */
const patternTakes = (r: Ruby, node: TreeNode, from: Expr): Stmt[] => {
  const at = r.at(node);
  if (node.kind === 'identifier') {
    r.locals.add(r.text(node));
    return [assign(at, nameTarget(r.text(node)), from)];
  }
  if (node.kind === 'keyword_pattern') {
    const key = field(node, 'key');
    const value = field(node, 'value');
    const name = key ? symbolOf(r, key) : '';
    const part = member(at, from, name);
    if (value) return patternTakes(r, value, part);
    r.locals.add(name);
    return [assign(at, nameTarget(name), part)];
  }
  const own = field(node, 'name');
  const takes = own ? patternTakes(r, own, from) : [];
  return [...takes, ...node.children.filter((c) => c !== own).flatMap((c) => patternTakes(r, c, from))];
};

const matchInto = (r: Ruby, node: TreeNode, tail: Tail): Stmt[] => {
  const at = r.at(node);
  const value = field(node, 'value');
  const { before, value: on } = apart(r, () => heldOf(r, value ? exprOf(r, value) : literal(at, null)));
  const clauses = node.children.filter((c) => c.kind === 'in_clause' || c.kind === 'else');
  const cases = clauses.map((c) => {
    const pattern = field(c, 'pattern');
    const takes = pattern ? patternTakes(r, pattern, on) : [];
    const body = branchInto(r, c.kind === 'else' ? c.children : (field(c, 'body')?.children ?? []), tail);
    return { tests: pattern ? [other(at, [])] : [], body: [...takes, ...body] };
  });
  return [...before, { at, kind: 'switch', on, cases }];
};

/** An expression that is made of statements: its value goes to a name. */
const named = (r: Ruby, node: TreeNode): Expr => {
  const name = temporary(r);
  append(
    r.before,
    valueInto(r, node, (value) => [assign(value.at, nameTarget(name), value)]),
  );
  return nameExpr(r.at(node), name);
};

const exprOf = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const [first] = node.children;
  switch (node.kind) {
    case 'identifier':
      return nameOf(r, at, r.text(node));
    case 'constant':
      return constantOf(r, node);
    case 'scope_resolution':
      return pathOf(r, node);
    case 'self':
      return nameExpr(at, 'this');
    case 'super':
      return callTo(at, nameExpr(at, 'super'));
    case 'instance_variable':
    case 'class_variable':
      return ofThis(at, r.text(node));
    case 'global_variable':
      return nameExpr(at, r.text(node));
    case 'nil':
      return literal(at, null);
    case 'true':
    case 'false':
    case 'integer':
    case 'float':
    case 'regex':
      return literal(at, r.text(node));
    case 'string':
    case 'bare_string':
    case 'character':
      return stringOf(r, node);
    case 'delimited_symbol':
      return stringOf(r, node);
    case 'simple_symbol':
    case 'hash_key_symbol':
    case 'bare_symbol':
      return literal(at, symbolOf(r, node), true);
    case 'chained_string':
      return textOf(
        at,
        node.children.map((c) => exprOf(r, c)),
      );
    case 'heredoc_beginning':
      return heredocOf(r, node);
    case 'subshell':
      return callTo(at, member(at, nameExpr(at, 'Kernel'), 'backtick'), [stringOf(r, node)]);
    case 'array':
    case 'string_array':
    case 'symbol_array':
    case 'right_assignment_list':
      return {
        at,
        kind: 'list',
        items: node.children.map((c) =>
          c.kind === 'splat_argument' && c.children[0] ? spread(at, exprOf(r, c.children[0])) : exprOf(r, c),
        ),
      };
    case 'hash':
      return { at, kind: 'record', entries: pairsOf(r, node.children) };
    case 'element_reference': {
      const object = field(node, 'object');
      const index = node.children.find((c) => c !== object);
      if (!object) return other(at, []);
      return index ? indexOf(at, exprOf(r, object), exprOf(r, index)) : exprOf(r, object);
    }
    case 'call':
      return valueEnds(r, node)
        ? other(
            at,
            argsOf(r, field(node, 'arguments')).map((a) => a.value),
          )
        : callOf(r, node);
    case 'yield': {
      const list = ofKind(node, 'argument_list') ?? node;
      return { at, kind: 'call', callee: nameExpr(at, BLOCK), args: argsOf(r, list), isNew: false };
    }
    case 'lambda': {
      const body = field(node, 'body');
      const fn = emptyFn('', at);
      inner(r, () => {
        fn.params = paramsOf(r, field(node, 'parameters'));
        const inside = body && (field(body, 'body') ?? body);
        fn.body = apart(r, () => (inside ? bodyInto(r, inside.children, returned, inside) : [])).value;
      });
      return { at, kind: 'function', fn };
    }
    case 'conditional': {
      const [test, then, otherwise] = node.children.map((c) => exprOf(r, c));
      return test && then && otherwise ? { at, kind: 'choice', of: [then, otherwise], test } : other(at, []);
    }
    case 'unary': {
      const operand = field(node, 'operand') ?? first;
      const value = operand ? exprOf(r, operand) : other(at, []);
      if (/^(?:!|not)$/.test(node.words[0] ?? ''))
        return { at, kind: 'test', operator: '!', operands: [value] };
      return value.kind === 'literal' ? literal(at, r.text(node)) : other(at, [value]);
    }
    case 'binary':
      return binary(r, node);
    case 'parenthesized_statements':
      return node.children.length === 1 && first ? exprOf(r, first) : named(r, node);
    case 'argument_list':
      return node.children.length === 1 && first
        ? exprOf(r, first)
        : other(
            at,
            node.children.map((c) => exprOf(r, c)),
          );
    case 'if':
    case 'unless':
    case 'case':
    case 'case_match':
    case 'begin':
    case 'rescue_modifier':
    case 'if_modifier':
    case 'unless_modifier':
    case 'assignment':
    case 'operator_assignment':
    case 'while':
    case 'until':
      return named(r, node);
    default:
      return other(
        at,
        node.children.map((c) => exprOf(r, c)),
      );
  }
};

const binary = (r: Ruby, node: TreeNode): Expr => {
  const at = r.at(node);
  const operator = node.words[0] ?? '';
  const goesOn = (n: TreeNode): boolean => n.kind === 'binary' && n.words[0] === operator;
  const all = (): Expr[] => operandsOf(node, goesOn).map((n) => exprOf(r, n));
  if (operator === '+') return sumOf(at, all());
  if (operator === '||' || operator === 'or') return { at, kind: 'choice', of: all() };
  if (operator === '&&' || operator === 'and') return { at, kind: 'test', operator: '&&', operands: all() };
  const [left, right] = node.children.map((c) => exprOf(r, c));
  if (!left || !right) return other(at, []);
  if (operator === '<<') return callTo(at, member(at, left, 'push'), [right]);
  if (operator === '%' && (left.kind === 'text' || (left.kind === 'literal' && left.isString)))
    return formatted(
      at,
      left,
      right.kind === 'list' ? right.items.map((value) => ({ value })) : [{ value: right }],
      'percent',
    );
  if (operator === '=~' || operator === '!~') {
    const match = callTo(at, member(at, left, 'match?'), [right]);
    return operator === '=~' ? match : { at, kind: 'test', operator: '!', operands: [match] };
  }
  return /^(?:[!=]==?|[<>]=?|<=>)$/.test(operator)
    ? { at, kind: 'test', operator, operands: [left, right] }
    : other(at, [left, right]);
};

const targetOf = (r: Ruby, node: TreeNode): Target => {
  if (/^(?:left_assignment_list|destructured_left_assignment)$/.test(node.kind))
    return {
      kind: 'parts',
      parts: node.children.map((c, i) => ({ path: String(i), target: targetOf(r, c) })),
    };
  if (node.kind === 'identifier') {
    r.locals.add(r.text(node));
    return nameTarget(r.text(node));
  }
  if (node.kind === 'constant') return nameTarget(r.text(node));
  if (node.kind === 'rest_assignment' && node.children[0]) return targetOf(r, node.children[0]);
  if (node.kind === 'call') {
    const receiver = field(node, 'receiver');
    const method = field(node, 'method');
    if (receiver && method) {
      // `self.x = y` is what `@x = y` is, where the class declares an accessor.
      const object = exprOf(r, receiver);
      const name = object.kind === 'name' && object.name === 'this' ? `@${r.text(method)}` : r.text(method);
      return { kind: 'place', expr: member(r.at(node), object, name) };
    }
  }
  const expr = exprOf(r, node);
  return expr.kind === 'name' ? nameTarget(expr.name) : { kind: 'place', expr };
};

const assignmentOf = (r: Ruby, node: TreeNode): Stmt[] => {
  const left = field(node, 'left');
  const right = field(node, 'right');
  if (!left || !right) return [];
  const at = r.at(node);
  const operator = node.kind === 'operator_assignment' ? (node.words[0] ?? '') : '=';
  const held = operator === '||=' ? exprOf(r, left) : null;
  const { before, value } = apart(r, () => exprOf(r, right));
  const target = targetOf(r, left);
  const whole: Expr = held ? { at, kind: 'choice', of: [held, value] } : value;
  return [...before, assign(at, target, whole, operator !== '=' && operator !== '||=')];
};

const accessor = (at: Span, name: string): Fn => ({
  ...emptyFn(name, at),
  body: returned(ofThis(at, `@${name}`)),
});

/** What a class body says: methods, constants, and calls that declare something (`description "…"`). */
const membersInto = (r: Ruby, nodes: readonly TreeNode[], cls: Class): Stmt[] => {
  const rest: Stmt[] = [];
  for (const n of nodes) {
    const at = r.at(n);
    if (n.kind === 'method' || n.kind === 'singleton_method') cls.methods.push(fnOf(r, n));
    else if (n.kind === 'singleton_class')
      append(rest, membersInto(r, field(n, 'body')?.children ?? [], cls));
    else if (n.kind === 'class' || n.kind === 'module') append(rest, classOf(r, n));
    else if (n.kind === 'assignment') {
      const left = field(n, 'left');
      const right = field(n, 'right');
      if (left && right) cls.fields.push({ name: r.text(left), type: '', value: exprOf(r, right), at });
    } else if (n.kind === 'call' && !field(n, 'receiver')) {
      const method = field(n, 'method');
      const name = method ? r.text(method) : '';
      const list = field(n, 'arguments')?.children ?? [];
      const inner = list.filter((c) => /^(?:singleton_)?method$/.test(c.kind));
      if (inner.length > 0) append(rest, membersInto(r, inner, cls));
      else if (/^attr_(?:reader|accessor)$/.test(name))
        for (const a of list) cls.methods.push(accessor(at, symbolOf(r, a)));
      else if (/^(?:include|extend|prepend)$/.test(name))
        append(
          cls.bases,
          list.map((a) => exprOf(r, a)),
        );
      else if (/^define_method$/.test(name)) {
        const block = field(n, 'block');
        const made = block ? blockOf(r, block) : null;
        if (made?.kind === 'function' && list[0])
          cls.methods.push({ ...made.fn, name: symbolOf(r, list[0]) });
      } else {
        const call = callOf(r, n);
        cls.decorators.push(call);
        if (call.kind !== 'call') continue;
        const [only] = call.args;
        const value: Expr | null =
          call.args.length === 1 && only && only.name === undefined
            ? only.value
            : call.args.length > 0
              ? { at, kind: 'record', entries: call.args.map((a) => ({ key: a.name ?? '', value: a.value })) }
              : null;
        if (value) cls.fields.push({ name, type: '', value, at });
      }
    } else if (!/^(?:identifier|heredoc_body|comment)$/.test(n.kind))
      append(rest, branchInto(r, [n], dropped));
  }
  return rest;
};

const classOf = (r: Ruby, node: TreeNode): Stmt[] => {
  const at = r.at(node);
  const name = field(node, 'name');
  const cls = emptyClass(name ? (r.text(name).split('::').at(-1) ?? '') : '', at);
  cls.doc = docOf(r, node);
  const base = field(node, 'superclass')?.children[0];
  if (base) cls.bases.push(exprOf(r, base));
  const nodes = field(node, 'body')?.children ?? [];
  const flat = nodes.flatMap((n) =>
    n.kind === 'singleton_class' ? (field(n, 'body')?.children ?? []) : [n],
  );
  const called = (n: TreeNode): string => {
    const method = n.kind === 'call' && !field(n, 'receiver') ? field(n, 'method') : null;
    return method ? r.text(method) : '';
  };
  const methods = flat.flatMap((n) => {
    const own = /^(?:singleton_)?method$/.test(n.kind) ? field(n, 'name') : null;
    if (own) return [r.text(own)];
    const list = field(n, 'arguments')?.children ?? [];
    if (/^attr_/.test(called(n))) return list.map((a) => symbolOf(r, a));
    return list.flatMap((m) => {
      const inner = /^(?:singleton_)?method$/.test(m.kind) ? field(m, 'name') : null;
      return inner ? [r.text(inner)] : [];
    });
  });
  const constants = flat.flatMap((n) => {
    const left = n.kind === 'assignment' ? field(n, 'left') : null;
    return left?.kind === 'constant' ? [r.text(left)] : [];
  });
  // A module around classes is a space of names.
  const isSpace = node.kind === 'module' && methods.length === 0 && constants.length === 0;
  const rest = inside(r, constants, methods, () => membersInto(r, nodes, cls));
  return isSpace ? rest : [{ at, kind: 'class', cls }, ...rest];
};

/** Where texts that begin further up stand: announced and written in the same order. */
const heredocsOf = (root: TreeNode): Map<number, TreeNode> => {
  const begins: TreeNode[] = [];
  const bodies: TreeNode[] = [];
  const rest = [root];
  for (let n = rest.pop(); n; n = rest.pop()) {
    if (n.kind === 'heredoc_beginning') begins.push(n);
    if (n.kind === 'heredoc_body') bodies.push(n);
    append(rest, n.children);
  }
  const order = (a: TreeNode, b: TreeNode): number => a.from - b.from;
  bodies.sort(order);
  return new Map(begins.sort(order).flatMap((b, i) => (bodies[i] ? [[b.from, bodies[i]]] : [])));
};

/**
 * Ruby. `A::B` is a member; `X.new(…)` makes an X, whose constructor is `<init>`; `@x` is the member `@x` of `this`, and so
 * is what `attr_reader` gives; a bare name that is no variable is a call, of the object's own method where there is one; a block
 * is one more argument, called `yield`, and so is what a method does with it. What a class body declares by calls is both a
 * decorator and a field of the class. The last expression of a method or block is returned; what is in backquotes is
 * `Kernel.backtick`. Classes are known in all of the tree: it has no `exports`.
 */
export const readRuby = (grammar: Grammar | null): Reader => ({
  language: 'ruby',
  extensions: ['.rb'],
  read: (path, source) =>
    readTree(grammar, 'ruby', path, source, (reading, root) => {
      const r: Ruby = { ...owning(reading), heredocs: heredocsOf(root) };
      return sequence(r, root.children, dropped);
    }),
});
