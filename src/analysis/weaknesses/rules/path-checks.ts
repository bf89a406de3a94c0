import { bareIn, type Language, linesFrom, matchesIn, type Source } from '../../sources/source.ts';
import { inLiteral } from '../matching.ts';
import { inEach, type Match, type Rule } from '../rule.ts';

/** What a check of a path does when the path cannot be resolved: a file that is to be made does not exist yet. */

const SCRIPT = /\brealpath(?:Sync)?(?:\.native)?\(\s*(\w+)\b/g;
const GO = /\bEvalSymlinks\(\s*(\w+)\s*\)/g;
const RUST = /\bcanonicalize\(\)\s*\.\s*(?:unwrap_or(?:_else)?|or_else)\s*\(/g;
const PYTHON = /\b(\w+)\s*\.\s*resolve\(\s*strict\s*=\s*True\s*\)/g;

const PATTERNS: Partial<Record<Language, RegExp>> = { script: SCRIPT, go: GO, rust: RUST, python: PYTHON };

/** Where the folder above is resolved in its place, links are followed after all. */
const RESOLVES_PARENT = /\b(?:dirname|parent|Dir|getParent)\b/;

/** The unresolved path is used where resolving it failed. */
const fallsBack = (source: Source, name: string, from: number): number => {
  const range = linesFrom(source, from, 26);
  const rest = bareIn(source, range);
  const caught = rest.search(source.language === 'go' ? /\berr\s*!=\s*nil\b/ : /\b(?:catch|except)\b/);
  if (caught < 0) return -1;
  const after = rest.slice(caught);
  const found = new RegExp(
    source.language === 'go'
      ? `^[^}]{0,200}?(?:=\\s*|return\\s+)${name}\\b(?!\\s*,?\\s*(?:err|fmt|nil,))`
      : `(?:\\?\\?|\\|\\|)\\s*${name}\\b|^[^}]{0,160}?(?:\\breturn\\s+|[^=!<>]=\\s*)${name}\\s*[;\\n]`,
  ).exec(after);
  if (!found || RESOLVES_PARENT.test(after.slice(0, found.index + found[0].length))) return -1;
  return range.start + caught + found.index;
};

/** A path is compared with a folder it has to lie in: where that is not seen beside it, it may be elsewhere, or nowhere. */
const HELD_INSIDE =
  /\b(?:is_relative_to|commonpath|commonprefix|relative_to|filepath\.Rel|path\.relative|relative|strip_prefix|starts?_?[wW]ith|HasPrefix|is_?(?:with)?in(?:side)?\w{0,20}|isAllowed\w{0,20}|isPath\w{0,20}|is_path_\w{0,20}|isSubPath\w{0,10})\s{0,4}\(/;
const FOLDER = /allow|root|base|inside|within|contain|permit|jail|sandbox|workspace|project_?dir/i;

const find = (source: Source): Match[] => {
  const pattern = PATTERNS[source.language];
  if (!pattern) return [];
  const strength = HELD_INSIDE.test(source.bare) && FOLDER.test(source.bare) ? 'moderate' : 'weak';
  return matchesIn(source, 'bare', pattern).flatMap((m): Match[] => {
    if (inLiteral(source, m.index)) return [];
    if (source.language === 'rust') {
      const until = source.bare.slice(m.index, m.index + 160);
      // What is only shown may be as it was written.
      if (/\.display\(\)/.test(source.bare.slice(m.index, m.index + 200))) return [];
      return RESOLVES_PARENT.test(until) || /\breturn\b|panic|bail/.test(until.split(';')[0] ?? '')
        ? []
        : [{ source, start: m.index, end: m.index + m[0].length, strength }];
    }
    const at = fallsBack(source, m[1] ?? '', m.index);
    return at < 0 ? [] : [{ source, start: at, end: at + 1, strength }];
  });
};

export const pathCheckRules: readonly Rule[] = [
  {
    id: 'unresolved-path-checked',
    kind: 'lead',
    strength: 'moderate',
    class: 'path-traversal',
    cwe: ['CWE-59', 'CWE-22'],
    checks: ['2.1.1', '2.1.2'],
    languages: ['script', 'python', 'go', 'rust'],
    title: 'A path that cannot be resolved is taken as it is',
    detail:
      'For a file that does not exist yet resolving fails, and the path as written is used: a link in a folder above it, or .. behind a folder that is not there, still stands in it when it is checked and used.',
    merge: 'package',
    find: inEach(['script', 'python', 'go', 'rust'], find),
  },
];
