// Long, because it is one list: a place where credentials stand, an entry.
import type { SecretPattern } from './secret-pattern.ts';

/** Credentials that are known by what stands around them: an address, a header, the name they are assigned to. */

/** In a string within a string the quote has backslashes before it. */
const QUOTE = '\\\\{0,7}["\'`]';
const IS = '\\s{0,4}(?:=>|:=|[:=])\\s{0,4}';
const NAMED =
  '(?:api[_-]?key|apikey|secret|token(?!iz)|passwd|password|passphrase|private[_-]?key|access[_-]?key|credential)[A-Za-z0-9_-]{0,24}';
/** The same on one line. A table has a bar there. */
const IS_BESIDE = '[^\\S\\n]{0,4}(?:=>|:=|[:=|])(?!=)[^\\S\\n]{0,4}';
/** The names of {@link NAMED} and more, at the end of a name: `tokenizer` and `passwordField` say nothing of what follows. */
const NAME_ENDS =
  '(?:api[_-]?key|secret|token|passw(?:or)?d|passphrase|\\bpwd|(?<![A-Za-z])pass|(?:private|access|account|secret|encryption|signing|master)[_-]?key|credential)s?(?:[_-]?(?:key|value|base64|\\d{1,2}))?';
/** A literal that holds nothing but the value. */
const VALUE = `(?:${QUOTE})([^\\s"'\`\\\\<>]{8,400})(?:${QUOTE})`;
/** What follows an address's user and password: a host, and no checksum of an image. */
const AT_HOST = '@(?!sha(?:256|512):)[^\\s@\'"`<>\\\\]{1,200}';
/** A host that can be told from a scope, a version or a word: it has a dot or a port. */
const AT_SURE_HOST = '@(?!sha(?:256|512):)(?:[a-z0-9_-]{1,63}(?:\\.[a-z0-9]|:\\d)|\\[[0-9a-f:])';
/** A character of a password in quotes; another quote, too, when it stands within a word. */
const WITHIN = '(?:[^\\s\'"`<>\\\\]|(?<=\\w)\\\\{0,7}["\'](?=\\w))';

/** `user:password` in base64, as the header has it: words behind "basic" are no such thing. */
const isUserAndPassword = (value: string): boolean => {
  try {
    return /^[\x20-\x39\x3b-\x7e]{0,200}:[\x20-\x7e]{1,300}$/.test(
      atob(value.replaceAll('-', '+').replaceAll('_', '/')),
    );
  } catch {
    return false;
  }
};

