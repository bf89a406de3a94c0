import { at, isObject, type JsonFile, type Report } from './folder.ts';

/** What a field of a JSON file must be. `needed` fields that are missing are reported; present ones must fit. */
export type Field = {
  path: string;
  kind:
    | 'string'
    | 'text'
    | 'count'
    | 'number'
    | 'boolean'
    | 'strings'
    | 'object'
    | 'instant'
    | 'date'
    | 'https';
  needed: boolean;
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

export const isInstant = (v: unknown): v is string =>
  typeof v === 'string' && INSTANT.test(v) && !Number.isNaN(Date.parse(v));

const KINDS: Record<Field['kind'], { is: (v: unknown) => boolean; words: string }> = {
  string: { is: (v) => typeof v === 'string', words: 'a string' },
  text: { is: (v) => typeof v === 'string' && v.trim() !== '', words: 'a string that is not empty' },
  count: { is: (v) => Number.isSafeInteger(v) && (v as number) >= 0, words: 'a whole number, 0 or more' },
  number: { is: (v) => typeof v === 'number' && v >= 0, words: 'a number, 0 or more' },
  boolean: { is: (v) => typeof v === 'boolean', words: 'true or false' },
  strings: {
    is: (v) => Array.isArray(v) && v.every((x) => typeof x === 'string'),
    words: 'a list of strings',
  },
  object: { is: isObject, words: 'an object' },
  instant: { is: isInstant, words: 'a UTC time such as 2026-11-22T10:00:00Z' },
  date: {
    is: (v) => typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v) && isInstant(`${v}T00:00:00Z`),
    words: 'a date such as 2026-11-22',
  },
  https: {
    is: (v) => typeof v === 'string' && /^https:\/\/[^\s/]+\/\S+$/.test(v),
    words: 'an https address',
  },
};

/** The nearest line there is for a path: its own, else that of the object it belongs to. */
export const nearestLine = (json: JsonFile, path: string): number => {
  for (let p = path; p !== ''; p = p.slice(0, Math.max(0, p.lastIndexOf('.')))) {
    const line = json.lineOf(p);
    if (line !== null) return line;
  }
  return 1;
};

export const checkFields = (json: JsonFile, fields: readonly Field[], rule: string, report: Report): void => {
  for (const f of fields) {
    const value = at(json.value, f.path);
    if (value === undefined) {
      if (f.needed)
        report({
          rule,
          level: 'warning',
          file: json.file,
          line: nearestLine(json, f.path),
          message: `${f.path} is missing`,
          fix: `add ${f.path}: ${KINDS[f.kind].words}`,
        });
    } else if (!KINDS[f.kind].is(value)) {
      report({
        rule,
        level: 'warning',
        file: json.file,
        line: nearestLine(json, f.path),
        message: `${f.path} is not ${KINDS[f.kind].words}`,
        fix: `write ${KINDS[f.kind].words}`,
      });
    }
  }
};
