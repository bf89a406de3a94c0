/** Objects as their entries in one order: what was read back from the journal may have its keys in another. */
const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    : value;

/** One text for all values that say the same, such as to hash. */
export const canonical = (value: unknown): string => JSON.stringify(value, inOrder);

/** Whether two values of the record say the same. */
export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
