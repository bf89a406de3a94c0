import type { Literal, Marks, Module } from './ir.ts';
import type { Node } from './javascript/node.ts';
import type { ParsedTree, TreeNode } from './tree-node.ts';
import { unescaped } from './tree-text.ts';

/** Where comments, text literals and regular expressions stand in a file, as its parser saw them. */

/** Kinds of nodes that are text; characters are none. */
const TEXTS: Record<Exclude<Module['language'], 'javascript'>, ReadonlySet<string>> = {
  python: new Set(['string']),
  go: new Set(['interpreted_string_literal', 'raw_string_literal']),
  rust: new Set(['string_literal', 'raw_string_literal']),
  java: new Set(['string_literal']),
  csharp: new Set([
    'string_literal',
    'verbatim_string_literal',
    'raw_string_literal',
    'interpolated_string_expression',
  ]),
  php: new Set(['string', 'encapsed_string', 'heredoc', 'nowdoc']),
  ruby: new Set(['string', 'heredoc_body', 'bare_string']),
  kotlin: new Set(['string_literal', 'multiline_string_literal']),
};

/** A text literal without its quotes and prefix; raw ones have no escapes. */
const bodyOf = (raw: string): { body: string; isRaw: boolean } => {
  const opening = /^([a-zA-Z@$]{0,4})(#{0,16})("""|'''|["'`])/.exec(raw);
  if (!opening) return { body: raw, isRaw: true };
  const closing = opening[2]!.length + opening[3]!.length;
  const isRaw = opening[3] === '`' || /[r@]/i.test(opening[1]!);
  return { body: raw.slice(opening[0].length, Math.max(opening[0].length, raw.length - closing)), isRaw };
};

export const marksOfTree = (
  tree: ParsedTree,
  language: Exclude<Module['language'], 'javascript'>,
  source: string,
): Marks => {
  const kinds = TEXTS[language];
  const literals: Literal[] = [];
  const rest: TreeNode[] = [tree.root];
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (kinds.has(node.kind)) {
      const { body, isRaw } = bodyOf(source.slice(node.from, node.to));
      literals.push({
        start: node.from,
        end: node.to,
        text: isRaw ? body : unescaped(body),
        complete: !node.children.some((c) => c.kind === 'interpolation'),
      });
    } else for (const child of node.children) rest.push(child);
  }
  return {
    comments: tree.comments.map((c) => ({ start: c.from, end: c.to })),
    literals: literals.sort((a, b) => a.start - b.start),
    patterns: [],
  };
};

type File = { program: Node; comments: readonly { start: number; end: number }[] };

export const marksOfScript = ({ program, comments }: File, source: string): Marks => {
  const literals: Literal[] = [];
  const patterns: Literal[] = [];
  const rest: unknown[] = [program];
  for (let node = rest.pop() as Node | undefined; node; node = rest.pop() as Node | undefined) {
    const { type, start, end } = node;
    const raw = (): string => source.slice(start, end);
    if (type === 'StringLiteral' || type === 'DirectiveLiteral')
      literals.push({ start, end, text: unescaped(raw().slice(1, -1)), complete: true });
    else if (type === 'TemplateLiteral')
      literals.push({
        start,
        end,
        text: unescaped(raw().slice(1, -1)),
        complete: node.quasis.length < 2,
      });
    else if (type === 'RegExpLiteral') patterns.push({ start, end, text: raw(), complete: true });
    else
      for (const key in node) {
        if (key === 'loc' || key === 'extra') continue;
        const value = node[key];
        if (Array.isArray(value)) for (const item of value) if (item?.type) rest.push(item);
        if (typeof value?.type === 'string') rest.push(value);
      }
  }
  const hashbang = source.startsWith('#!') ? [{ start: 0, end: `${source}\n`.indexOf('\n') }] : [];
  const byStart = (a: { start: number }, b: { start: number }): number => a.start - b.start;
  return {
    comments: [...hashbang, ...comments.map(({ start, end }) => ({ start, end }))],
    literals: literals.sort(byStart),
    patterns: patterns.sort(byStart),
  };
};
