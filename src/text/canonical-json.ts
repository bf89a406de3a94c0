const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((k) => [k, sorted((value as Record<string, unknown>)[k])]),
        )
      : value;

/** JSON with keys in order of their UTF-16 units and no spaces, as RFC 8785 writes it: the same definition, the same text. */
export const canonical = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null';
