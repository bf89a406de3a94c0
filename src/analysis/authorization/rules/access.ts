import type { Expr, Fn } from '../../sources/ir.ts';
import { within } from '../../sources/walk.ts';
import { lastNameOf, literalText } from '../../weaknesses/code/names.ts';
import type { Compared } from '../compared.ts';
import { type AuthorizationMap, type Endpoint, isIssuer, ofRole, type Spot } from '../map.ts';
import { wordFor, wordOf } from '../words.ts';
import {
  type AuthorizationRule,
  callsOf,
  comparedOf,
  keptOf,
  lead,
  mentions,
  places,
  question,
  reads,
  readsOf,
  spot,
  statementsOf,
} from './concern.ts';

const GOES_ON = /^(?:next|call_?next|ServeHTTP|proceed|doFilter|_?next|app)$/i;
const PATH = /^(?:path|pathname|url|originalUrl|RequestURI|path_?info|request_?path|getRequestURI|Path)$/i;
const GUARDS = /auth|bearer|protect|jwt|guard|require|login|session_required|api_?key|principal|secur/i;

const goesOn = (body: Fn['body']): boolean =>
  body.some(
    (s) =>
      (s.kind === 'return' || s.kind === 'expr') &&
      s.value !== null &&
      [...within(s.value)].some((e) => e.kind === 'call' && GOES_ON.test(lastNameOf(e.callee))),
  );

const asksPath = (e: Expr): 'prefix' | 'equal' | null => {
  let how: 'prefix' | 'equal' | null = null;
  for (const x of within(e)) {
    if (
      x.kind === 'call' &&
      /^(?:startsWith|startswith|HasPrefix|StartsWith|start_with\?|includes|contains|Contains|match|test|endsWith|endswith)$/.test(
        lastNameOf(x.callee),
      ) &&
      ((x.callee.kind === 'member' && PATH.test(lastNameOf(x.callee.object))) ||
        x.args.some((a) => PATH.test(lastNameOf(a.value))))
    )
      how = 'prefix';
    else if (
      x.kind === 'test' &&
      /^(?:==|===|in|is)$/.test(x.operator) &&
      x.operands.some((o) => PATH.test(lastNameOf(o))) &&
      x.operands.length > 1
    )
      how ??= 'equal';
  }
  return how;
};

/** `if (req.path.startsWith('/.well-known/')) return next()`: what begins so passes, whatever it is. */
const skipped = (map: AuthorizationMap): { at: Spot; how: 'prefix' | 'equal' }[] =>
  map.functions.all.flatMap((ref) => {
    const f = map.factsOf(ref);
    const guarding =
      GUARDS.test(ref.fn.name) ||
      GUARDS.test(ref.cls?.name ?? '') ||
      f.calls.some(
        (c) =>
          GUARDS.test(c.name) ||
          /^(?:401|403)$/.test(literalText(c.call.args[0]?.value) ?? '') ||
          (c.name === 'status' &&
            c.call.args.some((a) => a.value.kind === 'literal' && /^40[13]$/.test(a.value.value ?? ''))),
      );
    if (!guarding || (ref.fn.name === '' && ref.fn.params.length === 0)) return [];
    return f.ref.fn.body.flatMap((s) => {
      if (s.kind !== 'if' || !goesOn(s.then)) return [];
      const how = asksPath(s.test);
      // One path, compared as a whole, is what it says; beginnings and parts are more than they say.
      return how === 'prefix' ? [{ at: spot(f, s.at.line), how }] : [];
    });
  });

const guardedGlobally = (map: AuthorizationMap): boolean =>
  map.functions.all.some((ref) =>
    map
      .factsOf(ref)
      .calls.some(
        (c) =>
          (/^(?:use|add_middleware|Use|UseMiddleware|before_request|addFilter\w*|layer|wrap|register|addHook|with_auth|RequireAuthorization|authorizeHttpRequests|securityMatcher)$/.test(
            c.name,
          ) &&
            (c.call.args.some((a) => mentions(a.value, GUARDS)) ||
              /RequireAuthorization|authorizeHttpRequests/.test(c.name))) ||
          (/^(?:FastMCP|McpServer|create_proxy|Starlette|OAuthProvider|FastMCPProxy)$/.test(c.name) &&
            c.call.args.some(
              (a) =>
                /^(?:auth|auth_server_provider|token_verifier|middleware)$/.test(a.name ?? '') ||
                (a.value.kind === 'record' &&
                  a.value.entries.some((e) => /^(?:auth|apiHandlers?|authorizeEndpoint)$/.test(e.key))),
            )),
      ),
  );

