import { languageOf } from '../files/paths.ts';

const HASH_COMMENTS: ReadonlySet<string> = new Set(['Python', 'Ruby', 'Shell', 'R', 'Perl', 'Elixir']);

/** Characters of code: comments and the contents of strings are no code, however long their lines are. */
const codeLength = (text: string, hash: boolean): number => {
  let code = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const line = hash ? c === '#' : c === '/' && text[i + 1] === '/';
    const end = (mark: string, from: number): number => {
      const at = text.indexOf(mark, from);
      return at === -1 ? text.length : at + mark.length - 1;
    };
    if (line) i = end('\n', i);
    else if (!hash && c === '/' && text[i + 1] === '*') i = end('*/', i + 2);
    else if (hash && (text.startsWith('"""', i) || text.startsWith("'''", i)))
      i = end(text.slice(i, i + 3), i + 3);
    else if (c === '"' || c === "'" || (c === '`' && !hash)) {
      // A quote that nothing closes ends with its line: in a regular expression it opens no string.
      for (i++; i < text.length && text[i] !== c && (text[i] !== '\n' || c === '`'); i++)
        if (text[i] === '\\') i++;
      // Its marks are code: a line of nothing but strings is none that people write.
      code += 2;
    } else code++;
  }
  return code;
};

/**
 * Whether a text's lines of code are longer, on average, than people write them. A long comment or a long string does not
 * make it so: otherwise one line would keep a source from being read.
 */
export const isMinified = (path: string, text: string, longestMeanLine: number): boolean => {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  if (text.length / lines <= longestMeanLine) return false;
  return codeLength(text, HASH_COMMENTS.has(languageOf(path) ?? '')) / lines > longestMeanLine;
};
