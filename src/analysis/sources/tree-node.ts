import type { Tree, TreeCursor } from '@vscode/tree-sitter-wasm';

/**
 * A syntax tree as plain values. The parser's own tree lives outside JavaScript, where every question about a node is a
 * call; copied once with a cursor it is read three times as fast, and freed at once.
 */
export type TreeNode = {
  kind: string;
  /** What it is to its parent (`left`, `body`); '' when the grammar does not say. */
  field: string;
  /** Offsets in the file's text. */
  from: number;
  to: number;
  /** Named ones, without comments. */
  children: TreeNode[];
  /** Keywords and operators among its children: `async`, `+=`. */
  words: string[];
};

export type ParsedTree = {
  root: TreeNode;
  /** Comments anywhere, in order of the text. */
  comments: TreeNode[];
  /** What the parser could not make sense of, and what is nested or grown beyond the bounds. */
  errors: { from: number; to: number }[];
};

/** What a grammar's node types are to us, by the numbers the parser gives them. */
export type NodeTypes = {
  names: readonly string[];
  roles: readonly ('node' | 'word' | 'comment' | 'mark')[];
  fields: readonly string[];
};

/** Deeper trees are generated, or meant to exhaust the stack of who reads them. */
const DEEPEST = 400;
const MOST_NODES = 1_500_000;
/** Tree-sitter's number for ERROR. */
const ERROR = 65535;

const NONE: string[] = [];
const NO_NODES: TreeNode[] = [];

/** `shift` is added to all offsets, for a text that is a part of a file. */
export const copyTree = (tree: Tree, types: NodeTypes, shift: number): ParsedTree => {
  const comments: TreeNode[] = [];
  const errors: ParsedTree['errors'] = [];
  const broken = tree.rootNode.hasError;
  const cursor: TreeCursor = tree.walk();
  const copied = (): TreeNode => {
    const id = cursor.nodeTypeId;
    return {
      kind: id === ERROR ? 'ERROR' : (types.names[id] ?? ''),
      field: types.fields[cursor.currentFieldId] ?? '',
      from: cursor.startIndex + shift,
      to: cursor.endIndex + shift,
      children: NO_NODES,
      words: NONE,
    };
  };
  const fail = (): number => errors.push({ from: cursor.startIndex + shift, to: cursor.endIndex + shift });

  const root = copied();
  const parents: TreeNode[] = [];
  let current = root;
  let nodes = 0;
  let inside = cursor.gotoFirstChild();
  while (inside) {
    const id = cursor.nodeTypeId;
    const role = id === ERROR ? 'node' : (types.roles[id] ?? 'mark');
    if (broken && (id === ERROR || cursor.nodeIsMissing)) fail();
    let down = false;
    if (role === 'node') {
      const node = copied();
      if (current.children === NO_NODES) current.children = [node];
      else current.children.push(node);
      if (parents.length >= DEEPEST) {
        if (node.to - node.from > 100) fail();
      } else if (cursor.gotoFirstChild()) {
        parents.push(current);
        current = node;
        down = true;
      }
      if (++nodes >= MOST_NODES) {
        fail();
        break;
      }
    } else if (role === 'word') {
      const word = types.names[id] as string;
      if (current.words === NONE) current.words = [word];
      else current.words.push(word);
    } else if (role === 'comment') comments.push(copied());
    while (!down && !cursor.gotoNextSibling()) {
      if (!cursor.gotoParent() || parents.length === 0) {
        inside = false;
        break;
      }
      current = parents.pop() as TreeNode;
    }
  }
  cursor.delete();
  return { root, comments, errors };
};

export const field = (node: TreeNode, name: string): TreeNode | null => {
  for (const child of node.children) if (child.field === name) return child;
  return null;
};

export const fields = (node: TreeNode, name: string): TreeNode[] =>
  node.children.filter((c) => c.field === name);

export const ofKind = (node: TreeNode, ...kinds: string[]): TreeNode | null => {
  for (const child of node.children) if (kinds.includes(child.kind)) return child;
  return null;
};
