import { within } from '../../sources/walk.ts';
import { lastNameOf, literalText } from '../../weaknesses/code/names.ts';
import { type AuthorizationMap, type Endpoint, ofRole, type Spot } from '../map.ts';
import { wordFor } from '../words.ts';
import {
  type AuthorizationRule,
  answersOf,
  callsOf,
  comparedOf,
  keptOf,
  lead,
  mentions,
  places,
  question,
  reads,
  spot,
  statementsOf,
  textsOf,
} from './concern.ts';

const ASKS_A_PERSON =
  /password|passwd|login|signin|sign_in|userinfo|session|cookie|user|secret|upstream|idp|provider/i;
const HEADERS =
  /frame-ancestors|x-frame-options|xframeoptions|helmet|secure_?headers|frameguard|frame_?options|talisman/i;

/** A step that a setting, or a stand-in for a person, skips. */
const SKIPS =
  /^(?:(?:auto|skip|disable|bypass|no|without)_?(?:consent|approv\w*|auth\w*|login|verif\w*|validat\w*|check\w*)|(?:dev|test|debug|mock|demo|fake|dummy|anonymous)_?(?:user\w*|mode|login|auth\w*|token\w*|account|identity|subject|email))$/i;

const pagesOf = (e: Endpoint): Spot[] => [...answersOf(e, 'page'), ...textsOf(e, /<form\b/i)];

const headersAnywhere = (map: AuthorizationMap): boolean =>
  map.functions.all.some((ref) => {
    const f = map.factsOf(ref);
    return f.texts.some((t) => HEADERS.test(t.text)) || f.calls.some((c) => HEADERS.test(c.name));
  });

const plainName = (name: string): string => name.replace(/[-.]/g, '_').split('_').slice(-3).join('_');

