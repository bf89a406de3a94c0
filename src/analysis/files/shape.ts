/** Reading values of unknown shape: every accessor answers "not there" for a surprise instead of throwing. */

export type Bag = Record<string, unknown>;

export const bag = (value: unknown): Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : {};
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const entriesOf = (value: unknown): [string, unknown][] => Object.entries(bag(value));
export const has = (value: unknown, key: string): boolean => Object.hasOwn(bag(value), key);
