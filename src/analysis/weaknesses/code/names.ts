import { namesSecretVariable } from '../../repository/secret-variables.ts';
import type { Expr } from '../../sources/ir.ts';
import { namesSecret } from '../secret-names.ts';

/** What expressions are called: the word by which a person, and these rules, judge what a value is. */

/** Calls that look something up under the name they are given: `getenv("X")`, `config.get<string>("X")`, `env::var("X")`. */
const LOOKS_UP =
  /^(?:get|get_?env|env|var|var_os|require|fetch|lookup\w*|get(?:String|Text|Property|Value|Secret|Config|OrThrow|OrDefault|Env\w*|_secret\w*|_str\w*)|string|str|value|property|setting|config|read|environ)$/i;

export const literalText = (e: Expr | undefined): string | null =>
  e?.kind === 'literal' && e.isString ? e.value : null;

export const lastNameOf = (e: Expr): string =>
  e.kind === 'name'
    ? e.name
    : e.kind === 'member'
      ? e.property
      : e.kind === 'call'
        ? lastNameOf(e.callee)
        : '';

/** The name under which a value is kept or looked up: `JWT_SECRET`, `apiKey`; '' when it has none. */
export const keyOf = (e: Expr, depth = 0): string => {
  if (depth > 8) return '';
  switch (e.kind) {
    case 'name':
      return e.name;
    case 'member':
      // `X?` and `x.value` say nothing themselves.
      return /^(?:value|get_secret_value|unwrap|clone|to_string|toString|as_str|trim|strip)$/.test(e.property)
        ? keyOf(e.object, depth + 1)
        : e.property;
    case 'index':
      return literalText(e.index) ?? '';
    case 'call': {
      const last = lastNameOf(e.callee);
      const key = literalText(e.args[0]?.value);
      if (key !== null && LOOKS_UP.test(last)) return key;
      if (e.args.length === 0 && /^get[A-Z]/.test(last)) return last.slice(3);
      if (e.args.length === 0 && e.callee.kind === 'member') return keyOf(e.callee.object, depth + 1);
      if (/^(?:String|str|string|SecretStr)$/.test(last) && e.args[0])
        return keyOf(e.args[0].value, depth + 1);
      return '';
    }
    case 'choice':
      return e.of.map((x) => keyOf(x, depth + 1)).find((k) => k !== '') ?? '';
    default:
      return '';
  }
};

/** Says whether there is a secret, or how many: not the secret. */
const ABOUT =
  /^(?:has|is|no|num|count|with|without|should|can|must|use|needs?|missing|valid|invalid)(?:[A-Z_]|$)/;

/** What is left of a secret once it may be shown: `safe_ssh_key`, `maskedToken`. */
const MADE_SHOWABLE =
  /^_?(?:safe|masked|redacted|saniti[sz]ed|scrubbed|obfuscated|censored|anonymi[sz]ed|hidden|hashed|encrypted|truncated|shortened|abbreviated)(?:[A-Z_]|$)/;

/** A key in code is mostly one of a map, an issue or a file; these words make it one that opens something. */
const OPENS =
  /(?:api|access|private|secret|sign(?:ing)?|encrypt(?:ion)?|decrypt(?:ion)?|master|auth|account|service|ssh|hmac|jwt|aes|storage_account|subscription|license|admin)_?key$/i;

/** The secret's own word stands last, or before one that says in which form it is held. */
const ENDS =
  /(?:token|secret|password|passwd|pwd|pass|passphrase|credential|creds|key|pat|mnemonic|cookie|authorization|bearer|connection_?string|conn_?str|auth_?header)s?_?(?:value|raw|plain|plaintext|text|string|str|hex|b64|base64|new|old|\d{1,3})?$/i;

/** A key, also with the form it is held in: `epic_key_value` is what stands in a map under a key of an epic. */
const A_KEY = /keys?(?:_?(?:value|text|string|str|new|old|\d{1,3}))?$/i;

/** `user_email_from_creds` is an address, `tokenForUser` a token: what stands after such a word says where it comes from or goes. */
const headOf = (name: string): string =>
  /^(.+?)(?:_(?:from|by|via|for|with|without|per)_|(?:From|By|Via|For|With|Without|Per)[A-Z])/.exec(
    name,
  )?.[1] ?? name;

/** Whether a name holds a secret's value. */
export const isSecret = (full: string): boolean => holdsSecretValue(headOf(full));

const holdsSecretValue = (name: string): boolean =>
  name !== '' &&
  ENDS.test(name) &&
  !ABOUT.test(name) &&
  !MADE_SHOWABLE.test(name) &&
  (namesSecret(name) ||
    (namesSecretVariable(name) && (!A_KEY.test(name) || OPENS.test(name.replace(A_KEY, 'key'))))) &&
  !/(?:progress|cancel\w*|page|next|cursor|sync|continuation|x-atlassian)[-_]?token|ctx_?key/i.test(name);

/** The root of a chain: `req` of `req.headers["x-api-key"]`. */
export const rootOf = (e: Expr): string => {
  let at = e;
  for (;;)
    if (at.kind === 'member' || at.kind === 'index') at = at.object;
    else if (at.kind === 'call') at = at.callee;
    else return at.kind === 'name' ? at.name : '';
};
