import { within } from '../../sources/walk.ts';
import { lastNameOf } from '../../weaknesses/code/names.ts';
import type { Facts } from '../facts.ts';
import { type AuthorizationMap, type Endpoint, ofRole, type Spot } from '../map.ts';
import { wordFor, wordOf } from '../words.ts';
import {
  type AuthorizationRule,
  callsOf,
  comparedOf,
  keptOf,
  lead,
  places,
  reads,
  readsOf,
  spot,
} from './concern.ts';

const LOCKS = /transaction|with_for_update|lock|begin|atomic|eval(?:sha)?$|multi|getdel/i;
const MARKS = /mark_?(?:as_?)?used|set_?used|consume|invalidate/i;

const tokenEndpoints = (map: AuthorizationMap): readonly Endpoint[] =>
  ofRole(map, 'token').filter((e) => !e.library && e.facts.length > 0);

/** A value of one word given under the name of another: `access_token: code`, `code = request.refresh_token`. */
const given = (f: Facts, name: string, value: string): Spot[] => {
  const found: Spot[] = [];
  for (const s of f.statements) {
    if (
      s.kind === 'assign' &&
      s.target.kind === 'name' &&
      wordOf(s.target.name) === name &&
      wordFor(s.value, f.meanings) === value
    )
      found.push(spot(f, s.at.line));
    for (const top of s.kind === 'assign' || s.kind === 'expr' || s.kind === 'return' ? [s.value] : [])
      if (top)
        for (const e of within(top))
          if (e.kind === 'record') {
            for (const x of e.entries)
              if (wordOf(x.key) === name && wordFor(x.value, f.meanings) === value)
                found.push(spot(f, x.value.at.line));
          }
  }
  return found;
};

/** `pop` that is `get` and then `delete`: two who come at once both get it. */
const twoSteps = (map: AuthorizationMap): Spot[] =>
  map.functions.all.flatMap((ref) => {
    if (!/^(?:pop|take|consume|redeem|get_?and_?(?:delete|remove|consume))/i.test(ref.fn.name)) return [];
    const f = map.factsOf(ref);
    if (!ref.fn.isAsync && ['javascript', 'python'].includes(ref.module.language)) return [];
    const get = f.calls.find((c) => /^(?:get|find|load|GetEntityAsync|Get|read)\w*$/.test(c.name));
    const drop = f.calls.find(
      (c) => /^(?:delete|del|remove)\w*$/i.test(c.name) && get !== undefined && c.line >= get.line,
    );
    return get &&
      drop &&
      !f.calls.some(
        (c) =>
          LOCKS.test(c.name) ||
          c.name === 'pipeline' ||
          /etag/i.test(JSON.stringify(c.call.args.map((a) => lastNameOf(a.value)))),
      )
      ? [spot(f, ref.fn.at.line), spot(f, drop.line)]
      : [];
  });

