import type { Expr, Stmt } from '../../sources/ir.ts';
import { expressionsIn, within } from '../../sources/walk.ts';
import { keyOf, lastNameOf, literalText } from '../../weaknesses/code/names.ts';
import type { Facts } from '../facts.ts';
import { isIssuer, ofRole, type Spot } from '../map.ts';
import { nameOfValue, wordFor, wordOf } from '../words.ts';
import { type AuthorizationRule, lead, places, question, reads, spot } from './concern.ts';

const VERIFIES = /valid|verif|authenticat|authoriz|check|introspect|is_?allowed|permit/i;
const IS_TRUE = (e: Expr | null): boolean =>
  e !== null &&
  ((e.kind === 'literal' && /^(?:true|True)$/.test(e.value ?? '')) ||
    (e.kind === 'list' && e.items[0] !== undefined && IS_TRUE(e.items[0])));

/** `if token: return True`: that one was brought is all that is asked. */
const takesAny = (f: Facts): Spot[] => {
  const { fn } = f.ref;
  if (
    !VERIFIES.test(fn.name) ||
    !fn.params.some((p) => /^(?:token|access-token)$/.test(wordOf(p.name) ?? ''))
  )
    return [];
  // A call, a comparison, a look-up: something is asked after all.
  if (
    f.calls.some((c) => !/^(?:log|debug|info|warn|warning|error|print|println)$/i.test(c.name)) ||
    f.compared.length > 0
  )
    return [];
  return f.statements.flatMap((s) =>
    s.kind === 'if' &&
    /^(?:token|access-token)$/.test(wordFor(s.test, f.meanings) ?? '') &&
    s.then.some((t) => t.kind === 'return' && IS_TRUE(t.value))
      ? [spot(f, fn.at.line), spot(f, s.at.line)]
      : [],
  );
};

/** A part of a token is only compared where it is there. */
const ifPresent = (f: Facts): Spot[] => {
  if (!VERIFIES.test(f.ref.fn.name)) return [];
  const found: Spot[] = [];
  let last: Stmt | null = null;
  let before: Stmt | null = null;
  for (const s of f.statements) {
    if (s.kind === 'if' && s.otherwise.length === 0) {
      // Go: `if exp, ok := claims["exp"].(float64); ok { … }`; others: `if (claims.exp) { … }`, `if exp and …`.
      const named = wordFor(s.test, f.meanings);
      const ok =
        s.test.kind === 'name' &&
        /^ok$/.test(s.test.name) &&
        before?.kind === 'assign' &&
        before.target.kind === 'name'
          ? (wordOf(before.target.name) ?? wordFor(before.value, f.meanings))
          : null;
      const word = named ?? ok;
      if (
        (word === 'expiry' || word === 'audience' || word === 'issuer' || ok === 'expiry') &&
        s.then.some((t) => t.kind === 'if' || t.kind === 'throw') &&
        // A part that is missing is refused elsewhere.
        !f.statements.some(
          (t) =>
            t.kind === 'if' &&
            t !== s &&
            t.test.kind === 'test' &&
            /^(?:!|not|==|===|is)$/.test(t.test.operator) &&
            t.test.operands.some((o) => wordFor(o, f.meanings) === word && word !== null),
        )
      )
        found.push(spot(f, s.at.line));
    }
    before = last?.kind === 'assign' ? last : before;
    last = s;
  }
  return found;
};

/** Claims read out of a token whose signature nobody looks at. */
const unverified = (f: Facts): Spot[] => {
  const splits = f.calls.find(
    (c) =>
      /^(?:split|Split)$/.test(c.name) &&
      c.call.args.some((a) => /^(?:\.|\\\\\.|\\\.)$/.test(literalText(a.value) ?? '')),
  );
  const decodes = f.calls.find(
    (c) =>
      /b64decode|base64|atob|FromBase64|DecodeString|decode$/i.test(c.name) ||
      (c.name === 'from' && c.call.args.some((a) => /base64/.test(literalText(a.value) ?? ''))),
  );
  const checks = f.calls.some((c) =>
    /verify|hmac|signature|validate_?signature|getKey|initVerify|compare_digest|Equal$/i.test(c.name),
  );
  const ofToken = f.ref.fn.params.some((p) => /token|jwt/i.test(p.name)) || f.reads.has('id-token');
  return splits && decodes && !checks && ofToken ? [spot(f, f.ref.fn.at.line), spot(f, splits.line)] : [];
};

