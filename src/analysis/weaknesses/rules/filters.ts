import { bareIn, codeIn, linesAround, linesFrom, matchesIn, type Source } from '../../sources/source.ts';
import { inLiteral, literalsIn, matching } from '../matching.ts';
import { everyLanguage, inEach, type Match, type Rule } from '../rule.ts';

/** Checks that decide by how a text looks, where what it does is what matters. */

const CHECKS = ['2.1.1', '2.1.2', '2.2.3'];

const SHELL_BAIT =
  /^(?:rm(?: -rf.*)?|rm\\s.*|sudo\b.*|mkfs.*|dd(?: if=.*)?|shutdown|reboot|:\(\)\{.*|&&|\|\||;|\||`|\$\(|>|chmod.*|curl\b.*|wget\b.*|halt|poweroff|format|kill(?:all)?|su)$/;
const CODE_BAIT =
  /^(?:os\.system|subprocess\.?|eval\(?|exec\(?|__import__\(?|open\(?|os\.popen|pickle\.loads?|import os|import sys|compile\(?|shutil.*|socket|spawn\(?|child_process|require\(?|process\.exit|globals\(?)$/;

const denyLists = (source: Source, bait: RegExp, least: number): Match[] => {
  const runs: { start: number; end: number; hits: Set<string>; last: number }[] = [];
  for (const l of source.literals) {
    if (!l.complete || l.text.length > 40 || !bait.test(l.text.trim())) continue;
    const line = source.lineOf(l.start);
    const run = runs.at(-1);
    if (run && line - run.last <= 2)
      Object.assign(run, { end: l.end, hits: run.hits.add(l.text), last: line });
    // The same text again and again is no list: one that holds a quote is put together so.
    else runs.push({ start: l.start, end: l.end, hits: new Set([l.text]), last: line });
  }
  return runs
    .filter((r) => r.hits.size >= least)
    .filter((r) => {
      const near =
        codeIn(source, linesAround(source, r.start, 3, 0)) + codeIn(source, linesFrom(source, r.end, 22));
      return (
        /block|danger|forbid|deny|disallow|unsafe|malicious|suspicious|ban|not_?allowed|prohibit|restrict/i.test(
          near,
        ) &&
        /\bin\b|includes|some\(|test\(|search|match|contains|Contains|startsWith|startswith|HasPrefix/.test(
          near,
        )
      );
    })
    .map((r) => ({ source, start: r.start, end: r.end }));
};

const SPLIT: Partial<Record<Source['language'], RegExp>> = {
  script: /\b(?:const|let|var)\s+(\w+)\s*=\s*[\w.]*(?:command|cmd|args)\w*(?:\.trim\(\))?\.split\(/gi,
  python: /^[ \t]*(\w+)\s*=\s*(?:[\w.]*(?:command|cmd|args)\w*(?:\.strip\(\))?\.split\(|shlex\.split\()/gim,
  go: /\b(\w{1,60})\s{0,40}(?:,\s{0,40}\w{1,60})?\s{0,40}:=\s{0,40}(?:strings\.Fields|shlex\.Split|strings\.Split)\(/g,
};

/** The first word, once taken apart, is looked up in a list of what is refused. */
const firstWordForbidden = (source: Source): Match[] => {
  const pattern = SPLIT[source.language];
  if (!pattern) return [];
  return matchesIn(source, 'bare', pattern).flatMap((m): Match[] => {
    const range = linesFrom(source, m.index, 24);
    const rest = bareIn(source, range);
    const word =
      new RegExp(`\\b(\\w+)\\s*:?=\\s*${m[1]}\\[[01]\\]`).exec(rest) ??
      new RegExp(`\\b${m[1]}\\[[01]\\]`).exec(rest);
    if (!word) return [];
    const name = word[1] ?? `${m[1]}\\[[01]\\]`;
    const listed =
      /(?:un_?allowed|write|mutat|block|forbid|denied|deny|disallow|danger|destruct|delete|read_?only|restrict)\w{0,60}/i
        .source;
    const decides = new RegExp(
      `\\b${name}\\s+(?:not\\s+)?in\\s+\\w*${listed}|${listed}\\.(?:includes|has|Contains)\\(\\s*${name}|${listed}\\[\\s*${name}\\s*\\]|Contains\\(\\w{0,60}${listed},\\s*${name}`,
      'i',
    ).exec(rest);
    if (!decides) return [];
    const start = range.start + decides.index;
    return [{ source, start, end: start + decides[0].length }];
  });
};

/** The name of the function a place stands in, as far as it stands not far above. */
const enclosing = (source: Source, offset: number): string =>
  [
    ...bareIn(source, linesAround(source, offset, 14, 0)).matchAll(
      /(?:\bfunction\s{1,10}|\bdef\s{1,10}|\bfunc\s{1,10}(?:\([^)\n]{0,80}\)\s{0,10})?|\bconst\s{1,10})(\w{1,80})\s{0,10}[=(]/g,
    ),
  ].at(-1)?.[1] ?? '';

/** Whether the prefixes that a loop goes through, above it, all end where a name does. */
const endWithSeparator = (source: Source, offset: number): boolean => {
  const { start } = linesAround(source, offset, 12, 0);
  const paths = literalsIn(source, start, offset).filter((l) => /^(?:\/|[a-z]+:\/\/)/.test(l.text));
  return paths.length > 1 && paths.every((l) => l.text.endsWith('/'));
};

export const filterRules: readonly Rule[] = [
  {
    id: 'shell-denylist',
    kind: 'lead',
    strength: 'moderate',
    class: 'command-injection',
    cwe: ['CWE-184', 'CWE-78'],
    checks: CHECKS,
    languages: everyLanguage,
    title: 'Commands are refused by a list of dangerous texts',
    detail:
      'Other programs, quoting, variables and interpreters reach the same. Only a list of what is allowed, with its arguments, decides.',
    merge: 'file',
    find: inEach(everyLanguage, (s) => denyLists(s, SHELL_BAIT, 3)),
  },
  {
    id: 'code-denylist',
    kind: 'lead',
    strength: 'strong',
    class: 'code-execution',
    cwe: ['CWE-184', 'CWE-95'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: 'Code is refused by a list of dangerous names',
    detail: 'The same is reached by other spellings (getattr, import aliases, string building).',
    advice: 'Look for what isolates the code that is run.',
    merge: 'file',
    find: inEach(['script', 'python'], (s) => denyLists(s, CODE_BAIT, 3)),
  },
  {
    id: 'first-word-allowed',
    kind: 'lead',
    strength: 'moderate',
    class: 'command-injection',
    cwe: ['CWE-184', 'CWE-78'],
    checks: CHECKS,
    languages: ['script', 'python', 'go', 'rust'],
    title: 'A command line is judged by its first word',
    detail: 'Arguments, separators and interpreters (bash -c, env, find -exec, git -c) then do the rest.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /\b(?:command|cmd|commandLine|script)\w*(?:\.trim\(\))?\.split\([^)\n]{1,12}\)\s*(?:\[0\]|\.at\(0\)|\.shift\(\))/g,
        python:
          /\b(?:command|cmd)\w*(?:\.strip\(\))?\.split\([^)\n]{0,12}\)\s*\[0\]|shlex\.split\(\s*(?:command|cmd)\w*\s*\)\s*\[0\]/g,
        go: /strings\.Fields\(\s*(?:\w+\.)?(?:command|cmd)\w*\s*\)/gi,
        rust: /\b(?:command|cmd)\w*\.split_whitespace\(\)\.next\(\)/g,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        /allow|permit|whitelist|block|deny|forbid|danger|valid/i.test(
          codeIn(source, linesAround(source, m.index, 4, 12)),
        ),
    }),
  },
  {
    id: 'first-word-forbidden',
    kind: 'lead',
    strength: 'moderate',
    class: 'broken-authorization',
    cwe: ['CWE-184', 'CWE-863'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: 'What a command may change is decided by one of its words',
    detail:
      'Options before the word, other words that write too, plugins, aliases and separators are not seen.',
    merge: 'file',
    find: inEach(['script', 'python', 'go'], firstWordForbidden),
  },
  {
    id: 'prefix-allow-list',
    kind: 'lead',
    strength: 'moderate',
    class: 'path-traversal',
    cwe: ['CWE-22', 'CWE-184'],
    checks: CHECKS,
    languages: ['script', 'python', 'go'],
    title: 'A path or address is allowed by its prefix',
    detail:
      'Without a separator at the end of the prefix, /data also allows /data-private, and https://example.com also https://example.com.evil.test. Links and ../ need resolving first.',
    merge: 'file',
    find: matching({
      layer: 'bare',
      on: {
        script:
          /\b(\w*(?:[pP]ath|[dD]ir|[fF]ile|[uU]rl|[rR]esolved|[tT]arget|[rR]eal|[nN]orm|[cC]anon|[aA]bs)\w*)\.startsWith\(\s*((?:\w+\.){0,3}\w*(?:dir|root|base|allowed|prefix|folder|path|workspace)\w*)\s*\)/gi,
        python:
          /\b(\w*(?:path|dir|file|url|resolved|target|real|norm|canon|abs)\w*\)?)\.startswith\(\s*((?:str\()?(?:\w+\.){0,3}\w*(?:dir|root|base|allowed|prefix|folder|path|workspace|domain)\w*\)?)\s*\)/gi,
        go: /strings\.HasPrefix\(\s*(\w*(?:path|dir|file|url|resolved|target|abs|clean|norm|canon|real)\w*)\s*,\s*((?:\w+\.){0,2}\w*(?:dir|root|base|allowed|prefix|folder|workspace)\w*)\s*\)/gi,
      },
      accept: (source, m) => {
        const near = codeIn(source, linesAround(source, m.index, 3, 3));
        if (
          /\bsep\b|os\.sep|path\.sep|PathSeparator|\+\s*["'`]\/|relative\(|is_relative_to|commonpath|["']\/["']\)|endsWith\(/i.test(
            near,
          )
        )
          return false;
        if (/module/i.test(m[1] ?? '')) return false;
        // `hits.filter((h) => h.path.startsWith(prefix))`: what a list is narrowed to.
        if (
          /^(?:\w+\.)*\w*prefix$/i.test(m[2] ?? '') &&
          /\.filter\(|\bfor\b[^\n]{0,120}\bif\b/.test(bareIn(source, linesAround(source, m.index, 0, 0)))
        )
          return false;
        if (/prefix/i.test(m[2] ?? '') && endWithSeparator(source, m.index)) return false;
        // What is left out of a listing is no border, and an address whose origin was compared has its host.
        const name = enclosing(source, m.index);
        if (/exclud|ignor|skip|hidden|filter|drift|exempt|generated|vendor/i.test(`${name} ${m[1]} ${m[2]}`))
          return false;
        if (/\.origin\b|pathname|ignored?_?(?:path|prefix|dir|file)/i.test(near)) return false;
        const url = /url|domain|host/i.test(`${m[1]}${m[2]}`);
        const deciding =
          /allow|denied|outside|permit|restrict|secur|traversal|throw|raise|return (?:true|True|false|False)|valid/i.test(
            near,
          );
        if (!deciding) return false;
        return url ? { class: 'ssrf', say: 'an address' } : true;
      },
    }),
  },
  {
    id: 'checked-but-not-stopped',
    kind: 'lead',
    strength: 'moderate',
    class: 'broken-authorization',
    cwe: ['CWE-696', 'CWE-863'],
    checks: CHECKS,
    languages: ['python'],
    title: 'A check reports what it refuses, and goes on',
    detail: 'The branch neither returns nor raises: what was refused may still be done below it.',
    merge: 'file',
    find: inEach(['python'], (source) =>
      matchesIn(
        source,
        'code',
        /^([ \t]{4,40})(?:await\s+)?(?:ctx|context|self\.ctx)\.error\([^\n]{0,200}$/gm,
        100,
      ).flatMap((m) => {
        if (inLiteral(source, m.index + m[1]!.length)) return [];
        const indent = m[1]!.length;
        const before = bareIn(source, linesAround(source, m.index + 1, 12, 0));
        if (
          !/\b(?:read_?only|allow_?write|prohibit|reject|denied|forbidden|injection|risk)/i.test(
            codeIn(source, linesAround(source, m.index + 1, 12, 2)),
          )
        )
          return [];
        if (/\bexcept\b/.test(before.split('\n').slice(-6).join('\n'))) return [];
        // Statements that follow in the same branch, then the first of the branch around it.
        const rest = source.bare.slice(m.index + m[0].length).split('\n');
        let open = (m[0].match(/\(/g) ?? []).length - (m[0].match(/\)/g) ?? []).length;
        for (const line of rest.slice(1, 25)) {
          if (open > 0 || line.trim() === '') {
            open += (line.match(/\(/g) ?? []).length - (line.match(/\)/g) ?? []).length;
            continue;
          }
          const deep = /^[ \t]*/.exec(line)![0].length;
          if (deep < indent)
            return /^\s*(?:return|raise|except|else|elif|finally)\b/.test(line)
              ? []
              : [{ source, start: m.index + indent, end: m.index + m[0].length }];
          if (/^\s*(?:return|raise|continue|break)\b/.test(line)) return [];
        }
        return [];
      }),
    ),
  },
];
