import type { Module } from '../sources/ir.ts';

/** Rows of models found by the path of a call or member: exact paths before `*.name` before patterns. */

export type Language = Module['language'];

export const lastName = (path: string): string => {
  const bare = path.endsWith('()') ? path.slice(0, -2) : path;
  const end = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('/'));
  return end < 0 ? bare : bare.slice(end + 1);
};

export const isPattern = (callee: string): boolean => callee.length > 2 && callee.startsWith('/');

/** All rows that speak of a path, the best known first; asked again, the same list. */
export type Lookup<T> = (path: string, language: Language) => readonly T[];

type Entry<T> = { row: T; callee: string; language: Language | null };

/** `import java.nio.file.*` and `using System.IO` do not say whose class it is: such a path is known by how it ends. */
const TAKES_ALL: ReadonlySet<Language> = new Set(['java', 'csharp', 'kotlin', 'php', 'ruby']);
const endsLike = (callee: string, path: string): boolean =>
  /^[A-Z]/.test(path) && callee.endsWith(path) && callee.at(-path.length - 1) === '.';

const MOST_KEPT = 20_000;

/** `language` null: a row for any. */
export const lookupOf = <T>(
  rows: Iterable<{ row: T; calls: readonly string[]; language: Language | null }>,
): Lookup<T> => {
  const byName = new Map<string, Entry<T>[]>();
  const patterns: (Entry<T> & { matches: RegExp })[] = [];
  for (const { row, calls, language } of rows)
    for (const callee of calls) {
      if (isPattern(callee)) {
        patterns.push({ row, callee, language, matches: new RegExp(callee.slice(1, -1), 'i') });
        continue;
      }
      const name = lastName(callee);
      const held = byName.get(name);
      if (held) held.push({ row, callee, language });
      else byName.set(name, [{ row, callee, language }]);
    }
  const known = new Map<string, readonly T[]>();
  const find = (path: string, language: Language): readonly T[] => {
    const exact: T[] = [];
    const ends: T[] = [];
    const add = (to: T[], row: T): void => {
      if (!exact.includes(row) && !ends.includes(row)) to.push(row);
    };
    const name = lastName(path);
    for (const { row, callee, language: spoken } of byName.get(name) ?? []) {
      if (spoken !== null && spoken !== language) continue;
      if (callee.startsWith('*.')) {
        if (path.endsWith(callee.slice(1))) add(ends, row);
      } else if (callee === path || (TAKES_ALL.has(language) && endsLike(callee, path))) add(exact, row);
    }
    for (const { row, matches, language: spoken } of patterns)
      if ((spoken === null || spoken === language) && matches.test(name)) add(ends, row);
    return exact.length + ends.length === 0 ? NONE : [...exact, ...ends];
  };
  return (path, language) => {
    const key = `${language} ${path}`;
    const held = known.get(key);
    if (held) return held;
    const found = find(path, language);
    if (known.size < MOST_KEPT) known.set(key, found);
    return found;
  };
};

const NONE: readonly never[] = [];