const guarded = (e: Endpoint): boolean =>
  e.before.some((b) => GUARDS.test(b)) ||
  reads(e, 'token') ||
  reads(e, 'access-token') ||
  reads(e, 'session') ||
  reads(e, 'cookie') ||
  reads(e, 'identity') ||
  callsOf(e, GUARDS).length > 0 ||
  e.facts.some((f) => f.texts.some((t) => /^(?:authorization|x-api-key)$/i.test(t.text)));

/** Learns who somebody is, of a provider or of the token it gave. */
const IDENTITY =
  /^(?:get_?authenticated\w*|get_?user_?(?:info|profile|data)?|fetch_?user\w*|user_?info|verify_?id_?token|exchange_?code\w*|get_?profile|extract_?user_?claims\w*|upsert_?\w{0,20}user|parse_?id_?token|complete_?authorization)$/i;
const NARROWS = /allow|permit|admin|member|white|domain|users|usernames|emails|groups|orgs?$|^hd$/i;

/** Where a handler itself puts something into a store, or takes it out. */
const changesOf = (e: Endpoint): Spot[] => [
  ...keptOf(e, ['put', 'drop'])
    .filter((k) => e.facts.indexOf(k.facts) < 3)
    .map((k) => spot(k.facts, k.kept.line)),
  ...e.facts
    .slice(0, 1)
    .flatMap((f) =>
      f.calls
        .filter(
          (c) =>
            /^(?:delete|remove|cleanup|set|save|put|update|clear|purge|reset)\w*$/i.test(c.name) &&
            c.call.callee.kind === 'member' &&
            /store|service|repo|cache|db|database|state|manager|storage|registry/i.test(
              lastNameOf(c.call.callee.object),
            ),
        )
        .map((c) => spot(f, c.line)),
    ),
];

