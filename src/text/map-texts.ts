/** The same value with every text in it changed, keys of maps and objects included; what stands under a key of `kept` stays. */
export const mapTexts = <T>(
  value: T,
  change: (text: string) => string,
  kept: ReadonlySet<string> = new Set(),
): T => {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return change(node);
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(walk);
    if (node instanceof Map) return new Map([...node].map(([k, v]) => [walk(k), walk(v)]));
    return Object.fromEntries(
      Object.entries(node).map(([k, v]) => (kept.has(k) ? [k, v] : [walk(k), walk(v)])),
    );
  };
  return walk(value) as T;
};
