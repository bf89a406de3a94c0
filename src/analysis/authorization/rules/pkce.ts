import { within } from '../../sources/walk.ts';
import { type Endpoint, isIssuer, ofRole } from '../map.ts';
import { wordFor } from '../words.ts';
import {
  type AuthorizationRule,
  callsOf,
  comparedOf,
  lead,
  places,
  reads,
  spot,
  statementsOf,
  textsOf,
} from './concern.ts';

const HASHES =
  /sha_?256|digest|create_?hash|Sum256|S256|code_?challenge|verify\w*(?:pkce|challenge|verifier)|pkce/i;

/** RFC 7636, RFC 9700 §2.1.1: what is announced is asked for, and held against what was asked with. */
export const pkceRules: AuthorizationRule = (map) => {
  const tokens = ofRole(map, 'token').filter((e) => !e.library && e.facts.length > 0);
  const takesCode = tokens.filter((e) => reads(e, 'code'));
  const found = [];
  // PKCE as it is announced and as it is checked.
  const announced = ofRole(map, 'metadata', 'authorize', 'token').flatMap((e) => textsOf(e, /^S256$/));
  const verifies = (e: Endpoint): boolean =>
    reads(e, 'code-verifier') &&
    (callsOf(e, HASHES).length > 0 ||
      comparedOf(e, 'code-challenge').length > 0 ||
      e.facts.some((f) => HASHES.test(f.ref.fn.name)));
  const unverified = takesCode.filter((e) => !verifies(e));
  const metadata = map.functions.all.flatMap((ref) =>
    map
      .factsOf(ref)
      .texts.filter((t) => /^(?:S256|plain)$/.test(t.text))
      .map((t) => ({ ...t, at: { path: ref.module.path, line: t.line } })),
  );
  if (unverified.length > 0 && (announced.length > 0 || metadata.some((t) => t.text === 'S256')))
    found.push(
      ...lead(
        'pkce-not-checked',
        'strong',
        'oauth',
        ['CWE-345', 'CWE-358'],
        'PKCE is announced, and no verifier is held against a challenge where codes are redeemed',
        'Clients that rely on it are not protected: a stolen code is redeemed without the secret that only the client knows.',
        places(
          metadata
            .filter((t) => t.text === 'S256')
            .map((t) => t.at)
            .slice(0, 2),
          unverified.map((e) => e.handler),
          ofRole(map, 'authorize')
            .filter((e) => !e.library)
            .map((e) => e.handler),
        ),
      ),
    );
  const plain = isIssuer(map)
    ? map.functions.all.flatMap((ref) => {
        const f = map.factsOf(ref);
        const speaks =
          f.reads.has('code-challenge') ||
          f.reads.has('challenge-method') ||
          f.texts.some((t) => t.text === 'S256');
        return speaks ? f.texts.filter((t) => t.text === 'plain').map((t) => spot(f, t.line)) : [];
      })
    : [];
  found.push(
    ...lead(
      'pkce-plain',
      'moderate',
      'oauth',
      ['CWE-757'],
      'PKCE with the method `plain` is taken',
      'Who reads the request for a code reads the verifier with it.',
      places(plain),
    ),
  );
  const optional = tokens.flatMap((e) =>
    statementsOf(e).flatMap(({ facts, stmt }) =>
      stmt.kind === 'if' &&
      stmt.otherwise.length === 0 &&
      /^code-(?:challenge|verifier)$/.test(
        wordFor(stmt.test, facts.meanings) ??
          (stmt.test.kind === 'test' && /^(?:and|&&)$/.test(stmt.test.operator)
            ? (stmt.test.operands
                .map((o) => wordFor(o, facts.meanings))
                .find((w) => w === 'code-challenge') ?? '')
            : ''),
      ) &&
      !ofRole(map, 'authorize').some((a) => requiresChallenge(a))
        ? [spot(facts, stmt.at.line)]
        : [],
    ),
  );
  found.push(
    ...lead(
      'pkce-optional',
      'moderate',
      'oauth',
      ['CWE-757', 'CWE-636'],
      'PKCE is checked only where the request brought a challenge',
      'Who leaves it out when asking for a code is asked for no verifier.',
      places(optional),
    ),
  );
  return found;
};

const requiresChallenge = (e: Endpoint): boolean =>
  statementsOf(e).some(
    ({ facts, stmt }) =>
      stmt.kind === 'if' &&
      [...within(stmt.test)].some((x) => wordFor(x, facts.meanings) === 'code-challenge') &&
      stmt.then.some((s) => s.kind === 'return' || s.kind === 'throw'),
  );
