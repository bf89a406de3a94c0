import type { SourceTree } from '../collectors/collector.ts';
import { redactSecrets } from '../text/redact.ts';

export type WordPlace = {
  path: string;
  line: number;
  /** The line, masked. */
  text: string;
  /** What it is there: by what the parser made of the file, or, with `guessed`, as the text looks. */
  role: WordRole;
  guessed: boolean;
};
export type WordRole = 'definition' | 'import' | 'use';

/** Says what each of some lines, which have the word, has it for; null where the language is not read. Words of comments are left out. */
export type RolesOf = (
  path: string,
  text: string,
  word: string,
  lines: readonly number[],
) => Promise<ReadonlyMap<number, WordRole> | null>;

/** Files that are parsed for one look-up: the screen waits for them. Beyond, the text has to do. */
const MOST_PARSED = 60;
const LARGEST_PARSED = 400_000;

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
 * Where a word stands as a word of its own in the target at the pinned commit: definitions first, else by path and line.
 * `complete` is false when there were more than are given; `silent` counts lines that have it in a comment or a string alone.
 * Rejects when a file cannot be read.
 */
export const findWord = async (
  tree: Pick<SourceTree, 'entries' | 'text'>,
  word: string,
  rolesOf?: RolesOf,
): Promise<{ places: WordPlace[]; complete: boolean; silent: number }> => {
  const places: WordPlace[] = [];
  let complete = true;
  let silent = 0;
  let parsed = 0;
  for (const { path } of tree.entries) {
    const text = await tree.text(path);
    if (text === null || !text.includes(word)) continue;
    const here: { line: number; text: string; at: number }[] = [];
    for (const [i, line] of redactSecrets(text).split('\n').entries()) {
      if (line.length > LONGEST_LINE || !line.includes(word)) continue;
      const found = [...line.matchAll(WORD)].find((m) => m[0] === word);
      if (found) here.push({ line: i + 1, text: line, at: found.index });
    }
    if (here.length === 0) continue;
    const worth = parsed < MOST_PARSED && text.length <= LARGEST_PARSED;
    const lines = here.map((h) => h.line);
    const roles = worth && rolesOf ? await rolesOf(path, text, word, lines).catch(() => null) : null;
    if (roles) parsed += 1;
    for (const h of here) {
      const role = roles ? roles.get(h.line) : looksDefining(h.text, h.at, word) ? 'definition' : 'use';
      if (role === undefined) silent += 1;
      else if (places.length === MOST_PLACES) complete = false;
      else places.push({ path, line: h.line, text: h.text, role, guessed: roles === null });
    }
    if (!complete) break;
  }
  const defines = (p: WordPlace): boolean => p.role === 'definition';
  return { places: [...places.filter(defines), ...places.filter((p) => !defines(p))], complete, silent };
};