/** Who is let in at all, and which ways lead around being asked. */
export const accessRules: AuthorizationRule = (map) => {
  const found = [];
  const around = skipped(map);
  found.push(
    ...lead(
      'authentication-skipped-by-path',
      'strong',
      'missing-auth',
      ['CWE-288', 'CWE-863'],
      'Authentication is skipped by the path of a request',
      'What stands behind it answers every path that is let through, with every method, also where no route of that path is there: a proxy or a catch-all among them.',
      places(around.map((a) => a.at)),
      {
        advice:
          'Follow a request with such a path to the end: which handler gets it, and is the path changed on the way?',
      },
    ),
  );
  const global = guardedGlobally(map);
  const remote = isIssuer(map) || map.endpoints.some((e) => e.role === 'metadata');
  const mcp = ofRole(map, 'mcp').filter(
    (e) => e.facts.length > 0 && e.methods.every((m) => m !== 'OPTIONS') && !guarded(e),
  );
  if (remote && !global)
    found.push(
      ...lead(
        'mcp-route-open',
        'strong',
        'missing-auth',
        ['CWE-306'],
        'The route of the protocol asks for no token, beside routes that issue them',
        'Neither what stands before it nor what it calls reads a credential: the tokens that are handed out open nothing that is shut.',
        places(
          mcp.map((e) => e.handler),
          mcp.map((e) => e.at),
        ),
        { advice: 'See whether a proxy or a framework setting asks for it.' },
      ),
    );
  const changing = map.others.filter(
    (e) =>
      remote &&
      !global &&
      e.facts.length > 0 &&
      !guarded(e) &&
      changesOf(e).length > 0 &&
      (e.methods.length === 0 || e.methods.some((m) => m !== 'GET' && m !== 'HEAD' && m !== 'OPTIONS')),
  );
  found.push(
    ...lead(
      'open-route-changes',
      'strong',
      'missing-auth',
      ['CWE-306', 'CWE-862'],
      'Routes that change what is kept ask nobody who they are',
      'They stand beside routes that issue tokens, and read none.',
      places(
        changing.map((e) => e.handler),
        changing.flatMap((e) => changesOf(e)).slice(0, 6),
        changing.map((e) => e.at),
      ),
    ),
  );
  // Whom the upstream provider's word lets in.
  const logins = [...ofRole(map, 'callback', 'consent', 'token')].filter(
    (e) => e.facts.length > 0 && !e.library,
  );
  const knows = logins.flatMap((e) => callsOf(e, IDENTITY).map((c) => spot(c.facts, c.call.line)));
  const narrows = (c: Compared): boolean =>
    c.words.includes('identity') && c.names.some((n) => NARROWS.test(n));
  const onTheWay = logins.some((e) => e.facts.some((f) => f.compared.some(narrows)));
  const elsewhere = map.functions.all.flatMap((ref) =>
    map
      .factsOf(ref)
      .compared.filter(narrows)
      .map((c) => spot(map.factsOf(ref), c.line)),
  );
  if (knows.length > 0 && !onTheWay)
    found.push(
      ...question(
        'who-is-let-in',
        'missing-auth',
        elsewhere.length > 0
          ? 'Which accounts of the provider are let in? Names are only compared further on'
          : 'Which accounts of the provider are let in? Nothing that narrows them was found on the way',
        elsewhere.length > 0
          ? 'Where a person comes back their identity is read, and held against nothing; a list is asked at the last places named.'
          : 'Where a person comes back their identity is read, and held against no list, domain or group.',
        places(
          knows,
          logins.filter((e) => e.role === 'callback').map((e) => e.handler),
          elsewhere,
        ).slice(0, 10),
        {
          advice:
            'Look for a list in settings of the provider, of the proxy in front, or where tools are called.',
        },
      ),
    );
  // What a mail address is worth.
  const mails = map.functions.all.flatMap((ref) => {
    const f = map.factsOf(ref);
    const lists = f.compared.filter(
      (c) => c.how === 'member' && c.names.some((n) => /^(?:email|useremail|user_email)$/i.test(n)),
    );
    return lists.map((c) => spot(f, c.line));
  });
  const asksVerified = map.functions.all.some((ref) =>
    map
      .factsOf(ref)
      .statements.some(
        (s) =>
          s.kind === 'if' &&
          [...within(s.test)].some((x) => wordFor(x, map.factsOf(ref).meanings) === 'email-verified'),
      ),
  );
  if (!asksVerified)
    found.push(
      ...lead(
        'email-unverified',
        'moderate',
        'broken-authorization',
        ['CWE-290', 'CWE-287'],
        'A mail address decides who is let in, and nothing asks whether it was verified',
        'Some providers let people write any address into their profile.',
        mails.length === 0
          ? []
          : places(mails, logins.flatMap((e) => readsOf(e, 'email-verified')).slice(0, 2)),
      ),
    );
  // Scopes and audiences as the client asks.
  if (isIssuer(map)) {
    const own = ofRole(map, 'authorize', 'token', 'callback', 'consent').filter((e) => !e.library);
    const scoped = own.filter((e) => reads(e, 'scope'));
    const held = map.endpoints.some(
      (e) =>
        comparedOf(e, 'scope').length > 0 ||
        callsOf(
          e,
          /(?:valid|check|allow|filter|intersect|narrow|restrict)\w{0,20}scope|scope\w{0,20}(?:valid|allow|check|supported)/i,
        ).length > 0,
    );
    if (scoped.length > 0 && !held)
      found.push(
        ...question(
          'scope-as-asked',
          'oauth',
          'Who narrows the scope that a client asks for, and who asks for it when a tool is called?',
          'It is read, kept and given; a comparison with what is supported, registered or agreed to was not found.',
          places(scoped.flatMap((e) => readsOf(e, 'scope').slice(0, 2))).slice(0, 8),
        ),
      );
    const audience = own.flatMap((e) =>
      statementsOf(e).flatMap(({ facts, stmt }) =>
        stmt.kind === 'assign' &&
        stmt.target.kind === 'name' &&
        wordOf(stmt.target.name) === 'audience' &&
        wordFor(stmt.value, facts.meanings) === 'resource'
          ? [spot(facts, stmt.at.line)]
          : [],
      ),
    );
    if (audience.length > 0 && !own.some((e) => comparedOf(e, 'resource').length > 0))
      found.push(
        ...lead(
          'audience-as-asked',
          'moderate',
          'oauth',
          ['CWE-863', 'CWE-345'],
          'The resource a client names becomes the audience of its token',
          'It is compared with no list: a token for any service that trusts this issuer is there for the asking.',
          places(audience),
        ),
      );
  }
  return found;
};