export const secretContexts: readonly SecretPattern[] = [
  {
    // With at signs, colons, slashes and quotes in it: up to the last host. A port and a path behind it are none.
    id: 'connection-string',
    label: 'password in a URL',
    hints: ['://'],
    group: 1,
    pattern: new RegExp(
      `\\b[a-z][a-z0-9+.-]{1,20}:\\/\\/[^\\s:@/'"\`<>\\\\]{0,300}:((?!\\d{1,5}[/?#])(?:(?!:\\/\\/)${WITHIN}){3,400})${AT_SURE_HOST}`,
      'gi',
    ),
    sample: 'mysql://root:{w8}/{w9}@{w4}:x/{w9}@db.prod.internal.net/main',
  },
  {
    id: 'connection-string',
    label: 'password in a URL',
    hints: ['://'],
    group: 1,
    pattern: new RegExp(
      `\\b[a-z][a-z0-9+.-]{1,20}:\\/\\/[^\\s:@/'"\`<>\\\\]{0,300}:([^\\s/'"\`<>\\\\]{3,400})${AT_HOST}`,
      'gi',
    ),
    sample: 'postgres://app:{w16}@db.prod.internal.net:5432/main',
  },
  {
    id: 'url-user',
    label: 'token in a URL',
    hints: ['://'],
    group: 1,
    generic: 'quoted',
    pattern: new RegExp(
      `\\b[a-z][a-z0-9+.-]{1,20}:\\/\\/([^\\s:@/?#'"\`<>\\\\]{16,400})(?::[^\\s@/'"\`<>\\\\]{0,100})?${AT_HOST}`,
      'gi',
    ),
    sample: 'https://{h32}@o1.ingest.sentry.io/42',
  },
  {
    id: 'url-parameter',
    label: 'token in a URL',
    hints: ['='],
    group: 1,
    generic: 'quoted',
    pattern:
      /[?&#;](?:[a-z_-]{0,20}(?:token|key|secret|password|passwd|signature)|auth|sig|code|pwd)=([^\s&#"'`<>\\(){}[\]]{8,400})/gi,
    sample: 'https://api.prod.net/v1?access_token={w31}7',
  },
  {
    id: 'basic-auth',
    label: 'user and password of a header',
    hints: ['basic '],
    group: 1,
    accepts: isUserAndPassword,
    pattern: /\bbasic {1,3}([A-Za-z0-9+/_-]{6,600}={0,2})/gi,
    sample: 'Authorization: Basic YWRtaW46{p12}',
  },
  {
    id: 'bearer-token',
    label: 'bearer token',
    hints: ['bearer '],
    group: 1,
    generic: 'quoted',
    pattern: /\bbearer {1,3}([A-Za-z0-9._~+/-]{16,1000}={0,2})/gi,
    sample: 'Authorization: Bearer {w39}4',
  },
  {
    id: 'header-key',
    label: 'token of a header',
    hints: ['authorization', 'key', 'token', 'secret', 'auth'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `\\b(?:authorization|(?:x-[a-z-]{0,20}|private-|deploy-|job-)?(?:api-?key|token|secret|auth))(?:${QUOTE})?\\s{0,3}[:=,]\\s{0,3}(?:${QUOTE})?(?:(?:token|apikey|bot|key) )?([A-Za-z0-9._~+/-]{16,1000}={0,2})`,
      'gi',
    ),
    sample: 'curl -H "X-Api-Key: {w31}5"',
  },
  {
    id: 'azure-key',
    label: 'Azure storage or bus key',
    hints: ['accountkey', 'sharedaccesskey'],
    group: 1,
    pattern: /\b(?:account|sharedaccess)key(?:value)?\s{0,2}=\s{0,2}([A-Za-z0-9+/]{40,90}={0,2})/gi,
    sample:
      'DefaultEndpointsProtocol=https;AccountName=prod;AccountKey={s86}==;EndpointSuffix=core.windows.net',
  },
  {
    id: 'aws-secret-key',
    label: 'AWS secret access key',
    hints: ['secret'],
    group: 1,
    pattern: new RegExp(
      `(?:aws|secret[_-]?access)[\\w.-]{0,30}key[\\w.-]{0,20}(?:${QUOTE})?${IS}(?:${QUOTE})?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])`,
      'gi',
    ),
    sample: '{\\"AWS_SECRET_ACCESS_KEY\\": \\"{s40}\\"}',
  },
  {
    id: 'npmrc-auth',
    label: 'credential of a package registry',
    hints: ['_auth', '_password'],
    group: 1,
    generic: 'quoted',
    pattern: /_(?:auth(?:token)?|password)\s{0,2}=\s{0,2}["']?([A-Za-z0-9+/=_.-]{12,400})/gi,
    sample: '//registry.prod.net/:_authToken={w31}6',
  },
  {
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['key', 'secret', 'token', 'passw', 'passphrase', 'credential'],
    group: 2,
    generic: 'literal',
    pattern: new RegExp(
      `${NAMED}(?:${QUOTE})?${IS}(${QUOTE})((?:(?!\\1)(?:[^"'\`\\s\\\\]|(?<=\\w)["'](?=\\w)|\\\\{1,8}[^\\s\\\\])){8,400})\\1`,
      'gi',
    ),
    sample: 'const apiKey = "{w23}8";',
  },
  {
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['KEY', 'SECRET', 'TOKEN', 'PASSW', 'CREDENTIAL'],
    group: 1,
    generic: 'quoted',
    pattern:
      /^(?:export |ENV |ARG |- )?[A-Z0-9_]{0,40}(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)[A-Z0-9_]{0,20}[=:] ?([^\s"'`\\]{8,400})[^\S\n]{0,20}$/gm,
    sample: 'export MY_TOKEN={w27}3',
  },
  {
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['KEY', 'SECRET', 'TOKEN', 'PASSW', 'CREDENTIAL'],
    group: 1,
    generic: 'bare',
    pattern:
      /(?<![A-Za-z0-9_])(?:[A-Z0-9_]{0,40}_)?(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?(?:_[A-Z0-9_]{0,20})?[=:] ?([^\s"'`\\,;<>(){}]{8,400})/g,
    sample: 'docker run -e SERVICE_TOKEN={w27}3 image',
  },
  {
    // YAML, INI, properties, connection strings, tables, code that is no literal.
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['key', 'secret', 'token', 'pass', 'credential', 'pwd'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `${NAME_ENDS}(?:${QUOTE})?${IS_BESIDE}(?:${QUOTE})?((?:[^\\s"'\`\\\\,;|<>[\\]&]|&(?![\\w.-]{1,40}=)){8,400})`,
      'gi',
    ),
    sample: 'database:\n  password: {h32}\n  user: app',
  },
  {
    // A type stands between the name and the value: `token: string = "…"`, `TOKEN: &str = "…"`, `apiKey string = "…"`.
    id: 'assigned-secret',
    label: 'secret in an assignment',
    hints: ['key', 'secret', 'token', 'passw', 'passphrase', 'credential'],
    group: 1,
    generic: 'literal',
    pattern: new RegExp(
      `${NAMED}(?:\\s{0,4}:\\s{0,4}&?(?:'static )?[A-Za-z][\\w.]{0,30}(?:[<[][\\w., ]{1,30}[>\\]])?(?: ?\\| ?\\w{1,20}){0,2}| {1,4}string)\\s{0,4}=\\s{0,4}${VALUE}`,
      'gi',
    ),
    sample: 'const apiKey: string | undefined = "{w23}8";',
  },
  {
    // What holds where nothing is set, what is set, what is compared: `getenv("API_KEY", "…")`, `env.API_KEY || "…"`, `token === "…"`.
    id: 'assigned-secret',
    label: 'secret beside a name',
    hints: ['key', 'secret', 'token', 'passw', 'passphrase', 'credential'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `${NAMED}(?:${QUOTE})?[\\])]{0,2}(?:\\s{0,4}(?:\\|\\||\\?\\?|\\?:|or\\b|[!=]={1,2}|,)|\\.\\w{2,20}\\((?:\\|_?\\|)?)\\s{0,4}${VALUE}`,
      'gi',
    ),
    sample: 'os.environ.get("SERVICE_API_KEY", "{h31}b")',
  },
  {
    // Name and value are two entries: environments of containers, registries of servers, settings in XML, variables.
    id: 'assigned-secret',
    label: 'secret of an entry',
    hints: ['value', 'default'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `${NAMED}(?:${QUOTE})?[\\s,{]{1,40}(?:${QUOTE})?(?:value|default)(?:${QUOTE})?\\s{0,4}[:=]\\s{0,4}(?:${QUOTE})?([^\\s"'\`\\\\,;|<>[\\]{}]{8,400})`,
      'gi',
    ),
    sample: '{"name": "SERVICE_API_KEY", "value": "{h31}c"}',
  },
  {
    id: 'assigned-secret',
    label: 'secret in an element',
    hints: ['</'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(`${NAME_ENDS}>\\s{0,4}([^\\s<>"'\`]{8,400})\\s{0,4}</`, 'gi'),
    sample: '<server><password>{h31}d</password></server>',
  },
  {
    id: 'basic-auth',
    label: 'user and password of a call',
    hints: ['auth', 'login'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `(?:auth|login)(?: ?= ?)?\\(\\s{0,4}(?:${QUOTE})[^\\s"'\`\\\\]{1,80}(?:${QUOTE}),\\s{0,4}${VALUE}`,
      'gi',
    ),
    sample: 'requests.get(url, auth=("jane", "{h31}e"))',
  },
  {
    id: 'netrc-password',
    label: 'password for a host',
    hints: ['machine', 'login'],
    group: 1,
    pattern:
      /\blogin\s{1,4}[^\s"'`\\]{1,100}\s{1,4}(?:account\s{1,4}\S{1,100}\s{1,4})?password\s{1,4}([^\s"'`\\<>${}%,]{4,200})/g,
    sample: 'machine api.prod.net login jane password {w24}',
  },
  {
    id: 'command-secret',
    label: 'secret of a command',
    hints: ['--'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `--(?:[a-z]{1,20}-){0,3}(?:token|password|passphrase|secret|(?:api|access|private|secret)-?key|apikey)[ =]{1,3}(?:${QUOTE})?([^\\s"'\`\\\\,;|<>[\\]]{8,400})`,
      'gi',
    ),
    sample: 'tool --token {h32} --verbose',
  },
  {
    id: 'command-secret',
    label: 'user and password of a command',
    hints: ['curl', 'wget', 'http'],
    group: 1,
    generic: 'quoted',
    pattern: new RegExp(
      `(?<=\\s)(?:-u|--user)[ =]{0,3}(?:${QUOTE})?[A-Za-z0-9_.@+-]{1,80}:([^\\s"'\`\\\\<>]{8,400})`,
      'g',
    ),
    sample: 'curl -u me:{w23}2 https://api.prod.net',
  },
  {
    id: 'command-secret',
    label: 'password of a command',
    hints: ['mysql', 'mariadb'],
    group: 1,
    generic: 'bare',
    pattern: /(?:mysql|mariadb)[a-z-]{0,12} [^\n|;&]{0,200}?(?<= )-p([^\s"'`\\<>]{8,100})/g,
    sample: 'mysql -u root -p{h32} -h db',
  },
  {
    id: 'command-secret',
    label: 'password of a command',
    hints: ['sshpass', 'docker login', 'podman login'],
    group: 1,
    generic: 'bare',
    pattern: /(?:sshpass|(?:docker|podman) login) (?:[^\n|;&]{0,200}? )?-p ?([^\s"'`\\<>]{8,400})/g,
    sample: 'docker login -u jane -p {h32} registry.prod.net',
  },
  {
    id: 'recovery-words',
    label: 'recovery words of a wallet',
    hints: ['mnemonic', 'phrase'],
    group: 1,
    pattern: new RegExp(
      `(?:mnemonic|(?:seed|secret|recovery)[_ -]?phrase)(?:${QUOTE})?${IS_BESIDE}(?:${QUOTE})?((?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])`,
      'gi',
    ),
    sample: `MNEMONIC="${'{a8} '.repeat(12).trim()}"`,
  },
  {
    id: 'session-cookie',
    label: 'session of a cookie',
    hints: ['sess', '.sid', 'sid='],
    group: 1,
    generic: 'bare',
    pattern: /(?:sess(?:ion)?(?:[_-]?id)?|\bsid)=([A-Za-z0-9%._~+/-]{16,1000}={0,2})/gi,
    sample: 'Cookie: lang=de; connect.sid={h40}; theme=dark',
  },
  {
    id: 'jwk-private',
    label: 'private part of a JSON web key',
    hints: ['kty'],
    group: 1,
    generic: 'bare',
    pattern: new RegExp(
      `(?<![\\w.])(?:d|p|q|dp|dq|qi|k)(?:${QUOTE})?\\s{0,4}:\\s{0,4}${QUOTE}([A-Za-z0-9_-]{22,1000})={0,2}${QUOTE}`,
      'g',
    ),
    sample: '{"kty": "EC", "crv": "P-256", "x": "public", "d": "{h43}"}',
  },
];
