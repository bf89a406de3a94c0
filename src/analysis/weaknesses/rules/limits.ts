import { bareIn, codeIn, inside, linesAround, matchesIn, type Source } from '../../sources/source.ts';
import { backtracks } from '../backtracking.ts';
import { unboundedBodies } from '../code/bodies.ts';
import { outlivedPrograms } from '../code/lifetimes.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, inEachModule, type Match, type Rule } from '../rule.ts';

/** What runs too long, or grows too large, because nothing ends it. */

const CHECKS = ['2.1.4'];

const noTimeout = (source: Source): Match[] => {
  const take = (pattern: RegExp, bounded: RegExp): Match[] =>
    matchesIn(source, 'bare', pattern, 200).flatMap((m) => {
      const args = codeIn(source, inside(source, m.index + m[0].length - 1));
      return bounded.test(args) || args.trim() === ''
        ? []
        : [{ source, start: m.index, end: m.index + m[0].length }];
    });
  if (source.language === 'script')
    return /AbortSignal\.timeout|axios\.create\([^)]{0,400}timeout|timeout\s*[:=]|AbortController|got\.extend/.test(
      source.code,
    )
      ? []
      : take(
          /(?<![\w.])fetch\s*\(|\baxios(?:\.(?:get|post|put|patch|delete|request))?\s*\(/g,
          /signal|timeout/,
        );
  if (source.language === 'python')
    return take(/\brequests\.(?:get|post|put|patch|delete|request|head)\s*\(/g, /timeout|\*\*/).concat(
      matchesIn(
        source,
        'bare',
        /\b(?:httpx\.\w*Client|httpx\.(?:get|post))\s*\([^)]{0,200}timeout\s*=\s*None/g,
      ).map((m) => ({
        source,
        start: m.index,
      })),
    );
  if (source.language === 'go')
    return /Timeout\s*[:=]|WithTimeout|WithDeadline/.test(source.code)
      ? []
      : matchesIn(
          source,
          'bare',
          /&?http\.Client\{\s*\}|\bhttp\.DefaultClient\b|(?<!\w)http\.(?:Get|Post|PostForm)\s*\(/g,
          50,
        ).map((m) => ({
          source,
          start: m.index,
          end: m.index + m[0].length,
        }));
  if (source.language === 'rust')
    return /timeout/i.test(source.code)
      ? []
      : matchesIn(source, 'bare', /\breqwest::(?:Client::new|get)\s*\(/g, 50).map((m) => ({
          source,
          start: m.index,
        }));
  return [];
};

const processWithoutEnd = (source: Source): Match[] => {
  const pattern =
    source.language === 'python'
      ? /\bsubprocess\.(?:run|check_output|check_call|call)\s*\(/g
      : /(?<![\w.])(?:execSync|execFileSync|spawnSync|execAsync|execFileAsync|execPromise)\s*\(/g;
  return matchesIn(source, 'bare', pattern, 200).flatMap((m) => {
    const args = codeIn(source, inside(source, m.index + m[0].length - 1));
    return /timeout|\*\*|\.\.\.|options|opts/i.test(args) || args.trim() === ''
      ? []
      : [{ source, start: m.index, end: m.index + m[0].length }];
  });
};

const patternsOf = (source: Source): Match[] => {
  const literals =
    source.language === 'script'
      ? source.patterns.map((p) => ({
          start: p.start,
          end: p.end,
          body: p.text.slice(1, p.text.lastIndexOf('/')),
        }))
      : [];
  const strings = source.literals
    .filter((l) => l.complete && l.end - l.start < 600 && /[*+}]/.test(l.text))
    .filter((l) => {
      const before = source.bare.slice(Math.max(0, l.start - 40), l.start);
      return source.language === 'script'
        ? /\b(?:new\s+)?RegExp\(\s*$/.test(before)
        : source.language === 'python'
          ? /\bre\.(?:compile|match|search|findall|sub|fullmatch|finditer|split)\(\s*[rRbB]{0,2}$/.test(
              before,
            )
          : /\b(?:Pattern\.compile|\.matches|\.replaceAll)\(\s*$/.test(before);
    })
    .map((l) => ({ start: l.start, end: l.end, body: l.text }));
  return [...literals, ...strings].flatMap((p) => {
    const why = backtracks(p.body);
    return why ? [{ source, start: p.start, end: p.end, say: why }] : [];
  });
};

export const limitRules: readonly Rule[] = [
  {
    id: 'request-without-timeout',
    kind: 'lead',
    strength: 'weak',
    class: 'resource-limit',
    cwe: ['CWE-400'],
    checks: CHECKS,
    languages: ['script', 'python', 'go', 'rust'],
    title: 'Requests to other services have no time limit',
    detail: 'A service that never answers holds the call, and what it locks, for ever.',
    merge: 'package',
    weakIsFact: true,
    find: inEach(['script', 'python', 'go', 'rust'], noTimeout),
  },
  {
    id: 'process-without-timeout',
    kind: 'lead',
    strength: 'weak',
    class: 'resource-limit',
    cwe: ['CWE-400'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: 'Programs are started without a time limit',
    detail:
      'A program that waits for input or never ends blocks the server; the synchronous kinds block it whole.',
    merge: 'package',
    weakIsFact: true,
    find: inEach(['script', 'python'], processWithoutEnd),
  },
  {
    id: 'program-outlives-its-time',
    kind: 'lead',
    strength: 'moderate',
    class: 'resource-limit',
    cwe: ['CWE-404', 'CWE-400'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: 'A program is given up on after a time, and nothing ends it',
    detail:
      'The caller is answered and the program goes on with its memory, its locks and whatever it was told to do; each call leaves one more behind.',
    advice: 'See whether the caller ends it, and its children with it.',
    merge: 'package',
    find: inEachModule((m) => outlivedPrograms(m)),
  },
  {
    id: 'unbounded-read',
    kind: 'lead',
    strength: 'weak',
    class: 'resource-limit',
    cwe: ['CWE-770'],
    checks: CHECKS,
    languages: everyLanguage,
    title: 'A body is read into memory whatever its size',
    detail: 'Nothing at the place bounds it: who sends much fills the memory of the server.',
    advice: 'Look for a limit in front (a proxy, a middleware) before counting it.',
    merge: 'package',
    find: inEachModule((m) => unboundedBodies(m)),
  },
  {
    id: 'large-body-limit',
    kind: 'lead',
    strength: 'weak',
    class: 'resource-limit',
    cwe: ['CWE-770'],
    checks: CHECKS,
    languages: ['script'],
    title: 'The size limit of request bodies is raised far',
    detail: 'The default is 100 kB; a few requests of this size fill the memory.',
    merge: 'file',
    weakIsFact: true,
    find: matching({
      on: { script: /\blimit\s*:\s*["'](?:[5-9]\d|[1-9]\d{2,})mb["']|\blimit\s*:\s*Infinity/gi },
      accept: (source, m) =>
        /json\(|raw\(|text\(|urlencoded\(|bodyParser/i.test(
          source.code.slice(Math.max(0, m.index - 80), m.index),
        ),
    }),
  },
  {
    id: 'backtracking-pattern',
    kind: 'lead',
    strength: 'moderate',
    class: 'redos',
    cwe: ['CWE-1333'],
    checks: CHECKS,
    languages: ['script', 'python', 'java'],
    title: 'A regular expression that may take exponential time',
    detail: 'A crafted text can hold the process for minutes.',
    advice: 'See whose text it is matched against, and how long that may be.',
    merge: 'file',
    find: inEach(['script', 'python', 'java'], patternsOf),
  },
  {
    id: 'pattern-from-input',
    kind: 'lead',
    strength: 'weak',
    class: 'redos',
    cwe: ['CWE-1333', 'CWE-625'],
    checks: CHECKS,
    languages: ['script', 'python'],
    title: 'A regular expression is built at run time',
    detail:
      'If the text comes from a caller, it can carry a pattern that never ends, or one that matches more than meant.',
    merge: 'package',
    weakIsFact: true,
    find: matching({
      layer: 'bare',
      on: {
        script: /\bnew\s+RegExp\(\s*(?:[A-Za-z_][\w.]{0,60}\s*[,)]|`[^`\n]{0,40}\$\{)/g,
        python: /\bre\.(?:compile|search|match|findall|fullmatch)\(\s*[a-z_][\w.]{0,60}\s*,\s*\w/g,
      },
      accept: (source, m) => {
        const near = bareIn(source, linesAround(source, m.index, 6, 1));
        const name = /\(\s*(\w+)/.exec(m[0])?.[1] ?? '';
        // One of a list of patterns that stand in the source.
        if (
          new RegExp(
            `\\bfor\\b[^\\n]{0,60}\\b${name}\\b[^\\n]{0,20}\\b(?:in|of)\\b|\\b${name}\\s*=\\s*[rf]?["'\`]`,
          ).test(near)
        )
          return false;
        if (inLiteral(source, m.index) && source.language === 'python') return false;
        if (/escape/i.test(near) || /\.source\b/.test(m[0]) || /^[^(]*\(\s*[A-Z][A-Z_]+\b/.test(m[0]))
          return false;
        return /\b(?:args|params|input|query|pattern|search\w*|filter|regex|needle|request)\b/i.test(
          near.split('\n').slice(-3).join('\n'),
        );
      },
    }),
  },
];
