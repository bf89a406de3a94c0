import { redactSecrets } from './redact.ts';

const MOST_KEPT = 10_000;
/** What every credential has in it; most paths have none of it. */
const MAY_HOLD = /[A-Za-z0-9_-]{16}|[\s=:]/;
const shown = new Map<string, string>();

/**
 * A path, or a command that has one in it, as people may read it and as it is kept: a file may be named after a credential.
 * By that name it can be opened, too ({@link byName}).
 */
export const shownPath = (path: string): string => {
  if (!MAY_HOLD.test(path)) return path;
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

/** Files by their path, and by the path as it is kept and shown. Of two that are shown alike the first is meant. */
export const byName = <E extends { path: string }>(entries: readonly E[]): Map<string, E> => {
  const found = new Map(entries.map((e) => [e.path, e]));
  for (const e of entries) {
    const name = shownPath(e.path);
    if (name !== e.path && !found.has(name)) found.set(name, e);
  }
  return found;
};