const OWN = /^(?:settings|config|cfg|env|environ|process|app_?settings|options|opts|constants)$/i;
const isOwnCredential = (e: Expr): boolean =>
  (e.kind === 'member' &&
    (OWN.test(nameOfValue(e.object)) || OWN.test(keyOf(e.object))) &&
    /token|cookie|key|secret|credential|pat$/i.test(e.property)) ||
  (e.kind === 'call' &&
    /^(?:getenv|get_env|environ|env)$/i.test(lastNameOf(e.callee)) &&
    /token|cookie|key|secret|credential|pat$/i.test(literalText(e.args[0]?.value) ?? '')) ||
  (e.kind === 'index' &&
    /environ|env/i.test(nameOfValue(e.object)) &&
    /token|key|secret/i.test(literalText(e.index) ?? ''));
const isCallers = (e: Expr): boolean =>
  [...within(e)].some(
    (x) =>
      (x.kind === 'call' || x.kind === 'member' || x.kind === 'index') &&
      /^(?:cookies?|headers?|authorization|query|req|request)$/i.test(
        lastNameOf(x.kind === 'call' ? x.callee : x.kind === 'index' ? x.object : x),
      ),
  ) || /^(?:authorization|x-[\w-]*(?:key|token))$/i.test(nameOfValue(e));

/** `request.cookies.get(name) or settings.cookie_value`: who brings nothing acts as the server's operator. */
const fallsBack = (f: Facts): Spot[] => {
  const found: Spot[] = [];
  for (const e of expressionsIn(f.ref.fn.body))
    if (e.kind === 'choice' && e.of.length > 1) {
      const at = e.of.findIndex(isCallers);
      if (at >= 0 && e.of.slice(at + 1).some(isOwnCredential)) found.push(spot(f, e.at.line));
    }
  return found;
};

const CLAIM = /^(?:audience|issuer|resource)$/;

const NAMES_A_HOST = /:\/\/|^(?:localhost|\.?[\w-]{1,63}\.[a-z]{2,})/i;

/** Lines where what is called so is compared with a beginning or an end. */
const byPrefix = (f: Facts, called: RegExp, besides?: RegExp): number[] =>
  f.compared
    .filter(
      (c) =>
        c.how === 'prefix' &&
        c.words.some((w) => called.test(w)) &&
        !(besides && c.words.some((w) => besides.test(w))) &&
        !c.texts.some((t) => t === '/' || /^bearer/i.test(t)) &&
        // `spec.origin.endswith(".py")` is of a file.
        (c.texts.length === 0 || c.texts.some((t) => NAMES_A_HOST.test(t))),
    )
    .map((c) => c.line);

const PROXIES =
  /^(?:createProxyServer|createProxyMiddleware|createProxy|NewSingleHostReverseProxy|ReverseProxy|httpProxy|proxy|MapReverseProxy|AddReverseProxy)$/;

