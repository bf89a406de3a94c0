import type { Expr } from '../../sources/ir.ts';
import { within } from '../../sources/walk.ts';
import { lastNameOf, literalText } from '../../weaknesses/code/names.ts';
import type { Facts } from '../facts.ts';
import { type Endpoint, ofRole, type Spot } from '../map.ts';
import { wordFor } from '../words.ts';
import {
  type AuthorizationRule,
  callsOf,
  comparedOf,
  lead,
  places,
  reads,
  readsOf,
  spot,
  textsOf,
} from './concern.ts';

const CHECKS_REDIRECT =
  /redirect\w{0,20}(?:valid|allow|match|regist|check|permit)|(?:valid|allow|check|match|verify|assert|permit|ensure)\w{0,20}redirect|parse_?auth(?:orization)?_?request|lookup_?client_?redirect/i;

/** Whether an address is held against something: a list, the kept one, a function named so. */
const checked = (e: Endpoint): boolean =>
  e.library ||
  comparedOf(e, 'redirect-uri', 'redirect-uris').some(({ compared }) => compared.how !== 'prefix') ||
  callsOf(e, CHECKS_REDIRECT).length > 0;

const SCHEMES = /^(?:https?:?|http|localhost|127\.0\.0\.1|\[?::1\]?|https?:\/\/\S*|\^?https\??\S*)$/i;

/** Where a redirect goes to an address the request brought. */
const redirectsThere = (e: Endpoint): Spot[] =>
  e.facts.flatMap((f) =>
    f.answers
      .filter(
        (a) =>
          a.kind === 'redirect' && [...within(a.what)].some((x) => wordFor(x, f.meanings) === 'redirect-uri'),
      )
      .map((a) => spot(f, a.line)),
  );

const isEncoded = (e: Expr): boolean => e.kind === 'call' || e.kind === 'literal';

/** An error or a state that came with the request; one that was made here holds nothing to be afraid of. */
const isBrought = (e: Expr, f: Facts): boolean => {
  if (!/^(?:state|error)$/.test(wordFor(e, f.meanings) ?? '')) return false;
  return !f.statements.some(
    (s) =>
      s.kind === 'assign' &&
      s.target.kind === 'name' &&
      e.kind === 'name' &&
      s.target.name === e.name &&
      s.value.kind === 'call' &&
      wordFor(s.value, f.meanings) === null,
  );
};

/** `…?error=${error}`: a value of the request within an address, not encoded. */
const rawInAddress = (f: Facts): Spot[] =>
  f.answers
    .filter((a) => a.kind === 'redirect')
    .flatMap((a) =>
      [...within(a.what)].flatMap((x) => {
        if (x.kind !== 'text') return [];
        return x.parts.some((p, i) => {
          const before = literalText(x.parts[i - 1] ?? p);
          return before !== null && /[?&]\w{1,40}=$/.test(before) && !isEncoded(p) && isBrought(p, f);
        })
          ? [spot(f, x.at.line)]
          : [];
      }),
    );

const CONFIGURES = /env|settings|config|option|flag/i;

/** An address of the operator's own, held against another of theirs: no request brings it. */
const isConfigured = (f: Facts, compared: readonly string[]): boolean =>
  f.statements.some(
    (s) =>
      s.kind === 'assign' &&
      s.target.kind === 'name' &&
      compared.includes(s.target.name) &&
      [...within(s.value)].some((x) => CONFIGURES.test(lastNameOf(x))),
  );

/** RFC 9700 §2.1: the address a code goes to is one that was registered, compared as a whole, at every step. */
export const redirectRules: AuthorizationRule = (map) => {
  const authorize = ofRole(map, 'authorize').filter(
    (e) => !e.library && e.facts.length > 0 && reads(e, 'redirect-uri'),
  );
  const unchecked = authorize.filter((e) => !checked(e));
  const after = ofRole(map, 'consent', 'callback').filter((e) => !e.library);
  const found = [];
  if (unchecked.length > 0 && authorize.every((e) => !checked(e)))
    found.push(
      ...lead(
        'redirect-not-registered',
        'strong',
        'oauth',
        ['CWE-601', 'CWE-863'],
        'The redirect address of a request is compared with none that was registered',
        'A link with another address sends the code, and with it what the person is asked to allow, to whoever wrote the link. Answers on errors and on refusal go there as well.',
        places(
          unchecked.flatMap((e) => readsOf(e, 'redirect-uri').slice(0, 1)),
          unchecked.map((e) => e.handler),
          unchecked.flatMap(redirectsThere),
          after.flatMap(redirectsThere).slice(0, 6),
        ),
      ),
    );
  const byPart = ofRole(map, 'authorize', 'token', 'callback', 'register').flatMap((e) =>
    comparedOf(e, 'redirect-uri')
      .filter(({ facts, compared }) => compared.how === 'prefix' && !isConfigured(facts, compared.names))
      .map(({ facts, compared }) => spot(facts, compared.line)),
  );
  found.push(
    ...lead(
      'redirect-by-prefix',
      'strong',
      'oauth',
      ['CWE-601', 'CWE-187'],
      'Redirect addresses are compared by their beginning, end or a part',
      'What begins alike can be another host (`https://good.example.evil`), or another page of the same that sends on.',
      places(byPart),
    ),
  );
  const open = ofRole(map, 'register').filter(
    (e) =>
      !e.library &&
      e.facts.length > 0 &&
      (reads(e, 'redirect-uris') || reads(e, 'redirect-uri')) &&
      !e.facts.some(
        (f) =>
          f.texts.some((t) => SCHEMES.test(t.text)) &&
          /redirect|register|valid|url|uri/i.test(`${f.ref.fn.name}${[...f.reads.keys()].join(' ')}`) &&
          f.statements.some((s) => s.kind === 'if' || s.kind === 'return'),
      ),
  );
  found.push(
    ...lead(
      'redirect-of-any-kind',
      'moderate',
      'oauth',
      ['CWE-601', 'CWE-20'],
      'Whoever registers may name redirect addresses of any scheme and host',
      'No scheme and no host is asked for where a client is registered: `http:` sends codes in clear, others hand them to whatever opens that scheme.',
      places(open.flatMap((e) => [...readsOf(e, 'redirect-uris').slice(0, 2), e.handler])),
      { advice: 'See whether the registered name and address are shown to the person who agrees.' },
    ),
  );
  const raw = map.endpoints.filter((e) => !e.library).flatMap((e) => e.facts.flatMap(rawInAddress));
  found.push(
    ...lead(
      'redirect-built-raw',
      'weak',
      'oauth',
      ['CWE-74', 'CWE-601'],
      'Values of the request are put into a redirect address as they came',
      'Whoever writes the value writes more of the address: another parameter, a second code.',
      places(raw),
    ),
  );
  const hosts = ofRole(map, 'metadata', 'authorize', 'callback', 'register').flatMap((e) =>
    textsOf(e, /^(?:x-forwarded-(?:host|proto)|forwarded|host)$/i),
  );
  found.push(
    ...lead(
      'forwarded-host-reflected',
      'moderate',
      'oauth',
      ['CWE-644', 'CWE-346'],
      'Addresses of the protocol are built from a header of the request',
      'Who can set the header, or poison a cache, names the endpoints that clients send codes and secrets to.',
      places(hosts),
      {
        checks: ['2.2.3', '3.2.3'],
        advice: 'See whether a proxy in front sets it, and whether a setting goes before it.',
      },
    ),
  );
  return found;
};
