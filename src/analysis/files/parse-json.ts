import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { lineFinder } from './lines.ts';

/** A parsed document that knows where its parts stand. `lineOf` falls back to the nearest parent it can find. */
export type Parsed =
  | { ok: true; value: unknown; lineOf(path: readonly (string | number)[]): number }
  | { ok: false; reason: string };

/** Places are only worth their cost in files people write by hand. */
const MOST_LOCATED_BYTES = 2_000_000;

/**
 * JSON as manifests hold it: comments and trailing commas are tolerated, and nothing else: half of a file would read like a
 * smaller one. Hostile depth ends as a reason, never as an exception.
 */
export const parseJson = (text: string): Parsed => {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let root: Node | undefined | null;
  const errors: ParseError[] = [];
  const tree = (): Node | undefined => {
    if (root === undefined) {
      try {
        root =
          source.length > MOST_LOCATED_BYTES
            ? null
            : (parseTree(source, errors, { allowTrailingComma: true }) ?? null);
      } catch {
        root = null; // too deep for a recursive parser: values are still known, places are not
      }
    }
    return root ?? undefined;
  };
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    const node = tree();
    if (node?.type !== 'object' || errors.length > 0)
      return { ok: false, reason: error instanceof Error ? error.message.slice(0, 120) : 'not JSON' };
    try {
      value = plain(node);
    } catch {
      return { ok: false, reason: 'nested too deeply' };
    }
  }
  let line: ((offset: number) => number) | undefined;
  return {
    ok: true,
    value,
    lineOf(path) {
      const node = tree();
      if (!node) return 1;
      line ??= lineFinder(source);
      for (let length = path.length; length > 0; length--) {
        const found = findNodeAtLocation(node, path.slice(0, length));
        if (found) return line((found.parent?.type === 'property' ? found.parent : found).offset);
      }
      return 1;
    },
  };
};

const plain = (node: Node): unknown => {
  if (node.type === 'array') return (node.children ?? []).map(plain);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(
    (node.children ?? []).flatMap((p) => {
      const [key, value] = p.children ?? [];
      return key && value ? [[String(key.value), plain(value)] as const] : [];
    }),
  );
};
