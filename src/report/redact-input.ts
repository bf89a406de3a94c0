import { redactSecrets } from '../text/redact.ts';

/**
 * The same value with every credential in its texts masked, keys of maps and objects included. Evidence is masked where it
 * is found; this is for what people write and attach, and it runs before a title becomes a file's name.
 */
export const redactedValue = <T>(value: T): T => {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return node.length < 12 ? node : redactSecrets(node);
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(walk);
    if (node instanceof Map) return new Map([...node].map(([k, v]) => [walk(k), walk(v)]));
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [walk(k), walk(v)]));
  };
  return walk(value) as T;
};
