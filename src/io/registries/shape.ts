/** Answers of registries are read as they come: what is not of its kind is not there. */

export const bag = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 2000) : '');

/** A date as ISO 8601 in UTC; '' for what is none. */
export const instant = (value: unknown): string => {
  const at = new Date(text(value));
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
};
