import { bareIn, linesAround, matchesIn } from '../../sources/source.ts';
import { secretArguments, wholeAnswers } from '../code/handed-out.ts';
import { defaultSecrets, loggedSecrets, returnedSecrets, type SecretPlace } from '../code/secrets.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, type Found, inEach, inEachModule, type Rule } from '../rule.ts';

/** Secrets that leave: to logs, to results, to files, to the command line. */

const ENV_WHOLE =
  /\b(?:JSON\.stringify\(\s*process\.env\s*[,)]|console\.\w+\([^)\n]{0,80}\bprocess\.env\s*[,)]|dict\(\s*os\.environ\s*\)|json\.dumps\(\s*(?:dict\()?os\.environ|print\(\s*os\.environ\s*\)|os\.Environ\(\)|System\.getenv\(\s*\))/g;

/** `token` alone is also a word of a text that is read, or a mark of a page. */
const graded = ({ line, endLine, name }: SecretPlace): Found => ({
  line,
  endLine,
  say: name,
  ...(/^(?:token|secrets?|credentials?)$/i.test(name) ? { strength: 'weak' as const } : {}),
});

export const exposureRules: readonly Rule[] = [
  {
    id: 'secret-logged',
    kind: 'lead',
    strength: 'strong',
    class: 'secret-exposure',
    cwe: ['CWE-532'],
    checks: ['2.1.3', '2.2.1', '2.3.2'],
    languages: everyLanguage,
    title: 'A value named like a secret is written to a log',
    detail: 'Logs are kept, copied and read by others. That the value is a secret is read from its name.',
    merge: 'file',
    find: inEachModule((m) => loggedSecrets(m).map(graded)),
  },
  {
    id: 'secret-in-result',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-200', 'CWE-522'],
    checks: ['2.2.1', '2.3.2'],
    languages: everyLanguage,
    title: 'A value named like a secret is put into text that a function returns',
    detail:
      'If the text reaches a tool result, the model, its provider and every other tool of the session see the secret.',
    merge: 'file',
    find: inEachModule((m) => returnedSecrets(m).map(graded)),
  },
  {
    id: 'environment-dumped',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-526'],
    checks: ['2.2.1', '2.3.2'],
    languages: ['script', 'python', 'go', 'java'],
    title: 'The whole environment is read out',
    detail:
      'Where it goes decides: to a result or a log it carries every secret the process was given; to a child process it is common.',
    merge: 'file',
    find: inEach(['script', 'python', 'go', 'java'], (source) =>
      matchesIn(source, 'bare', ENV_WHOLE).flatMap((m) => {
        const near = bareIn(source, linesAround(source, m.index, 1, 3));
        // Handing it to a child process is another question.
        if (/os\.Environ|dict\(|getenv/.test(m[0])) {
          if (
            /\b(?:env|cmd\.Env|environment|child\w*|merged\w*|full_?env|run_env)\b\s*(?::=|[:=,)])|subprocess|exec\.|\bexec\w*\(|Popen|spawn|append\(|\blen\(/i.test(
              near,
            )
          )
            return [];
          // Values that are put into settings stay there.
          if (/getenv\(\s*\)\s*\.forEach\(\s*\w+::put|\bputAll\(/.test(near)) return [];
          if (!/return|print|log|dumps|text/i.test(near)) return [];
        }
        return [{ source, start: m.index, end: m.index + m[0].length }];
      }),
    ),
  },
  {
    id: 'requests-dumped',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-532'],
    checks: ['2.1.3', '2.2.1'],
    languages: ['script', 'python', 'go'],
    title: 'Whole requests or their headers are logged',
    detail: 'Authorization and cookies are among the headers.',
    advice: 'See whether they are taken out, and when this is switched on.',
    merge: 'file',
    find: matching({
      layer: 'bare',
      on: {
        script:
          /\b(?:console|logger|log)\.\w+\([^;\n]{0,160}\b(?:req|request|response\.config|config|error\.config|options|init)\.?headers\b|\b(?:console|logger|log)\.\w+\([^;\n]{0,160}(?:error\.config|error\.request)\b/g,
        python:
          /\b(?:logger|logging|log)\.\w+\([^\n]{0,160}\b(?:request\.headers|response\.request\.headers|headers)\s*[)},]|(?<![\w.])print\([^\n]{0,120}\bheaders\s*[)},]|set_debuglevel\(\s*1|HTTPConnection\.debuglevel\s*=\s*1/g,
        go: /httputil\.DumpRequest(?:Out)?\s*\(|\b\w*cfg\.Debug\s*=\s*(?!false)\w|SetDebug\(\s*true/g,
      },
      accept: (source, m) =>
        !/redact|mask|sanitiz|filter|safe/i.test(bareIn(source, linesAround(source, m.index, 2, 1))),
    }),
  },
  {
    id: 'secret-file-mode',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-732', 'CWE-312'],
    checks: ['2.2.1', '2.3.1'],
    languages: ['script', 'python', 'go'],
    title: 'Tokens or keys are written to a file without a mode',
    detail: 'With the usual umask every user of the machine may read the file.',
    advice: 'Look for chmod elsewhere, or for a keychain.',
    merge: 'file',
    find: inEach(['script', 'python', 'go'], (source) => {
      if (/0o?600|0o?700|S_IRUSR|chmod|keytar|keyring|keychain/i.test(source.code)) return [];
      const write =
        source.language === 'script'
          ? /\b(?:writeFile|writeFileSync|outputJson|writeJson)\s*\(/g
          : source.language === 'python'
            ? /\.write_text\s*\(|\bjson\.dump\s*\(|\byaml\.(?:safe_)?dump\s*\(|open\([^)\n]{0,100}["']wb?["']/g
            : /\bos\.WriteFile\s*\(/g;
      const file = /(?:^|[/_-])(?:oauth|auth|token|credential|secret|login)s?(?:[/_.-]|$)/i.test(source.path);
      return matchesIn(source, 'code', write, 200).flatMap((m) => {
        if (inLiteral(source, m.index)) return [];
        const near = bareIn(source, linesAround(source, m.index, 2, 4));
        const named =
          /\b\w*(?:access_?token|refresh_?token|auth_?token|credentials?|token_?(?:file|path|cache|store|data)|tokens|api_?key|secret)\w*\b/i.exec(
            near,
          )?.[0];
        if (/max_?tokens|tokenize|total_tokens|token_?count/i.test(named ?? '')) return [];
        if (!named && !file) return [];
        // In a folder for tokens, writing is writing tokens; elsewhere the words must stand there.
        return [
          {
            source,
            start: m.index,
            end: m.index + m[0].length,
            strength: named && file ? 'moderate' : 'weak',
          },
        ];
      });
    }),
  },
  {
    id: 'secret-as-argument',
    kind: 'lead',
    strength: 'weak',
    class: 'secret-exposure',
    cwe: ['CWE-214'],
    checks: ['2.2.1'],
    languages: everyLanguage,
    title: 'A secret can be given on the command line',
    detail: 'Arguments are seen in process lists and shell histories.',
    advice: 'See whether the documents recommend it.',
    merge: 'package',
    weakIsFact: true,
    find: inEach(everyLanguage, (source) => {
      const named =
        /^-{0,2}(?:[\w-]*-)?(?:api-?key|token|password|secret|access-?token|auth-?token|api_key|client-secret|private-key)(?:[ =]<?[\w -]*>?)?$/i;
      return source.literals
        .filter((l) => l.complete && l.text.length < 60 && named.test(l.text))
        .filter((l) => {
          const before = source.bare.slice(Math.max(0, l.start - 60), l.start);
          if (source.language === 'go')
            return /\b(?:flag|Flags\(\)|fs|flags)\.String\w*\([^)]{0,40}$/.test(before);
          return (
            /^--/.test(l.text) &&
            !/(?:\[|,)\s*$/.test(
              before.replace(/\b(?:option|add_argument|Option|add_option)\([^)]{0,600}$/, ''),
            ) &&
            /(?:add_argument|option|Option|===?|startsWith|case|indexOf|findIndex|includes|add_option|long\s*=)\s*\(?[^)]{0,30}$/.test(
              before,
            )
          );
        })
        .map((l) => ({ source, start: l.start, end: l.end }));
    }),
  },
  {
    id: 'default-secret',
    kind: 'lead',
    strength: 'strong',
    class: 'hardcoded-secret',
    cwe: ['CWE-798', 'CWE-1188'],
    checks: ['2.2.1', '2.2.3', '2.3.3'],
    languages: everyLanguage,
    title: 'A secret stands in the code, where everyone can read it',
    detail:
      'As a default or as the only value: an installation that sets no other uses this one, which everybody knows. A server should refuse to start, or make a random one.',
    merge: 'file',
    find: inEachModule((m) => defaultSecrets(m).map(graded)),
  },
  {
    id: 'secret-in-command',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-214'],
    checks: ['2.2.1', '2.3.2'],
    languages: everyLanguage,
    title: 'A secret is an argument of a program that is started',
    detail:
      'Every user of the machine it runs on can list the arguments of programs; shells and auditing keep them.',
    advice: 'See whether the program takes it from standard input, a file or a variable instead.',
    merge: 'file',
    find: inEachModule((m) =>
      secretArguments(m).map(({ line, endLine, what }) => ({ line, endLine, say: what })),
    ),
  },
  {
    id: 'configuration-in-result',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-200', 'CWE-497'],
    checks: ['2.2.1', '2.3.2'],
    languages: ['script', 'python', 'rust', 'java'],
    title: 'A tool answers with a whole configuration',
    detail:
      'Tokens, keys and passwords that are part of it reach the model, its provider and every other tool of the session.',
    advice: 'See what the type holds when it is written out, and what is left out on purpose.',
    merge: 'file',
    find: inEachModule((m) =>
      wholeAnswers(m).map(({ line, endLine, what }) => ({ line, endLine, say: what })),
    ),
  },
];
