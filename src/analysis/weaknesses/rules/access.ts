import { bareIn, inside, linesAround, matchesIn, type Source } from '../../sources/source.ts';
import { type OpenGuard, openGuards } from '../code/fail-open.ts';
import { unaskedHandlers } from '../code/siblings.ts';
import { inLiteral, matching } from '../matching.ts';
import { everyLanguage, inEach, inEachModule, type Match, type Rule } from '../rule.ts';

/** Permissions: switches that are off, checks that are skipped, and places where a check is missing that others have. */

const HOW: Record<OpenGuard['how'], (what: string) => string> = {
  setting: (what) => `lets everybody in when ${what} is not set`,
  caller: (what) => `lets in who brings no ${what}`,
  'only-if-set': (what) => `compares only when ${what} is set`,
  caught: () => 'goes on after the check has failed',
};

/** Names under which the tool list is narrowed, that the call does not look at. */
const narrowedOnlyInList = (source: Source): Match[] => {
  const handlers = (schema: string) =>
    matchesIn(source, 'bare', new RegExp(`\\bsetRequestHandler\\(\\s*${schema}\\b`, 'g'), 5).map((m) => ({
      at: m.index,
      body: bareIn(source, inside(source, source.bare.indexOf('(', m.index))),
    }));
  const calls = handlers('CallToolRequestSchema');
  if (calls.length === 0) return [];
  return handlers('ListToolsRequestSchema').flatMap(({ at, body }): Match[] => {
    const names = new Set(
      [
        ...body.matchAll(
          /\b(?:if\s{0,40}\(|\?\s{0,40}|filter\([^)]{0,80}|!|&&\s{0,40}|return\s{1,40})\(?\s{0,40}!?((?:\w{1,60}\.)?\w{0,60}(?:allow|read_?only|enabled|disabled|destructive|permitted|permission|scope)\w{0,60})/gi,
        ),
      ]
        .map((m) => m[1]!)
        .filter((n) => n.length > 3),
    );
    const missing = [...names].filter((n) => !calls.some((c) => c.body.includes(n)));
    if (missing.length === 0 || missing.length < names.size) return [];
    // The call may ask through a helper instead.
    if (
      calls.every((c) =>
        /\b(?:is|assert|check|ensure|require)\w*(?:Allow|Enabl|Permi|ReadOnly|Access)\w*\s*\(/.test(c.body),
      )
    )
      return [];
    return [
      ...calls.map((c) => ({
        source,
        start: c.at,
        say: `the call does not look at ${missing.slice(0, 4).join(', ')}`,
      })),
      { source, start: at, say: 'the list is narrowed here' },
    ];
  });
};

/** A record of data has such a field as well: whether a calendar is read-only is no switch of the server. */
const isOfData = (source: Source, offset: number): boolean => {
  if (source.language !== 'python') return false;
  const above = bareIn(source, { start: linesAround(source, offset, 80, 0).start, end: offset });
  const own = [
    ...above.matchAll(/^(?:class\s{1,4}(\w{1,80})\s{0,4}(?:\(([^)\n]{0,200})\))?|(?:async\s{1,4})?def\s)/gm),
  ].at(-1);
  if (!own?.[1] || !/^\s/.test(above.slice(above.lastIndexOf('\n') + 1))) return false;
  return (
    /(?:Model|TypedDict|NamedTuple|Struct)\b/.test(own[2] ?? '') &&
    !/settings|config|option|arg|param|server|security|flag|polic/i.test(`${own[1]} ${own[2]}`)
  );
};

export const accessRules: readonly Rule[] = [
  {
    id: 'authentication-optional',
    kind: 'lead',
    strength: 'strong',
    class: 'missing-auth',
    cwe: ['CWE-636', 'CWE-306', 'CWE-1188'],
    checks: ['2.2.3', '2.3.3'],
    languages: everyLanguage,
    title: 'A check of callers lets everybody in when something is missing',
    detail:
      'Where this test is the only one, a deployment that forgets the setting, or a caller who leaves out what is asked for, is not refused.',
    advice: 'See what the default is, and which address the server then listens on.',
    merge: 'file',
    find: inEachModule((m) =>
      openGuards(m).map((g) => ({
        line: g.line,
        endLine: g.endLine,
        say: HOW[g.how](g.what),
        // A switch says what it does; a list that is empty may be meant to be.
        ...(g.how === 'setting' &&
        /enabled|required?|origins?|hosts?|namespaces?|users$|roles?|scopes?/i.test(g.what)
          ? { strength: 'moderate' as const }
          : {}),
      })),
    ),
  },
  {
    id: 'list-filter-not-on-call',
    kind: 'lead',
    strength: 'strong',
    class: 'broken-authorization',
    cwe: ['CWE-863'],
    checks: ['2.2.3', '2.2.4'],
    languages: ['script'],
    title: 'Tools are hidden from the list, but the call does not refuse them',
    detail:
      'tools/call takes any name. A client that knows the name of a tool that was filtered out can still call it.',
    merge: 'file',
    find: inEach(['script'], narrowedOnlyInList),
  },
  {
    id: 'sibling-without-check',
    kind: 'lead',
    strength: 'moderate',
    class: 'broken-authorization',
    cwe: ['CWE-862'],
    checks: ['2.2.3', '2.2.4'],
    languages: everyLanguage,
    title: 'A handler that changes something lacks the permission check its siblings have',
    detail:
      'Others beside it ask first whether the caller may, or whether writing is allowed. A check in a function that this one calls may not have been seen.',
    advice: 'See whether this one may do without.',
    merge: 'place',
    find: inEachModule((m) =>
      unaskedHandlers(m).map((h) => ({
        line: h.line,
        endLine: h.line,
        say: `${h.name} does not ask; ${h.asked.slice(0, 3).join(', ')} ${h.asked.length === 1 ? 'does' : 'do'}`,
      })),
    ),
  },
  {
    id: 'mask-by-exact-name',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-184', 'CWE-200'],
    checks: ['2.2.1', '2.3.2'],
    languages: ['script', 'python', 'go'],
    title: 'Whether secrets are masked depends on an exact spelling of the input',
    detail:
      'Another spelling of the same thing (a plural, an alias, upper case, a path) is answered unmasked.',
    merge: 'file',
    find: matching({
      on: {
        script: /\b\w*(?:[mM]ask|[rR]edact)\w*\s*=\s*[^;]{0,160}?===\s*["'][\w/-]+["']/g,
        python: /\b\w*(?:mask|redact)\w*\s*=\s*[^\n]{0,160}?==\s*["'][\w/-]+["']/g,
        go: /\b\w*(?:[mM]ask|[rR]edact)\w*\s*:?=\s*[^\n]{0,160}?==\s*"[\w/-]+"/g,
      },
      accept: (source, m) => !inLiteral(source, m.index) && /type|kind|resource|name/i.test(m[0]),
    }),
  },
  {
    id: 'writes-on-by-default',
    kind: 'lead',
    strength: 'weak',
    class: 'configuration',
    cwe: ['CWE-1188'],
    checks: ['2.2.3', '2.3.3'],
    languages: everyLanguage,
    title: 'A protective switch is off, or a risky one on, by default',
    detail: 'This is what an operator gets who sets nothing.',
    advice: 'Hold it against what the documents say is the default.',
    merge: 'package',
    find: matching({
      on: {
        script:
          /\b\w*(?:READ_?ONLY|readOnly(?:Mode)?|AUTH_ENABLED|authEnabled|REQUIRE_AUTH|requireAuth|VERIFY_(?:SSL|TLS|CERTS?)|verify(?:Ssl|SSL|Tls|TLS|Certs?|Certificates?)|sslVerify|tlsVerify|SSL_VERIFY|TLS_VERIFY|SANDBOX_ENABLED)\w*["']?\]?\s*(?:\|\||\?\?)\s*["']?(?:false|0|no|off)\b|\.env\.(?:READ_?ONLY\w*|AUTH_ENABLED|REQUIRE_AUTH\w*)\s*===?\s*["'](?:true|1)["']|\.env\.(?:ALLOW_(?:WRITE|DANGEROUS|ALL)\w*|ENABLE_(?:WRITE|DESTRUCTIVE)\w*|DISABLE_AUTH)\s*!==?\s*["']false["']/g,
        python:
          /\b(?:read_?only(?:_mode)?|auth_enabled|require_auth|verify_(?:ssl|tls|certs?|certificates?)|(?:ssl|tls)_verify|enable_auth|sandbox_enabled)\s*:\s*bool\s*=\s*(?:(?:Field|typer\.Option|click\.option)\(\s*(?:default\s*=\s*)?)?False\b|\b(?:allow_(?:write|dangerous|all|unsafe)\w*|disable_auth|auth_disabled|dangerously_\w+)\s*:\s*bool\s*=\s*(?:Field\(\s*(?:default\s*=\s*)?)?True\b|["']\w*(?:READ_?ONLY|REQUIRE_AUTH|AUTH_ENABLED)\w*["']\s*,\s*["'](?:false|0|no)["']/gi,
        go: /\.BoolVar\(\s*&\w[\w.]*,\s*"(?:[\w-]*-)?(?:read-?only|auth-enabled|require-auth)[\w-]*"\s*,\s*false|\.Bool\(\s*"(?:[\w-]*-)?(?:read-?only|require-auth)[\w-]*"\s*,\s*false/g,
      },
      accept: (source, m) => {
        if (inLiteral(source, m.index + 1) && !/^["']/.test(m[0])) return false;
        if (isOfData(source, m.index)) return false;
        // What is off by default here is the check of certificates.
        return /verify_?ssl|ssl_?verify|tls_?verify|verify_?tls|verify_?cert/i.test(m[0])
          ? { class: 'tls', strength: 'moderate' }
          : true;
      },
    }),
  },
  {
    id: 'host-from-environment',
    kind: 'lead',
    strength: 'weak',
    class: 'ssrf',
    cwe: ['CWE-918'],
    checks: ['2.2.1', '3.2.1'],
    languages: ['script', 'python'],
    title: 'The address that credentials are sent to comes from the environment',
    detail: 'Whoever sets the variable receives the token. That is usual for self-hosted services.',
    advice: 'Ask whether it is restricted to https and documented.',
    merge: 'package',
    weakIsFact: true,
    find: matching({
      on: {
        script:
          /process\.env\.(?!OTEL|\w*TELEMETRY|\w*PROXY)(?:\w*_)?(?:BASE_URL|API_URL|API_BASE|API_HOST|ENDPOINT)\b/g,
        python:
          /(?:getenv|environ\.get)\(\s*["'](?!OTEL|\w*TELEMETRY)(?:\w*_)?(?:BASE_URL|API_URL|API_BASE|API_HOST|ENDPOINT)["']/g,
      },
      accept: (source, m, pack) =>
        !inLiteral(source, m.index) &&
        // Only asked for, or the server's own path: no address.
        !/(?:!|typeof\s|\bnot\s|\bif\s)\s*$/.test(source.code.slice(Math.max(0, m.index - 12), m.index)) &&
        !/^[)\s]{0,6}(?:===?|!==?|&&)/.test(
          source.code.slice(m.index + m[0].length, m.index + m[0].length + 12),
        ) &&
        !/^[)\s]{0,6}(?:\?\?|\|\||,)\s*["'`]\//.test(
          source.code.slice(m.index + m[0].length, m.index + m[0].length + 20),
        ) &&
        pack.sources.some((s) => /authorization|bearer|api[-_]?key/i.test(s.code)),
    }),
  },
  {
    id: 'request-chooses-upstream',
    kind: 'lead',
    strength: 'moderate',
    class: 'ssrf',
    cwe: ['CWE-918', 'CWE-522'],
    checks: ['2.2.1', '2.2.3', '3.2.1'],
    languages: ['script', 'python', 'go'],
    title: 'A request header or query chooses which service is called',
    detail: "The caller names the address, and the server's own credentials may go there.",
    advice: 'Look for what happens to them when the caller brings none.',
    merge: 'package',
    find: matching({
      on: {
        script:
          /headers(?:\.get\(|\[)\s*["']x?-?[\w-]{0,30}-(?:url|host|endpoint|base)["']|query\.(?:base_?url|api_?url|endpoint|host)\b/gi,
        python: /headers(?:\.get\(|\[)\s*["']x-[\w-]{0,30}-?(?:url|host|endpoint)["']/gi,
        go: /Header\.Get\(\s*"X-[\w-]{0,30}(?:URL|Url|Host|Endpoint)"\s*\)|Header\.Get\(\s*\w*(?:URL|Url|Host)Header\s*\)/g,
      },
      accept: (source, m) => !inLiteral(source, m.index) && !/forwarded|original/i.test(m[0]),
    }),
  },
  {
    id: 'own-credential-to-chosen-address',
    kind: 'lead',
    strength: 'moderate',
    class: 'secret-exposure',
    cwe: ['CWE-522'],
    checks: ['2.2.1', '2.2.3'],
    languages: ['script', 'go'],
    title: "A caller who names the address but no key gets the server's own key sent there",
    detail: 'Address and key fall back on their own.',
    advice: 'Look whether the configured key is kept for the configured address.',
    merge: 'file',
    find: matching({
      on: {
        script:
          /headers(?:\.get\(|\[)\s*["']x-[\w-]{0,30}(?:key|token)["']\s*[\])]{1,2}[^\n;]{0,60}(?:\|\||\?\?)\s*process\.env/gi,
        go: /\bif\s+(\w*(?:[kK]ey|[tT]oken))\s*==\s*""\s*\{\s*\1\s*=\s*\w/g,
      },
      accept: (source, m) =>
        !inLiteral(source, m.index) &&
        /Header\.Get\(\s*(?:\w*U(?:RL|rl)\w*|"X-[\w-]{0,30}-U(?:RL|rl)")\s*\)|headers(?:\.get\(|\[)\s*["']x?-?[\w-]{0,30}-(?:url|host|endpoint)["']/i.test(
          source.code,
        ) &&
        (source.language !== 'go' ||
          /\*http\.Request|[hH]eader/.test(bareIn(source, linesAround(source, m.index, 20, 0)))),
    }),
  },
  {
    id: 'secret-variables',
    kind: 'fact',
    strength: 'weak',
    class: 'secret-exposure',
    cwe: ['CWE-526'],
    checks: ['2.2.1'],
    languages: everyLanguage,
    title: 'Secrets enter by environment variables',
    advice: 'Follow each from here to where it leaves the process.',
    merge: 'package',
    find: matching({
      on: {
        script:
          /process\.env(?:\.|\[["'])(\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|PRIVATE_KEY|CREDENTIALS?|HEADERS)\w*)/g,
        python:
          /(?:getenv\(|environ\.get\(|environ\[)\s*["'](\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|PRIVATE_KEY|CREDENTIALS?)\w*)["']/g,
        go: /os\.(?:Getenv|LookupEnv)\(\s*"(\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|PRIVATE_KEY|CREDENTIALS?)\w*)"/g,
        rust: /env::var\(\s*"(\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|PRIVATE_KEY)\w*)"/g,
        java: /getenv\(\s*"(\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|PRIVATE_KEY)\w*)"/g,
      },
      // `X_CREDENTIALS_PATH` says where a secret lies and holds none.
      accept: (source, m) =>
        inLiteral(source, m.index) ||
        /_(?:PATH|FILE|FILE_?NAME|DIR|DIRECTORY|FOLDER|URL|URI|NAME)$/i.test(m[1] ?? '')
          ? false
          : { say: m[1] ?? '' },
    }),
  },
];
