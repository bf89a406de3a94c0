import type { SourceTree } from '../collectors/collector.ts';
import { redactSecrets } from '../text/redact.ts';

export type WordPlace = {
  path: string;
  line: number;
  /** The line, masked. */
  text: string;
  /** It looks like where the name is defined. */
  defines: boolean;
};

const MOST_PLACES = 500;
const LONGEST_LINE = 2000;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Words that stand before a name that is being defined, in the languages of servers. */
const DEFINING = new Set(
  'def class function func fn const let var type interface struct enum trait record module namespace object val fun sub'.split(
    ' ',
  ),
);
const MODIFIERS = new Set(
  'export default public private protected static async final abstract readonly override pub mut get set'.split(
    ' ',
  ),
);

/** Whether a line, by its text alone, defines the name that begins at `at`. Hints for a reader, no resolution of scopes. */
export const looksDefining = (line: string, at: number, word: string): boolean => {
  const before = line.slice(0, at);
  const words = before.match(WORD) ?? [];
  const previous = words.at(-1) ?? '';
  const gap = before.trimEnd();
  const after = line.slice(at + word.length).trimStart();
  // `def name`, `const name`, `fn name`: nothing else between the two.
  if (DEFINING.has(previous) && gap.endsWith(previous)) return true;
  // Go's methods: `func (s *Server) name(`.
  if (words[0] === 'func' && gap.endsWith(')') && after.startsWith('(')) return true;
  const bare = words.every((w) => MODIFIERS.has(w)) && /^[\s\p{L}]*$/u.test(before);
  // Assigned at the beginning of a line: `name = …`, `name := …`, `name: …` of a table.
  if (bare && (/^(?::?=(?!=))/.test(after) || (after.startsWith(':') && !after.startsWith('::'))))
    return true;
  // A method in a class: `async name(…) {`.
  return bare && before !== '' && after.startsWith('(') && /[{:]\s*$/.test(line);
};

/**
 * Where a word stands as a word of its own in the text of the target at the pinned commit: definitions first, else by path
 * and line. `complete` is false when there were more than are given. Rejects when a file cannot be read.
 */
export const findWord = async (
  tree: Pick<SourceTree, 'entries' | 'text'>,
  word: string,
): Promise<{ places: WordPlace[]; complete: boolean }> => {
  const places: WordPlace[] = [];
  let complete = true;
  for (const { path } of tree.entries) {
    const text = await tree.text(path);
    if (text === null || !text.includes(word)) continue;
    for (const [i, line] of redactSecrets(text).split('\n').entries()) {
      if (line.length > LONGEST_LINE || !line.includes(word)) continue;
      const found = [...line.matchAll(WORD)].find((m) => m[0] === word);
      if (!found) continue;
      if (places.length === MOST_PLACES) {
        complete = false;
        break;
      }
      places.push({ path, line: i + 1, text: line, defines: looksDefining(line, found.index, word) });
    }
    if (!complete) break;
  }
  return { places: [...places.filter((p) => p.defines), ...places.filter((p) => !p.defines)], complete };
};
