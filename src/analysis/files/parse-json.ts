import { findNodeAtLocation, type Node, parseTree, visit } from 'jsonc-parser';
import { lineFinder } from './lines.ts';

/** A parsed document that knows where its parts stand. `lineOf` falls back to the nearest parent it can find. */
export type Parsed =
  | { ok: true; value: unknown; lineOf(path: readonly (string | number)[]): number }
  | { ok: false; reason: string };

/** Places are only worth their cost in files people write by hand. */
const MOST_LOCATED_BYTES = 2_000_000;

const kindOf = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

/** What a program has its settings in is names with values; anything else would read like an empty one of them. */
export const onlyMap = (parsed: Parsed): Parsed =>
  !parsed.ok || (typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value))
    ? parsed
    : { ok: false, reason: `It holds ${kindOf(parsed.value)}, not names with values.` };

const TOLERATED = { allowTrailingComma: true } as const;

/** Ends at the first error: a tree made past them takes a kilobyte for each byte of a hostile text. */
const withoutError = (source: string): boolean => {
  try {
    visit(
      source,
      {
        onError() {
          throw new SyntaxError();
        },
      },
      TOLERATED,
    );
    return true;
  } catch {
    return false;
  }
};

/**
 * JSON as manifests hold it: names with values; comments and trailing commas are tolerated, and nothing else: half of a file
 * would read like a smaller one. Hostile depth ends as a reason, never as an exception.
 */
export const parseJson = (text: string): Parsed => {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let root: Node | undefined | null;
  const tree = (): Node | undefined => {
    if (root === undefined) {
      try {
        root = source.length > MOST_LOCATED_BYTES ? null : (parseTree(source, [], TOLERATED) ?? null);
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
    const node = withoutError(source) ? tree() : undefined;
    if (node?.type !== 'object')
      return { ok: false, reason: error instanceof Error ? error.message.slice(0, 120) : 'not JSON' };
    try {
      value = plain(node);
    } catch {
      return { ok: false, reason: 'nested too deeply' };
    }
  }
  let line: ((offset: number) => number) | undefined;
  return onlyMap({
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
  });
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
