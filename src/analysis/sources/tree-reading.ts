import { lineFinder } from '../files/lines.ts';
import type { Class, Expr, Fn, Import, Module, Span, Stmt, Target } from './ir.ts';
import { marksOfTree } from './marks.ts';
import type { Grammar } from './tree-grammar.ts';
import type { ParsedTree, TreeNode } from './tree-node.ts';
import { commentText } from './tree-text.ts';

/** What reading one file shares. */
export type Reading = {
  text(node: TreeNode): string;
  at(node: TreeNode): Span;
  /** Words of the comments that end on the line before this node, or on its line before it. */
  docBefore(node: TreeNode, isDoc: (comment: string) => boolean): string;
  /** Parses a piece of the file anew: what a grammar leaves as tokens. */
  reparse(source: string, shift: number): ParsedTree | null;
  /** Statements found inside expressions; the statement they stand in puts them before itself. */
  before: Stmt[];
  /** All of the file, those inside functions too. */
  imports: Import[];
  /** Names given so far to values that have none. */
  temporaries: number;
};

/** Larger files are generated; parsing hostile ones takes seconds per million characters. */
const MOST_READ = 1_500_000;
const LONGEST_TYPE = 1_000;

const merged = (spans: Span[]): Span[] => {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => a.line - b.line || a.endLine - b.endLine)) {
    const last = result.at(-1);
    if (last && span.line <= last.endLine + 1) last.endLine = Math.max(last.endLine, span.endLine);
    else result.push({ ...span });
  }
  return result;
};

/** Reads a file with a grammar; without one (null), or when it cannot be parsed within bounds, all of it is in `errors`. */
export const readTree = (
  grammar: Grammar | null,
  language: Exclude<Module['language'], 'javascript'>,
  path: string,
  source: string,
  read: (r: Reading, root: TreeNode) => Stmt[],
): Module => {
  const line = lineFinder(source);
  const empty = { path, language, imports: [], exports: [], body: [], marks: null };
  const unread = { ...empty, errors: [{ line: 1, endLine: line(source.length) }] };
  const tree = grammar && source.length <= MOST_READ ? grammar.parse(source) : null;
  if (!grammar || !tree) return unread;
  // Most of what there is stands on one line: one span a line is half the memory of a tree.
  const oneLine: Span[] = [];
  const spanOf = (from: number, to: number): Span => {
    const first = line(from);
    const endLine = line(Math.max(from, to - 1));
    if (first !== endLine) return { line: first, endLine };
    oneLine[first] ??= { line: first, endLine };
    return oneLine[first];
  };
  const commentsByEnd = new Map(
    tree.comments.map((c) => [line(c.from + source.slice(c.from, c.to).trimEnd().length), c]),
  );
  const r: Reading = {
    text: (node) => source.slice(node.from, node.to),
    at: (node) => spanOf(node.from, node.to),
    docBefore(node, isDoc) {
      const words: string[] = [];
      let at = line(node.from);
      for (;;) {
        const comment = commentsByEnd.get(at - 1);
        const text = comment && source.slice(comment.from, comment.to);
        if (!comment || !text || !isDoc(text)) break;
        words.unshift(commentText(text.trimEnd()));
        at = line(comment.from);
        if (text.startsWith('/*')) break;
      }
      return words.join('\n').trim();
    },
    reparse: (text, shift) => grammar.parse(text, shift),
    before: [],
    imports: [],
    temporaries: 0,
  };
  const body = read(r, tree.root);
  return {
    ...empty,
    imports: r.imports,
    body,
    marks: marksOfTree(tree, language, source),
    errors: merged(tree.errors.map((e) => spanOf(e.from, e.to))),
  };
};

/** Reads a part with a place of its own for what is found inside expressions. */
export const apart = <T>(r: Reading, read: () => T): { before: Stmt[]; value: T } => {
  const outer = r.before;
  r.before = [];
  const value = read();
  const { before } = r;
  r.before = outer;
  return { before, value };
};