/** RFC 9068 §4, RFC 8707, MCP authorization: a token is for this server, whole, in time, signed; and goes no further. */
export const tokenRules: AuthorizationRule = (map) => {
  const all = map.functions.all.map(map.factsOf);
  const found = [
    ...lead(
      'any-token-is-taken',
      'strong',
      'missing-auth',
      ['CWE-287', 'CWE-303'],
      'A check of tokens takes every one that is not empty',
      'That somebody brought something is all it asks.',
      places(all.flatMap(takesAny)),
      { checks: ['2.2.3'] },
    ),
    ...lead(
      'claim-by-prefix',
      'strong',
      'oauth',
      ['CWE-187', 'CWE-345'],
      'Audience or issuer are compared by their beginning or end',
      'What begins alike is another: a longer host, another path, another tenant.',
      places(all.flatMap((f) => byPrefix(f, CLAIM).map((line) => spot(f, line)))),
    ),
    ...lead(
      'origin-by-prefix',
      'strong',
      'dns-rebinding',
      ['CWE-187', 'CWE-346'],
      'The Origin of a request is compared by its beginning or end',
      'What begins alike is another: a longer host is the name of somebody else.',
      places(all.flatMap((f) => byPrefix(f, /^origin$/, CLAIM).map((line) => spot(f, line)))),
    ),
    ...lead(
      'claim-only-if-present',
      'moderate',
      'oauth',
      ['CWE-613', 'CWE-636'],
      'A part of a token is checked only where the token has it',
      'A token without it passes: without an end, for nobody in particular.',
      places(all.flatMap(ifPresent)),
    ),
    ...lead(
      'token-read-unverified',
      'moderate',
      'oauth',
      ['CWE-347', 'CWE-345'],
      'Claims are read out of a token, and its signature is not looked at',
      'Where the token came straight from its issuer over TLS the claims are as good as the connection; audience and time are not checked either way.',
      places(all.flatMap(unverified)),
    ),
    ...lead(
      'falls-back-to-own-credential',
      'strong',
      'broken-authorization',
      ['CWE-441', 'CWE-636'],
      'A caller who brings no credential is given the server’s own',
      'One account of the operator answers for everybody who asks without one.',
      places(all.flatMap(fallsBack)),
      { checks: ['2.2.1', '2.2.3'] },
    ),
  ];
  const proxies = all.flatMap((f) =>
    f.calls
      // `t.proxy(request)` of a client tells which proxy it goes through; `proxy(address)` sends a request on.
      .filter((c) => PROXIES.test(c.name) && (c.name !== 'proxy' || c.call.callee.kind === 'name'))
      .map((c) => ({ f, line: c.line })),
  );
  const strips = all.some(
    (f) =>
      f.calls.some(
        (c) =>
          /^(?:removeHeader|Del|delete|del|pop|Remove)$/i.test(c.name) &&
          c.call.args.some((a) => /^authorization$/i.test(literalText(a.value) ?? '')),
      ) ||
      f.statements.some(
        (s) =>
          s.kind === 'expr' &&
          s.value.kind === 'other' &&
          s.value.parts.some((p) =>
            /^authorization$/i.test(
              lastNameOf(p) || (p.kind === 'index' ? (literalText(p.index) ?? '') : ''),
            ),
          ),
      ) ||
      f.texts.some((t) => /^proxy_set_header authorization/i.test(t.text)),
  );
  const verifies = all.some((f) => f.calls.some((c) => /jwt|verify|bearer|authenticat/i.test(c.name)));
  if (proxies.length > 0 && verifies && !strips)
    found.push(
      ...lead(
        'authorization-forwarded',
        'moderate',
        'oauth',
        ['CWE-441', 'CWE-522'],
        'Requests go on to another server with the caller’s token in them',
        'Nothing takes the Authorization header out on the way: what was issued for this server is handed to the next (MCP forbids the passing through of tokens).',
        places(proxies.map(({ f, line }) => spot(f, line))),
        { checks: ['2.2.1', '2.2.3'] },
      ),
    );
  if (isIssuer(map)) {
    const refresh = ofRole(map, 'token').filter((e) => reads(e, 'refresh-token'));
    const revoke = ofRole(map, 'revoke');
    found.push(
      ...question(
        'what-ends-a-grant',
        'oauth',
        'What ends a grant: the other token when one is revoked, the family when a refresh token comes twice?',
        revoke.length === 0
          ? 'No revocation was found.'
          : 'Each place that ends or renews something is named.',
        places(
          revoke.map((e) => e.handler),
          refresh.flatMap((e) =>
            e.facts
              .slice(0, 1)
              .flatMap((f) => (f.reads.has('refresh-token') ? [spot(f, f.reads.get('refresh-token')!)] : [])),
          ),
          refresh.flatMap((e) =>
            e.facts.flatMap((f) =>
              f.kept
                .filter((k) => k.thing === 'refresh tokens' && k.op !== 'get')
                .map((k) => spot(f, k.line)),
            ),
          ),
        ).slice(0, 8),
      ),
    );
  }
  return found;
};
