import { lineFinder } from '../files/lines.ts';

/**
 * Environment variables that are read by a name the code puts together: `process.env[key]`, `os.getenv(f"{P}_{name}")`.
 * Where a constant or the calls of a helper say the name, it is known; else that there is such a variable is all there is to say.
 */

/** Parts of a name: what is written, and what some other name holds. */
type Part = { text: string } | { name: string; upper: boolean };

export type ComputedRead = {
  line: number;
  /** As written between the brackets. */
  words: string;
  /** null when it is no plain text put together from names. */
  parts: readonly Part[] | null;
  /** The function around it, when its first parameter is part of the name. */
  helper: { name: string; parameter: string } | null;
};

/** `get("API_URL")`: the calls that a helper's name could be behind. */
type Call = { fn: string; word: string; line: number };

export type ComputedIn = {
  reads: readonly ComputedRead[];
  calls: readonly Call[];
  /** Names that hold a text fit for a variable's name or its beginning. */
  constants: ReadonlyMap<string, string>;
};

/** Up to the bracket behind which the name stands. */
const READS =
  /\b(?:(?:process|import\.meta|Bun)\.env(?:\?\.)?\[|Deno\.env\.get\(|environ(?:\.get|\.pop|\.setdefault)?[ ]{0,2}[[(]|(?<!\.)getenv\(|os\.(?:getenv|Getenv|LookupEnv)\(|env::var(?:_os)?\(|System\.getenv\()/g;
const MOST_WORDS = 160;
/** A plain text is a name that others read; nothing at all is the whole environment. */
const PLAIN = /^(?:["'][^"']*["']|`[^`$]*`)?$/;

/** What stands between a bracket and the one that closes it, or the first comma; '' past the bound. */
const firstInside = (text: string, open: number): { words: string; end: number } => {
  let depth = 0;
  let cut = -1;
  const last = Math.min(text.length, open + MOST_WORDS);
  for (let i = open; i < last; i++) {
    const c = text[i]!;
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      if (--depth === 0) return { words: text.slice(open + 1, cut < 0 ? i : cut).trim(), end: i + 1 };
    } else if (c === ',' && depth === 1 && cut < 0) cut = i;
  }
  return { words: '', end: last };
};

const ANY = /\.env\b|environ|getenv|Getenv|LookupEnv|env::var/;

const HEADERS =
  /(?:\bdef[ \t]{1,4}|\bfunction[ \t]{1,4}|\bfunc[ \t]{1,4}(?:\([^()\n]{0,80}\)[ \t]{0,4})?|\bfn[ \t]{1,4}|\b(?:const|let|var)[ \t]{1,4})([A-Za-z_]\w{0,60})[ \t]{0,4}(?:<[^<>\n]{0,60}>)?(?::[^=\n]{0,60})?(?:=[ \t]{0,4}(?:async[ \t]{1,4})?)?\(([^()\n]{0,300})/g;

const CALLS = /\b([A-Za-z_]\w{1,60})(?:<[\w .,|]{1,60}>)?\(\s{0,40}["'`]([A-Z][A-Z0-9_]{0,80})["'`]/g;
const CONSTANTS =
  /\b([A-Za-z_]\w{0,60})[ \t]{0,3}(?::[ \t]{0,3}[\w&' ]{1,30})?[ \t]{0,3}:?=[ \t]{0,3}["'`]([A-Z][A-Z0-9_]{1,80})["'`]/g;

/** `x`, `this.x`, `x.upper()`. */
const named = (word: string): Part | null => {
  const m =
    /^(?:[A-Za-z_]\w{0,60}\.){0,4}([A-Za-z_]\w{0,60})(\.(?:upper|toUpperCase|to_uppercase)\(\))?$/.exec(
      word.trim().replace(/^&/, ''),
    );
  return m ? { name: m[1]!, upper: m[2] !== undefined } : null;
};

/** The inside of an f-string, a template or a format: what stands in its brackets is a name. */
const filled = (text: string, hole: RegExp, given: readonly string[]): Part[] | null => {
  const parts: Part[] = [];
  let from = 0;
  let n = 0;
  for (const m of text.matchAll(hole)) {
    const part = named(m[1]?.trim() || (given[n++] ?? ''));
    if (!part) return null;
    parts.push({ text: text.slice(from, m.index) }, part);
    from = m.index + m[0].length;
  }
  return [...parts, { text: text.slice(from) }];
};

const partsOf = (words: string): Part[] | null => {
  const text = words.replace(/\s{1,100}/g, ' ');
  const template = /^`([^`]*)`$/.exec(text)?.[1];
  if (template !== undefined) return filled(template, /\$\{([^{}]{1,80})\}/g, []);
  const format = /^[fF](["'])([^"']*)\1$/.exec(text)?.[2];
  if (format !== undefined) return filled(format, /\{([^{}]{1,80})\}/g, []);
  const printed = /^(?:fmt\.Sprintf\(|&?format!\()\s{0,4}"([^"]*)",?\s{0,4}([^)]{0,80})\)?$/.exec(text);
  if (printed) return filled(printed[1]!, /%[sv]|\{(\w{0,40})\}/g, printed[2]!.split(','));
  const parts = text.split('+').map((w): Part | null => {
    const literal = /^\s*["'`]([\w-]*)["'`]\s*$/.exec(w)?.[1];
    return literal === undefined ? named(w) : { text: literal };
  });
  return parts.every((p) => p !== null) ? parts : null;
};

/** The parameter that says the name, where the read stands in a function of that parameter. */
const helperOf = (before: string, parts: readonly Part[]): ComputedRead['helper'] => {
  const header = [...before.matchAll(HEADERS)].at(-1);
  const first = header?.[2]
    ?.split(',')
    .map((p) => /^\s*(?:mut\s)?([A-Za-z_]\w{0,60})/.exec(p)?.[1] ?? '')
    .find((p) => p !== '' && !/^(?:self|cls|this)$/.test(p));
  return header && first && parts.some((p) => 'name' in p && p.name === first)
    ? { name: header[1]!, parameter: first }
    : null;
};

export const computedReads = (text: string): ComputedIn => {
  const calls: Call[] = [];
  const constants = new Map<string, string>();
  const line = lineFinder(text);
  for (const m of text.matchAll(CALLS)) calls.push({ fn: m[1]!, word: m[2]!, line: line(m.index) });
  for (const m of text.matchAll(CONSTANTS)) if (!constants.has(m[1]!)) constants.set(m[1]!, m[2]!);
  const reads = new Map<number, ComputedRead>();
  if (ANY.test(text))
    for (const m of text.matchAll(READS)) {
      const { words, end } = firstInside(text, m.index + m[0].length - 1);
      // Setting a variable reads none.
      if (PLAIN.test(words) || /^\s{0,4}=(?!=)/.test(text.slice(end, end + 6))) continue;
      const parts = partsOf(words);
      const helper = parts && helperOf(text.slice(Math.max(0, m.index - 1500), m.index), parts);
      reads.set(m.index, { line: line(m.index), words: words.slice(0, 80), parts, helper });
    }
  return { reads: [...reads].sort(([a], [b]) => a - b).map(([, r]) => r), calls, constants };
};

const put = (parts: readonly Part[], given: (name: string) => string | undefined): string | null => {
  let name = '';
  for (const p of parts) {
    const text = 'text' in p ? p.text : given(p.name);
    if (text === undefined) return null;
    name += 'text' in p || !p.upper ? text : text.toUpperCase();
  }
  return /^[A-Za-z_]\w{0,120}$/.test(name) ? name : null;
};

export type ReadByName = { name: string; path: string; line: number };

/** What all files together say: which variables are read, and where nobody can tell. */
export const resolvedReads = (
  files: ReadonlyMap<string, ComputedIn>,
): { known: ReadByName[]; unknown: { path: string; line: number; words: string }[] } => {
  const shared = new Map<string, string | null>();
  for (const { constants } of files.values())
    for (const [name, value] of constants)
      shared.set(name, shared.has(name) && shared.get(name) !== value ? null : value);
  const calls = new Map<string, { call: Call; path: string }[]>();
  for (const [path, file] of files)
    for (const call of file.calls) calls.set(call.fn, [...(calls.get(call.fn) ?? []), { call, path }]);
  const known: ReadByName[] = [];
  const unknown: { path: string; line: number; words: string }[] = [];
  for (const [path, { reads, constants }] of files)
    for (const { line, words, parts, helper } of reads) {
      const given = (name: string): string | undefined =>
        constants.get(name) ?? shared.get(name) ?? undefined;
      const said = helper ? (calls.get(helper.name) ?? []) : [];
      const names = helper
        ? said.flatMap(({ call, path: from }) => {
            const name = put(parts!, (n) => (n === helper.parameter ? call.word : given(n)));
            return name ? [{ name, path: from, line: call.line }] : [];
          })
        : [];
      const own = parts && !helper ? put(parts, given) : null;
      if (own !== null) known.push({ name: own, path, line });
      else if (names.length > 0) known.push(...names);
      else unknown.push({ path, line, words });
    }
  return { known, unknown };
};
