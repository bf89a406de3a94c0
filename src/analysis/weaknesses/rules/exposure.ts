import {
  bareIn,
  codeIn,
  inside,
  type Language,
  linesAround,
  linesFrom,
  matchesIn,
  type Source,
} from '../../sources/source.ts';
import { inLiteral, matching } from '../matching.ts';
import { inEach, type Match, type Rule } from '../rule.ts';
import { namesSecret, secretsIn } from '../secret-names.ts';

/** Secrets that leave: to logs, to results, to files, to the command line. */

const LOG: Record<Language, RegExp> = {
  script:
    /\bconsole\.(?:log|error|info|warn|debug|trace)\s*\(|\b(?:logger|log|winston|pino)\.(?:log|error|info|warn|debug|trace|verbose|fatal)\s*\(|process\.std(?:out|err)\.write\s*\(/g,
  python:
    /(?<![\w.])print\s*\(|\b(?:logger|logging|log|_logger|LOG)\.(?:debug|info|warning|warn|error|exception|critical|log)\s*\(/g,
  go: /\b(?:log|slog|logger|zap|logrus)\.(?:Print|Info|Debug|Warn|Error|Fatal)\w*\s*\(|\bfmt\.(?:Print|Fprint)\w*\s*\(/g,
  rust: /\b(?:println|eprintln|info|debug|warn|error|trace)!\s*\(/g,
  java: /\bSystem\.(?:out|err)\.print\w*\s*\(|\b(?:log|logger|LOG|LOGGER)\.(?:info|debug|warn|error|trace)\s*\(/g,
};

const logged = (source: Source): Match[] =>
  matchesIn(source, 'bare', LOG[source.language], 2000).flatMap((m) => {
    const open = m.index + m[0].length - 1;
    const args = inside(source, open);
    if (args.end - args.start > 2000) return [];
    const names = secretsIn(bareIn(source, args));
    if (source.language === 'rust')
      for (const inline of codeIn(source, args).matchAll(/\{(\w{1,60})(?::[^}]{0,10})?\}/g))
        if (namesSecret(inline[1]!)) names.push({ name: inline[1]!, at: inline.index });
    const found = names.find(
      (n) => !/authorization$|^credentials?$/i.test(n.name) || source.language !== 'script',
    );
    return found ? [{ source, start: m.index, end: args.end + 1, say: found.name }] : [];
  });

const ENV_WHOLE =
  /\b(?:JSON\.stringify\(\s*process\.env\s*[,)]|console\.\w+\([^)\n]{0,80}\bprocess\.env\s*[,)]|dict\(\s*os\.environ\s*\)|json\.dumps\(\s*(?:dict\()?os\.environ|print\(\s*os\.environ\s*\)|os\.Environ\(\)|System\.getenv\(\s*\))/g;

export const exposureRules: readonly Rule[] = [
  {
    id: 'secret-logged',
    kind: 'lead',
    strength: 'strong',
    class: 'secret-exposure',
    cwe: ['CWE-532'],
    checks: ['2.1.3', '2.2.1', '2.3.2'],
    languages: ['script', 'python', 'go', 'rust', 'java'],
    title: 'A secret is written to a log',
    detail:
      'A name that says it holds a secret stands among what is logged. Logs are kept, copied and read by others.',
    merge: 'file',
    find: inEach(['script', 'python', 'go', 'rust', 'java'], logged),
  },
  {
    id: 'secret-in-result',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-200', 'CWE-522'],
    checks: ['2.2.1', '2.3.2'],
    languages: ['script', 'python'],
    title: 'A secret is put into text that a function returns',
    detail:
      'If the text reaches a tool result, the model, its provider and every other tool of the session see the secret.',
    merge: 'file',
    find: inEach(['script', 'python'], (source) => {
      const keys =
        /\[\s*["'](?:\w*_)?(?:api_?key|access_?token|auth_?token|password|secret)["']\s*\]|\.get\(\s*["'](?:\w*_)?(?:api_?key|access_?token|auth_?token|password|secret)["']\s*\)/i;
      return source.literals.flatMap((l): Match[] => {
        if (l.complete || l.end - l.start > 5000) return [];
        const raw = source.text.slice(l.start, l.end);
        const parts = [
          ...raw.matchAll(source.language === 'script' ? /\$\{([^{}]{1,120})\}/g : /\{([^{}]{1,120})\}/g),
        ];
        const hit = parts.find(
          (p) =>
            secretsIn(p[1]!).some((n) => n.at === 0 && n.name.length === p[1]!.trim().length) ||
            keys.test(p[1]!),
        );
        if (!hit) return [];
        const before = source.bare.slice(Math.max(0, l.start - 60), l.start);
        const line = source.text.slice(source.text.lastIndexOf('\n', l.start) + 1, l.end);
        const prose = raw.slice(0, hit.index).slice(-80);
        if (
          /https?:|authorization|\bbearer\b|\bbasic\b|x-[\w-]+|header|cookie|connection|mongodb|postgres|mysql|redis:|[?&]\w*=$|:\/\/|digest|sign|hash|key=|_key:|cache/i.test(
            prose,
          )
        )
          return [];
        if (
          /headers?\b|authorization|url\b|uri\b|auth\s*[:=]|sign|hash|cache|env\b/i.test(
            line.slice(0, Math.min(line.length, 160)).replace(raw, ''),
          )
        )
          return [];
        const returned = /(?:\breturn\s{0,40}\(?|text\s{0,40}[:=]|TextContent\([^)]{0,40})\s{0,40}$/.test(
          before,
        );
        const assigned = /(\w{1,60})\s{0,40}=\s{0,40}[fF]?$/.exec(before)?.[1];
        const later = assigned
          ? new RegExp(`\\breturn\\s+${assigned}\\b`).test(bareIn(source, linesFrom(source, l.end, 8)))
          : false;
        // A key alone in the text is a value being built, not a message.
        if (!(returned || later) || !/[A-Za-z]{3}[^\s{}]{0,200}\s/.test(raw.replace(/\$?\{[^{}]*\}/g, '')))
          return [];
        return [
          {
            source,
            start: l.start + hit.index,
            end: l.start + hit.index + hit[0].length,
            say: hit[1]!.trim(),
          },
        ];
      });
    }),
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
            /\b(?:env|cmd\.Env|environment|child\w*|merged\w*|full_?env|run_env)\b\s*(?::=|[:=,)])|subprocess|exec\.|Popen|spawn|append\(/i.test(
              near,
            )
          )
            return [];
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
    detail: 'The default mode lets every user of the machine read the file.',
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
    languages: ['script', 'python', 'go', 'rust', 'java'],
    title: 'A secret can be given on the command line',
    detail: 'Arguments are seen in process lists and shell histories.',
    advice: 'See whether the documents recommend it.',
    merge: 'package',
    weakIsFact: true,
    find: inEach(['script', 'python', 'go', 'rust', 'java'], (source) => {
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
    languages: ['script', 'python', 'go'],
    title: 'A secret has a default value that everyone can read',
    detail:
      'Without configuration every installation shares this secret. A server should refuse to start, or make a random one.',
    merge: 'file',
    find: inEach(['script', 'python', 'go'], (source) =>
      matchesIn(
        source,
        'code',
        source.language === 'script'
          ? /\b\w*(?:secret|password|api_?key|auth_?token|signing_?key|encryption_?key)\w*["']?\]?\s*(?:\|\||\?\?)\s*["']([^"'\n]{2,80})["']/gi
          : source.language === 'python'
            ? /["']\w*(?:SECRET|PASSWORD|API_?KEY|AUTH_?TOKEN|SIGNING_?KEY|ENCRYPTION_?KEY)\w*["']\s*,\s*["']([^"'\n]{2,80})["']|\b(?:\w*_)?(?:secret|secret_key|password|signing_key|encryption_key|auth_token)\s*(?::\s*[\w[\] |]{1,40})?=\s*(?:(?:Field|SecretStr)\s*\(\s*(?:default\s*=\s*)?)?["']([^"'\n]{2,80})["']/g
            : /\b\w*(?:[sS]ecret|[pP]assword|[aA]piKey|[aA]uthToken|[sS]igningKey)\w*\s*:?=\s*"([^"\n]{2,80})"/g,
        200,
      ).flatMap((m) => {
        const value = m[1] ?? m[2] ?? '';
        const before = source.code.slice(Math.max(0, m.index - 60), m.index);
        if (inLiteral(source, m.index) && source.language !== 'python') return [];
        if (/^[A-Z][A-Z0-9_]+$/.test(value)) return [];
        // What names a thing, shows a placeholder or says that something is missing is no secret.
        if (
          /^(?:your|<|\$|\{|env|not|none|null|missing|undefined|unset|n\/a|example|\*|xxx|test$)|[\s]|^--?\w|\/|^x-|^(?:string|text|password|secret|api_?key|token|bearer)s?$|\$\{|%s|authorization|_path$|_id$/i.test(
            value,
          ) &&
          !/^(?:secret|password|token|changeme)$/i.test(value)
        )
          return [];
        if (
          /name|label|type|title|field|header|prefix|param|help|desc|error|message|url|path|file|scope|arn|_id\b/i.test(
            m[0].split(/[=,|?]/)[0] ?? '',
          )
        )
          return [];
        if (
          source.language === 'python' &&
          /^["']/.test(m[0]) &&
          !/(?:getenv|environ\.get|config\(|env\(|get)\(\s*$/.test(before)
        )
          return [];
        if (/(?:^|[^\w])(?:if|elif|while|return|assert)\s[^\n]*$/.test(before.split('\n').at(-1) ?? ''))
          return [];
        if (
          source.language === 'go' &&
          /const\s|(?:Key|Name|Env|Header)\s*$/.test(before.split('\n').at(-1) ?? '')
        )
          return [];
        return [{ source, start: m.index, end: m.index + m[0].length }];
      }),
    ),
  },
];