/** `push(...items)` takes as much stack as there are items. */
export const append = <T>(to: T[], items: readonly T[]): void => {
  for (const item of items) to.push(item);
};

/** Statements of a list, each after what was found inside its expressions. */
export const statements = (
  r: Reading,
  nodes: readonly TreeNode[],
  read: (node: TreeNode) => Stmt[],
): Stmt[] => {
  const all: Stmt[] = [];
  for (const node of nodes) {
    const { before, value } = apart(r, () => read(node));
    append(all, before);
    append(all, value);
  }
  return all;
};

/** A name no program can write, for a value that is put together in several steps. */
export const temporary = (r: Reading): string => `$${++r.temporaries}`;

export const typeText = (r: Reading, node: TreeNode | null): string =>
  node ? r.text(node).slice(0, LONGEST_TYPE).replace(/\s+/g, ' ').trim() : '';

export const nameExpr = (at: Span, name: string): Expr => ({ at, kind: 'name', name });
export const nameTarget = (name: string): Target => ({ kind: 'name', name });
export const literal = (at: Span, value: string | null, isString = false): Expr => ({
  at,
  kind: 'literal',
  value,
  isString,
});
export const other = (at: Span, parts: Expr[]): Expr => ({ at, kind: 'other', parts });
export const assign = (at: Span, target: Target, value: Expr, adds = false): Stmt =>
  adds ? { at, kind: 'assign', target, value, adds } : { at, kind: 'assign', target, value };
/** The items of another list inside a list literal. */
export const spread = (at: Span, of: Expr): Expr => ({
  at,
  kind: 'index',
  object: of,
  index: literal(at, null),
});

export const isText = (e: Expr): boolean => e.kind === 'text' || (e.kind === 'literal' && e.isString);

/** Text of several parts; parts that are text themselves are taken apart. */
export const textOf = (at: Span, parts: readonly Expr[]): Expr => {
  const flat = parts.flatMap((p) => (p.kind === 'text' ? p.parts : [p]));
  const [only] = flat;
  return flat.length === 1 && only?.kind === 'literal' && only.isString
    ? only
    : { at, kind: 'text', parts: flat };
};

/** `a + b + c`: text when one of them is known to be. */
export const sumOf = (at: Span, parts: Expr[]): Expr =>
  parts.some(isText) ? textOf(at, parts) : other(at, parts);

/** A statement that may hand a value to who asks, and goes on. */
export const mayReturn = (at: Span, value: Expr): Stmt => ({
  at,
  kind: 'if',
  test: { at, kind: 'test', operator: 'yield', operands: [] },
  then: [{ at, kind: 'return', value }],
  otherwise: [],
});

/**
 * How deep `else if` after `else if` is nested; what comes after is put beside it, where its being reached does not show.
 */
export const DEEPEST_ELSE = 60;

/** An expression for its effects only; nothing when it has none. */
export const effect = (value: Expr): Stmt[] =>
  value.kind === 'name' || value.kind === 'literal' || (value.kind === 'other' && value.parts.length === 0)
    ? []
    : [{ at: value.at, kind: 'expr', value }];

/** The stem of `a + b + c`, a tree as deep as it is long, from left to right. */
export const operandsOf = (node: TreeNode, goesOn: (node: TreeNode) => boolean): TreeNode[] => {
  const all: TreeNode[] = [];
  let rest = node;
  while (goesOn(rest) && rest.children.length >= 2) {
    all.push(rest.children[1] as TreeNode);
    rest = rest.children[0] as TreeNode;
  }
  all.push(rest);
  return all.reverse();
};

export const emptyFn = (name: string, at: Span): Fn => ({
  name,
  params: [],
  body: [],
  at,
  decorators: [],
  doc: '',
  isAsync: false,
});

export const emptyClass = (name: string, at: Span): Class => ({
  name,
  bases: [],
  methods: [],
  fields: [],
  decorators: [],
  doc: '',
  at,
});
