import { numbered } from '../../../text/plural.ts';
import { listed } from '../../files/words.ts';
import type { Module } from '../../sources/ir.ts';
import { bareIn, codeIn, linesAround, linesFrom, matchesIn, type Source } from '../../sources/source.ts';
import { type Gate, gatesOf, passing } from '../code/query-gates.ts';
import { refusedWhen } from '../code/refusal.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, type Match, type Rule } from '../rule.ts';

/** Queries judged by how they look, where the database alone knows what they do. */

const CHECKS = ['2.1.1', '2.1.2', '2.2.3'];

const READ = 'select|with|show|explain|describe|match|return|pragma';
const WRITE =
  /\b(?:INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|TRUNCATE|MERGE|REPLACE|GRANT|REVOKE|SET|REMOVE|ATTACH|DETACH|CALL|EXEC(?:UTE)?|LOAD|COPY|RENAME)\b/gi;

/** Words of code that lets a statement through or refuses it. */
const DECIDES =
  /read_?only|read-only|\ballow|permit|forbid|forbidden|\bden(?:y|ied)|reject|refus|\bthrow\b|\braise\b|errors\.New|Errorf\(|bail!|\bErr\(|new \w{0,30}Error\(|isError|only\b.{0,40}\b(?:allowed|supported|queries)|unsafe|dangerous|(?:is|check|ensure|assert|validate)_?(?:safe|read|valid)\w*|restrict|blocked|write_?(?:query|operation|access)|\bsecurity\b/i;

const keywordsIn = (text: string): Set<string> =>
  new Set([...text.matchAll(WRITE)].map((m) => m[0].toUpperCase()));

/** Literals of a list, and patterns, that hold at least three words that write, near code that tests with them. */
const keywordLists = (source: Source): Match[] => {
  const found: Match[] = [];
  const take = (start: number, end: number, text: string): void => {
    if (keywordsIn(text).size < 3) return;
    const near = codeIn(source, linesAround(source, start, 3, 25));
    // A list of such words may as well be the actions of a tool.
    if (!/sql|query|queries|statement|stmt|cypher/i.test(near)) return;
    const name = source.bare.slice(Math.max(0, start - 90), start);
    // In capitals they are words of a query language; in small letters the name has to say what they are for.
    const plain = /^[^A-Z]*$/.test(text.replace(/\\[a-zA-Z]/g, ''));
    if (
      plain &&
      !/keyword|forbidden|blocked|dangerous|denied|mutat|unsafe|banned|ddl|dml|sql|pattern/i.test(
        name.trimEnd().split('\n').at(-1) ?? '',
      )
    )
      return;
    if (
      !/keyword|forbidden|blocked|dangerous|denied|disallow|mutat|write|unsafe|destructive|prohibited|banned|read_?only|reject/i.test(
        `${name}${near.slice(0, 1200)}`,
      )
    )
      return;
    if (found.some((f) => source.lineOf(f.start) + 12 > source.lineOf(start) && f.start < start)) return;
    found.push({ source, start, end: Math.min(end, start + 400) });
  };
  for (const l of [...source.literals, ...source.patterns])
    if (
      l.end - l.start < 1500 &&
      /\\b|\||\(\?i\)|\^/.test(l.text) &&
      !/\s(?:INTO|FROM|TABLE|VALUES)\s/i.test(l.text)
    )
      take(l.start, l.end, l.text);
  for (const m of matchesIn(
    source,
    'code',
    /(?:\[|\{|\()\s*(?:["'][A-Za-z ]{3,20}["']\s*,\s*(?:(?:\/\/|#)[^\n]{0,80})?\s*){3}/g,
    100,
  )) {
    if (inLiteral(source, m.index)) continue;
    const text = source.code.slice(m.index, m.index + 900).split(/[\]})]/)[0] ?? '';
    if (/["'](?:SELECT|FROM|WHERE)["']/i.test(text)) continue;
    take(m.index, m.index + text.length, text);
  }
  for (const run of keywordRuns(source)) take(run.start, run.end, run.text);
  return found.sort((a, b) => a.start - b.start);
};

/** Lists of patterns with one word each. */
const keywordRuns = (source: Source): { start: number; end: number; text: string }[] => {
  const runs: { start: number; end: number; text: string; last: number }[] = [];
  for (const l of [...source.literals, ...source.patterns].sort((a, b) => a.start - b.start)) {
    if (
      l.text.length > 120 ||
      !/\\b|\\s/.test(l.text) ||
      keywordsIn(l.text.replaceAll('\\b', ' ')).size === 0
    )
      continue;
    const line = source.lineOf(l.start);
    const run = runs.at(-1);
    const text = ` ${l.text.replaceAll('\\b', ' ')}`;
    if (run && line - run.last <= 2) Object.assign(run, { end: l.end, text: run.text + text, last: line });
    else runs.push({ start: l.start, end: l.end, text, last: line });
  }
  return runs;
};

/** A file that looks for a second statement as well. */
const STOPS_A_SECOND =
  /multi(?:ple)?_?\s?statements?\b|stacked|(?:second|more than one|only one|single)[ _]statement/i;

/** Says which statements get past the list at each place, tried on the list as the code has it; of places that let the same past, once. */
const tried =
  (find: Rule['find']): Rule['find'] =>
  (pack) => {
    const known = new Map<Module, readonly Gate[]>();
    const matches = find(pack).map((match) => {
      const { source, start, end } = match;
      const line = source.lineOf(start);
      const module = pack.modules.get(source.path);
      if (!module) return { match, line, pass: '' };
      const gates = known.get(module) ?? gatesOf(module);
      known.set(module, gates);
      const names = passing(gates, line, source.lineOf(end ?? start), `${pack.manifest}\n${source.code}`);
      return { match, line, pass: names.length > 0 ? `${source.path}\n${listed(names, 10)}` : '' };
    });
    return matches.map(({ match, pass }, i) => {
      const alike = matches.filter((m) => pass !== '' && m.pass === pass);
      if (alike[0] !== matches[i]) return match;
      const lines = [...new Set(alike.map((m) => m.line))];
      return {
        ...match,
        say: `tried on ${numbered(lines.length, 'line')} ${listed(lines.map(String), 10)}, these pass: ${pass.slice(pass.indexOf('\n') + 1)}`,
      };
    });
  };

export const queryFilterRules: readonly Rule[] = [
  {
    id: 'query-kind-by-prefix',
    kind: 'lead',
    strength: 'strong',
    class: 'sql-injection',
    cwe: ['CWE-184', 'CWE-89'],
    checks: CHECKS,
    languages: everyLanguage,
    title: 'A query is judged by the word it begins with',
    detail:
      'Where this is to keep writing out, stacked statements, common table expressions that write, functions with side effects and comments get past.',
    advice: 'Look for a read-only transaction or account, and for a driver that runs one statement only.',
    merge: 'file',
    find: tried(
      matching({
        on: {
          script: new RegExp(
            `\\.startsWith\\(\\s*["'](?:${READ})\\b|\\^\\\\s\\*\\(?(?:\\?:)?(?:${READ})\\b|(?:word|keyword|token|statement|stmt|verb|operation|sql|query|upper|lower)\\w*\\s*(?:===?|!==?)\\s*["']select["']`,
            'gi',
          ),
          python: new RegExp(
            `\\.startswith\\(\\s{0,40}\\(?\\s{0,40}["'](?:${READ})\\b|\\^\\\\s\\*\\(?(?:\\?:)?(?:${READ})\\b|(?:word|keyword|token|statement|stmt|verb|operation|sql|query|upper|lower)\\w*\\s*[!=]=\\s*["']SELECT["']`,
            'gi',
          ),
          go: new RegExp(`HasPrefix\\([^"\\n]{1,80}"(?:${READ})\\b`, 'gi'),
          rust: new RegExp(`\\.starts_with\\(\\s*"(?:${READ})\\b`, 'gi'),
          java: new RegExp(`\\.startsWith\\(\\s*"(?:${READ})\\b`, 'gi'),
        },
        accept: (source, m, pack) => {
          const near = codeIn(source, linesAround(source, m.index, 6, 6));
          if (
            /startsWith\(\s{0,40}["'](?:with|show|match|return|describe)[a-z-]|["'](?:return|match|with|show)["']\s{0,40}\)\s{0,40}(?:\?|&&)?\s{0,40}$/.test(
              m[0],
            )
          )
            return false;
          if (/^\.start/i.test(m[0]) && inLiteral(source, m.index)) return false;
          const module = pack.modules.get(source.path);
          if (module && refusedWhen(module, source.lineOf(m.index))) return false;
          // Whether rows are fetched, or a limit is added, is decided by the same word and lets nobody do anything.
          const answers = /\breturn\b/.test(codeIn(source, linesAround(source, m.index, 0, 0)));
          if (!DECIDES.test(near) && (!answers || /limit|paginat/i.test(`${source.path} ${near}`)))
            return false;
          if (!/sql|query|statement|stmt|cypher|readonly|read_only|read-only/i.test(near)) return false;
          // One test among others: what this one lets by, the next may stop.
          return STOPS_A_SECOND.test(source.code) ? { strength: 'moderate' } : true;
        },
      }),
    ),
  },
  {
    id: 'write-keywords-refused',
    kind: 'lead',
    strength: 'moderate',
    class: 'sql-injection',
    cwe: ['CWE-184'],
    checks: CHECKS,
    languages: everyLanguage,
    title: 'A query is judged by whether known words are absent',
    detail:
      'Where this is to keep writing out, the list is never complete: procedures, dialect statements, comments and functions write without any of the words.',
    advice: 'Look for a restriction the database itself enforces.',
    merge: 'file',
    find: tried(inEach(everyLanguage, keywordLists)),
  },
  {
    id: 'read-only-transaction-left',
    kind: 'lead',
    strength: 'moderate',
    class: 'sql-injection',
    cwe: ['CWE-89', 'CWE-284'],
    checks: CHECKS,
    languages: ['script'],
    title: 'A read-only transaction that the query itself can end',
    detail:
      'A driver that takes several statements in one text lets "COMMIT; DELETE ..." out of the transaction.',
    advice: 'Look for a prepared statement, or a check that there is one statement only.',
    merge: 'file',
    find: inEach(['script'], (source) =>
      source.literals
        .filter((l) => l.text.length < 120 && /\b(?:BEGIN|START|SET)\b.{0,200}\bREAD ONLY\b/i.test(l.text))
        .flatMap((l): Match[] => {
          const after = linesFrom(source, l.end, 30);
          const run =
            /\.(?:query|execute|unsafe)\(\s*(?:sql|query|statement|text|\w*(?:Sql|SQL|Query|Statement))\s*\)/.exec(
              bareIn(source, after),
            );
          return run
            ? [{ source, start: after.start + run.index, end: after.start + run.index + run[0].length }]
            : [];
        }),
    ),
  },
  {
    id: 'aggregation-can-write',
    kind: 'lead',
    strength: 'moderate',
    class: 'query-injection',
    cwe: ['CWE-863', 'CWE-184'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: "A caller's aggregation pipeline is run, and may hold stages that write",
    detail:
      '$out and $merge write collections, whatever a read-only switch says. No look for them was seen in this file.',
    merge: 'file',
    find: (pack) =>
      pack.sources.some((s) => /["'`]\$(?:out|merge)["'`]/.test(s.code))
        ? []
        : matching({
            layer: 'bare',
            on: {
              script: /\.aggregate\(\s*(?:args\.|params\.|input\.)?\w*[pP]ipeline\b/g,
              python: /\.aggregate\(\s*(?:args\.|params\.)?\w*pipeline\b/g,
            },
          })(pack),
  },
  {
    id: 'comments-stripped-before-check',
    kind: 'lead',
    strength: 'moderate',
    class: 'sql-injection',
    cwe: ['CWE-184', 'CWE-436'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: 'Comments or strings are cut out of a query before it is judged',
    detail:
      'What the check sees and what the database runs are then two texts: executable comments, nested ones and odd quoting fall between them.',
    merge: 'package',
    find: matching({
      on: {
        script: /\.replace\(\s*\/(?:\\\/\\\*|--|\\\*)[^\n]{0,80}|\bstrip(?:Sql)?Comments\w*\s*\(/g,
        python: /re\.sub\(\s*r?["'](?:--|\/\\\*|\(?['"]|\\\/\\\*)[^\n]{0,80}/g,
      },
      accept: (source, m) =>
        /sql|query|statement/i.test(codeIn(source, linesAround(source, m.index, 8, 2))) &&
        /keyword|read_?only|mutat|allow|classif|danger|inject|is(?:Read|Write|Select)/i.test(source.code),
    }),
  },
];
