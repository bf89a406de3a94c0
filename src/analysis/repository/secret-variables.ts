/**
 * Whether an environment variable's name says that its value is a secret, as against a name, a place, a limit or a switch
 * about one. Judged word by word: `API_TOKEN` and `DB_PWD` hold secrets; `TOKEN_TIMEOUT_MS`, `JWT_PUB_KEYS`, `MAX_TOKENS` and
 * `SECRET_BACKEND` do not.
 */
const SECRET =
  /^(?:TOKEN|SECRETS?|PASSWORDS?|PASSWD|PWD|PASS|PASSPHRASE|PASSCODE|CREDENTIALS?|CREDS|KEY|APIKEYS?|AUTHTOKEN|PAT|COOKIE|BEARER|MNEMONIC|SEED|AUTHORIZATION|\w*(?:PASSWORD|PASSWD|APIKEY|AUTHTOKEN|ACCESSTOKEN)|(?:CLIENT|JWT|APP|API|WEBHOOK)SECRET|(?:API|BOT|BEARER)TOKEN)$/;

/** In front of the secret word: what it is a key of, or a switch. */
const NOT_BEFORE =
  /^(?:PUB|PUBLIC|PUBLISHABLE|ANON|SITE|PROJECT|SPACE|ISSUE|BOARD|PARTITION|SORT|PRIMARY|FOREIGN|CACHE|HOT|SHORTCUT|REGISTRY|OBJECT|INDEX|RANDOM|ENABLED?|DISABLED?|USE|ALLOW|REQUIRED?|SKIP|MASK|HIDE|REDACT|LOG|HAS|IS|NO|MAX|MIN|NUM|VALIDATE|VERIFY|CHECK|ROTATE|REFRESH_ON)$/;

/** Behind it: what is said about the secret instead of the secret itself. */
const NOT_AFTER =
  /^(?:TIMEOUT|TTL|MS|SECS?|SECONDS|MINUTES|HOURS|DAYS|EXPIRY|EXPIRES?|EXPIRATION|LIFETIME|AGE|LENGTH|LEN|SIZE|COUNT|LIMITS?|BUDGET|MAX|MIN|URLS?|URI|ENDPOINT|HOST|PORT|PATH|FILE|DIR|FOLDER|NAMES?|ID|IDS|HEADERS?|TYPE|MODE|ALG|ALGO|ALGORITHMS?|ISSUER|AUDIENCE|SCOPES?|PREFIX|SUFFIX|PROVIDER|STORE|STORAGE|BACKEND|MANAGER|ENABLED|DISABLED|REQUIRED|ROTATION|INTERVAL|RETRIES|FIELD|ENV|VAR|VERSION|POLICY|FORMAT|CACHE|REGION|REF|ARN|LOCATION|SOURCE|METHOD|STRATEGY|PATTERN|REGEX|WORD|STYLE)$/;

/** Many of them are secrets only where the word in front says whose: `API_KEYS`, but not `MAX_TOKENS` or `STOP_TOKENS`. */
const MANY = /^(?:TOKENS|KEYS|PATS)$/;
const OF_ACCESS =
  /^(?:API|AUTH|ACCESS|BEARER|SECRET|PRIVATE|ADMIN|SIGNING|ENCRYPTION|CLIENT|SERVICE|REFRESH|MASTER)$/;

/** Words that mean a secret only behind another: PWD alone is the working directory, SEED a number. */
const NEEDS_OWNER = /^(?:PWD|PASS|PAT|KEY|SEED|COOKIE)$/;
const NUMBERS = /^(?:RANDOM|TEST|SHUFFLE|NUMPY|TORCH|PYTHONHASH)$/;

/** Files by convention, whatever their names say. */
const FILES = /^(?:GOOGLE_APPLICATION_CREDENTIALS|AWS_SHARED_CREDENTIALS_FILE|BOTO_CONFIG)$/;
const PHRASE = /(?:^|_)(?:SEED|RECOVERY|SECRET|BACKUP|MNEMONIC)_?PHRASE$/i;
/** Passwords of services that call them so; elsewhere AUTH is a switch or a kind. */
const AUTH = /(?:^|_)(?:REDIS|BASIC|PROXY|SMTP|DOCKER)_AUTH$/i;

export const namesSecretVariable = (name: string): boolean => {
  if (name.length > 120 || FILES.test(name)) return false;
  if (PHRASE.test(name) || AUTH.test(name)) return true;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[_.\-\s]+/)
    .filter((w) => w !== '');
  return words.some((word, i) => {
    const before = words[i - 1] ?? '';
    const secret = SECRET.test(word)
      ? i > 0 || !NEEDS_OWNER.test(word)
      : MANY.test(word) && OF_ACCESS.test(before);
    if (!secret || words.slice(0, i).some((w) => NOT_BEFORE.test(w))) return false;
    if (word === 'SEED' && (NUMBERS.test(before) || words.length === 2)) return false;
    return !words.slice(i + 1).some((w) => NOT_AFTER.test(w));
  });
};

/** Addresses with room for a password or a token: of databases, of error reports, of webhooks. */
const ADDRESS =
  /(?:^|_)DSN$|(?:^|_)CONN(?:ECTION)?_?STR(?:ING)?$|(?:^|_)(?:DATABASE|DB|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|BROKER|CLICKHOUSE|NEO4J|WEBHOOK)_UR[IL]$/i;

/** Whether a variable of that name holds an address in which a secret may stand. */
export const mayHoldSecret = (name: string): boolean => name.length <= 120 && ADDRESS.test(name);
