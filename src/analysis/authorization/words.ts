import type { Expr, Fn } from '../sources/ir.ts';
import { statementsIn } from '../sources/walk.ts';
import { keyOf, lastNameOf, literalText } from '../weaknesses/code/names.ts';

/**
 * The words of authorization (RFC 6749, 7009, 7591, 7636, 8414, 8707, 9728), by which values are told apart wherever they
 * stand: `redirect_uri`, `RedirectURI`, `redirectUri` and `request.args.get("redirect_uri")` are one. Names carry them in
 * every language, since the protocol prescribes them.
 */
export type Word =
  | 'redirect-uri'
  | 'redirect-uris'
  | 'state'
  | 'client-id'
  | 'client-secret'
  | 'code'
  | 'code-verifier'
  | 'code-challenge'
  | 'challenge-method'
  | 'scope'
  | 'resource'
  | 'grant-type'
  | 'refresh-token'
  | 'access-token'
  | 'token'
  | 'id-token'
  | 'audience'
  | 'issuer'
  | 'expiry'
  | 'nonce'
  | 'anti-forgery'
  | 'consent'
  | 'cookie'
  | 'session'
  | 'identity'
  | 'email-verified'
  | 'origin'
  | 'error';

/** By names in lower case without `_` and `-`; the first that fits is it. */
const WORDS: readonly (readonly [Word, RegExp])[] = [
  ['redirect-uris', /^(?:\w*redirect(?:ion)?(?:uri|url)s(?:json)?|callbackurls|allowedcallbacks?)$/],
  ['redirect-uri', /^(?:\w*redirect(?:ion)?(?:uri|url)|redirectto|returnto|returnurl|callbackurl)$/],
  ['challenge-method', /^\w*challengemethod$/],
  ['code-challenge', /^\w*(?:codechallenge|pkcechallenge|challenge)$/],
  ['code-verifier', /^\w*(?:codeverifier|pkceverifier|verifier)$/],
  ['client-secret', /^\w*clientsecret$/],
  ['client-id', /^\w*clientid$/],
  ['grant-type', /^granttypes?$/],
  ['refresh-token', /^\w*refreshtokens?$/],
  ['id-token', /^\w*idtoken$/],
  ['access-token', /^\w*accesstokens?$/],
  ['anti-forgery', /csrf|xsrf|antiforgery/],
  [
    'state',
    /^(?:state|\w*oauthstate|stateparam|stateid|statetoken|originalstate|encryptedstate|clientstate|statekey)$/,
  ],
  ['code', /^(?:code|authcode|authorizationcode|oauthcode|proxycode|granttoken)$/],
  ['scope', /^(?:scopes?|\w*scopes)$/],
  ['resource', /^(?:normali[sz]ed|canonical|expected|requested|target|token)?resource(?:uri|url|id)?$/],
  ['email-verified', /^\w*emailverified$/],
  [
    'identity',
    /^(?:email|useremail|emailaddress|login|githublogin|username|hd|hosteddomain|preferredusername|upn|groups?|orgs?|organizations?|allowedusers?|allowedemails?|allowedusernames|alloweddomains?|domain)$/,
  ],
  ['audience', /^(?:\w*(?:^|[a-z])aud|\w*audiences?)$/],
  ['issuer', /^(?:iss|issuers?|issuerurl)$/],
  ['expiry', /^(?:exp|expiry|expires|expiresat|expiresin|expiration|ttl|maxage)$/],
  ['nonce', /^nonce$/],
  ['consent', /^(?:consent|approved?|approval|decision|confirmed|consentgiven)$/],
  ['origin', /^origin$/],
  ['session', /^(?:session|sessionid|sid)$/],
  ['cookie', /^(?:cookies?|cookieheader|setcookie)$/],
  ['token', /^(?:token|bearertoken|bearer|jwt|authtoken|accesskey)$/],
  ['error', /^(?:error|errordescription)$/],
];

const known = new Map<string, Word | null>();

/** The word a name stands for; null for every other name. */
export const wordOf = (name: string): Word | null => {
  if (name === '' || name.length > 60) return null;
  const held = known.get(name);
  if (held !== undefined) return held;
  const plain = name
    .toLowerCase()
    .replace(/^\$/, '')
    .replace(/[_\-.:]/g, '');
  const word = WORDS.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
  if (known.size < 50_000) known.set(name, word);
  return word;
};

/** `c.req.query("state")`, `r.FormValue("code")`, `header('authorization')`: what a request is asked for by name. */
const ASKS =
  /^(?:get\w*|query\w*|param\w*|form\w*|header\w*|cookie\w*|input|args?|body|value|field|post|find|pop|fetch|dig|string)$/i;

/** The name a value goes by, of whatever asks a request, a record or a form for it. */
export const nameOfValue = (e: Expr, depth = 0): string => {
  if (depth > 8) return '';
  if (e.kind === 'call') {
    const key = literalText(e.args[0]?.value);
    if (key !== null && ASKS.test(lastNameOf(e.callee))) return key;
    // `str(form.get("txn", ""))`, `Array.isArray(x)`: what is handed through one call alone.
    if (
      e.args.length === 1 &&
      !e.isNew &&
      /^(?:str|String|strip|trim|decode\w*|parse\w*|quote|escape|unquote|toString|from|lower|Sprint)$/i.test(
        lastNameOf(e.callee),
      )
    )
      return nameOfValue(e.args[0]!.value, depth + 1);
  }
  if (e.kind === 'choice') {
    for (const of of e.of) {
      const name = nameOfValue(of, depth + 1);
      if (name !== '') return name;
    }
    return '';
  }
  if (e.kind === 'other' && e.parts.length === 1) return nameOfValue(e.parts[0]!, depth + 1);
  return keyOf(e);
};

/** Words that local names stand for, beyond what they are called. */
export type Meanings = ReadonlyMap<string, Word>;

export const wordFor = (e: Expr, meanings: Meanings): Word | null => {
  const name = nameOfValue(e);
  return wordOf(name) ?? meanings.get(name) ?? null;
};

/** What local names of a function mean: given a value of a word, taken out of a record, or an item of a list of them. */
export const meaningsOf = (fn: Fn): Meanings => {
  const found = new Map<string, Word>();
  for (const p of fn.params)
    for (const part of p.parts) {
      const word = wordOf(part.path.split('.').at(-1) ?? '');
      if (word && !wordOf(part.name)) found.set(part.name, word);
    }
  for (const p of fn.params)
    for (const d of p.decorators ?? [])
      if (d.kind === 'call') {
        const word = wordOf(literalText(d.args[0]?.value) ?? '');
        if (word && !wordOf(p.name)) found.set(p.name, word);
      }
  const say = (name: string, word: Word | null): void => {
    if (word && !wordOf(name)) found.set(name, word);
  };
  for (const s of statementsIn(fn.body)) {
    if (s.kind === 'assign') {
      if (s.target.kind === 'name') say(s.target.name, wordFor(s.value, found));
      if (s.target.kind === 'parts')
        for (const p of s.target.parts) if (p.target.kind === 'name') say(p.target.name, wordOf(p.path));
    }
    if (s.kind === 'loop' && s.target?.kind === 'name' && s.over) say(s.target.name, wordFor(s.over, found));
    if (s.kind === 'loop' && s.target?.kind === 'parts' && s.over)
      for (const p of s.target.parts)
        if (p.target.kind === 'name') say(p.target.name, wordFor(s.over, found));
  }
  return found;
};
