import type { Node } from './node.ts';

/** Operators one behind the other: a tree as deep as they are many. */

/** `a + b + c` is a tree as deep as it is long: taken apart without recursion. */
export const sumOf = (node: Node): Node[] => {
  const parts: Node[] = [];
  let rest = node;
  while (rest.type === 'BinaryExpression' && rest.operator === '+') {
    parts.push(rest.right);
    rest = rest.left;
  }
  parts.push(rest);
  return parts.reverse();
};

/** `a && b && c`, and nothing else between. */
export const isAll = (node: Node): boolean => {
  for (let n = node; n.type === 'LogicalExpression'; n = n.left) if (n.operator !== '&&') return false;
  return true;
};

export const alternatives = (node: Node): Node[] => {
  const parts: Node[] = [];
  let rest = node;
  while (rest.type === 'LogicalExpression') {
    parts.push(rest.right);
    rest = rest.left;
  }
  parts.push(rest);
  return parts.reverse();
};