/** RFC 9700 §4, and the MCP guidance for proxies: a person agrees, knowing to whom, where nobody can agree for them. */
export const consentRules: AuthorizationRule = (map) => {
  const authorize = ofRole(map, 'authorize').filter((e) => !e.library && e.facts.length > 0);
  const consent = ofRole(map, 'consent').filter((e) => !e.library && e.facts.length > 0);
  const people = [...authorize, ...consent];
  const callbacks = ofRole(map, 'callback');
  const found = [];
  const silent = authorize.filter(
    (e) =>
      callbacks.length === 0 &&
      consent.length === 0 &&
      (answersOf(e, 'redirect').length > 0 || keptOf(e, ['put'], ['codes']).length > 0) &&
      pagesOf(e).length === 0 &&
      !e.facts.some((f) => f.calls.some((c) => ASKS_A_PERSON.test(c.name))) &&
      !['cookie', 'session', 'identity', 'token'].some((w) =>
        e.facts.slice(0, 1).some((f) => f.reads.has(w as 'cookie')),
      ),
  );
  found.push(
    ...lead(
      'code-without-a-person',
      'strong',
      'missing-auth',
      ['CWE-306', 'CWE-862'],
      'A code is given to whoever asks: nobody logs in, nobody agrees',
      'With registration open as well, everybody who can reach the server gets a token of it.',
      places(
        silent.flatMap((e) => [
          e.handler,
          ...keptOf(e, ['put'], ['codes']).map((k) => spot(k.facts, k.kept.line)),
          ...answersOf(e, 'redirect').slice(-1),
        ]),
      ),
    ),
  );
  const pages = places(people.flatMap(pagesOf));
  const posts = people.filter((e) => e.methods.length === 0 || e.methods.some((m) => m !== 'GET'));
  const forged =
    !people.some((e) => reads(e, 'anti-forgery') || callsOf(e, /csrf|xsrf|antiforgery/i).length > 0) &&
    !people.some((e) => e.before.some((b) => /csrf|xsrf|antiforgery/i.test(b)));
  const agreeing = posts.filter((e) => e.methods.includes('POST') || consent.includes(e));
  if (forged && agreeing.length > 0 && (pages.length > 0 || consent.length > 0))
    found.push(
      ...lead(
        'consent-without-anti-forgery',
        'moderate',
        'csrf',
        ['CWE-352'],
        'What a person agrees to is sent without an anti-forgery token',
        'A page of somebody else can send the form in their browser; the request it names was then agreed to.',
        places(
          agreeing.map((e) => e.handler),
          pages,
        ),
        {
          advice:
            'A value that only names the request is no such token, unless it is bound to the browser that began it.',
        },
      ),
    );
  const byGet = people.filter(
    (e) =>
      reads(e, 'consent') &&
      (e.methods.length === 0 || e.methods.includes('GET')) &&
      comparedOf(e, 'consent').length > 0 &&
      !e.methods.includes('POST'),
  );
  found.push(
    ...lead(
      'consent-by-get',
      'strong',
      'csrf',
      ['CWE-352', 'CWE-650'],
      'Agreeing is a parameter of a GET request',
      'A link, an image, a redirect agrees for the person who opens it.',
      places(
        byGet.flatMap((e) => comparedOf(e, 'consent').map((c) => spot(c.facts, c.compared.line))),
        byGet.flatMap((e) => textsOf(e, /<form\b/i)),
      ),
    ),
  );
  if (pages.length > 0 && !headersAnywhere(map))
    found.push(
      ...lead(
        'page-frameable',
        'moderate',
        'csrf',
        ['CWE-1021'],
        'Pages people log in or agree on may be shown in frames of others',
        'No answer sets frame-ancestors or X-Frame-Options: a click on something else becomes a click on the button.',
        pages.slice(0, 12),
        { checks: ['2.2.3', '3.2.4'] },
      ),
    );
  // What is remembered of an approval.
  const remembered = people.flatMap((e) =>
    e.facts.flatMap((f) => {
      const approves =
        /approv|consent/i.test(f.ref.fn.name) ||
        f.texts.some((t) => /approv|consent/i.test(t.text) && t.text.length < 60);
      if (!approves || !(f.reads.has('cookie') || f.calls.some((c) => /cookie/i.test(c.name)))) return [];
      if (f.compared.some((c) => c.words.includes('redirect-uri') || c.words.includes('scope'))) return [];
      const held = f.compared.filter((c) => c.words.includes('client-id')).map((c) => spot(f, c.line));
      const set = f.texts
        .filter((t) => /max-age|httponly|samesite/i.test(t.text))
        .map((t) => spot(f, t.line));
      return [...held, ...set];
    }),
  );
  found.push(
    ...lead(
      'approval-of-the-client-alone',
      'moderate',
      'oauth',
      ['CWE-863', 'CWE-613'],
      'A cookie remembers that a client was approved, not for what',
      'The next request of that client, with another redirect address or a wider scope, is let through without a word.',
      places(remembered),
    ),
  );
  const forms = agreeing.flatMap((e) =>
    callsOf(
      e,
      /^(?:atob|b64decode|urlsafe_b64decode|parse|loads|decode\w*|FromBase64String|Unmarshal|json_decode)$/i,
    )
      .filter(({ facts, call }) =>
        call.call.args.some((a) =>
          [...within(a.value)].some(
            (x) => wordFor(x, facts.meanings) === 'state' || /state/i.test(lastNameOf(x)),
          ),
        ),
      )
      .map(({ facts, call }) => spot(facts, call.line)),
  );
  if (
    !agreeing.some((e) =>
      callsOf(e, /^(?:verify\w*|jwtVerify|unseal|decrypt\w*|timingSafeEqual|compare_digest|unsign)$/i).some(
        (c) => /state|request/i.test(c.facts.ref.fn.name),
      ),
    )
  )
    found.push(
      ...lead(
        'request-from-the-form',
        'strong',
        'oauth',
        ['CWE-472', 'CWE-345'],
        'What was asked for comes back from the form as the browser sends it',
        'The form holds the whole request, readable and unsigned: what is agreed to is what the one who posts says it is.',
        places(
          forms,
          agreeing.map((e) => e.handler).slice(0, forms.length > 0 ? 1 : 0),
          pages.filter((_, i) => forms.length > 0 && i < 4),
        ),
      ),
    );
  // Steps a setting takes out.
  const skipped = map.endpoints.flatMap((e) =>
    statementsOf(e).flatMap(({ facts, stmt }) =>
      stmt.kind === 'if' &&
      [...within(stmt.test)].some(
        (x) => (x.kind === 'name' || x.kind === 'member') && SKIPS.test(lastNameOf(x)),
      )
        ? [spot(facts, stmt.at.line)]
        : [],
    ),
  );
  const declared = map.functions.all.flatMap((ref) =>
    map
      .factsOf(ref)
      .statements.flatMap((s) =>
        s.kind === 'class'
          ? s.cls.fields.flatMap((field) =>
              SKIPS.test(field.name) ||
              (field.decorators ?? []).some(
                (d) =>
                  d.kind === 'call' && d.args.some((a) => SKIPS.test(plainName(literalText(a.value) ?? ''))),
              )
                ? [{ path: ref.module.path, line: field.at.line }]
                : [],
            )
          : [],
      ),
  );
  const assigned = skippedBy(map);
  if (skipped.length > 0 || assigned.length > 0)
    found.push(
      ...lead(
        'step-skipped-by-setting',
        'moderate',
        'missing-auth',
        ['CWE-489', 'CWE-1188', 'CWE-306'],
        'A setting takes out a step: a login, a consent, a check',
        'With it set, or left at its default, whoever comes is taken for the one it names, or is asked nothing.',
        places(skipped, assigned, declared),
        {
          checks: ['2.2.3', '2.3.3'],
          advice: 'See what the default is, and what the examples and documents set.',
        },
      ),
    );
  // Where certainty ends.
  const issuing = places(
    people.flatMap((e) =>
      keptOf(e, ['put'], ['codes', 'pending requests']).map((k) => spot(k.facts, k.kept.line)),
    ),
    people.map((e) => e.handler),
  );
  const shown = people.flatMap((e) => e.facts.filter((f) => f.answers.some((a) => a.kind === 'page')));
  const named = shown.some(
    (f) =>
      f.reads.has('redirect-uri') ||
      f.reads.has('redirect-uris') ||
      f.texts.some((t) => /redirect/i.test(t.text)),
  );
  if (pages.length > 0 && !named)
    found.push(
      ...question(
        'what-a-person-sees',
        'oauth',
        'What does a person see before they agree: which client, which address, which scope?',
        'The page was found, the redirect address on it was not.',
        places(pages.slice(0, 4), issuing.slice(0, 4)),
      ),
    );
  return found;
};

/** `userId = settings.testUserId`, used where somebody has to have logged in. */
const skippedBy = (map: AuthorizationMap): Spot[] =>
  ofRole(map, 'authorize', 'consent', 'callback', 'token', 'mcp', 'verify').flatMap((e) =>
    statementsOf(e).flatMap(({ facts, stmt }) =>
      stmt.kind === 'assign' && stmt.target.kind === 'name' && mentions(stmt.value, SKIPS)
        ? [spot(facts, stmt.at.line)]
        : [],
    ),
  );
