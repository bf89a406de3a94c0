import { redactSecrets } from './redact.ts';

const MOST_KEPT = 10_000;
const shown = new Map<string, string>();

/**
 * A path, or a command that has one in it, as people may read it. Paths are kept as they are, since a citation has to be found again; but a file may be named
 * after a credential.
 */
export const shownPath = (path: string): string => {
  const known = shown.get(path);
  if (known !== undefined) return known;
  if (shown.size >= MOST_KEPT) shown.clear();
  const masked = redactSecrets(path);
  shown.set(path, masked);
  return masked;
};

/** What names a file in the data of our formats: a path, and the command that shows its lines again. */
const NAMING: ReadonlySet<string> = new Set(['path', 'place', 'reproduce']);

/** The same value with what names a file in it, however deep, as {@link shownPath} says it. */
export const withShownPaths = <T>(value: T): T => {
  const walk = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(walk);
    return Object.fromEntries(
      Object.entries(node).map(([k, v]) => [
        k,
        NAMING.has(k) && typeof v === 'string' ? shownPath(v) : walk(v),
      ]),
    );
  };
  return walk(value) as T;
};
