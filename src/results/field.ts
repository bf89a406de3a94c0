/** What other programs wrote is looked at field by field: what is not of the expected type counts as absent. */

export const field = (value: unknown, ...path: readonly (string | number)[]): unknown => {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
};

/** Longer texts are cut: a message is read by a person. */
const MAX_TEXT = 4000;

export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => {
  const found = field(value, ...path);
  return typeof found === 'string' ? found.slice(0, MAX_TEXT).toWellFormed() : '';
};

/** A line number: whole and positive, else null. */
export const lineAt = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = field(value, ...path);
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : null;
};

export const listAt = (value: unknown, ...path: readonly (string | number)[]): readonly unknown[] => {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
};

/** Own keys and values of an object; nothing of anything else. */
export const entriesAt = (value: unknown, ...path: readonly (string | number)[]): [string, unknown][] => {
  const found = field(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
};

/** Weaknesses named in a text in any of the ways tools write them: "CWE-078: …", "external/cwe/cwe-78", "78". */
export const cweIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/cwe[-_:/ ]?0*([1-9]\d{0,4})\b/gi)].map((m) => `CWE-${m[1]}`)),
];

/** Advisory ids, as they are compared: upper case where the databases are. */
export const advisoriesIn = (text: string): string[] => [
  ...new Set(
    [
      ...text.matchAll(
        /\b(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d{4}|MAL-\d{4}-\d+)\b/gi,
      ),
    ].map((m) => (/^ghsa/i.test(m[0]) ? `GHSA${m[0].slice(4).toLowerCase()}` : m[0].toUpperCase())),
  ),
];