/** RFC 6749 §4.1.3, RFC 7636, RFC 9700 §2.1.1: a code is good once, for whom it was issued, with what was agreed. */
export const codeRules: AuthorizationRule = (map) => {
  const tokens = tokenEndpoints(map);
  const found = [];
  const takesCode = tokens.filter((e) => reads(e, 'code'));
  const unbound = takesCode.filter((e) => comparedOf(e, 'client-id').length === 0);
  const noAddress = takesCode.filter((e) => comparedOf(e, 'redirect-uri').length === 0);
  if (unbound.length > 0 || noAddress.length > 0)
    found.push(
      ...lead(
        'code-not-bound',
        unbound.length > 0 ? 'moderate' : 'weak',
        'oauth',
        ['CWE-863', 'CWE-345'],
        `A code is redeemed without a look at ${unbound.length > 0 ? (noAddress.length > 0 ? 'the client and the redirect address' : 'the client') : 'the redirect address'} it was issued for`,
        'Who gets hold of a code of another client can redeem it as their own.',
        places(
          [...unbound, ...noAddress].flatMap((e) => [
            e.handler,
            ...keptOf(e, ['get', 'take'], ['codes'])
              .map((k) => spot(k.facts, k.kept.line))
              .slice(0, 2),
          ]),
        ),
        { advice: 'Where PKCE is required and checked, the address may be left out; the client may not.' },
      ),
    );
  const echoed = tokens.flatMap((e) =>
    e.facts.flatMap((f) => [...given(f, 'access-token', 'code'), ...given(f, 'token', 'code')]),
  );
  found.push(
    ...lead(
      'token-is-the-code',
      'strong',
      'oauth',
      ['CWE-287', 'CWE-345'],
      'What is sent as a code comes back as an access token',
      'Nothing is redeemed: whoever asks decides what the token is.',
      places(echoed),
    ),
  );
  const swapped = ofRole(map, 'authorize', 'callback', 'consent').flatMap((e) =>
    e.facts.flatMap((f) => [...given(f, 'code', 'token'), ...given(f, 'code', 'access-token')]),
  );
  found.push(
    ...lead(
      'token-as-code',
      'strong',
      'oauth',
      ['CWE-598', 'CWE-522'],
      'A token itself travels as the code',
      'It stands in addresses, histories and logs, and is good for as long as the token is.',
      places(swapped),
    ),
  );
  const mixed = tokens.flatMap((e) => e.facts.flatMap((f) => given(f, 'code', 'refresh-token')));
  found.push(
    ...lead(
      'code-and-refresh-mixed',
      'strong',
      'oauth',
      ['CWE-863', 'CWE-843'],
      'Codes and refresh tokens are redeemed from one place',
      'A code handed in as a refresh token skips what is asked of a code: the verifier, the client, its short life.',
      places(
        mixed,
        tokens
          .flatMap((e) =>
            keptOf(e, ['take', 'get', 'put'], ['codes', 'refresh tokens', 'tokens']).map((k) =>
              spot(k.facts, k.kept.line),
            ),
          )
          .slice(0, mixed.length > 0 ? 4 : 0),
      ),
    ),
  );
  const raced: Spot[] = [];
  const never: Spot[] = [];
  for (const e of takesCode)
    for (const thing of ['codes', 'refresh tokens'] as const) {
      const gets = keptOf(e, ['get'], [thing]);
      const ends = [
        ...keptOf(e, ['drop'], [thing]).map((k) => spot(k.facts, k.kept.line)),
        ...callsOf(e, MARKS).map((c) => spot(c.facts, c.call.line)),
      ];
      if (
        gets.length === 0 ||
        keptOf(e, ['take'], [thing]).length > 0 ||
        e.facts.slice(0, 1).some((f) => f.calls.some((c) => LOCKS.test(c.name)))
      )
        continue;
      const first = gets[0]!;
      if (ends.length > 0) raced.push(spot(first.facts, first.kept.line), ...ends.slice(0, 5));
      else if (thing === 'codes') never.push(spot(first.facts, first.kept.line));
    }
  found.push(
    ...lead(
      'code-not-single-use',
      'strong',
      'oauth',
      ['CWE-294'],
      'A code is looked up and never removed',
      'It is good again and again until it expires, if it does.',
      places(never),
    ),
    ...lead(
      'code-redeemed-in-two-steps',
      'moderate',
      'oauth',
      ['CWE-367', 'CWE-362'],
      'A code or refresh token is read, checked, and ended in steps of their own',
      'Two requests that come at once, to one instance or to two, both find it good.',
      places(raced, twoSteps(map)),
      {
        advice: 'See whether the store can take it out in one step, or has a transaction around both.',
      },
    ),
  );
  const long = tokens.flatMap((e) =>
    keptOf(e, ['put', 'get', 'take'], ['codes', 'tokens'])
      .filter((k) => /code/i.test(`${k.kept.store}${k.facts.ref.fn.name}`))
      .flatMap((k) => statementsDays(k.facts)),
  );
  found.push(
    ...lead(
      'code-lives-long',
      'moderate',
      'oauth',
      ['CWE-613'],
      'What codes are kept in counts their life in days',
      'A code is to be redeemed within minutes (RFC 6749 §4.1.2 recommends ten at most).',
      places(long),
    ),
  );
  if (takesCode.length > 0 && readsOf(takesCode[0]!, 'client-secret').length === 0) {
    const issued = ofRole(map, 'register').filter(
      (e) =>
        !e.library &&
        reads(e, 'client-secret') &&
        callsOf(e, /random|uuid|token_urlsafe|token_hex|secret|Guid|rand|Read/i).length > 0,
    );
    found.push(
      ...lead(
        'client-secret-never-asked',
        'moderate',
        'oauth',
        ['CWE-306'],
        'Clients are given a secret that the token endpoint never asks for',
        'A client that registered as confidential is taken on its id alone.',
        issued.length === 0
          ? []
          : places(
              issued.flatMap((e) => readsOf(e, 'client-secret').slice(-1)),
              takesCode.map((e) => e.handler),
            ),
      ),
    );
  }
  return found;
};

const statementsDays = (f: Facts): Spot[] =>
  f.calls
    .filter(
      (c) =>
        /days/i.test(c.name) ||
        c.call.args.some((a) => /days/i.test(a.name ?? '') || /days/i.test(lastNameOf(a.value))),
    )
    .map((c) => spot(f, c.line));
