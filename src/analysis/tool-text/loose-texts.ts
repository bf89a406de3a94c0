import { lineFinder } from '../files/lines.ts';
import { scanMarks } from '../sources/scan-marks.ts';
import type { Literal, Source } from '../sources/source.ts';
import type { DefinitionText } from './definitions.ts';

/**
 * Texts that no definition is known to hold: branches of a computed description, answers, prompts, values of schemas, languages
 * that are not read. A model may meet any of them, so each is looked at; only what no honest text needs counts there.
 */

const SHORTEST = 24;
const LONGEST = 20_000;
/** A text without any of these orders nobody anything: most literals end here. */
const WORTH_READING =
  /user|human|person|assistant|\bAI\b|model|instruct|previous|earlier|secret|conversation|chat|restrict|confirm|guideline|polic|~\/\.|[^\u0000-\u024f]|[A-Za-z0-9+/]{40}|%20|&#|\\u00|\\x[0-9a-f]{2}/i;
const MOST_PER_FILE = 4000;

export const mayOrder = (text: string): boolean =>
  text.length >= SHORTEST && text.length <= LONGEST && WORTH_READING.test(text);

/** What stands between two parts of one text: `"a" + "b"`, `"a" "b"`, `"a" . "b"`. */
const BETWEEN = /^[\s+.&\\(]{0,200}$/;

/** Literals that make one text together, as one. */
const joined = (literals: readonly Literal[], code: string): Literal[] => {
  const found: Literal[] = [];
  for (const l of literals) {
    const last = found.at(-1);
    const between = last ? code.slice(last.end, l.start) : '';
    if (
      last &&
      l.start - last.end <= 200 &&
      (between.includes('+') || /\s/.test(between) || between.includes('.')) &&
      BETWEEN.test(between)
    )
      found[found.length - 1] = { ...last, end: l.end, text: last.text + l.text };
    else found.push(l);
  }
  return found;
};

/** What stands before a literal that is a description, in any language: `description: `, `[Description(`, `description => `. */
const DESCRIBES =
  /(?:[Dd]escription|DESCRIPTION|[Ii]nstructions|INSTRUCTIONS|[Ss]ummary|SUMMARY|[Dd]escribe|DESC|[Tt]itle|TITLE)\w{0,12}["']?\s{0,4}(?:=>|[:=(])\s{0,4}$/;

/** What stands before a literal that is handed back: `text: `, `return `, `->content(`. */
const ANSWERS =
  /\b(?:text|content|message|return|TextContent|NewToolResult(?:Text|Error)|NewTextContent|yield|(?:[A-Z]\w{0,30}(?:Error|Exception)(?:::\w{1,30})?|errors\.New|Errorf|Err|anyhow!|bail!|panic!|throw|raise)\s?)["']?\s{0,4}(?:=>|[:=(])?\s{0,4}$|\breturn\b[^;{}"]{1,30}\?(?:[^;{}]{0,30}:)?\s{0,4}$/;

const KINDS: readonly [RegExp, DefinitionText['kind'], string, string][] = [
  [DESCRIBES, 'text', 'a definition', 'description'],
  [ANSWERS, 'answer', '', 'answer'],
];

const textAt = (
  path: string,
  text: string,
  line: number,
  endLine: number,
  before: string,
): DefinitionText => {
  const [, kind, owner, part] = KINDS.find(([on]) => on.test(before)) ?? [null, 'loose' as const, '', 'text'];
  return { owner, kind, part, text, path, line, endLine };
};

export const looseTexts = (source: Pick<Source, 'path' | 'code' | 'literals' | 'lineOf'>): DefinitionText[] =>
  joined(source.literals, source.code)
    .flatMap((l) => {
      const before = source.code.slice(Math.max(0, l.start - 40), l.start);
      const known =
        KINDS.some(([on]) => on.test(before)) && l.text.length >= SHORTEST && l.text.length <= LONGEST;
      return known || mayOrder(l.text)
        ? [textAt(source.path, l.text, source.lineOf(l.start), source.lineOf(l.end), before)]
        : [];
    })
    .slice(0, MOST_PER_FILE);

/** Languages whose single quotes are texts, too. */
const SINGLE = /\.(?:php|rb|lua|dart|exs?|pl|r|jl|groovy|vue|svelte)$/i;
const HEREDOC = /<<<?[~-]?["']?([A-Z]\w{0,40})["']?[^\n]{0,80}\n/g;

/** Texts of a file in a language without a reader, by its quotes alone. */
export const textsOfUnread = (path: string, text: string): DefinitionText[] => {
  const quotes = ['"""', '"', ...(SINGLE.test(path) ? ["'"] : []), '`'];
  const lineOf = lineFinder(text);
  const found = looseTexts({ path, code: text, literals: scanMarks(text, quotes).literals, lineOf });
  for (const m of text.matchAll(HEREDOC)) {
    const start = m.index + m[0].length;
    const end = text.indexOf(m[1]!, start);
    const body = end < 0 ? '' : text.slice(start, end);
    if (mayOrder(body))
      found.push(
        textAt(path, body, lineOf(start), lineOf(end), text.slice(Math.max(0, m.index - 40), m.index)),
      );
  }
  return found;
};
