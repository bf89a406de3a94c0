import type { Arg, Expr, Span } from './ir.ts';
import { formatted } from './tree-format.ts';
import { ofKind, type TreeNode } from './tree-node.ts';
import { isText, literal, nameExpr, other, type Reading } from './tree-reading.ts';

/**
 * The grammar leaves what is inside a macro as tokens. Most macros are given expressions: their text is parsed again as
 * the arguments of a call. For the others names, texts and calls are put together from the tokens.
 */

/** Macros inside macros inside macros: each is parsed once more. */
const DEEPEST = 4;
const BEFORE = 'fn f(){g(';

export type ReadExpr = (node: TreeNode) => Expr;

/** The arguments written between the brackets of a token tree, or null when they are no expressions. */
export const reparsed = (r: Reading, tokens: TreeNode, depth: number): TreeNode[] | null => {
  const text = r.text(tokens);
  if (depth >= DEEPEST || !/^[([]/.test(text)) return null;
  const tree = r.reparse(`${BEFORE}${text.slice(1, -1)}\n)}`, tokens.from + 1 - BEFORE.length);
  if (!tree || tree.errors.length > 0) return null;
  const body = tree.root.children[0] && ofKind(tree.root.children[0], 'block');
  const call = body?.children.length === 1 ? body.children[0] : undefined;
  const args = call?.kind === 'call_expression' ? ofKind(call, 'arguments') : null;
  return args ? args.children : null;
};

/** `a.b(c)::d` as far as the tokens say it; what stands between them is lost. */
export const fromTokens = (r: Reading, tokens: TreeNode, read: ReadExpr): Expr[] => {
  const made: Expr[] = [];
  let end = -1;
  for (const token of tokens.children) {
    const between =
      end >= 0 && token.from - end <= 3 ? r.text({ ...token, from: end, to: token.from }).trim() : ';';
    const last = made.at(-1);
    const at: Span = r.at(token);
    end = token.to;
    if (token.kind === 'token_tree') {
      const inner = fromTokens(r, token, read);
      const isCall =
        between === '' && r.text(token).startsWith('(') && (last?.kind === 'name' || last?.kind === 'member');
      if (isCall && last) {
        made.pop();
        made.push({ at, kind: 'call', callee: last, args: inner.map((value) => ({ value })), isNew: false });
      } else made.push(...inner.slice(0, 1_000));
    } else if (token.kind === 'identifier' || token.kind === 'self') {
      if (/^(\?|\.await)?(\.|::)$/.test(between) && last) {
        made.pop();
        made.push(
          r.text(token) === 'await' ? last : { at, kind: 'member', object: last, property: r.text(token) },
        );
      } else made.push(nameExpr(at, r.text(token)));
    } else if (/literal$/.test(token.kind)) made.push(read(token));
  }
  return made;
};

/**
 * `json!({ "a": x, "b": [y] })`: a record with lists, the values read as the tokens allow. Null for any other shape, and
 * where comments stand between the tokens.
 */
export const jsonOf = (r: Reading, tokens: TreeNode, read: ReadExpr): Expr | null => {
  const at = r.at(tokens);
  const opens = r.text(tokens)[0];
  if (opens !== '{' && opens !== '[') return null;
  const groups: TreeNode[][] = [];
  let end = tokens.from;
  for (const token of tokens.children) {
    const between = r.text({ ...token, from: end, to: token.from });
    if (groups.length === 0 || between.includes(',')) groups.push([]);
    groups.at(-1)!.push(token);
    end = token.to;
  }
  const valueIn = (own: readonly TreeNode[]): Expr => {
    const [only] = own;
    const inner = own.length === 1 && only?.kind === 'token_tree' ? jsonOf(r, only, read) : null;
    if (inner) return inner;
    const parts = fromTokens(r, { ...tokens, children: [...own] }, read);
    return parts.length === 1 ? parts[0]! : other(at, parts);
  };
  if (opens === '[') return { at, kind: 'list', items: groups.map(valueIn) };
  const entries: { key: string; value: Expr }[] = [];
  for (const [key, ...value] of groups) {
    const first = value[0];
    if (!key || !first || !r.text({ ...key, from: key.to, to: first.from }).includes(':')) return null;
    const says = /literal$/.test(key.kind) ? read(key) : null;
    entries.push({
      key: says?.kind === 'literal' && says.isString ? (says.value ?? '') : '',
      value: valueIn(value),
    });
  }
  return { at, kind: 'record', entries };
};

const FORMATS =
  /^(?:e?print(?:ln)?|write(?:ln)?|panic|todo|unreachable|unimplemented|bail|anyhow|eyre|ensure|assert|assert_eq|assert_ne|debug_assert|info|warn|error|debug|trace|log|format_err)$/;
const ENDS = /^(?:panic|todo|unreachable|unimplemented|bail)$/;
const CHECKS = /^(?:assert|debug_assert|ensure)$/;

/** From its format on, what a macro is given is one text. */
const joined = (args: readonly Arg[]): Arg[] => {
  const index = args.findIndex((a) => a.name === undefined && isText(a.value));
  const format = args[index];
  if (!format) return [...args];
  return [
    ...args.slice(0, index),
    { value: formatted(format.value.at, format.value, args.slice(index + 1), 'braces', true) },
  ];
};

/** What a macro with these arguments stands for. */
export const expanded = (r: Reading, at: Span, callee: Expr, args: Arg[]): Expr => {
  const name = callee.kind === 'name' ? callee.name : callee.kind === 'member' ? callee.property : '';
  const [first, second] = args;
  const values = args.map((a) => a.value);
  if (name === 'format' || name === 'format_args')
    return first ? formatted(at, first.value, args.slice(1), 'braces', true) : literal(at, '', true);
  if (name === 'concat') return { at, kind: 'text', parts: values };
  if (/^(?:vec|join|try_join|smallvec|array)$/.test(name)) return { at, kind: 'list', items: values };
  if (name === 'dbg' && first) return first.value;
  if (name === 'matches') return { at, kind: 'test', operator: 'matches', operands: values.slice(0, 1) };
  if (name === 'json') return values.length === 1 && first ? first.value : other(at, values);
  const given = FORMATS.test(name) ? joined(args) : args;
  if (CHECKS.test(name) && first) {
    r.before.push({
      at,
      kind: 'if',
      test: first.value,
      then: [],
      otherwise: [{ at, kind: 'throw', value: null }],
    });
    return other(at, []);
  }
  if (/^assert_(?:eq|ne)$/.test(name) && first && second)
    return {
      at,
      kind: 'test',
      operator: name === 'assert_eq' ? '==' : '!=',
      operands: [first.value, second.value],
    };
  if (ENDS.test(name)) {
    r.before.push({ at, kind: 'throw', value: given[0]?.value ?? null });
    return literal(at, null);
  }
  return { at, kind: 'call', callee, args: given, isNew: false };
};
