/** Numbers with their nouns, as every screen and report writes them: "1 lead", "1,234 leads". */

/** 1234567 as "1,234,567", independent of the machine's locale. */
export const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** The noun (or verb) that fits the number, without it: `one` for 1, else `many`. */
export const numbered = (n: number, one: string, many = `${one}s`): string => (n === 1 ? one : many);

/** "All 3 workflows limit", "The only workflow limits": the noun with the verb that fits the number. */
export const every = (n: number, one: string, many: string): string =>
  n === 1 ? `The only ${one}` : `All ${count(n)} ${many}`;

/** `many` where an s does not do it: `plural(2, 'is', 'are')` says "2 are". */
export const plural = (n: number, one: string, many?: string): string =>
  `${count(n)} ${numbered(n, one, many)}`;
