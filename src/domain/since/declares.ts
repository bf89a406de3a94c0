import type { Code } from './code-text.ts';

/** Words behind which a name is begun. */
const BEGINNINGS = new Set(
  'function def fn func fun class const let var type interface struct enum async for as trait mod static final auto mut'.split(
    ' ',
  ),
);
/** Marks between which a parameter, or a part of what is taken apart, stands. */
const OPENS = new Set(['(', ',', '{', '[', '|', '*', '&']);
const FOLLOWS = new Set([')', ',', '}', ']', ':', '=', '|', '?']);
const IMPORTS = new Set(['import', 'from', 'use', 'using', 'require', 'include', 'extern']);

/** Words of the languages themselves, which nobody renames. */
const OF_LANGUAGES = new Set(
  'return def fn func function fun class const let var type interface struct enum if else elif for while do try catch except finally throw raise new await async yield import from as in of not and or is null None nil true false True False undefined this self Self str int bool float string number boolean void any object dict list tuple set Some Ok Err pub mut impl match switch case default break continue with pass lambda'.split(
    ' ',
  ),
);

const known = new WeakMap<Code, ReadonlySet<string>>();

/** Lines that name what comes from elsewhere: from a word that imports to the line its brackets end on. */
const importedLines = (code: Code): ReadonlySet<number> => {
  const lines = new Set<number>();
  for (let i = 0; i < code.words.length; i++) {
    const first = i === 0 || code.lines[i - 1] !== code.lines[i];
    const isImport = IMPORTS.has(code.words[i]!) && code.names[i] && (first || code.words[i] === 'require');
    if (!isImport) continue;
    lines.add(code.lines[i]!);
    let depth = 0;
    for (let k = i + 1; k < code.words.length && k < i + 400; k++) {
      const word = code.words[k]!;
      if (word === '{' || word === '(') depth++;
      if (word === '}' || word === ')') depth--;
      if (depth <= 0 && code.lines[k] !== code.lines[k - 1] && word !== '}' && word !== ')') break;
      lines.add(code.lines[k]!);
      if (depth <= 0 && (word === '}' || word === ')') && code.words[k + 1] !== 'from') break;
    }
  }
  return lines;
};

/**
 * Whether a text begins a name itself: a function, a variable, a parameter, a part of what it takes apart. What it imports, and
 * the words of its language, are not its to rename.
 */
export const declares = (code: Code, name: string): boolean => {
  const had = known.get(code);
  if (had) return had.has(name);
  const own = new Set<string>();
  const imported = importedLines(code);
  for (const [i, word] of code.words.entries()) {
    if (!code.names[i] || OF_LANGUAGES.has(word) || imported.has(code.lines[i]!)) continue;
    const behind = code.words[i - 1] ?? '';
    const ahead = code.words[i + 1] ?? '';
    const isAssigned = ahead === '=' && code.words[i + 2] !== '=' && behind !== '.';
    if (BEGINNINGS.has(behind) || isAssigned || (OPENS.has(behind) && FOLLOWS.has(ahead))) own.add(word);
  }
  known.set(code, own);
  return own.has(name);
};
